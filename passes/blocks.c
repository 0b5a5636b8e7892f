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
#include "walk.h"

typedef struct {
    uint32_t number, predecessors; /* jumps to it so far */
    bool cold, open;               /* open: it takes steps and has no exit yet */
    NodeList parameters;
    Nodes steps;
    Node *exit;
    Pos at;
} Block;

/* A block mentioned in an exit: its number is filled in at the end. */
typedef struct {
    Node *node;
    Block *block;
} Mention;

typedef struct {
    Walk walk; /* counts uses */
    Arena *arena, *scratch;
    VEC(Block *) blocks;
    VEC(Mention) mentions;
    Block *current;
    uint32_t names;
    uint32_t *uses;     /* of each name, by number */
    Block **loops;      /* header of each loop label, by number */
    bool *tests_fixnum; /* names of the input that are the result of a fixnum test */
    uint32_t limit;     /* numbers of the input are below it */
    Type returns;
} Blocks;

/* Where the value of an expression goes. */
typedef enum { RETURN, JOIN, TEST } DestinationKind;
typedef struct {
    DestinationKind kind;
    Block *block, *otherwise; /* JOIN: the block that takes it as argument. TEST: true, false */
} Destination;

static void generate(Blocks *p, Node *e, Destination to);

/* ---- blocks */

/* What is made while a cold block is being filled is cold too. */
static Block *new_block(Blocks *p, Pos at, NodeList parameters) {
    Block *b = NEW(p->scratch, Block);
    b->cold = p->current && p->current->cold;
    b->at = at;
    b->parameters = parameters;
    return b;
}

/* From here on steps go into `b`. A block that nothing jumps to stays closed: it takes none. */
static void start_block(Blocks *p, Block *b) {
    p->current = b;
    if (b->predecessors == 0) return;
    b->open = true;
    b->number = p->blocks.count;
    PUSH(p->scratch, p->blocks, b);
}

static void step(Blocks *p, Pos at, Node *name, Node *r) {
    if (p->current->open) PUSH(p->scratch, p->current->steps, make_step_let(p->arena, at, name, r));
}

static Node *mention(Blocks *p, Block *b) {
    Node *n = node_block(p->arena, 0);
    b->predecessors += p->current->open;
    PUSH(p->scratch, p->mentions, ((Mention){n, b}));
    return n;
}

static void leave(Blocks *p, Node *exit) {
    if (!p->current->open) return;
    p->current->exit = exit;
    p->current->open = false;
}

static void jump(Blocks *p, Pos at, Block *to, NodeList values) {
    if (p->current->open) leave(p, make_jump(p->arena, at, mention(p, to), values));
}

static void stop(Blocks *p, Pos at) {
    if (p->current->open && p->blocks.count > 1) p->current->cold = true;
    leave(p, make_stop(p->arena, at));
}

static bool is_constant(const Node *a) {
    return is_form(a, H_quote);
}

static bool is_fixnum_test(const Blocks *p, const Node *a) {
    return a->kind == N_NAME && a->name.number < p->limit && p->tests_fixnum[a->name.number];
}

static void branch(Blocks *p, Pos at, Node *a, Block *then, Block *otherwise) {
    if (is_constant(a)) {
        jump(p, at, is_truthy(as_quote(a).datum) ? then : otherwise, nodes(NULL, 0, at));
        return;
    }
    if (!p->current->open) return;
    if (is_fixnum_test(p, a)) otherwise->cold = true;
    Node *first = mention(p, then), *second = mention(p, otherwise);
    leave(p,
          make_branch(p->arena, at, (BranchForm){.test = a, .then = first, .otherwise = second}));
}

/* ---- values */

static bool never_returns(const Node *e) {
    return is_form(e, H_prim) && prim_result((Prim)as_prim(e).operation->head) == T_NONE;
}

/* A name (or operand) for the value of an operation of the given representation. */
static Node *named(Blocks *p, Pos at, Node *e, Type type) {
    if (is_operand(e)) return e;
    Node *name = numbered_name(p->arena, &p->names, "r");
    step(p, at, node_typed(p->arena, name, type), e);
    return name;
}

