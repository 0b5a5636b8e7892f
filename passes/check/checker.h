/* checker.h - what the files of passes/check share. */
#ifndef SLISPC_CHECKER_H
#define SLISPC_CHECKER_H

#include "check.h"
#include "ir/form_parts.h"

/* ---- names of one definition */

typedef enum { IS_UNBOUND, IS_KNOWN, IS_OUT_OF_SCOPE, IS_LABEL } NameState;

typedef struct {
    NameState state;
    uint32_t depth;   /* trees: how many functions are around the place where it is known */
    uint32_t index;   /* IS_LABEL: of the open loops */
    uint32_t block;   /* blocks: index of the one that binds it, plus 1; 0: none does */
    uint32_t step;    /* blocks: what binds it there, 0 for a parameter */
    uint32_t uses;    /* blocks: the first use from another block, plus 1 */
    uint16_t kind;    /* Lmemory: of machine.h's Holds, 0: none; Lspecial and Lblocks: its Type */
    const Node *loop; /* Lspecial: of whose label it is the name */
} NameRow;

/* A loop around the term that is checked. */
typedef struct {
    uint32_t name;
    uint32_t bindings; /* how many values a recur gives */
} OpenLoop;

typedef struct {
    const Node *node;
    uint32_t edges; /* the first edge to it, plus 1 */
    uint32_t seen;  /* the last name that was looked for here, plus 1 */
} CheckedBlock;

/* A link of a list: a block, and the next link plus 1. */
typedef struct {
    uint32_t block, next;
} BlockLink;

/* ---- definitions of the program */

typedef struct {
    Text name;
    const Node *top;
} Definition;

typedef struct {
    const GivenForm *given;
    const Node *twin; /* the program with places in the text; read when there is something to say */
    Language language;
    Diagnostics *diagnostics;
    Arena *arena; /* reset after each definition */
    Arena *whole;
    const Node *program;
    const Definition *definitions; /* sorted by name */
    uint32_t definition_count;
    const Node *top;        /* the definition that is checked, without (from ...) */
    const Node *block_form; /* the block that is checked; NULL: none */
    bool failed;            /* something is wrong in it */
    NameRow *names;
    uint32_t name_count;
    VEC(uint32_t) known; /* names in scope, the innermost last */
    VEC(OpenLoop) loops;
    uint32_t first_loop; /* those before it are not in tail position any more */
    uint32_t depth;
    /* from Lblocks to Lmemory */
    CheckedBlock *blocks;
    uint32_t block_count;
    uint32_t *index, numbers; /* of blocks by number, plus 1 */
    uint32_t block, step;     /* where the walk is */
    bool binds;               /* the round that meets binders; uses come in the second one */
    VEC(BlockLink) uses, edges;
} Checker;

/* Reports what is wrong, once in a definition; gives false. */
bool ill_formed(Checker *c, const Node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- check_names.c: names of trees, and what binders carry */
bool check_binder(Checker *c, const Node *name, const Node *form);
bool check_use(Checker *c, const Node *name, const Node *form);
bool open_label(Checker *c, const Node *name, const Node *form, uint32_t bindings);
bool check_label(Checker *c, const Node *name, const Node *form);
/* Forgets the names that became known since there were so many. */
void close_scope(Checker *c, uint32_t known);
/* The captured variables, which must be known, are all that is known inside of the function. */
bool open_function(Checker *c, NodeList captured, const Node *form);
void close_function(Checker *c, NodeList captured);

/* ---- check_blocks.c: names and edges of blocks up to Lmemory */
bool read_blocks(Checker *c, NodeList blocks);
/* The walk goes into this block. */
void note_block(Checker *c, const Node *block);
bool check_target(Checker *c, const Node *target, const Node *form);
/* A name of a block is used where the walk is. */
bool note_block_use(Checker *c, const Node *name, const Node *form);
/* Is each use of a name reached only by ways that bind it? */
bool check_ways(Checker *c);

/* ---- check_kinds.c: kinds of Lmemory, when the names are known */
bool read_kinds(Checker *c, NodeList kinds);
bool check_step_kinds(Checker *c, const Node *step);
bool check_exit_kinds(Checker *c, const Node *exit);

/* ---- check_types.c: types of Lspecial and Lblocks, when all else is well-formed */
bool check_types(Checker *c, const Node *function);

/* ---- check_shapes.c: arities and numbers of operands */
bool check_shapes(Checker *c, const Node *n);

/* ---- check_rules.c: the rows of wellformed.def */
/* The part of the form `owner` that goes by this name has these kids. */
bool check_rules(Checker *c, const char *form, const char *part, const Node *owner,
                 const Node *const *kids, uint32_t count);

/* ---- check_globals.c: definitions of the program */
/* What the definition defines; 0: no name. */
Text defined_name(const Node *top);
/* False when one is there twice. */
bool read_definitions(Checker *c);
/* NULL: there is none of that name. */
const Node *definition_of(const Checker *c, const Node *global);
/* A global in the place of a value. */
bool check_global(Checker *c, const Node *global);

/* ---- check_machine.c: instructions, and what the passes from liveness on add to them */
bool check_instruction(Checker *c, const Node *op);
/* Blocks, places, slots. */
bool check_machine_function(Checker *c, const Node *function);

/* ---- check_live.c: live sets and intervals, when instructions and blocks are well-formed */
bool check_live(Checker *c, const Node *function);

/* The largest number for a name or block that is in proportion to the size of the definition. */
int64_t sane_number(const Node *top);

#endif
