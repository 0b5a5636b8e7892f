/* branches.c - do, if and the macros that choose: when, cond, and, or, case, condp. */
#include "expand.h"

Node *expand_do(Expand *x, Node *form) {
    return expand_body(x, place_for(x, form), items_from(form, 1));
}

Node *expand_comment(Expand *x, Node *form) {
    (void)form;
    return core_nil(x);
}

static Node *choose(Expand *x, Node *form, Node *test, Node *then, Node *otherwise) {
    return make_if(x->arena, place_for(x, form), dialect_test(x, test), then, otherwise);
}

static Node *else_of(Expand *x, Node *form) {
    return form->count > 3 ? expand_expression(x, item(form, 3)) : core_nil(x);
}

Node *expand_if(Expand *x, Node *form) {
    Node *test = expand_expression(x, item(form, 1)), *then = expand_expression(x, item(form, 2));
    return choose(x, form, test, then, else_of(x, form));
}

Node *expand_if_not(Expand *x, Node *form) {
    Node *test = expand_expression(x, item(form, 1)), *then = expand_expression(x, item(form, 2));
    return choose(x, form, test, else_of(x, form), then);
}

static Node *body_of_when(Expand *x, Node *form) {
    return expand_body(x, place_for(x, form), items_from(form, 2));
}

Node *expand_when(Expand *x, Node *form) {
    Node *test = expand_expression(x, item(form, 1));
    return choose(x, form, test, body_of_when(x, form), core_nil(x));
}

Node *expand_when_not(Expand *x, Node *form) {
    Node *test = expand_expression(x, item(form, 1));
    return choose(x, form, test, core_nil(x), body_of_when(x, form));
}

/* ---- cond */

static bool is_always_true(const Node *n) {
    return n->kind == N_KEYWORD || n->kind == N_TRUE;
}

static Node *expand_clauses(Expand *x, Node *form, uint32_t i) {
    if (i >= form->count) return core_nil(x);
    Node *test = item(form, i), *value = item(form, i + 1);
    if (is_always_true(test) && i + 2 == form->count) return expand_expression(x, value);
    Node *core_test = expand_expression(x, test), *then = expand_expression(x, value);
    return choose(x, test->kind == N_LIST ? test : form, core_test, then,
                  expand_clauses(x, form, i + 2));
}

Node *expand_cond(Expand *x, Node *form) {
    if (form->count % 2) return expand_clauses(x, form, 1);
    error_at(x->diagnostics, pos(last_item(form)), "SL0207", "the last test of cond has no value");
    return core_nil(x);
}

/* ---- and, or: the value that decides is the result, so it is bound */

static Node *decide(Expand *x, Node *form, uint32_t i, bool is_and) {
    Node *e = expand_expression(x, item(form, i));
    if (i + 1 == form->count) return e;
    Node *value = fresh_symbol(x, is_and ? "and" : "or"), *more = decide(x, form, i + 1, is_and);
    return build(x->arena, place_for(x, form), "(let [[? ?]] (if ? ? ?))", value, e,
                 dialect_test(x, value), is_and ? more : value, is_and ? value : more);
}

Node *expand_and(Expand *x, Node *form) {
    return form->count == 1 ? core_quote(x, node_simple(x->arena, N_TRUE, 0))
                            : decide(x, form, 1, true);
}

Node *expand_or(Expand *x, Node *form) {
    return form->count == 1 ? core_nil(x) : decide(x, form, 1, false);
}

/* ---- case: a chain of comparisons with constants */

typedef struct {
    Expand *x;
    Node *form;
    Node *value;     /* the symbol that holds what is compared */
    Table constants; /* datum_hash -> constant, of all so far: they must differ */
} Case;

static Node *compare_constant(Case *c, Node *constant) {
    Expand *x = c->x;
    const Node *before = table_put(&c->constants, datum_hash(constant) | 1, constant);
    if (before && node_equal(before, constant))
        error_at(x->diagnostics, pos(constant), "SL0208",
                 "the constant %s stands in this case twice", shown(constant));
    return core_call(x, place_for(x, c->form), "=", c->value, expand_quoted(x, constant), NULL);
}

