/* closures.h - what the files of the pass closures share. */
#ifndef SLISPC_CLOSURES_H
#define SLISPC_CLOSURES_H

#include "../ir/arity.h"
#include "../ir/ir.h"
#include "../ir/table.h"
#include "../ir/walk.h"

/* A function that a name or global is bound to for certain. */
typedef struct {
    Node *function; /* (fn x (free ...) arity ...) */
    Text base;      /* user/f, user/f.fn3: its entry; workers are called base.w2 ... */
    bool is_static; /* captures nothing: no closure is allocated */
    Nodes captured; /* else: the captured names */
} Known;

typedef struct {
    Walk walk; /* visits by convert_expression */
    Arena *arena, *scratch;
    Diagnostics *diagnostics;
    Table globals;        /* Text -> Known, of the functions that are defined once */
    Nodes tops;           /* the output */
    Nodes starts;         /* what $start does for the user's forms ... */
    Nodes library_starts; /* ... and before, for the library's */
    uint32_t last_top;    /* number of the last $ns/top.N */
    /* the top-level form at hand */
    Table known;  /* number of a name -> Known */
    Text base;    /* lifted functions are called base.fn3 ... */
    Text library; /* the namespace of (from ...), or 0 */
    uint32_t next;
} Closures;

/* ---- closures.c */

Node *convert_expression(Closures *c, Node *e);
Node *fresh_value(Closures *c, const char *hint);

/* ---- workers.c */

/* The functions and the entry of a function that is known by its base. */
void convert_function(Closures *c, Known *k);
/* (direct ...) or (enter ...) when the arity of the known function fits, else NULL. `closure`: the
 * closure as an expression, NULL when there is none. */
Node *known_call(Closures *c, Pos at, const Known *k, Node *closure, NodeList operands);

/* ---- lift.c */

/* Adds a top to the output, marked when it comes from the library. */
void add_closed_top(Closures *c, Node *top);
/* (function $name (names n) (env x ...) [parameters] body) as a top. */
void add_closed_function(Closures *c, Pos at, Text name, NodeList env, NodeList parameters,
                         Node *body);
/* A new name base.word3 for a lifted function. */
Text lifted_name(Closures *c, const char *word);
Node *convert_try(Closures *c, Node *e);

/* ---- numbers.c */

/* Fills in the (names n) of all functions that the top-level form at hand became: those of the
 * output from `first` on. */
void settle_numbers(Closures *c, uint32_t first);

/* ---- start.c */

/* The functions of a program: adds $start, and drops what it does not reach. */
Node *finish_program(Closures *c, Node *library, const Known *main, const Node *main_global);

#endif
