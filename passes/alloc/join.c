/* join.c - the state at the start of a block: what is in which register.
 *
 * After a branch it is what the block before left. Where jumps meet, moves on the edges can make it
 * what we like: values go into registers if the blocks before agree, or if they are needed
 * before the next call; in a loop without calls, if the loop uses them.
 */
#include "alloc.h"

typedef struct {
    uint32_t value, needed; /* needed: position of the next use */
    Where wanted;           /* the register that costs least */
} Candidate;

typedef struct {
    uint32_t block, start;        /* start: position */
    uint32_t call;                /* position of the next safepoint */
    bool is_loop, calls;          /* a loop's header; the loop has a call */
    uint32_t loop_end, last_call; /* positions; the last safepoint in the loop */
    uint32_t first;               /* the first block before that is done, NO_BLOCK for none */
    uint32_t done;                /* how many are done */
    bool crowded[2]; /* more values live at once in the loop than there are registers */
    VEC(Candidate) candidates;
} Join;

static bool is_done(const Alloc *a, uint32_t predecessor, uint32_t b) {
    return predecessor < b && a->flow->blocks[predecessor].order != NO_BLOCK;
}

/* ---- what the blocks before left */

static void tally(Alloc *a, Join *j, uint32_t from) {
    const Locations *exit = &a->blocks[from].registers;
    for (uint32_t i = 0; i < exit->count; i++) {
        Value *v = &a->values[exit->items[i].value];
        if (v->seen_stamp != j->block + 1) v->seen = 0, v->seen_at = exit->items[i].where;
        v->seen_stamp = j->block + 1;
        v->seen++;
    }
}

static uint32_t last_call_before(const Alloc *a, uint32_t end) {
    uint32_t low = 0, high = a->safepoints.count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (2 * a->safepoints.items[middle] < end)
            low = middle + 1;
        else
            high = middle;
    }
    return 2 * a->safepoints.items[low - 1];
}

static void look_around(Alloc *a, Join *j) {
    const FlowBlock *block = &a->flow->blocks[j->block];
    j->start = 2 * a->blocks[j->block].start;
    j->call = next_safepoint(a, j->start);
    j->first = NO_BLOCK;
    for (uint32_t p = 0; p < block->predecessor_count; p++) {
        uint32_t from = block->predecessors[p];
        if (is_done(a, from, j->block)) {
            if (j->first == NO_BLOCK) j->first = from;
            j->done++;
            tally(a, j, from);
        } else if (from < a->first_cold || j->block >= a->first_cold) {
            j->is_loop = true;
            if (2 * a->blocks[from].end > j->loop_end) j->loop_end = 2 * a->blocks[from].end;
        }
    }
    j->calls = j->call < j->loop_end;
    j->last_call = j->calls ? last_call_before(a, j->loop_end) : 0;
    for (int c = 0; c < 2 && j->is_loop; c++)
        for (uint32_t i = j->block; i < a->flow->count && 2 * a->blocks[i].start < j->loop_end; i++)
            if (a->blocks[i].peak[c] > (uint32_t)__builtin_popcountll(registers_for(c)))
                j->crowded[c] = true;
}

/* ---- who gets a register */

static void add_candidate(Alloc *a, Join *j, uint32_t value, uint32_t needed, Where wanted) {
    Candidate c = {value, needed, is_register(wanted) ? wanted : NOWHERE};
    PUSH(a->scratch, j->candidates, c);
}

