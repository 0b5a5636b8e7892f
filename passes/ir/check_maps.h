/* check_maps.h - rule V18: the stack maps of the code are those of the instructions. */
#ifndef SLISPC_CHECK_MAPS_H
#define SLISPC_CHECK_MAPS_H

#include "ir.h"

typedef struct {
    const Node *at;
    const char *what; /* NULL: there is none */
} MapMistake;

/* The first difference between the (code ...) that emit made and the function that it was made
 * from. */
MapMistake mistake_in_maps(Arena *scratch, const Node *function, const Node *code);
/* Ends slispc with it: that is a bug in emit. */
void check_maps(Arena *scratch, const Node *function, const Node *code);

#endif
