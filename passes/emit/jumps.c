/* jumps.c - comparing words and doubles, and what follows from it: a jump, or 1 or 0. */
#include "emit.h"

static uint32_t block_of(const Node *to) {
    return to->kids[0]->block;
}

void emit_jump(Emitter *e, uint32_t block) {
    if (block != e->next) assembler_jump(e->as, NO_CONDITION, block);
}

static void branch(Emitter *e, int code, uint32_t yes, uint32_t no) {
    if (yes == e->next) {
        assembler_jump(e->as, code ^ 1, no);
        return;
    }
    assembler_jump(e->as, code, yes);
    emit_jump(e, no);
}

/* Sets the flags; returns the x86 condition code. A comparison with 0 is a test: same flags. */
static int compare(Emitter *e, Condition c, Operand a, Operand b) {
    bool bits = c == C_z || c == C_nz, is_constant = b.kind == OPERAND_INTEGER;
    if (!bits && is_constant && b.integer == 0) {
        emit2(e, I_test, a, a);
    } else if (bits && is_constant && b.integer >= 0 && b.integer <= UINT8_MAX) {
        a.bits = 8;
        emit2(e, I_test, a, b);
    } else if (bits && b.kind == OPERAND_MEMORY) {
        emit2(e, I_test, b, a);
    } else {
        emit2(e, bits ? I_test : I_cmp, a, b);
    }
    return condition_rows[c].x86;
}

/* Compares doubles; returns the code of a condition that one test answers, so not feq and fne. */
static int compare_doubles(Emitter *e, Condition c, Operand a, Operand b) {
    bool exchanged = c == C_flt || c == C_fle || c == C_nflt || c == C_nfle;
    emit2(e, I_ucomisd, exchanged ? b : a, exchanged ? a : b);
    return condition_rows[exchanged ? condition_rows[c].swapped : c].x86;
}

static Condition condition_of(const Node *op) {
    return (Condition)op->kids[2]->kids[0]->head;
}

void emit_compare_jump(Emitter *e, const Node *op) {
    Node *const *k = &op->kids[2];
    int code = compare(e, condition_of(op), emit_operand(k[1]), emit_operand(k[2]));
    branch(e, code, block_of(k[3]), block_of(k[4]));
}

void emit_compare_jump_f64(Emitter *e, const Node *op) {
    Node *const *k = &op->kids[2];
    Condition c = condition_of(op);
    uint32_t yes = block_of(k[3]), no = block_of(k[4]);
    int code = compare_doubles(e, c, emit_operand(k[1]), emit_operand(k[2]));
    if (c != C_feq && c != C_fne) {
        branch(e, code, yes, no);
        return;
    }
    uint32_t equal = c == C_feq ? yes : no, other = c == C_feq ? no : yes;
    assembler_jump(e->as, CODE_PARITY, other);
    branch(e, CODE_EQUAL, equal, other);
}

/* 1 or 0 into `to`. */
static void set(Emitter *e, Operand to, int code) {
    to.bits = 32;
    emit2(e, I_set, condition_code(code), general(R11, 8));
    emit2(e, I_movzx, to, general(R11, 8));
}

void emit_compare_set(Emitter *e, const Node *op) {
    Node *const *k = &op->kids[2];
    set(e, emit_operand(op->kids[1]->kids[0]),
        compare(e, condition_of(op), emit_operand(k[1]), emit_operand(k[2])));
}

/* Equal is: equal and not unordered. */
static void set_equal(Emitter *e, Operand to, bool equal) {
    Operand low = to, scratch = general(R11, 8);
    low.bits = 8;
    to.bits = 32;
    emit2(e, I_set, condition_code(equal ? CODE_NO_PARITY : CODE_PARITY), scratch);
    emit2(e, I_set, condition_code(equal ? CODE_EQUAL : CODE_NOT_EQUAL), low);
    emit2(e, equal ? I_and : I_or, low, scratch);
    emit2(e, I_movzx, to, low);
}

void emit_compare_set_f64(Emitter *e, const Node *op) {
    Node *const *k = &op->kids[2];
    Condition c = condition_of(op);
    Operand to = emit_operand(op->kids[1]->kids[0]);
    int code = compare_doubles(e, c, emit_operand(k[1]), emit_operand(k[2]));
    if (c == C_feq || c == C_fne)
        set_equal(e, to, c == C_feq);
    else
        set(e, to, code);
}

void emit_heap_jump(Emitter *e, const Node *op) {
    Node *const *k = &op->kids[2];
    emit2(e, I_lea, general(R11, 64), memory(R15, k[0]->kids[0]->integer, 64));
    emit2(e, I_cmp, general(R11, 64), memory(R14, CONTEXT_LIMIT, 64));
    branch(e, CODE_BELOW_EQUAL, block_of(k[1]), block_of(k[2]));
}
