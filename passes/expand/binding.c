/* binding.c - let, loop and destructuring.
 *
 *   (let [[a b] v {:keys [k] :or {k 1}} m] body)
 *   => (let [[vec#1 v] [a (call core/nth vec#1 (quote 0) (quote nil))] ...
 *            [map#2 (call core/keyword-arguments m)]
 *            [k (call core/get map#2 (quote :k) (quote 1))]] body)
 */
#include "expand.h"

bool is_plain_symbol(const Node *n) {
    Text space, name;
    return n->kind == N_SYMBOL && !split_symbol(n->text, &space, &name);
}

static void report_pattern(Expand *x, const Node *pattern, const char *why) {
    error_at(x->diagnostics, pos(pattern), "SL0203", "%s%s", shown(pattern), why);
}

static void bind(Expand *x, Node *symbol, Node *value, Nodes *out) {
    Node *name = symbol_named(x, symbol->text);
    PUSH(x->scratch, *out, make_binding(x->arena, 0, name, value));
    scope_bind(x, name);
}

/* Binds `value` to a fresh symbol, so that its parts can be taken one after another. */
static Node *bind_fresh(Expand *x, const char *hint, Node *value, Nodes *out) {
    Node *symbol = fresh_symbol(x, hint);
    bind(x, symbol, value, out);
    return symbol;
}

static Node *number(Expand *x, int64_t value) {
    return core_quote(x, node_int(x->arena, 0, value));
}

/* ---- [a b & more :as all] */

/* The index of & in the pattern, the number of items when there is none. */
static uint32_t rest_index(const Node *pattern) {
    uint32_t i = 0;
    while (i < pattern->count && !is_word(item(pattern, i), N_SYMBOL, "&"))
        i++;
    return i;
}

/* What a pattern with & takes is walked as a seq: each element is reached once. */
static void destructure_seq(Expand *x, Node *pattern, uint32_t fixed, Node *whole, Nodes *out) {
    Pos at = place_for(x, pattern);
    Node *seq = bind_fresh(x, "seq", core_call(x, at, "seq", whole, NULL), out);
    for (uint32_t i = 0; i < fixed; i++) {
        destructure(x, item(pattern, i), core_call(x, at, "first", seq, NULL), out);
        seq = bind_fresh(x, "seq", core_call(x, at, "next", seq, NULL), out);
    }
    destructure(x, item(pattern, fixed + 1), seq, out);
}

static void destructure_vector(Expand *x, Node *pattern, Node *value, Nodes *out) {
    Pos at = place_for(x, pattern);
    Node *whole = bind_fresh(x, "vec", value, out);
    uint32_t count = pattern->count, fixed;
    Node *as = NULL;
    if (count >= 2 && is_keyword(item(pattern, count - 2), "as")) {
        as = last_item(pattern);
        count -= 2;
    }
    fixed = rest_index(pattern);
    if (as && !is_plain_symbol(as))
        report_pattern(x, as, " cannot stand behind :as; a name is needed");
    if (fixed < count && fixed + 2 != count) {
        report_pattern(x, pattern, " needs exactly one name behind &");
        return;
    }
    if (fixed < count) destructure_seq(x, pattern, fixed, whole, out);
    for (uint32_t i = 0; i < count && fixed >= count; i++)
        destructure(x, item(pattern, i),
                    core_call(x, at, "nth", whole, number(x, i), core_nil(x), NULL), out);
    if (as && is_plain_symbol(as)) bind(x, as, whole, out);
}

/* ---- {a :a :keys [b] :or {b 1} :as all} */

/* The source form of the default for `name`, NULL when there is none. */
static Node *default_of(const Node *defaults, Text name) {
    bool is_map = defaults && defaults->kind == N_MAP; /* else that was reported */
    for (uint32_t i = 0; is_map && i + 1 < defaults->count; i += 2)
        if (item(defaults, i)->kind == N_SYMBOL && item(defaults, i)->text == name)
            return item(defaults, i + 1);
    return NULL;
}

/* target = (get map key default?) */
static void take_key(Expand *x, Node *target, Node *map, Node *key, const Node *pattern,
                     Nodes *out) {
    Pos at = place_for(x, pattern);
    Node *other = target->kind == N_SYMBOL ? default_of(option(pattern, "or"), target->text) : NULL;
    Node *value = other ? core_call(x, at, "get", map, key, expand_expression(x, other), NULL)
                        : core_call(x, at, "get", map, key, NULL);
    destructure(x, target, value, out);
}

/* The key of one name of :keys, :strs or :syms; `space` of :some.space/keys, or 0. */
static Node *key_of(Expand *x, NodeKind kind, Text space, Text name) {
    return core_quote(x, node_text(x->arena, kind, 0, space ? join_symbol(space, name) : name));
}

