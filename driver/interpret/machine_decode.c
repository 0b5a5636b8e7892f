/* machine_decode.c - a function's blocks become one row of instructions, at its first call. */
#include "machine_code.h"

/* ---- operands, by the letters of x86.def */

static uint32_t block_number(const Node *to) {
    return to->kids[0]->block;
}

static void decode_trap(Instruction *in, const Node *trap) {
    const char *name = text_bytes(trap->kids[0]->text);
#define TRAP(id, text, function, doc)                                                              \
    if (!strcmp(name, text)) in->trap = (void (*)(void))(uintptr_t)slisp_function(function);
#include "../passes/traps.def"
#undef TRAP
    if (!in->trap) bug(trap, "traps.def has no such row");
}

static void decode_value(Decoder *d, Instruction *in, const Node *operand, uint32_t *values) {
    bool is_memory = is_form(operand, H_mem);
    if (is_memory) decode_memory(d, in, operand);
    if (is_memory && *values) in->in_memory = true;
    if (is_memory) return;
    *((*values)++ ? &in->b : &in->a) = spot_of_operand(d, operand);
}

static void decode_operand(Decoder *d, Instruction *in, const Node *operand, uint32_t *values,
                           uint32_t *ways) {
    if (is_form(operand, H_cc))
        in->condition = (uint8_t)operand->kids[0]->head;
    else if (is_form(operand, H_trap))
        decode_trap(in, operand);
    else if (is_form(operand, H_to))
        *((*ways)++ ? &in->no : &in->yes) = block_number(operand);
    else
        decode_value(d, in, operand, values);
}

static void decode_operands(Decoder *d, Instruction *in, const Node *op) {
    uint32_t values = 0, ways = 0, end = operands_end(op);
    const Node *names = defined(op);
    for (uint32_t i = FIRST_OPERAND; i < end; i++)
        decode_operand(d, in, op->kids[i], &values, &ways);
    if (names->count > 0) in->to = spot_of_operand(d, names->kids[0]);
    if (names->count > 1) in->to2 = spot_of_operand(d, names->kids[1]);
    if (machine.by_place && has_flag(op, TIED)) in->a = in->to;
}

/* ---- instructions */

static const Node *block_named(const Node *function, uint32_t number) {
    for (uint32_t b = function_first_block(function); b < function->count; b++)
        if (function->kids[b]->kids[0]->block == number) return function->kids[b];
    fail(0, "a jump goes to b%u, but $%s has no such block", number,
         text_bytes(function->kids[0]->text));
}

/* By name, a jump gives the parameters of its block their values. */
static const Transfers *jump_transfers(Decoder *d, const Node *to) {
    const Node *parameters = block_named(d->code->function, block_number(to))->kids[1];
    if (parameters->count != to->count - 1) bug(to, "the block takes %u values", parameters->count);
    Transfers *t = transfers_new(machine.by_place ? 0 : parameters->count);
    for (uint32_t i = 0; i < t->count; i++)
        t->items[i] = (Transfer){spot_of_operand(d, parameters->kids[i]),
                                 spot_of_operand(d, to->kids[i + 1])};
    return t;
}

static void decode_entry(Decoder *d, const Node *targets) {
    Routine **workers = NEW_ARRAY(world.arena, Routine *, targets->count + 1);
    for (uint32_t i = 0; i < targets->count; i++)
        workers[i] = routine_wanted(targets->kids[i]->kids[1]);
    d->code->targets = targets;
    d->code->workers = workers;
}

/* By name, the result goes to the register that it shows; by place it is there. */
static void decode_return(Decoder *d, Instruction *in, const Node *result) {
    if (machine.by_place) return;
    in->to = spot_of_place(result);
    in->a = spot_of_operand(d, result);
}

static void decode_op(Decoder *d, const Node *op) {
    Opcode o = opcode_of(op);
    Instruction in = {.opcode = (uint8_t)o, .at = op->at, .node = op};
    if (o == X_dispatch)
        decode_entry(d, op->kids[FIRST_OPERAND]);
    else if (o == X_ret)
        decode_return(d, &in, op->kids[FIRST_OPERAND]);
    else if (has_flag(op, SAFEPOINT) || o == X_tail || o == X_tailv)
        in.call = decode_call(d, op);
    else
        decode_operands(d, &in, op);
    if (o == X_jmp) in.transfers = jump_transfers(d, op->kids[FIRST_OPERAND]);
    PUSH(world.arena, d->out, in);
}

/* ---- what alloc and frame have added; by name it does nothing */

static Transfer transfer_of(Decoder *d, const Node *to, const Node *from) {
    return (Transfer){spot_of_operand(d, to), spot_of_operand(d, from)};
}

static const Transfers *moves_of(Decoder *d, const Node *n) {
    bool group = is_form(n, H_parallel), swap = is_form(n, H_swap);
    Transfers *t = transfers_new(group ? n->count : swap ? 2 : 1);
    for (uint32_t i = 0; group && i < n->count; i++)
        t->items[i] = transfer_of(d, n->kids[i]->kids[0], n->kids[i]->kids[1]);
    if (!group) t->items[0] = transfer_of(d, n->kids[0], n->kids[1]);
    if (swap) t->items[1] = transfer_of(d, n->kids[1], n->kids[0]);
    return t;
}

static void decode_added(Decoder *d, const Node *n) {
    if (!machine.by_place) return;
    Instruction in = {.opcode = X_NONE, .at = n->at, .node = n};
    if (!is_form(n, H_enter_frame) && !is_form(n, H_leave_frame)) in.transfers = moves_of(d, n);
    PUSH(world.arena, d->out, in);
}

