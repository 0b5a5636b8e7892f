/* check_code.c - the code of a function against its verified form.
 *
 * The theory is simple: an item of the form stands for certain machine instructions, which x86.def
 * and the convention say. So the code is decoded from its first byte to its last, while the form is
 * gone through from its first item to its last, and both must come to their end together. Which
 * encoding an instruction has does not matter, only what it does. Jumps are compared when the
 * offsets of all blocks and stubs are known.
 */
#include "check.h"

enum { UNPROBED = 4096 }; /* bytes that a function without calls may use without touching them */

/* ---- the current instruction */

const Decoded *at_hand(Check *c) {
    if (c->failed) return NULL;
    if (!c->is_read && !c->reader->read(c)) return NULL;
    c->is_read = true;
    return &c->next;
}

bool take(Check *c) {
    if (c->code && !check_marks(c)) return false;
    c->offset += c->next.length;
    c->is_read = false;
    return true;
}

bool is_instruction_at_hand(Check *c, DecodedName name, uint32_t count, const Seen *operands) {
    const Decoded *d = at_hand(c);
    if (!d || d->name != name || d->count != count) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!same_seen(&d->operands[i], &operands[i])) return false;
    return true;
}

bool wants(Check *c, DecodedName name, uint32_t count, const Seen *operands) {
    if (!is_instruction_at_hand(c, name, count, operands))
        return differs(c, name, 0, count, operands);
    return take(c);
}

bool wants1(Check *c, DecodedName name, Seen a) {
    return wants(c, name, 1, &a);
}

bool wants2(Check *c, DecodedName name, Seen a, Seen b) {
    Seen operands[] = {a, b};
    return wants(c, name, 2, operands);
}

bool wants_condition(Check *c, DecodedName name, uint8_t condition, Seen a) {
    if (!is_instruction_at_hand(c, name, 1, &a) || c->next.condition != condition)
        return differs(c, name, condition, 1, &a);
    return take(c);
}

/* ---- what refers to a place */

bool wants_reference(Check *c, DecodedName name, const Node *operand) {
    const Decoded *d = at_hand(c);
    Seen place = {.kind = SEEN_DISTANCE};
    if (!d) return false;
    if (d->name != name || d->count != 1 || d->operands[0].kind != SEEN_DISTANCE)
        return differs(c, name, d->condition, 1, &place);
    if (!c->reader->refers(c, operand)) return false;
    return take(c);
}

bool wants_address(Check *c, Seen to, const Node *operand) {
    const Decoded *d = at_hand(c);
    Seen operands[] = {to, {.kind = SEEN_MEMORY, .base = SEEN_RIP, .index = SEEN_NO_REGISTER}};
    if (!d) return false;
    if (d->name != D_lea || !same_seen(&d->operands[0], &to) || d->operands[1].base != SEEN_RIP)
        return differs(c, D_lea, 0, 2, operands);
    if (!c->reader->refers(c, operand)) return false;
    return take(c);
}

uint32_t new_goal(Check *c) {
    PUSH(c->scratch, c->goals, ((Goal){0, false}));
    return c->goals.count - 1;
}

void reach(Check *c, uint32_t goal) {
    c->goals.items[goal] = (Goal){c->offset, true};
}

bool wants_jump(Check *c, DecodedName name, uint8_t condition, uint32_t goal) {
    const Decoded *d = at_hand(c);
    Seen place = {.kind = SEEN_DISTANCE};
    if (!d) return false;
    if (d->name != name || d->condition != condition || d->operands[0].kind != SEEN_DISTANCE)
        return differs(c, name, condition, 1, &place);
    int64_t to = (int64_t)c->offset + d->length + d->operands[0].value;
    if (c->reference)
        return code_is_wrong(c, "V25", "a jump inside of the function refers to another place");
    if (to < 0 || to > UINT32_MAX) return code_is_wrong(c, "V24", "this jumps out of the function");
    CheckedJump jump = {c->offset, (uint32_t)to, goal, c->label, c->block, c->item};
    PUSH(c->scratch, c->jumps, jump);
    return take(c);
}

void show_jump(Check *c, const CheckedJump *j) {
    c->block = j->block;
    c->item = j->item;
    c->offset = j->from;
    c->is_read = false;
}

/* Does each jump go where the form says? */
static bool check_jumps(Check *c) {
    for (uint32_t i = 0; i < c->jumps.count; i++) {
        const CheckedJump *j = &c->jumps.items[i];
        const Goal *goal = &c->goals.items[j->goal];
        if (goal->reached && goal->offset == j->to) continue;
        show_jump(c, j);
        if (!goal->reached)
            return code_is_wrong(c, "V24", "the form has no block b%u to go to", j->goal);
        return code_is_wrong(c, "V24", "the jump at offset %u goes to offset %u, not to %u",
                             j->from, j->to, goal->offset);
    }
    return true;
}

/* ---- items */

static bool check_move_of(Check *c, const Node *to, const Node *from) {
    return check_move(c, seen_operand(c, to), seen_operand(c, from));
}

