/* graph.c - slispc graph and intervals: which form, which picture, which functions. */
#include "graph.h"
#include "observe.h"

#include <string.h>

typedef enum { FLOW, CALLS, INTERFERENCE, INTERVALS, WHATS } What;
static const char *const what_names[] = {"flow", "calls", "interference", "intervals"};

static bool shows_what(What what, Language l) {
    switch (what) {
    case FLOW: return l >= L_Lblocks;
    case CALLS: return true;
    case INTERFERENCE: return l >= L_Llive && l <= L_Lframed;
    case INTERVALS: return l >= L_Lintervals && l <= L_Lframed;
    case WHATS: break;
    }
    return false;
}

static What what_wanted(const char *name) {
    for (int i = 0; i < WHATS; i++)
        if (!strcmp(name, what_names[i])) return (What)i;
    const char *close = near_miss(name, what_names, WHATS);
    fail(0, "--what= takes flow, calls, interference or intervals, not '%s'%s%s", name,
         close ? "; did you mean " : "", close ? close : "");
}

/* The pass whose form shows it best, for source when no pass is named. */
static int pass_for(const Options *o, const SourceFile *file) {
    static const int passes[] = {PASS_gvn, PASS_closures, PASS_alloc, PASS_alloc};
    if (o->pass >= 0) return o->pass;
    return is_dump(file) ? -1 : passes[o->what ? what_wanted(o->what) : FLOW];
}

/* A form that lacks what is wanted, and from which pass on it is there. */
static _Noreturn void lacking(What what, Language l) {
    static const char *const wants[] = {"--pass=blocks or a later one", "",
                                        "--pass=liveness up to verify",
                                        "--pass=intervals up to verify"};
    fail(0, "language %s shows no %s; that wants %s", language_name(l), what_names[what],
         wants[what]);
}

static int read_form_wanted(const Options *o, Form *form) {
    if (!o->argument_count)
        fail(0, "slispc graph and intervals want a file, and perhaps a function");
    SourceFile file = file_read(o->arguments[0]);
    int pass = pass_for(o, &file), code = forms_after(o, &pass, form, 1);
    if (!code) look_check_function(o, form->program);
    return code;
}

/* Those with a body; $start is slispc's own. */
static bool is_drawn(const Options *o, Node *top) {
    Node *inner = top_inner(top);
    bool has_blocks = is_form(inner, H_function) && as_function(inner).blocks.count;
    bool has_body = is_form(inner, H_code) || has_blocks;
    return has_body && look_shows(o, top) &&
           (o->pipeline.function || o->all || strcmp(text_bytes(top_name(top)), "start"));
}

/* ---- graph */

static void add_function(Buffer *out, What what, Language l, Node *function, uint32_t number) {
    char prefix[16];
    const char *name = text_bytes(top_name(function));
    snprintf(prefix, sizeof prefix, "f%u", number);
    buffer_print(out, " subgraph cluster_%s {\n  label=", prefix);
    graph_quoted(out, name, strlen(name));
    buffer_print(out, ";\n");
    if (what == FLOW) graph_flow(out, function, prefix);
    if (what == INTERFERENCE) graph_interference(out, function, prefix);
    if (what == INTERVALS) {
        Arena *arena = arena_new();
        Chart chart = chart_of(arena, function, l);
        graph_chart(out, &chart, prefix);
        arena_free(arena);
    }
    buffer_print(out, " }\n");
}

static void add_graph(Buffer *out, const Options *o, What what, const Form *form) {
    Buffer title = {0};
    buffer_print(&title, "%s %s: %s", o->arguments[0], what_names[what], "");
    print_form_title(&title, form);
    buffer_print(out, "%s program {\n label=", what == INTERFERENCE ? "graph" : "digraph");
    graph_quoted(out, title.bytes, title.length);
    buffer_print(out, ";\n labelloc=t;\n node [fontname=\"monospace\", fontsize=10, shape=box];\n"
                      " edge [fontname=\"monospace\", fontsize=9];\n");
    if (what == CALLS) graph_calls(out, o, form);
    NodeList tops = as_program(form->program).tops;
    for (uint32_t i = 0, n = 0; what != CALLS && i < tops.count; i++)
        if (is_drawn(o, tops.items[i]))
            add_function(out, what, form->header.language, top_inner(tops.items[i]), n++);
    buffer_print(out, "}\n");
    buffer_free(&title);
}

static int draw(const Options *o, const Buffer *source) {
    Observation seen;
    char *command[] = {"dot", "-Tsvg", NULL};
    observe_command(&seen, command, source->bytes, source->length, 60);
    if (seen.code == 127)
        fail(0,
             "--svg wants graphviz's program dot, and it cannot be started: %s; without --svg its "
             "source is printed",
             seen.err.bytes);
    if (seen.is_late) fail(0, "dot did not end within a minute");
    if (seen.code || seen.signal) fail(0, "dot failed: %s", seen.err.bytes);
    look_output(o, &seen.out);
    observation_free(&seen);
    return 0;
}

int verb_graph(const Options *o) {
    Options with = look_options(o);
    Form form;
    Buffer out = {0};
    if (o->what) what_wanted(o->what);
    int code = read_form_wanted(&with, &form);
    if (code) return code;
    What what = o->what                                  ? what_wanted(o->what)
                : shows_what(FLOW, form.header.language) ? FLOW
                                                         : CALLS;
    if (!shows_what(what, form.header.language)) lacking(what, form.header.language);
    add_graph(&out, &with, what, &form);
    if (o->svg) return draw(o, &out);
    look_output(o, &out);
    return 0;
}

/* ---- intervals: the chart as text */

int verb_intervals(const Options *o) {
    Options with = look_options(o);
    Form form;
    Buffer out = {0};
    with.what = what_names[INTERVALS];
    int code = read_form_wanted(&with, &form);
    if (code) return code;
    Language l = form.header.language;
    if (!shows_what(INTERVALS, l)) lacking(INTERVALS, l);
    buffer_print(&out, "%s ", o->arguments[0]);
    print_form_title(&out, &form);
    buffer_print(&out, "\n  D defined   = alive   U last used   | start of a block   C call, which "
                       "takes all registers\n");
    NodeList tops = as_program(form.program).tops;
    for (uint32_t i = 0; i < tops.count; i++) {
        if (!is_drawn(&with, tops.items[i])) continue;
        Arena *arena = arena_new();
        Node *function = top_inner(tops.items[i]);
        Chart chart = chart_of(arena, function, l);
        buffer_print(&out, "\n%s\n", text_bytes(top_name(function)));
        chart_print(&out, &chart);
        arena_free(arena);
    }
    look_output(o, &out);
    return 0;
}
