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
#include "flow.h"
#include "names.h"

typedef struct Seen Seen;
struct Seen { /* operations done so far on the way from the entry, innermost first */
    Seen *next;
    Node *r, *name;
};

typedef struct {
    VEC(Node *) steps;       /* what is left of the block of the input */
    Node *exit;
    Node *known_name;        /* on every way into this block: this flag was ... */
    bool known_value;
    uint32_t child, sibling; /* in the dominator tree, index + 1 */
    VEC(uint32_t) comers;    /* of what is left: blocks that leave for this one; none: not reached */
} Block;

typedef struct {
    Arena *arena, *scratch;
    Flow *flow;             /* the graph of the input */
    Block *blocks;          /* in the same order */
    Node **same_as;         /* name number -> the operand it equals, NULL for itself */
    Node **bound_to;        /* name number -> a removable operation that binds it */
    uint32_t *uses;
    VEC(Node *) needed;     /* operations that were found to be needed, their operands not yet */
    int8_t *flags;          /* name number -> 1 true, -1 false on every way to here, 0 not known */
    Seen **table;
    uint32_t slots;         /* of the table, a power of two */
    VEC(uint32_t) trail;    /* slots of the table in the order in which they were added to */
} Pass;

static bool is_block_node(const Node *n) { return n->kind == N_BLOCK; }

static uint32_t index_of(const Pass *p, const Node *name) { return p->flow->index[name->block]; }

static const Node *block_node(const Pass *p, uint32_t b) { return p->flow->blocks[b].node; }

