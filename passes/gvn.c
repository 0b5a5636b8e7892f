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
 * Choice: blocks are walked in reverse postorder with the table of dominating operations as a chain
 *         (Briggs, Cooper, Simpson 1997, dominator-based). An operation that may throw is taken from
 *         a dominating equal one, for that one threw first; one that reads memory is not.
 */
#include "names.h"

#include <string.h>

typedef struct Seen Seen;
struct Seen { /* operations done so far on the way from the entry, innermost first */
    Seen *next;
    Node *r, *name;
};

typedef struct {
    Node *node;             /* the block of the input */
    uint32_t order;         /* reverse postorder number, 1 the entry; 0: not reached */
    uint32_t dominator;     /* index of the immediate dominator */
    VEC(uint32_t) comers;
    VEC(Node *) steps;
    Node *exit;
    Node *known_name;       /* on every way into this block: this flag was ... */
    bool known_value, visited;
    uint32_t child, sibling; /* in the dominator tree, index + 1 */
} Block;

enum { TABLE = 256, FIRST_BLOCK = 4 };

typedef struct {
    Arena *arena, *scratch;
    Block *blocks;
    uint32_t count;
    uint32_t *index_of;     /* block number -> index */
    VEC(uint32_t) order;    /* indices in reverse postorder */
    Node **same_as;         /* name number -> the operand it equals, NULL for itself */
    Node **bound_to;        /* name number -> a removable operation that binds it */
    uint32_t *uses;
    VEC(Node *) needed;     /* operations that were found to be needed, their operands not yet */
    Seen *table[TABLE];
    VEC(uint32_t) trail;    /* slots of the table in the order in which they were added to */
} Pass;

/* ---- the graph */

static bool is_block_node(const Node *n) { return n->kind == N_BLOCK; }

static uint32_t index_of(const Pass *p, const Node *name) { return p->index_of[name->block]; }

typedef struct {
    uint32_t block, kid;
} Way;

static void postorder(Pass *p) {
    VEC(Way) stack = {0};
    PUSH(p->scratch, stack, ((Way){0, 0}));
    p->blocks[0].visited = true;
    while (stack.count) {
        uint32_t b = stack.items[stack.count - 1].block;
        const Node *exit = p->blocks[b].exit;
        uint32_t kid = stack.items[stack.count - 1].kid++;
        if (kid >= exit->count) {
            PUSH(p->scratch, p->order, b);
            stack.count--;
        } else if (is_block_node(exit->kids[kid])) {
            uint32_t to = index_of(p, exit->kids[kid]);
            if (!p->blocks[to].visited) {
                p->blocks[to].visited = true;
                PUSH(p->scratch, stack, ((Way){to, 0}));
            }
        }
    }
}

static void order_blocks(Pass *p) {
    postorder(p);
    for (uint32_t i = 0, j = p->order.count - 1; i < j; i++, j--) {
        uint32_t t = p->order.items[i];
        p->order.items[i] = p->order.items[j];
        p->order.items[j] = t;
    }
    for (uint32_t i = 0; i < p->order.count; i++)
        p->blocks[p->order.items[i]].order = i + 1;
    for (uint32_t i = 0; i < p->order.count; i++) {
        const Node *exit = p->blocks[p->order.items[i]].exit;
        for (uint32_t k = 0; k < exit->count; k++)
            if (is_block_node(exit->kids[k])) PUSH(p->scratch, p->blocks[index_of(p, exit->kids[k])].comers, p->order.items[i]);
    }
}

static uint32_t meet(const Pass *p, uint32_t a, uint32_t b) {
    while (a != b) {
        while (p->blocks[a].order > p->blocks[b].order)
            a = p->blocks[a].dominator;
        while (p->blocks[b].order > p->blocks[a].order)
            b = p->blocks[b].dominator;
    }
    return a;
}

/* Cooper, Harvey, Kennedy 2001: a simple, fast dominance algorithm. */
static void find_dominators(Pass *p) {
    bool *done = NEW_ARRAY(p->scratch, bool, p->count);
    done[0] = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 1; i < p->order.count; i++) {
            Block *b = &p->blocks[p->order.items[i]];
            uint32_t best = UINT32_MAX;
            for (uint32_t k = 0; k < b->comers.count; k++)
                if (done[b->comers.items[k]]) best = best == UINT32_MAX ? b->comers.items[k] : meet(p, best, b->comers.items[k]);
            if (!done[p->order.items[i]] || b->dominator != best) {
                b->dominator = best;
                done[p->order.items[i]] = changed = true;
            }
        }
    }
    for (uint32_t i = p->order.count - 1; i > 0; i--) {
        Block *b = &p->blocks[p->order.items[i]];
        b->sibling = p->blocks[b->dominator].child;
        p->blocks[b->dominator].child = p->order.items[i] + 1;
    }
}

