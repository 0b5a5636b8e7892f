/* functions.c - fn, letfn and what hides a function: #(...), lazy-seq, delay.
 *
 *   (fn f [x [a b] & more] body)
 *   => (fn f (rest [x p#1 more] (let [... a ... b ...] body)))
 */
#include "expand.h"

enum { MOST_PARAMETERS = 20 };

/* ---- one arity */

typedef struct {
    Nodes symbols;  /* the parameters, plain */
    Nodes bindings; /* what their patterns bind */
    bool has_rest;
} Parameters;

static bool is_ampersand(const Node *n) { return n->kind == N_SYMBOL && n->text == text("&"); }

static void add_parameter(Expander *x, Node *symbol, Parameters *p) {
    Node *name = node_text(x->arena, N_SYMBOL, 0, symbol->text);
    PUSH(x->scratch, p->symbols, name);
    scope_bind(x, name);
}

/* First all parameters as plain symbols, then the patterns: they see the parameters before them. */
static Parameters read_parameters(Expander *x, Node *vector) {
    Parameters p = {0};
    VEC(uint32_t) patterns = {0};
    for (uint32_t i = 0; i < vector->count; i++) {
        Node *parameter = vector->kids[i];
        if (is_ampersand(parameter)) {
            if (p.has_rest || i + 2 != vector->count)
                error_at(x->diagnostics, pos(parameter), "SL0204",
                         "& must be followed by one name, the last one");
            p.has_rest = true;
            continue;
        }
        bool plain = is_plain_symbol(parameter);
        if (!plain) PUSH(x->scratch, patterns, i);
        add_parameter(x, plain ? parameter : fresh_symbol(x, "p"), &p);
    }
    for (uint32_t i = 0; i < patterns.count; i++) {
        uint32_t which = patterns.items[i];
        destructure(x, vector->kids[which],
                    p.symbols.items[which - (p.has_rest && which + 1 == vector->count)],
                    &p.bindings);
    }
    return p;
}

/* ---- conditions of a body: {:pre [test ...] :post [test ...]}, where % is the value */

static Node *conditions_of(const Node *map, const char *key) {
    for (uint32_t i = 0; i + 1 < map->count; i += 2)
        if (map->kids[i]->kind == N_KEYWORD && map->kids[i]->text == text(key))
            return map->kids[i + 1];
    return NULL;
}

static void add_asserts(Expander *x, Node *conditions, Nodes *steps) {
    if (conditions->kind != N_VECTOR) {
        error_at(x->diagnostics, pos(conditions), "SL0217", "conditions stand in a vector");
        return;
    }
    for (uint32_t i = 0; i < conditions->count; i++) {
        Node *test = conditions->kids[i];
        Node *form = list(x->scratch, H_NONE, pos(test), conditions, test, NULL);
        PUSH(x->scratch, *steps, expand_assert(x, form));
    }
}

static Node *steps_form(Expander *x, Pos at, const Nodes *steps) {
    return steps->count == 1 ? steps->items[0]
                             : node_list(x->arena, H_do, at, steps->items, steps->count);
}

/* (let [% body] (assert test) ... %) */
static Node *with_post(Expander *x, Pos at, Node *conditions, Node *body) {
    Node *value = node_text(x->arena, N_SYMBOL, 0, text("%"));
    Nodes bindings = {0}, steps = {0};
    uint32_t mark = scope_enter(x);
    PUSH(x->scratch, bindings, core_binding(x, value, body));
    scope_bind(x, value);
    add_asserts(x, conditions, &steps);
    PUSH(x->scratch, steps, value);
    scope_leave(x, mark);
    return core_let(x, at, &bindings, steps_form(x, at, &steps));
}

/* A map in front of a body holds its conditions; alone it is the body. */
static Node *expand_conditional_body(Expander *x, Pos at, Node **forms, uint32_t count) {
    if (count < 2 || forms[0]->kind != N_MAP) return expand_body(x, at, forms, count);
    Node *pre = conditions_of(forms[0], "pre"), *post = conditions_of(forms[0], "post");
    Nodes steps = {0};
    if (pre) add_asserts(x, pre, &steps);
    Node *body = expand_body(x, at, forms + 1, count - 1);
    PUSH(x->scratch, steps, post ? with_post(x, at, post, body) : body);
    return steps_form(x, at, &steps);
}

