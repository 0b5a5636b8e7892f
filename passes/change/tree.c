/* tree.c - walking through forms that are trees; what several changes of them ask. */
#include "tree.h"

#include <string.h>

/* ---- walking */

typedef struct {
    Change *c;
    ChangePlace *change;
} Walk;

static void walk(Walk *w, Node **place, const Bound *scope);

static const Bound *add_bound(Walk *w, const Bound *scope, const Node *name, const Node *value,
                              const Node *binder) {
    Bound *b = NEW(w->c->arena, Bound);
    *b = (Bound){.name = name, .value = value, .binder = binder, .outer = scope};
    return b;
}

Node *bindings_of(const Node *e) {
    if (is_form(e, H_let) || is_form(e, H_letrec)) return e->kids[0];
    return is_form(e, H_loop) ? e->kids[e->count - 2] : NULL;
}

static const Bound *bind_all(Walk *w, const Node *e, const Bound *scope) {
    const Node *bindings = bindings_of(e);
    for (uint32_t i = 0; i < bindings->count; i++)
        scope = add_bound(w, scope, bindings->kids[i]->kids[0], bindings->kids[i]->kids[1], e);
    return scope;
}

/* In a let each value sees the names before it, in a letrec all, in a loop none. */
static void walk_bindings(Walk *w, Node *e, const Bound *scope) {
    Node *bindings = bindings_of(e);
    if (is_form(e, H_letrec)) scope = bind_all(w, e, scope);
    for (uint32_t i = 0; i < bindings->count; i++) {
        Node *b = bindings->kids[i];
        walk(w, &b->kids[1], scope);
        if (is_form(e, H_let)) scope = add_bound(w, scope, b->kids[0], b->kids[1], e);
    }
    if (is_form(e, H_loop)) scope = bind_all(w, e, scope);
    if (is_form(e, H_loop) && e->count == 3) {
        Bound *label = NEW(w->c->arena, Bound);
        *label = (Bound){e->kids[0], e, e, true, scope};
        scope = label;
    }
    walk(w, &e->kids[e->count - 1], scope);
}

static void walk_parameters(Walk *w, Node *e, const Bound *scope, const Node *names) {
    for (uint32_t i = 0; i < names->count; i++)
        scope = add_bound(w, scope, names->kids[i], NULL, e);
    walk(w, &e->kids[e->count - 1], scope);
}

static void walk_fn(Walk *w, Node *e, const Bound *scope) {
    scope = add_bound(w, scope, e->kids[0], NULL, e);
    for (uint32_t i = 1; i < e->count; i++)
        if (e->kids[i]->head != H_free) walk_parameters(w, e->kids[i], scope, e->kids[i]->kids[0]);
}

/* The first kid that is an expression. */
static uint32_t first_part(const Node *e, const Bound *scope) {
    switch (e->head) {
    case H_prim: case H_set_global: case H_closure: case H_direct: case H_enter: return 1;
    case H_try_call: return 2;
    case H_global: return e->count;
    case H_recur: {
        const Bound *b = e->count ? bound(scope, e->kids[0]) : NULL;
        return b && b->is_label;
    }
    default: return 0;
    }
}

static void walk_parts(Walk *w, Node *e, const Bound *scope) {
    for (uint32_t i = first_part(e, scope); i < e->count; i++)
        if (e->kids[i]->kind != N_INT) walk(w, &e->kids[i], scope);
}

static void walk(Walk *w, Node **place, const Bound *scope) {
    w->change(w->c, place, scope);
    Node *e = *place;
    if (!is_tree(e)) return;
    switch (e->head) {
    case H_quote: return;
    case H_let: case H_letrec: case H_loop: walk_bindings(w, e, scope); return;
    case H_fn: walk_fn(w, e, scope); return;
    case H_catch:
        walk(w, &e->kids[2], add_bound(w, scope, e->kids[1], NULL, e));
        return;
    default: walk_parts(w, e, scope);
    }
}

void each_place(Change *c, ChangePlace *change) {
    Walk w = {c, change};
    Node *top = c->top;
    switch (top->head) {
    case H_def: case H_define: case H_variable: case H_run:
        walk(&w, &top->kids[top->count - 1], NULL);
        break;
    case H_function: {
        const Bound *scope = NULL;
        const Node *env = function_part(top, H_env);
        for (uint32_t i = 0; i < env->count; i++)
            scope = add_bound(&w, scope, env->kids[i], NULL, top);
        walk_parameters(&w, top, scope, top->kids[top->count - 2]);
        break;
    }
    default: break;
    }
}

/* ---- questions */

static bool is_same(const Node *a, const Node *b) {
    if (a->kind != b->kind) return false;
    if (a->kind == N_NAME) return same_name(a, b);
    return (a->kind == N_SYMBOL || a->kind == N_GLOBAL) && a->text == b->text;
}

const Bound *bound(const Bound *scope, const Node *name) {
    while (scope && !is_same(scope->name, name))
        scope = scope->outer;
    return scope;
}

bool is_made_of(const Node *symbol, const char *word) {
    size_t n = strlen(word);
    return symbol->kind == N_SYMBOL && !strncmp(text_bytes(symbol->text), word, n) &&
           text_bytes(symbol->text)[n] == '#';
}

bool is_symbol(const Node *n, const char *name) {
    return n->kind == N_SYMBOL && n->text == text(name);
}

bool is_core_call(const Node *e, const char *name, uint32_t operands) {
    return is_form(e, H_call) && e->count == operands + 1 && is_symbol(e->kids[0], name);
}

bool is_quoted(const Node *e, NodeKind kind) {
    return is_form(e, H_quote) && e->kids[0]->kind == kind;
}

bool is_prim(const Node *e, Prim prim) {
    return is_form(e, H_prim) && e->kids[0]->head == prim;
}

bool mentions_name(const Node *e, const Node *name) {
    bool found = is_same(e, name);
    for (uint32_t i = 0; is_tree(e) && !found && i < e->count; i++)
        found = mentions_name(e->kids[i], name);
    return found;
}

bool has_effect(const Node *e) {
    if (!is_tree(e)) return false;
    if (e->head == H_prim) return (prim_rows[e->kids[0]->head].effects & (WRITES | THROWS)) != 0;
    return e->head == H_call || e->head == H_direct || e->head == H_enter || e->head == H_try_call;
}

bool are_independent(const Node *bindings, uint32_t first) {
    const Node *a = bindings->kids[first], *b = bindings->kids[first + 1];
    return !mentions_name(b->kids[1], a->kids[0]) && !node_equal(a->kids[1], b->kids[1]);
}

/* ---- making */

Node *quoted_simple(Change *c, const Node *like, NodeKind simple) {
    return list(c->arena, H_quote, pos(like), node_simple(c->arena, simple, pos(like)), NULL);
}
