/* generate_code.c - straight code of random functions: one instruction, or a few that belong
 * together. */
#include "generate_parts.h"

/* ---- values out of nothing */

static Node *symbol(Generate *g, const char *name) {
    return node_text(g->arena, N_SYMBOL, 0, text(name));
}

static Node *shape(Generate *g) {
    Node *keys[] = {node_text(g->arena, N_KEYWORD, 0, text("a")),
                    node_text(g->arena, N_KEYWORD, 0, text("b"))};
    return node_list(g->arena, H_shape, 0, keys, 1 + below(&g->random, 2));
}

static Node *constant(Generate *g, Holds holds) {
    uint32_t n = below(&g->random, 4);
    if (holds == HOLDS_F64)
        return form(g, H_real, node_double(g->arena, 0, 0.5 * (double)below(&g->random, 9)));
    if (holds == HOLDS_REF)
        return n == 0   ? form(g, H_quote, symbol(g, "a"))
               : n == 1 ? some_global(g, H_static)
               : n == 2 ? shape(g)
                        : form(g, H_quote, node_int(g->arena, 0, below(&g->random, 9)));
    return n == 0   ? some_global(g, H_code)
           : n == 1 ? some_global(g, H_cell)
                    : word_operand(g, (int64_t)(next_random(&g->random) >> 8 * n));
}

/* Defines a name of that kind by an instruction with these operands. */
#define DEFINE(g, opcode, holds, ...)                                                              \
    do {                                                                                           \
        Node *operands_[] = {__VA_ARGS__};                                                         \
        define(g, opcode, holds, operands_, sizeof operands_ / sizeof *operands_);                 \
    } while (0)

static void define(Generate *g, Opcode opcode, Holds holds, Node *const *operands, uint32_t count) {
    Nodes all = {0};
    for (uint32_t i = 0; i < count; i++)
        PUSH(g->arena, all, operands[i]);
    Node *name = fresh(g, holds);
    emit_of(g, opcode, &name, 1, &all);
    make_known(g, name, holds);
}

/* The base of its memory operand is a reference, or a constant: so making a value cannot want
 * another. */
static Node *field(Generate *g, Node *base) {
    return list(g->arena, H_mem, 0, base,
                node_int(g->arena, 0, 8 * (int64_t)below(&g->random, 4) - 1), NULL);
}

void make_value(Generate *g, Holds holds) {
    bool is_constant = in_hundred(&g->random, 30);
    Node *base = NULL;
    for (uint32_t i = g->known.count; i-- > 0 && !base;)
        if (g->known.items[i].holds == HOLDS_REF) base = g->known.items[i].name;
    if (!base && holds == HOLDS_DRV)
        base = (make_value(g, HOLDS_REF), g->known.items[g->known.count - 1].name);
    if (holds == HOLDS_DRV)
        DEFINE(g, X_lea, holds, field(g, base));
    else if (is_constant || !base)
        DEFINE(g, holds == HOLDS_F64 ? X_fconst : X_const, holds, constant(g, holds));
    else
        DEFINE(g, holds == HOLDS_F64 ? X_fload : X_load, holds, field(g, base));
}

/* ---- arithmetic */

static Node *second(Generate *g, Holds holds) {
    if (in_hundred(&g->random, 30)) return word_operand(g, (int64_t)below(&g->random, 100) - 50);
    return pick(g, holds);
}

static void arithmetic(Generate *g) {
    static const Opcode opcodes[] = {X_add, X_sub, X_and, X_or, X_xor, X_imul};
    const Holds holds = HOLDS_RAW;
    Node *first = pick(g, holds), *other = second(g, holds);
    DEFINE(g, opcodes[below(&g->random, 6)], holds, first, other);
}

static void trapping(Generate *g) {
    static const Opcode opcodes[] = {X_addt, X_subt, X_imult};
    const Holds holds = HOLDS_RAW;
    Node *first = pick(g, holds), *other = second(g, holds);
    DEFINE(g, opcodes[below(&g->random, 3)], holds, first, other,
           form(g, H_trap, symbol(g, "overflow")));
}

static void shift(Generate *g) {
    static const Opcode opcodes[] = {X_shl, X_shr, X_sar};
    Node *first = pick(g, HOLDS_RAW);
    Node *count = in_hundred(&g->random, 40) ? word_operand(g, below(&g->random, 64))
                                             : pick_in(g, HOLDS_RAW, RCX);
    DEFINE(g, opcodes[below(&g->random, 3)], HOLDS_RAW, first, count);
}

static void unary(Generate *g) {
    DEFINE(g, in_hundred(&g->random, 50) ? X_neg : X_not, HOLDS_RAW, pick(g, HOLDS_RAW));
}

