/* constants.c - what forms refer to: constants, static closures and shapes, functions of the
 * runtime.
 *
 * They are made when they are first needed and never move. Equal constants are one object, as in a
 * linked program.
 */
#include "world.h"

#include "../runtime/hash.h"

static Table constants, by_node, closures;

/* ---- constants */

static Value string_constant(Text t) {
    const char *bytes = text_bytes(t);
    uint64_t length = text_length(t);
    Value v = immortal(KIND_STRING, string_words(length));
    *field(v, FIELD_STRING_BYTES) = length;
    *field(v, FIELD_STRING_POINTS) = utf8_count(bytes, length);
    memcpy(field(v, FIELD_STRING_TEXT), bytes, length);
    set_header_hash(v, hash_text(bytes, length));
    return v;
}

static Value number_constant(Kind kind, uint64_t bits, uint32_t hash) {
    Value v = immortal(kind, 1);
    *field(v, FIELD_BIGINT_VALUE) = bits;
    set_header_hash(v, hash);
    return v;
}
_Static_assert((int)FIELD_BIGINT_VALUE == (int)FIELD_DOUBLE_VALUE,
               "both are one word behind the header");

static Value new_constant(const Node *d) {
    switch ((NodeKind)d->kind) {
    case N_STRING:
    case N_REGEX: return string_constant(d->text);
    case N_KEYWORD: return intern(KIND_KEYWORD, text_bytes(d->text), text_length(d->text));
    case N_SYMBOL: return intern(KIND_SYMBOL, text_bytes(d->text), text_length(d->text));
    case N_INT: return number_constant(KIND_BIGINT, (uint64_t)d->integer, hash_int(d->integer));
    case N_DOUBLE: return number_constant(KIND_DOUBLE, bits_of(d->real), hash_double(d->real));
    case N_LIST:
    case N_VECTOR:
    case N_MAP:
    case N_SET:
    case N_NIL:
    case N_TRUE:
    case N_FALSE:
    case N_NAME:
    case N_GLOBAL:
    case N_BLOCK:
    case N_PRIM:
    case N_WORD:
    case N_OPCODE:
    case N_CONDITION: break;
    }
    bug(d, "no object can be made of this constant");
}

/* By the text that it prints as. */
static Value shared_constant(const Node *d) {
    Buffer b = {0};
    print_datum(&b, d);
    Text key = text_of(b.bytes, b.length);
    buffer_free(&b);
    uint64_t v = (uint64_t)(uintptr_t)table_get(&constants, key);
    if (v) return v;
    v = new_constant(d);
    table_put(&constants, key, (void *)(uintptr_t)v);
    return v;
}

static Value collection_constant(const Node *d) {
    if (d->count || d->head) bug(d, "no object can be made of this constant");
    uint64_t *const empty[] = {slisp_empty_list, slisp_empty_vector, slisp_empty_map,
                               slisp_empty_set};
    return value_of(empty[d->kind - N_LIST]);
}

Value constant_value(const Node *d) {
    if (d->kind == N_NIL) return VALUE_NIL;
    if (d->kind == N_TRUE) return VALUE_TRUE;
    if (d->kind == N_FALSE) return VALUE_FALSE;
    if (d->kind == N_INT && fits_fixnum(d->integer)) return fixnum(d->integer);
    if (is_tree(d)) return collection_constant(d);
    if (!by_node.arena) by_node.arena = constants.arena = world.arena;
    uint64_t key = (uint64_t)(uintptr_t)d;
    Value v = (Value)(uintptr_t)table_get(&by_node, key);
    if (v) return v;
    v = shared_constant(d);
    table_put(&by_node, key, (void *)(uintptr_t)v);
    return v;
}

/* ---- closures and shapes */

Value static_closure(const Routine *r) {
    if (!closures.arena) closures.arena = world.arena;
    Value v = (Value)(uintptr_t)table_get(&closures, code_of(r));
    if (v) return v;
    v = immortal(KIND_CLOSURE, 1);
    *field(v, FIELD_CLOSURE_CODE) = code_of(r);
    table_put(&closures, code_of(r), (void *)(uintptr_t)v);
    return v;
}

Value static_shape(const Node *shape) {
    Value keys[SIZE_SMALL_ENTRIES];
    if (shape->count > SIZE_SMALL_ENTRIES) bug(shape, "a shape of too many keys");
    for (uint32_t i = 0; i < shape->count; i++)
        keys[i] = constant_value(shape->kids[i]);
    Value v = shape_intern(keys, shape->count);
    if (!v) bug(shape, "there are too many shapes");
    return v;
}

/* ---- functions of the runtime */

typedef uint64_t WordFunction(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double,
                              double);
typedef double DoubleFunction(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double,
                              double);

/* By the System V convention words and doubles travel in registers of their own, so one prototype
 * fits all functions of up to six words and two doubles. */
Bits call_c_function(uint64_t address, bool gives_double, const Bits w[6], double d0, double d1) {
    uintptr_t f = (uintptr_t)address;
    if (gives_double)
        return bits_of(((DoubleFunction *)f)(w[0], w[1], w[2], w[3], w[4], w[5], d0, d1));
    return ((WordFunction *)f)(w[0], w[1], w[2], w[3], w[4], w[5], d0, d1);
}

/* Compilers split what is larger; a form from outside may not. */
static void pass_in_area(const Bits *words, uint64_t count) {
    if (count > SIZE_AREA_WORDS)
        fail(0, "the form passes more than %d values at once", SIZE_AREA_WORDS);
    slisp_context.area_count = count;
    memcpy(slisp_context.area, words, 8 * count);
}

Bits call_function(uint64_t address, const char *args, bool gives_double, const Bits *words,
                   uint32_t count) {
    uint64_t w[6] = {0};
    double d[2] = {0};
    uint32_t next_word = 0, next_double = 0, i = 0;
    for (; i < count && args[i] != '*'; i++) {
        if (args[i] == 'd')
            d[next_double++] = double_of(words[i]);
        else
            w[next_word++] = words[i];
    }
    pass_in_area(words + i, count - i);
    return call_c_function(address, gives_double, w, d[0], d[1]);
}

Bits call_runtime(const char *symbol, const char *args, bool gives_double, const Bits *words,
                  uint32_t count) {
    uint64_t address = slisp_function(symbol);
    if (!address) bug(NULL, "the runtime has no function %s", symbol);
    return call_function(address, args, gives_double, words, count);
}
