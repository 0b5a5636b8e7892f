/* resolve.h - what the files of the pass resolve share. */
#ifndef SLISPC_RESOLVE_H
#define SLISPC_RESOLVE_H

#include "../ir/arity.h"
#include "../ir/ir.h"
#include "../ir/table.h"
#include "../ir/walk.h"

#include <string.h>

typedef struct Global Global;
/* A place where a top-level form names a global. */
typedef struct {
    Global *global;
    Pos at;
} Mention;
typedef VEC(Mention) Mentions;

struct Global {
    Text name;      /* user/f */
    Node *function; /* its (fn ...) in Lcore, when that is its only definition; else NULL */
    Pos defined_at;
    uint32_t first; /* index of the top that defines it first */
    uint32_t definitions, assignments;
    bool is_declared, from_library;
    bool is_reached, is_checked;
    Mentions mentions; /* of all its definitions */
};

/* A local in scope. */
typedef struct Local Local;
struct Local {
    Text symbol;
    Node *name;
    Node *function; /* the (fn ...) that it is bound to, NULL when that is not known */
    bool is_used;
    Local *outer, *shadowed; /* the next one around it, the one around it of the same symbol */
};

typedef struct {
    Walk walk; /* visits by resolve_expression */
    Arena *arena, *scratch;
    Diagnostics *diagnostics;
    bool strict;
    Table globals;       /* Text -> Global */
    VEC(Global *) order; /* all of them, in order of their first definition */
    Local *locals;       /* innermost first */
    Table scope;         /* symbol -> the Local that it means */
    uint32_t next;       /* number of the next name in this top-level definition */
    Mentions *mentions;  /* of the current top-level form */
} Resolve;

/* Has the symbol a namespace? A local has none. */
static inline bool is_global_symbol(Text symbol) {
    const char *bytes = text_bytes(symbol), *slash = strchr(bytes + 1, '/');
    return slash && slash[1];
}
static inline Local *local_named(const Resolve *r, Text symbol) {
    return table_get(&r->scope, symbol);
}

/* ---- resolve.c */

Node *resolve_expression(Walk *w, Node *e);
/* A new name; its hint comes from the symbol. */
Node *fresh_local(Resolve *r, Text symbol);

/* ---- operators.c */

/* The call, when it is one of a primitive of the core with operands that it takes; else NULL. */
Node *resolve_primitive(Resolve *r, Pos at, CallForm call);
/* Warns about a wrong number of operands. Is the callee a function for certain? */
bool check_operator(Resolve *r, Pos at, CallForm call);

/* ---- globals.c */

void index_globals(Resolve *r, NodeList tops);
Global *global_named(const Resolve *r, Text name);
void mention_global(Resolve *r, Global *g, Pos at);
void mention_named(Resolve *r, const char *name);
/* Calls of values that are no known functions go through the invoke functions of the library. */
void mention_invoke(Resolve *r);
static inline bool is_variable(const Global *g) {
    return g->definitions > 1 || g->assignments > 0;
}
/* Reports an unknown name, with one that is close. */
void report_unknown(Resolve *r, const Node *symbol);
/* Reports definitions that run too late for a form that uses them. */
void check_order(Resolve *r, const Mentions *mentions, uint32_t index);
void reach_globals(Resolve *r, const Mentions *mentions);

#endif