/* The exit that a call in tail position becomes, NULL for all else. */
static Node *tail_exit(Blocks *p, Pos at, const Node *e) {
    if (is_form(e, H_call)) {
        CallForm f = as_call(e);
        return make_tail_call(p->arena, at, f.callee, f.operands);
    }
    if (is_form(e, H_direct)) {
        DirectForm f = as_direct(e);
        return make_tail_direct(p->arena, at, f.function, f.operands);
    }
    if (!is_form(e, H_enter)) return NULL;
    EnterForm f = as_enter(e);
    return make_tail_enter(p->arena, at, f.function, f.closure, f.operands);
}

static void finish_return(Blocks *p, Pos at, Node *e) {
    Node *exit = tail_exit(p, at, e);
    leave(p, exit ? exit : make_return(p->arena, at, named(p, at, e, p->returns)));
}

static void finish(Blocks *p, Node *e, Destination to) {
    Pos at = is_tree(e) ? e->at : p->current->at;
    if (never_returns(e)) {
        named(p, at, e, T_ANY);
        stop(p, at);
        return;
    }
    switch (to.kind) {
    case RETURN: finish_return(p, at, e); break;
    case JOIN: {
        Node *a = named(p, at, e, type_of(to.block->parameters.items[0]));
        jump(p, at, to.block, nodes(&a, 1, at));
        break;
    }
    case TEST: branch(p, at, named(p, at, e, T_FLAG), to.block, to.otherwise); break;
    }
}

/* ---- control */

static Block *plain_block(Blocks *p, Pos at) {
    return new_block(p, at, nodes(NULL, 0, at));
}

/* Both arms, in blocks that something may already jump to. */
static void arms(Blocks *p, IfForm f, Block *then, Block *otherwise, Destination to) {
    start_block(p, then);
    generate(p, f.then, to);
    start_block(p, otherwise);
    generate(p, f.otherwise, to);
}

static void generate_if(Blocks *p, Pos at, IfForm f, Destination to) {
    Block *then = plain_block(p, at), *otherwise = plain_block(p, at);
    branch(p, at, f.test, then, otherwise);
    arms(p, f, then, otherwise, to);
}

static void generate_loop(Blocks *p, Pos at, LoopForm loop, Destination to) {
    uint32_t count = loop.bindings.count;
    Node **names = NEW_ARRAY(p->arena, Node *, count),
         **starts = NEW_ARRAY(p->arena, Node *, count);
    for (uint32_t i = 0; i < count; i++) {
        BindingForm b = as_binding(loop.bindings.items[i]);
        names[i] = b.name;
        starts[i] = b.value;
    }
    Block *header = new_block(p, at, nodes(names, count, at));
    p->loops[loop.label->name.number] = header;
    jump(p, at, header, nodes(starts, count, at));
    start_block(p, header);
    generate(p, loop.body, to);
}

static bool is_control(const Node *e) {
    return is_form(e, H_if) || is_form(e, H_loop) || is_form(e, H_let);
}

static Destination join_for(Blocks *p, Pos at, Node *name) {
    Node **parameter = NEW(p->arena, Node *);
    *parameter = name;
    return (Destination){JOIN, new_block(p, at, nodes(parameter, 1, at)), NULL};
}

/* Is the name only made to be the test of `consumer`? Then its value need not be made. */
static bool only_tested_by(const Blocks *p, const Node *name, const Node *consumer) {
    return is_form(consumer, H_if) && same_name(as_if(consumer).test, name) &&
           p->uses[name->name.number] == 1;
}

static void bind_simple(Blocks *p, Node *name, Node *r, Pos at) {
    step(p, at, name, r);
    if (is_form(r, H_prim)) {
        uint16_t prim = as_prim(r).operation->head;
        p->tests_fixnum[name->name.number] = prim == P_is_fixnum || prim == P_fixnums;
    }
    if (never_returns(r)) stop(p, at);
}

/* [name control] followed by (if name ...): the control jumps straight to the arms of the if. */
static void generate_test(Blocks *p, Node *test, Node *consumer, Destination to) {
    Block *then = plain_block(p, consumer->at), *otherwise = plain_block(p, consumer->at);
    generate(p, test, (Destination){TEST, then, otherwise});
    arms(p, as_if(consumer), then, otherwise, to);
}

