/* show.c - values for people, and what happens in a run as lines of text. */
#include "world.h"

#include <stdio.h>
#include <unistd.h>

enum { SHOWN_DEPTH = 3, SHOWN_ITEMS = 8 };

static void show_value(TextBuffer *out, Value v, int depth);

/* Between items; false when enough were shown. */
static bool separate(TextBuffer *out, uint64_t shown, const char *separator) {
    if (shown) text_add_text(out, separator);
    if (shown < SHOWN_ITEMS) return true;
    text_add_text(out, "...");
    return false;
}

static void show_vector(TextBuffer *out, Value v, int depth) {
    text_add_text(out, "[");
    for (uint64_t i = 0; i < vector_count(v) && separate(out, i, " "); i++)
        show_value(out, vector_nth(v, i), depth);
    text_add_text(out, "]");
}

static void show_entries(TextBuffer *out, Value v, int depth) {
    EntryWalk walk;
    const Value *entry;
    bool map = is_map(v);
    entry_walk(&walk, v);
    text_add_text(out, map ? "{" : "#{");
    for (uint64_t i = 0; (entry = entry_next(&walk)) && separate(out, i, map ? ", " : " "); i++) {
        show_value(out, entry[0], depth);
        if (!map) continue;
        text_add_text(out, " ");
        show_value(out, entry[1], depth);
    }
    text_add_text(out, "}");
}

static void show_list(TextBuffer *out, Value v, int depth) {
    SeqWalk walk = {.seq = v};
    Value item;
    SeqStep step = SEQ_END;
    text_add_text(out, "(");
    for (uint64_t i = 0; (step = seq_next(&walk, &item)) == SEQ_ELEMENT && separate(out, i, " ");
         i++) {
        if (i == SHOWN_ITEMS) break;
        show_value(out, item, depth);
    }
    text_add_text(out, step == SEQ_UNREALIZED ? " ...)" : ")");
}

static void show_value(TextBuffer *out, Value v, int depth) {
    if (depth == SHOWN_DEPTH)
        text_add_value(out, v);
    else if (is_kind(v, KIND_VECTOR))
        show_vector(out, v, depth + 1);
    else if (is_map(v) || is_set(v))
        show_entries(out, v, depth + 1);
    else if (is_sequential(v))
        show_list(out, v, depth + 1);
    else
        text_add_value(out, v);
}

static void show_double(TextBuffer *out, double d) {
    char text[32];
    snprintf(text, sizeof text, "%.17g", d);
    if (d - d != 0)
        text_add_text(out, text);
    else
        text_add(out, text, double_text(d, text));
}

void show_word(TextBuffer *out, Bits word, Holding holding) {
    switch (holding) {
    case HOLDING_VALUE: show_value(out, word, 0); return;
    case HOLDING_FLAG: text_add_text(out, word ? "true" : "false"); return;
    case HOLDING_DOUBLE: show_double(out, double_of(word)); return;
    case HOLDING_INT:
    case HOLDING_WORD: text_add_int(out, (int64_t)word); return;
    }
}

/* ---- traces and events */

static FILE *events;
static TextBuffer written;        /* since the last event */
static uint64_t allocated_before; /* the last event */

static bool is_traced(const Routine *routine) {
    const char *wanted = world.options->trace, *name = text_bytes(routine->name), *bare;
    uint64_t length;
    if (!wanted) return false;
    if (!*wanted) return true;
    user_part(name, &bare, &length);
    return (strlen(wanted) == length && !strncmp(wanted, bare, length)) || !strcmp(wanted, name);
}

static void indent(TextBuffer *out) {
    enum { DEEPEST = 40 };
    for (uint64_t i = 1; i < world.depth && i < DEEPEST; i++)
        text_add_text(out, "  ");
}

/* What was allocated and written since the last event comes first. */
static void add_event(const TextBuffer *what) {
    uint64_t allocated = slisp_statistics().allocated;
    if (!events) events = fdopen(world.options->events, "w");
    if (!events) return;
    if (allocated != allocated_before)
        fprintf(events, "allocates %llu bytes\n",
                (unsigned long long)(allocated - allocated_before));
    if (written.length) fprintf(events, "prints %.*s\n", (int)written.length, written.bytes);
    allocated_before = allocated;
    written.length = 0;
    if (what->length) fwrite(what->bytes, 1, what->length, events);
}

/* Is it a function that the user wrote? What starts the program is none, and parts of a try are of
 * the function around them. */
static bool is_users_function(const Routine *routine) {
    const char *name = text_bytes(routine->name);
    static const char *const made[] = {".try", ".catch", ".finally"};
    for (int i = 0; i < 3; i++) {
        const char *part = strstr(name, made[i]), *behind = part ? part + strlen(made[i]) : NULL;
        if (behind && *behind >= '0' && *behind <= '9') return false;
    }
    return !routine->is_library && strcmp(name, "start");
}

static void tell(const Routine *routine, TextBuffer *what) {
    bool is_users = is_users_function(routine);
    if (is_users && is_traced(routine)) {
        TextBuffer t = {0};
        output_flush();
        indent(&t);
        text_add(&t, what->bytes, what->length);
        error_output(t.bytes, t.length);
        text_free(&t);
    }
    if (is_users && world.options->events >= 0) add_event(what);
    text_free(what);
}

void world_thrown(Value exception) {
    TextBuffer t = {0};
    text_add_text(&t, "throws ");
    show_value(&t, exception, SHOWN_DEPTH);
    text_add_text(&t, "\n");
    add_event(&t);
    text_free(&t);
}

void world_wrote(const char *bytes, uint64_t length) {
    for (uint64_t i = 0; i < length; i++)
        if (bytes[i] == '\n')
            text_add_text(&written, "\\n");
        else
            text_add(&written, &bytes[i], 1);
}

void world_flush_events(void) {
    if (world.options->events < 0) return;
    add_event(&(TextBuffer){0});
    if (events) fflush(events);
}

void world_entry(const Routine *routine, const Bits *words, const Holding *holdings,
                 uint32_t count) {
    TextBuffer t = {0};
    text_add_text(&t, "(");
    text_add_text(&t, text_bytes(routine->name));
    for (uint32_t i = 0; i < count; i++) {
        text_add_text(&t, " ");
        show_word(&t, words[i], holdings[i]);
    }
    text_add_text(&t, ")\n");
    tell(routine, &t);
}

void world_result(const Routine *routine, Bits word, Holding holding) {
    TextBuffer t = {0};
    text_add_text(&t, text_bytes(routine->name));
    text_add_text(&t, " => ");
    show_word(&t, word, holding);
    text_add_text(&t, "\n");
    tell(routine, &t);
}
