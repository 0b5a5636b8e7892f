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
 * Choice: reverse postorder, what only cold blocks lead to last: it keeps loops together.
 *         intervals/hints.c finds where each value would like to be.
 */
#include "intervals/intervals.h"

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

static NodeList instructions_of(const Intervals *s, uint32_t i) {
    return as_instr_block(s->flow->blocks[s->order[i]].node).instructions;
}

static void number_instructions(Intervals *s) {
    uint32_t next = 0, safepoints = 0;
    s->start = NEW_ARRAY(s->scratch, uint32_t, s->count + 1);
    for (uint32_t i = 0; i < s->count; i++) {
        s->start[i] = next;
        next += 1 + instructions_of(s, i).count;
    }
    s->start[s->count] = next;
    s->safepoints = NEW_ARRAY(s->scratch, uint32_t, next + 1);
    for (uint32_t i = 0; i < s->count; i++) {
        NodeList instructions = instructions_of(s, i);
        uint32_t *before = s->safepoints + s->start[i];
        *before++ = safepoints;
        for (uint32_t k = 0; k < instructions.count; k++) {
            *before++ = safepoints;
            safepoints += is_safepoint(instructions.items[k]);
        }
    }
    s->safepoints[next] = safepoints;
}

/* ---- ranges, from the end to the start */

Interval *interval_of(Intervals *s, Node *name) {
    Interval *x = &s->intervals[name->name.number];
    if (!x->name) x->name = node_placed(s->arena, name, NOWHERE);
    return x;
}

static void add_range(Intervals *s, Interval *x, uint32_t from, uint32_t to) {
    Range *first = x->ranges.count ? &x->ranges.items[x->ranges.count - 1] : NULL;
    if (first && first->from <= to)
        first->from = from;
    else
        PUSH(s->scratch, x->ranges, ((Range){from, to}));
}

static void add_ranges(Intervals *s, NodeList names, uint32_t from, uint32_t to) {
    for (uint32_t i = 0; i < names.count; i++)
        add_range(s, interval_of(s, names.items[i]), from, to);
}

/* The name is defined here: its first range starts here, and is empty when nothing uses it. */
static void start_range(Intervals *s, Interval *x, uint32_t at, uint32_t block_start) {
    if (x->ranges.count && x->ranges.items[x->ranges.count - 1].from == block_start)
        x->ranges.items[x->ranges.count - 1].from = at;
    else
        add_range(s, x, at, at + 1);
}

/* ---- blocks, read backwards */

/* A block, by the numbers of its instructions. */
typedef struct {
    uint32_t start, end; /* of its start; of the next block's */
} Span;

static void read_definitions(Intervals *s, NodeList names, uint32_t number, uint32_t at,
                             Span span) {
    for (uint32_t i = 0; i < names.count; i++) {
        Interval *x = interval_of(s, names.items[i]);
        start_range(s, x, at, 2 * span.start);
        settle_hint(s, x, number, span.end);
    }
}

static void read_uses(Intervals *s, const Node *op, uint32_t number, Span span) {
    uses_of(s->scratch, op, &s->uses);
    for (uint32_t u = 0; u < s->uses.count; u++) {
        Interval *x = interval_of(s, s->uses.items[u].name);
        x->use_count++;
        if (!x->uses.count || x->uses.items[x->uses.count - 1] != 2 * number)
            PUSH(s->scratch, x->uses, 2 * number);
    }
    add_ranges(s, as_op(op).last, 2 * span.start, 2 * number + 1);
    hint_uses(s, op, number);
}

static void read_op(Intervals *s, const Node *op, uint32_t number, Span span) {
    NodeList defines = defines_of(op);
    read_definitions(s, defines, number, 2 * number + 1, span);
    read_uses(s, op, number, span);
    if (defines.count) hint_tie(s, op, number);
}

static void read_block(Intervals *s, uint32_t i) {
    InstrBlockForm block = as_instr_block(s->flow->blocks[s->order[i]].node);
    Span span = {s->start[i], s->start[i + 1]};
    add_ranges(s, block.live_out, 2 * span.start, 2 * span.end);
    for (uint32_t k = block.instructions.count; k-- > 0;)
        read_op(s, block.instructions.items[k], span.start + 1 + k, span);
    read_definitions(s, block.parameters, span.start, 2 * span.start, span);
    hint_parameters(s, s->order[i]);
}

/* ---- the term */

static Node *hint_form(Intervals *s, Hint hint, Pos at) {
    if (!hint.where) return hint.name;
    return node_text(s->arena, N_SYMBOL, at, text(where_text(hint.where)));
}

static Node *range_form(Intervals *s, Range range, Pos at) {
    Node *from = node_int(s->arena, at, range.from), *to = node_int(s->arena, at, range.to);
    return make_range(s->arena, at, from, to);
}

static Node *interval_form(Intervals *s, const Interval *x, Pos at) {
    Nodes ranges = {0}, uses = {0};
    for (uint32_t i = x->ranges.count; i-- > 0;)
        PUSH(s->scratch, ranges, range_form(s, x->ranges.items[i], at));
    for (uint32_t i = x->uses.count; i-- > 0;)
        PUSH(s->scratch, uses, node_int(s->arena, at, x->uses.items[i]));
    IntervalForm f = {.name = x->name,
                      .ranges = list_of(ranges, at),
                      .uses = list_of(uses, at),
                      .hint = hint_form(s, x->hint, at)};
    return make_interval(s->arena, at, f);
}

static NodeList all_intervals(Intervals *s, Pos at) {
    Nodes forms = {0};
    for (uint32_t x = 0; x < s->names; x++)
        if (s->intervals[x].name) PUSH(s->scratch, forms, interval_form(s, &s->intervals[x], at));
    return list_of(forms, at);
}

Node *pass_intervals(Context *c, Node *function) {
    FunctionForm f = as_function(function);
    Intervals s = {.arena = c->arena,
                   .scratch = c->scratch,
                   .flow = flow_of(c->scratch, function),
                   .names = (uint32_t)f.names->integer};
    s.intervals = NEW_ARRAY(c->scratch, Interval, s.names);
    find_order(&s);
    number_instructions(&s);
    for (uint32_t i = s.count; i-- > 0;)
        read_block(&s, i);
    Nodes blocks = {0};
    for (uint32_t i = 0; i < s.count; i++)
        PUSH(c->scratch, blocks, s.flow->blocks[s.order[i]].node);
    f.intervals = all_intervals(&s, function->at);
    f.blocks = list_of(blocks, function->at);
    return make_function(c->arena, function->at, f);
}