/* parts: the parameter vector, then the body. */
static Node *expand_arity(Expander *x, Pos at, Node **parts, uint32_t count) {
    Node *vector = parts[0];
    uint32_t mark = scope_enter(x);
    Parameters p = read_parameters(x, vector);
    uint32_t fixed = p.symbols.count - p.has_rest;
    if (fixed > MOST_PARAMETERS)
        error_at(x->diagnostics, pos(vector), "SL0204",
                 "a function takes up to %d parameters, this one has %u", MOST_PARAMETERS, fixed);
    Node *body = core_let(x, at, &p.bindings, expand_conditional_body(x, at, parts + 1, count - 1));
    scope_leave(x, mark);
    Node *symbols = node_tree(x->arena, N_VECTOR, at, p.symbols.items, p.symbols.count);
    return list(x->arena, p.has_rest ? H_rest : H_arity, at, symbols, body, NULL);
}

/* ---- all arities of a function */

static uint32_t fixed_count(const Node *arity) {
    return arity->kids[0]->count - (arity->head == H_rest);
}

/* Two arities that the same call could mean. */
static void check_arities(Expander *x, Node *form, Node **arities, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < i; k++) {
            const Node *a = arities[i], *b = arities[k];
            bool both_rest = a->head == H_rest && b->head == H_rest;
            const Node *rest = a->head == H_rest ? a : b, *other = rest == a ? b : a;
            if (both_rest)
                error_at(x->diagnostics, pos(form), "SL0205",
                         "only one arity of a function can have a rest parameter");
            else if (a->head == b->head && fixed_count(a) == fixed_count(b))
                error_at(x->diagnostics, pos(form), "SL0205",
                         "two arities of this function take %u parameters", fixed_count(a));
            else if (!x->in_library && rest->head == H_rest &&
                     fixed_count(other) > fixed_count(rest))
                error_at(x->diagnostics, pos(form), "SL0205",
                         "the arity with a rest parameter must have the most parameters");
        }
}

static bool is_arity_list(const Node *n) {
    return n->kind == N_LIST && n->count > 0 && n->kids[0]->kind == N_VECTOR;
}

static Node *report_no_parameters(Expander *x, Node *form) {
    error_at(x->diagnostics, pos(form), "SL0206", "%s needs its parameters in a vector",
             text_bytes(form->kids[0]->text));
    help_line(x->diagnostics, "a function without parameters has [] there");
    return core_nil(x);
}

Node *expand_arities(Expander *x, Node *form, Node *own, Node **parts, uint32_t count) {
    Node *name = own ? node_text(x->arena, N_SYMBOL, 0, own->text)
                     : node_text(x->arena, N_SYMBOL, 0, text("_"));
    Nodes kids = {0};
    if (count == 0 || (parts[0]->kind != N_VECTOR && !is_arity_list(parts[0])))
        return report_no_parameters(x, form);
    uint32_t mark = scope_enter(x);
    if (own) scope_bind(x, own);
    PUSH(x->scratch, kids, name);
    if (parts[0]->kind == N_VECTOR) {
        PUSH(x->scratch, kids, expand_arity(x, place_for(x, form), parts, count));
    } else {
        for (uint32_t i = 0; i < count; i++) {
            if (!is_arity_list(parts[i])) return report_no_parameters(x, form);
            PUSH(x->scratch, kids,
                 expand_arity(x, place_for(x, parts[i]), parts[i]->kids, parts[i]->count));
        }
    }
    scope_leave(x, mark);
    check_arities(x, form, kids.items + 1, kids.count - 1);
    return node_list(x->arena, H_fn, place_for(x, form), kids.items, kids.count);
}

