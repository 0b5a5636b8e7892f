/* equality.c - `=` on realized values.
 *
 * Collections that are compared stand on a stack of their own, each with how far it was compared,
 * so nesting costs no C stack. Only looking up a key that is itself a collection starts a
 * comparison inside the comparison; that may nest to a limit.
 */
#include "runtime.h"

enum { DIFFERENT = 0, EQUAL = 1, UNREALIZED = 2 };
enum { MOST_LOOKUPS = 64 };

typedef struct {
    bool is_map; /* else both are sequential */
    SeqWalk a, b;
    EntryWalk entries; /* of the first map */
    Value other;       /* the second */
} Comparison;

static struct {
    Comparison *items;
    uint64_t count, capacity;
    unsigned lookups; /* comparisons that are going on inside others */
} stack;

static Comparison *push(void) {
    stack.items = grown(stack.items, stack.count, &stack.capacity, sizeof *stack.items);
    return &stack.items[stack.count++];
}

void equality_abandon(void) { stack.count = stack.lookups = 0; }

/* ---- one pair ------------------------------------------------------------ */

static int same_when(bool b) { return b ? EQUAL : DIFFERENT; }

/* EQUAL here means: as far as this one step can tell; what is left to do was pushed. */
static int compare_sequences(Value a, Value b) {
    if (!is_sequential(b)) return DIFFERENT;
    if (is_kind(a, KIND_VECTOR) && is_kind(b, KIND_VECTOR) && vector_count(a) != vector_count(b))
        return DIFFERENT;
    Comparison *c = push();
    c->is_map = false;
    c->a = (SeqWalk){a, 0, {0}};
    c->b = (SeqWalk){b, 0, {0}};
    return EQUAL;
}

static int compare_maps(Value a, Value b) {
    if (!is_map(b) || rt_map_count(a) != rt_map_count(b)) return DIFFERENT;
    if (is_kind(a, KIND_SHAPE_MAP) && is_kind(b, KIND_SHAPE_MAP) &&
        get(get(a, FIELD_SHAPE_MAP_SHAPE), FIELD_SHAPE_KEYSET) !=
            get(get(b, FIELD_SHAPE_MAP_SHAPE), FIELD_SHAPE_KEYSET))
        return DIFFERENT;
    Comparison *c = push();
    c->is_map = true;
    c->other = b;
    entry_walk(&c->entries, a);
    return EQUAL;
}

/* Elements are realized, and looking them up compares them completely. */
static int compare_sets(Value a, Value b) {
    if (!is_set(b) || rt_set_count(a) != rt_set_count(b)) return DIFFERENT;
    EntryWalk walk;
    entry_walk(&walk, a);
    for (const Value *element; (element = entry_next(&walk));)
        if (!rt_set_has(b, *element)) return DIFFERENT;
    return EQUAL;
}

static int compare(Value a, Value b) {
    if (a == b) return EQUAL;
    if (!is_pointer(a) || !is_pointer(b)) return DIFFERENT;
    switch (kind_of(a)) {
    case KIND_BIGINT: return same_when(is_kind(b, KIND_BIGINT) && int_value(a) == int_value(b));
    case KIND_DOUBLE:
        return same_when(is_kind(b, KIND_DOUBLE) && double_value(a) == double_value(b));
    case KIND_STRING: return same_when(is_kind(b, KIND_STRING) && same_text(a, b));
    case KIND_CONS: case KIND_EMPTY: case KIND_LAZY: case KIND_INDEXED_SEQ: case KIND_VECTOR:
        return compare_sequences(a, b);
    case KIND_SHAPE_MAP: case KIND_SMALL_MAP: case KIND_HASH_MAP: return compare_maps(a, b);
    case KIND_SMALL_SET: case KIND_HASH_SET: return compare_sets(a, b);
    }
    return DIFFERENT;
}

/* ---- what was pushed ----------------------------------------------------- */

/* The next elements of the comparison on top. */
static int step_sequences(Comparison *c) {
    Value x, y;
    SeqStep step_a = seq_next(&c->a, &x), step_b = seq_next(&c->b, &y);
    if (step_a == SEQ_UNREALIZED || step_b == SEQ_UNREALIZED) return UNREALIZED;
    if (step_a != step_b) return DIFFERENT;
    if (step_a == SEQ_ELEMENT) return compare(x, y);
    stack.count--;
    return EQUAL;
}

/* The next entry; looking up its key may move the stack. */
static int step_maps(Comparison *c) {
    const Value *entry = entry_next(&c->entries);
    if (!entry) {
        stack.count--;
        return EQUAL;
    }
    Value v = entry[1], key = entry[0], other = c->other;
    if (!rt_map_has(other, key)) return DIFFERENT;
    return compare(v, rt_map_get(other, key, VALUE_NIL));
}

int64_t equal_values(Value a, Value b) {
    uint64_t base = stack.count;
    if (++stack.lookups > MOST_LOOKUPS)
        throw_text(CLASS_StackOverflowError, "collections as keys are nested too deeply");
    int result = compare(a, b);
    while (result == EQUAL && stack.count > base) {
        Comparison *top = &stack.items[stack.count - 1];
        result = top->is_map ? step_maps(top) : step_sequences(top);
    }
    stack.count = base;
    stack.lookups--;
    return result;
}

/* Keys are hashed sooner or later, and each once; different ones are mostly told by that. */
bool same_key(Value a, Value b) {
    if (is_collection(a) && is_collection(b) && hash_value(a) != hash_value(b)) return false;
    return equal_values(a, b) == EQUAL;
}

int64_t rt_equal(Value a, Value b) { return a == b ? EQUAL : equal_values(a, b); }
