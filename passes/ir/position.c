/* position.c - the table of positions; equal places have equal indices. */
#include "ir.h"

#include <string.h>

static struct {
    Arena *arena;
    VEC(Place) rows;
    Pos *slots;
    uint32_t slot_count;
} table;

static uint32_t hash_of(Place p) {
    uint32_t h = p.line * 0x9e3779b1u ^ p.column * 0x85ebca6bu;
    h ^= (uint32_t)p.file << 16 ^ (uint32_t)p.inlined * 0xc2b2ae35u;
    return h ^ h >> 15;
}

static bool same(Place a, Place b) {
    return a.line == b.line && a.column == b.column && a.file == b.file && a.inlined == b.inlined;
}

static void rehash(uint32_t slot_count) {
    Pos *slots = NEW_ARRAY(table.arena, Pos, slot_count);
    for (Pos p = 1; p < table.rows.count; p++) {
        uint32_t i = hash_of(table.rows.items[p]) & (slot_count - 1);
        while (slots[i])
            i = (i + 1) & (slot_count - 1);
        slots[i] = p;
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
    uint32_t i = hash_of(place) & (table.slot_count - 1);
    for (; table.slots[i]; i = (i + 1) & (table.slot_count - 1))
        if (same(table.rows.items[table.slots[i]], place)) return table.slots[i];
    Pos p = table.rows.count;
    PUSH(table.arena, table.rows, place);
    table.slots[i] = p;
    if (table.rows.count > table.slot_count / 2) rehash(table.slot_count * 2);
    return p;
}

Place place_of(Pos pos) {
    if (!table.arena) start();
    return table.rows.items[pos];
}
