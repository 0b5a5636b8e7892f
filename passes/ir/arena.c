/* arena.c - memory that is freed all at once: chunks of growing size, a bump pointer.
 *
 * What is not handed out is zero: a chunk starts so, and a reset clears what was used, all at once.
 */
#include "ir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct Chunk Chunk;
struct Chunk {
    Chunk *next;
    size_t size, used; /* used: when it is not the current one */
    char bytes[];
};

static Arena *arenas;
static size_t given_back; /* by resets, and by arenas that are gone */

enum { FIRST_CHUNK = 64 * 1024, LARGEST_CHUNK = 16 * 1024 * 1024 };

static Chunk *chunk_new(size_t size) {
    Chunk *c = calloc(1, sizeof *c + size);
    if (!c) fail(ENOMEM, "no memory left");
    c->size = size;
    return c;
}

static void start_chunk(Arena *a, Chunk *c) {
    a->current = c;
    a->next = c->bytes;
    a->end = c->bytes + c->size;
}

static void end_chunk(Arena *a) {
    a->current->used = (size_t)(a->next - a->current->bytes);
}

Arena *arena_new(void) {
    Arena *a = malloc(sizeof *a);
    if (!a) fail(ENOMEM, "no memory left");
    a->first = chunk_new(FIRST_CHUNK);
    a->full = 0;
    a->other = arenas;
    arenas = a;
    start_chunk(a, a->first);
    return a;
}

void arena_reset(Arena *a) {
    given_back += arena_used(a);
    end_chunk(a);
    for (Chunk *c = a->first;; c = c->next) {
        memset(c->bytes, 0, c->used);
        c->used = 0;
        if (c == a->current) break; /* those after it were not used */
    }
    a->full = 0;
    start_chunk(a, a->first);
}

void arena_free(Arena *a) {
    given_back += arena_used(a);
    for (Arena **at = &arenas; *at; at = &(*at)->other)
        if (*at == a) {
            *at = a->other;
            break;
        }
    for (Chunk *c = a->first, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(a);
}

/* The next chunk that is left from before a reset and has room, or a new one. */
static Chunk *next_chunk(Arena *a, size_t size) {
    Chunk *last = a->current;
    for (; last->next; last = last->next)
        if (last->next->size >= size) return last->next;
    size_t wanted = last->size * 2;
    if (wanted > LARGEST_CHUNK) wanted = LARGEST_CHUNK;
    if (wanted < size) wanted = size;
    return last->next = chunk_new(wanted);
}

void *arena_alloc_in_new_chunk(Arena *a, size_t size) {
    end_chunk(a);
    a->full += a->current->used;
    start_chunk(a, next_chunk(a, size));
    a->next += size;
    return a->current->bytes;
}

size_t arena_used(const Arena *a) {
    return a->full + (size_t)(a->next - a->current->bytes);
}

size_t arena_total(void) {
    size_t total = given_back;
    for (const Arena *a = arenas; a; a = a->other)
        total += arena_used(a);
    return total;
}

void *vec_grow(Arena *a, void *items, uint32_t *capacity, size_t item_size) {
    uint32_t wanted = *capacity ? *capacity * 2 : 8;
    void *grown = arena_alloc(a, wanted * item_size);
    if (*capacity) memcpy(grown, items, *capacity * item_size);
    *capacity = wanted;
    return grown;
}
