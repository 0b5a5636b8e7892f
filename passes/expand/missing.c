/* missing.c - forms of Clojure that slisp does not have: one error for each, where it is first
 * used, and no further ones for what it would have defined. Names that are only looked up later,
 * such as ->Point of a record, need no care: when expand has found errors, no pass looks them up.
 */
#include "expand.h"

#include <string.h>

typedef struct {
    const char *name, *help;
} MissingRow;

static const MissingRow rows[] = {
#define MISSING(name, help) {name, help},
#include "missing.def"
#undef MISSING
};

static const MissingRow *row_of(const char *name) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].name, name)) return &rows[i];
    return NULL;
}

bool report_missing_form(Expand *x, const Node *form) {
    const Node *head = item(form, 0), *name = form->count > 1 ? item(form, 1) : NULL;
    const MissingRow *row = row_of(text_bytes(head->text));
    if (!row || x->in_library) return false;
    if (!table_get(&x->missing, head->text)) {
        error_at(x->diagnostics, pos(form), "SL0106", "`%s` is not part of slisp", row->name);
        help_line(x->diagnostics, "%s", row->help);
    }
    table_put(&x->missing, head->text, x);
    if (name && name->kind == N_SYMBOL) table_put(&x->missing, name->text, x);
    return true;
}
