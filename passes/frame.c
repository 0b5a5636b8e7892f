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
 * Choice: slots in order of their numbers, each 8 bytes; one spare behind them if a cycle of moves
 *         goes through memory.
 */
#include "frame/frame.h"

enum { SLOT_BYTES = 8 };

Node *laid_out(Frame *f, const Node *name) {
    Where w = where_of(name);
    if (!is_slot(w)) return node_placed(f->arena, name, w);
    Node *copy = node_placed(f->arena, name, w);
    copy->at = f->offsets[w - SLOT0] + 1;
    f->seen[w - SLOT0] = copy;
    return copy;
}

static Node *lay_out(void *context, Node *name) {
    return laid_out(context, name);
}

/* ---- stack maps */

static bool lists_slot(const Nodes *map, Where slot) {
    for (uint32_t i = 0; i < map->count; i++)
        if (where_of(map->items[i]) == slot) return true;
    return false;
}

/* A slot that is put into the map wrongly, if a fault asks for one. */
static void add_wrong_roots(Frame *f, Nodes *map, const Node *moves) {
    for (uint32_t k = 0; k < f->slots && f->faults->kind == FAULT_extra_root; k++)
        if (f->seen[k] && !lists_slot(map, (Where)(SLOT0 + k)) &&
            fault_strikes(f->faults, FAULT_extra_root))
            PUSH(f->scratch, *map, f->seen[k]);
    for (uint32_t i = 0; moves && i < moves->count && f->faults->kind == FAULT_map_live_before;
         i++) {
        const Node *from = moves->kids[i]->kids[1];
        if (from->kind == N_NAME && is_slot(where_of(from)) && f->references[from->name.number] &&
            !lists_slot(map, where_of(from)) && fault_strikes(f->faults, FAULT_map_live_before))
            PUSH(f->scratch, *map, laid_out(f, from));
    }
}

/* `moves`: the group of moves before the instruction, or NULL. */
static Node *stack_map(Frame *f, const Node *roots, const Node *moves) {
    Nodes map = {0};
    for (uint32_t i = 0; i < roots->count; i++)
        if (!fault_strikes(f->faults, FAULT_missing_root))
            PUSH(f->scratch, map, laid_out(f, roots->kids[i]));
    if (map.count && fault_strikes(f->faults, FAULT_map_empty)) map.count = 0;
    add_wrong_roots(f, &map, moves);
    return node_list(f->arena, H_map, roots->at, map.items, map.count);
}

/* ---- instructions */

static void add_op(Frame *f, const Node *op, const Node *moves, Nodes *out) {
    const Node *roots = note_of(op, H_roots);
    Node *made = make_op(f->arena, op->at, op_renamed(f->arena, f->scratch, op, lay_out, f));
    if (roots) {
        Node *map = stack_map(f, roots, moves);
        made = node_extended(f->arena, made, &map, 1);
    }
    if (leaves_function(op) && f->framed && !fault_strikes(f->faults, FAULT_no_leave_frame))
        PUSH(f->scratch, *out, list(f->arena, H_leave_frame, op->at, NULL));
    PUSH(f->scratch, *out, made);
}

static void add_item(Frame *f, const Node *item, const Node *before, Nodes *out) {
    if (is_form(item, H_parallel)) {
        add_in_sequence(f, item, out);
    } else if (is_instruction(item)) {
        bool group = is_form(before, H_parallel);
        add_op(f, item, group ? before : NULL, out);
    } else { /* a single move or constant */
        Node *group = list(f->arena, H_parallel, item->at, (Node *)(uintptr_t)item, NULL);
        add_in_sequence(f, group, out);
    }
}

