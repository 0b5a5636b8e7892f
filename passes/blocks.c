/* pass blocks : Lspecial -> Lblocks                                      (convert)
 *
 * Turns each function's tree into basic blocks with parameters: joins and loops take values as
 * arguments of jumps, which is SSA without phi functions.
 * Why now: everything that branches has been made explicit; the rest of the way sees one function.
 *
 *   (function $user/f (names 3) (returns int) (env) [%a.1:int %t.2:flag] (if %t.2 %a.1 (quote 7)))
 *   => (function $user/f (names 3) (returns int) (self)
 *       (block b0 [%a.1:int %t.2:flag] (branch %t.2 b1 b2))
 *       (block b1 [] (return %a.1))
 *       (block b2 [] (return (quote 7))))
 *
 * Needs:  every test is a flag; a tail call gives what the function returns (specialize).
 * Gives:  blocks in the order in which they are reached; calls in tail position leave the function.
 * Choice: code is made for a destination (return, join, or a pair of blocks for a test), so that
 *         `and` and `or` become jumps and no value is made only to be tested. A branch on
 *         %fixnum? or %fixnums? has a cold else; so has one that ends in a throw.
 */
#include "names.h"

typedef struct {
    uint32_t number, comers; /* comers: jumps to it so far */
    bool cold, open;         /* open: it takes steps and has no exit yet */
    Node *params;
    VEC(Node *) steps;
    Node *exit;
    Pos at;
} Block;

/* A block mentioned in an exit: its number is filled in at the end. */
typedef struct {
    Node *node;
    Block *block;
} Mention;

typedef struct {
    Arena *arena, *scratch;
    VEC(Block *) blocks;
    VEC(Mention) mentions;
    Block *current;
    uint32_t names;
    uint32_t *uses;       /* of each name, by number */
    Block **loops;        /* header of each loop label, by number */
    bool *tests_fixnum;   /* names of the input that are the result of a fixnum test */
    uint32_t limit;       /* numbers of the input are below it */
    Type returns;
} Pass;

/* Where the value of an expression goes. */
typedef enum { RETURN, JOIN, TEST } DestinationKind;
typedef struct {
    DestinationKind kind;
    Block *block, *otherwise; /* JOIN: the block that takes it as argument. TEST: true, false */
} Destination;

static void generate(Pass *p, Node *e, Destination to);

/* ---- blocks */

/* What is made while a cold block is being filled is cold too. */
static Block *new_block(Pass *p, Pos at, Node *params) {
    Block *b = NEW(p->scratch, Block);
    b->cold = p->current && p->current->cold;
    b->at = at;
    b->params = params ? params : node_tree(p->arena, N_VECTOR, at, NULL, 0);
    return b;
}

/* From here on steps go into `b`. A block that nothing jumps to stays closed: it takes none. */
static void start_block(Pass *p, Block *b) {
    p->current = b;
    if (b->comers == 0) return;
    b->open = true;
    b->number = p->blocks.count;
    PUSH(p->scratch, p->blocks, b);
}

static void step(Pass *p, Pos at, Node *name, Node *r) {
    if (p->current->open) PUSH(p->scratch, p->current->steps, list(p->arena, H_let, at, name, r, NULL));
}

static Node *mention(Pass *p, Block *b) {
    Node *n = node_block(p->arena, 0);
    b->comers += p->current->open;
    PUSH(p->scratch, p->mentions, ((Mention){n, b}));
    return n;
}

static void leave(Pass *p, Node *exit) {
    if (!p->current->open) return;
    p->current->exit = exit;
    p->current->open = false;
}

static void jump(Pass *p, Pos at, Block *to, Node *const *args, uint32_t count) {
    if (!p->current->open) return;
    leave(p, build(p->arena, at, "(jump ? ?...)", mention(p, to), args, count));
}

static void stop(Pass *p, Pos at) {
    if (p->current->open && p->blocks.count > 1) p->current->cold = true;
    leave(p, list(p->arena, H_stop, at, NULL));
}

static bool is_constant(const Node *a) { return is_form(a, H_quote); }
static bool is_true(const Node *a) { return a->kids[0]->kind != N_NIL && a->kids[0]->kind != N_FALSE; }

static bool is_fixnum_test(const Pass *p, const Node *a) {
    return a->kind == N_NAME && a->name.number < p->limit && p->tests_fixnum[a->name.number];
}

static void branch(Pass *p, Pos at, Node *a, Block *then, Block *otherwise) {
    if (is_constant(a)) {
        jump(p, at, is_true(a) ? then : otherwise, NULL, 0);
        return;
    }
    if (!p->current->open) return;
    if (is_fixnum_test(p, a)) otherwise->cold = true;
    Node *first = mention(p, then), *second = mention(p, otherwise);
    leave(p, list(p->arena, H_branch, at, a, first, second, NULL));
}

