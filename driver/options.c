/* options.c - what each option sets. */
#include "options.h"
#include "output.h"

#include <stdlib.h>
#include <string.h>

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
}
static void set_dump_before(Options *o, const char *v) {
    o->pipeline.dump_before |= pass_set(v, false);
}
static void set_dump_dir(Options *o, const char *v) {
    o->pipeline.dump_dir = v;
}
static void set_function(Options *o, const char *v) {
    o->pipeline.function = v;
}
static void set_from(Options *o, const char *v) {
    o->pipeline.from = pass_wanted(v);
}
static void set_to(Options *o, const char *v) {
    o->pipeline.to = pass_wanted(v);
}

static void set_skip(Options *o, const char *v) {
    uint32_t set = pass_set(v, true);
    for (int p = 0; p < PASS_COUNT; p++)
        if (set >> p & 1 && pass_rows[p].from != pass_rows[p].to)
            fail(0, "pass %s cannot be skipped: it turns %s into %s", pass_rows[p].name,
                 language_name(pass_rows[p].from), language_name(pass_rows[p].to));
    o->pipeline.skip |= set;
}

/* Which of the words, which end with NULL, it is; none of them is wrong usage. */
static int one_of(const char *option, const char *v, const char *const names[]) {
    Buffer all = {0};
    size_t count = 0;
    for (; names[count]; count++) {
        if (!strcmp(v, names[count])) return (int)count;
        buffer_print(&all, "%s%s", !count ? "" : names[count + 1] ? ", " : " or ", names[count]);
    }
    const char *close = near_miss(v, names, count);
    fail(0, "%s= takes %s, not '%s'%s%s", option, all.bytes, v, close ? "; did you mean " : "",
         close ? close : "");
}

static void set_style(Options *o, const char *v) {
    static const char *const names[] = {"full", "view", "canon", NULL};
    o->pipeline.style = (Style)one_of("--style", v, names);
}

static uint64_t seed_of(const char *option, const char *v) {
    char *end;
    uint64_t seed = strtoull(v, &end, 10);
    if (*end || *v < '0' || *v > '9') fail(0, "%s: '%s' is no seed, which is a number", option, v);
    return seed;
}

