/* functions.c - changes of what simplify, free and closures give. */
#include "tree.h"

/* ---- simplify */

AT_EACH_PLACE(simplify_flag) {
    if (is_quoted(e, N_TRUE) && strikes(c)) return quoted_simple(c, e, N_FALSE);
    if (is_quoted(e, N_FALSE) && strikes(c)) return quoted_simple(c, e, N_TRUE);
    return e;
}

AT_EACH_PLACE(simplify_number) {
    bool counts = is_quoted(e, N_INT) && as_quote(e).datum->integer < INT64_MAX;
    return counts && strikes(c) ? one_more(c, e) : e;
}

/* What a local holds is taken for true. */
AT_EACH_PLACE(simplify_branch) {
    if (!is_if(e)) return e;
    IfForm f = as_if(e);
    if (f.test->kind != N_NAME || is_if(f.then) || !strikes(c)) return e;
    return build(c->arena, pos(e), "(do ? ?)", f.test, f.then);
}

AT_EACH_PLACE(simplify_effect) {
    NodeList steps = is_form(e, H_do) ? as_do(e).steps : no_nodes(0);
    for (uint32_t i = 0; i + 1 < steps.count; i++)
        if (has_effect(steps.items[i]) && strikes(c))
            return with_steps(c, e, without_item(c, steps, i));
    return e;
}

/* A copied function gets its operands in another order. */
AT_EACH_PLACE(simplify_operands) {
    NodeList bindings = is_let(e) ? as_let(e).bindings : no_nodes(0);
    for (uint32_t i = 0; i + 1 < bindings.count; i++)
        if (are_independent(bindings, i) && strikes(c))
            e = with_bindings(c, e, with_values_exchanged(c, bindings, i));
    return e;
}

/* A variable of a loop is taken for the name that it starts with. */
AT_EACH_PLACE(simplify_start) {
    const Bound *b = e->kind == N_NAME ? bound(scope, e) : NULL;
    bool is_variable = b && !b->is_label && is_form(b->binder, H_loop) && !is_tree(b->value);
    return is_variable && strikes(c) ? node_copy(c->arena, b->value) : e;
}

AT_EACH_PLACE(simplify_exchange) {
    if (!is_form(e, H_prim)) return e;
    PrimForm f = as_prim(e);
    unsigned effects = prim_rows[f.operation->head].effects;
    bool has_order = effects & (FOLDS | CHAINS) && !(effects & COMMUTES);
    if (f.operands.count != 2 || f.operands.items[0]->kind != N_NAME || !has_order) return e;
    bool differ = !node_equal(f.operands.items[0], f.operands.items[1]);
    return differ && strikes(c) ? with_operands_exchanged(c, e, 0) : e;
}

/* ---- free */

/* Is the name used in the expression, outside of its inner functions? */
static bool is_used_here(const Node *e, const Node *name) {
    NodeList parts = is_form(e, H_fn) ? no_nodes(0) : kids_of(e);
    bool found = same_name(e, name);
    for (uint32_t i = 0; !found && i < parts.count; i++)
        found = is_used_here(parts.items[i], name);
    return found;
}

static bool is_used_in_arity(const Node *fn, uint32_t arity, const Node *name) {
    return is_used_here(as_arity(as_fn(fn).arities.items[arity]).body, name);
}

static bool is_used_directly(const Node *fn, const Node *name) {
    bool found = false;
    for (uint32_t i = 0; i < as_fn(fn).arities.count; i++)
        found = found || is_used_in_arity(fn, i, name);
    return found;
}

/* Which captured variables are forgotten. */
typedef bool Forgotten(const Node *fn, const Node *name, const Bound *scope);

static Node *forget(Change *c, Node *e, const Bound *scope, Forgotten *is_forgotten) {
    if (!is_form(e, H_fn)) return e;
    FnForm f = as_fn(e);
    NodeList names = f.free;
    for (uint32_t i = 0; i < names.count; i++)
        if (is_forgotten(e, names.items[i], scope) && strikes(c))
            f.free = without_item(c, names, i);
    return remake_fn(c->arena, e, f);
}

