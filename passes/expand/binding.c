/* binding.c - let, loop and destructuring.
 *
 *   (let [[a b] v {:keys [k] :or {k 1}} m] body)
 *   => (let [[vec#1 v] [a (call core/nth vec#1 (quote 0) (quote nil))] ...
 *            [map#2 (call core/keyword-arguments m)]
 *            [k (call core/get map#2 (quote :k) (quote 1))]] body)
 */
#include "expand.h"

#include <string.h>

bool is_plain_symbol(const Node *n) {
    Text space, name;
    return n->kind == N_SYMBOL && !split_symbol(n->text, &space, &name);
}

static bool is_text(const Node *n, NodeKind kind, const char *s) {
    return n->kind == kind && n->text == text(s);
}

static void report_pattern(Expander *x, const Node *pattern, const char *why) {
    Buffer b = {0};
    print_flat(&b, pattern);
    error_at(x->diagnostics, pos(pattern), "SL0203", "%.*s%s", b.length > 60 ? 60 : (int)b.length,
             b.bytes, why);
    buffer_free(&b);
}

static void bind(Expander *x, Node *symbol, Node *value, Nodes *out) {
    Node *name = node_text(x->arena, N_SYMBOL, 0, symbol->text);
    PUSH(x->scratch, *out, core_binding(x, name, value));
    scope_bind(x, name);
}

/* Binds `value` to a fresh symbol, so that its parts can be taken one after another. */
static Node *bind_fresh(Expander *x, const char *hint, Node *value, Nodes *out) {
    Node *symbol = fresh_symbol(x, hint);
    bind(x, symbol, value, out);
    return symbol;
}

static Node *number(Expander *x, int64_t value) {
    return core_quote(x, node_int(x->arena, 0, value));
}

/* ---- [a b & more :as all] */

/* The index of & in the pattern, the number of kids when there is none. */
static uint32_t rest_index(const Node *pattern) {
    uint32_t i = 0;
    while (i < pattern->count && !is_text(pattern->kids[i], N_SYMBOL, "&"))
        i++;
    return i;
}

/* What a pattern with & takes is walked as a seq: each element is reached once. */
static void destructure_seq(Expander *x, Node *pattern, uint32_t fixed, Node *whole, Nodes *out) {
    Pos at = place_for(x, pattern);
    Node *seq = bind_fresh(x, "seq", core_call(x, at, "seq", whole, NULL), out);
    for (uint32_t i = 0; i < fixed; i++) {
        destructure(x, pattern->kids[i], core_call(x, at, "first", seq, NULL), out);
        seq = bind_fresh(x, "seq", core_call(x, at, "next", seq, NULL), out);
    }
    destructure(x, pattern->kids[fixed + 1], seq, out);
}

