/* pass frame : Lplaced -> Lframed                                 (convert)
 *
 * Lays out the stack frame, enters and leaves it, puts parallel moves into sequence, and turns the
 * roots of each safepoint into its stack map.
 * Why now: the number of slots is known.
 *
 *   (function $f ... (slots 1)
 *     (block b0 [%a.0=rdi %b.1=rsi] (in)
 *       (parallel (move %b.1=s0 %b.1=rsi) (move %b.1=rdi %b.1=rsi))
 *       (call [%c.2=rax] (code $g) %b.1=rdi (roots %b.1=s0))
 *       (cmp-set [%d.3=rax] (cc eq) %c.2=rax %b.1=s0)
 *       (ret [] %d.3=rax)))
 *   => (function $f ... (frame 8 (slot 0 0))
 *        (block b0 [%a.0=rdi %b.1=rsi] (in)
 *          (enter-frame)
 *          (move %b.1=s0[rsp+0] %b.1=rsi)
 *          (move %b.1=rdi %b.1=rsi)
 *          (call [%c.2=rax] (code $g) %b.1=rdi (map %b.1=s0[rsp+0]))
 *          (cmp-set [%d.3=rax] (cc eq) %c.2=rax %b.1=s0[rsp+0])
 *          (leave-frame)
 *          (ret [] %d.3=rax)))
 *
 * Needs:  places (alloc).
 * Gives:  a frame of 8 bytes more than a multiple of 16 where there are calls, so that rsp is on a
 *         multiple of 16 at each; none where there are neither calls nor slots.
 * Choice: slots in order of their numbers, each 8 bytes; one spare after them if a cycle of moves
 *         goes through memory.
 */
#include "frame/frame.h"

enum { SLOT_BYTES = 8, ALIGNMENT = 16 };

static uint32_t offset_of(Where slot) {
    return SLOT_BYTES * (uint32_t)(slot - SLOT0);
}

Node *laid_out(Frame *f, const Node *name) {
    Node *copy = node_placed(f->arena, name, where_of(name));
    if (is_slot(where_of(name))) copy->at = offset_of(where_of(name)) + 1;
    return copy;
}

static NodeList all_laid_out(Frame *f, NodeList names) {
    Node **out = NEW_ARRAY(f->scratch, Node *, names.count);
    for (uint32_t i = 0; i < names.count; i++)
        out[i] = laid_out(f, names.items[i]);
    return nodes(out, names.count, names.at);
}

/* ---- instructions */

static Node *lay_out(void *context, Node *name) {
    return laid_out(context, name);
}

/* The roots are the stack map: the allocator has all of them in slots. */
static Node *op_laid_out(Frame *f, const Node *op) {
    OpForm made = op_renamed(f->arena, f->scratch, op, lay_out, f);
    if (as_op(op).roots.exists) made.map = all_laid_out(f, as_op(op).roots);
    return make_op(f->arena, op->at, made);
}

static void add_item(Frame *f, Node *item, Nodes *out) {
    switch (Lplaced_Instr_of(item)) {
    case Lplaced_Instr_op:
        if (leaves_function(item) && f->is_framed)
            PUSH(f->scratch, *out, make_leave_frame(f->arena, item->at));
        PUSH(f->scratch, *out, op_laid_out(f, item));
        break;
    case Lplaced_Instr_parallel: add_in_sequence(f, as_parallel(item).moves, out); break;
    case Lplaced_Instr_move:
    case Lplaced_Instr_constant: add_in_sequence(f, nodes(&item, 1, item->at), out); break;
    }
}

static Node *frame_block(Frame *f, const Node *block, bool is_entry) {
    InstrBlockForm b = as_instr_block(block);
    Nodes out = {0};
    if (is_entry && f->is_framed)
        PUSH(f->scratch, out, make_enter_frame(f->arena, b.instructions.items[0]->at));
    b.parameters = all_laid_out(f, b.parameters);
    b.in = all_laid_out(f, b.in);
    for (uint32_t i = 0; i < b.instructions.count; i++)
        add_item(f, b.instructions.items[i], &out);
    b.instructions = list_of(out, block->at);
    return make_instr_block(f->arena, (Head)block->head, block->at, b);
}

/* ---- the frame */

static bool has_safepoint(NodeList instructions) {
    for (uint32_t i = 0; i < instructions.count; i++)
        if (is_instruction(instructions.items[i]) && is_safepoint(instructions.items[i]))
            return true;
    return false;
}

/* Whether there is a frame is known before the blocks are written; whether a spare slot is needed,
 * only after. */
static void plan_frame(Frame *f, FunctionForm function) {
    for (uint32_t b = 0; b < function.blocks.count && !f->has_calls; b++)
        f->has_calls = has_safepoint(as_instr_block(function.blocks.items[b]).instructions);
    f->slots = (uint32_t)function.slots->integer;
    f->is_framed = f->slots || f->has_calls;
    f->readers = NEW_ARRAY(f->scratch, uint32_t, SLOT0 + f->slots + 1);
    f->writer = NEW_ARRAY(f->scratch, uint32_t, SLOT0 + f->slots + 1);
}

/* After the return address was pushed, rsp is 8 off a multiple of 16. */
static uint32_t frame_bytes(const Frame *f, uint32_t slots) {
    uint32_t bytes = SLOT_BYTES * slots;
    return f->has_calls && bytes % ALIGNMENT == 0 ? bytes + SLOT_BYTES : bytes;
}

static void add_frame(Frame *f, Pos at, FunctionForm *function) {
    uint32_t count = f->slots + f->has_spare;
    Node **slots = NEW_ARRAY(f->scratch, Node *, count);
    for (uint32_t k = 0; k < count; k++) {
        Node *number = node_int(f->arena, at, k);
        slots[k] =
            make_slot(f->arena, at, number, node_int(f->arena, at, offset_of((Where)(SLOT0 + k))));
    }
    function->slots = NULL;
    function->frame_bytes = node_int(f->arena, at, frame_bytes(f, count));
    function->frame_slots = nodes(slots, count, at);
}

Node *pass_frame(Context *c, Node *function) {
    Frame f = {.arena = c->arena, .scratch = c->scratch};
    FunctionForm form = as_function(function);
    Nodes blocks = {0};
    plan_frame(&f, form);
    for (uint32_t b = 0; b < form.blocks.count; b++)
        PUSH(c->scratch, blocks, frame_block(&f, form.blocks.items[b], b == 0));
    form.blocks = list_of(blocks, function->at);
    add_frame(&f, function->at, &form);
    return make_function(c->arena, function->at, form);
}
