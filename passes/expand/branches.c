/* branches.c - do, if and the macros that choose: when, cond, and, or, case, condp. */
#include "expand.h"

Node *expand_do(Expander *x, Node *form) {
    return expand_body(x, place_for(x, form), form->kids + 1, form->count - 1);
}

Node *expand_comment(Expander *x, Node *form) {
    (void)form;
    return core_nil(x);
}

/* (if test then other), where other NULL is nil. */
static Node *choose(Expander *x, Node *form, Node *test, Node *then, Node *other) {
    return build(x->arena, place_for(x, form), "(if ? ? ?)", dialect_test(x, test), then,
                 other ? other : core_nil(x));
}

static Node *else_of(Expander *x, Node *form) {
    return form->count > 3 ? expand_expression(x, form->kids[3]) : NULL;
}

Node *expand_if(Expander *x, Node *form) {
    Node *test = expand_expression(x, form->kids[1]), *then = expand_expression(x, form->kids[2]);
    return choose(x, form, test, then, else_of(x, form));
}

Node *expand_if_not(Expander *x, Node *form) {
    Node *test = expand_expression(x, form->kids[1]), *then = expand_expression(x, form->kids[2]);
    Node *other = else_of(x, form);
    return choose(x, form, test, other ? other : core_nil(x), then);
}

static Node *body_of_when(Expander *x, Node *form) {
    return expand_body(x, place_for(x, form), form->kids + 2, form->count - 2);
}

Node *expand_when(Expander *x, Node *form) {
    Node *test = expand_expression(x, form->kids[1]);
    return choose(x, form, test, body_of_when(x, form), NULL);
}

Node *expand_when_not(Expander *x, Node *form) {
    Node *test = expand_expression(x, form->kids[1]);
    return choose(x, form, test, core_nil(x), body_of_when(x, form));
}

/* ---- cond */

static bool is_always_true(const Node *n) { return n->kind == N_KEYWORD || n->kind == N_TRUE; }

static Node *expand_clauses(Expander *x, Node *form, uint32_t i) {
    if (i >= form->count) return core_nil(x);
    Node *test = form->kids[i], *value = form->kids[i + 1];
    if (is_always_true(test) && i + 2 == form->count) return expand_expression(x, value);
    Node *core_test = dialect_test(x, expand_expression(x, test)), *then = expand_expression(x, value);
    return build(x->arena, place_for(x, test->kind == N_LIST ? test : form), "(if ? ? ?)",
                 core_test, then, expand_clauses(x, form, i + 2));
}

Node *expand_cond(Expander *x, Node *form) {
    if (form->count % 2) return expand_clauses(x, form, 1);
    error_at(x->diagnostics, pos(form->kids[form->count - 1]), "SL0207",
             "the last test of cond has no value");
    return core_nil(x);
}

/* ---- and, or: the value that decides is the result, so it is bound */

static Node *decide(Expander *x, Node *form, uint32_t i, bool is_and) {
    Node *e = expand_expression(x, form->kids[i]);
    if (i + 1 == form->count) return e;
    Node *value = fresh_symbol(x, is_and ? "and" : "or"), *more = decide(x, form, i + 1, is_and);
    return build(x->arena, place_for(x, form), "(let [[? ?]] (if ? ? ?))", value, e,
                 dialect_test(x, value), is_and ? more : value, is_and ? value : more);
}

Node *expand_and(Expander *x, Node *form) {
    return form->count == 1 ? core_quote(x, node_simple(x->arena, N_TRUE, 0))
                            : decide(x, form, 1, true);
}
Node *expand_or(Expander *x, Node *form) {
    return form->count == 1 ? core_nil(x) : decide(x, form, 1, false);
}

/* ---- case: a chain of comparisons with constants */

typedef struct {
    Expander *x;
    Node *form;
    Node *value;    /* the symbol that holds what is compared */
    Table constants; /* datum_hash -> constant, of all so far: they must differ */
} Case;

static Node *compare_constant(Case *c, Node *constant) {
    Expander *x = c->x;
    const Node *before = table_put(&c->constants, datum_hash(constant) | 1, constant);
    if (before && node_equal(before, constant)) {
        Buffer b = {0};
        print_flat(&b, constant);
        error_at(x->diagnostics, pos(constant), "SL0208",
                 "the constant %.*s stands in this case twice", (int)b.length, b.bytes);
        buffer_free(&b);
    }
    return core_call(x, place_for(x, c->form), "=", c->value, expand_quoted(x, constant), NULL);
}

