/* pass select : Lmemory -> Lx86                                   (convert)
 *
 * Chooses x86-64 instructions over virtual registers and states what they demand: the result in the
 * place of the first operand, arguments in the places of the calling convention.
 * Why now: everything is words; from here on only places are left to decide.
 *
 *   (block b0 [%a.0 %b.1]
 *     (let %c.2 (add %a.0 (word 8)))
 *     (let %d.3 (load %c.2 (word 16)))
 *     (let %e.4 (set-if lt %d.3 %b.1))
 *     (branch ne %e.4 (word 0) b1 b2))
 *   => (block b0 [%a.0=rdi %b.1=rsi]
 *        (load [%d.3] (mem %a.0 24))
 *        (cmp-jump [] (cc lt) %d.3 %b.1 (to b1) (to b2)))
 *
 * Needs:  SSA; a kind for every name (lower).
 * Gives:  SSA still. Edges from a block with two successors to one with two predecessors have a
 *         block of their own, so block arguments are on jmp alone. Blocks that cannot be reached
 *         are gone.
 * Choice: blocks are read backwards, so that an instruction that has been folded into its only
 *         user, or that nothing uses, is never made. Constants are made anew for every use: that is
 *         cheaper than a register; only doubles are hoisted out of loops.
 */
#include "select/select.h"

/* ---- what is known of names */

/* Counts the uses that a right-hand side, an exit, or a step that binds nothing makes: all names
 * in it. */
static void count_uses_in(Select *s, Node *form, int by) {
    NodeList parts = kids_of(form);
    count_use(s, form, by);
    for (uint32_t i = 0; i < parts.count; i++)
        count_use(s, parts.items[i], by);
}

static bool is_constant(const Node *rhs) {
    return is_form(rhs, H_quote) || is_form(rhs, H_word) || is_form(rhs, H_static) ||
           is_form(rhs, H_code) || is_form(rhs, H_cell) || is_form(rhs, H_shape) ||
           is_form(rhs, H_real);
}

/* The operand that the right-hand side is, NULL when it does more than copy. */
static Node *copied(Select *s, const Local *x, Node *rhs) {
    if (is_form(rhs, H_word_op)) {
        WordOpForm f = as_word_op(rhs);
        if (f.operation->head == W_mov || f.operation->head == W_fmov) rhs = f.operands.items[0];
    }
    Local *a = local_of(s, rhs);
    if (a) return a->kind == x->kind ? rhs : NULL;
    return is_constant(rhs) ? rhs : NULL;
}

static bool is_call(const Node *rhs) {
    return is_form(rhs, H_runtime) || is_form(rhs, H_call) || is_form(rhs, H_direct) ||
           is_form(rhs, H_enter);
}

static Local *bind(Select *s, Node *name, uint32_t block) {
    Local *v = local_of(s, name);
    if (!v || !v->kind) bug(name, "a name without kind");
    v->name = name;
    v->block = block;
    v->calls = s->calls;
    return v;
}

static void bind_result(Select *s, StepLetForm let, uint32_t block) {
    s->calls += is_call(let.value);
    Local *v = bind(s, let.name, block);
    v->definition = let.value;
    v->same = copied(s, v, let.value);
}

static void bind_all(Select *s, NodeList names, uint32_t block) {
    for (uint32_t i = 0; i < names.count; i++)
        bind(s, names.items[i], block);
}

static void bind_names(Select *s) {
    bind_all(s, s->form.self, 0);
    for (uint32_t b = 0; b < s->flow->count; b++) {
        BlockForm block = as_block(s->flow->blocks[b].node);
        bind_all(s, block.parameters, b);
        for (uint32_t i = 0; i < block.steps.count; i++)
            if (is_form(block.steps.items[i], H_let))
                bind_result(s, as_step_let(block.steps.items[i]), b);
    }
}

