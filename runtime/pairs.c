/* pairs.c - the pairs of objects that a comparison has met: a hash table with linear probing. */
#include "pairs.h"

#include <stdlib.h>

typedef struct {
    Value a, b; /* a is 0 in a free place */
} Pair;

enum { FIRST_SIZE = 1024 };
static struct {
    Pair *places;
    uint64_t size, count;
} table;

static Pair *place_for(Value a, Value b) {
    uint64_t hash = (a * 31 + b) * 0x9e3779b97f4a7c15u >> 20;
    for (;; hash++) {
        Pair *p = &table.places[hash & (table.size - 1)];
        if (!p->a || (p->a == a && p->b == b)) return p;
    }
}

static void grow(void) {
    Pair *old = table.places;
    uint64_t old_size = table.size, size = old_size ? 2 * old_size : FIRST_SIZE;
    Pair *larger = calloc(size, sizeof *larger);
    if (!larger) throw_no_memory();
    table.places = larger;
    table.size = size;
    for (uint64_t i = 0; i < old_size; i++)
        if (old[i].a) *place_for(old[i].a, old[i].b) = old[i];
    free(old);
}

bool pairs_add(Value a, Value b) {
    if (2 * table.count >= table.size) grow();
    Pair *place = place_for(a, b);
    if (place->a) return false;
    *place = (Pair){a, b};
    table.count++;
    return true;
}

void pairs_clear(void) {
    if (!table.size) return;
    free(table.places);
    table.places = NULL;
    table.size = table.count = 0;
}
