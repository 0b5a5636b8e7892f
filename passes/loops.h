/* loops.h - what pass loops offers to resolve. */
#ifndef SLISPC_LOOPS_H
#define SLISPC_LOOPS_H

#include "ir/ir.h"

/* Reports each misplaced recur in a definition of Lnamed that never gets to pass loops. */
void check_recurs(Context *context, Node *top);

#endif
