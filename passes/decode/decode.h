/* decode.h - machine code read back: what the processor will take the bytes for.
 *
 * Nothing here is shared with the encoder: not its table, not its types, not its text.
 */
#ifndef SLISPC_DECODE_H
#define SLISPC_DECODE_H

#include "ir.h"

typedef enum {
#define MNEMONIC(name) D_##name,
#define OPCODE(...)
#include "opcodes.def"
#undef MNEMONIC
#undef OPCODE
    D_COUNT
} DecodedName;

typedef enum {
    SEEN_NOTHING,
    SEEN_REGISTER, /* general register `base`, so many bits of it */
    SEEN_VECTOR,   /* vector register `base` */
    SEEN_MEMORY,   /* bits at [base + scale * index + value] */
    SEEN_NUMBER,   /* `value`; `bits` is how wide it is in the code */
    SEEN_DISTANCE, /* the place `value` bytes after the instruction; `bits` as of a number */
} SeenKind;

/* As `base` or `index` of memory. */
enum { SEEN_RIP = 0xfe, SEEN_NO_REGISTER = 0xff };

typedef struct {
    uint8_t kind; /* SeenKind */
    uint8_t bits; /* 0: memory that is not read, as of lea */
    uint8_t base; /* registers have the numbers that the processor gives them: 0 is rax */
    uint8_t index;
    uint8_t scale; /* 0 without an index */
    int64_t value;
} Seen;

enum { MOST_OPERANDS = 3, LONGEST_CODE = 15 };

typedef struct {
    uint8_t name;      /* DecodedName */
    uint8_t condition; /* of jcc and setcc: 0 is overflow ... 15 greater, as the processor counts */
    uint8_t length;    /* bytes */
    uint8_t count;     /* operands */
    uint8_t field;     /* where the four bytes of a distance or of [rip + ...] start; 0: none */
    Seen operands[MOST_OPERANDS];
} Decoded;

/* Reads one instruction. False when the bytes are none of those in opcodes.def. */
bool decode(const uint8_t *bytes, size_t available, Decoded *out);

/* The instruction as `as` writes it, in Intel's syntax; a distance, and what is relative to rip, is
 * an @. */
void print_decoded(Buffer *out, const Decoded *d);

/* Reads lines of hexadecimal digits, and writes for each what its first instruction is and, after
 * a tab, how many bytes it takes; - where that is none. For the tests. */
void decode_lines(FILE *in, FILE *out);

#endif
