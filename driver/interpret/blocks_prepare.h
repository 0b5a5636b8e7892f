/* blocks_prepare.h - what the two files that make a form into instructions share. */
#ifndef SLISPC_INTERPRET_BLOCKS_PREPARE_H
#define SLISPC_INTERPRET_BLOCKS_PREPARE_H

#include "blocks.h"
#include "kinds.h"

typedef struct {
    Arena *scratch; /* freed when the routine is prepared; what stays is in world.arena */
    const Routine *routine;
    FunctionForm form;
    Code *code;
    Instruction *instructions;
    bool is_memory;
    uint32_t names;   /* numbers of names are below it */
    int32_t *slot_of; /* by number */
    Type *types;      /* by number, in Lblocks: what the name holds */
    uint32_t block_limit;
    BlockPlace **places; /* by block number */
    VEC(Bits) constants;
    uint32_t most_operands;
} Prepare;

/* blocks_slots.c */

/* A slot for each name: parameters first, then the closure, then the others. */
void blocks_make_slots(Prepare *p);
/* Where each block starts and ends among the instructions. */
void blocks_make_places(Prepare *p);
/* What a name of that kind of Lmemory holds. */
Holding blocks_holding(Text kind);

/* blocks_operands.c */

Routine *blocks_routine(const Prepare *p, const Node *global);
int32_t blocks_constant(Prepare *p, Bits word);
enum { ZERO_OPERAND = ~0 }; /* the first constant is 0 */
/* A name's slot, or the constant as a word of the given representation. */
int32_t blocks_operand(Prepare *p, const Node *a, Type representation);
Type blocks_representation(const Prepare *p, const Node *name);
_Noreturn void blocks_malformed(const Prepare *p, const Node *form, const char *what);
/* A function of the runtime by its symbol, which the form calls with `count` operands. */
const RuntimeFunction *blocks_runtime(const Prepare *p, const Node *form, uint32_t count,
                                      const char *symbol, bool gives_double);

/* blocks_bound.c: refuses a form that reads a name where it has no value. */
void blocks_check_bound(Prepare *p);

#endif
