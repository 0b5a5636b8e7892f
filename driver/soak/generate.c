/* generate.c - random functions of Lx86: blocks, branches and loops.
 *
 * Branches and loops are nested, so a name may be used wherever it was bound before in the same arm
 * or around it. A branch leads to two blocks of its own, and these jump to blocks that several lead
 * to: no edge is critical, and only jmp has arguments. How long a run takes does not matter: what
 * executes the functions counts its steps.
 */
#include "generate_parts.h"

/* ---- blocks */

static void start_block(Generate *g, uint32_t block, Node *parameters) {
    g->block = block;
    g->parameters = parameters;
    g->code.count = 0;
}

static Node *no_parameters(Generate *g) {
    return node_tree(g->arena, N_VECTOR, 0, NULL, 0);
}

static void end_block(Generate *g) {
    Nodes kids = {0};
    PUSH(g->arena, kids, node_block(g->arena, g->block));
    PUSH(g->arena, kids, g->parameters);
    for (uint32_t i = 0; i < g->code.count; i++)
        PUSH(g->arena, kids, g->code.items[i]);
    PUSH(g->arena, g->blocks,
         node_list(g->arena, g->cold ? H_cold : H_block, 0, kids.items, kids.count));
    forget_derived(g);
}

static Node *to_block(Generate *g, uint32_t block) {
    return form(g, H_to, node_block(g->arena, block));
}

/* ---- joins */

static Join new_join(Generate *g) {
    uint32_t most = in_hundred(&g->random, 85) ? FEW_PARAMETERS : MOST_PARAMETERS;
    Join join = {.block = g->next_block++, .count = below(&g->random, most + 1)};
    for (uint32_t i = 0; i < join.count; i++)
        join.holds[i] = any_kind(g);
    return join;
}

/* In a back edge mostly one of the parameters themselves: they change places then. */
static Node *argument(Generate *g, const Join *join, uint32_t i) {
    uint32_t k = below(&g->random, join->count);
    bool turns =
        join->parameters[0] && join->holds[k] == join->holds[i] && in_hundred(&g->random, 70);
    return turns ? join->parameters[k] : pick(g, join->holds[i]);
}

static void jump(Generate *g, const Join *join) {
    Node *arguments[MOST_PARAMETERS];
    for (uint32_t i = 0; i < join->count; i++)
        arguments[i] = argument(g, join, i);
    emit(g, X_jmp, NULL, node_extended(g->arena, to_block(g, join->block), arguments, join->count),
         NULL);
    end_block(g);
}

static void start_join(Generate *g, Join *join) {
    for (uint32_t i = 0; i < join->count; i++) {
        join->parameters[i] = fresh(g, join->holds[i]);
        make_known(g, join->parameters[i], join->holds[i]);
    }
    start_block(g, join->block, node_tree(g->arena, N_VECTOR, 0, join->parameters, join->count));
}

/* ---- branches */

static void branch(Generate *g, uint32_t yes, uint32_t no) {
    bool on_doubles = in_hundred(&g->random, 20);
    Holds holds = on_doubles ? HOLDS_F64 : in_hundred(&g->random, 50) ? HOLDS_RAW : HOLDS_REF;
    Node *a = pick(g, holds),
         *b = on_doubles || in_hundred(&g->random, 60) ? pick(g, holds) : word_operand(g, 11);
    emit(g, on_doubles ? X_fcmpj : X_cmpj, NULL, some_condition(g, on_doubles), a, b,
         to_block(g, yes), to_block(g, no), NULL);
    end_block(g);
}

static void statements(Generate *g, const Loop *loop, uint32_t count);

/* Leaves the current arm for somewhere else than the end of its branch; ends the block. */
static void go_away(Generate *g, const Loop *loop) {
    uint32_t n = below(&g->random, 10);
    if (loop && n < 4) {
        jump(g, &loop->header);
    } else if (loop && n < 7) {
        jump(g, &loop->exit);
    } else {
        leave_function(g);
        end_block(g);
    }
}

static void arm(Generate *g, const Loop *loop, uint32_t block, const Join *join, bool may_go) {
    uint32_t mark = g->known.count;
    bool cold = g->cold;
    g->cold = cold || in_hundred(&g->random, 20);
    start_block(g, block, no_parameters(g));
    statements(g, loop, in_hundred(&g->random, 30) ? 0 : 1 + below(&g->random, 5));
    if (may_go && in_hundred(&g->random, 20))
        go_away(g, loop);
    else
        jump(g, join);
    g->known.count = mark;
    g->cold = cold;
}

static void conditional(Generate *g, const Loop *loop) {
    uint32_t yes = g->next_block++, no = g->next_block++;
    Join join = new_join(g);
    branch(g, yes, no);
    arm(g, loop, yes, &join, true);
    arm(g, loop, no, &join, false);
    start_join(g, &join);
}

