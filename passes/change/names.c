/* names.c - changes of what resolve and loops give: the wrong name, global or label. */
#include "tree.h"

#include <string.h>

/* ---- resolve */

static const Bound *shadowed(const Bound *scope, const Node *name) {
    const Bound *own = bound(scope, name), *b = own && !own->is_label ? own->outer : NULL;
    while (b && (b->binder == own->binder || b->name->name.hint != name->name.hint))
        b = b->outer;
    return own && is_form(own->binder, H_loop) ? NULL : b;
}

AT_EACH_PLACE(resolve_shadow) {
    const Bound *other = e->kind == N_NAME ? shadowed(scope, e) : NULL;
    return other && strikes(c) ? node_copy(c->arena, other->name) : e;
}

static const char *last_part(const Node *global) {
    return strchr(text_bytes(global->text) + 1, '/');
}

static bool is_whole_program(const Change *c) {
    return is_form(c->form, H_program);
}

/* A global of the same name in another namespace. */
static const Node *namesake(const Change *c, const Node *global) {
    NodeList tops = is_whole_program(c) ? as_program(c->form).tops : no_nodes(0);
    for (uint32_t i = 0; i < tops.count; i++) {
        const Node *top = tops.items[i];
        if (!is_form(top, H_define) && !is_form(top, H_variable)) continue;
        const Node *other = as_define(top).name;
        if (other->text != global->text && !strcmp(last_part(other), last_part(global)))
            return other;
    }
    return NULL;
}

AT_EACH_PLACE(resolve_space) {
    const Node *other = e->kind == N_GLOBAL ? namesake(c, e) : NULL;
    return other && strikes(c) ? node_global(c->arena, other->text) : e;
}

static bool has_two_operands(const Node *e) {
    return is_form(e, H_prim) && as_prim(e).operands.count == 2;
}

/* (- a b c) as (- a (- b c)) */
AT_EACH_PLACE(resolve_fold) {
    if (!has_two_operands(e)) return e;
    PrimForm f = as_prim(e);
    Prim prim = (Prim)f.operation->head;
    unsigned effects = prim_rows[prim].effects;
    Node *inner = f.operands.items[0];
    if (!(effects & FOLDS) || effects & COMMUTES || !is_prim(inner, prim) || !strikes(c)) return e;
    NodeList first_two = as_prim(inner).operands;
    f.operands = with_item(c, f.operands, 0, first_two.items[1]);
    Node *right = make_prim(c->arena, pos(e), f.operation, f.operands);
    return make_prim(c->arena, pos(e), f.operation, with_item(c, first_two, 1, right));
}

/* (< a b c) as (and (< a b) (< a c)) */
AT_EACH_PLACE(resolve_chain) {
    if (!is_if(e) || !has_two_operands(as_if(e).test)) return e;
    IfForm f = as_if(e);
    PrimForm first = as_prim(f.test);
    Prim prim = (Prim)first.operation->head;
    Node *next = is_if(f.then) ? as_if(f.then).test : f.then;
    if (!(prim_rows[prim].effects & CHAINS) || !is_prim(next, prim)) return e;
    PrimForm second = as_prim(next);
    if (!node_equal(first.operands.items[1], second.operands.items[0]) || !strikes(c)) return e;
    second.operands = with_item(c, second.operands, 0, first.operands.items[0]);
    next = remake_prim(c->arena, next, second);
    IfForm inner = is_if(f.then) ? as_if(f.then) : (IfForm){0};
    inner.test = next;
    f.then = is_if(f.then) ? remake_if(c->arena, f.then, inner) : next;
    return remake_if(c->arena, e, f);
}

/* The first definition is the one that counts. */
void change_resolve_again(Change *c) {
    if (!is_form(c->top, H_run) || !is_form(as_run(c->top).value, H_set_global)) return;
    RunForm f = as_run(c->top);
    SetGlobalForm set = as_set_global(f.value);
    if (!strikes(c)) return;
    set.value = set.name;
    f.value = remake_set_global(c->arena, f.value, set);
    put_top(c, remake_run(c->arena, c->top, f));
}

static bool is_mentioned(const Change *c, const Node *global) {
    NodeList tops = as_program(c->form).tops;
    for (uint32_t i = 0; i < tops.count; i++) {
        NodeList parts = kids_of(tops.items[i]);
        for (uint32_t k = 0; k < parts.count; k++)
            if (parts.items[k] != global && mentions_name(parts.items[k], global)) return true;
    }
    return false;
}

/* A definition that nothing mentions goes, though its value has an effect. */
void change_resolve_effect(Change *c) {
    if (!is_form(c->top, H_define) || !is_whole_program(c)) return;
    DefineForm f = as_define(c->top);
    if (!has_effect(f.value) || is_mentioned(c, f.name) || !strikes(c)) return;
    f.value = quoted_simple(c, f.value, N_NIL);
    put_top(c, remake_define(c->arena, c->top, f));
}

