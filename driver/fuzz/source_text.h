/* source_text.h - forms of a program as source text, laid out for people. */
#ifndef SLISPC_SOURCE_TEXT_H
#define SLISPC_SOURCE_TEXT_H

#include "ir.h"

/* What read_source gives for the text is equal to the forms; each starts a line. */
void print_source(Buffer *out, Node *const *forms, uint32_t count);

#endif
