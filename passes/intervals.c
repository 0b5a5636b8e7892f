/* pass intervals : Llive -> Lintervals                            (analyse)
 *
 * Puts the blocks into one linear order and gives every name its live interval: the positions at
 * which it is live, where it is used, and where it would like to be.
 * Why now: the allocator walks this order once and asks what is needed next.
 *
 *   (block b0 [%a.0=rdi %b.1=rsi] (live-in) (live-out)
 *     (call [%c.2=rax] (code $user/f) %a.0=rdi (roots %b.1) (last %a.0))
 *     (cmp-set [%d.3] (cc eq) %c.2 %b.1 (last %b.1 %c.2))
 *     (ret [] %d.3=rax (last %d.3)))
 *   => (interval %a.0 (ranges [0 3]) (uses 2) (hint rdi))
 *      (interval %b.1 (ranges [0 5]) (uses 4))
 *      (interval %c.2 (ranges [3 5]) (uses 4))
 *      (interval %d.3 (ranges [5 7]) (uses 6) (hint rax))
 *
 * Needs:  live sets and last uses (liveness).
 * Gives:  intervals sorted by number. The start of a block and every instruction take a number, two
 *         positions each: instruction n reads at 2n and writes at 2n + 1.
 * Choice: reverse postorder, what only cold blocks lead to last: it keeps loops together. A hint is
 *         the first demand behind the definition that no safepoint stands before: a fixed place, a
 *         block parameter, or, through a tie, the hint of the result.
 */
#include "ir/flow.h"
#include "ir/machine.h"

typedef struct {
    uint32_t from, to;
} Range;

typedef struct {
    Node *name;
    VEC(Range) ranges;  /* the last one first */
    VEC(uint32_t) uses; /* the last one first */
    Where hint;
    Node *hint_name;
    uint32_t hint_at; /* instruction whose demand the hint is */
    uint32_t use_count;
} Interval;

typedef struct {
    Arena *arena, *scratch;
    Flow *flow;
    Interval *intervals;
    uint32_t names;
    uint32_t *order, count; /* blocks in linear order */
    uint32_t
        *start; /* by place in the order: the number of the block's start; one more at the end */
    uint32_t *safepoints; /* by number of instruction: how many safepoints come before it */
    Uses uses;
} Intervals;

/* ---- linear order */

/* Hot: not cold, and reached without passing through a cold block. */
static void find_order(Intervals *s) {
    const Flow *f = s->flow;
    bool *hot = NEW_ARRAY(s->scratch, bool, f->count);
    s->order = NEW_ARRAY(s->scratch, uint32_t, f->reached);
    for (uint32_t i = 0; i < f->reached; i++) {
        const FlowBlock *b = &f->blocks[f->ordered[i]];
        bool reached = i == 0;
        for (uint32_t p = 0; p < b->predecessor_count; p++)
            reached = reached || hot[b->predecessors[p]];
        hot[f->ordered[i]] = reached && (i == 0 || !b->cold);
    }
    for (int cold = 0; cold < 2; cold++)
        for (uint32_t i = 0; i < f->reached; i++)
            if (hot[f->ordered[i]] == !cold) s->order[s->count++] = f->ordered[i];
}

static void number_instructions(Intervals *s) {
    uint32_t next = 0, safepoints = 0;
    s->start = NEW_ARRAY(s->scratch, uint32_t, s->count + 1);
    for (uint32_t i = 0; i < s->count; i++) {
        const Node *block = s->flow->blocks[s->order[i]].node;
        s->start[i] = next;
        next += 1 + block->count - block_first_instruction(block);
    }
    s->start[s->count] = next;
    s->safepoints = NEW_ARRAY(s->scratch, uint32_t, next + 1);
    for (uint32_t i = 0; i < s->count; i++) {
        const Node *block = s->flow->blocks[s->order[i]].node;
        uint32_t first = block_first_instruction(block);
        s->safepoints[s->start[i]] = safepoints;
        for (uint32_t k = first; k < block->count; k++) {
            s->safepoints[s->start[i] + 1 + k - first] = safepoints;
            safepoints += has_flag(block->kids[k], SAFEPOINT);
        }
    }
    s->safepoints[next] = safepoints;
}

/* Is there a safepoint behind instruction `from` and before instruction `to`? */
static bool safepoint_between(const Intervals *s, uint32_t from, uint32_t to) {
    return s->safepoints[to] > s->safepoints[from + 1];
}

/* ---- ranges, from the end to the start */

