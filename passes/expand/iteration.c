/* iteration.c - while, dotimes, doseq, for.
 *
 *   (doseq [x xs :when (odd? x)] (f x))
 *   => (loop [[seq#1 (call core/seq xs)]]
 *        (if seq#1
 *            (let [[x (call core/first seq#1)]]
 *              (if (call core/odd? x)
 *                  (do (call f x) (recur (call core/next seq#1)))
 *                  (recur (call core/next seq#1))))
 *            (quote nil)))
 */
#include "expand.h"

Node *expand_while(Expand *x, Node *form) {
    Pos at = place_for(x, form);
    Node *test = dialect_test(x, expand_expression(x, item(form, 1)));
    Node *body = expand_body(x, at, items_from(form, 2));
    return build(x->arena, at, "(loop [] (if ? (do ? (recur)) (quote nil)))", test, body);
}

Node *expand_dotimes(Expand *x, Node *form) {
    Node *vector = item(form, 1);
    Pos at = place_for(x, form);
    if (vector->kind != N_VECTOR || vector->count != 2 || !is_plain_symbol(item(vector, 0))) {
        error_at(x->diagnostics, pos(vector), "SL0202",
                 "dotimes needs one name and one number: [name number]");
        return core_nil(x);
    }
    Node *count = expand_expression(x, item(vector, 1)), *limit = fresh_symbol(x, "limit");
    Node *i = symbol_named(x, item(vector, 0)->text);
    uint32_t mark = scope_enter(x);
    scope_bind(x, i);
    Node *body = expand_body(x, at, items_from(form, 2));
    scope_leave(x, mark);
    Node *one = core_quote(x, node_int(x->arena, 0, 1));
    return build(x->arena, at,
                 "(let [[? ?]] (loop [[? (quote 0)]] (if ? (do ? (recur ?)) (quote nil))))", limit,
                 core_call(x, at, "long", count, NULL), i, core_call(x, at, "<", i, limit, NULL),
                 body, core_call(x, at, "+", i, one, NULL));
}

/* ---- the bindings of doseq and for: pattern coll, :let [...], :when test, :while test */

typedef struct Levels Levels;
struct Levels {
    Expand *x;
    Node *form, *vector;
    Pos at;
    Node *step; /* for: the function of the current level */
    /* what is done for an element, the head of seq, once all bindings are made */
    Node *(*inner)(Levels *l, Node *seq);
    /* the same for an element that has a further level, at binding i, inside */
    Node *(*nested)(Levels *l, uint32_t i, Node *seq);
};

static Node *recur_to_next(Levels *l, Node *seq) {
    return build(l->x->arena, l->at, "(recur ?)", core_call(l->x, l->at, "next", seq, NULL));
}

static Node *let_option(Levels *l, Node *bindings, uint32_t i, Node *seq);

/* Everything from binding i on, for one element of the level over seq. */
static Node *for_element(Levels *l, uint32_t i, Node *seq) {
    Expand *x = l->x;
    if (i == l->vector->count) return l->inner(l, seq);
    Node *key = item(l->vector, i), *value = item(l->vector, i + 1);
    if (key->kind != N_KEYWORD) return l->nested(l, i, seq);
    if (is_keyword(key, "let")) return let_option(l, value, i, seq);
    Node *test = dialect_test(x, expand_expression(x, value));
    if (is_keyword(key, "when"))
        return make_if(x->arena, l->at, test, for_element(l, i + 2, seq), recur_to_next(l, seq));
    if (is_keyword(key, "while"))
        return build(x->arena, l->at, "(if ? ? (quote nil))", test, for_element(l, i + 2, seq));
    error_at(x->diagnostics, pos(key), "SL0209", "%s knows :let, :when and :while, not :%s",
             word_of(l->form), text_bytes(key->text));
    return core_nil(x);
}

static Node *let_option(Levels *l, Node *bindings, uint32_t i, Node *seq) {
    Expand *x = l->x;
    Nodes out = {0};
    if (!binding_vector(x, l->form, bindings)) return core_nil(x);
    for (uint32_t k = 0; k < bindings->count; k += 2)
        destructure(x, item(bindings, k), expand_expression(x, item(bindings, k + 1)), &out);
    return core_let(x, l->at, out, for_element(l, i + 2, seq));
}

