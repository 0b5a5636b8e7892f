/* pass emit : Lframed -> Lbytes                                   (convert)
 *
 * Writes each function as machine code: bytes with the instruction that they encode, and rows for
 * what the linker, the collector and debuggers need.
 * Why now: everything has its place, so an instruction says all that its bytes need.
 *
 *   (function $user/f (names 2) (returns raw) (kinds (%a.0 raw) (%b.1 raw)) (self) (frame 0)
 *     (block b0 [%a.0=rdi] (in)
 *       (add [%b.1=rdi] %a.0=rdi (word 1))
 *       (move %b.1=rax %b.1=rdi)
 *       (ret [] %b.1=rax)))
 *   => (code $user/f (frame 0)
 *        (label b0 0)
 *        (at 0 "4883c701" "add rdi, 1")
 *        (at 4 "4889f8" "mov rax, rdi")
 *        (at 7 "c3" "ret"))
 *
 * Needs:  every operand has a place that its instruction can address (alloc, frame).
 * Gives:  code that can be anywhere: what it refers to outside is relative, by name.
 * Choice: blocks are as they come; a jump to the next block is left out; a jump is short where it
 *         reaches. Failing checks and calls of what is no closure go to stubs after the code.
 */
#include "emit/emit.h"
#include "ir/template.h"

enum { SAFE_FRAME = 4096 }; /* bytes that a function without calls may use unprobed */

/* ---- instructions by the text of x86.def */

static Operand part_operand(const Part *part, const Node *op) {
    const Node *defined = op->kids[1];
    Operand o = part->fixed;
    switch (part->kind) {
    case PART_FIXED: break;
    case PART_DEFINED: o = emit_operand(defined->kids[part->which]); break;
    case PART_OPERAND: o = emit_operand(op->kids[2 + part->which]); break;
    case PART_DISPLACED:
        o.displacement = (int32_t)op->kids[2 + part->which]->kids[0]->integer;
        break;
    }
    if (part->bits) o.bits = part->bits;
    return o;
}

static void emit_step(Emitter *e, const Step *step, const Node *op) {
    Instruction in = {.mnemonic = (uint8_t)step->mnemonic};
    if (step->mnemonic == I_j) {
        const Node *trap = op->kids[2 + step->parts[1].which];
        assembler_jump(e->as, (int)step->parts[0].fixed.integer, emit_trap_label(e, trap, op->at));
        return;
    }
    for (uint8_t i = 0; i < step->count; i++)
        in.operands[in.count++] = part_operand(&step->parts[i], op);
    if (in.mnemonic == I_imul && in.operands[1].kind == OPERAND_INTEGER) {
        in.operands[in.count++] = in.operands[1]; /* imul r, r, n is the only one with a constant */
        in.operands[1] = in.operands[0];
    }
    emit_instruction(e, in, NULL);
}

static void emit_text(Emitter *e, Opcode o, const Node *op) {
    const Template *t = template_of(o);
    bool tied = opcode_rows[o].flags & TIED;
    if (tied && where_of(op->kids[1]->kids[0]) != where_of(op->kids[2]))
        bug(op, "the result is not where the first operand is");
    for (uint8_t i = 0; i < t->count; i++)
        emit_step(e, &t->steps[i], op);
}

static void emit_op(Emitter *e, const Node *op) {
    Opcode o = (Opcode)op->kids[0]->head;
    Node *const *k = &op->kids[1]; /* the defined names, then the operands */
    switch (o) {
    case X_mov:
    case X_fmov: emit_move(e, emit_operand(k[0]->kids[0]), emit_operand(k[1])); break;
    case X_const:
    case X_fconst: emit_constant(e, emit_operand(k[0]->kids[0]), k[1]); break;
    case X_cmpset: emit_compare_set(e, op); break;
    case X_fcmpset: emit_compare_set_f64(e, op); break;
    case X_jmp: emit_jump(e, k[1]->kids[0]->block); break;
    case X_cmpj: emit_compare_jump(e, op); break;
    case X_fcmpj: emit_compare_jump_f64(e, op); break;
    case X_heapj: emit_heap_jump(e, op); break;
    case X_dispatch: emit_dispatch(e, k[1]); break;
    case X_call:
    case X_callr: emit_call(e, op); break;
    case X_callv: emit_call_value(e, op); break;
    case X_calla: emit_call_area(e, op); break;
    case X_tail: emit_reference(e, I_jmp, k[1]); break;
    case X_tailv: emit_tail_value(e, op); break;
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
    case X_stop: emit_text(e, o, op); break;
    case X_NONE:
    case X_COUNT: bug(op, "no instruction");
    }
}

