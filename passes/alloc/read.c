/* read.c - the form that comes in, as arrays. */
#include "alloc.h"

static uint32_t *numbers(Alloc *a, const Node *form) {
    uint32_t *out = NEW_ARRAY(a->scratch, uint32_t, form->count);
    for (uint32_t i = 0; i < form->count; i++)
        out[i] = (uint32_t)form->kids[i]->integer;
    return out;
}

static void read_interval(Alloc *a, const Node *form) {
    const Node *ranges = form->kids[1];
    Value *v = &a->values[form->kids[0]->name.number];
    v->name = form->kids[0];
    v->range_count = ranges->count;
    v->ranges = NEW_ARRAY(a->scratch, Range, ranges->count);
    for (uint32_t i = 0; i < ranges->count; i++)
        v->ranges[i] = (Range){(uint32_t)ranges->kids[i]->kids[0]->integer,
                               (uint32_t)ranges->kids[i]->kids[1]->integer};
    v->uses = numbers(a, form->kids[2]);
    v->use_count = form->kids[2]->count;
    v->hint_value = NO_VALUE;
    if (form->count < 4) return;
    const Node *hint = form->kids[3]->kids[0];
    if (hint->kind == N_NAME)
        v->hint_value = hint->name.number;
    else
        v->hint = where_parse(text_bytes(hint->text), text_length(hint->text));
}

static void bind(Alloc *a, const Node *name, uint32_t block, uint32_t number, Node *constant) {
    Value *v = &a->values[name->name.number];
    if (!v->name) bug(name, "a name without interval");
    v->block = block;
    v->number = number;
    v->constant = constant;
    v->defined_cold = block >= a->first_cold;
}

/* Notes the instructions that want a register for themselves, calls apart: those want all. */
static void note_fixed(Alloc *a, const Node *op, uint32_t number) {
    uint64_t wanted = 0;
    uses_of(a->scratch, op, &a->uses);
    for (uint32_t u = 0; u < a->uses.count; u++)
        if (where_of(a->uses.items[u].name) <= RDX) wanted |= bit(where_of(a->uses.items[u].name));
    for (uint32_t d = 0; d < defined(op)->count; d++)
        if (where_of(defined(op)->kids[d]) <= RDX) wanted |= bit(where_of(defined(op)->kids[d]));
    for (Where r = RAX; r <= RDX; r++)
        if (wanted & bit(r)) PUSH(a->scratch, a->fixed[r], number);
}

static void count_live(Alloc *a, uint32_t live[2], const Node *names, int by) {
    for (uint32_t i = 0; names && i < names->count; i++) {
        const Value *v = &a->values[names->kids[i]->name.number];
        if (by < 0 || v->use_count) live[v->vector] += (uint32_t)by;
    }
}

static void raise_peak(Block *b, const uint32_t live[2]) {
    for (int c = 0; c < 2; c++)
        if (live[c] > b->peak[c]) b->peak[c] = live[c];
}

static void read_block(Alloc *a, uint32_t i, uint32_t *number) {
    const Node *node = a->flow->blocks[i].node;
    Block *b = &a->blocks[i];
    uint32_t live[2] = {0, 0};
    b->start = (*number)++;
    for (uint32_t k = 0; k < node->kids[1]->count; k++)
        bind(a, node->kids[1]->kids[k], i, b->start, NULL);
    count_live(a, live, node->kids[2], 1);
    count_live(a, live, node->kids[1], 1);
    raise_peak(b, live);
    for (uint32_t k = block_first_instruction(node); k < node->count; k++, (*number)++) {
        const Node *op = node->kids[k];
        for (uint32_t d = 0; d < defined(op)->count; d++)
            bind(a, defined(op)->kids[d], i, *number, constant_of(op));
        if (has_flag(op, SAFEPOINT))
            PUSH(a->scratch, a->safepoints, *number);
        else if (!has_flag(op, LEAVES))
            note_fixed(a, op, *number);
        count_live(a, live, note_of(op, H_last), -1);
        count_live(a, live, defined(op), 1);
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
    const Node *kinds = function_part(a->function, H_kinds),
               *intervals = function_part(a->function, H_intervals);
    a->names = function_names(a->function);
    a->values = NEW_ARRAY(a->scratch, Value, a->names);
    for (uint32_t x = 0; x < a->names; x++)
        a->values[x].store_block = NO_BLOCK;
    for (uint32_t i = 0; i < kinds->count; i++)
        a->values[kinds->kids[i]->kids[0]->name.number].vector =
            holds_named(kinds->kids[i]->kids[1]->text) == HOLDS_F64;
    for (uint32_t i = 0; i < intervals->count; i++)
        read_interval(a, intervals->kids[i]);
    a->blocks = NEW_ARRAY(a->scratch, Block, a->flow->count);
    a->first_cold = 0;
    while (a->first_cold < a->flow->count && !a->flow->blocks[a->first_cold].cold)
        a->first_cold++;
    for (uint32_t i = 0; i < a->flow->count; i++)
        read_block(a, i, &a->count);
    note_loop_ends(a);
    a->records = NEW_ARRAY(a->scratch, Record, a->count);
}
