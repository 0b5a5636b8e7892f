/* inspect_objects.c - static objects, read word by word, as runtime/layout.def draws them. */
#include "inspect.h"

#include "../runtime/hash.h"

#include <string.h>

static uint64_t word_at(const uint8_t *bytes, uint64_t offset) {
    uint64_t word;
    memcpy(&word, bytes + offset, sizeof word);
    return word;
}

/* The object's bytes if its header says what it is to say; NULL if not. */
static const uint8_t *object_at(const Inspection *i, uint64_t address, Kind kind, uint64_t words,
                                uint32_t hash) {
    const uint8_t *object = bytes_at(i, address, 8 * (words + 1));
    if (!object || address % 8) return NULL;
    uint64_t header = word_at(object, 0), size = words < SIZE_LARGE ? words : SIZE_LARGE;
    bool right = (header & 0xff) == kind && (header >> 8 & 0xff) == FLAG_STATIC &&
                 (header >> 16 & 0xffff) == size && header >> 32 == hash;
    return right ? object : NULL;
}

static uint64_t points_of(const char *bytes, uint64_t length) {
    uint64_t points = 0;
    for (uint64_t k = 0; k < length; k++)
        if (((unsigned char)bytes[k] & 0xc0) != 0x80) points++;
    return points;
}

static bool is_string_at(const Inspection *i, uint64_t address, Text t) {
    const char *bytes = text_bytes(t);
    uint64_t length = text_length(t), words = 2 + length / 8 + 1;
    const uint8_t *o = object_at(i, address, KIND_STRING, words, hash_text(bytes, length));
    if (!o || word_at(o, FIELD_STRING_BYTES) != length ||
        word_at(o, FIELD_STRING_POINTS) != points_of(bytes, length) ||
        memcmp(o + FIELD_STRING_TEXT, bytes, length))
        return false;
    for (uint64_t k = FIELD_STRING_TEXT + length; k < 8 * (words + 1); k++)
        if (o[k]) return false;
    return true;
}

/* A keyword or symbol: its only word is its name. */
static bool is_named_at(const Inspection *i, uint64_t address, Kind kind, Text t, uint32_t hash) {
    const uint8_t *o = object_at(i, address, kind, 1, hash);
    return o && is_string_at(i, word_at(o, FIELD_KEYWORD_NAME) - TAG_POINTER, t);
}

static bool is_number_at(const Inspection *i, uint64_t address, Kind kind, uint64_t value,
                         uint32_t hash) {
    const uint8_t *o = object_at(i, address, kind, 1, hash);
    return o && word_at(o, 8) == value;
}

static uint64_t bits_of(double d) {
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

/* The runtime's own objects; NULL for other data. */
static const char *empty_name(const Node *d) {
    if (!is_tree(d) || d->count || (d->kind == N_LIST && d->head)) return NULL;
    static const char *const names[] = {"slisp_empty_list", "slisp_empty_vector", "slisp_empty_map",
                                        "slisp_empty_set"};
    return names[d->kind];
}

static bool is_datum_at(const Inspection *i, uint64_t address, const Node *d) {
    Text t = d->text;
    const char *bytes = d->kind >= N_SYMBOL && d->kind <= N_STRING ? text_bytes(t) : "";
    if (empty_name(d)) return i->runtime(text(empty_name(d)), i->context) == address;
    switch ((NodeKind)d->kind) {
    case N_STRING:
    case N_REGEX: return is_string_at(i, address, t);
    case N_KEYWORD:
        return is_named_at(i, address, KIND_KEYWORD, t, hash_keyword(bytes, text_length(t)));
    case N_SYMBOL:
        return is_named_at(i, address, KIND_SYMBOL, t, hash_symbol(bytes, text_length(t)));
    case N_INT:
        return is_number_at(i, address, KIND_BIGINT, (uint64_t)d->integer, hash_int(d->integer));
    case N_DOUBLE:
        return is_number_at(i, address, KIND_DOUBLE, bits_of(d->real), hash_double(d->real));
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
    return false;
}

/* Keywords, symbols and shapes must be in the lists that the runtime starts from. */
static bool is_in_list(const Inspection *i, uint64_t address) {
    uint64_t word = (address - i->data.address) / 8;
    return address >= i->data.address && word < i->data.length / 8 && i->is_listed[word];
}

static bool is_listed(const Inspection *i, uint64_t address, const Node *d) {
    return (d->kind != N_KEYWORD && d->kind != N_SYMBOL) || is_in_list(i, address);
}

bool is_constant_at(Inspection *i, uint64_t address, const Node *datum) {
    SeenConstant *seen = &i->seen[(address >> 3) % SEEN_CONSTANTS];
    if (seen->address == address && node_equal(seen->datum, datum)) return true;
    if (!is_datum_at(i, address, datum) || !is_listed(i, address, datum)) return false;
    *seen = (SeenConstant){address, datum};
    return true;
}

bool is_shape_at(Inspection *i, uint64_t address, const Node *shape) {
    uint64_t words = FIELD_SHAPE_KEYS / 8 - 1 + shape->count;
    const uint8_t *o = object_at(i, address, KIND_SHAPE, words, 0);
    if (!o || word_at(o, FIELD_SHAPE_COUNT) != shape->count || !is_in_list(i, address))
        return false;
    for (uint64_t k = FIELD_SHAPE_COUNT + 8; k < FIELD_SHAPE_KEYS; k++)
        if (o[k]) return false; /* the runtime fills these in */
    for (uint32_t k = 0; k < shape->count; k++)
        if (!is_constant_at(i, word_at(o, FIELD_SHAPE_KEYS + 8 * k) - TAG_POINTER, shape->kids[k]))
            return false;
    return true;
}

bool is_closure_at(Inspection *i, uint64_t address, uint64_t code) {
    const uint8_t *o = object_at(i, address, KIND_CLOSURE, 1, 0);
    return o && word_at(o, FIELD_CLOSURE_CODE) == code;
}
