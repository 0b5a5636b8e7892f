/* execute_parts.h - what the files of the executor share. */
#ifndef SLISPC_EXECUTE_PARTS_H
#define SLISPC_EXECUTE_PARTS_H

#include "execute.h"
#include "machine.h"
#include "soak_random.h"

typedef struct {
    const Node *before, *framed; /* blocks of the same number */
    uint32_t visits;
} BlockPair;

typedef struct {
    Arena *scratch;
    const Node *before, *framed; /* functions */
    Divergence *out;
    BlockPair *blocks; /* by number */
    uint32_t block_count, names;
    Holds *holds; /* by name */
    uint64_t seed;
    uint32_t step, epoch, objects; /* epoch: how often all objects have moved */
    Uses was, is;
    uint64_t *values;  /* the form before: by name */
    uint64_t *places;  /* the framed one: registers and argument area */
    uint32_t *written; /* epoch in which the place was written, plus 1: calls lose the others */
    uint64_t *frame;
    uint32_t frame_words;
    bool entered;
} Walk;

/* ---- execute_values.c: words */

/* A random word for a name of that kind: references are fixnums, constants, objects. */
uint64_t word_of_kind(Walk *w, Holds holds, uint64_t random);
uint64_t fresh_object(Walk *w);
uint64_t constant_word(const Node *constant);
/* What is in a place that nobody has written; differs from place to place and is no value. */
uint64_t junk(const Walk *w, uint64_t place);
/* Is the word the address of an object, where it was before the move of epoch `w->epoch`? */
bool was_current(const Walk *w, uint64_t word);
/* The address of the same object now. */
uint64_t moved(const Walk *w, uint64_t word);
/* Could the collector meet this word in a slot of a map? */
bool may_be_root(const Walk *w, uint64_t word);

/* ---- execute_places.c: the framed function's registers, argument area and frame */
bool diverge(Walk *w, const char *what, const Node *item, const Node *name);
void start_places(Walk *w);
bool read_place(Walk *w, const Node *item, const Node *placed, uint64_t *word);
bool write_place(Walk *w, const Node *item, const Node *placed, uint64_t word);
/* Runs what alloc and frame have added: moves, constants, exchanges, enter, leave. */
bool run_added(Walk *w, const Node *item);
/* The value of `name` must be in the place of `placed`, or where the form before wants it. */
bool find_value(Walk *w, const Node *item, const Node *name, const Node *placed);
/* All objects move; the call loses registers and area; the map's slots are updated. */
bool run_safepoint(Walk *w, const Node *call);

#endif
