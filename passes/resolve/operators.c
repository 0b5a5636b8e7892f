/* operators.c - calls of primitives, n-ary ones too, and the numbers of operands. */
#include "../expand/library.h"
#include "resolve.h"

#include <string.h>

/* ---- how many operands */

void check_count(Resolver *r, Pos at, const char *name, const Node *function, uint32_t count,
                 Pos defined_at) {
    if (!function || arity_for(function, count)) return;
    Text takes = arities_text(function);
    const char *format =
        count == 1 ? "%s takes %s, but %u is given" : "%s takes %s, but %u are given";
    if (r->strict) error_at(r->diagnostics, at, "SL0302", format, name, text_bytes(takes), count);
    else warning_at(r->diagnostics, at, "SL0302", format, name, text_bytes(takes), count);
    if (defined_at) note_at(r->diagnostics, defined_at, "it is defined here");
}

/* ---- primitives */

static Prim primitive_of(const Node *operator) {
    static const char prefix[] = "core/";
    if (operator->kind != N_SYMBOL) return P_NONE;
    const char *name = text_bytes(operator->text);
    return strncmp(name, prefix, sizeof prefix - 1) ? P_NONE
                                                    : prim_named(text(name + sizeof prefix - 1));
}

static Node *operation(Resolver *r, Pos at, Prim p, Node *a, Node *b) {
    return list(r->arena, H_prim, at, node_row(r->arena, N_PRIM, (uint16_t)p), a, b, NULL);
}

/* (+ a b c) => (prim + (prim + a b) c) */
static Node *fold(Resolver *r, Pos at, Prim p, Node **operands, uint32_t count) {
    Node *out = operation(r, at, p, operands[0], operands[1]);
    for (uint32_t i = 2; i < count; i++)
        out = operation(r, at, p, out, operands[i]);
    return out;
}

/* (< a b c) => (let [[x a] [y b] [z c]] (if (prim < x y) (prim < y z) (quote false))) */
static Node *chain(Resolver *r, Pos at, Prim p, Node **operands, uint32_t count) {
    Nodes bindings = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (operands[i]->kind == N_NAME || is_form(operands[i], H_quote)) continue;
        Node *pair[] = {fresh_local(r, text("operand")), operands[i]};
        PUSH(r->scratch, bindings, node_tree(r->arena, N_VECTOR, at, pair, 2));
        operands[i] = pair[0];
    }
    Node *out = operation(r, at, p, operands[count - 2], operands[count - 1]);
    for (uint32_t i = count - 2; i-- > 0;)
        out = build(r->arena, at, "(if ? ? (quote false))",
                    operation(r, at, p, operands[i], operands[i + 1]), out);
    if (bindings.count == 0) return out;
    return list(r->arena, H_let, at,
                node_tree(r->arena, N_VECTOR, at, bindings.items, bindings.count), out, NULL);
}

static void mention_fallback(Resolver *r, Prim p) {
    const char *runtime = prim_rows[p].runtime;
    if (runtime && *runtime == '$') mention_named(r, runtime + 1);
}

Node *resolve_primitive(Resolver *r, Node *e) {
    Prim p = primitive_of(e->kids[0]);
    uint32_t count = e->count - 1;
    if (p == P_NONE || !prim_takes(p, count)) return NULL;
    mention_fallback(r, p);
    Node **operands = NEW_ARRAY(r->scratch, Node *, count);
    for (uint32_t i = 0; i < count; i++)
        operands[i] = resolve_expression(r, e->kids[i + 1]);
    bool exact = prim_arity(p) < 0 || (uint32_t)prim_arity(p) == count;
    if (!exact) return (prim_rows[p].effects & FOLDS ? fold : chain)(r, pos(e), p, operands, count);
    return build(r->arena, pos(e), "(prim ? ?...)", node_row(r->arena, N_PRIM, (uint16_t)p),
                 operands, count);
}
