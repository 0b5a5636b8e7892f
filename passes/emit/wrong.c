/* wrong.c - instructions made wrong on purpose: the faults of emit that change one of them. */
#include "emit.h"

/* Another register of the same class, not rsp. */
static void other_register(Operand *o) {
    do
        o->base = (uint8_t)((o->base + 1) & 15);
    while (o->base == RSP - RAX);
}

static Operand *memory_of(Instruction *in) {
    for (uint8_t i = 0; i < in->count; i++)
        if (in->operands[i].kind == OPERAND_MEMORY && in->operands[i].base != RIP_BASE)
            return &in->operands[i];
    return NULL;
}

static Operand *number_of(Instruction *in) {
    Operand *last = in->count ? &in->operands[in->count - 1] : NULL;
    return last && last->kind == OPERAND_INTEGER ? last : NULL;
}

static bool has_register_first(const Instruction *in) {
    return in->count &&
           (in->operands[0].kind == OPERAND_REGISTER || in->operands[0].kind == OPERAND_VECTOR);
}

/* Two different registers of one class, and no operation to which their order is all the same. */
static bool has_order(const Instruction *in) {
    const Operand *o = in->operands;
    return in->count == 2 && o[0].kind == o[1].kind && o[0].bits == o[1].bits &&
           has_register_first(in) && o[0].base != o[1].base && in->mnemonic != I_test &&
           in->mnemonic != I_xchg;
}

static void exchange(Instruction *in) {
    Operand first = in->operands[0];
    in->operands[0] = in->operands[1];
    in->operands[1] = first;
}

static bool is_slot_operand(const Operand *m) {
    return m && m->base == RSP - RAX;
}

static bool is_scratch(const Operand *o) {
    return o->kind == OPERAND_REGISTER && o->base == R11 - RAX;
}

/* Both halves of a move from memory to memory go by way of rax. */
static void leave_scratch(Emitter *e, Instruction *in) {
    if (in->mnemonic != I_mov || in->count != 2) return;
    if (memory_of(in) == &in->operands[1] && is_scratch(&in->operands[0]))
        e->through_rax = fault_strikes(e->plan, FAULT_live_register);
    for (uint8_t i = 0; i < 2 && e->through_rax && memory_of(in); i++)
        if (is_scratch(&in->operands[i])) in->operands[i].base = 0;
}

static void other_number(Operand *o) {
    o->integer += o->integer == INT8_MAX || o->integer == UINT8_MAX ? -1 : 1;
}

uint32_t make_wrong(Emitter *e, Instruction *in) {
    FaultPlan *plan = e->plan;
    Operand *m = memory_of(in), *number = number_of(in);
    bool first = has_register_first(in);
    if (first && fault_strikes(plan, FAULT_wrong_register)) other_register(&in->operands[0]);
    if (is_slot_operand(m) && fault_strikes(plan, FAULT_wrong_slot)) m->displacement += 8;
    if (m && !is_slot_operand(m) && fault_strikes(plan, FAULT_wrong_displacement))
        m->displacement += 8;
    if (number && fault_strikes(plan, FAULT_wrong_number)) other_number(number);
    if (has_order(in) && fault_strikes(plan, FAULT_operands_exchanged)) exchange(in);
    if (in->mnemonic == I_add && fault_strikes(plan, FAULT_other_operation)) in->mnemonic = I_sub;
    if (m && m->base == R15 - RAX && in->mnemonic == I_lea && is_scratch(&in->operands[0]) &&
        fault_strikes(plan, FAULT_heap_check))
        m->displacement -= 8;
    if (plan->kind == FAULT_live_register) leave_scratch(e, in);
    if (fault_strikes(plan, FAULT_instruction_lost)) return 0;
    return fault_strikes(plan, FAULT_instruction_twice) ? 2 : 1;
}
