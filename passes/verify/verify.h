/* verify.h - what the files of the pass verify share. Nothing of it is shared with the passes that
 * it judges: it has its own access to instructions, its own edges, its own liveness. */
#ifndef SLISPC_VERIFY_H
#define SLISPC_VERIFY_H

#include "ir.h"

#include <setjmp.h>

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

/* A name as an item reads it. */
typedef struct {
    const Node *name;
    uint32_t number, place;
    char letter;  /* of x86.def; 'r' inside (mem ...), '*' inside (to ...) */
    bool is_last; /* nothing after it, in its block or later ones, needs the name */
} Read;

typedef struct {
    const Node *node;
    const OpcodeRow *row; /* NULL: no instruction */
    uint32_t reads;       /* its first one; they end where those of the next item start */
} Item;

typedef struct {
    const Node *node;
    uint32_t first; /* index of its first item among the node's kids */
    uint32_t items; /* index of its first item among all */
    uint32_t successors[2], successor_count;
    uint32_t predecessors; /* the first edge to it, plus 1; the further ones are chained */
    Numbers live_in;
} CheckedBlock;

typedef struct {
    const Node *name;   /* as it is bound */
    const Node *binder; /* the instruction or block that binds it */
    const Node *constant;
    CheckedKind kind;
    uint32_t block;    /* index of the block that binds it */
    uint32_t uses;     /* the first of other blocks' uses, see live.c */
    uint32_t places;   /* the first fact about it; 0: none */
    uint32_t live;     /* the last visit of a block in which it is live, 0: it is not */
    uint32_t mapped;   /* the last safepoint whose map lists it */
    uint32_t argument; /* a parameter: what the current edge gives for it */
    bool used;         /* by any instruction */
    bool reported;     /* what is said of it later follows from the first report */
} CheckedName;

/* The place holds the value of the name. Facts are linked both ways: those of a place, and those of
 * a name. Fact 0 ends a list. */
typedef struct {
    uint32_t place, name;
    uint32_t next_name;  /* the next fact of the place */
    uint32_t next_place; /* the next fact of the name */
} Fact;

/* Places are numbered: registers as in Where, the words of the frame, then those of the argument
 * area. */
typedef struct {
    uint32_t names; /* the first fact about it; 0: none */
    Event event;
    const Node *by;  /* the item of the event */
    uint32_t visit;  /* of the block that the event is about */
    uint32_t mapped; /* the last safepoint whose map lists it */
} CheckedPlace;

/* A block in a chain of blocks. */
typedef struct {
    uint32_t block, next; /* the next one's number plus 1 */
} Link;

typedef struct {
    Arena *scratch;
    Context *context;
    const Node *function, *before;
    CheckedBlock *blocks;
    uint32_t block_count;
    Item *items; /* of all blocks, and one after them */
    uint32_t item_count;
    VEC(Read) reads;
    VEC(Link) uses, edges; /* blocks that use a name; blocks that an edge comes from */
    CheckedName *names;
    uint32_t name_count;
    const Node *frame; /* (frame n slot ...) */
    uint32_t slot_count;
    CheckedPlace *places;
    uint32_t place_count, first_of_area;
    bool calls;
    /* the current block */
    uint32_t block;
    uint32_t visit; /* counts the blocks that were walked through, from 1 on */
    VEC(Fact) facts;
    uint32_t free_fact;             /* chained by next_name */
    uint32_t in_registers, in_area; /* how many facts are about them */
    uint32_t live_derived;
    uint32_t live_references; /* but constants */
    uint32_t safepoints;      /* seen so far */
    bool framed;
    bool quiet;         /* only the answer counts: nothing is reported */
    jmp_buf unreadable; /* where to go on when the form is none that can be judged */
    /* the verdict */
    Rule broken;
    uint32_t problems;
    Buffer report;
    size_t first_report; /* where in `report` the first one ends */
} Verify;

/* ---- read.c: the form as arrays */
void read_form_to_verify(Verify *v);
/* No more than what a report shows of a form, blocks and what binds names; it may be one that does
 * not read. */
void read_for_report(Verify *v);
/* The form is none that can be judged: says why, whatever rules are switched off, and ends its
 * reading. */
