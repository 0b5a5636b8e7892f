/* slots.c - when and where values are stored, and which of them share a slot.
 *
 * A slot is numbered only after the walk, when all ranges of all values that need one are known: so
 * no value can be put into a slot that held another one in its past.
 */
#include "alloc.h"

#include <stdlib.h>

void demand_slot(Alloc *a, uint32_t value, uint32_t block) {
    Value *v = &a->values[value];
    v->has_slot = true;
    v->store_block =
        v->store_block == NO_BLOCK ? block : common_dominator(a->flow, v->store_block, block);
}

/* ---- where hot code stores a value */

/* Out of loops that do not also hold the definition. */
static uint32_t out_of_loops(const Flow *f, uint32_t block, uint32_t definition) {
    for (uint32_t h = f->blocks[block].loop; h != NO_BLOCK && !in_loop(f, definition, h);
         h = f->blocks[block].loop)
        block = f->blocks[h].dominator;
    return block;
}

static bool claims_register(const Block *b, uint32_t value) {
    for (uint32_t i = 0; i < b->claims.count; i++)
        if (b->claims.items[i].value == value && is_register(b->claims.items[i].where)) return true;
    return false;
}

/* All demands are known: values are stored where they are defined, or at the start of a later block
 * that finds the value in a register. */
void settle_stores(Alloc *a) {
    for (uint32_t x = 0; x < a->names; x++) {
        Value *v = &a->values[x];
        if (v->store_block == NO_BLOCK || v->definition == IN_SLOT) continue;
        v->store_block = out_of_loops(a->flow, v->store_block, v->block);
        while (v->store_block != v->block && !claims_register(&a->blocks[v->store_block], x))
            v->store_block = a->flow->blocks[v->store_block].dominator;
    }
}

/* ---- numbers */

/* What is in a slot: ranges in order, disjoint. Those that have ended are kept; they are few. */
typedef struct {
    VEC(Range) taken;
    uint32_t end; /* of the last range */
} Slot;

typedef VEC(Slot) Slots;

static uint32_t start_of(const Value *v) {
    return v->ranges[0].from;
}
static uint32_t end_of(const Value *v) {
    return v->ranges[v->range_count - 1].to;
}

/* Index of the first range that ends after `from`. */
static uint32_t first_after(const Slot *slot, uint32_t from) {
    uint32_t low = 0, high = slot->taken.count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (slot->taken.items[middle].to <= from)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_free(const Slot *slot, const Value *v) {
    if (slot->end <= start_of(v)) return true;
    for (uint32_t i = 0; i < v->range_count; i++) {
        uint32_t k = first_after(slot, v->ranges[i].from);
        if (k < slot->taken.count && slot->taken.items[k].from < v->ranges[i].to) return false;
    }
    return true;
}

static void take(Alloc *a, Slot *slot, const Value *v) {
    assert(is_free(slot, v)); /* 6 */
    for (uint32_t i = 0; i < v->range_count; i++) {
        uint32_t k = first_after(slot, v->ranges[i].from);
        PUSH(a->scratch, slot->taken, v->ranges[i]);
        for (uint32_t m = slot->taken.count - 1; m > k; m--)
            slot->taken.items[m] = slot->taken.items[m - 1];
        slot->taken.items[k] = v->ranges[i];
    }
    if (end_of(v) > slot->end) slot->end = end_of(v);
}

/* Tries some slots with holes, then those that nothing will use any more. */
static uint32_t find_slot(Alloc *a, Slots *slots, const Value *v) {
    enum { TRIES = 64 };
    uint32_t tries = 0;
    for (uint32_t i = 0; i < slots->count; i++) {
        const Slot *slot = &slots->items[i];
        if (slot->end <= start_of(v) || (tries++ < TRIES && is_free(slot, v))) return i;
    }
    PUSH(a->scratch, *slots, (Slot){.end = 0});
    return slots->count - 1;
}

static const Value *sorted_values; /* for by_start: qsort passes no context */

static int by_start(const void *left, const void *right) {
    uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
    uint32_t at = start_of(&sorted_values[x]), other = start_of(&sorted_values[y]);
    if (at != other) return at < other ? -1 : 1;
    return (x > y) - (x < y);
}

void number_slots(Alloc *a) {
    VEC(uint32_t) order = {0};
    Slots slots = {0};
    for (uint32_t x = 0; x < a->names; x++)
        if (a->values[x].has_slot) PUSH(a->scratch, order, x);
    sorted_values = a->values;
    if (order.count) qsort(order.items, order.count, sizeof *order.items, by_start);
    for (uint32_t i = 0; i < order.count; i++) {
        Value *v = &a->values[order.items[i]];
        v->slot = find_slot(a, &slots, v);
        take(a, &slots.items[v->slot], v);
    }
    a->slots = slots.count;
    if (SLOT0 + a->slots >= REMATERIALISE)
        fail(0, "a function needs %u stack slots; at most %d are possible", a->slots,
             REMATERIALISE - SLOT0 - 1);
}
