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
    if (m->from != REMADE)
        return list(a->arena, H_move, at, target, placed(a, m->value, m->from), NULL);
    Node *constant =
        node_list(a->arena, (Head)v->constant->head, at, v->constant->kids, v->constant->count);
    if (is_form(constant, H_word))
        constant->kids[0] = node_int(a->arena, at, v->constant->kids[0]->integer);
    if (fault_strikes(a->faults, FAULT_wrong_constant))
        constant = list(a->arena, H_word, at, node_int(a->arena, at, 123456789), NULL);
    return list(a->arena, H_constant, at, target, constant, NULL);
}

static bool moves_nothing(const Alloc *a, const Move *m) {
    return m->from == IN_SLOT && m->to == IN_SLOT &&
           a->values[m->value].slot == a->values[m->slot_of].slot;
}

static void add_moves(Alloc *a, Nodes *out, const Move *moves, uint32_t count, Pos at) {
    Nodes forms = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (moves_nothing(a, &moves[i])) continue;
        Node *form = move_form(a, &moves[i], at);
        if (form->head == H_move && is_register(moves[i].from) &&
            fault_strikes(a->faults, FAULT_wrong_move_src)) {
            Where wrong = is_vector_register(moves[i].from) ? XMM0 + 14 : R13;
            form->kids[1] = node_placed(a->arena, form->kids[1], wrong);
        }
        PUSH(a->scratch, forms, form);
    }
    if (forms.count == 1)
        PUSH(a->scratch, *out, forms.items[0]);
    else if (forms.count)
        PUSH(a->scratch, *out, node_list(a->arena, H_parallel, at, forms.items, forms.count));
}

/* The store of a value into its slot, from a register where it is now. */
static void add_store(Alloc *a, Nodes *out, uint32_t value, Where from, Pos at) {
    Move store = {value, IN_SLOT, from, value};
    if (!fault_strikes(a->faults, FAULT_drop_store)) add_moves(a, out, &store, 1, at);
}

static bool stored_at_definition(const Alloc *a, uint32_t value) {
    const Value *v = &a->values[value];
    return v->store_block != NO_BLOCK && v->store_block == v->block && v->born != IN_SLOT;
}

/* ---- edges */

static void edge_move(Alloc *a, Moves *out, uint32_t value, Where to, uint32_t slot_of) {
    const Value *v = &a->values[value];
    Where from = v->exit_stamp == a->block + 1 ? v->exit_at : v->constant ? REMADE : IN_SLOT;
    Move move = {value, to, from, slot_of};
    if (from != to || (to == IN_SLOT && slot_of != value)) PUSH(a->scratch, *out, move);
}

static void note_exit(Alloc *a) {
    const Block *b = &a->blocks[a->block];
    for (uint32_t i = 0; i < b->exit.count; i++) {
        a->values[b->exit.items[i].value].exit_stamp = a->block + 1;
        a->values[b->exit.items[i].value].exit_at = b->exit.items[i].where;
    }
    for (uint32_t i = 0; i < b->stored.count; i++)
        a->values[b->stored.items[i]].stored_in = a->block + 1;
}

/* Makes true what the block behind the jump claims, and brings the arguments to its parameters. */
static void add_edge(Alloc *a, Nodes *out, const Node *jump) {
    const Node *to = jump->kids[FIRST_OPERAND];
    uint32_t target = a->flow->index[to->kids[0]->block];
    const Node *parameters = a->flow->blocks[target].node->kids[1];
    const Locations *claims = &a->blocks[target].claims;
    Moves moves = {0};
    note_exit(a);
    for (uint32_t i = 0; i < claims->count; i++) {
        Located l = claims->items[i];
        if (l.where != IN_SLOT || !slot_holds(a, l.value, a->block))
            edge_move(a, &moves, l.value, l.where, l.value);
    }
    uint32_t of_claims = moves.count;
    for (uint32_t i = 0; i < parameters->count; i++) {
        uint32_t parameter = parameters->kids[i]->name.number, before = moves.count;
        edge_move(a, &moves, to->kids[i + 1]->name.number, a->values[parameter].born, parameter);
        bool back = target <= a->block && moves.count > before;
        if (back && fault_strikes(a->faults, FAULT_stale_param)) moves.count = before;
    }
    if (moves.count > of_claims + 1 && fault_strikes(a->faults, FAULT_swap_param_args)) {
        Where first = moves.items[of_claims].to;
        moves.items[of_claims].to = moves.items[of_claims + 1].to;
        moves.items[of_claims + 1].to = first;
    }
    if (moves.count && fault_strikes(a->faults, FAULT_drop_edge_group)) moves.count = 0;
    add_moves(a, out, moves.items, moves.count, jump->at);
}

