/* tree.c - walking through forms that are trees; what several changes of them ask and make. */
#include "tree.h"

#include <string.h>

/* ---- walking */

typedef struct {
    Walk walk;
    Change *c;
    ChangePlace *change;
    const Bound *scope;
} Places;

static void bind(Places *p, const Node *name, const Node *value, const Node *binder) {
    Bound *b = NEW(p->c->arena, Bound);
    *b = (Bound){.name = name, .value = value, .binder = binder, .outer = p->scope};
    p->scope = b;
}

static void bind_all(Places *p, NodeList bindings, const Node *binder) {
    for (uint32_t i = 0; i < bindings.count; i++)
        bind(p, bound_name(bindings, i), bound_value(bindings, i), binder);
}

static void bind_parameters(Places *p, NodeList names, const Node *binder) {
    for (uint32_t i = 0; i < names.count; i++)
        bind(p, names.items[i], NULL, binder);
}

static Node *walk_let(Places *p, Node *e) {
    LetForm f = as_let(e);
    NodeList bindings = f.bindings;
    for (uint32_t i = 0; i < bindings.count; i++) {
        Node *value = walk_operand(&p->walk, bound_value(bindings, i));
        f.bindings = with_value(p->c, f.bindings, i, value);
        bind(p, bound_name(bindings, i), value, e);
    }
    f.body = walk_operand(&p->walk, f.body);
    return remake_let(p->walk.arena, e, f);
}

static Node *walk_letrec(Places *p, Node *e) {
    LetrecForm f = as_letrec(e);
    bind_all(p, f.bindings, e);
    f.bindings = walk_bound_values(&p->walk, f.bindings);
    f.body = walk_operand(&p->walk, f.body);
    return remake_letrec(p->walk.arena, e, f);
}

static Node *walk_loop(Places *p, Node *e) {
    LoopForm f = as_loop(e);
    f.bindings = walk_bound_values(&p->walk, f.bindings);
    bind_all(p, f.bindings, e);
    if (f.label) {
        Bound *label = NEW(p->c->arena, Bound);
        *label = (Bound){f.label, e, e, true, p->scope};
        p->scope = label;
    }
    f.body = walk_operand(&p->walk, f.body);
    return remake_loop(p->walk.arena, e, f);
}

static Node *walk_fn(Places *p, Node *e) {
    bind(p, as_fn(e).self, NULL, e);
    return walk_parts(&p->walk, e);
}

static Node *visit_clause(Walk *w, Node *e) {
    Places *p = (Places *)w;
    const Bound *outer = p->scope;
    if (is_form(e, H_catch)) bind(p, as_catch(e).variable, NULL, e);
    if (is_form(e, H_arity) || is_form(e, H_rest)) bind_parameters(p, as_arity(e).parameters, e);
    Node *out = walk_parts(w, e);
    p->scope = outer;
    return out;
}

/* From Lloop on the first part is a label. */
static Node *walk_recur(Places *p, Node *e) {
    NodeList all = as_lcore_recur(e).values;
    const Bound *first = all.count ? bound(p->scope, all.items[0]) : NULL;
    if (first && first->is_label) {
        NodeList values = walk_all(&p->walk, as_recur(e).values);
        return remake_recur(p->walk.arena, e, (RecurForm){as_recur(e).label, values});
    }
    LcoreRecurForm f = {walk_all(&p->walk, all)};
    return remake_lcore_recur(p->walk.arena, e, f);
}

static Node *walk_inside(Places *p, Node *e) {
    if (is_form(e, H_let)) return walk_let(p, e);
    if (is_form(e, H_letrec)) return walk_letrec(p, e);
    if (is_form(e, H_loop)) return walk_loop(p, e);
    if (is_form(e, H_fn)) return walk_fn(p, e);
    if (is_form(e, H_recur)) return walk_recur(p, e);
    return walk_parts(&p->walk, e);
}

static Node *visit(Walk *w, Node *e) {
    Places *p = (Places *)w;
    const Bound *outer = p->scope;
    Node *out = walk_inside(p, p->change(p->c, e, p->scope));
    p->scope = outer;
    return out;
}

static Node *walk_function(Places *p, Node *top) {
    FunctionForm f = as_function(top);
    bind_parameters(p, f.env, top);
    bind_parameters(p, f.parameters, top);
    f.body = visit(&p->walk, f.body);
    return remake_function(p->walk.arena, top, f);
}