/* (loop [[seq (seq coll)]] (if seq (let [pattern (first seq)] ...) nil)) */
static Node *level_loop(Levels *l, uint32_t i, Node *coll) {
    Expand *x = l->x;
    Nodes bindings = {0};
    Node *seq = fresh_symbol(x, "seq");
    uint32_t mark = scope_enter(x);
    destructure(x, item(l->vector, i), core_call(x, l->at, "first", seq, NULL), &bindings);
    Node *body = core_let(x, l->at, bindings, for_element(l, i + 2, seq));
    scope_leave(x, mark);
    return build(x->arena, l->at, "(loop [[? ?]] (if ? ? (quote nil)))", seq,
                 core_call(x, l->at, "seq", coll, NULL), seq, body);
}

static bool start_levels(Levels *l) {
    if (!binding_vector(l->x, l->form, l->vector)) return false;
    if (l->vector->count && item(l->vector, 0)->kind != N_KEYWORD) return true;
    error_at(l->x->diagnostics, pos(l->vector), "SL0209",
             "%s starts with a pattern and a collection: [x xs]", word_of(l->form));
    return false;
}

/* ---- doseq: loops in loops */

static Node *doseq_loop(Levels *l, uint32_t i) {
    return level_loop(l, i, expand_expression(l->x, item(l->vector, i + 1)));
}

static Node *doseq_inner(Levels *l, Node *seq) {
    Node *body = expand_body(l->x, l->at, items_from(l->form, 2));
    return core_do(l->x, l->at, body, recur_to_next(l, seq));
}

static Node *doseq_nested(Levels *l, uint32_t i, Node *seq) {
    Node *loop = doseq_loop(l, i);
    return core_do(l->x, l->at, loop, recur_to_next(l, seq));
}

Node *expand_doseq(Expand *x, Node *form) {
    Levels l = {.x = x,
                .form = form,
                .vector = item(form, 1),
                .at = place_for(x, form),
                .inner = doseq_inner,
                .nested = doseq_nested};
    return start_levels(&l) ? doseq_loop(&l, 0) : core_nil(x);
}

/* ---- for: each level is a function from a collection to a lazy sequence
 *
 *   (for [x xs] e)
 *   => (let [[for#1 (fn for#1 (arity [coll#2]
 *             (call core/%lazy (fn _ (arity []
 *               (loop [[seq#3 (call core/seq coll#2)]]
 *                 (if seq#3
 *                     (let [[x (call core/first seq#3)]]
 *                       (call core/%cons e (call for#1 (call core/rest seq#3))))
 *                     (quote nil))))))))]]
 *        (call for#1 xs))
 */

static Node *for_level(Levels *l, uint32_t i) {
    Expand *x = l->x;
    Node *coll = expand_expression(x, item(l->vector, i + 1));
    Node *outer = l->step, *step = fresh_symbol(x, "for"), *parameter = fresh_symbol(x, "coll");
    l->step = step;
    Node *thunk = core_thunk(x, l->at, level_loop(l, i, parameter));
    l->step = outer;
    return build(x->arena, l->at, "(let [[? (fn ? (arity [?] ?))]] (call ? ?))", step, step,
                 parameter, core_call(x, l->at, "%lazy", thunk, NULL), step, coll);
}

/* The lazy sequence of what the level gives after the head of seq. */
static Node *for_rest(Levels *l, Node *seq) {
    Expand *x = l->x;
    return build(x->arena, l->at, "(call ? ?)", l->step, core_call(x, l->at, "rest", seq, NULL));
}

static Node *for_inner(Levels *l, Node *seq) {
    Node *e = expand_expression(l->x, item(l->form, 2));
    return core_call(l->x, l->at, "%cons", e, for_rest(l, seq), NULL);
}

static Node *for_nested(Levels *l, uint32_t i, Node *seq) {
    Expand *x = l->x;
    Node *inner = for_level(l, i), *symbol = fresh_symbol(x, "inner");
    return build(x->arena, l->at, "(let [[? ?]] (if ? ? ?))", symbol,
                 core_call(x, l->at, "seq", inner, NULL), symbol,
                 core_call(x, l->at, "concat", symbol, for_rest(l, seq), NULL),
                 recur_to_next(l, seq));
}

Node *expand_for(Expand *x, Node *form) {
    Levels l = {.x = x,
                .form = form,
                .vector = item(form, 1),
                .at = place_for(x, form),
                .inner = for_inner,
                .nested = for_nested};
    return start_levels(&l) ? for_level(&l, 0) : core_nil(x);
}
