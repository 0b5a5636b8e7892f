/* interpret.h - running a form as it is: each language from Lcore to Lframed has an
 * interpreter.
 *
 * They share the runtime with native programs: its values, its collections, its collector, which
 * really runs and really moves the objects that the interpreter holds.
 */
#ifndef SLISPC_INTERPRET_H
#define SLISPC_INTERPRET_H

#include "ir.h"

typedef struct {
    uint32_t line, column; /* column 0: anywhere on the line */
} Breakpoint;

/* Why it ended. */
typedef enum { ENDED, OUT_OF_STEPS, OUT_OF_TIME } Ending;

/* What is known about a run, while it runs and afterwards. */
typedef struct {
    uint64_t steps; /* expressions of trees, instructions of blocks */
    uint64_t collections, allocated;
    Ending ending;
} RunCounts;

typedef struct {
    uint64_t steps;    /* at most so many; 0: no limit */
    uint32_t seconds;  /* at most so long; 0: no limit */
    bool by_place;     /* Lplaced and Lframed: operands are read from their places, not by name */
    bool junk;         /* by place: calls leave junk in what they may clobber */
    const char *trace; /* calls and results of this function, "" for all, NULL: no trace */
    VEC(Breakpoint) breaks;
    const char
        *call;  /* (function argument ...) instead of the program's start; its result is printed */
    int events; /* file descriptor that events go to (world_event), -1: none */
    RunCounts *counts; /* filled in; may lie in memory that processes share */
} InterpretOptions;

/* Can programs of this language be interpreted? (Not Lsurface and Lbytes.) */
bool is_interpreted(Language l);

/* Runs the program from its start; gives its exit code. argv[0] is its name. Output, errors and
 * exit codes are those of the native program. Traces and stops are told on stderr; a run that comes
 * to a limit is told there, too, with its place, and gives exit code 2. */
int interpret(Node *program, const DumpHeader *header, const InterpretOptions *options, int argc,
              char **argv);

#endif
