/* functions.c - changes of what simplify, free and closures give. */
#include "tree.h"

#include <string.h>

static void exchange_values(Node *bindings, uint32_t first) {
    Node *value = bindings->kids[first]->kids[1];
    bindings->kids[first]->kids[1] = bindings->kids[first + 1]->kids[1];
    bindings->kids[first + 1]->kids[1] = value;
}

/* ---- simplify */

AT_EACH_PLACE(simplify_flag) {
    Node *e = *place;
    if (is_quoted(e, N_TRUE) && strikes(c)) *place = quoted_simple(c, e, N_FALSE);
    else if (is_quoted(e, N_FALSE) && strikes(c)) *place = quoted_simple(c, e, N_TRUE);
}

AT_EACH_PLACE(simplify_number) {
    Node *e = *place;
    if (is_quoted(e, N_INT) && e->kids[0]->integer < INT64_MAX && strikes(c))
        e->kids[0]->integer++;
}

/* What a local holds is taken for true. */
AT_EACH_PLACE(simplify_branch) {
    Node *e = *place;
    if (is_form(e, H_if) && e->kids[0]->kind == N_NAME && !is_form(e->kids[1], H_if) && strikes(c))
        *place = list(c->arena, H_do, pos(e), e->kids[0], e->kids[1], NULL);
}

AT_EACH_PLACE(simplify_effect) {
    Node *e = *place;
    for (uint32_t i = 0; is_form(e, H_do) && i + 1 < e->count; i++)
        if (has_effect(e->kids[i]) && strikes(c)) {
            remove_kid(e, i);
            break;
        }
    if (is_form(e, H_do) && e->count == 1) *place = e->kids[0];
}

/* A copied function gets its operands in another order. */
AT_EACH_PLACE(simplify_operands) {
    Node *e = *place, *bindings = is_form(e, H_let) ? e->kids[0] : NULL;
    for (uint32_t i = 0; bindings && i + 1 < bindings->count; i++)
        if (are_independent(bindings, i) && strikes(c)) exchange_values(bindings, i);
}

/* A variable of a loop is taken for the name that it starts with. */
AT_EACH_PLACE(simplify_start) {
    const Bound *b = (*place)->kind == N_NAME ? bound(scope, *place) : NULL;
    if (b && !b->is_label && is_form(b->binder, H_loop) && !is_tree(b->value) && strikes(c))
        *place = node_copy(c->arena, b->value);
}

AT_EACH_PLACE(simplify_exchange) {
    Node *e = *place;
    if (is_form(e, H_prim) && e->count == 3 && e->kids[1]->kind == N_NAME &&
        !node_equal(e->kids[1], e->kids[2]) &&
        prim_rows[e->kids[0]->head].effects & (FOLDS | CHAINS) &&
        !(prim_rows[e->kids[0]->head].effects & COMMUTES) && strikes(c))
        exchange_kids(e, 1, 2);
}

/* ---- free */

/* Is the name used in the expression, outside of its inner functions? */
static bool is_used_here(const Node *e, const Node *name) {
    bool found = same_name(e, name);
    for (uint32_t i = 0; is_tree(e) && !is_form(e, H_fn) && !found && i < e->count; i++)
        found = is_used_here(e->kids[i], name);
    return found;
}

static bool is_used_in_arity(const Node *fn, uint32_t arity, const Node *name) {
    return is_used_here(fn->kids[arity]->kids[1], name);
}

static bool is_used_directly(const Node *fn, const Node *name) {
    bool found = false;
    for (uint32_t i = 2; i < fn->count; i++)
        found = found || is_used_in_arity(fn, i, name);
    return found;
}

/* Which captured variables are forgotten. */
typedef bool Forgotten(const Node *fn, const Node *name, const Bound *scope);

static void forget(Change *c, Node *e, const Bound *scope, Forgotten *is_forgotten) {
    Node *names = is_form(e, H_fn) ? e->kids[1] : NULL;
    for (uint32_t i = 0; names && i < names->count; i++)
        if (is_forgotten(e, names->kids[i], scope) && strikes(c)) remove_kid(names, i);
}

static bool is_passed_on(const Node *fn, const Node *name, const Bound *scope) {
    (void)scope;
    return !is_used_directly(fn, name);
}
AT_EACH_PLACE(free_inner) { forget(c, *place, scope, is_passed_on); }

static bool is_sibling(const Node *fn, const Node *name, const Bound *scope) {
    const Bound *b = bound(scope, name);
    return b && is_form(b->binder, H_letrec) && is_used_directly(fn, name);
}
AT_EACH_PLACE(free_sibling) { forget(c, *place, scope, is_sibling); }

static bool is_of_later_arity(const Node *fn, const Node *name, const Bound *scope) {
    (void)scope;
    return is_used_directly(fn, name) && !is_used_in_arity(fn, 2, name);
}
AT_EACH_PLACE(free_arity) { forget(c, *place, scope, is_of_later_arity); }

