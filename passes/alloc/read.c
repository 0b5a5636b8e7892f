/* read.c - the form that comes in, as arrays. */
#include "alloc.h"

static uint32_t *numbers(Alloc *a, NodeList list) {
    uint32_t *out = NEW_ARRAY(a->scratch, uint32_t, list.count);
    for (uint32_t i = 0; i < list.count; i++)
        out[i] = (uint32_t)list.items[i]->integer;
    return out;
}

static Range *ranges(Alloc *a, NodeList list) {
    Range *out = NEW_ARRAY(a->scratch, Range, list.count);
    for (uint32_t i = 0; i < list.count; i++) {
        RangeForm r = as_range(list.items[i]);
        out[i] = (Range){(uint32_t)r.from->integer, (uint32_t)r.to->integer};
    }
    return out;
}

static void read_interval(Alloc *a, IntervalForm f) {
    Value *v = &a->values[f.name->name.number];
    v->name = f.name;
    v->range_count = f.ranges.count;
    v->ranges = ranges(a, f.ranges);
    v->uses = numbers(a, f.uses);
    v->use_count = f.uses.count;
    v->hint_value = NO_VALUE;
    if (!f.hint) return;
    if (f.hint->kind == N_NAME)
        v->hint_value = f.hint->name.number;
    else
        v->hint = where_parse(text_bytes(f.hint->text), text_length(f.hint->text));
}

static void define(Alloc *a, NodeList names, uint32_t block, uint32_t number, Node *constant) {
    for (uint32_t i = 0; i < names.count; i++) {
        Value *v = &a->values[names.items[i]->name.number];
        if (!v->name) bug(names.items[i], "a name without interval");
        v->block = block;
        v->number = number;
        v->constant = constant;
    }
}

/* Notes the instructions that want a register for themselves, calls apart: those want all. */
static void note_fixed(Alloc *a, const Node *op, uint32_t number) {
    uint64_t wanted = 0;
    NodeList defines = defines_of(op);
    uses_of(a->scratch, op, &a->uses);
    for (uint32_t u = 0; u < a->uses.count; u++)
        if (where_of(a->uses.items[u].name) <= RDX) wanted |= bit(where_of(a->uses.items[u].name));
    for (uint32_t d = 0; d < defines.count; d++)
        if (where_of(defines.items[d]) <= RDX) wanted |= bit(where_of(defines.items[d]));
    for (Where r = RAX; r <= RDX; r++)
        if (wanted & bit(r)) PUSH(a->scratch, a->fixed[r], number);
}

static void count_live(Alloc *a, uint32_t live[2], NodeList names, int by) {
    for (uint32_t i = 0; i < names.count; i++) {
        const Value *v = &a->values[names.items[i]->name.number];
        if (by < 0 || v->use_count) live[v->vector] += (uint32_t)by;
    }
}

static void raise_peak(Block *b, const uint32_t live[2]) {
    for (int c = 0; c < 2; c++)
        if (live[c] > b->peak[c]) b->peak[c] = live[c];
}

static void read_block(Alloc *a, uint32_t i, uint32_t *number) {
    Block *b = &a->blocks[i];
    uint32_t live[2] = {0, 0};
    b->form = as_instr_block(a->flow->blocks[i].node);
    b->start = (*number)++;
    define(a, b->form.parameters, i, b->start, NULL);
    count_live(a, live, b->form.live_in, 1);
    count_live(a, live, b->form.parameters, 1);
    raise_peak(b, live);
    for (uint32_t k = 0; k < b->form.instructions.count; k++, (*number)++) {
        const Node *op = b->form.instructions.items[k];
        define(a, defines_of(op), i, *number, constant_of(op));
        if (is_safepoint(op))
            PUSH(a->scratch, a->safepoints, *number);
        else if (!has_flag(op, LEAVES))
            note_fixed(a, op, *number);
        count_live(a, live, as_op(op).last, -1);
        count_live(a, live, defines_of(op), 1);
        raise_peak(b, live);
    }
    b->end = *number;
}

static void note_loop_ends(Alloc *a) {
    for (uint32_t i = 0; i < a->first_cold; i++)
        for (uint32_t h = a->flow->blocks[i].loop; h != NO_BLOCK; h = a->flow->blocks[h].outer)
            a->blocks[h].loop_end = a->blocks[i].end;
}

void read_function(Alloc *a) {
    NodeList kinds = a->form.kinds, intervals = a->form.intervals;
    a->names = (uint32_t)a->form.names->integer;
    a->values = NEW_ARRAY(a->scratch, Value, a->names);
    for (uint32_t x = 0; x < a->names; x++)
        a->values[x].store_block = NO_BLOCK;
    for (uint32_t i = 0; i < kinds.count; i++)
        a->values[as_kind(kinds.items[i]).name->name.number].vector =
            row_holds(kinds.items[i]) == HOLDS_F64;
    for (uint32_t i = 0; i < intervals.count; i++)
        read_interval(a, as_interval(intervals.items[i]));
    a->blocks = NEW_ARRAY(a->scratch, Block, a->flow->count);
    a->first_cold = 0;
    while (a->first_cold < a->flow->count && !a->flow->blocks[a->first_cold].cold)
        a->first_cold++;
    for (uint32_t i = 0; i < a->flow->count; i++)
        read_block(a, i, &a->count);
    note_loop_ends(a);
    a->records = NEW_ARRAY(a->scratch, Record, a->count);
}
