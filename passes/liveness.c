/* pass liveness : Lx86 -> Llive                                   (analyse)
 *
 * Writes down what is live: into and out of every block, after every safepoint, and where each name
 * is used for the last time.
 * Why now: places may be shared by values that are never live together.
 *
 *   (block b0 [%a.0=rdi %b.1=rsi]
 *     (call [%c.2=rax] (code $user/f) %a.0=rdi)
 *     (call [%d.3=rax] (code $user/g) %c.2=rdi %b.1=rsi)
 *     (ret [] %d.3=rax))
 *   => (block b0 [%a.0=rdi %b.1=rsi] (live-in) (live-out)
 *        (call [%c.2=rax] (code $user/f) %a.0=rdi (roots %b.1) (last %a.0))
 *        (call [%d.3=rax] (code $user/g) %c.2=rdi %b.1=rsi (roots) (last %b.1 %c.2))
 *        (ret [] %d.3=rax (last %d.3)))
 *
 * Needs:  SSA; block arguments on jmp alone (select).
 * Gives:  sets sorted by number; roots at every safepoint: references that are live after it and
 *         not its result. A constant is no root: it does not move.
 * Choice: name by name, from each use up to the definition (Boissinot and others: Computing
 *         Liveness Sets for SSA-Form Programs, section 5): the cost is the size of the sets that
 *         are printed.
 */
#include "diagnostics.h"
#include "flow.h"
#include "limits.h"
#include "machine.h"

#include <stdlib.h>

typedef VEC(uint32_t) Numbers;

typedef struct {
    Node *name;
    Holds holds;
    bool is_constant;
    uint32_t block;  /* that defines it; NO_BLOCK before it was found */
    Numbers used_in; /* blocks */
    uint32_t index;  /* in the set `live`, plus 1; 0: it is not there */
} Local;

typedef struct {
    Arena *arena, *scratch;
    FunctionForm function;
    Pos at;
    Flow *flow;
    Local *locals; /* by number of the name */
    uint32_t names;
    Numbers *live_in, *live_out; /* by block */
    Numbers live;                /* while a block is read backwards: what is live, in no order */
    Uses uses;
    uint64_t entries; /* of all sets that are written down */
} Liveness;

/* ---- names: where defined, where used */

static Local *local_of(Liveness *l, const Node *name) {
    if (name->name.number >= l->names) bug(name, "a name beyond (names n)");
    return &l->locals[name->name.number];
}

static void define(Liveness *l, NodeList names, uint32_t block, bool is_constant) {
    for (uint32_t i = 0; i < names.count; i++) {
        Local *x = local_of(l, names.items[i]);
        if (x->block != NO_BLOCK) bug(names.items[i], "a name that is bound twice");
        x->name = node_placed(l->arena, names.items[i], NOWHERE);
        x->block = block;
        x->is_constant = is_constant;
    }
}

static void note_use(Liveness *l, const Node *name, uint32_t block) {
    Local *x = local_of(l, name);
    if (!x->used_in.count || x->used_in.items[x->used_in.count - 1] != block)
        PUSH(l->scratch, x->used_in, block);
}

static void read_block(Liveness *l, uint32_t b) {
    InstrBlockForm block = as_instr_block(l->flow->blocks[b].node);
    define(l, block.parameters, b, false);
    for (uint32_t i = 0; i < block.instructions.count; i++) {
        const Node *op = block.instructions.items[i];
        uses_of(l->scratch, op, &l->uses);
        for (uint32_t u = 0; u < l->uses.count; u++)
            note_use(l, l->uses.items[u].name, b);
        define(l, defines_of(op), b, constant_of(op) != NULL);
    }
}

static void read_function(Liveness *l) {
    NodeList kinds = l->function.kinds;
    l->names = (uint32_t)l->function.names->integer;
    l->locals = NEW_ARRAY(l->scratch, Local, l->names);
    for (uint32_t x = 0; x < l->names; x++)
        l->locals[x].block = NO_BLOCK;
    for (uint32_t i = 0; i < kinds.count; i++)
        local_of(l, as_kind(kinds.items[i]).name)->holds = row_holds(kinds.items[i]);
    for (uint32_t i = 0; i < l->flow->reached; i++)
        read_block(l, l->flow->ordered[i]);
}

/* ---- live into and out of blocks */

static bool last_is(const Numbers *set, uint32_t x) {
    return set->count && set->items[set->count - 1] == x;
}

static void add_live_out(Liveness *l, uint32_t block, uint32_t x) {
    if (last_is(&l->live_out[block], x)) return;
    PUSH(l->scratch, l->live_out[block], x);
    l->entries++;
}

/* Marks x live from the start of each block that uses it up to the end of the one that defines it.
 * Names come in order of their numbers, so x is in a set if it is the last one there. */
static void spread(Liveness *l, uint32_t x, Numbers *work) {
    const Local *local = &l->locals[x];
    for (uint32_t u = 0; u < local->used_in.count; u++)
        if (local->used_in.items[u] != local->block)
            PUSH(l->scratch, *work, local->used_in.items[u]);
    while (work->count) {
        uint32_t b = work->items[--work->count];
        const FlowBlock *block = &l->flow->blocks[b];
        if (last_is(&l->live_in[b], x)) continue;
        if (++l->entries > MOST_LIVE_ENTRIES) return;
        if (b == 0) bug(local->name, "a name that may be used before it is bound");
        PUSH(l->scratch, l->live_in[b], x);
        for (uint32_t p = 0; p < block->predecessor_count; p++) {
            uint32_t from = block->predecessors[p];
            if (l->flow->blocks[from].order == NO_BLOCK) continue;
            add_live_out(l, from, x);
            if (from != local->block) PUSH(l->scratch, *work, from);
        }
    }
}

