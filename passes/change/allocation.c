/* allocation.c - changes of what alloc gives: moves that it leaves out or gets wrong, operands,
 * parameters and claims elsewhere. The decisions about slots are in sharing.c.
 */
#include "change.h"

/* A register that is mostly free, of the class that the place is of. */
static Where wrong_register(Where right) {
    return is_vector_register(right) ? XMM0 + 14 : R13;
}

static bool is_same_class(Where a, Where b) {
    return is_register(a) && is_register(b) && is_vector_register(a) == is_vector_register(b);
}

/* ---- single moves */

static bool is_constant(const Node *move) {
    return is_form(move, H_constant);
}

/* Leaves out one of the moves that fit. */
static void drop_some_move(Change *c, bool (*fits)(const Node *move)) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList items = items_of(blocks.items[b]);
        for (uint32_t i = 0; i < items.count; i++) {
            NodeList moves = moves_at(items, i);
            for (uint32_t k = 0; k < moves.count; k++) {
                if (!fits(moves.items[k]) || !strikes(c)) continue;
                remove_move(c, b, i, k);
                return;
            }
        }
    }
}

void change_drop_store(Change *c) {
    drop_some_move(c, is_store);
}
void change_drop_reload(Change *c) {
    drop_some_move(c, is_reload);
}

/* Puts another move in the place of one that fits. */
static void change_some_move(Change *c, bool (*fits)(const Node *move),
                             Node *(*wrong)(Change *c, const Node *move)) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList items = items_of(blocks.items[b]);
        for (uint32_t i = 0; i < items.count; i++) {
            NodeList moves = moves_at(items, i);
            for (uint32_t k = 0; k < moves.count; k++)
                if (fits(moves.items[k]) && strikes(c))
                    put_item(moves, k, wrong(c, moves.items[k]));
        }
    }
}

static bool reads_register(const Node *move) {
    return is_form(move, H_move) && is_register(where_of(as_move(move).from));
}

static Node *with_wrong_source(Change *c, const Node *move) {
    MoveForm f = as_move(move);
    Where wrong = wrong_register(where_of(f.from));
    return make_move(c->arena, move->at, f.to, at_place(c, f.from, wrong));
}

void change_wrong_move_src(Change *c) {
    change_some_move(c, reads_register, with_wrong_source);
}

static Node *with_wrong_constant(Change *c, const Node *move) {
    Node *word = make_word(c->arena, move->at, node_int(c->arena, move->at, 123456789));
    return make_constant(c->arena, move->at, as_constant(move).to, word);
}

void change_wrong_constant(Change *c) {
    change_some_move(c, is_constant, with_wrong_constant);
}

/* No store of a value is made. */
static void drop_stores_of(Change *c, const Node *name) {
    for (uint32_t b = 0; b < blocks_of(c).count; b++)
        for (uint32_t i = items_of(blocks_of(c).items[b]).count; i-- > 0;) {
            NodeList moves = moves_at(items_of(blocks_of(c).items[b]), i);
            for (uint32_t k = moves.count; k-- > 0;)
                if (is_store(moves.items[k]) && same_name(as_move(moves.items[k]).to, name))
                    remove_move(c, b, i, k);
        }
}

void change_evict_no_store(Change *c) {
    NodeList blocks = blocks_of(c);
    bool *is_known = NEW_ARRAY(c->arena, bool, as_function(c->top).names->integer);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList items = items_of(blocks.items[b]);
        for (uint32_t i = 0; i < items.count; i++) {
            NodeList moves = moves_at(items, i);
            for (uint32_t k = 0; k < moves.count; k++) {
                if (!is_store(moves.items[k])) continue;
                Node *name = as_move(moves.items[k]).to;
                if (is_known[name->name.number]) continue;
                is_known[name->name.number] = true;
                if (!strikes(c)) continue;
                drop_stores_of(c, name);
                return;
            }
        }
    }
}

/* ---- moves for an instruction */

