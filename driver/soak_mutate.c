/* soak_mutate.c - changes a framed function by chance: what a broken allocator could leave behind,
 * and what nobody has thought of as a fault of its own.
 */
#include "soak.h"

#include "machine.h"
#include "soak_random.h"

typedef VEC(Node **) Spots; /* kids that are names with a place */

typedef struct {
    Arena *arena;
    Random random;
    Node *function; /* a copy of its own, changed in place */
    Node *frame;
    bool *vector; /* by name */
} Mutation;

/* ---- places */

static Node *placed_at(Mutation *m, const Node *name, Where where) {
    Node *copy = node_placed(m->arena, name, where);
    copy->at =
        is_slot(where) ? (uint32_t)m->frame->kids[1 + where - SLOT0]->kids[1]->integer + 1 : 0;
    return copy;
}

static Where some_register(Mutation *m, bool vector) {
    static const Where general[] = {RAX, RCX, RDX, RBX, RSI, RDI, RBP, R8, R9, R10, R12, R13};
    return vector ? (Where)(XMM0 + below(&m->random, 15)) : general[below(&m->random, 12)];
}

/* Mostly a place that the name could have, now and then one that it cannot. */
static Node *elsewhere(Mutation *m, const Node *name) {
    uint32_t n = below(&m->random, 20), slots = m->frame->count - 1;
    if (n == 0) return placed_at(m, name, R11);
    if (n == 1) return placed_at(m, name, (Where)(AREA0 + below(&m->random, 3)));
    if (n > 10 && slots) return placed_at(m, name, (Where)(SLOT0 + below(&m->random, slots)));
    return placed_at(m, name, some_register(m, m->vector[name->name.number] != (n == 2)));
}

/* ---- what can be changed */

static Node *some_block(Mutation *m) {
    uint32_t first = function_first_block(m->function);
    return m->function->kids[first + below(&m->random, m->function->count - first)];
}

static bool is_added(const Node *item) {
    return is_form(item, H_move) || is_form(item, H_swap) || is_form(item, H_constant);
}

static bool has_map(const Node *item) {
    return is_instruction(item) && note_of(item, H_map);
}

/* Index of an item for which `fits` holds, 0 when by chance none was found. */
static uint32_t some_item(Mutation *m, const Node *block, bool (*fits)(const Node *)) {
    enum { TRIES = 20 };
    uint32_t first = block_first_instruction(block);
    for (int i = 0; i < TRIES; i++) {
        uint32_t k = first + below(&m->random, block->count - first);
        if (fits(block->kids[k])) return k;
    }
    return 0;
}

static void add_spots(Mutation *m, Node *n, Spots *spots) {
    for (uint32_t i = 0; i < n->count; i++) {
        if (n->kids[i]->kind == N_NAME)
            PUSH(m->arena, *spots, &n->kids[i]);
        else if (is_tree(n->kids[i]) && !is_form(n->kids[i], H_map))
            add_spots(m, n->kids[i], spots);
    }
}

/* A name in an item that `fits`, or in a block's parameters and claims when `fits` is NULL. */
static Node **some_spot(Mutation *m, bool (*fits)(const Node *)) {
    Spots spots = {0};
    Node *block = some_block(m);
    uint32_t i = fits ? some_item(m, block, fits) : 0;
    if (fits && !i) return NULL;
    if (fits) add_spots(m, block->kids[i], &spots);
    for (uint32_t k = 1; !fits && k < block_first_instruction(block); k++)
        add_spots(m, block->kids[k], &spots);
    return spots.count ? spots.items[below(&m->random, spots.count)] : NULL;
}

static Node *some_name(Mutation *m) {
    Node **spot = some_spot(m, is_instruction);
    return spot ? *spot : NULL;
}

static Node *some_map(Mutation *m) {
    Node *block = some_block(m);
    uint32_t i = some_item(m, block, has_map);
    return i ? note_of(block->kids[i], H_map) : NULL;
}

