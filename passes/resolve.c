/* pass resolve : Lcore -> Lnamed                                   (convert)
 *
 * Finds what every symbol names: a local, a global, a primitive.
 * Why now: with unique names, later passes move code without looking at scopes.
 *
 *   (def user/f (fn f (arity [x] (let [[x (call core/+ x (quote 1))]] (call user/g x)))))
 *   => (define $user/f (names 4)
 *        (fn %f.1 (arity [%x.2] (let [[%x.3 (prim + %x.2 (quote 1))]] (call $user/g %x.3)))))
 *
 * Needs:  globals with their namespace, locals without (expand).
 * Gives:  names that are unique in their top-level definition; only definitions that are reached.
 * Choice: names are checked everywhere, also in definitions that are dropped afterwards.
 */
#include "resolve/resolve.h"
#include "ir/names.h"
#include "loops.h"

#include <string.h>

/* ---- names */

/* Hints are made of a-z 0-9 ? ! -, so that they need no quoting anywhere. */
static Text hint_of(Text symbol) {
    char hint[32];
    size_t n = 0;
    for (const char *s = text_bytes(symbol); *s && *s != '#' && n < sizeof hint; s++) {
        char c = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789?!-", c)) hint[n++] = c;
    }
    return n ? text_of(hint, n) : text("x");
}

Node *fresh_local(Resolve *r, Text symbol) {
    return node_name(r->arena, hint_of(symbol), r->next++);
}

static Node *bind(Resolve *r, const Node *symbol, Node *function) {
    Local *l = NEW(r->scratch, Local);
    *l = (Local){.symbol = symbol->text, .function = function, .outer = r->locals};
    l->name = fresh_local(r, symbol->text);
    l->shadowed = table_put(&r->scope, symbol->text, l);
    r->locals = l;
    return l->name;
}

/* Ends the scope of the locals inside `outer`. */
static void leave(Resolve *r, Local *outer) {
    for (; r->locals != outer; r->locals = r->locals->outer)
        table_put(&r->scope, r->locals->symbol, r->locals->shadowed);
}

/* ---- references */

/* A name that is declared and never defined fails when it is used. */
static Node *undefined(Resolve *r, const Node *symbol) {
    const char *name = strchr(text_bytes(symbol->text), '/') + 1;
    warning_at(r->diagnostics, pos(symbol), "SL0303",
               "%s is declared, but defined nowhere; using it fails", name);
    Node *message =
        node_text(r->arena, N_STRING, 0, text_format("%s is declared, but defined nowhere", name));
    return build(r->arena, pos(symbol), "(prim %fail (quote IllegalStateException) (quote ?))",
                 message);
}

static Node *resolve_global(Resolve *r, const Node *symbol) {
    Global *g = global_named(r, symbol->text);
    if (g && g->first != UINT32_MAX) {
        mention_global(r, g, pos(symbol));
        return node_global(r->arena, g->name);
    }
    if (g) return undefined(r, symbol);
    report_unknown(r, symbol);
    return build(r->arena, pos(symbol), "(quote nil)");
}

static Node *resolve_symbol(Resolve *r, const Node *symbol) {
    if (is_global_symbol(symbol->text)) return resolve_global(r, symbol);
    Local *l = local_named(r, symbol->text);
    if (!l) bug(symbol, "a local that nothing binds");
    l->is_used = true;
    return l->name;
}

/* ---- binding forms */

static Node *known_function(Node *value) {
    return is_form(value, H_fn) ? value : NULL;
}

/* One after another, each in the scope of those before. */
static NodeList resolve_bindings(Resolve *r, NodeList bindings, bool are_constant) {
    Nodes out = {0};
    for (uint32_t i = 0; i < bindings.count; i++) {
        BindingForm b = as_binding(bindings.items[i]);
        Node *value = resolve_expression(&r->walk, b.value);
        Node *name = bind(r, b.name, are_constant ? known_function(b.value) : NULL);
        PUSH(r->scratch, out, make_binding(r->arena, pos(bindings.items[i]), name, value));
    }
    return list_of(out, bindings.at);
}

