/* pass lower : Lblocks -> Lmemory                                        (convert)
 *
 * Says what each operation does to words: loads and stores at offsets, inline allocation, kind
 * tests on header bytes, calls of the runtime. What is rarely run goes to cold blocks.
 * Why now: control is explicit and redundant operations are gone; machine instructions come next.
 *
 *   (block b0 [%l.1:any] (let %r.2:any (prim %car %l.1)) (return %r.2))
 *   => (block b0 [%l.1] (let %r.2 (load %l.1 (word 7))) (return %r.2))
 *
 * Needs:  names are raw or tagged as their type says (specialize).
 * Gives:  (kinds ...) of every name: ref, raw, f64. Constants say what they are: (quote d) is a
 *         tagged value, (word n) and (real d) are raw.
 * Choice: a flag that is only tested becomes a branch on its test. One heap check serves all
 *         allocations up to the next point where a collection may happen.
 */
#include "lower.h"

#include <stdlib.h>

/* ---- right-hand sides */

static Type representation_of(const Lower *p, const Node *name) {
    return name->name.number < p->limit ? p->types[name->name.number] : T_ANY;
}

static Holds kind_of(Type representation) {
    if (representation == T_DOUBLE) return HOLDS_F64;
    return representation == T_INT || representation == T_FLAG ? HOLDS_RAW : HOLDS_REF;
}

/* Calls take their operands as they are: raw constants were bound to names before. */
static NodeList call_operands(Lower *p, NodeList list) {
    Node **out = NEW_ARRAY(p->scratch, Node *, list.count);
    for (uint32_t i = 0; i < list.count; i++)
        out[i] = operand(p, list.items[i], T_ANY);
    return nodes(out, list.count, list.at);
}

static Node *global_cell(Lower *p, Node *name) {
    return make_cell(p->arena, 0, name);
}

static void set_global(Lower *p, Node *name, SetGlobalForm f) {
    Node *value = operand(p, f.value, T_ANY), *offset = node_int(p->arena, 0, 0);
    Node *cell = global_cell(p, f.name);
    effect(p, make_store(p->arena, p->current->at, value, cell, offset));
    step(p, name, quoted(p, N_NIL));
}

static void patch(Lower *p, Node *name, PatchForm f) {
    Node *closure = operand(p, f.closure, T_ANY), *value = operand(p, f.value, T_ANY);
    store_with_barrier(p, value, closure, FIELD_CLOSURE_CAPTURES + 8 * (int)f.index->integer);
    step(p, name, quoted(p, N_NIL));
}

static void try_call(Lower *p, Node *name, TryCallForm f) {
    NodeList operands = call_operands(p, f.operands);
    Nodes args = {0};
    PUSH(p->scratch, args, code_address(p, f.body));
    PUSH(p->scratch, args, code_address(p, f.handler));
    for (uint32_t i = 0; i < operands.count; i++)
        PUSH(p->scratch, args, operands.items[i]);
    step(p, name, runtime_call(p, "rt_try", args.items, args.count));
}

static void call(Lower *p, Node *name, CallForm f) {
    Node *callee = operand(p, f.callee, T_ANY);
    Pos at = p->current->at;
    step(p, name, make_call(p->arena, at, callee, call_operands(p, f.operands)));
}

static void direct(Lower *p, Node *name, DirectForm f) {
    Pos at = p->current->at;
    step(p, name, make_direct(p->arena, at, f.function, call_operands(p, f.operands)));
}

static void enter(Lower *p, Node *name, EnterForm f) {
    Node *closure = operand(p, f.closure, T_ANY);
    NodeList operands = call_operands(p, f.operands);
    step(p, name, make_enter(p->arena, p->current->at, f.function, closure, operands));
}

