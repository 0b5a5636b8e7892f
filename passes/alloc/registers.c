/* registers.c - which value is in which register, and which one is evicted for another. */
#include "alloc.h"

uint64_t registers_for(bool vector) {
    uint64_t general = (bit(R15 + 1) - bit(RAX)) & ~(bit(RSP) | bit(R11) | bit(R14) | bit(R15));
    return vector ? bit(XMM15) - bit(XMM0) : general;
}

/* ---- what comes next; positions only grow during the walk */

uint32_t next_use(Alloc *a, uint32_t value, uint32_t at) {
    Value *v = &a->values[value];
    while (v->next < v->use_count && v->uses[v->next] < at)
        v->next++;
    return v->next < v->use_count ? v->uses[v->next] : NEVER;
}

uint32_t next_safepoint(Alloc *a, uint32_t at) {
    while (a->upcoming < a->safepoints.count && 2 * a->safepoints.items[a->upcoming] < at)
        a->upcoming++;
    return a->upcoming < a->safepoints.count ? 2 * a->safepoints.items[a->upcoming] : NEVER;
}

/* Will an instruction need register r for itself before the value is done with it? It may be the
 * one that ends it. */
static bool threatened(Alloc *a, Where r, const Value *v) {
    if (r > RDX) return false;
    uint32_t *next = &a->next_fixed[r];
    while (*next < a->fixed[r].count && a->fixed[r].items[*next] <= a->number)
        ++*next;
    if (*next == a->fixed[r].count) return false;
    uint32_t at = 2 * a->fixed[r].items[*next];
    return at + 1 < v->ranges[v->range_count - 1].to && at < next_safepoint(a, 2 * a->number);
}

/* ---- moves before the current instruction */

Where source_of(Alloc *a, uint32_t value) {
    const Value *v = &a->values[value];
    for (uint32_t i = 0; i < a->group.count; i++)
        if (a->group.items[i].value == value) return a->group.items[i].from;
    return v->at ? v->at : v->constant ? REMATERIALISE : IN_SLOT;
}

void add_move(Alloc *a, uint32_t value, Where to) {
    Where from = source_of(a, value);
    if (from == to) return;
    Move move = {value, to, from, value};
    PUSH(a->scratch, a->group, move);
}

/* ---- holding */

void hold(Alloc *a, uint32_t value, Where where) {
    a->values[value].at = where;
    if (!is_register(where)) return;
    assert(a->occupant[where] == NO_VALUE || a->occupant[where] == value); /* 1 */
    a->occupant[where] = value;
}

void leave_register(Alloc *a, uint32_t value) {
    Value *v = &a->values[value];
    assert(!is_register(v->at) || a->occupant[v->at] == value); /* 1 */
    if (is_register(v->at)) a->occupant[v->at] = NO_VALUE;
    v->at = NOWHERE;
}

void clear_registers(Alloc *a) {
    for (Where r = RAX; r <= XMM15; r++)
        if (a->occupant[r] != NO_VALUE) leave_register(a, a->occupant[r]);
}

bool slot_holds(Alloc *a, uint32_t value, uint32_t b) {
    const Value *v = &a->values[value];
    if (v->store_block != NO_BLOCK && dominates(a->flow, v->store_block, b)) return true;
    return v->cold_store == b + 1;
}

void evict(Alloc *a, uint32_t value) {
    Value *v = &a->values[value];
    if (v->constant) {
        leave_register(a, value);
        return;
    }
    if (a->block < a->first_cold) {
        demand_slot(a, value, a->block);
    } else if (!slot_holds(a, value, a->block)) {
        add_move(a, value, IN_SLOT);
        v->has_slot = true;
        v->cold_store = a->block + 1;
        PUSH(a->scratch, a->blocks[a->block].cold_stores, value);
    }
    leave_register(a, value);
}

/* ---- choosing */

/* The register that the value would like. */
static Where wish(const Alloc *a, const Value *v) {
    if (v->hint) return v->hint;
    if (v->hint_value == NO_VALUE) return NOWHERE;
    const Value *like = &a->values[v->hint_value];
    return is_register(like->at) ? like->at : like->definition;
}

Where free_register(Alloc *a, uint32_t value, uint64_t excluded) {
    static const Where general[] = {R10, R9, R8, RBP, R12, R13, RSI, RDI, RBX, RCX, RDX, RAX};
    enum { GENERAL = sizeof general / sizeof *general, VECTORS = XMM15 - XMM0 };
    const Value *v = &a->values[value];
    Where wanted = wish(a, v), second = NOWHERE;
    uint64_t choice = registers_for(v->vector) & ~excluded;
    if (is_register(wanted) && choice & bit(wanted) && a->occupant[wanted] == NO_VALUE &&
        !threatened(a, wanted, v))
        return wanted;
    for (uint32_t i = 0; i < (v->vector ? VECTORS : GENERAL); i++) {
        Where r = v->vector ? (Where)(XMM15 - 1 - i) : general[i];
        if (!(choice & bit(r)) || a->occupant[r] != NO_VALUE) continue;
        if (!threatened(a, r, v)) return r;
        second = r;
    }
    return second;
}

/* When the value is needed again: ahead, or in the next round of the loop that we are in. */
static uint64_t needed_at(Alloc *a, uint32_t value) {
    const Value *v = &a->values[value];
    uint32_t ahead = next_use(a, value, 2 * a->number + 1), header = a->flow->blocks[a->block].loop;
    if (header == NO_BLOCK || a->block >= a->first_cold) return ahead;
    uint32_t start = 2 * a->blocks[header].start, end = 2 * a->blocks[header].loop_end, low = 0,
             high = v->next;
    if (ahead < end || v->number > a->blocks[header].start) return ahead;
    while (low < high) { /* the first use in the loop */
        uint32_t middle = (low + high) / 2;
        if (v->uses[middle] < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low < v->next ? (uint64_t)end + v->uses[low] - start : ahead;
}

/* The register whose value is needed last; a constant goes before others that are needed as late.
 */
static Where farthest(Alloc *a, bool vector, uint64_t excluded) {
    Where found = NOWHERE;
    uint64_t distance = 0, choice = registers_for(vector) & ~excluded;
    for (Where r = RAX; r <= XMM15; r++) {
        if (!(choice & bit(r)) || a->occupant[r] == NO_VALUE) continue;
        uint32_t value = a->occupant[r];
        uint64_t d = 2 * needed_at(a, value) + (a->values[value].constant != NULL) + 1;
        if (d > distance) distance = d, found = r;
    }
    return found;
}

/* The register that the value would like, if the value in it only waits for the next call to evict
 * it. */
static Where wished_from_waiting(Alloc *a, uint32_t value, uint64_t excluded) {
    const Value *v = &a->values[value];
    uint32_t after = 2 * a->number + 1, call = next_safepoint(a, after);
    Where r = wish(a, v);
    if (!is_register(r) || !(registers_for(v->vector) & ~excluded & bit(r)) ||
        a->occupant[r] == NO_VALUE)
        return NOWHERE;
    if (call >= 2 * a->blocks[a->block].end || next_use(a, a->occupant[r], after) <= call)
        return NOWHERE;
    evict(a, a->occupant[r]);
    return r;
}

Where take_register(Alloc *a, uint32_t value, uint64_t excluded) {
    Where waiting = wished_from_waiting(a, value, excluded);
    if (waiting) return waiting;
    Where r = free_register(a, value, excluded);
    if (r) return r;
    r = farthest(a, a->values[value].vector, excluded);
    if (!r) bug(a->values[value].name, "no register is left");
    evict(a, a->occupant[r]);
    return r;
}
