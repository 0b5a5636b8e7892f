/* functions.c - fn, letfn and what hides a function: #(...), lazy-seq, delay.
 *
 *   (fn f [x [a b] & more] body)
 *   => (fn f (rest [x p#1 more] (let [... a ... b ...] body)))
 */
#include "../ir/arity.h"
#include "expand.h"

enum { MOST_PARAMETERS = 20 };

/* ---- one arity */

typedef struct {
    Nodes symbols;  /* the parameters, plain */
    Nodes bindings; /* what their patterns bind */
    bool has_rest;
} Parameters;

static void add_parameter(Expand *x, Node *symbol, Parameters *p) {
    Node *name = symbol_named(x, symbol->text);
    PUSH(x->scratch, p->symbols, name);
    scope_bind(x, name);
}

/* First all parameters as plain symbols, then the patterns: they see the parameters before them. */
static Parameters read_parameters(Expand *x, Node *vector) {
    Parameters p = {0};
    Nodes patterns = {0}; /* NULL where a parameter is plain */
    for (uint32_t i = 0; i < vector->count; i++) {
        Node *parameter = item(vector, i);
        if (is_word(parameter, N_SYMBOL, "&")) {
            bool is_last_but_one = i + 2 == vector->count;
            if (p.has_rest || !is_last_but_one)
                error_at(x->diagnostics, pos(parameter), "SL0204",
                         "& must be followed by one name, the last one");
            p.has_rest = is_last_but_one;
            continue;
        }
        bool plain = is_plain_symbol(parameter);
        PUSH(x->scratch, patterns, plain ? NULL : parameter);
        add_parameter(x, plain ? parameter : fresh_symbol(x, "p"), &p);
    }
    for (uint32_t i = 0; i < patterns.count; i++)
        if (patterns.items[i]) destructure(x, patterns.items[i], p.symbols.items[i], &p.bindings);
    return p;
}

/* ---- conditions of a body: {:pre [test ...] :post [test ...]}, where % is the value */

static void add_asserts(Expand *x, Node *conditions, Nodes *steps) {
    if (conditions->kind != N_VECTOR) {
        error_at(x->diagnostics, pos(conditions), "SL0217", "conditions must be in a vector");
        return;
    }
    for (uint32_t i = 0; i < conditions->count; i++) {
        Node *test = item(conditions, i);
        Node *form = source_list(x->scratch, pos(test), conditions, nodes(&test, 1, 0));
        PUSH(x->scratch, *steps, expand_assert(x, form));
    }
}

/* (let [% body] (assert test) ... %) */
static Node *with_post(Expand *x, Pos at, Node *conditions, Node *body) {
    Node *value = symbol_named(x, text("%"));
    Nodes bindings = {0}, steps = {0};
    uint32_t mark = scope_enter(x);
    PUSH(x->scratch, bindings, make_binding(x->arena, 0, value, body));
    scope_bind(x, value);
    add_asserts(x, conditions, &steps);
    PUSH(x->scratch, steps, value);
    scope_leave(x, mark);
    return core_let(x, at, bindings, core_steps(x, at, list_of(steps, at)));
}

/* A map in front of a body holds its conditions; alone it is the body. */
static Node *expand_conditional_body(Expand *x, Pos at, NodeList forms) {
    if (forms.count < 2 || forms.items[0]->kind != N_MAP) return expand_body(x, at, forms);
    Node *pre = option(forms.items[0], "pre"), *post = option(forms.items[0], "post");
    Nodes steps = {0};
    if (pre) add_asserts(x, pre, &steps);
    Node *body = expand_body(x, at, nodes_after(forms, 1));
    PUSH(x->scratch, steps, post ? with_post(x, at, post, body) : body);
    return core_steps(x, at, list_of(steps, at));
}

/* parts: the parameter vector, then the body. */
static Node *expand_arity(Expand *x, Pos at, NodeList parts) {
    Node *vector = parts.items[0];
    uint32_t mark = scope_enter(x);
    Parameters p = read_parameters(x, vector);
    uint32_t fixed = p.symbols.count - p.has_rest;
    if (fixed > MOST_PARAMETERS)
        error_at(x->diagnostics, pos(vector), "SL0204",
                 "a function takes up to %d parameters, this one has %u", MOST_PARAMETERS, fixed);
    Node *body = expand_conditional_body(x, at, nodes_after(parts, 1));
    scope_leave(x, mark);
    return make_arity(x->arena, p.has_rest ? H_rest : H_arity, at, list_of(p.symbols, at),
                      core_let(x, at, p.bindings, body));
}