static void right_hand_side(Lower *p, Node *name, Node *r) {
    switch (Lblocks_Rhs_of(r)) {
    case Lblocks_Rhs_NAME:
    case Lblocks_Rhs_GLOBAL:
    case Lblocks_Rhs_quote: step(p, name, operand(p, r, representation_of(p, name))); break;
    case Lblocks_Rhs_prim: lower_primitive(p, name, r); break;
    case Lblocks_Rhs_global:
        step(p, name, op2(p, W_load, global_cell(p, as_global(r).name), word(p, 0)));
        break;
    case Lblocks_Rhs_set_global: set_global(p, name, as_set_global(r)); break;
    case Lblocks_Rhs_closure: lower_closure(p, name, as_closure(r)); break;
    case Lblocks_Rhs_patch: patch(p, name, as_patch(r)); break;
    case Lblocks_Rhs_try_call: try_call(p, name, as_try_call(r)); break;
    case Lblocks_Rhs_call:
        forget_room(p);
        call(p, name, as_call(r));
        break;
    case Lblocks_Rhs_direct:
        forget_room(p);
        direct(p, name, as_direct(r));
        break;
    case Lblocks_Rhs_enter:
        forget_room(p);
        enter(p, name, as_enter(r));
        break;
    }
}

/* ---- exits */

static Node *lowered_jump(Lower *p, Pos at, JumpForm f) {
    NodeList parameters = p->parameters[f.target->block];
    Node **values = NEW_ARRAY(p->scratch, Node *, f.values.count);
    for (uint32_t i = 0; i < f.values.count; i++)
        values[i] = operand(p, f.values.items[i], type_of(parameters.items[i]));
    return make_jump(p->arena, at, f.target, nodes(values, f.values.count, at));
}

static Node *tail_call(Lower *p, Pos at, TailCallForm f) {
    Node *callee = operand(p, f.callee, T_ANY);
    return make_tail_call(p->arena, at, callee, call_operands(p, f.operands));
}

static Node *tail_enter(Lower *p, Pos at, TailEnterForm f) {
    Node *closure = operand(p, f.closure, T_ANY);
    return make_tail_enter(p->arena, at, f.function, closure, call_operands(p, f.operands));
}

static void lower_branch(Lower *p, BranchForm f) {
    Block then = {.label = f.then}, otherwise = {.label = f.otherwise};
    test(p, f.test, &then, &otherwise);
}

static void lower_exit(Lower *p, Node *e) {
    Arena *a = p->arena;
    Pos at = e->at;
    switch (Lblocks_Exit_of(e)) {
    case Lblocks_Exit_jump: leave(p, lowered_jump(p, at, as_jump(e))); break;
    case Lblocks_Exit_branch: lower_branch(p, as_branch(e)); break;
    case Lblocks_Exit_return:
        leave(p, make_return(a, at, operand(p, as_return(e).value, p->returns)));
        break;
    case Lblocks_Exit_tail_call: leave(p, tail_call(p, at, as_tail_call(e))); break;
    case Lblocks_Exit_tail_direct: {
        TailDirectForm f = as_tail_direct(e);
        leave(p, make_tail_direct(a, at, f.function, call_operands(p, f.operands)));
        break;
    }
    case Lblocks_Exit_tail_enter: leave(p, tail_enter(p, at, as_tail_enter(e))); break;
    case Lblocks_Exit_stop: leave(p, make_stop(a, at)); break;
    }
}

/* ---- blocks of the input */

static NodeList plain_names(Lower *p, NodeList names) {
    Node **out = NEW_ARRAY(p->scratch, Node *, names.count);
    for (uint32_t i = 0; i < names.count; i++) {
        note_kind(p, names.items[i], kind_of(type_of(names.items[i])));
        out[i] = node_placed(p->arena, names.items[i], NOWHERE);
    }
    return nodes(out, names.count, names.at);
}

/* Is the flag used once only, by the branch at the end of this block? */
static bool only_branches(const Lower *p, BlockForm block, const Node *name) {
    return is_form(block.exit, H_branch) && same_name(as_branch(block.exit).test, name) &&
           p->uses[name->name.number] == 1;
}

/* Inline allocations from step `from` on, up to where memory may move. */
static int64_t bytes_ahead(NodeList steps, uint32_t from) {
    int64_t bytes = 0;
    for (uint32_t i = from; i < steps.count; i++) {
        const Node *r = as_step_let(steps.items[i]).value;
        int64_t more = inline_bytes(r);
        if (!more && !is_operand(r) && !is_form(r, H_global)) break;
        bytes += more;
    }
    return bytes;
}

