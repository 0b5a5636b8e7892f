/* check.h - what the files that compare code with the verified form share.
 *
 * The form is gone through item by item, and the code is decoded along with it. Each item asks for
 * the instructions that it stands for; what comes instead is the first thing that is reported, and
 * the last one that is looked at.
 */
#ifndef SLISPC_CHECK_H
#define SLISPC_CHECK_H

#include "check_code.h"
#include "decode.h"

#include "../../runtime/layout.h"

/* A place in the code that jumps go to: a block, a stub, where a call goes on. The blocks come
 * first, by their numbers. */
typedef struct {
    uint32_t offset;
    bool reached;
} Goal;

typedef struct {
    uint32_t from, to; /* offsets */
    uint32_t goal, label;
    const Node *block, *item;
} CheckedJump;

/* Code after the last block: a failing check, or a call of what is perhaps no closure. */
typedef struct {
    const Node *item; /* the first instruction that goes there */
    const Node *trap; /* NULL: the call */
    uint32_t goal, back;
} CheckedStub;

typedef struct Check Check;

/* Where the code is read from: rows of Lbytes, or an image. Each reports what it cannot read. */
typedef struct {
    /* Reads the instruction at c->offset into c->next. */
    bool (*read)(Check *c);
    /* Does the field of the instruction in c->next refer to what the operand names? */
    bool (*refers)(Check *c, const Node *operand);
    /* The call before c->offset has the stack map `map`, NULL for one without slots. */
    bool (*has_map)(Check *c, const Node *map);
    /* All that the code has is read. */
    bool (*at_end)(Check *c);
} CodeReader;

struct Check {
    const Context *context;
    Arena *scratch;
    Buffer *report;
    const CodeReader *reader;
    const Node *function;
    /* rows of Lbytes */
    const Node *code;
    uint32_t row;
    int64_t depth_said; /* by the row before */
    uint32_t label;     /* that a jump's row names; else NO_LABEL */
    uint32_t *labels;   /* by number: the offset, plus 1 */
    uint32_t label_count;
    /* the current instruction */
    uint32_t offset; /* where it starts; after it, when it is taken */
    bool is_read;
    Decoded next;
    const uint8_t *bytes;
    const Node *reference; /* what the row says that it refers to; NULL: nothing */
    /* the form */
    const Node *block, *item;
    uint32_t block_behind; /* number of the block that follows */
    uint32_t frame, depth; /* the return address is at rsp + depth */
    bool framed, calls;
    VEC(Goal) goals;
    VEC(CheckedJump) jumps;
    VEC(CheckedStub) stubs;
    bool failed;
};

#define NO_BLOCK_BEHIND UINT32_MAX
#define NO_LABEL UINT32_MAX

/* ---- check_code.c */

bool check_function(Check *c);

/* The instruction at hand; NULL, and reported, when there is none. */
const Decoded *at_hand(Check *c);
bool take(Check *c);
/* The instruction at hand must be this one; takes it. */
bool wants(Check *c, DecodedName name, uint32_t count, const Seen *operands);
bool wants1(Check *c, DecodedName name, Seen a);
bool wants2(Check *c, DecodedName name, Seen a, Seen b);
/* The same, with a condition in front. */
bool wants_condition(Check *c, DecodedName name, uint8_t condition, Seen a);
bool is_instruction_at_hand(Check *c, DecodedName name, uint32_t count, const Seen *operands);
/* call, jmp or lea of what the operand names. */
bool wants_reference(Check *c, DecodedName name, const Node *operand);
bool wants_address(Check *c, Seen to, const Node *operand);
/* A jcc or jmp to the goal. */
bool wants_jump(Check *c, DecodedName name, uint8_t condition, uint32_t goal);
/* What is reported next is about this jump. */
void show_jump(Check *c, const CheckedJump *j);
uint32_t new_goal(Check *c);
void reach(Check *c, uint32_t goal);

/* ---- check_operands.c: operands, moves, constants */

static inline Seen seen_register(Where w, uint8_t bits) {
    return (Seen){SEEN_REGISTER, bits, (uint8_t)(w - RAX), SEEN_NO_REGISTER, 0, 0};
}
static inline Seen seen_vector(Where w) {
    return (Seen){SEEN_VECTOR, 64, (uint8_t)(w - XMM0), SEEN_NO_REGISTER, 0, 0};
}
static inline Seen seen_memory(Where base, int64_t displacement, uint8_t bits) {
    return (Seen){SEEN_MEMORY, bits, (uint8_t)(base - RAX), SEEN_NO_REGISTER, 0, displacement};
}
static inline Seen seen_number(int64_t value) {
    return (Seen){SEEN_NUMBER, 0, 0, SEEN_NO_REGISTER, 0, value};
}
/* The place of a name, a (word n) or a (mem ...). */
Seen seen_operand(Check *c, const Node *n);
bool same_seen(const Seen *a, const Seen *b);
bool check_move(Check *c, Seen to, Seen from);
bool check_exchange(Check *c, Seen a, Seen b);
bool check_word(Check *c, Seen to, int64_t value);
bool check_constant(Check *c, Seen to, const Node *constant);
/* An instruction of which x86.def says all. */
bool check_meaning(Check *c, const Node *op);

/* ---- check_jumps.c */
bool check_jump(Check *c, uint32_t block);
bool check_compare_jump(Check *c, const Node *op);
bool check_compare_jump_f64(Check *c, const Node *op);
bool check_compare_set(Check *c, const Node *op);
bool check_compare_set_f64(Check *c, const Node *op);
bool check_heap_jump(Check *c, const Node *op);

/* ---- check_calls.c */
bool check_call(Check *c, const Node *op);
bool check_call_area(Check *c, const Node *op);
bool check_call_value(Check *c, const Node *op);
bool check_tail_value(Check *c, const Node *op);
bool check_dispatch(Check *c, const Node *targets);
/* Where the failing check of the current instruction goes. */
uint32_t trap_goal(Check *c, const Node *trap);
bool check_stub(Check *c, const CheckedStub *s);

/* ---- check_rows.c: the code as rows of Lbytes */
extern const CodeReader rows_reader;
void start_rows(Check *c, const Node *code);
/* Reads labels and depths up to the next row of another kind. */
bool read_marks(Check *c);
bool check_jumps_to_labels(Check *c);
/* Are depth and position of the current row those of the instruction? */
bool check_marks(Check *c);
/* Are the labels where the blocks are, and do jumps name those that they go to? */
bool check_labels(Check *c);

/* ---- check_report.c: the first mistake; false, so that nothing is looked at after it */

bool differs(Check *c, DecodedName name, uint8_t condition, uint32_t count, const Seen *operands);
bool code_is_wrong(Check *c, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