/* Notes which parameters the arguments of a jump are given to. */
static void note_arguments(Select *s, JumpForm jump) {
    NodeList parameters = as_block(flow_block(s->flow, jump.target)->node).parameters;
    for (uint32_t i = 0; i < parameters.count && i < jump.values.count; i++) {
        Local *argument = local_of(s, resolved(s, jump.values.items[i]));
        if (argument) argument->flows_to = parameters.items[i];
    }
}

static void count_block(Select *s, BlockForm block) {
    for (uint32_t i = 0; i < block.steps.count; i++) {
        Node *step = block.steps.items[i];
        if (!is_form(step, H_let))
            count_uses_in(s, step, 1);
        else if (!local_of(s, as_step_let(step).name)->same)
            count_uses_in(s, as_step_let(step).value, 1);
    }
    count_uses_in(s, block.exit, 1);
    if (is_form(block.exit, H_jump)) note_arguments(s, as_jump(block.exit));
}

static void learn_names(Select *s) {
    NodeList kinds = s->form.kinds;
    s->names = s->local_count = (uint32_t)s->form.names->integer;
    s->locals = NEW_ARRAY(s->scratch, Local, s->local_count);
    for (uint32_t i = 0; i < kinds.count; i++)
        s->locals[as_kind(kinds.items[i]).name->name.number].kind = row_holds(kinds.items[i]);
    bind_names(s);
    for (uint32_t i = 0; i < s->flow->reached; i++)
        count_block(s, as_block(s->flow->blocks[s->flow->ordered[i]].node));
}

/* ---- steps */

/* May a step go when nothing uses its result? */
static bool is_pure(const Node *rhs) {
    if (is_form(rhs, H_word_op))
        return !(word_rows[as_word_op(rhs).operation->head].effects & (WRITES | THROWS));
    return rhs->kind == N_NAME || is_form(rhs, H_set_if);
}

static void select_let(Select *s, Node *x, Node *rhs) {
    Local *v = local_of(s, x);
    if (v->same || v->folded) return;
    if (!v->uses && is_pure(rhs)) {
        count_uses_in(s, rhs, -1);
        return;
    }
    switch (Lmemory_Rhs_of(rhs)) {
    case Lmemory_Rhs_NAME:
        add_op(s, is_double(s, x) ? X_fmov : X_mov, x, resolved(s, rhs), NULL);
        break;
    case Lmemory_Rhs_word_op: select_word(s, x, as_word_op(rhs)); break;
    case Lmemory_Rhs_set_if: select_set(s, x, as_set_if(rhs)); break;
    case Lmemory_Rhs_runtime: select_runtime(s, x, as_runtime(rhs)); break;
    case Lmemory_Rhs_call: select_call(s, x, as_call(rhs)); break;
    case Lmemory_Rhs_direct: select_direct(s, x, as_direct(rhs)); break;
    case Lmemory_Rhs_enter: select_enter(s, x, as_enter(rhs)); break;
    case Lmemory_Rhs_quote: /* constants: their users make them */
    case Lmemory_Rhs_static:
    case Lmemory_Rhs_word:
    case Lmemory_Rhs_real:
    case Lmemory_Rhs_code:
    case Lmemory_Rhs_shape:
    case Lmemory_Rhs_cell: break;
    }
}

static void store(Select *s, Node *value, Node *memory_word) {
    Opcode opcode = is_double(s, value) ? X_fstore : X_store;
    add_op(s, opcode, NULL, memory_word, value, NULL);
}

static void select_store(Select *s, StoreForm f) {
    Node *value = word_or_name(s, f.value);
    store(s, value, memory_at(s, f.base, f.offset->integer));
}

static void select_store_at(Select *s, StoreAtForm f) {
    Node *value = word_or_name(s, f.value);
    store(s, value, memory_indexed(s, f.base, f.index, f.offset->integer));
}

