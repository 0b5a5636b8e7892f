/* blocks_bound.c - the interpreter of blocks: has each name a value where it is read?
 *
 * What is read must be bound before, in the block or in one that dominates it. Looked at once, when
 * a routine is first called: what a pass has left unbound shows in its own form.
 */
#include "blocks_prepare.h"

#include "flow.h"
#include "walk.h"

typedef struct {
    uint32_t block; /* NO_BLOCK: nowhere */
    uint32_t step;  /* of the block, from 1; 0: a parameter, or the closure */
} Binding;

typedef struct {
    Prepare *prepare;
    const Flow *flow;
    Binding *bindings;
    uint32_t block, step; /* the current one */
} Bound;

static void bind_name(Bound *b, const Node *name, uint32_t block, uint32_t step) {
    b->bindings[name->name.number] = (Binding){block, step};
}

static void bind_block(Bound *b, uint32_t i) {
    BlockForm f = as_block(b->flow->blocks[i].node);
    for (uint32_t k = 0; k < f.parameters.count; k++)
        bind_name(b, f.parameters.items[k], i, 0);
    for (uint32_t k = 0; k < f.steps.count; k++) {
        const Node *step = f.steps.items[k];
        if (is_form(step, H_let)) bind_name(b, as_step_let(step).name, i, k + 1);
    }
}

static bool has_value(const Bound *b, Binding at) {
    if (at.block == NO_BLOCK) return false;
    if (at.block == b->block) return at.step < b->step;
    return dominates(b->flow, at.block, b->block);
}

static void check_names(Bound *b, const Node *form, const Node *n) {
    if (n->kind == N_NAME && !has_value(b, b->bindings[n->name.number]))
        blocks_malformed(b->prepare, form, "it reads a name that has no value there");
    NodeList parts = kids_of(n);
    for (uint32_t i = 0; i < parts.count; i++)
        check_names(b, form, parts.items[i]);
}

static void check_block(Bound *b, uint32_t i) {
    BlockForm f = as_block(b->flow->blocks[i].node);
    b->block = i;
    for (b->step = 1; b->step <= f.steps.count; b->step++) {
        const Node *step = f.steps.items[b->step - 1];
        check_names(b, step, is_form(step, H_let) ? as_step_let(step).value : step);
    }
    check_names(b, f.exit, f.exit);
}

void blocks_check_bound(Prepare *p) {
    Flow *flow = flow_of(p->scratch, p->routine->node);
    NodeList self = p->form.self;
    Bound b = {.prepare = p, .flow = flow, .bindings = NEW_ARRAY(p->scratch, Binding, p->names)};
    flow_dominators(p->scratch, flow);
    for (uint32_t i = 0; i < p->names; i++)
        b.bindings[i].block = NO_BLOCK;
    for (uint32_t i = 0; i < self.count; i++)
        bind_name(&b, self.items[i], 0, 0);
    for (uint32_t i = 0; i < flow->count; i++)
        bind_block(&b, i);
    for (uint32_t i = 0; i < flow->count; i++)
        if (flow->blocks[i].order != NO_BLOCK) check_block(&b, i);
}