/* ---- values */

static bool is_operand(const Node *e) { return !is_tree(e) || e->head == H_quote; }

static bool never_returns(const Node *e) {
    return is_form(e, H_prim) && prim_result((Prim)e->kids[0]->head) == T_NONE;
}

/* A name (or operand) for the value of an operation of the given representation. */
static Node *named(Pass *p, Pos at, Node *e, Type type) {
    if (is_operand(e)) return e;
    Node *name = numbered_name(p->arena, &p->names, "r");
    step(p, at, node_typed(p->arena, name, type), e);
    return name;
}

static Head tail_head(const Node *e) {
    if (!is_tree(e)) return H_NONE;
    return e->head == H_call ? H_tail_call : e->head == H_direct ? H_tail_direct : e->head == H_enter ? H_tail_enter : H_NONE;
}

static void finish(Pass *p, Node *e, Destination to) {
    Pos at = is_tree(e) ? e->at : p->current->at;
    if (never_returns(e)) {
        named(p, at, e, T_ANY);
        stop(p, at);
        return;
    }
    switch (to.kind) {
    case RETURN:
        if (tail_head(e)) leave(p, node_list(p->arena, tail_head(e), at, e->kids, e->count));
        else leave(p, list(p->arena, H_return, at, named(p, at, e, p->returns), NULL));
        break;
    case JOIN: {
        Node *a = named(p, at, e, type_of(to.block->params->kids[0]));
        jump(p, at, to.block, &a, 1);
        break;
    }
    case TEST: branch(p, at, named(p, at, e, T_FLAG), to.block, to.otherwise); break;
    }
}

/* ---- control */

/* Both arms, in blocks that something may already jump to. */
static void arms(Pass *p, Node *e, Block *then, Block *otherwise, Destination to) {
    start_block(p, then);
    generate(p, e->kids[1], to);
    start_block(p, otherwise);
    generate(p, e->kids[2], to);
}

static void generate_if(Pass *p, Node *e, Destination to) {
    Block *then = new_block(p, e->at, NULL), *otherwise = new_block(p, e->at, NULL);
    branch(p, e->at, e->kids[0], then, otherwise);
    arms(p, e, then, otherwise, to);
}

static void generate_loop(Pass *p, Node *e, Destination to) {
    const Node *starts = e->kids[1];
    Node **names = NEW_ARRAY(p->scratch, Node *, starts->count + 1), **values = NEW_ARRAY(p->scratch, Node *, starts->count + 1);
    for (uint32_t i = 0; i < starts->count; i++) {
        names[i] = starts->kids[i]->kids[0];
        values[i] = starts->kids[i]->kids[1];
    }
    Block *header = new_block(p, e->at, node_tree(p->arena, N_VECTOR, e->at, names, starts->count));
    p->loops[e->kids[0]->name.number] = header;
    jump(p, e->at, header, values, starts->count);
    start_block(p, header);
    generate(p, e->kids[2], to);
}

static bool is_control(const Node *e) {
    return is_tree(e) && (e->head == H_if || e->head == H_loop || e->head == H_let);
}

static Destination join_for(Pass *p, Pos at, Node *name) {
    return (Destination){JOIN, new_block(p, at, node_tree(p->arena, N_VECTOR, at, &name, 1)), NULL};
}

/* Is the name only made to be the test of `consumer`? Then its value need not be made. */
static bool only_tested_by(const Pass *p, const Node *name, const Node *consumer) {
    return is_form(consumer, H_if) && same_name(consumer->kids[0], name) && p->uses[name->name.number] == 1;
}

static void bind_simple(Pass *p, Node *name, Node *r, Pos at) {
    step(p, at, name, r);
    if (is_form(r, H_prim)) {
        uint16_t prim = r->kids[0]->head;
        p->tests_fixnum[name->name.number] = prim == P_is_fixnum || prim == P_fixnums;
    }
    if (never_returns(r)) stop(p, at);
}

/* [name control] followed by (if name ...): the control jumps straight to the arms of the if. */
static void generate_test(Pass *p, Node *test, Node *consumer, Destination to) {
    Block *then = new_block(p, consumer->at, NULL), *otherwise = new_block(p, consumer->at, NULL);
    generate(p, test, (Destination){TEST, then, otherwise});
    arms(p, consumer, then, otherwise, to);
}

