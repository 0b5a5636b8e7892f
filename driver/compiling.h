/* compiling.h - the state of one compile, for the files that are the pipeline. */
#ifndef SLISPC_COMPILING_H
#define SLISPC_COMPILING_H

#include "dump.h"
#include "pipeline.h"

typedef struct {
    const PipelineOptions *options;
    Arena *arena;    /* the whole program */
    Arena *function; /* one function's back end */
    const SourceFile *files;
    Context context;
    DumpHeader header;
    Node *against;                /* the program as it went into alloc, NULL: not at hand */
    int first, last;              /* passes to run */
    Dump dumps[2][PASS_COUNT];    /* [0] before, [1] after a pass of scope FUNCTION */
    double seconds[PASS_COUNT];
    int exit_code;
} Compile;

/* The program that --against names. */
void read_against(Compile *c);
/* What goes into the first pass; sets where to start. NULL: errors were reported. */
Node *start_from_dump(Compile *c, const SourceFile *file);
Node *start_from_source(Compile *c, const SourceFile *files, uint32_t count);
/* --from: the pass must take what the file holds. */
void start_at(Compile *c, int pass);

/* The function of the same name in a program; NULL when it has none, or when there is no program. */
const Node *function_in(const Node *program, const Node *function);

/* Code that was not made by emit: is it right, as far as can be known? `form`, of Lframed, is what it
 * should come from; NULL: not at hand. Says what is wrong. */
bool is_given_code_fine(Compile *c, const Node *program, const Node *form);

#endif
