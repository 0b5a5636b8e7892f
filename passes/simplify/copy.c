/* copy.c - measuring, counting and copying terms. */
#include "simplify.h"

uint32_t size_of(const Node *e, uint32_t limit) {
    if (!is_tree(e) || is_constant(e)) return 0;
    uint32_t size = e->kind == N_LIST && e->head != H_arity && e->head != H_rest;
    for (uint32_t i = 0; i < e->count && size < limit; i++)
        size += size_of(e->kids[i], limit - size);
    return size;
}

/* A binder counts as a use, so a name that is used once has two; no knowledge of forms is needed. */
void count_uses(Simplifier *s, const Node *e) {
    if (e->kind == N_NAME) fact_of(s, e)->uses++;
    if (!is_tree(e) || is_constant(e)) return;
    for (uint32_t i = 0; i < e->count; i++)
        count_uses(s, e->kids[i]);
}

typedef struct {
    Simplifier *s;
    Node **names; /* by old number */
    Pos at;
} Copy;

/* Every name of a top-level definition is bound in it, so each gets a new one where it is first
 * met. */
static Node *copy_name(Copy *c, const Node *x) {
    Node **slot = &c->names[x->name.number];
    if (!*slot) *slot = node_name(c->s->arena, x->name.hint, c->s->next++);
    return *slot;
}

static Node *copy(Copy *c, Node *e) {
    if (e->kind == N_NAME) return copy_name(c, e);
    if (!is_tree(e)) return e;
    Node *out =
        node_tree(c->s->arena, (NodeKind)e->kind, pos(e) ? pos(e) : c->at, e->kids, e->count);
    out->head = e->head;
    if (is_constant(e)) return out;
    for (uint32_t i = 0; i < e->count; i++)
        out->kids[i] = copy(c, e->kids[i]);
    return out;
}

Node *renamed_copy(Simplifier *s, Node *e, uint32_t names, Pos at) {
    Copy c = {s, NEW_ARRAY(s->scratch, Node *, names), at};
    Node *out = copy(&c, e);
    count_uses(s, out);
    return out;
}
