/* intervals.h - what the files of the pass intervals share. */
#ifndef SLISPC_INTERVALS_H
#define SLISPC_INTERVALS_H

#include "flow.h"
#include "machine.h"

typedef struct {
    uint32_t from, to; /* positions: up to, not including, `to` */
} Range;

/* A place that a value would like to be in: a register or word of the argument area, or where
 * another name is. */
typedef struct {
    Where where; /* NOWHERE: that of the name */
    Node *name;  /* NULL with NOWHERE: no wish */
    uint32_t at; /* the instruction that asks for it */
} Hint;

typedef struct {
    Node *name;
    VEC(Range) ranges;  /* the last one first */
    VEC(uint32_t) uses; /* the last one first */
    uint32_t use_count; /* with those that are at one position */
    Hint hint;
} Interval;

typedef struct {
    Arena *arena, *scratch;
    Flow *flow;
    Interval *intervals;
    uint32_t names;
    uint32_t *order, count; /* blocks in linear order */
    uint32_t *start;        /* by index in the order: number of the block's start; and of the end */
    uint32_t *safepoints;   /* by number of instruction: how many safepoints come before it */
    Uses uses;
} Intervals;

Interval *interval_of(Intervals *s, Node *name);

/* hints.c; called while a block is read backwards, so a later demand is replaced by an earlier one.
 */
/* The demands of an instruction whose uses are in s->uses. */
void hint_uses(Intervals *s, const Node *op, uint32_t number);
/* The wish of its result passes to the operand that it is tied to, or a copy of. */
void hint_tie(Intervals *s, const Node *op, uint32_t number);
/* The name is defined at instruction `number`: drops a wish that cannot come true. */
void settle_hint(Intervals *s, Interval *x, uint32_t number, uint32_t block_end);
/* Wishes of a block's parameters that have none. */
void hint_parameters(Intervals *s, uint32_t block);

#endif
