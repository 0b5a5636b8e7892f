/* edges.c - V22: the edges of the form that goes into liveness are such that moves have a place.
 *
 * The allocator puts the moves of an edge at the end of the block that it leaves, if that has no
 * other way out, or else at the start of the block that it enters, if that has no other way in. So
 * an edge from a block with two ways out to a block with two ways in must not be; and arguments,
 * which are moves, are only on jmp.
 */
#include "kinds.h"

static void add_edge(Before *f, uint32_t from, uint32_t to) {
    Link edge = {from, f->blocks[to].edges};
    PUSH(f->scratch, f->edges, edge);
    f->blocks[to].edges = f->edges.count;
    f->blocks[to].edge_count++;
    f->blocks[from].exits++;
}

static uint32_t block_at(const Before *f, const Node *to) {
    uint32_t number = to->kids[0]->block;
    return number < f->numbers ? f->index[number] : 0;
}

static const Node *exit_of(const BlockBefore *b) {
    return b->node->kids[b->node->count - 1];
}

bool read_edges_before(Before *f) {
    for (uint32_t b = 0; b < f->block_count; b++) {
        const Node *exit = exit_of(&f->blocks[b]);
        if (!is_op(exit) || !(row_of(exit)->flags & LEAVES)) {
            wrong(f, RULE_V22, b, f->blocks[b].node, NULL, "nothing leaves the block at its end");
            return false;
        }
        for (uint32_t i = 2; i < exit->count; i++) {
            if (!is_item(exit->kids[i], H_to)) continue;
            uint32_t to = block_at(f, exit->kids[i]);
            if (!to) {
                wrong(f, RULE_V22, b, exit, NULL, "there is no block b%u",
                      exit->kids[i]->kids[0]->block);
                return false;
            }
            add_edge(f, b, to - 1);
        }
    }
    return true;
}

static bool check_arguments_before(Before *f, uint32_t b, const Node *exit, const Node *to) {
    const Node *parameters = f->blocks[block_at(f, to) - 1].node->kids[1];
    if (to->count - 1 != parameters->count)
        return wrong(f, RULE_V22, b, exit, NULL, "b%u has %u parameters, but is given %u arguments",
                     to->kids[0]->block, parameters->count, to->count - 1);
    if (parameters->count && exit->kids[0]->head != X_jmp)
        return wrong(f, RULE_V22, b, exit, NULL, "only jmp can give arguments");
    for (uint32_t i = 0; i < parameters->count; i++) {
        const Node *argument = to->kids[i + 1], *parameter = parameters->kids[i];
        if (kind_of(f, argument) != kind_of(f, parameter) &&
            !wrong(f, RULE_V21, b, exit, argument, "it is %s, but the parameter is %s",
                   kind_text(kind_of(f, argument)), kind_text(kind_of(f, parameter))))
            return false;
    }
    return true;
}

bool check_edges_before(Before *f, uint32_t b) {
    const Node *exit = exit_of(&f->blocks[b]);
    for (uint32_t i = 2; i < exit->count; i++) {
        const Node *to = exit->kids[i];
        if (!is_item(to, H_to)) continue;
        if (!check_arguments_before(f, b, exit, to)) return false;
        if (f->blocks[b].exits > 1 && f->blocks[block_at(f, to) - 1].edge_count > 1 &&
            !wrong(f, RULE_V22, b, exit, NULL, "the edge to b%u has no place for moves",
                   to->kids[0]->block))
            return false;
    }
    return true;
}
