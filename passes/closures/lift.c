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
#include "closures.h"
#include "../ir/limits.h"

#include <stdlib.h>

void add_closed_top(Converter *c, Node *top) {
    if (c->library) {
        Node *space = node_text(c->arena, N_SYMBOL, pos(top), c->library);
        top = list(c->arena, H_from, pos(top), space, top, NULL);
    }
    PUSH(c->scratch, c->tops, top);
}

void add_closed_function(Converter *c, Pos at, Text name, const Nodes *env, const Nodes *parameters,
                         Node *body) {
    Node *env_form = node_list(c->arena, H_env, at, env->items, env->count);
    Node *vector = node_tree(c->arena, N_VECTOR, at, parameters->items, parameters->count);
    Node *names = build(c->arena, at, "(names ?)", node_int(c->arena, at, 1));
    Node *function = list(c->arena, H_function, at, node_global(c->arena, name), names, env_form,
                          vector, body, NULL);
    PUSH(c->scratch, c->functions, function);
    add_closed_top(c, function);
}

Text lifted_name(Converter *c, const char *word) {
    return text_format("%s.%s%u", text_bytes(c->base), word, c->next++);
}

/* ---- free variables of converted expressions */

typedef struct {
    Arena *arena;
    Table bound, used; /* number -> name */
    Nodes names;       /* used, in order of appearance */
} Scan;

static void scan(Scan *s, Node *e);

static void scan_bindings(Scan *s, const Node *bindings) {
    for (uint32_t i = 0; i < bindings->count; i++) {
        scan(s, bindings->kids[i]->kids[1]);
        table_put(&s->bound, bindings->kids[i]->kids[0]->name.number, bindings->kids[i]->kids[0]);
    }
}

static void scan(Scan *s, Node *e) {
    if (e->kind == N_NAME && !table_put(&s->used, e->name.number, e)) PUSH(s->arena, s->names, e);
    if (!is_tree(e) || is_form(e, H_quote)) return;
    uint32_t i = is_form(e, H_recur);
    if (is_form(e, H_let)) scan_bindings(s, e->kids[i++]);
    if (is_form(e, H_loop)) scan_bindings(s, e->kids[1]), i = 2;
    for (; i < e->count; i++)
        scan(s, e->kids[i]);
}

static int by_number(const void *a, const void *b) {
    uint32_t x = (*(Node *const *)a)->name.number, y = (*(Node *const *)b)->name.number;
    return x < y ? -1 : x > y;
}

/* What `e` and `more` (or NULL) use and do not bind, but for `except`; sorted by number. */
static Nodes free_names(Converter *c, Node *e, Node *more, const Node *except) {
    Scan s = {.arena = c->scratch, .bound = {.arena = c->scratch}, .used = {.arena = c->scratch}};
    Nodes out = {0};
    scan(&s, e);
    if (more) scan(&s, more);
    if (except) table_put(&s.bound, except->name.number, (void *)(uintptr_t)except);
    for (uint32_t i = 0; i < s.names.count; i++)
        if (!table_get(&s.bound, s.names.items[i]->name.number))
            PUSH(c->scratch, out, s.names.items[i]);
    if (out.count) qsort(out.items, out.count, sizeof *out.items, by_number);
    return out;
}

/* ---- try */

static Node *lift(Converter *c, Pos at, const char *word, const Nodes *parameters, Node *body) {
    static const Nodes none = {0};
    Text name = lifted_name(c, word);
    add_closed_function(c, at, name, &none, parameters, body);
    return node_global(c->arena, name);
}

/* A call at the end of a guarded body is no tail call: what it throws is traced to its place. */
static Node *not_in_tail_position(Converter *c, Node *body) {
    Node *result = fresh_value(c, "result");
    return build(c->arena, pos(body), "(let [[? ?]] ?)", result, body, result);
}

/* Calls `body`, and `handler` with the exception `e` if it throws. */
static Node *guarded(Converter *c, Pos at, Node *body, Node *e, Node *handler) {
    Nodes names = free_names(c, body, handler, e), with_exception = {0};
    if (names.count >= MOST_ARGUMENTS)
        error_at(c->diagnostics, at, "SL0215",
                 "this try uses %u variables from around it; the limit is %d", names.count,
                 MOST_ARGUMENTS - 1);
    PUSH(c->scratch, with_exception, e);
    for (uint32_t i = 0; i < names.count; i++)
        PUSH(c->scratch, with_exception, names.items[i]);
    Node *g1 = lift(c, at, "try", &names, not_in_tail_position(c, body));
    Node *g2 = lift(c, at, "catch", &with_exception, handler);
    return build(c->arena, at, "(try-call ? ? ?...)", g1, g2, names.items, names.count);
}

/* The catch clauses from kid i on, for the exception `e`. */
static Node *dispatch(Converter *c, Node *try, uint32_t i, Node *e) {
    if (i == try->count || try->kids[i]->head == H_finally)
        return build(c->arena, pos(try), "(prim throw ?)", e);
    Node *handler = try->kids[i], *class = handler->kids[0], *x = handler->kids[1];
    Node *body = convert_expression(c, handler->kids[2]);
    return build(c->arena, pos(handler), "(if (prim %instance? ? (quote ?)) (let [[? ?]] ?) ?)", e,
                 class, x, e, body, dispatch(c, try, i + 1, e));
}

/* Runs `cleanup` after `body`, whether it throws or not. */
static Node *with_cleanup(Converter *c, Pos at, Node *body, Node *cleanup) {
    Nodes names = free_names(c, cleanup, NULL, NULL);
    Node *function = lift(c, at, "finally", &names, cleanup), *e = fresh_value(c, "e");
    Node *result = fresh_value(c, "result");
    Node *call = build(c->arena, at, "(direct ? ?...)", function, names.items, names.count);
    Node *again = build(c->arena, at, "(do ? (prim throw ?))", call, e);
    return build(c->arena, at, "(let [[? ?]] (do ? ?))", result, guarded(c, at, body, e, again),
                 call, result);
}

Node *convert_try(Converter *c, Node *try) {
    Pos at = pos(try);
    Node *out = convert_expression(c, try->kids[0]), *last = try->kids[try->count - 1];
    if (is_form(try->kids[1], H_catch)) {
        Node *e = fresh_value(c, "e");
        out = guarded(c, at, out, e, dispatch(c, try, 1, e));
    }
    return is_form(last, H_finally) ? with_cleanup(c, at, out, convert_expression(c, last->kids[0]))
                                    : out;
}
