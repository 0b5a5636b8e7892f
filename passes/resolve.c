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

Node *fresh_local(Resolver *r, Text symbol) {
    return node_name(r->arena, hint_of(symbol), r->next++);
}

static Node *bind(Resolver *r, const Node *symbol, Node *function) {
    Local *l = NEW(r->scratch, Local);
    *l = (Local){.symbol = symbol->text, .function = function, .outer = r->locals};
    l->name = fresh_local(r, symbol->text);
    l->shadowed = table_put(&r->scope, symbol->text, l);
    r->locals = l;
    return l->name;
}

/* Ends the scope of the locals inside `outer`. */
static void leave(Resolver *r, Local *outer) {
    for (; r->locals != outer; r->locals = r->locals->outer)
        table_put(&r->scope, r->locals->symbol, r->locals->shadowed);
}

static Local *local_named(const Resolver *r, Text symbol) { return table_get(&r->scope, symbol); }

/* ---- references */

static bool is_global_symbol(Text symbol) {
    const char *bytes = text_bytes(symbol), *slash = strchr(bytes + 1, '/');
    return slash && slash[1];
}

/* A name that is declared and never defined fails when it is used. */
static Node *undefined(Resolver *r, const Node *symbol) {
    const char *name = strchr(text_bytes(symbol->text), '/') + 1;
    warning_at(r->diagnostics, pos(symbol), "SL0303",
               "%s is declared, but defined nowhere; using it fails", name);
    Node *message =
        node_text(r->arena, N_STRING, 0, text_format("%s is declared, but defined nowhere", name));
    return build(r->arena, pos(symbol), "(prim %fail (quote IllegalStateException) (quote ?))",
                 message);
}

static Node *resolve_global(Resolver *r, const Node *symbol) {
    Global *g = global_named(r, symbol->text);
    if (g && g->first != UINT32_MAX) {
        mention_global(r, g, pos(symbol));
        return node_global(r->arena, g->name);
    }
    if (g) return undefined(r, symbol);
    report_unknown(r, symbol);
    return build(r->arena, pos(symbol), "(quote nil)");
}

static Node *resolve_symbol(Resolver *r, const Node *symbol) {
    if (is_global_symbol(symbol->text)) return resolve_global(r, symbol);
    Local *l = local_named(r, symbol->text);
    if (!l) bug(symbol, "a local that nothing binds");
    l->is_used = true;
    return l->name;
}

/* ---- binding forms */

static Node *known_function(const Node *value) {
    return is_form(value, H_fn) ? (Node *)(uintptr_t)value : NULL;
}

/* One after another, each in the scope of those before. */
static Node *resolve_bindings(Resolver *r, const Node *bindings, bool are_constant) {
    Node *out = node_tree(r->arena, N_VECTOR, pos(bindings), bindings->kids, bindings->count);
    for (uint32_t i = 0; i < bindings->count; i++) {
        Node *b = bindings->kids[i];
        Node *value = resolve_expression(r, b->kids[1]);
        Node *pair[] = {bind(r, b->kids[0], are_constant ? known_function(b->kids[1]) : NULL),
                        value};
        out->kids[i] = node_tree(r->arena, N_VECTOR, pos(b), pair, 2);
    }
    return out;
}

static Node *resolve_let(Resolver *r, Node *e) {
    Local *outer = r->locals;
    Node *bindings = resolve_bindings(r, e->kids[0], true);
    Node *body = resolve_expression(r, e->kids[1]);
    leave(r, outer);
    return list(r->arena, H_let, pos(e), bindings, body, NULL);
}

static bool any_used(const Local *l, const Local *outer) {
    for (; l != outer; l = l->outer)
        if (l->is_used) return true;
    return false;
}

/* A loop's variables exist inside it only; when a start uses an earlier variable, all starts go
 * before the loop: (let [[%x.1 e] [%y.2 (f %x.1)]] (loop [[%x.3 %x.1] [%y.4 %y.2]] ...)). */
