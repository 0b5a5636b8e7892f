/* kinds.c - V21: each instruction has operands of the kinds that it is for.
 *
 * A word is a reference, raw, or a pointer into an object (drv); a double (f64) is in a register of
 * its own. The collector believes the kinds, so a reference may come only from where references
 * come from: constants, memory, calls, fresh objects, other references - and from a raw word that
 * gets its tag, by a shift or an addition of a constant.
 */
#include "kinds.h"

#include <string.h>

/* Results = operands, a letter each; * repeats the last one.
 *   w raw   r ref   g either   p any word   d double   a ref, raw or double   m memory   . no name
 *   t raw, or a ref when the second operand is a constant: a tag is put on
 *   l raw or drv, or a ref when only raw words go into it */
static const char *signature_of(const Node *op) {
    switch ((Opcode)op->kids[0]->head) {
    case X_mov: return "p=p";
    case X_const: return "g=.";
    case X_lea: return "l=m";
    case X_load: return "g=m";
    case X_loadb:
    case X_loadh:
    case X_loadi: return "w=m";
    case X_store: return "=mg";
    case X_fmov:
    case X_fsqrt:
    case X_fneg: return "d=d";
    case X_fconst: return "d=.";
    case X_fload: return "d=m";
    case X_fstore: return "=md";
    case X_add:
    case X_shl: return "t=ww";
    case X_sub:
    case X_xor:
    case X_imul: return "w=ww";
    case X_and:
    case X_or: return "w=gg";
    case X_addt:
    case X_subt:
    case X_imult: return "w=ww.";
    case X_shr:
    case X_sar: return "w=gw";
    case X_neg:
    case X_not: return "w=w";
    case X_idiv: return "ww=ww";
    case X_cmpset: return "w=.gg";
    case X_fadd:
    case X_fsub:
    case X_fmul:
    case X_fdiv: return "d=dd";
    case X_cvtsi2sd: return "d=w";
    case X_cvttsd2si: return "w=d";
    case X_fcmpset: return "w=.dd";
    case X_bump: return "r=.";
    case X_jmp:
    case X_dispatch: return "=.";
    case X_cmpj: return "=.gg..";
    case X_fcmpj: return "=.dd..";
    case X_heapj: return "=...";
    case X_ret: return "=a";
    case X_stop: return "=";
    case X_call:
    case X_callr: return "a=.a*";
    case X_callv: return "r=r.r*";
    case X_calla: return "a=..a*";
    case X_tail: return "=.a*";
    case X_tailv: return "=r.r*";
    case X_NONE:
    case X_COUNT: break;
    }
    bug(op, "no instruction");
}

#define ONE(kind) (1u << KIND_IS_##kind)

static const uint8_t kinds_of_letter[128] = {
    ['w'] = ONE(RAW),
    ['r'] = ONE(REF),
    ['d'] = ONE(F64),
    ['g'] = ONE(REF) | ONE(RAW),
    ['t'] = ONE(REF) | ONE(RAW),
    ['p'] = ONE(REF) | ONE(RAW) | ONE(DRV),
    ['l'] = ONE(REF) | ONE(RAW) | ONE(DRV),
    ['a'] = ONE(REF) | ONE(RAW) | ONE(F64),
};

const char *kind_text(CheckedKind kind) {
    static const char *const names[] = {"of no kind", "a ref", "raw", "an f64", "a drv"};
    return names[kind];
}

static bool check_name(Before *f, uint32_t b, const Node *op, const Node *name, char letter) {
    CheckedKind kind = kind_of(f, name);
    if (kinds_of_letter[letter & 127] >> kind & 1) return true;
    return wrong(f, RULE_V21, b, op, name, "it is %s, which does not fit here", kind_text(kind));
}

/* An address: a pointer, and perhaps an index, which is raw. */
static bool check_memory(Before *f, uint32_t b, uint32_t i, const Node *memory) {
    const Node *op = f->blocks[b].node->kids[i];
    for (uint32_t k = 0; k < 2 && memory->kids[k]->kind == N_NAME; k++)
        if (!use_name(f, memory->kids[k], b, i) ||
            !check_name(f, b, op, memory->kids[k], k ? 'w' : 'p'))
            return false;
    return true;
}

static bool use_arguments(Before *f, uint32_t b, uint32_t i, const Node *to) {
    for (uint32_t k = 1; k < to->count; k++)
        if (!use_name(f, to->kids[k], b, i)) return false;
    return true;
}

