/* threading.c - ->, ->> and their kin: rewritings of source forms, expanded afterwards.
 *
 *   (-> x (f a) g)  =>  (g (f x a))
 *   (some-> x f)    =>  (let [[thread#1 x]] (if (call core/nil? thread#1) nil (f thread#1)))
 */
#include "expand.h"

#include <string.h>

/* (f a ...) with `value` as its first or last operand; a bare f is (f). */
static Node *thread(Expander *x, Node *form, Node *value, bool last) {
    if (form->kind != N_LIST || form->count == 0) return source_list(x, form->at, form, &value, 1);
    Node **kids = NEW_ARRAY(x->scratch, Node *, form->count);
    memcpy(kids, form->kids + 1, (form->count - 1) * sizeof *kids);
    if (last) {
        kids[form->count - 1] = value;
    } else {
        memmove(kids + 1, kids, (form->count - 1) * sizeof *kids);
        kids[0] = value;
    }
    return source_list(x, form->at, form->kids[0], kids, form->count);
}

static Node *thread_all(Expander *x, Node *form, bool last) {
    Node *value = form->kids[1];
    for (uint32_t i = 2; i < form->count; i++)
        value = thread(x, form->kids[i], value, last);
    return expand_expression(x, value);
}

Node *expand_thread_first(Expander *x, Node *form) { return thread_all(x, form, false); }
Node *expand_thread_last(Expander *x, Node *form) { return thread_all(x, form, true); }

/* A fresh symbol that source forms may use from here on. */
static Node *bound_symbol(Expander *x) {
    Node *symbol = fresh_symbol(x, "thread");
    scope_bind(x, symbol);
    return symbol;
}

Node *expand_thread_as(Expander *x, Node *form) {
    Node *name = form->kids[2];
    Nodes bindings = {0};
    uint32_t mark = scope_enter(x);
    destructure(x, name, expand_expression(x, form->kids[1]), &bindings);
    for (uint32_t i = 3; i < form->count; i++)
        destructure(x, name, expand_expression(x, form->kids[i]), &bindings);
    Node *result = expand_expression(x, name);
    scope_leave(x, mark);
    return core_let(x, place_for(x, form), &bindings, result);
}

static Node *some_from(Expander *x, Node *form, Node *value, uint32_t i, bool last) {
    if (i == form->count) return value;
    Pos at = place_for(x, form);
    Node *symbol = bound_symbol(x);
    Node *next = expand_expression(x, thread(x, form->kids[i], symbol, last));
    return build(x->arena, at, "(let [[? ?]] (if ? (quote nil) ?))", symbol, value,
                 core_call(x, at, "nil?", symbol, NULL), some_from(x, form, next, i + 1, last));
}

static Node *some_all(Expander *x, Node *form, bool last) {
    uint32_t mark = scope_enter(x);
    Node *out = some_from(x, form, expand_expression(x, form->kids[1]), 2, last);
    scope_leave(x, mark);
    return out;
}

Node *expand_some_first(Expander *x, Node *form) { return some_all(x, form, false); }
Node *expand_some_last(Expander *x, Node *form) { return some_all(x, form, true); }

/* (cond-> e test form ...)
 * => (let [[thread#1 e] [thread#2 (if test (form thread#1) thread#1)]] thread#2) */
static Node *cond_all(Expander *x, Node *form, bool last) {
    if (form->count % 2) {
        error_at(x->diagnostics, pos(form->kids[form->count - 1]), "SL0207",
                 "the last test of %s has no form", text_bytes(form->kids[0]->text));
        return core_nil(x);
    }
    Nodes bindings = {0};
    uint32_t mark = scope_enter(x);
    Node *value = expand_expression(x, form->kids[1]), *symbol = bound_symbol(x);
    PUSH(x->scratch, bindings, core_binding(x, symbol, value));
    for (uint32_t i = 2; i < form->count; i += 2) {
        Node *test = dialect_test(x, expand_expression(x, form->kids[i]));
        Node *then = expand_expression(x, thread(x, form->kids[i + 1], symbol, last));
        value = build(x->arena, place_for(x, form->kids[i + 1]), "(if ? ? ?)", test, then, symbol);
        symbol = bound_symbol(x);
        PUSH(x->scratch, bindings, core_binding(x, symbol, value));
    }
    scope_leave(x, mark);
    return core_let(x, place_for(x, form), &bindings, symbol);
}

Node *expand_cond_first(Expander *x, Node *form) { return cond_all(x, form, false); }
Node *expand_cond_last(Expander *x, Node *form) { return cond_all(x, form, true); }

Node *expand_doto(Expander *x, Node *form) {
    Nodes kids = {0};
    uint32_t mark = scope_enter(x);
    Node *value = expand_expression(x, form->kids[1]), *symbol = bound_symbol(x);
    for (uint32_t i = 2; i < form->count; i++)
        PUSH(x->scratch, kids, expand_expression(x, thread(x, form->kids[i], symbol, false)));
    PUSH(x->scratch, kids, symbol);
    scope_leave(x, mark);
    Node *body = node_list(x->arena, H_do, place_for(x, form), kids.items, kids.count);
    return build(x->arena, place_for(x, form), "(let [[? ?]] ?)", symbol, value, body);
}
