/* arena.c - memory that is freed all at once: chunks of growing size, a bump pointer.
 *
 * What is not handed out is zero: a chunk starts so, and a reset clears what was used, all at once. */
#include "ir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Chunk Chunk;
struct Chunk {
    Chunk *next;
    size_t size, used;
    char bytes[];
};

struct Arena {
    Chunk *first, *current;
    size_t used;
};

static size_t total; /* handed out by all arenas since slispc was started */

enum { FIRST_CHUNK = 64 * 1024, LARGEST_CHUNK = 16 * 1024 * 1024 };

static Chunk *chunk_new(size_t size) {
    Chunk *c = calloc(1, sizeof *c + size);
    if (!c) fail(ENOMEM, "no memory left");
    c->size = size;
    return c;
}

Arena *arena_new(void) {
    Arena *a = malloc(sizeof *a);
    if (!a) fail(ENOMEM, "no memory left");
    a->first = a->current = chunk_new(FIRST_CHUNK);
    a->used = 0;
    return a;
}

void arena_reset(Arena *a) {
    for (Chunk *c = a->first;; c = c->next) {
        memset(c->bytes, 0, c->used);
        c->used = 0;
        if (c == a->current) break; /* those behind it were not used */
    }
    a->current = a->first;
    a->used = 0;
}

void arena_free(Arena *a) {
    for (Chunk *c = a->first, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(a);
}

/* Moves on to a chunk with room for `size` bytes: the next one that is left from before a reset,
 * or a new one. */
static void next_chunk(Arena *a, size_t size) {
    while (a->current->next) {
        a->current = a->current->next;
        if (a->current->size >= size) return;
    }
    size_t wanted = a->current->size * 2;
    if (wanted > LARGEST_CHUNK) wanted = LARGEST_CHUNK;
    if (wanted < size) wanted = size;
    a->current->next = chunk_new(wanted);
    a->current = a->current->next;
}

void *arena_alloc(Arena *a, size_t size) {
    size = (size + 7) & ~(size_t)7;
    if (a->current->size - a->current->used < size) next_chunk(a, size);
    char *p = a->current->bytes + a->current->used;
    a->current->used += size;
    a->used += size;
    total += size;
    return p;
}

size_t arena_used(const Arena *a) { return a->used; }

size_t arena_total(void) { return total; }

void *vec_grow(Arena *a, void *items, uint32_t *capacity, size_t item_size) {
    uint32_t wanted = *capacity ? *capacity * 2 : 8;
    void *grown = arena_alloc(a, wanted * item_size);
    if (*capacity) memcpy(grown, items, *capacity * item_size);
    *capacity = wanted;
    return grown;
}