/* A list stands for any of its constants. */
static Node *compare_any(Case *c, Node *constants) {
    Expander *x = c->x;
    uint32_t count = constants->count;
    if (count == 0) return core_quote(x, node_simple(x->arena, N_FALSE, 0));
    Node **tests = NEW_ARRAY(x->scratch, Node *, count);
    for (uint32_t i = 0; i < count; i++)
        tests[i] = compare_constant(c, constants->kids[i]);
    Node *out = tests[count - 1];
    for (uint32_t i = count - 1; i-- > 0;)
        out = build(x->arena, place_for(x, c->form), "(if ? (quote true) ?)", tests[i], out);
    return out;
}

static Node *no_clause(Expander *x, Pos at, Node *value) {
    Node *message = core_call(x, at, "str", core_text(x, "no clause matches "),
                              core_call(x, at, "pr-str", value, NULL), NULL);
    return core_fail(x, at, "IllegalArgumentException", message);
}

static Node *case_clauses(Case *c, uint32_t i) {
    Expander *x = c->x;
    Node *form = c->form;
    if (i == form->count) return no_clause(x, place_for(x, form), c->value);
    if (i + 1 == form->count) return expand_expression(x, form->kids[i]);
    Node *constant = form->kids[i];
    Node *test =
        constant->kind == N_LIST ? compare_any(c, constant) : compare_constant(c, constant);
    Node *then = expand_expression(x, form->kids[i + 1]);
    return choose(x, form, test, then, case_clauses(c, i + 2));
}

Node *expand_case(Expander *x, Node *form) {
    Case c = {.x = x, .form = form, .constants = {.arena = x->scratch}};
    Node *e = expand_expression(x, form->kids[1]);
    c.value = fresh_symbol(x, "case");
    return build(x->arena, place_for(x, form), "(let [[? ?]] ?)", c.value, e, case_clauses(&c, 2));
}

/* ---- condp */

typedef struct {
    Expander *x;
    Node *form, *pred, *value;
    uint32_t count;
} Condp;

static Node *condp_clauses(Condp *c, uint32_t i);

/* test :>> f calls f with what the predicate gave. */
static Node *condp_call(Condp *c, uint32_t i, Node *test) {
    Expander *x = c->x;
    Pos at = place_for(x, c->form);
    Node *found = fresh_symbol(x, "found"), *f = expand_expression(x, c->form->kids[i + 2]);
    want_invoke(x);
    return build(x->arena, at, "(let [[? ?]] (if ? (call ? ?) ?))", found, test,
                 dialect_test(x, found), f, found, condp_clauses(c, i + 3));
}

static Node *condp_clauses(Condp *c, uint32_t i) {
    Expander *x = c->x;
    Node *form = c->form;
    if (i == form->count) return no_clause(x, place_for(x, form), c->value);
    if (i + 1 == form->count) return expand_expression(x, form->kids[i]);
    Node *constant = expand_expression(x, form->kids[i]);
    Node *test = build(x->arena, place_for(x, form), "(call ? ? ?)", c->pred, constant, c->value);
    bool passes_on = form->kids[i + 1]->kind == N_KEYWORD && form->kids[i + 1]->text == text(">>");
    if (passes_on && i + 2 < form->count) return condp_call(c, i, test);
    Node *then = expand_expression(x, form->kids[i + 1]);
    return choose(x, form, test, then, condp_clauses(c, i + 2));
}

Node *expand_condp(Expander *x, Node *form) {
    Condp c = {.x = x, .form = form};
    Nodes bindings = {0};
    Node *pred = expand_expression(x, form->kids[1]), *value = expand_expression(x, form->kids[2]);
    c.pred = pred->kind == N_SYMBOL ? pred : fresh_symbol(x, "pred");
    c.value = fresh_symbol(x, "case");
    if (c.pred != pred) PUSH(x->scratch, bindings, core_binding(x, c.pred, pred));
    PUSH(x->scratch, bindings, core_binding(x, c.value, value));
    want_invoke(x);
    return core_let(x, place_for(x, form), &bindings, condp_clauses(&c, 3));
}
