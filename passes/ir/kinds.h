/* kinds.h - sets of kinds of values, finer than types: what primitives want of their operands. */
#ifndef SLISPC_KINDS_H
#define SLISPC_KINDS_H

#include "ir.h"

/* Where a type says enough a kind is the type; list, seq and other are taken apart. */
typedef uint32_t Kinds;
enum {
    K_NIL = T_NIL,
    K_BOOL = T_BOOL,
    K_FIX = T_FIX,
    K_BIG = T_BIG,
    K_DOUBLE = T_DOUBLE,
    K_STRING = T_STRING,
    K_KEYWORD = T_KEYWORD,
    K_SYMBOL = T_SYMBOL,
    K_VECTOR = T_VECTOR,
    K_MAP = T_MAP,
    K_SET = T_SET,
    K_FN = T_FN,
    K_CONS = 1 << 16,
    K_INDEXED = 1 << 17, /* T_SEQ */
    K_LAZY = 1 << 18,
    K_EMPTY = 1 << 19, /* T_LAZY */
    K_ATOM = 1 << 20,
    K_DELAY = 1 << 21,
    K_REDUCED = 1 << 22,
    K_EXCEPTION = 1 << 23,
    K_ARRAY = 1 << 24,
    K_TRANSIENT = 1 << 25,
    K_PATTERN = 1 << 26,
    K_REST = 1 << 27, /* T_OTHER */
    K_INT = K_FIX | K_BIG,
    K_ANY = ((1 << 28) - 1) & ~(T_SEQ | T_LAZY | T_OTHER | T_FLAG),
};

Kinds kinds_of_type(Type t);
/* The smallest type that holds them all. */
Type type_of_kinds(Kinds k);
/* Of a quoted constant. */
Type constant_type(const Node *d);

/* The kinds that an operand of that letter may be of: K_ANY where anything goes. */
Kinds operand_kinds(char letter);
/* What a message calls them. */
const char *operand_words(char letter);
/* The letter of operand i (from 0) of the primitive. */
char prim_letter(Prim p, uint32_t i);

/* The kinds that its result is one of, K_ANY when its type says as much. */
Kinds given_kinds(Prim p);
/* The kinds that the primitive tests for, 0 when it is no such test. */
Kinds tested_kinds(Prim p);
/* The tests in their order; P_NONE at the end. */
Prim kind_test_at(uint32_t i);

#endif
