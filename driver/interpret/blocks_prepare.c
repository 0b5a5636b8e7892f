/* blocks_prepare.c - the interpreter of blocks: a form becomes instructions. */
#include "blocks_prepare.h"

/* ---- names and slots */

static Holding holding_of_kind(Text kind) {
    const char *k = text_bytes(kind);
    return !strcmp(k, "ref") ? HOLDING_VALUE : !strcmp(k, "f64") ? HOLDING_DOUBLE : HOLDING_WORD;
}

static void bind(Prepare *p, const Node *name, Holding *holdings) {
    uint32_t n = name->name.number;
    if (p->slot_of[n] != NO_SLOT) return;
    uint32_t slot = p->code->slots++;
    p->slot_of[n] = (int32_t)slot;
    p->types[n] = type_of(name);
    p->code->names[slot] = name;
    p->code->holdings[slot] = p->is_memory ? holdings[n] : holding_of_type(type_of(name));
    p->code->is_ref[slot] = p->code->holdings[slot] == HOLDING_VALUE;
}

static void count_name(Prepare *p, const Node *name) {
    if (name->name.number >= p->names) p->names = name->name.number + 1;
}

typedef void VisitName(Prepare *p, const Node *name, Holding *holdings);
static void each_bound(Prepare *p, VisitName *visit, Holding *holdings) {
    const Node *f = p->form, *self = f->kids[p->first_block - 1];
    for (uint32_t b = p->first_block; b < f->count; b++) {
        const Node *block = f->kids[b];
        for (uint32_t i = 0; i < block->kids[1]->count; i++)
            visit(p, block->kids[1]->kids[i], holdings);
        if (b == p->first_block && self->count) visit(p, self->kids[0], holdings);
        for (uint32_t i = 2; i < block->count; i++)
            if (is_form(block->kids[i], H_let)) visit(p, block->kids[i]->kids[0], holdings);
    }
}

static void count_bound(Prepare *p, const Node *name, Holding *holdings) {
    (void)holdings;
    count_name(p, name);
}

static Holding *kinds_of(Prepare *p) {
    Holding *holdings = NEW_ARRAY(p->scratch, Holding, p->names + 1);
    const Node *kinds = p->form->kids[3];
    for (uint32_t i = 0; p->is_memory && i < kinds->count; i++) {
        const Node *row = kinds->kids[i];
        if (row->kids[0]->name.number < p->names)
            holdings[row->kids[0]->name.number] = holding_of_kind(row->kids[1]->text);
    }
    return holdings;
}

/* Parameters first, then the closure, then the others. */
static void make_slots(Prepare *p) {
    Code *code = p->code;
    const Node *self = p->form->kids[p->first_block - 1];
    each_bound(p, count_bound, NULL);
    p->slot_of = NEW_ARRAY(p->scratch, int32_t, p->names + 1);
    p->types = NEW_ARRAY(p->scratch, Type, p->names + 1);
    memset(p->slot_of, 0xff, sizeof(int32_t) * (p->names + 1));
    code->names = NEW_ARRAY(world.arena, const Node *, p->names + 1);
    code->holdings = NEW_ARRAY(world.arena, Holding, p->names + 1);
    code->is_ref = NEW_ARRAY(world.arena, uint8_t, p->names + 1);
    each_bound(p, bind, kinds_of(p));
    code->params = p->form->kids[p->first_block]->kids[1]->count;
    code->self = self->count ? p->slot_of[self->kids[0]->name.number] : NO_SLOT;
}

/* ---- blocks */

