/* trial.h - what becomes of a program: it is compiled in a process of its own, each form is run and
 * compared with the first one. For fuzz and reduce.
 */
#ifndef SLISPC_TRIAL_H
#define SLISPC_TRIAL_H

#include "forms.h"

typedef enum {
    TRIAL_FINE,
    TRIAL_ERROR,    /* the compiler takes the program for wrong */
    TRIAL_VERIFY,   /* a rule of verify is broken */
    TRIAL_CRASH,    /* a pass fails a check, crashes or does not end */
    TRIAL_MISMATCH, /* a form behaves in another way than the first one */
} TrialKind;

typedef struct {
    TrialKind kind;
    int pass;        /* that failed, or that made the form which misbehaves; -1: none */
    char row[40];    /* the form that misbehaves, or the rule or message: "gvn", "V05", "SL0101" */
    char what[1600]; /* about that, lines */
    bool in_library; /* what verify rejects is a function of the library */
    /* the run that all others are compared with */
    bool has_run, is_late, is_broken; /* broken: slispc itself failed in it */
    int code, signal;
    char error[200]; /* its error, empty when there was none */
    uint64_t steps;
    uint32_t runs; /* of all forms */
    int reached;   /* the last pass whose form was seen */
    int optimise;  /* at what level */
} Trial;

typedef struct {
    bool first_only;  /* of the forms only the first is run, to see whether the program means
                         something */
    bool native_only; /* no form is interpreted */
    bool plain;       /* the native program of -O0, too */
    bool stressed;    /* the native program with a collection at every allocation, too */
    uint64_t steps;   /* the first run ends after so many; 0: no limit */
} TrialOptions;

/* `file` is source text or a dump. Never ends the calling program, whatever slispc does. */
void try_program(Trial *out, const Options *options, const SourceFile *file, TrialOptions how);
/* "verify", "mismatch", "crash"; in static memory. */
const char *trial_kind_text(TrialKind kind);

#endif
