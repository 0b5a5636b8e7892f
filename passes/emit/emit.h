/* emit.h - what the files of pass emit share: the function in the making, and its instructions. */
#ifndef SLISPC_EMIT_H
#define SLISPC_EMIT_H

#include "../ir/assembler.h"
#include "../ir/faults.h"

#include "../../runtime/layout.h"

enum { NO_BLOCK = INT32_MAX };

/* x86 condition codes. */
enum {
    CODE_BELOW = 2,
    CODE_EQUAL = 4,
    CODE_NOT_EQUAL = 5,
    CODE_BELOW_EQUAL = 6,
    CODE_PARITY = 10,
    CODE_NO_PARITY = 11
};

/* Code after the last block: a call of the runtime. With `back` it goes on there. */
typedef struct {
    uint32_t label, back;
    const char *runtime;
    Pos at;
    const Node *map;
} Stub;

typedef struct {
    Context *context;
    Assembler *as;
    uint32_t frame; /* bytes */
    bool framed;    /* is there a prologue? */
    bool calls;
    uint32_t next; /* the block that follows */
    VEC(Stub) stubs;
    FaultPlan *plan;
    bool through_rax; /* a fault is under way: see wrong.c */
} Emitter;

/* ---- operands.c: operands, single instructions, moves */

/* The place of a name, a (word n) or a (mem ...). */
Operand emit_operand(const Node *n);
/* Every instruction but jumps inside of the function; `symbol`: see assembler_add. */
void emit_instruction(Emitter *e, Instruction in, Node *symbol);
void emit1(Emitter *e, Mnemonic m, Operand a);
void emit2(Emitter *e, Mnemonic m, Operand a, Operand b);
/* call or jmp, and a conditional jump, to a place outside; its address into a register. */
void emit_reference(Emitter *e, Mnemonic m, Node *symbol);
void emit_reference_if(Emitter *e, int code, Node *symbol);
void emit_address(Emitter *e, Operand to, Node *symbol);
Node *runtime_function(Emitter *e, Pos at, const char *name);

void emit_move(Emitter *e, Operand to, Operand from);
void emit_exchange(Emitter *e, Operand a, Operand b);
void emit_word(Emitter *e, Operand to, int64_t value);
void emit_constant(Emitter *e, Operand to, Node *c);

/* ---- wrong.c: the faults that change an instruction. How often it is to be written, mostly once.
 */
uint32_t make_wrong(Emitter *e, Instruction *in);

/* ---- jumps.c: comparing, jumping; `op` is the instruction */

void emit_jump(Emitter *e, uint32_t block);
void emit_compare_jump(Emitter *e, const Node *op);
void emit_compare_jump_f64(Emitter *e, const Node *op);
void emit_compare_set(Emitter *e, const Node *op);
void emit_compare_set_f64(Emitter *e, const Node *op);
void emit_heap_jump(Emitter *e, const Node *op);

/* ---- calls.c: calls with their stack maps, stubs, entries of function values */

void emit_call(Emitter *e, const Node *op);
void emit_call_area(Emitter *e, const Node *op);
void emit_call_value(Emitter *e, const Node *op);
void emit_tail_value(Emitter *e, const Node *op);
void emit_dispatch(Emitter *e, const Node *targets);
/* Where a failing check goes: one stub for each kind of trap and source position. */
uint32_t emit_trap_label(Emitter *e, const Node *trap, Pos at);
void emit_stub(Emitter *e, const Stub *s);

#endif
