/* blocks.h - what the interpreter of Lblocks and Lmemory is made of.
 *
 * A routine becomes an array of instructions when it is first called. Names become slots: words of
 * the call on the stack of values, parameters first. An operand is the number of a slot, or the
 * complement of the number of a constant. Operands of calls are gathered above the top of the
 * stack of values, where the slots of the called routine will be.
 */
#ifndef SLISPC_INTERPRET_BLOCKS_H
#define SLISPC_INTERPRET_BLOCKS_H

#include "world.h"

typedef enum {
    DOES_COPY,     /* the operand */
    DOES_INLINE,   /* a primitive, or an operation on words, without a function of the runtime */
    DOES_WORD,     /* an operation of words.def */
    DOES_SET_IF,   /* a condition of conditions.def */
    DOES_RUNTIME,  /* a function of the runtime */
    DOES_STORE,    /* value, address, offset; its result is nil */
    DOES_STORE_AT, /* value, address, index, offset */
    DOES_NOTHING,
    DOES_CLOSURE,     /* captured values */
    DOES_DIRECT,      /* arguments */
    DOES_ENTER,       /* closure, arguments */
    DOES_CALL,        /* function value, arguments */
    DOES_APPLY,       /* function value, vector */
    DOES_TRY,         /* body, handler: code words; arguments */
    DOES_JUMP,        /* values of the block's parameters */
    DOES_BRANCH,      /* the condition's operands */
    DOES_BRANCH_HEAP, /* bytes */
    DOES_RETURN,
    DOES_TAIL_DIRECT,
    DOES_TAIL_ENTER,
    DOES_TAIL_CALL,
    DOES_STOP,
} Does;

typedef struct {
    uint64_t address;
    const char *args; /* as in prims.def */
    bool gives_double;
} RuntimeFunction;

typedef struct Instruction Instruction;
struct Instruction {
    uint8_t does;   /* Does */
    uint16_t row;   /* Word or Condition */
    uint32_t count; /* of operands */
    int32_t result; /* slot, or NO_SLOT */
    Pos at;
    const int32_t *operands;  /* three or more may be read; those that are not there are 0 */
    const Instruction *to[2]; /* of jumps and branches */
    const int32_t *params;    /* of a jump: slots of the block's parameters */
    union {
        InlineFunction *inlined;
        const RuntimeFunction *runtime;
        Routine *routine;
    };
};
enum { NO_SLOT = -1 };

typedef struct {
    uint32_t first, end; /* instructions */
    const int32_t *params;
    uint32_t count; /* of parameters */
} BlockPlace;

/* A row of an entry. */
typedef struct {
    bool is_rest;
    uint32_t count;
    Routine *routine;
} EntryRow;

/* What a routine was made into. */
typedef struct Code {
    const Instruction *instructions; /* NULL: an entry */
    const EntryRow *rows;
    uint32_t row_count;
    uint32_t params, slots;
    uint32_t room;   /* slots, and room for the operands of calls above them */
    int32_t self;    /* slot of the closure, or NO_SLOT */
    uint8_t *is_ref; /* of each slot */
    Holding *holdings;
    const Node **names;
    const Bits *constants;
    Holding returns;
    const BlockPlace *blocks; /* in the form's order */
    uint32_t block_count;
} Code;

/* A call at work. */
typedef struct {
    Frame frame;
    const Code *code;
    Bits *slots;
    const Instruction *at; /* while names are shown */
} Activation;

static inline Bits operand_value(const Activation *x, int32_t operand) {
    return operand >= 0 ? x->slots[operand] : x->code->constants[~operand];
}

/* blocks_prepare.c */
Code *blocks_prepare(Routine *r);
static inline const Code *blocks_code(Routine *r) {
    return r->prepared ? r->prepared : blocks_prepare(r);
}

/* blocks_scope.c: Frame.names. */
void blocks_names(const Frame *frame, void (*show)(const Node *name, Holding holding, Bits word));

/* blocks_words.c */
Bits blocks_word(Word w, Bits a, Bits b, Bits c);

/* blocks_calls.c: a call that is about to happen. Its arguments are above the top of the stack of
 * values. */
typedef struct {
    Routine *routine;
    uint32_t count;
    Bits self; /* the function value; lost when something allocates */
} BlocksCall;
/* What a call of the function value `self` runs, and with which arguments. */
void blocks_resolve(BlocksCall *call);
/* The elements of `vector` as the arguments of a call of `callee`. */
void blocks_spread(BlocksCall *call, Value callee, Value vector);
Bits blocks_try(Routine *body, Routine *handler, uint32_t count);

/* blocks.c */
Bits blocks_run(BlocksCall call);

#endif
