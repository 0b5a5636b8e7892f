/* why.c - slispc why: a place of the source, or a name, in all forms one after the other.
 *
 *   slispc why f.slisp 3:5        what stems from line 3, column 5      3: from any column of line
 * 3 slispc why f.slisp %n.2 fib   where the name is in the function fib slispc why f.slisp 0x18
 * fib   the machine instruction at that offset in fib, and its source's way
 */
#include "lines.h"
#include "look.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    Arena *arena;
    Options options;
    uint32_t line, column; /* 0: any */
    const char *hint;      /* a name; NULL: a place is looked for */
    uint32_t number;
    bool any_number;      /* %n: all names with that hint */
    int64_t offset;       /* in the machine code of --fn; -1: none */
    Buffer last;          /* what the form before showed */
    Buffer same, nothing; /* passes whose forms show the same, or nothing */
    uint32_t nearest;     /* column of the line: see find_column; 0: none */
    bool found;
} Why;

/* ---- what is looked for */

static bool parse_place(Why *w, const char *what) {
    char *end;
    unsigned long line = strtoul(what, &end, 10),
                  column = *end == ':' ? strtoul(end + 1, &end, 10) : 0;
    w->line = (uint32_t)line;
    w->column = (uint32_t)column;
    return !*end && line && line < UINT32_MAX && column < UINT32_MAX;
}

static bool parse_name(Why *w, const char *what) {
    const char *dot = strrchr(what, '.');
    if (*what != '%') return false;
    char *end = NULL;
    w->number = dot ? (uint32_t)strtoul(dot + 1, &end, 10) : 0;
    w->any_number = !dot || *end || !dot[1];
    w->hint = w->any_number ? strdup(what + 1) : strndup(what + 1, (size_t)(dot - what - 1));
    return w->hint != NULL;
}

static bool parse_offset(Why *w, const char *what) {
    char *end;
    if (strncmp(what, "0x", 2)) return false;
    w->offset = (int64_t)strtoul(what + 2, &end, 16);
    return !*end && what[2];
}

/* ---- the machine code's offset as a place */

/* Bytes are two digits each. */
static int64_t end_of_code(const Node *code) {
    int64_t end = 0;
    NodeList rows = as_code(code).rows;
    for (uint32_t i = 0; i < rows.count; i++) {
        if (!is_form(rows.items[i], H_at)) continue;
        AtForm row = as_at(rows.items[i]);
        end = row.offset->integer + (int64_t)text_length(row.bytes->text) / 2;
    }
    return end;
}

static const Node *row_at(const Node *code, int64_t offset) {
    const Node *found = NULL;
    NodeList rows = as_code(code).rows;
    for (uint32_t i = 0; i < rows.count; i++)
        if (is_form(rows.items[i], H_at) && as_at(rows.items[i]).offset->integer <= offset)
            found = rows.items[i];
    return found;
}

static int find_offset(Why *w) {
    Form form;
    if (!w->options.pipeline.function)
        fail(0, "an offset is one of a function: slispc why FILE 0x18 FUNCTION");
    int exit_code = forms_after(&w->options, (const int[]){PASS_emit}, &form, 1);
    if (exit_code) return exit_code;
    look_check_function(&w->options, form.program);
    NodeList tops = as_program(form.program).tops;
    for (uint32_t i = 0; i < tops.count; i++) {
        const Node *code = top_inner(tops.items[i]);
        if (!is_form(code, H_code) || !look_shows(&w->options, tops.items[i])) continue;
        if (w->offset >= end_of_code(code))
            fail(0, "0x%llx is beyond the end of %s, which has 0x%llx bytes",
                 (unsigned long long)w->offset, text_bytes(top_name(code)),
                 (unsigned long long)end_of_code(code));
        const Node *row = row_at(code, w->offset);
        if (!row || !row->at)
            fail(0, "what stands at 0x%llx is from no line of the source",
                 (unsigned long long)w->offset);
        Location p = location_of(row->at);
        w->line = p.line;
        w->column = p.column;
        return 0;
    }
    fail(0, "%s has no machine code", w->options.pipeline.function);
}

/* ---- lines of one form */

static bool is_wanted_name(const Why *w, const Line *l) {
    for (uint32_t i = 0; i < l->tokens.count; i++) {
        const Token *t = &l->tokens.items[i];
        if (t->kind == TOKEN_NAME && !strcmp(text_bytes(t->text), w->hint) &&
            (w->any_number || t->number == w->number))
            return true;
    }
    return false;
}

static bool is_wanted_place(const Why *w, const Line *l) {
    for (uint32_t i = 0; i < l->places.count; i++) {
        Location p = location_of(l->places.items[i]);
        if (l->places.items[i] && p.line == w->line && (!w->column || p.column == w->column))
            return true;
    }
    return false;
}

