/* check_operands.c - operands as the decoder sees them; moves, constants, plain instructions. */
#include "check.h"
#include "meaning.h"

#include <string.h>

static Seen seen_place(Check *c, const Node *name) {
    Where w = where_of(name);
    if (is_vector_register(w)) return seen_vector(w);
    if (is_register(w)) return seen_register(w, 64);
    if (is_area(w)) return seen_memory(R14, CONTEXT_AREA + 8 * (w - AREA0), 64);
    if (is_slot(w) && name->at) return seen_memory(RSP, (int64_t)name->at - 1, 64);
    code_is_wrong(c, "V24", "the form does not say where %%%s.%u is", text_bytes(name->name.hint),
                  name->name.number);
    return (Seen){0};
}

static bool is_in_general_register(const Node *name) {
    Where w = where_of(name);
    return w >= RAX && w <= R15;
}

static Seen seen_address(Check *c, const Node *mem) {
    bool indexed = mem->count == 4;
    const Node *base = mem->kids[0], *index = mem->kids[indexed ? 1 : 0];
    if (!is_in_general_register(base) || !is_in_general_register(index)) {
        code_is_wrong(c, "V24", "the form does not say in which register an address is");
        return (Seen){0};
    }
    Seen m = seen_memory(where_of(base), mem->kids[mem->count - 1]->integer, 64);
    if (!indexed) return m;
    m.index = (uint8_t)(where_of(index) - RAX);
    m.scale = (uint8_t)mem->kids[2]->integer;
    return m;
}

Seen seen_operand(Check *c, const Node *n) {
    if (n->kind == N_NAME) return seen_place(c, n);
    if (is_form(n, H_word)) return seen_number(n->kids[0]->integer);
    if (is_form(n, H_mem)) return seen_address(c, n);
    code_is_wrong(c, "V24", "the form has an operand that no instruction has");
    return (Seen){0};
}

/* Vector registers have no width of their own, and a number is the same however it is encoded. */
bool same_seen(const Seen *a, const Seen *b) {
    if (a->kind != b->kind) return false;
    switch ((SeenKind)a->kind) {
    case SEEN_NOTHING: return true;
    case SEEN_REGISTER: return a->base == b->base && a->bits == b->bits;
    case SEEN_VECTOR: return a->base == b->base;
    case SEEN_MEMORY:
        return a->base == b->base && a->bits == b->bits && a->index == b->index &&
               a->scale == b->scale && a->value == b->value;
    case SEEN_NUMBER:
    case SEEN_DISTANCE: return a->value == b->value;
    }
    return false;
}

/* ---- moves */

bool check_move(Check *c, Seen to, Seen from) {
    bool vector_to = to.kind == SEEN_VECTOR, vector_from = from.kind == SEEN_VECTOR;
    bool memory = to.kind == SEEN_MEMORY || from.kind == SEEN_MEMORY;
    if (same_seen(&to, &from)) return true; /* nothing is to be done */
    if (to.kind == SEEN_MEMORY && from.kind == SEEN_MEMORY) {
        Seen scratch = seen_register(R11, 64);
        return wants2(c, D_mov, scratch, from) && wants2(c, D_mov, to, scratch);
    }
    if (vector_to && vector_from) return wants2(c, D_movaps, to, from);
    if (!vector_to && !vector_from) return wants2(c, D_mov, to, from);
    return wants2(c, memory ? D_movsd : D_movq, to, from);
}

bool check_exchange(Check *c, Seen a, Seen b) {
    if (same_seen(&a, &b)) return true;
    if (a.kind == SEEN_REGISTER && b.kind == SEEN_REGISTER) {
        Seen other_way[] = {b, a};
        if (is_instruction_at_hand(c, D_xchg, 2, other_way)) return wants(c, D_xchg, 2, other_way);
        return wants2(c, D_xchg, a, b);
    }
    Seen scratch = seen_vector(XMM15);
    return check_move(c, scratch, a) && check_move(c, a, b) && check_move(c, b, scratch);
}

/* ---- constants */

/* mov of 32 bits sets the upper half to 0. */
static bool is_mov_of(Check *c, const Seen *to, int64_t value) {
    const Decoded *d = at_hand(c);
    if (!d || d->name != D_mov || d->operands[1].kind != SEEN_NUMBER) return false;
    Seen written = d->operands[0];
    int64_t number = d->operands[1].value;
    if (written.kind == SEEN_REGISTER && written.bits == 32) {
        written.bits = 64;
        number = (int64_t)(uint32_t)number;
    }
    return same_seen(&written, to) && number == value;
}

