/* globals.c - the globals of a program: who defines them, who mentions them, what is reached. */
#include "../expand/library.h"
#include "resolve.h"

#include <string.h>

/* ---- the index */

Global *global_named(const Resolve *r, Text name) {
    return table_get(&r->globals, name);
}

static Global *global_for(Resolve *r, Text name) {
    Global *g = global_named(r, name);
    if (g) return g;
    g = NEW(r->scratch, Global);
    g->name = name;
    g->first = UINT32_MAX;
    table_put(&r->globals, name, g);
    PUSH(r->scratch, r->order, g);
    return g;
}

/* Assignments inside expressions make a variable; one without a definition is first set there. */
static void index_assignments(Resolve *r, const Node *e, uint32_t index) {
    if (!is_tree(e) || is_form(e, H_quote)) return;
    if (is_form(e, H_set_global)) {
        Global *g = global_for(r, as_set_global(e).name->text);
        g->assignments++;
        if (g->first == UINT32_MAX) g->first = index, g->defined_at = pos(e);
    }
    NodeList parts = kids_of(e);
    for (uint32_t i = 0; i < parts.count; i++)
        index_assignments(r, parts.items[i], index);
}

static void report_again(Resolve *r, const Global *g, Pos at) {
    warning_at(r->diagnostics, at, "SL0301", "%s is defined again; it is a variable from now on",
               strchr(text_bytes(g->name), '/') + 1);
    note_at(r->diagnostics, g->defined_at, "it was defined here before");
}

static void index_definition(Resolve *r, Pos at, DefForm def, bool from_library, uint32_t index) {
    Global *g = global_for(r, def.name->text);
    if (g->definitions++ > 0) report_again(r, g, at);
    if (g->definitions == 1 && g->assignments == 0) g->first = index, g->defined_at = at;
    g->from_library = from_library;
    g->function = is_form(def.value, H_fn) && !is_variable(g) ? def.value : NULL;
    index_assignments(r, def.value, index);
}

static void index_top(Resolve *r, Node *top, uint32_t index, bool from_library) {
    switch (Lcore_Top_of(top)) {
    case Lcore_Top_declare: global_for(r, as_declare(top).name->text)->is_declared = true; break;
    case Lcore_Top_def: index_definition(r, pos(top), as_def(top), from_library, index); break;
    case Lcore_Top_run: index_assignments(r, as_run(top).value, index); break;
    case Lcore_Top_from: index_top(r, as_from(top).definition, index, true); break;
    }
}

void index_globals(Resolve *r, NodeList tops) {
    for (uint32_t i = 0; i < tops.count; i++)
        index_top(r, tops.items[i], i, false);
    for (uint32_t i = 0; i < r->order.count; i++)
        if (is_variable(r->order.items[i])) r->order.items[i]->function = NULL;
}

/* ---- mentions */

void mention_global(Resolve *r, Global *g, Pos at) {
    PUSH(r->scratch, *r->mentions, ((Mention){g, at}));
}

void mention_named(Resolve *r, const char *name) {
    Global *g = global_named(r, text(name));
    if (g) mention_global(r, g, 0);
}

void mention_invoke(Resolve *r) {
    static const char *const names[] = {"core/invoke-0", "core/invoke-1", "core/invoke-2",
                                        "core/invoke-many"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        mention_named(r, names[i]);
}

/* ---- unknown names */

static const char *last_part(Text name) {
    const char *bytes = text_bytes(name), *slash = strchr(bytes + 1, '/');
    return slash && slash[1] ? slash + 1 : bytes;
}

void report_unknown(Resolve *r, const Node *symbol) {
    const char *name = last_part(symbol->text);
    VEC(const char *) names = {0};
    for (Local *l = r->locals; l; l = l->outer)
        PUSH(r->scratch, names, text_bytes(l->symbol));
    for (uint32_t i = 0; i < r->order.count; i++)
        if (!r->order.items[i]->from_library)
            PUSH(r->scratch, names, last_part(r->order.items[i]->name));
    uint32_t count;
    const LibraryRow *rows = library_rows(&count);
    for (uint32_t i = 0; i < count; i++)
        if (!rows[i].is_private && rows[i].space == text("core"))
            PUSH(r->scratch, names, text_bytes(rows[i].name));
    error_at(r->diagnostics, pos(symbol), "SL0101", "`%s` is not defined", name);
    const char *close = near_miss(name, names.items, names.count);
    if (close)
        help_line(r->diagnostics, "did you mean `%s`?", close);
    else if (name[0] == '.' && name[1])
        help_line(r->diagnostics, "slisp has no methods of Java");
}

/* ---- the order of definitions */

static void report_order(Resolve *r, const Mention *m, Pos runs_at) {
    error_at(r->diagnostics, m->at ? m->at : runs_at, "SL0108",
             "%s is used before its definition runs", last_part(m->global->name));
    note_at(r->diagnostics, m->global->defined_at, "it is defined here");
    if (runs_at && m->at && location_of(runs_at).line != location_of(m->at).line)
        note_at(r->diagnostics, runs_at, "this form leads there, and runs before");
}

typedef struct {
    const Mentions *mentions;
    Pos runs_at; /* the part of the top-level form that leads there */
} Path;

/* Follows what a form that runs at `index` leads to; each function once, for the earliest form. */
void check_order(Resolve *r, const Mentions *mentions, uint32_t index) {
    VEC(Path) work = {0};
    PUSH(r->scratch, work, ((Path){mentions, 0}));
    while (work.count) {
        Path path = work.items[--work.count];
        for (uint32_t i = 0; i < path.mentions->count; i++) {
            const Mention *m = &path.mentions->items[i];
            Global *g = m->global;
            if (g->from_library || g->is_checked) continue;
            g->is_checked = true;
            Pos runs_at = path.runs_at ? path.runs_at : m->at;
            if (g->first > index && !g->is_declared)
                report_order(r, m, runs_at);
            else if (g->function)
                PUSH(r->scratch, work, ((Path){&g->mentions, runs_at}));
        }
    }
}

/* ---- what is reached */

void reach_globals(Resolve *r, const Mentions *mentions) {
    VEC(const Mentions *) work = {0};
    PUSH(r->scratch, work, mentions);
    while (work.count) {
        const Mentions *these = work.items[--work.count];
        for (uint32_t i = 0; i < these->count; i++) {
            Global *g = these->items[i].global;
            if (g->is_reached) continue;
            g->is_reached = true;
            PUSH(r->scratch, work, &g->mentions);
        }
    }
}
