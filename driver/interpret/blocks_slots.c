/* blocks_slots.c - the interpreter of blocks: a slot for each name, a place for each block. */
#include "blocks_prepare.h"

/* ---- slots */

Holding blocks_holding(Text kind) {
    const char *k = text_bytes(kind);
    return !strcmp(k, "ref") ? HOLDING_VALUE : !strcmp(k, "f64") ? HOLDING_DOUBLE : HOLDING_WORD;
}

static void bind(Prepare *p, const Node *name, Holding *holdings) {
    uint32_t n = name->name.number;
    if (p->slot_of[n] != NO_SLOT) return;
    uint32_t slot = p->code->slots++;
    p->slot_of[n] = (int32_t)slot;
    p->types[n] = type_of(name);
    p->code->names[slot] = name;
    p->code->holdings[slot] = p->is_memory ? holdings[n] : holding_of_type(type_of(name));
    p->code->is_ref[slot] = p->code->holdings[slot] == HOLDING_VALUE;
}

static void count_name(Prepare *p, const Node *name) {
    if (name->name.number >= p->names) p->names = name->name.number + 1;
}

typedef void VisitName(Prepare *p, const Node *name, Holding *holdings);
static void each_bound(Prepare *p, VisitName *visit, Holding *holdings) {
    const FunctionForm *f = &p->form;
    for (uint32_t b = 0; b < f->blocks.count; b++) {
        BlockForm block = as_block(f->blocks.items[b]);
        for (uint32_t i = 0; i < block.parameters.count; i++)
            visit(p, block.parameters.items[i], holdings);
        if (b == 0 && f->self.count) visit(p, f->self.items[0], holdings);
        for (uint32_t i = 0; i < block.steps.count; i++)
            if (is_form(block.steps.items[i], H_let))
                visit(p, as_step_let(block.steps.items[i]).name, holdings);
    }
}

static void count_bound(Prepare *p, const Node *name, Holding *holdings) {
    (void)holdings;
    count_name(p, name);
}

static Holding *kinds_of(Prepare *p) {
    Holding *holdings = NEW_ARRAY(p->scratch, Holding, p->names + 1);
    NodeList kinds = p->form.kinds;
    for (uint32_t i = 0; i < kinds.count; i++) {
        KindForm row = as_kind(kinds.items[i]);
        if (row.name->name.number < p->names)
            holdings[row.name->name.number] = blocks_holding(row.kind->text);
    }
    return holdings;
}

void blocks_make_slots(Prepare *p) {
    Code *code = p->code;
    NodeList self = p->form.self;
    each_bound(p, count_bound, NULL);
    p->slot_of = NEW_ARRAY(p->scratch, int32_t, p->names + 1);
    p->types = NEW_ARRAY(p->scratch, Type, p->names + 1);
    memset(p->slot_of, 0xff, sizeof(int32_t) * (p->names + 1));
    code->names = NEW_ARRAY(world.arena, const Node *, p->names + 1);
    code->holdings = NEW_ARRAY(world.arena, Holding, p->names + 1);
    code->is_ref = NEW_ARRAY(world.arena, uint8_t, p->names + 1);
    each_bound(p, bind, kinds_of(p));
    code->params = as_block(p->form.blocks.items[0]).parameters.count;
    code->self = self.count ? p->slot_of[self.items[0]->name.number] : NO_SLOT;
}

/* ---- blocks */

void blocks_make_places(Prepare *p) {
    NodeList blocks = p->form.blocks;
    uint32_t count = blocks.count, next = 0;
    BlockPlace *places = NEW_ARRAY(world.arena, BlockPlace, count);
    for (uint32_t b = 0; b < count; b++) {
        uint32_t number = as_block(blocks.items[b]).label->block;
        if (number >= p->block_limit) p->block_limit = number + 1;
    }
    p->places = NEW_ARRAY(p->scratch, BlockPlace *, p->block_limit);
    for (uint32_t b = 0; b < count; b++) {
        BlockForm block = as_block(blocks.items[b]);
        uint32_t params = block.parameters.count;
        int32_t *slots = NEW_ARRAY(world.arena, int32_t, params + 1);
        for (uint32_t i = 0; i < params; i++)
            slots[i] = p->slot_of[block.parameters.items[i]->name.number];
        places[b] = (BlockPlace){next, next + block.steps.count + 1, slots, params};
        next = places[b].end;
        p->places[block.label->block] = &places[b];
    }
    p->instructions = NEW_ARRAY(world.arena, Instruction, next + 1);
    p->code->blocks = places;
    p->code->block_count = count;
}
