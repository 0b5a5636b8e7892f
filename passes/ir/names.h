/* names.h - small helpers of passes that make names and look at the parts of a function. */
#ifndef SLISPC_NAMES_H
#define SLISPC_NAMES_H

#include "ir.h"

/* The parts of a (function ...) of Lclosed to Lspecial. */
typedef struct {
    Node *whole, *name, *env, *params, *body;
    Type returns;       /* Ltyped on; T_NONE before */
    uint32_t names;     /* the next free number */
} Function;
Function function_parts(Node *function);

/* A fresh name with the given hint; counts *names up. */
Node *numbered_name(Arena *a, uint32_t *names, const char *hint);

/* A table from interned text to a number, 0 for absent. */
typedef struct {
    Arena *arena;
    uint32_t *keys, *values, slots, used;
} TextMap;
TextMap text_map(Arena *a);
void text_map_set(TextMap *map, Text key, uint32_t value);
uint32_t text_map_get(const TextMap *map, Text key);

/* (names n) and (returns type) as forms. */
Node *names_form(Arena *a, Pos at, uint32_t n);
Node *returns_form(Arena *a, Pos at, const char *what);

#endif
