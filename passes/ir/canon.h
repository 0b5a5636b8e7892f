/* canon.h - forms up to renumbering: what two dumps have in common when only numbers differ. */
#ifndef SLISPC_CANON_H
#define SLISPC_CANON_H

#include "ir.h"

/* A top of a program whose names and blocks are numbered by their first appearance in the text, and
 * whose sets (live-in, roots, kinds ...) are sorted anew. */
typedef struct {
    Node *top;
    uint32_t *names, *blocks; /* by new number: the old one */
    uint32_t name_count, block_count;
} Canonical;
Canonical canonical(Arena *a, const Node *top);

/* Are two canonical forms the same? Positions and the hints of names do not count. */
bool same_canonical(const Node *a, const Node *b);
/* Are two tops the same up to the numbers of names and blocks? */
bool same_but_for_numbers(const Node *a, const Node *b);

#endif
