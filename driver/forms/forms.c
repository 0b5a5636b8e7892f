/* forms.c - every form of a program, run and watched. */
#include "forms.h"
#include "link.h"

#include <stdlib.h>

bool has_places(Language l) {
    return l == L_Lplaced || l == L_Lframed;
}

const char *form_name(const FormRun *run) {
    static char name[64];
    const char *pass = run->pass < 0 ? "as given" : pass_rows[run->pass].name;
    bool native = run->header->language == L_Lbytes;
    snprintf(name, sizeof name, "%s%s", pass,
             native                              ? " (native)"
             : has_places(run->header->language) ? run->by_place ? " by place" : " by name"
                                                 : "");
    return name;
}

/* ---- one run */

typedef struct {
    const Options *options;
    const FormRun *run;
} Job;

static int run_form(void *context, RunCounts *counts) {
    Job *job = context;
    Options with = *job->options;
    with.interpret.counts = counts;
    with.interpret.by_place = job->run->by_place;
    PipelineResult r = {.program = job->run->program, .header = *job->run->header};
    return run_result(&with, &r);
}

void observe_form(Observation *out, const Options *o, const FormRun *run) {
    enum { GRACE = 2 }; /* seconds to tell where an interpreted form stood */
    bool native = run->header->language == L_Lbytes;
    Job job = {o, run};
    observe(out, run_form, &job, o->interpret.seconds + (native ? 0 : GRACE));
    if (out->counts.ending == OUT_OF_TIME) out->is_late = true;
}

/* ---- all of them */

typedef struct {
    FormJudge *judge;
    void *context;
    bool ended, has_call;
} Watch;

static bool visit_form(void *context, int pass, Node *program, const DumpHeader *header) {
    Watch *v = context;
    FormRun run = {pass, false, program, header};
    if (header->language == L_Lbytes && v->has_call)
        return true; /* native code is run from its start */
    if (!v->ended) v->ended = !v->judge(v->context, &run);
    run.by_place = true;
    if (has_places(header->language) && !v->ended) v->ended = !v->judge(v->context, &run);
    return !v->ended;
}

static Options watched(const Options *o, Watch *watch) {
    Options with = *o;
    with.pipeline.seen = visit_form;
    with.pipeline.seen_context = watch;
    return with;
}

int each_form(const Options *o, FormJudge *judge, void *context) {
    Watch watch = {judge, context, false, o->interpret.call != NULL};
    Options with = watched(o, &watch);
    return compile_files(&with).exit_code;
}

int each_form_of(const Options *o, const SourceFile *file, FormJudge *judge, void *context) {
    Watch watch = {judge, context, false, o->interpret.call != NULL};
    Options with = watched(o, &watch);
    return pipeline_run(&with.pipeline, file, 1).exit_code;
}
