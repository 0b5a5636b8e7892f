/* encode.c - bytes of machine instructions, by the rows of encodings.def.
 *
 * The rows are texts in the notation of Intel's manual. They are read once, into a form that is
 * quick to match: what each operand must be, prefixes, opcode bytes, what follows them.
 */
#include "encode.h"

#include <stdlib.h>
#include <string.h>

typedef enum {
    FIT_NONE,
#define FIT(id, text) FIT_##id,
/* clang-format off */
#define FITS                                                                                       \
    FIT(r8, "r8") FIT(r32, "r32") FIT(r64, "r64") FIT(rm8, "rm8") FIT(rm32, "rm32")                \
    FIT(rm64, "rm64") FIT(m8, "m8") FIT(m16, "m16") FIT(m32, "m32") FIT(m64, "m64") FIT(m, "m")    \
    FIT(x, "x") FIT(xm, "xm") FIT(al, "al") FIT(eax, "eax") FIT(rax, "rax") FIT(cl, "cl")          \
    FIT(one, "one") FIT(i8, "i8") FIT(i32, "i32") FIT(u8, "u8") FIT(u32, "u32") FIT(i64, "i64")    \
    FIT(rel8, "rel8") FIT(rel32, "rel32") FIT(cc, "cc")
    /* clang-format on */
    FITS
#undef FIT
} Fit;

static const char *const fit_names[] = {"",
#define FIT(id, text) text,
                                        FITS
#undef FIT
};

typedef struct {
    Mnemonic mnemonic;
    const char *operands, *bytes;
} Text_row;

static const Text_row text_rows[] = {
#define INSTRUCTION(id, name) {I_##id, NULL, NULL},
#define ENCODING(operands, bytes) {I_COUNT, operands, bytes},
#include "../encodings.def"
#undef INSTRUCTION
#undef ENCODING
};

enum { ROWS = sizeof text_rows / sizeof *text_rows, NO_DIGIT = 8 };

typedef struct {
    uint8_t mnemonic;
    uint8_t count;
    uint8_t fits[3]; /* Fit */
    uint8_t prefix;  /* 66, F2 or 0 */
    bool wide;       /* REX.W */
    uint8_t opcode[3], opcode_length;
    bool adds_register, adds_condition, has_modrm;
    uint8_t digit;     /* NO_DIGIT: /r */
    uint8_t immediate; /* bytes of it, 0 for none */
    uint8_t distance;
    int8_t reg, rm; /* which operands; -1 none */
    bool is_used;   /* for the table of coverage */
} Row;

static Row rows[ROWS];
static uint16_t first_row[I_COUNT + 1];

static Fit fit_named(const char *bytes, size_t length) {
    for (size_t i = 1; i < sizeof fit_names / sizeof *fit_names; i++)
        if (strlen(fit_names[i]) == length && !memcmp(fit_names[i], bytes, length)) return (Fit)i;
    bug(NULL, "encodings.def: no operand '%.*s'", (int)length, bytes);
}

static void read_operands(Row *row, const char *s) {
    while (*s) {
        size_t length = strcspn(s, ",");
        row->fits[row->count++] = (uint8_t)fit_named(s, length);
        s += length + (s[length] ? 2 : 0);
    }
}

static void read_code(Row *row, const char *word, size_t length) {
    if (!strncmp(word, "REX.W", length))
        row->wide = true;
    else if (!strncmp(word, "+r", length))
        row->adds_register = true;
    else if (!strncmp(word, "+cc", length))
        row->adds_condition = true;
    else if (word[0] == '/') {
        row->has_modrm = true;
        row->digit = word[1] == 'r' ? NO_DIGIT : (uint8_t)(word[1] - '0');
    } else if (word[0] == 'i' || (word[0] == 'c' && length == 2)) {
        uint8_t width = word[1] == 'b' ? 1 : word[1] == 'd' ? 4 : 8;
        *(word[0] == 'i' ? &row->immediate : &row->distance) = width;
    } else {
        uint8_t byte = (uint8_t)strtoul(word, NULL, 16);
        bool prefix = !row->opcode_length && (byte == 0x66 || byte == 0xf2);
        if (prefix)
            row->prefix = byte;
        else
            row->opcode[row->opcode_length++] = byte;
    }
}

