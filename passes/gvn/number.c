/* number.c - pass gvn: the operations that were done on the way from the entry. */
#include "gvn.h"

Node *renamed(Gvn *p, Node *e) {
    return is_operand(e) ? p->walk.visit(&p->walk, e) : walk_parts(&p->walk, e);
}

static unsigned effects(const Node *operation) {
    return prim_rows[as_prim(operation).operation->head].effects;
}

/* May a dominating equal operation stand for it? A new object is never an old one. */
static bool is_shareable(const Node *operation) {
    if (!is_form(operation, H_prim)) return false;
    Prim prim = (Prim)as_prim(operation).operation->head;
    if (prim == P_tag || prim == P_box) return true; /* boxes have no identity */
    return !(effects(operation) & (READS | WRITES | ALLOCATES)) && prim_result(prim) != T_NONE;
}

bool is_removable(const Node *operation) {
    switch (Lblocks_Rhs_of(operation)) {
    case Lblocks_Rhs_NAME:
    case Lblocks_Rhs_GLOBAL:
    case Lblocks_Rhs_quote:
    case Lblocks_Rhs_closure:
    case Lblocks_Rhs_global: return true;
    case Lblocks_Rhs_prim: return !(effects(operation) & (WRITES | THROWS));
    case Lblocks_Rhs_set_global:
    case Lblocks_Rhs_patch:
    case Lblocks_Rhs_call:
    case Lblocks_Rhs_direct:
    case Lblocks_Rhs_enter:
    case Lblocks_Rhs_try_call: return false;
    }
    bug(operation, "no operation of Lblocks");
}

static uint32_t hash_of(const Node *e) {
    uint32_t h = e->kind * 31u + e->head;
    if (e->kind == N_NAME) return h * 0x9e3779b1u + e->name.number;
    if (!is_tree(e)) return h * 0x9e3779b1u + (uint32_t)e->integer + (uint32_t)(e->integer >> 32);
    NodeList parts = kids_of(e);
    for (uint32_t i = 0; i < parts.count; i++)
        h = h * 0x01000193u ^ hash_of(parts.items[i]);
    return h;
}

/* The name of the same operation, done before; NULL: this is the first. Doubles are compared by
 * bits, so that 0.0 and -0.0 differ. */
static Node *done_before(Gvn *p, Node *operation, Node *name) {
    uint32_t slot = hash_of(operation) & (p->slots - 1);
    for (const Done *d = p->table[slot]; d; d = d->next)
        if (node_equal(d->operation, operation)) return d->name;
    Done *d = NEW(p->scratch, Done);
    *d = (Done){p->table[slot], operation, node_placed(p->arena, name, NOWHERE)};
    p->table[slot] = d;
    PUSH(p->scratch, p->trail, slot);
    return NULL;
}

void number_step(Gvn *p, Block *b, Node *step) {
    StepLetForm let = as_step_let(step);
    let.value = renamed(p, let.value);
    bool is_copy = let.value->kind == N_NAME || let.value->kind == N_GLOBAL;
    Node *same = is_copy                   ? let.value
                 : is_shareable(let.value) ? done_before(p, let.value, let.name)
                                           : NULL;
    p->same_as[let.name->name.number] = same;
    if (!same) PUSH(p->scratch, b->steps, remake_step_let(p->arena, step, let));
}

void forget_done(Gvn *p, uint32_t mark) {
    while (p->trail.count > mark) {
        uint32_t slot = p->trail.items[--p->trail.count];
        p->table[slot] = p->table[slot]->next;
    }
}
