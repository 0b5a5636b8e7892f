/* maps.h - what is known about each return address of a program: written by the compiler, read by
 * the collector and by backtraces.
 */
#ifndef SLISP_MAPS_H
#define SLISP_MAPS_H

#include <stdint.h>

/* Rows are sorted by return_offset. */
typedef struct {
    uint32_t return_offset; /* from the start of the program's code */
    uint32_t frame_bytes;   /* from rsp after the return to the caller's return address */
    uint32_t first_slot;    /* index into the program's slots[] */
    uint16_t slot_count;
    uint16_t column; /* from 1, in code points; 0xffff: that or more */
    uint32_t line;   /* from 1; 0: no position is known */
    uint16_t file;   /* index into the program's file names */
    uint16_t reserved;
    uint32_t function; /* index into the program's functions */
} StackMapRow;

/* slots[]: which words from rsp hold live references. */
typedef uint16_t StackMapSlot;

/* Functions and entries, sorted by start. */
typedef struct {
    uint32_t start; /* offset of the first instruction in the code */
    uint32_t name;  /* offset of the name, ending in 0, in the program's names */
} FunctionRow;

_Static_assert(sizeof(StackMapRow) == 28, "rows are written by the linker as they are");
_Static_assert(sizeof(FunctionRow) == 8, "rows are written by the linker as they are");

#endif
