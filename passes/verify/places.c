/* places.c - what an instruction may have where: classes, fixed places, ties, the frame. */
#include "verify.h"

#include <string.h>

/* ---- what is plainly right */

/* Sets of registers, as bits of Where, with a bit for any slot of the frame and one for any word of
 * the argument area. They decide what is plainly allowed; what is not is looked at closely. */
#define SET(w) ((uint64_t)1 << (w))
#define ANY_SLOT SET(40)
#define ANY_AREA SET(41)
#define VECTOR (SET(XMM15) - SET(XMM0))
#define GENERAL ((SET(XMM0) - SET(RAX)) & ~(SET(RSP) | SET(R11) | SET(R14) | SET(R15)))
#define ANYWHERE (GENERAL | VECTOR | ANY_SLOT | ANY_AREA)

static const uint64_t set_of_letter[128] = {
    ['r'] = GENERAL,  ['v'] = GENERAL,           ['x'] = VECTOR,   ['s'] = GENERAL | ANY_SLOT,
    ['h'] = SET(RCX), ['y'] = VECTOR | ANY_SLOT, ['*'] = ANYWHERE, /* calls: see the convention */
};

static inline uint64_t set_of_place(const Verify *v, const Node *name) {
    Where w = where_of(name);
    if (is_register(w)) return SET(w);
    if (is_area(w)) return ANY_AREA;
    if (!is_slot(w) || (uint32_t)w - SLOT0 >= v->slot_count) return 0;
    return (int64_t)name->at - 1 == v->frame->kids[1 + w - SLOT0]->kids[1]->integer ? ANY_SLOT : 0;
}

static inline bool is_plain(const Verify *v, const Node *name, char letter) {
    bool is_f64 = v->names[name->name.number].kind == KIND_IS_F64;
    return (set_of_place(v, name) & set_of_letter[letter & 127] & ~(is_f64 ? GENERAL : VECTOR)) !=
           0;
}

/* ---- one name */

static bool is_scratch(Where w) {
    return w == RSP || w == R11 || w == R14 || w == R15 || w == XMM15;
}

bool fits_class(Verify *v, const Node *name) {
    Where w = where_of(name);
    return !is_register(w) || is_vector_register(w) == (checked(v, name)->kind == KIND_IS_F64);
}

bool is_beyond_frame(const Verify *v, const Node *name) {
    return is_slot(where_of(name)) && (uint32_t)where_of(name) - SLOT0 >= v->slot_count;
}

static bool check_slot(Verify *v, const Node *item, const Node *name) {
    uint32_t k = (uint32_t)where_of(name) - SLOT0;
    if (is_beyond_frame(v, name))
        return broken(v, RULE_V15, item, name, "slot s%u is not in the frame", k);
    uint32_t offset = (uint32_t)v->frame->kids[1 + k]->kids[1]->integer;
    if (name->at != offset + 1)
        return broken(v, RULE_V15, item, name, "slot s%u is at rsp+%u, not at rsp+%u", k, offset,
                      name->at - 1);
    return true;
}

static bool check_closely(Verify *v, const Node *item, const Node *name) {
    Where w = where_of(name);
    if (!w)
        return broken(v, RULE_V02, item, name, "%%%s.%u has no place", text_bytes(name->name.hint),
                      name->name.number);
    if (is_register(w) && is_scratch(w))
        return broken(v, RULE_V20, item, name, "%s is an operand", where_text(w));
    if (!fits_class(v, name))
        return broken(v, RULE_V02, item, name, "%%%s.%u is in a register of the wrong class",
                      text_bytes(name->name.hint), name->name.number);
    return !is_slot(w) || check_slot(v, item, name);
}

bool check_place(Verify *v, const Node *item, const Node *name) {
    return is_plain(v, name, '*') || check_closely(v, item, name);
}

bool check_place_read(Verify *v, const Node *item, const Node *name) {
    if (is_plain(v, name, '*')) return true;
    if (is_beyond_frame(v, name) && !not_there(v, item, name)) return false;
    return check_closely(v, item, name);
}

/* ---- operands by letter */

static bool letter_allows(char letter, Where w) {
    bool general = is_register(w) && !is_vector_register(w), vector = is_vector_register(w);
    switch (letter) {
    case 'r':
    case 'v': return general;
    case 'x': return vector;
    case 's': return general || is_slot(w);
    case 'y': return vector || is_slot(w);
    case 'h': return w == RCX;
    default: return true; /* fixed operands: see the convention */
    }
}

