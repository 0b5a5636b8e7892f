/* frame.h - what the files of the pass frame share. */
#ifndef SLISPC_FRAME_H
#define SLISPC_FRAME_H

#include "machine.h"

typedef struct {
    Arena *arena, *scratch;
    uint32_t slots;    /* those of the allocator */
    bool has_spare;    /* one more slot is needed, to break cycles through memory */
    bool has_calls;    /* safepoints */
    bool is_framed;    /* has a frame */
    uint32_t *readers; /* by place: how many moves of the group read it and are not done */
    uint32_t *writer;  /* by place: the move of the group that writes it, plus 1 */
} Frame;

/* The name at its place, slots with their offset. */
Node *laid_out(Frame *f, const Node *name);
/* Appends moves that do one after another what these moves and constants do at once. */
void add_in_sequence(Frame *f, NodeList group, Nodes *out);

#endif
