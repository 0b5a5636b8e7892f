/* source.c - changes of what parse and expand give. */
#include "tree.h"

#include <math.h>
#include <string.h>

/* ---- parse: data */

static void each_datum(Change *c, Node **place, ChangePlace *change) {
    change(c, place, NULL);
    for (uint32_t i = 0; is_tree(*place) && i < (*place)->count; i++)
        each_datum(c, &(*place)->kids[i], change);
}

#define AT_EACH_DATUM(id)                                                                          \
    static ChangePlace id##_at;                                                                    \
    void change_##id(Change *c) {                                                                  \
        for (uint32_t i = 0; is_form(c->top, H_text) && i < c->top->count; i++)                    \
            each_datum(c, &c->top->kids[i], id##_at);                                              \
    }                                                                                              \
    static void id##_at(Change *c, Node **place, __attribute__((unused)) const Bound *scope)

AT_EACH_DATUM(parse_sign) {
    Node *d = *place;
    if (d->kind == N_INT && d->integer < 0 && d->integer != INT64_MIN && strikes(c))
        d->integer = -d->integer;
}

AT_EACH_DATUM(parse_fraction) {
    Node *d = *place;
    if (d->kind == N_DOUBLE && isfinite(d->real) && trunc(d->real) != d->real && strikes(c))
        d->real = trunc(d->real);
}

/* \n is the letter n. */
AT_EACH_DATUM(parse_escape) {
    Node *d = *place;
    if (d->kind != N_STRING || !strchr(text_bytes(d->text), '\n') || !strikes(c)) return;
    Buffer b = {0};
    buffer_add(&b, text_bytes(d->text), text_length(d->text));
    *strchr(b.bytes, '\n') = 'n';
    *place = node_text(c->arena, N_STRING, pos(d), text_of(b.bytes, b.length));
    buffer_free(&b);
}

AT_EACH_DATUM(parse_last) {
    Node *d = *place;
    if (d->kind == N_VECTOR && d->count && strikes(c)) remove_kid(d, d->count - 1);
}

AT_EACH_DATUM(parse_namespace) {
    Node *d = *place;
    const char *slash = d->kind == N_KEYWORD ? strchr(text_bytes(d->text) + 1, '/') : NULL;
    if (slash && strikes(c)) *place = node_text(c->arena, N_KEYWORD, pos(d), text(slash + 1));
}

AT_EACH_DATUM(parse_quote) {
    Node *d = *place;
    if (d->kind == N_LIST && d->count == 2 && is_symbol(d->kids[0], "quote") && strikes(c))
        *place = d->kids[1];
}

/* ---- expand: branches */

static bool is_choice_of(const Node *e, const char *word) {
    return is_form(e, H_let) && e->kids[0]->count == 1 &&
           is_made_of(e->kids[0]->kids[0]->kids[0], word) && is_form(e->kids[1], H_if);
}

/* (or e more) as (if e e more) */
AT_EACH_PLACE(expand_twice) {
    Node *e = *place;
    if (is_choice_of(e, "or") && e->kids[1]->kids[1]->kind == N_SYMBOL &&
        has_effect(e->kids[0]->kids[0]->kids[1]) && strikes(c))
        e->kids[1]->kids[1] = node_copy(c->arena, e->kids[0]->kids[0]->kids[1]);
}

/* (and e more) gives true in place of what decides: (if e more e) is (if e more false). */
AT_EACH_PLACE(expand_decides) {
    Node *e = *place;
    if (is_choice_of(e, "and") && e->kids[1]->kids[2]->kind == N_SYMBOL && strikes(c))
        e->kids[1]->kids[2] = quoted_simple(c, e, N_FALSE);
}

static bool is_test(const Node *e) {
    return is_form(e, H_call) && !(e->count > 1 && (is_made_of(e->kids[1], "case") ||
                                                   is_made_of(e->kids[e->count - 1], "case")));
}

/* The clauses of a cond are tried from the last one on. */
AT_EACH_PLACE(expand_clauses) {
    Node *e = *place;
    if (!is_form(e, H_if) || !is_form(e->kids[2], H_if)) return;
    Node *second = e->kids[2];
    if (!is_test(e->kids[0]) || !is_test(second->kids[0]) || !strikes(c)) return;
    for (uint32_t i = 0; i < 2; i++) {
        Node *kid = e->kids[i];
        e->kids[i] = second->kids[i];
        second->kids[i] = kid;
    }
}

/* when-not as when */
AT_EACH_PLACE(expand_not) {
    Node *e = *place;
    if (is_form(e, H_if) && is_quoted(e->kids[1], N_NIL) && !is_quoted(e->kids[2], N_NIL) &&
        strikes(c))
        exchange_kids(e, 1, 2);
}

static bool is_case_clause(const Node *e) {
    return is_form(e, H_if) && is_core_call(e->kids[0], "core/=", 2) &&
           (is_made_of(e->kids[0]->kids[1], "case") || is_made_of(e->kids[0]->kids[2], "case"));
}

AT_EACH_PLACE(expand_default) {
    Node *e = *place;
    if (is_case_clause(e) && !is_form(e->kids[2], H_if) &&
        !is_core_call(e->kids[2], "core/%fail", 2) && strikes(c))
        e->kids[2] = quoted_simple(c, e, N_NIL);
}

