/* gvn.h - what the files of the pass gvn share. */
#ifndef SLISPC_GVN_H
#define SLISPC_GVN_H

#include "../ir/flow.h"
#include "../ir/names.h"
#include "../ir/walk.h"

typedef struct Done Done;
struct Done { /* an operation that was done on the way from the entry, innermost first */
    Done *next;
    Node *operation, *name;
};

typedef struct {
    BlockForm form; /* of the input */
    Nodes steps;    /* what is left of it */
    Node *exit;
    const Node *known_flag; /* on every way into this block: this flag was ... */
    bool known_value;
    uint32_t child, sibling;    /* in the dominator tree, index + 1 */
    VEC(uint32_t) predecessors; /* that are left; of the entry, itself; none: it is not reached */
} Block;

typedef struct {
    Walk walk; /* puts what names equal in their place */
    Arena *arena, *scratch;
    Flow *flow;          /* the graph of the input */
    Block *blocks;       /* in the same order */
    Node **same_as;      /* name number -> the operand that it equals, NULL for itself */
    int8_t *flags;       /* name number -> 1 true, -1 false on every way to here, 0 not known */
    uint32_t *uses;      /* name number -> how often what is left uses it */
    Done **table;        /* by hash */
    uint32_t slots;      /* of the table, a power of two */
    VEC(uint32_t) trail; /* slots of the table in the order in which they were added to */
} Gvn;

static inline uint32_t block_index(const Gvn *p, const Node *label) {
    return p->flow->index[label->block];
}

/* ---- number.c */

/* The step, unless its value has a name already, with operands by the names that they equal. */
void number_step(Gvn *p, Block *b, Node *step);
/* An operation or exit with its operands by the names that they equal. */
Node *renamed(Gvn *p, Node *e);
/* Forgets the operations that were done since the trail was so long. */
void forget_done(Gvn *p, uint32_t mark);
/* May it be dropped when its value is not used? */
bool is_removable(const Node *operation);

/* ---- branches.c */

/* The exit of the block, with operands by the names that they equal; a jump when it is known which
 * way a branch goes. What the branch says holds for the blocks that it alone leads to. */
void number_exit(Gvn *p, Block *b);
/* Takes on what is known on the way into the block; gives what was known before. */
int8_t enter_known(Gvn *p, const Block *b);
void leave_known(Gvn *p, const Block *b, int8_t before);

/* ---- finish.c */

/* The blocks that are reached, without what is not used, each with those that only it jumps to. */
NodeList finished_blocks(Gvn *p, uint32_t names);

#endif