/* PASS:FAULT[:SEED] */
static void set_inject(Options *o, const char *v) {
    char *copy = strdup(v), *fault = copy ? strchr(copy, ':') : NULL;
    if (!fault) fail(0, "--inject wants PASS:FAULT or PASS:FAULT:SEED; 'slispc faults' lists them");
    *fault++ = 0;
    char *seed = strchr(fault, ':');
    if (seed) {
        *seed++ = 0;
        o->pipeline.inject_seed = seed_of("--inject", seed);
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
}
static void set_object(Options *o, const char *v) {
    (void)v;
    o->kind = TO_OBJECT;
}
static void set_assembly(Options *o, const char *v) {
    (void)v;
    o->kind = TO_ASSEMBLY;
}
static void set_o0(Options *o, const char *v) {
    (void)v;
    o->pipeline.optimise = 0;
}
static void set_o1(Options *o, const char *v) {
    (void)v;
    o->pipeline.optimise = 1;
}
static void set_o2(Options *o, const char *v) {
    (void)v;
    o->pipeline.optimise = 2;
}
static void set_strict(Options *o, const char *v) {
    (void)v;
    o->pipeline.strict = true;
}
static void set_dialect(Options *o, const char *v) {
    static const char *const names[] = {"seed", NULL};
    o->pipeline.seed_dialect = one_of("--dialect", v, names) == 0;
}
static void set_verify(Options *o, const char *v) {
    static const char *const names[] = {"claims", "infer", "both", NULL};
    o->pipeline.verify_mode = (VerifyMode)one_of("--verify", v, names);
}

static void set_verify_without(Options *o, const char *v) {
    int rule = rule_named(v);
    if (rule < 0) {
        const char *close = code_meant(v);
        fail(0, "verify has no rule '%s'%s%s", v, close ? "; did you mean " : "",
             close ? close : "");
    }
    o->pipeline.verify_without |= 1u << rule;
}

static void set_all(Options *o, const char *v) {
    (void)v;
    o->pipeline.verify_all = o->all = true;
}
static void set_library(Options *o, const char *v) {
    (void)v;
    o->pipeline.library = true;
}
static void set_keep(Options *o, const char *v) {
    o->pipeline.keep = v;
}
static void set_no_verify(Options *o, const char *v) {
    (void)v;
    o->pipeline.no_verify = true;
}
static void set_times(Options *o, const char *v) {
    (void)v;
    o->pipeline.time_passes = true;
}
static void set_help(Options *o, const char *v) {
    (void)v;
    o->help = true;
}
static void set_version(Options *o, const char *v) {
    (void)v;
    o->version = true;
}
static void set_difference(Options *o, const char *v) {
    o->difference = v;
}
static void set_against(Options *o, const char *v) {
    o->against = v;
}
static void set_colour(Options *o, const char *v) {
    static const char *const names[] = {"always", "never", "auto", NULL};
    (void)o;
    output_set_colour(names[one_of("--color", v, names)]);
}

static void set_diagnostics(Options *o, const char *v) {
    static const char *const names[] = {"text", "json", NULL};
    o->pipeline.json = one_of("--diag", v, names) == 1;
}

/* A number from 1 on. */
static uint32_t count_of(const char *v) {
    char *end;
    unsigned long n = strtoul(v, &end, 10);
    if (*end || !n || n > INT32_MAX || *v < '0' || *v > '9')
        fail(0, "'%s' is no number from 1 on", v);
    return (uint32_t)n;
}

static void set_steps(Options *o, const char *v) {
    o->interpret.steps = count_of(v);
}
static void set_limit(Options *o, const char *v) {
    o->interpret.seconds = count_of(v);
    o->pipeline.replace_seconds = count_of(v);
}
static void set_each(Options *o, const char *v) {
    (void)v;
    o->each = true;
}
static void set_count(Options *o, const char *v) {
    (void)v;
    o->count = true;
}
static void set_expect(Options *o, const char *v) {
    o->expect = v;
}
static void set_passes(Options *o, const char *v) {
    o->passes = v;
}
static void set_pass(Options *o, const char *v) {
    o->pass = pass_wanted(v);
}
static void set_what(Options *o, const char *v) {
    o->what = v;
}
static void set_svg(Options *o, const char *v) {
    (void)v;
    o->svg = true;
}
static void set_changed(Options *o, const char *v) {
    (void)v;
    o->pipeline.changed = true;
}
static void set_line(Options *o, const char *v) {
    o->pipeline.line = count_of(v);
}
static void set_still(Options *o, const char *v) {
    o->still = v;
}
static void set_trace(Options *o, const char *v) {
    o->interpret.trace = v ? v : "";
}

static void set_call(Options *o, const char *v) {
    o->interpret.call = v;
}

static void set_by(Options *o, const char *v) {
    static const char *const names[] = {"name", "place", NULL};
    o->interpret.by_place = one_of("--by", v, names) == 1;
}

/* LINE or LINE:COLUMN */
static void set_break(Options *o, const char *v) {
    char *end;
    unsigned long line = strtoul(v, &end, 10),
                  column = *end == ':' ? strtoul(end + 1, &end, 10) : 0;
    if (*end || !line || line > UINT32_MAX || column > UINT32_MAX)
        fail(0, "--break= wants LINE or LINE:COLUMN, not '%s'", v);
    static Arena *arena;
    if (!arena) arena = arena_new();
    Breakpoint b = {(uint32_t)line, (uint32_t)column};
    PUSH(arena, o->interpret.breaks, b);
}

static void set_how_many(Options *o, const char *v) {
    o->how_many = count_of(v);
}
static void set_walks(Options *o, const char *v) {
    o->soak_walks = count_of(v);
}
static void set_mutate(Options *o, const char *v) {
    (void)v;
    o->soak_mutates = true;
}
static void set_seed(Options *o, const char *v) {
    o->seed = seed_of("--seed", v);
}

static void set_print(Options *o, const char *v) {
    (void)v;
    o->print = true;
}
static void set_native(Options *o, const char *v) {
    (void)v;
    o->native = true;
}

static void set_kind(Options *o, const char *v) {
    static const char *const names[] = {"verify", "mismatch", "crash", NULL};
    o->failure_kind = names[one_of("--kind", v, names)];
}

static void set_json(Options *o, const char *v) {
    (void)v;
    o->json = true;
}

/* ---- the table */

#define V(id) (1u << VERB_##id)
#define ALL_VERBS ((1u << VERB_COUNT) - 1)
#define DUMPS (V(compile) | V(run) | V(check))
#define RUNS (V(run) | V(bisect) | V(lockstep))
#define FORMS (DUMPS | RUNS | V(reduce) | V(diff) | V(why) | V(graph) | V(intervals) | V(soak))
#define CHANGES ((FORMS & ~V(soak)) | V(fuzz))

const OptionRow option_rows[OPTION_COUNT] = {
#define OPTION(id, name, value, verbs, doc) {name, value, doc, verbs, set_##id},
#include "options.def"
#undef OPTION
};
