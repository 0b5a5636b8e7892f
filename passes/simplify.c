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

Fact *fact_of(Simplify *s, const Node *name) {
    while (s->facts.count <= name->name.number)
        PUSH(s->scratch, s->facts, (Fact){0});
    return &s->facts.items[name->name.number];
}

/* ---- names */

/* May this are wherever a name for it is? */
static bool is_copyable(const Simplify *s, const Node *e) {
    return is_constant(e) || e->kind == N_NAME || global_function(s, e);
}

static Node *simplify_name(Simplify *s, Node *x) {
    Node *value = fact_of(s, x)->value;
    return value && is_copyable(s, value) ? value : x;
}

static Node *simplify_global(const Simplify *s, Node *g) {
    const Global *global = constant_global(s, g);
    Node *value = global ? value_of_top(global->top) : NULL;
    return value && (is_constant(value) || global_function(s, value)) ? value : g;
}

/* ---- let */

static uint8_t truth_of(const Simplify *s, const Node *value) {
    if (is_form(value, H_fn) || global_function(s, value)) return TRUE | NOT_NIL;
    if (!is_form(value, H_prim)) return NOTHING;
    Type type = prim_result((Prim)as_prim(value).operation->head);
    if (type == T_FLAG) return NOT_NIL;
    return (type & (T_NIL | T_BOOL)) == 0 && type != T_NONE ? TRUE | NOT_NIL : NOTHING;
}

static void add_all(Simplify *s, Nodes *out, NodeList bindings) {
    for (uint32_t i = 0; i < bindings.count; i++)
        PUSH(s->scratch, *out, bindings.items[i]);
}

/* Moves the bindings of a let out of it and gives its body. A let that is large already keeps its
 * own: on the way out of deep nesting each binding is moved a limited number of times. */
static Node *opened(Simplify *s, Node *e, Nodes *out) {
    while (is_form(e, H_let) && as_let(e).bindings.count <= MOST_MOVED) {
        add_all(s, out, as_let(e).bindings);
        e = as_let(e).body;
    }
    return e;
}

/* Binds a name to a simplified value: by a binding in `out`, or by knowing it. */
static void bind_value(Simplify *s, Node *name, Node *value, Nodes *out) {
    value = opened(s, value, out);
    Fact *fact = fact_of(s, name);
    fact->truth = truth_of(s, value);
    fact->value = is_copyable(s, value) || is_form(value, H_fn) ? value : NULL;
    if (!is_copyable(s, value))
        PUSH(s->scratch, *out, make_binding(s->arena, pos(value), name, value));
}

/* (let [... [x e]] x) is (let [...] e); (let [...] (let [...] e)) is one let. */
static Node *let_form(Simplify *s, Pos at, Nodes *bindings, Node *body) {
    body = opened(s, body, bindings);
    if (bindings->count) {
        BindingForm last = as_binding(bindings->items[bindings->count - 1]);
        if (same_name(last.name, body)) {
            body = last.value;
            bindings->count--;
        }
    }
    if (bindings->count == 0) return body;
    return make_let(s->arena, at, nodes(bindings->items, bindings->count, at), body);
}

/* The same around bindings that are there: only when they grow they are copied. */
static Node *let_around(Simplify *s, Pos at, NodeList bindings, Node *body) {
    Nodes all = {.items = (Node **)(uintptr_t)bindings.items, .count = bindings.count};
    all.capacity = all.count;
    return let_form(s, at, &all, body);
}

static Node *simplify_bound(Simplify *s, Pos at, NodeList bound, Node *body) {
    Nodes bindings = {0};
    for (uint32_t i = 0; i < bound.count; i++) {
        BindingForm b = as_binding(bound.items[i]);
        bind_value(s, b.name, simplified(s, b.value), &bindings);
    }
    return let_form(s, at, &bindings, simplified(s, body));
}

Node *simplified_let(Simplify *s, Pos at, NodeList names, NodeList values, Node *body) {
    Nodes bindings = {0};
    for (uint32_t i = 0; i < names.count; i++)
        bind_value(s, names.items[i], values.items[i], &bindings);
    return let_form(s, at, &bindings, simplified(s, body));
}

/* ---- if */

static Node *branch(Simplify *s, Pos at, Node *test, Node *then, Node *other);

static bool is_prim(const Node *e, Prim p) {
    return is_form(e, H_prim) && as_prim(e).operation->head == p;
}

/* A branch, simplified, where the test is known to be true, or false. */
static Node *under(Simplify *s, const Node *test, bool holds, Node *e) {
    bool asks_nil = is_prim(test, P_is_nil);
    const Node *x = asks_nil ? as_prim(test).operands.items[0] : test;
    if (x->kind != N_NAME) return simplified(s, e);
    Fact before = *fact_of(s, x), *fact = fact_of(s, x);
    if (!asks_nil)
        fact->truth |= holds ? TRUE | NOT_NIL : FALSE;
    else if (!holds)
        fact->truth |= NOT_NIL;
    else if (!fact->value)
        fact->value = build(s->arena, pos(test), "(quote nil)");
    Node *out = simplified(s, e);
    Fact *after = fact_of(s, x);
    *after = (Fact){before.value, after->uses, before.truth};
    return out;
}

