/* options.h - the command line. */
#ifndef SLISPC_OPTIONS_H
#define SLISPC_OPTIONS_H

#include "interpret/interpret.h"
#include "pipeline.h"

typedef enum { TO_EXECUTABLE, TO_OBJECT, TO_ASSEMBLY, TO_NOTHING } OutputKind;

typedef struct {
    PipelineOptions pipeline;
    OutputKind kind;
    const char *output;          /* -o, NULL when not given */
    const char *difference;      /* grammar --diff */
    const char *against;         /* check --against, a file */
    const char **arguments;      /* what is no option, in order */
    int argument_count;
    char **program_arguments;    /* after the first file of `run` */
    int program_argument_count;
    bool help, version;
    uint64_t seed;               /* soak, fuzz: the first seed */
    uint32_t how_many;           /* soak, fuzz, reduce: 0 when not given */
    uint32_t soak_walks;         /* through each function */
    bool print, native;          /* fuzz, reduce */
    const char *failure_kind;    /* reduce --kind */
    bool soak_mutates;
    InterpretOptions interpret; /* run, of a form */
    bool has_limit;             /* steps or seconds were given */
    bool each, count;           /* run --each, --count */
    const char *expect, *still; /* bisect */
    const char *passes;         /* lockstep, diff: A,B */
    int pass;                   /* graph, intervals: the form after it, -1: what fits */
    const char *what;           /* graph: of what, NULL: what fits */
    bool svg, all;              /* graph --svg; diff, graph --all: the library, too */
} Options;

/* Reads argv from `first` on. A wrong option ends the program with a suggestion and exit code 2.
 * With `stop_at_file` everything behind the first file belongs to the program (slispc run). */
void options_read(Options *o, int argc, char **argv, int first, bool stop_at_file);
void options_help(FILE *out);

#endif
