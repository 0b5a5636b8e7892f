/* moves.c - changes of what frame gives: the moves between instructions and on edges. */
#include "change.h"

static Node *move_of(Change *c, const Node *name, Where to, Where from) {
    return list(c->arena, H_move, 0, at_place(c, name, to), at_place(c, name, from), NULL);
}

/* ---- one move */

void change_wrong_move_dst(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *item = c->top->kids[b]->kids[i];
            if (!is_form(item, H_move) || !strikes(c)) continue;
            item->kids[0] = elsewhere(c, item->kids[0]);
        }
    }
}

void change_drop_regmove(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i)
        if (is_reg_to_reg(c->top->kids[b]->kids[i]) && strikes(c)) remove_kid(c->top->kids[b], i);
    }
}

void change_drop_item(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i)
        if (is_added(c->top->kids[b]->kids[i]) && strikes(c)) remove_kid(c->top->kids[b], i);
    }
}

void change_move_elsewhere(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *item = c->top->kids[b]->kids[i];
            for (uint32_t k = 0; is_added(item) && k < item->count; k++)
                if (item->kids[k]->kind == N_NAME && strikes(c))
                    item->kids[k] = elsewhere(c, item->kids[k]);
        }
    }
}

/* A move that nobody wanted: of what the instruction after it uses. */
void change_insert_move(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *item = c->top->kids[b]->kids[i];
            Spots spots = {0};
            if (is_instruction(item) && !has_flag(item, LEAVES)) add_spots(c, item, &spots);
            if (!spots.count || !strikes(c)) continue;
            Node *name = *spots.items[choose(c, spots.count)];
            Node *move = list(c->arena, H_move, 0, elsewhere(c, name), name, NULL);
            insert_kid(c, &c->top->kids[b], i, move);
            return;
        }
    }
}

/* ---- their order */

static bool touches(const Node *item, const Node *other) {
    Where to = where_of(item->kids[0]);
    return to == where_of(other->kids[0]) || to == where_of(other->kids[1]);
}

static bool order_matters(const Node *first, const Node *second) {
    return is_form(first, H_move) && is_form(second, H_move) &&
           (touches(first, second) || touches(second, first));
}

void change_swap_adjacent_moves(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        for (uint32_t i = block_first_instruction(block) + 1; i < block->count; i++)
            if (order_matters(block->kids[i - 1], block->kids[i]) && strikes(c))
                exchange_kids(block, i - 1, i);
    }
}

static bool reads_place(const Node *op, Where where) {
    for (uint32_t i = FIRST_OPERAND; i < operands_end(op); i++) {
        const Node *operand = op->kids[i];
        if (operand->kind == N_NAME && where_of(operand) == where) return true;
        for (uint32_t k = 0; is_tree(operand) && k < operand->count; k++)
            if (operand->kids[k]->kind == N_NAME && where_of(operand->kids[k]) == where)
                return true;
    }
    return false;
}

static bool is_late_candidate(const Node *item, const Node *next) {
    return is_form(item, H_move) && is_instruction(next) && !has_flag(next, LEAVES) &&
           reads_place(next, where_of(item->kids[0]));
}

void change_reload_late(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        for (uint32_t i = block_first_instruction(block) + 1; i < block->count; i++)
            if (is_late_candidate(block->kids[i - 1], block->kids[i]) && strikes(c))
                exchange_kids(block, i - 1, i);
    }
}

void change_exchange_items(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        for (uint32_t i = block_first_instruction(block) + 1; i < block->count; i++)
            if (is_added(block->kids[i]) && !is_form(block->kids[i - 1], H_enter_frame) &&
                strikes(c))
                exchange_kids(block, i - 1, i);
    }
}

/* ---- the moves of an edge: those before a jmp */

static Node **edge_block(Change *c, const Node *to) {
    EACH_BLOCK(c, b)
    if (c->top->kids[b]->kids[0]->block == to->kids[0]->block) return &c->top->kids[b];
    return NULL;
}

static const Node *exit_of(const Node *block) {
    return block->kids[block->count - 1];
}

/* Index of the first move of the edge; that of the jmp when there is none. */
static uint32_t first_of_edge(const Node *block) {
    uint32_t i = block->count - 1;
    while (i > block_first_instruction(block) && is_added(block->kids[i - 1]))
        i--;
    return i;
}