Node *expand_fn(Expander *x, Node *form) {
    Node *own = is_plain_symbol(form->kids[1]) ? form->kids[1] : NULL;
    uint32_t skip = own ? 2 : 1;
    return expand_arities(x, form, own, form->kids + skip, form->count - skip);
}

/* ---- (letfn [(f [x] ...) ...] body) => (letrec [[f (fn f ...)] ...] body) */

static bool is_local_function(const Node *n) {
    return n->kind == N_LIST && n->count > 1 && is_plain_symbol(n->kids[0]);
}

Node *expand_letfn(Expander *x, Node *form) {
    Node *vector = form->kids[1];
    Pos at = place_for(x, form);
    Nodes bindings = {0};
    uint32_t mark = scope_enter(x);
    bool good = vector->kind == N_VECTOR;
    for (uint32_t i = 0; good && i < vector->count; i++) {
        good = is_local_function(vector->kids[i]);
        if (good) scope_bind(x, vector->kids[i]->kids[0]);
    }
    if (!good) {
        scope_leave(x, mark);
        error_at(x->diagnostics, pos(vector), "SL0202",
                 "letfn needs its functions in a vector: [(name [parameter ...] body ...) ...]");
        return core_nil(x);
    }
    for (uint32_t i = 0; i < vector->count; i++) {
        Node *function = vector->kids[i], *own = function->kids[0];
        Node *name = node_text(x->arena, N_SYMBOL, 0, own->text);
        PUSH(x->scratch, bindings,
             core_binding(
                 x, name,
                 expand_arities(x, function, own, function->kids + 1, function->count - 1)));
    }
    Node *body = expand_body(x, at, form->kids + 2, form->count - 2);
    scope_leave(x, mark);
    if (bindings.count == 0) return body;
    Node *all = node_tree(x->arena, N_VECTOR, 0, bindings.items, bindings.count);
    return list(x->arena, H_letrec, at, all, body, NULL);
}

/* ---- bodies that run later */

static Node *later(Expander *x, Node *form, const char *maker) {
    Pos at = place_for(x, form);
    Node *body = expand_body(x, at, form->kids + 1, form->count - 1);
    return core_call(x, at, maker, core_thunk(x, at, body), NULL);
}

Node *expand_lazy_seq(Expander *x, Node *form) { return later(x, form, "%lazy"); }
Node *expand_delay(Expander *x, Node *form) { return later(x, form, "%delay"); }

Node *expand_lazy_cat(Expander *x, Node *form) {
    Pos at = place_for(x, form);
    Nodes kids = {0};
    PUSH(x->scratch, kids, global_symbol(x, 0, text("core"), text("concat")));
    for (uint32_t i = 1; i < form->count; i++) {
        Node *thunk = core_thunk(x, at, expand_expression(x, form->kids[i]));
        PUSH(x->scratch, kids, core_call(x, at, "%lazy", thunk, NULL));
    }
    return node_list(x->arena, H_call, at, kids.items, kids.count);
}

/* ---- #(... % %2 %&) */

typedef struct {
    Expander *x;
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
    Node *copy = node_tree(l->x->scratch, (NodeKind)n->kind, n->at, n->kids, n->count);
    for (uint32_t i = 0; i < n->count; i++)
        copy->kids[i] = replace_parameters(l, n->kids[i]);
    return copy;
}

Node *expand_function_literal(Expander *x, Node *form) {
    Literal l = {.x = x};
    Node *body = replace_parameters(&l, form->kids[1]);
    Nodes parameters = {0};
    for (int i = 1; i <= (int)l.most; i++)
        PUSH(x->scratch, parameters, node_text(x->scratch, N_SYMBOL, 0, parameter_name(i)));
    if (l.has_rest) {
        PUSH(x->scratch, parameters, node_text(x->scratch, N_SYMBOL, 0, text("&")));
        PUSH(x->scratch, parameters, node_text(x->scratch, N_SYMBOL, 0, parameter_name(0)));
    }
    Node *vector = node_tree(x->scratch, N_VECTOR, form->at, parameters.items, parameters.count);
    Node *parts[] = {vector, body};
    return expand_arities(x, form, NULL, parts, 2);
}