/* Is the value used after `from` and before `to`? */
static bool is_used_between(const Value *v, uint32_t from, uint32_t to) {
    uint32_t low = 0, high = v->use_count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (v->uses[middle] <= from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < v->use_count && v->uses[low] < to;
}

/* Is a live-in value worth a register that all ways to the block bring it to? In a loop without
 * calls, if the loop uses it, or if it is there already and registers are not scarce. In a loop
 * with calls only what is used after the last one is in a register when the loop comes round: for
 * the rest a reload on the edge would be no better than one at the use. Elsewhere, if all blocks
 * before have it in a register, or one does and it is needed before a call. */
static bool is_worth_register(const Join *j, const Value *v, uint32_t seen, uint32_t needed) {
    bool everywhere = seen == j->done && seen > 0;
    if (!j->is_loop) return everywhere || (seen && needed <= j->call);
    if (!j->calls) return needed < j->loop_end || (everywhere && !j->crowded[v->vector]);
    return needed <= j->call && is_used_between(v, j->last_call, j->loop_end);
}

static void consider_live(Alloc *a, Join *j, uint32_t value) {
    const Value *v = &a->values[value];
    uint32_t seen = v->seen_stamp == j->block + 1 ? v->seen : 0;
    uint32_t needed = next_use(a, value, j->start);
    if (is_worth_register(j, v, seen, needed))
        add_candidate(a, j, value, needed, seen ? v->seen_at : NOWHERE);
}

/* Where the first block before has the argument that the parameter gets. */
static Where argument_place(Alloc *a, const Join *j, uint32_t parameter) {
    if (j->first == NO_BLOCK) return NOWHERE;
    const Node *edge = edge_of(a->flow->blocks[j->first].node);
    if (!edge || parameter >= as_to(edge).values.count) return NOWHERE;
    const Value *v = &a->values[as_to(edge).values.items[parameter]->name.number];
    return v->seen_stamp == j->block + 1 ? v->seen_at : NOWHERE;
}

static void consider_parameter(Alloc *a, Join *j, uint32_t parameter, uint32_t value) {
    uint32_t needed = next_use(a, value, j->start);
    if (needed <= j->call || !a->values[value].use_count) {
        add_candidate(a, j, value, needed, argument_place(a, j, parameter));
        return;
    }
    a->values[value].definition = IN_SLOT;
}

/* Keeps the candidates that are needed first, as many as there are registers. */
static void keep_first(Alloc *a, Join *j) {
    uint32_t kept = 0, room[2] = {(uint32_t)__builtin_popcountll(registers_for(false)),
                                  (uint32_t)__builtin_popcountll(registers_for(true))};
    for (uint32_t i = 0; i < j->candidates.count; i++) {
        Candidate c = j->candidates.items[i];
        bool vector = a->values[c.value].vector;
        if (!room[vector]) { /* the one that is needed last makes room, if it is needed later */
            uint32_t last = NEVER, most = c.needed;
            for (uint32_t k = 0; k < kept; k++) {
                const Candidate *other = &j->candidates.items[k];
                if (a->values[other->value].vector == vector && other->needed > most)
                    most = other->needed, last = k;
            }
            if (last != NEVER) j->candidates.items[last] = c;
            continue;
        }
        room[vector]--;
        j->candidates.items[kept++] = c;
    }
    j->candidates.count = kept;
}

static void give_registers(Alloc *a, Join *j) {
    for (uint32_t i = 0; i < j->candidates.count; i++) {
        const Candidate *c = &j->candidates.items[i];
        if (c->wanted && a->occupant[c->wanted] == NO_VALUE) hold(a, c->value, c->wanted);
    }
    for (uint32_t i = 0; i < j->candidates.count; i++) {
        const Candidate *c = &j->candidates.items[i];
        if (a->values[c->value].at) continue;
        Where r = free_register(a, c->value, 0);
        if (!r) bug(a->values[c->value].name, "no register is left at a join");
        hold(a, c->value, r);
    }
}

/* ---- slots */

static void demand_on_edges(Alloc *a, uint32_t value, uint32_t b) {
    const FlowBlock *block = &a->flow->blocks[b];
    a->values[value].has_slot = true;
    for (uint32_t p = 0; p < block->predecessor_count; p++)
        if (b < a->first_cold && block->predecessors[p] < a->first_cold)
            demand_slot(a, value, block->predecessors[p]);
}

/* The value is in its slot when the cold block b starts. */
static void note_cold_store(Alloc *a, uint32_t b, uint32_t value) {
    if (a->values[value].cold_store == b + 1) return;
    a->values[value].cold_store = b + 1;
    PUSH(a->scratch, a->blocks[b].cold_stores, value);
}

/* Writes down what is where, and sees to it that what has no register has a slot. */
static void claim(Alloc *a, uint32_t b, uint32_t value, bool edges) {
    Value *v = &a->values[value];
    Located in_register = {value, v->at}, in_slot = {value, IN_SLOT};
    if (v->at) PUSH(a->scratch, a->blocks[b].claims, in_register);
    if (v->constant || (v->at && v->cold_store != b + 1)) return;
    PUSH(a->scratch, a->blocks[b].claims, in_slot);
    if (edges) demand_on_edges(a, value, b);
    if (b >= a->first_cold) note_cold_store(a, b, value);
}

static void place_parameters(Alloc *a, uint32_t b) {
    NodeList parameters = a->blocks[b].form.parameters;
    for (uint32_t i = 0; i < parameters.count; i++) {
        uint32_t value = parameters.items[i]->name.number;
        Value *v = &a->values[value];
        v->definition = v->at ? v->at : IN_SLOT;
        if (!v->at) v->has_slot = true, v->store_block = b;
        if (!v->use_count) leave_register(a, value);
    }
}

/* ---- the three kinds of blocks */

static void join(Alloc *a, uint32_t b) {
    Join j = {.block = b};
    NodeList live_in = a->blocks[b].form.live_in, parameters = a->blocks[b].form.parameters;
    look_around(a, &j);
    for (uint32_t i = 0; i < live_in.count; i++)
        consider_live(a, &j, live_in.items[i]->name.number);
    for (uint32_t i = 0; i < parameters.count; i++)
        consider_parameter(a, &j, i, parameters.items[i]->name.number);
    keep_first(a, &j);
    give_registers(a, &j);
    for (uint32_t i = 0; i < live_in.count; i++)
        claim(a, b, live_in.items[i]->name.number, true);
    place_parameters(a, b);
}

/* After a branch nothing can be moved. */
static void inherit(Alloc *a, uint32_t b, uint32_t from) {
    NodeList live_in = a->blocks[b].form.live_in;
    for (uint32_t i = 0; i < live_in.count; i++)
        a->values[live_in.items[i]->name.number].live_stamp = b + 1;
    for (uint32_t i = 0; i < a->blocks[from].registers.count; i++) {
        Located l = a->blocks[from].registers.items[i];
        if (a->values[l.value].live_stamp == b + 1) hold(a, l.value, l.where);
    }
    for (uint32_t i = 0; i < a->blocks[from].cold_stores.count; i++) {
        uint32_t value = a->blocks[from].cold_stores.items[i];
        if (a->values[value].live_stamp == b + 1) note_cold_store(a, b, value);
    }
    for (uint32_t i = 0; i < live_in.count; i++)
        claim(a, b, live_in.items[i]->name.number, false);
}

/* Parameters are where the caller put them. Words of the argument area last only to the next call.
 */
static void enter_function(Alloc *a) {
    NodeList parameters = a->blocks[0].form.parameters;
    for (uint32_t i = 0; i < parameters.count; i++) {
        uint32_t value = parameters.items[i]->name.number;
        a->values[value].definition = where_of(parameters.items[i]);
        if (a->values[value].use_count) hold(a, value, a->values[value].definition);
    }
    for (uint32_t i = 0; i < parameters.count; i++) {
        uint32_t value = parameters.items[i]->name.number;
        if (!is_area(a->values[value].at)) continue;
        bool soon = next_use(a, value, 0) < next_safepoint(a, 0);
        Where r = soon ? free_register(a, value, 0) : NOWHERE;
        if (r) {
            add_move(a, value, r);
            hold(a, value, r);
        } else {
            demand_slot(a, value, 0);
            leave_register(a, value);
        }
    }
}

void enter_block(Alloc *a, uint32_t b) {
    const FlowBlock *block = &a->flow->blocks[b];
    clear_registers(a);
    a->group.count = 0;
    a->number = a->blocks[b].start;
    if (b == 0) {
        enter_function(a);
        return;
    }
    if (edge_of(a->flow->blocks[block->predecessors[0]].node))
        join(a, b);
    else
        inherit(a, b, block->predecessors[0]);
}
