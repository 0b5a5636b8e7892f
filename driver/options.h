/* options.h - the command line. */
#ifndef SLISPC_OPTIONS_H
#define SLISPC_OPTIONS_H

#include "interpret/interpret.h"
#include "pipeline.h"

typedef enum { TO_EXECUTABLE, TO_OBJECT, TO_ASSEMBLY, TO_NOTHING } OutputKind;

typedef enum {
#define VERB(id, ...) VERB_##id,
#include "verbs.def"
#undef VERB
    VERB_COUNT
} Verb;
_Static_assert(VERB_COUNT < 32, "sets of verbs are 32-bit masks");

enum {
#define OPTION(id, ...) OPTION_##id,
#include "options.def"
#undef OPTION
    OPTION_COUNT
};

typedef struct {
    PipelineOptions pipeline;
    Verb verb;
    bool given[OPTION_COUNT]; /* on the command line */
    OutputKind kind;
    const char *output;     /* -o, NULL when not given */
    const char *difference; /* grammar --diff */
    const char *against;    /* check --against, a file */
    const char **arguments; /* what is no option, in order */
    int argument_count;
    char **program_arguments; /* after the file of run, bisect, lockstep */
    int program_argument_count;
    bool help, version, json; /* json: of passes */
    uint64_t seed;            /* soak, fuzz: the first seed */
    uint32_t how_many;        /* soak, fuzz, reduce: 0 when not given */
    uint32_t soak_walks;      /* through each function */
    bool print, native;       /* fuzz, reduce */
    const char *failure_kind; /* reduce --kind */
    bool soak_mutates;
    InterpretOptions interpret; /* run, of a form */
    bool each, count;           /* run --each, --count */
    const char *expect, *still; /* bisect */
    const char *passes;         /* lockstep, diff: A,B */
    int pass;                   /* graph, intervals: the form after it, -1: what fits */
    const char *what;           /* graph: of what, NULL: what fits */
    bool svg, all;              /* graph --svg; diff, graph --all: the library, too */
} Options;

/* An option: with a value after '=' or in the next argument, or (a value that starts with '[')
 * with one after '=' or none. */
typedef struct {
    const char *name, *value, *doc;
    uint32_t verbs; /* that take it: bit v for verb v */
    void (*set)(Options *o, const char *value);
} OptionRow;
extern const OptionRow option_rows[OPTION_COUNT];

/* ---- command_line.c */

/* Reads the whole command line. A wrong one ends the program with a suggestion and exit code 2. */
void options_read(Options *o, int argc, char **argv);
/* Says on stderr which of the options have no effect in what is to be done. */
void note_idle_options(const Options *o);
/* Of all verbs and options, or of the one that was given. */
void options_help(FILE *out, const Options *o);

#endif