static void select_step(Select *s, Node *step) {
    switch (Lmemory_Step_of(step)) {
    case Lmemory_Step_let: select_let(s, as_step_let(step).name, as_step_let(step).value); break;
    case Lmemory_Step_store: select_store(s, as_store(step)); break;
    case Lmemory_Step_store_at: select_store_at(s, as_store_at(step)); break;
    case Lmemory_Step_barrier: /* this collector needs none */ count_uses_in(s, step, -1); break;
    }
}

/* ---- exits */

static void select_jump(Select *s, Node *target, NodeList arguments) {
    Node **names = NEW_ARRAY(s->scratch, Node *, arguments.count);
    for (uint32_t i = 0; i < arguments.count; i++)
        names[i] = in_name(s, arguments.items[i]);
    Node *to = make_to(s->arena, s->at, target, nodes(names, arguments.count, s->at));
    add_op(s, X_jmp, NULL, to, NULL);
}

static void select_heap_branch(Select *s, BranchHeapForm f) {
    add_op(s, X_heapj, NULL, word_node(s, f.bytes->integer), to_block(s, f.then),
           to_block(s, f.otherwise), NULL);
}

static void select_exit(Select *s, Node *exit) {
    switch (Lmemory_Exit_of(exit)) {
    case Lmemory_Exit_jump: select_jump(s, as_jump(exit).target, as_jump(exit).values); break;
    case Lmemory_Exit_branch: {
        BranchForm f = as_branch(exit);
        if (f.then->block != f.otherwise->block) {
            select_branch(s, f);
        } else {
            count_uses_in(s, exit, -1);
            select_jump(s, f.then, no_nodes(s->at));
        }
        break;
    }
    case Lmemory_Exit_branch_heap: select_heap_branch(s, as_branch_heap(exit)); break;
    case Lmemory_Exit_return: select_return(s, as_return(exit).value); break;
    case Lmemory_Exit_tail_call: select_tail_call(s, as_tail_call(exit)); break;
    case Lmemory_Exit_tail_direct: select_tail_direct(s, as_tail_direct(exit)); break;
    case Lmemory_Exit_tail_enter: select_tail_enter(s, as_tail_enter(exit)); break;
    case Lmemory_Exit_stop: add_op(s, X_stop, NULL, NULL); break;
    }
}

/* ---- blocks */

/* Moves the instructions of one form to `reversed`, the last one first. */
static void take_code(Select *s, Nodes *reversed) {
    while (s->code.count)
        PUSH(s->scratch, *reversed, s->code.items[--s->code.count]);
}

static Selected select_block(Select *s, uint32_t b) {
    BlockForm block = as_block(s->flow->blocks[b].node);
    Selected out = {.is_reached = true, .parameters = block.parameters};
    s->block = b;
    s->at = block.exit->at;
    select_exit(s, block.exit);
    take_code(s, &out.reversed);
    add_hoisted(s);
    take_code(s, &out.reversed);
    for (uint32_t i = block.steps.count; i-- > 0;) {
        s->at = block.steps.items[i]->at;
        select_step(s, block.steps.items[i]);
        take_code(s, &out.reversed);
    }
    if (b == 0) out.parameters = placed_parameters(s, block.parameters, s->form.self);
    out.parameters.at = s->flow->blocks[b].node->at;
    return out;
}

static Node *block_form(Select *s, const Node *old, const Selected *block) {
    uint32_t count = block->reversed.count;
    Node **instructions = NEW_ARRAY(s->scratch, Node *, count);
    for (uint32_t i = 0; i < count; i++)
        instructions[i] = block->reversed.items[count - 1 - i];
    InstrBlockForm f = {.label = as_block(old).label,
                        .parameters = block->parameters,
                        .instructions = nodes(instructions, count, old->at)};
    return make_instr_block(s->arena, (Head)old->head, old->at, f);
}

/* ---- functions */

static void note_bound(bool *bound, NodeList names) {
    for (uint32_t i = 0; i < names.count; i++)
        bound[names.items[i]->name.number] = true;
}

