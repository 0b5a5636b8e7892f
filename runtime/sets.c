/* sets.c - sets: an array of up to eight elements, a hash trie beyond; and the walk over the
 * entries of maps and sets alike.
 */
#include "runtime.h"

enum { SMALL = SIZE_SMALL_ENTRIES };

uint64_t slisp_empty_set[] = {(uint64_t)KIND_SMALL_SET | FLAG_STATIC << 8};

static Value *elements_of(Value set) {
    return field(set, FIELD_SMALL_SET_ELEMENTS);
}
static Value root_of(Value set) {
    return get(set, FIELD_HASH_SET_ROOT);
}
static bool is_small(Value set) {
    return is_kind(set, KIND_SMALL_SET);
}
static uint64_t count_of(Value set) {
    return is_small(set) ? size_of(set) : get(set, FIELD_HASH_SET_COUNT);
}

int64_t rt_is_set(Value v) {
    return is_set(v);
}
int64_t rt_set_count(Value set) {
    return (int64_t)count_of(set);
}

/* ---- finding ------------------------------------------------------------- */

static const Value *find_in(const Value *elements, uint64_t count, Value v) {
    for (uint64_t i = 0; i < count; i++)
        if (same(elements[i], v)) return &elements[i];
    return NULL;
}

static const Value *find(Value set, Value v) {
    if (is_small(set)) return find_in(elements_of(set), count_of(set), v);
    return champ_find(root_of(set), 1, v, hash_value(v));
}

Value rt_set_get(Value set, Value v, Value otherwise) {
    const Value *found = find(set, v);
    return found ? *found : otherwise;
}

int64_t rt_set_has(Value set, Value v) {
    return find(set, v) != NULL;
}

/* ---- making: in reserved room -------------------------------------------- */

static Value make_small_set(const Value *elements, uint64_t count) {
    Value set = allocate(KIND_SMALL_SET, count);
    memcpy(elements_of(set), elements, 8 * count);
    return set;
}

static Value make_hash_set(uint64_t count, Value root) {
    Value set = allocate(KIND_HASH_SET, 2);
    *field(set, FIELD_HASH_SET_COUNT) = count;
    *field(set, FIELD_HASH_SET_ROOT) = root;
    return set;
}

static Value grow_to_hash(Value set, Value added) {
    Value root = value_of(slisp_empty_set_node);
    bool found;
    for (uint64_t i = 0; i < count_of(set); i++)
        root = champ_put(root, 1, &elements_of(set)[i], hash_value(elements_of(set)[i]), &found);
    root = champ_put(root, 1, &added, hash_value(added), &found);
    return make_hash_set(count_of(set) + 1, root);
}

static uint64_t change_bytes(Value set) {
    if (!is_small(set)) return champ_bytes() + object_bytes(2);
    return count_of(set) < SMALL ? object_bytes(SMALL)
                                 : (SMALL + 1) * champ_bytes() + object_bytes(2);
}

/* ---- changing ------------------------------------------------------------ */

static Value conj_small(Value set, Value v) {
    uint64_t count = count_of(set);
    if (find(set, v)) return set;
    if (count >= SMALL) return grow_to_hash(set, v);
    Value larger = allocate(KIND_SMALL_SET, count + 1);
    memcpy(elements_of(larger), elements_of(set), 8 * count);
    elements_of(larger)[count] = v;
    return larger;
}

static Value conj_hash(Value set, Value v) {
    bool found;
    Value root = champ_put(root_of(set), 1, &v, hash_value(v), &found);
    return found ? set : make_hash_set(count_of(set) + 1, root);
}

Value rt_set_conj(Value set, Value v) {
    RESERVE(change_bytes(set), &set, &v);
    return is_small(set) ? conj_small(set, v) : conj_hash(set, v);
}

