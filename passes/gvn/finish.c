/* finish.c - pass gvn: what is left when branches became jumps and equal operations one. */
#include "gvn.h"

/* ---- blocks that are reached */

typedef VEC(uint32_t) Blocks;

static void reach(Gvn *p, Blocks *work, uint32_t from, const Node *target) {
    uint32_t to = block_index(p, target);
    if (p->blocks[to].predecessors.count == 0) PUSH(p->scratch, *work, to);
    PUSH(p->scratch, p->blocks[to].predecessors, from);
}

/* Finds the ways into each block that are left, from the entry on. */
static void find_predecessors(Gvn *p) {
    Blocks work = {0};
    PUSH(p->scratch, p->blocks[0].predecessors, 0); /* from outside */
    PUSH(p->scratch, work, 0);
    while (work.count) {
        uint32_t b = work.items[--work.count];
        const Node *exit = p->blocks[b].exit;
        if (is_form(exit, H_jump)) reach(p, &work, b, as_jump(exit).target);
        if (!is_form(exit, H_branch)) continue;
        reach(p, &work, b, as_branch(exit).then);
        reach(p, &work, b, as_branch(exit).otherwise);
    }
}

static bool is_reached(const Block *b) {
    return b->predecessors.count > 0;
}

/* ---- operations that are used */

/* Counts uses. The first use of a name makes the operation that binds it needed. */
typedef struct {
    Walk walk;
    Gvn *p;
    Node **bound_to; /* name number -> a removable operation that binds it */
    Nodes needed;    /* operations whose operands are still to be counted */
} Count;

static Node *count_use(Walk *w, Node *name) {
    Count *c = (Count *)w;
    Node *operation = c->bound_to[name->name.number];
    if (c->p->uses[name->name.number]++ == 0 && operation) PUSH(w->arena, c->needed, operation);
    return name;
}

static void count_in_block(Count *c, const Block *b) {
    walk_parts(&c->walk, b->exit);
    for (uint32_t k = 0; k < b->steps.count; k++) {
        Node *operation = as_step_let(b->steps.items[k]).value;
        if (!is_removable(operation)) walk_parts(&c->walk, operation);
    }
}

static void count_uses(Gvn *p, uint32_t names) {
    Count c = {{p->scratch, .visit = walk_parts, .use = count_use}, .p = p};
    c.bound_to = NEW_ARRAY(p->scratch, Node *, names);
    for (uint32_t i = 0; i < p->flow->count; i++)
        for (uint32_t k = 0; k < p->blocks[i].steps.count; k++) {
            StepLetForm let = as_step_let(p->blocks[i].steps.items[k]);
            if (is_removable(let.value)) c.bound_to[let.name->name.number] = let.value;
        }
    for (uint32_t i = 0; i < p->flow->count; i++)
        if (is_reached(&p->blocks[i])) count_in_block(&c, &p->blocks[i]);
    while (c.needed.count)
        walk_parts(&c.walk, c.needed.items[--c.needed.count]);
}

/* ---- the blocks again */

/* The block that is appended to the one with this exit, which alone leads there; else NULL. */
static const Block *appended(const Gvn *p, const Node *exit) {
    if (!is_form(exit, H_jump)) return NULL;
    const Block *to = &p->blocks[block_index(p, as_jump(exit).target)];
    return to->predecessors.count == 1 && to != p->blocks ? to : NULL;
}

/* Parameters that are constants on the only way in. */
static void bind_parameters(Gvn *p, Nodes *steps, NodeList parameters, const Node *jump) {
    for (uint32_t i = 0; i < parameters.count; i++) {
        Node *name = parameters.items[i], *value = as_jump(jump).values.items[i];
        if (!p->same_as[name->name.number] && p->uses[name->name.number])
            PUSH(p->scratch, *steps, make_step_let(p->arena, jump->at, name, value));
    }
}

static void add_used(Gvn *p, Nodes *out, const Block *b) {
    for (uint32_t k = 0; k < b->steps.count; k++) {
        StepLetForm let = as_step_let(b->steps.items[k]);
        if (!is_removable(let.value) || p->uses[let.name->name.number])
            PUSH(p->scratch, *out, b->steps.items[k]);
    }
}

static Node *finished_block(Gvn *p, const Block *b, const Node *old) {
    BlockForm f = b->form;
    Nodes steps = {0};
    add_used(p, &steps, b);
    for (const Block *next; (next = appended(p, b->exit)); b = next) {
        bind_parameters(p, &steps, next->form.parameters, b->exit);
        add_used(p, &steps, next);
    }
    f.steps = list_of(steps, old->at);
    return make_block(p->arena, (Head)old->head, old->at, f.label, f.parameters, f.steps, b->exit);
}

NodeList finished_blocks(Gvn *p, uint32_t names) {
    Nodes out = {0};
    find_predecessors(p);
    count_uses(p, names);
    for (uint32_t i = 0; i < p->flow->count; i++) {
        const Block *b = &p->blocks[i];
        if (!is_reached(b) || appended(p, p->blocks[b->predecessors.items[0]].exit) == b) continue;
        PUSH(p->scratch, out, finished_block(p, b, p->flow->blocks[i].node));
    }
    return list_of(out, 0);
}
