/* hashing.c - hashes of values, and whether a value is realized.
 *
 * Sequential things hash alike, whatever they are; maps and sets independently of order. A
 * collection keeps its hash in its header. Nested collections are on a stack of their own.
 */
#include "visit.h"

#include <stdlib.h>

typedef struct {
    Visit visit;
    uint64_t hash; /* of what was seen so far */
    uint64_t key_hash;
    uint64_t count; /* children seen */
} Hashing;

static struct {
    Hashing *items;
    uint64_t count, capacity;
} stack;

static void push(Value collection) {
    stack.items = grown(stack.items, stack.count, &stack.capacity, sizeof *stack.items);
    Hashing *h = &stack.items[stack.count++];
    memset(h, 0, sizeof *h);
    visit_start(&h->visit, collection);
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
    case KIND_KEYWORD:
    case KIND_SYMBOL: return named_hash(v);
    }
    return is_collection(v) ? header_hash(v) : identity_hash(v);
}

static void absorb(Hashing *h, uint32_t hash) {
    h->count++;
    if (h->visit.is_sequence) {
        h->hash = h->hash * 31 + hash;
    } else if (h->visit.has_pending) {
        h->key_hash = hash;
    } else {
        h->hash += hash_word(h->key_hash * 31 + hash);
        h->key_hash = 0;
    }
}

static uint32_t finish(const Hashing *h) {
    uint64_t seed = h->visit.is_sequence ? 1 : is_map(h->visit.collection) ? 2 : 3;
    uint32_t hash = hash_word(h->hash + (seed << 40) + h->count);
    set_header_hash(h->visit.collection, hash);
    return hash;
}

/* 0: something in the collection is not realized. */
static uint32_t hash_collection(Value v) {
    stack.count = 0;
    push(v);
    for (;;) {
        Hashing *top = &stack.items[stack.count - 1];
        Value child;
        SeqStep step = visit_next(&top->visit, &child);
        if (step == SEQ_UNREALIZED) return 0;
        uint32_t hash = step == SEQ_END ? finish(top) : known_hash(child);
        if (!hash) {
            push(child);
        } else if (step == SEQ_ELEMENT) {
            absorb(top, hash);
        } else {
            if (!--stack.count) return hash;
            absorb(top - 1, hash);
        }
    }
}

uint32_t hash_value(Value v) {
    uint32_t hash = known_hash(v);
    return hash ? hash : hash_collection(v);
}

int64_t rt_hash(Value v) {
    return hash_value(v);
}

/* A collection that was hashed is realized, at any depth, and stays it. So each part of a value is
 * gone through once, however often it occurs. */
int64_t rt_realized(Value v) {
    return !is_collection(v) || hash_value(v) != 0;
}
