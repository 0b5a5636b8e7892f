/* visit.h - the children of a collection one after the other, as hashing.c and digest.c need them:
 * the elements of anything sequential, the elements of a set, in turn the keys and values of a map.
 */
#ifndef SLISP_VISIT_H
#define SLISP_VISIT_H

#include "runtime.h"

typedef struct {
    Value collection;
    bool is_sequence;
    bool has_pending; /* the next child is the value of the entry whose key came last */
    Value pending;
    union {
        SeqWalk seq;
        EntryWalk entries;
    } at;
} Visit;

static inline void visit_start(Visit *v, Value collection) {
    v->collection = collection;
    v->is_sequence = is_sequential(collection);
    v->has_pending = false;
    if (v->is_sequence)
        v->at.seq = (SeqWalk){collection, 0, {0}};
    else
        entry_walk(&v->at.entries, collection);
}

/* SEQ_UNREALIZED only of sequences. */
static inline SeqStep visit_next(Visit *v, Value *out) {
    if (v->is_sequence) return seq_next(&v->at.seq, out);
    if (v->has_pending) {
        v->has_pending = false;
        *out = v->pending;
        return SEQ_ELEMENT;
    }
    const Value *entry = entry_next(&v->at.entries);
    if (!entry) return SEQ_END;
    *out = entry[0];
    if (is_map(v->collection)) {
        v->pending = entry[1];
        v->has_pending = true;
    }
    return SEQ_ELEMENT;
}

#endif
