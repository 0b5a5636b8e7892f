/* inspect_file.h - an executable that slispc wrote, to be inspected. */
#ifndef SLISPC_INSPECT_FILE_H
#define SLISPC_INSPECT_FILE_H

#include "inspect.h"

typedef struct {
    uint64_t *addresses; /* by Text of the name; 0: none */
    Text count;
} KnownAddresses;

bool is_elf(const char *bytes, size_t length);
/* Sets what is loaded where, the header's address and the runtime's symbols. False when the bytes
 * are no executable with a program of slispc in it. */
bool inspect_elf(Inspection *i, KnownAddresses *known, const char *bytes, size_t length);

#endif