/* ---- numbering */

static Node *replaced(const Pass *p, Node *a) {
    while (a->kind == N_NAME && p->same_as[a->name.number])
        a = p->same_as[a->name.number];
    return a;
}

static Node *with_replaced(Pass *p, Node *e) {
    if (!is_tree(e)) return replaced(p, e);
    if (e->head == H_quote) return e;
    Node *out = NULL;
    for (uint32_t i = 0; i < e->count; i++) {
        Node *kid = e->kids[i]->kind == N_NAME ? replaced(p, e->kids[i]) : e->kids[i];
        if (kid == e->kids[i]) continue;
        if (!out) out = node_list(p->arena, (Head)e->head, e->at, e->kids, e->count);
        out->kids[i] = kid;
    }
    return out ? out : e;
}

static unsigned effects(const Node *r) {
    return is_form(r, H_prim) ? prim_rows[r->kids[0]->head].effects : WRITES;
}

/* May a dominating equal operation stand for it? A new object is never an old one. */
static bool is_shareable(const Node *r) {
    if (!is_form(r, H_prim)) return false;
    Prim prim = (Prim)r->kids[0]->head;
    if (prim == P_tag || prim == P_box) return true; /* boxes have no identity */
    return !(effects(r) & (READS | WRITES | ALLOCATES)) && prim_result(prim) != T_NONE;
}

static bool is_removable(const Node *r) {
    if (!is_tree(r) || r->head == H_quote || r->head == H_closure || r->head == H_global) return true;
    return is_form(r, H_prim) && !(effects(r) & (WRITES | THROWS));
}

static uint32_t hash_of(const Node *e) {
    uint32_t h = e->kind * 31u + e->head;
    if (e->kind == N_NAME) return h * 0x9e3779b1u + e->name.number;
    if (!is_tree(e)) return h * 0x9e3779b1u + (uint32_t)e->integer + (uint32_t)(e->integer >> 32);
    for (uint32_t i = 0; i < e->count; i++)
        h = h * 0x01000193u ^ hash_of(e->kids[i]);
    return h;
}

/* Equality of operations: doubles by bits, so that 0.0 and -0.0 differ. */
static Node *find(const Pass *p, const Node *r, uint32_t slot) {
    for (Seen *s = p->table[slot]; s; s = s->next)
        if (node_equal(s->r, r)) return s->name;
    return NULL;
}

static void number_step(Pass *p, Block *b, Node *step) {
    Node *name = step->kids[0], *r = with_replaced(p, step->kids[1]);
    if (!is_tree(r)) { /* a copy */
        p->same_as[name->name.number] = r;
        return;
    }
    uint32_t slot = hash_of(r) & (TABLE - 1);
    if (is_shareable(r)) {
        Node *before = find(p, r, slot);
        if (before) {
            p->same_as[name->name.number] = before;
            return;
        }
        Seen *s = NEW(p->scratch, Seen);
        *s = (Seen){p->table[slot], r, node_placed(p->arena, name, NOWHERE)};
        p->table[slot] = s;
        PUSH(p->scratch, p->trail, slot);
    }
    if (r != step->kids[1]) step = list(p->arena, H_let, step->at, name, r, NULL);
    PUSH(p->scratch, b->steps, step);
}

/* The flag's value when a block that dominates this one was only reached one way by it: 1, 0, else -1. */
static int known_flag(const Pass *p, uint32_t b, const Node *flag) {
    if (is_form(flag, H_quote)) return flag->kids[0]->kind != N_NIL && flag->kids[0]->kind != N_FALSE;
    for (;; b = p->blocks[b].dominator) {
        const Block *block = &p->blocks[b];
        if (block->known_name && same_name(block->known_name, flag)) return block->known_value;
        if (b == 0) return -1;
    }
}

