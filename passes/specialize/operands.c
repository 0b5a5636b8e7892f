/* operands.c - pass specialize: operands of primitives are of the kinds that their rows name.
 *
 * What inference and the facts passed so far do not prove is tested in front of the primitive: one
 * test for each kind that is both wanted and possible, and behind them the exception.
 */
#include "special.h"

static Type bound_type(const Pass *p, const Node *a) {
    if (a->kind == N_NAME) return p->names[a->name.number].type;
    return a->kind == N_GLOBAL ? T_FN : constant_type(a->kids[0]);
}

static Kinds known_kinds(const Pass *p, const Node *a) {
    return kinds_of_type(bound_type(p, a)) & facts_of(p->facts, a);
}

/* Where no kind is left control does not come: the type is that of the binder there. */
Type known_type(const Pass *p, const Node *a) {
    Kinds known = known_kinds(p, a);
    return known ? type_of_kinds(known) : bound_type(p, a);
}

static Node *text_constant(Pass *p, Pos at, const char *bytes) {
    return list(p->arena, H_quote, at, node_text(p->arena, N_STRING, at, text(bytes)), NULL);
}

static Node *refusal(Pass *p, Prim prim, char letter, Pos at, Node *a) {
    return list(p->arena, H_prim, at, node_row(p->arena, N_PRIM, P_wrong_operand),
                text_constant(p, at, prim_rows[prim].name),
                text_constant(p, at, operand_words(letter)), a, NULL);
}

/* (if (test a) nil, else the next test ... else `refused`): `left` of the kinds are possible. */
static Node *tests_from(Pass *p, uint32_t i, Kinds wanted, Kinds left, Node *a, Node *refused) {
    Prim test = kind_test_at(i);
    while (test != P_NONE && (tested_kinds(test) & ~wanted || !(tested_kinds(test) & left)))
        test = kind_test_at(++i);
    if (test == P_NONE) return refused;
    Line line = {.at = refused->at};
    Node *flag = temporary(p, &line, "c", T_FLAG, prim1(p, line.at, test, a));
    Node *others = tests_from(p, i + 1, wanted, left & ~tested_kinds(test), a, refused);
    Node *nothing = constant(p, line.at, N_NIL);
    return let_form(p, &line, list(p->arena, H_if, line.at, flag, nothing, others, NULL));
}

static void check_operand(Pass *p, Line *line, const Node *e, uint32_t i, char letter) {
    Node *a = e->kids[i];
    Kinds wanted = operand_kinds(letter), possible = known_kinds(p, a);
    if (!(possible & ~wanted)) return;
    Node *value = represented(p, line, a, T_ANY);
    Node *refused = refusal(p, (Prim)e->kids[0]->head, letter, e->at, value);
    temporary(p, line, "_", T_ANY, tests_from(p, 0, wanted, wanted & possible, value, refused));
    facts_add(p->facts, a, wanted);
}

void check_operands(Pass *p, Line *line, const Node *e) {
    for (uint32_t i = 1; i < e->count; i++)
        check_operand(p, line, e, i, prim_letter((Prim)e->kids[0]->head, i - 1));
}
