/* pass alloc : Lintervals -> Lplaced                              (convert)
 *
 * Gives every value a register or a stack slot at each point where it is live, and writes down the
 * moves that this needs.
 * Why now: the intervals say in one linear order what is needed when.
 *
 *   (block b0 [%a.0=rdi %b.1=rsi] (live-in) (live-out)
 *     (call [%c.2=rax] (code $user/f) %a.0=rdi (roots %b.1) (last %a.0))
 *     (cmp-set [%d.3] (cc eq) %c.2 %b.1 (last %b.1 %c.2))
 *     (ret [] %d.3=rax (last %d.3)))
 *   => (block b0 [%a.0=rdi %b.1=rsi] (in)
 *        (move %b.1=s0 %b.1=rsi)
 *        (call [%c.2=rax] (code $user/f) %a.0=rdi (roots %b.1=s0))
 *        (cmp-set [%d.3=rax] (cc eq) %c.2=rax %b.1=s0)
 *        (ret [] %d.3=rax))
 *
 * Needs:  a linear order in which all but back edges go forward (intervals).
 * Gives:  a place at every name. What is live across a safepoint is in a slot. Each block states
 *         what it finds where; an edge's moves come before its jmp.
 * Choice: one walk along the linear order (Traub, Holloway, Smith: Quality and Speed in Linear-scan
 *         Register Allocation): a value keeps its register until another needs it more or a call
 *         takes it, then lives in its slot and gets a second chance at its next use. A slot is
 *         written once, in the block that dominates all that read it, outside of loops that do not
 *         define the value; a cold block that needs it elsewhere stores it itself, so hot code does
 *         not pay. alloc/alloc.h has the invariants.
 */
#include "alloc/alloc.h"

static void note_end(Alloc *a) {
    for (Where r = RAX; r <= XMM15; r++) {
        Located l = {a->occupant[r], r};
        if (l.value != NO_VALUE) PUSH(a->scratch, a->blocks[a->block].registers, l);
    }
}

static void walk_block(Alloc *a, uint32_t b) {
    NodeList instructions = a->blocks[b].form.instructions;
    a->block = b;
    enter_block(a, b);
    for (uint32_t i = 0; i < instructions.count; i++) {
        a->number++;
        place_instruction(a, instructions.items[i]);
    }
    note_end(a);
}

Node *pass_alloc(Context *c, Node *function) {
    Alloc a = {.arena = c->arena,
               .scratch = c->scratch,
               .form = as_function(function),
               .at = function->at,
               .flow = flow_of(c->scratch, function)};
    flow_dominators(c->scratch, a.flow);
    flow_loops(c->scratch, a.flow);
    read_function(&a);
    for (Where r = RAX; r <= XMM15; r++)
        a.occupant[r] = NO_VALUE;
    for (uint32_t b = 0; b < a.flow->count; b++) {
        if (b == a.first_cold) settle_stores(&a);
        walk_block(&a, b);
    }
    if (a.first_cold == a.flow->count) settle_stores(&a);
    number_slots(&a);
    return build_function(&a);
}
