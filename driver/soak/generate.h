/* generate.h - random functions of Lx86, the input of the allocator, to test it and its verifier.
 */
#ifndef SLISPC_GENERATE_H
#define SLISPC_GENERATE_H

#include "ir.h"

typedef struct {
    uint32_t pressure;   /* values that live through the function, 0: 4 to 40 by chance */
    uint32_t statements; /* at most, 0: by chance */
} GenerateOptions;

enum { MOST_DEPTH = 4, PRESSURE_STEP = 8, PRESSURE_STEPS = 8, MOST_OPCODES = 64 };

/* What the generated functions, and what the passes made of them, have reached. */
typedef struct {
    uint64_t functions, blocks, cold_blocks, instructions;
    uint64_t loops[MOST_DEPTH + 1]; /* by depth */
    uint64_t opcodes[MOST_OPCODES];
    uint64_t pressure[2][PRESSURE_STEPS]; /* functions by most values live at once, by class */
    uint64_t tied_kept; /* two-address instructions whose first operand lives on */
    uint64_t fixed, area, early, traps, roots, edge_arguments, several_uses;
    uint64_t moves, slot_moves, swaps, memory_cycles, slots, slots_reused, constants,
        crowded_blocks, steps;
} Coverage;

/* A function that keeps what select promises: SSA, critical edges split, arguments only on jmp,
 * operands of calls where the convention wants them, no drv across a safepoint. The same seed gives
 * the same function. Counts the loops; the rest is for note_coverage. */
Node *generate_function(Arena *arena, uint64_t seed, GenerateOptions options, Coverage *coverage);

#endif
