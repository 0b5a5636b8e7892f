/* blocks_scope.c - the interpreter of blocks: which names have values where a call is.
 *
 * Those that are bound on every way to the instruction. This is only asked at breakpoints and
 * limits, so it is computed then.
 */
#include "blocks.h"

typedef struct {
    const Code *code;
    Arena *arena;
    bool *reached; /* by block */
    bool **bound;  /* by block and slot: at the block's start */
    bool *now;     /* by slot */
} Scope;

static uint32_t block_of(const Code *code, const Instruction *at) {
    uint32_t b = 0, instruction = (uint32_t)(at - code->instructions);
    while (instruction >= code->blocks[b].end)
        b++;
    return b;
}

/* What is bound before instruction `end` of the block. */
static void walk(Scope *s, uint32_t b, uint32_t end) {
    const BlockPlace *block = &s->code->blocks[b];
    memcpy(s->now, s->bound[b], s->code->slots);
    for (uint32_t i = 0; i < block->count; i++)
        s->now[block->params[i]] = true;
    for (uint32_t i = block->first; i < end; i++)
        if (s->code->instructions[i].result != NO_SLOT)
            s->now[s->code->instructions[i].result] = true;
}

/* The block can be reached with what is bound now; true when that is news. */
static bool reach(Scope *s, uint32_t b) {
    bool news = !s->reached[b];
    for (uint32_t i = 0; i < s->code->slots; i++) {
        bool both = s->now[i] && (!s->reached[b] || s->bound[b][i]);
        news |= both != s->bound[b][i];
        s->bound[b][i] = both;
    }
    s->reached[b] = true;
    return news;
}

static bool reach_from(Scope *s, uint32_t b) {
    const BlockPlace *block = &s->code->blocks[b];
    const Instruction *exit = &s->code->instructions[block->end - 1];
    bool news = false;
    walk(s, b, block->end);
    for (int k = 0; k < 2; k++)
        if (exit->to[k]) news |= reach(s, block_of(s->code, exit->to[k]));
    return news;
}

static void find_scopes(Scope *s) {
    const Code *code = s->code;
    s->reached = NEW_ARRAY(s->arena, bool, code->block_count);
    s->bound = NEW_ARRAY(s->arena, bool *, code->block_count);
    s->now = NEW_ARRAY(s->arena, bool, code->slots + 1);
    for (uint32_t b = 0; b < code->block_count; b++)
        s->bound[b] = NEW_ARRAY(s->arena, bool, code->slots + 1);
    if (code->self != NO_SLOT) s->now[code->self] = true;
    for (bool news = reach(s, 0); news;) {
        news = false;
        for (uint32_t b = 0; b < code->block_count; b++)
            if (s->reached[b]) news |= reach_from(s, b);
    }
}

void blocks_names(const Frame *frame, void (*show)(const Node *name, Holding holding, Bits word)) {
    const Activation *x = frame->state;
    if (!x) return;
    Scope s = {.code = x->code, .arena = arena_new()};
    uint32_t at = (uint32_t)(x->at - x->code->instructions);
    find_scopes(&s);
    walk(&s, block_of(x->code, x->at), at);
    for (uint32_t i = 0; i < x->code->slots; i++)
        if (s.now[i]) show(x->code->names[i], x->code->holdings[i], x->slots[i]);
    arena_free(s.arena);
}