/* ---- all arities of a function */

/* Two arities that the same call could mean. */
static void check_pair(Expand *x, Pos at, const Node *a, const Node *b) {
    bool a_has_rest = is_form(a, H_rest), b_has_rest = is_form(b, H_rest);
    uint32_t a_takes = fixed_parameters(a), b_takes = fixed_parameters(b);
    if (a_has_rest && b_has_rest)
        error_at(x->diagnostics, at, "SL0205",
                 "only one arity of a function can have a rest parameter");
    else if (a_has_rest == b_has_rest && a_takes == b_takes)
        error_at(x->diagnostics, at, "SL0205", "two arities of this function take %u parameters",
                 a_takes);
    else if (!x->in_library &&
             ((a_has_rest && a_takes < b_takes) || (b_has_rest && b_takes < a_takes)))
        error_at(x->diagnostics, at, "SL0205",
                 "the arity with a rest parameter must have the most parameters");
}

static void check_arities(Expand *x, Pos at, NodeList arities) {
    for (uint32_t i = 0; i < arities.count; i++)
        for (uint32_t k = 0; k < i; k++)
            check_pair(x, at, arities.items[i], arities.items[k]);
}

static bool is_arity_list(const Node *n) {
    return is_full_list(n) && item(n, 0)->kind == N_VECTOR;
}

static Node *report_no_parameters(Expand *x, Node *form) {
    error_at(x->diagnostics, pos(form), "SL0206", "%s needs its parameters in a vector",
             word_of(form));
    help_line(x->diagnostics, "a function without parameters has [] there");
    return core_nil(x);
}

/* One arity, or a list for each. */
static bool are_arities(NodeList parts) {
    if (parts.count && parts.items[0]->kind == N_VECTOR) return true;
    for (uint32_t i = 0; i < parts.count; i++)
        if (!is_arity_list(parts.items[i])) return false;
    return parts.count > 0;
}

Node *expand_arities(Expand *x, Node *form, Node *own, NodeList parts) {
    Pos at = place_for(x, form);
    Nodes arities = {0};
    if (!are_arities(parts)) return report_no_parameters(x, form);
    uint32_t mark = scope_enter(x);
    if (own) scope_bind(x, own);
    bool is_one = parts.items[0]->kind == N_VECTOR;
    if (is_one) PUSH(x->scratch, arities, expand_arity(x, at, parts));
    for (uint32_t i = 0; i < parts.count && !is_one; i++) {
        Node *arity = parts.items[i];
        PUSH(x->scratch, arities, expand_arity(x, place_for(x, arity), kids_of(arity)));
    }
    scope_leave(x, mark);
    check_arities(x, pos(form), list_of(arities, at));
    Node *name = symbol_named(x, own ? own->text : text("_"));
    return make_fn(x->arena, at, (FnForm){.self = name, .arities = list_of(arities, at)});
}

Node *expand_fn(Expand *x, Node *form) {
    Node *own = is_plain_symbol(item(form, 1)) ? item(form, 1) : NULL;
    return expand_arities(x, form, own, items_from(form, own ? 2 : 1));
}

/* ---- (letfn [(f [x] ...) ...] body) => (letrec [[f (fn f ...)] ...] body) */

static bool are_local_functions(const Node *vector) {
    if (vector->kind != N_VECTOR) return false;
    for (uint32_t i = 0; i < vector->count; i++) {
        const Node *f = item(vector, i);
        if (f->kind != N_LIST || f->count < 2 || !is_plain_symbol(item(f, 0))) return false;
    }
    return true;
}

