/* pass liveness : Lx86 -> Llive                                   (analyse)
 *
 * Writes down what is live: into and out of every block, after every safepoint, and where each name
 * is used for the last time.
 * Why now: places may be shared by values that are never live together.
 *
 *   (block b0 [%a.0=rdi %b.1=rsi]
 *     (call [%c.2=rax] (code $user/f) %a.0=rdi)
 *     (call [%d.3=rax] (code $user/g) %c.2=rdi %b.1=rsi)
 *     (ret [] %d.3=rax))
 *   => (block b0 [%a.0=rdi %b.1=rsi] (live-in) (live-out)
 *        (call [%c.2=rax] (code $user/f) %a.0=rdi (roots %b.1) (last %a.0))
 *        (call [%d.3=rax] (code $user/g) %c.2=rdi %b.1=rsi (roots) (last %b.1 %c.2))
 *        (ret [] %d.3=rax (last %d.3)))
 *
 * Needs:  SSA; block arguments on jmp alone (select).
 * Gives:  sets sorted by number; roots at every safepoint: references that are live after it and
 * not its result. A constant is no root: it does not move. Choice: name by name, from each use up
 * to the definition (Boissinot and others: Computing Liveness Sets for SSA-Form Programs, section
 * 5): the cost is the size of the sets that are printed.
 */
#include "ir/flow.h"
#include "ir/limits.h"
#include "ir/machine.h"

#include <stdlib.h>

typedef VEC(uint32_t) Numbers;

typedef struct {
    Node *name;
    Holds holds;
    bool constant;
    uint32_t block;  /* index of the block that binds it, NO_BLOCK before it was found */
    Numbers used_in; /* blocks */
    uint32_t place; /* in the set of what is live while a block is read backwards, plus 1; 0: not in
                       it */
} Local;

typedef struct {
    Arena *arena, *scratch;
    Node *function;
    Flow *flow;
    Local *locals;
    uint32_t names;
    Numbers *live_in, *live_out; /* by block */
    Numbers live;                /* the set, in no order */
    Uses uses;
    uint64_t entries;            /* of all sets that are written down */
} Liveness;

/* ---- names: where bound, where used */

static Local *local_of(Liveness *l, const Node *name) {
    if (name->name.number >= l->names) bug(name, "a name beyond (names n)");
    return &l->locals[name->name.number];
}

static void bind(Liveness *l, Node *name, uint32_t block, bool constant) {
    Local *x = local_of(l, name);
    if (x->block != NO_BLOCK) bug(name, "a name that is bound twice");
    x->name = node_placed(l->arena, name, NOWHERE);
    x->block = block;
    x->constant = constant;
}

static void note_use(Liveness *l, const Node *name, uint32_t block) {
    Local *x = local_of(l, name);
    if (!x->used_in.count || x->used_in.items[x->used_in.count - 1] != block)
        PUSH(l->scratch, x->used_in, block);
}

static void read_block(Liveness *l, uint32_t b) {
    Node *block = l->flow->blocks[b].node;
    for (uint32_t i = 0; i < block->kids[1]->count; i++)
        bind(l, block->kids[1]->kids[i], b, false);
    for (uint32_t i = block_first_instruction(block); i < block->count; i++) {
        const Node *op = block->kids[i];
        uses_of(l->scratch, op, &l->uses);
        for (uint32_t u = 0; u < l->uses.count; u++)
            note_use(l, l->uses.items[u].name, b);
        for (uint32_t d = 0; d < defined(op)->count; d++)
            bind(l, defined(op)->kids[d], b, constant_of(op) != NULL);
    }
}

static void read_function(Liveness *l) {
    const Node *kinds = function_part(l->function, H_kinds);
    l->names = function_names(l->function);
    l->locals = NEW_ARRAY(l->scratch, Local, l->names);
    for (uint32_t x = 0; x < l->names; x++)
        l->locals[x].block = NO_BLOCK;
    for (uint32_t i = 0; i < kinds->count; i++)
        local_of(l, kinds->kids[i]->kids[0])->holds = holds_named(kinds->kids[i]->kids[1]->text);
    for (uint32_t i = 0; i < l->flow->reached; i++)
        read_block(l, l->flow->ordered[i]);
}

/* ---- live into and out of blocks */

static bool last_is(const Numbers *set, uint32_t x) {
    return set->count && set->items[set->count - 1] == x;
}

/* Marks x live from the start of each block that uses it up to the end of the one that binds it.
 * Names come in order of their numbers, so x is in a set if it is the last one there. */
static void spread(Liveness *l, uint32_t x, Numbers *work) {
    const Local *local = &l->locals[x];
    for (uint32_t u = 0; u < local->used_in.count; u++)
        if (local->used_in.items[u] != local->block)
            PUSH(l->scratch, *work, local->used_in.items[u]);
    while (work->count) {
        uint32_t b = work->items[--work->count];
        if (last_is(&l->live_in[b], x)) continue;
        if (++l->entries > MOST_LIVE_ENTRIES) return;
        if (b == 0) bug(local->name, "a name that may be used before it is bound");
        PUSH(l->scratch, l->live_in[b], x);
        for (uint32_t p = 0; p < l->flow->blocks[b].predecessor_count; p++) {
            uint32_t from = l->flow->blocks[b].predecessors[p];
            if (l->flow->blocks[from].order == NO_BLOCK) continue;
            if (!last_is(&l->live_out[from], x)) {
                PUSH(l->scratch, l->live_out[from], x);
                l->entries++;
            }
            if (from != local->block) PUSH(l->scratch, *work, from);
        }
    }
}

