/* run.c - slispc run: which form a file is to be run as. */
#include "commands.h"
#include "replace.h"

/* Only forms can be stepped through. A limit is that of the command when a pass is replaced. */
static bool wants_form(const Options *o) {
    return (o->has_limit && !is_any_replaced(&o->pipeline)) || o->count || o->interpret.call ||
           o->interpret.trace || o->interpret.breaks.count;
}

/* A dump is run as it stands: with the passes that follow it would be another form. Of source, the
 * first form that can be run stands for it when there are steps to be counted. */
int verb_run(const Options *o) {
    if (o->each) return run_each(o);
    Options with = *o;
    with.pipeline.only_read = o->pipeline.to < 0;
    if (o->pipeline.to < 0 && wants_form(o)) with.pipeline.to = PASS_expand;
    PipelineResult r = compile_files(&with);
    return r.program ? run_result(&with, &r) : r.exit_code;
}
