/* lower.h - what the files of pass lower share. */
#ifndef SLISPC_LOWER_H
#define SLISPC_LOWER_H

#include "names.h"
#include "layout.h"

/* A block that is being filled. */
typedef struct {
    Node *name, *params;
    bool cold;
    Pos at;
    VEC(Node *) steps;
    Node *exit;
} Block;

typedef enum { K_REF, K_RAW, K_F64 } MachineKind;

typedef struct {
    Arena *arena, *scratch;
    VEC(Block *) blocks;
    Block *current;
    uint32_t names, next_block;
    VEC(Node *) kinds;      /* rows (%x kind) */
    uint32_t limit;         /* names of the input are below it */
    uint32_t *uses;         /* how often each name of the input is used */
    Type *types;            /* and its representation */
    Node **tests;           /* a flag whose only use is the branch of its block: the test */
    Node **params;          /* of the input's blocks, by number */
    int64_t room;           /* bytes of the heap that were checked for and not used yet */
    Type returns;
} Pass;

/* ---- lower.c */

Node *word(Pass *p, int64_t value);
/* An operand of the input as a word of the given representation. */
Node *operand(Pass *p, const Node *a, Type representation);
/* A new block, cold if `cold` or the current one is; it is not filled yet. */
Block *new_block(Pass *p, Node *params, bool cold);
/* From here on steps go into `b`. */
void start_block(Pass *p, Block *b);
void leave(Pass *p, Node *exit);
void jump(Pass *p, const Block *to, Node *a); /* `a` NULL: without argument */
void branch(Pass *p, Condition c, Node *a, Node *b, const Block *then, const Block *otherwise);
/* A new name of the kind, not bound yet. */
Node *machine_name(Pass *p, const char *hint, MachineKind kind);
void note_kind(Pass *p, Node *name, MachineKind kind);
void step(Pass *p, Node *name, Node *r);
void effect(Pass *p, Node *step_form);
Node *op1(Pass *p, Word w, Node *a);
Node *op2(Pass *p, Word w, Node *a, Node *b);
/* The same, bound to a new raw name. */
Node *raw1(Pass *p, Word w, Node *a);
Node *raw2(Pass *p, Word w, Node *a, Node *b);
Node *load(Pass *p, Node *object, int offset); /* offset from the untagged address */
void store(Pass *p, Node *value, Node *object, int offset);
Node *runtime_call(Pass *p, const char *name, Node *const *args, uint32_t count);
Node *quoted(Pass *p, NodeKind kind);
Type representation_of(const Pass *p, const Node *a);
/* A collection may happen here, or control joins: memory that was checked for is gone. */
void forget_room(Pass *p);

/* ---- tests.c: flags as branches */

bool is_test(Prim prim);
/* Leaves the current block for `then` or `otherwise`. */
void test(Pass *p, const Node *e, const Block *then, const Block *otherwise);
/* Binds the flag to 1 or 0. */
void test_value(Pass *p, Node *name, const Node *e);

/* ---- objects.c: allocation */

/* Bytes that the operation allocates inline, 0 when it does not. */
int64_t inline_bytes(const Node *r);
/* Makes sure of room for `bytes` more. */
void reserve(Pass *p, int64_t bytes);
/* A new object in `name`: its header and fields are stored. */
void new_object(Pass *p, Node *name, Kind kind, Node *const *fields, uint32_t count);
void lower_closure(Pass *p, Node *name, const Node *e);
void lower_shape_map(Pass *p, Node *name, const Node *e);
/* A map literal whose keys are few different keywords? */
bool is_shape_map(const Node *e);

/* ---- prims.c */

void lower_primitive(Pass *p, Node *name, const Node *e);

#endif
