/* objects.c - pass lower: inline allocation of small objects. */
#include "lower.h"

enum { MOST_FIELDS = 2 };

/* Primitives that make an object of their operands, in order. */
static const struct {
    Prim prim;
    Kind kind;
    uint32_t fields;
} makers[] = {
    {P_box, KIND_DOUBLE, 1}, {P_cons, KIND_CONS, 2},       {P_lazy, KIND_LAZY, 2},   {P_indexed_seq, KIND_INDEXED_SEQ, 2},
    {P_atom, KIND_ATOM, 1},  {P_delay, KIND_DELAY, 2},     {P_reduced, KIND_REDUCED, 1},
    {P_transient, KIND_TRANSIENT, 1}, {P_pattern, KIND_PATTERN, 2},
};

bool is_shape_map(const Node *e) {
    if (!is_form(e, H_prim) || e->kids[0]->head != P_map || e->count < 3 || e->count % 2 == 0) return false;
    if ((e->count - 1) / 2 > SIZE_SMALL_ENTRIES) return false;
    for (uint32_t i = 1; i < e->count; i += 2) {
        if (!is_form(e->kids[i], H_quote) || e->kids[i]->kids[0]->kind != N_KEYWORD) return false;
        for (uint32_t k = 1; k < i; k += 2)
            if (e->kids[k]->kids[0]->text == e->kids[i]->kids[0]->text) return false;
    }
    return true;
}

int64_t inline_bytes(const Node *r) {
    if (is_form(r, H_closure)) return 16 + 8 * (int64_t)(r->count - 1);
    if (is_shape_map(r)) return 16 + 8 * (int64_t)((r->count - 1) / 2);
    if (!is_form(r, H_prim)) return 0;
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (makers[i].prim == r->kids[0]->head) return 8 + 8 * makers[i].fields;
    return 0;
}

/* if there is room: on; else, cold: collect, then on. */
void reserve(Pass *p, int64_t bytes) {
    Block *ready = new_block(p, NULL, false), *full = new_block(p, NULL, true);
    leave(p, list(p->arena, H_branch_heap, 0, node_int(p->arena, 0, bytes), ready->name, full->name, NULL));
    start_block(p, full);
    Node *size = word(p, bytes);
    step(p, machine_name(p, "_", K_REF), runtime_call(p, "rt_collect", &size, 1));
    jump(p, ready, NULL);
    start_block(p, ready);
    p->room = bytes;
}

void new_object(Pass *p, Node *name, Kind kind, Node *const *fields, uint32_t count) {
    int64_t bytes = 8 + 8 * (int64_t)count;
    step(p, name, op1(p, W_bump, word(p, bytes)));
    p->room -= bytes;
    Node *object = node_placed(p->arena, name, NOWHERE);
    store(p, word(p, (int64_t)header_word(kind, 0, count, 0)), object, 0);
    for (uint32_t i = 0; i < count; i++)
        store(p, fields[i], object, 8 + 8 * (int)i);
}

void lower_closure(Pass *p, Node *name, const Node *e) {
    Node **fields = NEW_ARRAY(p->scratch, Node *, e->count);
    fields[0] = list(p->arena, H_code, 0, e->kids[0], NULL);
    for (uint32_t i = 1; i < e->count; i++)
        fields[i] = operand(p, e->kids[i], T_ANY);
    new_object(p, name, KIND_CLOSURE, fields, e->count);
}

void lower_shape_map(Pass *p, Node *name, const Node *e) {
    uint32_t count = (e->count - 1) / 2;
    Node **keys = NEW_ARRAY(p->scratch, Node *, count), **fields = NEW_ARRAY(p->scratch, Node *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = e->kids[1 + 2 * i]->kids[0];
        fields[i + 1] = operand(p, e->kids[2 + 2 * i], T_ANY);
    }
    fields[0] = node_list(p->arena, H_shape, 0, keys, count);
    new_object(p, name, KIND_SHAPE_MAP, fields, count + 1);
}
