/* definitions.c - def, defn, declare, ns, require; the top level of a file and of the library. */
#include "../ir/arity.h"
#include "expand.h"
#include "../ir/limits.h"

#include <stdlib.h>
#include <string.h>

/* ---- def */

static bool is_definable(Expand *x, Node *form) {
    if (is_plain_symbol(item(form, 1))) return true;
    error_at(x->diagnostics, pos(form), "SL0213", "%s needs a name without a namespace",
             word_of(form));
    return false;
}

/* The symbol of the global that `form` defines; from here on it means that global. */
static Node *defined_symbol(Expand *x, Node *form, const void *what) {
    Text name = item(form, 1)->text;
    if (!x->in_library) define_global(x, x->space, name, what);
    return symbol_named(x, join_symbol(x->space, name));
}

/* A definition at the top; elsewhere an assignment. */
static Node *definition(Expand *x, Pos at, bool top, Node *symbol, Node *value) {
    return top ? make_def(x->arena, at, symbol, value)
               : make_set_global(x->arena, at, symbol, value);
}

static bool makes_function(const Node *value) {
    return starts_with(value, "fn") || starts_with(value, "fn-literal");
}

/* (def name), (def name value), (def name "doc" value) */
Node *expand_def(Expand *x, Node *form) {
    bool top = x->at_top;
    if (!is_definable(x, form)) return core_nil(x);
    Pos at = place_for(x, form);
    if (form->count == 2) {
        Node *declared = defined_symbol(x, form, &defined_value);
        return top ? make_declare(x->arena, at, declared) : core_nil(x);
    }
    if (form->count == 4 && item(form, 2)->kind != N_STRING)
        error_at(x->diagnostics, pos(form), "SL0201",
                 "the second part of a def with three must be a string that documents it");
    Node *value = last_item(form);
    const void *what = makes_function(value) ? &defined_function : &defined_value;
    Node *symbol = defined_symbol(x, form, what);
    x->at_top = false;
    return definition(x, at, top, symbol, expand_expression(x, value));
}

/* (defn name doc? {meta}? [parameters] body ...). The function has no name of its own: inside, the
 * name means the global, or the primitive that it extends. */
Node *expand_defn(Expand *x, Node *form) {
    bool top = x->at_top;
    if (!is_definable(x, form)) return core_nil(x);
    uint32_t skip = 2;
    if (skip < form->count && item(form, skip)->kind == N_STRING) skip++;
    if (skip < form->count && item(form, skip)->kind == N_MAP) skip++;
    Node *symbol = defined_symbol(x, form, &defined_function);
    x->at_top = false;
    Node *function = expand_arities(x, form, NULL, items_from(form, skip));
    return definition(x, place_for(x, form), top, symbol, function);
}

Node *expand_declare(Expand *x, Node *form) {
    for (uint32_t i = 1; i < form->count; i++) {
        Node *n = item(form, i);
        if (!is_plain_symbol(n)) {
            error_at(x->diagnostics, pos(n), "SL0213", "declare needs names without a namespace");
            continue;
        }
        define_global(x, x->space, n->text, &defined_value);
        Node *symbol = symbol_named(x, join_symbol(x->space, n->text));
        Node *declared = make_declare(x->arena, place_for(x, form), symbol);
        PUSH(x->scratch, x->tops, settled(x->arena, declared, 0));
    }
    return core_nil(x);
}

/* ---- namespaces */

/* A namespace of the user that is called like one of the library's gets a name of its own. */
static Text own_space(Text space) {
    return library_has_space(space) ? text_format("%s'", text_bytes(space)) : space;
}

static bool is_known_space(const Expand *x, Text space) {
    return library_has_space(space) || table_get(&x->user_spaces, space);
}

static void refer_names(Expand *x, Text space, const Node *names) {
    for (uint32_t i = 0; is_tree(names) && i < names->count; i++) {
        Node *n = item(names, i);
        if (n->kind != N_SYMBOL) continue;
        if (library_has_space(space) && !library_find(space, n->text)) {
            error_at(x->diagnostics, pos(n), "SL0102", "`%s` is not defined in %s",
                     text_bytes(n->text), text_bytes(space));
            continue;
        }
        table_put(&x->referred, name_key(x->space, n->text), (void *)(uintptr_t)space);
    }
}

static void refer_all(Expand *x, Text space) {
    uint32_t count;
    const LibraryRow *rows = library_rows(&count);
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].space == space && !rows[i].is_private)
            table_put(&x->referred, name_key(x->space, rows[i].name), (void *)(uintptr_t)space);
}

static void read_option(Expand *x, Text space, const Node *key, const Node *value) {
    if (is_keyword(key, "as") && value->kind == N_SYMBOL)
        table_put(&x->aliases, name_key(x->space, value->text), (void *)(uintptr_t)space);
    if (!is_keyword(key, "refer") && !is_keyword(key, "only")) return;
    if (value->kind == N_KEYWORD)
        refer_all(x, space);
    else
        refer_names(x, space, value);
}

/* One part of a require: name or [name :as alias :refer [names]]. A namespace that nobody has fails
 * when the form runs, as in Clojure: gives the failing expression, or NULL. */
static Node *require_one(Expand *x, Node *form, bool refers_all) {
    bool has_options = form->kind == N_VECTOR && form->count > 1;
    Node *name = form->kind == N_VECTOR && form->count ? item(form, 0) : form;
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
    for (uint32_t i = 1; has_options && i + 1 < form->count; i += 2)
        read_option(x, space, item(form, i), item(form, i + 1));
    if (refers_all && !has_options) refer_all(x, space);
    return NULL;
}

