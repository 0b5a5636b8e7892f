/* arity.c - what the arities of a fn form say. */
#include "arity.h"

#include <string.h>

Node *arity_for(const Node *f, uint32_t count) {
    Node *rest = NULL;
    for (uint32_t i = 0; i < f->count; i++) {
        Node *arity = f->kids[i];
        if (is_form(arity, H_arity) && fixed_parameters(arity) == count) return arity;
        if (is_form(arity, H_rest) && fixed_parameters(arity) <= count) rest = arity;
    }
    return rest;
}

Text arities_text(const Node *f) {
    Buffer b = {0};
    uint32_t last = 0, count = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        const Node *arity = f->kids[i];
        if (!is_arity(arity)) continue;
        last = fixed_parameters(arity);
        buffer_print(&b, "%s%s%u", count++ ? " or " : "", arity->head == H_rest ? "at least " : "",
                     last);
    }
    buffer_print(&b, " value%s", count == 1 && last == 1 ? "" : "s");
    Text t = text_of(b.bytes, b.length);
    buffer_free(&b);
    return t;
}

MainCall main_call(const Node *f) {
    uint32_t arities = 0;
    bool has_rest = false, takes_more = false;
    for (uint32_t i = 0; f && i < f->count; i++) {
        if (!is_arity(f->kids[i])) continue;
        arities++;
        has_rest = has_rest || is_form(f->kids[i], H_rest);
        takes_more = takes_more || fixed_parameters(f->kids[i]) > 0;
    }
    if (arities == 1 && has_rest && !takes_more) return MAIN_REST;
    return has_rest || takes_more ? MAIN_APPLIED : MAIN_PLAIN;
}

bool is_main_name(Text global) {
    const char *bytes = text_bytes(global);
    size_t length = text_length(global);
    return length > 6 && !strcmp(bytes + length - 6, "/-main");
}

Node **rest_operands(Arena *arena, Arena *scratch, Pos at, Node **operands, uint32_t count,
                     uint32_t fixed) {
    Node **out = NEW_ARRAY(scratch, Node *, fixed + 1);
    for (uint32_t i = 0; i < fixed; i++)
        out[i] = operands[i];
    out[fixed] = count == fixed
                     ? build(arena, at, "(quote nil)")
                     : build(arena, at, "(prim list ?...)", operands + fixed, count - fixed);
    return out;
}