/* What a branch tells the blocks that it alone leads to. */
static void teach(Pass *p, const Node *exit) {
    for (uint32_t side = 1; side <= 2; side++) {
        Block *to = &p->blocks[index_of(p, exit->kids[side])];
        if (to->comers.count != 1 || exit->kids[1]->block == exit->kids[2]->block) continue;
        to->known_name = exit->kids[0];
        to->known_value = side == 1;
    }
}

static void number_exit(Pass *p, uint32_t index) {
    Block *b = &p->blocks[index];
    b->exit = with_replaced(p, b->exit);
    if (!is_form(b->exit, H_branch)) return;
    int known = known_flag(p, index, b->exit->kids[0]);
    if (known >= 0) b->exit = list(p->arena, H_jump, b->exit->at, b->exit->kids[known ? 1 : 2], NULL);
    else if (b->exit->kids[0]->kind == N_NAME) teach(p, b->exit);
}

/* A block with one way in, a jump, needs no parameters: they are the jump's arguments. */
static void number_params(Pass *p, Block *b) {
    if (b->comers.count != 1 || b->order == 1) return;
    const Node *exit = p->blocks[b->comers.items[0]].exit, *params = b->node->kids[1];
    if (!is_form(exit, H_jump)) return;
    for (uint32_t i = 0; i < params->count; i++)
        if (exit->kids[i + 1]->kind == N_NAME) p->same_as[params->kids[i]->name.number] = exit->kids[i + 1];
}

/* What was added to the table since `mark` is not seen outside of the subtree that added it. */
static void forget_since(Pass *p, uint32_t mark) {
    while (p->trail.count > mark) {
        uint32_t slot = p->trail.items[--p->trail.count];
        p->table[slot] = p->table[slot]->next;
    }
}

typedef struct {
    uint32_t block, mark;
    bool done; /* its subtree is: forget */
} Walk;

/* Down the dominator tree, with a stack of its own. */
static void number_all(Pass *p) {
    VEC(Walk) stack = {0};
    PUSH(p->scratch, stack, ((Walk){0, 0, false}));
    while (stack.count) {
        Walk walk = stack.items[--stack.count];
        if (walk.done) {
            forget_since(p, walk.mark);
            continue;
        }
        Block *b = &p->blocks[walk.block];
        PUSH(p->scratch, stack, ((Walk){walk.block, p->trail.count, true}));
        number_params(p, b);
        for (uint32_t i = 2; i + 1 < b->node->count; i++)
            number_step(p, b, b->node->kids[i]);
        number_exit(p, walk.block);
        for (uint32_t k = b->child; k; k = p->blocks[k - 1].sibling)
            PUSH(p->scratch, stack, ((Walk){k - 1, 0, false}));
    }
}

/* ---- what is left */

/* Counts the ways into each block that are left, from the entry on. */
static void count_comers(Pass *p) {
    VEC(uint32_t) work = {0};
    for (uint32_t i = 0; i < p->count; i++) {
        p->blocks[i].visited = false;
        p->blocks[i].comers.count = 0;
    }
    PUSH(p->scratch, work, 0);
    p->blocks[0].visited = true;
    while (work.count) {
        uint32_t b = work.items[--work.count];
        const Node *exit = p->blocks[b].exit;
        for (uint32_t k = 0; k < exit->count; k++) {
            if (!is_block_node(exit->kids[k])) continue;
            uint32_t to = index_of(p, exit->kids[k]);
            PUSH(p->scratch, p->blocks[to].comers, b);
            if (p->blocks[to].visited) continue;
            p->blocks[to].visited = true;
            PUSH(p->scratch, work, to);
        }
    }
}

static void use(Pass *p, const Node *e);

/* Counts a use; the first one makes what binds the name needed too. */
static void use_name(Pass *p, const Node *name) {
    if (p->uses[name->name.number]++ == 0 && p->bound_to[name->name.number]) PUSH(p->scratch, p->needed, p->bound_to[name->name.number]);
}

static void use(Pass *p, const Node *e) {
    if (e->kind == N_NAME) use_name(p, e);
    if (!is_tree(e) || e->head == H_quote) return;
    for (uint32_t i = 0; i < e->count; i++)
        use(p, e->kids[i]);
}