static void add_range(Intervals *s, Interval *x, uint32_t from, uint32_t to) {
    Range *first = x->ranges.count ? &x->ranges.items[x->ranges.count - 1] : NULL;
    Range range = {from, to};
    if (first && first->from <= to)
        first->from = from;
    else
        PUSH(s->scratch, x->ranges, range);
}

/* The name is bound here: its first range starts here, and is empty when nothing uses it. */
static void start_range(Intervals *s, Interval *x, uint32_t at, uint32_t block_start) {
    if (x->ranges.count && x->ranges.items[x->ranges.count - 1].from == block_start)
        x->ranges.items[x->ranges.count - 1].from = at;
    else
        add_range(s, x, at, at + 1);
}

static Interval *interval_of(Intervals *s, Node *name) {
    Interval *x = &s->intervals[name->name.number];
    if (!x->name) x->name = node_placed(s->arena, name, NOWHERE);
    return x;
}

/* ---- hints */

static void set_hint(Interval *x, Where where, Node *name, uint32_t at) {
    x->hint = where;
    x->hint_name = name;
    x->hint_at = at;
}

/* The words of the argument area last only to the next call, so the wish for one holds only where
 * it is the only use, behind the definition in the same block; others are dropped here. */
static void settle_hint(Intervals *s, Interval *x, uint32_t at, uint32_t block_end) {
    if (!x->hint && !x->hint_name) return;
    bool far = x->hint_at >= block_end || x->use_count > 1;
    if (safepoint_between(s, at, x->hint_at) || (is_area(x->hint) && far))
        set_hint(x, NOWHERE, NULL, 0);
}

/* The parameter that argument `k` of (to b x ...) is given to. */
static Node *parameter(Intervals *s, const Node *to, uint32_t k) {
    Node *parameters = s->flow->blocks[s->flow->index[to->kids[0]->block]].node->kids[1];
    if (k >= parameters->count) bug(to, "more arguments than b%u takes", to->kids[0]->block);
    return node_placed(s->arena, parameters->kids[k], NOWHERE);
}

static void hint_uses(Intervals *s, const Node *op, uint32_t at) {
    const Node *to = op->kids[op->count - 1];
    for (uint32_t i = FIRST_OPERAND; i < op->count; i++)
        if (is_form(op->kids[i], H_to)) to = op->kids[i];
    for (uint32_t u = 0; u < s->uses.count; u++) {
        Interval *x = interval_of(s, s->uses.items[u].name);
        if (where_of(s->uses.items[u].name))
            set_hint(x, where_of(s->uses.items[u].name), NULL, at);
        else if (opcode_of(op) == X_jmp)
            set_hint(x, NOWHERE, parameter(s, to, u), at);
    }
}

/* The first operand of a tied instruction, and the operand of a copy, would like what the result
 * likes. */
static void hint_tie(Intervals *s, const Node *op, uint32_t at) {
    bool copy = opcode_of(op) == X_mov || opcode_of(op) == X_fmov;
    if ((!copy && !has_flag(op, TIED)) || where_of(op->kids[FIRST_OPERAND])) return;
    Interval *from = interval_of(s, op->kids[FIRST_OPERAND]),
             *to = interval_of(s, defined(op)->kids[0]);
    if ((to->hint || to->hint_name) && !is_area(to->hint))
        set_hint(from, to->hint, to->hint_name, at);
}

/* A parameter without a wish would like to be where the first block that jumps here has the
 * argument. */
static void hint_parameters(Intervals *s, uint32_t b) {
    const FlowBlock *block = &s->flow->blocks[b];
    const Node *parameters = block->node->kids[1];
    if (!block->predecessor_count) return;
    const Node *from = s->flow->blocks[block->predecessors[0]].node;
    const Node *exit = from->kids[from->count - 1];
    if (opcode_of(exit) != X_jmp) return;
    const Node *to = exit->kids[FIRST_OPERAND];
    for (uint32_t i = 0; i < parameters->count && i + 1 < to->count; i++) {
        Interval *x = interval_of(s, parameters->kids[i]);
        if (!x->hint && !x->hint_name)
            x->hint_name = node_placed(s->arena, to->kids[i + 1], NOWHERE);
    }
}

/* ---- blocks, read backwards */

