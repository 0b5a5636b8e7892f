/* pass simplify : Lloop -> Lloop                                   (optimise)
 *
 * Inlines functions, folds constants, takes known branches, drops dead bindings.
 * Why now: loops are labelled, so code can move; functions are still nested, so it can move far.
 *
 *   (let [[%x.2 (quote 3)]] (if (prim < %x.2 (quote 4)) (call $core/inc %x.2) (call $user/f)))
 *   => (quote 4)
 *
 * Needs:  unique names; every global that is defined once is a (define ...).
 * Gives:  a program that does the same; copied binders have new names.
 * Choice: one walk with what is known of each name, functions before those that call them, and one
 *         walk backwards for what is dead. Inlining is bounded by size, depth and growth of a top.
 */
#include "ir/names.h"
#include "simplify/simplify.h"

enum {
    GROWTH = 300,   /* forms that may be copied into one top-level definition */
    MOST_MOVED = 64 /* bindings of a let, steps of a do that move into the one around it */
};

Fact *fact_of(Simplifier *s, const Node *name) {
    while (s->facts.count <= name->name.number)
        PUSH(s->scratch, s->facts, (Fact){0});
    return &s->facts.items[name->name.number];
}

static Node *copy(Simplifier *s, Node *e) {
    Node *out = node_tree(s->arena, (NodeKind)e->kind, pos(e), e->kids, e->count);
    out->head = e->head;
    return out;
}

static Node *with_kids(Simplifier *s, Node *e, uint32_t first) {
    Node *out = copy(s, e);
    for (uint32_t i = first; i < e->count; i++)
        out->kids[i] = simplified(s, e->kids[i]);
    return out;
}

/* ---- names */

/* May this stand wherever a name for it stands? */
static bool is_copyable(const Simplifier *s, const Node *e) {
    return is_constant(e) || e->kind == N_NAME || global_function(s, e);
}

static Node *simplify_name(Simplifier *s, Node *x) {
    Node *value = fact_of(s, x)->value;
    return value && is_copyable(s, value) ? value : x;
}

static Node *simplify_global(const Simplifier *s, Node *g) {
    const Global *global = constant_global(s, g);
    Node *value = global ? global->top->kids[2] : NULL;
    return value && (is_constant(value) || global_function(s, value)) ? value : g;
}

/* ---- let */

static uint8_t truth_of(const Simplifier *s, const Node *value) {
    if (is_form(value, H_fn) || global_function(s, value)) return TRUE | NOT_NIL;
    if (!is_form(value, H_prim)) return NOTHING;
    Type type = prim_result((Prim)value->kids[0]->head);
    if (type == T_FLAG) return NOT_NIL;
    return (type & (T_NIL | T_BOOL)) == 0 && type != T_NONE ? TRUE | NOT_NIL : NOTHING;
}

/* Moves the bindings of a let out of it and gives its body. A let that is large already keeps its
 * own: on the way out of deep nesting each binding is moved a limited number of times. */
static Node *opened(Simplifier *s, Node *e, Nodes *out) {
    while (is_form(e, H_let) && e->kids[0]->count <= MOST_MOVED) {
        for (uint32_t i = 0; i < e->kids[0]->count; i++)
            PUSH(s->scratch, *out, e->kids[0]->kids[i]);
        e = e->kids[1];
    }
    return e;
}

/* Binds a name to a simplified value: by a binding in `out`, or by knowing it. */
static void bind_value(Simplifier *s, Node *name, Node *value, Nodes *out) {
    value = opened(s, value, out);
    Fact *fact = fact_of(s, name);
    fact->truth = truth_of(s, value);
    fact->value = is_copyable(s, value) || is_form(value, H_fn) ? value : NULL;
    if (is_copyable(s, value)) return;
    Node *pair[] = {name, value};
    PUSH(s->scratch, *out, node_tree(s->arena, N_VECTOR, pos(value), pair, 2));
}

