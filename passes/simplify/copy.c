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
void count_uses(Simplify *s, const Node *e) {
    if (e->kind == N_NAME) fact_of(s, e)->uses++;
    NodeList kids = is_constant(e) ? nodes(NULL, 0, 0) : kids_of(e);
    for (uint32_t i = 0; i < kids.count; i++)
        count_uses(s, kids.items[i]);
}

typedef struct {
    Renaming renaming;
    Simplify *s;
    Node **names; /* by old number */
} Copy;

/* Every name of a top-level definition is bound in it, so each gets a new one where it is first
 * met. */
static Node *fresh_name(Renaming *r, const Node *x) {
    Copy *c = (Copy *)r;
    Node **slot = &c->names[x->name.number];
    if (!*slot) *slot = node_name(r->arena, x->name.hint, c->s->next++);
    return *slot;
}

Node *renamed_copy(Simplify *s, Node *e, uint32_t names, Pos at) {
    Copy c = {{s->arena, at, fresh_name}, s, NEW_ARRAY(s->scratch, Node *, names)};
    Node *out = copy_renamed(&c.renaming, e);
    count_uses(s, out);
    return out;
}