static Node *both(Expand *x, Pos at, Node *first, Node *second) {
    return !first ? second : !second ? first : core_do(x, at, first, second);
}

static bool is_clause_of(const Node *n, const char *name) {
    return is_full_list(n) && is_keyword(item(n, 0), name);
}

/* (ns name doc? (:require ...) (:use ...) (:import ...)) */
Node *expand_ns(Expand *x, Node *form) {
    Node *name = item(form, 1), *failing = NULL;
    if (name->kind != N_SYMBOL) {
        error_at(x->diagnostics, pos(form), "SL0214", "ns needs a name");
        return core_nil(x);
    }
    x->space = own_space(name->text);
    table_put(&x->user_spaces, x->space, x);
    table_put(&x->aliases, name_key(x->space, name->text), (void *)(uintptr_t)x->space);
    for (uint32_t i = 2; i < form->count; i++) {
        Node *clause = item(form, i);
        bool uses = is_clause_of(clause, "use");
        if (!uses && !is_clause_of(clause, "require")) continue;
        for (uint32_t k = 1; k < clause->count; k++)
            failing = both(x, pos(form), failing, require_one(x, item(clause, k), uses));
    }
    return failing ? failing : core_nil(x);
}

/* (require 'name '[name :as alias]) */
Node *expand_require(Expand *x, Node *form) {
    Node *failing = NULL;
    for (uint32_t i = 1; i < form->count; i++) {
        Node *part = item(form, i);
        if (!starts_with(part, "quote") || part->count != 2) {
            error_at(x->diagnostics, pos(part), "SL0214",
                     "require takes quoted names: (require '[name :as alias])");
            continue;
        }
        failing = both(x, pos(form), failing, require_one(x, item(part, 1), false));
    }
    return failing ? failing : core_nil(x);
}

/* ---- the top level */

static bool is_constant(const Node *n) {
    return is_form(n, H_quote);
}

/* Is what is left of MOST_DEPTH enough for this form? */
static bool is_shallow(Expand *x, const Node *e, int left) {
    if (!is_tree(e) || is_constant(e)) return true;
    if (left == 0)
        error_at(x->diagnostics, pos(e), "SL0016",
                 "nested more than %d levels deep, macros expanded", MOST_DEPTH);
    NodeList parts = kids_of(e);
    for (uint32_t i = 0; i < parts.count; i++)
        if (left == 0 || !is_shallow(x, parts.items[i], left - 1)) return false;
    return true;
}

static void add_top(Expand *x, Node *form, Node *core) {
    if (is_constant(core)) return;
    bool is_top = is_form(core, H_def) || is_form(core, H_declare);
    Node *run = is_top ? core : make_run(x->arena, pos(form), (RunForm){.value = core});
    Node *top = settled(x->arena, run, 0);
    if (!is_shallow(x, top, MOST_DEPTH)) return;
    PUSH(x->scratch, x->tops, top);
}

/* x->at_top says to a macro (def, ns ...) that nothing is around it. */
static Node *expand_at_top(Expand *x, Node *form) {
    bool is_call = is_full_list(form) && item(form, 0)->kind == N_SYMBOL;
    const MacroRow *row = is_call ? meaning_of(x, item(form, 0)).macro : NULL;
    if (!row) return expand_expression(x, form);
    x->at_top = true;
    Node *core = expand_macro(x, form, row);
    x->at_top = false;
    return core;
}

void expand_top(Expand *x, Node *form) {
    if (is_full_list(form) && means_macro(x, item(form, 0), "do")) {
        for (uint32_t i = 1; i < form->count; i++)
            expand_top(x, item(form, i));
        return;
    }
    x->last_fresh = 0;
    scope_leave(x, 0);
    add_top(x, form, expand_at_top(x, form));
}

/* ---- the library */

static Node *read_definition(Expand *x, const LibraryRow *row) {
    Node **forms;
    uint32_t count;
    read_source(x->arena, x->diagnostics, UINT16_MAX, library_text + row->offset, row->length,
                &forms, &count);
    return count ? forms[0] : core_nil(x);
}

/* Library code has no positions: what fails in it is reported at the call that led there. */
static Node *expand_library(Expand *x, const LibraryRow *row) {
    uint32_t errors = error_count(x->diagnostics);
    x->space = row->space;
    x->last_fresh = 0;
    scope_leave(x, 0);
    Node *top = expand_at_top(x, read_definition(x, row));
    if (error_count(x->diagnostics) > errors)
        note_at(x->diagnostics, 0, "in the library: %s/%s", text_bytes(row->space),
                text_bytes(row->name));
    return make_from(x->arena, 0, symbol_named(x, row->space), top);
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
static bool main_needs_apply(const Expand *x) {
    bool needs = false;
    for (uint32_t i = 0; i < x->tops.count; i++) {
        const Node *top = x->tops.items[i];
        if (!is_form(top, H_def) || !is_main_name(as_def(top).name->text)) continue;
        const Node *main = as_def(top).value;
        needs = is_form(main, H_fn) && main_call(main) == MAIN_APPLIED;
    }
    return needs;
}

/* In the order of the library's text, so that what is computed at the start finds what it needs. */
void expand_wanted(Expand *x) {
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
