/* edges.c - edges that need a block of their own, and the one into the function.
 *
 *   (cmp-jump [] (cc lt) %a.0 %b.1 (to b1) (to b2)), where others jump to b2, too
 *   => (cmp-jump [] (cc lt) %a.0 %b.1 (to b1) (to b7)) and (block b7 [] (jmp [] (to b2)))
 */
#include "select.h"

/* ---- critical edges */

/* The edge from a block with two successors to one with two predecessors gets a block of its own,
 * cold when one of the two is; gives what the branch names instead. */
static Node *split_edge(Select *s, bool from_cold, Node *to, Nodes *edges) {
    const FlowBlock *target = flow_block(s->flow, as_to(to).target);
    if (target->predecessor_count < 2) return to;
    Node *label = node_block(s->arena, s->flow->numbers++);
    add_op(s, X_jmp, NULL, to_block(s, as_to(to).target), NULL);
    InstrBlockForm f = {
        .label = label, .parameters = no_nodes(s->at), .instructions = list_of(s->code, s->at)};
    Head head = from_cold || target->cold ? H_cold : H_block;
    PUSH(s->scratch, *edges, make_instr_block(s->arena, head, s->at, f));
    s->code.count = 0;
    return make_to(s->arena, to->at, label, no_nodes(to->at));
}

void split_edges(Select *s, bool is_cold, Selected *block, Nodes *edges) {
    Node *terminator = block->reversed.items[0];
    OpForm op = as_op(terminator);
    Nodes operands = {0};
    if (opcode_of(terminator) == X_jmp) return;
    s->at = terminator->at;
    for (uint32_t i = 0; i < op.operands.count; i++) {
        Node *operand = op.operands.items[i];
        if (is_form(operand, H_to)) operand = split_edge(s, is_cold, operand, edges);
        PUSH(s->scratch, operands, operand);
    }
    op.operands = list_of(operands, terminator->at);
    block->reversed.items[0] = remake_op(s->arena, terminator, op);
}

/* ---- the entry */

/* Fresh names like the parameters, in new_kinds with their kinds. */
static NodeList copied_parameters(Select *s, NodeList parameters, NodeList kinds) {
    Nodes names = {0};
    for (uint32_t i = 0; i < parameters.count; i++) {
        const Node *x = parameters.items[i];
        uint32_t row = 0;
        while (!same_name(as_kind(kinds.items[row]).name, x))
            row++;
        const char *hint = text_bytes(x->name.hint);
        PUSH(s->scratch, names, fresh_name(s, hint, row_holds(kinds.items[row])));
    }
    return list_of(names, parameters.at);
}

static NodeList both(Select *s, NodeList first, NodeList second) {
    Nodes out = {0};
    for (uint32_t i = 0; i < first.count; i++)
        PUSH(s->scratch, out, first.items[i]);
    for (uint32_t i = 0; i < second.count; i++)
        PUSH(s->scratch, out, second.items[i]);
    return list_of(out, first.at);
}

Node *with_entry(Select *s) {
    FunctionForm f = s->form;
    const Node *old = s->flow->blocks[0].node;
    BlockForm first = as_block(old);
    s->names = s->local_count = (uint32_t)f.names->integer;
    NodeList names = copied_parameters(s, first.parameters, f.kinds);
    Node *jump = make_jump(s->arena, old->at, first.label, names);
    Node *block = make_block(s->arena, H_block, old->at, node_block(s->arena, s->flow->numbers),
                             names, no_nodes(old->at), jump);
    f.names = node_int(s->arena, f.names->at, s->names);
    f.kinds = both(s, f.kinds, list_of(s->new_kinds, f.kinds.at));
    f.blocks = both(s, nodes(&block, 1, f.blocks.at), f.blocks);
    s->new_kinds.count = 0;
    return make_function(s->arena, s->function->at, f);
}
