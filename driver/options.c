/* options.c - the command line. */
#include "options.h"
#include "output.h"

#include <stdlib.h>
#include <string.h>

/* A row for every option: `name` with a value behind '=' or, for -o, in the next argument. */
typedef struct {
    const char *name, *value, *doc;
    void (*set)(Options *o, const char *value);
} Row;

static uint32_t pass_set(const char *names, bool after) {
    uint32_t set = 0;
    char *copy = strdup(names);
    if (!copy) fail(0, "no memory left");
    for (char *name = strtok(copy, ","); name; name = strtok(NULL, ","))
        set |= !strcmp(name, "all") ? (1u << PASS_COUNT) - 1 : 1u << pass_wanted(name);
    free(copy);
    return after ? set : set & ~1u; /* before parse there is only text */
}

static void set_dump_after(Options *o, const char *v) {
    o->pipeline.dump_after |= pass_set(v, true);
    if (o->kind == TO_EXECUTABLE && !o->output) o->kind = TO_NOTHING;
}
static void set_dump_before(Options *o, const char *v) {
    o->pipeline.dump_before |= pass_set(v, false);
    if (o->kind == TO_EXECUTABLE && !o->output) o->kind = TO_NOTHING;
}
static void set_dump_dir(Options *o, const char *v) {
    o->pipeline.dump_dir = v;
    if (o->kind == TO_EXECUTABLE && !o->output) o->kind = TO_NOTHING;
}
static void set_function(Options *o, const char *v) { o->pipeline.function = v; }
static void set_from(Options *o, const char *v) { o->pipeline.from = pass_wanted(v); }
static void set_to(Options *o, const char *v) { o->pipeline.to = pass_wanted(v); }

static void set_skip(Options *o, const char *v) {
    uint32_t set = pass_set(v, true);
    for (int p = 0; p < PASS_COUNT; p++)
        if (set >> p & 1 && pass_rows[p].from != pass_rows[p].to)
            fail(0, "pass %s cannot be skipped: it turns %s into %s", pass_rows[p].name, language_name(pass_rows[p].from),
                 language_name(pass_rows[p].to));
    o->pipeline.skip |= set;
}

/* Which of the three words it is; none of them is wrong usage. */
static int one_of(const char *option, const char *v, const char *const names[3]) {
    for (int i = 0; i < 3; i++)
        if (!strcmp(v, names[i])) return i;
    fail(0, "%s= takes %s, %s or %s, not '%s'", option, names[0], names[1], names[2], v);
}

static void set_style(Options *o, const char *v) {
    static const char *const names[] = {"full", "view", "canon"};
    o->pipeline.style = (Style)one_of("--style", v, names);
}

/* PASS:FAULT[:SEED] */
static void set_inject(Options *o, const char *v) {
    char *copy = strdup(v), *fault = copy ? strchr(copy, ':') : NULL;
    if (!fault) fail(0, "--inject wants PASS:FAULT or PASS:FAULT:SEED; 'slispc faults' lists them");
    *fault++ = 0;
    char *seed = strchr(fault, ':');
    if (seed) {
        *seed++ = 0;
        o->pipeline.inject_seed = strtoull(seed, NULL, 10);
    }
    o->pipeline.inject_pass = pass_wanted(copy);
    o->pipeline.inject_fault = fault;
    fault_wanted(o->pipeline.inject_pass, fault);
}

/* PASS:COMMAND */
static void set_replace(Options *o, const char *v) {
    const char *colon = strchr(v, ':');
    if (!colon || !colon[1]) fail(0, "--replace wants PASS:'COMMAND'");
    char *pass = strndup(v, (size_t)(colon - v));
    if (!pass) fail(0, "no memory left");
    o->pipeline.replace[pass_wanted(pass)] = colon + 1;
    free(pass);
}

static void set_output(Options *o, const char *v) {
    o->output = v;
    if (o->kind == TO_NOTHING) o->kind = TO_EXECUTABLE;
}
static void set_object(Options *o, const char *v) { (void)v; o->kind = TO_OBJECT; }
static void set_assembly(Options *o, const char *v) { (void)v; o->kind = TO_ASSEMBLY; }
static void set_o0(Options *o, const char *v) { (void)v; o->pipeline.optimise = 0; }
static void set_o1(Options *o, const char *v) { (void)v; o->pipeline.optimise = 1; }
static void set_o2(Options *o, const char *v) { (void)v; o->pipeline.optimise = 2; }
static void set_strict(Options *o, const char *v) { (void)v; o->pipeline.strict = true; }
static void set_dialect(Options *o, const char *v) {
    if (strcmp(v, "seed")) fail(0, "no dialect '%s'; there is seed", v);
    o->pipeline.seed_dialect = true;
}
static void set_verify(Options *o, const char *v) {
    static const char *const names[] = {"claims", "infer", "both"};
    o->pipeline.verify_mode = (VerifyMode)one_of("--verify", v, names);
}

