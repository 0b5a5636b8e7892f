/* rows.h - languages.def as the generator sees it: productions, and the languages that have them.
 */
#ifndef SLISPC_GENERATE_ROWS_H
#define SLISPC_GENERATE_ROWS_H

#include <stdbool.h>
#include <stdio.h>

enum { MOST_ITEMS = 12, MOST_PRODUCTIONS = 400, MOST_NONTERMINALS = 48, MOST_LANGUAGES = 32 };

typedef enum { ITEM_ATOM, ITEM_NONTERMINAL, ITEM_TREE } ItemKind;

/* One item of a form: an atom, something of a nonterminal, or a list or vector of items. */
typedef struct Item Item;
struct Item {
    ItemKind kind;
    const char *part;     /* its name; "" for none */
    const char *terminal; /* ITEM_ATOM: name integer ... */
    int nonterminal;      /* ITEM_NONTERMINAL */
    bool is_vector;       /* ITEM_TREE */
    const char *head;     /* ITEM_TREE: "" for none */
    Item *items;          /* ITEM_TREE */
    int count;
    bool repeated, at_least_one, optional;
};

typedef struct {
    int nonterminal;
    const char *text;
    Item form;
    int first, last; /* languages from which to which it can occur; last < 0: in none */
} Production;

typedef struct {
    const char *name, *meta;
} Nonterminal;

typedef struct {
    const char *head, *part, *where; /* where: "TAIL", or where its names are known */
} PartNote;

typedef struct {
    const char *languages[MOST_LANGUAGES];
    int language_count;
    Nonterminal nonterminals[MOST_NONTERMINALS];
    int nonterminal_count;
    Production productions[MOST_PRODUCTIONS];
    int production_count;
    PartNote notes[64];
    int note_count;
    /* which nonterminals can be reached from the first one, by language */
    bool reached[MOST_LANGUAGES][MOST_NONTERMINALS];
    /* which productions a language has, reached or not */
    bool has[MOST_LANGUAGES][MOST_PRODUCTIONS];
} Rows;

/* Reads all of languages.def; ends the program when a row is wrong. */
Rows *read_rows(void);

/* What the note says of the part: "" when there is none. */
const char *note_of_part(const Rows *r, const char *head, const char *part, bool tail);

/* Says what is wrong, and ends the program. */
_Noreturn void wrong(const char *why, const char *what);
/* Zeroed memory that is never freed: the generator is gone in a moment. */
void *keep(size_t size);

#endif
