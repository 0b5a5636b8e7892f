/* frame.h - what the files of the pass frame share. */
#ifndef SLISPC_FRAME_H
#define SLISPC_FRAME_H

#include "ir/faults.h"
#include "ir/machine.h"

/* A move of a parallel group. */
typedef struct {
    Node *value;
    Where to, from;
    bool done;
} Transfer;

typedef struct {
    Arena *arena, *scratch;
    FaultPlan *faults;
    uint32_t slots;    /* those of the allocator */
    bool spare;        /* one more slot is needed, to break cycles through memory */
    bool calls;        /* has a safepoint */
    bool framed;       /* has a frame */
    uint32_t *offsets; /* by slot */
    uint32_t *readers; /* by place: how many moves of the group at hand read it and are not done */
    uint32_t *writer;  /* by place: the move of the group that writes it, plus 1 */
    bool *references;  /* by number of the name */
    Node **seen;       /* by slot: the last name that was put there */
} Frame;

/* The name at its place, slots with their offset. */
Node *laid_out(Frame *f, const Node *name);
/* Appends moves that do one after another what the group does at once. */
void add_in_sequence(Frame *f, const Node *group, Nodes *out);

#endif