static Node *resolve_loop(Resolver *r, Node *e) {
    Local *outer = r->locals;
    Node *starts = resolve_bindings(r, e->kids[0], false), *bindings = starts;
    bool apart = any_used(r->locals, outer);
    if (apart) {
        bindings = node_tree(r->arena, N_VECTOR, pos(starts), starts->kids, starts->count);
        for (uint32_t i = 0; i < starts->count; i++) {
            Node *b = starts->kids[i],
                 *pair[] = {bind(r, e->kids[0]->kids[i]->kids[0], NULL), b->kids[0]};
            bindings->kids[i] = node_tree(r->arena, N_VECTOR, pos(b), pair, 2);
        }
    }
    Node *body = resolve_expression(r, e->kids[1]);
    leave(r, outer);
    Node *loop = list(r->arena, H_loop, pos(e), bindings, body, NULL);
    return apart ? list(r->arena, H_let, pos(e), starts, loop, NULL) : loop;
}

static Node *resolve_letrec(Resolver *r, Node *e) {
    Local *outer = r->locals;
    Node *bindings = e->kids[0];
    Node *out = node_tree(r->arena, N_VECTOR, pos(bindings), bindings->kids, bindings->count);
    Node **names = NEW_ARRAY(r->scratch, Node *, bindings->count);
    for (uint32_t i = 0; i < bindings->count; i++)
        names[i] = bind(r, bindings->kids[i]->kids[0], known_function(bindings->kids[i]->kids[1]));
    for (uint32_t i = 0; i < bindings->count; i++) {
        Node *b = bindings->kids[i], *pair[] = {names[i], resolve_expression(r, b->kids[1])};
        out->kids[i] = node_tree(r->arena, N_VECTOR, pos(b), pair, 2);
    }
    Node *body = resolve_expression(r, e->kids[1]);
    leave(r, outer);
    return list(r->arena, H_letrec, pos(e), out, body, NULL);
}

static Node *resolve_arity(Resolver *r, Node *arity) {
    Local *outer = r->locals;
    Node *parameters = arity->kids[0];
    Node *out = node_tree(r->arena, N_VECTOR, pos(parameters), parameters->kids, parameters->count);
    for (uint32_t i = 0; i < parameters->count; i++)
        out->kids[i] = bind(r, parameters->kids[i], NULL);
    Node *body = resolve_expression(r, arity->kids[1]);
    leave(r, outer);
    return list(r->arena, (Head)arity->head, pos(arity), out, body, NULL);
}

static Node *resolve_fn(Resolver *r, Node *e) {
    Local *outer = r->locals;
    Node *out = node_list(r->arena, H_fn, pos(e), e->kids, e->count);
    bool is_named = e->kids[0]->text != text("_");
    out->kids[0] = is_named ? bind(r, e->kids[0], e) : fresh_local(r, text("fn"));
    for (uint32_t i = 1; i < e->count; i++)
        out->kids[i] = resolve_arity(r, e->kids[i]);
    leave(r, outer);
    return out;
}

static Node *resolve_try(Resolver *r, Node *e) {
    Node *out = node_list(r->arena, H_try, pos(e), e->kids, e->count);
    out->kids[0] = resolve_expression(r, e->kids[0]);
    for (uint32_t i = 1; i < e->count; i++) {
        Node *handler = e->kids[i];
        Local *outer = r->locals;
        if (handler->head == H_finally) {
            out->kids[i] = list(r->arena, H_finally, pos(handler),
                                resolve_expression(r, handler->kids[0]), NULL);
            continue;
        }
        Node *name = bind(r, handler->kids[1], NULL);
        Node *body = resolve_expression(r, handler->kids[2]);
        out->kids[i] = list(r->arena, H_catch, pos(handler), handler->kids[0], name, body, NULL);
        leave(r, outer);
    }
    return out;
}

