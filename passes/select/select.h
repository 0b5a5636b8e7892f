/* select.h - what the files of the pass select share. */
#ifndef SLISPC_SELECT_H
#define SLISPC_SELECT_H

#include "flow.h"
#include "machine.h"
#include "walk.h"

/* What is known of a name of the input. */
typedef struct {
    Node *name; /* without place; NULL when it is not bound */
    Holds kind;
    Node *same;       /* the constant or name that it is a copy of, else NULL */
    Node *definition; /* the right-hand side that it is bound to; NULL for parameters */
    uint32_t block;   /* index of the block that binds it */
    uint32_t calls;   /* how many calls are before its definition, in the order of the text */
    uint32_t uses;    /* by instructions that will be made; 0: its definition can go */
    bool folded;      /* its definition has become part of its user, which counts as the user of the
                         operands */
    const Node *flows_to; /* the parameter that a jump gives it to */
} Local;

/* A constant that a loop needs, to be made in the block before the loop. */
typedef struct {
    uint32_t block;
    Node *name, *constant;
} Hoisted;

/* A block of the output; its code is made backwards. */
typedef struct {
    bool is_reached;
    NodeList parameters;
    Nodes reversed; /* instructions, the terminator first */
} Selected;

typedef struct {
    Arena *arena, *scratch;
    Node *function;
    FunctionForm form;
    Flow *flow;
    Local *locals;
    uint32_t local_count, names; /* names: the next free number */
    Nodes new_kinds;             /* (x s) for names made here */
    VEC(Hoisted) hoisted;
    Nodes code;     /* instructions of the form that is being selected, in order */
    uint32_t calls; /* how many were seen while names were learnt */
    uint32_t block; /* where we are */
    Pos at;
} Select;

/* ---- operands.c */

/* What a name that is a copy is the copy of: another name or a constant. */
Node *resolved(Select *s, Node *operand);
/* The value of a name, NULL for constants and names made here. */
Local *local_of(Select *s, const Node *operand);
/* Does the operand hold a double? A raw word? */
bool is_double(Select *s, const Node *operand);
bool is_raw(Select *s, const Node *operand);
/* Is there a call between the definitions of `a` and `b`, in one block? */
bool call_between(Select *s, const Node *a, const Node *b);
/* Is it a name that only the form that is being selected uses? */
bool used_once(Select *s, const Node *operand);
/* Counts one use of the operand more or less, if it is a name. */
void count_use(Select *s, Node *operand, int by);
/* The definition of a name becomes part of the form being selected, its only user. */
void fold_definition(Select *s, const Node *name);
/* A fresh name of that kind. */
Node *fresh_name(Select *s, const char *hint, Holds kind);
/* Is it a constant word that an instruction can hold? Gives it as a word. */
bool immediate(const Node *operand, int64_t *word);
/* The operand as a name; constants are put into a fresh one. */
Node *in_name(Select *s, Node *operand);
/* (word n) when it is one that fits, else a name. */
Node *word_or_name(Select *s, Node *operand);
/* (mem base displacement) and (mem base index scale displacement) */
Node *mem_form(Select *s, Node *base, int64_t displacement);
Node *indexed_form(Select *s, Node *base, Node *index, int64_t scale, int64_t displacement);
/* The memory word at pointer + displacement, with the addition that made the pointer folded in. */
Node *memory_at(Select *s, Node *pointer, int64_t displacement);
/* The memory word at pointer + 8 * index + displacement. */
Node *memory_indexed(Select *s, Node *pointer, Node *index, int64_t displacement);
Node *word_node(Select *s, int64_t word);
/* (to b) */
Node *to_block(Select *s, Node *block);

/* Appends an instruction that defines `def` (NULL for nothing); operands end with NULL. */
void add_op(Select *s, Opcode opcode, Node *def, ...) __attribute__((sentinel));
void add_op_of(Select *s, Opcode opcode, NodeList defines, NodeList operands);

/* The doubles that loops entered from this block need. */
void add_hoisted(Select *s);

/* ---- edges.c */

/* Gives the edges out of the block that need it blocks of their own, which are added to `edges`. */
void split_edges(Select *s, bool is_cold, Selected *block, Nodes *edges);
/* The function with a new first block that only jumps to the old one. */
Node *with_entry(Select *s);

/* ---- forms */

/* words.c: (let x (word-op ...)). */
void select_word(Select *s, Node *x, WordOpForm f);
/* conditions.c: (let x (set-if c a b)) and (branch c a b yes no). */
void select_set(Select *s, Node *x, SetIfForm f);
void select_branch(Select *s, BranchForm f);
/* calls.c: calls, exits that leave the function, parameters. */
void select_runtime(Select *s, Node *x, RuntimeForm f);
void select_call(Select *s, Node *x, CallForm f);
void select_direct(Select *s, Node *x, DirectForm f);
void select_enter(Select *s, Node *x, EnterForm f);
void select_tail_call(Select *s, TailCallForm f);
void select_tail_direct(Select *s, TailDirectForm f);
void select_tail_enter(Select *s, TailEnterForm f);
void select_return(Select *s, Node *operand);
/* The parameters of the entry, and its closure, with the places that the caller puts them in. */
NodeList placed_parameters(Select *s, NodeList parameters, NodeList self);

#endif
