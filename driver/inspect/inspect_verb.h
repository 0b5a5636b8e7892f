/* inspect_verb.h - slispc check of an executable. */
#ifndef SLISPC_INSPECT_VERB_H
#define SLISPC_INSPECT_VERB_H

#include "commands.h"

int check_executable_file(const Options *o, const SourceFile *file);

#endif
