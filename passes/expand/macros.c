/* macros.c - the table of special forms and macros, found by name. */
#include "expand.h"
#include "../ir/limits.h"

enum { PLAIN, SPECIAL, NESTS = 2 * MOST_DEPTH };

static const MacroRow rows[] = {
#define MACRO(id, name, least, most, special, shape, doc)                                          \
    {name, expand_##id, least, most, special == SPECIAL, shape},
#include "macros.def"
#undef MACRO
};
enum { ROWS = sizeof rows / sizeof *rows };

const MacroRow *macro_named(Text name) {
    static const MacroRow **by_text; /* Text -> row; shorter than the texts of the first program */
    static Text limit;
    if (!by_text) {
        for (int i = 0; i < ROWS; i++)
            if (text(rows[i].name) >= limit) limit = text(rows[i].name) + 1;
        by_text = NEW_ARRAY(arena_new(), const MacroRow *, limit);
        for (int i = 0; i < ROWS; i++)
            by_text[text(rows[i].name)] = &rows[i];
    }
    return name < limit ? by_text[name] : NULL;
}

const MacroRow *macro_rows_all(uint32_t *count) {
    *count = ROWS;
    return rows;
}