static void find_needed(Pass *p) {
    for (uint32_t i = 0; i < p->count; i++)
        for (uint32_t k = 0; k < p->blocks[i].steps.count; k++) {
            Node *step = p->blocks[i].steps.items[k];
            if (is_removable(step->kids[1])) p->bound_to[step->kids[0]->name.number] = step->kids[1];
        }
    for (uint32_t i = 0; i < p->count; i++) {
        Block *b = &p->blocks[i];
        if (!b->visited) continue;
        use(p, b->exit);
        for (uint32_t k = 0; k < b->steps.count; k++)
            if (!is_removable(b->steps.items[k]->kids[1])) use(p, b->steps.items[k]->kids[1]);
    }
    while (p->needed.count)
        use(p, p->needed.items[--p->needed.count]);
}

/* May the block be appended to the one that jumps to it? */
static bool follows(const Pass *p, const Node *exit) {
    return is_form(exit, H_jump) && p->blocks[index_of(p, exit->kids[0])].comers.count == 1 && index_of(p, exit->kids[0]) != 0;
}

typedef VEC(Node *) Nodes;

/* Parameters that are constants on the only way in. */
static void bind_params(Pass *p, Nodes *out, const Block *b, const Node *jump) {
    const Node *params = b->node->kids[1];
    for (uint32_t i = 0; i < params->count; i++)
        if (!p->same_as[params->kids[i]->name.number] && p->uses[params->kids[i]->name.number])
            PUSH(p->scratch, *out, list(p->arena, H_let, jump->at, params->kids[i], jump->kids[i + 1], NULL));
}

static void add_steps(Pass *p, Nodes *out, const Block *b) {
    for (uint32_t k = 0; k < b->steps.count; k++) {
        Node *step = b->steps.items[k];
        if (!is_removable(step->kids[1]) || p->uses[step->kids[0]->name.number]) PUSH(p->scratch, *out, step);
    }
}

static Node *finished_block(Pass *p, Block *b) {
    Nodes kids = {0};
    PUSH(p->scratch, kids, b->node->kids[0]);
    PUSH(p->scratch, kids, b->node->kids[1]);
    add_steps(p, &kids, b);
    const Block *last = b;
    while (follows(p, last->exit)) {
        const Block *next = &p->blocks[index_of(p, last->exit->kids[0])];
        bind_params(p, &kids, next, last->exit);
        add_steps(p, &kids, next);
        last = next;
    }
    PUSH(p->scratch, kids, last->exit);
    return node_list(p->arena, (Head)b->node->head, b->node->at, kids.items, kids.count);
}

static Node *finished(Pass *p, Node *f) {
    Nodes kids = {0};
    for (uint32_t i = 0; i < FIRST_BLOCK; i++)
        PUSH(p->scratch, kids, f->kids[i]);
    for (uint32_t i = 0; i < p->count; i++) {
        Block *b = &p->blocks[i];
        bool appended = i > 0 && b->comers.count == 1 && follows(p, p->blocks[b->comers.items[0]].exit);
        if (b->visited && !appended) PUSH(p->scratch, kids, finished_block(p, b));
    }
    return node_list(p->arena, H_function, f->at, kids.items, kids.count);
}

static void start(Pass *p, Node *f) {
    uint32_t most = 0, names = (uint32_t)f->kids[1]->kids[0]->integer;
    p->count = f->count - FIRST_BLOCK;
    p->blocks = NEW_ARRAY(p->scratch, Block, p->count);
    for (uint32_t i = 0; i < p->count; i++) {
        Node *block = f->kids[i + FIRST_BLOCK];
        p->blocks[i].node = block;
        p->blocks[i].exit = block->kids[block->count - 1];
        if (block->kids[0]->block > most) most = block->kids[0]->block;
    }
    p->index_of = NEW_ARRAY(p->scratch, uint32_t, most + 1);
    for (uint32_t i = 0; i < p->count; i++)
        p->index_of[p->blocks[i].node->kids[0]->block] = i;
    p->same_as = NEW_ARRAY(p->scratch, Node *, names);
    p->bound_to = NEW_ARRAY(p->scratch, Node *, names);
    p->uses = NEW_ARRAY(p->scratch, uint32_t, names);
}

Node *pass_gvn(Context *context, Node *top) {
    if (is_form(top, H_entry)) return top;
    Pass p = {.arena = context->arena, .scratch = context->scratch};
    start(&p, top);
    order_blocks(&p);
    find_dominators(&p);
    number_all(&p);
    count_comers(&p);
    find_needed(&p);
    return finished(&p, top);
}
