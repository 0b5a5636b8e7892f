/* check_code.h - the rules about what emit gives: the code does what the verified form says. */
#ifndef SLISPC_CHECK_CODE_H
#define SLISPC_CHECK_CODE_H

#include "ir.h"

/* Decodes `code`, of Lbytes, and compares it with `function`, of Lframed: rules V18, V24, V25, V27.
 * Adds what is wrong to `report`, as is_verified does. */
bool is_code_right(const Context *c, const Node *function, const Node *code, Buffer *report);

/* What can be known of `code` without the form that it was made from: see check_alone.c. */
bool is_code_plausible(const Context *c, const Node *code, Buffer *report);

#endif
