/* layout.c - changes of what frame gives: mistakes in laying out the frame, in putting moves into
 * sequence, and in making stack maps of roots.
 */
#include "change.h"

static Node *item_at(Change *c, uint32_t b, uint32_t i) {
    return items_of(blocks_of(c).items[b]).items[i];
}

/* ---- the frame */

static void put_offset(Change *c, Node *n, Where slot, uint32_t offset) {
    NodeList parts = kids_of(n);
    for (uint32_t i = 0; i < parts.count; i++) {
        if (where_of(parts.items[i]) == slot && parts.items[i]->kind == N_NAME) {
            Node *name = node_placed(c->arena, parts.items[i], slot);
            name->at = offset + 1;
            put_item(parts, i, name);
        } else {
            put_offset(c, parts.items[i], slot, offset);
        }
    }
}

void change_slot_overlap(Change *c) {
    NodeList slots = as_function(c->top).frame_slots;
    for (uint32_t k = 1; k < slots.count; k++) {
        if (!strikes(c)) continue;
        Node *offset = as_slot(slots.items[k - 1]).offset;
        put_item(slots, k, make_slot(c->arena, 0, as_slot(slots.items[k]).number, offset));
        put_offset(c, c->top, (Where)(SLOT0 + k), (uint32_t)offset->integer);
        return;
    }
}

void change_frame_too_small(Change *c) {
    FunctionForm f = as_function(c->top);
    if (!f.frame_slots.count || !strikes(c)) return;
    f.frame_bytes = node_int(c->arena, c->top->at, f.frame_bytes->integer - 16);
    put_top(c, make_function(c->arena, c->top->at, f));
}

void change_no_leave_frame(Change *c) {
    for (uint32_t b = 0; b < blocks_of(c).count; b++)
        for (uint32_t i = 0; i < items_of(blocks_of(c).items[b]).count; i++)
            if (is_form(item_at(c, b, i), H_leave_frame) && strikes(c)) {
                remove_item(c, b, i);
                return;
            }
}

/* ---- moves in sequence */

static bool touches(const Node *move, const Node *other) {
    Where to = where_of(as_move(move).to);
    return to == where_of(as_move(other).to) || to == where_of(as_move(other).from);
}

/* One past the last of the moves from `i` on. */
static uint32_t end_of_moves(NodeList items, uint32_t i) {
    while (i < items.count && is_form(items.items[i], H_move))
        i++;
    return i;
}

static bool have_order(NodeList items, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++)
        for (uint32_t k = from; k < i; k++)
            if (touches(items.items[i], items.items[k]) || touches(items.items[k], items.items[i]))
                return true;
    return false;
}

/* The moves of a group come in another order: here, the last one first. */
void change_naive_parallel(Change *c) {
    for (uint32_t b = 0; b < blocks_of(c).count; b++) {
        NodeList items = items_of(blocks_of(c).items[b]);
        for (uint32_t i = 0, end; i < items.count; i = end + 1) {
            end = end_of_moves(items, i);
            if (!have_order(items, i, end) || !strikes(c)) continue;
            for (uint32_t k = end; i + 1 < k; i++) {
                Node *first = items.items[i];
                put_item(items, i, items.items[--k]);
                put_item(items, k, first);
            }
            return;
        }
    }
}

void change_cycle_no_temp(Change *c) {
    for (uint32_t b = 0; b < blocks_of(c).count; b++)
        for (uint32_t i = 0; i < items_of(blocks_of(c).items[b]).count; i++) {
            const Node *item = item_at(c, b, i);
            if (!is_form(item, H_swap) || !strikes(c)) continue;
            SwapForm f = as_swap(item);
            Node *from = at_place(c, f.first, where_of(f.second));
            Node *other = at_place(c, f.second, where_of(f.first));
            remove_item(c, b, i);
            insert_item(c, b, i, make_move(c->arena, item->at, f.first, from));
            insert_item(c, b, i + 1, make_move(c->arena, item->at, f.second, other));
            return;
        }
}

/* ---- stack maps */

