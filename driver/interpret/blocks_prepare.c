/* blocks_prepare.c - the interpreter of blocks: a form becomes instructions. */
#include "blocks_prepare.h"

static const BlockPlace *known_block(const Prepare *p, const Node *exit, const Node *block) {
    if (block->block >= p->block_limit || !p->places[block->block])
        blocks_malformed(p, exit, "it goes to a block that is not there");
    return p->places[block->block];
}

/* ---- operands of instructions */

enum { LEAST_OPERANDS = 4 };

/* Room for the operands, to be filled in. */
static int32_t *new_operands(Prepare *p, Instruction *i, uint32_t count) {
    int32_t *out = NEW_ARRAY(world.arena, int32_t, count + LEAST_OPERANDS);
    for (uint32_t k = 0; k < count + LEAST_OPERANDS; k++)
        out[k] = ZERO_OPERAND;
    i->count = count;
    i->operands = out;
    if (count > p->most_operands) p->most_operands = count;
    return out;
}

static int32_t *operands(Prepare *p, Instruction *i, NodeList list) {
    int32_t *out = new_operands(p, i, list.count);
    for (uint32_t k = 0; k < list.count; k++)
        out[k] = blocks_operand(p, list.items[k], T_ANY);
    return out;
}

/* The callee or closure of a call is its first operand. */
static void operands_after(Prepare *p, Instruction *i, const Node *first, NodeList list) {
    int32_t *out = new_operands(p, i, list.count + 1);
    out[0] = blocks_operand(p, first, T_ANY);
    for (uint32_t k = 0; k < list.count; k++)
        out[k + 1] = blocks_operand(p, list.items[k], T_ANY);
}

static void one_operand(Prepare *p, Instruction *i, int32_t operand) {
    *new_operands(p, i, 1) = operand;
}

/* ---- right-hand sides */

static Type letter_type(char letter) {
    return letter == 'i' ? T_INT : letter == 'd' ? T_DOUBLE : letter == 'f' ? T_FLAG : T_ANY;
}

static void library_primitive(Prepare *p, Instruction *i, const Node *e, const char *function) {
    i->does = DOES_DIRECT;
    i->routine = routine_named(text_format("%s.w%u", function, i->count));
    if (!i->routine) blocks_malformed(p, e, "the form does not hold the function of the library");
}

static void primitive(Prepare *p, Instruction *i, const Node *e) {
    PrimForm f = as_prim(e);
    Prim prim = (Prim)f.operation->head;
    const PrimRow *row = &prim_rows[prim];
    uint32_t count = f.operands.count;
    int arity = prim_arity(prim);
    if (arity >= 0 && (uint32_t)arity != count)
        blocks_malformed(p, e, "the number of operands is wrong");
    int32_t *out = new_operands(p, i, count);
    for (uint32_t k = 0; k < count; k++)
        out[k] = blocks_operand(p, f.operands.items[k], letter_type(prim_letter(prim, k)));
    if (prim == P_apply) {
        i->does = DOES_APPLY;
    } else if (!row->runtime) {
        i->does = DOES_INLINE;
        i->inlined = inline_function(prim);
    } else if (*row->runtime == '$') {
        library_primitive(p, i, e, row->runtime + 1);
    } else {
        i->does = DOES_RUNTIME;
        i->runtime = blocks_runtime(p, e, count, row->runtime, !strcmp(row->result, "double"));
    }
}

static void runtime_call(Prepare *p, Instruction *i, const Node *e, const Node *name) {
    const char *symbol = text_bytes(as_runtime(e).symbol->text);
    operands(p, i, as_runtime(e).operands);
    if (!strcmp(symbol, "rt_try")) {
        if (i->count < 2) blocks_malformed(p, e, "the number of operands is wrong");
        i->does = DOES_TRY;
    } else if (!strcmp(symbol, "rt_apply")) {
        if (i->count != 2) blocks_malformed(p, e, "the number of operands is wrong");
        i->does = DOES_APPLY;
    } else {
        i->does = DOES_RUNTIME;
        Holding holding = p->code->holdings[p->slot_of[name->name.number]];
        i->runtime = blocks_runtime(p, e, i->count, symbol, holding == HOLDING_DOUBLE);
    }
}

static void try_call(Prepare *p, Instruction *i, TryCallForm f) {
    int32_t *out = new_operands(p, i, f.operands.count + 2);
    out[0] = blocks_constant(p, code_of(blocks_routine(p, f.body)));
    out[1] = blocks_constant(p, code_of(blocks_routine(p, f.handler)));
    for (uint32_t k = 0; k < f.operands.count; k++)
        out[k + 2] = blocks_operand(p, f.operands.items[k], T_ANY);
    i->does = DOES_TRY;
}

static void patch(Prepare *p, Instruction *i, PatchForm f) {
    int32_t *out = new_operands(p, i, 3);
    out[0] = blocks_operand(p, f.value, T_ANY);
    out[1] = blocks_operand(p, f.closure, T_ANY);
    Bits offset = FIELD_CLOSURE_CAPTURES - TAG_POINTER + 8 * (Bits)f.index->integer;
    out[2] = blocks_constant(p, offset);
    i->does = DOES_STORE;
}

