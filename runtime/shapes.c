/* shapes.c - shapes: the keys of a small map whose keys are all keywords, in their order. There is
 * one object for each sequence of keys; those of the program's literals are static, others are
 * made outside the heap and stay. A program that keeps making new ones gets none after a while, nor
 * does one whose keys have been chosen to crowd the table: its maps are then arrays of keys
 * and values.
 */
#include "runtime.h"

enum { TABLE_SIZE = 1 << 14, MOST_SHAPES = TABLE_SIZE / 4, MOST_PROBES = 64 };
static Value table[TABLE_SIZE]; /* linear probing; 0 is free */
static uint64_t count_of_shapes;

static Value *keys_of(Value shape) {
    return field(shape, FIELD_SHAPE_KEYS);
}

static uint32_t hash_of_keys(const Value *keys, uint64_t count) {
    uint64_t hash = count;
    for (uint64_t i = 0; i < count; i++)
        hash = hash * 31 + named_hash(keys[i]);
    return hash_word(hash);
}

/* Does not depend on the order. */
static uint64_t hash_of_keyset(const Value *keys, uint64_t count) {
    uint64_t sum = count;
    for (uint64_t i = 0; i < count; i++)
        sum += named_hash(keys[i]) * 0x9e3779b97f4a7c15u;
    return sum;
}

static bool has_keys(Value shape, const Value *keys, uint64_t count) {
    return shape_count(shape) == count && !memcmp(keys_of(shape), keys, 8 * count);
}

/* The place of the shape, or the free one for it; NULL when that would be too far away. */
static Value *place_for(const Value *keys, uint64_t count) {
    uint64_t first = hash_of_keys(keys, count);
    for (uint64_t i = 0; i < MOST_PROBES; i++) {
        Value *place = &table[(first + i) % TABLE_SIZE];
        if (!*place || has_keys(*place, keys, count)) return place;
    }
    return NULL;
}

static Value make_shape(const Value *keys, uint64_t count) {
    Value shape = immortal(KIND_SHAPE, FIELD_SHAPE_KEYS / 8 - 1 + count);
    *field(shape, FIELD_SHAPE_COUNT) = count;
    *field(shape, FIELD_SHAPE_KEYSET) = hash_of_keyset(keys, count);
    memcpy(keys_of(shape), keys, 8 * count);
    return shape;
}

Value shape_intern(const Value *keys, uint64_t count) {
    Value *place = place_for(keys, count);
    if (!place) return 0;
    if (!*place && count_of_shapes < MOST_SHAPES) {
        *place = make_shape(keys, count);
        count_of_shapes++;
    }
    return *place;
}

static void add_static(Value shape) {
    uint64_t count = shape_count(shape);
    *field(shape, FIELD_SHAPE_KEYSET) = hash_of_keyset(keys_of(shape), count);
    Value *place = place_for(keys_of(shape), count);
    if (!place) return;
    *place = shape;
    count_of_shapes++;
}

void shapes_start(const ProgramHeader *program) {
    if (count_of_shapes) memset(table, 0, sizeof table);
    count_of_shapes = 0;
    for (uint64_t i = 0; i < program->shape_count && i < TABLE_SIZE / 2; i++)
        add_static(program->shapes[i]);
}

int64_t shape_index(Value shape, Value key) {
    const Value *keys = keys_of(shape);
    uint64_t count = shape_count(shape);
    for (uint64_t i = 0; i < count; i++)
        if (keys[i] == key) return (int64_t)i;
    return -1;
}

/* The shape with one more key at its end; it has fewer than SIZE_SMALL_ENTRIES. */
Value shape_extend(Value shape, Value key) {
    if (get(shape, FIELD_SHAPE_NEXT_KEY) == key) return get(shape, FIELD_SHAPE_NEXT_SHAPE);
    Value keys[SIZE_SMALL_ENTRIES];
    uint64_t count = shape_count(shape);
    memcpy(keys, keys_of(shape), 8 * count);
    keys[count] = key;
    Value extended = shape_intern(keys, count + 1);
    if (extended) {
        *field(shape, FIELD_SHAPE_NEXT_KEY) = key;
        *field(shape, FIELD_SHAPE_NEXT_SHAPE) = extended;
    }
    return extended;
}

/* The shape without its key at `index`; it has at most SIZE_SMALL_ENTRIES. */
Value shape_without(Value shape, uint64_t index) {
    Value keys[SIZE_SMALL_ENTRIES];
    uint64_t count = shape_count(shape);
    memcpy(keys, keys_of(shape), 8 * index);
    memcpy(keys + index, keys_of(shape) + index + 1, 8 * (count - index - 1));
    return shape_intern(keys, count - 1);
}
