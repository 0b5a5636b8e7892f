/* meaning.h - the machine instructions that an opcode stands for: the text column of x86.def, read
 * here once more, so that nothing of emit has a part in it.
 */
#ifndef SLISPC_MEANING_H
#define SLISPC_MEANING_H

#include "decode.h"

typedef enum {
    MEANS_FIXED,     /* `fixed` as it is */
    MEANS_DEFINED,   /* the defined name `which` */
    MEANS_OPERAND,   /* the operand `which` */
    MEANS_DISPLACED, /* the memory `fixed`, displaced by the operand `which` */
} MeansKind;

typedef struct {
    uint8_t kind; /* MeansKind */
    uint8_t which;
    uint8_t bits; /* so much of the register or memory; 0: all */
    Seen fixed;
} Means;

enum { MOST_STEPS = 4 };

typedef struct {
    uint8_t name; /* DecodedName */
    uint8_t count;
    bool traps; /* jo to the stub of its only operand, a (trap name) */
    Means parts[MOST_OPERANDS];
} MeaningStep;

typedef struct {
    uint8_t count;
    MeaningStep steps[MOST_STEPS];
} Meaning;

/* Of an opcode whose text names no words but machine instructions. */
const Meaning *machine_meaning(Opcode o);

#endif
