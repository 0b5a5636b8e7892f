/* maps.c - maps in their three representations: values under a shape (small, all keys keywords), an
 * array of keys and values (small), a hash trie (more than eight entries).
 */
#include "runtime.h"

enum { SMALL = SIZE_SMALL_ENTRIES, SMALL_BYTES = 2 * 8 * (2 + 2 * SMALL) };

static uint64_t empty_shape[] = {
    (uint64_t)KIND_SHAPE | FLAG_STATIC << 8 | (FIELD_SHAPE_KEYS / 8 - 1) << 16, 0, 0, 0, 0,
};
uint64_t slisp_empty_map[] = {
    (uint64_t)KIND_SHAPE_MAP | FLAG_STATIC << 8 | 1 << 16,
    (uint64_t)empty_shape + TAG_POINTER,
};

static Value shape_of(Value map) {
    return get(map, FIELD_SHAPE_MAP_SHAPE);
}
static Value *values_of(Value map) {
    return field(map, FIELD_SHAPE_MAP_VALUES);
}
static Value *entries_of(Value map) {
    return field(map, FIELD_SMALL_MAP_ENTRIES);
}
static Value root_of(Value map) {
    return get(map, FIELD_HASH_MAP_ROOT);
}

int64_t rt_is_map(Value v) {
    return is_map(v);
}

static uint64_t count_of(Value map) {
    switch (kind_of(map)) {
    case KIND_SHAPE_MAP: return size_of(map) - 1;
    case KIND_SMALL_MAP: return size_of(map) / 2;
    }
    return get(map, FIELD_HASH_MAP_COUNT);
}

int64_t rt_map_count(Value map) {
    return (int64_t)count_of(map);
}

/* ---- finding ------------------------------------------------------------- */

/* Is it equal to another value only when it is the same word? */
static bool is_word(Value key) {
    return !is_pointer(key) || is_kind(key, KIND_KEYWORD);
}

/* The place of the key in an array of keys and values, NULL when absent. */
static const Value *find_in(const Value *entries, uint64_t count, Value key) {
    const Value *end = entries + 2 * count;
    if (is_word(key)) {
        for (; entries < end; entries += 2)
            if (*entries == key) return entries;
        return NULL;
    }
    for (; entries < end; entries += 2)
        if (same(*entries, key)) return entries;
    return NULL;
}

/* The place of the key's value, NULL when absent. */
static const Value *find_value(Value map, Value key) {
    const Value *entry;
    switch (kind_of(map)) {
    case KIND_SHAPE_MAP: {
        int64_t index = shape_index(shape_of(map), key);
        return index < 0 ? NULL : values_of(map) + index;
    }
    case KIND_SMALL_MAP: entry = find_in(entries_of(map), count_of(map), key); break;
    default: entry = champ_find(root_of(map), 2, key, hash_value(key)); break;
    }
    return entry ? entry + 1 : NULL;
}

Value rt_map_get(Value map, Value key, Value otherwise) {
    const Value *v = find_value(map, key);
    return v ? *v : otherwise;
}

int64_t rt_map_has(Value map, Value key) {
    return find_value(map, key) != NULL;
}

/* The entry with the key as it is stored. */
Value rt_map_find(Value map, Value key) {
    RESERVE(VECTOR_PAIR_BYTES, &map, &key);
    const Value *v = find_value(map, key);
    if (!v) return VALUE_NIL;
    return vector_pair(is_kind(map, KIND_SHAPE_MAP) ? key : v[-1], *v);
}

/* ---- making: all in reserved room ---------------------------------------- */

static Value make_shape_map(Value shape, const Value *values, uint64_t count) {
    Value map = allocate(KIND_SHAPE_MAP, 1 + count);
    *field(map, FIELD_SHAPE_MAP_SHAPE) = shape;
    memcpy(values_of(map), values, 8 * count);
    return map;
}

static Value make_small_map(const Value *entries, uint64_t count) {
    Value map = allocate(KIND_SMALL_MAP, 2 * count);
    memcpy(entries_of(map), entries, 16 * count);
    return map;
}

static Value make_hash_map(uint64_t count, Value root) {
    Value map = allocate(KIND_HASH_MAP, 2);
    *field(map, FIELD_HASH_MAP_COUNT) = count;
    *field(map, FIELD_HASH_MAP_ROOT) = root;
    return map;
}

