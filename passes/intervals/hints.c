/* hints.c - pass intervals: where each value would like to be.
 *
 * A value's hint is the first demand after its definition, if no safepoint comes before it: a fixed
 * place, the parameter that a jump gives it to, or, through a tie or copy, the hint of the result.
 * A parameter that has none would like to be where the first block that jumps there has the
 * argument.
 */
#include "intervals.h"

static bool has_hint(const Interval *x) {
    return x->hint.where || x->hint.name;
}

/* Is there a safepoint after instruction `from` and before instruction `to`? */
static bool safepoint_between(const Intervals *s, uint32_t from, uint32_t to) {
    return s->safepoints[to] > s->safepoints[from + 1];
}

/* Words of the argument area last only to the next call, so the wish for one holds only where it is
 * the only use, after the definition in the same block. */
void settle_hint(Intervals *s, Interval *x, uint32_t number, uint32_t block_end) {
    if (!has_hint(x)) return;
    bool is_far = x->hint.at >= block_end || x->use_count > 1;
    if (safepoint_between(s, number, x->hint.at) || (is_area(x->hint.where) && is_far))
        x->hint = (Hint){0};
}

/* The parameter that argument `k` of (to b x ...) is given to. */
static Node *parameter(Intervals *s, const Node *edge, uint32_t k) {
    const Node *label = as_to(edge).target;
    NodeList parameters = as_instr_block(flow_block(s->flow, label)->node).parameters;
    if (k >= parameters.count) bug(edge, "more arguments than b%u takes", label->block);
    return node_placed(s->arena, parameters.items[k], NOWHERE);
}

void hint_uses(Intervals *s, const Node *op, uint32_t number) {
    bool is_jump = opcode_of(op) == X_jmp;
    for (uint32_t u = 0; u < s->uses.count; u++) {
        Node *name = s->uses.items[u].name;
        if (where_of(name)) {
            interval_of(s, name)->hint = (Hint){.where = where_of(name), .at = number};
        } else if (is_jump) {
            Node *given_to = parameter(s, operands_of(op).items[0], u);
            interval_of(s, name)->hint = (Hint){.name = given_to, .at = number};
        }
    }
}

void hint_tie(Intervals *s, const Node *op, uint32_t number) {
    if (!is_copy(op) && !is_tied(op)) return;
    Node *first = operands_of(op).items[0];
    if (where_of(first)) return;
    Interval *from = interval_of(s, first), *to = interval_of(s, defines_of(op).items[0]);
    if (!has_hint(to) || is_area(to->hint.where)) return;
    from->hint = (Hint){to->hint.where, to->hint.name, number};
}

void hint_parameters(Intervals *s, uint32_t b) {
    const FlowBlock *block = &s->flow->blocks[b];
    NodeList parameters = as_instr_block(block->node).parameters;
    if (!block->predecessor_count) return;
    const Node *edge = edge_of(s->flow->blocks[block->predecessors[0]].node);
    if (!edge) return;
    NodeList arguments = as_to(edge).values;
    for (uint32_t i = 0; i < parameters.count && i < arguments.count; i++) {
        Interval *x = interval_of(s, parameters.items[i]);
        if (!has_hint(x)) x->hint.name = node_placed(s->arena, arguments.items[i], NOWHERE);
    }
}
