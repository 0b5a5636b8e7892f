/* tree.h - changes of forms that are trees, Lcore to Lspecial: walking through them. */
#ifndef SLISPC_CHANGE_TREE_H
#define SLISPC_CHANGE_TREE_H

#include "change.h"

/* A name that can be used here; innermost first. */
typedef struct Bound Bound;
struct Bound {
    const Node *name;   /* of Lcore: a symbol */
    const Node *value;  /* what it is bound to, a label's loop; NULL when that is not known */
    const Node *binder; /* the form that binds it */
    bool is_label;
    const Bound *outer;
};

/* Called for each expression of the top at hand, and its place, from the outside in. What stands
 * there after it is walked through. */
typedef void ChangePlace(Change *c, Node **place, const Bound *scope);
void each_place(Change *c, ChangePlace *change);
/* The body that follows is the ChangePlace of change_id. */
#define AT_EACH_PLACE(id)                                                                          \
    static ChangePlace id##_at;                                                                    \
    void change_##id(Change *c) { each_place(c, id##_at); }                                        \
    static void id##_at(Change *c, Node **place, __attribute__((unused)) const Bound *scope)

/* The innermost binding of the name, NULL for none. */
const Bound *bound(const Bound *scope, const Node *name);

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

Node *quoted_simple(Change *c, const Node *like, NodeKind simple);
/* The bindings of let, letrec and loop; NULL of other forms. */
Node *bindings_of(const Node *e);
/* Can the values of this binding and the next one be exchanged? */
bool are_independent(const Node *bindings, uint32_t first);

#endif
