/* build.c - the core forms that many macros make. */
#include "expand.h"

#include <stdarg.h>

Node *core_nil(Expand *x) {
    return core_quote(x, node_simple(x->arena, N_NIL, 0));
}

Node *core_quote(Expand *x, Node *datum) {
    return make_quote(x->arena, 0, datum);
}

Node *core_text(Expand *x, const char *string) {
    return core_quote(x, node_text(x->arena, N_STRING, 0, text(string)));
}

Node *core_symbol(Expand *x, const char *name) {
    return core_quote(x, symbol_named(x, text(name)));
}

Node *symbol_named(Expand *x, Text name) {
    return node_text(x->arena, N_SYMBOL, 0, name);
}

Node *core_call(Expand *x, Pos at, const char *name, ...) {
    Node *operands[8];
    uint32_t count = 0;
    va_list arguments;
    va_start(arguments, name);
    for (Node *operand; (operand = va_arg(arguments, Node *)) != NULL;)
        operands[count++] = operand;
    va_end(arguments);
    Node *callee = operator_symbol(x, 0, text("core"), text(name), count);
    return make_call(x->arena, at, callee, nodes(operands, count, at));
}

Node *core_do(Expand *x, Pos at, Node *first, Node *second) {
    Node *steps[] = {first, second};
    return make_do(x->arena, at, nodes(steps, 2, at));
}

Node *core_steps(Expand *x, Pos at, NodeList steps) {
    return steps.count == 1 ? steps.items[0] : make_do(x->arena, at, steps);
}

Node *core_let(Expand *x, Pos at, Nodes bindings, Node *body) {
    return bindings.count ? make_let(x->arena, at, list_of(bindings, 0), body) : body;
}

Node *core_thunk(Expand *x, Pos at, Node *body) {
    return build(x->arena, at, "(fn _ (arity [] ?))", body);
}

Node *core_fail(Expand *x, Pos at, const char *class, Node *message) {
    return core_call(x, at, "%fail", core_symbol(x, class), message, NULL);
}

Node *settled(Arena *a, Node *n, Pos around) {
    Pos at = pos(n) ? pos(n) : around;
    if (n->kind == N_SYMBOL) return at == pos(n) ? n : node_text(a, N_SYMBOL, at, n->text);
    if (!is_tree(n)) return n;
    NodeList parts = kids_of(n);
    if (is_form(n, H_quote)) return node_like(a, n, at, parts);
    Node **out = NEW_ARRAY(a, Node *, parts.count);
    for (uint32_t i = 0; i < parts.count; i++)
        out[i] = settled(a, parts.items[i], at);
    return node_like(a, n, at, nodes(out, parts.count, at));
}
