/* operands.c - pass specialize: operands of primitives are of the kinds that their rows name.
 *
 * What inference and the facts passed so far do not prove is tested in front of the primitive: one
 * test for each kind that is both wanted and possible, and after them the exception.
 */
#include "specialize.h"

static Type bound_type(const Specialize *p, const Node *a) {
    switch (Ltyped_Operand_of(a)) {
    case Ltyped_Operand_NAME: return p->names.items[a->name.number].type;
    case Ltyped_Operand_GLOBAL: return T_FN;
    case Ltyped_Operand_quote: return constant_type(as_quote(a).datum);
    }
    bug(a, "no operand of Ltyped");
}

static Kinds known_kinds(const Specialize *p, const Node *a) {
    return kinds_of_type(bound_type(p, a)) & facts_of(p->facts, a);
}

/* Where no kind is left control does not come: the type is that of the binder there. */
Type known_type(const Specialize *p, const Node *a) {
    Kinds known = known_kinds(p, a);
    return known ? type_of_kinds(known) : bound_type(p, a);
}

static Node *text_constant(Specialize *p, Pos at, const char *bytes) {
    return make_quote(p->arena, at, node_text(p->arena, N_STRING, at, text(bytes)));
}

static Node *refusal(Specialize *p, Prim prim, char letter, Pos at, Node *a) {
    return build(p->arena, at, "(prim %wrong-operand ? ? ?)",
                 text_constant(p, at, prim_rows[prim].name),
                 text_constant(p, at, operand_words(letter)), a);
}

/* (if (test a) nil, else the next test ... else `refused`): `left` of the kinds are possible. */
static Node *tests_from(Specialize *p, uint32_t i, Kinds wanted, Kinds left, Node *a,
                        Node *refused) {
    Prim test = kind_test_at(i);
    while (test != P_NONE && (tested_kinds(test) & ~wanted || !(tested_kinds(test) & left)))
        test = kind_test_at(++i);
    if (test == P_NONE) return refused;
    Pos at = refused->at;
    Line line, *outer;
    start_line(p, &line, at, &outer);
    Node *flag = temporary(p, "c", T_FLAG, primitive(p, at, test, a));
    Node *others = tests_from(p, i + 1, wanted, left & ~tested_kinds(test), a, refused);
    return end_line(p, outer, make_if(p->arena, at, flag, constant(p, at, N_NIL), others));
}

static void check_operand(Specialize *p, Pos at, Prim prim, char letter, Node *a) {
    Kinds wanted = operand_kinds(letter), possible = known_kinds(p, a);
    if (!(possible & ~wanted)) return;
    Node *value = represented(p, a, T_ANY);
    Node *refused = refusal(p, prim, letter, at, value);
    temporary(p, "_", T_ANY, tests_from(p, 0, wanted, wanted & possible, value, refused));
    facts_add(p->facts, a, wanted);
}

void check_operands(Specialize *p, Pos at, PrimForm f) {
    Prim prim = (Prim)f.operation->head;
    for (uint32_t i = 0; i < f.operands.count; i++)
        check_operand(p, at, prim, prim_letter(prim, i), f.operands.items[i]);
}
