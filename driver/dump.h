/* dump.h - which parts of a form a dump shows, and its text; what tops are called. */
#ifndef SLISPC_DUMP_H
#define SLISPC_DUMP_H

#include "pipeline.h"

/* The tops of a form that are to be seen, put together one by one. */
typedef struct {
    Buffer tops, unchanged; /* unchanged: names, for --changed */
    uint32_t unchanged_of_library;
    bool is_library_folded; /* the view shows it as one line */
} Dump;

/* Adds what --fn, --line and --changed want to see of a top. `before` is the top as it went into
 * the pass, NULL when it is not known. */
void dump_add(Dump *d, const PipelineOptions *o, Node *top, const Node *before);
/* Writes header, library row and tops to where the options say, and empties the dump. */
void dump_write(Dump *d, const PipelineOptions *o, int pass, bool after, DumpHeader header,
                const Node *library);

/* "user/f.w1"; "run 3:1" for an expression; "cell user/x", "declare user/f". The same in all
 * languages where it is the same top. The inner form is meant when `top` is from the library. */
Text top_name(const Node *top);
/* Is that its name? With or without namespace, with or without a worker's suffix. */
bool top_is_named(const Node *top, const char *wanted);
/* The top of that name in a program, NULL when there is none. */
Node *top_in(const Node *program, Text name);
/* Has the program a top of that name, as top_is_named says? */
bool top_is_in(const Node *program, const char *wanted);
/* The name of a top that was perhaps meant; NULL when none is near. */
const char *function_meant(const Node *program, const char *wanted);
/* What of a top stems from that line of the user's files: all of a tree that has a part that does;
 * of text, blocks and machine code only such forms and instructions. NULL: nothing. */
Node *part_from_line(Arena *a, Node *top, uint32_t line);

#endif
