/* forms.h - forms: what one C struct, one accessor and one constructor stand for.
 *
 * A form is all productions of a nonterminal that have the same parts, whichever head they have
 * (Block: block, cold); or, in nonterminals of many shapes, all productions with one head. Shapes
 * that differ between languages are merged: parts that only some of them have may be missing.
 */
#ifndef SLISPC_GENERATE_FORMS_H
#define SLISPC_GENERATE_FORMS_H

#include "rows.h"

enum { MOST_SHAPES = 12, MOST_HEADS = 8, MOST_FORMS = 128, MOST_PARTS = 16 };

/* An item of the merged shapes. */
typedef struct {
    const Item *item;
    unsigned shapes; /* those that have it, a bit each */
} MergedItem;

typedef struct {
    char name[48];   /* as C spells it: word_op */
    int nonterminal; /* the first one that has it */
    const char *heads[MOST_HEADS];
    int head_count;
    const Item *shapes[MOST_SHAPES];
    int shape_count;
    MergedItem items[MOST_PARTS];
    int item_count;
    bool by_count; /* the number of kids tells which shape a node has */
} Form;

typedef struct {
    Form forms[MOST_FORMS];
    int form_count;
    int of_production[MOST_PRODUCTIONS]; /* -1: an atom or a chain */
} Forms;

Forms *find_forms(const Rows *r);

/* May the part be missing? */
bool may_be_missing(const Form *f, const MergedItem *m);
/* Does a constructor take the parts as a struct: many, or some that may be missing? */
bool takes_struct(const Form *f);
/* The name with - as _. */
const char *c_name(const char *name);
/* WordOp for word_op. */
const char *type_name(const char *name);

#endif
