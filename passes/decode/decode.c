/* decode.c - reads machine code by the rows of opcodes.def.
 *
 * An instruction is: a prefix that belongs to the opcode, REX, one or two bytes of opcode, ModRM
 * with SIB and displacement, immediate (Intel's manual, volume 2, chapter 2). What is in no
 * row, and what is cut off, is refused; so is what one of our instructions never needs, such as a
 * prefix twice, or the registers ah to bh.
 */
#include "decode.h"

#include <string.h>

/* The operands of appendix A: how each is found, and how wide it is. */
typedef enum {
    NONE,
    Eb,
    Ew,
    Ev,
    Eq,
    Gb,
    Gv,
    M,
    Wq,
    Wx,
    Vq,
    Vx,
    Zv,
    Zq,
    Ib,
    Iz,
    Ub,
    Uv,
    Jb,
    Jz,
    rAX,
    AL,
    CL,
    ONE,
    W1,
    FORMS
} Form;

typedef enum {
    BY_NOTHING,
    BY_RM,
    BY_MEMORY,
    BY_VECTOR_RM,
    BY_REG,
    BY_VECTOR_REG,
    BY_OPCODE,
    BY_SIGNED,
    BY_UNSIGNED,
    BY_DISTANCE,
    BY_NAME,
    BY_ONE,
    BY_WIDE
} How;

enum { WIDTH_V = 1 }; /* 64 bits with REX.W, else 32 */

static const struct {
    uint8_t how, bits, number;
} forms[FORMS] = {
    [Eb] = {BY_RM, 8, 0},
    [Ew] = {BY_RM, 16, 0},
    [Ev] = {BY_RM, WIDTH_V, 0},
    [Eq] = {BY_RM, 64, 0},
    [Gb] = {BY_REG, 8, 0},
    [Gv] = {BY_REG, WIDTH_V, 0},
    [M] = {BY_MEMORY, 0, 0},
    [Wq] = {BY_VECTOR_RM, 64, 0},
    [Wx] = {BY_VECTOR_RM, 128, 0},
    [Vq] = {BY_VECTOR_REG, 64, 0},
    [Vx] = {BY_VECTOR_REG, 128, 0},
    [Zv] = {BY_OPCODE, WIDTH_V, 0},
    [Zq] = {BY_OPCODE, 64, 0},
    [Ib] = {BY_SIGNED, 8, 0},
    [Iz] = {BY_SIGNED, 32, 0},
    [Ub] = {BY_UNSIGNED, 8, 0},
    [Uv] = {BY_UNSIGNED, WIDTH_V, 0},
    [Jb] = {BY_DISTANCE, 8, 0},
    [Jz] = {BY_DISTANCE, 32, 0},
    [rAX] = {BY_NAME, WIDTH_V, 0},
    [AL] = {BY_NAME, 8, 0},
    [CL] = {BY_NAME, 8, 1},
    [ONE] = {BY_ONE, 8, 0},
    [W1] = {BY_WIDE, 0, 0},
};

enum { MAP_ONE, MAP_TWO };
enum { PREFIX_NO = 0, PREFIX_P66 = 0x66, PREFIX_PF2 = 0xf2, ANY = 8 };

typedef struct {
    uint8_t map, opcode, prefix, digit, name;
    uint8_t operands[MOST_OPERANDS]; /* Form */
} OpcodeOfMap;

static const OpcodeOfMap opcodes[] = {
#define MNEMONIC(name)
#define OPCODE(map, opcode, prefix, digit, name, ...)                                              \
    {MAP_##map, opcode, PREFIX_##prefix, digit, D_##name, {__VA_ARGS__}},
#include "opcodes.def"
#undef MNEMONIC
#undef OPCODE
};

enum { OPCODES = sizeof opcodes / sizeof *opcodes };

/* By map and byte: the first row, plus 1; then from each row to the next one of the same byte. */
static uint8_t first_of_byte[2][256], next_of_byte[OPCODES];
_Static_assert(OPCODES < 255, "rows are numbered in a byte");

/* How many bytes stand for the row, one after another. */
static unsigned bytes_of_row(const OpcodeOfMap *row) {
    if (row->name == D_jcc || row->name == D_setcc) return 16;
    return row->operands[0] == Zv || row->operands[0] == Zq ? 8 : 1;
}

static void index_opcodes(void) {
    for (unsigned i = OPCODES; i-- > 0;)
        for (unsigned k = 0; k < bytes_of_row(&opcodes[i]); k++) {
            uint8_t *first = &first_of_byte[opcodes[i].map][opcodes[i].opcode + k];
            if (k == 0) next_of_byte[i] = *first;
            *first = (uint8_t)(i + 1);
        }
}

/* ---- the pieces */

typedef struct {
    const uint8_t *bytes, *start, *end; /* what is left; the first byte of all */
    uint8_t opcode, rex, mode, reg, rm; /* reg and rm with the bits of REX */
    Seen memory;                        /* when mode is not 3 */
} Reading;

static bool is_left(const Reading *r, size_t count) {
    return (size_t)(r->end - r->bytes) >= count;
}

static int64_t read_signed(Reading *r, unsigned bytes) {
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)r->bytes[i] << (8 * i);
    r->bytes += bytes;
    unsigned unused = 64 - 8 * bytes;
    return (int64_t)(value << unused) >> unused;
}

