/* observe.h - running something in a process of its own: what it prints, how it ends, within
 * limits.
 *
 * A form that is wrong may crash, hang or print without end; the process that watches does not.
 */
#ifndef SLISPC_OBSERVE_H
#define SLISPC_OBSERVE_H

#include "interpret/interpret.h"

typedef struct {
    Buffer out, err;  /* standard output and standard error, of each at most OBSERVED_BYTES */
    int code;         /* exit code, if it exited */
    int signal;       /* that ended it, 0: it exited */
    bool is_late;     /* it was still running when its time was over */
    RunCounts counts; /* of an interpreted form; else zeros */
} Observation;

enum { OBSERVED_BYTES = 16 << 20 };

/* What runs in the child. `counts` lies in memory that the watcher sees. Gives the exit code. */
typedef int ObservedJob(void *context, RunCounts *counts);

/* Runs the job in a child process with an empty standard input; kills it after so many seconds. */
void observe(Observation *out, ObservedJob *job, void *context, double seconds);
/* The same for a command; argv ends in NULL. Bytes of `input` go to its standard input. A command
 * that cannot be started has code 127 and says why in err. */
void observe_command(Observation *out, char *const argv[], const char *input, size_t length,
                     double seconds);
void observation_free(Observation *o);

/* Words of a command line, split at blanks; 'quotes' and "quotes" keep blanks, nothing else is
 * special. Ends in NULL. Two quotes that do not close end the program with exit code 2. */
char **split_command(Arena *a, const char *command);

/* ---- behaviour: what must be the same in every form */

/* The first line of an error, and the place in the line after it: " --> f.slisp:3:5"; empty when
 * there is none. */
typedef struct {
    const char *message, *place;
    size_t message_length, place_length;
    bool is_inside; /* of a function of the library */
} ObservedError;
ObservedError observed_error(const Observation *o);

/* NULL when both behave the same: output, exit code, message and place of an error, no signal. Else
 * what differs, in a word or two. */
const char *behaviour_difference(const Observation *a, const Observation *b);
/* "line 2 of the output: 7, not 6"; nothing when both have the same. `wanted` is the text of the
 * output that is right. */
void describe_output_difference(Buffer *out, const Observation *o, const char *wanted,
                                size_t length);
/* In a line: how it ended. */
void describe_observation(Buffer *out, const Observation *o);

#endif
