/* generate_names.c - names, operands and instructions of random functions. */
#include "generate_parts.h"

/* ---- names */

Node *fresh(Generate *g, Holds holds) {
    static const char *const kinds[] = {"", "ref", "raw", "f64", "drv"};
    static const char *const hints[] = {"", "o", "w", "f", "p"};
    Node *name = node_name(g->arena, text(hints[holds]), g->names++);
    Node *row[] = {name, node_text(g->arena, N_SYMBOL, 0, text(kinds[holds]))};
    PUSH(g->arena, g->kinds, node_list(g->arena, H_NONE, 0, row, 2));
    return name;
}

void make_known(Generate *g, Node *name, Holds holds) {
    Known known = {node_placed(g->arena, name, NOWHERE), holds};
    PUSH(g->arena, g->known, known);
}

/* One of the values that last, or of those that were made a moment ago: so pressure is what we
 * want. */
static const Known *some_known(Generate *g) {
    enum { RECENT = 8 };
    uint32_t count = g->known.count, recent = count < RECENT ? count : RECENT;
    uint32_t lasting = g->lasting < count ? g->lasting : count;
    if (lasting && in_hundred(&g->random, 40)) return &g->known.items[below(&g->random, lasting)];
    return &g->known.items[count - 1 - below(&g->random, recent)];
}

Node *pick(Generate *g, Holds holds) {
    enum { TRIES = 12 };
    for (int i = 0; i < TRIES && g->known.count; i++) {
        const Known *k = some_known(g);
        if (k->holds == holds) return k->name;
    }
    make_value(g, holds);
    return g->known.items[g->known.count - 1].name;
}

Node *pick_in(Generate *g, Holds holds, Where where) {
    return node_placed(g->arena, pick(g, holds), where);
}

Holds any_kind(Generate *g) {
    uint32_t n = below(&g->random, 10);
    return n < 5 ? HOLDS_REF : n < 8 ? HOLDS_RAW : HOLDS_F64;
}

void forget_derived(Generate *g) {
    for (uint32_t i = 0; i < g->known.count; i++)
        if (g->known.items[i].holds == HOLDS_DRV) g->known.items[i].holds = HOLDS_NONE;
}

/* ---- operands */

static Node *integer(Generate *g, int64_t n) {
    return node_int(g->arena, 0, n);
}

Node *word_operand(Generate *g, int64_t n) {
    return form(g, H_word, integer(g, n));
}

Node *form(Generate *g, Head head, Node *kid) {
    return list(g->arena, head, 0, kid, NULL);
}

Node *some_global(Generate *g, Head head) {
    static const char *const names[] = {"soak/f", "soak/g", "soak/h.w2", "soak/k.w1"};
    return form(g, head, node_global(g->arena, text(names[below(&g->random, 4)])));
}

/* The base is a reference, a pointer into an object, or any word. */
Node *some_memory(Generate *g) {
    uint32_t n = below(&g->random, 10);
    Node *base = pick(g, n < 6 ? HOLDS_REF : n < 8 ? HOLDS_RAW : HOLDS_DRV);
    int64_t displacement = 8 * (int64_t)below(&g->random, 6) - 1;
    if (n % 3) return list(g->arena, H_mem, 0, base, integer(g, displacement), NULL);
    Node *index = pick(g, HOLDS_RAW);
    return list(g->arena, H_mem, 0, base, index, integer(g, n % 2 ? 8 : 1),
                integer(g, displacement), NULL);
}

Node *some_condition(Generate *g, bool doubles) {
    static const Condition words[] = {C_eq,  C_ne,  C_lt,  C_ge,  C_le, C_gt,
                                      C_ult, C_uge, C_ule, C_ugt, C_z,  C_nz};
    static const Condition of_doubles[] = {C_feq, C_fne, C_fgt, C_fge, C_nfgt, C_nfge};
    Condition c = doubles ? of_doubles[below(&g->random, 6)] : words[below(&g->random, 12)];
    return form(g, H_cc, node_row(g->arena, N_CONDITION, (uint16_t)c));
}

/* ---- instructions */

void emit_of(Generate *g, Opcode opcode, Node *const *defs, uint32_t def_count,
             const Nodes *operands) {
    Nodes kids = {0};
    PUSH(g->arena, kids, node_row(g->arena, N_OPCODE, (uint16_t)opcode));
    PUSH(g->arena, kids, node_tree(g->arena, N_VECTOR, 0, defs, def_count));
    for (uint32_t i = 0; i < operands->count; i++)
        PUSH(g->arena, kids, operands->items[i]);
    PUSH(g->arena, g->code, node_list(g->arena, H_op, 0, kids.items, kids.count));
}

void emit(Generate *g, Opcode opcode, Node *def, ...) {
    Nodes operands = {0};
    va_list arguments;
    va_start(arguments, def);
    for (Node *operand; (operand = va_arg(arguments, Node *)) != NULL;)
        PUSH(g->arena, operands, operand);
    va_end(arguments);
    emit_of(g, opcode, &def, def ? 1 : 0, &operands);
}