static void generate_let(Blocks *p, LetForm let, Destination to) {
    NodeList bindings = let.bindings;
    for (uint32_t i = 0; i < bindings.count; i++) {
        BindingForm b = as_binding(bindings.items[i]);
        bool last = i + 1 == bindings.count;
        Node *consumer = last ? let.body : as_binding(bindings.items[i + 1]).value;
        if (!is_control(b.value)) {
            bind_simple(p, b.name, b.value, bindings.items[i]->at);
        } else if (only_tested_by(p, b.name, consumer)) {
            if (last) {
                generate_test(p, b.value, consumer, to);
                return;
            }
            Destination join = join_for(p, consumer->at, as_binding(bindings.items[++i]).name);
            generate_test(p, b.value, consumer, join);
            start_block(p, join.block);
        } else {
            Destination join = join_for(p, b.value->at, b.name);
            generate(p, b.value, join);
            start_block(p, join.block);
        }
    }
    generate(p, let.body, to);
}

static void generate(Blocks *p, Node *e, Destination to) {
    switch (Lspecial_Expr_of(e)) {
    case Lspecial_Expr_let: generate_let(p, as_let(e), to); break;
    case Lspecial_Expr_if: generate_if(p, e->at, as_if(e), to); break;
    case Lspecial_Expr_loop: generate_loop(p, e->at, as_loop(e), to); break;
    case Lspecial_Expr_recur:
        jump(p, e->at, p->loops[as_recur(e).label->name.number], as_recur(e).values);
        break;
    case Lspecial_Expr_NAME:
    case Lspecial_Expr_GLOBAL:
    case Lspecial_Expr_quote:
    case Lspecial_Expr_prim:
    case Lspecial_Expr_call:
    case Lspecial_Expr_direct:
    case Lspecial_Expr_enter:
    case Lspecial_Expr_try_call:
    case Lspecial_Expr_closure:
    case Lspecial_Expr_patch:
    case Lspecial_Expr_global:
    case Lspecial_Expr_set_global: finish(p, e, to); break;
    }
}

/* ---- functions */

static Node *count_use(Walk *w, Node *x) {
    ((Blocks *)w)->uses[x->name.number]++;
    return x;
}

/* Captured values are loaded from the closure on entry, those that are used. */
static void load_captures(Blocks *p, NodeList env) {
    for (uint32_t i = 1; i < env.count; i++)
        if (p->uses[env.items[i]->name.number]) {
            Node *self = node_placed(p->arena, env.items[0], NOWHERE);
            step(p, env.at, env.items[i],
                 build(p->arena, env.at, "(prim %closure-ref ? (quote ?))", self,
                       node_int(p->arena, env.at, (int64_t)i - 1)));
        }
}

static Node *block_form(Blocks *p, const Block *b) {
    return make_block(p->arena, b->cold ? H_cold : H_block, b->at, node_block(p->arena, b->number),
                      b->parameters, list_of(b->steps, b->at), b->exit);
}

static Node *finished(Blocks *p, FunctionForm f, Pos at) {
    for (uint32_t i = 0; i < p->mentions.count; i++)
        p->mentions.items[i].node->block = p->mentions.items[i].block->number;
    Node **blocks = NEW_ARRAY(p->scratch, Node *, p->blocks.count);
    for (uint32_t i = 0; i < p->blocks.count; i++)
        blocks[i] = block_form(p, p->blocks.items[i]);
    FunctionForm out = {.name = f.name,
                        .names = node_int(p->arena, at, p->names),
                        .returns = f.returns,
                        .self = nodes(f.env.items, f.env.count > 0, at),
                        .blocks = nodes(blocks, p->blocks.count, at)};
    return make_function(p->arena, at, out);
}

Node *pass_blocks(Context *context, Node *top) {
    if (is_form(top, H_entry)) return top;
    FunctionForm f = as_function(top);
    uint32_t names = (uint32_t)f.names->integer;
    Blocks p = {.walk = {.arena = context->arena, .visit = walk_parts, .use = count_use},
                .arena = context->arena,
                .scratch = context->scratch,
                .names = names,
                .limit = names,
                .returns = type_named(f.returns)};
    p.uses = NEW_ARRAY(p.scratch, uint32_t, names + 1);
    p.loops = NEW_ARRAY(p.scratch, Block *, names + 1);
    p.tests_fixnum = NEW_ARRAY(p.scratch, bool, names + 1);
    walk_parts(&p.walk, f.body);
    Block *entry = new_block(&p, top->at, f.parameters);
    entry->predecessors = 1;
    start_block(&p, entry);
    load_captures(&p, f.env);
    generate(&p, f.body, (Destination){RETURN, NULL, NULL});
    return finished(&p, f, top->at);
}
