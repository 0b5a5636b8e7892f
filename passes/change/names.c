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
    const Node *e = *place;
    if (e->kind != N_NAME) return;
    const Bound *other = shadowed(scope, e);
    if (other && strikes(c)) *place = node_copy(c->arena, other->name);
}

static const char *last_part(const Node *global) {
    return strchr(text_bytes(global->text) + 1, '/');
}

/* A global of the same name in another namespace. */
static const Node *namesake(const Change *c, const Node *global) {
    for (uint32_t i = 1; c->form->head == H_program && i < c->form->count; i++) {
        const Node *top = c->form->kids[i];
        if (!is_form(top, H_define) && !is_form(top, H_variable)) continue;
        const Node *other = top->kids[0];
        if (other->text != global->text && !strcmp(last_part(other), last_part(global)))
            return other;
    }
    return NULL;
}

AT_EACH_PLACE(resolve_space) {
    const Node *e = *place;
    const Node *other = e->kind == N_GLOBAL ? namesake(c, e) : NULL;
    if (other && strikes(c)) *place = node_global(c->arena, other->text);
}

/* (- a b c) as (- a (- b c)) */
AT_EACH_PLACE(resolve_fold) {
    Node *e = *place;
    if (!is_form(e, H_prim) || e->count != 3) return;
    Prim prim = (Prim)e->kids[0]->head;
    unsigned effects = prim_rows[prim].effects;
    Node *inner = e->kids[1];
    if (!(effects & FOLDS) || effects & COMMUTES || !is_prim(inner, prim) || !strikes(c)) return;
    Node *right = node_list(c->arena, H_prim, pos(e), e->kids, 3);
    right->kids[1] = inner->kids[2];
    *place = node_list(c->arena, H_prim, pos(e), inner->kids, 3);
    (*place)->kids[2] = right;
}

/* (< a b c) as (and (< a b) (< a c)) */
AT_EACH_PLACE(resolve_chain) {
    Node *e = *place;
    if (!is_form(e, H_if) || !is_form(e->kids[0], H_prim)) return;
    Node *first = e->kids[0], *next = is_form(e->kids[1], H_if) ? e->kids[1]->kids[0] : e->kids[1];
    Prim prim = (Prim)first->kids[0]->head;
    if (!(prim_rows[prim].effects & CHAINS) || !is_prim(next, prim) ||
        !node_equal(first->kids[2], next->kids[1]) || !strikes(c))
        return;
    next->kids[1] = first->kids[1];
}

/* The first definition is the one that counts. */
void change_resolve_again(Change *c) {
    Node *top = c->top;
    if (is_form(top, H_run) && is_form(top->kids[1], H_set_global) && strikes(c))
        top->kids[1]->kids[1] = top->kids[1]->kids[0];
}

static bool is_mentioned(const Change *c, const Node *global) {
    for (uint32_t i = 1; i < c->form->count; i++)
        for (uint32_t k = 0; k < c->form->kids[i]->count; k++) {
            const Node *kid = c->form->kids[i]->kids[k];
            if (kid != global && mentions_name(kid, global)) return true;
        }
    return false;
}

/* A definition that nothing mentions goes, though its value has an effect. */
void change_resolve_effect(Change *c) {
    Node *top = c->top;
    if (is_form(top, H_define) && c->form->head == H_program && has_effect(top->kids[2]) &&
        !is_mentioned(c, top->kids[0]) && strikes(c))
        top->kids[2] = quoted_simple(c, top->kids[2], N_NIL);
}

AT_EACH_PLACE(resolve_pairs) {
    Node *e = *place;
    if (is_prim(e, P_map) && e->count > 2 && !node_equal(e->kids[1], e->kids[2]) && strikes(c))
        exchange_kids(e, 1, 2);
}

