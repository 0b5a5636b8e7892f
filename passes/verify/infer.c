/* infer.c - the second opinion: what is where at the start of each block is found from the code
 * alone, by iteration, and the claims of the allocator are not believed.
 *
 * A block that nothing has come to yet has no facts; the first way in gives them, each further way
 * takes away what it does not bring (intersection), until nothing changes: the greatest fixed point
 * (Kildall 1973). Claims that hold on every edge are a fixed point, too, so they are below it: what
 * is accepted with claims must be accepted here. An item that is wrong with the facts of an early
 * round is wrong with fewer, so such a block is not followed further.
 */
#include "verify.h"

typedef struct {
    uint32_t place, name;
} Fact;

typedef struct {
    VEC(Fact) facts;
    bool reached, waiting;
} Entry;

typedef struct {
    Verify *v;
    Entry *entries; /* by block */
} Inference;

/* The facts at the start of block b, and its parameters, which every edge puts where they are. */
static void learn_entry(Inference *n, uint32_t b) {
    Verify *v = n->v;
    const Node *parameters = v->blocks[b].node->kids[1];
    for (uint32_t i = 0; i < n->entries[b].facts.count; i++)
        learn(v, n->entries[b].facts.items[i].place, n->entries[b].facts.items[i].name);
    for (uint32_t i = 0; i < parameters->count; i++)
        learn(v, place_of_name(v, parameters->kids[i]), parameters->kids[i]->name.number);
}

static bool has_fact(const Entry *e, Fact f) {
    for (uint32_t i = 0; i < e->facts.count; i++)
        if (e->facts.items[i].place == f.place && e->facts.items[i].name == f.name) return true;
    return false;
}

/* What the edge brings: places of names that the target needs, and of its parameters' arguments. */
static void add_places(Verify *v, Entry *brought, uint32_t before, uint32_t after) {
    const Numbers *places = &v->names[before].places;
    for (uint32_t i = 0; i < places->count; i++) {
        Fact f = {places->items[i], after};
        if (!has_fact(brought, f)) PUSH(v->scratch, brought->facts, f);
    }
}

static Entry brought_by(Verify *v, const Node *to, const CheckedBlock *target) {
    Entry brought = {0};
    const Node *parameters = target->node->kids[1];
    for (uint32_t i = 0; i < target->live_in.count; i++)
        add_places(v, &brought, target->live_in.items[i], target->live_in.items[i]);
    for (uint32_t i = 0; i < parameters->count && i + 1 < to->count; i++)
        add_places(v, &brought, to->kids[i + 1]->name.number, parameters->kids[i]->name.number);
    return brought;
}

/* True when the target has fewer facts than before, or its first ones. */
static bool meet(Entry *target, const Entry *brought) {
    if (!target->reached) {
        target->facts.items = brought->facts.items;
        target->facts.count = brought->facts.count;
        return target->reached = true;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < target->facts.count; i++)
        if (has_fact(brought, target->facts.items[i])) target->facts.items[kept++] = target->facts.items[i];
    bool fewer = kept < target->facts.count;
    target->facts.count = kept;
    return fewer;
}

static void follow_edges(Inference *n, uint32_t b) {
    Verify *v = n->v;
    const CheckedBlock *block = &v->blocks[b];
    const Node *exit = block->node->kids[block->node->count - 1];
    uint32_t next = 0;
    for (uint32_t i = 0; i < exit->count; i++) {
        if (!is_item(exit->kids[i], H_to)) continue;
        uint32_t target = block->successors[next++];
        Entry brought = brought_by(v, exit->kids[i], &v->blocks[target]);
        if (meet(&n->entries[target], &brought)) n->entries[target].waiting = true;
    }
}

/* Runs through the block from its facts; false when something in it is wrong. */
static bool run_block(Inference *n, uint32_t b) {
    Verify *v = n->v;
    find_dying(v, b);
    start_facts(v, b);
    learn_entry(n, b);
    return check_arrival(v, b) && check_items(v, b);
}

void check_by_inference(Verify *v) {
    Inference n = {v, NEW_ARRAY(v->scratch, Entry, v->block_count)};
    n.entries[0].reached = n.entries[0].waiting = true;
    v->quiet = true;
    for (bool again = true; again;) {
        again = false;
        for (uint32_t b = 0; b < v->block_count; b++) {
            if (!n.entries[b].waiting) continue;
            n.entries[b].waiting = false;
            again = true;
            if (run_block(&n, b)) follow_edges(&n, b);
        }
    }
    v->quiet = false;
    for (uint32_t b = 0; b < v->block_count; b++)
        if (n.entries[b].reached && check_parameters(v, v->blocks[b].node) && run_block(&n, b)) check_jump_arguments(v, b);
}
