/* soak.h - slispc soak: random functions through the allocator and its verifier. */
#ifndef SLISPC_SOAK_H
#define SLISPC_SOAK_H

#include "generate.h"
#include "options.h"

/* For each seed: generates a function, allocates and frames it, verifies it, and walks through it
 * before and after in lock step. With --inject a pass makes its mistake, with --mutate each fault
 * of faults.def is made in turn, and a table says what became of the mutants. `program`, of Lx86:
 * its functions are taken instead of generated ones; NULL for none. 3 when a right function is
 * rejected, or a wrong one accepted. */
int soak(const Options *options, const Node *program);

/* ---- soak_forms.c: the forms of one function, from the one that select gives to that of emit */

typedef struct {
    Node *after[PASS_COUNT]; /* by pass, from select on */
} Forms;

/* Can soak make the faults of that pass? */
bool is_soaked(int pass);
/* The number of the pass that makes the fault. */
int pass_of_fault(FaultKind fault);
/* Runs the passes after select up to emit. */
void run_right(Context *c, Forms *f, Node *function);
/* The same function with a fault: from its pass on up to frame, or, for one of emit, to emit. */
Forms run_wrong(Context *c, const Forms *right, FaultKind fault, uint64_t seed);
/* Nothing has come out otherwise: the fault had no place. */
bool is_unchanged(const Forms *right, const Forms *wrong, FaultKind fault);

/* ---- soak_tally.c: what became of the mutants of one fault */

enum { MOST_RULES = 32, RULE_LENGTH = 3 };

typedef struct {
    char code[RULE_LENGTH + 1];
    uint32_t count;
    uint32_t alone; /* of them, how many are accepted without this rule */
} RuleCount;

typedef struct {
    uint32_t unchanged, rejected, harmless, holes;
    uint32_t rejected_diverging; /* of the rejected ones, how many do something else in a walk */
    RuleCount rules[MOST_RULES];
} Tally;

void count_rule(Tally *t, const char *code, bool alone);
void print_tally(FaultKind fault, const Tally *t);

/* ---- soak_reduce.c */
typedef bool StillFails(void *context, Node *function);
/* A smaller function, of Lx86, for which `fails` still holds, as it does for this one. */
Node *reduced(Arena *arena, Node *function, StillFails *fails, void *context);

/* ---- soak_coverage.c */

/* Counts what the forms show: the input of liveness, what intervals, alloc and frame made of it. */
void note_coverage(Arena *scratch, Coverage *c, const Forms *forms);
void print_coverage(FILE *out, const Coverage *c);

#endif