/* ---- calls */

/* Warns about a wrong number of operands. Is the operator a function for certain? */
static bool check_call(Resolver *r, Node *e) {
    Node *operator = e->kids[0];
    uint32_t count = e->count - 1;
    if (is_form(operator, H_fn)) {
        check_count(r, pos(e), "this function", operator, count, 0);
        return true;
    }
    if (operator->kind != N_SYMBOL) return false;
    const char *slash = strchr(text_bytes(operator->text) + 1, '/');
    if (!is_global_symbol(operator->text)) {
        Local *l = local_named(r, operator->text);
        if (l && l->function)
            check_count(r, pos(e), text_bytes(operator->text), l->function, count,
                        pos(l->function));
        return l && l->function;
    }
    Global *g = global_named(r, operator->text);
    if (g)
        check_count(r, pos(e), slash + 1, g->function, count, g->from_library ? 0 : g->defined_at);
    return g && g->function;
}

static Node **resolve_all(Resolver *r, Node **kids, uint32_t count) {
    Node **out = NEW_ARRAY(r->scratch, Node *, count);
    for (uint32_t i = 0; i < count; i++)
        out[i] = resolve_expression(r, kids[i]);
    return out;
}

static Node *resolve_call(Resolver *r, Node *e) {
    Node *primitive = resolve_primitive(r, e);
    if (primitive) return primitive;
    if (!check_call(r, e)) mention_invoke(r);
    return node_list(r->arena, H_call, pos(e), resolve_all(r, e->kids, e->count), e->count);
}

static Node *resolve_literal(Resolver *r, Node *e, Prim p) {
    return build(r->arena, pos(e), "(prim ? ?...)", node_row(r->arena, N_PRIM, (uint16_t)p),
                 resolve_all(r, e->kids, e->count), e->count);
}

static Node *resolve_assignment(Resolver *r, Node *e) {
    Node *global = node_global(r->arena, e->kids[0]->text);
    return list(r->arena, H_set_global, pos(e), global, resolve_expression(r, e->kids[1]), NULL);
}

Node *resolve_expression(Resolver *r, Node *e) {
    if (e->kind == N_SYMBOL) return resolve_symbol(r, e);
    switch (e->head) {
    case H_quote: return e;
    case H_if: case H_do: case H_recur:
        return node_list(r->arena, (Head)e->head, pos(e), resolve_all(r, e->kids, e->count),
                         e->count);
    case H_let: return resolve_let(r, e);
    case H_loop: return resolve_loop(r, e);
    case H_letrec: return resolve_letrec(r, e);
    case H_fn: return resolve_fn(r, e);
    case H_call: return resolve_call(r, e);
    case H_vector: return resolve_literal(r, e, P_vector);
    case H_map: return resolve_literal(r, e, P_map);
    case H_set: return resolve_literal(r, e, P_set);
    case H_try: return resolve_try(r, e);
    case H_set_global: return resolve_assignment(r, e);
    default: bug(e, "no expression of Lcore");
    }
}

/* ---- top-level forms */

typedef struct {
    Node *form;        /* NULL when nothing is left of it */
    Global *defines;   /* NULL for a top-level expression */
    Mentions mentions; /* of a top-level expression; those of a definition are with its global */
} Top;

static Node *names(Resolver *r, Pos at) {
    return list(r->arena, H_names, at, node_int(r->arena, at, r->next), NULL);
}

static Node *resolve_definition(Resolver *r, Node *e, Global *g, uint32_t index) {
    Pos at = pos(e);
    Node *global = node_global(r->arena, g->name), *value = resolve_expression(r, e->kids[1]);
    Node *n = names(r, at);
    if (index != g->first)
        return list(r->arena, H_run, at, n, list(r->arena, H_set_global, at, global, value, NULL),
                    NULL);
    return list(r->arena, is_variable(g) ? H_variable : H_define, at, global, n, value, NULL);
}