static void remove_kid(Node *n, uint32_t i) {
    for (n->count--; i < n->count; i++)
        n->kids[i] = n->kids[i + 1];
}

/* A copy of the node with one kid more, in its place in the function. */
static Node *with_kid(Mutation *m, const Node *n, uint32_t at, Node *kid) {
    Node *grown = node_extended(m->arena, n, &kid, 1);
    for (uint32_t i = grown->count - 1; i > at; i--) {
        grown->kids[i] = grown->kids[i - 1];
        grown->kids[i - 1] = kid;
    }
    return grown;
}

static void replace_block(Mutation *m, const Node *old, Node *new) {
    for (uint32_t i = 0; i < m->function->count; i++)
        if (m->function->kids[i] == old) m->function->kids[i] = new;
}

/* ---- ways to be wrong; false when there was no place for it */

static bool replace_spot(Mutation *m, Node **spot) {
    if (spot) *spot = elsewhere(m, *spot);
    return spot != NULL;
}

static bool move_elsewhere(Mutation *m) {
    return replace_spot(m, some_spot(m, is_added));
}
static bool operand_elsewhere(Mutation *m) {
    return replace_spot(m, some_spot(m, is_instruction));
}
static bool claim_elsewhere(Mutation *m) {
    return replace_spot(m, some_spot(m, NULL));
}

static bool drop_item(Mutation *m) {
    Node *block = some_block(m);
    uint32_t i = some_item(m, block, is_added);
    if (i) remove_kid(block, i);
    return i != 0;
}

/* Exchanges an item that was added with the one before it: late, early, or out of order. */
static bool exchange_items(Mutation *m) {
    Node *block = some_block(m), *item;
    uint32_t i = some_item(m, block, is_added);
    if (i <= block_first_instruction(block)) return false;
    item = block->kids[i];
    block->kids[i] = block->kids[i - 1];
    block->kids[i - 1] = item;
    return true;
}

/* Binds nothing: that a name is bound once and before it is used is not for the allocator to break.
 */
static bool only_acts(const Node *item) {
    return is_instruction(item) && !has_flag(item, LEAVES) && !defined(item)->count;
}

static bool drop_instruction(Mutation *m) {
    Node *block = some_block(m);
    uint32_t i = some_item(m, block, only_acts);
    if (i) remove_kid(block, i);
    return i != 0;
}

static bool repeat_instruction(Mutation *m) {
    Node *block = some_block(m);
    uint32_t i = some_item(m, block, only_acts);
    if (i) replace_block(m, block, with_kid(m, block, i, block->kids[i]));
    return i != 0;
}

/* Another immediate operand, or another constant that is made again. */
static bool another_word(Mutation *m) {
    Node *block = some_block(m);
    uint32_t i = some_item(m, block, in_hundred(&m->random, 50) ? is_added : is_instruction);
    for (uint32_t k = 1; i && k < block->kids[i]->count; k++)
        if (is_form(block->kids[i]->kids[k], H_word)) {
            block->kids[i]->kids[k]->kids[0]->integer++;
            return true;
        }
    return false;
}

/* A move that nobody wanted. */
static bool insert_move(Mutation *m) {
    Node *block = some_block(m), *name = some_name(m);
    uint32_t first = block_first_instruction(block);
    if (!name || !where_of(name)) return false;
    Node *move = list(m->arena, H_move, 0, elsewhere(m, name), name, NULL);
    replace_block(m, block,
                  with_kid(m, block, first + below(&m->random, block->count - first), move));
    return true;
}

