/* check_blocks.c - blocks from Lblocks to Lmemory: each is there once, what is jumped to exists,
 * and each use of a name comes after its binder on every way.
 *
 * A name that is used in a block other than its own is looked for backwards along all edges, up to
 * the block that binds it; if the first block is reached, there is a way without it. The cost is
 * the size of the live sets. The verifier does the same from Lx86 on (verify/before.c).
 */
#include "checker.h"

bool read_blocks(Checker *c, NodeList blocks) {
    int64_t most = sane_number(c->top);
    if (!blocks.count) return ill_formed(c, c->top, "a function needs a block");
    c->blocks = NEW_ARRAY(c->arena, CheckedBlock, blocks.count);
    c->block_count = blocks.count;
    c->numbers = 0;
    for (uint32_t b = 0; b < blocks.count; b++) {
        const Node *label = as_block(blocks.items[b]).label;
        c->blocks[b].node = blocks.items[b];
        if (label->block > most)
            return ill_formed(c, blocks.items[b], "b%u is too large a number", label->block);
        if (label->block >= c->numbers) c->numbers = label->block + 1;
    }
    c->index = NEW_ARRAY(c->arena, uint32_t, c->numbers);
    for (uint32_t b = 0; b < blocks.count; b++) {
        uint32_t number = as_block(blocks.items[b]).label->block;
        if (c->index[number]) return ill_formed(c, blocks.items[b], "b%u is there twice", number);
        c->index[number] = b + 1;
    }
    return true;
}

void note_block(Checker *c, const Node *block) {
    c->block = c->index[as_block(block).label->block];
    c->step = 0;
}

bool check_target(Checker *c, const Node *target, const Node *form) {
    uint32_t to = target->block < c->numbers ? c->index[target->block] : 0;
    if (target == as_block(c->blocks[c->block - 1].node).label) return true; /* its own label */
    if (!to) return ill_formed(c, form, "there is no block b%u", target->block);
    CheckedBlock *block = &c->blocks[to - 1];
    uint32_t given = is_form(form, H_jump) ? as_jump(form).values.count : 0;
    uint32_t wanted = as_block(block->node).parameters.count;
    if (given != wanted)
        return ill_formed(c, form, "b%u takes %u values, and is given %u", target->block, wanted,
                          given);
    PUSH(c->arena, c->edges, ((BlockLink){c->block - 1, block->edges}));
    block->edges = c->edges.count;
    return true;
}

bool note_block_use(Checker *c, const Node *name, const Node *form) {
    NameRow *row = &c->names[name->name.number];
    if (!c->block) return true; /* (kinds ...) */
    if (!row->block || row->block == c->block)
        return !row->block || row->step < c->step ||
               ill_formed(c, form, "%%%s.%u is bound only after this", text_bytes(name->name.hint),
                          name->name.number);
    if (row->uses && c->uses.items[row->uses - 1].block == c->block - 1) return true;
    PUSH(c->arena, c->uses, ((BlockLink){c->block - 1, row->uses}));
    row->uses = c->uses.count;
    return true;
}

/* ---- ways */

typedef VEC(uint32_t) Work;

static bool follow(Checker *c, uint32_t name, uint32_t use, Work *work) {
    PUSH(c->arena, *work, use);
    while (work->count) {
        uint32_t b = work->items[--work->count];
        if (c->blocks[b].seen == name + 1) continue;
        c->blocks[b].seen = name + 1;
        if (b == 0)
            return ill_formed(c, c->blocks[use].node,
                              "there is a way to a use of name %u in it that does not bind it",
                              name);
        for (uint32_t e = c->blocks[b].edges; e; e = c->edges.items[e - 1].next)
            if (c->edges.items[e - 1].block + 1 != c->names[name].block)
                PUSH(c->arena, *work, c->edges.items[e - 1].block);
    }
    return true;
}

bool check_ways(Checker *c) {
    Work work = {0};
    for (uint32_t name = 0; name < c->name_count; name++)
        for (uint32_t u = c->names[name].uses; u; u = c->uses.items[u - 1].next)
            if (!follow(c, name, c->uses.items[u - 1].block, &work)) return false;
    return true;
}