/* A list stands for any of its constants. */
static Node *compare_any(Case *c, NodeList constants) {
    Expand *x = c->x;
    Nodes tests = {0};
    for (uint32_t i = 0; i < constants.count; i++)
        PUSH(x->scratch, tests, compare_constant(c, constants.items[i]));
    if (tests.count == 0) return core_quote(x, node_simple(x->arena, N_FALSE, 0));
    Node *out = tests.items[--tests.count];
    while (tests.count)
        out = build(x->arena, place_for(x, c->form), "(if ? (quote true) ?)",
                    tests.items[--tests.count], out);
    return out;
}

static Node *no_clause(Expand *x, Pos at, Node *value) {
    Node *message = core_call(x, at, "str", core_text(x, "no clause matches "),
                              core_call(x, at, "pr-str", value, NULL), NULL);
    return core_fail(x, at, "IllegalArgumentException", message);
}

static Node *case_clauses(Case *c, uint32_t i) {
    Expand *x = c->x;
    Node *form = c->form;
    if (i == form->count) return no_clause(x, place_for(x, form), c->value);
    Node *constant = item(form, i);
    if (i + 1 == form->count) return expand_expression(x, constant);
    bool is_list = constant->kind == N_LIST;
    Node *test = is_list ? compare_any(c, kids_of(constant)) : compare_constant(c, constant);
    Node *then = expand_expression(x, item(form, i + 1));
    return choose(x, form, test, then, case_clauses(c, i + 2));
}

Node *expand_case(Expand *x, Node *form) {
    Case c = {.x = x, .form = form, .constants = {.arena = x->scratch}};
    Node *e = expand_expression(x, item(form, 1));
    c.value = fresh_symbol(x, "case");
    return build(x->arena, place_for(x, form), "(let [[? ?]] ?)", c.value, e, case_clauses(&c, 2));
}

/* ---- condp */

typedef struct {
    Expand *x;
    Node *form, *pred, *value;
} Condp;

static Node *condp_clauses(Condp *c, uint32_t i);

/* test :>> f calls f with what the predicate gave. */
static Node *condp_call(Condp *c, uint32_t i, Node *test) {
    Expand *x = c->x;
    Node *found = fresh_symbol(x, "found"), *f = expand_expression(x, item(c->form, i + 2));
    want_invoke(x);
    return build(x->arena, place_for(x, c->form), "(let [[? ?]] (if ? (call ? ?) ?))", found, test,
                 dialect_test(x, found), f, found, condp_clauses(c, i + 3));
}

static Node *condp_clauses(Condp *c, uint32_t i) {
    Expand *x = c->x;
    Node *form = c->form;
    if (i == form->count) return no_clause(x, place_for(x, form), c->value);
    Node *constant = expand_expression(x, item(form, i));
    if (i + 1 == form->count) return constant;
    Node *test = build(x->arena, place_for(x, form), "(call ? ? ?)", c->pred, constant, c->value);
    if (is_keyword(item(form, i + 1), ">>") && i + 2 < form->count) return condp_call(c, i, test);
    Node *then = expand_expression(x, item(form, i + 1));
    return choose(x, form, test, then, condp_clauses(c, i + 2));
}

Node *expand_condp(Expand *x, Node *form) {
    Condp c = {.x = x, .form = form};
    Nodes bindings = {0};
    Node *pred = expand_expression(x, item(form, 1)), *value = expand_expression(x, item(form, 2));
    c.pred = pred->kind == N_SYMBOL ? pred : fresh_symbol(x, "pred");
    c.value = fresh_symbol(x, "case");
    if (c.pred != pred) PUSH(x->scratch, bindings, make_binding(x->arena, 0, c.pred, pred));
    PUSH(x->scratch, bindings, make_binding(x->arena, 0, c.value, value));
    want_invoke(x);
    return core_let(x, place_for(x, form), bindings, condp_clauses(&c, 3));
}
