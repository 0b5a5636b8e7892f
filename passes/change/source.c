/* source.c - changes of what parse and expand give. */
#include "tree.h"

#include <math.h>
#include <string.h>

/* ---- parse: data */

static Node *each_datum(Change *c, Node *d, ChangePlace *change) {
    d = change(c, d, NULL);
    NodeList items = kids_of(d), out = items;
    for (uint32_t i = 0; i < items.count; i++)
        out = with_item(c, out, i, each_datum(c, items.items[i], change));
    return out.items == items.items ? d : node_like(c->arena, d, pos(d), out);
}

#define AT_EACH_DATUM(id)                                                                          \
    static ChangePlace id##_at;                                                                    \
    void change_##id(Change *c) {                                                                  \
        if (is_form(c->top, H_text)) put_top(c, each_datum(c, c->top, id##_at));                   \
    }                                                                                              \
    static Node *id##_at(Change *c, Node *d, __attribute__((unused)) const Bound *scope)

AT_EACH_DATUM(parse_sign) {
    bool is_negative = d->kind == N_INT && d->integer < 0 && d->integer != INT64_MIN;
    return is_negative && strikes(c) ? node_int(c->arena, pos(d), -d->integer) : d;
}

AT_EACH_DATUM(parse_fraction) {
    bool has_fraction = d->kind == N_DOUBLE && isfinite(d->real) && trunc(d->real) != d->real;
    return has_fraction && strikes(c) ? node_double(c->arena, pos(d), trunc(d->real)) : d;
}

/* \n is the letter n. */
AT_EACH_DATUM(parse_escape) {
    if (d->kind != N_STRING || !strchr(text_bytes(d->text), '\n') || !strikes(c)) return d;
    Buffer b = {0};
    buffer_add(&b, text_bytes(d->text), text_length(d->text));
    *strchr(b.bytes, '\n') = 'n';
    Text changed = text_of(b.bytes, b.length);
    buffer_free(&b);
    return node_text(c->arena, N_STRING, pos(d), changed);
}

AT_EACH_DATUM(parse_last) {
    if (d->kind != N_VECTOR || !d->count || !strikes(c)) return d;
    return node_like(c->arena, d, pos(d), without_item(c, kids_of(d), d->count - 1));
}

AT_EACH_DATUM(parse_namespace) {
    const char *slash = d->kind == N_KEYWORD ? strchr(text_bytes(d->text) + 1, '/') : NULL;
    return slash && strikes(c) ? node_text(c->arena, N_KEYWORD, pos(d), text(slash + 1)) : d;
}

AT_EACH_DATUM(parse_quote) {
    NodeList items = kids_of(d);
    bool quotes = d->kind == N_LIST && items.count == 2 && is_symbol(items.items[0], "quote");
    return quotes && strikes(c) ? items.items[1] : d;
}

/* ---- expand: branches */

static bool is_choice_of(const Node *e, const char *word) {
    return is_let(e) && as_let(e).bindings.count == 1 &&
           is_made_of(bound_name(as_let(e).bindings, 0), word) && is_if(as_let(e).body);
}

static Node *with_choice(Change *c, Node *e, IfForm choice) {
    LetForm let = as_let(e);
    let.body = remake_if(c->arena, let.body, choice);
    return remake_let(c->arena, e, let);
}

/* (or e more) as (if e e more) */
AT_EACH_PLACE(expand_twice) {
    if (!is_choice_of(e, "or")) return e;
    IfForm choice = as_if(as_let(e).body);
    Node *operand = bound_value(as_let(e).bindings, 0);
    if (choice.then->kind != N_SYMBOL || !has_effect(operand) || !strikes(c)) return e;
    choice.then = operand;
    return with_choice(c, e, choice);
}

/* (and e more) gives true in place of what decides: (if e more e) is (if e more false). */
AT_EACH_PLACE(expand_decides) {
    if (!is_choice_of(e, "and")) return e;
    IfForm choice = as_if(as_let(e).body);
    if (choice.otherwise->kind != N_SYMBOL || !strikes(c)) return e;
    choice.otherwise = quoted_simple(c, e, N_FALSE);
    return with_choice(c, e, choice);
}

static bool is_test(const Node *e) {
    if (!is_form(e, H_call)) return false;
    NodeList operands = as_call(e).operands;
    return !operands.count || (!is_made_of(operands.items[0], "case") &&
                               !is_made_of(operands.items[operands.count - 1], "case"));
}

/* The clauses of a cond are tried from the last one on. */
AT_EACH_PLACE(expand_clauses) {
    if (!is_if(e) || !is_if(as_if(e).otherwise)) return e;
    IfForm first = as_if(e), second = as_if(first.otherwise);
    if (!is_test(first.test) || !is_test(second.test) || !strikes(c)) return e;
    Node *inner = make_if(c->arena, pos(first.otherwise), first.test, first.then, second.otherwise);
    return make_if(c->arena, pos(e), second.test, second.then, inner);
}

/* when-not as when */
AT_EACH_PLACE(expand_not) {
    if (!is_if(e)) return e;
    IfForm f = as_if(e);
    if (!is_quoted(f.then, N_NIL) || is_quoted(f.otherwise, N_NIL) || !strikes(c)) return e;
    return make_if(c->arena, pos(e), f.test, f.otherwise, f.then);
}

static bool is_case_clause(const Node *e) {
    if (!is_if(e) || !is_core_call(as_if(e).test, "core/=", 2)) return false;
    Node *const *operands = as_call(as_if(e).test).operands.items;
    return is_made_of(operands[0], "case") || is_made_of(operands[1], "case");
}

AT_EACH_PLACE(expand_default) {
    if (!is_case_clause(e)) return e;
    IfForm f = as_if(e);
    if (is_if(f.otherwise) || is_core_call(f.otherwise, "core/%fail", 2) || !strikes(c)) return e;
    f.otherwise = quoted_simple(c, e, N_NIL);
    return remake_if(c->arena, e, f);
}

/* The predicate of a condp gets the value first. */
AT_EACH_PLACE(expand_condp) {
    if (!is_form(e, H_call) || as_call(e).operands.count != 2) return e;
    CallForm f = as_call(e);
    bool compares = is_made_of(f.operands.items[1], "case") && !is_symbol(f.callee, "core/=");
    return compares && strikes(c) ? with_operands_exchanged(c, e, 0) : e;
}

/* ---- expand: patterns and parameters */

AT_EACH_PLACE(expand_index) {
    if (!is_core_call(e, "core/nth", 2) && !is_core_call(e, "core/nth", 3)) return e;
    CallForm f = as_call(e);
    Node *index = f.operands.items[1];
    if (!is_quoted(index, N_INT) || !strikes(c)) return e;
    f.operands = with_item(c, f.operands, 1, one_more(c, index));
    return remake_call(c->arena, e, f);
}

/* What & takes is never nil. */
AT_EACH_PLACE(expand_rest) {
    if (!is_let(e)) return e;
    NodeList bindings = as_let(e).bindings;
    for (uint32_t i = 1; i < bindings.count; i++) {
        Node *next = bound_value(bindings, i - 1);
        if (!is_made_of(bound_value(bindings, i), "seq") || !is_core_call(next, "core/next", 1) ||
            !strikes(c))
            continue;
        CallForm f = as_call(next);
        f.callee = node_text(c->arena, N_SYMBOL, pos(f.callee), text("core/rest"));
        Node *rest = remake_call(c->arena, next, f);
        e = with_bindings(c, e, with_value(c, bindings, i - 1, rest));
    }
    return e;
}

AT_EACH_PLACE(expand_or) {
    if (!is_core_call(e, "core/get", 3)) return e;
    CallForm f = as_call(e);
    if (!is_made_of(f.operands.items[0], "map") || !strikes(c)) return e;
    f.operands = without_item(c, f.operands, 2);
    return remake_call(c->arena, e, f);
}

static Node *with_arity(Change *c, Node *e, uint32_t i, Head head, ArityForm arity) {
    FnForm f = as_fn(e);
    Pos at = pos(f.arities.items[i]);
    f.arities =
        with_item(c, f.arities, i, make_arity(c->arena, head, at, arity.parameters, arity.body));
    return remake_fn(c->arena, e, f);
}

/* #(... %1 %2) with its parameters exchanged. */
AT_EACH_PLACE(expand_literal) {
    NodeList arities = is_form(e, H_fn) ? as_fn(e).arities : no_nodes(0);
    for (uint32_t i = 0; i < arities.count; i++) {
        ArityForm f = as_arity(arities.items[i]);
        if (f.parameters.count < 2 || !is_made_of(f.parameters.items[0], "p1") ||
            !is_made_of(f.parameters.items[1], "p2") || !strikes(c))
            continue;
        f.parameters = exchanged(c, f.parameters, 0);
        e = with_arity(c, e, i, (Head)arities.items[i]->head, f);
    }
    return e;
}

/* A function with & takes a fixed number. */
AT_EACH_PLACE(expand_variadic) {
    NodeList arities = is_form(e, H_fn) ? as_fn(e).arities : no_nodes(0);
    for (uint32_t i = 0; i < arities.count; i++)
        if (is_form(arities.items[i], H_rest) && strikes(c))
            e = with_arity(c, e, i, H_arity, as_arity(arities.items[i]));
    return e;
}

/* ---- expand: names, calls, try */

/* The program's own definitions; none when the form is not a whole program. */
static NodeList own_tops(const Change *c) {
    return is_form(c->form, H_program) ? as_program(c->form).tops : no_nodes(0);
}

static const Node *defined_as(const Change *c, Text name) {
    NodeList tops = own_tops(c);
    for (uint32_t i = 0; i < tops.count; i++) {
        if (!is_form(tops.items[i], H_def)) continue;
        const Node *global = as_def(tops.items[i]).name;
        const char *slash = strchr(text_bytes(global->text) + 1, '/');
        if (slash && text(slash + 1) == name) return global;
    }
    return NULL;
}

AT_EACH_PLACE(expand_local) {
    if (e->kind != N_SYMBOL || !bound(scope, e)) return e;
    const Node *global = defined_as(c, e->text);
    return global && strikes(c) ? node_text(c->arena, N_SYMBOL, pos(e), global->text) : e;
}

static bool is_users_call(const Node *e) {
    return is_form(e, H_call) && as_call(e).callee->kind == N_SYMBOL &&
           strncmp(text_bytes(as_call(e).callee->text), "core/", 5) != 0;
}

/* (-> (f a) (g 1)) as (->> (f a) (g 1)) */
AT_EACH_PLACE(expand_thread) {
    if (!is_users_call(e)) return e;
    CallForm f = as_call(e);
    uint32_t count = f.operands.count;
    if (count < 2 || !is_users_call(f.operands.items[0]) ||
        is_form(f.operands.items[count - 1], H_call) || !strikes(c))
        return e;
    for (uint32_t i = 0; i + 1 < count; i++)
        f.operands = exchanged(c, f.operands, i);
    return remake_call(c->arena, e, f);
}

AT_EACH_PLACE(expand_quoted) {
    if (!is_form(e, H_call)) return e;
    CallForm f = as_call(e);
    if (!f.operands.count || !is_symbol(f.callee, "core/list") ||
        !is_quoted(f.operands.items[0], N_SYMBOL) || !strikes(c))
        return e;
    f.callee = node_text(c->arena, N_SYMBOL, pos(f.callee), text("core/vector"));
    return remake_call(c->arena, e, f);
}

/* Is it the namespace of one of the program's definitions? */
static bool is_own_space(const Change *c, const char *name, size_t length) {
    NodeList tops = own_tops(c);
    bool found = false;
    for (uint32_t i = 0; !found && i < tops.count; i++) {
        if (!is_form(tops.items[i], H_def)) continue;
        const char *bytes = text_bytes(as_def(tops.items[i]).name->text);
        found = !strncmp(bytes, name, length) && bytes[length] == '/';
    }
    return found;
}

/* ::k as :k */
AT_EACH_PLACE(expand_space) {
    if (!is_quoted(e, N_KEYWORD)) return e;
    const Node *keyword = as_quote(e).datum;
    const char *name = text_bytes(keyword->text), *slash = *name ? strchr(name + 1, '/') : NULL;
    if (!slash || !is_own_space(c, name, (size_t)(slash - name)) || !strikes(c)) return e;
    Node *bare = node_text(c->arena, N_KEYWORD, pos(keyword), text(slash + 1));
    return remake_quote(c->arena, e, (QuoteForm){bare});
}

AT_EACH_PLACE(expand_assigns) {
    return is_form(e, H_set_global) && strikes(c) ? as_set_global(e).value : e;
}

AT_EACH_PLACE(expand_finally) {
    if (!is_form(e, H_try)) return e;
    TryForm f = as_try(e);
    uint32_t last = f.handlers.count - 1;
    if (!is_form(f.handlers.items[last], H_finally) || !strikes(c)) return e;
    f.handlers = without_item(c, f.handlers, last);
    return last ? remake_try(c->arena, e, f) : f.body;
}
