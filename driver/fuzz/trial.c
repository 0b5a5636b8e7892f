/* trial.c - what becomes of a program: it is compiled in a process of its own, and the forms run in
 * children of that one. What it finds it leaves in memory that both see. */
#include "trial.h"
#include "expand/library.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef struct {
    Options options;
    const SourceFile *file;
    TrialOptions how;
    Trial *found;
    Observation first;
    char first_name[40];
} Try;

const char *trial_kind_text(TrialKind kind) {
    static const char *const names[] = {"fine", "error", "verify", "crash", "mismatch"};
    return names[kind];
}

static Trial *shared_trial(void) {
    static Trial *trial;
    if (trial) return trial;
    trial = mmap(NULL, sizeof *trial, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (trial == MAP_FAILED) fail(0, "no memory to share with a process");
    return trial;
}

/* ---- runs */

static void note_first_run(Try *t, const Observation *o, const char *name) {
    Trial *f = t->found;
    ObservedError e = observed_error(o);
    t->first = *o;
    snprintf(t->first_name, sizeof t->first_name, "%s", name);
    f->has_run = true;
    f->is_late = o->is_late || o->counts.ending != ENDED;
    f->is_broken = o->err.bytes && strstr(o->err.bytes, "internal error");
    f->code = o->code;
    f->signal = o->signal;
    f->steps = o->counts.steps;
    snprintf(f->error, sizeof f->error, "%.*s", (int)e.message_length, e.message);
}

static void note_difference(Try *t, const FormRun *run, const Observation *o, const char *name,
                            const char *difference) {
    Trial *f = t->found;
    Buffer was = {0}, is = {0};
    describe_observation(&was, &t->first);
    describe_observation(&is, o);
    f->kind = TRIAL_MISMATCH;
    f->pass = run->pass;
    snprintf(f->row, sizeof f->row, "%s", name);
    snprintf(f->what, sizeof f->what, "another %s\n  %-22s %s\n  %-22s %s\n", difference,
             t->first_name, was.bytes, name, is.bytes);
    buffer_free(&was);
    buffer_free(&is);
}

static void run_and_compare(Try *t, const FormRun *run, const char *name) {
    Observation o;
    Options with = t->options;
    bool is_first = !t->found->has_run;
    if (is_first) with.interpret.steps = t->how.steps;
    observe_form(&o, &with, run);
    t->found->runs++;
    if (is_first) {
        note_first_run(t, &o, name);
        return;
    }
    const char *difference = behaviour_difference(&t->first, &o);
    if (difference) note_difference(t, run, &o, name, difference);
    observation_free(&o);
}

/* The rest of the forms says nothing after the first that misbehaves, or when the first run is
 * late. */
static bool wants_more(const Try *t) {
    return t->found->kind == TRIAL_FINE && !t->found->is_late;
}

static void run_form(Try *t, const FormRun *run) {
    bool native = run->header->language == L_Lbytes;
    if (!wants_more(t) || (t->how.native_only && !native) ||
        (t->how.first_only && t->found->has_run))
        return;
    run_and_compare(t, run, form_name(run));
    if (!native || !t->how.stressed || t->how.first_only || !wants_more(t)) return;
    setenv("SLISP_GC", "stress", 1);
    run_and_compare(t, run, "native, stressed");
    unsetenv("SLISP_GC");
}

static bool judge_form(void *context, const FormRun *run) {
    Try *t = context;
    t->found->reached = run->header->after;
    run_form(t, run);
    return true;
}

static bool judge_plain(void *context, const FormRun *run) {
    Try *t = context;
    t->found->reached = run->header->after;
    if (run->header->language == L_Lbytes && !t->how.first_only)
        run_and_compare(t, run, "native, -O0");
    return true;
}

/* ---- the process that compiles */

/* What ended the pipeline comes before what a form did. */
static int try_in_child(void *context, RunCounts *unused) {
    (void)unused;
    Try *t = context;
    int code = each_form_of(&t->options, t->file, judge_form, t);
    if (code || !t->how.plain || !wants_more(t)) return code;
    t->options.pipeline.optimise = t->found->optimise = 0;
    t->found->reached = -1;
    return each_form_of(&t->options, t->file, judge_plain, t);
}

/* ---- what is left of it */

/* The code in "error[V05]", empty when there is none. */
static void read_code(char *code, size_t size, const char *report) {
    static const char start[] = "error[";
    const char *at = report ? strstr(report, start) : NULL;
    *code = 0;
    if (at)
        snprintf(code, size, "%.*s", (int)strcspn(at + sizeof start - 1, "]"),
                 at + sizeof start - 1);
}

/* The pass that runs after the one whose form was seen last. */
static int pass_that_failed(const Trial *f, const Options *o) {
    int p = f->reached + 1;
    while (p < PASS_COUNT - 1 &&
           (o->pipeline.skip >> p & 1 || (pass_rows[p].kind == OPTIMISE && !f->optimise)))
        p++;
    return p < PASS_COUNT ? p : PASS_COUNT - 1;
}

/* "(in $core/map.w2" */
static bool is_in_library(const char *report) {
    static const char start[] = "(in $";
    const char *at = report ? strstr(report, start) : NULL;
    if (at) at += sizeof start - 1;
    return at && library_has_space(text_of(at, strcspn(at, "/")));
}

static void note_failure(Trial *f, const Options *options, const Observation *o) {
    int pass = f->pass = pass_that_failed(f, options);
    read_code(f->row, sizeof f->row, o->err.bytes);
    f->in_library = is_in_library(o->err.bytes);
    f->kind = o->code == 1 && !o->signal                ? TRIAL_ERROR
              : pass == PASS_verify && f->row[0] == 'V' ? TRIAL_VERIFY
                                                        : TRIAL_CRASH;
    if (f->kind == TRIAL_CRASH) snprintf(f->row, sizeof f->row, "%s", pass_rows[pass].name);
    snprintf(f->what, sizeof f->what, "%s%.*s",
             o->is_late  ? "does not end\n"
             : o->signal ? "crashes\n"
                         : "",
             (int)sizeof f->what - 32, o->err.bytes ? o->err.bytes : "");
}

void try_program(Trial *out, const Options *options, const SourceFile *file, TrialOptions how) {
    enum { SECONDS = 60 };
    static const char *names[2];
    Trial *found = shared_trial();
    Observation o;
    Try t = {.options = *options, .file = file, .how = how, .found = found};
    names[0] = file->name;
    t.options.arguments = names;
    t.options.argument_count = 1;
    *found = (Trial){.pass = -1, .reached = -1, .optimise = options->pipeline.optimise};
    observe(&o, try_in_child, &t, SECONDS);
    if (o.code || o.signal || o.is_late) note_failure(found, options, &o);
    observation_free(&o);
    *out = *found;
}
