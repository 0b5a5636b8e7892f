/* build.c - the term that comes out: names with places, moves, claims. */
#include "alloc.h"

static Where final_place(const Alloc *a, uint32_t value, Where where) {
    return where == IN_SLOT ? (Where)(SLOT0 + a->values[value].slot) : where;
}

static Node *placed(Alloc *a, uint32_t value, Where where) {
    return node_placed(a->arena, a->values[value].name, final_place(a, value, where));
}

/* ---- moves */

static Node *move_form(Alloc *a, const Move *m, Pos at) {
    Where to = m->to == IN_SLOT ? (Where)(SLOT0 + a->values[m->slot_of].slot) : m->to;
    const Value *v = &a->values[m->value];
    Node *target = node_placed(a->arena, v->name, to);
    if (m->from != REMATERIALISE)
        return make_move(a->arena, at, target, placed(a, m->value, m->from));
    return make_constant(a->arena, at, target, constant_at(a->arena, v->constant, at));
}

static bool moves_nothing(const Alloc *a, const Move *m) {
    return m->from == IN_SLOT && m->to == IN_SLOT &&
           a->values[m->value].slot == a->values[m->slot_of].slot;
}

static void add_moves(Alloc *a, Nodes *out, const Move *moves, uint32_t count, Pos at) {
    Nodes forms = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (moves_nothing(a, &moves[i])) continue;
        PUSH(a->scratch, forms, move_form(a, &moves[i], at));
    }
    if (forms.count == 1)
        PUSH(a->scratch, *out, forms.items[0]);
    else if (forms.count)
        PUSH(a->scratch, *out, make_parallel(a->arena, at, list_of(forms, at)));
}

/* The store of a value into its slot, from a register where it is now. */
static void add_store(Alloc *a, Nodes *out, uint32_t value, Where from, Pos at) {
    Move store = {value, IN_SLOT, from, value};
    add_moves(a, out, &store, 1, at);
}

static bool stored_at_definition(const Alloc *a, uint32_t value) {
    const Value *v = &a->values[value];
    return v->store_block != NO_BLOCK && v->store_block == v->block && v->definition != IN_SLOT;
}

/* ---- edges */

static void edge_move(Alloc *a, Moves *out, uint32_t value, Where to, uint32_t slot_of) {
    const Value *v = &a->values[value];
    Where from = v->end_stamp == a->block + 1 ? v->end_at : v->constant ? REMATERIALISE : IN_SLOT;
    Move move = {value, to, from, slot_of};
    if (from != to || (to == IN_SLOT && slot_of != value)) PUSH(a->scratch, *out, move);
}

static void note_end_of_block(Alloc *a) {
    const Block *b = &a->blocks[a->block];
    for (uint32_t i = 0; i < b->registers.count; i++) {
        a->values[b->registers.items[i].value].end_stamp = a->block + 1;
        a->values[b->registers.items[i].value].end_at = b->registers.items[i].where;
    }
    for (uint32_t i = 0; i < b->cold_stores.count; i++)
        a->values[b->cold_stores.items[i]].cold_store = a->block + 1;
}

/* Makes true what the target claims, and brings the arguments to its parameters. */
static void add_edge(Alloc *a, Nodes *out, const Node *jump) {
    ToForm edge = as_to(operands_of(jump).items[0]);
    uint32_t target = a->flow->index[edge.target->block];
    NodeList parameters = a->blocks[target].form.parameters;
    const Locations *claims = &a->blocks[target].claims;
    Moves moves = {0};
    note_end_of_block(a);
    for (uint32_t i = 0; i < claims->count; i++) {
        Located l = claims->items[i];
        if (l.where != IN_SLOT || !slot_holds(a, l.value, a->block))
            edge_move(a, &moves, l.value, l.where, l.value);
    }
    for (uint32_t i = 0; i < parameters.count; i++) {
        uint32_t parameter = parameters.items[i]->name.number;
        uint32_t argument = edge.values.items[i]->name.number;
        edge_move(a, &moves, argument, a->values[parameter].definition, parameter);
    }
    add_moves(a, out, moves.items, moves.count, jump->at);
}

/* The arguments of the jump are where the parameters are. */
static Node *placed_jump(Alloc *a, const Node *jump) {
    const Node *to = operands_of(jump).items[0];
    ToForm edge = as_to(to);
    NodeList parameters = a->blocks[a->flow->index[edge.target->block]].form.parameters;
    Nodes values = {0};
    for (uint32_t i = 0; i < parameters.count; i++) {
        uint32_t parameter = parameters.items[i]->name.number;
        Where where = final_place(a, parameter, a->values[parameter].definition);
        PUSH(a->scratch, values, node_placed(a->arena, edge.values.items[i], where));
    }
    Node *placed_to = make_to(a->arena, to->at, edge.target, list_of(values, to->at));
    OpForm f = {.opcode = as_op(jump).opcode,
                .defines = defines_of(jump),
                .operands = nodes(&placed_to, 1, jump->at)};
    return make_op(a->arena, jump->at, f);
}

/* ---- instructions */

typedef struct {
    Alloc *a;
    uint32_t next; /* into places */
} Placing;

static Node *place_name(void *context, Node *name) {
    Placing *p = context;
    return placed(p->a, name->name.number, p->a->places.items[p->next++]);
}

