/* facts.h - what the tests and operations that were passed tell of the kinds of names, while a pass
 * walks through a function of Lanf or Ltyped.
 *
 * Behind (if (prim string? x) ...) x is a string in the first branch and none in the second; after
 * (prim %str-count x) it is one, or control would not have come there. Names are bound once, so a
 * fact holds wherever the place that gave it has been passed.
 */
#ifndef SLISPC_FACTS_H
#define SLISPC_FACTS_H

#include "kinds.h"

typedef struct {
    uint32_t name;
    Kinds before;
} Fact;

typedef struct {
    Arena *arena;
    uint32_t count;     /* names below it can have facts */
    Kinds *kinds;       /* of each name: no other is possible */
    const Node **bound; /* what each name is bound to, NULL when that does not help */
    VEC(Fact) trail;    /* what to put back, the last first */
} Facts;

Facts *facts_new(Arena *a, uint32_t names);
/* The kinds that the facts leave to an operand. */
Kinds facts_of(const Facts *f, const Node *a);
/* The name is bound to `e`: a test of the name is a test of what it was made from. */
void facts_bind(Facts *f, const Node *name, const Node *e);
/* The operand was found to be of these kinds. */
void facts_add(Facts *f, const Node *a, Kinds kinds);
/* The test (an operand) came out true or false. */
void facts_assume(Facts *f, const Node *test, bool outcome);
/* The primitive has come back. */
void facts_passed(Facts *f, const Node *primitive);
/* Forgets what was added since the trail was so long. */
void facts_forget(Facts *f, uint32_t mark);

#endif
