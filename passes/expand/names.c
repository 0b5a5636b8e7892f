/* names.c - what a symbol means: lexical scope, macros, namespaces and aliases.
 *
 * A symbol means, in this order: a special form; a local; a global of its namespace that is
 * defined before this place; a referred name; a macro; a name of the library's core; otherwise a
 * global of its namespace that is defined later, or nowhere: pass resolve tells.
 * In Lcore a local is a plain symbol, a global has its namespace: core/map, user/f.
 */
#include "expand.h"

#include <string.h>

char defined_function, defined_value;

/* ---- lexical scope */

uint32_t scope_enter(const Expand *x) {
    return x->locals.count;
}

/* x->bound counts how often each name is bound, so that asking does not depend on the depth. */
static void count_binding(Expand *x, Text name, int change) {
    intptr_t count = (intptr_t)table_get(&x->bound, name) + change;
    table_put(&x->bound, name, (void *)count);
}

void scope_bind(Expand *x, const Node *symbol) {
    PUSH(x->scratch, x->locals, symbol->text);
    count_binding(x, symbol->text, 1);
}

void scope_leave(Expand *x, uint32_t mark) {
    while (x->locals.count > mark)
        count_binding(x, x->locals.items[--x->locals.count], -1);
}

bool is_local(const Expand *x, Text name) {
    return table_get(&x->bound, name) != NULL;
}

Node *fresh_symbol(Expand *x, const char *hint) {
    return node_text(x->arena, N_SYMBOL, 0, text_format("%s#%u", hint, ++x->last_fresh));
}

/* ---- symbols */

bool split_symbol(Text symbol, Text *space, Text *name) {
    const char *bytes = text_bytes(symbol);
    const char *slash = *bytes ? strchr(bytes + 1, '/') : NULL;
    if (!slash || !slash[1]) return false;
    *space = text_of(bytes, (size_t)(slash - bytes));
    *name = text(slash + 1);
    return true;
}

Text join_symbol(Text space, Text name) {
    char bytes[256];
    uint32_t s = text_length(space), n = text_length(name);
    if (s + n + 1 > sizeof bytes) return text_format("%s/%s", text_bytes(space), text_bytes(name));
    memcpy(bytes, text_bytes(space), s);
    bytes[s] = '/';
    memcpy(bytes + s + 1, text_bytes(name), n);
    return text_of(bytes, s + n + 1);
}

void define_global(Expand *x, Text space, Text name, const void *what) {
    table_put(&x->defined, name_key(space, name), (void *)(uintptr_t)what);
}

/* ---- meanings */

static bool is_internal(Text name) {
    return text_bytes(name)[0] == '%' && text_length(name) > 1;
}

/* May the current forms name this definition of the library? */
static bool library_offers(const Expand *x, Text space, Text name) {
    if (!x->in_library && is_internal(name)) return false;
    const LibraryRow *row = library_find(space, name);
    if (row) return x->in_library || !row->is_private;
    return space == text("core") && prim_named(name) != P_NONE;
}

static Meaning global(Text space, Text name, bool is_known) {
    return (Meaning){.kind = IS_GLOBAL, .space = space, .name = name, .is_known = is_known};
}

static Meaning macro(Text name) {
    return (Meaning){.kind = IS_MACRO, .name = name, .macro = macro_named(name)};
}

/* The namespace that the part before the / means, 0 for none. */
static Text space_of(const Expand *x, Text prefix) {
    void *alias = table_get(&x->aliases, name_key(x->space, prefix));
    if (alias) return (Text)(uintptr_t)alias;
    if (prefix == text("clojure.core")) return text("core");
    if (table_get(&x->user_spaces, prefix)) return prefix;
    return library_has_space(prefix) ? prefix : 0;
}

static Meaning qualified_meaning(Expand *x, Text prefix, Text name) {
    Text space = space_of(x, prefix);
    if (!space) return (Meaning){.kind = IS_UNKNOWN_SPACE, .space = prefix, .name = name};
    if (space == text("core") && macro_named(name)) return macro(name);
    bool is_known = table_get(&x->defined, name_key(space, name)) || library_offers(x, space, name);
    return global(space, name, is_known);
}

Meaning meaning_of(Expand *x, const Node *symbol) {
    Text name = symbol->text, prefix, core = text("core");
    const MacroRow *row = macro_named(name);
    if (row && row->is_special) return macro(name);
    if (is_local(x, name)) return (Meaning){.kind = IS_LOCAL, .name = name};
    Text last;
    if (split_symbol(name, &prefix, &last)) return qualified_meaning(x, prefix, last);
    if (table_get(&x->defined, name_key(x->space, name))) return global(x->space, name, true);
    if (x->in_library && library_offers(x, x->space, name)) return global(x->space, name, true);
    void *referred = table_get(&x->referred, name_key(x->space, name));
    if (referred) return global((Text)(uintptr_t)referred, name, true);
    if (row) return macro(name);
    if (library_offers(x, core, name)) return global(core, dialect_name(x, name), true);
    return global(x->space, name, false);
}

bool means_macro(Expand *x, const Node *n, const char *name) {
    if (n->kind != N_SYMBOL) return false;
    Meaning m = meaning_of(x, n);
    return m.kind == IS_MACRO && m.macro == macro_named(text(name));
}

Node *report_unknown_space(Expand *x, const Node *symbol) {
    Meaning m = meaning_of(x, symbol);
    if (table_get(&x->missing, m.space)) return core_nil(x);
    table_put(&x->missing, m.space, x);
    error_at(x->diagnostics, pos(symbol), "SL0103", "no namespace or alias is called `%s`",
             text_bytes(m.space));
    help_line(x->diagnostics, "require it: (ns %s (:require [the.namespace :as %s]))",
              text_bytes(x->space), text_bytes(m.space));
    return core_nil(x);
}

/* ---- definitions of the library that are wanted */

void want_definition(Expand *x, Text space, Text name) {
    const LibraryRow *row = library_find(space, name);
    if (!row || table_put(&x->pulled, name_key(space, name), (void *)(uintptr_t)row)) return;
    PUSH(x->scratch, x->wanted, row);
}

static void want_of_prim(Expand *x, Prim p) {
    const char *runtime = prim_rows[p].runtime;
    Text space, name;
    if (runtime && *runtime == '$' && split_symbol(text(runtime + 1), &space, &name))
        want_definition(x, space, name);
}

void want_invoke(Expand *x) {
    static const char *const names[] = {"invoke-0", "invoke-1", "invoke-2", "invoke-many"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        want_definition(x, text("core"), text(names[i]));
}

Node *global_symbol(Expand *x, Pos at, Text space, Text name) {
    want_definition(x, space, name);
    return node_text(x->arena, N_SYMBOL, at, join_symbol(space, name));
}

Node *operator_symbol(Expand *x, Pos at, Text space, Text name, uint32_t count) {
    Prim p = space == text("core") ? prim_named(name) : P_NONE;
    if (p == P_NONE || !prim_takes(p, count)) return global_symbol(x, at, space, name);
    want_of_prim(x, p);
    return node_text(x->arena, N_SYMBOL, at, join_symbol(space, name));
}