Node *expand_letfn(Expand *x, Node *form) {
    Node *functions = item(form, 1);
    Pos at = place_for(x, form);
    Nodes bindings = {0};
    if (!are_local_functions(functions)) {
        error_at(x->diagnostics, pos(functions), "SL0202",
                 "letfn needs its functions in a vector: [(name [parameter ...] body ...) ...]");
        return core_nil(x);
    }
    uint32_t mark = scope_enter(x);
    for (uint32_t i = 0; i < functions->count; i++)
        scope_bind(x, item(item(functions, i), 0));
    for (uint32_t i = 0; i < functions->count; i++) {
        Node *function = item(functions, i), *own = item(function, 0);
        Node *value = expand_arities(x, function, own, items_from(function, 1));
        Node *name = symbol_named(x, own->text);
        PUSH(x->scratch, bindings, make_binding(x->arena, 0, name, value));
    }
    Node *body = expand_body(x, at, items_from(form, 2));
    scope_leave(x, mark);
    if (bindings.count == 0) return body;
    return make_letrec(x->arena, at, list_of(bindings, 0), body);
}

/* ---- bodies that run later */

static Node *later(Expand *x, Node *form, const char *maker) {
    Pos at = place_for(x, form);
    Node *body = expand_body(x, at, items_from(form, 1));
    return core_call(x, at, maker, core_thunk(x, at, body), NULL);
}

Node *expand_lazy_seq(Expand *x, Node *form) {
    return later(x, form, "%lazy");
}

Node *expand_delay(Expand *x, Node *form) {
    return later(x, form, "%delay");
}

Node *expand_lazy_cat(Expand *x, Node *form) {
    Pos at = place_for(x, form);
    Nodes operands = {0};
    Node *concat = global_symbol(x, 0, text("core"), text("concat"));
    for (uint32_t i = 1; i < form->count; i++) {
        Node *thunk = core_thunk(x, at, expand_expression(x, item(form, i)));
        PUSH(x->scratch, operands, core_call(x, at, "%lazy", thunk, NULL));
    }
    return make_call(x->arena, at, concat, list_of(operands, at));
}

/* ---- #(... % %2 %&) */

typedef struct {
    Expand *x;
    uint32_t most; /* the highest %N */
    bool has_rest;
} Literal;

/* 1 for % and %1, N for %N, 0 for %&, -1 for other symbols. */
static int parameter_number(const Node *n) {
    const char *s = n->kind == N_SYMBOL ? text_bytes(n->text) : "";
    if (s[0] != '%') return -1;
    if (s[1] == 0) return 1;
    if (s[1] == '&' && s[2] == 0) return 0;
    int number = 0;
    for (s++; *s >= '0' && *s <= '9' && number <= MOST_PARAMETERS; s++)
        number = number * 10 + (*s - '0');
    return *s == 0 && number > 0 ? number : -1;
}

static Text parameter_name(int number) {
    return number ? text_format("p%d#", number) : text("rest#");
}

/* The body with %, %2 ... replaced by the names of the parameters. */
static Node *replace_parameters(Literal *l, Node *n) {
    int number = parameter_number(n);
    if (number == 0) l->has_rest = true;
    if (number > (int)l->most) l->most = (uint32_t)number;
    if (number >= 0) return node_text(l->x->arena, N_SYMBOL, n->at, parameter_name(number));
    if (!is_tree(n)) return n;
    Nodes replaced = {0};
    for (uint32_t i = 0; i < n->count; i++)
        PUSH(l->x->scratch, replaced, replace_parameters(l, item(n, i)));
    return node_like(l->x->scratch, n, n->at, list_of(replaced, n->at));
}

Node *expand_function_literal(Expand *x, Node *form) {
    Literal l = {.x = x};
    Node *body = replace_parameters(&l, item(form, 1));
    Nodes parameters = {0};
    for (int i = 1; i <= (int)l.most; i++)
        PUSH(x->scratch, parameters, symbol_named(x, parameter_name(i)));
    if (l.has_rest) {
        PUSH(x->scratch, parameters, symbol_named(x, text("&")));
        PUSH(x->scratch, parameters, symbol_named(x, parameter_name(0)));
    }
    Node *vector = node_tree(x->scratch, N_VECTOR, form->at, parameters.items, parameters.count);
    Node *parts[] = {vector, body};
    return expand_arities(x, form, NULL, nodes(parts, 2, form->at));
}
