/* lower.h - what the files of pass lower share. */
#ifndef SLISPC_LOWER_H
#define SLISPC_LOWER_H

#include "layout.h"
#include "machine.h"
#include "names.h"
#include "walk.h"

/* A block that is being filled. */
typedef struct {
    Node *label;
    NodeList parameters;
    bool cold;
    Pos at;
    Nodes steps;
    Node *exit;
} Block;

typedef struct {
    Arena *arena, *scratch;
    VEC(Block *) blocks;
    Block *current;
    uint32_t names, next_block;
    Nodes kinds;          /* rows (%x kind) */
    uint32_t limit;       /* names of the input are below it */
    uint32_t *uses;       /* how often each name of the input is used */
    Type *types;          /* and its representation */
    Node **tests;         /* a flag whose only use is the branch of its block: the test */
    NodeList *parameters; /* of the input's blocks, by number */
    int64_t room;         /* bytes of the heap that were checked for and not used yet */
    Type returns;
} Lower;

static inline Prim prim_of(const Node *e) {
    return (Prim)as_prim(e).operation->head;
}

/* ---- build.c: what the output is made of */

Node *word(Lower *p, int64_t value);
Node *quoted(Lower *p, NodeKind kind);
Node *empty_list(Lower *p);
Node *code_address(Lower *p, Node *function);
/* An operand of the input as a word of the given representation. */
Node *operand(Lower *p, Node *a, Type representation);
/* New blocks, not filled yet; all are cold while the current one is. */
Block *new_block(Lower *p);
Block *cold_block(Lower *p);
Block *join_block(Lower *p, Node *parameter);
/* From here on steps go into `b`. */
void start_block(Lower *p, Block *b);
void leave(Lower *p, Node *exit);
void jump(Lower *p, const Block *to, Node *a); /* `a` NULL: without argument */
void branch(Lower *p, Condition c, Node *a, Node *b, const Block *then, const Block *otherwise);
/* A new name of the kind, not bound yet. */
Node *machine_name(Lower *p, const char *hint, Holds kind);
/* Its row in (kinds ...); the symbol that says it. */
void note_kind(Lower *p, Node *name, Holds kind);
Node *kind_symbol(Lower *p, Pos at, Holds kind);
void step(Lower *p, Node *name, Node *r);
void effect(Lower *p, Node *step_form);
Node *op1(Lower *p, Word w, Node *a);
Node *op2(Lower *p, Word w, Node *a, Node *b);
Node *op3(Lower *p, Word w, Node *a, Node *b, Node *c);
/* An operation of two operands, bound to a new raw name. */
Node *raw2(Lower *p, Word w, Node *a, Node *b);
Node *load(Lower *p, Node *object, int offset); /* offset from the untagged address */
void store(Lower *p, Node *value, Node *object, int offset);
/* Into an object that may be old. */
void store_with_barrier(Lower *p, Node *value, Node *object, int offset);
Node *runtime_call(Lower *p, const char *name, Node *const *args, uint32_t count);
/* A collection may happen here, or control joins: memory that was checked for is gone. */
void forget_room(Lower *p);

/* ---- tests.c: flags as branches */

bool is_test(Prim prim);
/* Leaves the current block for `then` or `otherwise`. */
void test(Lower *p, Node *e, const Block *then, const Block *otherwise);
/* Binds the flag to 1 or 0. */
void test_value(Lower *p, Node *name, Node *e);

/* ---- objects.c: allocation */

/* Bytes that the operation allocates inline, 0 when it does not. */
int64_t inline_bytes(const Node *r);
/* Makes sure of room for `bytes` more. */
void reserve(Lower *p, int64_t bytes);
/* A new object in `name`: its header and fields are stored. */
void new_object(Lower *p, Node *name, Kind kind, Node *const *fields, uint32_t count);
void lower_closure(Lower *p, Node *name, ClosureForm f);
void lower_shape_map(Lower *p, Node *name, PrimForm f);
/* A map literal whose keys are few different keywords? */
bool is_shape_map(const Node *e);

/* ---- prims.c */

void lower_primitive(Lower *p, Node *name, Node *e);

#endif