/* A variable of a loop starts with what the one before it starts with. */
AT_EACH_PLACE(resolve_start) {
    Node *e = *place, *bindings = bindings_of(e);
    for (uint32_t i = 1; is_form(e, H_loop) && i < bindings->count; i++)
        if (!node_equal(bindings->kids[i]->kids[1], bindings->kids[i - 1]->kids[1]) && strikes(c))
            bindings->kids[i]->kids[1] = bindings->kids[i - 1]->kids[1];
}

/* ---- loops */

AT_EACH_PLACE(loops_values) {
    Node *e = *place;
    for (uint32_t i = 1; is_form(e, H_recur) && i + 1 < e->count; i++)
        if (!node_equal(e->kids[i], e->kids[i + 1]) && strikes(c)) exchange_kids(e, i, i + 1);
}

static bool is_tail(const Node *body, const Node *e) {
    if (body == e) return true;
    switch (is_tree(body) ? body->head : (uint16_t)H_NONE) {
    case H_let: case H_letrec: case H_loop: case H_do:
        return is_tail(body->kids[body->count - 1], e);
    case H_if: return is_tail(body->kids[1], e) || is_tail(body->kids[2], e);
    default: return false;
    }
}

static bool could_be(const Bound *outer, const Bound *inner) {
    return outer->is_label &&
           bindings_of(outer->value)->count == bindings_of(inner->value)->count &&
           is_tail(outer->value->kids[2], inner->value);
}

/* A loop around the one that the label names, which could be meant too; no function that became
 * one. */
static const Bound *other_label(const Bound *label) {
    const Bound *b = label->outer;
    while (b && !(could_be(b, label) && b->name->name.hint == label->name->name.hint))
        b = b->outer;
    return b;
}

AT_EACH_PLACE(loops_label) {
    Node *e = *place;
    const Bound *label = is_form(e, H_recur) ? bound(scope, e->kids[0]) : NULL,
                *other = label ? other_label(label) : NULL;
    if (other && strikes(c)) e->kids[0] = node_copy(c->arena, other->name);
}

/* A self call in a loop starts a round of that loop. */
AT_EACH_PLACE(loops_inner) {
    Node *e = *place;
    const Bound *label = is_form(e, H_recur) ? bound(scope, e->kids[0]) : NULL, *b = scope;
    while (label && b != label && !(b->is_label && could_be(label, b)))
        b = b->outer;
    if (label && b != label && strikes(c)) e->kids[0] = node_copy(c->arena, b->name);
}

AT_EACH_PLACE(loops_rest) {
    Node *e = *place;
    for (uint32_t i = 1; is_form(e, H_recur) && i < e->count; i++)
        if (is_prim(e->kids[i], P_list) && strikes(c)) e->kids[i] = quoted_simple(c, e, N_NIL);
}

/* The parameters of a function that became a loop are given to the wrong variables. */
AT_EACH_PLACE(loops_parameters) {
    for (uint32_t i = 1; is_form(*place, H_fn) && i < (*place)->count; i++) {
        const Node *arity = (*place)->kids[i], *loop = arity->kids[1];
        Node *bindings = is_form(loop, H_loop) ? bindings_of(loop) : NULL;
        if (!bindings || bindings->count < 2 ||
            !same_name(bindings->kids[0]->kids[1], arity->kids[0]->kids[0]) || !strikes(c))
            continue;
        Node *first = bindings->kids[0]->kids[1];
        bindings->kids[0]->kids[1] = bindings->kids[1]->kids[1];
        bindings->kids[1]->kids[1] = first;
    }
}

/* A call of the function by itself takes the values of this round. */
AT_EACH_PLACE(loops_old_value) {
    Node *e = *place;
    const Bound *label = is_form(e, H_recur) ? bound(scope, e->kids[0]) : NULL;
    for (uint32_t i = 2; label && i < e->count; i++) {
        Node *name = bindings_of(label->value)->kids[i - 1]->kids[0];
        if (!same_name(e->kids[i], name) && strikes(c)) e->kids[i] = name;
    }
}
