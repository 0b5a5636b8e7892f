/* globals.c - what is known of the program's globals, and the order in which to visit them. */
#include "../ir/names.h"
#include "simplify.h"

enum { LARGEST = 1000 };

Global *constant_global(const Simplify *s, const Node *g) {
    return g->kind == N_GLOBAL ? table_get(&s->globals, g->text) : NULL;
}

Node *global_function(const Simplify *s, const Node *g) {
    const Global *global = constant_global(s, g);
    Node *value = global ? value_of_top(global->top) : NULL;
    return value && is_form(value, H_fn) ? value : NULL;
}

static uint32_t count_name(const Node *e, const Node *x) {
    if (!is_tree(e) || is_constant(e)) return same_name(e, x);
    uint32_t count = 0;
    NodeList kids = kids_of(e);
    for (uint32_t i = 0; i < kids.count; i++)
        count += count_name(kids.items[i], x);
    return count;
}

/* Does a function mention the name that it has inside, besides binding it? */
static bool names_itself(const Node *value) {
    return is_form(value, H_fn) && count_name(value, as_fn(value).self) > 1;
}

static void count_mentions(Simplify *s, const Node *e, Text inside) {
    Global *g = constant_global(s, e);
    if (g && g->name == inside) g->calls_itself = true;
    if (g) g->uses++;
    NodeList kids = is_constant(e) ? nodes(NULL, 0, 0) : kids_of(e);
    for (uint32_t i = 0; i < kids.count; i++)
        count_mentions(s, kids.items[i], inside);
}

void index_program(Simplify *s, Node *program) {
    NodeList tops = as_program(program).tops;
    for (uint32_t i = 0; i < tops.count; i++) {
        Node *top = top_inner(tops.items[i]);
        if (!is_form(top, H_define)) continue;
        DefineForm f = as_define(top);
        Global *g = NEW(s->scratch, Global);
        *g = (Global){.name = f.name->text, .top = top, .names = names_of_top(top)};
        g->calls_itself = names_itself(f.value);
        g->size = size_of(f.value, LARGEST);
        table_put(&s->globals, g->name, g);
        PUSH(s->scratch, s->list, g);
    }
    for (uint32_t i = 0; i < tops.count; i++) {
        Node *top = top_inner(tops.items[i]);
        Text inside = is_form(top, H_define) ? as_define(top).name->text : 0;
        count_mentions(s, value_of_top(top), inside);
    }
}

/* ---- depth first over mentions, without recursion on the depth of calls */

typedef struct {
    Global *global;
    Nodes mentions;
    uint32_t at;
} Mentions;

static void collect_mentions(Simplify *s, Node *e, Nodes *out) {
    if (e->kind == N_GLOBAL) PUSH(s->scratch, *out, e);
    NodeList kids = is_constant(e) ? nodes(NULL, 0, 0) : kids_of(e);
    for (uint32_t i = 0; i < kids.count; i++)
        collect_mentions(s, kids.items[i], out);
}

static Mentions visit_of(Simplify *s, Global *g) {
    Mentions v = {.global = g};
    g->is_queued = true;
    collect_mentions(s, value_of_top(g->top), &v.mentions);
    return v;
}

static void visit(Simplify *s, Global *root, Nodes *order) {
    VEC(Mentions) stack = {0};
    if (root->is_queued) return;
    PUSH(s->scratch, stack, visit_of(s, root));
    while (stack.count) {
        Mentions *v = &stack.items[stack.count - 1];
        if (v->at == v->mentions.count) {
            PUSH(s->scratch, *order, v->global->top);
            stack.count--;
            continue;
        }
        Global *next = constant_global(s, v->mentions.items[v->at++]);
        if (next && !next->is_queued) PUSH(s->scratch, stack, visit_of(s, next));
    }
}

Node **call_order(Simplify *s, Node *program) {
    Nodes order = {0};
    for (uint32_t i = 0; i < s->list.count; i++)
        visit(s, s->list.items[i], &order);
    NodeList tops = as_program(program).tops;
    for (uint32_t i = 0; i < tops.count; i++) {
        Node *top = top_inner(tops.items[i]);
        if (!is_form(top, H_define)) PUSH(s->scratch, order, top);
    }
    return order.items;
}
