/* result.c - running what the passes gave: the native program in memory, or the form where they
 * ended. */
#include "commands.h"
#include "link.h"
#include "output.h"

#include "../runtime/runtime.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **program_arguments(const Options *o) {
    char **argv = calloc((size_t)o->program_argument_count + 2, sizeof *argv);
    if (!argv) fail(0, "no memory left");
    argv[0] = (char *)(uintptr_t)o->arguments[0];
    memcpy(argv + 1, o->program_arguments, (size_t)o->program_argument_count * sizeof *argv);
    return argv;
}

/* What Lsurface means is what expand makes of it: without any fault. NULL: it has errors. */
static Node *expanded(const Options *o, Node *program) {
    Arena *arena = arena_new();
    Context c = {.arena = arena,
                 .scratch = arena_new(),
                 .diagnostics = diagnostics_new(arena),
                 .optimise = o->pipeline.optimise,
                 .strict = o->pipeline.strict,
                 .seed_dialect = o->pipeline.seed_dialect};
    Node *out = pass_rows[PASS_expand].run(&c, program);
    bool wrong = error_count(c.diagnostics) != 0;
    diagnostics_show(c.diagnostics, stderr, o->pipeline.json, output_colour());
    return wrong ? NULL : out;
}

static int run_surface(const Options *o, const PipelineResult *r) {
    PipelineResult core = {.program = expanded(o, r->program), .header = r->header};
    core.header.language = pass_rows[PASS_expand].to;
    core.header.after = PASS_expand;
    return core.program ? run_result(o, &core) : 1;
}

/* ---- a limit for the native program */

static const char *time_message; /* made before, since the handler may not */

static void on_time_over(int number) {
    (void)number;
    output_flush();
    if (write(STDERR_FILENO, time_message, strlen(time_message)) < 0) _exit(2);
    _exit(2);
}

/* Whoever watches it has a clock of its own. */
static void start_clock(const Options *o) {
    if (!o->given[OPTION_limit] || o->interpret.counts) return;
    time_message = text_bytes(text_format(
        "error: the program was stopped after %u seconds, the limit\n", o->interpret.seconds));
    signal(SIGALRM, on_time_over);
    alarm(o->interpret.seconds);
}

static int run_linked(const Options *o, const PipelineResult *r, int argc, char **argv) {
    Linked *linked = link_program(arena_new(), r->program, &r->header);
    linked->is_checked = !o->pipeline.no_verify;
    return run_in_memory(linked, argc, argv);
}

/* A breakpoint that no form is from would never stop anything. */
static bool is_from(const Node *n, Breakpoint b) {
    Location p = location_of(pos(n));
    if (pos(n) && p.line == b.line && (!b.column || p.column == b.column)) return true;
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        if (is_from(n->kids[i], b)) return true;
    return false;
}

static void check_breaks(const Options *o, const Node *program) {
    for (uint32_t i = 0; i < o->interpret.breaks.count; i++) {
        Breakpoint b = o->interpret.breaks.items[i];
        bool found = false;
        for (uint32_t t = 1; t < program->count && !found; t++)
            found = !is_form(program->kids[t], H_from) && is_from(program->kids[t], b);
        if (found) continue;
        Text column = b.column ? text_format(":%u", b.column) : text("");
        fail(0,
             "--break=%u%s: nothing in the form is from there; 'slispc why FILE %u%s' shows what "
             "is near",
             b.line, text_bytes(column), b.line, text_bytes(column));
    }
}

int run_result(const Options *o, const PipelineResult *r) {
    if (r->header.language == L_Lsurface) return run_surface(o, r);
    char **argv = program_arguments(o);
    int argc = o->program_argument_count + 1;
    if (is_complete(r)) start_clock(o);
    if (is_complete(r)) return run_linked(o, r, argc, argv);
    if (!is_interpreted(r->header.language))
        fail(0, "programs of language %s cannot be run", language_name(r->header.language));
    InterpretOptions how = o->interpret;
    check_breaks(o, r->program);
    RunCounts counts;
    if (!o->given[OPTION_limit] && !o->each && !how.counts) how.seconds = 0;
    if (o->count && !how.counts) how.counts = &counts;
    int code = interpret(r->program, &r->header, &how, argc, argv);
    if (how.counts == &counts)
        fprintf(stderr, "%llu steps, %llu KiB allocated, %llu collections\n",
                (unsigned long long)counts.steps, (unsigned long long)(counts.allocated / 1024),
                (unsigned long long)counts.collections);
    return code;
}