/* (let [... [x e]] x) is (let [...] e); (let [...] (let [...] e)) is one let. */
static Node *let_form(Simplifier *s, Pos at, Nodes *bindings, Node *body) {
    body = opened(s, body, bindings);
    Node *last = bindings->count ? bindings->items[bindings->count - 1] : NULL;
    if (last && same_name(last->kids[0], body)) {
        body = last->kids[1];
        bindings->count--;
    }
    if (bindings->count == 0) return body;
    Node *vector = node_tree(s->arena, N_VECTOR, at, bindings->items, bindings->count);
    return list(s->arena, H_let, at, vector, body, NULL);
}

static Node *simplify_let(Simplifier *s, Node *e) {
    Nodes bindings = {0};
    for (uint32_t i = 0; i < e->kids[0]->count; i++) {
        Node *b = e->kids[0]->kids[i];
        bind_value(s, b->kids[0], simplified(s, b->kids[1]), &bindings);
    }
    return let_form(s, pos(e), &bindings, simplified(s, e->kids[1]));
}

Node *simplified_let(Simplifier *s, Pos at, Node *const *names, Node *const *values, uint32_t count,
                     Node *body) {
    Nodes bindings = {0};
    for (uint32_t i = 0; i < count; i++)
        bind_value(s, names[i], values[i], &bindings);
    return let_form(s, at, &bindings, simplified(s, body));
}

/* ---- if */

static Node *branch(Simplifier *s, Pos at, Node *test, Node *then, Node *other);

/* A branch, simplified, where the test is known to be true, or false. */
static Node *under(Simplifier *s, const Node *test, bool holds, Node *e) {
    const Node *x = test;
    bool asks_nil = is_form(test, H_prim) && test->kids[0]->head == P_is_nil;
    if (asks_nil) x = test->kids[1];
    if (x->kind != N_NAME) return simplified(s, e);
    Fact before = *fact_of(s, x), *fact = fact_of(s, x);
    if (!asks_nil) fact->truth |= holds ? TRUE | NOT_NIL : FALSE;
    else if (!holds) fact->truth |= NOT_NIL;
    else if (!fact->value) fact->value = build(s->arena, pos(test), "(quote nil)");
    Node *out = simplified(s, e);
    Fact *after = fact_of(s, x);
    *after = (Fact){before.value, after->uses, before.truth};
    return out;
}

/* 1 true, 0 false, -1 not known; `given`: the enclosing test came out as `holds`. */
static int known_truth(Simplifier *s, const Node *e, const Node *given, bool holds) {
    if (is_constant(e)) return is_true(e);
    if (given && same_name(e, given)) return holds;
    if (is_form(e, H_fn) || global_function(s, e)) return 1;
    if (e->kind != N_NAME) return -1;
    uint8_t truth = fact_of(s, e)->truth;
    return truth & TRUE ? 1 : truth & FALSE ? 0 : -1;
}

/* Small enough to stand in two places, and without binders. */
static bool may_repeat(const Node *e) {
    if (!is_tree(e) || is_constant(e)) return true;
    if (!is_form(e, H_recur)) return false;
    for (uint32_t i = 0; i < e->count; i++)
        if (is_tree(e->kids[i]) && !is_constant(e->kids[i])) return false;
    return true;
}

/* (if (if a b c) then other), which `and` and `or` make: when what b or c decides is known,
 * the branches are reached without the value in between. */
static Node *branch_of_if(Simplifier *s, Pos at, Node *test, Node *then, Node *other) {
    Node *a = test->kids[0], *b = test->kids[1], *c = test->kids[2];
    int b_truth = known_truth(s, b, a, true), c_truth = known_truth(s, c, a, false);
    if (b_truth >= 0 && c_truth >= 0 && b_truth != c_truth)
        return b_truth ? branch(s, at, a, then, other) : branch(s, at, a, other, then);
    if (b_truth >= 0 && may_repeat(b_truth ? then : other)) {
        Node *direct = simplified(s, b_truth ? then : other);
        return build(s->arena, at, "(if ? ? ?)", a, direct, branch(s, at, c, then, other));
    }
    if (c_truth >= 0 && may_repeat(c_truth ? then : other)) {
        Node *inner = branch(s, at, b, then, other);
        return build(s->arena, at, "(if ? ? ?)", a, inner, simplified(s, c_truth ? then : other));
    }
    return NULL;
}