_Noreturn void malformed(Verify *v, Rule rule, const Node *at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static inline bool is_item(const Node *item, Head head) {
    return is_form(item, head);
}
static inline bool is_op(const Node *item) {
    return item->kind == N_LIST && item->head == H_op;
}
static inline const OpcodeRow *row_of(const Node *op) {
    return &opcode_rows[op->kids[0]->head];
}
static inline bool is_safepoint(const Node *item) {
    return is_op(item) && row_of(item)->flags & SAFEPOINT;
}
/* NO_KIND for other symbols. */
CheckedKind kind_named(const Node *symbol);
/* Operands of an instruction without its map. */
static inline uint32_t operand_end(const Node *op) {
    return op->count > 2 && is_item(op->kids[op->count - 1], H_map) ? op->count - 1 : op->count;
}
static inline const Node *map_of_safepoint(const Node *op) {
    return operand_end(op) < op->count ? op->kids[op->count - 1] : NULL;
}
static inline CheckedName *checked(Verify *v, const Node *name) {
    return &v->names[name->name.number];
}
/* Kid i of block b. */
static inline const Item *item_of(const Verify *v, const CheckedBlock *b, uint32_t i) {
    return &v->items[b->items + i - b->first];
}

/* ---- live.c */
/* `x`, a name of another block, is used in block b. */
void note_use(Verify *v, CheckedName *x, uint32_t b);
void find_live(Verify *v);
/* What is live at the start of block b. */
void start_live(Verify *v, uint32_t b);
static inline bool is_live(const Verify *v, const CheckedName *x) {
    return x->live == v->visit;
}
static inline void set_live(Verify *v, CheckedName *x, bool live) {
    if (live == is_live(v, x)) return;
    uint32_t by = live ? 1 : UINT32_MAX;
    if (x->kind == KIND_IS_DRV) v->live_derived += by;
    if (x->kind == KIND_IS_REF && !x->constant) v->live_references += by;
    x->live = live ? v->visit : 0;
}

/* ---- facts.c: which place holds which names */
enum { FIRST_OF_FRAME = XMM15 + 1 };
static inline bool in_frame(const Verify *v, uint32_t place) {
    return place >= FIRST_OF_FRAME && place < v->first_of_area;
}
/* Slots by offset. */
static inline uint32_t place_of_name(const Verify *v, const Node *name) {
    Where w = where_of(name);
    if (w <= XMM15) return w;
    if (!is_slot(w)) return v->first_of_area + w - AREA0;
    uint32_t place = FIRST_OF_FRAME + (name->at - 1) / 8;
    return place < v->first_of_area ? place : v->first_of_area - 1;
}
static inline bool holds(const Verify *v, uint32_t place, uint32_t name) {
    uint32_t f = v->places[place].names;
    while (f && v->facts.items[f].name != name)
        f = v->facts.items[f].next_name;
    return f != 0;
}
void learn(Verify *v, uint32_t place, uint32_t name);
/* The place loses what it held. False (and reported) when that was the last copy of a live value.
 */
bool lose(Verify *v, uint32_t place, Event event, const Node *by);
void lose_name(Verify *v, uint32_t name);
bool copy_place(Verify *v, uint32_t to, uint32_t from, const Node *by);
void swap_places(Verify *v, uint32_t a, uint32_t b, const Node *by);
bool clobber(Verify *v, const Node *call);
/* References that are in no slot of the map are not where the object is any more. */
void collect(Verify *v, const Node *call);
/* Nothing is known yet of the current block, which is b. */
void start_facts(Verify *v, uint32_t b);
/* What happened last in the current block to the place. */
Event event_at(const Verify *v, uint32_t place);

/* ---- places.c: what an instruction may have where */
bool check_operand_places(Verify *v, const Item *item);
bool check_parameters(Verify *v, const Node *block);
bool check_frame(Verify *v);
bool check_place(Verify *v, const Node *item, const Node *name);
/* As check_place, of a name that is read. A slot that the frame does not have was never written:
 * that nothing is there says more. */
bool check_place_read(Verify *v, const Node *item, const Node *name);
bool is_beyond_frame(const Verify *v, const Node *name);
bool fits_class(Verify *v, const Node *name);

/* ---- blocks.c */
/* The block from its claims to those of the blocks after it. */
void check_block(Verify *v, uint32_t b);
/* Is every name that is needed from the start of the block on somewhere? */
bool check_arrival(Verify *v, uint32_t b);
bool check_items(Verify *v, uint32_t b);
bool check_jump_arguments(Verify *v, uint32_t b);
/* Notes for each parameter of an edge what is given for it. */
void give_arguments(Verify *v, const Node *to, const Node *parameters);
/* The name that a value of the edge's target has before the edge. */
uint32_t name_before(const Verify *v, const CheckedBlock *target, uint32_t name);

/* ---- infer.c */
/* All blocks, without their claims. */
void check_by_inference(Verify *v);

/* ---- compare.c */
bool check_unchanged(Verify *v);

/* ---- report.c */
/* Reports a broken rule about `name` (may be NULL) at `item`. False, so that the block is left;
 * true when it is not to be left: all that is wrong is wanted, or the rule is switched off. */
bool broken(Verify *v, Rule rule, const Node *item, const Node *name, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Has the current block had the value in the place that the name shows, though it is not there any
 * more? */
bool was_there(Verify *v, const Node *name);
/* A report that does not depend on what is wanted. */
void report_unreadable(Verify *v, Rule rule, const Node *item, const char *message);
/* The place does not hold the name that `item` reads from it: says why. As `broken`. */
bool not_there(Verify *v, const Node *item, const Node *name);
/* The last copy of a live name is gone: by what, and who needs it. As `broken`. */
bool last_copy_lost(Verify *v, uint32_t place, uint32_t name, Event event, const Node *by);
void verify_report(Verify *v);

#endif
