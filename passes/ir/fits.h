/* fits.h - what the generated grammar checks are made of: see generate/write_checks.c. */
#ifndef SLISPC_FITS_H
#define SLISPC_FITS_H

#include "ir.h"

static inline int least(int a, int b) {
    return a < b ? a : b;
}

static inline int fits_atom(const Node *n, uint32_t kinds) {
    return kinds >> n->kind & 1 ? L_COUNT - 1 : 0;
}

/* No atom of the intermediate languages anywhere in it? */
bool is_datum(const Node *n);
static inline int fits_datum(const Node *n) {
    return is_datum(n) ? L_COUNT - 1 : 0;
}

/* Was it found to fit for this language, or for an earlier one with all that is in it? */
static inline bool is_marked(const Node *n, Nonterminal nonterminal, int language) {
    return is_tree(n) && n->fits_as == nonterminal + 1 && n->fits_through >= language;
}

static inline int mark(const Node *n, Nonterminal nonterminal, int through) {
    Node *node = (Node *)(uintptr_t)n;
    if (is_tree(n)) {
        node->fits_as = (uint8_t)(nonterminal + 1);
        node->fits_through = (uint8_t)through;
    }
    return through;
}

#endif