static bool is_flag(const Node *e, bool value) {
    return is_constant(e) && datum(e)->kind == (value ? N_TRUE : N_FALSE);
}

static Node *if_form(Simplifier *s, Pos at, Node *test, Node *then, Node *other) {
    bool is_flag_test = is_form(test, H_prim) && prim_result((Prim)test->kids[0]->head) == T_FLAG;
    if (is_flag_test && is_flag(then, true) && is_flag(other, false)) return test;
    if (is_constant(then) && node_equal(then, other) && is_pure(test)) return then;
    return list(s->arena, H_if, at, test, then, other, NULL);
}

/* The test is simplified, the branches are not. */
static Node *branch(Simplifier *s, Pos at, Node *test, Node *then, Node *other) {
    int truth = known_truth(s, test, NULL, false);
    if (truth >= 0) return simplified(s, truth ? then : other);
    if (is_form(test, H_prim) && test->kids[0]->head == P_not)
        return branch(s, at, test->kids[1], other, then);
    if (is_form(test, H_let)) {
        Node *inner = branch(s, at, test->kids[1], then, other);
        Nodes bindings = {.items = test->kids[0]->kids, .count = test->kids[0]->count};
        bindings.capacity = bindings.count; /* to be copied before it grows */
        return let_form(s, pos(test), &bindings, inner);
    }
    Node *direct = is_form(test, H_if) ? branch_of_if(s, at, test, then, other) : NULL;
    if (direct) return direct;
    Node *first = under(s, test, true, then);
    return if_form(s, at, test, first, under(s, test, false, other));
}

static Node *simplify_if(Simplifier *s, Node *e) {
    return branch(s, pos(e), simplified(s, e->kids[0]), e->kids[1], e->kids[2]);
}

/* ---- calls and operations */

static Node *simplify_prim(Simplifier *s, Node *e) {
    Node *out = with_kids(s, e, 1), *value = fold_primitive(s, out);
    return value ? value : out;
}

static Node *simplify_call(Simplifier *s, Node *e) {
    Node *callee = simplified(s, e->kids[0]);
    Nodes bindings = {0};
    callee = opened(s, callee, &bindings);
    Node *out = with_kids(s, e, 1);
    out->kids[0] = callee;
    Node *inlined = inlined_call(s, pos(e), callee, out->kids + 1, out->count - 1);
    return let_form(s, pos(e), &bindings, inlined ? inlined : out);
}

/* ---- the other forms */

static Node *simplify_do(Simplifier *s, Node *e) {
    Nodes steps = {0};
    for (uint32_t i = 0; i < e->count; i++) {
        Node *step = simplified(s, e->kids[i]);
        bool nested = is_form(step, H_do) && step->count <= MOST_MOVED;
        for (uint32_t k = 0; nested && k < step->count; k++)
            PUSH(s->scratch, steps, step->kids[k]);
        if (!nested && (i + 1 == e->count || !is_pure(step))) PUSH(s->scratch, steps, step);
    }
    return steps.count == 1 ? steps.items[0]
                            : node_list(s->arena, H_do, pos(e), steps.items, steps.count);
}

static Node *simplify_bindings(Simplifier *s, Node *bindings) {
    Node *out = copy(s, bindings);
    for (uint32_t i = 0; i < bindings->count; i++)
        out->kids[i] = with_kids(s, bindings->kids[i], 1);
    return out;
}

/* A loop that nothing repeats is a let. */
static Node *simplify_loop(Simplifier *s, Node *e) {
    if (fact_of(s, e->kids[0])->uses == 1)
        return simplify_let(s, build(s->arena, pos(e), "(let ? ?)", e->kids[1], e->kids[2]));
    Node *bindings = simplify_bindings(s, e->kids[1]);
    return list(s->arena, H_loop, pos(e), e->kids[0], bindings, simplified(s, e->kids[2]), NULL);
}

static Node *simplify_letrec(Simplifier *s, Node *e) {
    for (uint32_t i = 0; i < e->kids[0]->count; i++)
        fact_of(s, e->kids[0]->kids[i]->kids[0])->truth = TRUE | NOT_NIL;
    Node *bindings = simplify_bindings(s, e->kids[0]);
    return list(s->arena, H_letrec, pos(e), bindings, simplified(s, e->kids[1]), NULL);
}

