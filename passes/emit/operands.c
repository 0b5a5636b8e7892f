/* operands.c - operands of machine instructions, moves between any two places, constants. */
#include "emit.h"

Operand emit_operand(const Node *n) {
    if (n->kind == N_NAME) {
        Where w = where_of(n);
        if (is_vector_register(w)) return vector(w);
        if (is_register(w)) return general(w, 64);
        if (is_area(w)) return memory(R14, CONTEXT_AREA + 8 * (w - AREA0), 64);
        if (is_slot(w) && n->at) return memory(RSP, (int64_t)n->at - 1, 64);
        bug(n, "a name without a place");
    }
    if (is_form(n, H_word)) return integer(n->kids[0]->integer);
    if (is_form(n, H_mem) && n->count == 2)
        return memory(where_of(n->kids[0]), n->kids[1]->integer, 64);
    if (is_form(n, H_mem))
        return indexed(where_of(n->kids[0]), where_of(n->kids[1]), n->kids[2]->integer,
                       n->kids[3]->integer, 64);
    bug(n, "no operand of an instruction");
}

static bool same_operand(const Operand *a, const Operand *b) {
    return a->kind == b->kind && a->base == b->base && a->index == b->index &&
           a->displacement == b->displacement;
}

/* ---- single instructions */

void emit_instruction(Emitter *e, Instruction in, Node *symbol) {
    uint32_t times = e->plan->kind == FAULT_NONE ? 1 : make_wrong(e, &in);
    for (uint32_t i = 0; i < times; i++)
        assembler_add(e->as, in, symbol);
}

void emit1(Emitter *e, Mnemonic m, Operand a) {
    emit_instruction(e, (Instruction){(uint8_t)m, 1, {a}}, NULL);
}

void emit2(Emitter *e, Mnemonic m, Operand a, Operand b) {
    emit_instruction(e, (Instruction){(uint8_t)m, 2, {a, b}}, NULL);
}

void emit_reference(Emitter *e, Mnemonic m, Node *symbol) {
    emit_instruction(e, (Instruction){(uint8_t)m, 1, {target(32)}}, symbol);
}

void emit_address(Emitter *e, Operand to, Node *symbol) {
    emit_instruction(e, (Instruction){I_lea, 2, {to, outside(64)}}, symbol);
}

void emit_reference_if(Emitter *e, int code, Node *symbol) {
    emit_instruction(e, (Instruction){I_j, 2, {condition_code(code), target(32)}}, symbol);
}

Node *runtime_function(Emitter *e, Pos at, const char *name) {
    Arena *a = e->context->arena;
    return list(a, H_runtime, at, node_text(a, N_SYMBOL, at, text(name)), NULL);
}

/* ---- moves and constants */

static Mnemonic move_between(const Operand *to, const Operand *from) {
    bool vectors = to->kind == OPERAND_VECTOR && from->kind == OPERAND_VECTOR;
    bool any = to->kind == OPERAND_VECTOR || from->kind == OPERAND_VECTOR;
    bool in_memory = to->kind == OPERAND_MEMORY || from->kind == OPERAND_MEMORY;
    return vectors ? I_movaps : !any ? I_mov : in_memory ? I_movsd : I_movq;
}

void emit_move(Emitter *e, Operand to, Operand from) {
    Operand scratch = general(R11, 64);
    if (same_operand(&to, &from)) return;
    if (to.kind == OPERAND_MEMORY && from.kind == OPERAND_MEMORY) {
        emit_move(e, scratch, from);
        from = scratch;
    }
    emit2(e, move_between(&to, &from), to, from);
}

void emit_exchange(Emitter *e, Operand a, Operand b) {
    if (same_operand(&a, &b)) return;
    if (a.kind == OPERAND_REGISTER && b.kind == OPERAND_REGISTER) {
        emit2(e, I_xchg, a, b);
        return;
    }
    Operand scratch = vector(XMM15);
    emit_move(e, scratch, a);
    emit_move(e, a, b);
    emit_move(e, b, scratch);
}

void emit_word(Emitter *e, Operand to, int64_t value) {
    bool fits32 = value >= INT32_MIN && value <= INT32_MAX;
    if (to.kind == OPERAND_REGISTER && value >= 0 && value <= UINT32_MAX) {
        to.bits = 32;
        emit2(e, I_mov, to, integer(value));
    } else if (to.kind == OPERAND_VECTOR && value == 0) {
        emit2(e, I_xorpd, to, to);
    } else if (to.kind == OPERAND_VECTOR || (to.kind == OPERAND_MEMORY && !fits32)) {
        emit_word(e, general(R11, 64), value);
        emit_move(e, to, general(R11, 64));
    } else {
        emit2(e, fits32 ? I_mov : I_movabs, to, integer(value));
    }
}

static int64_t bits_of_double(double d) {
    union {
        double d;
        int64_t i;
    } u = {.d = d};
    return u.i;
}

/* Is the constant a word that is known now? Then it is in *value. */
static bool known_word(const Node *c, int64_t *value) {
    const Node *d = c->kids[0];
    if (is_form(c, H_word))
        *value = d->integer;
    else if (is_form(c, H_real))
        *value = d->kind == N_INT ? d->integer : bits_of_double(d->real);
    else if (!is_form(c, H_quote))
        return false;
    else if (d->kind == N_INT && fits_fixnum(d->integer))
        *value = (int64_t)fixnum(d->integer);
    else if (d->kind == N_NIL)
        *value = VALUE_NIL;
    else if (d->kind == N_TRUE)
        *value = VALUE_TRUE;
    else if (d->kind == N_FALSE)
        *value = VALUE_FALSE;
    else
        return false;
    return true;
}

void emit_constant(Emitter *e, Operand to, Node *c) {
    int64_t value;
    if (known_word(c, &value)) {
        emit_word(e, to, value);
        return;
    }
    Operand via = to.kind == OPERAND_REGISTER ? to : general(R11, 64);
    emit_address(e, via, c);
    emit_move(e, to, via);
}
