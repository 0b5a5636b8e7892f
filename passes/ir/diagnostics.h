/* diagnostics.h - the three error words: the program is wrong, slispc is wrong, the world is wrong.
 */
#ifndef SLISPC_DIAGNOSTICS_H
#define SLISPC_DIAGNOSTICS_H

#include "memory.h"

typedef struct Diagnostics Diagnostics;
struct Node;

/* The user's program is wrong: collected, shown in source order, at most ten. `code` is a row of
 * messages.def ("SL0101"). After `note`/`help` the last error gets a further line. */
Diagnostics *diagnostics_new(Arena *a);
void diagnostics_source(Diagnostics *d, uint16_t file, Text name, const char *bytes, size_t length);
void error_at(Diagnostics *d, Pos at, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void warning_at(Diagnostics *d, Pos at, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void note_at(Diagnostics *d, Pos at, const char *format, ...) __attribute__((format(printf, 3, 4)));
void help_line(Diagnostics *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint32_t error_count(const Diagnostics *d);
/* Prints what was collected (text, or JSON lines) to `out` and empties it. */
void diagnostics_show(Diagnostics *d, FILE *out, bool json, bool colour);
/* The near-miss of `name` among `candidates`, NULL when none is close. */
const char *near_miss(const char *name, const char *const *candidates, size_t count);

/* ---- fail.c */

/* A string of JSON. */
void print_json_text(FILE *out, const char *s);
/* How a form is shown in a message: print_flat, set by languages_init. */
extern void (*show_form_hook)(Buffer *out, const struct Node *n);
/* slispc is wrong: names pass, form, source position and the reproducing command, exit code 3. */
extern const char *bug_pass; /* the running pass, for bug() */
/* A sentence: who may be to blame when the form came from outside; NULL: slispc is. */
extern const char *bug_blame;
/* 3; 1 when the form is of a file, whose mistake it is. */
extern int bug_exit_code;
/* While a form is interpreted: prints where that is ("in $user/f.w2, b4"); `at` may be NULL. */
extern void (*where_hook)(Buffer *out, const struct Node *at);
extern void (*bug_hook)(void); /* saves what reproduces it and prints the command */
_Noreturn void bug(const struct Node *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Messages that are not of the user's program are lines of JSON, too. */
extern bool messages_as_json;
/* The world is wrong: message (with strerror when `error` is not 0), exit code 2. */
_Noreturn void fail(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
