/* encoder_table.c - every row of encodings.def with several operands, as bytes and as text: the
 * tests compare the bytes with what `as` makes of the text. */
#include "encode.h"

#include <string.h>

typedef struct {
    const char *word; /* as encodings.def writes operands */
    Operand samples[12];
} Sample;

#define GENERAL(bits)                                                                              \
    REG(0, bits), REG(1, bits), REG(3, bits), REG(5, bits), REG(6, bits), REG(8, bits),            \
        REG(12, bits), REG(13, bits), REG(15, bits)
#define REG(number, width)                                                                         \
    { .kind = OPERAND_REGISTER, .bits = (width), .base = (number), .index = NO_BASE }
#define MEM(b, i, s, d)                                                                            \
    { .kind = OPERAND_MEMORY, .base = (b), .index = (i), .scale = (s), .displacement = (d) }
#define MEMORIES                                                                                   \
    MEM(3, NO_BASE, 0, 7), MEM(4, NO_BASE, 0, 8), MEM(4, NO_BASE, 0, 4096), MEM(5, NO_BASE, 0, 0), \
        MEM(12, NO_BASE, 0, 0), MEM(13, NO_BASE, 0, -1), MEM(0, NO_BASE, 0, 0), MEM(2, 1, 8, -9),  \
        MEM(13, 9, 8, 0), MEM(8, 12, 1, 128), MEM(RIP_BASE, NO_BASE, 0, 0)
#define VECTOR(number)                                                                             \
    { .kind = OPERAND_VECTOR, .bits = 64, .base = (number), .index = NO_BASE }
#define VALUE(v)                                                                                   \
    { .kind = OPERAND_INTEGER, .index = NO_BASE, .integer = (v) }
#define CODE(v)                                                                                    \
    { .kind = OPERAND_CONDITION, .index = NO_BASE, .integer = (v) }

static const Sample samples[] = {
    {"r8", {GENERAL(8)}},
    {"r32", {GENERAL(32)}},
    {"r64", {GENERAL(64)}},
    {"m", {MEMORIES}},
    {"x", {VECTOR(0), VECTOR(7), VECTOR(8), VECTOR(15)}},
    {"al", {REG(0, 8)}},
    {"eax", {REG(0, 32)}},
    {"rax", {REG(0, 64)}},
    {"cl", {REG(1, 8)}},
    {"one", {VALUE(1)}},
    {"i8", {VALUE(0), VALUE(1), VALUE(2), VALUE(-1), VALUE(127), VALUE(-128)}},
    {"u8", {VALUE(7), VALUE(1), VALUE(63)}},
    {"i32", {VALUE(128), VALUE(-129), VALUE(2147483647), VALUE(-2147483648)}},
    {"u32", {VALUE(1), VALUE(4294967295)}},
    {"i64", {VALUE(4294967296), VALUE(-9223372036854775807), VALUE(2147483648)}},
    {"cc", {CODE(0), CODE(4), CODE(5), CODE(10), CODE(15)}},
};

static const Sample *sample_named(const char *bytes, size_t length) {
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        if (strlen(samples[i].word) == length && !memcmp(samples[i].word, bytes, length))
            return &samples[i];
    return NULL;
}

static uint8_t width_of(const char *word, size_t length) {
    return word[length - 1] == '8'   ? 8
           : word[length - 1] == '6' ? 16
           : word[length - 1] == '2' ? 32
                                     : 64;
}

static void print_row(FILE *out, const Instruction *in) {
    uint8_t bytes[LONGEST_INSTRUCTION + 1];
    uint32_t length = encode(in, bytes);
    Buffer text = {0};
    print_instruction(&text, in);
    for (uint32_t i = 0; i < length; i++)
        fprintf(out, "%02x", bytes[i]);
    fprintf(out, "\t%.*s\n", (int)text.length, text.bytes);
    buffer_free(&text);
}

static void print_samples(FILE *out, Instruction *in, const char *operands);

/* Continues with every sample of a group as the next operand. */
static void with_samples(FILE *out, Instruction *in, const Sample *group, uint8_t bits,
                         const char *rest) {
    for (size_t i = 0; group && i < 12 && group->samples[i].kind; i++) {
        Operand *o = &in->operands[in->count++];
        *o = group->samples[i];
        if (o->kind == OPERAND_MEMORY) o->bits = bits;
        print_samples(out, in, rest);
        in->count--;
    }
}

/* A word like rm64 stands for a register or memory, xm for a vector register or memory. */
static void print_samples(FILE *out, Instruction *in, const char *operands) {
    size_t length = strcspn(operands, ",");
    const char *rest = operands + length + (operands[length] ? 2 : 0);
    const char *m = memchr(operands, 'm', length);
    if (!length) {
        print_row(out, in);
    } else if (m) {
        uint8_t bits = length == 1 ? 0 : width_of(operands, length);
        const char *names[] = {"r8", "r32", "r64"};
        const char *name = operands[0] == 'x' ? "x" : names[bits == 8 ? 0 : bits == 32 ? 1 : 2];
        if (m != operands) with_samples(out, in, sample_named(name, strlen(name)), bits, rest);
        with_samples(out, in, sample_named("m", 1), bits, rest);
    } else {
        with_samples(out, in, sample_named(operands, length), 0, rest);
    }
}

void print_encoder_table(FILE *out) {
    static const struct {
        uint8_t mnemonic;
        const char *operands;
    } table[] = {
#define INSTRUCTION(id, name) {I_##id, NULL},
#define ENCODING(operands, bytes) {I_COUNT, operands},
#include "../encodings.def"
#undef INSTRUCTION
#undef ENCODING
    };
    Instruction in = {0};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (!table[i].operands)
            in.mnemonic = table[i].mnemonic;
        else
            print_samples(out, &in, table[i].operands);
    }
}