static int32_t cell_operand(Prepare *p, const Node *name) {
    return blocks_constant(p, (Bits)(uintptr_t)cell_of(name->text));
}

static void load_cell(Prepare *p, Instruction *i, GlobalForm f) {
    int32_t *out = new_operands(p, i, 2);
    i->does = DOES_WORD;
    i->row = W_load_cell;
    out[0] = cell_operand(p, f.name);
}

static void store_cell(Prepare *p, Instruction *i, SetGlobalForm f) {
    int32_t *out = new_operands(p, i, 2);
    i->does = DOES_STORE;
    out[0] = blocks_operand(p, f.value, T_ANY);
    out[1] = cell_operand(p, f.name);
}

static void closure(Prepare *p, Instruction *i, ClosureForm f) {
    i->does = DOES_CLOSURE;
    i->routine = blocks_routine(p, f.entry);
    operands(p, i, f.captures);
}

static void direct(Prepare *p, Instruction *i, const Node *function, NodeList list, Does does) {
    i->does = (uint8_t)does;
    i->routine = blocks_routine(p, function);
    operands(p, i, list);
}

static void enter(Prepare *p, Instruction *i, EnterForm f, Does does) {
    i->does = (uint8_t)does;
    i->routine = blocks_routine(p, f.function);
    operands_after(p, i, f.closure, f.operands);
}

static void call(Prepare *p, Instruction *i, CallForm f, Does does) {
    i->does = (uint8_t)does;
    operands_after(p, i, f.callee, f.operands);
}

static void word_operation(Prepare *p, Instruction *i, WordOpForm f) {
    i->does = DOES_WORD;
    i->row = f.operation->head;
    operands(p, i, f.operands);
}

static void compare(Prepare *p, Instruction *i, SetIfForm f) {
    Node *sides[] = {f.left, f.right};
    i->does = DOES_SET_IF;
    i->row = f.condition->head;
    operands(p, i, nodes(sides, 2, 0));
}

static void right_hand_side(Prepare *p, Instruction *i, const Node *name, const Node *r) {
    switch (is_tree(r) ? r->head : (uint16_t)H_NONE) {
    case H_prim: primitive(p, i, r); break;
    case H_global: load_cell(p, i, as_global(r)); break;
    case H_set_global: store_cell(p, i, as_set_global(r)); break;
    case H_closure: closure(p, i, as_closure(r)); break;
    case H_patch: patch(p, i, as_patch(r)); break;
    case H_direct: direct(p, i, as_direct(r).function, as_direct(r).operands, DOES_DIRECT); break;
    case H_enter: enter(p, i, as_enter(r), DOES_ENTER); break;
    case H_call: call(p, i, as_call(r), DOES_CALL); break;
    case H_try_call: try_call(p, i, as_try_call(r)); break;
    case H_word_op: word_operation(p, i, as_word_op(r)); break;
    case H_set_if: compare(p, i, as_set_if(r)); break;
    case H_runtime: runtime_call(p, i, r, name); break;
    default:
        i->does = DOES_COPY;
        one_operand(p, i, blocks_operand(p, r, blocks_representation(p, name)));
        break;
    }
}

/* ---- steps and exits */

static void store(Prepare *p, Instruction *i, StoreForm f) {
    Node *list[] = {f.value, f.base};
    operands(p, i, nodes(list, 2, 0))[2] = blocks_constant(p, (Bits)f.offset->integer);
    i->does = DOES_STORE;
}

static void store_at(Prepare *p, Instruction *i, StoreAtForm f) {
    Node *list[] = {f.value, f.base, f.index};
    operands(p, i, nodes(list, 3, 0))[3] = blocks_constant(p, (Bits)f.offset->integer);
    i->does = DOES_STORE_AT;
}

static void step(Prepare *p, Instruction *i, const Node *s) {
    i->result = NO_SLOT;
    switch (s->head) {
    case H_let:
        i->result = p->slot_of[as_step_let(s).name->name.number];
        right_hand_side(p, i, as_step_let(s).name, as_step_let(s).value);
        break;
    case H_store: store(p, i, as_store(s)); break;
    case H_store_at: store_at(p, i, as_store_at(s)); break;
    default: i->does = DOES_NOTHING; break;
    }
}

static void jump(Prepare *p, Instruction *i, const Node *e) {
    JumpForm f = as_jump(e);
    const BlockPlace *to = known_block(p, e, f.target);
    if (f.values.count != to->count)
        blocks_malformed(p, e, "the block has another number of parameters");
    int32_t *out = new_operands(p, i, to->count);
    for (uint32_t k = 0; k < to->count; k++) {
        const Node *param = p->code->names[to->params[k]];
        out[k] = blocks_operand(p, f.values.items[k], blocks_representation(p, param));
    }
    i->does = DOES_JUMP;
    i->to[0] = p->instructions + to->first;
    i->params = to->params;
}

