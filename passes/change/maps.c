/* maps.c - changes of what frame gives: the stack maps. */
#include "change.h"

#define EACH_MAP(c, b, i, map)                                                                     \
    EACH_BLOCK(c, b)                                                                               \
    EACH_ITEM((c)->top->kids[b], i)                                                                \
    for (Node *map = map_of((c)->top->kids[b]->kids[i]); map; map = NULL)

static Node *map_of(const Node *item) {
    return is_instruction(item) ? note_of(item, H_map) : NULL;
}

static bool lists(const Node *map, const Node *name) {
    for (uint32_t i = 0; i < map->count; i++)
        if (same_name(map->kids[i], name)) return true;
    return false;
}

/* The map of an instruction with one entry more, in its place. */
static void add_root(Change *c, Node *op, Node *name) {
    insert_kid(c, &op->kids[op->count - 1], op->kids[op->count - 1]->count, name);
}

/* ---- the map as a whole */

void change_no_map(Change *c) {
    EACH_MAP(c, b, i, map)
    if (strikes(c)) c->top->kids[b]->kids[i]->count--;
}

/* The next safepoint of the block; 0 for none. */
static uint32_t next_safepoint(const Node *block, uint32_t i) {
    for (i++; i < block->count; i++)
        if (map_of(block->kids[i])) return i;
    return 0;
}

static bool has_other_map(const Node *block, uint32_t i, uint32_t *next) {
    *next = next_safepoint(block, i);
    return *next && !node_equal(map_of(block->kids[i]), map_of(block->kids[*next]));
}

void change_neighbour_map(Change *c) {
    uint32_t next;
    EACH_MAP(c, b, i, map) {
        Node *block = c->top->kids[b], *op = block->kids[i];
        if (has_other_map(block, i, &next) && strikes(c))
            op->kids[op->count - 1] = map_of(block->kids[next]);
    }
}

void change_maps_swapped(Change *c) {
    uint32_t next;
    EACH_MAP(c, b, i, map) {
        Node *block = c->top->kids[b], *op = block->kids[i];
        if (!has_other_map(block, i, &next) || !strikes(c)) continue;
        Node *other = block->kids[next];
        op->kids[op->count - 1] = map_of(other);
        other->kids[other->count - 1] = map;
        return;
    }
}

/* ---- one entry is elsewhere */

void change_root_off_by_one(Change *c) {
    uint32_t slots = slot_count(c);
    EACH_MAP(c, b, i, map)
    for (uint32_t k = 0; k < map->count; k++) {
        Where slot = where_of(map->kids[k]);
        if (slots < 2 || !strikes(c)) continue;
        bool last = (uint32_t)(slot - SLOT0) + 1 == slots;
        map->kids[k] = at_place(c, map->kids[k], (Where)(last ? slot - 1 : slot + 1));
    }
}

static void list_elsewhere(Change *c, Where first, uint32_t count) {
    EACH_MAP(c, b, i, map)
    for (uint32_t k = 0; k < map->count; k++)
        if (strikes(c)) map->kids[k] = at_place(c, map->kids[k], (Where)(first + choose(c, count)));
}

void change_register_root(Change *c) {
    list_elsewhere(c, RSI, 5);
}
void change_area_root(Change *c) {
    list_elsewhere(c, AREA0, 3);
}

void change_repeated_root(Change *c) {
    EACH_MAP(c, b, i, map)
    for (uint32_t k = 0; k < map->count; k++) {
        if (!strikes(c)) continue;
        add_root(c, c->top->kids[b]->kids[i], map->kids[k]);
        return;
    }
}

/* ---- entries that do not belong there */

/* A slot is listed before something is stored in it. */
void change_unstored_root(Change *c) {
    EACH_MAP(c, b, i, map) {
        Node *block = c->top->kids[b];
        for (uint32_t k = i + 1; k < block->count && !map_of(block->kids[k]); k++) {
            Node *store = block->kids[k];
            if (!is_store(store) || holds_of(c, store->kids[0]) != HOLDS_REF ||
                lists(map, store->kids[0]) || !strikes(c))
                continue;
            add_root(c, block->kids[i], store->kids[0]);
            return;
        }
    }
}

/* What is in a slot by what the block shows, and whether a map since then has left it out. */
typedef struct {
    Node *name;
    bool stale;
} Content;

static void note_content(Content *slots, Node *name) {
    if (is_slot(where_of(name))) slots[where_of(name) - SLOT0] = (Content){name, false};
}

static void note_map(Content *slots, uint32_t count, const Node *map) {
    for (uint32_t k = 0; k < count; k++)
        if (slots[k].name && !lists(map, slots[k].name)) slots[k].stale = true;
}

typedef bool Wanted(const Change *c, const Content *slot);

/* Lists a slot whose content is wanted and not listed. True when that is done. */
static bool list_content(Change *c, Node *op, const Content *slots, uint32_t count,
                         Wanted *wanted) {
    for (uint32_t k = 0; k < count; k++) {
        if (!slots[k].name || lists(map_of(op), slots[k].name) || !wanted(c, &slots[k]) ||
            !strikes(c))
            continue;
        add_root(c, op, slots[k].name);
        return true;
    }
    return false;
}

static void list_some_content(Change *c, Wanted *wanted) {
    uint32_t count = slot_count(c);
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        Content *slots = NEW_ARRAY(c->arena, Content, count);
        for (uint32_t i = 1; i < block->count; i++) {
            Node *item = block->kids[i];
            if (item->kind == N_VECTOR || is_form(item, H_in))
                for (uint32_t k = 0; k < item->count; k++)
                    note_content(slots, item->kids[k]);
            if (is_form(item, H_move)) note_content(slots, item->kids[0]);
            if (!map_of(item)) continue;
            if (list_content(c, item, slots, count, wanted)) return;
            note_map(slots, count, map_of(item));
        }
    }
}

static bool is_dead(const Change *c, const Content *slot) {
    return holds_of(c, slot->name) == HOLDS_REF && !slot->stale;
}
static bool is_stale(const Change *c, const Content *slot) {
    return holds_of(c, slot->name) == HOLDS_REF && slot->stale;
}
static bool is_raw(const Change *c, const Content *slot) {
    return holds_of(c, slot->name) != HOLDS_REF;
}

void change_dead_root(Change *c) {
    list_some_content(c, is_dead);
}
void change_stale_root(Change *c) {
    list_some_content(c, is_stale);
}
void change_raw_root(Change *c) {
    list_some_content(c, is_raw);
}