static void add_matches(const Why *w, Buffer *out, const Node *top) {
    Lines lines = lines_of(w->arena, top, (LineStyle){.width = 60});
    Text name = top_name(top);
    bool titled = false;
    for (uint32_t i = 0; i < lines.count; i++) {
        Line l = lines.items[i];
        if (is_form(l.node, H_label) || is_form(l.node, H_depth) || is_form(l.node, H_stack_map))
            continue;
        if (w->hint ? !is_wanted_name(w, &l) : !is_wanted_place(w, &l)) continue;
        if (!titled) buffer_print(out, "  %s\n", text_bytes(name));
        titled = true;
        l.indent = 4;
        print_line_of(out, &l, NULL, NULL);
        buffer_print(out, "\n");
    }
}

/* Passes whose forms show the same share a line; those that show nothing are named at the end. */
static void name_pass(Buffer *out, int pass, Language l) {
    buffer_print(out, "%s%s %s", out->length ? ", " : "",
                 pass < 0 ? "as given" : pass_rows[pass].name, language_name(l));
}

static void flush_same(Why *w) {
    if (w->same.length) printf("%s: the same\n", w->same.bytes);
    w->same.length = 0;
}

static bool show_form(void *context, int pass, Node *program, const DumpHeader *header) {
    Why *w = context;
    Buffer now = {0};
    NodeList tops = look_tops(program);
    for (uint32_t i = 0; i < tops.count; i++)
        if (look_shows(&w->options, tops.items[i]) || header->language == L_Lsurface)
            add_matches(w, &now, top_inner(tops.items[i]));
    bool same =
        now.length && now.length == w->last.length && !memcmp(now.bytes, w->last.bytes, now.length);
    if (!now.length)
        name_pass(&w->nothing, pass, header->language);
    else if (same)
        name_pass(&w->same, pass, header->language);
    else {
        flush_same(w);
        printf("%-11s %s\n", pass < 0 ? "as given" : pass_rows[pass].name,
               language_name(header->language));
        fwrite(now.bytes, 1, now.length, stdout);
    }
    w->found |= now.length > 0;
    buffer_free(&w->last);
    w->last = now;
    return true;
}

/* ---- the nearest place of the line */

static void nearer_column(Why *w, uint32_t column) {
    bool before = column <= w->column, is_before = w->nearest && w->nearest <= w->column;
    if (!w->nearest || (before && (!is_before || column > w->nearest)) ||
        (!before && !is_before && column < w->nearest))
        w->nearest = column;
}

static bool note_columns(void *context, int pass, Node *program, const DumpHeader *header) {
    Why *w = context;
    (void)pass;
    if (header->language == L_Lsurface) return true; /* every atom of the text has a place */
    NodeList tops = as_program(program).tops;
    for (uint32_t i = 0; i < tops.count; i++) {
        if (!look_shows(&w->options, tops.items[i])) continue;
        Lines lines = lines_of(w->arena, top_inner(tops.items[i]), (LineStyle){.width = 60});
        for (uint32_t k = 0; k < lines.count; k++)
            for (uint32_t n = 0; n < lines.items[k].places.count; n++) {
                Location p = location_of(lines.items[k].places.items[n]);
                if (p.line == w->line) nearer_column(w, p.column);
            }
    }
    return true;
}

/* The column of the form that the wanted one is in, or else of the next one. */
static int find_column(Why *w) {
    Options with = w->options;
    with.pipeline.seen = note_columns;
    with.pipeline.seen_context = w;
    int code = compile_files(&with).exit_code;
    if (code || !w->nearest) return code;
    if (w->nearest != w->column)
        printf("no form starts at %u:%u; the nearest one does at %u:%u\n", w->line, w->column,
               w->line, w->nearest);
    w->column = w->nearest;
    return 0;
}

int verb_why(const Options *o) {
    Why w = {.arena = arena_new(), .options = *o, .offset = -1};
    const char *what = o->arguments[1];
    if (!parse_offset(&w, what) && !parse_name(&w, what) && !parse_place(&w, what))
        fail(0, "'%s' is no LINE:COLUMN, no %%name and no 0xOFFSET", what);
    w.options.argument_count = 1;
    w.options.kind = TO_NOTHING;
    if (o->argument_count == 3) w.options.pipeline.function = o->arguments[2];
    int code = w.offset >= 0 ? find_offset(&w) : w.column ? find_column(&w) : 0;
    if (code) return code;
    Options with = w.options;
    with.pipeline.seen = show_form;
    with.pipeline.seen_context = &w;
    code = compile_files(&with).exit_code;
    flush_same(&w);
    if (w.found && w.nothing.length) printf("%s: nothing\n", w.nothing.bytes);
    if (!code && !w.found) fail(0, "nothing in %s is from %s", o->arguments[0], what);
    return code;
}
