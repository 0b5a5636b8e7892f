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
} Known;

typedef struct {
    VEC(Known) facts;
    bool reached, waiting;
    bool is_good; /* nothing was wrong the last time */
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

/* The first edge brings places of names that the target needs, and of its parameters' arguments. */
static void add_places(Verify *v, Entry *target, uint32_t before, uint32_t after) {
    for (uint32_t f = v->names[before].places; f; f = v->facts.items[f].next_place) {
        Known k = {v->facts.items[f].place, after};
        PUSH(v->scratch, target->facts, k);
    }
}

static void take_all(Verify *v, Entry *entry, const CheckedBlock *target) {
    const Node *parameters = target->node->kids[1];
    for (uint32_t i = 0; i < target->live_in.count; i++)
        add_places(v, entry, target->live_in.items[i], target->live_in.items[i]);
    for (uint32_t i = 0; i < parameters->count; i++)
        add_places(v, entry, checked(v, parameters->kids[i])->argument,
                   parameters->kids[i]->name.number);
    entry->reached = entry->waiting = true;
}

/* Each further edge takes away what it does not bring. */
static void meet(Verify *v, Entry *entry, const CheckedBlock *target) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < entry->facts.count; i++) {
        Known k = entry->facts.items[i];
        if (holds(v, k.place, name_before(v, target, k.name))) entry->facts.items[kept++] = k;
    }
    if (kept < entry->facts.count) entry->waiting = true;
    entry->facts.count = kept;
}

static void follow_edges(Inference *n, uint32_t b) {
    Verify *v = n->v;
    const CheckedBlock *block = &v->blocks[b];
    const Node *exit = block->node->kids[block->node->count - 1];
    uint32_t next = 0;
    for (uint32_t i = 0; i < exit->count; i++) {
        if (!is_item(exit->kids[i], H_to)) continue;
        uint32_t number = block->successors[next++];
        const CheckedBlock *target = &v->blocks[number];
        give_arguments(v, exit->kids[i], target->node->kids[1]);
        if (n->entries[number].reached)
            meet(v, &n->entries[number], target);
        else
            take_all(v, &n->entries[number], target);
    }
}

/* Runs through the block from its facts; false when something in it is wrong. */
static bool run_block(Inference *n, uint32_t b) {
    Verify *v = n->v;
    start_facts(v, b);
    start_live(v, b);
    learn_entry(n, b);
    return check_arrival(v, b) && check_items(v, b);
}

static bool visit_waiting(Inference *n, uint32_t b) {
    Entry *e = &n->entries[b];
    if (!e->waiting) return false;
    e->waiting = false;
    e->is_good = run_block(n, b);
    if (e->is_good) {
        follow_edges(n, b);
        e->is_good = check_jump_arguments(n->v, b);
    }
    return true;
}

/* What was wrong with the last facts, once more, to be reported. */
static void report_block(Inference *n, uint32_t b) {
    Verify *v = n->v;
    v->block = b;
    if (check_parameters(v, v->blocks[b].node) && !n->entries[b].is_good && run_block(n, b))
        check_jump_arguments(v, b);
}

void check_by_inference(Verify *v) {
    Inference n = {v, NEW_ARRAY(v->scratch, Entry, v->block_count)};
    n.entries[0].reached = n.entries[0].waiting = true;
    v->quiet = true;
    for (bool again = true; again;) {
        again = false;
        for (uint32_t b = 0; b < v->block_count; b++)
            again |= visit_waiting(&n, b);
    }
    v->quiet = false;
    for (uint32_t b = 0; b < v->block_count; b++)
        if (n.entries[b].reached) report_block(&n, b);
}
