/* replace.c - another program in the place of a pass: --replace=PASS:'COMMAND'. */
#include "check/check.h"
#include "replace.h"
#include "observe.h"
#include "output.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int pass;
    const char *command, *source;
    Observation seen;
} Replacement;

/* Ends slispc: the command did not do what a pass must do. */
__attribute__((format(printf, 3, 4))) static _Noreturn void
blame_command(const Replacement *r, int code, const char *format, ...) {
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "slispc: pass %s, replaced by '%s', ", pass_rows[r->pass].name, r->command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    if (r->pass == PASS_parse)
        fprintf(stderr, "  by hand:  %s < %s\n", r->command, r->source);
    else
        fprintf(stderr, "  by hand:  slispc --dump-before=%s --style=full %s | %s\n",
                pass_rows[r->pass].name, r->source, r->command);
    exit(code);
}

bool is_any_replaced(const PipelineOptions *o) {
    for (int p = 0; p < PASS_COUNT; p++)
        if (o->replace[p]) return true;
    return false;
}

void note_replacements(const PipelineOptions *o) {
    for (int p = 0; p < PASS_COUNT; p++)
        if (o->replace[p])
            fprintf(stderr, "note: pass %s was replaced by '%s'; look there first\n",
                    pass_rows[p].name, o->replace[p]);
}

/* ---- what it said and how it ended */

enum { COMMAND_MISSING = 127 }; /* as shells say it, too */

enum { SHOWN_LINES = 200 };

/* Where the last SHOWN_LINES lines of `text` start; the end of what went wrong says most. */
static const char *last_lines(const Buffer *text) {
    const char *p = text->bytes + text->length;
    for (int lines = 0; p > text->bytes; p--)
        if (p[-1] == '\n' && p < text->bytes + text->length && ++lines == SHOWN_LINES) return p;
    return p;
}

static void show_errors(const Replacement *r) {
    const char *name = pass_rows[r->pass].name;
    const char *line = last_lines(&r->seen.err), *end = r->seen.err.bytes + r->seen.err.length;
    if (line > r->seen.err.bytes)
        fprintf(stderr, "[%s] ... (the last %d lines)\n", name, SHOWN_LINES);
    while (line < end) {
        const char *newline = memchr(line, '\n', (size_t)(end - line)),
                   *stop = newline ? newline : end;
        fprintf(stderr, "[%s] %.*s\n", name, (int)(stop - line), line);
        line = stop + 1;
    }
}

/* What it wrote too much of comes first: it may be why it did not end. */
static void check_ending(const Replacement *r, double seconds) {
    const Observation *o = &r->seen;
    if (o->out.length >= OBSERVED_BYTES)
        blame_command(r, 3, "wrote more than %d MiB", OBSERVED_BYTES >> 20);
    if (o->is_late)
        blame_command(r, 3, "did not end within %g seconds (--limit=SECONDS gives it more)",
                      seconds);
    if (o->signal)
        blame_command(r, 3, "was ended by signal %d (%s)", o->signal, strsignal(o->signal));
    if (o->code == COMMAND_MISSING) blame_command(r, 2, "cannot be started");
    if (o->code) blame_command(r, 3, "ended with exit code %d", o->code);
    if (!o->out.length) blame_command(r, 3, "wrote nothing");
}

/* ---- its output */

static void check_language(const Replacement *r, const DumpHeader *header, const Node *program) {
    Language wanted = pass_rows[r->pass].to;
    if (header->language != wanted)
        blame_command(r, 3, "wrote a form of language %s, not of %s",
                      language_name(header->language), language_name(wanted));
    GrammarError e = language_check(wanted, NT_Program, program);
    if (!e.node) return;
    Location place = location_of(pos(e.node));
    Buffer form = {0}, where = {0};
    print_flat(&form, e.node);
    if (place.line) buffer_print(&where, ", at %u:%u", place.line, place.column);
    blame_command(r, 3,
                  "wrote a form that is not of language %s: this is no %s%s: %.200s%s\n  'slispc "
                  "grammar %s' shows what is",
                  language_name(wanted), e.wanted, where.bytes ? where.bytes : "", form.bytes,
                  form.length > 200 ? " ..." : "", language_name(wanted));
}

static Node *read_output(Arena *a, const Replacement *r) {
    Diagnostics *d = diagnostics_new(a);
    DumpHeader header = {0};
    const Buffer *out = &r->seen.out;
    diagnostics_source(d, 0, text_format("output of '%s'", r->command), out->bytes, out->length);
    Node *program = read_dump(a, d, 0, out->bytes, out->length, &header);
    diagnostics_show(d, stderr, false, output_colour());
    if (!program) blame_command(r, 3, "wrote what does not read as a dump");
    check_language(r, &header, program);
    GivenForm given = {.language = header.language,
                       .program = program,
                       .is_whole = !goes_by_top(r->pass),
                       .bytes = out->bytes,
                       .length = out->length};
    if (is_well_formed(&given, d)) return program;
    diagnostics_show(d, stderr, false, output_colour());
    blame_command(r, 3, "wrote a form that is not well-formed");
}

Node *run_replacement(Arena *a, int pass, const char *command, const SourceFile *source,
                      const Node *program, const DumpHeader *header, double seconds) {
    Replacement r = {.pass = pass, .command = command, .source = source->name};
    char **argv = split_command(a, command);
    Buffer input = {0};
    if (!argv[0]) fail(0, "--replace=%s: wants a command", pass_rows[pass].name);
    if (pass == PASS_parse) {
        buffer_add(&input, source->bytes, source->length);
    } else {
        print_header(&input, header);
        print_node(&input, program, STYLE_FULL);
    }
    observe_command(&r.seen, argv, input.bytes, input.length, seconds);
    show_errors(&r);
    check_ending(&r, seconds);
    Node *out = read_output(a, &r);
    observation_free(&r.seen);
    buffer_free(&input);
    return out;
}
