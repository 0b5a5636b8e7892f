/* blocks_bound.c - the interpreter of blocks: has each name a value where it is read?
 *
 * What is read must be bound before, in the block or in one that dominates it. Looked at once, when
 * a routine is first called: what a pass has left unbound shows in its own form.
 */
#include "blocks_prepare.h"

#include "flow.h"

typedef struct {
    uint32_t block; /* NO_BLOCK: nowhere */
    uint32_t kid;   /* of the block; 0: a parameter, or the closure */
} Binding;

typedef struct {
    Prepare *prepare;
    const Flow *flow;
    Binding *bindings;
    uint32_t block, kid; /* at hand */
} Bound;

static void bind_name(Bound *b, const Node *name, uint32_t block, uint32_t kid) {
    b->bindings[name->name.number] = (Binding){block, kid};
}

static void bind_block(Bound *b, uint32_t i) {
    const Node *block = b->flow->blocks[i].node, *parameters = block->kids[1];
    for (uint32_t k = 0; k < parameters->count; k++)
        bind_name(b, parameters->kids[k], i, 0);
    for (uint32_t k = 2; k < block->count; k++)
        if (is_form(block->kids[k], H_let)) bind_name(b, block->kids[k]->kids[0], i, k);
}

static bool has_value(const Bound *b, Binding at) {
    if (at.block == NO_BLOCK) return false;
    if (at.block == b->block) return at.kid < b->kid;
    return dominates(b->flow, at.block, b->block);
}

static void check_names(Bound *b, const Node *form, const Node *n) {
    if (n->kind == N_NAME && !has_value(b, b->bindings[n->name.number]))
        blocks_malformed(b->prepare, form, "it reads a name that has no value there");
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        check_names(b, form, n->kids[i]);
}

static void check_block(Bound *b, uint32_t i) {
    const Node *block = b->flow->blocks[i].node;
    b->block = i;
    for (b->kid = 2; b->kid < block->count; b->kid++) {
        const Node *form = block->kids[b->kid];
        bool binds = is_form(form, H_let);
        check_names(b, form, binds ? form->kids[1] : form);
    }
}

void blocks_check_bound(Prepare *p) {
    Flow *flow = flow_of(p->scratch, p->form);
    const Node *self = p->form->kids[p->first_block - 1];
    Bound b = {.prepare = p, .flow = flow, .bindings = NEW_ARRAY(p->scratch, Binding, p->names)};
    flow_dominators(p->scratch, flow);
    for (uint32_t i = 0; i < p->names; i++)
        b.bindings[i].block = NO_BLOCK;
    for (uint32_t i = 0; i < self->count; i++)
        bind_name(&b, self->kids[i], 0, 0);
    for (uint32_t i = 0; i < flow->count; i++)
        bind_block(&b, i);
    for (uint32_t i = 0; i < flow->count; i++)
        if (flow->blocks[i].order != NO_BLOCK) check_block(&b, i);
}
