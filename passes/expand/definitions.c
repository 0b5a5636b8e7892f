/* definitions.c - def, defn, declare, ns, require; the top level of a file and of the library. */
#include "../ir/arity.h"
#include "expand.h"
#include "../ir/limits.h"

#include <stdlib.h>
#include <string.h>

/* ---- def */

static bool is_definable(Expander *x, Node *form) {
    if (is_plain_symbol(form->kids[1])) return true;
    error_at(x->diagnostics, pos(form), "SL0213", "%s needs a name without a namespace",
             text_bytes(form->kids[0]->text));
    return false;
}

/* The symbol of the global that `form` defines; from here on it means that global. */
static Node *defined_symbol(Expander *x, Node *form, const void *what) {
    Text name = form->kids[1]->text;
    if (!x->in_library) define_global(x, x->space, name, what);
    return node_text(x->arena, N_SYMBOL, 0, join_symbol(x->space, name));
}

/* A definition at the top; elsewhere an assignment. */
static Node *definition(Expander *x, Pos at, bool top, Node *symbol, Node *value) {
    return list(x->arena, top ? H_def : H_set_global, at, symbol, value, NULL);
}

static bool makes_function(const Node *value) {
    return value->kind == N_LIST && value->count && value->kids[0]->kind == N_SYMBOL &&
           (value->kids[0]->text == text("fn") || value->kids[0]->text == text("fn-literal"));
}

/* (def name), (def name value), (def name "doc" value) */
Node *expand_def(Expander *x, Node *form) {
    bool top = x->at_top;
    if (!is_definable(x, form)) return core_nil(x);
    Pos at = place_for(x, form);
    if (form->count == 2) {
        Node *declared = defined_symbol(x, form, &defined_value);
        return top ? list(x->arena, H_declare, at, declared, NULL) : core_nil(x);
    }
    if (form->count == 4 && form->kids[2]->kind != N_STRING)
        error_at(x->diagnostics, pos(form), "SL0201",
                 "the second part of a def with three must be a string that documents it");
    Node *value = form->kids[form->count - 1];
    Node *symbol =
        defined_symbol(x, form, makes_function(value) ? &defined_function : &defined_value);
    x->at_top = false;
    return definition(x, at, top, symbol, expand_expression(x, value));
}

/* (defn name doc? {meta}? [parameters] body ...). The function has no name of its own: inside, the
 * name means the global, or the primitive that it extends. */
Node *expand_defn(Expander *x, Node *form) {
    bool top = x->at_top;
    if (!is_definable(x, form)) return core_nil(x);
    uint32_t skip = 2;
    if (skip < form->count && form->kids[skip]->kind == N_STRING) skip++;
    if (skip < form->count && form->kids[skip]->kind == N_MAP) skip++;
    Node *symbol = defined_symbol(x, form, &defined_function);
    x->at_top = false;
    Node *function = expand_arities(x, form, NULL, form->kids + skip, form->count - skip);
    return definition(x, place_for(x, form), top, symbol, function);
}

Node *expand_declare(Expander *x, Node *form) {
    for (uint32_t i = 1; i < form->count; i++) {
        Node *n = form->kids[i];
        if (!is_plain_symbol(n)) {
            error_at(x->diagnostics, pos(n), "SL0213", "declare needs names without a namespace");
            continue;
        }
        define_global(x, x->space, n->text, &defined_value);
        Node *symbol = node_text(x->arena, N_SYMBOL, 0, join_symbol(x->space, n->text));
        Node *declared = list(x->arena, H_declare, place_for(x, form), symbol, NULL);
        settle_positions(x->arena, declared);
        PUSH(x->scratch, x->tops, declared);
    }
    return core_nil(x);
}

/* ---- namespaces */

/* A namespace of the user that is called like one of the library's gets a name of its own. */
static Text own_space(Text space) {
    return library_has_space(space) ? text_format("%s'", text_bytes(space)) : space;
}

static bool is_known_space(const Expander *x, Text space) {
    return library_has_space(space) || table_get(&x->user_spaces, space);
}