static bool check_read(Verify *v, const Node *op, const Read *read) {
    if (is_plain(v, read->name, read->letter)) return true;
    if (!check_place_read(v, op, read->name)) return false;
    if (letter_allows(read->letter, where_of(read->name))) return true;
    return broken(v, RULE_V02, op, read->name, "this operand cannot be in %s",
                  where_text(where_of(read->name)));
}

/* ---- fixed places */

static bool must_be_in(Verify *v, const Node *op, const Node *name, Where wanted) {
    if (where_of(name) == wanted) return true;
    return broken(v, RULE_V02, op, name, "it must be in %s, not in %s", where_text(wanted),
                  where_text(where_of(name)));
}

typedef struct {
    uint32_t words, doubles, area;
} Convention;

static Where next_by_convention(Convention *c, bool is_f64) {
    static const Where general[] = {RDI, RSI, RDX, RCX, R8, R9};
    if (is_f64 && c->doubles < 8) return (Where)(XMM0 + c->doubles++);
    if (!is_f64 && c->words < 6) return general[c->words++];
    return (Where)(AREA0 + c->area++);
}

/* Names from `first` on are where the convention has them; the last one may be the closure in rbx.
 */
static bool check_arguments(Verify *v, const Node *item, Node *const *names, uint32_t count) {
    Convention c = {0};
    for (uint32_t i = 0; i < count; i++) {
        if (i + 1 == count && where_of(names[i]) == RBX) return true;
        if (!must_be_in(v, item, names[i],
                        next_by_convention(&c, checked(v, names[i])->kind == KIND_IS_F64)))
            return false;
    }
    return true;
}

/* Of an n-ary runtime call: some operands in registers, then n references in a0, a1, ... */
static bool check_area(Verify *v, const Node *op) {
    uint32_t end = operand_end(op), i = 4, in_area = 0;
    int64_t count = op->kids[3]->kids[0]->integer;
    while (i < end && is_register(where_of(op->kids[i])))
        i++;
    if (!check_arguments(v, op, op->kids + 4, i - 4)) return false;
    for (; i < end; i++, in_area++) {
        const Node *name = op->kids[i];
        if (where_of(name) != AREA0 + in_area)
            return broken(v, RULE_V19, op, name, "it stands in %s; a%u is next",
                          where_text(where_of(name)), in_area);
        if (checked(v, name)->kind != KIND_IS_REF)
            return broken(v, RULE_V19, op, name, "it is no reference");
    }
    if (in_area == count) return true;
    return broken(v, RULE_V19, op, NULL,
                  "%u operands stand in the argument area, but %d are announced", in_area,
                  (int)count);
}

static bool check_call_value(Verify *v, const Node *op) {
    uint32_t arguments = operand_end(op) - 4;
    if (!must_be_in(v, op, op->kids[2], RBX)) return false;
    if (op->kids[3]->kids[0]->integer != arguments)
        return broken(v, RULE_V19, op, NULL, "%u arguments, but %d are announced", arguments,
                      (int)op->kids[3]->kids[0]->integer);
    return check_arguments(v, op, op->kids + 4, arguments);
}

static bool check_division(Verify *v, const Node *op) {
    const Node *results = op->kids[1], *divisor = op->kids[3];
    if (!must_be_in(v, op, results->kids[0], RAX) || !must_be_in(v, op, results->kids[1], RDX))
        return false;
    if (!must_be_in(v, op, op->kids[2], RAX)) return false;
    if (where_of(divisor) != RDX) return true;
    return broken(v, RULE_V04, op, divisor, "rdx is written before the divisor is read from it");
}

static bool check_result(Verify *v, const Node *op) {
    for (uint32_t d = 0; d < op->kids[1]->count; d++) {
        const Node *name = op->kids[1]->kids[d];
        bool is_f64 = checked(v, name)->kind == KIND_IS_F64;
        if (is_safepoint(op) && !must_be_in(v, op, name, is_f64 ? XMM0 : RAX)) return false;
        if (!is_register(where_of(name)))
            return broken(v, RULE_V02, op, name, "a result cannot be in %s",
                          where_text(where_of(name)));
        if (row_of(op)->shape[d] == 'x' && !is_vector_register(where_of(name)))
            return broken(v, RULE_V02, op, name, "a double cannot be in %s",
                          where_text(where_of(name)));
        for (uint32_t e = 0; e < d; e++)
            if (where_of(op->kids[1]->kids[e]) == where_of(name))
                return broken(v, RULE_V02, op, name, "two results are in %s",
                              where_text(where_of(name)));
    }
    return true;
}

