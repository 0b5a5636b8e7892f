/* reduce.h - making a program that fails smaller, as long as it fails in the same way. */
#ifndef SLISPC_REDUCE_H
#define SLISPC_REDUCE_H

#include "trial.h"

/* ---- reduce_tree.c: smaller and smaller trees */

/* May this take the place of the program? */
typedef bool TreeFails(void *context, Node *tree);
typedef struct {
    Arena *arena;
    TreeFails *fails;
    void *context;
    bool is_source; /* vectors and maps hold pairs, expressions stand for each other */
    uint32_t tries, most_tries;
} TreeReduction;
/* As small as it gets; `tree` itself fails. Stops when most_tries are used up. */
Node *reduced_tree(TreeReduction *r, Node *tree);

/* ---- reduce_dump.c: what only forms of the compiler have */

/* The reduction at hand: the tree as small as it is now. */
typedef struct {
    TreeReduction *r;
    Node *root;
    bool progress;
} Round;
/* Takes kid i of a tree for another if it still fails then. */
bool try_kid(Round *s, Node *parent, uint32_t i, Node *other);
/* Takes another program. */
bool try_root(Round *s, Node *root);
/* Leaves out what the start of the program does not reach, bodies of functions, ways of branches.
 */
void reduce_dump(Round *s);

/* ---- reduce.c */

/* The file with less in it, for which the same goes wrong as `failure` tells. */
void reduce_file(Buffer *out, const Options *o, const SourceFile *file, const Trial *failure,
                 TrialOptions how, uint32_t most_tries);

#endif