static void read_bytes(Row *row, const char *s) {
    while (*s) {
        size_t length = strcspn(s, " ");
        read_code(row, s, length);
        s += length + (s[length] == ' ');
    }
}

static bool is_memory_fit(Fit f) {
    return (f >= FIT_rm8 && f <= FIT_m) || f == FIT_xm;
}

static bool is_register_fit(Fit f) {
    return f != FIT_NONE && (f <= FIT_r64 || f == FIT_x || (f >= FIT_al && f <= FIT_rax));
}

/* Which operand goes into ModRM.rm (or is added to the opcode), and which into ModRM.reg. */
static void assign_fields(Row *row) {
    row->reg = row->rm = -1;
    for (int8_t i = 0; i < row->count; i++)
        if (is_memory_fit(row->fits[i])) row->rm = i;
    for (int8_t i = 0; i < row->count && row->rm < 0; i++)
        if (row->fits[i] <= FIT_r64) row->rm = i;
    for (int8_t i = 0; i < row->count && row->rm < 0; i++)
        if (i == row->count - 1) row->rm = i;
    for (int8_t i = 0; i < row->count; i++)
        if (i != row->rm && is_register_fit(row->fits[i])) row->reg = i;
}

static void read_rows(void) {
    Mnemonic current = I_mov;
    for (uint16_t i = 0; i < ROWS; i++) {
        const Text_row *t = &text_rows[i];
        if (!t->operands) {
            current = t->mnemonic;
            first_row[current] = i + 1;
            rows[i].mnemonic = I_COUNT;
            continue;
        }
        rows[i].mnemonic = (uint8_t)current;
        read_operands(&rows[i], t->operands);
        read_bytes(&rows[i], t->bytes);
        assign_fields(&rows[i]);
    }
}

static bool between(int64_t value, int64_t low, int64_t high) {
    return low <= value && value <= high;
}

static bool is_general(const Operand *o, uint8_t bits) {
    return o->kind == OPERAND_REGISTER && o->bits == bits;
}

static bool is_memory(const Operand *o, uint8_t bits) {
    return o->kind == OPERAND_MEMORY && o->bits == bits;
}

static bool is_integer(const Operand *o, int64_t low, int64_t high) {
    return o->kind == OPERAND_INTEGER && between(o->integer, low, high);
}

static bool fits(Fit fit, const Operand *o) {
    switch (fit) {
    case FIT_NONE: return false;
    case FIT_r8: return is_general(o, 8);
    case FIT_r32: return is_general(o, 32);
    case FIT_r64: return is_general(o, 64);
    case FIT_rm8: return is_general(o, 8) || is_memory(o, 8);
    case FIT_rm32: return is_general(o, 32) || is_memory(o, 32);
    case FIT_rm64: return is_general(o, 64) || is_memory(o, 64);
    case FIT_m8: return is_memory(o, 8);
    case FIT_m16: return is_memory(o, 16);
    case FIT_m32: return is_memory(o, 32);
    case FIT_m64: return is_memory(o, 64);
    case FIT_m: return o->kind == OPERAND_MEMORY;
    case FIT_x: return o->kind == OPERAND_VECTOR;
    case FIT_xm: return o->kind == OPERAND_VECTOR || is_memory(o, 64);
    case FIT_al: return is_general(o, 8) && o->base == 0;
    case FIT_eax: return is_general(o, 32) && o->base == 0;
    case FIT_rax: return is_general(o, 64) && o->base == 0;
    case FIT_cl: return is_general(o, 8) && o->base == 1;
    case FIT_one: return is_integer(o, 1, 1);
    case FIT_i8: return is_integer(o, INT8_MIN, INT8_MAX);
    case FIT_u8: return is_integer(o, 0, UINT8_MAX);
    case FIT_i32: return is_integer(o, INT32_MIN, INT32_MAX);
    case FIT_u32: return is_integer(o, 0, UINT32_MAX);
    case FIT_i64: return o->kind == OPERAND_INTEGER;
    case FIT_rel8: return o->kind == OPERAND_TARGET && o->bits == 8;
    case FIT_rel32: return o->kind == OPERAND_TARGET && o->bits == 32;
    case FIT_cc: return o->kind == OPERAND_CONDITION;
    }
    return false;
}

static bool row_fits(const Row *row, const Instruction *in) {
    if (row->count != in->count) return false;
    for (uint8_t i = 0; i < row->count; i++)
        if (!fits(row->fits[i], &in->operands[i])) return false;
    return true;
}

