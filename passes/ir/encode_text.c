/* encode_text.c - machine instructions as text in the Intel syntax of `as`, and their operands. */
#include "encode.h"

#include <inttypes.h>
#include <string.h>

static const char *const mnemonic_names[] = {
#define INSTRUCTION(id, name) name,
#define ENCODING(operands, bytes)
#include "../encodings.def"
#undef INSTRUCTION
#undef ENCODING
};

const char *mnemonic_name(Mnemonic m) {
    return mnemonic_names[m];
}

static const char *const register_names[4][16] = {
    {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b",
     "r13b", "r14b", "r15b"},
    {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w",
     "r14w", "r15w"},
    {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d",
     "r13d", "r14d", "r15d"},
    {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13",
     "r14", "r15"},
};

static const char *const condition_names[16] = {"o", "no", "b", "ae", "e", "ne", "be", "a",
                                                "s", "ns", "p", "np", "l", "ge", "le", "g"};

static Operand operand(OperandKind kind, uint8_t bits, uint8_t base) {
    return (Operand){.kind = (uint8_t)kind, .bits = bits, .base = base, .index = NO_BASE};
}

Operand general(Where where, uint8_t bits) {
    if (where < RAX || where > R15) bug(NULL, "%s is no general register", where_text(where));
    return operand(OPERAND_REGISTER, bits, (uint8_t)(where - RAX));
}

Operand vector(Where where) {
    if (!is_vector_register(where)) bug(NULL, "%s is no vector register", where_text(where));
    return operand(OPERAND_VECTOR, 64, (uint8_t)(where - XMM0));
}

Operand integer(int64_t value) {
    Operand o = operand(OPERAND_INTEGER, 0, 0);
    o.integer = value;
    return o;
}

Operand condition_code(int code) {
    Operand o = operand(OPERAND_CONDITION, 0, 0);
    o.integer = code;
    return o;
}

Operand target(uint8_t bits) {
    return operand(OPERAND_TARGET, bits, 0);
}

Operand memory(Where base, int64_t displacement, uint8_t bits) {
    Operand o = operand(OPERAND_MEMORY, bits, general(base, 64).base);
    if (displacement < INT32_MIN || displacement > INT32_MAX)
        bug(NULL, "displacement %" PRId64 " does not fit 32 bits", displacement);
    o.displacement = (int32_t)displacement;
    return o;
}

Operand indexed(Where base, Where index, int64_t scale, int64_t displacement, uint8_t bits) {
    Operand o = memory(base, displacement, bits);
    if (index == RSP || (scale != 1 && scale != 2 && scale != 4 && scale != 8))
        bug(NULL, "no address has %" PRId64 " * %s", scale, where_text(index));
    o.index = general(index, 64).base;
    o.scale = (uint8_t)scale;
    return o;
}

Operand outside(uint8_t bits) {
    return operand(OPERAND_MEMORY, bits, RIP_BASE);
}

static const char *register_name(uint8_t number, uint8_t bits) {
    return register_names[bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3][number];
}

static const char *width_text(uint8_t bits) {
    switch (bits) {
    case 8: return "byte ptr ";
    case 16: return "word ptr ";
    case 32: return "dword ptr ";
    case 64: return "qword ptr ";
    }
    return "";
}

static void add(Buffer *out, const char *s) {
    buffer_add(out, s, strlen(s));
}

static void add_integer(Buffer *out, int64_t value, bool with_sign) {
    char digits[24], *start = digits + sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--start = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0 || with_sign) *--start = value < 0 ? '-' : '+';
    buffer_add(out, start, (size_t)(digits + sizeof digits - start));
}

static void print_memory(Buffer *out, const Operand *m, bool with_width) {
    if (with_width) add(out, width_text(m->bits));
    if (m->base == RIP_BASE) {
        add(out, "[rip+@]");
        return;
    }
    add(out, "[");
    add(out, register_name(m->base, 64));
    if (m->index != NO_BASE) {
        add_integer(out, m->scale, true);
        add(out, "*");
        add(out, register_name(m->index, 64));
    }
    if (m->displacement) add_integer(out, m->displacement, true);
    add(out, "]");
}

/* The width of memory is said unless a register beside it has the same. */
static bool width_is_clear(const Instruction *in, const Operand *m) {
    for (uint8_t i = 0; i < in->count; i++) {
        const Operand *o = &in->operands[i];
        bool beside = o->kind == OPERAND_REGISTER || o->kind == OPERAND_VECTOR;
        if (beside && o->bits == m->bits) return in->mnemonic != I_cvtsi2sd;
    }
    return false;
}

static void print_operand(Buffer *out, const Instruction *in, const Operand *o) {
    switch ((OperandKind)o->kind) {
    case OPERAND_NONE:
    case OPERAND_CONDITION: break;
    case OPERAND_REGISTER: add(out, register_name(o->base, o->bits)); break;
    case OPERAND_VECTOR:
        add(out, "xmm");
        add_integer(out, o->base, false);
        break;
    case OPERAND_MEMORY: print_memory(out, o, !width_is_clear(in, o)); break;
    case OPERAND_INTEGER: add_integer(out, o->integer, false); break;
    case OPERAND_TARGET: add(out, "@"); break;
    }
}

void print_instruction(Buffer *out, const Instruction *in) {
    uint8_t first = in->count && in->operands[0].kind == OPERAND_CONDITION;
    add(out, mnemonic_names[in->mnemonic]);
    if (first) add(out, condition_names[in->operands[0].integer]);
    for (uint8_t i = first; i < in->count; i++) {
        add(out, i == first ? " " : ", ");
        print_operand(out, in, &in->operands[i]);
    }
}