static bool is_of_handler(const Node *e, const Node *name, bool inside) {
    bool found = inside && same_name(e, name);
    inside = inside || is_form(e, H_catch) || is_form(e, H_finally);
    for (uint32_t i = 0; is_tree(e) && !found && i < e->count; i++)
        found = is_of_handler(e->kids[i], name, inside);
    return found;
}
static bool is_only_in_handlers(const Node *fn, const Node *name, const Bound *scope) {
    (void)scope;
    return is_of_handler(fn, name, false);
}
AT_EACH_PLACE(free_handler) { forget(c, *place, scope, is_only_in_handlers); }

static bool is_of_loop(const Node *fn, const Node *name, const Bound *scope) {
    const Bound *b = bound(scope, name);
    (void)fn;
    return b && is_form(b->binder, H_loop);
}
AT_EACH_PLACE(free_loop) { forget(c, *place, scope, is_of_loop); }

/* A function that mentions itself captures itself. */
AT_EACH_PLACE(free_own) {
    Node *e = *place;
    if (is_form(e, H_fn) && is_used_directly(e, e->kids[0]) && strikes(c))
        insert_kid(c, &e->kids[1], 0, e->kids[0]);
}

/* ---- closures: captures */

AT_EACH_PLACE(closures_captures) {
    Node *e = *place;
    for (uint32_t i = 1; is_form(e, H_closure) && i + 1 < e->count; i++)
        if (!node_equal(e->kids[i], e->kids[i + 1]) && strikes(c)) exchange_kids(e, i, i + 1);
}

/* The fields of a closure start a word too early. */
void change_closures_env(Change *c) {
    Node *env = is_form(c->top, H_function) ? function_part(c->top, H_env) : NULL;
    if (env && env->count >= 2 && strikes(c)) exchange_kids(env, 0, 1);
}

AT_EACH_PLACE(closures_patch) {
    Node *e = *place;
    for (uint32_t i = 0; is_form(e, H_do) && i + 1 < e->count; i++)
        if (is_form(e->kids[i], H_patch) && strikes(c)) {
            remove_kid(e, i);
            break;
        }
    if (is_form(e, H_do) && e->count == 1) *place = e->kids[0];
}

/* ---- closures: calls and entries */

void change_closures_arity(Change *c) {
    for (uint32_t i = 3; is_form(c->top, H_entry) && i < c->top->count; i++)
        if (strikes(c)) {
            Node *before = c->top->kids[i - 1], *target = c->top->kids[i], *g = target->kids[1];
            target->kids[1] = before->kids[1];
            before->kids[1] = g;
        }
}

AT_EACH_PLACE(closures_rest) {
    Node *e = *place;
    for (uint32_t i = 1; (is_form(e, H_direct) || is_form(e, H_enter)) && i < e->count; i++)
        if (is_prim(e->kids[i], P_list) && strikes(c)) remove_kid(e->kids[i], 1);
}

/* Top-level forms run in another order. */
AT_EACH_PLACE(closures_start) {
    Node *e = *place;
    for (uint32_t i = 0; is_form(e, H_do) && i + 1 < e->count; i++)
        if (is_form(e->kids[i], H_direct) && is_form(e->kids[i + 1], H_direct) &&
            e->kids[i]->count == 1 && e->kids[i + 1]->count == 1 && strikes(c))
            exchange_kids(e, i, i + 1);
}

/* A function that captures is taken for one that does not: its closure is not given. */
AT_EACH_PLACE(closures_enter) {
    Node *e = *place;
    const Bound *b = is_form(e, H_enter) ? bound(scope, e->kids[1]) : NULL;
    if (b && is_form(b->binder, H_let) && strikes(c)) {
        remove_kid(e, 1);
        e->head = H_direct;
    }
}

/* ---- closures: try */

AT_EACH_PLACE(closures_handler) {
    if (is_form(*place, H_try_call) && strikes(c)) exchange_kids(*place, 0, 1);
}

static Node *class_test(const Node *e) {
    return is_form(e, H_if) && is_prim(e->kids[0], P_instance) ? e->kids[0] : NULL;
}

AT_EACH_PLACE(closures_class) {
    Node *first = class_test(*place), *second = first ? class_test((*place)->kids[2]) : NULL;
    if (!second || !strikes(c)) return;
    Node *class = first->kids[2];
    first->kids[2] = second->kids[2];
    second->kids[2] = class;
}

/* What comes last is left out when something is thrown. */
AT_EACH_PLACE(closures_cleanup) {
    Node *e = *place;
    if (is_form(e, H_do) && e->count == 2 && is_prim(e->kids[1], P_throw) &&
        is_form(e->kids[0], H_direct) && strikes(c))
        *place = e->kids[1];
}
