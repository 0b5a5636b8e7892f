/* verdict.h - the verifier's judgement, for who wants the report without having it printed. */
#ifndef SLISPC_VERDICT_H
#define SLISPC_VERDICT_H

#include "ir.h"

/* Is `function`, of Lframed, right? What is wrong is added to `report`: for each broken rule a line
 * that starts with error[CODE], then lines that tell more. */
bool is_verified(Context *c, const Node *function, Buffer *report);

/* Is what select gave (c->selected) still in `function`, of Llive to Lframed, and nothing else but
 * what the passes up to there may write into it? Rule V01. What is wrong is added to `report`, or,
 * if that is NULL, said on stderr. */
bool is_as_selected(const Context *c, const Node *function, Buffer *report);

/* Rule V01 is broken by what is no function. */
void report_other_program(const Context *c, const char *message);

/* Are operands, edges and names of `function`, of Lx86 to Lframed, such that the passes from
 * liveness on can do their work? Rules V21 to V23. What is wrong is told as by is_as_selected. */
bool is_fit_for_liveness(const Context *c, const Node *function, Buffer *report);

#endif
