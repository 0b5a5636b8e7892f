/* equality.c - `=` on realized values.
 *
 * Collections that are compared are on a stack of their own, each with how far it was compared,
 * so nesting costs no C stack. A key that is itself a collection is compared with the one key of
 * the other map or set that has its hash; where there are several, it is looked up, which starts a
 * comparison inside the comparison. That may nest to a limit.
 *
 * One part may occur in a value many times, and be gone through each time: 2^n times at depth n.
 * So a long comparison notes which pairs it has met deep inside (pairs.c), and meets each once.
 */
#include "pairs.h"

enum { DIFFERENT = 0, EQUAL = 1, UNREALIZED = 2 };
enum {
    MOST_LOOKUPS = 64,
    LONG = 4096, /* steps after which pairs are noted */
    DEEP = 8,    /* above, there are not so many ways down */
};

typedef struct {
    bool is_sequence; /* else both are maps, or both are sets */
    union {
        struct {
            SeqWalk a, b;
        } seqs;
        struct {
            EntryWalk entries; /* of the first */
            Value other;       /* the second */
        } tables;
    } of;
} Comparison;

static struct {
    Comparison *items;
    uint64_t count, capacity;
    unsigned lookups; /* comparisons that are going on inside others */
    uint64_t steps;   /* of the outermost one */
} stack;

void equality_abandon(void) {
    stack.count = stack.lookups = 0;
    pairs_clear();
}

/* NULL: this pair is being compared already, or has been found equal. */
static Comparison *push(Value a, Value b, bool is_sequence) {
    bool is_outermost = stack.lookups == 1;
    if (is_outermost && ++stack.steps > LONG && stack.count > DEEP && !pairs_add(a, b)) return NULL;
    stack.items = grown(stack.items, stack.count, &stack.capacity, sizeof *stack.items);
    Comparison *c = &stack.items[stack.count++];
    c->is_sequence = is_sequence;
    return c;
}

/* ---- one pair ------------------------------------------------------------ */

static int same_when(bool b) {
    return b ? EQUAL : DIFFERENT;
}

/* EQUAL here means: as far as this one step can tell; what is left to do was pushed. */
static int compare_sequences(Value a, Value b) {
    if (!is_sequential(b)) return DIFFERENT;
    if (is_kind(a, KIND_VECTOR) && is_kind(b, KIND_VECTOR) && vector_count(a) != vector_count(b))
        return DIFFERENT;
    Comparison *c = push(a, b, true);
    if (!c) return EQUAL;
    c->of.seqs.a = (SeqWalk){a, 0, {0}};
    c->of.seqs.b = (SeqWalk){b, 0, {0}};
    return EQUAL;
}

static int compare_tables(Value a, Value b) {
    Comparison *c = push(a, b, false);
    if (!c) return EQUAL;
    entry_walk(&c->of.tables.entries, a);
    c->of.tables.other = b;
    return EQUAL;
}

static int compare_maps(Value a, Value b) {
    if (!is_map(b) || rt_map_count(a) != rt_map_count(b)) return DIFFERENT;
    if (is_kind(a, KIND_SHAPE_MAP) && is_kind(b, KIND_SHAPE_MAP) &&
        get(get(a, FIELD_SHAPE_MAP_SHAPE), FIELD_SHAPE_KEYSET) !=
            get(get(b, FIELD_SHAPE_MAP_SHAPE), FIELD_SHAPE_KEYSET))
        return DIFFERENT;
    return compare_tables(a, b);
}

static int compare_sets(Value a, Value b) {
    if (!is_set(b) || rt_set_count(a) != rt_set_count(b)) return DIFFERENT;
    return compare_tables(a, b);
}

static int compare(Value a, Value b) {
    if (a == b) return EQUAL;
    if (!is_pointer(a) || !is_pointer(b)) return DIFFERENT;
    switch (kind_of(a)) {
    case KIND_BIGINT: return same_when(is_kind(b, KIND_BIGINT) && int_value(a) == int_value(b));
    case KIND_DOUBLE:
        return same_when(is_kind(b, KIND_DOUBLE) && double_value(a) == double_value(b));
    case KIND_STRING: return same_when(is_kind(b, KIND_STRING) && same_text(a, b));
    case KIND_CONS:
    case KIND_EMPTY:
    case KIND_LAZY:
    case KIND_INDEXED_SEQ:
    case KIND_VECTOR: return compare_sequences(a, b);
    case KIND_SHAPE_MAP:
    case KIND_SMALL_MAP:
    case KIND_HASH_MAP: return compare_maps(a, b);
    case KIND_SMALL_SET:
    case KIND_HASH_SET: return compare_sets(a, b);
    }
    return DIFFERENT;
}

/* ---- what was pushed ----------------------------------------------------- */

/* The next elements of the comparison on top. */
static int step_sequences(Comparison *c) {
    Value x, y;
    SeqStep step_a = seq_next(&c->of.seqs.a, &x), step_b = seq_next(&c->of.seqs.b, &y);
    if (step_a == SEQ_UNREALIZED || step_b == SEQ_UNREALIZED) return UNREALIZED;
    if (step_a != step_b) return DIFFERENT;
    if (step_a == SEQ_ELEMENT) return compare(x, y);
    stack.count--;
    return EQUAL;
}

/* The next entry, or element. Looking up its key may move the stack. */
static int step_tables(Comparison *c) {
    const Value *entry = entry_next(&c->of.tables.entries);
    if (!entry) {
        stack.count--;
        return EQUAL;
    }
    Value key = entry[0], v = is_map(c->of.tables.other) ? entry[1] : VALUE_NIL;
    Found found = table_find(c->of.tables.other, key);
    if (!found.is_found) return DIFFERENT;
    if (found.is_sole && compare(key, found.key) == DIFFERENT) return DIFFERENT;
    return compare(v, found.value);
}

int64_t equal_values(Value a, Value b) {
    uint64_t base = stack.count;
    if (++stack.lookups > MOST_LOOKUPS)
        throw_text(CLASS_StackOverflowError, "collections as keys are nested too deeply");
    if (stack.lookups == 1) stack.steps = 0;
    int result = compare(a, b);
    while (result == EQUAL && stack.count > base) {
        Comparison *top = &stack.items[stack.count - 1];
        result = top->is_sequence ? step_sequences(top) : step_tables(top);
    }
    stack.count = base;
    if (--stack.lookups == 0) pairs_clear();
    return result;
}

/* Keys are hashed sooner or later, and each once; different ones are mostly told by that. */
bool same_key(Value a, Value b) {
    if (is_collection(a) && is_collection(b) && hash_value(a) != hash_value(b)) return false;
    return equal_values(a, b) == EQUAL;
}

int64_t rt_equal(Value a, Value b) {
    return a == b ? EQUAL : equal_values(a, b);
}
