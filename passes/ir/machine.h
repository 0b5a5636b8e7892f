/* machine.h - access to functions and instructions of Lx86 and later: parts, operands, flow.
 *
 * For the passes lower to emit, and what looks at their forms. The verifier has its own access, so
 * that a mistake here cannot hide itself.
 */
#ifndef SLISPC_MACHINE_H
#define SLISPC_MACHINE_H

#include "ir.h"

/* What a name holds, as the (kinds ...) of its function says. */
typedef enum { HOLDS_NONE, HOLDS_REF, HOLDS_RAW, HOLDS_F64, HOLDS_DRV } Holds;
Holds holds_named(Text name); /* HOLDS_NONE for other text */
Text holds_text(Holds holds);
/* Of a row of (kinds ...). */
static inline Holds row_holds(const Node *row) {
    return holds_named(as_kind(row).kind->text);
}

/* ---- an instruction by roles: x86.def says what each operand of an opcode is for */

static inline bool is_instruction(const Node *n) {
    return is_form(n, H_op);
}
static inline Opcode opcode_of(const Node *op) {
    return (Opcode)as_op(op).opcode->head;
}
static inline unsigned flags_of(const Node *op) {
    return opcode_rows[opcode_of(op)].flags;
}
static inline bool has_flag(const Node *op, unsigned flag) {
    return (flags_of(op) & flag) != 0;
}
/* Clobbers every register, and the collector may run: it has roots, later a stack map. */
static inline bool is_safepoint(const Node *op) {
    return has_flag(op, SAFEPOINT);
}
/* Its first defined name must be where its first operand is. */
static inline bool is_tied(const Node *op) {
    return has_flag(op, TIED);
}
static inline bool is_copy(const Node *op) {
    return opcode_of(op) == X_mov || opcode_of(op) == X_fmov;
}
/* Leaves the function, with a result or for another one. */
static inline bool leaves_function(const Node *op) {
    Opcode opcode = opcode_of(op);
    return opcode == X_ret || opcode == X_tail || opcode == X_tailv;
}
static inline NodeList defines_of(const Node *op) {
    return as_op(op).defines;
}
static inline NodeList operands_of(const Node *op) {
    return as_op(op).operands;
}
/* The constant that `op` gives its name, if it is a const or fconst; else NULL. */
Node *constant_of(const Node *op);
/* The constant, as a form at `at` has it. */
Node *constant_at(Arena *arena, const Node *constant, Pos at);

/* One use of a name by an instruction; in the order of the text. */
typedef struct {
    Node *name;
    uint32_t operand; /* index of the operand that it is, or is in */
    char letter;      /* of x86.def; 'r' inside (mem ...) and (to ...) */
} Use;
typedef VEC(Use) Uses;
/* Fills `uses` anew with what `op` reads. */
void uses_of(Arena *scratch, const Node *op, Uses *uses);

/* The parts of `op` without notes, each name (defined ones first, then uses in order) replaced. */
typedef Node *Rename(void *context, Node *name);
OpForm op_renamed(Arena *arena, Arena *scratch, const Node *op, Rename *rename, void *context);

/* ---- blocks of Lx86 and later */

static inline Node *terminator_of(const Node *block) {
    NodeList instructions = as_instr_block(block).instructions;
    return instructions.items[instructions.count - 1];
}
/* The (to b x ...) of the jmp that ends the block; NULL when something else ends it. */
static inline Node *edge_of(const Node *block) {
    const Node *terminator = terminator_of(block);
    return opcode_of(terminator) == X_jmp ? operands_of(terminator).items[0] : NULL;
}
static inline Head block_head(bool is_cold) {
    return is_cold ? H_cold : H_block;
}

/* ---- the same by number of kid, where an instruction is reduced or executed as a list */

/* The part of `function` with that head, as (names n); NULL when it has none. */
Node *function_part(const Node *function, Head head);
/* Index of the first block among the kids of `function`. */
uint32_t function_first_block(const Node *function);
/* The next free number of a name. */
uint32_t function_names(const Node *function);
/* Index of the first instruction among the kids of `block`. */
uint32_t block_first_instruction(const Node *block);
enum { FIRST_OPERAND = 2 };
static inline const Node *defined(const Node *op) {
    return child(op, 1);
}
/* Index after the last operand among the kids of `op`: notes follow, as (roots ...). */
uint32_t operands_end(const Node *op);
/* The note of `op` with that head; NULL when it has none. */
Node *note_of(const Node *op, Head head);
/* The letter of x86.def that kid `i` of `op` answers to. */
char operand_letter(const Node *op, uint32_t i);
/* `n` with further kids at its end. */
Node *node_extended(Arena *arena, const Node *n, Node *const *kids, uint32_t count);

#endif
