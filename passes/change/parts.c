/* parts.c - what several changes of functions with places want. */
#include "change.h"

/* ---- places */

uint32_t slot_count(const Change *c) {
    const Node *frame = function_part(c->top, H_frame);
    return frame ? frame->count - 1 : 0;
}

Node *at_place(Change *c, const Node *name, Where where) {
    const Node *frame = function_part(c->top, H_frame);
    Node *copy = node_placed(c->arena, name, where);
    bool laid_out = frame && is_slot(where) && (uint32_t)(where - SLOT0) + 1 < frame->count;
    copy->at = laid_out ? (uint32_t)frame->kids[1 + where - SLOT0]->kids[1]->integer + 1 : 0;
    return copy;
}

static uint64_t all_registers(bool vector) {
    uint64_t set = 0;
    for (Where r = vector ? XMM0 : RAX; r <= (vector ? XMM15 - 1 : R13); r++)
        if (r != RSP && r != R11) set |= (uint64_t)1 << r;
    return set;
}

Where choose_register(Change *c, uint64_t set) {
    uint32_t k = choose(c, (uint32_t)__builtin_popcountll(set));
    while (k--)
        set &= set - 1;
    return (Where)__builtin_ctzll(set);
}

Node *elsewhere(Change *c, const Node *name) {
    uint32_t n = choose(c, 20), slots = slot_count(c);
    bool vector = holds_of(c, name) == HOLDS_F64;
    if (n == 0) return at_place(c, name, R11);
    if (n == 1) return at_place(c, name, (Where)(AREA0 + choose(c, 3)));
    if (n > 10 && slots) return at_place(c, name, (Where)(SLOT0 + choose(c, slots)));
    return at_place(c, name, choose_register(c, all_registers(vector != (n == 2))));
}

/* ---- registers that are free */

uint64_t registers_in(const Node *n) {
    uint64_t set = 0;
    if (n->kind == N_NAME) return is_register(where_of(n)) ? (uint64_t)1 << where_of(n) : 0;
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        set |= registers_in(n->kids[i]);
    return set;
}

Node *block_numbered(const Change *c, uint32_t number) {
    EACH_BLOCK(c, b)
    if (c->top->kids[b]->kids[0]->block == number) return c->top->kids[b];
    return NULL;
}

/* Those that the blocks after find something in. */
static uint64_t registers_behind(const Change *c, const Node *exit) {
    uint64_t set = 0;
    for (uint32_t i = FIRST_OPERAND; i < exit->count; i++) {
        const Node *to =
            is_form(exit->kids[i], H_to) ? block_numbered(c, exit->kids[i]->kids[0]->block) : NULL;
        if (to) set |= registers_in(to->kids[1]) | registers_in(to->kids[2]);
    }
    return set;
}

uint64_t spare_registers(Change *c, const Node *block, uint32_t i, bool vector) {
    uint64_t needed = 0;
    for (; i < block->count; i++) {
        needed |= registers_in(block->kids[i]);
        if (is_safepoint_op(block->kids[i])) return all_registers(vector) & ~needed;
    }
    return all_registers(vector) & ~(needed | registers_behind(c, block->kids[block->count - 1]));
}

/* ---- items and lists */

NodeList without_item(Change *c, NodeList list, uint32_t i) {
    Nodes out = {0};
    for (uint32_t k = 0; k < list.count; k++)
        if (k != i) PUSH(c->arena, out, list.items[k]);
    return list_of(out, list.at);
}

NodeList with_item(Change *c, NodeList list, uint32_t i, Node *item) {
    Nodes out = {0};
    if (list.items[i] == item) return list;
    for (uint32_t k = 0; k < list.count; k++)
        PUSH(c->arena, out, k == i ? item : list.items[k]);
    return list_of(out, list.at);
}

NodeList exchanged(Change *c, NodeList list, uint32_t i) {
    return with_item(c, with_item(c, list, i, list.items[i + 1]), i + 1, list.items[i]);
}

uint32_t block_index(const Change *c, const Node *label) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++)
        if (as_instr_block(blocks.items[b]).label->block == label->block) return b;
    bug(label, "there is no block b%u", label->block);
}

static void put_items(Change *c, uint32_t b, NodeList items) {
    Node *block = blocks_of(c).items[b];
    InstrBlockForm f = as_instr_block(block);
    f.instructions = items;
    put_item(blocks_of(c), b, make_instr_block(c->arena, (Head)block->head, block->at, f));
}

void insert_item(Change *c, uint32_t block, uint32_t i, Node *item) {
    NodeList items = items_of(blocks_of(c).items[block]);
    Nodes out = {0};
    for (uint32_t k = 0; k <= items.count; k++) {
        if (k == i) PUSH(c->arena, out, item);
        if (k < items.count) PUSH(c->arena, out, items.items[k]);
    }
    put_items(c, block, list_of(out, items.at));
}

void remove_item(Change *c, uint32_t block, uint32_t i) {
    put_items(c, block, without_item(c, items_of(blocks_of(c).items[block]), i));
}

NodeList moves_at(NodeList items, uint32_t i) {
    const Node *item = items.items[i];
    if (is_form(item, H_parallel)) return as_parallel(item).moves;
    bool is_single = is_form(item, H_move) || is_form(item, H_constant);
    return nodes(items.items + i, is_single, items.at);
}

void remove_move(Change *c, uint32_t block, uint32_t i, uint32_t k) {
    NodeList items = items_of(blocks_of(c).items[block]), moves = moves_at(items, i);
    NodeList left = without_item(c, moves, k);
    if (!left.count)
        remove_item(c, block, i);
    else
        put_item(items, i,
                 left.count == 1 ? left.items[0]
                                 : make_parallel(c->arena, items.items[i]->at, left));
}

bool is_added(const Node *item) {
    return is_form(item, H_move) || is_form(item, H_swap) || is_form(item, H_constant);
}

void remove_kid(Node *n, uint32_t i) {
    for (n->count--; i < n->count; i++)
        n->kids[i] = n->kids[i + 1];
}

void insert_kid(Change *c, Node **n, uint32_t at, Node *kid) {
    Node *grown = node_extended(c->arena, *n, &kid, 1);
    for (uint32_t i = grown->count - 1; i > at; i--) {
        grown->kids[i] = grown->kids[i - 1];
        grown->kids[i - 1] = kid;
    }
    *n = grown;
}

void exchange_kids(Node *n, uint32_t i, uint32_t k) {
    Node *kid = n->kids[i];
    n->kids[i] = n->kids[k];
    n->kids[k] = kid;
}

uint32_t mentions_of(const Node *n, const Node *name) {
    uint32_t count = same_name(n, name);
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        count += mentions_of(n->kids[i], name);
    return count;
}

void add_spots(Change *c, Node *n, Spots *spots) {
    for (uint32_t i = 0; i < n->count; i++) {
        if (n->kids[i]->kind == N_NAME)
            PUSH(c->arena, *spots, &n->kids[i]);
        else if (is_tree(n->kids[i]) && !is_form(n->kids[i], H_map))
            add_spots(c, n->kids[i], spots);
    }
}
