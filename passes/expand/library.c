/* library.c - finds the definitions of the library by name. Where they are in its text was found
 * when slispc was built (scan/scan.c).
 */
#include "library.h"

#include <string.h>

typedef struct {
    const char *space, *name;
    uint32_t offset, length;
    bool is_private;
} IndexRow;
#include "library_index.h"

enum { ROWS = sizeof index_rows / sizeof *index_rows };

Text library_hash(void) {
    return text(LIBRARY_HASH);
}

static const LibraryRow *row_at(uint32_t i) {
    static LibraryRow rows[ROWS];
    const IndexRow *r = &index_rows[i];
    if (!rows[i].length)
        rows[i] = (LibraryRow){text(r->space), text(r->name), r->offset, r->length, r->is_private};
    return &rows[i];
}

/* The place in `order` of the first row that is not before space/name. */
static uint32_t first_from(const char *space, const char *name) {
    uint32_t from = 0, to = ROWS;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        const IndexRow *r = &index_rows[order[middle]];
        int spaces = strcmp(r->space, space);
        if (spaces < 0 || (spaces == 0 && strcmp(r->name, name) < 0))
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

const LibraryRow *library_find(Text space, Text name) {
    uint32_t found = first_from(text_bytes(space), text_bytes(name));
    if (found == ROWS) return NULL;
    const IndexRow *r = &index_rows[order[found]];
    bool same = !strcmp(r->space, text_bytes(space)) && !strcmp(r->name, text_bytes(name));
    return same ? row_at(order[found]) : NULL;
}

bool library_has_space(Text space) {
    uint32_t found = first_from(text_bytes(space), "");
    return found < ROWS && !strcmp(index_rows[order[found]].space, text_bytes(space));
}

const LibraryRow *library_rows(uint32_t *count) {
    *count = ROWS;
    for (uint32_t i = 0; i < ROWS; i++)
        row_at(i);
    return row_at(0);
}

bool prim_takes(Prim p, uint32_t count) {
    int arity = prim_arity(p);
    if (arity < 0 || (uint32_t)arity == count) return true;
    return count > 2 && (prim_rows[p].effects & (FOLDS | CHAINS)) != 0;
}
