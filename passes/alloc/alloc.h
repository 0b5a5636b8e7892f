/* alloc.h - what the files of the pass alloc share. */
#ifndef SLISPC_ALLOC_H
#define SLISPC_ALLOC_H

#include "faults.h"
#include "flow.h"
#include "machine.h"

#define NO_VALUE UINT32_MAX
#define NEVER UINT32_MAX

/* Places of a value besides registers and words of the argument area. */
enum {
    IN_SLOT = 0xffff, /* its slot, whose number comes last of all */
    REMATERIALISE = 0xfffe,  /* a constant: nowhere, but it can be made again */
};

typedef struct {
    uint32_t from, to;
} Range;

typedef struct {
    Node *name;
    bool vector;
    bool defined_cold;
    Node *constant; /* what it is, if it can be made again; else NULL */
    Range *ranges;
    uint32_t range_count;
    uint32_t *uses, use_count, next; /* next: the first use that is not behind us */
    Where hint;
    uint32_t hint_value;
    uint32_t block, number; /* where it is bound; the block's start for parameters */
    Where definition;             /* its place there */
    Where at;               /* its place now, NOWHERE when that is its slot or REMATERIALISE */
    uint32_t last_at;       /* the number of the instruction that uses it last, as far as we are */
    /* Its slot. Hot code stores it once, in the block that dominates all that read the slot; a cold
     * block that needs it where that store has not been made stores it itself. */
    bool has_slot;
    uint32_t store_block; /* NO_BLOCK: no store by hot code */
    uint32_t stored_in;   /* the cold block that has stored it last, plus 1 */
    uint32_t slot;
    /* for joins and edges, valid when the stamp is right */
    uint32_t live_stamp, seen_stamp, seen, end_stamp;
    Where seen_at, end_at;
} Value;

/* A value and a place. */
typedef struct {
    uint32_t value;
    Where where;
} Located;
typedef VEC(Located) Locations;

typedef struct {
    uint32_t value;
    Where to, from;
    uint32_t slot_of; /* when it goes to a slot: whose it is */
} Move;
typedef VEC(Move) Moves;

typedef struct {
    InstrBlockForm form; /* of the input */
    uint32_t start, end; /* numbers: of its start, and one behind its last instruction */
    uint32_t peak[2];    /* most general and vector values live at once */
    uint32_t loop_end; /* of a loop's header: one behind the last number of the loop's hot blocks */
    Locations claims;  /* what it finds where; all live-in values but constants that are nowhere */
    Locations exit;    /* registers at its end, before what a jmp uses last is gone */
    VEC(uint32_t) stored; /* values that it or the cold blocks before it have stored */
} Block;

/* What was decided for an instruction: moves before it, then a place for each name that it defines
 * and uses, in the order of op_renamed. */
typedef struct {
    uint32_t first_move, move_count, first_place;
} Record;

typedef struct {
    Arena *arena, *scratch;
    FunctionForm form;
    Pos at;
    Flow *flow;
    FaultPlan *faults;
    Value *values;
    uint32_t names;
    Block *blocks;            /* in linear order, as flow has them */
    uint32_t first_cold;      /* blocks from here on are rarely run */
    uint32_t count;           /* of instruction numbers */
    VEC(uint32_t) safepoints; /* numbers, and the first that is not behind us */
    uint32_t upcoming;
    VEC(uint32_t) fixed[RDX + 1]; /* numbers of instructions but calls that want rax, rcx, rdx */
    uint32_t next_fixed[RDX + 1];
    /* the walk */
    uint32_t block, number;
    uint32_t occupant[XMM15 + 1]; /* the value in each register, NO_VALUE for none */
    Moves group;                /* moves before the instruction at hand */
    Moves moves;                /* of all instructions */
    Record *records;            /* by instruction number */
    VEC(Where) places;
    Uses uses;
    /* the term */
    uint32_t slots;
} Alloc;

/* read.c: fills the arrays from the term. */
void read_function(Alloc *a);

/* registers.c: which value is in which register, and what is put out. */
static inline uint64_t bit(Where r) {
    return (uint64_t)1 << r;
}
uint64_t registers_for(bool vector);
/* Number of the first use at or behind position `at`, as a position; NEVER when there is none
 * ahead. */
uint32_t next_use(Alloc *a, uint32_t value, uint32_t at);
/* Position of the first safepoint at or behind position `at`. */
uint32_t next_safepoint(Alloc *a, uint32_t at);
void hold(Alloc *a, uint32_t value, Where where);
void leave_register(Alloc *a, uint32_t value);
void clear_registers(Alloc *a);
/* A free register for the value, one that it likes if possible, not among `excluded`; NOWHERE if
 * all are taken. */
Where free_register(Alloc *a, uint32_t value, uint64_t excluded);
/* The same, but puts another value out when none is free. */
Where take_register(Alloc *a, uint32_t value, uint64_t excluded);
/* The value leaves its register; its slot, or nothing for a constant, has it from here on. */
void evict(Alloc *a, uint32_t value);
/* Where the value was when the moves at hand began. */
Where source_of(Alloc *a, uint32_t value);
void add_move(Alloc *a, uint32_t value, Where to);
/* Does the slot of the value hold it at the end of block b? */
bool slot_holds(Alloc *a, uint32_t value, uint32_t b);

/* slots.c: when and where values are stored, and the numbers of slots. */
void demand_slot(Alloc *a, uint32_t value, uint32_t block);
void settle_stores(Alloc *a);
void number_slots(Alloc *a);

/* join.c: the state at the start of a block. */
void enter_block(Alloc *a, uint32_t b);

/* instructions.c: places for the operands of an instruction. */
void place_instruction(Alloc *a, const Node *op);

/* build.c: the term. */
Node *build_function(Alloc *a);

#endif
