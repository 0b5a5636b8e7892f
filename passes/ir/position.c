/* position.c - the table of positions; equal places have equal indices.
 *
 * Source is read from its start to its end, so most places come in order: they form a run, which is
 * searched by halving. Only what comes out of order, as places of inlined code, is hashed.
 */
#include "ir.h"

#include <string.h>

static struct {
    Arena *arena;
    VEC(Place) rows;
    VEC(Pos) run; /* places without `inlined`, in order */
    Pos *slots;   /* of those that are not in the run */
    uint32_t slot_count, hashed;
} table;

static uint32_t hash_of(Place p) {
    uint32_t h = p.line * 0x9e3779b1u ^ p.column * 0x85ebca6bu;
    h ^= (uint32_t)p.file << 16 ^ (uint32_t)p.inlined * 0xc2b2ae35u;
    return h ^ h >> 15;
}

static bool same(Place a, Place b) {
    return a.line == b.line && a.column == b.column && a.file == b.file && a.inlined == b.inlined;
}

static bool is_before(Place a, Place b) {
    if (a.file != b.file) return a.file < b.file;
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* ---- the run */

static bool extends_run(Place p) {
    if (p.inlined) return false;
    return !table.run.count || is_before(table.rows.items[table.run.items[table.run.count - 1]], p);
}

/* 0: it is not in the run. */
static Pos find_in_run(Place place) {
    uint32_t from = 0, to = table.run.count;
    if (place.inlined || !to) return 0;
    Pos last = table.run.items[to - 1];
    if (same(table.rows.items[last], place)) return last;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (is_before(table.rows.items[table.run.items[middle]], place))
            from = middle + 1;
        else
            to = middle;
    }
    bool found = from < table.run.count && same(table.rows.items[table.run.items[from]], place);
    return found ? table.run.items[from] : 0;
}

/* ---- the others */

static void rehash(uint32_t slot_count) {
    Pos *old = table.slots, *slots = NEW_ARRAY(table.arena, Pos, slot_count);
    for (uint32_t k = 0; k < table.slot_count; k++) {
        if (!old[k]) continue;
        uint32_t i = hash_of(table.rows.items[old[k]]) & (slot_count - 1);
        while (slots[i])
            i = (i + 1) & (slot_count - 1);
        slots[i] = old[k];
    }
    table.slots = slots;
    table.slot_count = slot_count;
}

static void start(void) {
    table.arena = arena_new();
    PUSH(table.arena, table.rows, (Place){0});
    rehash(1024);
}

Pos pos_of(Place place) {
    if (!table.arena) start();
    if (place.line == 0) return 0;
    Pos p = table.rows.count;
    if (extends_run(place)) {
        PUSH(table.arena, table.rows, place);
        PUSH(table.arena, table.run, p);
        return p;
    }
    Pos found = find_in_run(place);
    if (found) return found;
    uint32_t i = hash_of(place) & (table.slot_count - 1);
    for (; table.slots[i]; i = (i + 1) & (table.slot_count - 1))
        if (same(table.rows.items[table.slots[i]], place)) return table.slots[i];
    PUSH(table.arena, table.rows, place);
    table.slots[i] = p;
    if (++table.hashed > table.slot_count / 2) rehash(table.slot_count * 2);
    return p;
}

Place place_of(Pos pos) {
    if (!table.arena) start();
    return table.rows.items[pos];
}
