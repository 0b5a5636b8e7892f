/* diagnostics.c - the program is wrong: errors, warnings, notes and help, with their source lines.
 */
#include "ir.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 10 }; /* errors of one compile that are shown, and then warnings */

typedef enum { IS_ERROR, IS_WARNING, IS_NOTE, IS_HELP } Severity;
typedef struct {
    Severity severity;
    Pos at;
    const char *code;
    char *message;
    uint32_t order; /* of the error that a note or help belongs to */
} Entry;
typedef struct {
    Text name;
    const char *bytes;
    size_t length;
} Source;

struct Diagnostics {
    Arena *arena;
    VEC(Entry) entries;
    VEC(Source) sources;
    uint32_t errors, groups;
};

Diagnostics *diagnostics_new(Arena *a) {
    Diagnostics *d = NEW(a, Diagnostics);
    d->arena = a;
    return d;
}

void diagnostics_source(Diagnostics *d, uint16_t file, Text name, const char *bytes,
                        size_t length) {
    while (d->sources.count <= file)
        PUSH(d->arena, d->sources, (Source){0});
    d->sources.items[file] = (Source){name, bytes, length};
}

static void add(Diagnostics *d, Severity severity, Pos at, const char *code, const char *format,
                va_list arguments) {
    Buffer b = {0};
    buffer_print_list(&b, format, arguments);
    char *message = arena_alloc(d->arena, b.length + 1);
    memcpy(message, b.bytes, b.length);
    buffer_free(&b);
    if (severity <= IS_WARNING) d->groups++;
    if (severity == IS_ERROR) d->errors++;
    PUSH(d->arena, d->entries, ((Entry){severity, at, code, message, d->groups}));
}

#define ADD_FORMATTED(severity, at, code)                                                          \
    va_list arguments;                                                                             \
    va_start(arguments, format);                                                                   \
    add(d, severity, at, code, format, arguments);                                                 \
    va_end(arguments)

void error_at(Diagnostics *d, Pos at, const char *code, const char *format, ...) {
    ADD_FORMATTED(IS_ERROR, at, code);
}
void warning_at(Diagnostics *d, Pos at, const char *code, const char *format, ...) {
    ADD_FORMATTED(IS_WARNING, at, code);
}
void note_at(Diagnostics *d, Pos at, const char *format, ...) {
    ADD_FORMATTED(IS_NOTE, at, "");
}
void help_line(Diagnostics *d, const char *format, ...) {
    ADD_FORMATTED(IS_HELP, 0, "");
}

uint32_t error_count(const Diagnostics *d) {
    return d->errors;
}

/* ---- showing */

static const char *const severity_names[] = {"error", "warning", "note", "help"};

/* The source line of `p`, without its end; NULL when its text is not known. */
static const char *line_of(const Diagnostics *d, Location p, size_t *length) {
    if (p.line == 0 || p.file >= d->sources.count || !d->sources.items[p.file].bytes) return NULL;
    const Source *s = &d->sources.items[p.file];
    const char *end = s->bytes + s->length, *line = s->bytes;
    for (uint32_t n = 1; n < p.line; line++) {
        if (line >= end) return NULL;
        n += ends_line(line, end);
    }
    const char *stop = line;
    while (stop < end && !ends_line(stop, end))
        stop++;
    if (line == s->bytes && s->length >= 3 && !memcmp(line, "\xef\xbb\xbf", 3)) line += 3;
    *length = (size_t)(stop - line);
    if (*length && line[*length - 1] == '\r') (*length)--;
    return line;
}

static const char *file_name(const Diagnostics *d, Location p) {
    return p.file < d->sources.count && d->sources.items[p.file].name
               ? text_bytes(d->sources.items[p.file].name)
               : "core";
}

/* The line with a caret under the column; very long lines are cut around it. */
static void show_excerpt(const Diagnostics *d, FILE *out, Location p) {
    size_t length;
    const char *line = line_of(d, p, &length);
    if (!line) return;
    size_t start = 0, column = 1;
    while (start < length && column < p.column)
        column += ((unsigned char)line[++start] & 0xc0) != 0x80 || start == length;
    size_t caret = start, from = caret > 60 ? caret - 60 : 0;
    while (from > 0 && ((unsigned char)line[from] & 0xc0) == 0x80)
        from--;
    size_t shown = length - from > 100 ? 100 : length - from;
    while (from + shown < length && ((unsigned char)line[from + shown] & 0xc0) == 0x80)
        shown--;
    fprintf(out, "%5u | %.*s\n      | ", p.line, (int)shown, line + from);
    for (size_t i = from; i < caret; i++)
        if (((unsigned char)line[i] & 0xc0) != 0x80) fputc(line[i] == '\t' ? '\t' : ' ', out);
    fputs("^\n", out);
}