static void put_map(Change *c, uint32_t b, uint32_t i, NodeList map) {
    Node *op = item_at(c, b, i);
    OpForm f = as_op(op);
    f.map = map;
    put_item(items_of(blocks_of(c).items[b]), i, make_op(c->arena, op->at, f));
}

/* The map of item `i`; it does not exist where there is none. */
static NodeList map_at(Change *c, uint32_t b, uint32_t i) {
    const Node *item = item_at(c, b, i);
    return is_instruction(item) ? as_op(item).map : (NodeList){.exists = false};
}

void change_missing_root(Change *c) {
    for (uint32_t b = 0; b < blocks_of(c).count; b++)
        for (uint32_t i = 0; i < items_of(blocks_of(c).items[b]).count; i++)
            for (uint32_t k = 0; k < map_at(c, b, i).count; k++) {
                if (!strikes(c)) continue;
                put_map(c, b, i, without_item(c, map_at(c, b, i), k));
                return;
            }
}

void change_map_empty(Change *c) {
    for (uint32_t b = 0; b < blocks_of(c).count; b++)
        for (uint32_t i = 0; i < items_of(blocks_of(c).items[b]).count; i++) {
            NodeList map = map_at(c, b, i);
            if (map.count && strikes(c)) put_map(c, b, i, no_nodes(map.at));
        }
}

static bool lists_slot(NodeList map, Where slot) {
    for (uint32_t i = 0; i < map.count; i++)
        if (where_of(map.items[i]) == slot) return true;
    return false;
}

static void add_root(Change *c, uint32_t b, uint32_t i, Node *name) {
    NodeList map = map_at(c, b, i);
    Nodes out = {0};
    for (uint32_t k = 0; k < map.count; k++)
        PUSH(c->arena, out, map.items[k]);
    PUSH(c->arena, out, name);
    put_map(c, b, i, list_of(out, map.at));
}

/* What was put into each slot last, as the text goes. */
static void note_slots(const Node *n, Node **slots) {
    NodeList parts = kids_of(n);
    for (uint32_t i = 0; i < parts.count; i++) {
        if (parts.items[i]->kind != N_NAME)
            note_slots(parts.items[i], slots);
        else if (is_slot(where_of(parts.items[i])))
            slots[where_of(parts.items[i]) - SLOT0] = parts.items[i];
    }
}

/* A slot that something was in is put into the map. */
void change_extra_root(Change *c) {
    uint32_t count = slot_count(c);
    Node **slots = NEW_ARRAY(c->arena, Node *, count);
    for (uint32_t b = 0; b < blocks_of(c).count; b++) {
        InstrBlockForm block = as_instr_block(blocks_of(c).items[b]);
        for (uint32_t i = 0; i < block.in.count; i++)
            if (is_slot(where_of(block.in.items[i])))
                slots[where_of(block.in.items[i]) - SLOT0] = block.in.items[i];
        for (uint32_t i = 0; i < block.instructions.count; i++) {
            NodeList map = map_at(c, b, i);
            note_slots(block.instructions.items[i], slots);
            for (uint32_t k = 0; map.exists && k < count; k++) {
                if (!slots[k] || lists_slot(map, (Where)(SLOT0 + k)) || !strikes(c)) continue;
                add_root(c, b, i, slots[k]);
                return;
            }
        }
    }
}

/* A reference that is moved out of its slot for the call, and dies there, is put into the map. */
void change_map_live_before(Change *c) {
    for (uint32_t b = 0; b < blocks_of(c).count; b++)
        for (uint32_t i = 1; i < items_of(blocks_of(c).items[b]).count; i++) {
            NodeList map = map_at(c, b, i);
            for (uint32_t k = i; map.exists && k-- > 0 && is_form(item_at(c, b, k), H_move);) {
                Node *from = as_move(item_at(c, b, k)).from;
                if (!is_slot(where_of(from)) || holds_of(c, from) != HOLDS_REF ||
                    lists_slot(map, where_of(from)) || !strikes(c))
                    continue;
                add_root(c, b, i, from);
                return;
            }
        }
}