/* SIB: scale, index, base. No base where mode 0 asks for number 5. */
static bool read_sib(Reading *r, Seen *m) {
    if (!is_left(r, 1)) return false;
    uint8_t sib = *r->bytes++;
    uint8_t index = (uint8_t)((sib >> 3 & 7) | (r->rex & 2 ? 8 : 0));
    if (index != 4) {
        m->index = index;
        m->scale = (uint8_t)(1 << (sib >> 6));
    }
    m->base = (uint8_t)((sib & 7) | (r->rex & 1 ? 8 : 0));
    if (r->mode == 0 && (sib & 7) == 5) m->base = SEEN_NO_REGISTER;
    return true;
}

static bool read_memory(Reading *r, Decoded *out) {
    Seen *m = &r->memory;
    *m = (Seen){.kind = SEEN_MEMORY, .base = r->rm, .index = SEEN_NO_REGISTER};
    unsigned bytes = r->mode == 1 ? 1 : r->mode == 2 ? 4 : 0;
    if ((r->rm & 7) == 4) {
        if (!read_sib(r, m)) return false;
        if (m->base == SEEN_NO_REGISTER) bytes = 4;
    } else if (r->mode == 0 && (r->rm & 7) == 5) {
        m->base = SEEN_RIP;
        out->field = (uint8_t)(r->bytes - r->start);
        bytes = 4;
    }
    if (!is_left(r, bytes)) return false;
    if (bytes) m->value = read_signed(r, bytes);
    return true;
}

static bool read_modrm(Reading *r, Decoded *out) {
    if (!is_left(r, 1)) return false;
    uint8_t modrm = *r->bytes++;
    r->mode = modrm >> 6;
    r->reg = (uint8_t)((modrm >> 3 & 7) | (r->rex & 4 ? 8 : 0));
    r->rm = (uint8_t)((modrm & 7) | (r->rex & 1 ? 8 : 0));
    return r->mode == 3 || read_memory(r, out);
}

/* ---- operands */

static Seen register_seen(SeenKind kind, uint8_t number, uint8_t bits) {
    return (Seen){.kind = (uint8_t)kind, .bits = bits, .base = number, .index = SEEN_NO_REGISTER};
}

/* Without REX, numbers 4 to 7 are not the low bytes of rsp to rdi. */
static bool general_seen(const Reading *r, uint8_t number, uint8_t bits, Seen *to) {
    *to = register_seen(SEEN_REGISTER, number, bits);
    return bits != 8 || r->rex || number < 4;
}

static bool rm_seen(const Reading *r, SeenKind kind, uint8_t bits, Seen *to) {
    if (r->mode == 3 && kind == SEEN_VECTOR) *to = register_seen(kind, r->rm, bits);
    if (r->mode == 3) return kind == SEEN_VECTOR || general_seen(r, r->rm, bits, to);
    *to = r->memory;
    to->bits = bits;
    return true;
}

static bool number_seen(Reading *r, SeenKind kind, uint8_t bits, bool is_signed, Seen *to) {
    unsigned bytes = bits / 8;
    if (!is_left(r, bytes)) return false;
    int64_t value = read_signed(r, bytes);
    if (!is_signed && bytes < 8) value &= (int64_t)(((uint64_t)1 << bits) - 1);
    *to = (Seen){.kind = (uint8_t)kind, .bits = bits, .index = SEEN_NO_REGISTER, .value = value};
    return true;
}

