/* change.h - faults that are made in what a pass gives: one change of its output form.
 *
 * A row CHANGE of faults.def names a function that goes over the form and asks at each place that
 * could be wrong whether it is to be wrong there. It runs twice: first over the form itself, to
 * count the places, then over a copy, to change the one that the seed picks. So a change may look
 * at whatever it likes, but writes, and chooses, only after strikes() has said yes, once.
 */
#ifndef SLISPC_CHANGE_H
#define SLISPC_CHANGE_H

#include "faults.h"
#include "machine.h"
#include "walk.h"

typedef struct {
    Arena *arena;
    FaultPlan plan;
    uint64_t rest;      /* what further choices are made of, when the place is chosen */
    Node *form;         /* all of it: a program, or one of its tops */
    Node *top;          /* the current top, without the (from ...) around it */
    Node **place;       /* of the current top in the form, with the (from ...) */
    const Holds *holds; /* of a function with kinds: by number of the name */
} Change;

/* Is this fault made by a change of the form that its pass gave, or else inside of the pass? */
bool is_change(FaultKind kind);
/* `form`, a program (the user's tops of it, or with `library` all) or a top of one, with one
 * change; the form itself where there is no place for it. */
Node *changed_form(Arena *arena, FaultKind kind, Node *form, uint64_t seed, bool library);

/* ---- for the changes */

static inline bool strikes(Change *c) {
    return fault_strikes(&c->plan, c->plan.kind);
}
/* `top` in the place of the current one. */
void put_top(Change *c, Node *top);
/* From 0 up to, not including, `count`. */
uint32_t choose(Change *c, uint32_t count);

#define FAULT(...)
#define CHANGE(pass, id, name, rule, doc) void change_##id(Change *c);
#include "faults.def"
#undef FAULT
#undef CHANGE

/* ---- parts.c: what several changes want */

static inline Holds holds_of(const Change *c, const Node *name) {
    return c->holds[name->name.number];
}
/* The name there; a slot with its offset, if the form has offsets. */
Node *at_place(Change *c, const Node *name, Where where);
/* As many as a frame has. */
uint32_t slot_count(const Change *c);
/* Mostly a place that the name could have, now and then one that it cannot. */
Node *elsewhere(Change *c, const Node *name);

/* Moves, exchanges and constants: what alloc and frame put between the instructions. */
bool is_added(const Node *item);
static inline bool is_safepoint_op(const Node *item) {
    return is_instruction(item) && has_flag(item, SAFEPOINT);
}
static inline bool is_reg_to_reg(const Node *item) {
    return is_form(item, H_move) && is_register(where_of(as_move(item).to)) &&
           is_register(where_of(as_move(item).from));
}
static inline bool is_store(const Node *item) {
    return is_form(item, H_move) && is_slot(where_of(as_move(item).to));
}
static inline bool is_reload(const Node *item) {
    return is_form(item, H_move) && is_register(where_of(as_move(item).to)) &&
           is_slot(where_of(as_move(item).from));
}

Node *block_numbered(const Change *c, uint32_t number);
/* How often the name is in the form. */
uint32_t mentions_of(const Node *n, const Node *name);

/* The list without item `i`, with another one there, with items `i` and `i` + 1 exchanged. */
NodeList without_item(Change *c, NodeList list, uint32_t i);
NodeList with_item(Change *c, NodeList list, uint32_t i, Node *item);
NodeList exchanged(Change *c, NodeList list, uint32_t i);

/* ---- functions with places by their parts; what is put, inserted or removed is in the copy that
 * is being changed */

static inline NodeList blocks_of(const Change *c) {
    return is_form(c->top, H_function) ? as_function(c->top).blocks : no_nodes(0);
}
/* Instructions, and what is between them. */
static inline NodeList items_of(const Node *block) {
    return as_instr_block(block).instructions;
}
/* Index of the block that the label names. */
uint32_t block_index(const Change *c, const Node *label);
static inline void put_item(NodeList list, uint32_t i, Node *item) {
    ((Node **)(uintptr_t)list.items)[i] = item;
}
void insert_item(Change *c, uint32_t block, uint32_t i, Node *item);
void remove_item(Change *c, uint32_t block, uint32_t i);
/* The moves and constants that are item `i`: all of a group, a single one, or none. */
NodeList moves_at(NodeList items, uint32_t i);
void remove_move(Change *c, uint32_t block, uint32_t i, uint32_t k);
/* The name that a move or constant puts somewhere, there. */
static inline Node *destination_of(const Node *move) {
    return is_form(move, H_move) ? as_move(move).to : as_constant(move).to;
}

/* Changes of lists in place; a list that grows is another one, so its owner is told. */
void remove_kid(Node *n, uint32_t i);
void insert_kid(Change *c, Node **n, uint32_t at, Node *kid);
void exchange_kids(Node *n, uint32_t i, uint32_t k);

/* Registers that names in the form are in, as a set. */
uint64_t registers_in(const Node *n);
/* Registers of that class that nothing needs from item `i` of the block on. */
uint64_t spare_registers(Change *c, const Node *block, uint32_t i, bool vector);
Where choose_register(Change *c, uint64_t set);

typedef VEC(Node **) Spots; /* where names are, so that others can be put there */
/* Those in the form, but for stack maps. */
void add_spots(Change *c, Node *n, Spots *spots);

/* Goes through the items of all blocks. */
#define EACH_BLOCK(c, b) for (uint32_t b = function_first_block((c)->top); b < (c)->top->count; b++)
#define EACH_ITEM(block, i)                                                                        \
    for (uint32_t i = block_first_instruction(block); i < (block)->count; i++)

#endif
