/* walk.h - the default traversal: what a pass does with every form that it says nothing about.
 *
 * A pass gives `visit`, which treats the terms that matter to it and calls `walk_parts` for all
 * others: that visits the terms inside, in the order of evaluation and scope, and rebuilds the form
 * when one of them came back as another. `bind` and `use` see names where they are bound and used.
 */
#ifndef SLISPC_WALK_H
#define SLISPC_WALK_H

#include "ir.h"

typedef struct Walk Walk;
struct Walk {
    Arena *arena; /* what is rebuilt is built here */
    /* What is to be in the place of the term: an expression, operand, step or exit. */
    Node *(*visit)(Walk *w, Node *e);
    /* What is to be in the place of an arity of a function or a handler of a try, each a scope of
     * its own; NULL: their parts are visited. */
    Node *(*visit_clause)(Walk *w, Node *clause);
    /* What is to be in the place of a name; NULL: names stay. A binding is met before the uses
     * of its name. */
    Node *(*bind)(Walk *w, Node *name);
    Node *(*use)(Walk *w, Node *name);
    /* The same for labels of loops. */
    Node *(*bind_label)(Walk *w, Node *name);
    Node *(*use_label)(Walk *w, Node *name);
    /* Does the value of the term that is visited become the value of the function or loop around
     * it, with nothing left to do? The caller sets it for the first term. */
    bool in_tail;
};

/* Visits the parts of a form, or the name that `e` is. */
Node *walk_parts(Walk *w, Node *e);
/* Visits a term that is not in tail position. */
Node *walk_operand(Walk *w, Node *e);
/* Visits each of the list. */
NodeList walk_all(Walk *w, NodeList list);

/* The bindings with their values visited, and their names as they are. */
NodeList walk_bound_values(Walk *w, NodeList bindings);
/* All kids of a list or vector, none of an atom: for walks that ask for no form. */
static inline NodeList kids_of(const Node *n) {
    return (NodeList){n->kids, is_tree(n) ? n->count : 0, pos(n), true};
}
/* A tree of the same kind and head as `n`, with other kids. */
Node *node_like(Arena *a, const Node *n, Pos at, NodeList kids);

/* A copy with other names. A pass gives `new_name`, and a struct of its own that starts with this.
 */
typedef struct Renaming Renaming;
struct Renaming {
    Arena *arena;
    Pos at; /* of what has no position; 0: it gets none */
    /* For each name, where it is bound as where it is used, in the order of writing. */
    Node *(*new_name)(Renaming *r, const Node *name);
};
Node *copy_renamed(Renaming *r, Node *e);

/* The program with `change` applied to each of its tops, to what is inside of (from ...). */
Node *map_tops(Arena *a, Node *program, Node *(*change)(void *context, Node *top), void *context);

#endif
