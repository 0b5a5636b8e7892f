/* machine_code.h - a function of the machine forms, decoded, and what runs it.
 *
 * All words that instructions read and write lie in one of four rows: the frame, the registers, the
 * argument area, the constants of the function. A Spot says which row, and where in it. By name the
 * frame has a word for each name, by its number, and registers and area serve calls alone; by place
 * it has the slots.
 */
#ifndef SLISPC_MACHINE_CODE_H
#define SLISPC_MACHINE_CODE_H

#include "machine.h"
#include "world.h"

typedef enum { IN_FRAME, IN_REGISTERS, IN_AREA, IN_CONSTANTS, ROWS } Row;
typedef uint32_t Spot; /* row in the high bits, index in the low ones */
enum { SPOT_BITS = 28, SPOT_MASK = (1 << SPOT_BITS) - 1, REGISTERS = XMM15 + 1 };

static inline Spot spot_of(Row row, uint64_t index) {
    return (Spot)row << SPOT_BITS | (Spot)index;
}
static inline Bits *word_at(Bits *const *rows, Spot s) {
    return &rows[s >> SPOT_BITS][s & SPOT_MASK];
}

typedef struct {
    Spot to, from;
} Transfer;
typedef struct { /* all at once */
    uint32_t count;
    Transfer items[];
} Transfers;

/* Who is called. */
typedef enum { CALLS_ROUTINE, CALLS_VALUE, CALLS_C, CALLS_APPLY, CALLS_TRY } Callee;

typedef struct {
    Callee callee;
    Routine *routine;
    uint64_t function;          /* address of the C function */
    uint64_t count;             /* of a value: arguments; of C: words in the area */
    Where result;               /* rax or xmm0 */
    const Transfers *arguments; /* by name: to their places */
    const Transfers *results;   /* by name: from its place */
    const uint32_t *roots;      /* by place: words of the frame */
    uint32_t root_count;
} Call;

/* A name that is wanted where it has no value, and why it has none. */
typedef struct {
    const Node *name;
    const char *why;
} Unread;

typedef struct {
    uint8_t opcode;    /* Opcode; X_NONE: what alloc and frame have added, see `node` */
    uint8_t condition; /* Condition */
    bool in_memory;    /* the second operand is a word in memory */
    Pos at;
    Spot to, to2, a, b;
    Spot base, index; /* of memory */
    int64_t scale, offset;
    uint32_t yes, no; /* instructions to go on at */
    const Node *node;
    const Unread *unread; /* by name: the instruction after would read it; NULL mostly */
    union {
        const Call *call;
        const Transfers *transfers; /* of a jump, of moves */
        void (*trap)(void);
    };
} Instruction;

typedef struct {
    Routine *routine;
    const Node *function;
    const Instruction *instructions;
    Bits *constants;
    const Transfers *parameters; /* by name: from their places */
    const Node *targets;         /* of an entry: the (dispatch ...); else NULL */
    Routine *const *workers;     /* of its targets */
    const uint8_t *references;   /* by name: which words of the frame are */
    uint32_t frame_words;        /* by place at Lframed: those that enter-frame makes */
    bool enters;                 /* by place at Lframed: the frame comes with enter-frame */
} Code;

/* A call that runs: Frame.state. */
typedef struct {
    const Code *code;
    const Instruction *now;
    bool framed;
} Activation;

typedef struct {
    Language language;
    bool by_place;
    Bits registers[REGISTERS];
    Bits *moved; /* room for the largest Transfers */
    uint32_t moved_room;
    uint32_t area_words; /* so many words of the area are named by code that has run */
} Machine;
extern Machine machine;

/* What a word is before anything was put there: no value, and no address. */
#define JUNK ((Bits)0x6a756e6b6a756e6b)

/* ---- machine_decode.c, machine_operands.c */

const Code *machine_decode(Routine *routine);
/* What no run of a function would show, but its code: wrong places end slispc. */
void machine_check_by_place(const Node *function);
static inline const Code *code_for(Routine *routine) {
    return routine->prepared ? routine->prepared : machine_decode(routine);
}
typedef struct {
    Code *code;
    VEC(Instruction) out;
    VEC(Bits) constants;
    VEC(uint32_t) blocks; /* by number: their first instruction plus 1 */
    struct Live *live;    /* what its notes say, NULL when it has none */
    int64_t position;     /* of the block or instruction at hand, as intervals count */
} Decoder;
/* A name or a constant. */
Spot spot_of_operand(Decoder *d, const Node *operand);
/* The register or word of the area that a name shows. */
Spot spot_of_place(const Node *name);
void decode_memory(Decoder *d, Instruction *in, const Node *memory);
Transfers *transfers_new(uint32_t count);
const Call *decode_call(Decoder *d, const Node *op);
Routine *routine_wanted(const Node *global);

/* ---- machine_live.c: what liveness and intervals say is obeyed; at Llive and Lintervals */

typedef struct Live Live;
Live *live_function(Decoder *d);
/* The start of a block, which is at that position, as intervals count. */
void live_block(Live *l, const Node *block, int64_t position);
/* What is wrong at the instruction becomes instructions before it; gives its position. */
int64_t live_instruction(Live *l, const Node *op);

/* ---- machine.c, machine_calls.c */

void machine_transfer(const Transfers *t, Bits *const *rows);
/* Runs a routine whose arguments are in their places, until it returns. */
void machine_execute(Routine *routine);
/* rbx is called with eax arguments: who runs, with which arguments in place. */
Routine *callee_of_value(void);
/* What runs in place of an entry. */
Routine *through_entry(const Code *entry);
/* Does what a call does, all in all. */
void machine_run_call(const Code *code, const Call *call, Bits *const *rows);
/* By place: says that no word of the frame is a reference, but those. */
void mark_roots(const Code *code, const uint32_t *roots, uint32_t count);

/* ---- machine_show.c */

void show_machine_names(const Frame *frame,
                        void (*show)(const Node *name, Holding holding, Bits word));
void show_machine_entry(const Code *code);
void show_machine_result(const Code *code);
Holding holding_of_kind(Text kind);
Holding machine_holding(const Code *code, const Node *name);

#endif
