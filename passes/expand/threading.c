/* threading.c - ->, ->> and their kin: rewritings of source forms, expanded afterwards.
 *
 *   (-> x (f a) g)  =>  (g (f x a))
 *   (some-> x f)    =>  (let [[thread#1 x]] (if (call core/nil? thread#1) nil (f thread#1)))
 */
#include "expand.h"

/* (f a ...) with `value` as its first or last operand; a bare f is (f). */
static Node *thread(Expand *x, Node *form, Node *value, bool last) {
    if (!is_full_list(form)) return source_list(x->scratch, form->at, form, nodes(&value, 1, 0));
    NodeList operands = items_from(form, 1);
    Node *f = item(form, 0);
    if (last)
        return build(x->scratch, form->at, "(? ?... ?)", f, operands.items, operands.count, value);
    return build(x->scratch, form->at, "(? ? ?...)", f, value, operands.items, operands.count);
}

static Node *thread_all(Expand *x, Node *form, bool last) {
    Node *value = item(form, 1);
    for (uint32_t i = 2; i < form->count; i++)
        value = thread(x, item(form, i), value, last);
    return expand_expression(x, value);
}

Node *expand_thread_first(Expand *x, Node *form) {
    return thread_all(x, form, false);
}

Node *expand_thread_last(Expand *x, Node *form) {
    return thread_all(x, form, true);
}

/* A fresh symbol that source forms may use from here on. */
static Node *bound_symbol(Expand *x) {
    Node *symbol = fresh_symbol(x, "thread");
    scope_bind(x, symbol);
    return symbol;
}

Node *expand_thread_as(Expand *x, Node *form) {
    Node *name = item(form, 2);
    Nodes bindings = {0};
    uint32_t mark = scope_enter(x);
    destructure(x, name, expand_expression(x, item(form, 1)), &bindings);
    for (uint32_t i = 3; i < form->count; i++)
        destructure(x, name, expand_expression(x, item(form, i)), &bindings);
    Node *result = expand_expression(x, name);
    scope_leave(x, mark);
    return core_let(x, place_for(x, form), bindings, result);
}

static Node *some_from(Expand *x, Node *form, Node *value, uint32_t i, bool last) {
    if (i == form->count) return value;
    Pos at = place_for(x, form);
    Node *symbol = bound_symbol(x);
    Node *next = expand_expression(x, thread(x, item(form, i), symbol, last));
    return build(x->arena, at, "(let [[? ?]] (if ? (quote nil) ?))", symbol, value,
                 core_call(x, at, "nil?", symbol, NULL), some_from(x, form, next, i + 1, last));
}

static Node *some_all(Expand *x, Node *form, bool last) {
    uint32_t mark = scope_enter(x);
    Node *out = some_from(x, form, expand_expression(x, item(form, 1)), 2, last);
    scope_leave(x, mark);
    return out;
}

Node *expand_some_first(Expand *x, Node *form) {
    return some_all(x, form, false);
}

Node *expand_some_last(Expand *x, Node *form) {
    return some_all(x, form, true);
}

/* (cond-> e test form ...)
 * => (let [[thread#1 e] [thread#2 (if test (form thread#1) thread#1)]] thread#2) */
static Node *cond_all(Expand *x, Node *form, bool last) {
    if (form->count % 2) {
        error_at(x->diagnostics, pos(last_item(form)), "SL0207", "the last test of %s has no form",
                 word_of(form));
        return core_nil(x);
    }
    Nodes bindings = {0};
    uint32_t mark = scope_enter(x);
    Node *value = expand_expression(x, item(form, 1)), *symbol = bound_symbol(x);
    PUSH(x->scratch, bindings, make_binding(x->arena, 0, symbol, value));
    for (uint32_t i = 2; i < form->count; i += 2) {
        Node *test = dialect_test(x, expand_expression(x, item(form, i)));
        Node *step = item(form, i + 1);
        Node *then = expand_expression(x, thread(x, step, symbol, last));
        value = make_if(x->arena, place_for(x, step), test, then, symbol);
        symbol = bound_symbol(x);
        PUSH(x->scratch, bindings, make_binding(x->arena, 0, symbol, value));
    }
    scope_leave(x, mark);
    return core_let(x, place_for(x, form), bindings, symbol);
}

Node *expand_cond_first(Expand *x, Node *form) {
    return cond_all(x, form, false);
}

Node *expand_cond_last(Expand *x, Node *form) {
    return cond_all(x, form, true);
}

Node *expand_doto(Expand *x, Node *form) {
    Nodes steps = {0};
    uint32_t mark = scope_enter(x);
    Node *value = expand_expression(x, item(form, 1)), *symbol = bound_symbol(x);
    for (uint32_t i = 2; i < form->count; i++)
        PUSH(x->scratch, steps, expand_expression(x, thread(x, item(form, i), symbol, false)));
    PUSH(x->scratch, steps, symbol);
    scope_leave(x, mark);
    Node *body = make_do(x->arena, place_for(x, form), list_of(steps, 0));
    return build(x->arena, place_for(x, form), "(let [[? ?]] ?)", symbol, value, body);
}
