/* check_jumps.c - comparing words and doubles, and what follows from it: a jump, or 1 or 0. */
#include "check.h"

/* Conditions as the processor counts them (Intel's manual, volume 1, appendix B). */
enum {
    IF_BELOW = 2,
    IF_ABOVE_EQUAL = 3,
    IF_EQUAL = 4,
    IF_NOT_EQUAL = 5,
    IF_BELOW_EQUAL = 6,
    IF_ABOVE = 7,
    IF_PARITY = 10,
    IF_NO_PARITY = 11,
    IF_LESS = 12,
    IF_GREATER_EQUAL = 13,
    IF_LESS_EQUAL = 14,
    IF_GREATER = 15
};

/* What a jump asks for after cmp a, b (test a, b for z and nz; ucomisd a, b for doubles, b, a for
 * those that are exchanged). */
static uint8_t condition_after(Condition c) {
    switch (c) {
    case C_eq:
    case C_z: return IF_EQUAL;
    case C_ne:
    case C_nz: return IF_NOT_EQUAL;
    case C_lt: return IF_LESS;
    case C_ge: return IF_GREATER_EQUAL;
    case C_le: return IF_LESS_EQUAL;
    case C_gt: return IF_GREATER;
    case C_ult: return IF_BELOW;
    case C_uge: return IF_ABOVE_EQUAL;
    case C_ule: return IF_BELOW_EQUAL;
    case C_ugt: return IF_ABOVE;
    case C_fgt:
    case C_flt: return IF_ABOVE;
    case C_fge:
    case C_fle: return IF_ABOVE_EQUAL;
    case C_nfgt:
    case C_nflt: return IF_BELOW_EQUAL;
    case C_nfge:
    case C_nfle: return IF_BELOW;
    case C_feq:
    case C_fne:
    case C_NONE:
    case C_COUNT: break;
    }
    return IF_EQUAL;
}

static uint8_t inverse(uint8_t condition) {
    return condition ^ 1;
}

static Condition condition_of(const Node *op) {
    return (Condition)op->kids[2]->kids[0]->head;
}

static uint32_t block_of(const Node *to) {
    return to->kids[0]->block;
}

/* ---- jumps */

bool check_jump(Check *c, uint32_t block) {
    return block == c->block_behind || wants_jump(c, D_jmp, 0, block);
}

/* To `yes` if the condition holds, else to `no`. When `yes` comes after, the jump may be the
 * inverse one, to `no`. */
static bool check_branch(Check *c, uint8_t condition, uint32_t yes, uint32_t no) {
    const Decoded *d = at_hand(c);
    if (!d) return false;
    if (yes == c->block_behind && d->name == D_jcc && d->condition == inverse(condition))
        return wants_jump(c, D_jcc, inverse(condition), no);
    return wants_jump(c, D_jcc, condition, yes) && check_jump(c, no);
}

/* ---- words */

/* test a, a sets the flags that cmp a, 0 does. */
static bool check_compare(Check *c, Condition condition, Seen a, Seen b) {
    bool bits = condition == C_z || condition == C_nz, number = b.kind == SEEN_NUMBER;
    Seen twice[] = {a, a}, exchanged[] = {b, a}, low[] = {a, b};
    low[0].bits = 8;
    if (!bits && number && b.value == 0 && is_instruction_at_hand(c, D_test, 2, twice))
        return wants(c, D_test, 2, twice);
    if (bits && is_instruction_at_hand(c, D_test, 2, exchanged))
        return wants(c, D_test, 2, exchanged);
    if (bits && number && b.value >= 0 && b.value <= UINT8_MAX &&
        is_instruction_at_hand(c, D_test, 2, low))
        return wants(c, D_test, 2, low);
    return !c->failed && wants2(c, bits ? D_test : D_cmp, a, b);
}

static bool check_comparison(Check *c, const Node *op) {
    Seen a = seen_operand(c, op->kids[3]), b = seen_operand(c, op->kids[4]);
    return !c->failed && check_compare(c, condition_of(op), a, b);
}

bool check_compare_jump(Check *c, const Node *op) {
    return check_comparison(c, op) && check_branch(c, condition_after(condition_of(op)),
                                                   block_of(op->kids[5]), block_of(op->kids[6]));
}

/* 1 or 0 by way of the scratch register. */
static bool check_set(Check *c, Seen to, uint8_t condition) {
    Seen scratch = seen_register(R11, 8);
    to.bits = 32;
    return wants_condition(c, D_setcc, condition, scratch) && wants2(c, D_movzx, to, scratch);
}

bool check_compare_set(Check *c, const Node *op) {
    Seen to = seen_operand(c, op->kids[1]->kids[0]);
    return check_comparison(c, op) && check_set(c, to, condition_after(condition_of(op)));
}

/* ---- doubles: carry and zero are as after comparing words without a sign, parity says that one of
 * them is no number */

static bool is_exchanged(Condition c) {
    return c == C_flt || c == C_fle || c == C_nflt || c == C_nfle;
}

static bool check_comparison_f64(Check *c, const Node *op) {
    Seen a = seen_operand(c, op->kids[3]), b = seen_operand(c, op->kids[4]);
    bool exchanged = is_exchanged(condition_of(op));
    return !c->failed && wants2(c, D_ucomisd, exchanged ? b : a, exchanged ? a : b);
}

bool check_compare_jump_f64(Check *c, const Node *op) {
    Condition condition = condition_of(op);
    uint32_t yes = block_of(op->kids[5]), no = block_of(op->kids[6]);
    if (!check_comparison_f64(c, op)) return false;
    if (condition != C_feq && condition != C_fne)
        return check_branch(c, condition_after(condition), yes, no);
    uint32_t equal = condition == C_feq ? yes : no, other = condition == C_feq ? no : yes;
    return wants_jump(c, D_jcc, IF_PARITY, other) && check_branch(c, IF_EQUAL, equal, other);
}

/* Equal is: equal, and both are numbers. */
static bool check_set_equal(Check *c, Seen to, bool equal) {
    Seen low = to, scratch = seen_register(R11, 8);
    low.bits = 8;
    to.bits = 32;
    return wants_condition(c, D_setcc, equal ? IF_NO_PARITY : IF_PARITY, scratch) &&
           wants_condition(c, D_setcc, equal ? IF_EQUAL : IF_NOT_EQUAL, low) &&
           wants2(c, equal ? D_and : D_or, low, scratch) && wants2(c, D_movzx, to, low);
}

bool check_compare_set_f64(Check *c, const Node *op) {
    Condition condition = condition_of(op);
    Seen to = seen_operand(c, op->kids[1]->kids[0]);
    if (!check_comparison_f64(c, op)) return false;
    if (condition == C_feq || condition == C_fne) return check_set_equal(c, to, condition == C_feq);
    return check_set(c, to, condition_after(condition));
}

/* ---- is there room in the heap? */

bool check_heap_jump(Check *c, const Node *op) {
    Seen end = seen_register(R11, 64);
    return wants2(c, D_lea, end, seen_memory(R15, op->kids[2]->kids[0]->integer, 0)) &&
           wants2(c, D_cmp, end, seen_memory(R14, CONTEXT_LIMIT, 64)) &&
           check_branch(c, IF_BELOW_EQUAL, block_of(op->kids[3]), block_of(op->kids[4]));
}
