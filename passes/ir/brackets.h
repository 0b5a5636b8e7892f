/* brackets.h - what is around the kids of a tree: for all that print forms. */
#ifndef SLISPC_BRACKETS_H
#define SLISPC_BRACKETS_H

#include "ir.h"

static inline const char *opening(const Node *n) {
    return n->kind == N_VECTOR ? "[" : n->kind == N_MAP ? "{" : n->kind == N_SET ? "#{" : "(";
}

static inline const char *closing(const Node *n) {
    return n->kind == N_VECTOR ? "]" : n->kind == N_LIST ? ")" : "}";
}

/* Is the head written? Instructions and word operations start with their operation. */
static inline bool shows_head(const Node *n) {
    return n->kind == N_LIST && n->head && n->head != H_op && n->head != H_word_op;
}

#endif
