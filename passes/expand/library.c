/* library.c - finds the definitions in the library's text without reading all of it.
 *
 * One quick scan notes where each top-level form starts and ends and what it defines; only what a
 * program mentions is read and expanded, so that small programs compile at once.
 */
#include "library.h"
#include "../ir/table.h"

#include <string.h>

static struct {
    Arena *arena;
    VEC(LibraryRow) rows;
    Table by_name, spaces;
} index_;

static uint64_t key_of(Text space, Text name) {
    return (uint64_t)space << 32 | name;
}

Text library_hash(void) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < library_length; i++)
        h = (h ^ (unsigned char)library_text[i]) * 16777619u;
    return text_format("%08x", h);
}

/* ---- the scan */

/* The end of the string that starts at `p`. */
static const char *skip_string(const char *p, const char *end) {
    for (p++; p < end && *p != '"'; p++)
        if (*p == '\\') p++;
    return p < end ? p + 1 : end;
}

/* The end of the form (a list) that starts at `p`. */
static const char *skip_list(const char *p, const char *end) {
    int depth = 0;
    while (p < end) {
        char c = *p;
        if (c == '"')
            p = skip_string(p, end);
        else if (c == ';')
            p = memchr(p, '\n', (size_t)(end - p));
        else if (c == '\\')
            p += 2;
        else
            p++;
        if (!p) return end;
        depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
        if (depth == 0) return p;
    }
    return end;
}

static const char *skip_blanks(const char *p, const char *end) {
    while (p < end && strchr(" \t\r\n,", *p))
        p++;
    return p;
}

/* The token at `*p`, which moves past it. */
static Text token(const char **p, const char *end) {
    const char *start = *p = skip_blanks(*p, end);
    while (*p < end && !strchr(" \t\r\n,()[]{}\"", **p))
        ++*p;
    return text_of(start, (size_t)(*p - start));
}

/* Notes the definition that starts at `p`, or the namespace of those that follow. */
static void scan_form(const char *p, const char *end, Text *space) {
    const char *inside = p + 1;
    Text verb = token(&inside, end), name = token(&inside, end);
    if (verb == text("ns")) {
        *space = name;
        table_put(&index_.spaces, name, &index_);
        return;
    }
    if (verb != text("def") && verb != text("defn") && verb != text("defn-")) return;
    LibraryRow row = {*space, name, (size_t)(p - library_text), (size_t)(end - p),
                      verb == text("defn-")};
    PUSH(index_.arena, index_.rows, row);
}

static void build_index(void) {
    Arena *a = index_.arena = arena_new();
    index_.by_name.arena = index_.spaces.arena = a;
    const char *end = library_text + library_length;
    Text space = text("core");
    table_put(&index_.spaces, space, &index_);
    for (const char *p = library_text; p < end;) {
        const char *next = p + 1;
        if (*p == ';') next = skip_list(p, end);
        if (*p == '(') scan_form(p, next = skip_list(p, end), &space);
        p = next;
    }
    for (uint32_t i = 0; i < index_.rows.count; i++) {
        LibraryRow *row = &index_.rows.items[i];
        table_put(&index_.by_name, key_of(row->space, row->name), row);
    }
}

const LibraryRow *library_find(Text space, Text name) {
    if (!index_.arena) build_index();
    return table_get(&index_.by_name, key_of(space, name));
}

bool library_has_space(Text space) {
    if (!index_.arena) build_index();
    return space && table_get(&index_.spaces, space);
}

const LibraryRow *library_rows(uint32_t *count) {
    if (!index_.arena) build_index();
    *count = index_.rows.count;
    return index_.rows.items;
}

bool prim_takes(Prim p, uint32_t count) {
    int arity = prim_arity(p);
    if (arity < 0 || (uint32_t)arity == count) return true;
    return count > 2 && (prim_rows[p].effects & (FOLDS | CHAINS)) != 0;
}