static void refer_names(Expander *x, Text space, const Node *names) {
    for (uint32_t i = 0; is_tree(names) && i < names->count; i++) {
        Node *n = names->kids[i];
        if (n->kind != N_SYMBOL) continue;
        if (library_has_space(space) && !library_find(space, n->text)) {
            error_at(x->diagnostics, pos(n), "SL0102", "there is no %s in %s", text_bytes(n->text),
                     text_bytes(space));
            continue;
        }
        table_put(&x->referred, name_key(x->space, n->text), (void *)(uintptr_t)space);
    }
}

static void refer_all(Expander *x, Text space) {
    uint32_t count;
    const LibraryRow *rows = library_rows(&count);
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].space == space && !rows[i].is_private)
            table_put(&x->referred, name_key(x->space, rows[i].name), (void *)(uintptr_t)space);
}

static void read_option(Expander *x, Text space, const Node *key, const Node *value) {
    if (key->kind != N_KEYWORD) return;
    if (key->text == text("as") && value->kind == N_SYMBOL)
        table_put(&x->aliases, name_key(x->space, value->text), (void *)(uintptr_t)space);
    if (key->text == text("refer") || key->text == text("only")) {
        if (value->kind == N_KEYWORD) refer_all(x, space);
        else refer_names(x, space, value);
    }
}

/* One part of a require: name or [name :as alias :refer [names]]. A namespace that nobody has fails
 * when the form runs, as in Clojure: gives the failing expression, or NULL. */
static Node *require_one(Expander *x, Node *form, bool refers_all) {
    Node *name = form->kind == N_VECTOR && form->count ? form->kids[0] : form;
    if (name->kind != N_SYMBOL) {
        error_at(x->diagnostics, pos(form), "SL0214",
                 "a namespace is required as name or [name :as alias]");
        return NULL;
    }
    Text space = name->text == text("clojure.core") ? text("core") : name->text;
    if (!is_known_space(x, space)) {
        warning_at(x->diagnostics, pos(name), "SL0107",
                   "there is no namespace %s; this fails when it runs", text_bytes(space));
        return core_fail(
            x, pos(form), "FileNotFoundException",
            core_text(x, text_bytes(text_format("there is no namespace %s", text_bytes(space)))));
    }
    for (uint32_t i = 1; form->kind == N_VECTOR && i + 1 < form->count; i += 2)
        read_option(x, space, form->kids[i], form->kids[i + 1]);
    if (refers_all && (form->kind != N_VECTOR || form->count == 1)) refer_all(x, space);
    return NULL;
}

static Node *both(Expander *x, Pos at, Node *first, Node *second) {
    return !first ? second : !second ? first : core_do(x, at, first, second);
}

static bool is_clause_of(const Node *n, const char *name) {
    return n->kind == N_LIST && n->count && n->kids[0]->kind == N_KEYWORD &&
           n->kids[0]->text == text(name);
}

/* (ns name doc? (:require ...) (:use ...) (:import ...)) */
Node *expand_ns(Expander *x, Node *form) {
    Node *name = form->kids[1], *failing = NULL;
    if (name->kind != N_SYMBOL) {
        error_at(x->diagnostics, pos(form), "SL0214", "ns needs a name");
        return core_nil(x);
    }
    x->space = own_space(name->text);
    table_put(&x->user_spaces, x->space, x);
    table_put(&x->aliases, name_key(x->space, name->text), (void *)(uintptr_t)x->space);
    for (uint32_t i = 2; i < form->count; i++) {
        Node *clause = form->kids[i];
        bool uses = is_clause_of(clause, "use");
        if (!uses && !is_clause_of(clause, "require")) continue;
        for (uint32_t k = 1; k < clause->count; k++)
            failing = both(x, pos(form), failing, require_one(x, clause->kids[k], uses));
    }
    return failing ? failing : core_nil(x);
}

/* (require 'name '[name :as alias]) */
Node *expand_require(Expander *x, Node *form) {
    Node *failing = NULL;
    for (uint32_t i = 1; i < form->count; i++) {
        Node *part = form->kids[i];
        bool quoted = part->kind == N_LIST && part->count == 2 && part->kids[0]->kind == N_SYMBOL &&
                      part->kids[0]->text == text("quote");
        if (!quoted) {
            error_at(x->diagnostics, pos(part), "SL0214",
                     "require takes quoted names: (require '[name :as alias])");
            continue;
        }
        failing = both(x, pos(form), failing, require_one(x, part->kids[1], false));
    }
    return failing ? failing : core_nil(x);
}

/* ---- the top level */

