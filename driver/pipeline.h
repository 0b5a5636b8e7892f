/* pipeline.h - running the passes: the driver's loop and what it can be told to do. */
#ifndef SLISPC_PIPELINE_H
#define SLISPC_PIPELINE_H

#include "ir/faults.h"

typedef enum { CONVERT, OPTIMISE, ANALYSE, VERIFY } PassKind;
typedef enum { PROGRAM, FUNCTION } PassScope;

typedef struct {
    const char *name;
    Language from, to;
    PassKind kind;
    PassScope scope;
    const char *doc;
    PassFunction *run;
} PassRow;

enum {
#define PASS(name, from, to, kind, whole, doc) PASS_##name,
#include "passes.def"
#undef PASS
    PASS_COUNT
};
extern const PassRow pass_rows[PASS_COUNT];

/* Number of the pass, -1 when there is none. */
int pass_named(const char *name);
/* The same, but a wrong name ends the program with a suggestion and exit code 2. */
int pass_wanted(const char *name);
const char *pass_kind_text(PassKind kind);

typedef struct {
    const char *name; /* as given on the command line */
    char *bytes;
    size_t length;
} SourceFile;

/* Called after each pass that ran, with the whole program as it left it, and first, with pass -1,
 * with what a dump holds. All forms stay in memory. False: no further pass
 * is to run. */
typedef bool FormSeen(void *context, int pass, Node *program, const DumpHeader *header);

typedef struct {
    int optimise; /* 0, 1, 2 */
    bool strict, seed_dialect, no_verify, time_passes, json;
    Style style;
    uint32_t dump_after, dump_before; /* bit p: pass p */
    uint32_t skip;
    const char *dump_dir; /* every dump into a file of its own here, NULL: to stdout */
    const char *function; /* dump only this one, by name without $ */
    const char *keep;     /* functions, with commas between, that are not inlined; NULL: none */
    bool library;         /* commands and mistakes are for the library's functions, too */
    bool changed;         /* dump only what the pass changed */
    uint32_t line;        /* dump only what stems from this line of the source; 0: all */
    int from, to;         /* first and last pass to run, -1: as the input says, to the end */
    bool only_read;       /* a dump is read and checked; no pass runs over it */
    const char *replace[PASS_COUNT]; /* commands in the place of passes, NULL: the pass itself */
    double replace_seconds;          /* that such a command may take */
    FormSeen *seen;                  /* called with every form, see below; NULL: not wanted */
    void *seen_context;
    VerifyMode verify_mode;
    uint32_t verify_without;   /* rules that are switched off */
    bool verify_all;           /* all that is wrong in a function */
    const SourceFile *against; /* a dump of what select gave, for verify; NULL: not known */
    int inject_pass;           /* -1 for none */
    const char *inject_fault;
    uint64_t inject_seed;
} PipelineOptions;

typedef struct {
    Node *program; /* as the last pass that ran left it; NULL when checks or errors stopped it */
    DumpHeader header; /* of that form */
    int exit_code;     /* 0, 1 errors in the program, 3 a check of the compiler failed */
    int first;         /* the pass that what was read goes into */
    uint32_t ran;      /* passes that ran: bit p for pass p */
    Language compared; /* of the form that verify compared with; 0: there was none */
    enum { CODE_UNSEEN, CODE_DECODED, CODE_COMPARED } code; /* with the form that went into emit */
} PipelineResult;

/* Runs the passes that are wanted over source files, or over one dump (told by its first bytes).
 * Dumps go out as the options say. Errors and warnings are shown on stderr. */
PipelineResult pipeline_run(const PipelineOptions *options, const SourceFile *files,
                            uint32_t count);

/* The pass that runs now, and what went into it: for a report when it fails. */
typedef struct {
    int pass;             /* -1: none */
    const Node *input;    /* a program, or one function of it */
    const Node *library;  /* of that program */
    const Node *selected; /* as select gave a function that is found wrong, else NULL */
    DumpHeader header;    /* of the input */
} RunningPass;
extern RunningPass running_pass;

/* Is this the text of a dump? */
bool is_dump(const SourceFile *file);

/* ---- inject.c */

/* How any pass can be made to fail itself: "crash", "no-form" (it gives what is no form of its
 * language). */
bool is_failure(const char *name);
Node *failed_pass(Arena *arena, const char *name);

/* What pass p makes of the form; with a fault of its own when that is not FAULT_NONE, at the place
 * that the seed picks. */
Node *run_with(Context *c, int p, Node *form, FaultKind fault, uint64_t seed);

/* ---- catalogue.c */

/* What `slispc explain CODE` says, NULL when there is no such message. */
const char *message_explanation(const char *code);
/* Prints what a rule of verify means, with an example; false when there is no such rule. */
bool print_rule(FILE *out, const char *code);
/* The code of a message or rule that was perhaps meant; NULL when none is near. */
const char *code_meant(const char *code);
/* Number of a rule of verify, as in Context.verify_without; -1 when there is none. */
int rule_named(const char *name);
const char *rule_name(int rule);
/* Lists the faults that --inject can make, of one pass or (-1) of all. */
void print_faults(FILE *out, int pass);
/* Ends the program with a suggestion and exit code 2 when the pass has no such fault. */
void fault_wanted(int pass, const char *name);

/* Does pass p look at one top of the program at a time? */
bool goes_by_top(int p);

#endif