static const Instruction *way(const Prepare *p, const Node *e, const Node *block) {
    const BlockPlace *to = known_block(p, e, block);
    if (to->count) blocks_malformed(p, e, "the block has another number of parameters");
    return p->instructions + to->first;
}

static void branch(Prepare *p, Instruction *i, const Node *e) {
    BranchForm f = as_branch(e);
    Node *sides[] = {f.left, f.right};
    i->to[0] = way(p, e, f.then);
    i->to[1] = way(p, e, f.otherwise);
    i->does = DOES_BRANCH;
    i->row = f.condition ? f.condition->head : (uint16_t)C_ne;
    if (f.condition)
        operands(p, i, nodes(sides, 2, 0));
    else
        one_operand(p, i, blocks_operand(p, f.test, T_FLAG));
}

static void branch_heap(Prepare *p, Instruction *i, const Node *e) {
    BranchHeapForm f = as_branch_heap(e);
    i->to[0] = way(p, e, f.then);
    i->to[1] = way(p, e, f.otherwise);
    i->does = DOES_BRANCH_HEAP;
    one_operand(p, i, blocks_constant(p, (Bits)f.bytes->integer));
}

static void exit_form(Prepare *p, Instruction *i, const Node *e, Type returns) {
    i->result = NO_SLOT;
    switch (e->head) {
    case H_jump: jump(p, i, e); break;
    case H_branch: branch(p, i, e); break;
    case H_branch_heap: branch_heap(p, i, e); break;
    case H_return:
        i->does = DOES_RETURN;
        one_operand(p, i, blocks_operand(p, as_return(e).value, p->is_memory ? T_ANY : returns));
        break;
    case H_tail_direct: {
        TailDirectForm f = as_tail_direct(e);
        direct(p, i, f.function, f.operands, DOES_TAIL_DIRECT);
        break;
    }
    case H_tail_enter: {
        TailEnterForm f = as_tail_enter(e);
        enter(p, i, (EnterForm){f.function, f.closure, f.operands}, DOES_TAIL_ENTER);
        break;
    }
    case H_tail_call: {
        TailCallForm f = as_tail_call(e);
        call(p, i, (CallForm){f.callee, f.operands}, DOES_TAIL_CALL);
        break;
    }
    default: i->does = DOES_STOP; break;
    }
}

/* ---- routines */

static void make_instructions(Prepare *p, Type returns) {
    for (uint32_t b = 0; b < p->code->block_count; b++) {
        BlockForm block = as_block(p->form.blocks.items[b]);
        Instruction *i = p->instructions + p->code->blocks[b].first;
        for (uint32_t k = 0; k < block.steps.count; k++, i++) {
            i->at = block.steps.items[k]->at;
            step(p, i, block.steps.items[k]);
        }
        i->at = block.exit->at;
        exit_form(p, i, block.exit, returns);
    }
}

static void prepare_function(Code *code, const Routine *r) {
    FunctionForm f = as_function(r->node);
    Prepare p = {.scratch = arena_new(), .routine = r, .form = f, .code = code};
    Text returns = f.returns->text;
    Type type = T_ANY;
    p.is_memory = f.kinds.exists;
    if (!f.blocks.count) blocks_malformed(&p, f.name, "it has no blocks");
    if (!p.is_memory && !type_parse(text_bytes(returns), text_length(returns), &type))
        blocks_malformed(&p, f.returns, "there is no such type");
    code->returns = p.is_memory ? blocks_holding(returns) : holding_of_type(type);
    blocks_constant(&p, 0); /* ZERO_OPERAND */
    blocks_make_slots(&p);
    blocks_make_places(&p);
    make_instructions(&p, type);
    blocks_check_bound(&p);
    enum { FOR_OTHERS = 2 }; /* what a call of a value may put before its arguments */
    code->room = code->slots + p.most_operands + FOR_OTHERS;
    code->constants = p.constants.items;
    code->instructions = p.instructions;
    arena_free(p.scratch);
}

/* Rows with exact counts come first. */
static void prepare_entry(Code *code, const Routine *r) {
    Prepare p = {.routine = r};
    NodeList targets = as_entry(r->node).targets;
    EntryRow *rows = NEW_ARRAY(world.arena, EntryRow, targets.count + 1);
    for (uint32_t rest = 0; rest < 2; rest++)
        for (uint32_t i = 0; i < targets.count; i++) {
            if (is_form(targets.items[i], H_rest) != (rest == 1)) continue;
            TargetForm f = as_target(targets.items[i]);
            rows[code->row_count++] =
                (EntryRow){rest == 1, (uint32_t)f.count->integer, blocks_routine(&p, f.function)};
        }
    code->rows = rows;
}

Code *blocks_prepare(Routine *r) {
    Code *code = NEW(world.arena, Code);
    if (is_form(r->node, H_entry))
        prepare_entry(code, r);
    else
        prepare_function(code, r);
    r->prepared = code;
    return code;
}