static bool is_constant(const Node *n) { return is_form(n, H_quote); }

/* Is what is left of MOST_DEPTH enough for this form? */
static bool is_shallow(Expander *x, const Node *e, int left) {
    if (!is_tree(e) || is_constant(e)) return true;
    if (left == 0)
        error_at(x->diagnostics, pos(e), "SL0016",
                 "nested more than %d levels deep, macros expanded", MOST_DEPTH);
    for (uint32_t i = 0; i < e->count; i++)
        if (left == 0 || !is_shallow(x, e->kids[i], left - 1)) return false;
    return true;
}

static void add_top(Expander *x, Node *form, Node *core) {
    if (is_constant(core)) return;
    bool is_top = core->kind == N_LIST && (core->head == H_def || core->head == H_declare);
    Node *top = is_top ? core : list(x->arena, H_run, pos(form), core, NULL);
    settle_positions(x->arena, top);
    if (!is_shallow(x, top, MOST_DEPTH)) return;
    PUSH(x->scratch, x->tops, top);
}

/* A macro that stands at the top (def, ns ...) is told so by x->at_top. */
static Node *expand_at_top(Expander *x, Node *form) {
    bool is_call = form->kind == N_LIST && form->count && form->kids[0]->kind == N_SYMBOL;
    const MacroRow *row = is_call ? meaning_of(x, form->kids[0]).macro : NULL;
    if (!row) return expand_expression(x, form);
    x->at_top = true;
    Node *core = expand_macro(x, form, row);
    x->at_top = false;
    return core;
}

void expand_top(Expander *x, Node *form) {
    if (form->kind == N_LIST && form->count && means_macro(x, form->kids[0], "do")) {
        for (uint32_t i = 1; i < form->count; i++)
            expand_top(x, form->kids[i]);
        return;
    }
    x->last_fresh = 0;
    scope_leave(x, 0);
    add_top(x, form, expand_at_top(x, form));
}

/* ---- the library */

static Node *read_definition(Expander *x, const LibraryRow *row) {
    Node **forms;
    uint32_t count;
    read_source(x->arena, x->diagnostics, UINT16_MAX, library_text + row->offset, row->length,
                &forms, &count);
    return count ? forms[0] : core_nil(x);
}

/* Library code has no positions: what fails in it is reported at the call that led there. */
static Node *expand_library(Expander *x, const LibraryRow *row) {
    uint32_t errors = error_count(x->diagnostics);
    x->space = row->space;
    x->last_fresh = 0;
    scope_leave(x, 0);
    Node *top = expand_at_top(x, read_definition(x, row));
    if (error_count(x->diagnostics) > errors)
        note_at(x->diagnostics, 0, "in the library: %s/%s", text_bytes(row->space),
                text_bytes(row->name));
    Node *space = node_text(x->arena, N_SYMBOL, 0, row->space);
    return list(x->arena, H_from, 0, space, top, NULL);
}

typedef struct {
    size_t offset;
    Node *top;
} Placed;

static int by_offset(const void *a, const void *b) {
    const Placed *p = a, *q = b;
    return p->offset < q->offset ? -1 : p->offset > q->offset;
}

/* A main function with parameters is applied to the command line's arguments. */
static bool main_needs_apply(const Expander *x) {
    bool needs = false;
    for (uint32_t i = 0; i < x->tops.count; i++) {
        const Node *top = x->tops.items[i];
        if (!is_form(top, H_def) || !is_main_name(top->kids[0]->text)) continue;
        needs = is_form(top->kids[1], H_fn) && main_call(top->kids[1]) == MAIN_APPLIED;
    }
    return needs;
}

/* In the order of the library's text, so that what is computed at the start finds what it needs. */
void expand_wanted(Expander *x) {
    VEC(Placed) out = {0};
    if (main_needs_apply(x)) want_definition(x, text("core"), text("apply"));
    x->in_library = true;
    for (uint32_t i = 0; i < x->wanted.count; i++) {
        const LibraryRow *row = x->wanted.items[i];
        PUSH(x->scratch, out, ((Placed){row->offset, expand_library(x, row)}));
    }
    if (out.count) qsort(out.items, out.count, sizeof *out.items, by_offset);
    for (uint32_t i = 0; i < out.count; i++)
        PUSH(x->scratch, x->tops, out.items[i].top);
}
