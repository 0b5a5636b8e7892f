/* names.h - small helpers of passes that make names and look at the parts of a function. */
#ifndef SLISPC_NAMES_H
#define SLISPC_NAMES_H

#include "ir.h"

/* Is the expression of Lanf to Lspecial a name, a global or a constant? */
static inline bool is_operand(const Node *e) {
    return e->kind == N_NAME || e->kind == N_GLOBAL || is_form(e, H_quote);
}

/* A fresh name with the given hint; counts *names up. */
Node *numbered_name(Arena *a, uint32_t *names, const char *hint);

/* The next free number of a (define ...), (variable ...) or (run ...). */
uint32_t names_of_top(const Node *top);
/* What a (define ...), (variable ...) or (run ...) computes. */
Node *value_of_top(const Node *top);
/* The top with another value, and another next free number. */
Node *top_with_value(Arena *a, Node *top, uint32_t names, Node *value);
/* The type that a symbol of (returns ...) names; a bug when it names none. */
Type type_named(const Node *symbol);
/* Each name once, sorted by number. */
NodeList sorted_names(Arena *a, NodeList names);

/* Hint of a function that is the value of a global, but was made by another function: simplify
 * writes it, closures does not name the function after the global. */
#define MADE_FUNCTION "made-fn"

/* (names n) and (returns type) as forms. */
Node *names_form(Arena *a, Pos at, uint32_t n);
Node *returns_form(Arena *a, Pos at, const char *what);

#endif