static void make_blocks(Prepare *p) {
    uint32_t count = p->form->count - p->first_block, next = 0;
    BlockPlace *places = NEW_ARRAY(world.arena, BlockPlace, count);
    for (uint32_t b = 0; b < count; b++) {
        uint32_t number = p->form->kids[p->first_block + b]->kids[0]->block;
        if (number >= p->block_limit) p->block_limit = number + 1;
    }
    p->places = NEW_ARRAY(p->scratch, BlockPlace *, p->block_limit);
    for (uint32_t b = 0; b < count; b++) {
        const Node *block = p->form->kids[p->first_block + b], *params = block->kids[1];
        int32_t *slots = NEW_ARRAY(world.arena, int32_t, params->count + 1);
        for (uint32_t i = 0; i < params->count; i++)
            slots[i] = p->slot_of[params->kids[i]->name.number];
        places[b] = (BlockPlace){next, next + block->count - 2, slots, params->count};
        next = places[b].end;
        p->places[block->kids[0]->block] = &places[b];
    }
    p->instructions = NEW_ARRAY(world.arena, Instruction, next + 1);
    p->code->blocks = places;
    p->code->block_count = count;
}

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

/* The kids of `form` from `first` on, up to `end`. */
static int32_t *operands(Prepare *p, Instruction *i, const Node *form, uint32_t first,
                         uint32_t end) {
    int32_t *out = new_operands(p, i, end - first);
    for (uint32_t k = first; k < end; k++)
        out[k - first] = blocks_operand(p, form->kids[k], T_ANY);
    return out;
}

static void rest_operands(Prepare *p, Instruction *i, const Node *form, uint32_t first) {
    operands(p, i, form, first, form->count);
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
    i->routine = routine_named(text_format("%s.w%u", function, e->count - 1));
    if (!i->routine) blocks_malformed(p, e, "the form does not hold the function of the library");
}

static void primitive(Prepare *p, Instruction *i, const Node *e) {
    Prim prim = (Prim)e->kids[0]->head;
    const PrimRow *row = &prim_rows[prim];
    uint32_t count = e->count - 1;
    int arity = prim_arity(prim);
    if (arity >= 0 && (uint32_t)arity != count)
        blocks_malformed(p, e, "the number of operands is wrong");
    int32_t *out = new_operands(p, i, count);
    size_t known = strlen(row->args);
    for (uint32_t k = 0; k < count; k++)
        out[k] = blocks_operand(p, e->kids[k + 1], k < known ? letter_type(row->args[k]) : T_ANY);
    if (prim == P_apply) {
        i->does = DOES_APPLY;
    } else if (!row->runtime) {
        i->does = DOES_INLINE;
        i->inlined = inline_function(prim);
    } else if (*row->runtime == '$') {
        library_primitive(p, i, e, row->runtime + 1);
    } else {
        i->does = DOES_RUNTIME;
        i->runtime = blocks_runtime(p, e, row->runtime, !strcmp(row->result, "double"));
    }
}

static void runtime_call(Prepare *p, Instruction *i, const Node *e, const Node *name) {
    const char *symbol = text_bytes(e->kids[0]->text);
    rest_operands(p, i, e, 1);
    if (!strcmp(symbol, "rt_try")) {
        if (i->count < 2) blocks_malformed(p, e, "the number of operands is wrong");
        i->does = DOES_TRY;
    } else if (!strcmp(symbol, "rt_apply")) {
        if (i->count != 2) blocks_malformed(p, e, "the number of operands is wrong");
        i->does = DOES_APPLY;
    } else {
        i->does = DOES_RUNTIME;
        Holding holding = p->code->holdings[p->slot_of[name->name.number]];
        i->runtime = blocks_runtime(p, e, symbol, holding == HOLDING_DOUBLE);
    }
}

static void try_call(Prepare *p, Instruction *i, const Node *e) {
    int32_t *out = new_operands(p, i, e->count);
    for (uint32_t k = 0; k < e->count; k++)
        out[k] = k < 2 ? blocks_constant(p, code_of(blocks_routine(p, e->kids[k])))
                       : blocks_operand(p, e->kids[k], T_ANY);
    i->does = DOES_TRY;
}

