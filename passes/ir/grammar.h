/* grammar.h - a declared language as it is built from its rows, for checking. */
#ifndef SLISPC_GRAMMAR_H
#define SLISPC_GRAMMAR_H

#include "ir.h"

enum { MOST_PRODUCTIONS = 128, MOST_METAS = 48, MOST_NTS = 32 };

typedef enum { P_TERMINAL, P_NONTERMINAL, P_TREE } PatternKind;
typedef struct Pattern Pattern;
struct Pattern {
    PatternKind kind;
    bool repeated;              /* followed by ... or ...+ */
    bool at_least;              /* ...+: not none */
    bool optional;              /* followed by ? */
    uint8_t node_kind;          /* P_TREE: N_LIST or N_VECTOR */
    uint16_t head;              /* P_TREE */
    int which;                  /* P_TERMINAL: row of terminals[]; P_NONTERMINAL: number */
    uint32_t kinds;             /* P_TERMINAL: terminals[which].kinds */
    uint32_t count, repeats_at; /* P_TREE; repeats_at: which item is repeated, count for none */
    Pattern *items;
};

typedef struct {
    int nt;
    const char *form, *doc;
    Pattern pattern;
    bool is_used; /* by a term that was checked: for the table of coverage */
    int next;     /* 1 + the next production of this nonterminal with the same head; 0: none */
} Production;

typedef struct {
    const char *text;
    size_t length;
    bool terminal;
    int which;
} Meta;

typedef struct {
    const char *name, *doc;
    Language parent;
    const char *nts[MOST_NTS];
    bool nt_is_reached[MOST_NTS]; /* from the first one: what is inherited and not reached is no
                                     part */
    int nt_count, meta_count, production_count;
    Meta metas[MOST_METAS];
    Production productions[MOST_PRODUCTIONS];
    /* for each nonterminal and head: 1 + the first production with that head; under H_NONE those
     * that are no form with a head */
    uint8_t (*by_head)[H_COUNT];
} Grammar;

/* The language's grammar, compiled at its first use. */
Grammar *grammar(Language l);
/* Number of the nonterminal, -1 when there is none. */
int nonterminal(const Grammar *g, const char *name);

/* For the table of coverage: each term is looked at again in each language, production by
 * production. */
extern bool notes_productions;

#endif
