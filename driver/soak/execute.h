/* execute.h - runs a function as select gave it and as it came out of frame in lock step. */
#ifndef SLISPC_EXECUTE_H
#define SLISPC_EXECUTE_H

#include "ir.h"

/* The first difference between the two. */
typedef struct {
    const char *what;  /* NULL: there is none */
    const Node *item;  /* of the framed function; NULL for the function's start */
    const Node *name;  /* as the form before has it; NULL when it is not about a value */
    const char *place; /* where the framed one looks for it */
    uint64_t wanted, found;
    uint32_t walk, step;
    uint64_t steps; /* of all walks */
} Divergence;

typedef struct {
    uint32_t walks, steps; /* how many, and how many instructions each has at most */
    uint64_t seed;
} WalkOptions;

/* `before`: Lx86 to Lintervals, values by name; `framed`: Lframed, values by place. Both get the
 * same random inputs, results of calls and loads, and ways at branches; at each safepoint all
 * objects move. False, and told in `out`, when an operand, a way or a map is not the same. */
bool walk_both(Arena *scratch, const Node *before, const Node *framed, WalkOptions options,
               Divergence *out);

#endif