static bool check_tie(Verify *v, const Node *op) {
    const Node *result = op->kids[1]->kids[0], *first = op->kids[2];
    if (where_of(result) == where_of(first)) return true;
    return broken(v, RULE_V03, op, result, "the result is in %s, the first operand in %s",
                  where_text(where_of(result)), where_text(where_of(first)));
}

static bool check_fixed(Verify *v, const Node *op) {
    uint32_t end = operand_end(op);
    switch ((Opcode)op->kids[0]->head) {
    case X_call:
    case X_callr:
    case X_tail: return check_arguments(v, op, op->kids + 3, end - 3);
    case X_callv:
    case X_tailv: return check_call_value(v, op);
    case X_calla: return check_area(v, op);
    case X_idiv: return check_division(v, op);
    case X_ret:
        return must_be_in(v, op, op->kids[2],
                          checked(v, op->kids[2])->kind == KIND_IS_F64 ? XMM0 : RAX);
    case X_mov:
    case X_const:
    case X_lea:
    case X_load:
    case X_loadb:
    case X_loadh:
    case X_loadi:
    case X_store:
    case X_fmov:
    case X_fconst:
    case X_fload:
    case X_fstore:
    case X_add:
    case X_sub:
    case X_and:
    case X_or:
    case X_xor:
    case X_imul:
    case X_addt:
    case X_subt:
    case X_imult:
    case X_shl:
    case X_shr:
    case X_sar:
    case X_neg:
    case X_not:
    case X_cmpset:
    case X_fadd:
    case X_fsub:
    case X_fmul:
    case X_fdiv:
    case X_fsqrt:
    case X_fneg:
    case X_cvtsi2sd:
    case X_cvttsd2si:
    case X_fcmpset:
    case X_bump:
    case X_jmp:
    case X_cmpj:
    case X_fcmpj:
    case X_heapj:
    case X_stop:
    case X_dispatch: return true;
    case X_NONE:
    case X_COUNT: break;
    }
    bug(op, "no instruction");
}

bool check_operand_places(Verify *v, const Item *item) {
    const Node *op = item->node, *names = op->kids[1];
    for (uint32_t d = 0; d < names->count; d++)
        if (!check_place(v, op, names->kids[d])) return false;
    for (uint32_t r = item->reads; r < item[1].reads; r++)
        if (!check_read(v, op, &v->reads.items[r])) return false;
    if (!check_result(v, op) || !check_fixed(v, op)) return false;
    return !(item->row->flags & TIED) || check_tie(v, op);
}

/* ---- parameters */

bool check_parameters(Verify *v, const Node *block) {
    const Node *names = block->kids[1];
    for (uint32_t i = 0; i < names->count; i++) {
        if (!check_place(v, block, names->kids[i])) return false;
        for (uint32_t k = 0; k < i; k++)
            if (place_of_name(v, names->kids[k]) == place_of_name(v, names->kids[i]))
                return broken(v, RULE_V02, block, names->kids[i], "two parameters are in %s",
                              where_text(where_of(names->kids[i])));
    }
    return block != v->blocks[0].node || check_arguments(v, block, names->kids, names->count);
}

/* ---- the frame */

static bool check_slots(Verify *v) {
    int64_t bytes = v->frame->kids[0]->integer;
    bool *taken = NEW_ARRAY(v->scratch, bool, (size_t)(bytes > 0 ? bytes / 8 + 1 : 1));
    for (uint32_t k = 0; k < v->slot_count; k++) {
        const Node *slot = v->frame->kids[1 + k];
        int64_t offset = slot->kids[1]->integer;
        if (slot->kids[0]->integer != k || offset % 8)
            return broken(v, RULE_V15, v->frame, NULL, "slot %u is out of order or not on a word",
                          k);
        if (offset < 0 || offset + 8 > bytes)
            return broken(v, RULE_V15, v->frame, NULL,
                          "slot s%u at rsp+%d lies outside the frame of %d bytes", k, (int)offset,
                          (int)bytes);
        if (taken[offset / 8])
            return broken(v, RULE_V15, v->frame, NULL, "slot s%u at rsp+%d overlaps another one", k,
                          (int)offset);
        taken[offset / 8] = true;
    }
    return true;
}

bool check_frame(Verify *v) {
    int64_t bytes = v->frame->kids[0]->integer;
    v->framed = bytes > 0;
    if (bytes < 0 || bytes % 8 || (v->calls && bytes % 16 != 8))
        return broken(v, RULE_V15, v->frame, NULL,
                      "a frame of %d bytes leaves rsp unaligned at calls", (int)bytes);
    return check_slots(v);
}
