/* alloc.h - what the files of the pass alloc share, and what always holds in it.
 *
 * A value is in a register, and may be in its slot too; a constant may be in neither, for it can be
 * made again:
 *
 *        define        use       call         use           end
 *   %a     |-- rbx -----|---------| evicted    |-- r8 --------|     register, chosen anew each time
 *          |-- s2 -----------------------------------------------   one slot, written once
 *          store at the definition             reload
 *
 * Invariants. What holds whatever the input says is asserted where it is made (1, 3, 5, 6); the
 * rest needs right live sets, and is for the verifier to see:
 *
 *   1. occupant[r] is the value whose `at` is r, and NO_VALUE when there is none: a register has
 *      one value, and a value is in one register at most.
 *   2. A value that is live and in no register, and no constant, has a slot that holds it: each
 *      eviction demands its store, and each store dominates all reads of the slot (settle_stores).
 *   3. No register keeps a value across a safepoint.
 *   4. All moves before an instruction happen at once: each reads what was there before the first.
 *      So a value that several of them move has the same source in all.
 *   5. Every use and definition of a recorded instruction has a place.
 *   6. Values that share a slot are never live at once: slots are numbered last, when it is known
 *      of all values where they are live.
 *   7. A block's claims name every live-in value that is no constant: in the register that all ways
 *      to it bring it to, else in its slot.
 *
 * The phases, and what each guarantees to the next:
 *
 *   read.c          the form as arrays: values with their intervals, blocks with their pressure
 *   the walk        along the linear order, block by block:
 *     join.c          1 and 7 where a block starts
 *     instructions.c  3, 4 and 5 for each instruction, by way of
 *     registers.c     1 and 2: taking, evicting, moving
 *   slots.c         2 (where stores are made), then 6
 *   build.c         the term: what was recorded, with stores, and the moves that make claims true
 */
#ifndef SLISPC_ALLOC_H
#define SLISPC_ALLOC_H

#include "flow.h"
#include "machine.h"

#include <assert.h>

#define NO_VALUE UINT32_MAX
#define NEVER UINT32_MAX

/* Places of a value besides registers and words of the argument area. */
enum {
    IN_SLOT = 0xffff,       /* its slot, whose number comes last of all */
    REMATERIALISE = 0xfffe, /* a constant: nowhere, but it can be made again */
};

typedef struct {
    uint32_t from, to;
} Range;

typedef struct {
    Node *name;
    bool vector;    /* of the class of vector registers */
    Node *constant; /* what it is, if it can be made again; else NULL */
    Range *ranges;
    uint32_t range_count;
    uint32_t *uses, use_count, next; /* next: the first use that the walk has not passed */
    Where hint;
    uint32_t hint_value;
    uint32_t block, number; /* that define it; the block's start for parameters */
    Where definition;       /* its place there */
    Where at;               /* its place now; NOWHERE: its slot, or it is rematerialised */
    uint32_t last_at;       /* the number of the instruction that uses it last, as far as we are */
    /* Hot code stores it once, in the block that dominates all that read the slot; a cold block
     * that needs the slot where that store has not been made stores it itself. */
    bool has_slot;
    uint32_t store_block; /* NO_BLOCK: no store by hot code */
    uint32_t cold_store;  /* the cold block that has stored it last, plus 1 */
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
    uint32_t start, end; /* numbers: of its start, and of the next block's */
    uint32_t peak[2];    /* most general and vector values that are live at once */
    uint32_t loop_end;   /* of a loop's header: the end of the loop's last hot block */
    Locations claims;    /* what it finds where: all live-in values but constants in no register */
    Locations registers; /* at its end, before what a jmp uses last is gone */
    VEC(uint32_t) cold_stores; /* values that it or the cold blocks before it have stored */
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
    Value *values;
    uint32_t names;
    Block *blocks;                /* in linear order, as flow has them */
    uint32_t first_cold;          /* blocks from here on are rarely run */
    uint32_t count;               /* of instruction numbers */
    VEC(uint32_t) safepoints;     /* numbers */
    uint32_t upcoming;            /* the first safepoint that the walk has not passed */
    VEC(uint32_t) fixed[RDX + 1]; /* numbers of instructions but calls that need rax, rcx, rdx */
    uint32_t next_fixed[RDX + 1];
    /* the walk */
    uint32_t block, number;
    uint32_t occupant[XMM15 + 1]; /* the value in each register, NO_VALUE for none */
    Moves group;                  /* moves before the current instruction */
    Moves moves;                  /* of all instructions */
    Record *records;              /* by instruction number */
    VEC(Where) places;
    Uses uses;
    /* the term */
    uint32_t slots;
} Alloc;

/* read.c: fills the arrays from the term. */
void read_function(Alloc *a);

/* registers.c: which value is in which register, and which one is evicted. */
static inline uint64_t bit(Where r) {
    return (uint64_t)1 << r;
}
uint64_t registers_for(bool vector);
/* Position of the first use at or after position `at`; NEVER when there is none. */
uint32_t next_use(Alloc *a, uint32_t value, uint32_t at);
/* Position of the first safepoint at or after position `at`; NEVER when there is none. */
uint32_t next_safepoint(Alloc *a, uint32_t at);
void hold(Alloc *a, uint32_t value, Where where);
void leave_register(Alloc *a, uint32_t value);
void clear_registers(Alloc *a);
/* A free register for the value, one that it likes if possible, not among `excluded`; NOWHERE if
 * all are taken. */
Where free_register(Alloc *a, uint32_t value, uint64_t excluded);
/* The same, but evicts another value when none is free. */
Where take_register(Alloc *a, uint32_t value, uint64_t excluded);
/* The value leaves its register; its slot, or nothing for a constant, has it from here on. */
void evict(Alloc *a, uint32_t value);
/* Where the value was when the moves before the current instruction began. */
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