/* The REX bits: 8 W, 4 R, 2 X, 1 B; 0x40 alone where sil, dil ... must not mean dh, bh. */
static uint8_t rex(const Row *row, const Instruction *in) {
    uint8_t bits = row->wide ? 8 : 0;
    bool forced = false;
    for (int8_t i = 0; i < in->count; i++) {
        const Operand *o = &in->operands[i];
        if (is_general(o, 8) && between(o->base, 4, 7) && (i == row->rm || i == row->reg))
            forced = true;
        if (i == row->reg && o->base >= 8) bits |= 4;
        if (i == row->rm && o->base >= 8 && o->base < 16) bits |= 1;
        if (i == row->rm && o->kind == OPERAND_MEMORY && between(o->index, 8, 15)) bits |= 2;
    }
    return bits || forced ? (uint8_t)(0x40 | bits) : 0;
}

static uint8_t *put(uint8_t *out, int64_t value, uint32_t bytes) {
    for (uint32_t i = 0; i < bytes; i++)
        *out++ = (uint8_t)((uint64_t)value >> (8 * i));
    return out;
}

static uint8_t scale_bits(uint8_t scale) {
    return scale == 8 ? 3 : scale == 4 ? 2 : scale == 2 ? 1 : 0;
}

/* ModRM, SIB and displacement of memory, with `reg` in the reg field. */
static uint8_t *put_memory(uint8_t *out, uint8_t reg, const Operand *m) {
    if (m->base == RIP_BASE) {
        *out++ = (uint8_t)(reg << 3 | 5);
        return put(out, m->displacement, 4);
    }
    uint8_t base = m->base & 7;
    bool none = m->displacement == 0 && base != 5;
    bool small = between(m->displacement, INT8_MIN, INT8_MAX);
    uint8_t mode = none ? 0 : small ? 1 : 2;
    bool sib = m->index != NO_BASE || base == 4;
    *out++ = (uint8_t)(mode << 6 | reg << 3 | (sib ? 4 : base));
    if (sib) {
        uint8_t index = m->index == NO_BASE ? 4 : m->index & 7;
        *out++ = (uint8_t)(scale_bits(m->scale) << 6 | index << 3 | base);
    }
    return none ? out : put(out, m->displacement, small ? 1 : 4);
}

static uint8_t *put_modrm(uint8_t *out, const Row *row, const Instruction *in) {
    uint8_t reg = row->digit != NO_DIGIT ? row->digit : in->operands[row->reg].base & 7;
    const Operand *rm = &in->operands[row->rm];
    if (rm->kind == OPERAND_MEMORY) return put_memory(out, reg, rm);
    *out++ = (uint8_t)(0xc0 | reg << 3 | (rm->base & 7));
    return out;
}

static uint32_t encode_row(const Row *row, const Instruction *in, uint8_t *start) {
    uint8_t *out = start;
    if (row->prefix) *out++ = row->prefix;
    if (rex(row, in)) *out++ = rex(row, in);
    for (uint8_t i = 0; i < row->opcode_length; i++)
        *out++ = row->opcode[i];
    if (row->adds_register) out[-1] |= in->operands[row->rm].base & 7;
    if (row->adds_condition) out[-1] |= (uint8_t)in->operands[0].integer;
    if (row->has_modrm) out = put_modrm(out, row, in);
    int64_t value = in->count ? in->operands[in->count - 1].integer : 0;
    return (uint32_t)(put(out, value, row->immediate ? row->immediate : row->distance) - start);
}

uint32_t encode(const Instruction *in, uint8_t bytes[LONGEST_INSTRUCTION + 1]) {
    if (!first_row[I_mov]) read_rows();
    for (uint16_t i = first_row[in->mnemonic]; i < ROWS && rows[i].mnemonic == in->mnemonic; i++)
        if (row_fits(&rows[i], in)) {
            rows[i].is_used = true;
            return encode_row(&rows[i], in, bytes);
        }
    return 0;
}

bool encoding_row(uint32_t i, EncodingRow *out) {
    if (!first_row[I_mov]) read_rows();
    if (i >= ROWS) return false;
    *out = (EncodingRow){(Mnemonic)rows[i].mnemonic, text_rows[i].operands, rows[i].is_used};
    return true;
}
