/* tree_names.c - the tree interpreter: what locals, globals and operators mean. */
#include "tree.h"

#include "names.h"

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

Global *tree_global(Text name) { return table_get(&tree.globals, name); }

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
        if (!c) tree_refuse(symbol, "no name is known here that is called so");
        return c;
    }
    const Global *g = tree_global(symbol->text);
    if (!g) tree_refuse(symbol, "no name is known here that is called so");
    return g->definitions + g->assignments ? cell_code(p, g) : undefined(p, symbol);
}

/* A primitive of the core in operator position, with as many operands as it takes. */
Prim operator_primitive(const Node *call) {
    static const char prefix[] = "core/";
    const Node *operator = call->kids[0];
    if (operator->kind != N_SYMBOL) return P_NONE;
    const char *name = text_bytes(operator->text);
    if (strncmp(name, prefix, sizeof prefix - 1)) return P_NONE;
    Prim prim = prim_named(text(name + sizeof prefix - 1));
    return prim && prim_takes(prim, call->count - 1) ? prim : P_NONE;
}

/* ---- the index */

/* Assignments inside expressions make a variable. */
static void index_assignments(const Node *e) {
    if (!is_tree(e) || is_form(e, H_quote)) return;
    if (is_form(e, H_set_global)) global_for(e->kids[0]->text)->assignments++;
    for (uint32_t i = 0; i < e->count; i++)
        index_assignments(e->kids[i]);
}

static void index_definition(const Node *name, const Node *value) {
    Global *g = global_for(name->text);
    g->definitions++;
    g->function = is_form(value, H_fn) ? value : NULL;
    index_assignments(value);
}

static void index_top(const Node *top) {
    switch (top->head) {
    case H_def: index_definition(top->kids[0], top->kids[1]); break;
    case H_define:
    case H_variable: index_definition(top->kids[0], top->kids[2]); break;
    case H_declare:
    case H_cell: global_for(top->kids[0]->text); break;
    case H_run: index_assignments(top->kids[top->count - 1]); break;
    default: break;
    }
    if (top->head == H_variable) tree_global(top->kids[0]->text)->assignments++;
}

/* Native code names functions that other functions have made like inner ones. */
static Text name_of_function(const Node *top) {
    const Node *self = top->kids[top->count - 1]->kids[0];
    if (self->kind != N_NAME || self->name.hint != text(MADE_FUNCTION)) return top->kids[0]->text;
    return text_format("%s.fn%u", text_bytes(top->kids[0]->text), self->name.number);
}

/* A global that is defined once, as a function, is that from the start. */
static void settle_top(const Node *top, bool is_library) {
    if (top->head != H_def && top->head != H_define && top->head != H_variable) return;
    Global *g = tree_global(top->kids[0]->text);
    if (g->definitions + g->assignments > 1) g->function = NULL;
    if (!g->function) return;
    *g->cell = static_closure(define_fn(name_of_function(top), g->function, is_library));
}

void index_tree(const Node *program) {
    for (uint32_t i = 1; i < program->count; i++)
        index_top(top_inner(program->kids[i]));
    for (uint32_t i = 1; i < program->count; i++)
        settle_top(top_inner(program->kids[i]), is_form(program->kids[i], H_from));
}