/* 1 true, 0 false, -1 not known; `given`: the enclosing test came out as `holds`. */
static int known_truth(Simplify *s, const Node *e, const Node *given, bool holds) {
    if (is_constant(e)) return is_truthy(datum(e));
    if (given && same_name(e, given)) return holds;
    if (is_form(e, H_fn) || global_function(s, e)) return 1;
    if (e->kind != N_NAME) return -1;
    uint8_t truth = fact_of(s, e)->truth;
    return truth & TRUE ? 1 : truth & FALSE ? 0 : -1;
}

/* Small enough to be in two places, and without binders. */
static bool may_repeat(const Node *e) {
    if (!is_tree(e) || is_constant(e)) return true;
    if (!is_form(e, H_recur)) return false;
    NodeList values = as_recur(e).values;
    for (uint32_t i = 0; i < values.count; i++)
        if (is_tree(values.items[i]) && !is_constant(values.items[i])) return false;
    return true;
}

/* (if (if a b c) then other), which `and` and `or` make: when what b or c decides is known,
 * the branches are reached without the value in between. */
static Node *branch_of_if(Simplify *s, Pos at, IfForm test, Node *then, Node *other) {
    Node *a = test.test, *b = test.then, *c = test.otherwise;
    int b_truth = known_truth(s, b, a, true), c_truth = known_truth(s, c, a, false);
    if (b_truth >= 0 && c_truth >= 0 && b_truth != c_truth)
        return b_truth ? branch(s, at, a, then, other) : branch(s, at, a, other, then);
    if (b_truth >= 0 && may_repeat(b_truth ? then : other)) {
        Node *direct = simplified(s, b_truth ? then : other);
        return make_if(s->arena, at, a, direct, branch(s, at, c, then, other));
    }
    if (c_truth >= 0 && may_repeat(c_truth ? then : other)) {
        Node *inner = branch(s, at, b, then, other);
        return make_if(s->arena, at, a, inner, simplified(s, c_truth ? then : other));
    }
    return NULL;
}

static bool is_flag(const Node *e, bool value) {
    return is_constant(e) && datum(e)->kind == (value ? N_TRUE : N_FALSE);
}

static Node *if_form(Simplify *s, Pos at, Node *test, Node *then, Node *other) {
    bool is_flag_test =
        is_form(test, H_prim) && prim_result((Prim)as_prim(test).operation->head) == T_FLAG;
    if (is_flag_test && is_flag(then, true) && is_flag(other, false)) return test;
    if (is_constant(then) && node_equal(then, other) && is_pure(test)) return then;
    return make_if(s->arena, at, test, then, other);
}

/* The test is simplified, the branches are not. */
static Node *branch(Simplify *s, Pos at, Node *test, Node *then, Node *other) {
    int truth = known_truth(s, test, NULL, false);
    if (truth >= 0) return simplified(s, truth ? then : other);
    if (is_prim(test, P_not)) return branch(s, at, as_prim(test).operands.items[0], other, then);
    if (is_form(test, H_let)) {
        LetForm let = as_let(test);
        Node *inner = branch(s, at, let.body, then, other);
        return let_around(s, pos(test), let.bindings, inner);
    }
    Node *direct = is_form(test, H_if) ? branch_of_if(s, at, as_if(test), then, other) : NULL;
    if (direct) return direct;
    Node *first = under(s, test, true, then);
    return if_form(s, at, test, first, under(s, test, false, other));
}

static Node *simplify_if(Simplify *s, Pos at, IfForm f) {
    return branch(s, at, simplified(s, f.test), f.then, f.otherwise);
}

/* ---- calls and operations */

static Node *simplify_prim(Simplify *s, Node *e) {
    Node *out = walk_parts(&s->walk, e), *value = fold_primitive(s, out);
    return value ? value : out;
}

static Node *simplify_call(Simplify *s, Node *e) {
    CallForm call = as_call(e);
    Nodes bindings = {0};
    call.callee = opened(s, simplified(s, call.callee), &bindings);
    call.operands = walk_all(&s->walk, call.operands);
    Node *inlined = inlined_call(s, e->at, call.callee, call.operands);
    return let_form(s, e->at, &bindings, inlined ? inlined : remake_call(s->arena, e, call));
}

/* ---- the other forms */

