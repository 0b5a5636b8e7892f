/* pass expand : Lsurface -> Lcore                                  (convert)
 *
 * Rewrites macros, destructuring, literals and sugar into a few core forms.
 * Why now: every later pass handles fifteen forms instead of a language.
 *
 *   (when (pos? x) (println x))
 *   => (if (call core/pos? x) (call core/println x) (quote nil))
 *
 * Needs:  forms as they were read.
 * Gives:  locals as plain symbols, globals as namespace/name; the definitions of the library that
 *         are mentioned, directly or by others, after the user's, as (from core (def ...)).
 * Choice: a macro is a C function from its source form to core forms (expand/expand.h); a template
 *         in slisp would be expanded again and again, and could capture names.
 */
#include "expand/expand.h"
#include "ir/limits.h"

#include <string.h>

Pos place_for(const Expand *x, const Node *form) {
    return x->in_library ? 0 : pos(form);
}

/* ---- symbols */

static Node *report_macro_value(Expand *x, const Node *symbol) {
    error_at(x->diagnostics, pos(symbol), "SL0105", "%s is a macro, it has no value",
             text_bytes(symbol->text));
    help_line(x->diagnostics, "write (fn [x] (%s x)) for a function that does the same",
              text_bytes(symbol->text));
    return core_nil(x);
}

static const char *near_name_in(Expand *x, Text space, Text name) {
    uint32_t count;
    const LibraryRow *rows = library_rows(&count);
    VEC(const char *) names = {0};
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].space == space && !rows[i].is_private)
            PUSH(x->scratch, names, text_bytes(rows[i].name));
    return near_miss(text_bytes(name), names.items, names.count);
}

/* A name that a namespace of the library does not have. */
static void report_missing(Expand *x, const Node *symbol, Meaning m) {
    const char *space = m.space == text("core") ? "clojure.core" : text_bytes(m.space);
    const char *close = near_name_in(x, m.space, m.name);
    error_at(x->diagnostics, pos(symbol), "SL0102", "`%s` is not defined in %s", text_bytes(m.name),
             space);
    if (close) help_line(x->diagnostics, "did you mean `%s`?", close);
}

/* A global keeps its own position only where something may still be wrong with it. */
static Pos position_of_global(const Expand *x, const Node *symbol, Meaning m) {
    return m.is_known ? 0 : place_for(x, symbol);
}

static bool is_missing(Meaning m) {
    return m.kind == IS_GLOBAL && !m.is_known && library_has_space(m.space);
}

static Node *expand_symbol(Expand *x, Node *symbol) {
    if (is_local(x, symbol->text)) return symbol_named(x, symbol->text);
    Meaning m = meaning_of(x, symbol);
    switch (m.kind) {
    case IS_MACRO: return report_macro_value(x, symbol);
    case IS_UNKNOWN_SPACE: return report_unknown_space(x, symbol);
    case IS_LOCAL:
    case IS_GLOBAL: break;
    }
    if (is_missing(m)) report_missing(x, symbol, m);
    return global_symbol(x, position_of_global(x, symbol, m), m.space, m.name);
}

/* ---- calls */

Node *expand_macro(Expand *x, Node *form, const MacroRow *row) {
    int parts = (int)form->count - 1;
    if (parts >= row->least && (row->most < 0 || parts <= row->most)) return row->expand(x, form);
    if (parts > MOST_DEPTH) {
        error_at(x->diagnostics, pos(form), "SL0016", "%s has %d parts; the limit is %d",
                 word_of(form), parts, row->most);
        return core_nil(x);
    }
    error_at(x->diagnostics, pos(form), "SL0201", "%s has %s parts", word_of(form),
             parts < row->least ? "too few" : "too many");
    help_line(x->diagnostics, "it is written %s", row->shape);
    return core_nil(x);
}

static bool ends_with_dot(Text name) {
    uint32_t n = text_length(name);
    return n > 1 && text_bytes(name)[n - 1] == '.' && text_bytes(name)[n - 2] != '.';
}

/* (Exception. message cause?) is (new Exception message cause?). */
static Node *expand_constructor(Expand *x, Node *form) {
    const Node *head = item(form, 0);
    Text name = text_of(text_bytes(head->text), text_length(head->text) - 1);
    Node *class = node_text(x->scratch, N_SYMBOL, head->at, name);
    Node *word = symbol_named(x, text("new"));
    NodeList operands = items_from(form, 1);
    Node *rewritten =
        build(x->scratch, form->at, "(? ? ?...)", word, class, operands.items, operands.count);
    return expand_macro(x, rewritten, macro_named(word->text));
}

/* Is this operator a function for certain? If not, the value may be a map, a keyword ... */
static bool is_function(Expand *x, Meaning m) {
    if (m.kind != IS_GLOBAL) return false;
    return library_has_space(m.space) ||
           table_get(&x->defined, name_key(m.space, m.name)) == &defined_function;
}

static Node *expand_operator(Expand *x, Node *head, uint32_t count) {
    if (head->kind != N_SYMBOL) {
        want_invoke(x);
        return expand_expression(x, head);
    }
    Meaning m = meaning_of(x, head);
    if (!is_function(x, m)) want_invoke(x);
    if (m.kind != IS_GLOBAL || is_missing(m)) return expand_symbol(x, head);
    return operator_symbol(x, position_of_global(x, head, m), m.space, m.name, count);
}

