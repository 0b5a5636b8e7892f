/* align.h - which lines of two texts belong together, whatever their names' numbers are. */
#ifndef SLISPC_ALIGN_H
#define SLISPC_ALIGN_H

#include "lines.h"

#define NO_LINE UINT32_MAX

/* A line of the one, of the other, or of both. */
typedef struct {
    uint32_t left, right;
} Pair;
typedef VEC(Pair) Pairs;

/* In order. Two lines are paired when they are the same but for numbers, and their numbers agree
 * with one correspondence of names and of blocks, which is one to one. */
Pairs align_lines(Arena *a, const Lines *left, const Lines *right);

#endif
