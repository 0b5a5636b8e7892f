/* encode.h - machine instructions: operands, bytes and assembly text. */
#ifndef SLISPC_ENCODE_H
#define SLISPC_ENCODE_H

#include "ir.h"

typedef enum {
#define INSTRUCTION(id, name) I_##id,
#define ENCODING(operands, bytes)
#include "../encodings.def"
#undef INSTRUCTION
#undef ENCODING
    I_COUNT
} Mnemonic;

typedef enum {
    OPERAND_NONE,
    OPERAND_REGISTER, /* general register */
    OPERAND_VECTOR,   /* xmm register */
    OPERAND_MEMORY,   /* [base + scale * index + displacement], or a place outside the function */
    OPERAND_INTEGER,
    OPERAND_CONDITION, /* the x86 condition code in `integer` */
    OPERAND_TARGET,    /* a place in the code: the distance to it in `integer` */
} OperandKind;

enum { NO_BASE = 0xff, RIP_BASE = 0xfe };

typedef struct {
    uint8_t kind; /* OperandKind */
    uint8_t bits; /* width: of a register or of the memory (0: any), 8 or 32 of a target */
    uint8_t base; /* number of the register; of memory: NO_BASE never with an index */
    uint8_t index;
    uint8_t scale; /* 1 2 4 8, when there is an index */
    int32_t displacement;
    int64_t integer;
} Operand;

typedef struct {
    uint8_t mnemonic; /* Mnemonic */
    uint8_t count;
    Operand operands[3];
} Instruction;

enum { LONGEST_INSTRUCTION = 15 };

/* Writes the bytes of `in` and returns their number; 0 when no row of encodings.def fits. A target
 * and a RIP_BASE displacement always are in the last bytes. */
uint32_t encode(const Instruction *in, uint8_t bytes[LONGEST_INSTRUCTION + 1]);

const char *mnemonic_name(Mnemonic m);
/* A row of encodings.def, for the table of coverage; operands is NULL for a row that opens an
 * instruction. False after the last one. */
typedef struct {
    Mnemonic mnemonic;
    const char *operands;
    bool is_used; /* by an instruction that was encoded */
} EncodingRow;
bool encoding_row(uint32_t i, EncodingRow *out);

/* The instruction in the Intel syntax of `as`; `@` stands for a place outside the instruction. */
void print_instruction(Buffer *out, const Instruction *in);

/* Writes a line for every row of encodings.def with several operands: bytes, a tab, assembly text.
 * Tests compare it with what `as` makes of the text. */
void print_encoder_table(FILE *out);

/* Operands. */
Operand general(Where where, uint8_t bits);
Operand vector(Where where);
Operand integer(int64_t value);
Operand condition_code(int code);
Operand target(uint8_t bits);
Operand memory(Where base, int64_t displacement, uint8_t bits);
Operand indexed(Where base, Where index, int64_t scale, int64_t displacement, uint8_t bits);
/* Memory at a symbol, relative to the instruction pointer. */
Operand outside(uint8_t bits);

#endif