static NodeList placed_roots(Alloc *a, NodeList roots) {
    Node **out = NEW_ARRAY(a->scratch, Node *, roots.count);
    for (uint32_t i = 0; i < roots.count; i++)
        out[i] = placed(a, roots.items[i]->name.number, IN_SLOT);
    return nodes(out, roots.count, roots.at);
}

static Node *placed_op(Alloc *a, const Node *op) {
    Placing p = {a, a->records[a->number].first_place};
    OpForm f = op_renamed(a->arena, a->scratch, op, place_name, &p);
    if (is_safepoint(op)) f.roots = placed_roots(a, as_op(op).roots);
    return make_op(a->arena, op->at, f);
}

static void build_instruction(Alloc *a, Nodes *out, const Node *op) {
    const Record *r = &a->records[a->number];
    NodeList defines = defines_of(op);
    bool is_jump = opcode_of(op) == X_jmp;
    if (r->move_count) add_moves(a, out, a->moves.items + r->first_move, r->move_count, op->at);
    if (is_jump) add_edge(a, out, op);
    PUSH(a->scratch, *out, is_jump ? placed_jump(a, op) : placed_op(a, op));
    for (uint32_t d = 0; d < defines.count; d++) {
        uint32_t value = defines.items[d]->name.number;
        if (stored_at_definition(a, value))
            add_store(a, out, value, a->values[value].definition, op->at);
    }
}

/* ---- blocks */

/* What the block finds where: what the walk noted, and the slots that were stored before. */
static NodeList claims_of(Alloc *a, uint32_t b) {
    NodeList live_in = a->blocks[b].form.live_in;
    const Locations *claims = &a->blocks[b].claims;
    Nodes names = {0};
    for (uint32_t i = 0; i < claims->count; i++) {
        Located l = claims->items[i];
        PUSH(a->scratch, names, placed(a, l.value, l.where));
        if (l.where == IN_SLOT) a->values[l.value].seen_stamp = NO_VALUE - b;
    }
    for (uint32_t i = 0; i < live_in.count; i++) {
        uint32_t value = live_in.items[i]->name.number;
        const Value *v = &a->values[value];
        if (v->store_block == NO_BLOCK || v->seen_stamp == NO_VALUE - b) continue;
        bool before = dominates(a->flow, v->store_block, b) && v->store_block != b;
        if (before) PUSH(a->scratch, names, placed(a, value, IN_SLOT));
    }
    return list_of(names, a->flow->blocks[b].node->at);
}

static Where claimed_register(const Block *b, uint32_t value) {
    for (uint32_t i = 0; i < b->claims.count; i++)
        if (b->claims.items[i].value == value && is_register(b->claims.items[i].where))
            return b->claims.items[i].where;
    return NOWHERE;
}

static NodeList placed_parameters(Alloc *a, NodeList parameters) {
    Node **out = NEW_ARRAY(a->scratch, Node *, parameters.count);
    for (uint32_t i = 0; i < parameters.count; i++) {
        uint32_t value = parameters.items[i]->name.number;
        out[i] = placed(a, value, a->values[value].definition);
    }
    return nodes(out, parameters.count, parameters.at);
}

/* `stores`: values that are stored at the start of this block, later than they are defined. */
static Node *build_block(Alloc *a, uint32_t b, const uint32_t *stores, uint32_t store_count) {
    const Node *node = a->flow->blocks[b].node;
    InstrBlockForm f = a->blocks[b].form;
    NodeList instructions = f.instructions;
    Pos at = instructions.items[0]->at;
    Nodes out = {0};
    for (uint32_t i = 0; i < f.parameters.count; i++) {
        uint32_t value = f.parameters.items[i]->name.number;
        if (stored_at_definition(a, value))
            add_store(a, &out, value, a->values[value].definition, at);
    }
    for (uint32_t i = 0; i < store_count; i++)
        add_store(a, &out, stores[i], claimed_register(&a->blocks[b], stores[i]), at);
    a->block = b;
    a->number = a->blocks[b].start + 1;
    for (uint32_t i = 0; i < instructions.count; i++, a->number++)
        build_instruction(a, &out, instructions.items[i]);
    InstrBlockForm made = {.label = f.label,
                           .parameters = placed_parameters(a, f.parameters),
                           .in = claims_of(a, b),
                           .instructions = list_of(out, node->at)};
    return make_instr_block(a->arena, (Head)node->head, node->at, made);
}

Node *build_function(Alloc *a) {
    typedef VEC(uint32_t) Values;
    Values *stores = NEW_ARRAY(a->scratch, Values, a->flow->count);
    for (uint32_t x = 0; x < a->names; x++)
        if (a->values[x].store_block != NO_BLOCK && a->values[x].store_block != a->values[x].block)
            PUSH(a->scratch, stores[a->values[x].store_block], x);
    Nodes blocks = {0};
    for (uint32_t b = 0; b < a->flow->count; b++)
        PUSH(a->scratch, blocks, build_block(a, b, stores[b].items, stores[b].count));
    FunctionForm f = a->form;
    f.slots = node_int(a->arena, a->at, a->slots);
    f.intervals.exists = false;
    f.blocks = list_of(blocks, a->at);
    return make_function(a->arena, a->at, f);
}
