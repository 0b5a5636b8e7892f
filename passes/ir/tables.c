/* tables.c - the rows of the .def tables as arrays, and looking them up by name. */
#include "ir.h"

#include <stdlib.h>

const PrimRow prim_rows[P_COUNT + 1] = {
#define PRIM(id, name, args, result, effects, runtime, doc)                                        \
    [P_##id] = {name, args, result, effects, runtime, doc},
#include "../prims.def"
#undef PRIM
};

const WordRow word_rows[W_COUNT] = {
#define WORD(id, name, args, result, effects, doc) [W_##id] = {name, args, result, effects, doc},
#include "../words.def"
#undef WORD
};

const ConditionRow condition_rows[C_COUNT] = {
#define CONDITION(id, name, inverse, swapped, x86, doc)                                            \
    [C_##id] = {name, inverse, swapped, x86, doc},
#include "../conditions.def"
#undef CONDITION
};

const OpcodeRow opcode_rows[X_COUNT] = {
#define X86(id, name, shape, flags, text, doc) [X_##id] = {name, shape, flags, text, doc},
#include "../x86.def"
#undef X86
};

/* A map from interned names to row numbers: names of rows are interned early, so ids are small. */
typedef struct {
    uint16_t *rows;
    Text limit;
} Index;

static void add(Index *index, const char *name, uint16_t row) {
    Text t = text(name);
    if (t >= index->limit) {
        Text limit = t + 256;
        index->rows = realloc(index->rows, limit * sizeof *index->rows);
        if (!index->rows) fail(0, "no memory left");
        for (Text i = index->limit; i < limit; i++)
            index->rows[i] = 0;
        index->limit = limit;
    }
    index->rows[t] = row;
}

/* The row of that name, 0 when there is none. The index is built at the first look. */
static uint16_t find(Index *index, const char *(*name_of)(uint16_t row), uint16_t count,
                     Text name) {
    if (!index->rows)
        for (uint16_t row = 1; row < count; row++)
            add(index, name_of(row), row);
    return name < index->limit ? index->rows[name] : 0;
}

static const char *prim_name(uint16_t row) {
    return prim_rows[row].name;
}
static const char *word_name(uint16_t row) {
    return word_rows[row].name;
}
static const char *condition_name(uint16_t row) {
    return condition_rows[row].name;
}
static const char *opcode_name(uint16_t row) {
    return opcode_rows[row].name;
}

static Index prims, words, conditions, opcodes;

Prim prim_named(Text name) {
    return (Prim)find(&prims, prim_name, P_COUNT, name);
}
Word word_named(Text name) {
    return (Word)find(&words, word_name, W_COUNT, name);
}
Condition condition_named(Text name) {
    return (Condition)find(&conditions, condition_name, C_COUNT, name);
}
Opcode opcode_named(Text name) {
    return (Opcode)find(&opcodes, opcode_name, X_COUNT, name);
}

Type prim_result(Prim p) {
    static Type results[P_COUNT];
    static bool known[P_COUNT];
    const char *s = prim_rows[p].result;
    if (!known[p] && !type_parse(s, strlen(s), &results[p]))
        bug(NULL, "prims.def: no type '%s'", s);
    known[p] = true;
    return results[p];
}

int prim_arity(Prim p) {
    int n = 0;
    for (const char *s = prim_rows[p].args; *s; s++, n++)
        if (*s == '*') return -1;
    return n;
}

const char *runtime_arguments(const char *symbol) {
#define RUNTIME(name, args, result, doc)                                                           \
    if (!strcmp(symbol, name)) return args;
#define ASSEMBLY(name, args, result, doc) RUNTIME(name, args, result, doc)
#include "../runtime/extras.def"
    for (int p = 1; p < P_COUNT; p++)
        if (prim_rows[p].runtime && !strcmp(prim_rows[p].runtime, symbol)) return prim_rows[p].args;
    return NULL;
}
