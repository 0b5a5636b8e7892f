/* conditions.c - comparisons: into a register, or fused with the branch that tests them.
 *
 *   (let %f.3 (set-if lt %a.1 %b.2)) (branch ne %f.3 (word 0) b1 b2)
 *   => (cmp-jump [] (cc lt) %a.1 %b.2 (to b1) (to b2))
 *   (let %w.3 (and %v.1 (word 7))) (branch eq %w.3 (word 1) b1 b2)
 *   => (lea [%bits.4] (mem %v.1 -1)) (cmp-jump [] (cc z) %bits.4 (word 7) (to b1) (to b2))
 */
#include "select.h"

typedef struct {
    Condition condition;
    Node *a, *b;
} Comparison;

static bool compares_doubles(Condition c) {
    return c >= C_feq;
}

static Comparison comparison(Select *s, const Node *condition, Node *left, Node *right) {
    return (Comparison){(Condition)condition->head, resolved(s, left), resolved(s, right)};
}

/* What makes the value of `x` in this block, if the comparison is its only user; else NULL. */
static const Node *sole_definition(Select *s, const Node *x) {
    Local *v = local_of(s, x);
    bool sole = v && v->uses == 1 && !v->folded && v->block == s->block;
    return sole ? v->definition : NULL;
}

/* Does (c a b) just say that the flag a is 1 (or, inverse, that it is 0)? */
static bool tests_flag(Comparison c, bool *inverse) {
    int64_t word;
    if (c.condition == C_nz || c.condition == C_z) {
        *inverse = c.condition == C_z;
        return c.b->kind == N_NAME ? same_name(c.a, c.b) : immediate(c.b, &word) && word == 1;
    }
    if ((c.condition != C_eq && c.condition != C_ne) || !immediate(c.b, &word) ||
        (word != 0 && word != 1))
        return false;
    *inverse = (c.condition == C_eq) == (word == 0);
    return true;
}

/* Replaces a test of a flag by the comparison that made the flag, as long as there is one. */
static Comparison without_flags(Select *s, Comparison c) {
    bool inverse;
    while (c.a->kind == N_NAME && tests_flag(c, &inverse)) {
        const Node *set = sole_definition(s, c.a);
        if (!set || !is_form(set, H_set_if)) break;
        SetIfForm f = as_set_if(set);
        fold_definition(s, c.a);
        c = comparison(s, f.condition, f.left, f.right);
        if (inverse) c.condition = condition_rows[c.condition].inverse;
    }
    return c;
}

/* (eq (and x m) k), m of the form 2^n - 1, asks whether x - k has a zero in each bit of m: the mask
 * goes into a test, and x is left as it is. */
static Comparison without_mask(Select *s, Comparison c) {
    int64_t wanted, mask;
    if ((c.condition != C_eq && c.condition != C_ne) || !immediate(c.b, &wanted)) return c;
    const Node *op = sole_definition(s, c.a);
    if (!op || !is_form(op, H_word_op) || as_word_op(op).operation->head != W_and) return c;
    Node *const *operands = as_word_op(op).operands.items;
    Node *x = resolved(s, operands[0]), *m = resolved(s, operands[1]);
    if (x->kind != N_NAME || !immediate(m, &mask) || mask & (mask + 1) || wanted < 0 ||
        wanted > mask)
        return c;
    fold_definition(s, c.a);
    if (wanted) {
        Node *moved = fresh_name(s, "bits", HOLDS_RAW);
        add_op(s, X_lea, moved, mem_form(s, x, -wanted), NULL);
        x = moved;
    }
    return (Comparison){c.condition == C_eq ? C_z : C_nz, x, word_node(s, mask)};
}

/* A constant is second; doubles compare by the conditions that one instruction answers. */
static Comparison in_order(Comparison c) {
    bool swap = c.a->kind != N_NAME && c.b->kind == N_NAME;
    if (compares_doubles(c.condition))
        swap = c.condition == C_flt || c.condition == C_fle || c.condition == C_nflt ||
               c.condition == C_nfle;
    if (!swap) return c;
    return (Comparison){condition_rows[c.condition].swapped, c.b, c.a};
}

static Comparison simplified(Select *s, Comparison c) {
    return in_order(without_mask(s, without_flags(s, c)));
}

static Node *condition_form(Select *s, Condition c) {
    return make_cc(s->arena, s->at, node_row(s->arena, N_CONDITION, (uint16_t)c));
}

static Node *second_operand(Select *s, Comparison c) {
    return compares_doubles(c.condition) ? in_name(s, c.b) : word_or_name(s, c.b);
}

void select_set(Select *s, Node *x, SetIfForm f) {
    Comparison c = simplified(s, comparison(s, f.condition, f.left, f.right));
    Node *a = in_name(s, c.a), *b = second_operand(s, c);
    add_op(s, compares_doubles(c.condition) ? X_fcmpset : X_cmpset, x,
           condition_form(s, c.condition), a, b, NULL);
}

void select_branch(Select *s, BranchForm f) {
    Comparison c = simplified(s, comparison(s, f.condition, f.left, f.right));
    Node *a = in_name(s, c.a), *b = second_operand(s, c);
    add_op(s, compares_doubles(c.condition) ? X_fcmpj : X_cmpj, NULL,
           condition_form(s, c.condition), a, b, to_block(s, f.then), to_block(s, f.otherwise),
           NULL);
}