/* Keys and values of a small map into an array; gives their number. */
static uint64_t copy_entries(Value map, Value *out) {
    EntryWalk walk;
    uint64_t count = 0;
    entry_walk(&walk, map);
    for (const Value *entry; (entry = entry_next(&walk)); count++)
        memcpy(out + 2 * count, entry, 16);
    return count;
}

/* A hash map with a small one's entries and one more. */
static Value grow_to_hash(Value map, const Value *added) {
    EntryWalk walk;
    Value root = value_of(slisp_empty_map_node);
    bool found;
    entry_walk(&walk, map);
    for (const Value *entry; (entry = entry_next(&walk));)
        root = champ_put(root, 2, entry, hash_value(entry[0]), &found);
    root = champ_put(root, 2, added, hash_value(added[0]), &found);
    return make_hash_map(count_of(map) + 1, root);
}

static uint64_t change_bytes(Value map) {
    if (is_kind(map, KIND_HASH_MAP)) return champ_bytes() + object_bytes(2);
    uint64_t count = count_of(map);
    return count < SMALL ? SMALL_BYTES : (count + 1) * champ_bytes() + SMALL_BYTES;
}

/* ---- adding -------------------------------------------------------------- */

/* A small map with one more entry, which it does not have yet. */
static Value add_entry(Value map, const Value *added) {
    uint64_t count = count_of(map);
    if (count >= SMALL) return grow_to_hash(map, added);
    Value words[2 * SMALL];
    if (is_kind(map, KIND_SHAPE_MAP) && is_kind(added[0], KIND_KEYWORD)) {
        Value shape = shape_extend(shape_of(map), added[0]);
        memcpy(words, values_of(map), 8 * count);
        words[count] = added[1];
        if (shape) return make_shape_map(shape, words, count + 1);
    }
    copy_entries(map, words);
    memcpy(words + 2 * count, added, 16);
    return make_small_map(words, count + 1);
}

static Value assoc_small(Value map, const Value *entry) {
    const Value *place = find_value(map, entry[0]);
    if (!place) return add_entry(map, entry);
    if (*place == entry[1]) return map;
    uint64_t words = size_of(map), at = (uint64_t)(place - (object_of(map) + 1));
    Value copy = allocate((Kind)kind_of(map), words);
    memcpy(object_of(copy) + 1, object_of(map) + 1, 8 * words);
    object_of(copy)[1 + at] = entry[1];
    return copy;
}

static Value assoc_hash(Value map, const Value *entry) {
    bool found;
    Value root = champ_put(root_of(map), 2, entry, hash_value(entry[0]), &found);
    return root == root_of(map) ? map : make_hash_map(count_of(map) + !found, root);
}

Value rt_map_assoc(Value map, Value key, Value v) {
    RESERVE(change_bytes(map), &map, &key, &v);
    Value entry[2] = {key, v};
    return is_kind(map, KIND_HASH_MAP) ? assoc_hash(map, entry) : assoc_small(map, entry);
}

/* ---- removing ------------------------------------------------------------ */

static Value dissoc_small(Value map, Value key) {
    const Value *place = find_in(entries_of(map), count_of(map), key);
    if (!place) return map;
    uint64_t count = count_of(map), at = (uint64_t)(place - entries_of(map));
    if (count == 1) return value_of(slisp_empty_map);
    Value copy = allocate(KIND_SMALL_MAP, 2 * count - 2);
    memcpy(entries_of(copy), entries_of(map), 8 * at);
    memcpy(entries_of(copy) + at, entries_of(map) + at + 2, 8 * (2 * count - 2 - at));
    return copy;
}

static Value to_small_map(Value map) {
    Value words[2 * SMALL];
    return make_small_map(words, copy_entries(map, words));
}

static Value dissoc_shape(Value map, Value key) {
    int64_t index = shape_index(shape_of(map), key);
    if (index < 0) return map;
    uint64_t count = count_of(map), at = (uint64_t)index;
    if (count == 1) return value_of(slisp_empty_map);
    Value shape = shape_without(shape_of(map), at);
    if (!shape) return dissoc_small(to_small_map(map), key);
    Value copy = allocate(KIND_SHAPE_MAP, count);
    *field(copy, FIELD_SHAPE_MAP_SHAPE) = shape;
    memcpy(values_of(copy), values_of(map), 8 * at);
    memcpy(values_of(copy) + at, values_of(map) + at + 1, 8 * (count - 1 - at));
    return copy;
}

