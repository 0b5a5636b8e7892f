/* vectors.c - persistent vectors: tries of nodes with 32 slots, and the last 1 to 32 elements
 * apart in a tail (P. Bagwell, Ideal Hash Trees, 2001; Clojure's PersistentVector).
 *
 * count elements; those from (count - 1) & ~31 on are in the tail, the others in the leaves of
 * root, each with 32; slot (index >> shift) & 31 of the root leads on, then with shift - 5, down
 * to 0. Inner nodes have as many slots as children. root is nil when all are in the tail; shift is
 * then 5.
 *
 * A tail may have more slots than elements. Its header's hash field says how many slots were ever
 * used; the vector whose elements end exactly there adds its next one in place, any other copies.
 * So adding n elements one after the other takes O(n) words, and old versions never see the new
 * ones.
 */
#include "runtime.h"

enum {
    BITS = 5,
    WIDTH = SIZE_NODE_WIDTH,
    MASK = WIDTH - 1,
    VECTOR_WORDS = 4,
    LEVELS = 8, /* of a path from the root to a leaf, at most, and one more for a new root */
    CHANGE_BYTES = 8 * ((LEVELS + 1) * (1 + WIDTH) + 1 + VECTOR_WORDS),
};
_Static_assert(1 << BITS == WIDTH, "");

static uint64_t empty_node[] = {(uint64_t)KIND_NODE | FLAG_STATIC << 8};
uint64_t slisp_empty_vector[] = {
    (uint64_t)KIND_VECTOR | FLAG_STATIC << 8 | VECTOR_WORDS << 16,
    0,
    BITS,
    VALUE_NIL,
    (uint64_t)empty_node + TAG_POINTER,
};

/* ---- parts --------------------------------------------------------------- */

static Value *slots(Value node) {
    return field(node, FIELD_NODE_SLOTS);
}
static uint64_t shift_of(Value v) {
    return get(v, FIELD_VECTOR_SHIFT);
}
static Value root_of(Value v) {
    return get(v, FIELD_VECTOR_ROOT);
}
static Value tail_of(Value v) {
    return get(v, FIELD_VECTOR_TAIL);
}
static uint64_t tail_start(uint64_t count) {
    return count ? (count - 1) & ~(uint64_t)MASK : 0;
}

static Value make_vector(uint64_t count, uint64_t shift, Value root, Value tail) {
    Value v = allocate(KIND_VECTOR, VECTOR_WORDS);
    *field(v, FIELD_VECTOR_COUNT) = count;
    *field(v, FIELD_VECTOR_SHIFT) = shift;
    *field(v, FIELD_VECTOR_ROOT) = root;
    *field(v, FIELD_VECTOR_TAIL) = tail;
    return v;
}

static Value node_of(const Value *items, uint64_t count) {
    Value node = allocate(KIND_NODE, count);
    memcpy(slots(node), items, 8 * count);
    return node;
}

static Value copy_node(Value node) {
    return node_of(slots(node), size_of(node));
}

/* A tail with room for `capacity` elements and the first `count` of those at `items`. */
static Value make_tail(const Value *items, uint64_t count, uint64_t capacity) {
    Value tail = allocate(KIND_NODE, capacity);
    memcpy(slots(tail), items, 8 * count);
    memset(slots(tail) + count, 0, 8 * (capacity - count));
    set_header_hash(tail, (uint32_t)count);
    return tail;
}

static Value leaf_at(Value vector, uint64_t index) {
    if (index >= tail_start(vector_count(vector))) return tail_of(vector);
    Value node = root_of(vector);
    for (uint64_t shift = shift_of(vector); shift; shift -= BITS)
        node = slots(node)[index >> shift & MASK];
    return node;
}

/* ---- reading ------------------------------------------------------------- */

Value vector_nth(Value vector, uint64_t index) {
    return slots(leaf_at(vector, index))[index & MASK];
}

Value rt_vec_nth(Value vector, int64_t index) {
    if ((uint64_t)index >= vector_count(vector)) throw_index("nth", index, vector_count(vector));
    return vector_nth(vector, (uint64_t)index);
}

const Value *vector_run(Value vector, uint64_t index, uint64_t *length) {
    uint64_t in_leaf = WIDTH - (index & MASK), in_vector = vector_count(vector) - index;
    *length = in_leaf < in_vector ? in_leaf : in_vector;
    return slots(leaf_at(vector, index)) + (index & MASK);
}