/* ---- blocks */

static bool mentions_slot(const Node *n) {
    if (n->kind == N_NAME) return is_slot(where_of(n));
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        if (mentions_slot(n->kids[i])) return true;
    return false;
}

/* Behind (leave-frame) there are no slots; a two-address instruction overwrites its operand. */
static void check_block_by_place(const Node *block) {
    bool is_left = false;
    for (uint32_t i = block_first_instruction(block); i < block->count; i++) {
        const Node *item = block->kids[i];
        if (is_left && mentions_slot(item)) bug(item, "the frame is not there any more");
        if (is_instruction(item) && has_flag(item, TIED) &&
            where_of(defined(item)->kids[0]) != where_of(item->kids[FIRST_OPERAND]))
            bug(item, "the result is not where the first operand is");
        is_left |= is_form(item, H_leave_frame);
    }
}

void machine_check_by_place(const Node *function) {
    for (uint32_t b = function_first_block(function); b < function->count; b++)
        check_block_by_place(function->kids[b]);
}

static void decode_block(Decoder *d, const Node *block) {
    uint32_t number = block->kids[0]->block;
    while (d->blocks.count <= number)
        PUSH(world.arena, d->blocks, 0);
    d->blocks.items[number] = d->out.count + 1;
    if (d->live) live_block(d->live, block, d->position);
    for (uint32_t i = block_first_instruction(block); i < block->count; i++) {
        if (d->live) d->position = live_instruction(d->live, block->kids[i]) + 2;
        if (is_instruction(block->kids[i]))
            decode_op(d, block->kids[i]);
        else
            decode_added(d, block->kids[i]);
    }
    const Instruction *last = &d->out.items[d->out.count - 1];
    if (last->opcode == X_NONE || !(opcode_rows[last->opcode].flags & LEAVES))
        bug(block, "the block has no last instruction that leaves it");
}

static uint32_t find_block(Decoder *d, uint32_t number) {
    if (number >= d->blocks.count || !d->blocks.items[number])
        block_named(d->code->function, number); /* does not come back */
    return d->blocks.items[number] - 1;
}

static void link_jumps(Decoder *d) {
    for (uint32_t i = 0; i < d->out.count; i++) {
        Instruction *in = &d->out.items[i];
        Opcode o = (Opcode)in->opcode;
        if (o == X_jmp || o == X_cmpj || o == X_fcmpj || o == X_heapj)
            in->yes = find_block(d, in->yes);
        if (o == X_cmpj || o == X_fcmpj || o == X_heapj) in->no = find_block(d, in->no);
    }
}

/* ---- functions */

static bool has_calls(const Node *function) {
    for (uint32_t b = 0; b < function->count; b++)
        for (uint32_t i = 0; is_tree(function->kids[b]) && i < function->kids[b]->count; i++) {
            const Node *n = function->kids[b]->kids[i];
            if (is_instruction(n) && has_flag(n, SAFEPOINT)) return true;
        }
    return false;
}

static void plan_frame_by_place(Code *code) {
    const Node *frame = function_part(code->function, H_frame),
               *slots = function_part(code->function, H_slots);
    if (slots) code->frame_words = (uint32_t)slots->kids[0]->integer;
    if (frame) code->frame_words = (uint32_t)frame->kids[0]->integer / 8;
    if (frame && frame->kids[0]->integer && frame->kids[0]->integer % 16 != 8 &&
        has_calls(code->function))
        bug(frame, "with the return address the frame must be a multiple of 16 bytes: C code "
                   "relies on it");
    code->enters = frame != NULL;
}

static void plan_frame_by_name(Code *code) {
    const Node *kinds = function_part(code->function, H_kinds);
    code->frame_words = function_names(code->function);
    uint8_t *references = NEW_ARRAY(world.arena, uint8_t, code->frame_words + 1);
    for (uint32_t i = 0; i < kinds->count; i++) {
        const Node *name = kinds->kids[i]->kids[0];
        if (name->name.number >= code->frame_words) bug(name, "(names n) leaves this name out");
        references[name->name.number] = holds_named(kinds->kids[i]->kids[1]->text) == HOLDS_REF;
    }
    code->references = references;
}

static const Transfers *parameters_of(Decoder *d, const Node *names) {
    Transfers *t = transfers_new(machine.by_place ? 0 : names->count);
    for (uint32_t i = 0; i < t->count; i++)
        t->items[i] = (Transfer){spot_of_operand(d, names->kids[i]), spot_of_place(names->kids[i])};
    return t;
}

const Code *machine_decode(Routine *routine) {
    Code *code = NEW(world.arena, Code);
    Decoder d = {.code = code};
    *code = (Code){.routine = routine, .function = routine->node};
    uint32_t first = function_first_block(code->function);
    if (first == code->function->count)
        bug(code->function, "$%s has no block", text_bytes(routine->name));
    if (machine.by_place)
        plan_frame_by_place(code);
    else
        plan_frame_by_name(code);
    bool has_notes = machine.language == L_Llive || machine.language == L_Lintervals;
    d.live = has_notes ? live_function(&d) : NULL;
    code->parameters = parameters_of(&d, code->function->kids[first]->kids[1]);
    for (uint32_t b = first; b < code->function->count; b++)
        decode_block(&d, code->function->kids[b]);
    link_jumps(&d);
    code->instructions = d.out.items;
    code->constants = d.constants.items;
    routine->prepared = code;
    return code;
}