static void set_verify_without(Options *o, const char *v) {
    int rule = rule_named(v);
    if (rule < 0) fail(0, "no rule '%s'; they are V01 to V20", v);
    o->pipeline.verify_without |= 1u << rule;
}

static void set_all(Options *o, const char *v) { (void)v; o->pipeline.verify_all = o->all = true; }
static void set_no_verify(Options *o, const char *v) { (void)v; o->pipeline.no_verify = true; }
static void set_times(Options *o, const char *v) { (void)v; o->pipeline.time_passes = true; }
static void set_help(Options *o, const char *v) { (void)v; o->help = true; }
static void set_version(Options *o, const char *v) { (void)v; o->version = true; }
static void set_difference(Options *o, const char *v) { o->difference = v; }
static void set_against(Options *o, const char *v) { o->against = v; }
static void set_colour(Options *o, const char *v) { (void)o; output_set_colour(v); }

static void set_diagnostics(Options *o, const char *v) {
    if (strcmp(v, "json") && strcmp(v, "text")) fail(0, "--diag= takes text or json");
    o->pipeline.json = !strcmp(v, "json");
}

/* A number from 1 on. */
static uint32_t count_of(const char *v) {
    char *end;
    unsigned long n = strtoul(v, &end, 10);
    if (*end || !n || n > INT32_MAX || *v == '-') fail(0, "'%s' is no number from 1 on", v);
    return (uint32_t)n;
}

static void set_steps(Options *o, const char *v) {
    o->interpret.steps = count_of(v);
    o->has_limit = true;
}
static void set_seconds(Options *o, const char *v) {
    o->interpret.seconds = count_of(v);
    o->pipeline.replace_seconds = count_of(v);
    o->has_limit = true;
}
static void set_each(Options *o, const char *v) { (void)v; o->each = true; }
static void set_count(Options *o, const char *v) { (void)v; o->count = true; }
static void set_expect(Options *o, const char *v) { o->expect = v; }
static void set_passes(Options *o, const char *v) { o->passes = v; }
static void set_pass(Options *o, const char *v) { o->pass = pass_wanted(v); }
static void set_what(Options *o, const char *v) { o->what = v; }
static void set_svg(Options *o, const char *v) { (void)v; o->svg = true; }
static void set_changed(Options *o, const char *v) { (void)v; o->pipeline.changed = true; }
static void set_line(Options *o, const char *v) { o->pipeline.line = count_of(v); }
static void set_still(Options *o, const char *v) { o->still = v; }
static void set_trace(Options *o, const char *v) { o->interpret.trace = v ? v : ""; }

static void set_call(Options *o, const char *v) { o->interpret.call = v; }

static void set_by(Options *o, const char *v) {
    if (strcmp(v, "name") && strcmp(v, "place")) fail(0, "--by= takes name or place, not '%s'", v);
    o->interpret.by_place = !strcmp(v, "place");
}

/* LINE or LINE:COLUMN */
static void set_break(Options *o, const char *v) {
    char *end;
    unsigned long line = strtoul(v, &end, 10), column = *end == ':' ? strtoul(end + 1, &end, 10) : 0;
    if (*end || !line || line > UINT32_MAX || column > UINT32_MAX) fail(0, "--break= wants LINE or LINE:COLUMN, not '%s'", v);
    static Arena *arena;
    if (!arena) arena = arena_new();
    Breakpoint b = {(uint32_t)line, (uint32_t)column};
    PUSH(arena, o->interpret.breaks, b);
}

static void set_how_many(Options *o, const char *v) { o->how_many = count_of(v); }
static void set_walks(Options *o, const char *v) { o->soak_walks = count_of(v); }
static void set_mutate(Options *o, const char *v) { (void)v; o->soak_mutates = true; }
static void set_seed(Options *o, const char *v) { o->seed = strtoull(v, NULL, 10); }

static void set_print(Options *o, const char *v) { (void)v; o->print = true; }
static void set_native(Options *o, const char *v) { (void)v; o->native = true; }

static void set_kind(Options *o, const char *v) {
    if (strcmp(v, "verify") && strcmp(v, "mismatch") && strcmp(v, "crash")) fail(0, "--kind= takes verify, mismatch or crash, not '%s'", v);
    o->failure_kind = v;
}

static void set_json(Options *o, const char *v) { (void)v; o->pipeline.json = true; }