/* Is there room? If not, a cold block collects. Then an object is made. */
static void allocate(Generate *g) {
    uint32_t room = g->next_block++, full = g->next_block++;
    Join join = {.block = g->next_block++};
    bool cold = g->cold;
    Node *bytes = word_operand(g, 8 * (1 + (int64_t)below(&g->random, 8)));
    emit(g, X_heapj, NULL, bytes, to_block(g, room), to_block(g, full), NULL);
    end_block(g);
    start_block(g, room, no_parameters(g));
    jump(g, &join);
    start_block(g, full, no_parameters(g));
    Node *k = fresh(g, HOLDS_RAW), *unused = fresh(g, HOLDS_REF);
    g->cold = true;
    emit(g, X_const, k, bytes, NULL);
    emit(g, X_callr, node_placed(g->arena, unused, RAX),
         form(g, H_runtime, node_text(g->arena, N_SYMBOL, 0, text("rt_collect"))),
         node_placed(g->arena, k, RDI), NULL);
    jump(g, &join);
    g->cold = cold;
    start_join(g, &join);
    Node *o = fresh(g, HOLDS_REF);
    emit(g, X_bump, o, bytes, NULL);
    emit(g, X_store, NULL, list(g->arena, H_mem, 0, o, node_int(g->arena, 0, -1), NULL),
         word_operand(g, 1), NULL);
    make_known(g, o, HOLDS_REF);
}

/* ---- loops */

/* What is bound in the header is known after the loop; what is bound in the body is not, because
 * ways out may come before it. */
static void loop_of(Generate *g) {
    Join header = new_join(g), out_of_it = new_join(g);
    Loop loop = {header, out_of_it};
    bool tests_first = in_hundred(&g->random, 50);
    uint32_t again = g->next_block++, out = g->next_block++;
    g->coverage->loops[++g->depth]++;
    jump(g, &loop.header);
    start_join(g, &loop.header);
    uint32_t mark = g->known.count;
    if (!tests_first)
        statements(g, &loop, 1 + below(&g->random, 5));
    else if (in_hundred(&g->random, 50))
        some_instruction(g), mark = g->known.count;
    branch(g, again, out);
    uint32_t inside = g->known.count;
    start_block(g, out, no_parameters(g));
    jump(g, &loop.exit);
    g->known.count = inside;
    start_block(g, again, no_parameters(g));
    if (tests_first) statements(g, &loop, 1 + below(&g->random, 5));
    jump(g, &loop.header);
    g->known.count = mark;
    g->depth--;
    start_join(g, &loop.exit);
}

/* At most `count` of them: instructions, branches, loops. */
static void statements(Generate *g, const Loop *loop, uint32_t count) {
    for (; count && g->budget; count--) {
        g->budget--;
        uint32_t n = below(&g->random, 100);
        if (n < 12)
            conditional(g, loop);
        else if (n < 20 && g->depth < MOST_DEPTH)
            loop_of(g);
        else if (n < 24)
            allocate(g);
        else
            for (uint32_t k = 1 + below(&g->random, 4); k-- > 0;)
                some_instruction(g);
    }
}

/* ---- functions */

/* Values that live through the function. */
static void make_lasting(Generate *g, uint32_t pressure) {
    bool of_doubles = in_hundred(&g->random, 15);
    while (g->known.count < pressure)
        make_value(g, of_doubles && in_hundred(&g->random, 70) ? HOLDS_F64 : any_kind(g));
    g->lasting = pressure;
}

/* Uses most of them in the end. */
static void use_lasting(Generate *g) {
    Node *base = pick(g, HOLDS_REF);
    for (uint32_t i = 0; i < g->lasting; i++) {
        const Known *k = &g->known.items[i];
        if (k->holds == HOLDS_NONE || k->holds == HOLDS_DRV || in_hundred(&g->random, 25)) continue;
        Node *m = list(g->arena, H_mem, 0, base, node_int(g->arena, 0, 8 * (int64_t)i - 1), NULL);
        emit(g, k->holds == HOLDS_F64 ? X_fstore : X_store, NULL, m, k->name, NULL);
    }
}

static Node *function_of(Generate *g, Node *self) {
    Nodes kids = {0};
    Node *selves[] = {self};
    PUSH(g->arena, kids, node_global(g->arena, text("soak/f.w0")));
    PUSH(g->arena, kids, form(g, H_names, node_int(g->arena, 0, g->names)));
    PUSH(g->arena, kids, form(g, H_returns, node_text(g->arena, N_SYMBOL, 0, text(g->returns))));
    PUSH(g->arena, kids, node_list(g->arena, H_kinds, 0, g->kinds.items, g->kinds.count));
    PUSH(g->arena, kids, node_list(g->arena, H_self, 0, selves, self ? 1 : 0));
    for (uint32_t b = 0; b < g->blocks.count; b++)
        PUSH(g->arena, kids, g->blocks.items[b]);
    return node_list(g->arena, H_function, 0, kids.items, kids.count);
}

Node *generate_function(Arena *arena, uint64_t seed, GenerateOptions options, Coverage *coverage) {
    static const char *const returns[] = {"ref", "raw", "f64"};
    Generate g = {.arena = arena, .random = {mixed(seed)}, .coverage = coverage, .next_block = 1};
    uint32_t pressure = options.pressure ? options.pressure : 4 + below(&g.random, 37);
    uint32_t most = 2 + below(&g.random, 40);
    Node *self;
    g.returns = returns[below(&g.random, 3)];
    g.budget = options.statements ? options.statements : most;
    start_block(&g, 0, NULL);
    g.parameters = entry_parameters(&g, &self);
    make_lasting(&g, pressure);
    while (g.budget)
        statements(&g, NULL, g.budget);
    use_lasting(&g);
    leave_function(&g);
    end_block(&g);
    coverage->functions++;
    return function_of(&g, self);
}