/* Copies elements from `from` up to `to`. */
static void copy_out(Value vector, uint64_t from, uint64_t to, Value *out) {
    uint64_t length;
    for (uint64_t i = from; i < to; i += length) {
        const Value *run = vector_run(vector, i, &length);
        if (length > to - i) length = to - i;
        memcpy(out + (i - from), run, 8 * length);
    }
}

/* ---- changing ------------------------------------------------------------ */

/* The trie under `node` (nil: none yet) with `leaf` for the elements from `index` on. */
static Value put_leaf(Value node, uint64_t shift, uint64_t index, Value leaf) {
    if (shift == 0) return leaf;
    uint64_t slot = index >> shift & MASK, size = node == VALUE_NIL ? 0 : size_of(node);
    Value child = put_leaf(slot < size ? slots(node)[slot] : VALUE_NIL, shift - BITS, index, leaf);
    Value copy = allocate(KIND_NODE, slot < size ? size : slot + 1);
    if (size) memcpy(slots(copy), slots(node), 8 * size);
    slots(copy)[slot] = child;
    return copy;
}

static Value conj_in_tail(Value vector, uint64_t count, Value v) {
    Value tail = tail_of(vector);
    uint64_t length = count & MASK, capacity = size_of(tail);
    if (length < capacity && header_hash(tail) == length && !is_static(tail)) {
        set(tail, FIELD_NODE_SLOTS + 8 * length, v);
        set_header_hash(tail, (uint32_t)length + 1);
    } else {
        uint64_t larger = count > WIDTH ? WIDTH : length < 3 ? 4 : 2 * length;
        tail = make_tail(slots(tail), length, larger < WIDTH ? larger : WIDTH);
        slots(tail)[length] = v;
        set_header_hash(tail, (uint32_t)length + 1);
    }
    return make_vector(count + 1, shift_of(vector), root_of(vector), tail);
}

/* The tail is full: it becomes a leaf, and the new element starts the next one. */
static Value conj_in_new_tail(Value vector, uint64_t count, Value v) {
    Value root = root_of(vector), tail = make_tail(&v, 1, WIDTH);
    uint64_t shift = shift_of(vector), start = count - WIDTH;
    if (start >> shift >= WIDTH) {
        root = node_of(&root, 1);
        shift += BITS;
    }
    root = put_leaf(root, shift, start, tail_of(vector));
    return make_vector(count + 1, shift, root, tail);
}

/* In reserved room. */
static Value add_element(Value vector, Value v) {
    uint64_t count = vector_count(vector);
    bool is_full = count && (count & MASK) == 0;
    return is_full ? conj_in_new_tail(vector, count, v) : conj_in_tail(vector, count, v);
}

Value rt_vec_conj(Value vector, Value v) {
    RESERVE(CHANGE_BYTES, &vector, &v);
    return add_element(vector, v);
}

static Value assoc_in_trie(Value node, uint64_t shift, uint64_t index, Value v) {
    Value copy = copy_node(node);
    Value *slot = &slots(copy)[index >> shift & MASK];
    *slot = shift ? assoc_in_trie(*slot, shift - BITS, index, v) : v;
    return copy;
}

Value rt_vec_assoc(Value vector, int64_t at, Value v) {
    uint64_t count = vector_count(vector), index = (uint64_t)at;
    if (index == count) return rt_vec_conj(vector, v);
    if (index > count) throw_index("assoc", at, count);
    RESERVE(CHANGE_BYTES, &vector, &v);
    uint64_t start = tail_start(count), shift = shift_of(vector);
    if (index < start) {
        Value root = assoc_in_trie(root_of(vector), shift, index, v);
        return make_vector(count, shift, root, tail_of(vector));
    }
    Value tail = make_tail(slots(tail_of(vector)), count - start, count - start);
    slots(tail)[index - start] = v;
    return make_vector(count, shift, root_of(vector), tail);
}

/* The trie without the leaf that holds `index`, its last one; nil when nothing is left. */
static Value drop_leaf(Value node, uint64_t shift, uint64_t index) {
    if (shift == 0) return VALUE_NIL;
    uint64_t slot = index >> shift & MASK;
    Value child = drop_leaf(slots(node)[slot], shift - BITS, index);
    if (child == VALUE_NIL) return slot ? node_of(slots(node), slot) : VALUE_NIL;
    Value copy = node_of(slots(node), slot + 1);
    slots(copy)[slot] = child;
    return copy;
}

