/* tree.h - changes of forms that are trees, Lcore to Lspecial: walking through them. */
#ifndef SLISPC_CHANGE_TREE_H
#define SLISPC_CHANGE_TREE_H

#include "change.h"
#include "ir/names.h"
#include "ir/walk.h"

/* A name that can be used here; innermost first. */
typedef struct Bound Bound;
struct Bound {
    const Node *name;   /* of Lcore: a symbol */
    const Node *value;  /* what it is bound to, a label's loop; NULL when that is not known */
    const Node *binder; /* the form that binds it */
    bool is_label;
    const Bound *outer;
};

/* Called for each expression of the current top, from the outside in; gives what is to be in its
 * place, which is walked through then. */
typedef Node *ChangePlace(Change *c, Node *e, const Bound *scope);
void each_place(Change *c, ChangePlace *change);
/* The body that follows is the ChangePlace of change_id. */
#define AT_EACH_PLACE(id)                                                                          \
    static ChangePlace id##_at;                                                                    \
    void change_##id(Change *c) {                                                                  \
        each_place(c, id##_at);                                                                    \
    }                                                                                              \
    static Node *id##_at(Change *c, Node *e, __attribute__((unused)) const Bound *scope)

/* The innermost binding of the name, NULL for none. */
const Bound *bound(const Bound *scope, const Node *name);

/* ---- questions */

/* Is it a symbol or the hint of a name that the expander made of this word? */
bool is_made_of(const Node *symbol, const char *word);
bool is_symbol(const Node *n, const char *name);
/* (call core/name ...) with so many operands. */
bool is_core_call(const Node *e, const char *name, uint32_t operands);
bool is_quoted(const Node *e, NodeKind kind);
bool is_prim(const Node *e, Prim prim);
/* Does the name, symbol or global occur in it? */
bool mentions_name(const Node *e, const Node *name);
/* A call, or a primitive that does something. */
bool has_effect(const Node *e);
/* The bindings of let, letrec and loop; none of other forms. */
NodeList bindings_of(const Node *e);
static inline Node *bound_name(NodeList bindings, uint32_t i) {
    return as_binding(bindings.items[i]).name;
}
static inline Node *bound_value(NodeList bindings, uint32_t i) {
    return as_binding(bindings.items[i]).value;
}
/* Can the values of this binding and the next one be exchanged? */
bool are_independent(NodeList bindings, uint32_t first);
static inline bool is_let(const Node *e) {
    return is_form(e, H_let);
}
static inline bool is_if(const Node *e) {
    return is_form(e, H_if);
}

/* ---- making */

Node *quoted_simple(Change *c, const Node *like, NodeKind simple);
/* The quoted int, and one. */
Node *one_more(Change *c, Node *quoted);
/* A let or loop with other bindings. */
Node *with_bindings(Change *c, Node *e, NodeList bindings);
/* The bindings with another value of number `i`; with the values of `i` and `i` + 1 exchanged. */
NodeList with_value(Change *c, NodeList bindings, uint32_t i, Node *value);
NodeList with_values_exchanged(Change *c, NodeList bindings, uint32_t i);
/* The steps as a form again, the step itself when only one is left. */
Node *with_steps(Change *c, Node *e, NodeList steps);
/* A primitive, call or recur with these operands exchanged. */
Node *with_operands_exchanged(Change *c, Node *e, uint32_t i);

#endif
