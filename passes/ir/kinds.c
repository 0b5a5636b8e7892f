/* kinds.c - the rows of kinds.def. */
#include "kinds.h"

#include <string.h>

_Static_assert(!(K_CONS & T_ANY) && !(T_FLAG & T_ANY), "kinds, types and flags do not overlap");

/* Types that are taken apart. */
static const struct {
    Type type;
    Kinds kinds;
} parts[] = {
    {T_SEQ, K_CONS | K_INDEXED},
    {T_LAZY, K_LAZY | K_EMPTY},
    {T_OTHER,
     K_ATOM | K_DELAY | K_REDUCED | K_EXCEPTION | K_ARRAY | K_TRANSIENT | K_PATTERN | K_REST},
    {T_FLAG, K_BOOL},
};
enum { PARTS = sizeof parts / sizeof *parts };

Kinds kinds_of_type(Type t) {
    Kinds k = t & K_ANY;
    for (int i = 0; i < PARTS; i++)
        if (t & parts[i].type) k |= parts[i].kinds;
    return k;
}

Type type_of_kinds(Kinds k) {
    Type t = (Type)(k & K_ANY & UINT16_MAX);
    for (int i = 0; i + 1 < PARTS; i++)
        if (k & parts[i].kinds) t |= parts[i].type;
    return t;
}

static const struct {
    Kinds kinds;
    const char *words;
} operands[128] = {
#define OPERAND(letter, kinds, words) [letter] = {kinds, words},
#define TEST(id, kinds)
#define GIVES(id, kinds)
#include "../kinds.def"
#undef OPERAND
#undef TEST
#undef GIVES
};

static const Kinds kinds_tested[P_COUNT] = {
#define OPERAND(letter, kinds, words)
#define TEST(id, kinds) [P_##id] = kinds,
#define GIVES(id, kinds)
#include "../kinds.def"
#undef OPERAND
#undef TEST
#undef GIVES
};

static const Kinds kinds_given[P_COUNT] = {
#define OPERAND(letter, kinds, words)
#define TEST(id, kinds)
#define GIVES(id, kinds) [P_##id] = kinds,
#include "../kinds.def"
#undef OPERAND
#undef TEST
#undef GIVES
};

static const Prim tests[] = {
#define OPERAND(letter, kinds, words)
#define TEST(id, kinds) P_##id,
#define GIVES(id, kinds)
#include "../kinds.def"
#undef OPERAND
#undef TEST
#undef GIVES
    P_NONE,
};

Kinds operand_kinds(char letter) {
    Kinds kinds = operands[(unsigned char)letter & 127].kinds;
    return kinds ? kinds : (Kinds)K_ANY;
}

const char *operand_words(char letter) {
    return operands[(unsigned char)letter & 127].words;
}

char prim_letter(Prim p, uint32_t i) {
    const char *letters = prim_rows[p].args;
    for (uint32_t k = 0; k < i; k++)
        if (!letters[k]) return 'a';
    return letters[i] ? letters[i] : 'a';
}

Kinds tested_kinds(Prim p) {
    return kinds_tested[p];
}

Prim kind_test_at(uint32_t i) {
    return tests[i];
}

Kinds given_kinds(Prim p) {
    return kinds_given[p] ? kinds_given[p] : (Kinds)K_ANY;
}

Type constant_type(const Node *d) {
    switch (d->kind) {
    case N_NIL: return T_NIL;
    case N_TRUE:
    case N_FALSE: return T_BOOL;
    case N_INT:
        return d->integer >= -((int64_t)1 << 62) && d->integer < (int64_t)1 << 62 ? T_FIX : T_BIG;
    case N_DOUBLE: return T_DOUBLE;
    case N_STRING: return T_STRING;
    case N_KEYWORD: return T_KEYWORD;
    case N_SYMBOL: return T_SYMBOL;
    default: return T_ANY;
    }
}