static void division(Generate *g) {
    Nodes operands = {0};
    PUSH(g->arena, operands, pick_in(g, HOLDS_RAW, RAX));
    PUSH(g->arena, operands, pick(g, HOLDS_RAW));
    Node *quotient = fresh(g, HOLDS_RAW), *remainder = fresh(g, HOLDS_RAW);
    Node *results[] = {node_placed(g->arena, quotient, RAX), node_placed(g->arena, remainder, RDX)};
    emit_of(g, X_idiv, results, 2, &operands);
    make_known(g, results[0], HOLDS_RAW);
    make_known(g, results[1], HOLDS_RAW);
}

static void comparison(Generate *g) {
    if (in_hundred(&g->random, 30)) {
        Node *a = pick(g, HOLDS_F64), *b = pick(g, HOLDS_F64);
        DEFINE(g, X_fcmpset, HOLDS_RAW, some_condition(g, true), a, b);
        return;
    }
    const Holds holds = HOLDS_RAW;
    Node *a = pick(g, holds), *b = second(g, holds);
    DEFINE(g, X_cmpset, HOLDS_RAW, some_condition(g, false), a, b);
}

static void doubles(Generate *g) {
    static const Opcode opcodes[] = {X_fadd, X_fsub, X_fmul, X_fdiv};
    uint32_t n = below(&g->random, 8);
    Node *a = n == 5 ? pick(g, HOLDS_RAW) : pick(g, HOLDS_F64),
         *b = n < 4 ? pick(g, HOLDS_F64) : NULL;
    if (b)
        DEFINE(g, opcodes[n], HOLDS_F64, a, b);
    else if (n == 4)
        DEFINE(g, X_cvttsd2si, HOLDS_RAW, a);
    else if (n == 5)
        DEFINE(g, X_cvtsi2sd, HOLDS_F64, a);
    else
        DEFINE(g, n == 6 ? X_fsqrt : X_fneg, HOLDS_F64, a);
}

/* ---- copies, memory */

static void copy(Generate *g) {
    Holds holds = any_kind(g);
    DEFINE(g, holds == HOLDS_F64 ? X_fmov : X_mov, holds, pick(g, holds));
}

static void new_value(Generate *g) {
    make_value(g, any_kind(g));
}

static void address(Generate *g) {
    Node *m = some_memory(g);
    DEFINE(g, X_lea, in_hundred(&g->random, 60) ? HOLDS_DRV : HOLDS_RAW, m);
}

static void loading(Generate *g) {
    static const Opcode narrow[] = {X_loadb, X_loadh, X_loadi};
    Node *m = some_memory(g);
    uint32_t n = below(&g->random, 10);
    if (n < 3)
        DEFINE(g, narrow[n], HOLDS_RAW, m);
    else if (n < 5)
        DEFINE(g, X_fload, HOLDS_F64, m);
    else
        DEFINE(g, X_load, n < 8 ? HOLDS_REF : HOLDS_RAW, m);
}

static void store_in(Generate *g, Node *m) {
    Holds holds = any_kind(g);
    if (holds == HOLDS_RAW && in_hundred(&g->random, 50))
        emit(g, X_store, NULL, m, word_operand(g, below(&g->random, 1000)), NULL);
    else
        emit(g, holds == HOLDS_F64 ? X_fstore : X_store, NULL, m, pick(g, holds), NULL);
}

static void storing(Generate *g) {
    store_in(g, some_memory(g));
}

/* Room on the heap was asked for before; the object is filled at once. */
static void object(Generate *g) {
    uint32_t words = 1 + below(&g->random, 4);
    DEFINE(g, X_bump, HOLDS_REF, word_operand(g, 8 * ((int64_t)words + 1)));
    Node *o = g->known.items[g->known.count - 1].name;
    for (uint32_t i = 0; i <= words; i++)
        store_in(g, list(g->arena, H_mem, 0, o, node_int(g->arena, 0, 8 * (int64_t)i - 1), NULL));
}

/* ---- one of them all */

static const struct {
    uint32_t weight;
    void (*make)(Generate *);
} instructions[] = {{24, arithmetic}, {6, trapping}, {7, shift},  {4, unary},     {5, division},
                    {6, comparison},  {12, doubles}, {5, copy},   {8, new_value}, {5, address},
                    {10, loading},    {9, storing},  {3, object}, {12, some_call}};

void some_instruction(Generate *g) {
    enum { KINDS = sizeof instructions / sizeof *instructions };
    uint32_t sum = 0, i = 0;
    for (uint32_t k = 0; k < KINDS; k++)
        sum += instructions[k].weight;
    for (uint32_t n = below(&g->random, sum); n >= instructions[i].weight; i++)
        n -= instructions[i].weight;
    instructions[i].make(g);
}