/* The move of the group before item `i` that brings the operand to its place; moves.count: none. */
static uint32_t move_of_operand(NodeList moves, const Node *operand) {
    uint32_t k = 0;
    while (k < moves.count &&
           !(is_form(moves.items[k], H_move) && node_equal(as_move(moves.items[k]).to, operand)))
        k++;
    return k;
}

/* An operand that may be in any register. */
static bool is_free_operand(const Node *op, uint32_t i) {
    const Node *operand = operands_of(op).items[i];
    Opcode o = opcode_of(op);
    bool is_count = i == 1 && (o == X_shl || o == X_shr || o == X_sar);
    return operand->kind == N_NAME && is_register(where_of(operand)) && !is_count && o != X_idiv &&
           !is_safepoint(op) && !leaves_function(op);
}

/* The item is an instruction whose operand `i` is a free one. */
static bool has_free_operand(const Node *item, uint32_t i) {
    return is_instruction(item) && i < operands_of(item).count && is_free_operand(item, i);
}

void change_use_wrong_loc(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList items = items_of(blocks.items[b]);
        for (uint32_t i = 0; i < items.count; i++)
            for (uint32_t k = 0;
                 is_instruction(items.items[i]) && k < operands_of(items.items[i]).count; k++) {
                NodeList operands = operands_of(items.items[i]);
                Node *name = operands.items[k];
                if (!has_free_operand(items.items[i], k) || !strikes(c)) continue;
                put_item(operands, k, at_place(c, name, wrong_register(where_of(name))));
            }
    }
}

/* A reloaded operand goes into the register of another one. */
static bool pin_operand(Change *c, NodeList items, uint32_t i) {
    NodeList moves = moves_at(items, i - 1), operands = operands_of(items.items[i]);
    for (uint32_t k = 0; k < operands.count; k++)
        for (uint32_t other = 0; other < operands.count; other++) {
            if (!is_free_operand(items.items[i], k) || !is_free_operand(items.items[i], other))
                continue;
            Where taken = where_of(operands.items[other]);
            uint32_t m = move_of_operand(moves, operands.items[k]);
            if (m == moves.count || !is_reload(moves.items[m]) ||
                taken == where_of(operands.items[k]) ||
                !is_same_class(taken, where_of(operands.items[k])) || !strikes(c))
                continue;
            Node *wrong = at_place(c, operands.items[k], taken);
            put_item(operands, k, wrong);
            put_item(moves, m, make_move(c->arena, 0, wrong, as_move(moves.items[m]).from));
            return true;
        }
    return false;
}

void change_evict_pinned(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList items = items_of(blocks.items[b]);
        for (uint32_t i = 1; i < items.count; i++)
            if (is_instruction(items.items[i]) && pin_operand(c, items, i)) return;
    }
}

/* The first operand and the result of the tied instruction are in `wrong`; a move brings the result
 * to where it should have been. */
static void tie_elsewhere(Change *c, uint32_t b, uint32_t i, Where wrong) {
    Node *op = items_of(blocks_of(c).items[b]).items[i];
    NodeList defines = defines_of(op), operands = operands_of(op);
    Node *result = defines.items[0];
    put_item(defines, 0, at_place(c, result, wrong));
    put_item(operands, 0, at_place(c, operands.items[0], wrong));
    insert_item(c, b, i + 1, make_move(c->arena, 0, result, at_place(c, result, wrong)));
}

/* The operand that a tied instruction overwrites is not copied first. */
void change_tie_no_copy(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList items = items_of(blocks.items[b]);
        for (uint32_t i = 1; i < items.count; i++) {
            Node *op = items.items[i];
            if (!has_free_operand(op, 0) || !is_tied(op)) continue;
            NodeList moves = moves_at(items, i - 1);
            uint32_t m = move_of_operand(moves, operands_of(op).items[0]);
            if (m == moves.count || !reads_register(moves.items[m]) || !strikes(c)) continue;
            tie_elsewhere(c, b, i, where_of(as_move(moves.items[m]).from));
            remove_move(c, b, i - 1, m);
            return;
        }
    }
}

