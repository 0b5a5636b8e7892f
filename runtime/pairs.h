/* pairs.h - a set of pairs of objects, for one comparison; no object moves meanwhile. */
#ifndef SLISP_PAIRS_H
#define SLISP_PAIRS_H

#include "runtime.h"

bool pairs_add(Value a, Value b); /* false: it was there */
void pairs_clear(void);

#endif