static Node *walk_top(Places *p, Node *top) {
    Arena *a = p->walk.arena;
    if (is_form(top, H_function)) return walk_function(p, top);
    if (is_form(top, H_def)) {
        DefForm f = as_def(top);
        f.value = visit(&p->walk, f.value);
        return remake_def(a, top, f);
    }
    if (is_form(top, H_run)) {
        RunForm f = as_run(top);
        f.value = visit(&p->walk, f.value);
        return remake_run(a, top, f);
    }
    if (!is_form(top, H_define) && !is_form(top, H_variable)) return top;
    return top_with_value(a, top, names_of_top(top), visit(&p->walk, value_of_top(top)));
}

void each_place(Change *c, ChangePlace *change) {
    Places p = {.walk = {.arena = c->arena, .visit = visit, .visit_clause = visit_clause},
                .c = c,
                .change = change};
    put_top(c, walk_top(&p, c->top));
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
    return is_form(e, H_call) && as_call(e).operands.count == operands &&
           is_symbol(as_call(e).callee, name);
}

bool is_quoted(const Node *e, NodeKind kind) {
    return is_form(e, H_quote) && as_quote(e).datum->kind == kind;
}

bool is_prim(const Node *e, Prim prim) {
    return is_form(e, H_prim) && as_prim(e).operation->head == prim;
}

bool mentions_name(const Node *e, const Node *name) {
    NodeList parts = kids_of(e);
    bool found = is_same(e, name);
    for (uint32_t i = 0; !found && i < parts.count; i++)
        found = mentions_name(parts.items[i], name);
    return found;
}

bool has_effect(const Node *e) {
    if (is_form(e, H_prim))
        return (prim_rows[as_prim(e).operation->head].effects & (WRITES | THROWS)) != 0;
    return is_form(e, H_call) || is_form(e, H_direct) || is_form(e, H_enter) ||
           is_form(e, H_try_call);
}

NodeList bindings_of(const Node *e) {
    if (is_form(e, H_let)) return as_let(e).bindings;
    if (is_form(e, H_letrec)) return as_letrec(e).bindings;
    return is_form(e, H_loop) ? as_loop(e).bindings : no_nodes(0);
}

bool are_independent(NodeList bindings, uint32_t first) {
    const Node *a = bound_value(bindings, first), *b = bound_value(bindings, first + 1);
    return !mentions_name(b, bound_name(bindings, first)) && !node_equal(a, b);
}

/* ---- making */

Node *quoted_simple(Change *c, const Node *like, NodeKind simple) {
    return make_quote(c->arena, pos(like), node_simple(c->arena, simple, pos(like)));
}

Node *one_more(Change *c, Node *quoted) {
    const Node *d = as_quote(quoted).datum;
    return make_quote(c->arena, pos(quoted), node_int(c->arena, pos(d), d->integer + 1));
}

Node *with_bindings(Change *c, Node *e, NodeList bindings) {
    if (is_form(e, H_let)) {
        LetForm f = as_let(e);
        f.bindings = bindings;
        return remake_let(c->arena, e, f);
    }
    LoopForm f = as_loop(e);
    f.bindings = bindings;
    return remake_loop(c->arena, e, f);
}

NodeList with_value(Change *c, NodeList bindings, uint32_t i, Node *value) {
    Node *binding = bindings.items[i];
    BindingForm f = {as_binding(binding).name, value};
    return with_item(c, bindings, i, remake_binding(c->arena, binding, f));
}

NodeList with_values_exchanged(Change *c, NodeList bindings, uint32_t i) {
    NodeList first = with_value(c, bindings, i, bound_value(bindings, i + 1));
    return with_value(c, first, i + 1, bound_value(bindings, i));
}

Node *with_steps(Change *c, Node *e, NodeList steps) {
    return steps.count == 1 ? steps.items[0] : make_do(c->arena, pos(e), steps);
}

Node *with_operands_exchanged(Change *c, Node *e, uint32_t i) {
    if (is_form(e, H_call)) {
        CallForm f = as_call(e);
        f.operands = exchanged(c, f.operands, i);
        return remake_call(c->arena, e, f);
    }
    if (is_form(e, H_recur)) {
        RecurForm f = as_recur(e);
        f.values = exchanged(c, f.values, i);
        return remake_recur(c->arena, e, f);
    }
    PrimForm f = as_prim(e);
    f.operands = exchanged(c, f.operands, i);
    return remake_prim(c->arena, e, f);
}