static const Row rows[] = {
    {"-o", "FILE", "where the result goes", set_output},
    {"-c", NULL, "write an object for 'cc f.o libslisp.a -lm'", set_object},
    {"-S", NULL, "write assembly", set_assembly},
    {"-O0", NULL, "skip the passes of kind optimise, keep every check", set_o0},
    {"-O1", NULL, "optimise", set_o1},
    {"-O2", NULL, "optimise (the default)", set_o2},
    {"--strict", NULL, "what would surely fail at run time is an error", set_strict},
    {"--dialect", "seed", "as the first slisp: 0, \"\" and empty collections are false", set_dialect},
    {"--dump-after", "P[,P|all]", "print the program as pass P left it", set_dump_after},
    {"--dump-before", "P[,P|all]", "print the program as pass P finds it", set_dump_before},
    {"--dump-dir", "DIR", "dumps go into files DIR/NN-pass.Language", set_dump_dir},
    {"--fn", "F", "dump only the function F", set_function},
    {"--changed", NULL, "dump only the functions that the pass changed, and name the others", set_changed},
    {"--line", "N", "dump only what stems from line N of the source", set_line},
    {"--style", "full|view|canon", "of dumps: all of it; library folded; renumbered and without positions", set_style},
    {"--from", "P", "start at pass P", set_from},
    {"--to", "P", "stop after pass P", set_to},
    {"--skip", "P[,P]", "leave out passes that may be left out", set_skip},
    {"--replace", "P:'COMMAND'", "run COMMAND in the place of pass P: dump in, dump out", set_replace},
    {"--inject", "P:FAULT[:SEED]", "make a known mistake in pass P; 'slispc faults' lists them", set_inject},
    {"--verify", "claims|infer|both", "believe the allocator's claims about blocks, infer them, or compare", set_verify},
    {"--verify-without", "RULE", "switch a rule of the verifier off, to see what it catches", set_verify_without},
    {"--all", NULL, "the verifier shows all that is wrong, not the first cause alone; diff, graph: the library, too", set_all},
    {"--each", NULL, "run: every form and the native program, compared", set_each},
    {"--count", NULL, "run: how many steps, how much memory, how many collections", set_count},
    {"--expect", "TEXT", "bisect: what the program must print", set_expect},
    {"--still", "COMMAND", "bisect: ends with 0 when the dump that is its last word is still bad", set_still},
    {"--passes", "A,B", "lockstep, diff: the two forms", set_passes},
    {"--limit", "SECONDS", "run, bisect: stop a form after that time (10; run of one form: none)", set_seconds},
    {"--steps", "N", "run: stop after N steps of an interpreted form", set_steps},
    {"--trace", "[=F]", "run: show calls and results of F, or of all functions, of an interpreted form", set_trace},
    {"--break", "LINE[:COLUMN]", "run: show the values of all names whenever an interpreted form comes there", set_break},
    {"--call", "(F ARGUMENT ...)", "run: call a function of the form and print its result", set_call},
    {"--by", "name|place", "run: after alloc, look operands up by their names or in their places (the default)", set_by},
    {"--no-verify", NULL, "do not run the verifier", set_no_verify},
    {"--time-passes", NULL, "how long each pass took, on standard error", set_times},
    {"--pass", "P", "graph, intervals: the form as pass P left it", set_pass},
    {"--what", "flow|calls|interference|intervals", "graph: of what", set_what},
    {"--svg", NULL, "graph: drawn by graphviz's dot", set_svg},
    {"--diff", "LANGUAGE", "grammar: only what differs from LANGUAGE", set_difference},
    {"--against", "FILE", "check: the dump that went into alloc, for rule V01", set_against},
    {"--json", NULL, "passes: for programs to read", set_json},
    {"--diag", "text|json", "how errors are shown", set_diagnostics},
    {"--color", "always|never|auto", "colour in errors", set_colour},
    {"--n", "N", "soak: how many functions; fuzz: programs; reduce: attempts", set_how_many},
    {"--seed", "S", "soak, fuzz: the first one's seed; the others' follow", set_seed},
    {"--mutate", NULL, "soak: make each fault from select to emit in turn", set_mutate},
    {"--print", NULL, "fuzz: print the program of the seed, do not run it", set_print},
    {"--native", NULL, "fuzz, reduce: only native programs are run, -O2 against -O0", set_native},
    {"--kind", "verify|mismatch|crash", "reduce: what must stay wrong (what is wrong first)", set_kind},
    {"--walks", "N", "soak: walks through each function", set_walks},
    {"--help", NULL, "this text", set_help},
    {"--version", NULL, "the version", set_version},
};
enum { ROWS = sizeof rows / sizeof *rows };

