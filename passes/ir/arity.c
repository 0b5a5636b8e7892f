/* arity.c - what the arities of a fn form say. */
#include "arity.h"

#include <string.h>

Node *arity_for(const Node *f, uint32_t count) {
    NodeList arities = as_fn(f).arities;
    Node *rest = NULL;
    for (uint32_t i = 0; i < arities.count; i++) {
        Node *arity = arities.items[i];
        if (is_form(arity, H_arity) && fixed_parameters(arity) == count) return arity;
        if (is_form(arity, H_rest) && fixed_parameters(arity) <= count) rest = arity;
    }
    return rest;
}

Text arities_text(const Node *f) {
    NodeList arities = as_fn(f).arities;
    Buffer b = {0};
    uint32_t last = 0;
    for (uint32_t i = 0; i < arities.count; i++) {
        const Node *arity = arities.items[i];
        last = fixed_parameters(arity);
        buffer_print(&b, "%s%s%u", i ? " or " : "", is_form(arity, H_rest) ? "at least " : "",
                     last);
    }
    buffer_print(&b, " value%s", arities.count == 1 && last == 1 ? "" : "s");
    Text t = text_of(b.bytes, b.length);
    buffer_free(&b);
    return t;
}

MainCall main_call(const Node *f) {
    NodeList arities = f ? as_fn(f).arities : nodes(NULL, 0, 0);
    bool has_rest = false, takes_more = false;
    for (uint32_t i = 0; i < arities.count; i++) {
        has_rest = has_rest || is_form(arities.items[i], H_rest);
        takes_more = takes_more || fixed_parameters(arities.items[i]) > 0;
    }
    if (arities.count == 1 && has_rest && !takes_more) return MAIN_REST;
    return has_rest || takes_more ? MAIN_APPLIED : MAIN_PLAIN;
}

bool is_main_name(Text global) {
    const char *bytes = text_bytes(global);
    size_t length = text_length(global);
    return length > 6 && !strcmp(bytes + length - 6, "/-main");
}

NodeList rest_operands(Arena *a, Pos at, NodeList operands, uint32_t fixed) {
    Node **out = NEW_ARRAY(a, Node *, fixed + 1);
    for (uint32_t i = 0; i < fixed; i++)
        out[i] = operands.items[i];
    uint32_t more = operands.count - fixed;
    out[fixed] = more ? build(a, at, "(prim list ?...)", operands.items + fixed, more)
                      : build(a, at, "(quote nil)");
    return nodes(out, fixed + 1, at);
}