/* The first operand of a tied instruction is brought to the register of the second. */
void change_interval_end(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList items = items_of(blocks.items[b]);
        for (uint32_t i = 0; i < items.count; i++) {
            Node *op = items.items[i];
            if (!has_free_operand(op, 0) || !has_free_operand(op, 1) || !is_tied(op)) continue;
            Node *first = operands_of(op).items[0], *second = operands_of(op).items[1];
            Where taken = where_of(second);
            if (same_name(first, second) || !is_same_class(where_of(first), taken) || !strikes(c))
                continue;
            tie_elsewhere(c, b, i, taken);
            insert_item(c, b, i, make_move(c->arena, 0, at_place(c, first, taken), first));
            return;
        }
    }
}

static bool defines_in(const Node *op, Where where) {
    NodeList defines = defines_of(op);
    for (uint32_t d = 0; d < defines.count; d++)
        if (where_of(defines.items[d]) == where) return true;
    return false;
}

/* A value stays in a register that the instruction overwrites. */
void change_temp_overlap(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList items = items_of(blocks.items[b]);
        for (uint32_t i = 1; i < items.count; i++) {
            Node *op = items.items[i];
            if (!is_instruction(op) || is_safepoint(op)) continue;
            NodeList moves = moves_at(items, i - 1);
            for (uint32_t k = 0; k < moves.count; k++) {
                if (!is_reg_to_reg(moves.items[k]) || mentions_of(op, as_move(moves.items[k]).to) ||
                    !defines_in(op, where_of(as_move(moves.items[k]).from)) || !strikes(c))
                    continue;
                remove_move(c, b, i - 1, k);
                return;
            }
        }
    }
}

/* ---- calls */

/* The register that the value was seen in last, in the form. */
static Where register_seen(const Node *n, const Node *name, Where known) {
    if (same_name(n, name)) return is_register(where_of(n)) ? where_of(n) : known;
    NodeList parts = kids_of(n);
    for (uint32_t i = 0; i < parts.count; i++)
        known = register_seen(parts.items[i], name, known);
    return known;
}

/* The register that the value was in before the last safepoint before item `i`. */
static Where register_before_call(const Node *block, uint32_t i, const Node *name) {
    InstrBlockForm f = as_instr_block(block);
    Where where = NOWHERE;
    while (i > 0 && !(is_instruction(f.instructions.items[i - 1]) &&
                      is_safepoint(f.instructions.items[i - 1])))
        i--;
    if (!i) return NOWHERE;
    for (uint32_t k = 0; k < f.in.count; k++)
        where = register_seen(f.in.items[k], name, where);
    for (uint32_t k = 0; k < f.parameters.count; k++)
        where = register_seen(f.parameters.items[k], name, where);
    for (uint32_t k = 0; k + 1 < i; k++)
        where = register_seen(f.instructions.items[k], name, where);
    return where;
}

/* What is reloaded after a call is taken from the register that it was in before. */
void change_forget_clobber(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList items = items_of(blocks.items[b]);
        for (uint32_t i = 0; i < items.count; i++) {
            NodeList moves = moves_at(items, i);
            for (uint32_t k = 0; k < moves.count; k++) {
                if (!is_reload(moves.items[k])) continue;
                MoveForm f = as_move(moves.items[k]);
                Where where = register_before_call(blocks.items[b], i, f.from);
                if (!where || !strikes(c)) continue;
                Node *from = at_place(c, f.from, where);
                put_item(moves, k, make_move(c->arena, 0, f.to, from));
            }
        }
    }
}

/* ---- edges and blocks */

/* The moves before the jump that ends the block, and the (to b ...) of the jump. */
typedef struct {
    uint32_t item;
    NodeList moves;
    Node *to; /* NULL: there is no jump, or nothing is moved before it */
} Edge;

