/* resolve.h - what the files of the pass resolve share. */
#ifndef SLISPC_RESOLVE_H
#define SLISPC_RESOLVE_H

#include "../ir/arity.h"
#include "../ir/ir.h"
#include "../ir/table.h"

typedef struct Global Global;
/* A place where a top-level form names a global. */
typedef struct {
    Global *global;
    Pos at;
} Mention;
typedef VEC(Mention) Mentions;

struct Global {
    Text name;             /* user/f */
    Node *function;        /* its (fn ...) in Lcore, when that is its only definition; else NULL */
    Pos defined_at;
    uint32_t first;        /* index of the top that defines it first */
    uint32_t definitions, assignments;
    bool is_declared, from_library;
    bool is_reached, is_checked;
    Mentions mentions;     /* of all its definitions */
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
    Arena *arena, *scratch;
    Diagnostics *diagnostics;
    bool strict;
    Table globals;        /* Text -> Global */
    VEC(Global *) order;  /* all of them, in order of their first definition */
    Local *locals;        /* innermost first */
    Table scope;          /* symbol -> the Local that it means */
    uint32_t next;        /* number of the next name in this top-level definition */
    Mentions *mentions;   /* of the top-level form at hand */
} Resolver;

/* ---- resolve.c */

Node *resolve_expression(Resolver *r, Node *e);
/* A new name; its hint comes from the symbol. */
Node *fresh_local(Resolver *r, Text symbol);

/* ---- operators.c */

/* A call of a primitive of the core with operands that it takes, NULL when it is none. */
Node *resolve_primitive(Resolver *r, Node *e);
/* Warns when the function, which is called `name`, does not take `count` operands. */
void check_count(Resolver *r, Pos at, const char *name, const Node *function, uint32_t count,
                 Pos defined_at);

/* ---- globals.c */

void index_globals(Resolver *r, Node *program);
Global *global_named(const Resolver *r, Text name);
void mention_global(Resolver *r, Global *g, Pos at);
void mention_named(Resolver *r, const char *name);
/* Calls of values that are no known functions go through the invoke functions of the library. */
void mention_invoke(Resolver *r);
static inline bool is_variable(const Global *g) { return g->definitions > 1 || g->assignments > 0; }
/* Reports an unknown name, with one that is close. */
void report_unknown(Resolver *r, const Node *symbol);
/* Reports definitions that run too late for a form that uses them. */
void check_order(Resolver *r, const Mentions *mentions, uint32_t index);
void reach_globals(Resolver *r, const Mentions *mentions);

#endif
