/* memory.h - what everything is made of: arenas, output buffers, interned text, places in the
 * source.
 */
#ifndef SLISPC_MEMORY_H
#define SLISPC_MEMORY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- arena.c: memory that is freed all at once ------------------------- */

/* The members are arena.c's own. */
typedef struct Arena {
    char *next, *end; /* what is left of the current chunk */
    struct Chunk *first, *current;
    size_t full;         /* bytes handed out of the chunks before the current one */
    struct Arena *other; /* all arenas are in one list */
} Arena;

/* A new, empty arena. Never NULL: running out of memory ends the program with exit code 2. */
Arena *arena_new(void);
/* Gives back everything that was allocated from `a`, but keeps `a` usable. */
void arena_reset(Arena *a);
void arena_free(Arena *a);
/* `size` bytes, zeroed, aligned to 8. */
void *arena_alloc_in_new_chunk(Arena *a, size_t size);
static inline void *arena_alloc(Arena *a, size_t size) {
    size = (size + 7) & ~(size_t)7;
    if ((size_t)(a->end - a->next) < size) return arena_alloc_in_new_chunk(a, size);
    char *p = a->next;
    a->next = p + size;
    return p;
}
/* Bytes handed out since the last reset. */
size_t arena_used(const Arena *a);
/* Bytes that all arenas have handed out so far: a measure of work that is the same on every run. */
size_t arena_total(void);

#define NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define NEW_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(count)))

/* A growable array in an arena: `VEC(int) v = {0}; PUSH(arena, v, 3); v.items[0]; v.count`. */
#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *items;                                                                               \
        uint32_t count, capacity;                                                                  \
    }
#define PUSH(arena, vec, value)                                                                    \
    ((vec).count == (vec).capacity                                                                 \
         ? (void)((vec).items =                                                                    \
                      vec_grow((arena), (vec).items, &(vec).capacity, sizeof *(vec).items))        \
         : (void)0,                                                                                \
     (vec).items[(vec).count++] = (value))
void *vec_grow(Arena *a, void *items, uint32_t *capacity, size_t item_size);

/* ---- buffer.c ---------------------------------------------------------- */

/* Output grows in memory: nothing is written until all of it is known. */
typedef struct {
    char *bytes;
    size_t length, capacity;
} Buffer;
void buffer_reserve(Buffer *b, size_t more); /* makes room for so many bytes and a final zero */
static inline void buffer_add(Buffer *b, const char *bytes, size_t length) {
    if (b->capacity - b->length <= length) buffer_reserve(b, length);
    if (length) memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
    b->bytes[b->length] = 0;
}
void buffer_print(Buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_print_list(Buffer *b, const char *format, va_list arguments);
void buffer_free(Buffer *b);

/* ---- text.c: interned text --------------------------------------------- */

/* Equal text has equal ids, for the life of the process. Id 0 is the empty text. */
typedef uint32_t Text;
Text text_of(const char *bytes, size_t length);
Text text(const char *zero_terminated);
Text text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The base, `before`, the number, `after`: "f.w2r". */
Text text_numbered(Text base, const char *before, uint32_t number, const char *after);
/* One after the other. */
Text text_joined(Text first, const char *second);
const char *text_bytes(Text t); /* zero-terminated; may hold zeros within */
uint32_t text_length(Text t);
/* How many of these bytes to show when at most so many are to be: no character is cut in two. */
size_t whole_characters(const char *bytes, size_t length, size_t most);

/* ---- position.c: where something is in the source ------------------ */

/* An index into the table of positions; 0 means "nowhere". Equal places have equal indices. */
typedef uint32_t Pos;
typedef struct {
    uint16_t file;    /* index into the program's files, 0 the first */
    uint16_t inlined; /* row of the function's (inlined ...) table, 0 for none */
    uint32_t line;    /* from 1 */
    uint32_t column;  /* from 1, in code points */
} Location;
Pos pos_of(Location place);
Location location_of(Pos pos);

#endif
