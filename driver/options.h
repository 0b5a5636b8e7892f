/* options.h - the command line. */
#ifndef SLISPC_OPTIONS_H
#define SLISPC_OPTIONS_H

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
    uint64_t soak_seed;          /* soak: the first seed, how many from it on, walks through each function */
    uint32_t soak_functions, soak_walks;
    bool soak_mutates;
} Options;

/* Reads argv from `first` on. A wrong option ends the program with a suggestion and exit code 2.
 * With `stop_at_file` everything behind the first file belongs to the program (slispc run). */
void options_read(Options *o, int argc, char **argv, int first, bool stop_at_file);
void options_help(FILE *out);

#endif
