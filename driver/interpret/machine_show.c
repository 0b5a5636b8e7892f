/* machine_show.c - what the names of a call hold, for people: at stops, in traces. */
#include "machine_code.h"

Holding holding_of_kind(Text kind) {
    switch (holds_named(kind)) {
    case HOLDS_REF: return HOLDING_VALUE;
    case HOLDS_F64: return HOLDING_DOUBLE;
    case HOLDS_RAW:
    case HOLDS_DRV:
    case HOLDS_NONE: break;
    }
    return HOLDING_WORD;
}

static const Node *kinds_of(const Code *code) {
    return function_part(code->function, H_kinds);
}

Holding machine_holding(const Code *code, const Node *name) {
    const Node *kinds = kinds_of(code);
    for (uint32_t i = 0; i < kinds->count; i++)
        if (same_name(kinds->kids[i]->kids[0], name))
            return holding_of_kind(kinds->kids[i]->kids[1]->text);
    return HOLDING_WORD;
}

/* ---- by place: which name is where, as the block up to the current instruction says */

static const Node *held[UINT16_MAX + 1]; /* by place */

static void hold(const Node *name) {
    if (name->kind == N_NAME) held[where_of(name)] = name;
}

static void hold_all(const Node *names) {
    for (uint32_t i = 0; i < names->count; i++)
        hold(names->kids[i]);
}

static void follow(const Node *item) {
    if (is_form(item, H_move) || is_form(item, H_constant)) hold(item->kids[0]);
    if (is_form(item, H_swap)) hold_all(item);
    for (uint32_t i = 0; is_form(item, H_parallel) && i < item->count; i++)
        follow(item->kids[i]);
    if (!is_instruction(item)) return;
    if (has_flag(item, SAFEPOINT)) memset(held, 0, SLOT0 * sizeof *held);
    hold_all(defined(item));
}

/* The block of the instruction; all before it is followed. */
static void follow_to(const Code *code, const Node *now) {
    memset(held, 0, sizeof held);
    for (uint32_t b = function_first_block(code->function); b < code->function->count; b++) {
        const Node *block = code->function->kids[b];
        uint32_t i = 1;
        while (i < block->count && block->kids[i] != now)
            i++;
        if (i == block->count) continue;
        hold_all(block->kids[1]);
        for (uint32_t k = 2; k < i; k++) {
            if (is_form(block->kids[k], H_in))
                hold_all(block->kids[k]);
            else
                follow(block->kids[k]);
        }
    }
}

static const Node *held_name(const Node *name) {
    for (uint32_t w = RAX; w <= UINT16_MAX; w++)
        if (held[w] && same_name(held[w], name)) return held[w];
    return NULL;
}

static Bits word_of_place(const Frame *frame, const Node *name) {
    Where w = where_of(name);
    if (is_register(w)) return machine.registers[w];
    if (is_area(w)) return slisp_context.area[w - AREA0];
    uint64_t slot = machine.language == L_Lframed ? (name->at - 1) / 8 : (uint64_t)(w - SLOT0);
    return world.words[frame->base + slot];
}

/* ---- names */

void show_machine_names(const Frame *frame,
                        void (*show)(const Node *name, Holding holding, Bits word)) {
    const Activation *a = frame->state;
    const Node *kinds = kinds_of(a->code);
    if (!a->now) return;
    if (machine.by_place) follow_to(a->code, a->now->node);
    for (uint32_t i = 0; i < kinds->count; i++) {
        const Node *name = kinds->kids[i]->kids[0];
        Holding holding = holding_of_kind(kinds->kids[i]->kids[1]->text);
        if (machine.by_place) {
            const Node *placed = held_name(name);
            if (placed) show(placed, holding, word_of_place(frame, placed));
        } else {
            Bits word = world.words[frame->base + name->name.number];
            if (word != JUNK) show(name, holding, word);
        }
    }
}

/* ---- traces */

/* The parameters are in their places yet; the closure is left out. */
void show_machine_entry(const Code *code) {
    const Node *names = code->function->kids[function_first_block(code->function)]->kids[1];
    const Node *self = function_part(code->function, H_self);
    Bits words[names->count + 1];
    Holding holdings[names->count + 1];
    uint32_t count = 0;
    Bits *const rows[ROWS] = {NULL, machine.registers, slisp_context.area, NULL};
    for (uint32_t i = 0; i < names->count; i++) {
        if (self && self->count && same_name(self->kids[0], names->kids[i])) continue;
        words[count] = *word_at(rows, spot_of_place(names->kids[i]));
        holdings[count++] = machine_holding(code, names->kids[i]);
    }
    world_entry(code->routine, words, holdings, count);
}

void show_machine_result(const Code *code) {
    Holding holding = holding_of_kind(function_part(code->function, H_returns)->kids[0]->text);
    world_result(code->routine, machine.registers[holding == HOLDING_DOUBLE ? XMM0 : RAX], holding);
}