/* :keys [a b/c :d] binds a, c, d from :a, :b/c, :d. */
static void take_names(Expand *x, NodeKind kind, Text space, Node *names, Node *map,
                       const Node *pattern, Nodes *out) {
    if (names->kind != N_VECTOR) {
        report_pattern(x, names, " cannot stand here; a vector of names is needed");
        return;
    }
    for (uint32_t i = 0; i < names->count; i++) {
        Node *n = item(names, i);
        Text own_space = 0, name = n->text;
        if (n->kind != N_SYMBOL && n->kind != N_KEYWORD) {
            report_pattern(x, n, " is no name");
            continue;
        }
        if (!split_symbol(n->text, &own_space, &name)) own_space = space;
        Node *target = node_text(x->scratch, N_SYMBOL, n->at, name);
        take_key(x, target, map, key_of(x, kind, own_space, name), pattern, out);
    }
}

/* Which kind of keys a :keys, :strs, :syms or :space/keys option takes; N_NIL for none of these. */
static NodeKind names_kind(const Node *key, Text *space) {
    static const struct {
        const char *name;
        NodeKind kind;
    } kinds[] = {{"keys", N_KEYWORD}, {"strs", N_STRING}, {"syms", N_SYMBOL}};
    Text name = key->text;
    *space = 0;
    if (key->kind != N_KEYWORD) return N_NIL;
    split_symbol(key->text, space, &name);
    for (int i = 0; i < 3; i++)
        if (name == text(kinds[i].name)) return kinds[i].kind;
    return N_NIL;
}

static void destructure_map(Expand *x, Node *pattern, Node *value, Nodes *out) {
    Node *looked_into = core_call(x, place_for(x, pattern), "keyword-arguments", value, NULL);
    Node *map = bind_fresh(x, "map", looked_into, out), *as = option(pattern, "as");
    Node *defaults = option(pattern, "or");
    Text space;
    if (defaults && defaults->kind != N_MAP)
        report_pattern(x, defaults,
                       " cannot stand behind :or; a map of names and values is needed");
    if (as && is_plain_symbol(as))
        bind(x, as, map, out);
    else if (as)
        report_pattern(x, as, " cannot stand behind :as; a name is needed");
    for (uint32_t i = 0; i + 1 < pattern->count; i += 2) {
        Node *target = item(pattern, i), *key = item(pattern, i + 1);
        NodeKind kind = names_kind(target, &space);
        if (kind != N_NIL)
            take_names(x, kind, space, key, map, pattern, out);
        else if (target->kind != N_KEYWORD)
            take_key(x, target, map, expand_expression(x, key), pattern, out);
        else if (!is_keyword(target, "as") && !is_keyword(target, "or"))
            report_pattern(x, target, " means nothing in a map pattern");
    }
}

void destructure(Expand *x, Node *pattern, Node *value, Nodes *out) {
    if (is_plain_symbol(pattern))
        bind(x, pattern, value, out);
    else if (pattern->kind == N_VECTOR)
        destructure_vector(x, pattern, value, out);
    else if (pattern->kind == N_MAP)
        destructure_map(x, pattern, value, out);
    else
        report_pattern(x, pattern, " cannot be bound; a name, a vector or a map is needed");
}

/* ---- let */

Node *binding_vector(Expand *x, Node *form, Node *vector) {
    const char *word = word_of(form);
    if (vector->kind != N_VECTOR) {
        error_at(x->diagnostics, pos(vector), "SL0202",
                 "%s needs its bindings in a vector: [name value ...]", word);
        return NULL;
    }
    if (vector->count % 2) {
        error_at(x->diagnostics, pos(vector), "SL0202",
                 "the last name in the bindings of %s has no value", word);
        return NULL;
    }
    return vector;
}

Node *expand_let(Expand *x, Node *form) {
    Node *vector = binding_vector(x, form, item(form, 1));
    if (!vector) return core_nil(x);
    uint32_t mark = scope_enter(x);
    Pos at = place_for(x, form);
    Nodes bindings = {0};
    for (uint32_t i = 0; i < vector->count; i += 2)
        destructure(x, item(vector, i), expand_expression(x, item(vector, i + 1)), &bindings);
    Node *body = expand_body(x, at, items_from(form, 2));
    scope_leave(x, mark);
    return core_let(x, at, bindings, body);
}

/* ---- loop: patterns are matched again in every round */

static Node *loop_form(Expand *x, Pos at, Nodes bindings, Node *body) {
    return make_loop(x->arena, at, NULL, list_of(bindings, 0), body);
}

static bool has_patterns(const Node *vector) {
    for (uint32_t i = 0; i < vector->count; i += 2)
        if (!is_plain_symbol(item(vector, i))) return true;
    return false;
}

static Node *plain_loop(Expand *x, Node *form, Node *vector) {
    Pos at = place_for(x, form);
    Nodes bindings = {0};
    for (uint32_t i = 0; i < vector->count; i += 2)
        bind(x, item(vector, i), expand_expression(x, item(vector, i + 1)), &bindings);
    return loop_form(x, at, bindings, expand_body(x, at, items_from(form, 2)));
}

