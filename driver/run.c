/* run.c - slispc run: which form a file is to be run as. */
#include "commands.h"
#include "replace.h"

/* Only forms can be stepped through. */
static bool wants_form(const Options *o) {
    return o->given[OPTION_steps] || o->count || o->interpret.call || o->interpret.trace ||
           o->interpret.breaks.count;
}

/* Of source, the first form that can be run stands for it, unless something is said about passes:
 * then it is the last one that can be interpreted, which shows what came of it. */
static int form_to_step_through(const PipelineOptions *p) {
    bool says_something = p->inject_fault || p->skip || p->optimise != 2 || is_any_replaced(p);
    if (!says_something) return PASS_expand;
    return p->no_verify ? PASS_frame : PASS_verify;
}

/* A dump is run as it is: with the passes that follow it would be another form. */
int verb_run(const Options *o) {
    if (o->each) return run_each(o);
    Options with = *o;
    SourceFile file = file_read(o->arguments[0]);
    with.pipeline.only_read = o->pipeline.to < 0;
    if (o->pipeline.to < 0 && wants_form(o) && !is_dump(&file)) {
        with.pipeline.to = form_to_step_through(&o->pipeline);
        fprintf(stderr, "note: this is the form after %s, interpreted; --to=P takes another\n",
                pass_rows[with.pipeline.to].name);
    }
    PipelineResult r = compile_files(&with);
    return r.program ? run_result(&with, &r) : r.exit_code;
}
