/* arity.h - what the arities of a fn form say; for the tree languages up to Lfree. */
#ifndef SLISPC_ARITY_H
#define SLISPC_ARITY_H

#include "ir.h"

/* The parameters before the rest parameter, if there is one. */
static inline uint32_t fixed_parameters(const Node *arity) {
    return as_arity(arity).parameters.count - (arity->head == H_rest);
}
/* The arity that a call with `count` operands runs, NULL when none fits. `f`: (fn ...). */
Node *arity_for(const Node *f, uint32_t count);
/* What fills the parameters of an arity with `fixed` of them and a rest parameter: the operands
 * after the fixed ones become a list, nil when there are none. */
NodeList rest_operands(Arena *a, Pos at, NodeList operands, uint32_t fixed);
/* "1 value", "2 or 3 values", "at least 1 value": what the function takes. */
Text arities_text(const Node *f);

/* How the program's main function, a fn form or NULL for any other value, is called. */
typedef enum {
    MAIN_PLAIN,  /* without arguments */
    MAIN_REST,   /* with the list of the command line's arguments as its rest parameter */
    MAIN_APPLIED /* through $core/apply */
} MainCall;
MainCall main_call(const Node *f);
/* Is this the name of a main function: some-namespace/-main? */
bool is_main_name(Text global);

#endif
