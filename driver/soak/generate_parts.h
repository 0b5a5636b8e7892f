/* generate_parts.h - what the files of the generator share. */
#ifndef SLISPC_GENERATE_PARTS_H
#define SLISPC_GENERATE_PARTS_H

#include "generate.h"
#include "machine.h"
#include "soak_random.h"

/* A name that may be used: its binding dominates the place where we are. */
typedef struct {
    Node *name;
    Holds holds; /* HOLDS_NONE: not any more */
} Known;

enum { FEW_PARAMETERS = 4, MOST_PARAMETERS = 16 };

/* A block that only jmps lead to, and the kinds of its parameters. */
typedef struct {
    uint32_t block, count;
    Holds holds[MOST_PARAMETERS];
    Node *parameters[MOST_PARAMETERS]; /* NULL before the block was started */
} Join;

/* The loop that we are in. */
typedef struct {
    Join header, exit;
} Loop;

typedef struct {
    Arena *arena;
    Random random;
    Coverage *coverage;
    uint32_t names, next_block, budget, depth;
    Nodes kinds, blocks;
    VEC(Known) known;
    uint32_t lasting; /* the first so many of them are used now and then up to the end */
    const char *returns;
    /* the current block */
    uint32_t block;
    bool cold;
    Node *parameters;
    Nodes code;
} Generate;

/* ---- generate_names.c: names, operands, instructions */
Node *fresh(Generate *g, Holds holds);
void make_known(Generate *g, Node *name, Holds holds);
/* A name of that kind; makes one when there is none. */
Node *pick(Generate *g, Holds holds);
Node *pick_in(Generate *g, Holds holds, Where where);
Holds any_kind(Generate *g); /* ref, raw or f64 */
/* From here on no pointer into an object is known. */
void forget_derived(Generate *g);

Node *word_operand(Generate *g, int64_t n);
Node *form(Generate *g, Head head, Node *kid);
/* (code $g) and the like: one of a few names. */
Node *some_global(Generate *g, Head head);
Node *some_memory(Generate *g);
Node *some_condition(Generate *g, bool doubles);

void emit_of(Generate *g, Opcode opcode, Node *const *defs, uint32_t def_count,
             const Nodes *operands);
/* Operands up to NULL. `def` may be NULL. */
void emit(Generate *g, Opcode opcode, Node *def, ...) __attribute__((sentinel));

/* ---- generate_code.c: straight code */
void make_value(Generate *g, Holds holds);
void some_instruction(Generate *g);

/* ---- generate_calls.c */
void some_call(Generate *g);
/* Leaves the function: ret, a tail call, or a call that throws and stop. Does not end the block. */
void leave_function(Generate *g);
/* Parameters of the function where the convention has them. */
Node *entry_parameters(Generate *g, Node **self);

#endif