/* (:k m) and (:k m default) look the key up. */
static Node *expand_lookup(Expand *x, Node *form) {
    Node *key = expand_keyword(x, item(form, 0)), *map = expand_expression(x, item(form, 1));
    Node *otherwise = form->count > 2 ? expand_expression(x, item(form, 2)) : NULL;
    return core_call(x, place_for(x, form), "get", map, key, otherwise, NULL);
}

static Node *report_many_arguments(Expand *x, const Node *form) {
    error_at(x->diagnostics, pos(form), "SL0215", "this call has %u arguments; the limit is %d",
             form->count - 1, MOST_ARGUMENTS);
    help_line(x->diagnostics, "pass them as one collection: (apply f [...])");
    return core_nil(x);
}

static Node *expand_call(Expand *x, Node *form) {
    if (form->count - 1 > MOST_ARGUMENTS) return report_many_arguments(x, form);
    if (item(form, 0)->kind == N_KEYWORD && (form->count == 2 || form->count == 3))
        return expand_lookup(x, form);
    Node *callee = expand_operator(x, item(form, 0), form->count - 1);
    NodeList operands = expand_all(x, items_from(form, 1), expand_expression);
    return make_call(x->arena, place_for(x, form), callee, operands);
}

static Node *expand_list(Expand *x, Node *form) {
    if (form->count == 0) return core_call(x, place_for(x, form), "%empty-list", NULL);
    Node *head = item(form, 0);
    if (head->kind != N_SYMBOL) return expand_call(x, form);
    Meaning m = meaning_of(x, head);
    if (m.kind == IS_MACRO) return expand_macro(x, form, m.macro);
    if (m.kind == IS_GLOBAL && !m.is_known) {
        if (ends_with_dot(m.name)) return expand_constructor(x, form);
        if (report_missing_form(x, form)) return core_nil(x);
    }
    return expand_call(x, form);
}

/* A letter without a meaning after a backslash, as in Java: a later one may give it one. */
static void check_escapes(Expand *x, const Node *form) {
    const char *s = text_bytes(form->text);
    for (; (s = strchr(s, '\\')) && s[1]; s += 2)
        if (strchr("gijlmoqyCFIJKLMOTUY", s[1]))
            error_at(x->diagnostics, form->at, "SL0015", "\\%c means nothing in a pattern", s[1]);
}

/* #"text" => (call core/pattern (quote "text")) */
static Node *expand_pattern(Expand *x, const Node *form) {
    check_escapes(x, form);
    Node *string = node_text(x->arena, N_STRING, 0, form->text);
    return core_call(x, place_for(x, form), "pattern", core_quote(x, string), NULL);
}

Node *expand_expression(Expand *x, Node *form) {
    bool at_top = x->at_top;
    Node *out = NULL;
    x->at_top = false;
    switch ((NodeKind)form->kind) {
    case N_LIST: out = expand_list(x, form); break;
    case N_VECTOR: out = expand_vector(x, form); break;
    case N_MAP: out = expand_map(x, form); break;
    case N_SET: out = expand_set(x, form); break;
    case N_SYMBOL: out = expand_symbol(x, form); break;
    case N_KEYWORD: out = expand_keyword(x, form); break;
    case N_REGEX: out = expand_pattern(x, form); break;
    case N_STRING:
    case N_INT:
    case N_DOUBLE:
    case N_NIL:
    case N_TRUE:
    case N_FALSE: out = core_quote(x, form); break;
    case N_NAME:
    case N_GLOBAL:
    case N_BLOCK:
    case N_PRIM:
    case N_WORD:
    case N_OPCODE:
    case N_CONDITION: bug(form, "no source form");
    }
    x->at_top = at_top;
    return out;
}

NodeList expand_all(Expand *x, NodeList forms, Expansion *expansion) {
    Nodes out = {0};
    for (uint32_t i = 0; i < forms.count; i++)
        PUSH(x->scratch, out, expansion(x, forms.items[i]));
    return list_of(out, forms.at);
}

Node *expand_body(Expand *x, Pos at, NodeList forms) {
    if (forms.count == 0) return core_nil(x);
    return core_steps(x, at, expand_all(x, forms, expand_expression));
}

Node *pass_expand(Context *context, Node *program) {
    Expand x = {.arena = context->arena,
                .scratch = context->scratch,
                .diagnostics = context->diagnostics,
                .is_seed = context->seed_dialect,
                .space = text("user")};
    Arena *s = x.scratch;
    x.defined.arena = x.aliases.arena = x.referred.arena = x.user_spaces.arena = x.pulled.arena =
        x.bound.arena = x.missing.arena = s;
    table_put(&x.user_spaces, x.space, &x);
    ProgramForm f = as_program(program);
    if (as_library(f.library).hash->text != library_hash())
        error_at(x.diagnostics, 0, "SL0025",
                 "this dump was made with another version of the library");
    for (uint32_t i = 0; i < f.text.count; i++)
        expand_top(&x, f.text.items[i]);
    expand_wanted(&x);
    return make_program(x.arena, 0, (ProgramForm){f.library, .tops = list_of(x.tops, 0)});
}