static Node *frame_block(Frame *f, const Node *block, bool entry) {
    Nodes out = {0};
    for (uint32_t i = 0; i < block->count; i++) {
        Node *kid = block->kids[i];
        if (i == 1 || is_form(kid, H_in)) { /* parameters, claims */
            Node *copy = i == 1 ? node_tree(f->arena, N_VECTOR, kid->at, kid->kids, kid->count)
                                : node_list(f->arena, H_in, kid->at, kid->kids, kid->count);
            for (uint32_t k = 0; k < copy->count; k++)
                copy->kids[k] = laid_out(f, kid->kids[k]);
            PUSH(f->scratch, out, copy);
            if (i == 2 && entry && f->framed)
                PUSH(f->scratch, out, list(f->arena, H_enter_frame, block->kids[3]->at, NULL));
        } else if (i == 0) {
            PUSH(f->scratch, out, kid);
        } else {
            add_item(f, kid, block->kids[i - 1], &out);
        }
    }
    return node_list(f->arena, (Head)block->head, block->at, out.items, out.count);
}

/* ---- the frame */

/* Offsets are known before the blocks are written; whether a spare slot is needed, only after. */
static void plan_frame(Frame *f, const Node *function) {
    for (uint32_t b = function_first_block(function); b < function->count; b++)
        for (uint32_t i = 2; i < function->kids[b]->count; i++) {
            const Node *item = function->kids[b]->kids[i];
            if (is_instruction(item)) f->calls = f->calls || has_flag(item, SAFEPOINT);
        }
    const Node *kinds = function_part(function, H_kinds);
    f->references = NEW_ARRAY(f->scratch, bool, function_names(function));
    for (uint32_t i = 0; i < kinds->count; i++)
        f->references[kinds->kids[i]->kids[0]->name.number] =
            holds_named(kinds->kids[i]->kids[1]->text) == HOLDS_REF;
    f->slots = (uint32_t)function_part(function, H_slots)->kids[0]->integer;
    f->framed = f->slots || f->calls;
    f->offsets = NEW_ARRAY(f->scratch, uint32_t, f->slots + 1);
    f->seen = NEW_ARRAY(f->scratch, Node *, f->slots + 1);
    for (uint32_t k = 0; k <= f->slots; k++) {
        f->offsets[k] = SLOT_BYTES * k;
        if (k && k < f->slots && fault_strikes(f->faults, FAULT_slot_overlap))
            f->offsets[k] = f->offsets[k - 1];
    }
    f->readers = NEW_ARRAY(f->scratch, uint32_t, SLOT0 + f->slots + 1);
    f->writer = NEW_ARRAY(f->scratch, uint32_t, SLOT0 + f->slots + 1);
}

static Node *frame_form(Frame *f, Pos at) {
    Nodes kids = {0};
    uint32_t count = f->slots + f->spare, bytes = SLOT_BYTES * count;
    if (f->calls && bytes % 16 == 0) bytes += SLOT_BYTES;
    if (count && fault_strikes(f->faults, FAULT_frame_too_small)) bytes -= 2 * SLOT_BYTES;
    PUSH(f->scratch, kids, node_int(f->arena, at, (int32_t)bytes));
    for (uint32_t k = 0; k < count; k++)
        PUSH(f->scratch, kids,
             list(f->arena, H_slot, at, node_int(f->arena, at, k),
                  node_int(f->arena, at, f->offsets[k]), NULL));
    return node_list(f->arena, H_frame, at, kids.items, kids.count);
}

static Node *frame_function(Context *c, Node *function, FaultPlan *faults) {
    Frame f = {.arena = c->arena, .scratch = c->scratch, .faults = faults};
    Nodes kids = {0};
    plan_frame(&f, function);
    uint32_t first = function_first_block(function);
    for (uint32_t i = 0; i < function->count; i++) {
        Node *part = function->kids[i];
        if (i >= first) part = frame_block(&f, part, i == first);
        PUSH(c->scratch, kids, part);
    }
    for (uint32_t i = 0; i < first; i++)
        if (is_form(kids.items[i], H_slots)) kids.items[i] = frame_form(&f, kids.items[i]->at);
    return node_list(c->arena, H_function, function->at, kids.items, kids.count);
}

Node *pass_frame(Context *c, Node *function) {
    return run_with_fault(c, function, "frame", frame_function);
}
