/* globals.c - what is known of the program's globals, and the order in which to visit them. */
#include "simplify.h"

enum { LARGEST = 1000 };

Global *constant_global(const Simplifier *s, const Node *g) {
    return g->kind == N_GLOBAL ? table_get(&s->globals, g->text) : NULL;
}

Node *global_function(const Simplifier *s, const Node *g) {
    const Global *global = constant_global(s, g);
    return global && is_form(global->top->kids[2], H_fn) ? global->top->kids[2] : NULL;
}

static uint32_t count_name(const Node *e, const Node *x) {
    if (!is_tree(e) || is_constant(e)) return same_name(e, x);
    uint32_t count = 0;
    for (uint32_t i = 0; i < e->count; i++)
        count += count_name(e->kids[i], x);
    return count;
}

/* Does a function mention the name that it has inside, besides binding it? */
static bool names_itself(const Node *value) {
    return is_form(value, H_fn) && count_name(value, value->kids[0]) > 1;
}

static void count_mentions(Simplifier *s, const Node *e, Text inside) {
    Global *g = constant_global(s, e);
    if (g && g->name == inside) g->calls_itself = true;
    if (g) g->uses++;
    if (!is_tree(e) || is_constant(e)) return;
    for (uint32_t i = 0; i < e->count; i++)
        count_mentions(s, e->kids[i], inside);
}

void index_program(Simplifier *s, Node *program) {
    for (uint32_t i = 1; i < program->count; i++) {
        Node *top = top_inner(program->kids[i]);
        if (!is_form(top, H_define)) continue;
        Global *g = NEW(s->scratch, Global);
        *g = (Global){.name = top->kids[0]->text,
                      .top = top,
                      .names = (uint32_t)top->kids[1]->kids[0]->integer};
        g->calls_itself = names_itself(top->kids[2]);
        g->size = size_of(top->kids[2], LARGEST);
        table_put(&s->globals, g->name, g);
        PUSH(s->scratch, s->list, g);
    }
    for (uint32_t i = 1; i < program->count; i++) {
        Node *top = top_inner(program->kids[i]);
        count_mentions(s, top->kids[top->count - 1],
                       is_form(top, H_define) ? top->kids[0]->text : 0);
    }
}

/* ---- depth first over mentions, without recursion on the depth of calls */

typedef struct {
    Global *global;
    Nodes mentions;
    uint32_t at;
} Visit_;

static void collect_mentions(Simplifier *s, Node *e, Nodes *out) {
    if (e->kind == N_GLOBAL) PUSH(s->scratch, *out, e);
    if (!is_tree(e) || is_constant(e)) return;
    for (uint32_t i = 0; i < e->count; i++)
        collect_mentions(s, e->kids[i], out);
}

static Visit_ visit_of(Simplifier *s, Global *g) {
    Visit_ v = {.global = g};
    g->is_queued = true;
    collect_mentions(s, g->top->kids[2], &v.mentions);
    return v;
}

static void visit(Simplifier *s, Global *root, Nodes *order) {
    VEC(Visit_) stack = {0};
    if (root->is_queued) return;
    PUSH(s->scratch, stack, visit_of(s, root));
    while (stack.count) {
        Visit_ *v = &stack.items[stack.count - 1];
        if (v->at == v->mentions.count) {
            PUSH(s->scratch, *order, v->global->top);
            stack.count--;
            continue;
        }
        Global *next = constant_global(s, v->mentions.items[v->at++]);
        if (next && !next->is_queued) PUSH(s->scratch, stack, visit_of(s, next));
    }
}

Node **call_order(Simplifier *s, Node *program) {
    Nodes order = {0};
    for (uint32_t i = 0; i < s->list.count; i++)
        visit(s, s->list.items[i], &order);
    for (uint32_t i = 1; i < program->count; i++) {
        Node *top = top_inner(program->kids[i]);
        if (!is_form(top, H_define)) PUSH(s->scratch, order, top);
    }
    return order.items;
}
