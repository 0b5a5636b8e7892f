/* verify.h - what the files of the pass verify share. Nothing of it is shared with the passes that
 * it judges: it has its own access to instructions, its own edges, its own liveness. */
#ifndef SLISPC_VERIFY_H
#define SLISPC_VERIFY_H

#include "ir.h"

typedef enum {
    RULE_NONE,
#define RULE(code, ...) RULE_##code,
#include "rules.def"
#undef RULE
    RULE_COUNT
} Rule;

typedef VEC(uint32_t) Numbers;

typedef enum { NO_KIND, KIND_IS_REF, KIND_IS_RAW, KIND_IS_F64, KIND_IS_DRV } CheckedKind;

/* Why a place does not hold what it held. */
typedef enum { NOTHING_YET, WRITTEN, CALLED, COLLECTED } Event;

typedef struct {
    const Node *node;
    uint32_t first; /* index of its first item */
    uint32_t successors[2], successor_count;
    Numbers predecessors, live_in;
} CheckedBlock;

typedef struct {
    const Node *name;   /* as it is bound */
    const Node *binder; /* the instruction or block that binds it */
    CheckedKind kind;
    const Node *constant;
    uint32_t block;  /* index of the block that binds it */
    Numbers places;  /* that hold it now */
    bool used;       /* by any instruction */
    uint32_t live;   /* place in the set of live names, plus 1 */
    uint32_t mapped; /* the last safepoint whose map lists it */
    bool reported;   /* what is said of it later follows from the first report */
} CheckedName;

/* What is known of a place. */
typedef struct {
    Numbers names; /* those whose value it holds */
    Event event;
    const Node *by; /* the item of the event */
    uint32_t stamp; /* the block that names and event are about, plus 1 */
    uint32_t mapped; /* the last safepoint whose map lists it */
} CheckedPlace;

typedef struct {
    Arena *scratch;
    Context *context;
    const Node *function, *before;
    CheckedBlock *blocks;
    uint32_t block_count;
    CheckedName *names;
    uint32_t name_count;
    const Node *frame; /* (frame n slot ...) */
    uint32_t slot_count;
    CheckedPlace *places;
    uint32_t place_count;
    /* the block at hand */
    uint32_t block;
    Numbers touched; /* places with names */
    Numbers live;    /* names, in no order */
    uint32_t live_derived;
    uint32_t live_references;  /* but constants */
    Numbers dying, dying_from; /* names by item of the block: used for the last time there */
    uint32_t safepoints;       /* seen so far */
    bool framed;
    bool quiet; /* only the answer counts: nothing is reported */
    /* the verdict */
    Rule broken;
    uint32_t problems;
    Buffer report;
    size_t first_report; /* where in `report` the first one ends */
} Verify;

/* ---- read.c: the form as arrays */
void read_form_to_verify(Verify *v);
/* The form is none that can be judged: a bug, or, when it was read from a file, a wrong input. */
_Noreturn void malformed(Verify *v, const Node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static inline bool is_item(const Node *item, Head head) { return is_form(item, head); }
static inline bool is_op(const Node *item) {
    return item->kind == N_LIST && item->head == H_op;
}
static inline const OpcodeRow *row_of(const Node *op) {
    return &opcode_rows[op->kids[0]->head];
}
static inline bool is_safepoint(const Node *item) {
    return is_op(item) && row_of(item)->flags & SAFEPOINT;
}
/* Calls `visit` for every name that an instruction reads, with its letter of x86.def; stops at the
 * first one that gives false, and then gives false, too. */
typedef bool VisitUse(void *context, const Node *op, const Node *name, char letter);
bool each_use(const Node *op, VisitUse *visit, void *context);
const Node *map_of_safepoint(const Node *op);
/* Operands of an instruction without its map. */
uint32_t operand_end(const Node *op);
CheckedName *checked(Verify *v, const Node *name);

/* ---- liveness.c */
void find_live(Verify *v);
/* For the items of block b: which names each uses last. */
void find_dying(Verify *v, uint32_t b);
void set_live(Verify *v, uint32_t name, bool live);

/* ---- facts.c: which place holds which names */
uint32_t place_of_name(Verify *v,
                       const Node *name); /* slots by offset; place_count when it is none */
bool holds(Verify *v, uint32_t place, uint32_t name);
void learn(Verify *v, uint32_t place, uint32_t name);
/* The place loses what it held. False (and reported) when that was the last copy of a live value.
 */
bool lose(Verify *v, uint32_t place, Event event, const Node *by);
void lose_name(Verify *v, uint32_t name);
bool copy_place(Verify *v, uint32_t to, uint32_t from, const Node *by);
bool swap_places(Verify *v, uint32_t a, uint32_t b, const Node *by);
bool clobber(Verify *v, const Node *call);
/* References that are in no slot of the map are not where the object is any more. */
void collect(Verify *v, const Node *call);
void start_facts(Verify *v, uint32_t b);

/* ---- places.c: what an instruction may have where */
bool check_operand_places(Verify *v, const Node *op);
bool check_parameters(Verify *v, const Node *block);
bool check_frame(Verify *v);
bool check_place(Verify *v, const Node *item, const Node *name);
bool fits_class(Verify *v, const Node *name);

/* ---- blocks.c */
/* The block from its claims to those of the blocks behind it. */
void check_block(Verify *v, uint32_t b);
/* Is every name that is needed from the start of the block on somewhere? */
bool check_arrival(Verify *v, uint32_t b);
bool check_items(Verify *v, uint32_t b);
void check_jump_arguments(Verify *v, uint32_t b);

/* ---- infer.c */
/* All blocks, without their claims. */
void check_by_inference(Verify *v);

/* ---- compare.c */
bool check_unchanged(Verify *v);

/* ---- report.c */
/* Reports a broken rule about `name` (may be NULL) at `item`. False, so that the block is left; true
 * when it is not to be left: all that is wrong is wanted, or the rule is switched off. */
bool broken(Verify *v, Rule rule, const Node *item, const Node *name, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Has the block at hand had the value in the place that the name shows, though it is not there any
 * more? */
bool was_there(Verify *v, const Node *name);
/* The place does not hold the name that `item` reads from it: says why. As `broken`. */
bool not_there(Verify *v, const Node *item, const Node *name);
/* The last copy of a live name is gone: by what, and who needs it. As `broken`. */
bool last_copy_lost(Verify *v, uint32_t place, uint32_t name, Event event, const Node *by);
void verify_report(Verify *v);

#endif