static Value dissoc_hash(Value map, Value key) {
    bool found;
    Value root = champ_remove(root_of(map), 2, key, hash_value(key), &found);
    if (!found) return map;
    return count_of(map) == 1 ? value_of(slisp_empty_map) : make_hash_map(count_of(map) - 1, root);
}

Value rt_map_dissoc(Value map, Value key) {
    RESERVE(change_bytes(map), &map, &key);
    switch (kind_of(map)) {
    case KIND_SHAPE_MAP: return dissoc_shape(map, key);
    case KIND_SMALL_MAP: return dissoc_small(map, key);
    }
    return dissoc_hash(map, key);
}

/* ---- literals ------------------------------------------------------------ */

static _Noreturn void duplicate_key(Value key) {
    TextBuffer t = {0};
    text_add_text(&t, "a map cannot have the key ");
    text_add_value(&t, key);
    text_add_text(&t, " twice");
    throw_message(CLASS_IllegalArgumentException, &t);
}

static Value shape_literal(const Value *entries, uint64_t count) {
    Value keys[SMALL], values[SMALL];
    for (uint64_t i = 0; i < count; i++) {
        if (!is_kind(entries[2 * i], KIND_KEYWORD)) return 0;
        keys[i] = entries[2 * i];
        values[i] = entries[2 * i + 1];
    }
    Value shape = shape_intern(keys, count);
    return shape ? make_shape_map(shape, values, count) : 0;
}

static Value small_literal(const Value *entries, uint64_t count) {
    RESERVE(SMALL_BYTES, NULL);
    for (uint64_t i = 1; i < count; i++)
        if (find_in(entries, i, entries[2 * i])) duplicate_key(entries[2 * i]);
    Value map = shape_literal(entries, count);
    return map ? map : make_small_map(entries, count);
}

static Value large_literal(const Value *entries, uint64_t count) {
    Value root = value_of(slisp_empty_map_node);
    for (uint64_t i = 0; i < count; i++) {
        bool found;
        RESERVE(champ_bytes() + object_bytes(2), &root);
        root = champ_put(root, 2, entries + 2 * i, hash_value(entries[2 * i]), &found);
        if (found) duplicate_key(entries[2 * i]);
    }
    return make_hash_map(count, root);
}

Value rt_map(void) {
    uint64_t count = slisp_context.area_count / 2;
    const Value *entries = slisp_context.area;
    Value map = count == 0       ? value_of(slisp_empty_map)
                : count <= SMALL ? small_literal(entries, count)
                                 : large_literal(entries, count);
    slisp_context.area_count = 0;
    return map;
}

Value rt_shape_map(Value shape) {
    uint64_t count = slisp_context.area_count;
    RESERVE(object_bytes(1 + count), NULL);
    slisp_context.area_count = 0;
    return make_shape_map(shape, slisp_context.area, count);
}

/* ---- contents ------------------------------------------------------------ */

/* A vector of the words at `part` (0 key, 1 value) of each entry. */
static Value parts(Value map, unsigned part) {
    uint64_t count = count_of(map);
    RESERVE(vector_bytes(count) + 8 * count, &map);
    Value *items = (Value *)(uintptr_t)(slisp_context.alloc + vector_bytes(count)), *out = items;
    EntryWalk walk;
    entry_walk(&walk, map);
    for (const Value *entry; (entry = entry_next(&walk));)
        *out++ = entry[part];
    return vector_of(items, count);
}

Value rt_map_keys(Value map) {
    return parts(map, 0);
}
Value rt_map_vals(Value map) {
    return parts(map, 1);
}

Value rt_map_entries(Value map) {
    uint64_t count = count_of(map), pairs = count * VECTOR_PAIR_BYTES;
    RESERVE(pairs + vector_bytes(count) + 8 * count, &map);
    Value *items = (Value *)(uintptr_t)(slisp_context.alloc + pairs + vector_bytes(count));
    Value *out = items;
    EntryWalk walk;
    entry_walk(&walk, map);
    for (const Value *entry; (entry = entry_next(&walk));)
        *out++ = vector_pair(entry[0], entry[1]);
    return vector_of(items, count);
}
