/* machine.h - access to functions and instructions of Lx86 and later: parts, operands, flow.
 *
 * For the passes select, liveness, intervals, alloc, frame and emit. The verifier has its own
 * access, so that a mistake here cannot hide itself.
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

/* ---- parts of a function */

/* The part of `function` with that head, as (names n); NULL when it has none. */
Node *function_part(const Node *function, Head head);
/* Index of the first block among the kids of `function`. */
uint32_t function_first_block(const Node *function);
/* The next free number of a name. */
uint32_t function_names(const Node *function);
/* Index of the first instruction among the kids of `block`, behind its name, parameters and notes.
 */
uint32_t block_first_instruction(const Node *block);

/* ---- instructions */

static inline bool is_instruction(const Node *n) {
    return is_form(n, H_op);
}
static inline Opcode opcode_of(const Node *op) {
    return (Opcode)op->kids[0]->head;
}
static inline unsigned flags_of(const Node *op) {
    return opcode_rows[opcode_of(op)].flags;
}
static inline bool has_flag(const Node *op, unsigned flag) {
    return (flags_of(op) & flag) != 0;
}
static inline const Node *defined(const Node *op) {
    return op->kids[1];
}

enum { FIRST_OPERAND = 2 };
/* Index behind the last operand among the kids of `op`: notes follow, as (roots ...). */
uint32_t operands_end(const Node *op);
/* The note of `op` with that head; NULL when it has none. */
Node *note_of(const Node *op, Head head);
/* The letter of x86.def that kid `i` of `op` answers to. */
char operand_letter(const Node *op, uint32_t i);
/* The constant, as a form at `at` has it. */
Node *constant_at(Arena *arena, const Node *constant, Pos at);
/* The constant that `op` gives its name, if it is a const or fconst; else NULL. */
Node *constant_of(const Node *op);

/* One use of a name by an instruction; in the order of the text. */
typedef struct {
    Node *name;
    uint32_t operand; /* index of the kid that it stands in */
    char letter;      /* of x86.def; 'r' inside (mem ...) */
} Use;
typedef VEC(Use) Uses;
/* Fills `uses` anew with what `op` reads. */
void uses_of(Arena *scratch, const Node *op, Uses *uses);

/* A copy of `op` without notes, each name (defined ones first, then uses in order) replaced. */
typedef Node *Rename(void *context, Node *name);
Node *op_renamed(Arena *arena, const Node *op, Rename *rename, void *context);
/* `n` with further kids at its end. */
Node *node_extended(Arena *arena, const Node *n, Node *const *kids, uint32_t count);

#endif
