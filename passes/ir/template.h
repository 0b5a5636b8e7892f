/* template.h - the machine instructions after an opcode: the text column of x86.def. */
#ifndef SLISPC_TEMPLATE_H
#define SLISPC_TEMPLATE_H

#include "encode.h"

typedef enum {
    PART_FIXED,     /* `fixed` as it is */
    PART_DEFINED,   /* the defined name `which` */
    PART_OPERAND,   /* the operand `which` */
    PART_DISPLACED, /* the memory `fixed`, displaced by the operand `which` */
} PartKind;

typedef struct {
    PartKind kind;
    uint8_t which;
    uint8_t bits; /* take so much of the register or memory; 0: all */
    Operand fixed;
} Part;

typedef struct {
    Mnemonic mnemonic;
    uint8_t count;
    Part parts[3];
} Step;

typedef struct {
    uint8_t count;
    Step steps[4];
} Template;

/* Reads the text on the first call for an opcode. */
const Template *template_of(Opcode op);

#endif