static Edge edge_from(const Node *block) {
    NodeList items = items_of(block);
    Edge edge = {.item = items.count - 2};
    if (items.count < 2) return edge;
    edge.moves = moves_at(items, edge.item);
    if (edge.moves.count) edge.to = edge_of(block);
    return edge;
}

/* The move that brings argument `i` to where the jump has it; moves.count: none. */
static uint32_t move_of_argument(const Edge *edge, uint32_t i) {
    Where where = where_of(as_to(edge->to).values.items[i]);
    uint32_t k = 0;
    while (k < edge->moves.count && where_of(destination_of(edge->moves.items[k])) != where)
        k++;
    return k;
}

void change_stale_param(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        Edge edge = edge_from(blocks.items[b]);
        if (!edge.to || block_index(c, as_to(edge.to).target) > b) continue;
        for (uint32_t i = 0; i < as_to(edge.to).values.count; i++) {
            uint32_t k = move_of_argument(&edge, i);
            if (k == edge.moves.count || !strikes(c)) continue;
            remove_move(c, b, edge.item, k);
            return;
        }
    }
}

static Node *move_to(Change *c, const Node *move, Node *to) {
    if (is_constant(move)) return make_constant(c->arena, move->at, to, as_constant(move).value);
    return make_move(c->arena, move->at, to, as_move(move).from);
}

void change_swap_param_args(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        Edge edge = edge_from(blocks.items[b]);
        for (uint32_t i = 1; edge.to && i < as_to(edge.to).values.count; i++) {
            uint32_t k = move_of_argument(&edge, i - 1), m = move_of_argument(&edge, i);
            if (k == edge.moves.count || m == edge.moves.count || !strikes(c)) continue;
            Node *one = edge.moves.items[k], *two = edge.moves.items[m];
            Where place = where_of(destination_of(one)), other = where_of(destination_of(two));
            put_item(edge.moves, k, move_to(c, one, at_place(c, destination_of(one), other)));
            put_item(edge.moves, m, move_to(c, two, at_place(c, destination_of(two), place)));
            return;
        }
    }
}

void change_drop_edge_group(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        Edge edge = edge_from(blocks.items[b]);
        if (!edge.to || !strikes(c)) continue;
        remove_item(c, b, edge.item);
        return;
    }
}

/* Parameter `i` of block b is at `where`, and all that jump there bring the argument there. */
static void move_parameter(Change *c, uint32_t b, uint32_t i, Where where) {
    NodeList blocks = blocks_of(c), parameters = as_instr_block(blocks.items[b]).parameters;
    put_item(parameters, i, at_place(c, parameters.items[i], where));
    for (uint32_t from = 0; from < blocks.count; from++) {
        Node *to = edge_of(blocks.items[from]);
        if (!to || block_index(c, as_to(to).target) != b) continue;
        Edge edge = edge_from(blocks.items[from]);
        uint32_t k = edge.to ? move_of_argument(&edge, i) : 0;
        NodeList values = as_to(to).values;
        Node *argument = at_place(c, values.items[i], where);
        put_item(values, i, argument);
        if (edge.to && k < edge.moves.count)
            put_item(edge.moves, k, move_to(c, edge.moves.items[k], argument));
    }
}

void change_param_conflict(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 1; b < blocks.count; b++) {
        NodeList parameters = as_instr_block(blocks.items[b]).parameters;
        for (uint32_t i = 1; i < parameters.count; i++) {
            Where before = where_of(parameters.items[i - 1]);
            if (!is_same_class(before, where_of(parameters.items[i])) || !strikes(c)) continue;
            move_parameter(c, b, i, before);
            return;
        }
    }
}

void change_wrong_claim(Change *c) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList claims = as_instr_block(blocks.items[b]).in;
        for (uint32_t i = 0; i < claims.count; i++) {
            Node *name = claims.items[i];
            if (!is_register(where_of(name)) || !strikes(c)) continue;
            put_item(claims, i, at_place(c, name, wrong_register(where_of(name))));
        }
    }
}
