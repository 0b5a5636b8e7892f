/* tree_names.c - the tree interpreter: what locals, globals and operators mean. */
#include "tree.h"

#include "names.h"
#include "walk.h"

#include "../../passes/expand/library.h"

#include <string.h>

/* ---- locals and captures */

static bool is_same(const Node *a, const Node *b) {
    return same_name(a, b) || (a->kind == N_SYMBOL && b->kind == N_SYMBOL && a->text == b->text);
}

static const Code *field_code(Preparer *p, uint32_t index) {
    Code *c = new_tree_code(p, evaluate_field, 0, 0);
    c->word = index;
    return c;
}

/* The name as the function sees it: itself, what it captured, or what it captures from now on. */
static const Code *captured(Preparer *p, const Node *name) {
    Capturer *f = p->function;
    if (f->self && is_same(f->self, name)) return local_code(p, 0, HOLDING_VALUE);
    for (uint32_t i = 0; i < f->names->count; i++)
        if (is_same(f->names->items[i], name)) return field_code(p, i);
    const Code *value = f->is_settled || !f->outer ? NULL : prepare_local(f->outer, name);
    if (!value) return NULL;
    PUSH(world.arena, *f->names, name);
    PUSH(world.arena, f->values, value);
    return field_code(p, f->names->count - 1);
}

const Code *prepare_local(Preparer *p, const Node *name) {
    for (const Scope *s = p->scope; s; s = s->outer)
        if (is_same(s->name, name)) return local_code(p, s->slot, s->holding);
    return captured(p, name);
}

/* ---- globals */

Global *tree_global(Text name) {
    return table_get(&tree.globals, name);
}

static Global *global_for(Text name) {
    Global *g = tree_global(name);
    if (g) return g;
    g = NEW(world.arena, Global);
    g->cell = cell_of(name);
    table_put(&tree.globals, name, g);
    return g;
}

static const Code *cell_code(Preparer *p, const Global *g) {
    Code *c = new_tree_code(p, evaluate_cell, 0, 0);
    c->cell = g->cell;
    return c;
}

const Code *prepare_global(Preparer *p, const Node *global) {
    const Global *g = tree_global(global->text);
    if (g) return cell_code(p, g);
    const Routine *r = tree.language >= L_Lclosed ? routine_named(global->text) : NULL;
    if (!r || !is_form(r->node, H_entry)) tree_refuse(global, "no global of this name is there");
    return word_code(p, static_closure(r), HOLDING_VALUE);
}

Value *assigned_cell(const Node *name) {
    const Global *g = tree_global(name->text);
    if (!g) tree_refuse(name, "no global of this name is there");
    return g->cell;
}

/* ---- the symbols of Lcore */

static bool is_global_symbol(Text symbol) {
    const char *bytes = text_bytes(symbol), *slash = strchr(bytes + 1, '/');
    return slash && slash[1];
}

/* A name that is declared and never defined fails when it is used. */
static const Code *undefined(Preparer *p, const Node *symbol) {
    const char *name = strchr(text_bytes(symbol->text), '/') + 1;
    Node *message = node_text(world.arena, N_STRING, 0,
                              text_format("%s is declared, but defined nowhere", name));
    Node *e = build(world.arena, pos(symbol),
                    "(prim %fail (quote IllegalStateException) (quote ?))", message);
    return prepare_code(p, e, HOLDING_VALUE, INNER);
}

const Code *prepare_symbol(Preparer *p, const Node *symbol) {
    if (!is_global_symbol(symbol->text)) {
        const Code *c = prepare_local(p, symbol);
        if (!c) tree_refuse(symbol, "this name is not defined");
        return c;
    }
    const Global *g = tree_global(symbol->text);
    if (!g) tree_refuse(symbol, "this name is not defined");
    return g->definitions + g->assignments ? cell_code(p, g) : undefined(p, symbol);
}

/* A primitive of the core in operator position, with as many operands as it takes. */
Prim operator_primitive(CallForm call) {
    static const char prefix[] = "core/";
    if (call.callee->kind != N_SYMBOL) return P_NONE;
    const char *name = text_bytes(call.callee->text);
    if (strncmp(name, prefix, sizeof prefix - 1)) return P_NONE;
    Prim prim = prim_named(text(name + sizeof prefix - 1));
    return prim && prim_takes(prim, call.operands.count) ? prim : P_NONE;
}

/* ---- the index */

const Node *defined_global(const Node *top) {
    if (is_form(top, H_def)) return as_def(top).name;
    return is_form(top, H_define) || is_form(top, H_variable) ? as_define(top).name : NULL;
}

const Node *computed_in(const Node *top) {
    return is_form(top, H_def) ? as_def(top).value : value_of_top(top);
}

/* Assignments inside expressions make a variable. */
static void index_assignments(const Node *e) {
    if (is_form(e, H_quote)) return;
    if (is_form(e, H_set_global)) global_for(as_set_global(e).name->text)->assignments++;
    NodeList parts = kids_of(e);
    for (uint32_t i = 0; i < parts.count; i++)
        index_assignments(parts.items[i]);
}

static void index_definition(const Node *name, const Node *top) {
    Global *g = global_for(name->text);
    const Node *value = computed_in(top);
    g->definitions++;
    g->function = is_form(value, H_fn) ? value : NULL;
    index_assignments(value);
    if (is_form(top, H_variable)) g->assignments++;
}

static void index_top(const Node *top) {
    const Node *name = defined_global(top);
    if (name) index_definition(name, top);
    if (is_form(top, H_declare)) global_for(as_declare(top).name->text);
    if (is_form(top, H_cell)) global_for(as_cell(top).name->text);
    if (is_form(top, H_run)) index_assignments(computed_in(top));
}

/* Native code names functions that other functions have made like inner ones. */
static Text name_of_function(Text global, const Node *fn) {
    const Node *self = as_fn(fn).self;
    if (self->kind != N_NAME || self->name.hint != text(MADE_FUNCTION)) return global;
    return text_format("%s.fn%u", text_bytes(global), self->name.number);
}

/* A global that is defined once, as a function, is that from the start. */
static void settle_top(const Node *top, bool is_library) {
    const Node *name = defined_global(top);
    if (!name) return;
    Global *g = tree_global(name->text);
    if (g->definitions + g->assignments > 1) g->function = NULL;
    if (!g->function) return;
    Text function = name_of_function(name->text, g->function);
    *g->cell = static_closure(define_fn(function, g->function, is_library));
}

void index_tree(NodeList tops) {
    for (uint32_t i = 0; i < tops.count; i++)
        index_top(top_inner(tops.items[i]));
    for (uint32_t i = 0; i < tops.count; i++)
        settle_top(top_inner(tops.items[i]), is_form(tops.items[i], H_from));
}