static void destructure_vector(Expander *x, Node *pattern, Node *value, Nodes *out) {
    Pos at = place_for(x, pattern);
    Node *whole = bind_fresh(x, "vec", value, out);
    uint32_t count = pattern->count, fixed;
    Node *as = NULL;
    if (count >= 2 && is_text(pattern->kids[count - 2], N_KEYWORD, "as")) {
        as = pattern->kids[count - 1];
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
        destructure(x, pattern->kids[i],
                    core_call(x, at, "nth", whole, number(x, i), core_nil(x), NULL), out);
    if (as && is_plain_symbol(as)) bind(x, as, whole, out);
}

/* ---- {a :a :keys [b] :or {b 1} :as all} */

/* The value behind the keyword `key` of a map pattern, NULL when it has none. */
static Node *option(const Node *pattern, const char *key) {
    for (uint32_t i = 0; i + 1 < pattern->count; i += 2)
        if (is_text(pattern->kids[i], N_KEYWORD, key)) return pattern->kids[i + 1];
    return NULL;
}

/* The source form of the default for `name`, NULL when there is none. */
static Node *default_of(const Node *defaults, Text name) {
    for (uint32_t i = 0; defaults && i + 1 < defaults->count; i += 2)
        if (defaults->kids[i]->kind == N_SYMBOL && defaults->kids[i]->text == name)
            return defaults->kids[i + 1];
    return NULL;
}

/* target = (get map key default?) */
static void take_key(Expander *x, Node *target, Node *map, Node *key, const Node *pattern,
                     Nodes *out) {
    Pos at = place_for(x, pattern);
    Node *other = target->kind == N_SYMBOL ? default_of(option(pattern, "or"), target->text) : NULL;
    Node *value = other ? core_call(x, at, "get", map, key, expand_expression(x, other), NULL)
                        : core_call(x, at, "get", map, key, NULL);
    destructure(x, target, value, out);
}

/* The key of one name of :keys, :strs or :syms; `space` of :some.space/keys, or 0. */
static Node *key_of(Expander *x, NodeKind kind, Text space, Text name) {
    return core_quote(x, node_text(x->arena, kind, 0, space ? join_symbol(space, name) : name));
}

/* :keys [a b/c :d] binds a, c, d from :a, :b/c, :d. */
static void take_names(Expander *x, NodeKind kind, Text space, Node *names, Node *map,
                       const Node *pattern, Nodes *out) {
    if (names->kind != N_VECTOR) {
        report_pattern(x, names, " cannot stand here; a vector of names is needed");
        return;
    }
    for (uint32_t i = 0; i < names->count; i++) {
        Node *n = names->kids[i];
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

static void destructure_map(Expander *x, Node *pattern, Node *value, Nodes *out) {
    Node *looked_into = core_call(x, place_for(x, pattern), "keyword-arguments", value, NULL);
    Node *map = bind_fresh(x, "map", looked_into, out), *as = option(pattern, "as");
    Text space;
    if (as && is_plain_symbol(as)) bind(x, as, map, out);
    else if (as) report_pattern(x, as, " cannot stand behind :as; a name is needed");
    for (uint32_t i = 0; i + 1 < pattern->count; i += 2) {
        Node *target = pattern->kids[i], *key = pattern->kids[i + 1];
        NodeKind kind = names_kind(target, &space);
        if (kind != N_NIL) take_names(x, kind, space, key, map, pattern, out);
        else if (target->kind != N_KEYWORD)
            take_key(x, target, map, expand_expression(x, key), pattern, out);
        else if (!is_text(target, N_KEYWORD, "as") && !is_text(target, N_KEYWORD, "or"))
            report_pattern(x, target, " means nothing in a map pattern");
    }
}

void destructure(Expander *x, Node *pattern, Node *value, Nodes *out) {
    if (is_plain_symbol(pattern)) bind(x, pattern, value, out);
    else if (pattern->kind == N_VECTOR) destructure_vector(x, pattern, value, out);
    else if (pattern->kind == N_MAP) destructure_map(x, pattern, value, out);
    else report_pattern(x, pattern, " cannot be bound; a name, a vector or a map is needed");
}

/* ---- let */

Node *binding_vector(Expander *x, Node *form, Node *vector) {
    const char *word = text_bytes(form->kids[0]->text);
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

Node *expand_let(Expander *x, Node *form) {
    Node *vector = binding_vector(x, form, form->kids[1]);
    if (!vector) return core_nil(x);
    uint32_t mark = scope_enter(x);
    Pos at = place_for(x, form);
    Nodes bindings = {0};
    for (uint32_t i = 0; i < vector->count; i += 2)
        destructure(x, vector->kids[i], expand_expression(x, vector->kids[i + 1]), &bindings);
    Node *body = expand_body(x, at, form->kids + 2, form->count - 2);
    scope_leave(x, mark);
    return core_let(x, at, &bindings, body);
}

/* ---- loop: patterns are matched again in every round */

static Node *loop_form(Expander *x, Pos at, const Nodes *bindings, Node *body) {
    Node *vector = node_tree(x->arena, N_VECTOR, 0, bindings->items, bindings->count);
    return list(x->arena, H_loop, at, vector, body, NULL);
}

static bool has_patterns(const Node *vector) {
    for (uint32_t i = 0; i < vector->count; i += 2)
        if (!is_plain_symbol(vector->kids[i])) return true;
    return false;
}

static Node *plain_loop(Expander *x, Node *form, Node *vector) {
    Pos at = place_for(x, form);
    Nodes bindings = {0};
    for (uint32_t i = 0; i < vector->count; i += 2)
        bind(x, vector->kids[i], expand_expression(x, vector->kids[i + 1]), &bindings);
    return loop_form(x, at, &bindings, expand_body(x, at, form->kids + 2, form->count - 2));
}

/* (loop [[a b] e] body)
 * => (let [[loop#1 e] a ... b ...] (loop [[loop#1 loop#1]] (let [a ... b ...] body)))
 * The outer bindings of a and b are there for later starts, which may use them. */
static Node *pattern_loop(Expander *x, Node *form, Node *vector) {
    Pos at = place_for(x, form);
    Nodes outer = {0}, rounds = {0}, inner = {0};
    for (uint32_t i = 0; i < vector->count; i += 2) {
        Node *value = expand_expression(x, vector->kids[i + 1]), *pattern = vector->kids[i];
        Node *symbol = is_plain_symbol(pattern) ? pattern : fresh_symbol(x, "loop");
        bind(x, symbol, value, &outer);
        if (symbol != pattern) destructure(x, pattern, symbol, &outer);
        Node *name = node_text(x->arena, N_SYMBOL, 0, symbol->text);
        PUSH(x->scratch, rounds, core_binding(x, name, name));
    }
    for (uint32_t i = 0; i < vector->count; i += 2)
        if (!is_plain_symbol(vector->kids[i]))
            destructure(x, vector->kids[i], rounds.items[i / 2]->kids[0], &inner);
    Node *body = expand_body(x, at, form->kids + 2, form->count - 2);
    return core_let(x, at, &outer, loop_form(x, at, &rounds, core_let(x, at, &inner, body)));
}

Node *expand_loop(Expander *x, Node *form) {
    Node *vector = binding_vector(x, form, form->kids[1]);
    if (!vector) return core_nil(x);
    uint32_t mark = scope_enter(x);
    Node *out = has_patterns(vector) ? pattern_loop(x, form, vector) : plain_loop(x, form, vector);
    scope_leave(x, mark);
    return out;
}

/* ---- if-let and its kin */

/* The [pattern test] of a form; NULL after an error. */
static Node *one_binding(Expander *x, Node *form) {
    Node *vector = form->kids[1];
    if (vector->kind == N_VECTOR && vector->count == 2) return vector;
    error_at(x->diagnostics, pos(vector), "SL0202",
             "%s needs one pattern and one value: [pattern value]",
             text_bytes(form->kids[0]->text));
    return NULL;
}

/* Binds the test's value, then the pattern inside the branch that is taken when `is_some` ? it is
 * not nil : it is true. */
static Node *conditional_binding(Expander *x, Node *form, bool is_some, Node **then, uint32_t count,
                                 Node *other) {
    Node *vector = one_binding(x, form);
    if (!vector) return core_nil(x);
    Pos at = place_for(x, form);
    Nodes outer = {0}, inner = {0};
    Node *value = expand_expression(x, vector->kids[1]);
    Node *else_part = other ? expand_expression(x, other) : core_nil(x);
    uint32_t mark = scope_enter(x);
    Node *test = bind_fresh(x, "test", value, &outer);
    destructure(x, vector->kids[0], test, &inner);
    Node *then_part = core_let(x, at, &inner, expand_body(x, at, then, count));
    scope_leave(x, mark);
    Node *choice = is_some ? build(x->arena, at, "(if ? ? ?)", core_call(x, at, "nil?", test, NULL),
                                   else_part, then_part)
                           : build(x->arena, at, "(if ? ? ?)", dialect_test(x, test), then_part,
                                   else_part);
    return core_let(x, at, &outer, choice);
}

Node *expand_if_let(Expander *x, Node *form) {
    return conditional_binding(x, form, false, form->kids + 2, 1,
                               form->count > 3 ? form->kids[3] : NULL);
}
Node *expand_if_some(Expander *x, Node *form) {
    return conditional_binding(x, form, true, form->kids + 2, 1,
                               form->count > 3 ? form->kids[3] : NULL);
}
Node *expand_when_let(Expander *x, Node *form) {
    return conditional_binding(x, form, false, form->kids + 2, form->count - 2, NULL);
}
Node *expand_when_some(Expander *x, Node *form) {
    return conditional_binding(x, form, true, form->kids + 2, form->count - 2, NULL);
}

/* (when-first [p coll] body)
 * => (let [[seq#1 (seq coll)]] (if seq#1 (let [p (first seq#1)] body) nil)) */
Node *expand_when_first(Expander *x, Node *form) {
    Node *vector = one_binding(x, form);
    if (!vector) return core_nil(x);
    Pos at = place_for(x, form);
    Nodes outer = {0}, inner = {0};
    uint32_t mark = scope_enter(x);
    Node *coll = expand_expression(x, vector->kids[1]);
    Node *seq = bind_fresh(x, "seq", core_call(x, at, "seq", coll, NULL), &outer);
    destructure(x, vector->kids[0], core_call(x, at, "first", seq, NULL), &inner);
    Node *body = core_let(x, at, &inner, expand_body(x, at, form->kids + 2, form->count - 2));
    scope_leave(x, mark);
    return core_let(x, at, &outer, build(x->arena, at, "(if ? ? (quote nil))", seq, body));
}
