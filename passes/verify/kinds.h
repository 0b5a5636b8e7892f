/* kinds.h - what the checks of the form that goes into liveness share: see before.c. */
#ifndef SLISPC_KINDS_H
#define SLISPC_KINDS_H

#include "verify.h"

/* What is known of a name. */
typedef struct {
    uint32_t block; /* index of the block that binds it, plus 1; 0: nothing does */
    uint32_t item;  /* index among that block's kids of what binds it; 0: it is a parameter */
    uint32_t uses;  /* the first block that uses it from elsewhere, plus 1 */
    CheckedKind kind;
} Binding;

typedef struct {
    const Node *node;
    uint32_t edges;      /* the first edge to it, plus 1 */
    uint32_t edge_count; /* how many come in */
    uint32_t exits;      /* how many go out */
    uint32_t seen;       /* the last name that was looked for here, plus 1 */
} BlockBefore;

typedef struct {
    Arena *scratch;
    const Node *function;
    BlockBefore *blocks;
    uint32_t block_count, first_block; /* among the function's kids */
    uint32_t *index, numbers;          /* of blocks by number, plus 1 */
    Binding *names;
    uint32_t name_count;
    CheckedKind returns;
    VEC(Link) uses, edges;
    Verify report; /* filled when there is something to report */
    Context context;
} Before;

/* As `broken`: false when the function is not to be looked at further. */
bool wrong(Before *f, Rule rule, uint32_t b, const Node *item, const Node *name, const char *format,
           ...) __attribute__((format(printf, 6, 7)));

/* ---- before.c: V23 */
/* Kid i of block b uses the name. */
bool use_name(Before *f, const Node *name, uint32_t b, uint32_t i);

/* ---- kinds.c: V21 */
/* The kind of a name that is bound. */
static inline CheckedKind kind_of(const Before *f, const Node *name) {
    return f->names[name->name.number].kind;
}
const char *kind_text(CheckedKind kind);
/* Of kid i of block b; what it uses is noted. */
bool check_kinds(Before *f, uint32_t b, uint32_t i);

/* ---- edges.c: V22 */
bool read_edges_before(Before *f);
bool check_edges_before(Before *f, uint32_t b);

#endif