static Node *simplify_fn(Simplifier *s, Node *e) {
    Node *out = copy(s, e);
    for (uint32_t i = 1; i < e->count; i++)
        out->kids[i] = with_kids(s, e->kids[i], 1);
    return out;
}

/* What cannot throw needs no handlers. */
static Node *simplify_try(Simplifier *s, Node *e) {
    Node *out = copy(s, e);
    out->kids[0] = simplified(s, e->kids[0]);
    for (uint32_t i = 1; i < e->count; i++) {
        Node *handler = copy(s, e->kids[i]);
        handler->kids[handler->count - 1] = simplified(s, handler->kids[handler->count - 1]);
        out->kids[i] = handler;
    }
    bool is_safe = is_constant(out->kids[0]) || out->kids[0]->kind == N_NAME;
    return is_safe && !is_form(out->kids[out->count - 1], H_finally) ? out->kids[0] : out;
}

Node *simplified(Simplifier *s, Node *e) {
    if (e->kind == N_NAME) return simplify_name(s, e);
    if (e->kind == N_GLOBAL) return simplify_global(s, e);
    switch (e->head) {
    case H_quote: return e;
    case H_if: return simplify_if(s, e);
    case H_do: return simplify_do(s, e);
    case H_let: return simplify_let(s, e);
    case H_loop: return simplify_loop(s, e);
    case H_letrec: return simplify_letrec(s, e);
    case H_fn: return simplify_fn(s, e);
    case H_call: return simplify_call(s, e);
    case H_prim: return simplify_prim(s, e);
    case H_try: return simplify_try(s, e);
    case H_recur: case H_set_global: return with_kids(s, e, 1);
    default: bug(e, "no expression of Lloop");
    }
}

/* ---- tops */

/* A global that turns out to hold a function which another one has made: it does not give it its name,
 * so that messages call the function the same with and without this pass. */
static void mark_made_function(Simplifier *s, Node **value, const Node *was) {
    if (!is_form(*value, H_fn) || is_form(was, H_fn)) return;
    *value = copy(s, *value);
    (*value)->kids[0] = node_name(s->arena, text(MADE_FUNCTION), (*value)->kids[0]->name.number);
}

/* (define g (names n) e), (variable g (names n) e), (run (names n) e) */
static Node *simplify_top(Simplifier *s, Node *top) {
    Node *names = top->kids[top->count - 2], *e = top->kids[top->count - 1], *out = copy(s, top);
    s->next = (uint32_t)names->kids[0]->integer;
    s->facts.count = 0;
    s->current = is_form(top, H_run) ? 0 : top->kids[0]->text;
    s->budget = s->level > 1 ? GROWTH + size_of(e, GROWTH) : GROWTH / 4;
    count_uses(s, e);
    Node *value = simplified(s, e);
    value = pruned(s, value, s->next);
    mark_made_function(s, &value, e);
    out->kids[top->count - 1] = value;
    out->kids[top->count - 2] =
        build(s->arena, pos(names), "(names ?)", node_int(s->arena, pos(names), s->next));
    return out;
}

static void replace_definition(Simplifier *s, Node *top) {
    Global *g = table_get(&s->globals, top->kids[0]->text);
    g->top = top;
    g->names = (uint32_t)top->kids[1]->kids[0]->integer;
}

Node *pass_simplify(Context *context, Node *program) {
    Simplifier s = {.arena = context->arena,
                    .scratch = context->scratch,
                    .level = context->optimise,
                    .globals = {.arena = context->scratch}};
    index_program(&s, program);
    Node **order = call_order(&s, program), *out = copy(&s, program);
    Table results = {.arena = s.scratch};
    for (uint32_t i = 0; i + 1 < program->count; i++) {
        Node *top = simplify_top(&s, order[i]);
        table_put(&results, (uintptr_t)order[i], top);
        if (is_form(top, H_define)) replace_definition(&s, top);
    }
    for (uint32_t i = 1; i < program->count; i++) {
        Node *top = program->kids[i];
        out->kids[i] = top_with(s.arena, top, table_get(&results, (uintptr_t)top_inner(top)));
    }
    return out;
}
