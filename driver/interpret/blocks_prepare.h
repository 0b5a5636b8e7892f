/* blocks_prepare.h - what the two files that make a form into instructions share. */
#ifndef SLISPC_INTERPRET_BLOCKS_PREPARE_H
#define SLISPC_INTERPRET_BLOCKS_PREPARE_H

#include "blocks.h"

typedef struct {
    Arena *scratch; /* freed when the routine is prepared; what stays is in world.arena */
    const Routine *routine;
    const Node *form;
    Code *code;
    Instruction *instructions;
    uint32_t first_block; /* among the form's kids */
    bool is_memory;
    uint32_t names;       /* numbers of names are below it */
    int32_t *slot_of;     /* by number */
    Type *types;          /* by number, in Lblocks: what the name holds */
    uint32_t block_limit;
    BlockPlace **places;  /* by block number */
    VEC(Bits) constants;
    uint32_t most_operands;
} Prepare;

/* blocks_operands.c */
Routine *blocks_routine(const Prepare *p, const Node *global);
int32_t blocks_constant(Prepare *p, Bits word);
enum { ZERO_OPERAND = ~0 }; /* the first constant is 0 */
/* A name's slot, or the constant as a word of the given representation. */
int32_t blocks_operand(Prepare *p, const Node *a, Type representation);
Type blocks_representation(const Prepare *p, const Node *name);
_Noreturn void blocks_malformed(const Prepare *p, const Node *form, const char *what);
/* A function of the runtime by its symbol; the operands stand behind the form's first kid. */
const RuntimeFunction *blocks_runtime(const Prepare *p, const Node *form, const char *symbol,
                                      bool gives_double);

/* blocks_bound.c: refuses a form that reads a name where it has no value. */
void blocks_check_bound(Prepare *p);

#endif