static Node *resolve_let(Resolve *r, Node *e) {
    LetForm let = as_let(e);
    Local *outer = r->locals;
    let.bindings = resolve_bindings(r, let.bindings, true);
    let.body = resolve_expression(&r->walk, let.body);
    leave(r, outer);
    return remake_let(r->arena, e, let);
}

static bool any_used(const Local *l, const Local *outer) {
    for (; l != outer; l = l->outer)
        if (l->is_used) return true;
    return false;
}

/* The variables of a loop whose starts have names already. */
static NodeList bind_again(Resolve *r, NodeList bindings, NodeList starts) {
    Nodes out = {0};
    for (uint32_t i = 0; i < bindings.count; i++) {
        Node *name = bind(r, as_binding(bindings.items[i]).name, NULL), *start = starts.items[i];
        PUSH(r->scratch, out, make_binding(r->arena, pos(start), name, as_binding(start).name));
    }
    return list_of(out, bindings.at);
}

/* A loop's variables exist inside it only; when a start uses an earlier variable, all starts go
 * before the loop: (let [[%x.1 e] [%y.2 (f %x.1)]] (loop [[%x.3 %x.1] [%y.4 %y.2]] ...)). */
static Node *resolve_loop(Resolve *r, Node *e) {
    LoopForm loop = as_loop(e);
    Local *outer = r->locals;
    NodeList starts = resolve_bindings(r, loop.bindings, false);
    bool apart = any_used(r->locals, outer);
    loop.bindings = apart ? bind_again(r, loop.bindings, starts) : starts;
    loop.body = resolve_expression(&r->walk, loop.body);
    leave(r, outer);
    Node *out = remake_loop(r->arena, e, loop);
    return apart ? make_let(r->arena, pos(e), starts, out) : out;
}

static Node *resolve_letrec(Resolve *r, Node *e) {
    LetrecForm letrec = as_letrec(e);
    Local *outer = r->locals;
    Nodes named = {0};
    for (uint32_t i = 0; i < letrec.bindings.count; i++) {
        Node *binding = letrec.bindings.items[i];
        BindingForm b = as_binding(binding);
        b.name = bind(r, b.name, known_function(b.value));
        PUSH(r->scratch, named, remake_binding(r->arena, binding, b));
    }
    letrec.bindings = walk_bound_values(&r->walk, list_of(named, letrec.bindings.at));
    letrec.body = resolve_expression(&r->walk, letrec.body);
    leave(r, outer);
    return remake_letrec(r->arena, e, letrec);
}

static Node *resolve_arity(Resolve *r, Node *e) {
    ArityForm arity = as_arity(e);
    Nodes names = {0};
    for (uint32_t i = 0; i < arity.parameters.count; i++)
        PUSH(r->scratch, names, bind(r, arity.parameters.items[i], NULL));
    arity.parameters = list_of(names, arity.parameters.at);
    arity.body = resolve_expression(&r->walk, arity.body);
    return remake_arity(r->arena, e, arity);
}

static Node *resolve_catch(Resolve *r, Node *e) {
    CatchForm f = as_catch(e);
    f.variable = bind(r, f.variable, NULL);
    f.body = resolve_expression(&r->walk, f.body);
    return remake_catch(r->arena, e, f);
}

static Node *resolve_clause(Walk *w, Node *e) {
    Resolve *r = (Resolve *)w;
    Local *outer = r->locals;
    Node *out = is_form(e, H_finally) ? walk_parts(w, e)
                : is_form(e, H_catch) ? resolve_catch(r, e)
                                      : resolve_arity(r, e);
    leave(r, outer);
    return out;
}

