/* pass gvn : Lblocks -> Lblocks                                          (optimise)
 *
 * Computes nothing twice: an operation with the same operands as one that dominates it is that one;
 * a branch whose flag is known from a branch above is a jump; what nobody uses is dropped.
 * Why now: control flow is a graph, so dominance says what has certainly been done before.
 *
 *   (block b0 [%a.1:any] (let %x.2:any (prim %car %a.1)) (let %y.3:any (prim %car %a.1))
 *                        (tail-direct $user/g.w2 %x.2 %y.3))
 *   => (block b0 [%a.1:any] (let %x.2:any (prim %car %a.1)) (tail-direct $user/g.w2 %x.2 %x.2))
 *
 * Needs:  SSA: every name is bound once, and its binding dominates its uses.
 * Gives:  no operation moves: an effect, a check or an error happens where and when it did before.
 * Choice: down the dominator tree, with a table of the operations that were done on the way there
 *         (Briggs, Cooper, Simpson 1997). An operation that may throw is taken from a dominating
 *         equal one, for that one threw first; one that reads memory is not.
 */
#include "gvn/gvn.h"

/* What a name equals: names of copies and of operations that were done before are gone. */
static Node *replaced(Walk *w, Node *operand) {
    const Gvn *p = (Gvn *)w;
    while (operand->kind == N_NAME && p->same_as[operand->name.number])
        operand = p->same_as[operand->name.number];
    return operand;
}

/* A block with one way in, a jump, needs no parameters: they are the jump's arguments. */
static void number_parameters(Gvn *p, uint32_t b) {
    const FlowBlock *f = &p->flow->blocks[b];
    if (f->predecessor_count != 1 || b == 0) return;
    const Node *exit = p->blocks[f->predecessors[0]].exit;
    if (!is_form(exit, H_jump)) return;
    NodeList parameters = p->blocks[b].form.parameters, values = as_jump(exit).values;
    for (uint32_t i = 0; i < parameters.count; i++)
        if (values.items[i]->kind == N_NAME)
            p->same_as[parameters.items[i]->name.number] = values.items[i];
}

static void number_block(Gvn *p, uint32_t index) {
    Block *b = &p->blocks[index];
    number_parameters(p, index);
    for (uint32_t i = 0; i < b->form.steps.count; i++)
        number_step(p, b, b->form.steps.items[i]);
    number_exit(p, b);
}

/* Children are in the order in which the blocks are reached. */
static void link_dominator_tree(Gvn *p) {
    for (uint32_t i = p->flow->reached; i-- > 1;) {
        uint32_t b = p->flow->ordered[i];
        Block *above = &p->blocks[p->flow->blocks[b].dominator];
        p->blocks[b].sibling = above->child;
        above->child = b + 1;
    }
}

typedef struct {
    uint32_t block, mark;
    int8_t before;
    bool done; /* its subtree is: forget what was found there */
} Visit;

/* Down the dominator tree, with a stack of its own. */
static void number_all(Gvn *p) {
    VEC(Visit) stack = {0};
    link_dominator_tree(p);
    PUSH(p->scratch, stack, ((Visit){0}));
    while (stack.count) {
        Visit visit = stack.items[--stack.count];
        const Block *b = &p->blocks[visit.block];
        if (visit.done) {
            forget_done(p, visit.mark);
            leave_known(p, b, visit.before);
            continue;
        }
        Visit after = {visit.block, p->trail.count, enter_known(p, b), true};
        PUSH(p->scratch, stack, after);
        number_block(p, visit.block);
        for (uint32_t k = b->child; k; k = p->blocks[k - 1].sibling)
            PUSH(p->scratch, stack, ((Visit){.block = k - 1}));
    }
}

Node *pass_gvn(Context *context, Node *top) {
    if (is_form(top, H_entry)) return top;
    FunctionForm f = as_function(top);
    uint32_t names = (uint32_t)f.names->integer;
    Gvn p = {.walk = {.arena = context->arena, .visit = replaced},
             .arena = context->arena,
             .scratch = context->scratch,
             .flow = flow_of(context->scratch, top)};
    flow_dominators(p.scratch, p.flow);
    p.blocks = NEW_ARRAY(p.scratch, Block, p.flow->count);
    for (uint32_t i = 0; i < p.flow->count; i++) {
        p.blocks[i].form = as_block(p.flow->blocks[i].node);
        p.blocks[i].exit = p.blocks[i].form.exit;
    }
    p.same_as = NEW_ARRAY(p.scratch, Node *, names);
    p.uses = NEW_ARRAY(p.scratch, uint32_t, names);
    p.flags = NEW_ARRAY(p.scratch, int8_t, names);
    for (p.slots = 64; p.slots < names;)
        p.slots *= 2;
    p.table = NEW_ARRAY(p.scratch, Done *, p.slots);
    number_all(&p);
    f.blocks = finished_blocks(&p, names);
    return remake_function(p.arena, top, f);
}
