/* limits.h - the numbers of limits.def. */
#ifndef SLISPC_LIMITS_H
#define SLISPC_LIMITS_H

enum {
#define LIMIT(id, most, message, what) MOST_##id = most,
#include "../limits.def"
#undef LIMIT
};

#endif