static Node *resolve_fn(Resolve *r, Node *e) {
    Local *outer = r->locals;
    const Node *own = as_fn(e).self;
    Node *self = own->text == text("_") ? fresh_local(r, text("fn")) : bind(r, own, e);
    FnForm fn = as_fn(walk_parts(&r->walk, e));
    leave(r, outer);
    fn.self = self;
    return remake_fn(r->arena, e, fn);
}

/* ---- calls */

static Node *resolve_call(Resolve *r, Node *e) {
    CallForm call = as_call(e);
    Node *primitive = resolve_primitive(r, pos(e), call);
    if (primitive) return primitive;
    if (!check_operator(r, pos(e), call)) mention_invoke(r);
    return walk_parts(&r->walk, e);
}

static Node *resolve_literal(Resolve *r, Pos at, Prim p, NodeList parts) {
    Node *operation = node_row(r->arena, N_PRIM, (uint16_t)p);
    return make_prim(r->arena, at, operation, walk_all(&r->walk, parts));
}

static Node *resolve_recur(Resolve *r, Node *e) {
    LcoreRecurForm f = {walk_all(&r->walk, as_lcore_recur(e).values)};
    return remake_lcore_recur(r->arena, e, f);
}

static Node *resolve_assignment(Resolve *r, Node *e) {
    SetGlobalForm f = as_set_global(e);
    f.name = node_global(r->arena, f.name->text);
    f.value = resolve_expression(&r->walk, f.value);
    return remake_set_global(r->arena, e, f);
}

Node *resolve_expression(Walk *w, Node *e) {
    Resolve *r = (Resolve *)w;
    switch (Lcore_Expr_of(e)) {
    case Lcore_Expr_SYMBOL: return resolve_symbol(r, e);
    case Lcore_Expr_let: return resolve_let(r, e);
    case Lcore_Expr_loop: return resolve_loop(r, e);
    case Lcore_Expr_letrec: return resolve_letrec(r, e);
    case Lcore_Expr_fn: return resolve_fn(r, e);
    case Lcore_Expr_call: return resolve_call(r, e);
    case Lcore_Expr_recur: return resolve_recur(r, e);
    case Lcore_Expr_vector: return resolve_literal(r, pos(e), P_vector, as_vector(e).elements);
    case Lcore_Expr_map: return resolve_literal(r, pos(e), P_map, as_map(e).entries);
    case Lcore_Expr_set: return resolve_literal(r, pos(e), P_set, as_set(e).elements);
    case Lcore_Expr_set_global: return resolve_assignment(r, e);
    case Lcore_Expr_quote:
    case Lcore_Expr_try:
    case Lcore_Expr_if:
    case Lcore_Expr_do: return walk_parts(w, e);
    }
    bug(e, "no expression of Lcore");
}

/* ---- top-level forms */

typedef struct {
    Node *form;        /* NULL when nothing is left of it */
    Global *defines;   /* NULL for a top-level expression */
    Mentions mentions; /* of a top-level expression; those of a definition are with its global */
} Top;

static Node *resolve_definition(Resolve *r, Node *e, Global *g, uint32_t index) {
    Pos at = pos(e);
    Node *name = node_global(r->arena, g->name);
    Node *value = resolve_expression(&r->walk, as_def(e).value);
    Node *names = node_int(r->arena, at, r->next);
    if (index == g->first)
        return is_variable(g) ? make_variable(r->arena, at, name, names, value)
                              : make_define(r->arena, at, name, names, value);
    value = make_set_global(r->arena, at, name, value);
    return make_run(r->arena, at, (RunForm){names, value});
}

static Top resolve_top(Resolve *r, Node *top, uint32_t index) {
    Node *inner = top_inner(top);
    Top out = {0};
    r->next = 1;
    if (is_form(inner, H_declare)) return out;
    if (is_form(inner, H_def)) {
        Global *g = global_named(r, as_def(inner).name->text);
        out.defines = index == g->first ? g : NULL;
        r->mentions = out.defines ? &g->mentions : &out.mentions;
        if (!out.defines) mention_global(r, g, pos(inner)); /* what is set again is there */
        out.form = top_with(r->arena, top, resolve_definition(r, inner, g, index));
        return out;
    }
    r->mentions = &out.mentions;
    RunForm run = {.value = resolve_expression(&r->walk, as_run(inner).value)};
    run.names = node_int(r->arena, pos(inner), r->next);
    out.form = top_with(r->arena, top, remake_run(r->arena, inner, run));
    return out;
}