static void patch(Prepare *p, Instruction *i, const Node *e) {
    int32_t *out = new_operands(p, i, 3);
    out[0] = blocks_operand(p, e->kids[2], T_ANY);
    out[1] = blocks_operand(p, e->kids[0], T_ANY);
    Bits offset = FIELD_CLOSURE_CAPTURES - TAG_POINTER + 8 * (Bits)e->kids[1]->integer;
    out[2] = blocks_constant(p, offset);
    i->does = DOES_STORE;
}

static void global_cell(Prepare *p, Instruction *i, const Node *e) {
    Bits cell = (Bits)(uintptr_t)cell_of(e->kids[0]->text);
    int32_t *out = new_operands(p, i, 2);
    if (e->head == H_global) {
        i->does = DOES_WORD;
        i->row = W_load_cell;
        out[0] = blocks_constant(p, cell);
    } else {
        i->does = DOES_STORE;
        out[0] = blocks_operand(p, e->kids[1], T_ANY);
        out[1] = blocks_constant(p, cell);
    }
}

static void known_call(Prepare *p, Instruction *i, const Node *e, Does does) {
    i->does = (uint8_t)does;
    i->routine = blocks_routine(p, e->kids[0]);
    rest_operands(p, i, e, 1);
}

static void word_form(Prepare *p, Instruction *i, const Node *e, Does does) {
    i->does = (uint8_t)does;
    i->row = e->kids[0]->head;
    rest_operands(p, i, e, 1);
}

static void right_hand_side(Prepare *p, Instruction *i, const Node *name, const Node *r) {
    switch (is_tree(r) ? r->head : (uint16_t)H_NONE) {
    case H_prim: primitive(p, i, r); break;
    case H_global:
    case H_set_global: global_cell(p, i, r); break;
    case H_closure: known_call(p, i, r, DOES_CLOSURE); break;
    case H_patch: patch(p, i, r); break;
    case H_direct: known_call(p, i, r, DOES_DIRECT); break;
    case H_enter: known_call(p, i, r, DOES_ENTER); break;
    case H_call: i->does = DOES_CALL; rest_operands(p, i, r, 0); break;
    case H_try_call: try_call(p, i, r); break;
    case H_word_op: word_form(p, i, r, DOES_WORD); break;
    case H_set_if: word_form(p, i, r, DOES_SET_IF); break;
    case H_runtime: runtime_call(p, i, r, name); break;
    default:
        i->does = DOES_COPY;
        one_operand(p, i, blocks_operand(p, r, blocks_representation(p, name)));
        break;
    }
}

/* ---- steps and exits */

static void store(Prepare *p, Instruction *i, const Node *s) {
    uint32_t bases = s->count - 1;
    int32_t *out = operands(p, i, s, 0, bases);
    out[bases] = blocks_constant(p, (Bits)s->kids[bases]->integer);
    i->does = s->head == H_store ? DOES_STORE : DOES_STORE_AT;
}

static void step(Prepare *p, Instruction *i, const Node *s) {
    i->result = NO_SLOT;
    switch (s->head) {
    case H_let:
        i->result = p->slot_of[s->kids[0]->name.number];
        right_hand_side(p, i, s->kids[0], s->kids[1]);
        break;
    case H_store:
    case H_store_at: store(p, i, s); break;
    default: i->does = DOES_NOTHING; break;
    }
}

static void jump(Prepare *p, Instruction *i, const Node *e) {
    const BlockPlace *to = known_block(p, e, e->kids[0]);
    if (e->count - 1 != to->count)
        blocks_malformed(p, e, "the block has another number of parameters");
    int32_t *out = new_operands(p, i, to->count);
    for (uint32_t k = 0; k < to->count; k++) {
        const Node *param = p->code->names[to->params[k]];
        out[k] = blocks_operand(p, e->kids[k + 1], blocks_representation(p, param));
    }
    i->does = DOES_JUMP;
    i->to[0] = p->instructions + to->first;
    i->params = to->params;
}