/* (loop [[a b] e] body)
 * => (let [[loop#1 e] a ... b ...] (loop [[loop#1 loop#1]] (let [a ... b ...] body)))
 * The outer bindings of a and b are there for later starts, which may use them. */
static Node *pattern_loop(Expand *x, Node *form, Node *vector) {
    Pos at = place_for(x, form);
    Nodes outer = {0}, names = {0}, rounds = {0}, inner = {0};
    for (uint32_t i = 0; i < vector->count; i += 2) {
        Node *value = expand_expression(x, item(vector, i + 1)), *pattern = item(vector, i);
        Node *symbol = is_plain_symbol(pattern) ? pattern : fresh_symbol(x, "loop");
        bind(x, symbol, value, &outer);
        if (symbol != pattern) destructure(x, pattern, symbol, &outer);
        Node *name = symbol_named(x, symbol->text);
        PUSH(x->scratch, names, name);
        PUSH(x->scratch, rounds, make_binding(x->arena, 0, name, name));
    }
    for (uint32_t i = 0; i < vector->count; i += 2)
        if (!is_plain_symbol(item(vector, i)))
            destructure(x, item(vector, i), names.items[i / 2], &inner);
    Node *body = expand_body(x, at, items_from(form, 2));
    return core_let(x, at, outer, loop_form(x, at, rounds, core_let(x, at, inner, body)));
}

Node *expand_loop(Expand *x, Node *form) {
    Node *vector = binding_vector(x, form, item(form, 1));
    if (!vector) return core_nil(x);
    uint32_t mark = scope_enter(x);
    Node *out = has_patterns(vector) ? pattern_loop(x, form, vector) : plain_loop(x, form, vector);
    scope_leave(x, mark);
    return out;
}

/* ---- if-let and its kin */

/* The [pattern test] of a form; NULL after an error. */
static Node *one_binding(Expand *x, Node *form) {
    Node *vector = item(form, 1);
    if (vector->kind == N_VECTOR && vector->count == 2) return vector;
    error_at(x->diagnostics, pos(vector), "SL0202",
             "%s needs one pattern and one value: [pattern value]", word_of(form));
    return NULL;
}

/* Binds the test's value, then the pattern inside the branch that is taken when `is_some` ? it is
 * not nil : it is true. */
static Node *conditional_binding(Expand *x, Node *form, bool is_some, NodeList then,
                                 Node *otherwise) {
    Node *vector = one_binding(x, form);
    if (!vector) return core_nil(x);
    Pos at = place_for(x, form);
    Nodes outer = {0}, inner = {0};
    Node *value = expand_expression(x, item(vector, 1));
    Node *else_part = otherwise ? expand_expression(x, otherwise) : core_nil(x);
    uint32_t mark = scope_enter(x);
    Node *test = bind_fresh(x, "test", value, &outer);
    destructure(x, item(vector, 0), test, &inner);
    Node *then_part = core_let(x, at, inner, expand_body(x, at, then));
    scope_leave(x, mark);
    Node *choice =
        is_some ? make_if(x->arena, at, core_call(x, at, "nil?", test, NULL), else_part, then_part)
                : make_if(x->arena, at, dialect_test(x, test), then_part, else_part);
    return core_let(x, at, outer, choice);
}

static Node *if_binding(Expand *x, Node *form, bool is_some) {
    Node *then = item(form, 2), *otherwise = form->count > 3 ? item(form, 3) : NULL;
    return conditional_binding(x, form, is_some, nodes(&then, 1, 0), otherwise);
}

Node *expand_if_let(Expand *x, Node *form) {
    return if_binding(x, form, false);
}

Node *expand_if_some(Expand *x, Node *form) {
    return if_binding(x, form, true);
}

Node *expand_when_let(Expand *x, Node *form) {
    return conditional_binding(x, form, false, items_from(form, 2), NULL);
}

Node *expand_when_some(Expand *x, Node *form) {
    return conditional_binding(x, form, true, items_from(form, 2), NULL);
}

/* (when-first [p coll] body)
 * => (let [[seq#1 (seq coll)]] (if seq#1 (let [p (first seq#1)] body) nil)) */
Node *expand_when_first(Expand *x, Node *form) {
    Node *vector = one_binding(x, form);
    if (!vector) return core_nil(x);
    Pos at = place_for(x, form);
    Nodes outer = {0}, inner = {0};
    uint32_t mark = scope_enter(x);
    Node *coll = expand_expression(x, item(vector, 1));
    Node *seq = bind_fresh(x, "seq", core_call(x, at, "seq", coll, NULL), &outer);
    destructure(x, item(vector, 0), core_call(x, at, "first", seq, NULL), &inner);
    Node *body = core_let(x, at, inner, expand_body(x, at, items_from(form, 2)));
    scope_leave(x, mark);
    return core_let(x, at, outer, build(x->arena, at, "(if ? ? (quote nil))", seq, body));
}
