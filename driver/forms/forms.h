/* forms.h - every form of a program, run and watched: for `run --each`, bisect, lockstep and fuzz.
 */
#ifndef SLISPC_FORMS_H
#define SLISPC_FORMS_H

#include "commands.h"
#include "observe.h"

/* A way to run a form. The form after parse runs as what expand makes of it, without faults; the
 * form after emit is the native program. */
typedef struct {
    int pass; /* the form is as this pass left it; -1: as a dump holds it */
    bool by_place;
    Node *program;
    const DumpHeader *header;
} FormRun;

/* Is the form that pass left one that shows places, too? */
bool has_places(Language l);
/* "alloc by place", "emit (native)"; in static memory. */
const char *form_name(const FormRun *run);
/* Runs it in a child process within the limits of the options; a run that comes to its limit of
 * time is_late. */
void observe_form(Observation *out, const Options *o, const FormRun *run);

/* Runs the pipeline and calls `judge` for every way to run every form, in order; stops when it
 * gives false. Gives the exit code of the pipeline: 1 or 3 when errors or checks ended it. */
typedef bool FormJudge(void *context, const FormRun *run);
int each_form(const Options *o, FormJudge *judge, void *context);
/* The same for a file that is in memory; a failure of slispc is not reported with a command. */
int each_form_of(const Options *o, const SourceFile *file, FormJudge *judge, void *context);

#endif