/* Is there nothing to see when this definition is dropped? */
static bool is_droppable(const Top *t) {
    const Node *value = value_of_top(top_inner(t->form));
    return t->defines->from_library || t->defines->function || is_form(value, H_quote);
}

static void reach_main(Resolve *r, const Global *g) {
    Mentions roots = {0};
    if (!is_main_name(g->name) || g->from_library) return;
    r->mentions = &roots;
    mention_named(r, text_bytes(g->name));
    if (g->function && main_call(g->function) == MAIN_APPLIED) mention_named(r, "core/apply");
    reach_globals(r, &roots);
}

static bool is_root(const Top *t) {
    return !t->defines || !is_droppable(t);
}

static void reach_roots(Resolve *r, const Top *tops, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const Top *t = &tops[i];
        if (!t->form || !is_root(t)) continue;
        if (t->defines) t->defines->is_reached = true;
        reach_globals(r, t->defines ? &t->defines->mentions : &t->mentions);
    }
    for (uint32_t i = 0; i < r->order.count; i++)
        reach_main(r, r->order.items[i]);
}

typedef VEC(Global *) Globals;

static Globals only_assigned(Resolve *r) {
    Globals found = {0};
    for (uint32_t i = 0; i < r->order.count; i++)
        if (r->order.items[i]->definitions == 0) PUSH(r->scratch, found, r->order.items[i]);
    return found;
}

/* A global that is only assigned inside expressions starts as nil, where the first one is. */
static void define_assigned(Resolve *r, Nodes *out, const Globals *assigned, uint32_t index) {
    for (uint32_t i = 0; i < assigned->count; i++) {
        Global *g = assigned->items[i];
        if (g->first != index) continue;
        Node *name = node_global(r->arena, g->name);
        PUSH(r->scratch, *out,
             build(r->arena, g->defined_at, "(variable ? (names 1) (quote nil))", name));
    }
}

/* Definitions that run before the top-level forms that need them? */
static void check_tops(Resolve *r, const Top *tops, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const Top *t = &tops[i];
        if (!t->form || (t->defines && (t->defines->function || t->defines->from_library)))
            continue;
        check_order(r, t->defines ? &t->defines->mentions : &t->mentions, i);
    }
}

Node *pass_resolve(Context *context, Node *program) {
    Resolve r = {.walk = {.arena = context->arena,
                          .visit = resolve_expression,
                          .visit_clause = resolve_clause},
                 .arena = context->arena,
                 .scratch = context->scratch,
                 .diagnostics = context->diagnostics,
                 .strict = context->strict,
                 .globals = {.arena = context->scratch},
                 .scope = {.arena = context->scratch}};
    Nodes out = {0};
    ProgramForm f = as_program(program);
    uint32_t count = f.tops.count;
    index_globals(&r, f.tops);
    Top *tops = NEW_ARRAY(r.scratch, Top, count);
    for (uint32_t i = 0; i < count; i++)
        tops[i] = resolve_top(&r, f.tops.items[i], i);
    check_tops(&r, tops, count);
    reach_roots(&r, tops, count);
    Globals assigned = only_assigned(&r);
    for (uint32_t i = 0; i < count; i++) {
        define_assigned(&r, &out, &assigned, i);
        if (!tops[i].form) continue;
        if (!tops[i].defines || tops[i].defines->is_reached)
            PUSH(r.scratch, out, tops[i].form);
        else
            check_recurs(context, tops[i].form);
    }
    f.tops = list_of(out, 0);
    return make_program(r.arena, pos(program), f);
}