static bool is_passed_on(const Node *fn, const Node *name, const Bound *scope) {
    (void)scope;
    return !is_used_directly(fn, name);
}

AT_EACH_PLACE(free_inner) {
    return forget(c, e, scope, is_passed_on);
}

static bool is_sibling(const Node *fn, const Node *name, const Bound *scope) {
    const Bound *b = bound(scope, name);
    return b && is_form(b->binder, H_letrec) && is_used_directly(fn, name);
}

AT_EACH_PLACE(free_sibling) {
    return forget(c, e, scope, is_sibling);
}

static bool is_of_later_arity(const Node *fn, const Node *name, const Bound *scope) {
    (void)scope;
    return is_used_directly(fn, name) && !is_used_in_arity(fn, 0, name);
}

AT_EACH_PLACE(free_arity) {
    return forget(c, e, scope, is_of_later_arity);
}

static bool is_of_handler(const Node *e, const Node *name, bool inside) {
    NodeList parts = kids_of(e);
    bool found = inside && same_name(e, name);
    inside = inside || is_form(e, H_catch) || is_form(e, H_finally);
    for (uint32_t i = 0; !found && i < parts.count; i++)
        found = is_of_handler(parts.items[i], name, inside);
    return found;
}

static bool is_only_in_handlers(const Node *fn, const Node *name, const Bound *scope) {
    (void)scope;
    return is_of_handler(fn, name, false);
}

AT_EACH_PLACE(free_handler) {
    return forget(c, e, scope, is_only_in_handlers);
}

static bool is_of_loop(const Node *fn, const Node *name, const Bound *scope) {
    const Bound *b = bound(scope, name);
    (void)fn;
    return b && is_form(b->binder, H_loop);
}

AT_EACH_PLACE(free_loop) {
    return forget(c, e, scope, is_of_loop);
}

/* A function that mentions itself captures itself. */
AT_EACH_PLACE(free_own) {
    if (!is_form(e, H_fn)) return e;
    FnForm f = as_fn(e);
    Nodes names = {0};
    if (!is_used_directly(e, f.self) || !strikes(c)) return e;
    PUSH(c->arena, names, f.self);
    for (uint32_t i = 0; i < f.free.count; i++)
        PUSH(c->arena, names, f.free.items[i]);
    f.free = list_of(names, f.free.at);
    return remake_fn(c->arena, e, f);
}

/* ---- closures: captures */

AT_EACH_PLACE(closures_captures) {
    if (!is_form(e, H_closure)) return e;
    ClosureForm f = as_closure(e);
    NodeList captures = f.captures;
    for (uint32_t i = 0; i + 1 < captures.count; i++)
        if (!node_equal(captures.items[i], captures.items[i + 1]) && strikes(c))
            f.captures = exchanged(c, captures, i);
    return remake_closure(c->arena, e, f);
}

/* The fields of a closure start a word too early. */
void change_closures_env(Change *c) {
    if (!is_form(c->top, H_function)) return;
    FunctionForm f = as_function(c->top);
    if (f.env.count < 2 || !strikes(c)) return;
    f.env = exchanged(c, f.env, 0);
    put_top(c, remake_function(c->arena, c->top, f));
}

AT_EACH_PLACE(closures_patch) {
    NodeList steps = is_form(e, H_do) ? as_do(e).steps : no_nodes(0);
    for (uint32_t i = 0; i + 1 < steps.count; i++)
        if (is_form(steps.items[i], H_patch) && strikes(c))
            return with_steps(c, e, without_item(c, steps, i));
    return e;
}

/* ---- closures: calls and entries */

static Node *with_function(Change *c, Node *target, Node *function) {
    TargetForm f = {as_target(target).count, function};
    return remake_target(c->arena, target, f);
}