/* Children stand in the order in which the blocks are reached. */
static void link_dominator_tree(Pass *p) {
    for (uint32_t i = p->flow->reached; i-- > 1;) {
        uint32_t b = p->flow->ordered[i];
        Block *above = &p->blocks[p->flow->blocks[b].dominator];
        p->blocks[b].sibling = above->child;
        above->child = b + 1;
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
    uint32_t slot = hash_of(r) & (p->slots - 1);
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
static int known_flag(const Pass *p, const Node *flag) {
    if (is_form(flag, H_quote)) return flag->kids[0]->kind != N_NIL && flag->kids[0]->kind != N_FALSE;
    int known = flag->kind == N_NAME ? p->flags[flag->name.number] : 0;
    return known == 0 ? -1 : known > 0;
}

/* What a branch tells the blocks that it alone leads to. */
static void teach(Pass *p, const Node *exit) {
    for (uint32_t side = 1; side <= 2; side++) {
        Block *to = &p->blocks[index_of(p, exit->kids[side])];
        uint32_t ways = p->flow->blocks[index_of(p, exit->kids[side])].predecessor_count;
        if (ways != 1) continue;
        to->known_name = exit->kids[0];
        to->known_value = side == 1;
    }
}

static void number_exit(Pass *p, uint32_t index) {
    Block *b = &p->blocks[index];
    b->exit = with_replaced(p, b->exit);
    if (!is_form(b->exit, H_branch)) return;
    int known = known_flag(p, b->exit->kids[0]);
    if (known >= 0) b->exit = list(p->arena, H_jump, b->exit->at, b->exit->kids[known ? 1 : 2], NULL);
    else if (b->exit->kids[0]->kind == N_NAME) teach(p, b->exit);
}

/* A block with one way in, a jump, needs no parameters: they are the jump's arguments. */
static void number_params(Pass *p, uint32_t b) {
    const FlowBlock *f = &p->flow->blocks[b];
    if (f->predecessor_count != 1 || b == 0) return;
    const Node *exit = p->blocks[f->predecessors[0]].exit, *params = f->node->kids[1];
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

/* What the way into `b` says of a flag holds in its subtree. Gives what was known before. */
static int8_t learn(Pass *p, const Block *b) {
    if (!b->known_name) return 0;
    int8_t *flag = &p->flags[b->known_name->name.number], before = *flag;
    *flag = b->known_value ? 1 : -1;
    return before;
}

static void unlearn(Pass *p, const Block *b, int8_t before) {
    if (b->known_name) p->flags[b->known_name->name.number] = before;
}

typedef struct {
    uint32_t block, mark;
    int8_t before;
    bool done; /* its subtree is: forget */
} Walk;

/* Down the dominator tree, with a stack of its own. */
static void number_all(Pass *p) {
    VEC(Walk) stack = {0};
    PUSH(p->scratch, stack, ((Walk){0}));
    while (stack.count) {
        Walk walk = stack.items[--stack.count];
        if (walk.done) {
            forget_since(p, walk.mark);
            unlearn(p, &p->blocks[walk.block], walk.before);
            continue;
        }
        Block *b = &p->blocks[walk.block];
        PUSH(p->scratch, stack, ((Walk){walk.block, p->trail.count, learn(p, b), true}));
        number_params(p, walk.block);
        const Node *node = block_node(p, walk.block);
        for (uint32_t i = 2; i + 1 < node->count; i++)
            number_step(p, b, node->kids[i]);
        number_exit(p, walk.block);
        for (uint32_t k = b->child; k; k = p->blocks[k - 1].sibling)
            PUSH(p->scratch, stack, ((Walk){.block = k - 1}));
    }
}

/* ---- what is left */

/* Finds the ways into each block that are left, from the entry on. */
static void find_comers(Pass *p) {
    VEC(uint32_t) work = {0};
    PUSH(p->scratch, p->blocks[0].comers, 0); /* from outside */
    PUSH(p->scratch, work, 0);
    while (work.count) {
        uint32_t b = work.items[--work.count];
        const Node *exit = p->blocks[b].exit;
        for (uint32_t k = 0; k < exit->count; k++) {
            if (!is_block_node(exit->kids[k])) continue;
            uint32_t to = index_of(p, exit->kids[k]);
            if (p->blocks[to].comers.count == 0) PUSH(p->scratch, work, to);
            PUSH(p->scratch, p->blocks[to].comers, b);
        }
    }
}

static bool is_left(const Pass *p, uint32_t b) { return p->blocks[b].comers.count > 0; }

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
    uint32_t count = p->flow->count;
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < p->blocks[i].steps.count; k++) {
            Node *step = p->blocks[i].steps.items[k];
            if (is_removable(step->kids[1])) p->bound_to[step->kids[0]->name.number] = step->kids[1];
        }
    for (uint32_t i = 0; i < count; i++) {
        const Block *b = &p->blocks[i];
        if (!is_left(p, i)) continue;
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

/* Parameters that are constants on the only way in. */
static void bind_params(Pass *p, Nodes *out, const Node *params, const Node *jump) {
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

static Node *finished_block(Pass *p, uint32_t b) {
    const Node *node = block_node(p, b);
    Nodes kids = {0};
    PUSH(p->scratch, kids, node->kids[0]);
    PUSH(p->scratch, kids, node->kids[1]);
    add_steps(p, &kids, &p->blocks[b]);
    Node *exit = p->blocks[b].exit;
    while (follows(p, exit)) {
        uint32_t next = index_of(p, exit->kids[0]);
        bind_params(p, &kids, block_node(p, next)->kids[1], exit);
        add_steps(p, &kids, &p->blocks[next]);
        exit = p->blocks[next].exit;
    }
    PUSH(p->scratch, kids, exit);
    return node_list(p->arena, (Head)node->head, node->at, kids.items, kids.count);
}

static Node *finished(Pass *p, const Node *f) {
    Nodes kids = {0};
    for (uint32_t i = 0; i < f->count - p->flow->count; i++)
        PUSH(p->scratch, kids, f->kids[i]);
    for (uint32_t i = 0; i < p->flow->count; i++) {
        const Block *b = &p->blocks[i];
        bool appended = i > 0 && b->comers.count == 1 && follows(p, p->blocks[b->comers.items[0]].exit);
        if (is_left(p, i) && !appended) PUSH(p->scratch, kids, finished_block(p, i));
    }
    return node_list(p->arena, H_function, f->at, kids.items, kids.count);
}

Node *pass_gvn(Context *context, Node *top) {
    if (is_form(top, H_entry)) return top;
    uint32_t names = (uint32_t)top->kids[1]->kids[0]->integer;
    Pass p = {.arena = context->arena, .scratch = context->scratch, .flow = flow_of(context->scratch, top)};
    flow_dominators(p.scratch, p.flow);
    p.blocks = NEW_ARRAY(p.scratch, Block, p.flow->count);
    for (uint32_t i = 0; i < p.flow->count; i++)
        p.blocks[i].exit = block_node(&p, i)->kids[block_node(&p, i)->count - 1];
    p.same_as = NEW_ARRAY(p.scratch, Node *, names);
    p.bound_to = NEW_ARRAY(p.scratch, Node *, names);
    p.uses = NEW_ARRAY(p.scratch, uint32_t, names);
    p.flags = NEW_ARRAY(p.scratch, int8_t, names);
    for (p.slots = 64; p.slots < names;)
        p.slots *= 2;
    p.table = NEW_ARRAY(p.scratch, Seen *, p.slots);
    link_dominator_tree(&p);
    number_all(&p);
    find_comers(&p);
    find_needed(&p);
    return finished(&p, top);
}
