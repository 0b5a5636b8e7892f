/* verdict.h - the verifier's judgement, for who wants the report without having it printed. */
#ifndef SLISPC_VERDICT_H
#define SLISPC_VERDICT_H

#include "ir.h"

/* Is `function`, of Lframed, right? What is wrong is added to `report`: for each broken rule a line
 * that starts with error[CODE], then lines that tell more. */
bool is_verified(Context *c, const Node *function, Buffer *report);

/* Is `function`, of Lx86, fit for the passes from liveness on? If not, says why on stderr.
 * is_given: it was read from a file, not made by select. */
bool is_fit_for_liveness(const Context *c, const Node *function, bool is_given);

#endif
