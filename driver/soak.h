/* soak.h - slispc soak: random functions through the allocator and its verifier. */
#ifndef SLISPC_SOAK_H
#define SLISPC_SOAK_H

#include "generate.h"
#include "options.h"

/* For each seed: generates a function, allocates and frames it, verifies it, and walks through it
 * before and after in lock step. With --inject the pass makes its mistake, with --mutate its result
 * is changed by chance, and a table says what became of the mutants. `program`, of Lx86: its
 * functions are taken instead of generated ones; NULL for none. 3 when a right function is
 * rejected, or a wrong one accepted. */
int soak(const Options *options, const Node *program);

/* ---- soak_mutate.c */
enum { MUTATIONS = 16 };
const char *mutation_name(uint32_t which);
/* A copy of the framed function with one change, or none when there was no place for it. */
Node *mutated(Arena *arena, const Node *framed, uint64_t seed, uint32_t which);

/* ---- soak_reduce.c */
typedef bool StillFails(void *context, Node *function);
/* A smaller function, of Lx86, for which `fails` still holds, as it does for this one. */
Node *reduced(Arena *arena, Node *function, StillFails *fails, void *context);

/* ---- soak_coverage.c */

/* Counts what the forms show: the input of liveness, what intervals, alloc and frame made of it. */
typedef struct {
    Node *generated, *intervals, *placed, *framed;
} Forms;
void note_coverage(Arena *scratch, Coverage *c, const Forms *forms);
void print_coverage(FILE *out, const Coverage *c);

#endif
