/* specialize.h - what the files of the pass specialize share. */
#ifndef SLISPC_SPECIALIZE_H
#define SLISPC_SPECIALIZE_H

#include "../ir/facts.h"
#include "../ir/names.h"
#include "../ir/table.h"
#include "../ir/walk.h"

typedef struct {
    Type type;            /* what inference knows */
    Type representation;  /* T_INT, T_DOUBLE, T_FLAG, T_ANY */
    uint32_t uses, tests; /* how often it is used, and how often as the test of an if */
    Node *flag;           /* a tagged boolean: the flag that it was made from */
    NodeList loop;        /* of a label: the bindings of its loop */
} NameInfo;

typedef struct {
    Type *parameters, returns; /* representations */
    bool comes_back;
} Callee;

/* The let that is being built. */
typedef struct {
    Nodes bindings;
    Pos at;
} Line;

/* What an operation is, and the representation of what it gives: T_NONE when control does not come
 * back from it. */
typedef struct {
    Node *e;
    Type gives;
} Result;

typedef struct {
    Walk walk; /* visits operands that are to be tagged */
    Arena *arena, *scratch;
    int optimise;
    Table functions;     /* name -> Callee */
    VEC(NameInfo) names; /* of the current function, by number */
    uint32_t next;       /* number of the next name: there is a row for each */
    Facts *facts;        /* of the current function, here */
    Line *line;          /* the current one */
    bool stopped;        /* control does not come here */
} Specialize;

static inline Result result(Node *e, Type gives) {
    return (Result){e, gives};
}

/* ---- represent.c: lines, and names in another representation */

/* Bindings go to `line` until it is ended, then to the one before. */
void start_line(Specialize *p, Line *line, Pos at, Line **outer);
/* (let [binding ...] last), or only `last` when there is no binding. */
Node *end_line(Specialize *p, Line *outer, Node *last);
void add_binding(Specialize *p, Node *name, Type how, Node *value);
/* A new name of the current line for the operation. */
Node *temporary(Specialize *p, const char *hint, Type how, Node *operation);
Node *constant(Specialize *p, Pos at, NodeKind kind);
Node *primitive(Specialize *p, Pos at, Prim prim, Node *a);
Node *primitive_of_two(Specialize *p, Pos at, Prim prim, Node *a, Node *b);

/* How a name of that type is represented. */
Type representation(Type t);
/* The operand in the representation `want`. */
Node *represented(Specialize *p, Node *a, Type want);
/* What the operation gives as an operation or operand of the representation `want`; it is given a
 * name with that hint when it is to be converted. */
Node *as_wanted(Specialize *p, const char *hint, Result r, Type want);

/* ---- operands.c */

Type known_type(const Specialize *p, const Node *a);
/* The operands of the primitive are of the kinds that its row names, from here on. */
void check_operands(Specialize *p, Pos at, PrimForm f);

/* ---- calls.c */

/* An operation that is no primitive. */
Result specialized_call(Specialize *p, Node *e);
/* The primitive as it is: operands converted, the runtime or the library called. */
Result plain_primitive(Specialize *p, Node *e);

/* ---- arithmetic.c */

/* The primitive by what is known of its operands. */
Result specialized_primitive(Specialize *p, Node *e);

#endif
