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

/* The set-if of this block whose result only `x` is, else NULL. */
static const Node *set_behind(Select *s, Node *x) {
    Local *v = local_of(s, x);
    if (!v || v->uses != 1 || v->folded || v->block != s->block || !v->definition) return NULL;
    const Node *rhs = v->definition->kids[1];
    return is_form(rhs, H_set_if) ? rhs : NULL;
}

/* Does (c a b) just say that the flag a is 1 (or, inverse, that it is 0)? */
static bool tests_flag(Select *s, Comparison c, bool *inverse) {
    int64_t word;
    if (c.condition == C_nz || c.condition == C_z) {
        *inverse = c.condition == C_z;
        return c.b->kind == N_NAME ? same_name(c.a, c.b) : immediate(s, c.b, &word) && word == 1;
    }
    if ((c.condition != C_eq && c.condition != C_ne) || !immediate(s, c.b, &word) ||
        (word != 0 && word != 1))
        return false;
    *inverse = (c.condition == C_eq) == (word == 0);
    return true;
}

/* Replaces a test of a flag by the comparison that made the flag, as long as there is one. */
static Comparison without_flags(Select *s, Comparison c) {
    bool inverse;
    const Node *set;
    while (c.a->kind == N_NAME && tests_flag(s, c, &inverse) && (set = set_behind(s, c.a))) {
        fold_definition(s, c.a);
        c.condition = (Condition)set->kids[0]->head;
        c.a = resolved(s, set->kids[1]);
        c.b = resolved(s, set->kids[2]);
        if (inverse) c.condition = condition_rows[c.condition].inverse;
    }
    return c;
}

/* (eq (and x m) k), m of the form 2^n - 1, asks whether x - k has a zero in each bit of m: the mask
 * goes into a test, and x is left as it is. */
static Comparison without_mask(Select *s, Comparison c) {
    int64_t wanted, mask;
    Local *v = local_of(s, c.a);
    if ((c.condition != C_eq && c.condition != C_ne) || !immediate(s, c.b, &wanted)) return c;
    if (!v || v->uses != 1 || v->folded || v->block != s->block || !v->definition) return c;
    const Node *op = v->definition->kids[1];
    if (!is_form(op, H_word_op) || op->kids[0]->head != W_and) return c;
    Node *x = resolved(s, op->kids[1]), *m = resolved(s, op->kids[2]);
    if (x->kind != N_NAME || !immediate(s, m, &mask) || mask & (mask + 1) || wanted < 0 ||
        wanted > mask)
        return c;
    fold_definition(s, c.a);
    if (wanted) {
        Node *moved = fresh_name(s, "bits", HOLDS_RAW);
        Node *memory = list(s->arena, H_mem, s->at, x, node_int(s->arena, s->at, -wanted), NULL);
        add_op(s, X_lea, moved, memory, NULL);
        x = moved;
    }
    return (Comparison){c.condition == C_eq ? C_z : C_nz, x, word_node(s, mask)};
}

/* A constant stands second; doubles compare by the conditions that one instruction answers. */
static Comparison in_order(Comparison c) {
    bool swap = c.a->kind != N_NAME && c.b->kind == N_NAME;
    if (compares_doubles(c.condition))
        swap = c.condition == C_flt || c.condition == C_fle || c.condition == C_nflt ||
               c.condition == C_nfle;
    if (!swap) return c;
    return (Comparison){condition_rows[c.condition].swapped, c.b, c.a};
}

static Comparison comparison_of(Select *s, const Node *form) {
    Comparison c = {(Condition)form->kids[0]->head, resolved(s, form->kids[1]),
                    resolved(s, form->kids[2])};
    return in_order(without_mask(s, without_flags(s, c)));
}

static Node *condition_form(Select *s, Condition c) {
    return list(s->arena, H_cc, s->at, node_row(s->arena, N_CONDITION, (uint16_t)c), NULL);
}

static Node *second_operand(Select *s, Comparison c) {
    return compares_doubles(c.condition) ? in_name(s, c.b) : word_or_name(s, c.b);
}

void select_set(Select *s, Node *x, const Node *set) {
    Comparison c = comparison_of(s, set);
    Node *a = in_name(s, c.a), *b = second_operand(s, c);
    add_op(s, compares_doubles(c.condition) ? X_fcmpset : X_cmpset, x,
           condition_form(s, c.condition), a, b, NULL);
}

void select_branch(Select *s, const Node *branch) {
    Comparison c = comparison_of(s, branch);
    Node *a = in_name(s, c.a), *b = second_operand(s, c);
    add_op(s, compares_doubles(c.condition) ? X_fcmpj : X_cmpj, NULL,
           condition_form(s, c.condition), a, b, to_block(s, branch->kids[3]),
           to_block(s, branch->kids[4]), NULL);
}
