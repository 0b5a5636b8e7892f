/* look.h - what the commands that show forms share: which forms, which functions of them. */
#ifndef SLISPC_LOOK_H
#define SLISPC_LOOK_H

#include "commands.h"
#include "dump.h"

typedef struct {
    Node *program; /* NULL when errors ended the pipeline before */
    DumpHeader header;
} Form;

/* The second argument is the name of a function, as --fn, whatever files there are. */
Options look_options(const Options *o);
/* The forms as these passes left them, of a dump with pass -1 what it holds; a pass that is skipped
 * gives what went into it. Gives the exit code of the pipeline; not 0: there are no forms. */
int forms_after(const Options *o, const int *passes, Form *forms, int count);
/* Prints where it came from: "after alloc (Lplaced)". */
void print_form_title(Buffer *out, const Form *form);

/* Is the top to be shown: that of --fn, or else one of the user's? */
bool look_shows(const Options *o, const Node *top);
/* The tops of a program; of one of Lsurface its text, as one. */
NodeList look_tops(const Node *program);
/* A name of --fn that no top has ends the program with a suggestion and exit code 2. */
void look_check_function(const Options *o, const Node *program);
/* To -o, else to stdout. */
void look_output(const Options *o, const Buffer *text);

#endif
