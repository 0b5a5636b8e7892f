/* soak.h - slispc soak: random functions through the allocator and its verifier. */
#ifndef SLISPC_SOAK_H
#define SLISPC_SOAK_H

#include "generate.h"
#include "options.h"

/* For each seed: generates a function, allocates and frames it, verifies it, and walks through it before
 * and after in lock step. With --inject the pass makes its mistake, and the table says what became of it.
 * 3 when a right function is rejected, or a wrong one accepted. */
int verb_soak(const Options *options);

/* ---- soak_mutate.c */
enum { MUTATIONS = 13 };
const char *mutation_name(uint32_t which);
/* A copy of the framed function with one change, or none when there was no place for it. */
Node *mutated(Arena *arena, const Node *framed, uint64_t seed, uint32_t which);

/* ---- soak_coverage.c */

/* Counts what the forms show: that of liveness's input, of intervals, of frame. */
void note_coverage(Arena *scratch, Coverage *c, const Node *generated, const Node *intervals, const Node *framed);
void print_coverage(FILE *out, const Coverage *c);

#endif
