/* machine_operands.c - where the words are that instructions name, and what constants are. */
#include "machine_code.h"

/* ---- constants */

static Spot constant(Decoder *d, Bits word) {
    for (uint32_t i = 0; i < d->constants.count; i++)
        if (d->constants.items[i] == word) return spot_of(IN_CONSTANTS, i);
    PUSH(world.arena, d->constants, word);
    return spot_of(IN_CONSTANTS, d->constants.count - 1);
}

Routine *routine_wanted(const Node *global) {
    Routine *r = global->kind == N_GLOBAL ? routine_named(global->text) : NULL;
    if (r) return r;
    const char *name = global->kind == N_GLOBAL ? text_bytes(global->text) : "?";
    fail(0, "the form refers to $%s, but has no such function", name);
}

static Bits constant_word(const Node *n) {
    const Node *first = n->kids[0];
    if (is_form(n, H_word)) return (Bits)first->integer;
    if (is_form(n, H_real) && first->kind == N_INT) return bits_of((double)first->integer);
    if (is_form(n, H_real)) return bits_of(first->real);
    if (is_form(n, H_quote)) return constant_value(first);
    if (is_form(n, H_static)) return static_closure(routine_wanted(first));
    if (is_form(n, H_code)) return code_of(routine_wanted(first));
    if (is_form(n, H_cell)) return (Bits)(uintptr_t)cell_of(first->text);
    if (is_form(n, H_shape)) return static_shape(n);
    bug(n, "no operand of an instruction");
}

/* ---- places */

static Spot spot_of_area(Where w) {
    uint32_t index = (uint32_t)(w - AREA0);
    if (index >= machine.area_words) machine.area_words = index + 1;
    return spot_of(IN_AREA, index);
}

Spot spot_of_place(const Node *name) {
    Where w = name->kind == N_NAME ? where_of(name) : NOWHERE;
    if (is_register(w)) return spot_of(IN_REGISTERS, w);
    if (is_area(w)) return spot_of_area(w);
    bug(name, "it must show a register or a word of the argument area");
}

static Spot spot_of_slot(const Node *name) {
    uint32_t slot = (uint32_t)(where_of(name) - SLOT0);
    if (machine.language != L_Lframed) return spot_of(IN_FRAME, slot);
    if (!name->at) bug(name, "the slot does not show where it is from rsp");
    return spot_of(IN_FRAME, (name->at - 1) / 8);
}

Spot spot_of_operand(Decoder *d, const Node *operand) {
    if (operand->kind != N_NAME) return constant(d, constant_word(operand));
    if (machine.by_place && is_slot(where_of(operand))) return spot_of_slot(operand);
    if (machine.by_place) return spot_of_place(operand);
    if (operand->name.number >= d->code->frame_words)
        bug(operand, "(names n) leaves this name out");
    return spot_of(IN_FRAME, operand->name.number);
}

void decode_memory(Decoder *d, Instruction *in, const Node *memory) {
    in->base = spot_of_operand(d, memory->kids[0]);
    in->offset = memory->kids[memory->count - 1]->integer;
    in->index = constant(d, 0);
    if (memory->count == 2) return;
    in->index = spot_of_operand(d, memory->kids[1]);
    in->scale = memory->kids[2]->integer;
}

/* ---- calls */

Transfers *transfers_new(uint32_t count) {
    if (count > machine.moved_room) {
        machine.moved = NEW_ARRAY(world.arena, Bits, 2 * count);
        machine.moved_room = 2 * count;
    }
    Transfers *t = arena_alloc(world.arena, sizeof *t + count * sizeof *t->items);
    t->count = count;
    return t;
}

/* By name: the arguments go to the places that they show. */
static const Transfers *arguments_of(Decoder *d, const Node *op) {
    uint32_t end = operands_end(op), count = 0;
    Transfers *t = transfers_new(machine.by_place ? 0 : end);
    for (uint32_t i = FIRST_OPERAND; i < end && !machine.by_place; i++) {
        const Node *a = op->kids[i];
        if (a->kind != N_NAME) continue;
        t->items[count++] = (Transfer){spot_of_place(a), spot_of_operand(d, a)};
    }
    t->count = count;
    return t;
}

static void read_result(Decoder *d, Call *call, const Node *op) {
    const Node *names = defined(op);
    Transfers *t = transfers_new(names->count && !machine.by_place);
    call->result = names->count && is_vector_register(where_of(names->kids[0])) ? XMM0 : RAX;
    if (t->count)
        t->items[0] = (Transfer){spot_of_operand(d, names->kids[0]), spot_of_place(names->kids[0])};
    call->results = t;
}

static void read_roots(Decoder *d, Call *call, const Node *op) {
    const Node *note = note_of(op, machine.language == L_Lframed ? H_map : H_roots);
    if (!machine.by_place || !note) return;
    uint32_t *roots = NEW_ARRAY(world.arena, uint32_t, note->count + 1);
    for (uint32_t i = 0; i < note->count; i++) {
        Spot s = spot_of_operand(d, note->kids[i]);
        if (s >> SPOT_BITS != IN_FRAME) bug(note->kids[i], "a root that is in no slot");
        roots[i] = s & SPOT_MASK;
    }
    call->roots = roots;
    call->root_count = note->count;
}

static void read_function(Call *call, const Node *runtime) {
    const char *symbol = text_bytes(runtime->kids[0]->text);
    call->callee = !strcmp(symbol, "rt_apply") ? CALLS_APPLY
                   : !strcmp(symbol, "rt_try") ? CALLS_TRY
                                               : CALLS_C;
    call->function = slisp_function(symbol);
    if (!call->function && call->callee == CALLS_C)
        fail(0, "the runtime has no function %s", symbol);
}

/* A number of arguments or words: (word n). */
static uint64_t read_count(const Node *n) {
    if (!is_form(n, H_word) || n->kids[0]->integer < 0) bug(n, "no number of arguments");
    return (uint64_t)n->kids[0]->integer;
}

const Call *decode_call(Decoder *d, const Node *op) {
    Opcode o = opcode_of(op);
    const Node *callee = op->kids[FIRST_OPERAND];
    Call *call = NEW(world.arena, Call);
    call->callee = CALLS_ROUTINE;
    if (o == X_call || o == X_tail)
        call->routine = routine_wanted(callee->kids[0]);
    else if (o == X_callv || o == X_tailv)
        call->callee = CALLS_VALUE;
    else
        read_function(call, callee);
    if (o == X_callv || o == X_tailv || o == X_calla)
        call->count = read_count(op->kids[FIRST_OPERAND + 1]);
    call->arguments = arguments_of(d, op);
    read_result(d, call, op);
    read_roots(d, call, op);
    return call;
}