/* The last two kids are the blocks. */
static void targets(Prepare *p, Instruction *i, const Node *e) {
    for (uint32_t k = 0; k < 2; k++) {
        const BlockPlace *to = known_block(p, e, e->kids[e->count - 2 + k]);
        if (to->count) blocks_malformed(p, e, "the block has another number of parameters");
        i->to[k] = p->instructions + to->first;
    }
}

static void branch(Prepare *p, Instruction *i, const Node *e) {
    targets(p, i, e);
    i->does = DOES_BRANCH;
    i->row = C_ne;
    if (p->is_memory) {
        i->row = e->kids[0]->head;
        operands(p, i, e, 1, 3);
    } else {
        one_operand(p, i, blocks_operand(p, e->kids[0], T_FLAG));
    }
}

static void exit_form(Prepare *p, Instruction *i, const Node *e, Type returns) {
    i->result = NO_SLOT;
    switch (e->head) {
    case H_jump: jump(p, i, e); break;
    case H_branch: branch(p, i, e); break;
    case H_branch_heap:
        targets(p, i, e);
        i->does = DOES_BRANCH_HEAP;
        one_operand(p, i, blocks_constant(p, (Bits)e->kids[0]->integer));
        break;
    case H_return:
        i->does = DOES_RETURN;
        one_operand(p, i, blocks_operand(p, e->kids[0], p->is_memory ? T_ANY : returns));
        break;
    case H_tail_direct: known_call(p, i, e, DOES_TAIL_DIRECT); break;
    case H_tail_enter: known_call(p, i, e, DOES_TAIL_ENTER); break;
    case H_tail_call: i->does = DOES_TAIL_CALL; rest_operands(p, i, e, 0); break;
    default: i->does = DOES_STOP; break;
    }
}

/* ---- routines */

static void make_instructions(Prepare *p, Type returns) {
    for (uint32_t b = 0; b < p->code->block_count; b++) {
        const Node *block = p->form->kids[p->first_block + b];
        Instruction *i = p->instructions + p->code->blocks[b].first;
        for (uint32_t k = 2; k < block->count; k++, i++) {
            i->at = block->kids[k]->at;
            if (k + 1 < block->count) step(p, i, block->kids[k]);
            else exit_form(p, i, block->kids[k], returns);
        }
    }
}

static void prepare_function(Code *code, const Routine *r) {
    Prepare p = {.scratch = arena_new(), .routine = r, .form = r->node, .code = code};
    Text returns = r->node->kids[2]->kids[0]->text;
    Type type = T_ANY;
    p.is_memory = is_form(r->node->kids[3], H_kinds);
    p.first_block = p.is_memory ? 5 : 4;
    if (r->node->count <= p.first_block) blocks_malformed(&p, r->node->kids[0], "it has no blocks");
    if (!p.is_memory && !type_parse(text_bytes(returns), text_length(returns), &type))
        blocks_malformed(&p, r->node->kids[2], "there is no such type");
    code->returns = p.is_memory ? holding_of_kind(returns) : holding_of_type(type);
    blocks_constant(&p, 0); /* ZERO_OPERAND */
    make_slots(&p);
    make_blocks(&p);
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
    uint32_t targets_from = 2, count = r->node->count - targets_from;
    EntryRow *rows = NEW_ARRAY(world.arena, EntryRow, count + 1);
    for (uint32_t rest = 0; rest < 2; rest++)
        for (uint32_t i = 0; i < count; i++) {
            const Node *target = r->node->kids[targets_from + i];
            if (is_form(target, H_rest) != (rest == 1)) continue;
            rows[code->row_count++] = (EntryRow){rest == 1, (uint32_t)target->kids[0]->integer,
                                                 blocks_routine(&p, target->kids[1])};
        }
    code->rows = rows;
}

Code *blocks_prepare(Routine *r) {
    Code *code = NEW(world.arena, Code);
    if (is_form(r->node, H_entry)) prepare_entry(code, r);
    else prepare_function(code, r);
    r->prepared = code;
    return code;
}