Value rt_vec_pop(Value vector) {
    uint64_t count = vector_count(vector), shift = shift_of(vector);
    if (count == 0) throw_text(CLASS_IllegalStateException, "pop of an empty vector");
    if (count == 1) return value_of(slisp_empty_vector);
    RESERVE(CHANGE_BYTES, &vector);
    Value root = root_of(vector), tail = tail_of(vector);
    uint64_t last = count - 1;
    if ((last & MASK) == 0) {
        tail = leaf_at(vector, last - 1);
        root = drop_leaf(root, shift, last - 1);
        while (shift > BITS && root != VALUE_NIL && size_of(root) == 1) {
            root = slots(root)[0];
            shift -= BITS;
        }
        if (root == VALUE_NIL) shift = BITS;
    }
    return make_vector(last, shift, root, tail);
}

/* ---- building ------------------------------------------------------------ */

uint64_t vector_bytes(uint64_t count) {
    uint64_t nodes = 1;
    for (uint64_t below = count; below > 1; nodes += below)
        below = (below + MASK) / WIDTH;
    return 8 * (count + 2 * nodes + 1 + VECTOR_WORDS);
}

/* The leaves come one after the other in memory, then the nodes above them, and so on: the children
 * of a level are told from their distance. */
static Value build_trie(const Value *items, uint64_t leaves, uint64_t *shift) {
    const uint64_t stride = object_bytes(WIDTH);
    Value level = slisp_context.alloc + TAG_POINTER;
    for (uint64_t i = 0; i < leaves; i++)
        node_of(items + WIDTH * i, WIDTH);
    for (*shift = BITS;; *shift += BITS) {
        Value next = slisp_context.alloc + TAG_POINTER;
        for (uint64_t i = 0; i < leaves; i += WIDTH) {
            uint64_t size = leaves - i < WIDTH ? leaves - i : WIDTH;
            Value node = allocate(KIND_NODE, size);
            for (uint64_t j = 0; j < size; j++)
                slots(node)[j] = level + stride * (i + j);
        }
        if (leaves <= WIDTH) return next;
        leaves = (leaves + MASK) / WIDTH;
        level = next;
    }
}

Value vector_of(const Value *items, uint64_t count) {
    if (!count) return value_of(slisp_empty_vector);
    uint64_t start = tail_start(count), shift = BITS;
    Value root = start ? build_trie(items, start / WIDTH, &shift) : VALUE_NIL;
    Value tail = make_tail(items + start, count - start, count - start);
    return make_vector(count, shift, root, tail);
}

Value vector_pair(Value a, Value b) {
    Value items[2] = {a, b}, pair = vector_of(items, 2);
    *object_of(pair) |= FLAG_ENTRY << 8;
    return pair;
}

Value rt_entry(Value a, Value b) {
    RESERVE(VECTOR_PAIR_BYTES, &a, &b);
    return vector_pair(a, b);
}

int64_t rt_is_entry(Value v) {
    return is_kind(v, KIND_VECTOR) && (header_of(v) >> 8 & FLAG_ENTRY) != 0;
}

Value rt_vector(void) {
    uint64_t count = slisp_context.area_count;
    RESERVE(vector_bytes(count), NULL);
    slisp_context.area_count = 0;
    return vector_of(slisp_context.area, count);
}

/* Unused room after what vector_of(count) will take, for its items. */
static Value *scratch_room(uint64_t count) {
    return (Value *)(uintptr_t)(slisp_context.alloc + vector_bytes(count));
}

Value rt_vec_sub(Value vector, int64_t from, int64_t to) {
    uint64_t count = vector_count(vector);
    if (to < 0 || (uint64_t)to > count) throw_index("subvec", to, count);
    if (from < 0 || from > to) throw_index("subvec", from, count);
    uint64_t length = (uint64_t)(to - from);
    if (length == count) return vector;
    RESERVE(vector_bytes(length) + 8 * length, &vector);
    Value *items = scratch_room(length);
    copy_out(vector, (uint64_t)from, (uint64_t)to, items);
    return vector_of(items, length);
}

static Value concat_anew(Value a, Value b, uint64_t count_a, uint64_t count_b) {
    uint64_t count = count_a + count_b;
    RESERVE(vector_bytes(count) + 8 * count, &a, &b);
    Value *items = scratch_room(count);
    copy_out(a, 0, count_a, items);
    copy_out(b, 0, count_b, items + count_a);
    return vector_of(items, count);
}

Value rt_vec_concat(Value a, Value b) {
    uint64_t count_a = vector_count(a), count_b = vector_count(b);
    if (!count_a) return b;
    if (count_b >= count_a / 4) return concat_anew(a, b, count_a, count_b);
    for (uint64_t i = 0; i < count_b; i++) {
        RESERVE(CHANGE_BYTES, &a, &b);
        a = add_element(a, vector_nth(b, i));
    }
    return a;
}
