/* graph_calls.c - who calls whom, in any form: calls are drawn through, other mentions dotted. */
#include "graph.h"
#include "ir/walk.h"
#include "table.h"

#include <string.h>

typedef struct {
    Text name;
    const Node *body;
    bool wanted;                /* by the options */
    bool drawn;                 /* or the neighbour of such a one */
    uint32_t called, mentioned; /* the last one whose edge to it was drawn */
} Vertex;

typedef struct {
    Arena *arena;
    Buffer *out;
    bool with_neighbours; /* of the one that --fn names */
    VEC(Vertex) vertices; /* the first one is none */
    Table
        by_name[2]; /* whole names; names without namespace, for symbols that were not looked up */
    uint32_t from;
} Calls;

/* ---- vertices */

static void add_vertex(Calls *c, Text name, const Node *body, bool wanted) {
    Vertex v = {name, body, wanted, wanted, 0, 0};
    const char *slash = strchr(text_bytes(name), '/');
    Text bare = slash && slash[1] ? text(slash + 1) : name;
    void *number = (void *)(uintptr_t)c->vertices.count;
    PUSH(c->arena, c->vertices, v);
    if (!name) return;
    table_put(&c->by_name[0], name, number);
    if (!table_get(&c->by_name[1], bare)) table_put(&c->by_name[1], bare, number);
}

/* (defn f ...) is f; another form is known by its place. */
static Text surface_name(const Node *form) {
    NodeList items = kids_of(form);
    bool defines = form->kind == N_LIST && items.count > 1 && items.items[0]->kind == N_SYMBOL &&
                   items.items[1]->kind == N_SYMBOL &&
                   !strncmp(text_bytes(items.items[0]->text), "def", 3);
    Location p = location_of(pos(form));
    return defines ? items.items[1]->text : text_format("run %u:%u", p.line, p.column);
}

static void add_surface(Calls *c, const Options *o, NodeList forms) {
    for (uint32_t i = 0; i < forms.count; i++) {
        Text name = surface_name(forms.items[i]);
        add_vertex(c, name, forms.items[i],
                   !o->pipeline.function || !strcmp(text_bytes(name), o->pipeline.function));
    }
}

static void find_vertices(Calls *c, const Options *o, const Node *program) {
    ProgramForm f = as_program(program);
    add_vertex(c, 0, NULL, false);
    add_surface(c, o, f.text);
    for (uint32_t i = 0; i < f.tops.count; i++) {
        const Node *top = top_inner(f.tops.items[i]);
        if (!is_form(top, H_start))
            add_vertex(c, top_name(top), top, look_shows(o, f.tops.items[i]));
    }
}

/* ---- edges */

static bool is_called(const Node *parent, uint32_t kid) {
    switch ((int)parent->head) {
    case H_call:
    case H_direct:
    case H_enter:
    case H_tail_call:
    case H_tail_direct:
    case H_tail_enter:
    case H_NONE: return parent->kind == N_LIST && kid == 0;
    case H_try_call: return kid < 2;
    case H_code:
    case H_arity:
    case H_rest: return true; /* of instructions, and of entries */
    default: return false;
    }
}

static void add_edge(Calls *c, uint32_t to, bool call) {
    Vertex *from = &c->vertices.items[c->from], *v = &c->vertices.items[to];
    uint32_t *last = call ? &v->called : &v->mentioned;
    bool shown = c->with_neighbours ? from->wanted || v->wanted : from->wanted && v->wanted;
    if (!to || !shown || *last == c->from) return;
    *last = c->from;
    from->drawn = v->drawn = true;
    buffer_print(c->out, "  t%u -> t%u%s;\n", c->from, to, call ? "" : " [style=dotted]");
}

static void add_edges(Calls *c, const Node *n, bool call) {
    if (n->kind == N_GLOBAL || n->kind == N_SYMBOL)
        add_edge(
            c,
            (uint32_t)(uintptr_t)table_get(
                &c->by_name[n->kind == N_SYMBOL && !strchr(text_bytes(n->text), '/')], n->text),
            call);
    if (is_form(n, H_quote)) return;
    NodeList parts = kids_of(n);
    for (uint32_t i = 0; i < parts.count; i++)
        add_edges(c, parts.items[i], is_called(n, i));
}

/* What a top defines it does not call: (function $f ...), (defn f ...). */
static void add_edges_from(Calls *c, uint32_t from) {
    const Vertex *v = &c->vertices.items[from];
    bool is_expression = is_form(v->body, H_run) || !strncmp(text_bytes(v->name), "run ", 4);
    c->from = from;
    NodeList parts = kids_of(v->body);
    for (uint32_t i = is_expression ? 0 : v->body->head ? 1 : 2; i < parts.count; i++)
        add_edges(c, parts.items[i], is_called(v->body, i));
}

void graph_calls(Buffer *out, const Options *o, const Form *form) {
    Arena *a = arena_new();
    Calls c = {.arena = a,
               .out = out,
               .by_name = {{.arena = a}, {.arena = a}},
               .with_neighbours = o->pipeline.function != NULL};
    find_vertices(&c, o, form->program);
    for (uint32_t i = 1; i < c.vertices.count; i++)
        if (c.with_neighbours || c.vertices.items[i].wanted) add_edges_from(&c, i);
    for (uint32_t i = 1; i < c.vertices.count; i++) {
        const char *name = text_bytes(c.vertices.items[i].name);
        if (!c.vertices.items[i].drawn) continue;
        buffer_print(out, "  t%u [label=", i);
        graph_quoted(out, name, strlen(name));
        buffer_print(out, "];\n");
    }
    arena_free(a);
}
