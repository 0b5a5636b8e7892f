/* output.h - writing what was asked for: whole files or nothing. */
#ifndef SLISPC_OUTPUT_H
#define SLISPC_OUTPUT_H

#include "ir.h"

/* Writes a dump to stdout, or as DIR/NN-pass.Language when `dir` is not NULL (before a pass: the
 * file of the pass before it). */
void output_dump(const char *dir, int pass, bool after, const Buffer *text);
/* Writes `length` bytes to stdout; fails when they cannot all be written. */
void output_bytes(const char *bytes, size_t length);
/* Replaces the file `path` at once: a temporary file beside it, then rename. Mode as given, less
 * the umask. Ends the program with exit code 2 when that fails, and leaves no partial file. */
void output_file(const char *path, const void *bytes, size_t length, unsigned mode);
/* The same; gives the error number, 0 when all went well. */
int try_output_file(const char *path, const void *bytes, size_t length, unsigned mode);
/* A file for a command, which is gone afterwards, and when a signal ends slispc, too. */
void passing_file(const char *path, const void *bytes, size_t length);
void passing_file_gone(void);
/* Colour on stderr? --color= and NO_COLOR decide, else whether it is a terminal. */
bool output_colour(void);
bool output_colour_on(int fd);            /* the same for another stream: 1 is stdout */
void output_set_colour(const char *when); /* "always", "never", "auto" */

#endif