static bool is_edge(const Node *block) {
    return opcode_of(exit_of(block)) == X_jmp;
}

/* `block` with the moves that `other` has for its edge. */
static Node *with_edge_of(Change *c, const Node *block, const Node *other) {
    uint32_t kept = first_of_edge(block), first = first_of_edge(other);
    Node *copy = node_list(c->arena, (Head)block->head, block->at, block->kids, kept);
    copy = node_extended(c->arena, copy, other->kids + first, other->count - 1 - first);
    return node_extended(c->arena, copy, block->kids + block->count - 1, 1);
}

static bool same_edges(const Node *left, const Node *right) {
    uint32_t i = first_of_edge(left), k = first_of_edge(right);
    if (left->count - i != right->count - k) return false;
    for (; i + 1 < left->count; i++, k++)
        if (!node_equal(left->kids[i], right->kids[k])) return false;
    return true;
}

/* The two blocks that a branch leads to. */
static bool find_ways(Change *c, const Node *exit, Node **ways[2]) {
    uint32_t count = 0;
    for (uint32_t i = FIRST_OPERAND; i < exit->count; i++)
        if (is_form(exit->kids[i], H_to) && count < 2) ways[count++] = edge_block(c, exit->kids[i]);
    return count == 2 && ways[0] && ways[1];
}

void change_swap_edge_groups(Change *c) {
    EACH_BLOCK(c, b) {
        Node **ways[2] = {NULL, NULL};
        if (!find_ways(c, exit_of(c->top->kids[b]), ways)) continue;
        Node *left = *ways[0], *right = *ways[1];
        if (left == right || !is_edge(left) || !is_edge(right) || same_edges(left, right) ||
            !strikes(c))
            continue;
        *ways[0] = with_edge_of(c, left, right);
        *ways[1] = with_edge_of(c, right, left);
        return;
    }
}

void change_edge_moves_in_join(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        uint32_t first = first_of_edge(block), last = block->count - 1;
        if (!is_edge(block) || first == last) continue;
        Node **join = edge_block(c, exit_of(block)->kids[FIRST_OPERAND]);
        if (!join || *join == block || !strikes(c)) continue;
        for (uint32_t i = first; i < last; i++)
            insert_kid(c, join, block_first_instruction(*join) + i - first, block->kids[i]);
        block->kids[first] = block->kids[last];
        block->count = first + 1;
        return;
    }
}

/* ---- what is there twice */

/* A second copy of a reference, in a slot of its own, is made before a call and read after it; the
 * maps list the first one alone. */
static Where new_slot(Change *c) {
    for (uint32_t i = 0; i < c->top->count; i++) {
        Node *frame = c->top->kids[i];
        if (!is_form(frame, H_frame)) continue;
        int64_t bytes = frame->kids[0]->integer;
        frame->kids[0]->integer = bytes + 16;
        Node *slot = list(c->arena, H_slot, frame->at,
                          node_int(c->arena, frame->at, (int64_t)frame->count - 1),
                          node_int(c->arena, frame->at, bytes), NULL);
        insert_kid(c, &c->top->kids[i], frame->count, slot);
    }
    return (Where)(SLOT0 + slot_count(c) - 1);
}

/* Index of the reload of what `store` stored, after a call; 0 for none. */
static uint32_t reload_behind_call(const Node *block, uint32_t store) {
    const Node *stored = block->kids[store]->kids[0];
    bool called = false;
    for (uint32_t i = store + 1; i < block->count; i++) {
        const Node *item = block->kids[i];
        called = called || is_safepoint_op(item);
        if (called && is_reload(item) && same_name(item->kids[1], stored) &&
            where_of(item->kids[1]) == where_of(stored))
            return i;
    }
    return 0;
}

void change_stale_copy(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        EACH_ITEM(block, i) {
            Node *store = block->kids[i];
            if (!is_store(store) || holds_of(c, store->kids[0]) != HOLDS_REF) continue;
            uint32_t reload = reload_behind_call(block, i);
            if (!reload || !strikes(c)) continue;
            Where copy = new_slot(c);
            block->kids[reload]->kids[1] = at_place(c, store->kids[0], copy);
            insert_kid(c, &c->top->kids[b], i + 1,
                       move_of(c, store->kids[0], copy, where_of(store->kids[0])));
            return;
        }
    }
}
