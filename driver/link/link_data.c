/* link_data.c - what code refers to: functions, cells, and the static objects that constants are.
 *
 * A constant is made once for a program, however often it is mentioned: equal constants are those
 * that print the same. Objects look as runtime/layout.def says, with their hashes computed.
 */
#include "linker.h"

#include "../runtime/hash.h"
#include "../runtime/layout.h"

#include <string.h>

static Buffer *data(Linker *l) {
    return &l->out->sections[SECTION_DATA];
}

/* Opens an object at the end of the data. */
static uint32_t new_object(Linker *l, Names names, Text key, Text name, uint64_t header) {
    put_align(data(l), 8, 0);
    Symbol s = {name, SECTION_DATA, false, data(l)->length, 0};
    put_bytes(data(l), header, 8);
    return define_symbol(l, names, key, s);
}

static uint32_t close_object(Linker *l, uint32_t symbol) {
    Symbol *s = &l->out->symbols.items[symbol];
    s->size = data(l)->length - s->offset;
    return symbol;
}

/* ---- constants */

static uint32_t constant_symbol(Linker *l, const Node *d);

static uint64_t count_points(const char *bytes, uint64_t length) {
    uint64_t points = 0;
    for (uint64_t i = 0; i < length; i++)
        points += ((unsigned char)bytes[i] & 0xc0) != 0x80;
    return points;
}

static Text constant_name(const Linker *l) {
    return text_format("constant %u", l->out->symbols.count);
}

static uint32_t string_object(Linker *l, Text key, Text t) {
    const char *bytes = text_bytes(t);
    uint64_t length = text_length(t), words = string_words(length);
    uint32_t hash = hash_text(bytes, length);
    uint32_t symbol = new_object(l, NAMES_CONSTANT, key, constant_name(l),
                                 header_word(KIND_STRING, FLAG_STATIC, words, hash));
    put_bytes(data(l), length, 8);
    put_bytes(data(l), count_points(bytes, length), 8);
    buffer_add(data(l), bytes, length);
    buffer_add(data(l), "", 1);
    put_align(data(l), 8, 0);
    return close_object(l, symbol);
}

/* A constant as it prints: its name in the table of constants. */
static Text printed(const Node *d) {
    Buffer b = {0};
    print_datum(&b, d);
    Text t = text_of(b.bytes, b.length);
    buffer_free(&b);
    return t;
}

static uint32_t string_symbol(Linker *l, Text t) {
    Node string = {.kind = N_STRING, .text = t};
    return constant_symbol(l, &string);
}

static uint32_t named_object(Linker *l, Text key, Kind kind, Text t) {
    const char *bytes = text_bytes(t);
    uint32_t name = string_symbol(l, t);
    uint32_t hash = (kind == KIND_KEYWORD ? hash_keyword : hash_symbol)(bytes, text_length(t));
    uint32_t symbol = new_object(l, NAMES_CONSTANT, key, constant_name(l),
                                 header_word(kind, FLAG_STATIC, 1, hash));
    put_address(l, SECTION_DATA, name, TAG_POINTER);
    PUSH(l->out->arena, l->interned, symbol);
    return close_object(l, symbol);
}

static uint32_t number_object(Linker *l, Text key, Kind kind, uint64_t value, uint32_t hash) {
    uint32_t symbol = new_object(l, NAMES_CONSTANT, key, constant_name(l),
                                 header_word(kind, FLAG_STATIC, 1, hash));
    put_bytes(data(l), value, 8);
    return close_object(l, symbol);
}

static uint64_t double_bits(double d) {
    uint64_t bits;
    memcpy(&bits, &d, 8);
    return bits;
}