/* The predicate of a condp gets the value first. */
AT_EACH_PLACE(expand_condp) {
    Node *e = *place;
    if (is_form(e, H_call) && e->count == 3 && is_made_of(e->kids[2], "case") &&
        !is_symbol(e->kids[0], "core/=") && strikes(c))
        exchange_kids(e, 1, 2);
}

/* ---- expand: patterns and parameters */

AT_EACH_PLACE(expand_index) {
    Node *e = *place;
    if ((is_core_call(e, "core/nth", 2) || is_core_call(e, "core/nth", 3)) &&
        is_quoted(e->kids[2], N_INT) && strikes(c))
        e->kids[2]->kids[0]->integer++;
}

/* What & takes is never nil. */
AT_EACH_PLACE(expand_rest) {
    const Node *bindings = is_form(*place, H_let) ? (*place)->kids[0] : NULL;
    for (uint32_t i = 1; bindings && i < bindings->count; i++) {
        Node *next = bindings->kids[i - 1]->kids[1];
        if (is_made_of(bindings->kids[i]->kids[1], "seq") && is_core_call(next, "core/next", 1) &&
            strikes(c))
            next->kids[0] = node_text(c->arena, N_SYMBOL, pos(next->kids[0]), text("core/rest"));
    }
}

AT_EACH_PLACE(expand_or) {
    Node *e = *place;
    if (is_core_call(e, "core/get", 3) && is_made_of(e->kids[1], "map") && strikes(c))
        remove_kid(e, 3);
}

/* #(... %1 %2) with its parameters exchanged. */
AT_EACH_PLACE(expand_literal) {
    Node *e = *place;
    if (!is_form(e, H_arity) && !is_form(e, H_fn)) return;
    for (uint32_t i = 1; i < e->count; i++) {
        Node *names = e->kids[i]->kids[0];
        if (names->count >= 2 && is_made_of(names->kids[0], "p1") &&
            is_made_of(names->kids[1], "p2") && strikes(c))
            exchange_kids(names, 0, 1);
    }
}

/* A function with & takes a fixed number. */
AT_EACH_PLACE(expand_variadic) {
    for (uint32_t i = 1; is_form(*place, H_fn) && i < (*place)->count; i++)
        if (is_form((*place)->kids[i], H_rest) && strikes(c)) (*place)->kids[i]->head = H_arity;
}

/* ---- expand: names, calls, try */

static const Node *defined_as(const Change *c, Text name) {
    for (uint32_t i = 1; c->form->head == H_program && i < c->form->count; i++) {
        const Node *top = c->form->kids[i];
        if (!is_form(top, H_def)) continue;
        const char *slash = strchr(text_bytes(top->kids[0]->text) + 1, '/');
        if (slash && text(slash + 1) == name) return top->kids[0];
    }
    return NULL;
}

AT_EACH_PLACE(expand_local) {
    const Node *e = *place;
    if (e->kind != N_SYMBOL || !bound(scope, e)) return;
    const Node *global = defined_as(c, e->text);
    if (global && strikes(c)) *place = node_text(c->arena, N_SYMBOL, pos(e), global->text);
}

static bool is_users_call(const Node *e) {
    return is_form(e, H_call) && e->kids[0]->kind == N_SYMBOL &&
           strncmp(text_bytes(e->kids[0]->text), "core/", 5) != 0;
}

/* (-> (f a) (g 1)) as (->> (f a) (g 1)) */
AT_EACH_PLACE(expand_thread) {
    Node *e = *place;
    if (!is_users_call(e) || e->count < 3 || !is_users_call(e->kids[1]) ||
        is_form(e->kids[e->count - 1], H_call) || !strikes(c))
        return;
    for (uint32_t i = 1; i + 1 < e->count; i++)
        exchange_kids(e, i, i + 1);
}

AT_EACH_PLACE(expand_quoted) {
    Node *e = *place;
    if (is_form(e, H_call) && e->count > 1 && is_symbol(e->kids[0], "core/list") &&
        is_quoted(e->kids[1], N_SYMBOL) && strikes(c))
        e->kids[0] = node_text(c->arena, N_SYMBOL, pos(e->kids[0]), text("core/vector"));
}

/* Is it the namespace of one of the program's definitions? */
static bool is_own_space(const Change *c, const char *name, size_t length) {
    bool found = false;
    for (uint32_t i = 1; c->form->head == H_program && !found && i < c->form->count; i++) {
        const Node *top = c->form->kids[i];
        if (!is_form(top, H_def)) continue;
        const char *bytes = text_bytes(top->kids[0]->text);
        found = !strncmp(bytes, name, length) && bytes[length] == '/';
    }
    return found;
}

/* ::k as :k */
AT_EACH_PLACE(expand_space) {
    Node *e = *place;
    const char *name = is_quoted(e, N_KEYWORD) ? text_bytes(e->kids[0]->text) : "",
               *slash = *name ? strchr(name + 1, '/') : NULL;
    if (slash && is_own_space(c, name, (size_t)(slash - name)) && strikes(c))
        e->kids[0] = node_text(c->arena, N_KEYWORD, pos(e->kids[0]), text(slash + 1));
}

AT_EACH_PLACE(expand_assigns) {
    if (is_form(*place, H_set_global) && strikes(c)) *place = (*place)->kids[1];
}

AT_EACH_PLACE(expand_finally) {
    Node *e = *place;
    if (!is_form(e, H_try) || !is_form(e->kids[e->count - 1], H_finally) || !strikes(c)) return;
    if (e->count > 2) remove_kid(e, e->count - 1);
    else *place = e->kids[0];
}