static Value disj_small(Value set, Value v) {
    const Value *place = find(set, v);
    if (!place) return set;
    uint64_t count = count_of(set), at = (uint64_t)(place - elements_of(set));
    Value smaller = make_small_set(elements_of(set), count - 1);
    memcpy(elements_of(smaller) + at, place + 1, 8 * (count - 1 - at));
    return smaller;
}

static Value disj_hash(Value set, Value v) {
    bool found;
    Value root = champ_remove(root_of(set), 1, v, hash_value(v), &found);
    return found ? make_hash_set(count_of(set) - 1, root) : set;
}

Value rt_set_disj(Value set, Value v) {
    RESERVE(change_bytes(set), &set, &v);
    return is_small(set) ? disj_small(set, v) : disj_hash(set, v);
}

/* ---- literals ------------------------------------------------------------ */

static _Noreturn void duplicate_element(Value v) {
    TextBuffer t = {0};
    text_add_text(&t, "a set cannot have the element ");
    text_add_value(&t, v);
    text_add_text(&t, " twice");
    throw_message(CLASS_IllegalArgumentException, &t);
}

static Value small_literal(const Value *elements, uint64_t count) {
    RESERVE(object_bytes(count), NULL);
    for (uint64_t i = 1; i < count; i++)
        if (find_in(elements, i, elements[i])) duplicate_element(elements[i]);
    return make_small_set(elements, count);
}

static Value large_literal(const Value *elements, uint64_t count) {
    Value root = value_of(slisp_empty_set_node);
    for (uint64_t i = 0; i < count; i++) {
        bool found;
        RESERVE(champ_bytes() + object_bytes(2), &root);
        root = champ_put(root, 1, &elements[i], hash_value(elements[i]), &found);
        if (found) duplicate_element(elements[i]);
    }
    return make_hash_set(count, root);
}

Value rt_set(void) {
    uint64_t count = slisp_context.area_count;
    const Value *elements = slisp_context.area;
    Value set = count == 0       ? value_of(slisp_empty_set)
                : count <= SMALL ? small_literal(elements, count)
                                 : large_literal(elements, count);
    slisp_context.area_count = 0;
    return set;
}

/* ---- contents ------------------------------------------------------------ */

Value rt_set_items(Value set) {
    uint64_t count = count_of(set);
    RESERVE(vector_bytes(count) + 8 * count, &set);
    Value *items = (Value *)(uintptr_t)(slisp_context.alloc + vector_bytes(count)), *out = items;
    EntryWalk walk;
    entry_walk(&walk, set);
    for (const Value *element; (element = entry_next(&walk));)
        *out++ = *element;
    return vector_of(items, count);
}

void entry_walk(EntryWalk *walk, Value collection) {
    walk->collection = collection;
    walk->next = 0;
    unsigned kind = kind_of(collection);
    if (kind == KIND_HASH_MAP) champ_walk(&walk->champ, get(collection, FIELD_HASH_MAP_ROOT));
    if (kind == KIND_HASH_SET) champ_walk(&walk->champ, get(collection, FIELD_HASH_SET_ROOT));
}

static const Value *next_under_shape(EntryWalk *walk) {
    Value shape = get(walk->collection, FIELD_SHAPE_MAP_SHAPE);
    if (walk->next >= shape_count(shape)) return NULL;
    walk->entry[0] = shape_key(shape, walk->next);
    walk->entry[1] = field(walk->collection, FIELD_SHAPE_MAP_VALUES)[walk->next++];
    return walk->entry;
}

const Value *entry_next(EntryWalk *walk) {
    uint64_t width = 2, at = walk->next;
    switch (kind_of(walk->collection)) {
    case KIND_SHAPE_MAP: return next_under_shape(walk);
    case KIND_HASH_MAP: return champ_next(&walk->champ, 2);
    case KIND_HASH_SET: return champ_next(&walk->champ, 1);
    case KIND_SMALL_SET: width = 1; break;
    }
    if (at >= size_of(walk->collection)) return NULL;
    walk->next = at + width;
    return field(walk->collection, FIELD_SMALL_MAP_ENTRIES) + at;
}
