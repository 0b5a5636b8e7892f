/* edges.c - edges that need a block of their own, and the one into the function.
 *
 *   (cmp-jump [] (cc lt) %a.0 %b.1 (to b1) (to b2)), where others jump to b2, too
 *   => (cmp-jump [] (cc lt) %a.0 %b.1 (to b1) (to b7)) and (block b7 [] (jmp [] (to b2)))
 */
#include "select.h"

/* ---- critical edges */

/* Gives an edge from a block with two successors to one with two predecessors a block of its own,
 * cold when one of the two is, and makes the branch go there. */
static void split_edge(Select *s, Node *from, Node *to, Nodes *out) {
    uint32_t target = s->flow->index[to->kids[0]->block];
    if (s->flow->blocks[target].predecessor_count < 2) return;
    Node *name = node_block(s->arena, s->flow->numbers++);
    s->at = from->kids[from->count - 1]->at;
    add_op(s, X_jmp, NULL, to_block(s, to->kids[0]), NULL);
    bool cold = is_form(from, H_cold) || s->flow->blocks[target].cold;
    Node *parameters = node_tree(s->arena, N_VECTOR, s->at, NULL, 0);
    PUSH(s->scratch, *out,
         list(s->arena, cold ? H_cold : H_block, s->at, name, parameters,
              s->code.items[--s->code.count], NULL));
    to->kids[0] = name;
}

void split_edges(Select *s, Node *block, Nodes *out) {
    Node *exit = block->kids[block->count - 1];
    if (opcode_of(exit) == X_jmp) return;
    for (uint32_t i = FIRST_OPERAND; i < exit->count; i++)
        if (is_form(exit->kids[i], H_to)) split_edge(s, block, exit->kids[i], out);
}

/* The function with a new first block that only jumps to the old one. */
Node *with_entry(Select *s) {
    Arena *a = s->arena;
    const Node *old = s->flow->blocks[0].node, *kinds = function_part(s->function, H_kinds);
    uint32_t first = function_first_block(s->function), count = old->kids[1]->count;
    Node **rows = NEW_ARRAY(s->scratch, Node *, count),
         **names = NEW_ARRAY(s->scratch, Node *, count);
    s->names = s->local_count = function_names(s->function);
    for (uint32_t i = 0; i < count; i++) {
        const Node *x = old->kids[1]->kids[i];
        uint32_t row = 0;
        while (!same_name(kinds->kids[row]->kids[0], x))
            row++;
        names[i] =
            fresh_name(s, text_bytes(x->name.hint), holds_named(kinds->kids[row]->kids[1]->text));
        rows[i] = s->new_kinds.items[i];
    }
    s->new_kinds.count = 0;
    Node *jump = node_extended(a, list(a, H_jump, old->at, old->kids[0], NULL), names, count);
    Node *block = list(a, H_block, old->at, node_block(a, s->flow->numbers),
                       node_tree(a, N_VECTOR, old->kids[1]->at, names, count), jump, NULL);
    Nodes kids = {0};
    for (uint32_t i = 0; i < s->function->count; i++) {
        Node *part = s->function->kids[i];
        if (i == first) PUSH(s->scratch, kids, block);
        if (is_form(part, H_kinds)) part = node_extended(a, part, rows, count);
        if (is_form(part, H_names))
            part = list(a, H_names, part->at, node_int(a, part->kids[0]->at, s->names), NULL);
        PUSH(s->scratch, kids, part);
    }
    return node_list(a, H_function, s->function->at, kids.items, kids.count);
}
