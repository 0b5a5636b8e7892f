/* flow.h - the blocks of one function as a graph: edges, order, dominators, loops.
 *
 * Reads Lmemory and all forms of it up to Lplaced: the successors of a block are the blocks that
 * its last form names. For select, intervals and alloc; the verifier has its own.
 */
#ifndef SLISPC_FLOW_H
#define SLISPC_FLOW_H

#include "ir.h"

#define NO_BLOCK UINT32_MAX
enum { MOST_SUCCESSORS = 2 };

typedef struct {
    Node *node;
    bool cold;
    uint32_t successors[MOST_SUCCESSORS], successor_count;
    uint32_t *predecessors, predecessor_count;
    /* flow_order */
    uint32_t order; /* position in reverse postorder, NO_BLOCK when it cannot be reached */
    /* flow_dominators */
    uint32_t dominator; /* the immediate one; NO_BLOCK for the entry */
    uint32_t leads_to;  /* while they are found: the block that it was last seen to lead up from */
    uint32_t inside,
        end; /* the dominator tree: b dominates c when inside(b) <= inside(c) < end(b) */
    /* flow_loops */
    uint32_t
        loop; /* header of the innermost loop that it is in (itself if it is one), or NO_BLOCK */
    uint32_t outer; /* of a header: header of the loop around its loop, or NO_BLOCK */
} FlowBlock;

typedef struct {
    FlowBlock *blocks; /* as they are in the function, the entry first */
    uint32_t count;
    uint32_t *index;   /* by block number; NO_BLOCK for none */
    uint32_t numbers;  /* one more than the highest block number */
    uint32_t *ordered; /* reverse postorder; of two successors the one that is first comes first */
    uint32_t reached;  /* blocks that can be reached */
} Flow;

/* Finds blocks, edges and reverse postorder. */
Flow *flow_of(Arena *scratch, const Node *function);
/* Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm. */
void flow_dominators(Arena *scratch, Flow *flow);
/* Needs dominators. Only loops whose header dominates their back edges count as loops. */
void flow_loops(Arena *scratch, Flow *flow);

/* The block that the label names. */
static inline FlowBlock *flow_block(const Flow *f, const Node *label) {
    return &f->blocks[f->index[label->block]];
}
static inline bool dominates(const Flow *f, uint32_t a, uint32_t b) {
    return f->blocks[a].inside <= f->blocks[b].inside && f->blocks[b].inside < f->blocks[a].end;
}
/* The nearest block that dominates both. */
uint32_t common_dominator(const Flow *f, uint32_t a, uint32_t b);
/* Is block b inside the loop of `header`? */
bool in_loop(const Flow *f, uint32_t b, uint32_t header);

#endif
