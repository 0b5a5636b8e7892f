/* live.c - liveness, found again from the form to be judged: moves do not count as uses, so what is
 * live is what the program needs, not what the allocator moves about.
 *
 * A worklist of pairs (block, name): live into a block is live out of its predecessors, and into
 * them unless they bind it. Pairs that were seen stand in a hash table.
 */
#include "verify.h"

typedef struct {
    uint32_t block, name;
} Pair;

typedef struct {
    Verify *v;
    VEC(Pair) work;
    uint64_t *seen; /* block << 32 | name, plus 1 */
    uint32_t slots, used;
    uint32_t block; /* whose uses are read */
} Search;

static uint32_t slot_of(const Search *s, uint64_t key) {
    uint64_t hash = key * 0x9e3779b97f4a7c15u;
    uint32_t i = (uint32_t)(hash >> 32) & (s->slots - 1);
    while (s->seen[i] && s->seen[i] != key)
        i = (i + 1) & (s->slots - 1);
    return i;
}

static void grow(Search *s) {
    uint64_t *old = s->seen;
    uint32_t count = s->slots;
    s->slots = count ? 2 * count : 1024;
    s->seen = NEW_ARRAY(s->v->scratch, uint64_t, s->slots);
    for (uint32_t i = 0; i < count; i++)
        if (old[i]) s->seen[slot_of(s, old[i])] = old[i];
}

static void live_into(Search *s, uint32_t block, uint32_t name) {
    uint64_t key = ((uint64_t)block << 32 | name) + 1;
    if (2 * s->used >= s->slots) grow(s);
    uint32_t i = slot_of(s, key);
    if (s->seen[i]) return;
    s->seen[i] = key;
    s->used++;
    Pair pair = {block, name};
    PUSH(s->v->scratch, s->work, pair);
    PUSH(s->v->scratch, s->v->blocks[block].live_in, name);
}

static bool note_use(void *context, const Node *item, const Node *name, char letter) {
    (void)item, (void)letter;
    Search *s = context;
    CheckedName *x = checked(s->v, name);
    x->used = true;
    if (x->block != s->block) live_into(s, s->block, name->name.number);
    return true;
}

void find_live(Verify *v) {
    Search s = {.v = v};
    grow(&s);
    for (s.block = 0; s.block < v->block_count; s.block++) {
        const CheckedBlock *b = &v->blocks[s.block];
        for (uint32_t i = b->first; i < b->node->count; i++)
            if (is_op(b->node->kids[i])) each_use(b->node->kids[i], note_use, &s);
    }
    while (s.work.count) {
        Pair p = s.work.items[--s.work.count];
        const CheckedBlock *b = &v->blocks[p.block];
        for (uint32_t i = 0; i < b->predecessors.count; i++)
            if (v->names[p.name].block != b->predecessors.items[i])
                live_into(&s, b->predecessors.items[i], p.name);
    }
}

/* ---- inside a block */

void set_live(Verify *v, uint32_t name, bool live) {
    CheckedName *x = &v->names[name];
    if (live == (x->live != 0)) return;
    uint32_t by = live ? 1 : UINT32_MAX;
    if (x->kind == KIND_IS_DRV) v->live_derived += by;
    if (x->kind == KIND_IS_REF && !x->constant) v->live_references += by;
    if (live) {
        PUSH(v->scratch, v->live, name);
        x->live = v->live.count;
        return;
    }
    uint32_t moved = v->live.items[--v->live.count];
    v->live.items[x->live - 1] = moved;
    v->names[moved].live = x->live;
    x->live = 0;
}

static bool note_last_use(void *context, const Node *item, const Node *name, char letter) {
    (void)item, (void)letter;
    Verify *v = context;
    if (checked(v, name)->live) return true;
    set_live(v, name->name.number, true);
    PUSH(v->scratch, v->dying, name->name.number);
    return true;
}

/* Reads the block backwards. dying_from[k] is where the names of item k start; the last item's
 * first. */
void find_dying(Verify *v, uint32_t b) {
    const CheckedBlock *block = &v->blocks[b];
    v->dying.count = v->dying_from.count = 0;
    while (v->live.count)
        set_live(v, v->live.items[v->live.count - 1], false);
    for (uint32_t s = 0; s < block->successor_count; s++) {
        const Numbers *in = &v->blocks[block->successors[s]].live_in;
        for (uint32_t i = 0; i < in->count; i++)
            set_live(v, in->items[i], true);
    }
    for (uint32_t i = block->node->count; i-- > block->first;) {
        const Node *item = block->node->kids[i];
        PUSH(v->scratch, v->dying_from, v->dying.count);
        if (!is_op(item)) continue;
        for (uint32_t d = 0; d < item->kids[1]->count; d++)
            set_live(v, item->kids[1]->kids[d]->name.number, false);
        each_use(item, note_last_use, v);
    }
    PUSH(v->scratch, v->dying_from, v->dying.count);
}
