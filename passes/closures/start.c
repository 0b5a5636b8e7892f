/* start.c - the function that runs the program, and what it reaches. */
#include "closures.h"

#include <string.h>

/* ---- $start */

/* The call of the main function, with the command line's arguments if it takes any. */
static Node *main_call_form(Closures *c, const Known *main, Node *global) {
    Node *arguments = build(c->arena, 0, "(prim %main-args)");
    const Known *apply = table_get(&c->globals, text("core/apply"));
    if (!main) return make_call(c->arena, 0, global, no_nodes(0));
    switch (main_call(main->function)) {
    case MAIN_PLAIN: return known_call(c, 0, main, NULL, no_nodes(0));
    case MAIN_REST:
        return build(c->arena, 0, "(direct ? ?)",
                     node_global(c->arena, text_format("%s.w0r", text_bytes(main->base))),
                     arguments);
    case MAIN_APPLIED: break;
    }
    Node *operands[] = {global, arguments};
    return known_call(c, 0, apply, NULL, nodes(operands, 2, 0));
}

static void add_start_function(Closures *c, const Known *main, const Node *main_global) {
    Nodes steps = {0};
    for (uint32_t i = 0; i < c->library_starts.count; i++)
        PUSH(c->scratch, steps, c->library_starts.items[i]);
    for (uint32_t i = 0; i < c->starts.count; i++)
        PUSH(c->scratch, steps, c->starts.items[i]);
    if (main_global) {
        Node *result = main_call_form(c, main, (Node *)(uintptr_t)main_global);
        PUSH(c->scratch, steps, build(c->arena, 0, "(prim %exit-code ?)", result));
    }
    Node *body = build(c->arena, 0, "(do ?... (quote nil))", steps.items, steps.count);
    c->library = 0;
    add_closed_function(c, 0, text("start"), no_nodes(0), no_nodes(0), body);
    add_closed_top(c, make_start(c->arena, 0, node_global(c->arena, text("start"))));
}

/* ---- what is reached */

typedef struct {
    Closures *c;
    Table tops;    /* Text -> top, of functions, entries and cells */
    Table reached; /* Text -> top */
    Nodes work;
} Reach;

static Text name_of_closed(const Node *top) {
    if (is_form(top, H_function)) return as_function(top).name->text;
    return is_form(top, H_entry) ? as_entry(top).name->text : as_cell(top).name->text;
}

static void reach(Reach *r, Text name) {
    Node *top = table_get(&r->tops, name);
    if (!top || table_put(&r->reached, name, top)) return;
    PUSH(r->c->scratch, r->work, top);
}

/* A primitive may be a function of the library, with a worker for its number of operands. */
static void reach_primitive(Reach *r, Prim p) {
    const char *runtime = prim_rows[p].runtime;
    if (runtime && *runtime == '$') reach(r, text_format("%s.w%d", runtime + 1, prim_arity(p)));
}

/* What calls of values that are no functions run. */
static void reach_invoke(Reach *r) {
    static const char *const names[] = {"core/invoke-0.w1", "core/invoke-1.w2", "core/invoke-2.w3",
                                        "core/invoke-many.w1r"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        reach(r, text(names[i]));
}

static void reach_from(Reach *r, const Node *e) {
    if (e->kind == N_GLOBAL) reach(r, e->text);
    if (e->kind == N_PRIM) reach_primitive(r, (Prim)e->head);
    if (is_form(e, H_quote)) return;
    bool applies = is_form(e, H_prim) && as_prim(e).operation->head == P_apply;
    if (is_form(e, H_call) || applies) reach_invoke(r);
    NodeList kids = kids_of(e);
    for (uint32_t i = 0; i < kids.count; i++)
        reach_from(r, kids.items[i]);
}

Node *finish_program(Closures *c, Node *library, const Known *main, const Node *main_global) {
    add_start_function(c, main, main_global);
    Reach r = {.c = c, .tops = {.arena = c->scratch}, .reached = {.arena = c->scratch}};
    for (uint32_t i = 0; i < c->tops.count; i++) {
        Node *top = top_inner(c->tops.items[i]);
        if (!is_form(top, H_start)) table_put(&r.tops, name_of_closed(top), top);
    }
    reach(&r, text("start"));
    while (r.work.count)
        reach_from(&r, r.work.items[--r.work.count]);
    Nodes out = {0};
    for (uint32_t i = 0; i < c->tops.count; i++) {
        Node *top = top_inner(c->tops.items[i]);
        if (is_form(top, H_start) || table_get(&r.reached, name_of_closed(top)))
            PUSH(c->scratch, out, c->tops.items[i]);
    }
    return make_program(c->arena, 0, (ProgramForm){.library = library, .tops = list_of(out, 0)});
}