static void read_uses(Intervals *s, const Node *op, uint32_t number, uint32_t block_start) {
    const Node *last = note_of(op, H_last);
    uses_of(s->scratch, op, &s->uses);
    for (uint32_t u = 0; u < s->uses.count; u++) {
        Interval *x = interval_of(s, s->uses.items[u].name);
        x->use_count++;
        if (x->uses.count && x->uses.items[x->uses.count - 1] == 2 * number) continue;
        PUSH(s->scratch, x->uses, 2 * number);
    }
    for (uint32_t i = 0; last && i < last->count; i++)
        add_range(s, interval_of(s, last->kids[i]), block_start, 2 * number + 1);
    hint_uses(s, op, number);
}

static void read_op(Intervals *s, const Node *op, uint32_t number, uint32_t block_start,
                    uint32_t block_end) {
    for (uint32_t d = 0; d < defined(op)->count; d++) {
        Interval *x = interval_of(s, defined(op)->kids[d]);
        start_range(s, x, 2 * number + 1, block_start);
        settle_hint(s, x, number, block_end);
    }
    read_uses(s, op, number, block_start);
    if (defined(op)->count) hint_tie(s, op, number);
}

static void read_block(Intervals *s, uint32_t i) {
    const Node *block = s->flow->blocks[s->order[i]].node;
    const Node *live_out = block->kids[3], *parameters = block->kids[1];
    uint32_t first = block_first_instruction(block), start = 2 * s->start[i];
    for (uint32_t k = 0; k < live_out->count; k++)
        add_range(s, interval_of(s, live_out->kids[k]), start, 2 * s->start[i + 1]);
    for (uint32_t k = block->count; k-- > first;)
        read_op(s, block->kids[k], s->start[i] + 1 + k - first, start, s->start[i + 1]);
    for (uint32_t k = 0; k < parameters->count; k++) {
        Interval *x = interval_of(s, parameters->kids[k]);
        start_range(s, x, start, start);
        settle_hint(s, x, s->start[i], s->start[i + 1]);
    }
    hint_parameters(s, s->order[i]);
}

/* ---- the term */

static Node *number_node(Intervals *s, Pos at, uint32_t n) {
    return node_int(s->arena, at, n);
}

static Node *interval_form(Intervals *s, const Interval *x, Pos at) {
    Node **ranges = NEW_ARRAY(s->scratch, Node *, x->ranges.count),
         **uses = NEW_ARRAY(s->scratch, Node *, x->uses.count);
    for (uint32_t i = 0; i < x->ranges.count; i++) {
        const Range *r = &x->ranges.items[x->ranges.count - 1 - i];
        Node *ends[] = {number_node(s, at, r->from), number_node(s, at, r->to)};
        ranges[i] = node_tree(s->arena, N_VECTOR, at, ends, 2);
    }
    for (uint32_t i = 0; i < x->uses.count; i++)
        uses[i] = number_node(s, at, x->uses.items[x->uses.count - 1 - i]);
    Node *hint = x->hint_name;
    if (x->hint) hint = node_text(s->arena, N_SYMBOL, at, text(where_text(x->hint)));
    return list(s->arena, H_interval, at, x->name,
                node_list(s->arena, H_ranges, at, ranges, x->ranges.count),
                node_list(s->arena, H_uses, at, uses, x->uses.count),
                hint ? list(s->arena, H_hint, at, hint, NULL) : NULL, NULL);
}

static Node *all_intervals(Intervals *s, Pos at) {
    VEC(Node *) forms = {0};
    for (uint32_t x = 0; x < s->names; x++)
        if (s->intervals[x].name) PUSH(s->scratch, forms, interval_form(s, &s->intervals[x], at));
    return node_list(s->arena, H_intervals, at, forms.items, forms.count);
}

Node *pass_intervals(Context *c, Node *function) {
    Intervals s = {.arena = c->arena, .scratch = c->scratch, .names = function_names(function)};
    s.flow = flow_of(c->scratch, function);
    s.intervals = NEW_ARRAY(c->scratch, Interval, s.names);
    find_order(&s);
    number_instructions(&s);
    for (uint32_t i = s.count; i-- > 0;)
        read_block(&s, i);
    VEC(Node *) kids = {0};
    for (uint32_t i = 0; i < function_first_block(function); i++)
        PUSH(c->scratch, kids, function->kids[i]);
    PUSH(c->scratch, kids, all_intervals(&s, function->at));
    for (uint32_t i = 0; i < s.count; i++)
        PUSH(c->scratch, kids, s.flow->blocks[s.order[i]].node);
    return node_list(c->arena, H_function, function->at, kids.items, kids.count);
}