/* Not where a name is bound. */
static bool another_name(Mutation *m) {
    bool added = in_hundred(&m->random, 50);
    Node *block = some_block(m), *other = some_name(m);
    uint32_t i = some_item(m, block, added ? is_added : is_instruction);
    Spots spots = {0};
    for (uint32_t k = added ? 0 : FIRST_OPERAND; i && k < block->kids[i]->count; k++) {
        if (block->kids[i]->kids[k]->kind == N_NAME)
            PUSH(m->arena, spots, &block->kids[i]->kids[k]);
        else if (is_form(block->kids[i]->kids[k], H_mem) || is_form(block->kids[i]->kids[k], H_to))
            add_spots(m, block->kids[i]->kids[k], &spots);
    }
    if (!spots.count || !other) return false;
    Node **spot = spots.items[below(&m->random, spots.count)];
    uint32_t at = (*spot)->at;
    *spot = node_placed(m->arena, other, where_of(*spot));
    (*spot)->at = at;
    return true;
}

/* Two operands or results have each other's places. */
static bool exchange_places(Mutation *m) {
    Node **a = some_spot(m, is_instruction), **b = some_spot(m, is_instruction), *first;
    if (!a || !b) return false;
    first = *a;
    *a = placed_at(m, *a, where_of(*b));
    *b = placed_at(m, *b, where_of(first));
    return true;
}

static bool drop_claim(Mutation *m) {
    Node *claims = some_block(m)->kids[2];
    if (!is_form(claims, H_in) || !claims->count) return false;
    remove_kid(claims, below(&m->random, claims->count));
    return true;
}

static bool drop_root(Mutation *m) {
    Node *map = some_map(m);
    if (!map || !map->count) return false;
    remove_kid(map, below(&m->random, map->count));
    return true;
}

static bool root_elsewhere(Mutation *m) {
    Node *map = some_map(m),
         **spot = map && map->count ? &map->kids[below(&m->random, map->count)] : NULL;
    return replace_spot(m, spot);
}

static bool add_root(Mutation *m) {
    Node *block = some_block(m), *name = some_name(m);
    uint32_t i = some_item(m, block, has_map);
    if (!i || !name) return false;
    Node *op = block->kids[i];
    op->kids[op->count - 1] = with_kid(m, op->kids[op->count - 1], 0, elsewhere(m, name));
    return true;
}

static bool slot_elsewhere(Mutation *m) {
    if (m->frame->count < 2) return false;
    Node *slot = m->frame->kids[1 + below(&m->random, m->frame->count - 1)];
    slot->kids[1]->integer = 8 * (int64_t)below(&m->random, m->frame->count);
    return true;
}

static const struct {
    const char *name;
    bool (*change)(Mutation *);
} mutations[] = {
    {"move-elsewhere", move_elsewhere},
    {"operand-elsewhere", operand_elsewhere},
    {"claim-elsewhere", claim_elsewhere},
    {"drop-item", drop_item},
    {"exchange-items", exchange_items},
    {"insert-move", insert_move},
    {"another-name", another_name},
    {"exchange-places", exchange_places},
    {"drop-claim", drop_claim},
    {"drop-root", drop_root},
    {"root-elsewhere", root_elsewhere},
    {"add-root", add_root},
    {"slot-elsewhere", slot_elsewhere},
    {"drop-instruction", drop_instruction},
    {"repeat-instruction", repeat_instruction},
    {"another-word", another_word},
};
_Static_assert(sizeof mutations / sizeof *mutations == MUTATIONS, "soak.h says how many");

const char *mutation_name(uint32_t which) {
    return mutations[which].name;
}

Node *mutated(Arena *arena, const Node *framed, uint64_t seed, uint32_t which) {
    Mutation m = {
        .arena = arena, .random = {mixed_with(seed, which)}, .function = node_copy(arena, framed)};
    const Node *kinds = function_part(m.function, H_kinds);
    m.frame = function_part(m.function, H_frame);
    m.vector = NEW_ARRAY(arena, bool, function_names(m.function));
    for (uint32_t i = 0; i < kinds->count; i++)
        m.vector[kinds->kids[i]->kids[0]->name.number] =
            holds_named(kinds->kids[i]->kids[1]->text) == HOLDS_F64;
    mutations[which].change(&m);
    return m.function;
}
