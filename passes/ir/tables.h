/* tables.h - the rows of prims.def, words.def, conditions.def and x86.def.
 */
#ifndef SLISPC_TABLES_H
#define SLISPC_TABLES_H

#include "memory.h"

typedef uint16_t Type; /* see ir.h: what a name holds */

typedef enum {
    P_NONE,
#define PRIM(id, name, args, result, effects, runtime, doc) P_##id,
#include "../prims.def"
#undef PRIM
    P_COUNT
} Prim;
enum { /* effects of a primitive */
       PURE = 0,
       READS = 1,     /* depends on mutable state */
       WRITES = 2,    /* changes state or does output */
       THROWS = 4,    /* may raise an exception */
       ALLOCATES = 8, /* may collect */
       COMMUTES = 16, /* operands may be exchanged */
       FOLDS = 32,    /* (p a b c) means (p (p a b) c) */
       INTERNAL = 64, /* not to be named by user programs */
       CHAINS = 128,  /* (p a b c) means (and (p a b) (p b c)) */
};
typedef struct {
    const char *name;   /* as slisp programs write it */
    const char *args;   /* a letter an argument: see prims.def; "*" last for any number */
    const char *result; /* the type, as printed */
    unsigned effects;
    const char *runtime; /* symbol of the C function, NULL when expanded inline */
    const char *doc;
} PrimRow;
extern const PrimRow prim_rows[P_COUNT + 1];
/* P_NONE when there is none of that name. */
Prim prim_named(Text name);
Type prim_result(Prim p);
/* Number of arguments, -1 for any number. */
int prim_arity(Prim p);
/* The letters of a runtime function's arguments, with * at their end when it is n-ary; NULL: it is
 * not known. */
const char *runtime_arguments(const char *symbol);

/* ---- tables of the machine side ------------------------------------------ */

typedef enum {
    W_NONE,
#define WORD(id, name, args, result, effects, doc) W_##id,
#include "../words.def"
#undef WORD
    W_COUNT
} Word;
typedef struct {
    const char *name, *args, *result;
    unsigned effects;
    const char *doc;
} WordRow;
extern const WordRow word_rows[W_COUNT];
Word word_named(Text name);

typedef enum {
    C_NONE,
#define CONDITION(id, name, inverse, swapped, x86, doc) C_##id,
#include "../conditions.def"
#undef CONDITION
    C_COUNT
} Condition;
typedef struct {
    const char *name;
    Condition inverse, swapped;
    int x86;
    const char *doc;
} ConditionRow;
extern const ConditionRow condition_rows[C_COUNT];
Condition condition_named(Text name);

/* Opcodes: see x86.def for the columns. */
typedef enum {
    X_NONE,
#define X86(id, name, shape, flags, text, doc) X_##id,
#include "../x86.def"
#undef X86
    X_COUNT
} Opcode;
typedef struct {
    const char *name, *shape;
    unsigned flags;
    const char *text, *doc;
} OpcodeRow;
extern const OpcodeRow opcode_rows[X_COUNT];
Opcode opcode_named(Text name);
enum {                /* flags of an opcode */
       TIED = 1,      /* the first defined name must be where the first operand is */
       SAFEPOINT = 2, /* carries roots; every register is clobbered */
       LEAVES = 4,    /* ends a block */
       EARLY = 32,    /* the untied defined names are written before the untied operands are read */
       MEMORY = 64,   /* one operand is memory */
};

#endif