static void generate_let(Pass *p, Node *e, Destination to) {
    const Node *bindings = e->kids[0];
    for (uint32_t i = 0; i < bindings->count; i++) {
        Node *name = bindings->kids[i]->kids[0], *r = bindings->kids[i]->kids[1];
        bool last = i + 1 == bindings->count;
        Node *consumer = last ? e->kids[1] : bindings->kids[i + 1]->kids[1];
        if (!is_control(r)) {
            bind_simple(p, name, r, bindings->kids[i]->at);
        } else if (only_tested_by(p, name, consumer)) {
            if (last) {
                generate_test(p, r, consumer, to);
                return;
            }
            Destination join = join_for(p, consumer->at, bindings->kids[++i]->kids[0]);
            generate_test(p, r, consumer, join);
            start_block(p, join.block);
        } else {
            Destination join = join_for(p, r->at, name);
            generate(p, r, join);
            start_block(p, join.block);
        }
    }
    generate(p, e->kids[1], to);
}

static void generate(Pass *p, Node *e, Destination to) {
    switch (is_tree(e) ? e->head : (uint16_t)H_NONE) {
    case H_let: generate_let(p, e, to); break;
    case H_if: generate_if(p, e, to); break;
    case H_loop: generate_loop(p, e, to); break;
    case H_recur: jump(p, e->at, p->loops[e->kids[0]->name.number], e->kids + 1, e->count - 1); break;
    default: finish(p, e, to); break;
    }
}

/* ---- functions */

static void count_uses(Pass *p, const Node *e) {
    if (e->kind == N_NAME) p->uses[e->name.number]++;
    if (!is_tree(e) || e->head == H_quote) return;
    for (uint32_t i = 0; i < e->count; i++) {
        bool bindings = e->kids[i]->kind == N_VECTOR && (e->head == H_let || e->head == H_loop);
        for (uint32_t k = 0; bindings && k < e->kids[i]->count; k++)
            count_uses(p, e->kids[i]->kids[k]->kids[1]);
        if (!bindings) count_uses(p, e->kids[i]);
    }
}

/* Captured values are loaded from the closure on entry, those that are used. */
static void load_captures(Pass *p, const Node *env) {
    for (uint32_t i = 1; i < env->count; i++)
        if (p->uses[env->kids[i]->name.number]) {
            Node *self = node_placed(p->arena, env->kids[0], NOWHERE);
            step(p, env->at, env->kids[i],
                 build(p->arena, env->at, "(prim %closure-ref ? (quote ?))", self, node_int(p->arena, env->at, (int64_t)i - 1)));
        }
}

static Node *block_form(Pass *p, Block *b) {
    VEC(Node *) kids = {0};
    PUSH(p->scratch, kids, node_block(p->arena, b->number));
    PUSH(p->scratch, kids, b->params);
    for (uint32_t i = 0; i < b->steps.count; i++)
        PUSH(p->scratch, kids, b->steps.items[i]);
    PUSH(p->scratch, kids, b->exit);
    return node_list(p->arena, b->cold ? H_cold : H_block, b->at, kids.items, kids.count);
}

static Node *finished(Pass *p, const Function *f) {
    for (uint32_t i = 0; i < p->mentions.count; i++)
        p->mentions.items[i].node->block = p->mentions.items[i].block->number;
    VEC(Node *) kids = {0};
    Pos at = f->whole->at;
    PUSH(p->scratch, kids, f->name);
    PUSH(p->scratch, kids, names_form(p->arena, at, p->names));
    PUSH(p->scratch, kids, returns_form(p->arena, at, type_text(p->returns)));
    PUSH(p->scratch, kids, node_list(p->arena, H_self, at, f->env->kids, f->env->count > 0));
    for (uint32_t i = 0; i < p->blocks.count; i++)
        PUSH(p->scratch, kids, block_form(p, p->blocks.items[i]));
    return node_list(p->arena, H_function, at, kids.items, kids.count);
}

Node *pass_blocks(Context *context, Node *top) {
    if (is_form(top, H_entry)) return top;
    Function f = function_parts(top);
    Pass p = {.arena = context->arena, .scratch = context->scratch, .names = f.names, .limit = f.names,
              .returns = f.returns};
    p.uses = NEW_ARRAY(p.scratch, uint32_t, f.names + 1);
    p.loops = NEW_ARRAY(p.scratch, Block *, f.names + 1);
    p.tests_fixnum = NEW_ARRAY(p.scratch, bool, f.names + 1);
    count_uses(&p, f.body);
    Block *entry = new_block(&p, top->at, f.params);
    entry->comers = 1;
    start_block(&p, entry);
    load_captures(&p, f.env);
    generate(&p, f.body, (Destination){RETURN, NULL, NULL});
    return finished(&p, &f);
}