static void find_live_blocks(Liveness *l) {
    Numbers work = {0};
    l->live_in = NEW_ARRAY(l->scratch, Numbers, l->flow->count);
    l->live_out = NEW_ARRAY(l->scratch, Numbers, l->flow->count);
    for (uint32_t x = 0; x < l->names; x++) {
        if (!l->locals[x].used_in.count) continue;
        if (l->locals[x].block == NO_BLOCK)
            bug(l->locals[x].name, "name %u is used but never bound", x);
        spread(l, x, &work);
    }
}

/* ---- live after instructions */

static void add(Liveness *l, uint32_t x) {
    PUSH(l->scratch, l->live, x);
    l->locals[x].index = l->live.count;
}

static void drop(Liveness *l, uint32_t x) {
    uint32_t index = l->locals[x].index;
    if (!index) return;
    uint32_t moved = l->live.items[--l->live.count];
    l->live.items[index - 1] = moved;
    l->locals[moved].index = index;
    l->locals[x].index = 0;
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static NodeList sorted(Liveness *l, Pos at, Numbers *set) {
    if (set->count) qsort(set->items, set->count, sizeof *set->items, by_number);
    Node **names = NEW_ARRAY(l->scratch, Node *, set->count);
    for (uint32_t i = 0; i < set->count; i++)
        names[i] = l->locals[set->items[i]].name;
    return nodes(names, set->count, at);
}

/* The references that the collector must find and update while the instruction runs. An address
 * inside an object is none: the verifier sees that none is live across a safepoint (V13). */
static NodeList roots(Liveness *l, Pos at) {
    Numbers found = {0};
    l->entries += l->live.count;
    if (l->entries > MOST_LIVE_ENTRIES) return no_nodes(at);
    for (uint32_t i = 0; i < l->live.count; i++) {
        const Local *x = &l->locals[l->live.items[i]];
        if (x->holds == HOLDS_REF && !x->is_constant) PUSH(l->scratch, found, l->live.items[i]);
    }
    return sorted(l, at, &found);
}

/* The names that `op` uses and nothing after it does: they become live. */
static NodeList last_uses(Liveness *l, const Node *op) {
    Numbers last = {0};
    uses_of(l->scratch, op, &l->uses);
    for (uint32_t u = 0; u < l->uses.count; u++) {
        uint32_t x = l->uses.items[u].name->name.number;
        if (l->locals[x].index) continue;
        PUSH(l->scratch, last, x);
        add(l, x);
    }
    NodeList names = sorted(l, op->at, &last);
    names.exists = last.count > 0;
    return names;
}

/* `op` with its notes; the set becomes what is live before it. */
static Node *annotate(Liveness *l, const Node *op) {
    OpForm f = as_op(op);
    for (uint32_t d = 0; d < f.defines.count; d++)
        drop(l, f.defines.items[d]->name.number);
    if (is_safepoint(op)) f.roots = roots(l, op->at);
    f.last = last_uses(l, op);
    return make_op(l->arena, op->at, f);
}

static Node *annotate_block(Liveness *l, uint32_t b) {
    const Node *block = l->flow->blocks[b].node;
    InstrBlockForm f = as_instr_block(block);
    Node **annotated = NEW_ARRAY(l->scratch, Node *, f.instructions.count);
    for (uint32_t i = 0; i < l->live_out[b].count; i++)
        add(l, l->live_out[b].items[i]);
    for (uint32_t i = f.instructions.count; i-- > 0;)
        annotated[i] = annotate(l, f.instructions.items[i]);
    while (l->live.count)
        drop(l, l->live.items[l->live.count - 1]);
    f.live_in = sorted(l, block->at, &l->live_in[b]);
    f.live_out = sorted(l, block->at, &l->live_out[b]);
    f.instructions = nodes(annotated, f.instructions.count, block->at);
    return make_instr_block(l->arena, (Head)block->head, block->at, f);
}

/* The sets are written out at each block and call, so what lives long costs as often as it is
 * called in between. */
static bool is_small(const Liveness *l, Diagnostics *d) {
    if (l->entries <= MOST_LIVE_ENTRIES) return true;
    error_at(
        d, l->at, "SL0216",
        "this function keeps too many values alive across too many calls: their sets have more "
        "than %d entries",
        MOST_LIVE_ENTRIES);
    help_line(d, "split it, or keep the values in a vector");
    return false;
}

Node *pass_liveness(Context *c, Node *function) {
    Liveness l = {.arena = c->arena,
                  .scratch = c->scratch,
                  .function = as_function(function),
                  .at = function->at,
                  .flow = flow_of(c->scratch, function)};
    Nodes blocks = {0};
    read_function(&l);
    find_live_blocks(&l);
    if (!is_small(&l, c->diagnostics)) return NULL;
    for (uint32_t b = 0; b < l.flow->count; b++)
        if (l.flow->blocks[b].order != NO_BLOCK) PUSH(c->scratch, blocks, annotate_block(&l, b));
    l.function.blocks = list_of(blocks, function->at);
    return is_small(&l, c->diagnostics) ? make_function(c->arena, function->at, l.function) : NULL;
}