static Node *simplify_do(Simplify *s, Node *e) {
    NodeList given = as_do(e).steps;
    Nodes steps = {0};
    for (uint32_t i = 0; i < given.count; i++) {
        Node *step = simplified(s, given.items[i]);
        bool nested = is_form(step, H_do) && as_do(step).steps.count <= MOST_MOVED;
        if (nested) add_all(s, &steps, as_do(step).steps);
        if (!nested && (i + 1 == given.count || !is_pure(step))) PUSH(s->scratch, steps, step);
    }
    if (steps.count == 1) return steps.items[0];
    return make_do(s->arena, e->at, nodes(steps.items, steps.count, e->at));
}

/* A loop that nothing repeats is a let. */
static Node *simplify_loop(Simplify *s, Node *e) {
    LoopForm loop = as_loop(e);
    if (fact_of(s, loop.label)->uses == 1)
        return simplify_bound(s, e->at, loop.bindings, loop.body);
    return walk_parts(&s->walk, e);
}

static Node *simplify_letrec(Simplify *s, Node *e) {
    NodeList bindings = as_letrec(e).bindings;
    for (uint32_t i = 0; i < bindings.count; i++)
        fact_of(s, as_binding(bindings.items[i]).name)->truth = TRUE | NOT_NIL;
    return walk_parts(&s->walk, e);
}

/* What cannot throw needs no handlers. */
static Node *simplify_try(Simplify *s, Node *e) {
    Node *out = walk_parts(&s->walk, e);
    TryForm f = as_try(out);
    bool is_safe = is_constant(f.body) || f.body->kind == N_NAME;
    return is_safe && !is_form(f.handlers.items[f.handlers.count - 1], H_finally) ? f.body : out;
}

Node *simplified(Simplify *s, Node *e) {
    switch (Lloop_Expr_of(e)) {
    case Lloop_Expr_NAME: return simplify_name(s, e);
    case Lloop_Expr_GLOBAL: return simplify_global(s, e);
    case Lloop_Expr_quote: return e;
    case Lloop_Expr_if: return simplify_if(s, e->at, as_if(e));
    case Lloop_Expr_do: return simplify_do(s, e);
    case Lloop_Expr_let: return simplify_bound(s, e->at, as_let(e).bindings, as_let(e).body);
    case Lloop_Expr_loop: return simplify_loop(s, e);
    case Lloop_Expr_letrec: return simplify_letrec(s, e);
    case Lloop_Expr_call: return simplify_call(s, e);
    case Lloop_Expr_prim: return simplify_prim(s, e);
    case Lloop_Expr_try: return simplify_try(s, e);
    case Lloop_Expr_fn:
    case Lloop_Expr_recur:
    case Lloop_Expr_set_global: return walk_parts(&s->walk, e);
    }
    bug(e, "no expression of Lloop");
}

static Node *visit(Walk *w, Node *e) {
    return simplified((Simplify *)w, e);
}

/* ---- tops */

/* A global that turns out to hold a function which another one has made: it does not give it its
 * name, so that messages call the function the same with and without this pass. */
static Node *mark_made_function(Simplify *s, Node *value, const Node *was) {
    if (!is_form(value, H_fn) || is_form(was, H_fn)) return value;
    FnForm fn = as_fn(value);
    fn.self = node_name(s->arena, text(MADE_FUNCTION), fn.self->name.number);
    return remake_fn(s->arena, value, fn);
}

static Node *simplify_top(Simplify *s, Node *top) {
    Node *e = value_of_top(top);
    s->next = names_of_top(top);
    s->facts.count = 0;
    s->current = is_form(top, H_define) ? as_define(top).name->text : 0;
    s->budget = s->level > 1 ? GROWTH + size_of(e, GROWTH) : GROWTH / 4;
    count_uses(s, e);
    Node *value = simplified(s, e);
    value = pruned(s, value, s->next); /* which simplified has counted up */
    return top_with_value(s->arena, top, s->next, mark_made_function(s, value, e));
}

static void replace_definition(Simplify *s, Node *top) {
    Global *g = table_get(&s->globals, as_define(top).name->text);
    g->top = top;
    g->names = names_of_top(top);
}

typedef struct {
    Table results; /* a top -> what it became */
} Results;

static Node *result_of(void *context, Node *top) {
    return table_get(&((Results *)context)->results, (uintptr_t)top);
}

Node *pass_simplify(Context *context, Node *program) {
    Simplify s = {.walk = {.arena = context->arena, .visit = visit},
                  .arena = context->arena,
                  .scratch = context->scratch,
                  .level = context->optimise,
                  .keep = context->keep,
                  .globals = {.arena = context->scratch}};
    index_program(&s, program);
    Node **order = call_order(&s, program);
    Results results = {{.arena = s.scratch}};
    for (uint32_t i = 0; i < as_program(program).tops.count; i++) {
        Node *top = simplify_top(&s, order[i]);
        table_put(&results.results, (uintptr_t)order[i], top);
        if (is_form(top, H_define)) replace_definition(&s, top);
    }
    return map_tops(context->arena, program, result_of, &results);
}