void change_closures_arity(Change *c) {
    if (!is_form(c->top, H_entry)) return;
    EntryForm f = as_entry(c->top);
    NodeList targets = f.targets;
    for (uint32_t i = 0; i + 1 < targets.count; i++) {
        Node *first = targets.items[i], *second = targets.items[i + 1];
        if (!strikes(c)) continue;
        f.targets = with_item(c, targets, i, with_function(c, first, as_target(second).function));
        f.targets =
            with_item(c, f.targets, i + 1, with_function(c, second, as_target(first).function));
    }
    put_top(c, remake_entry(c->arena, c->top, f));
}

static Node *without_first_operand(Change *c, Node *e) {
    PrimForm f = as_prim(e);
    f.operands = without_item(c, f.operands, 0);
    return remake_prim(c->arena, e, f);
}

static NodeList with_shorter_list(Change *c, NodeList operands) {
    NodeList out = operands;
    for (uint32_t i = 0; i < operands.count; i++) {
        Node *operand = operands.items[i];
        if (is_prim(operand, P_list) && strikes(c))
            out = with_item(c, operands, i, without_first_operand(c, operand));
    }
    return out;
}

AT_EACH_PLACE(closures_rest) {
    if (is_form(e, H_direct)) {
        DirectForm f = as_direct(e);
        f.operands = with_shorter_list(c, f.operands);
        return remake_direct(c->arena, e, f);
    }
    if (!is_form(e, H_enter)) return e;
    EnterForm f = as_enter(e);
    f.operands = with_shorter_list(c, f.operands);
    return remake_enter(c->arena, e, f);
}

static bool calls_without_operands(const Node *e) {
    return is_form(e, H_direct) && as_direct(e).operands.count == 0;
}

/* Top-level forms run in another order. */
AT_EACH_PLACE(closures_start) {
    if (!is_form(e, H_do)) return e;
    DoForm f = as_do(e);
    NodeList steps = f.steps;
    for (uint32_t i = 0; i + 1 < steps.count; i++)
        if (calls_without_operands(steps.items[i]) && calls_without_operands(steps.items[i + 1]) &&
            strikes(c))
            f.steps = exchanged(c, steps, i);
    return remake_do(c->arena, e, f);
}

/* A function that captures is taken for one that does not: its closure is not given. */
AT_EACH_PLACE(closures_enter) {
    if (!is_form(e, H_enter)) return e;
    EnterForm f = as_enter(e);
    const Bound *b = bound(scope, f.closure);
    if (!b || !is_let(b->binder) || !strikes(c)) return e;
    return make_direct(c->arena, pos(e), f.function, f.operands);
}

/* ---- closures: try */

AT_EACH_PLACE(closures_handler) {
    if (!is_form(e, H_try_call) || !strikes(c)) return e;
    TryCallForm f = as_try_call(e);
    return make_try_call(c->arena, pos(e), f.handler, f.body, f.operands);
}

static Node *class_test(Node *e) {
    return is_if(e) && is_prim(as_if(e).test, P_instance) ? as_if(e).test : NULL;
}

static Node *class_of(const Node *test) {
    return as_prim(test).operands.items[1];
}

static Node *with_class(Change *c, Node *e, Node *class) {
    IfForm f = as_if(e);
    PrimForm test = as_prim(f.test);
    test.operands = with_item(c, test.operands, 1, class);
    f.test = remake_prim(c->arena, f.test, test);
    return remake_if(c->arena, e, f);
}

AT_EACH_PLACE(closures_class) {
    const Node *first = class_test(e), *second = first ? class_test(as_if(e).otherwise) : NULL;
    if (!second || !strikes(c)) return e;
    IfForm f = as_if(with_class(c, e, class_of(second)));
    f.otherwise = with_class(c, f.otherwise, class_of(first));
    return remake_if(c->arena, e, f);
}

/* What comes last is left out when something is thrown. */
AT_EACH_PLACE(closures_cleanup) {
    NodeList steps = is_form(e, H_do) ? as_do(e).steps : no_nodes(0);
    bool cleans =
        steps.count == 2 && is_prim(steps.items[1], P_throw) && is_form(steps.items[0], H_direct);
    return cleans && strikes(c) ? steps.items[1] : e;
}
