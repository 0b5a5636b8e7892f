/* check_kinds.c - the kinds of Lmemory: each name has one, and each operation gets operands of the
 * kinds that its row of words.def asks for, so that what select makes of it keeps rule V21.
 *
 * A result is raw, a ref, an f64, or what the row says of several: see words.def. No call takes or
 * gives a pointer into an object (drv): the collector would not find the object.
 */
#include "checker.h"
#include "ir/machine.h"
#include "tables.h"

#include <string.h>

#define ONE(kind) (1u << HOLDS_##kind)

enum {
    WORDS = ONE(REF) | ONE(RAW),
    POINTERS = ONE(REF) | ONE(RAW) | ONE(DRV),
    VALUES = ONE(REF) | ONE(RAW) | ONE(F64), /* that calls take and give */
    ALL_KINDS = POINTERS | ONE(F64),
};

/* ---- names and operands */

static bool check_kind_row(Checker *c, const Node *row) {
    KindForm f = as_kind(row);
    uint32_t number = f.name->name.number;
    Holds kind = f.kind->kind == N_SYMBOL ? holds_named(f.kind->text) : HOLDS_NONE;
    if (!kind) return ill_formed(c, row, "there is no such %s", "kind");
    if (number >= c->name_count) return true; /* reported later */
    if (c->names[number].kind) return ill_formed(c, row, "the name has another kind");
    c->names[number].kind = (uint16_t)kind;
    return true;
}

bool read_kinds(Checker *c, NodeList kinds) {
    for (uint32_t i = 0; i < kinds.count; i++)
        if (!check_kind_row(c, kinds.items[i])) return false;
    return true;
}

static Holds kind_of(const Checker *c, const Node *operand) {
    if (operand->kind == N_NAME)
        return operand->name.number < c->name_count ? (Holds)c->names[operand->name.number].kind
                                                    : HOLDS_NONE;
    if (is_form(operand, H_real)) return HOLDS_F64;
    bool raw = is_form(operand, H_word) || is_form(operand, H_code) || is_form(operand, H_cell);
    return raw ? HOLDS_RAW : HOLDS_REF;
}

static bool is_one_of(const Checker *c, const Node *operand, unsigned kinds) {
    Holds kind = kind_of(c, operand);
    return !kind || (kinds >> kind & 1); /* a name that is not known is reported elsewhere */
}

static bool needs(Checker *c, const Node *form, const Node *operand, unsigned kinds) {
    if (is_one_of(c, operand, kinds)) return true;
    Buffer b = {0};
    print_flat(&b, operand);
    ill_formed(c, form, "%.60s is %s, which does not fit here", b.bytes,
               text_bytes(holds_text(kind_of(c, operand))));
    buffer_free(&b);
    return false;
}

static bool need_all(Checker *c, const Node *form, NodeList operands, unsigned kinds) {
    for (uint32_t i = 0; i < operands.count; i++)
        if (!needs(c, form, operands.items[i], kinds)) return false;
    return true;
}

/* ---- operations */

static unsigned kinds_of_letter(char letter) {
    switch (letter) {
    case 'w': return ONE(RAW);
    case 'g': return WORDS;
    case 'p': return POINTERS;
    case 'f': return ONE(F64);
    default: return ALL_KINDS; /* n and c: check_rules.c */
    }
}

/* Of an instruction, which 32 bits are enough for. */
static bool is_constant(const Node *n) {
    return is_form(n, H_word) && as_word(n).bits->integer == (int32_t)as_word(n).bits->integer;
}

/* Of raw words, or of a pointer and a raw word; a constant may put a tag on the one, and no other
 * word can be subtracted from the other. */
static unsigned kinds_of_sum(const Checker *c, WordOpForm f) {
    bool constant = is_constant(f.operands.items[1]), adds = f.operation->head == W_add;
    if (kind_of(c, f.operands.items[0]) == HOLDS_RAW) return adds && constant ? WORDS : ONE(RAW);
    return adds || constant ? ONE(RAW) | ONE(DRV) : 0;
}

static unsigned kinds_of_result(const Checker *c, WordOpForm f) {
    const char *result = word_rows[f.operation->head].result;
    if (!strcmp(result, "same")) return 1u << kind_of(c, f.operands.items[0]);
    if (!strcmp(result, "sum")) return kinds_of_sum(c, f);
    if (!strcmp(result, "tag")) return is_constant(f.operands.items[1]) ? WORDS : ONE(RAW);
    if (!strcmp(result, "loaded")) return VALUES;
    return 1u << holds_named(text(result));
}

static bool check_word_kinds(Checker *c, const Node *let, const Node *name, WordOpForm f) {
    const char *letters = word_rows[f.operation->head].args;
    if (f.operands.count != strlen(letters)) return true; /* reported elsewhere */
    for (uint32_t i = 0; i < f.operands.count; i++) {
        const Node *operand = f.operands.items[i];
        if (!needs(c, let, operand, kinds_of_letter(letters[i]))) return false;
        if (letters[i] == 'n' && !is_constant(operand))
            return ill_formed(c, let, "the number does not fit 32 bits");
    }
    return needs(c, let, name, kinds_of_result(c, f));
}

static bool check_compared(Checker *c, const Node *form, const Node *condition, const Node *left,
                           const Node *right) {
    unsigned kinds = condition->head >= C_feq ? ONE(F64) : WORDS;
    if (!needs(c, form, left, kinds) || !needs(c, form, right, kinds)) return false;
    bool same = is_constant(left) || is_constant(right) || !kind_of(c, left);
    return same || needs(c, form, right, 1u << kind_of(c, left));
}