static bool check_operands(Before *f, uint32_t b, uint32_t i, const char *letter) {
    const Node *op = f->blocks[b].node->kids[i];
    for (uint32_t k = 2; k < op->count; k++) {
        const Node *operand = op->kids[k];
        if (operand->kind == N_NAME) {
            if (!use_name(f, operand, b, i) || !check_name(f, b, op, operand, *letter))
                return false;
        } else if (is_item(operand, H_mem)) {
            if (!check_memory(f, b, i, operand)) return false;
        } else if (is_item(operand, H_to) && !use_arguments(f, b, i, operand)) {
            return false;
        }
        if (*letter && letter[1] != '*') letter++;
    }
    return true;
}

/* ---- what depends on several of them */

/* Does it make a reference from raw words and a constant alone? */
static bool puts_tag_on(const Before *f, const Node *op) {
    const Node *memory = op->kids[2];
    if (op->kids[0]->head != X_lea) return is_item(op->kids[3], H_word);
    for (uint32_t i = 0; i < memory->count; i++)
        if (memory->kids[i]->kind == N_NAME && kind_of(f, memory->kids[i]) != KIND_IS_RAW)
            return false;
    return true;
}

static bool check_constant_kind(Before *f, uint32_t b, const Node *op) {
    const Node *constant = op->kids[2], *name = op->kids[1]->kids[0];
    bool is_value =
        is_item(constant, H_quote) || is_item(constant, H_static) || is_item(constant, H_shape);
    if (is_value == (kind_of(f, name) == KIND_IS_REF)) return true;
    return wrong(f, RULE_V21, b, op, name, "it is %s, but this constant is %s",
                 kind_text(kind_of(f, name)), is_value ? "a reference" : "a raw word");
}

static bool check_same(Before *f, uint32_t b, const Node *op, const Node *one, const Node *other) {
    if (other->kind != N_NAME || kind_of(f, one) == kind_of(f, other)) return true;
    return wrong(f, RULE_V21, b, op, other, "it is %s, and the other one is %s",
                 kind_text(kind_of(f, other)), kind_text(kind_of(f, one)));
}

static bool check_returned(Before *f, uint32_t b, const Node *op) {
    if (kind_of(f, op->kids[2]) == f->returns) return true;
    return wrong(f, RULE_V21, b, op, op->kids[2], "it is %s, but the function returns %s",
                 kind_text(kind_of(f, op->kids[2])), kind_text(f->returns));
}

/* What is in the argument area is found by the collector. */
static bool check_area_kinds(Before *f, uint32_t b, const Node *op) {
    for (uint32_t i = 4; i < op->count; i++)
        if (op->kids[i]->kind == N_NAME && is_area(where_of(op->kids[i])) &&
            !check_name(f, b, op, op->kids[i], 'r'))
            return false;
    return true;
}

static bool check_result_kind(Before *f, uint32_t b, const Node *op, const Node *name,
                              char letter) {
    if (!check_name(f, b, op, name, letter)) return false;
    if ((letter != 't' && letter != 'l') || kind_of(f, name) != KIND_IS_REF || puts_tag_on(f, op))
        return true;
    return wrong(f, RULE_V21, b, op, name, "it is a reference, but this does not make one");
}

static bool check_together(Before *f, uint32_t b, const Node *op) {
    unsigned opcode = op->kids[0]->head;
    if (opcode == X_mov) return check_same(f, b, op, op->kids[2], op->kids[1]->kids[0]);
    if (opcode == X_const) return check_constant_kind(f, b, op);
    if (opcode == X_cmpj || opcode == X_cmpset)
        return check_same(f, b, op, op->kids[3], op->kids[4]);
    if (opcode == X_ret) return check_returned(f, b, op);
    return opcode != X_calla || check_area_kinds(f, b, op);
}

bool check_kinds(Before *f, uint32_t b, uint32_t i) {
    const Node *op = f->blocks[b].node->kids[i], *results = op->kids[1];
    const char *letter = signature_of(op), *result = letter;
    while (*letter++ != '=') {
    }
    if (!check_operands(f, b, i, letter)) return false;
    for (uint32_t d = 0; d < results->count; d++)
        if (!check_result_kind(f, b, op, results->kids[d], result[d])) return false;
    return check_together(f, b, op);
}
