/* behaviour.c - when two runs are the same: output, exit code, message and place of an error. */
#include "observe.h"

#include <signal.h>
#include <string.h>

/* Lines of the collector's statistics and notes of slispc do not count. */
static const char *error_line(const Observation *o) {
    static const char *const starts[] = {"error: ", "slispc: ", "internal error"};
    for (const char *line = o->err.bytes; line && *line;) {
        for (int i = 0; i < 3; i++)
            if (!strncmp(line, starts[i], strlen(starts[i]))) return line;
        line = strchr(line, '\n');
        if (line) line++;
    }
    return NULL;
}

ObservedError observed_error(const Observation *o) {
    static const char arrow[] = " --> ";
    ObservedError e = {"", "", 0, 0, false};
    const char *line = error_line(o);
    if (!line) return e;
    e.message = line;
    e.message_length = strcspn(line, "\n");
    line += e.message_length;
    if (*line) line++;
    e.is_inside = strstr(line, "\n  inside ") || !strncmp(line, "  inside ", 9);
    if (strncmp(line, arrow, sizeof arrow - 1)) return e;
    e.place = line + sizeof arrow - 1;
    e.place_length =
        strcspn(e.place, " \n"); /* functions that were inlined have no name any more */
    return e;
}

static bool same_text(const char *a, size_t a_length, const char *b, size_t b_length) {
    return a_length == b_length && (!a_length || !memcmp(a, b, a_length));
}

/* A function value was given a wrong number of arguments: it is the one that finds out. */
static bool is_about_count(const ObservedError *e) {
    static const char words[] = " cannot take ";
    return memmem(e->message, e->message_length, words, sizeof words - 1) != NULL;
}

/* When what was called fails, a function of the library or one that is given a wrong number of
 * arguments, the place is where the last function that is still there called it: a tail call leaves
 * none, and what is inlined makes no tail call. */
static bool same_place(const ObservedError *e, const ObservedError *f) {
    return e->is_inside || f->is_inside || (is_about_count(e) && is_about_count(f)) ||
           same_text(e->place, e->place_length, f->place, f->place_length);
}

const char *behaviour_difference(const Observation *a, const Observation *b) {
    ObservedError e = observed_error(a), f = observed_error(b);
    if (a->is_late != b->is_late) return "one does not end in time";
    if (a->is_late) return NULL;                 /* how far each came is no matter */
    if (a->signal || b->signal) return "signal"; /* no program may end like this */
    if (!same_text(a->out.bytes, a->out.length, b->out.bytes, b->out.length)) return "output";
    if (!same_text(e.message, e.message_length, f.message, f.message_length)) return "error";
    if (a->code != b->code) return "exit code";
    if (!same_place(&e, &f)) return "place of the error";
    return NULL;
}

/* The last line that was printed, cut short. */
static void describe_output(Buffer *out, const Observation *o) {
    enum { SHOWN = 24 };
    const char *bytes = o->out.bytes;
    size_t end = o->out.length, start;
    while (end && bytes[end - 1] == '\n')
        end--;
    for (start = end; start && bytes[start - 1] != '\n';)
        start--;
    size_t length = end - start;
    if (!end)
        buffer_print(out, "no output");
    else
        buffer_print(out, "%s%.*s%s", start ? "... " : "", (int)(length > SHOWN ? SHOWN : length),
                     bytes + start, length > SHOWN ? " ..." : "");
}

void describe_observation(Buffer *out, const Observation *o) {
    ObservedError e = observed_error(o);
    if (o->is_late)
        buffer_print(out, "did not end in time");
    else if (o->signal)
        buffer_print(out, "ended by signal %d (%s)", o->signal, strsignal(o->signal));
    else if (e.message_length)
        buffer_print(out, "%.*s", (int)e.message_length, e.message);
    else
        describe_output(out, o);
    if (!o->is_late && !o->signal && o->code && !e.message_length)
        buffer_print(out, ", exit code %d", o->code);
}

/* One line, cut short. */
static void add_line_of(Buffer *out, const char *line, const char *end) {
    enum { SHOWN = 60 };
    size_t length = line < end ? (size_t)(end - line) : 0;
    const char *newline = length ? memchr(line, '\n', length) : NULL;
    if (newline) length = (size_t)(newline - line);
    if (line >= end)
        buffer_print(out, "nothing");
    else
        buffer_print(out, "%.*s%s", (int)(length > SHOWN ? SHOWN : length), line,
                     length > SHOWN ? " ..." : "");
}

void describe_output_difference(Buffer *out, const Observation *o, const char *wanted,
                                size_t length) {
    const char *a = o->out.bytes, *b = wanted;
    size_t i = 0, line = 0, number = 1;
    for (; i < o->out.length && i < length && a[i] == b[i]; i++)
        if (a[i] == '\n') line = i + 1, number++;
    if (i == o->out.length && i == length) return;
    buffer_print(out, "line %zu of the output: ", number);
    add_line_of(out, a + line, a + o->out.length);
    buffer_print(out, ", not ");
    add_line_of(out, b + line, b + length);
}