static void lower_step(Lower *p, BlockForm block, uint32_t i) {
    StepLetForm s = as_step_let(block.steps.items[i]);
    p->current->at = block.steps.items[i]->at;
    if (is_form(s.value, H_prim) && is_test(prim_of(s.value)) && only_branches(p, block, s.name)) {
        p->tests[s.name->name.number] = s.value;
        return;
    }
    note_kind(p, s.name, kind_of(type_of(s.name)));
    if (inline_bytes(s.value) > p->room) reserve(p, bytes_ahead(block.steps, i));
    right_hand_side(p, s.name, s.value);
}

static void lower_block(Lower *p, const Node *n) {
    BlockForm block = as_block(n);
    Block *b = NEW(p->scratch, Block);
    b->label = block.label;
    b->cold = is_form(n, H_cold);
    b->at = n->at;
    b->parameters = plain_names(p, block.parameters);
    forget_room(p);
    start_block(p, b);
    for (uint32_t i = 0; i < block.steps.count; i++)
        lower_step(p, block, i);
    p->current->at = block.exit->at;
    lower_exit(p, block.exit);
}

/* ---- functions */

static void count_use(Lower *p, const Node *a) {
    if (a->kind == N_NAME) p->uses[a->name.number]++;
}

/* Of a right-hand side or an exit: all names in it. */
static void count_uses_in(Lower *p, const Node *form) {
    NodeList parts = kids_of(form);
    count_use(p, form);
    for (uint32_t i = 0; i < parts.count; i++)
        count_use(p, parts.items[i]);
}

static void survey_block(Lower *p, BlockForm block) {
    for (uint32_t i = 0; i < block.parameters.count; i++)
        p->types[block.parameters.items[i]->name.number] = type_of(block.parameters.items[i]);
    for (uint32_t i = 0; i < block.steps.count; i++) {
        StepLetForm s = as_step_let(block.steps.items[i]);
        p->types[s.name->name.number] = type_of(s.name);
        count_uses_in(p, s.value);
    }
    count_uses_in(p, block.exit);
}

/* What must be known of all blocks before the first is lowered. */
static void survey(Lower *p, NodeList blocks) {
    for (uint32_t i = 0; i < blocks.count; i++) {
        uint32_t number = as_block(blocks.items[i]).label->block;
        if (number >= p->next_block) p->next_block = number + 1;
    }
    p->parameters = NEW_ARRAY(p->scratch, NodeList, p->next_block);
    for (uint32_t i = 0; i < blocks.count; i++) {
        BlockForm block = as_block(blocks.items[i]);
        p->parameters[block.label->block] = block.parameters;
        survey_block(p, block);
    }
}

static int by_number(const void *a, const void *b) {
    const Node *const *x = a, *const *y = b;
    uint32_t m = as_kind(*x).name->name.number, n = as_kind(*y).name->name.number;
    return m < n ? -1 : m > n;
}

static Node *block_form(Lower *p, const Block *b) {
    return make_block(p->arena, b->cold ? H_cold : H_block, b->at, b->label, b->parameters,
                      list_of(b->steps, b->at), b->exit);
}

static Node *finished(Lower *p, Pos at, FunctionForm f) {
    Nodes blocks = {0};
    if (p->kinds.count) qsort(p->kinds.items, p->kinds.count, sizeof *p->kinds.items, by_number);
    for (uint32_t i = 0; i < p->blocks.count; i++)
        PUSH(p->scratch, blocks, block_form(p, p->blocks.items[i]));
    f.names = node_int(p->arena, at, p->names);
    f.returns = kind_symbol(p, at, kind_of(p->returns));
    f.kinds = list_of(p->kinds, at);
    f.blocks = list_of(blocks, at);
    return make_function(p->arena, at, f);
}

Node *pass_lower(Context *context, Node *top) {
    if (is_form(top, H_entry)) return top;
    FunctionForm f = as_function(top);
    uint32_t names = (uint32_t)f.names->integer;
    Lower p = {.arena = context->arena,
               .scratch = context->scratch,
               .names = names,
               .limit = names,
               .returns = type_named(f.returns)};
    p.uses = NEW_ARRAY(p.scratch, uint32_t, names + 1);
    p.types = NEW_ARRAY(p.scratch, Type, names + 1);
    p.tests = NEW_ARRAY(p.scratch, Node *, names + 1);
    survey(&p, f.blocks);
    f.self = plain_names(&p, f.self);
    for (uint32_t i = 0; i < f.blocks.count; i++)
        lower_block(&p, f.blocks.items[i]);
    return finished(&p, top->at, f);
}