static bool is_short(int64_t value) {
    return value >= INT32_MIN && value <= INT32_MAX;
}

bool check_word(Check *c, Seen to, int64_t value) {
    Seen scratch = seen_register(R11, 64);
    if (to.kind == SEEN_VECTOR && value == 0) return wants2(c, D_xorpd, to, to);
    if (to.kind == SEEN_VECTOR || (to.kind == SEEN_MEMORY && !is_short(value)))
        return check_word(c, scratch, value) && check_move(c, to, scratch);
    if (!is_mov_of(c, &to, value)) return !c->failed && wants2(c, D_mov, to, seen_number(value));
    return take(c);
}

static int64_t bits_of(double d) {
    int64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

/* The word that a datum is, when it is no object of its own. */
static bool is_immediate(const Node *d, int64_t *word) {
    switch ((NodeKind)d->kind) {
    case N_NIL: *word = VALUE_NIL; return true;
    case N_TRUE: *word = VALUE_TRUE; return true;
    case N_FALSE: *word = VALUE_FALSE; return true;
    case N_INT: *word = (int64_t)(2 * (uint64_t)d->integer); return d->integer == *word >> 1;
    case N_LIST:
    case N_VECTOR:
    case N_MAP:
    case N_SET:
    case N_SYMBOL:
    case N_KEYWORD:
    case N_STRING:
    case N_DOUBLE:
    case N_REGEX:
    case N_NAME:
    case N_GLOBAL:
    case N_BLOCK:
    case N_PRIM:
    case N_WORD:
    case N_OPCODE:
    case N_CONDITION: break;
    }
    return false;
}

bool check_constant(Check *c, Seen to, const Node *constant) {
    const Node *d = constant->kids[0];
    int64_t word;
    if (is_form(constant, H_word)) return check_word(c, to, d->integer);
    if (is_form(constant, H_real))
        return check_word(c, to, d->kind == N_INT ? d->integer : bits_of(d->real));
    if (is_form(constant, H_quote) && is_immediate(d, &word)) return check_word(c, to, word);
    Seen via = to.kind == SEEN_REGISTER ? to : seen_register(R11, 64);
    return wants_address(c, via, constant) && check_move(c, to, via);
}

/* ---- instructions of which x86.def says all */

static Seen operand_meant(Check *c, const Means *m, const Node *op) {
    Seen seen = m->fixed;
    switch ((MeansKind)m->kind) {
    case MEANS_FIXED: break;
    case MEANS_DEFINED: seen = seen_operand(c, op->kids[1]->kids[m->which]); break;
    case MEANS_OPERAND: seen = seen_operand(c, op->kids[2 + m->which]); break;
    case MEANS_DISPLACED: seen.value = op->kids[2 + m->which]->kids[0]->integer; break;
    }
    if (m->bits) seen.bits = m->bits;
    return seen;
}

static bool check_step(Check *c, const MeaningStep *step, const Node *op) {
    Seen operands[MOST_OPERANDS];
    uint32_t count = 0;
    if (step->traps)
        return wants_jump(c, D_jcc, 0, trap_goal(c, op->kids[2 + step->parts[0].which]));
    for (; count < step->count; count++)
        operands[count] = operand_meant(c, &step->parts[count], op);
    if (step->name == D_imul && operands[1].kind == SEEN_NUMBER) {
        operands[count++] = operands[1]; /* imul r, r, n is the only one with a constant */
        operands[1] = operands[0];
    }
    if (step->name == D_lea) operands[1].bits = 0;
    if (step->name == D_mov && count == 2 && operands[1].kind == SEEN_NUMBER &&
        operands[0].kind == SEEN_REGISTER)
        return check_word(c, operands[0], operands[1].value);
    return !c->failed && wants(c, (DecodedName)step->name, count, operands);
}

bool check_meaning(Check *c, const Node *op) {
    const Meaning *m = machine_meaning((Opcode)op->kids[0]->head);
    for (uint8_t i = 0; i < m->count; i++)
        if (!check_step(c, &m->steps[i], op)) return false;
    return true;
}