/* ---- functions */

/* The touch below the frame makes a stack overflow fault here, where the caller's state is
 * whole. */
static void enter_frame(Emitter *e) {
    int64_t below = (int64_t)e->frame + SIZE_PROBE;
    bool probe = e->calls || e->frame > SAFE_FRAME;
    if (probe && !fault_strikes(e->plan, FAULT_no_probe))
        emit2(e, I_test, memory(RSP, -below, 32), general(RSP, 32));
    if (e->frame && !fault_strikes(e->plan, FAULT_no_frame))
        emit2(e, I_sub, general(RSP, 64), integer(e->frame));
    assembler_depth(e->as, e->frame);
    e->framed = true;
}

static void leave_frame(Emitter *e) {
    if (e->frame) emit2(e, I_add, general(RSP, 64), integer(e->frame));
    assembler_depth(e->as, 0);
}

static void emit_item(Emitter *e, const Node *n) {
    assembler_at(e->as, n->at);
    if (is_form(n, H_op))
        emit_op(e, n);
    else if (is_form(n, H_move))
        emit_move(e, emit_operand(n->kids[0]), emit_operand(n->kids[1]));
    else if (is_form(n, H_constant))
        emit_constant(e, emit_operand(n->kids[0]), n->kids[1]);
    else if (is_form(n, H_swap))
        emit_exchange(e, emit_operand(n->kids[0]), emit_operand(n->kids[1]));
    else if (is_form(n, H_enter_frame))
        enter_frame(e);
    else if (is_form(n, H_leave_frame))
        leave_frame(e);
    else if (!is_form(n, H_in))
        bug(n, "no instruction");
}

static bool is_block(const Node *n) {
    return is_form(n, H_block) || is_form(n, H_cold);
}

static void emit_block(Emitter *e, const Node *b) {
    assembler_at(e->as, b->at);
    assembler_label(e->as, b->kids[0]->block);
    assembler_depth(e->as, e->framed ? e->frame : 0);
    for (uint32_t i = 2; i < b->count; i++)
        emit_item(e, b->kids[i]);
}

/* Finds what must be known before the first instruction. */
static uint32_t survey(Emitter *e, const Node *f) {
    uint32_t blocks = 0;
    for (uint32_t i = 0; i < f->count; i++) {
        const Node *b = f->kids[i];
        if (is_form(b, H_frame)) e->frame = (uint32_t)b->kids[0]->integer;
        if (!is_block(b)) continue;
        if (b->kids[0]->block >= blocks) blocks = b->kids[0]->block + 1;
        for (uint32_t j = 2; j < b->count; j++)
            if (is_form(b->kids[j], H_op) &&
                opcode_rows[b->kids[j]->kids[0]->head].flags & SAFEPOINT)
                e->calls = true;
    }
    return blocks;
}

static Node *emit_function(Context *c, Node *f, FaultPlan *plan) {
    Emitter e = {.context = c, .plan = plan};
    e.as = assembler_new(c->scratch, survey(&e, f));
    for (uint32_t i = 0; i < f->count; i++) {
        if (!is_block(f->kids[i])) continue;
        e.next = i + 1 < f->count ? f->kids[i + 1]->kids[0]->block : NO_BLOCK;
        emit_block(&e, f->kids[i]);
    }
    for (uint32_t i = 0; i < e.stubs.count; i++)
        emit_stub(&e, &e.stubs.items[i]);
    Rows rows = assembler_rows(e.as, c->arena);
    Rows kids = {0};
    PUSH(c->arena, kids, f->kids[0]);
    PUSH(c->arena, kids, list(c->arena, H_frame, f->at, node_int(c->arena, f->at, e.frame), NULL));
    for (uint32_t i = 0; i < rows.count; i++)
        PUSH(c->arena, kids, rows.items[i]);
    return node_list(c->arena, H_code, f->at, kids.items, kids.count);
}

Node *pass_emit(Context *c, Node *function) {
    if (!is_form(function, H_function)) return function;
    return run_with_fault(c, function, "emit", emit_function);
}
