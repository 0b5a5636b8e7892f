/* form_parts.h - the tables behind the forms of languages.def: what parts a form has, in which
 * order, and what each of them is. For the generated accessors and for walk.c; a pass asks for
 * parts by name (syntax.h) and leaves the rest to a walk (walk.h).
 */
#ifndef SLISPC_FORM_PARTS_H
#define SLISPC_FORM_PARTS_H

#include "ir.h"

typedef enum {
    PART_CONSTANT,    /* an atom that stands for itself */
    PART_USES,        /* a name that is bound elsewhere */
    PART_BINDS,       /* a name that is bound here */
    PART_BINDS_LABEL, /* the label of a loop */
    PART_USES_LABEL,  /* of the loop that goes on */
    PART_TERM,        /* something of a nonterminal */
    PART_TREE,        /* a list or vector of parts */
} PartRole;

/* Where the names that a part binds are known. */
typedef enum { IN_LATER_PARTS, IN_LATER_BINDINGS, IN_ALL_BINDINGS, IN_BODY } Scope;

typedef struct PartRow PartRow;
struct PartRow {
    const char *name;
    PartRole role;
    Nonterminal nonterminal; /* PART_TERM */
    bool is_repeated;
    bool may_be_missing;
    bool is_tail; /* what it gives is what the form gives; of a repeated part the last one */
    Scope scope;
    Head head;            /* PART_TREE: H_NONE for a vector */
    const PartRow *items; /* PART_TREE */
    uint32_t count;
};

enum { MOST_PART_TABLES = 4 };

typedef struct {
    const char *name;
    /* one table, or one for each number of kids that tells the shapes apart */
    struct {
        const PartRow *parts;
        uint32_t count;
    } shapes[MOST_PART_TABLES];
} FormRow;
extern const FormRow form_rows[];
/* Index of form_rows by nonterminal and head, H_NONE for what has no head; 0: there is none. */
extern const uint8_t form_of_head[NT_COUNT][H_COUNT];

/* The kids of a form that are one part: those from `first` up to, not including, `end`. */
typedef struct {
    const PartRow *row;
    uint32_t first, end;
} PartSpan;
enum { MOST_PARTS = 16 };

/* The row of the form that `n` is where the nonterminal is asked for: by its head; what has none is
 * known by where it is. NULL: it is no form. */
const FormRow *form_row_of(Nonterminal nonterminal, const Node *n);
/* Finds the parts of `n`, which fits the form; the number of spans. A part that is missing has
 * none, a repeated one may have an empty one. */
uint32_t parts_in(const FormRow *form, const Node *n, PartSpan spans[MOST_PARTS]);
/* The same of a list or vector that is a part itself. */
uint32_t parts_in_tree(const PartRow *tree, const Node *n, PartSpan spans[MOST_PARTS]);

/* ---- for the generated code */

/* A node whose kids are still to be put. */
static inline Node *node_blank(Arena *a, NodeKind kind, Head head, Pos at, uint32_t count) {
    Node *n = arena_alloc(a, sizeof(Node) + count * sizeof(Node *));
    n->kind = (uint8_t)kind;
    n->head = (uint16_t)head;
    n->at = at;
    n->count = count;
    return n;
}
/* Puts the nodes from kid i on; the index after them. */
static inline uint32_t put_kids(Node *n, uint32_t i, NodeList list) {
    for (uint32_t k = 0; k < list.count; k++)
        n->kids[i++] = list.items[k];
    return i;
}
/* `old` when the new node says the same of the same parts; what is the same inside is shared. */
Node *unless_same(Node *old, Node *made);

#endif
