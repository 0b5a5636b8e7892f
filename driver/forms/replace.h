/* replace.h - another program in the place of a pass: --replace=PASS:'COMMAND'. */
#ifndef SLISPC_REPLACE_H
#define SLISPC_REPLACE_H

#include "pipeline.h"

/* Prints the program (or, for parse, gives the text of the source) to the command's standard input,
 * reads what it writes, and checks it against the output language of the pass. What it writes to
 * standard error is shown with the pass's name before each line. When it cannot be started, fails,
 * takes longer than `seconds`, or writes something else, that is told and slispc ends with exit
 * code 3 (2: cannot be started). */
Node *run_replacement(Arena *a, int pass, const char *command, const SourceFile *source,
                      const Node *program, const DumpHeader *header, double seconds);
bool is_any_replaced(const PipelineOptions *o);
/* When something is wrong after a pass was replaced: says which ones were. */
void note_replacements(const PipelineOptions *o);

#endif
