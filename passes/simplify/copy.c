/* copy.c - measuring, counting and copying terms. */
#include "simplify.h"

uint32_t size_of(const Node *e, uint32_t limit) {
    if (!is_tree(e) || is_constant(e)) return 0;
    uint32_t size = e->kind == N_LIST && e->head != H_arity && e->head != H_rest;
    NodeList kids = kids_of(e);
    for (uint32_t i = 0; i < kids.count && size < limit; i++)
        size += size_of(kids.items[i], limit - size);
    return size;
}

/* A binder counts as a use, so a name that is used once has two; no knowledge of forms is needed.
 */
void count_uses(Simplifier *s, const Node *e) {
    if (e->kind == N_NAME) fact_of(s, e)->uses++;
    NodeList kids = is_constant(e) ? nodes(NULL, 0, 0) : kids_of(e);
    for (uint32_t i = 0; i < kids.count; i++)
        count_uses(s, kids.items[i]);
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
    NodeList kids = kids_of(e);
    Node **copies = NEW_ARRAY(c->s->scratch, Node *, kids.count);
    for (uint32_t i = 0; i < kids.count; i++)
        copies[i] = is_constant(e) ? kids.items[i] : copy(c, kids.items[i]);
    Pos at = pos(e) ? pos(e) : c->at;
    return node_like(c->s->arena, e, at, nodes(copies, kids.count, at));
}

Node *renamed_copy(Simplifier *s, Node *e, uint32_t names, Pos at) {
    Copy c = {s, NEW_ARRAY(s->scratch, Node *, names), at};
    Node *out = copy(&c, e);
    count_uses(s, out);
    return out;
}
