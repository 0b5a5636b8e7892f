/* flow.c - the blocks of one function as a graph: edges, order, dominators, loops. */
#include "flow.h"
#include "walk.h"

static void add_successor(Flow *f, FlowBlock *b, const Node *name) {
    if (name->kind != N_BLOCK) return;
    if (name->block >= f->numbers || f->index[name->block] == NO_BLOCK)
        bug(name, "there is no block b%u", name->block);
    if (b->successor_count == MOST_SUCCESSORS)
        bug(b->node, "a block with more than two successors");
    b->successors[b->successor_count++] = f->index[name->block];
}

/* The blocks that the last form of b names: itself, as exits do, or in (to b ...). */
static void find_successors(Flow *f, FlowBlock *b) {
    NodeList inside = kids_of(b->node);
    NodeList parts = kids_of(inside.items[inside.count - 1]);
    for (uint32_t i = 0; i < parts.count; i++) {
        const Node *part = parts.items[i];
        add_successor(f, b, is_form(part, H_to) ? as_to(part).target : part);
    }
}

static void find_predecessors(Arena *scratch, Flow *f) {
    for (uint32_t b = 0; b < f->count; b++)
        for (uint32_t s = 0; s < f->blocks[b].successor_count; s++)
            f->blocks[f->blocks[b].successors[s]].predecessor_count++;
    for (uint32_t b = 0; b < f->count; b++) {
        f->blocks[b].predecessors = NEW_ARRAY(scratch, uint32_t, f->blocks[b].predecessor_count);
        f->blocks[b].predecessor_count = 0;
    }
    for (uint32_t b = 0; b < f->count; b++)
        for (uint32_t s = 0; s < f->blocks[b].successor_count; s++) {
            FlowBlock *to = &f->blocks[f->blocks[b].successors[s]];
            to->predecessors[to->predecessor_count++] = b;
        }
}

/* Depth first with a stack of its own. Of two successors the one that is last in the function
 * is visited first, so that it comes last in the order. */
static void find_order(Arena *scratch, Flow *f) {
    typedef struct {
        uint32_t block, next;
    } Frame;
    Frame *stack = NEW_ARRAY(scratch, Frame, f->count + 1);
    bool *seen = NEW_ARRAY(scratch, bool, f->count);
    uint32_t depth = 0, left = f->count;
    f->ordered = NEW_ARRAY(scratch, uint32_t, f->count);
    seen[0] = true;
    stack[depth++] = (Frame){0, 0};
    while (depth) {
        Frame *v = &stack[depth - 1];
        FlowBlock *b = &f->blocks[v->block];
        if (v->next == b->successor_count) {
            f->ordered[--left] = v->block;
            depth--;
            continue;
        }
        bool forward = b->successor_count == 2 && b->successors[0] > b->successors[1];
        uint32_t s = b->successors[b->successor_count == 2 && !forward ? 1 - v->next : v->next];
        v->next++;
        if (!seen[s]) {
            seen[s] = true;
            stack[depth++] = (Frame){s, 0};
        }
    }
    f->reached = f->count - left;
    f->ordered += left;
    for (uint32_t i = 0; i < f->reached; i++)
        f->blocks[f->ordered[i]].order = i;
}

Flow *flow_of(Arena *scratch, const Node *function) {
    Flow *f = NEW(scratch, Flow);
    NodeList blocks = as_function(function).blocks;
    f->count = blocks.count;
    f->blocks = NEW_ARRAY(scratch, FlowBlock, f->count);
    for (uint32_t b = 0; b < f->count; b++) {
        Node *node = blocks.items[b];
        f->blocks[b] = (FlowBlock){.node = node,
                                   .cold = node->head == H_cold,
                                   .order = NO_BLOCK,
                                   .dominator = NO_BLOCK,
                                   .loop = NO_BLOCK,
                                   .outer = NO_BLOCK};
        uint32_t number = as_block(node).label->block;
        if (number >= f->numbers) f->numbers = number + 1;
    }
    f->index = NEW_ARRAY(scratch, uint32_t, f->numbers);
    for (uint32_t n = 0; n < f->numbers; n++)
        f->index[n] = NO_BLOCK;
    for (uint32_t b = 0; b < f->count; b++) {
        uint32_t number = as_block(f->blocks[b].node).label->block;
        if (f->index[number] != NO_BLOCK) bug(f->blocks[b].node, "block b%u stands twice", number);
        f->index[number] = b;
    }
    for (uint32_t b = 0; b < f->count; b++)
        find_successors(f, &f->blocks[b]);
    find_predecessors(scratch, f);
    find_order(scratch, f);
    return f;
}

/* ---- dominators */

static uint32_t intersect(const Flow *f, uint32_t a, uint32_t b) {
    while (a != b) {
        while (f->blocks[a].order > f->blocks[b].order)
            a = f->blocks[a].dominator;
        while (f->blocks[b].order > f->blocks[a].order)
            b = f->blocks[b].dominator;
    }
    return a;
}

