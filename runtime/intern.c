/* intern.c - keywords and symbols: one object for each text. Those of the program are in its static
 * data; others are made outside the heap and stay.
 */
#include "runtime.h"

#include <stdlib.h>

/* A hash table; a free place holds 0. Less than half of it is used. A text is looked for in a few
 * places from where its hash says, then from where its digest says: texts that were chosen to have
 * one hash crowd no more than those few. Nothing is ever taken out.
 */
enum { FIRST_SIZE = 1024, NEAR = 16 };
static Value first_table[FIRST_SIZE];
static struct {
    Value *places;
    uint64_t size, count;
} table;

uint32_t rt_named_hash(Value named) {
    Value name = name_of(named);
    const char *bytes = string_bytes(name);
    uint64_t length = string_length(name);
    uint32_t hash =
        is_kind(named, KIND_KEYWORD) ? hash_keyword(bytes, length) : hash_symbol(bytes, length);
    set_header_hash(named, hash);
    return hash;
}

static bool has_text(Value v, Kind kind, const char *bytes, uint64_t length) {
    Value name = name_of(v);
    return is_kind(v, kind) && string_length(name) == length &&
           !memcmp(string_bytes(name), bytes, length);
}

typedef struct {
    Kind kind;
    const char *bytes;
    uint64_t length;
    uint32_t hash;
} Wanted;

/* The first of up to `count` places from `from` on that is free or holds what is wanted. */
static Value *probe(const Wanted *w, uint64_t from, uint64_t count) {
    for (uint64_t i = from; i < from + count; i++) {
        Value *place = &table.places[i & (table.size - 1)];
        if (!*place) return place;
        if (named_hash(*place) == w->hash && has_text(*place, w->kind, w->bytes, w->length))
            return place;
    }
    return NULL;
}

static Value *place_for(const Wanted *w) {
    Value *place = probe(w, w->hash, NEAR);
    if (place) return place;
    Digest digest = blake2s(w->kind, w->bytes, w->length);
    return probe(w, digest.words[0] | (uint64_t)digest.words[1] << 32, table.size);
}

static void put_again(Value named) {
    Value name = name_of(named);
    Wanted w = {(Kind)kind_of(named), string_bytes(name), string_length(name), named_hash(named)};
    *place_for(&w) = named;
}

static void grow(void) {
    Value *old = table.places, *larger = calloc(4 * table.size, sizeof *larger);
    uint64_t old_size = table.size;
    if (!larger) throw_no_memory();
    table.places = larger;
    table.size *= 4;
    for (uint64_t i = 0; i < old_size; i++)
        if (old[i]) put_again(old[i]);
    if (old != first_table) free(old);
}

static void count_one_more(void) {
    if (2 * ++table.count > table.size) grow();
}

static Value make_named(Kind kind, const char *bytes, uint64_t length, uint32_t hash) {
    Value name = immortal(KIND_STRING, string_words(length));
    *field(name, FIELD_STRING_BYTES) = length;
    *field(name, FIELD_STRING_POINTS) = utf8_count(bytes, length);
    memcpy(field(name, FIELD_STRING_TEXT), bytes, length);
    Value named = immortal(kind, 1);
    *field(named, FIELD_KEYWORD_NAME) = name;
    set_header_hash(named, hash);
    return named;
}

Value intern(Kind kind, const char *bytes, uint64_t length) {
    uint32_t hash = kind == KIND_KEYWORD ? hash_keyword(bytes, length) : hash_symbol(bytes, length);
    Wanted wanted = {kind, bytes, length, hash};
    Value *place = place_for(&wanted);
    if (*place) return *place;
    Value made = *place = make_named(kind, bytes, length, hash);
    count_one_more();
    return made;
}

void intern_start(const ProgramHeader *program) {
    if (table.places && table.places != first_table) free(table.places);
    table.places = first_table;
    table.size = FIRST_SIZE;
    table.count = 0;
    memset(first_table, 0, sizeof first_table);
    for (uint64_t i = 0; i < program->interned_count; i++) {
        put_again(program->interned[i]);
        count_one_more();
    }
}

/* ---- what programs ask for ----------------------------------------------- */

static Value intern_string(Kind kind, const char *operation, Value string) {
    if (!is_kind(string, KIND_STRING)) throw_needs(operation, "a string", string);
    return intern(kind, string_bytes(string), string_length(string));
}

Value rt_keyword(Value string) {
    return intern_string(KIND_KEYWORD, "keyword", string);
}
Value rt_symbol(Value string) {
    return intern_string(KIND_SYMBOL, "symbol", string);
}

/* Length of the namespace, 0 for none: "a/b" has one, "/" and "b" have not. */
static uint64_t namespace_length(Value name) {
    const char *bytes = string_bytes(name), *slash = memchr(bytes, '/', string_length(name));
    bool has_both = slash && slash != bytes && slash + 1 < bytes + string_length(name);
    return has_both ? (uint64_t)(slash - bytes) : 0;
}

static Value string_part(Value string, uint64_t from, uint64_t to) {
    RESERVE(string_object_bytes(to - from), &string);
    uint64_t points = utf8_count(string_bytes(string) + from, to - from);
    Value part = allocate_string(to - from, points);
    memcpy(field(part, FIELD_STRING_TEXT), string_bytes(string) + from, to - from);
    return part;
}

Value rt_name(Value named) {
    Value name = name_of(named);
    uint64_t length = namespace_length(name);
    return length ? string_part(name, length + 1, string_length(name)) : name;
}

Value rt_namespace(Value named) {
    Value name = name_of(named);
    uint64_t length = namespace_length(name);
    return length ? string_part(name, 0, length) : VALUE_NIL;
}
