/* inspect_made.h - what slispc has just linked is read back before anybody gets it. */
#ifndef SLISPC_INSPECT_MADE_H
#define SLISPC_INSPECT_MADE_H

#include "link.h"

/* Each ends slispc when the program is not what was compiled: that is a bug. */
void check_executable(const Linked *l, const Buffer *file);
/* As it lies in the sections, relocated. */
void check_sections(const Linked *l, const Addresses *at);
/* As a linker will relocate it. */
void check_object(const Linked *l);

#endif
