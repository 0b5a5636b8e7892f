/* library.h - the library that slispc carries: an index of its definitions by name. */
#ifndef SLISPC_LIBRARY_H
#define SLISPC_LIBRARY_H

#include "../ir/ir.h"

/* runtime/core.slisp, embedded when slispc is built. */
extern const char library_text[];
extern const size_t library_length;

/* A definition of the library: where its form is in library_text. */
typedef struct {
    Text space, name;      /* "core", "map" */
    size_t offset, length; /* of (defn map ...) */
    bool is_private;       /* defn-: the library's own */
} LibraryRow;

/* FNV-1a of the text, in hexadecimal. */
Text library_hash(void);
/* The definition of space/name, NULL when there is none. */
const LibraryRow *library_find(Text space, Text name);
/* Has the library a namespace of that name? */
bool library_has_space(Text space);
/* All definitions, in the order of the text. */
const LibraryRow *library_rows(uint32_t *count);
/* May the primitive be called with `count` operands? Else such a call is one of the library's
 * function of that name. */
bool prim_takes(Prim p, uint32_t count);

#endif