static void add_bound_rows(Select *s, const bool *bound, NodeList rows, Nodes *out) {
    Pos at = s->function->at;
    for (uint32_t i = 0; i < rows.count; i++) {
        KindForm row = as_kind(rows.items[i]);
        if (!bound[row.name->name.number]) continue;
        Node *kind = node_text(s->arena, N_SYMBOL, at, row.kind->text);
        PUSH(s->scratch, *out, make_kind(s->arena, at, row.name, kind));
    }
}

/* The kinds of the names that are bound, by number. */
static NodeList bound_kinds(Select *s, NodeList blocks) {
    bool *bound = NEW_ARRAY(s->scratch, bool, s->names);
    for (uint32_t b = 0; b < blocks.count; b++) {
        InstrBlockForm block = as_instr_block(blocks.items[b]);
        note_bound(bound, block.parameters);
        for (uint32_t i = 0; i < block.instructions.count; i++)
            note_bound(bound, as_op(block.instructions.items[i]).defines);
    }
    Nodes rows = {0};
    add_bound_rows(s, bound, s->form.kinds, &rows);
    add_bound_rows(s, bound, list_of(s->new_kinds, s->function->at), &rows);
    return list_of(rows, s->function->at);
}

static Node *with_blocks(Select *s, NodeList blocks) {
    FunctionForm f = s->form;
    f.names = node_int(s->arena, f.names->at, s->names);
    f.kinds = bound_kinds(s, blocks);
    f.blocks = blocks;
    return make_function(s->arena, s->function->at, f);
}

static void find_flow(Select *s) {
    s->form = as_function(s->function);
    s->flow = flow_of(s->scratch, s->function);
}

static Node *select_function(Select *s) {
    find_flow(s);
    if (s->flow->blocks[0].predecessor_count) {
        s->function = with_entry(s);
        find_flow(s);
    }
    flow_dominators(s->scratch, s->flow);
    flow_loops(s->scratch, s->flow);
    learn_names(s);
    Selected *selected = NEW_ARRAY(s->scratch, Selected, s->flow->count);
    for (uint32_t i = s->flow->reached; i-- > 0;)
        selected[s->flow->ordered[i]] = select_block(s, s->flow->ordered[i]);
    Nodes blocks = {0};
    for (uint32_t b = 0; b < s->flow->count; b++) {
        Nodes edges = {0};
        if (!selected[b].is_reached) continue;
        split_edges(s, s->flow->blocks[b].cold, &selected[b], &edges);
        PUSH(s->scratch, blocks, block_form(s, s->flow->blocks[b].node, &selected[b]));
        for (uint32_t i = 0; i < edges.count; i++)
            PUSH(s->scratch, blocks, edges.items[i]);
    }
    return with_blocks(s, list_of(blocks, s->function->at));
}

/* An entry is a function of one instruction from here on. */
static Node *select_entry(Select *s, EntryForm entry) {
    Arena *a = s->arena;
    Pos at = s->at;
    add_op(s, X_dispatch, NULL, make_dispatch(a, at, entry.targets), NULL);
    InstrBlockForm block = {.label = node_block(a, 0),
                            .parameters = no_nodes(at),
                            .instructions = list_of(s->code, at)};
    Node *only = make_instr_block(a, H_block, at, block);
    FunctionForm f = {.name = entry.name,
                      .names = node_int(a, at, 0),
                      .returns = node_text(a, N_SYMBOL, at, holds_text(HOLDS_REF)),
                      .kinds = no_nodes(at),
                      .self = no_nodes(at),
                      .blocks = nodes(&only, 1, at)};
    return make_function(a, at, f);
}

Node *pass_select(Context *c, Node *function) {
    Select s = {.arena = c->arena, .scratch = c->scratch, .function = function, .at = function->at};
    if (is_form(function, H_entry)) return select_entry(&s, as_entry(function));
    return select_function(&s);
}
