/* operators.c - calls of primitives, n-ary ones too, and the numbers of operands. */
#include "../expand/library.h"
#include "resolve.h"

#include <string.h>

/* ---- how many operands */

/* `name` is what the function is called. */
static void check_count(Resolve *r, Pos at, const char *name, const Node *function, uint32_t count,
                        Pos defined_at) {
    if (arity_for(function, count)) return;
    Text takes = arities_text(function);
    const char *format =
        count == 1 ? "%s takes %s, but %u is given" : "%s takes %s, but %u are given";
    if (r->strict)
        error_at(r->diagnostics, at, "SL0302", format, name, text_bytes(takes), count);
    else
        warning_at(r->diagnostics, at, "SL0302", format, name, text_bytes(takes), count);
    if (defined_at) note_at(r->diagnostics, defined_at, "it is defined here");
}

bool check_operator(Resolve *r, Pos at, CallForm call) {
    const Node *callee = call.callee;
    uint32_t count = call.operands.count;
    if (is_form(callee, H_fn)) {
        check_count(r, at, "this function", callee, count, 0);
        return true;
    }
    if (callee->kind != N_SYMBOL) return false;
    if (!is_global_symbol(callee->text)) {
        const Local *l = local_named(r, callee->text);
        if (!l || !l->function) return false;
        check_count(r, at, text_bytes(callee->text), l->function, count, pos(l->function));
        return true;
    }
    const Global *g = global_named(r, callee->text);
    if (!g || !g->function) return false;
    check_count(r, at, strchr(text_bytes(callee->text) + 1, '/') + 1, g->function, count,
                g->from_library ? 0 : g->defined_at);
    return true;
}

/* ---- primitives */

static Prim primitive_of(const Node *operator) {
    static const char prefix[] = "core/";
    if (operator->kind != N_SYMBOL) return P_NONE;
    const char *name = text_bytes(operator->text);
    return strncmp(name, prefix, sizeof prefix - 1) ? P_NONE
                                                    : prim_named(text(name + sizeof prefix - 1));
}

static Node *operation(Resolve *r, Pos at, Prim p, NodeList operands) {
    return make_prim(r->arena, at, node_row(r->arena, N_PRIM, (uint16_t)p), operands);
}

static Node *operation_of_two(Resolve *r, Pos at, Prim p, Node *a, Node *b) {
    Node *operands[] = {a, b};
    return operation(r, at, p, nodes(operands, 2, at));
}

/* (+ a b c) => (prim + (prim + a b) c) */
static Node *fold(Resolve *r, Pos at, Prim p, NodeList operands) {
    Node *out = operands.items[0];
    for (uint32_t i = 1; i < operands.count; i++)
        out = operation_of_two(r, at, p, out, operands.items[i]);
    return out;
}

/* The operand, or the name that it is bound to: it is used twice. */
static Node *named_operand(Resolve *r, Pos at, Node *operand, Nodes *bindings) {
    if (operand->kind == N_NAME || is_form(operand, H_quote)) return operand;
    Node *name = fresh_local(r, text("operand"));
    PUSH(r->scratch, *bindings, make_binding(r->arena, at, name, operand));
    return name;
}

/* (< a b c) => (let [[x a] [y b] [z c]] (if (prim < x y) (prim < y z) (quote false))) */
static Node *chain(Resolve *r, Pos at, Prim p, NodeList operands) {
    Nodes bindings = {0}, named = {0};
    for (uint32_t i = 0; i < operands.count; i++)
        PUSH(r->scratch, named, named_operand(r, at, operands.items[i], &bindings));
    Node *out = NULL;
    for (uint32_t i = named.count - 1; i-- > 0;) {
        Node *test = operation_of_two(r, at, p, named.items[i], named.items[i + 1]);
        out = out ? build(r->arena, at, "(if ? ? (quote false))", test, out) : test;
    }
    return bindings.count ? make_let(r->arena, at, list_of(bindings, at), out) : out;
}

static void mention_fallback(Resolve *r, Prim p) {
    const char *runtime = prim_rows[p].runtime;
    if (runtime && *runtime == '$') mention_named(r, runtime + 1);
}

Node *resolve_primitive(Resolve *r, Pos at, CallForm call) {
    Prim p = primitive_of(call.callee);
    uint32_t count = call.operands.count;
    if (p == P_NONE || !prim_takes(p, count)) return NULL;
    mention_fallback(r, p);
    NodeList operands = walk_all(&r->walk, call.operands);
    if (prim_arity(p) < 0 || (uint32_t)prim_arity(p) == count) return operation(r, at, p, operands);
    return prim_rows[p].effects & FOLDS ? fold(r, at, p, operands) : chain(r, at, p, operands);
}
