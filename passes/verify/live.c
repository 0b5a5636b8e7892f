/* live.c - liveness, found again from the form to be judged: moves do not count as uses, so what is
 * live is what the program needs, not what the allocator moves about.
 *
 * Name by name, from the blocks that use it up to the one that binds it: the cost is the size of
 * the sets. A name is in a block's set if it is the last one there.
 */
#include "verify.h"

/* ---- between blocks */

/* The blocks that use a name are chained. */
void note_use(Verify *v, CheckedName *x, uint32_t b) {
    if (x->uses && v->uses.items[x->uses - 1].block == b) return;
    Link use = {.block = b, .next = x->uses};
    PUSH(v->scratch, v->uses, use);
    x->uses = v->uses.count;
}

static void live_into(Verify *v, uint32_t b, uint32_t name, Numbers *work) {
    Numbers *set = &v->blocks[b].live_in;
    if (set->count && set->items[set->count - 1] == name) return;
    PUSH(v->scratch, *set, name);
    PUSH(v->scratch, *work, b);
}

static void spread(Verify *v, uint32_t name, Numbers *work) {
    const CheckedName *x = &v->names[name];
    for (uint32_t u = x->uses; u; u = v->uses.items[u - 1].next)
        live_into(v, v->uses.items[u - 1].block, name, work);
    while (work->count) {
        uint32_t b = work->items[--work->count];
        for (uint32_t e = v->blocks[b].predecessors; e; e = v->edges.items[e - 1].next)
            if (v->edges.items[e - 1].block != x->block)
                live_into(v, v->edges.items[e - 1].block, name, work);
    }
}

/* ---- inside a block */

/* Reads the block backwards. */
static void find_last_reads(Verify *v, const CheckedBlock *block) {
    v->visit++;
    for (uint32_t s = 0; s < block->successor_count; s++) {
        const Numbers *in = &v->blocks[block->successors[s]].live_in;
        for (uint32_t i = 0; i < in->count; i++)
            v->names[in->items[i]].live = v->visit;
    }
    const Item *first = item_of(v, block, block->first);
    for (const Item *item = first + (block->node->count - block->first); item-- > first;) {
        for (uint32_t d = 0; item->row && d < item->node->kids[1]->count; d++)
            checked(v, item->node->kids[1]->kids[d])->live = 0;
        for (uint32_t r = item->reads; r < item[1].reads; r++) {
            CheckedName *x = &v->names[v->reads.items[r].number];
            v->reads.items[r].is_last = x->live != v->visit;
            x->live = v->visit;
        }
    }
}

void find_live(Verify *v) {
    Numbers work = {0};
    for (uint32_t name = 0; name < v->name_count; name++)
        if (v->names[name].uses) spread(v, name, &work);
    for (uint32_t b = 0; b < v->block_count; b++)
        find_last_reads(v, &v->blocks[b]);
}

/* ---- the set of what is live, as a block is walked through: see set_live */

void start_live(Verify *v, uint32_t b) {
    const CheckedBlock *block = &v->blocks[b];
    const Node *parameters = block->node->kids[1];
    v->visit++;
    v->live_derived = v->live_references = 0;
    for (uint32_t i = 0; i < block->live_in.count; i++)
        set_live(v, &v->names[block->live_in.items[i]], true);
    for (uint32_t i = 0; i < parameters->count; i++)
        if (checked(v, parameters->kids[i])->used)
            set_live(v, checked(v, parameters->kids[i]), true);
}
