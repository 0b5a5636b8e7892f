/* build.c - the core forms that many macros make. */
#include "expand.h"

#include <stdarg.h>
#include <string.h>

Node *core_nil(Expander *x) { return core_quote(x, node_simple(x->arena, N_NIL, 0)); }

Node *core_quote(Expander *x, Node *datum) { return list(x->arena, H_quote, 0, datum, NULL); }

Node *core_text(Expander *x, const char *string) {
    return core_quote(x, node_text(x->arena, N_STRING, 0, text(string)));
}

Node *core_symbol(Expander *x, const char *name) {
    return core_quote(x, node_text(x->arena, N_SYMBOL, 0, text(name)));
}

Node *core_call(Expander *x, Pos at, const char *name, ...) {
    Node *kids[8];
    uint32_t count = 1;
    va_list arguments;
    va_start(arguments, name);
    for (Node *kid; (kid = va_arg(arguments, Node *)) != NULL;)
        kids[count++] = kid;
    va_end(arguments);
    kids[0] = operator_symbol(x, 0, text("core"), text(name), count - 1);
    return node_list(x->arena, H_call, at, kids, count);
}

Node *core_do(Expander *x, Pos at, Node *first, Node *second) {
    return list(x->arena, H_do, at, first, second, NULL);
}

Node *core_let(Expander *x, Pos at, const Nodes *bindings, Node *body) {
    if (bindings->count == 0) return body;
    Node *vector = node_tree(x->arena, N_VECTOR, 0, bindings->items, bindings->count);
    return list(x->arena, H_let, at, vector, body, NULL);
}

Node *core_thunk(Expander *x, Pos at, Node *body) {
    return build(x->arena, at, "(fn _ (arity [] ?))", body);
}

Node *core_fail(Expander *x, Pos at, const char *class, Node *message) {
    return core_call(x, at, "%fail", core_symbol(x, class), message, NULL);
}

Node *core_binding(Expander *x, Node *symbol, Node *value) {
    Node *kids[] = {symbol, value};
    return node_tree(x->arena, N_VECTOR, 0, kids, 2);
}

Node *source_list(Expander *x, Pos at, Node *first, Node **rest, uint32_t count) {
    Node **kids = NEW_ARRAY(x->scratch, Node *, count + 1);
    kids[0] = first;
    if (count) memcpy(kids + 1, rest, count * sizeof *kids);
    return node_tree(x->scratch, N_LIST, at, kids, count + 1);
}

void settle_positions(Arena *a, Node *n) {
    if (!is_tree(n)) return;
    for (uint32_t i = 0; i < n->count; i++) {
        Node *kid = n->kids[i];
        if (kid->kind >= N_NAME) continue;
        if (kid->at == 0 && kid->kind == N_SYMBOL) {
            n->kids[i] = node_text(a, N_SYMBOL, n->at, kid->text);
        } else if (is_tree(kid)) {
            if (kid->at == 0) kid->at = n->at;
            if (!is_form(kid, H_quote)) settle_positions(a, kid);
        }
    }
}
