/* execute_values.c - the words of a walk.
 *
 * An object is a number; its address names the object and how often it has moved, so a stale
 * address is never that of another object. No address is read twice in two epochs.
 *
 *   bit 63 junk, bit 62 static, bit 61 address of an object: epoch << 24 | object << 3 | 1
 */
#include "execute_parts.h"

#define JUNK ((uint64_t)1 << 63)
#define STATIC_OBJECT ((uint64_t)1 << 62)
#define OBJECT ((uint64_t)1 << 61)
enum { EPOCH_BIT = 24, OBJECT_BIT = 3, OBJECT_MASK = (1 << 21) - 1, FIRST_OBJECTS = 8 };

static uint64_t address(uint32_t epoch, uint64_t object) {
    return OBJECT | (uint64_t)epoch << EPOCH_BIT | object << OBJECT_BIT | 1;
}

static uint64_t some_object(const Walk *w, uint64_t random) {
    return address(w->epoch, random % (FIRST_OBJECTS + w->objects));
}

uint64_t fresh_object(Walk *w) {
    return address(w->epoch, FIRST_OBJECTS + w->objects++);
}

bool was_current(const Walk *w, uint64_t word) {
    return word >> 61 == 1 && (word & 7) == 1 &&
           (word & ~(OBJECT | 7)) >> EPOCH_BIT == w->epoch - 1;
}

uint64_t moved(const Walk *w, uint64_t word) {
    return address(w->epoch, word >> OBJECT_BIT & OBJECT_MASK);
}

bool may_be_root(const Walk *w, uint64_t word) {
    bool is_static = word >> 62 == 1;
    return (word & 7) != 1 || is_static || was_current(w, word);
}

static uint64_t static_word(uint64_t random) {
    return STATIC_OBJECT | (random >> 8 & ~(uint64_t)7) | 1;
}

uint64_t word_of_kind(Walk *w, Holds holds, uint64_t random) {
    static const uint64_t immediates[] = {3, 11, 19};
    uint64_t rest = random >> 8;
    if (holds == HOLDS_REF) {
        if (random % 8 == 0) return 2 * (rest % 100);
        if (random % 8 == 1) return immediates[rest % 3];
        return random % 8 == 2 ? static_word(random) : some_object(w, rest);
    }
    if (holds == HOLDS_RAW) { /* small, or like an address, or any */
        if (random % 4 == 0) return rest % 100;
        return random % 4 == 1 ? some_object(w, rest) : rest;
    }
    return rest << 1;
}

static uint64_t hash_of(const Node *n) {
    uint64_t hash = mixed_with(n->kind, n->head);
    if (!is_tree(n)) return mixed_with(hash, (uint64_t)n->integer);
    for (uint32_t i = 0; i < n->count; i++)
        hash = mixed_with(hash, hash_of(n->kids[i]));
    return hash;
}

uint64_t constant_word(const Node *constant) {
    return is_form(constant, H_word) ? (uint64_t)constant->kids[0]->integer
                                     : static_word(hash_of(constant));
}

uint64_t junk(const Walk *w, uint64_t place) {
    return JUNK | (mixed_with(place, w->epoch) >> 1 & ~(uint64_t)7) | 1;
}