static void find_live_blocks(Liveness *l) {
    Numbers work = {0};
    l->live_in = NEW_ARRAY(l->scratch, Numbers, l->flow->count);
    l->live_out = NEW_ARRAY(l->scratch, Numbers, l->flow->count);
    for (uint32_t x = 0; x < l->names; x++) {
        if (!l->locals[x].used_in.count) continue;
        if (l->locals[x].block == NO_BLOCK) bug(l->function, "name %u is used but never bound", x);
        spread(l, x, &work);
    }
}

/* ---- live after instructions */

static void add(Liveness *l, uint32_t x) {
    PUSH(l->scratch, l->live, x);
    l->locals[x].place = l->live.count;
}

static void drop(Liveness *l, uint32_t x) {
    uint32_t place = l->locals[x].place;
    if (!place) return;
    uint32_t moved = l->live.items[--l->live.count];
    l->live.items[place - 1] = moved;
    l->locals[moved].place = place;
    l->locals[x].place = 0;
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static Node *set_form(Liveness *l, Head head, Pos at, Numbers *set) {
    if (set->count) qsort(set->items, set->count, sizeof *set->items, by_number);
    Node **names = NEW_ARRAY(l->scratch, Node *, set->count);
    for (uint32_t i = 0; i < set->count; i++)
        names[i] = l->locals[set->items[i]].name;
    return node_list(l->arena, head, at, names, set->count);
}

/* The references that the collector must find and update while `op` runs. An address inside an
 * object is none: that none is live across a safepoint is for the verifier to see (V13). */
static Node *roots(Liveness *l, const Node *op) {
    Numbers found = {0};
    l->entries += l->live.count;
    if (l->entries > MOST_LIVE_ENTRIES) return list(l->arena, H_roots, op->at, NULL);
    for (uint32_t i = 0; i < l->live.count; i++) {
        const Local *x = &l->locals[l->live.items[i]];
        if (x->holds == HOLDS_REF && !x->constant) PUSH(l->scratch, found, l->live.items[i]);
    }
    return set_form(l, H_roots, op->at, &found);
}

/* `op` with its notes; the set becomes what is live before it. */
static Node *annotate(Liveness *l, const Node *op) {
    Node *notes[2];
    uint32_t count = 0;
    Numbers last = {0};
    for (uint32_t d = 0; d < defined(op)->count; d++)
        drop(l, defined(op)->kids[d]->name.number);
    if (has_flag(op, SAFEPOINT)) notes[count++] = roots(l, op);
    uses_of(l->scratch, op, &l->uses);
    for (uint32_t u = 0; u < l->uses.count; u++) {
        uint32_t x = l->uses.items[u].name->name.number;
        if (l->locals[x].place) continue;
        PUSH(l->scratch, last, x);
        add(l, x);
    }
    if (last.count) notes[count++] = set_form(l, H_last, op->at, &last);
    return node_extended(l->arena, op, notes, count);
}

static Node *annotate_block(Liveness *l, uint32_t b) {
    const Node *block = l->flow->blocks[b].node;
    Node **kids = NEW_ARRAY(l->scratch, Node *, block->count + 2);
    for (uint32_t i = 0; i < l->live_out[b].count; i++)
        add(l, l->live_out[b].items[i]);
    for (uint32_t i = block->count; i-- > 2;)
        kids[i + 2] = annotate(l, block->kids[i]);
    while (l->live.count)
        drop(l, l->live.items[l->live.count - 1]);
    kids[0] = block->kids[0];
    kids[1] = block->kids[1];
    kids[2] = set_form(l, H_live_in, block->at, &l->live_in[b]);
    kids[3] = set_form(l, H_live_out, block->at, &l->live_out[b]);
    return node_list(l->arena, (Head)block->head, block->at, kids, block->count + 2);
}

/* The sets are written out at each block and call, so what lives long costs as often as it is
 * called in between. */
static bool is_small(const Liveness *l, Diagnostics *d) {
    if (l->entries <= MOST_LIVE_ENTRIES) return true;
    error_at(d, pos(l->function), "SL0216",
             "this function keeps too many values alive across too many calls: their sets have more "
             "than %d entries", MOST_LIVE_ENTRIES);
    help_line(d, "split it, or keep the values in a vector");
    return false;
}

Node *pass_liveness(Context *c, Node *function) {
    Liveness l = {.arena = c->arena, .scratch = c->scratch, .function = function};
    l.flow = flow_of(c->scratch, function);
    read_function(&l);
    find_live_blocks(&l);
    if (!is_small(&l, c->diagnostics)) return NULL;
    uint32_t first = function_first_block(function), count = first;
    Node **kids = NEW_ARRAY(c->scratch, Node *, function->count);
    for (uint32_t i = 0; i < first; i++)
        kids[i] = function->kids[i];
    for (uint32_t b = 0; b < l.flow->count; b++)
        if (l.flow->blocks[b].order != NO_BLOCK) kids[count++] = annotate_block(&l, b);
    return is_small(&l, c->diagnostics) ? node_list(c->arena, H_function, function->at, kids, count)
                                        : NULL;
}
