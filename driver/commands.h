/* commands.h - what the verbs of the command line share. */
#ifndef SLISPC_COMMANDS_H
#define SLISPC_COMMANDS_H

#include "options.h"

/* The whole file; what cannot be read ends the program with exit code 2. */
SourceFile file_read(const char *name);
/* Runs the pipeline over the files of the command line. An internal failure prints the command that
 * shows it again. */
PipelineResult compile_files(const Options *o);
/* Did all passes run? */
static inline bool is_complete(const PipelineResult *r) {
    return r->program && r->header.language == L_Lbytes;
}

/* Runs the compiled program, or interprets the form where the passes ended; gives its exit code. */
int run_result(const Options *o, const PipelineResult *r);

/* ---- verbs; each gives slispc's exit code */

int verb_run(const Options *o);
int verb_check(const Options *o);
int run_each(const Options *o); /* run --each */
int verb_bisect(const Options *o);
int verb_graph(const Options *o);
int verb_intervals(const Options *o);
int verb_diff(const Options *o);
int verb_ir_equal(const Options *o);
int verb_why(const Options *o);
int verb_explain(const Options *o);
int verb_lockstep(const Options *o);
int verb_fuzz(const Options *o);
int verb_reduce(const Options *o);
int verb_coverage(const Options *o);

#endif
