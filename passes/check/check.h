/* check.h - is a form well-formed? What slispc's passes take for granted of it is checked here, for
 * forms that slispc did not make itself: dumps, and what a command gave in the place of a pass.
 */
#ifndef SLISPC_CHECK_H
#define SLISPC_CHECK_H

#include "ir/ir.h"

/* A form from outside, with the text that it was read from. */
typedef struct {
    Language language;
    const Node *program;
    bool is_whole; /* no definition that is named may be missing in it */
    uint16_t file; /* the text's number among the diagnostics' sources */
    const char *bytes;
    size_t length;
} GivenForm;

/* Does the program, which fits the grammar of its language, keep what wellformed.def and the roles
 * of the parts ask for? The first thing that is wrong in each definition becomes an error (SL0026)
 * at its place in the text. From Lx86 on, rules V21 to V23 of the verifier do the rest: names on
 * every way, edges, kinds. */
bool is_well_formed(const GivenForm *given, Diagnostics *d);

#endif