uint32_t common_dominator(const Flow *f, uint32_t a, uint32_t b) {
    if (dominates(f, a, b)) return a;
    if (dominates(f, b, a)) return b;
    return intersect(f, a, b);
}

/* One step up the tree; the block is marked as one that leads up to the dominator of `below`. */
static uint32_t marked_step_up(Flow *f, uint32_t a, uint32_t below) {
    f->blocks[a].leads_to = below;
    return f->blocks[a].dominator;
}

/* Ways up that meet one that was walked before stop there: a block with many predecessors costs no
 * more than the part of the tree between them and its dominator. */
static uint32_t dominator_of_predecessors(Flow *f, uint32_t b) {
    uint32_t found = NO_BLOCK;
    for (uint32_t i = 0; i < f->blocks[b].predecessor_count; i++) {
        uint32_t p = f->blocks[b].predecessors[i];
        if (f->blocks[p].order == NO_BLOCK || (p && f->blocks[p].dominator == NO_BLOCK)) continue;
        if (found == NO_BLOCK) found = p;
        while (p != found && f->blocks[p].leads_to != b) {
            if (f->blocks[p].order > f->blocks[found].order)
                p = marked_step_up(f, p, b);
            else
                found = marked_step_up(f, found, b);
        }
    }
    return found;
}

/* Numbers the dominator tree: a block's subtree is an interval, found from the sizes of subtrees.
 */
static void number_tree(Arena *scratch, Flow *f) {
    uint32_t *size = NEW_ARRAY(scratch, uint32_t, f->count);
    for (uint32_t i = f->reached; i-- > 0;) {
        uint32_t b = f->ordered[i];
        size[b]++;
        if (i) size[f->blocks[b].dominator] += size[b];
    }
    uint32_t *next = NEW_ARRAY(scratch, uint32_t, f->count);
    for (uint32_t i = 0; i < f->reached; i++) {
        FlowBlock *b = &f->blocks[f->ordered[i]];
        b->inside = i ? next[b->dominator] : 0;
        b->end = b->inside + size[f->ordered[i]];
        if (i) next[b->dominator] = b->end;
        next[f->ordered[i]] = b->inside + 1;
    }
}

void flow_dominators(Arena *scratch, Flow *f) {
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < f->reached; i++)
            f->blocks[f->ordered[i]].leads_to = NO_BLOCK;
        for (uint32_t i = 1; i < f->reached; i++) {
            uint32_t b = f->ordered[i], d = dominator_of_predecessors(f, b);
            changed |= f->blocks[b].dominator != d;
            f->blocks[b].dominator = d;
        }
    }
    number_tree(scratch, f);
}

/* ---- loops */

/* The header of the outermost loop found so far around b; headers are handled from the inside out.
 */
static uint32_t outermost(const Flow *f, uint32_t b) {
    uint32_t header = f->blocks[b].loop;
    while (header != NO_BLOCK && f->blocks[header].outer != NO_BLOCK)
        header = f->blocks[header].outer;
    return header;
}

/* Puts block b, or the outermost loop that it is in already, into the loop of `header`. What is new
 * in the loop goes onto the stack: its predecessors are in the loop, too. */
static void take_in(Flow *f, uint32_t b, uint32_t header, uint32_t *stack, uint32_t *depth) {
    uint32_t inner = outermost(f, b);
    if (b == header || inner == header) return;
    if (inner == NO_BLOCK)
        f->blocks[b].loop = header;
    else
        f->blocks[inner].outer = header;
    stack[(*depth)++] = inner == NO_BLOCK ? b : inner;
}

void flow_loops(Arena *scratch, Flow *f) {
    uint32_t *stack = NEW_ARRAY(scratch, uint32_t, f->count + 1);
    for (uint32_t i = f->reached; i-- > 0;) {
        uint32_t header = f->ordered[i], depth = 0;
        FlowBlock *h = &f->blocks[header];
        for (uint32_t p = 0; p < h->predecessor_count; p++) {
            if (f->blocks[h->predecessors[p]].order == NO_BLOCK ||
                !dominates(f, header, h->predecessors[p]))
                continue;
            h->loop = header;
            take_in(f, h->predecessors[p], header, stack, &depth);
        }
        while (depth) {
            FlowBlock *b = &f->blocks[stack[--depth]];
            for (uint32_t p = 0; p < b->predecessor_count; p++)
                if (f->blocks[b->predecessors[p]].order != NO_BLOCK)
                    take_in(f, b->predecessors[p], header, stack, &depth);
        }
    }
}

bool in_loop(const Flow *f, uint32_t b, uint32_t header) {
    for (uint32_t h = f->blocks[b].loop; h != NO_BLOCK; h = f->blocks[h].outer)
        if (h == header) return true;
    return false;
}