static void show(const Diagnostics *d, FILE *out, const Entry *e, bool colour) {
    Location p = location_of(e->at);
    const char *on = !colour                     ? ""
                     : e->severity == IS_ERROR   ? "\033[1;31m"
                     : e->severity == IS_WARNING ? "\033[1;33m"
                                                 : "\033[1;36m";
    const char *off = colour ? "\033[0m" : "";
    fprintf(out, "%s%s", on, severity_names[e->severity]);
    if (*e->code) fprintf(out, "[%s]", e->code);
    fprintf(out, "%s: %s\n", off, e->message);
    if (!e->at) return;
    fprintf(out, "  --> %s:%u:%u\n", file_name(d, p), p.line, p.column);
    show_excerpt(d, out, p);
}

static void show_json(const Diagnostics *d, FILE *out, const Entry *e) {
    Location p = location_of(e->at);
    fprintf(out, "{\"severity\":\"%s\",\"code\":\"%s\",\"message\":", severity_names[e->severity],
            e->code);
    print_json_text(out, e->message);
    if (e->at) {
        fputs(",\"file\":", out);
        print_json_text(out, file_name(d, p));
        fprintf(out, ",\"line\":%u,\"column\":%u", p.line, p.column);
    }
    fputs("}\n", out);
}

/* Errors first: no number of warnings hides one. */
static int by_place(const void *a, const void *b) {
    const Entry *const *x = a, *const *y = b;
    if ((*x)->severity != (*y)->severity) return (*x)->severity < (*y)->severity ? -1 : 1;
    Location p = location_of((*x)->at), q = location_of((*y)->at);
    if (p.file != q.file) return p.file < q.file ? -1 : 1;
    if (p.line != q.line) return p.line < q.line ? -1 : 1;
    if (p.column != q.column) return p.column < q.column ? -1 : 1;
    return (*x)->order < (*y)->order ? -1 : 1;
}

/* An error or warning with the notes and help that follow it. */
static void show_group(const Diagnostics *d, FILE *out, const Entry *first, bool json,
                       bool colour) {
    const Entry *end = d->entries.items + d->entries.count;
    for (const Entry *e = first; e < end && e->order == first->order; e++)
        if (json)
            show_json(d, out, e);
        else
            show(d, out, e, colour);
}

/* Those of one severity, which start at `from`; gives where they end. */
static uint32_t show_severity(const Diagnostics *d, FILE *out, const Entry *const *firsts,
                              uint32_t from, uint32_t count, bool json, bool colour) {
    Severity severity = firsts[from]->severity;
    uint32_t end = from;
    for (; end < count && firsts[end]->severity == severity; end++)
        if (end - from < SHOWN) show_group(d, out, firsts[end], json, colour);
    if (end - from > SHOWN && !json)
        fprintf(out, "... and %u more %s%s\n", end - from - SHOWN, severity_names[severity],
                end - from - SHOWN == 1 ? "" : "s");
    return end;
}

void diagnostics_show(Diagnostics *d, FILE *out, bool json, bool colour) {
    VEC(const Entry *) firsts = {0};
    for (uint32_t i = 0; i < d->entries.count; i++)
        if (d->entries.items[i].severity <= IS_WARNING)
            PUSH(d->arena, firsts, &d->entries.items[i]);
    if (firsts.count) qsort(firsts.items, firsts.count, sizeof *firsts.items, by_place);
    for (uint32_t i = 0; i < firsts.count;)
        i = show_severity(d, out, firsts.items, i, firsts.count, json, colour);
    d->entries.count = d->errors = 0;
}

/* ---- near misses */

enum { LONGEST_NAME = 40 };

/* Edits (insert, delete, replace, exchange neighbours) from a to b; Damerau's optimal alignment. */
static int distance(const char *a, const char *b) {
    size_t n = strlen(a), m = strlen(b);
    int rows[3][LONGEST_NAME + 1];
    if (n > LONGEST_NAME || m > LONGEST_NAME) return 99;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int *row = rows[i % 3], *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int best = above[j - 1] + (a[i - 1] != b[j - 1]);
            if (above[j] + 1 < best) best = above[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                two_above[j - 2] + 1 < best)
                best = two_above[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[n % 3][m];
}

const char *near_miss(const char *name, const char *const *candidates, size_t count) {
    const char *best = NULL;
    int least = strlen(name) <= 3 ? 2 : 3; /* below this it is close */
    for (size_t i = 0; i < count; i++) {
        int d = distance(name, candidates[i]);
        if (d < least && d < (int)strlen(name)) {
            least = d;
            best = candidates[i];
        }
    }
    return best;
}
