/* check_maps.h - rule V18: the stack maps of the code are those of the instructions. */
#ifndef SLISPC_CHECK_MAPS_H
#define SLISPC_CHECK_MAPS_H

#include "ir.h"

/* Compares the (code ...) that emit made with the function that it was made from. Ends slispc with
 * the first difference: that is a bug in emit. */
void check_maps(Arena *scratch, const Node *function, const Node *code);

#endif