static _Noreturn void unknown(const char *argument) {
    const char *names[ROWS];
    for (int i = 0; i < ROWS; i++)
        names[i] = rows[i].name;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument, "="), argument);
    const char *close = near_miss(name, names, ROWS);
    if (close) fail(0, "no option '%s'; did you mean %s?", name, close);
    fail(0, "no option '%s'; 'slispc --help' lists all", name);
}

/* How many arguments the option took. */
static int read_option(Options *o, int argc, char **argv, int i) {
    for (int k = 0; k < ROWS; k++) {
        const Row *row = &rows[k];
        size_t length = strlen(row->name);
        if (strncmp(argv[i], row->name, length)) continue;
        const char *rest = argv[i] + length;
        if (!row->value && *rest == 0) {
            row->set(o, NULL);
            return 1;
        }
        if (row->value && *rest == '=') {
            row->set(o, rest + 1);
            return 1;
        }
        if (row->value && row->value[0] == '[' && *rest == 0) { /* may be left out */
            row->set(o, NULL);
            return 1;
        }
        if (row->value && *rest == 0) {
            if (i + 1 >= argc) fail(0, "%s wants %s", row->name, row->value);
            row->set(o, argv[i + 1]);
            return 2;
        }
    }
    unknown(argv[i]);
}

void options_read(Options *o, int argc, char **argv, int first, bool stop_at_file) {
    *o = (Options){.pipeline = {.optimise = 2, .from = -1, .to = -1, .inject_pass = -1, .replace_seconds = 10}, .pass = -1, .seed = 1, .soak_walks = 25, .interpret = {.by_place = true, .junk = true, .events = -1, .seconds = 10}};
    o->arguments = calloc((size_t)argc + 1, sizeof *o->arguments);
    if (!o->arguments) fail(0, "no memory left");
    for (int i = first; i < argc;) {
        if (argv[i][0] == '-' && argv[i][1]) {
            i += read_option(o, argc, argv, i);
            continue;
        }
        o->arguments[o->argument_count++] = argv[i++];
        if (stop_at_file) {
            o->program_arguments = argv + i;
            o->program_argument_count = argc - i;
            return;
        }
    }
}

void options_help(FILE *out) {
    fputs("slispc compiles slisp, a small Clojure-flavoured Lisp, to native x86-64 Linux code in small passes.\n\n"
          "  slispc f.slisp [more.slisp] [-o f]   compile\n"
          "  slispc run f.slisp [arguments]       compile in memory and run\n"
          "  slispc f.ir [-o f]                   continue from a dump\n"
          "  slispc run f.ir [arguments]          run a dump as it stands; --to=P: source as pass P leaves it\n"
          "  slispc run --each f.slisp            run every form and compare\n"
          "  slispc bisect f.slisp [--expect=V]   find the first pass whose output misbehaves\n"
          "  slispc fuzz [--seed=S] [--n=N]       random programs: every form must behave as the first\n"
          "  slispc reduce FILE [--kind=K]        make a program that fails as small as it gets\n"
          "  slispc check f.ir                    check a dump against its language, and verify it\n"
          "  slispc passes [--json]               list the passes\n"
          "  slispc grammar LANGUAGE [--diff L]   print a language\n"
          "  slispc explain WHAT                  tell more about a pass, language, code, rule or PASS:FAULT\n"
          "  slispc diff x.ir y.ir                what differs but for numbers and positions\n"
          "  slispc diff f.slisp --passes=A,B     what happened from pass A to pass B\n"
          "  slispc ir-equal x.ir y.ir            are they the same but for numbers and positions?\n"
          "  slispc why f.slisp L:C|%name [FN]    a place or a name of the program, in all forms\n"
          "  slispc graph f.slisp [FN] --pass=P   control flow, calls, interference: source for graphviz\n"
          "  slispc intervals f.slisp [FN]        a chart of what is in which place when\n"
          "  slispc faults [PASS]                 list the mistakes that --inject can make\n"
          "  slispc soak [f.slisp] [--inject=P:F] allocator and verifier against random functions, or f's\n\n",
          out);
    for (int i = 0; i < ROWS; i++) {
        char left[48];
        snprintf(left, sizeof left, "%s%s%s", rows[i].name, !rows[i].value || rows[i].value[0] == '[' ? "" : rows[i].name[1] == '-' ? "=" : " ",
                 rows[i].value ? rows[i].value : "");
        fprintf(out, "  %-28s %s\n", left, rows[i].doc);
    }
    fputs("\nExit codes: 0 fine, 1 errors in the program, 2 wrong usage or the world failed,\n"
          "3 a check of the compiler failed, 4 two forms differ or behave differently.\n"
          "'slispc run' passes the program's own code through.\n", out);
}
