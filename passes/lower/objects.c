/* objects.c - pass lower: inline allocation of small objects. */
#include "lower.h"

/* Primitives that make an object of their operands, in order. */
static const struct {
    Prim prim;
    Kind kind;
    uint32_t fields;
} makers[] = {
    {P_box, KIND_DOUBLE, 1},      {P_cons, KIND_CONS, 2},
    {P_lazy, KIND_LAZY, 2},       {P_indexed_seq, KIND_INDEXED_SEQ, 2},
    {P_atom, KIND_ATOM, 1},       {P_delay, KIND_DELAY, 2},
    {P_reduced, KIND_REDUCED, 1}, {P_transient, KIND_TRANSIENT, 1},
    {P_pattern, KIND_PATTERN, 2},
};

static bool is_keyword(const Node *a) {
    return is_form(a, H_quote) && as_quote(a).datum->kind == N_KEYWORD;
}

bool is_shape_map(const Node *e) {
    if (!is_form(e, H_prim) || prim_of(e) != P_map) return false;
    NodeList entries = as_prim(e).operands;
    if (entries.count < 2 || entries.count % 2) return false;
    if (entries.count / 2 > SIZE_SMALL_ENTRIES) return false;
    for (uint32_t i = 0; i < entries.count; i += 2) {
        if (!is_keyword(entries.items[i])) return false;
        for (uint32_t k = 0; k < i; k += 2)
            if (as_quote(entries.items[k]).datum->text == as_quote(entries.items[i]).datum->text)
                return false;
    }
    return true;
}

/* A header, a word before the rest (code or shape), and so many more. */
static int64_t bytes_with(uint32_t count) {
    return 16 + 8 * (int64_t)count;
}

int64_t inline_bytes(const Node *r) {
    if (is_form(r, H_closure)) return bytes_with(as_closure(r).captures.count);
    if (!is_form(r, H_prim)) return 0;
    if (is_shape_map(r)) return bytes_with(as_prim(r).operands.count / 2);
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (makers[i].prim == prim_of(r)) return 8 + 8 * makers[i].fields;
    return 0;
}

/* if there is room: on; else, cold: collect, then on. */
void reserve(Lower *p, int64_t bytes) {
    Block *ready = new_block(p), *full = cold_block(p);
    Node *wanted = node_int(p->arena, 0, bytes), *size = word(p, bytes);
    leave(p, make_branch_heap(p->arena, p->current->at, wanted, ready->label, full->label));
    start_block(p, full);
    Node *unused = machine_name(p, "_", HOLDS_REF);
    step(p, unused, runtime_call(p, "rt_collect", &size, 1));
    jump(p, ready, NULL);
    start_block(p, ready);
    p->room = bytes;
}

void new_object(Lower *p, Node *name, Kind kind, Node *const *fields, uint32_t count) {
    int64_t bytes = 8 + 8 * (int64_t)count;
    step(p, name, op1(p, W_bump, word(p, bytes)));
    p->room -= bytes;
    Node *object = node_placed(p->arena, name, NOWHERE);
    store(p, word(p, (int64_t)header_word(kind, 0, count, 0)), object, 0);
    for (uint32_t i = 0; i < count; i++)
        store(p, fields[i], object, 8 + 8 * (int)i);
}

void lower_closure(Lower *p, Node *name, ClosureForm f) {
    Nodes fields = {0};
    PUSH(p->scratch, fields, code_address(p, f.entry));
    for (uint32_t i = 0; i < f.captures.count; i++)
        PUSH(p->scratch, fields, operand(p, f.captures.items[i], T_ANY));
    new_object(p, name, KIND_CLOSURE, fields.items, fields.count);
}

void lower_shape_map(Lower *p, Node *name, PrimForm f) {
    Nodes keys = {0}, fields = {0};
    for (uint32_t i = 0; i < f.operands.count; i += 2)
        PUSH(p->scratch, keys, as_quote(f.operands.items[i]).datum);
    PUSH(p->scratch, fields, make_shape(p->arena, 0, list_of(keys, 0)));
    for (uint32_t i = 1; i < f.operands.count; i += 2)
        PUSH(p->scratch, fields, operand(p, f.operands.items[i], T_ANY));
    new_object(p, name, KIND_SHAPE_MAP, fields.items, fields.count);
}