/* What stands for the * of an n-ary function goes to the argument area, where references are. */
static bool check_runtime(Checker *c, const Node *let, RuntimeForm f) {
    const char *letters = runtime_arguments(text_bytes(f.symbol->text));
    const char *star = letters ? strchr(letters, '*') : NULL;
    uint32_t fixed = star ? (uint32_t)(star - letters) : letters ? (uint32_t)strlen(letters) : 0;
    if (!letters) return need_all(c, let, f.operands, VALUES);
    if (star ? f.operands.count < fixed : f.operands.count != fixed)
        return ill_formed(c, let, "%s does not take %u operands", text_bytes(f.symbol->text),
                          f.operands.count);
    for (uint32_t i = 0; i < fixed; i++) {
        unsigned raw = letters[i] == 'i' || letters[i] == 'f' ? ONE(RAW) : ONE(REF);
        if (!needs(c, let, f.operands.items[i], letters[i] == 'd' ? ONE(F64) : raw)) return false;
    }
    return need_all(c, let, nodes_after(f.operands, fixed), ONE(REF));
}

static bool check_value(Checker *c, const Node *let, const Node *name, const Node *value) {
    switch (Lmemory_Rhs_of(value)) {
    case Lmemory_Rhs_word_op: return check_word_kinds(c, let, name, as_word_op(value));
    case Lmemory_Rhs_set_if: {
        SetIfForm f = as_set_if(value);
        return check_compared(c, let, f.condition, f.left, f.right) &&
               needs(c, let, name, ONE(RAW));
    }
    case Lmemory_Rhs_runtime:
        return check_runtime(c, let, as_runtime(value)) && needs(c, let, name, VALUES);
    case Lmemory_Rhs_direct:
        return need_all(c, let, as_direct(value).operands, VALUES) && needs(c, let, name, VALUES);
    case Lmemory_Rhs_enter:
        return need_all(c, let, as_enter(value).operands, VALUES) &&
               needs(c, let, as_enter(value).closure, ONE(REF)) && needs(c, let, name, VALUES);
    case Lmemory_Rhs_call:
        return need_all(c, let, as_call(value).operands, ONE(REF)) &&
               needs(c, let, as_call(value).callee, ONE(REF)) && needs(c, let, name, ONE(REF));
    case Lmemory_Rhs_NAME:
    case Lmemory_Rhs_quote:
    case Lmemory_Rhs_static:
    case Lmemory_Rhs_word:
    case Lmemory_Rhs_real:
    case Lmemory_Rhs_code:
    case Lmemory_Rhs_shape:
    case Lmemory_Rhs_cell:
        return !kind_of(c, value) || needs(c, let, name, 1u << kind_of(c, value));
    }
    return true;
}

/* ---- steps and exits */

bool check_step_kinds(Checker *c, const Node *n) {
    switch (Lmemory_Step_of(n)) {
    case Lmemory_Step_let: return check_value(c, n, as_step_let(n).name, as_step_let(n).value);
    case Lmemory_Step_store:
        return needs(c, n, as_store(n).value, VALUES) && needs(c, n, as_store(n).base, POINTERS);
    case Lmemory_Step_store_at:
        return needs(c, n, as_store_at(n).value, VALUES) &&
               needs(c, n, as_store_at(n).base, POINTERS) &&
               needs(c, n, as_store_at(n).index, ONE(RAW));
    case Lmemory_Step_barrier:
        return needs(c, n, as_barrier(n).value, ONE(REF)) &&
               needs(c, n, as_barrier(n).base, POINTERS);
    }
    return true;
}

/* Each value is of the kind of the parameter that it is given to. */
static bool check_jump(Checker *c, const Node *n) {
    JumpForm f = as_jump(n);
    uint32_t to = f.target->block < c->numbers ? c->index[f.target->block] : 0;
    if (!to) return true;
    NodeList parameters = as_block(c->blocks[to - 1].node).parameters;
    for (uint32_t i = 0; i < parameters.count && i < f.values.count; i++) {
        Holds kind = kind_of(c, parameters.items[i]);
        if (kind && !needs(c, n, f.values.items[i], 1u << kind)) return false;
    }
    return true;
}

bool check_exit_kinds(Checker *c, const Node *n) {
    switch (Lmemory_Exit_of(n)) {
    case Lmemory_Exit_jump: return check_jump(c, n);
    case Lmemory_Exit_return: {
        Holds kind = holds_named(as_function(c->top).returns->text);
        return needs(c, n, as_return(n).value, 1u << kind);
    }
    case Lmemory_Exit_branch: {
        BranchForm f = as_branch(n);
        return check_compared(c, n, f.condition, f.left, f.right);
    }
    case Lmemory_Exit_tail_call:
        return need_all(c, n, as_tail_call(n).operands, ONE(REF)) &&
               needs(c, n, as_tail_call(n).callee, ONE(REF));
    case Lmemory_Exit_tail_direct: return need_all(c, n, as_tail_direct(n).operands, VALUES);
    case Lmemory_Exit_tail_enter:
        return need_all(c, n, as_tail_enter(n).operands, VALUES) &&
               needs(c, n, as_tail_enter(n).closure, ONE(REF));
    case Lmemory_Exit_stop:
    case Lmemory_Exit_branch_heap: return true;
    }
    return true;
}