static uint32_t new_constant(Linker *l, Text key, const Node *d) {
    switch ((NodeKind)d->kind) {
    case N_STRING:
    case N_REGEX: return string_object(l, key, d->text);
    case N_KEYWORD: return named_object(l, key, KIND_KEYWORD, d->text);
    case N_SYMBOL: return named_object(l, key, KIND_SYMBOL, d->text);
    case N_INT:
        return number_object(l, key, KIND_BIGINT, (uint64_t)d->integer, hash_int(d->integer));
    case N_DOUBLE:
        return number_object(l, key, KIND_DOUBLE, double_bits(d->real), hash_double(d->real));
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
    bug(d, "no static object can be made of this constant");
}

/* The runtime's own objects: (), [], {}, #{}. NULL when `d` is none of them. */
static const char *empty_object(const Node *d) {
    if (!is_tree(d) || d->count || d->head) return NULL;
    return d->kind == N_LIST     ? "slisp_empty_list"
           : d->kind == N_VECTOR ? "slisp_empty_vector"
           : d->kind == N_MAP    ? "slisp_empty_map"
                                 : "slisp_empty_set";
}

bool can_be_static(const Node *d) {
    bool is_atom = d->kind >= N_SYMBOL && d->kind <= N_DOUBLE;
    return is_atom || d->kind == N_REGEX || empty_object(d);
}

static uint32_t constant_symbol(Linker *l, const Node *d) {
    if (empty_object(d)) return runtime_symbol(l, text(empty_object(d)));
    Text key = printed(d);
    uint32_t symbol = find_symbol(l, NAMES_CONSTANT, key);
    return symbol == NO_SYMBOL ? new_constant(l, key, d) : symbol;
}

/* ---- shapes, closures, the runtime's symbols */

static uint32_t shape_symbol(Linker *l, const Node *shape) {
    Text key = printed(shape);
    uint32_t symbol = find_symbol(l, NAMES_SHAPE, key);
    if (symbol != NO_SYMBOL) return symbol;
    uint32_t *keys = NEW_ARRAY(l->out->arena, uint32_t, shape->count + 1);
    for (uint32_t i = 0; i < shape->count; i++)
        keys[i] = constant_symbol(l, shape->kids[i]);
    uint64_t words = FIELD_SHAPE_KEYS / 8 - 1 + shape->count;
    symbol = new_object(l, NAMES_SHAPE, key, text_format("shape %u", l->out->symbols.count),
                        header_word(KIND_SHAPE, FLAG_STATIC, words, 0));
    put_bytes(data(l), shape->count, 8);
    while (data(l)->length < l->out->symbols.items[symbol].offset + FIELD_SHAPE_KEYS)
        put_bytes(data(l), 0, 8);
    for (uint32_t i = 0; i < shape->count; i++)
        put_address(l, SECTION_DATA, keys[i], TAG_POINTER);
    PUSH(l->out->arena, l->shapes, symbol);
    return close_object(l, symbol);
}

static uint32_t named_symbol(const Linker *l, Names names, const Node *operand) {
    uint32_t symbol = find_symbol(l, names, operand->kids[0]->text);
    if (symbol == NO_SYMBOL)
        bug(operand, "the program has no $%s", text_bytes(operand->kids[0]->text));
    return symbol;
}

static uint32_t closure_symbol(Linker *l, const Node *operand) {
    Text name = operand->kids[0]->text;
    uint32_t symbol = find_symbol(l, NAMES_CLOSURE, name);
    if (symbol != NO_SYMBOL) return symbol;
    uint32_t code = named_symbol(l, NAMES_CODE, operand);
    symbol = new_object(l, NAMES_CLOSURE, name, text_format("closure %s", text_bytes(name)),
                        header_word(KIND_CLOSURE, FLAG_STATIC, 1, 0));
    put_address(l, SECTION_DATA, code, 0);
    return close_object(l, symbol);
}

uint32_t runtime_symbol(Linker *l, Text name) {
    uint32_t symbol = find_symbol(l, NAMES_RUNTIME, name);
    if (symbol != NO_SYMBOL) return symbol;
    return define_symbol(l, NAMES_RUNTIME, name, (Symbol){name, SECTION_RUNTIME, false, 0, 0});
}

/* Functions of the runtime are called through their stubs; its objects have no stub. */
static uint32_t stub_symbol(Linker *l, Text name) {
    bool function = !strncmp(text_bytes(name), "rt_", 3);
    return runtime_symbol(l, function ? text_joined(name, "_stub") : name);
}

uint32_t symbol_of(Linker *l, const Node *operand, int64_t *addend) {
    *addend = 0;
    if (is_form(operand, H_code)) return named_symbol(l, NAMES_CODE, operand);
    if (is_form(operand, H_cell)) return named_symbol(l, NAMES_CELL, operand);
    if (is_form(operand, H_runtime)) return stub_symbol(l, operand->kids[0]->text);
    *addend = TAG_POINTER;
    if (is_form(operand, H_static)) return closure_symbol(l, operand);
    if (is_form(operand, H_quote)) return constant_symbol(l, operand->kids[0]);
    if (is_form(operand, H_shape)) return shape_symbol(l, operand);
    bug(operand, "code refers to what has no address");
}