static bool check_op(Check *c, const Node *op) {
    Node *const *k = &op->kids[1]; /* the defined names, then the operands */
    switch ((Opcode)op->kids[0]->head) {
    case X_mov:
    case X_fmov: return check_move_of(c, k[0]->kids[0], k[1]);
    case X_const:
    case X_fconst: return check_constant(c, seen_operand(c, k[0]->kids[0]), k[1]);
    case X_cmpset: return check_compare_set(c, op);
    case X_fcmpset: return check_compare_set_f64(c, op);
    case X_jmp: return check_jump(c, k[1]->kids[0]->block);
    case X_cmpj: return check_compare_jump(c, op);
    case X_fcmpj: return check_compare_jump_f64(c, op);
    case X_heapj: return check_heap_jump(c, op);
    case X_dispatch: return check_dispatch(c, k[1]);
    case X_call:
    case X_callr: return check_call(c, op);
    case X_callv: return check_call_value(c, op);
    case X_calla: return check_call_area(c, op);
    case X_tail: return wants_reference(c, D_jmp, k[1]);
    case X_tailv: return check_tail_value(c, op);
    case X_lea:
    case X_load:
    case X_loadb:
    case X_loadh:
    case X_loadi:
    case X_store:
    case X_fload:
    case X_fstore:
    case X_add:
    case X_sub:
    case X_and:
    case X_or:
    case X_xor:
    case X_imul:
    case X_addt:
    case X_subt:
    case X_imult:
    case X_shl:
    case X_shr:
    case X_sar:
    case X_neg:
    case X_not:
    case X_idiv:
    case X_fadd:
    case X_fsub:
    case X_fmul:
    case X_fdiv:
    case X_fsqrt:
    case X_fneg:
    case X_cvtsi2sd:
    case X_cvttsd2si:
    case X_bump:
    case X_ret:
    case X_stop: return check_meaning(c, op);
    case X_NONE:
    case X_COUNT: break;
    }
    return code_is_wrong(c, "V24", "the form has an instruction that is none");
}

/* The touch below the frame shows a stack overflow here, where the caller's state is whole. */
static bool check_enter(Check *c) {
    Seen below = seen_memory(RSP, -((int64_t)c->frame + SIZE_PROBE), 32);
    bool probes = c->calls || c->frame > UNPROBED;
    if (probes && !wants2(c, D_test, below, seen_register(RSP, 32))) return false;
    if (c->frame && !wants2(c, D_sub, seen_register(RSP, 64), seen_number(c->frame))) return false;
    c->depth = c->frame;
    c->framed = true;
    return true;
}

static bool check_leave(Check *c) {
    if (c->frame && !wants2(c, D_add, seen_register(RSP, 64), seen_number(c->frame))) return false;
    c->depth = 0;
    return true;
}

static bool check_item(Check *c, const Node *n) {
    c->item = n;
    if (is_form(n, H_op)) return check_op(c, n);
    if (is_form(n, H_move)) return check_move_of(c, n->kids[0], n->kids[1]);
    if (is_form(n, H_constant)) return check_constant(c, seen_operand(c, n->kids[0]), n->kids[1]);
    if (is_form(n, H_swap))
        return check_exchange(c, seen_operand(c, n->kids[0]), seen_operand(c, n->kids[1]));
    if (is_form(n, H_enter_frame)) return check_enter(c);
    if (is_form(n, H_leave_frame)) return check_leave(c);
    return is_form(n, H_in) || code_is_wrong(c, "V24", "the form has an item that is none");
}

/* ---- the function */

static bool is_block(const Node *n) {
    return is_form(n, H_block) || is_form(n, H_cold);
}

static bool check_block(Check *c, const Node *block) {
    c->block = c->item = block;
    c->depth = c->framed ? c->frame : 0;
    reach(c, block->kids[0]->block);
    for (uint32_t i = 2; i < block->count; i++)
        if (!check_item(c, block->kids[i])) return false;
    return true;
}

static bool has_safepoint(const Node *block) {
    for (uint32_t i = 2; i < block->count; i++)
        if (is_form(block->kids[i], H_op) &&
            opcode_rows[block->kids[i]->kids[0]->head].flags & SAFEPOINT)
            return true;
    return false;
}

/* What must be known before the first instruction. */
static void survey(Check *c) {
    for (uint32_t i = 0; i < c->function->count; i++) {
        const Node *part = c->function->kids[i];
        if (is_form(part, H_frame)) c->frame = (uint32_t)part->kids[0]->integer;
        if (!is_block(part)) continue;
        c->calls = c->calls || has_safepoint(part);
        while (c->goals.count <= part->kids[0]->block)
            new_goal(c);
    }
}

static bool check_blocks(Check *c) {
    for (uint32_t i = 0; i < c->function->count; i++) {
        const Node *part = c->function->kids[i];
        if (!is_block(part)) continue;
        bool last = i + 1 == c->function->count;
        c->block_behind = last ? NO_BLOCK_BEHIND : c->function->kids[i + 1]->kids[0]->block;
        if (!check_block(c, part)) return false;
    }
    return true;
}

bool check_function(Check *c) {
    survey(c);
    if (!check_blocks(c)) return false;
    for (uint32_t i = 0; i < c->stubs.count; i++)
        if (!check_stub(c, &c->stubs.items[i])) return false;
    return c->reader->at_end(c) && check_jumps(c);
}

bool is_code_right(const Context *context, const Node *function, const Node *code, Buffer *report) {
    Check c = {.context = context,
               .scratch = context->scratch,
               .report = report,
               .reader = &rows_reader,
               .function = function,
               .item = function};
    start_rows(&c, code);
    return check_function(&c) && check_labels(&c);
}
