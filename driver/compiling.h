/* compiling.h - the state of one compile, for the files that are the pipeline. */
#ifndef SLISPC_COMPILING_H
#define SLISPC_COMPILING_H

#include "dump.h"
#include "pipeline.h"

typedef struct {
    const PipelineOptions *options;
    Arena *arena;               /* what is kept to the end: the emitted program */
    Arena *forms, *other_forms; /* of passes that see the whole program: see `compacted` */
    Arena *function;            /* one function's back end */
    const SourceFile *files;
    Context context;
    DumpHeader header;
    Node *against; /* the form that --against names; NULL: none */
    Language against_language;
    int first, last;             /* passes to run */
    bool of_library;             /* the current function */
    const Node *before_simplify; /* the program in which nothing is inlined yet; NULL: not seen */
    Dump dumps[2][PASS_COUNT];   /* [0] before, [1] after a pass of scope FUNCTION */
    double seconds[PASS_COUNT];
    int exit_code;
} Compile;

/* What goes into the first pass; sets where to start. NULL: errors were reported. */
Node *start_from_dump(Compile *c, const SourceFile *file);
Node *start_from_source(Compile *c, const SourceFile *files, uint32_t count);
/* ---- notes.c */

/* Does pass p run in this compile? */
bool runs(const Compile *c, int p);
uint32_t passes_run(const Compile *c); /* bit p: pass p */
void note_idle_passes(const Compile *c);
/* Sets bug_blame: who made the form that the first pass takes? */
void set_blame(const Compile *c);
void show_times(const Compile *c);

/* ---- vanished.c */

/* After each pass p of scope PROGRAM, and after p = first - 1 with what a dump holds: an unknown
 * name of --fn or --keep ends slispc; a function that is not there any more is told of. */
void watch_functions(Compile *c, int p, const Node *before, const Node *after);

/* ---- input.c */

/* The header of the form after a pass: what was left out, put in, replaced up to there. */
DumpHeader header_after(const Compile *c, int pass);
/* Is the dump's program well-formed? Else errors were reported. */
bool is_given_form_fine(const Compile *c, const Node *program);
/* --from: the pass must take what the file holds. */
void start_at(Compile *c, int pass);
/* Goes back over a check of the form. */
void start_before_verify(Compile *c);

/* The function of the same name in a program; NULL when it has none, or when there is no program.
 */
const Node *function_in(const Node *program, const Node *function);

/* ---- selected.c */

/* The program that --against names, when there is one. */
void read_against(Compile *c);
/* May pass p take the function, or, if that is verify, leave it at that? What goes into liveness
 * must be fit for it, whoever made it; later forms are looked at when it was not the pass before
 * that made them. Says what is wrong. */
bool is_fit(const Compile *c, int p, const Node *function);
/* Have both programs the same tops, functions by name alone? Says what is wrong. */
bool has_same_tops(const Compile *c, const Node *was, const Node *is);
void note_missing_second_input(const Compile *c);

/* Code that was not made by emit: is it right, as far as can be known? `form`, of Lframed, is what
 * it should come from; NULL: not known. Says what is wrong. */
bool is_given_code_fine(Compile *c, const Node *program, const Node *form);

#endif