static Top resolve_top(Resolver *r, Node *top, uint32_t index) {
    Node *inner = top_inner(top);
    Top out = {0};
    r->next = 1;
    if (is_form(inner, H_declare)) return out;
    if (is_form(inner, H_def)) {
        Global *g = global_named(r, inner->kids[0]->text);
        out.defines = index == g->first ? g : NULL;
        r->mentions = out.defines ? &g->mentions : &out.mentions;
        if (!out.defines) mention_global(r, g, pos(inner)); /* what is set again is there */
        out.form = top_with(r->arena, top, resolve_definition(r, inner, g, index));
        return out;
    }
    r->mentions = &out.mentions;
    Node *value = resolve_expression(r, inner->kids[0]), *n = names(r, pos(inner));
    out.form = top_with(r->arena, top, list(r->arena, H_run, pos(inner), n, value, NULL));
    return out;
}

/* Is there nothing to see when this definition is dropped? */
static bool is_droppable(const Top *t) {
    const Node *value = top_inner(t->form)->kids[2];
    return t->defines->from_library || t->defines->function || is_form(value, H_quote);
}

static void reach_main(Resolver *r, const Global *g) {
    Mentions roots = {0};
    if (!is_main_name(g->name) || g->from_library) return;
    r->mentions = &roots;
    mention_named(r, text_bytes(g->name));
    if (g->function && main_call(g->function) == MAIN_APPLIED) mention_named(r, "core/apply");
    reach_globals(r, &roots);
}

static bool is_root(const Top *t) { return !t->defines || !is_droppable(t); }

static void reach_roots(Resolver *r, const Top *tops, uint32_t count) {
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

static Globals only_assigned(Resolver *r) {
    Globals found = {0};
    for (uint32_t i = 0; i < r->order.count; i++)
        if (r->order.items[i]->definitions == 0) PUSH(r->scratch, found, r->order.items[i]);
    return found;
}

/* A global that is only assigned inside expressions starts as nil, where the first one stands. */
static void define_assigned(Resolver *r, Nodes *out, const Globals *assigned, uint32_t index) {
    for (uint32_t i = 0; i < assigned->count; i++) {
        Global *g = assigned->items[i];
        if (g->first != index) continue;
        PUSH(r->scratch, *out,
             build(r->arena, g->defined_at, "(variable ? (names 1) (quote nil))",
                   node_global(r->arena, g->name)));
    }
}

/* Definitions that run before the top-level forms that need them? */
static void check_tops(Resolver *r, const Top *tops, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        const Top *t = &tops[i];
        if (!t->form || (t->defines && (t->defines->function || t->defines->from_library)))
            continue;
        check_order(r, t->defines ? &t->defines->mentions : &t->mentions, i);
    }
}

Node *pass_resolve(Context *context, Node *program) {
    Resolver r = {.arena = context->arena,
                  .scratch = context->scratch,
                  .diagnostics = context->diagnostics,
                  .strict = context->strict,
                  .globals = {.arena = context->scratch},
                  .scope = {.arena = context->scratch}};
    Nodes out = {0};
    index_globals(&r, program);
    Top *tops = NEW_ARRAY(r.scratch, Top, program->count);
    for (uint32_t i = 1; i < program->count; i++)
        tops[i] = resolve_top(&r, program->kids[i], i);
    check_tops(&r, tops, program->count);
    reach_roots(&r, tops, program->count);
    PUSH(r.scratch, out, program->kids[0]);
    Globals assigned = only_assigned(&r);
    for (uint32_t i = 1; i < program->count; i++) {
        define_assigned(&r, &out, &assigned, i);
        if (!tops[i].form) continue;
        if (!tops[i].defines || tops[i].defines->is_reached) PUSH(r.scratch, out, tops[i].form);
        else check_recurs(context, tops[i].form);
    }
    return node_list(r.arena, H_program, pos(program), out.items, out.count);
}