static bool read_operand(Reading *r, Form form, Decoded *out) {
    Seen *to = &out->operands[out->count];
    bool wide = r->rex & 8;
    uint8_t bits = forms[form].bits;
    if (bits == WIDTH_V) bits = wide ? 64 : 32;
    out->count++;
    switch ((How)forms[form].how) {
    case BY_RM: return rm_seen(r, SEEN_REGISTER, bits, to);
    case BY_REG: return general_seen(r, r->reg, bits, to);
    case BY_MEMORY: return r->mode != 3 && rm_seen(r, SEEN_REGISTER, bits, to);
    case BY_VECTOR_RM: return rm_seen(r, SEEN_VECTOR, bits, to);
    case BY_VECTOR_REG: *to = register_seen(SEEN_VECTOR, r->reg, bits); return true;
    case BY_OPCODE:
        return general_seen(r, (uint8_t)((r->opcode & 7) | (r->rex & 1 ? 8 : 0)), bits, to);
    case BY_SIGNED: return number_seen(r, SEEN_NUMBER, bits, true, to);
    case BY_UNSIGNED: return number_seen(r, SEEN_NUMBER, bits, false, to);
    case BY_DISTANCE:
        if (bits == 32) out->field = (uint8_t)(r->bytes - r->start);
        return number_seen(r, SEEN_DISTANCE, bits, true, to);
    case BY_NAME: *to = register_seen(SEEN_REGISTER, forms[form].number, bits); return true;
    case BY_ONE:
        *to = (Seen){.kind = SEEN_NUMBER, .bits = bits, .index = SEEN_NO_REGISTER, .value = 1};
        return true;
    case BY_NOTHING: out->count--; return true;
    case BY_WIDE: out->count--; return wide;
    }
    return false;
}

/* ---- instructions */

static bool has_modrm(const OpcodeOfMap *row) {
    if (row->digit != ANY) return true;
    for (int i = 0; i < MOST_OPERANDS; i++) {
        How how = (How)forms[row->operands[i]].how;
        if (how >= BY_RM && how <= BY_VECTOR_REG) return true;
    }
    return false;
}

/* The row for the current bytes; NULL when there is none. */
static const OpcodeOfMap *row_for(const Reading *r, uint8_t map, uint8_t prefix) {
    uint8_t digit = is_left(r, 1) ? *r->bytes >> 3 & 7 : ANY;
    for (uint8_t i = first_of_byte[map][r->opcode]; i; i = next_of_byte[i - 1]) {
        const OpcodeOfMap *row = &opcodes[i - 1];
        if (row->prefix == prefix && (row->digit == ANY || row->digit == digit)) return row;
    }
    return NULL;
}

/* 90 exchanges nothing: it is nop, which leaves the upper half of rax as it is. */
static bool is_nop(const Reading *r, uint8_t map) {
    return map == MAP_ONE && r->opcode == 0x90 && !(r->rex & 1);
}

bool decode(const uint8_t *bytes, size_t available, Decoded *out) {
    Reading r = {.bytes = bytes, .start = bytes};
    uint8_t prefix = 0, map = MAP_ONE;
    r.end = bytes + (available < LONGEST_CODE ? available : LONGEST_CODE);
    if (!first_of_byte[MAP_ONE][0x01]) index_opcodes();
    out->count = out->field = out->condition = 0;
    if (is_left(&r, 1) && (*r.bytes == PREFIX_P66 || *r.bytes == PREFIX_PF2)) prefix = *r.bytes++;
    if (is_left(&r, 1) && (*r.bytes & 0xf0) == 0x40) r.rex = *r.bytes++;
    if (is_left(&r, 2) && *r.bytes == 0x0f) {
        map = MAP_TWO;
        r.bytes++;
    }
    if (!is_left(&r, 1)) return false;
    r.opcode = *r.bytes++;
    const OpcodeOfMap *row = row_for(&r, map, prefix);
    if (!row || is_nop(&r, map)) return false;
    if (has_modrm(row) && !read_modrm(&r, out)) return false;
    for (int i = 0; i < MOST_OPERANDS; i++)
        if (!read_operand(&r, (Form)row->operands[i], out)) return false;
    out->name = row->name;
    if (row->name == D_jcc || row->name == D_setcc) out->condition = r.opcode & 15;
    out->length = (uint8_t)(r.bytes - bytes);
    return true;
}
