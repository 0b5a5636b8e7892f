/* special.h - what the two files of pass specialize share. */
#ifndef SLISPC_SPECIAL_H
#define SLISPC_SPECIAL_H

#include "facts.h"
#include "names.h"
#include "table.h"

typedef struct {
    Type type;            /* what inference knows */
    Type representation;  /* T_INT, T_DOUBLE, T_FLAG, T_ANY */
    uint32_t uses, tests; /* how often it is used, and how often as the test of an if */
    Node *flag;           /* a tagged boolean: the flag that it was made from */
    Node *loop;           /* a loop label: its [name start] bindings */
} NameInfo;

typedef struct {
    Type *params, returns; /* representations */
    bool comes_back;
} Callee;

typedef struct {
    Arena *arena, *scratch;
    int optimise;
    Table functions;   /* name -> Callee */
    NameInfo *names;   /* of the current function, by number */
    uint32_t names_capacity, next;
    Facts *facts;      /* of the current function, here */
    bool stopped;      /* control does not come here */
} Pass;

/* The let that is being built. */
typedef struct {
    VEC(Node *) bindings;
    Pos at;
} Line;

Type representation(Type t);
Type known_type(const Pass *p, const Node *a);
Node *add_binding(Pass *p, Line *line, Node *name, Type how, Node *r);
Node *temporary(Pass *p, Line *line, const char *hint, Type how, Node *r);
Node *prim1(Pass *p, Pos at, Prim prim, Node *a);
Node *prim2(Pass *p, Pos at, Prim prim, Node *a, Node *b);
Node *constant(Pass *p, Pos at, NodeKind kind);
Node *let_form(Pass *p, const Line *line, Node *last);
/* The operand in the wanted representation. */
Node *represented(Pass *p, Line *line, Node *a, Type want);
/* The primitive as it is: operands converted, the runtime or the library called. */
Node *plain_primitive(Pass *p, Line *line, Node *e, Type *gives);

/* operands.c: the operands of the primitive are of the kinds that its row names, from here on. */
void check_operands(Pass *p, Line *line, const Node *e);

/* arithmetic.c: the primitive by what is known of its operands. */
Node *specialized_primitive(Pass *p, Line *line, Node *e, Type *gives);

#endif