AT_EACH_PLACE(resolve_pairs) {
    if (!is_prim(e, P_map)) return e;
    NodeList entries = as_prim(e).operands;
    bool differ = entries.count >= 2 && !node_equal(entries.items[0], entries.items[1]);
    return differ && strikes(c) ? with_operands_exchanged(c, e, 0) : e;
}

/* A variable of a loop starts with what the one before it starts with. */
AT_EACH_PLACE(resolve_start) {
    NodeList bindings = is_form(e, H_loop) ? bindings_of(e) : no_nodes(0);
    for (uint32_t i = 1; i < bindings.count; i++) {
        Node *before = bound_value(bindings, i - 1);
        if (!node_equal(bound_value(bindings, i), before) && strikes(c))
            e = with_bindings(c, e, with_value(c, bindings, i, before));
    }
    return e;
}

/* ---- loops */

static NodeList values_of(const Node *e) {
    return is_form(e, H_recur) ? as_recur(e).values : no_nodes(0);
}

static Node *with_recur_value(Change *c, Node *e, uint32_t i, Node *value) {
    RecurForm f = as_recur(e);
    f.values = with_item(c, f.values, i, value);
    return remake_recur(c->arena, e, f);
}

static Node *with_label(Change *c, Node *e, const Node *label) {
    RecurForm f = as_recur(e);
    f.label = node_copy(c->arena, label);
    return remake_recur(c->arena, e, f);
}

AT_EACH_PLACE(loops_values) {
    NodeList values = values_of(e);
    for (uint32_t i = 0; i + 1 < values.count; i++)
        if (!node_equal(values.items[i], values.items[i + 1]) && strikes(c))
            e = with_operands_exchanged(c, e, i);
    return e;
}

static bool is_tail(const Node *body, const Node *e) {
    if (body == e) return true;
    if (is_let(body)) return is_tail(as_let(body).body, e);
    if (is_form(body, H_letrec)) return is_tail(as_letrec(body).body, e);
    if (is_form(body, H_loop)) return is_tail(as_loop(body).body, e);
    if (is_if(body)) return is_tail(as_if(body).then, e) || is_tail(as_if(body).otherwise, e);
    NodeList steps = is_form(body, H_do) ? as_do(body).steps : no_nodes(0);
    return steps.count && is_tail(steps.items[steps.count - 1], e);
}

static bool could_be(const Bound *outer, const Bound *inner) {
    return outer->is_label && bindings_of(outer->value).count == bindings_of(inner->value).count &&
           is_tail(as_loop(outer->value).body, inner->value);
}

/* A loop around the one that the label names, which could be meant too; no function that became
 * one. */
static const Bound *other_label(const Bound *label) {
    const Bound *b = label->outer;
    while (b && !(could_be(b, label) && b->name->name.hint == label->name->name.hint))
        b = b->outer;
    return b;
}

static const Bound *label_of(const Node *e, const Bound *scope) {
    return is_form(e, H_recur) ? bound(scope, as_recur(e).label) : NULL;
}

AT_EACH_PLACE(loops_label) {
    const Bound *label = label_of(e, scope), *other = label ? other_label(label) : NULL;
    return other && strikes(c) ? with_label(c, e, other->name) : e;
}

/* A self call in a loop starts a round of that loop. */
AT_EACH_PLACE(loops_inner) {
    const Bound *label = label_of(e, scope), *b = scope;
    while (label && b != label && !(b->is_label && could_be(label, b)))
        b = b->outer;
    return label && b != label && strikes(c) ? with_label(c, e, b->name) : e;
}

AT_EACH_PLACE(loops_rest) {
    NodeList values = values_of(e);
    for (uint32_t i = 0; i < values.count; i++)
        if (is_prim(values.items[i], P_list) && strikes(c))
            e = with_recur_value(c, e, i, quoted_simple(c, e, N_NIL));
    return e;
}

/* The parameters of a function that became a loop are given to the wrong variables. */
AT_EACH_PLACE(loops_parameters) {
    NodeList arities = is_form(e, H_fn) ? as_fn(e).arities : no_nodes(0);
    for (uint32_t i = 0; i < arities.count; i++) {
        ArityForm arity = as_arity(arities.items[i]);
        NodeList bindings = is_form(arity.body, H_loop) ? bindings_of(arity.body) : no_nodes(0);
        if (bindings.count < 2 || !arity.parameters.count ||
            !same_name(bound_value(bindings, 0), arity.parameters.items[0]) || !strikes(c))
            continue;
        FnForm f = as_fn(e);
        arity.body = with_bindings(c, arity.body, with_values_exchanged(c, bindings, 0));
        f.arities = with_item(c, arities, i, remake_arity(c->arena, arities.items[i], arity));
        e = remake_fn(c->arena, e, f);
    }
    return e;
}

/* A call of the function by itself takes the values of this round. */
AT_EACH_PLACE(loops_old_value) {
    const Bound *label = label_of(e, scope);
    NodeList values = label ? values_of(e) : no_nodes(0);
    for (uint32_t i = 1; i < values.count; i++) {
        Node *name = bound_name(bindings_of(label->value), i);
        if (!same_name(values.items[i], name) && strikes(c)) e = with_recur_value(c, e, i, name);
    }
    return e;
}
