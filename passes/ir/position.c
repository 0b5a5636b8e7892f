/* position.c - the table of positions; equal places have equal indices.
 *
 * Source is read from its start to its end, so most places come in order: they form a run, which is
 * searched by halving. Only what comes out of order, as places of inlined code, is hashed.
 */
#include "ir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct {
    Arena *arena;
    Location *rows; /* grows in place, for it is large */
    uint32_t count, capacity;
    Pos *run; /* places without `inlined`, in order */
    uint32_t run_count, run_capacity;
    Pos *slots; /* of those that are not in the run */
    uint32_t slot_count, hashed;
} table;

static uint32_t hash_of(Location p) {
    uint32_t h = p.line * 0x9e3779b1u ^ p.column * 0x85ebca6bu;
    h ^= (uint32_t)p.file << 16 ^ (uint32_t)p.inlined * 0xc2b2ae35u;
    return h ^ h >> 15;
}

static bool same(Location a, Location b) {
    return a.line == b.line && a.column == b.column && a.file == b.file && a.inlined == b.inlined;
}

static bool is_before(Location a, Location b) {
    if (a.file != b.file) return a.file < b.file;
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* ---- the run */

static bool extends_run(Location p) {
    if (p.inlined) return false;
    return !table.run_count || is_before(table.rows[table.run[table.run_count - 1]], p);
}

/* 0: it is not in the run. */
static Pos find_in_run(Location place) {
    uint32_t from = 0, to = table.run_count;
    if (place.inlined || !to) return 0;
    Pos last = table.run[to - 1];
    if (same(table.rows[last], place)) return last;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (is_before(table.rows[table.run[middle]], place))
            from = middle + 1;
        else
            to = middle;
    }
    bool found = from < table.run_count && same(table.rows[table.run[from]], place);
    return found ? table.run[from] : 0;
}

/* ---- the others */

static void rehash(uint32_t slot_count) {
    Pos *old = table.slots, *slots = NEW_ARRAY(table.arena, Pos, slot_count);
    for (uint32_t k = 0; k < table.slot_count; k++) {
        if (!old[k]) continue;
        uint32_t i = hash_of(table.rows[old[k]]) & (slot_count - 1);
        while (slots[i])
            i = (i + 1) & (slot_count - 1);
        slots[i] = old[k];
    }
    table.slots = slots;
    table.slot_count = slot_count;
}

static void *grown(void *items, uint32_t *capacity, size_t size) {
    *capacity = *capacity ? *capacity + *capacity / 2 : 1024;
    items = realloc(items, *capacity * size);
    if (!items) fail(ENOMEM, "no memory left");
    return items;
}

static Pos add_row(Location place) {
    if (table.count == table.capacity)
        table.rows = grown(table.rows, &table.capacity, sizeof *table.rows);
    table.rows[table.count] = place;
    return table.count++;
}

static Pos add_to_run(Location place) {
    if (table.run_count == table.run_capacity)
        table.run = grown(table.run, &table.run_capacity, sizeof *table.run);
    return table.run[table.run_count++] = add_row(place);
}

static void start(void) {
    table.arena = arena_new();
    add_row((Location){0});
    rehash(1024);
}

Pos pos_of(Location place) {
    if (!table.arena) start();
    if (place.line == 0) return 0;
    if (extends_run(place)) return add_to_run(place);
    Pos found = find_in_run(place);
    if (found) return found;
    uint32_t i = hash_of(place) & (table.slot_count - 1);
    for (; table.slots[i]; i = (i + 1) & (table.slot_count - 1))
        if (same(table.rows[table.slots[i]], place)) return table.slots[i];
    Pos p = table.slots[i] = add_row(place);
    if (++table.hashed > table.slot_count / 2) rehash(table.slot_count * 2);
    return p;
}

Location location_of(Pos pos) {
    if (!table.arena) start();
    return table.rows[pos];
}
