/* simplify.h - what the files of the pass simplify share. */
#ifndef SLISPC_SIMPLIFY_H
#define SLISPC_SIMPLIFY_H

#include "../ir/arity.h"
#include "../ir/ir.h"
#include "../ir/table.h"
#include "../ir/walk.h"

/* What is known of a name where it is used. */
typedef enum { NOTHING = 0, TRUE = 1, FALSE = 2, NOT_NIL = 4 } Truth;
typedef struct {
    Node *value;   /* what stands for it: a constant, a name, a global; or its fn; else NULL */
    uint32_t uses; /* in the term as it was given, its binder included */
    uint8_t truth; /* bits of Truth that hold here */
} Fact;

/* A global that is defined once. */
typedef struct {
    Text name;
    Node *top;           /* (define g (names n) e), the newest version */
    uint32_t uses, size; /* mentions in the program; size of the value, see size_of */
    uint32_t names;
    bool calls_itself;
    bool is_queued;
} Global;

typedef struct {
    Walk walk; /* visits by `simplified` */
    Arena *arena, *scratch;
    int level;        /* of -O */
    const char *keep; /* functions that are not inlined, with commas between; NULL: none */
    Table globals;    /* Text -> Global */
    VEC(Global *) list;
    VEC(Fact) facts; /* by number of the name */
    uint32_t next;   /* number of the next name in the current top */
    uint32_t budget; /* how much may still be copied into it */
    uint32_t depth;  /* of inlining */
    Text current;    /* the global that is defined */
} Simplify;

/* ---- simplify.c */

Node *simplified(Simplify *s, Node *e);
/* (let [[name value] ...] body), where the values are simplified already. */
Node *simplified_let(Simplify *s, Pos at, NodeList names, NodeList values, Node *body);
Fact *fact_of(Simplify *s, const Node *name);
static inline bool is_constant(const Node *e) {
    return is_form(e, H_quote);
}
static inline Node *datum(const Node *e) {
    return as_quote(e).datum;
}

/* ---- fold.c */

/* The value of a primitive with these simplified operands, NULL when it is not known (or throws).
 */
Node *fold_primitive(Simplify *s, Node *e);
Node *flag(Simplify *s, Pos at, bool value);

/* ---- globals.c */

void index_program(Simplify *s, Node *program);
/* The tops in an order in which most called functions come before those that call them. */
Node **call_order(Simplify *s, Node *program);
Global *constant_global(const Simplify *s, const Node *g);
/* The (fn ...) of a global that is a function, else NULL. */
Node *global_function(const Simplify *s, const Node *g);

/* ---- copy.c */

/* Number of forms in `e`, as a measure of the code that it makes; stops at `limit`. */
uint32_t size_of(const Node *e, uint32_t limit);
/* Adds the uses of names in `e` to their facts. */
void count_uses(Simplify *s, const Node *e);
/* A copy with new names; parts without a position get `at`. `names`: the next number in its top. */
Node *renamed_copy(Simplify *s, Node *e, uint32_t names, Pos at);

/* ---- inline.c */

/* The call (call callee operand ...) as a let around the callee's body, NULL to leave it. */
Node *inlined_call(Simplify *s, Pos at, Node *callee, NodeList operands);

/* ---- prune.c */

/* Without the bindings and steps that are pure and not used. `names`: the next free number. */
Node *pruned(Simplify *s, Node *e, uint32_t names);
/* May it be left out? It has no effect, and cannot throw. */
bool is_pure(const Node *e);

#endif