static Node *placed_jump(Alloc *a, const Node *jump) {
    const Node *to = jump->kids[FIRST_OPERAND];
    const Node *parameters = a->flow->blocks[a->flow->index[to->kids[0]->block]].node->kids[1];
    Node *copy = node_list(a->arena, H_to, to->at, to->kids, to->count);
    for (uint32_t i = 0; i < parameters->count; i++) {
        uint32_t parameter = parameters->kids[i]->name.number;
        copy->kids[i + 1] = node_placed(a->arena, to->kids[i + 1],
                                        final_place(a, parameter, a->values[parameter].born));
    }
    Node *op = node_list(a->arena, H_op, jump->at, jump->kids, FIRST_OPERAND + 1);
    op->kids[FIRST_OPERAND] = copy;
    return op;
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

static Node *placed_roots(Alloc *a, const Node *roots) {
    Node *copy = node_list(a->arena, H_roots, roots->at, roots->kids, roots->count);
    for (uint32_t i = 0; i < copy->count; i++)
        copy->kids[i] = placed(a, copy->kids[i]->name.number, IN_SLOT);
    return copy;
}

static void build_instruction(Alloc *a, Nodes *out, const Node *op) {
    const Record *r = &a->records[a->number];
    Node *roots = note_of(op, H_roots), *made;
    if (r->move_count) add_moves(a, out, a->moves.items + r->first_move, r->move_count, op->at);
    if (opcode_of(op) == X_jmp) {
        add_edge(a, out, op);
        made = placed_jump(a, op);
    } else {
        Placing p = {a, r->first_place};
        made = make_op(a->arena, op->at, op_renamed(a->arena, a->scratch, op, place_name, &p));
    }
    if (roots) {
        roots = placed_roots(a, roots);
        made = node_extended(a->arena, made, &roots, 1);
    }
    PUSH(a->scratch, *out, made);
    for (uint32_t d = 0; d < defined(op)->count; d++) {
        uint32_t value = defined(op)->kids[d]->name.number;
        if (stored_at_definition(a, value)) add_store(a, out, value, a->values[value].born, op->at);
    }
}

/* ---- blocks */

/* What the block finds where: what the walk noted, and the slots that were stored before. */
static Node *claims_form(Alloc *a, uint32_t b) {
    const Node *node = a->flow->blocks[b].node, *live_in = node->kids[2];
    const Locations *claims = &a->blocks[b].claims;
    Nodes names = {0};
    for (uint32_t i = 0; i < claims->count; i++) {
        Located l = claims->items[i];
        if (is_register(l.where) && fault_strikes(a->faults, FAULT_wrong_claim))
            l.where = is_vector_register(l.where) ? XMM0 + 14 : R13;
        PUSH(a->scratch, names, placed(a, l.value, l.where));
        if (l.where == IN_SLOT) a->values[l.value].seen_stamp = NO_VALUE - b;
    }
    for (uint32_t i = 0; i < live_in->count; i++) {
        uint32_t value = live_in->kids[i]->name.number;
        const Value *v = &a->values[value];
        if (v->store_block == NO_BLOCK || v->seen_stamp == NO_VALUE - b) continue;
        bool before = dominates(a->flow, v->store_block, b) && (v->store_block != b);
        if (before) PUSH(a->scratch, names, placed(a, value, IN_SLOT));
    }
    return node_list(a->arena, H_in, node->at, names.items, names.count);
}

static Where claimed_register(const Block *b, uint32_t value) {
    for (uint32_t i = 0; i < b->claims.count; i++)
        if (b->claims.items[i].value == value && is_register(b->claims.items[i].where))
            return b->claims.items[i].where;
    return NOWHERE;
}

/* `stores`: values that are stored at the start of this block, later than they are defined. */
static Node *build_block(Alloc *a, uint32_t b, const uint32_t *stores, uint32_t store_count) {
    const Node *node = a->flow->blocks[b].node, *parameters = node->kids[1];
    uint32_t first = block_first_instruction(node);
    Pos at = node->kids[first]->at;
    Nodes out = {0};
    Node *vector =
        node_tree(a->arena, N_VECTOR, parameters->at, parameters->kids, parameters->count);
    PUSH(a->scratch, out, node->kids[0]);
    PUSH(a->scratch, out, vector);
    PUSH(a->scratch, out, claims_form(a, b));
    for (uint32_t i = 0; i < vector->count; i++) {
        uint32_t value = vector->kids[i]->name.number;
        vector->kids[i] = placed(a, value, a->values[value].born);
        if (stored_at_definition(a, value)) add_store(a, &out, value, a->values[value].born, at);
    }
    for (uint32_t i = 0; i < store_count; i++)
        add_store(a, &out, stores[i], claimed_register(&a->blocks[b], stores[i]), at);
    a->block = b;
    a->number = a->blocks[b].start + 1;
    for (uint32_t i = first; i < node->count; i++, a->number++)
        build_instruction(a, &out, node->kids[i]);
    return node_list(a->arena, (Head)node->head, node->at, out.items, out.count);
}

Node *build_function(Alloc *a) {
    typedef VEC(uint32_t) Values;
    Values *stores = NEW_ARRAY(a->scratch, Values, a->flow->count);
    for (uint32_t x = 0; x < a->names; x++)
        if (a->values[x].store_block != NO_BLOCK && a->values[x].store_block != a->values[x].block)
            PUSH(a->scratch, stores[a->values[x].store_block], x);
    Nodes kids = {0};
    uint32_t first = function_first_block(a->function);
    for (uint32_t i = 0; i < first; i++) {
        Node *part = a->function->kids[i];
        if (is_form(part, H_intervals))
            part = list(a->arena, H_slots, part->at, node_int(a->arena, part->at, a->slots), NULL);
        PUSH(a->scratch, kids, part);
    }
    for (uint32_t b = 0; b < a->flow->count; b++)
        PUSH(a->scratch, kids, build_block(a, b, stores[b].items, stores[b].count));
    return node_list(a->arena, H_function, a->function->at, kids.items, kids.count);
}
