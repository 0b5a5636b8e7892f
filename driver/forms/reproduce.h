/* reproduce.h - when slispc itself fails: the input of the failing pass is saved, and one command
 * shows the failure again.
 */
#ifndef SLISPC_REPRODUCE_H
#define SLISPC_REPRODUCE_H

#include "options.h"

/* From here to reproduce_end failed checks and crashes of slispc are reported. The input goes into
 * the folder that the environment variable SLISPC_CRASH_DIR names, else into the current one; when
 * the file given is a dump, it is the input itself. */
void reproduce_start(const Options *o, bool is_dump_given);
void reproduce_end(void);
/* Called after such a report with the pass that failed; NULL: nobody. */
extern void (*after_failure)(int pass);
/* Is it where the thread's stack ends, which is smaller than usual for want of address space? In
 * main.c. */
bool is_below_small_stack(const void *address);
/* The options that change what passes do, as they were given: " --inject=alloc:drop-store". */
void print_given_options(FILE *out, const Options *o);
/* The files, and the program's arguments after them, as a shell takes them. */
void print_given_files(FILE *out, const Options *o);
void print_program_arguments(FILE *out, const Options *o);
/* A word as a shell takes it, in quotes where it wants them. */
void print_quoted(FILE *out, const char *word);

#endif
