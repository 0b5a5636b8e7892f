/* lift.c - lifted functions: adding them, and the parts of try.
 *
 *   (try body (catch Exception %e.3 (f %e.3 %x.1)))
 *   => (try-call $user/g.try4 $user/g.catch4 %x.1), with
 *      (function $user/g.try4 (names 6) (env) [%x.1] body)
 *      (function $user/g.catch4 (names 6) (env) [%e.5 %x.1]
 *        (if (prim %instance? %e.5 (quote Exception)) (let [[%e.3 %e.5]] (f %e.3 %x.1))
 *            (prim throw %e.5)))
 *
 * A finally runs in both ways out:
 *   (let [[%r.7 (try-call $user/g.try8 $user/g.catch9 %x.1)]]
 *     (do (direct $user/g.finally6 %x.1) %r.7))
 */
#include "../ir/names.h"
#include "closures.h"
#include "../ir/limits.h"

void add_closed_top(Closures *c, Node *top) {
    if (c->library) {
        Node *space = node_text(c->arena, N_SYMBOL, pos(top), c->library);
        top = make_from(c->arena, top->at, space, top);
    }
    PUSH(c->scratch, c->tops, top);
}

void add_closed_function(Closures *c, Pos at, Text name, NodeList env, NodeList parameters,
                         Node *body) {
    FunctionForm f = {.name = node_global(c->arena, name),
                      .names = node_int(c->arena, at, 1), /* settled at the end of its top */
                      .env = env,
                      .parameters = parameters,
                      .body = body};
    add_closed_top(c, make_function(c->arena, at, f));
}

Text lifted_name(Closures *c, const char *word) {
    return text_format("%s.%s%u", text_bytes(c->base), word, c->next++);
}

/* ---- free variables of converted expressions */

typedef struct {
    Walk walk;
    Table bound, used; /* number -> name */
    Nodes names;       /* used, each once */
} Scan;

static Node *scan_binding(Walk *w, Node *x) {
    table_put(&((Scan *)w)->bound, x->name.number, x);
    return x;
}

static Node *scan_use(Walk *w, Node *x) {
    Scan *s = (Scan *)w;
    if (!table_put(&s->used, x->name.number, x)) PUSH(w->arena, s->names, x);
    return x;
}

/* What `e` and `more` (or NULL) use and do not bind, but for `except`; sorted by number. */
static NodeList free_names(Closures *c, Node *e, Node *more, Node *except) {
    Scan s = {
        .walk = {.arena = c->scratch, .visit = walk_parts, .bind = scan_binding, .use = scan_use},
        .bound = {.arena = c->scratch},
        .used = {.arena = c->scratch}};
    Nodes out = {0};
    walk_parts(&s.walk, e);
    if (more) walk_parts(&s.walk, more);
    if (except) scan_binding(&s.walk, except);
    for (uint32_t i = 0; i < s.names.count; i++)
        if (!table_get(&s.bound, s.names.items[i]->name.number))
            PUSH(c->scratch, out, s.names.items[i]);
    return sorted_names(c->arena, list_of(out, 0));
}

/* ---- try */

static Node *lift(Closures *c, Pos at, const char *word, NodeList parameters, Node *body) {
    Text name = lifted_name(c, word);
    parameters.at = at;
    add_closed_function(c, at, name, no_nodes(at), parameters, body);
    return node_global(c->arena, name);
}

/* A call at the end of a guarded body is no tail call: what it throws is traced to its place. */
static Node *not_in_tail_position(Closures *c, Node *body) {
    Node *result = fresh_value(c, "result");
    return build(c->arena, pos(body), "(let [[? ?]] ?)", result, body, result);
}

/* Calls `body`, and `handler` with the exception `e` if it throws. */
static Node *guarded(Closures *c, Pos at, Node *body, Node *e, Node *handler) {
    NodeList names = free_names(c, body, handler, e);
    Nodes with_exception = {0};
    if (names.count >= MOST_ARGUMENTS)
        error_at(c->diagnostics, at, "SL0215",
                 "this try uses %u variables from around it; the limit is %d", names.count,
                 MOST_ARGUMENTS - 1);
    PUSH(c->scratch, with_exception, e);
    for (uint32_t i = 0; i < names.count; i++)
        PUSH(c->scratch, with_exception, names.items[i]);
    Node *g1 = lift(c, at, "try", names, not_in_tail_position(c, body));
    Node *g2 = lift(c, at, "catch", list_of(with_exception, at), handler);
    return make_try_call(c->arena, at, g1, g2, names);
}

/* The catch clauses from the first of `handlers` on, for the exception `e`. */
static Node *dispatch(Closures *c, Pos at, NodeList handlers, Node *e) {
    if (handlers.count == 0 || is_form(handlers.items[0], H_finally))
        return build(c->arena, at, "(prim throw ?)", e);
    Node *handler = handlers.items[0];
    CatchForm f = as_catch(handler);
    Node *body = convert_expression(c, f.body);
    NodeList others = nodes_after(handlers, 1);
    return build(c->arena, handler->at, "(if (prim %instance? ? (quote ?)) (let [[? ?]] ?) ?)", e,
                 f.class, f.variable, e, body, dispatch(c, at, others, e));
}

/* Runs `cleanup` after `body`, whether it throws or not. */
static Node *with_cleanup(Closures *c, Pos at, Node *body, Node *cleanup) {
    NodeList names = free_names(c, cleanup, NULL, NULL);
    Node *function = lift(c, at, "finally", names, cleanup), *e = fresh_value(c, "e");
    Node *result = fresh_value(c, "result");
    Node *call = make_direct(c->arena, at, function, names);
    Node *again = build(c->arena, at, "(do ? (prim throw ?))", call, e);
    return build(c->arena, at, "(let [[? ?]] (do ? ?))", result, guarded(c, at, body, e, again),
                 call, result);
}

Node *convert_try(Closures *c, Node *e) {
    TryForm f = as_try(e);
    const Node *last = f.handlers.items[f.handlers.count - 1];
    Node *out = convert_expression(c, f.body);
    if (is_form(f.handlers.items[0], H_catch)) {
        Node *exception = fresh_value(c, "e");
        out = guarded(c, e->at, out, exception, dispatch(c, e->at, f.handlers, exception));
    }
    if (!is_form(last, H_finally)) return out;
    return with_cleanup(c, e->at, out, convert_expression(c, as_finally(last).body));
}
