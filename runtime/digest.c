/* digest.c - what tells keys apart whose hashes are equal: 128 bits that equal values share, and
 * that nobody can make two different values share.
 *
 * Hashes have 32 bits and are not secret: whoever wants can write down a million keys with one
 * hash. A trie goes on with the digest where the hash ends (champ.c). Digests of numbers are the
 * numbers; those of text and collections are made by BLAKE2s, of a collection from the digests of
 * its children, sorted where order means nothing. They depend on nothing but the value, so tries
 * with equal contents are equal however they were made. What is equal only to itself is told apart
 * by the number that it gets when it is first asked.
 */
#include "visit.h"

#include <stdlib.h>

enum { TAG_STRING = 1, TAG_NAMED, TAG_SEQUENCE, TAG_MAP, TAG_SET };
/* The last word of digests that are no BLAKE2s results. */
enum { MARK_IMMEDIATE = 1, MARK_INT, MARK_DOUBLE, MARK_NAN, MARK_IDENTITY };

typedef struct {
    Visit visit;
    uint64_t first; /* index of its first child's digest */
} Digesting;

static struct {
    Digesting *items;
    uint64_t count, capacity;
} stack;

static struct {
    Digest *items;
    uint64_t count, capacity;
} children; /* of all collections on the stack, outermost first */

static void push(Value collection) {
    stack.items = grown(stack.items, stack.count, &stack.capacity, sizeof *stack.items);
    Digesting *d = &stack.items[stack.count++];
    visit_start(&d->visit, collection);
    d->first = children.count;
}

static void add_child(Digest digest) {
    children.items =
        grown(children.items, children.count, &children.capacity, sizeof *children.items);
    children.items[children.count++] = digest;
}

/* ---- scalars ------------------------------------------------------------- */

static Digest plain(uint64_t word, uint32_t mark) {
    return (Digest){{(uint32_t)word, (uint32_t)(word >> 32), 0, mark}};
}

/* A NaN is equal only to itself. */
static Digest nan_digest(Value v) {
    static uint32_t given = 0;
    if (!header_hash(v)) set_header_hash(v, ++given);
    return plain(header_hash(v), MARK_NAN);
}

static Digest double_digest(Value v) {
    double d = double_value(v) + 0.0; /* -0.0 + 0.0 is 0.0 */
    uint64_t bits;
    if (d != d) return nan_digest(v);
    memcpy(&bits, &d, sizeof bits);
    return plain(bits, MARK_DOUBLE);
}

static Digest text_digest(Value string, uint32_t tag) {
    return blake2s(tag, string_bytes(string), string_length(string));
}

static Digest scalar_digest(Value v) {
    if (is_int(v)) return plain((uint64_t)int_value(v), MARK_INT);
    if (!is_pointer(v)) return plain(v, MARK_IMMEDIATE);
    switch (kind_of(v)) {
    case KIND_DOUBLE: return double_digest(v);
    case KIND_STRING: return text_digest(v, TAG_STRING);
    case KIND_KEYWORD:
    case KIND_SYMBOL: return text_digest(name_of(v), TAG_NAMED + 256 * kind_of(v));
    }
    return plain(hash_value(v), MARK_IDENTITY);
}

/* ---- collections --------------------------------------------------------- */

static int compare_digests(const void *a, const void *b) {
    return memcmp(a, b, sizeof(Digest));
}

/* Of the collection on top, which it takes away. */
static Digest finish(void) {
    const Digesting *top = &stack.items[--stack.count];
    Digest *first = children.items + top->first;
    uint64_t count = children.count - top->first;
    uint32_t tag = TAG_SEQUENCE;
    if (!top->visit.is_sequence) {
        uint64_t width = is_map(top->visit.collection) ? 2 : 1;
        tag = width == 2 ? TAG_MAP : TAG_SET;
        qsort(first, count / width, width * sizeof *first, compare_digests);
    }
    children.count = top->first;
    return blake2s(tag, first, count * sizeof *first);
}

Digest digest_value(Value v) {
    if (!is_collection(v)) return scalar_digest(v);
    stack.count = children.count = 0;
    push(v);
    for (;;) {
        Value child;
        if (visit_next(&stack.items[stack.count - 1].visit, &child) != SEQ_ELEMENT) {
            Digest digest = finish();
            if (!stack.count) return digest;
            add_child(digest);
        } else if (is_collection(child)) {
            push(child);
        } else {
            add_child(scalar_digest(child));
        }
    }
}
