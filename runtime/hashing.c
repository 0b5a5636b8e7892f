/* hashing.c - hashes of realized values, and whether a value is realized.
 *
 * Sequential things hash alike, whatever they are; maps and sets independently of order. A
 * collection keeps its hash in its header. Nested collections stand on a stack of their own.
 */
#include "runtime.h"

#include <stdlib.h>

typedef struct {
    Value collection;
    bool is_sequence;
    SeqWalk seq;
    EntryWalk entries;
    Value pending;     /* the value of the entry whose key comes first, when has_pending */
    bool has_pending;
    uint64_t hash;     /* of what was seen so far */
    uint64_t key_hash;
    uint64_t count;    /* children seen */
} Visit;

static struct {
    Visit *items;
    uint64_t count, capacity;
} stack;

static void push(Value collection) {
    if (stack.count == stack.capacity) {
        stack.capacity = stack.capacity ? 2 * stack.capacity : 16;
        stack.items = realloc(stack.items, stack.capacity * sizeof *stack.items);
        if (!stack.items) runtime_bug("no memory to hash values");
    }
    Visit *v = &stack.items[stack.count++];
    memset(v, 0, sizeof *v);
    v->collection = v->seq.seq = collection;
    v->is_sequence = is_sequential(collection);
    if (!v->is_sequence) entry_walk(&v->entries, collection);
}

static bool is_collection(Value v) { return is_sequential(v) || is_map(v) || is_set(v); }

/* The next child: an element, or in turn key and value. SEQ_UNREALIZED only of sequences. */
static SeqStep next_child(Visit *v, Value *out) {
    if (v->is_sequence) return seq_next(&v->seq, out);
    if (v->has_pending) {
        v->has_pending = false;
        *out = v->pending;
        return SEQ_ELEMENT;
    }
    const Value *entry = entry_next(&v->entries);
    if (!entry) return SEQ_END;
    *out = entry[0];
    if (is_map(v->collection)) {
        v->pending = entry[1];
        v->has_pending = true;
    }
    return SEQ_ELEMENT;
}

/* ---- hashing ------------------------------------------------------------- */

uint32_t string_hash(Value s) {
    uint32_t hash = header_hash(s);
    if (hash) return hash;
    hash = hash_text(string_bytes(s), string_length(s));
    set_header_hash(s, hash);
    return hash;
}

/* Functions, atoms and so on are equal only to themselves: they get numbers as they are asked. */
static uint32_t identity_hash(Value v) {
    static uint64_t given = 0;
    if (!header_hash(v)) set_header_hash(v, hash_word(++given));
    return header_hash(v);
}

/* 0: a collection whose hash is not known yet. */
static uint32_t known_hash(Value v) {
    if (is_fixnum(v)) return hash_int(fixnum_value(v));
    if (!is_pointer(v)) return hash_word(v);
    switch (kind_of(v)) {
    case KIND_BIGINT: return hash_int(int_value(v));
    case KIND_DOUBLE: return hash_double(double_value(v));
    case KIND_STRING: return string_hash(v);
    case KIND_KEYWORD: case KIND_SYMBOL: return named_hash(v);
    }
    return is_collection(v) ? header_hash(v) : identity_hash(v);
}

static void absorb(Visit *v, uint32_t hash) {
    v->count++;
    if (v->is_sequence) {
        v->hash = v->hash * 31 + hash;
    } else if (v->has_pending) {
        v->key_hash = hash;
    } else {
        v->hash += hash_word(v->key_hash * 31 + hash);
        v->key_hash = 0;
    }
}

static uint32_t finish(const Visit *v) {
    uint64_t seed = v->is_sequence ? 1 : is_map(v->collection) ? 2 : 3;
    uint32_t hash = hash_word(v->hash + (seed << 40) + v->count);
    set_header_hash(v->collection, hash);
    return hash;
}

uint32_t hash_value(Value v) {
    uint32_t hash = known_hash(v);
    if (hash) return hash;
    uint64_t base = stack.count;
    push(v);
    for (;;) {
        Visit *top = &stack.items[stack.count - 1];
        Value child;
        if (next_child(top, &child) == SEQ_ELEMENT) {
            hash = known_hash(child);
            if (hash) absorb(top, hash);
            else push(child);
        } else {
            hash = finish(top);
            if (--stack.count == base) return hash;
            absorb(&stack.items[stack.count - 1], hash);
        }
    }
}

int64_t rt_hash(Value v) { return hash_value(v); }

/* ---- realized? ----------------------------------------------------------- */

/* A value that was hashed once is realized: it does not change any more. */
static bool needs_visit(Value v) { return is_collection(v) && !header_hash(v); }

int64_t rt_realized(Value v) {
    if (!needs_visit(v)) return 1;
    uint64_t base = stack.count;
    SeqStep step = SEQ_END;
    push(v);
    while (stack.count > base) {
        Value child;
        step = next_child(&stack.items[stack.count - 1], &child);
        if (step == SEQ_UNREALIZED) break;
        if (step == SEQ_END) stack.count--;
        else if (needs_visit(child)) push(child);
    }
    stack.count = base;
    return step != SEQ_UNREALIZED;
}
