/* condition.h - the conditions of conditions.def between two words, or the doubles in them. */
#ifndef SLISPC_CONDITION_H
#define SLISPC_CONDITION_H

#include "world.h"

static inline bool condition_holds(Condition c, Bits a, Bits b) {
    int64_t i = (int64_t)a, j = (int64_t)b;
    double x = double_of(a), y = double_of(b);
    switch (c) {
    case C_eq: return a == b;
    case C_ne: return a != b;
    case C_lt: return i < j;
    case C_ge: return i >= j;
    case C_le: return i <= j;
    case C_gt: return i > j;
    case C_ult: return a < b;
    case C_uge: return a >= b;
    case C_ule: return a <= b;
    case C_ugt: return a > b;
    case C_z: return !(a & b);
    case C_nz: return a & b;
    case C_feq: return x == y;
    case C_fne: return !(x == y);
    case C_fgt: return x > y;
    case C_fge: return x >= y;
    case C_flt: return x < y;
    case C_fle: return x <= y;
    case C_nfgt: return !(x > y);
    case C_nfge: return !(x >= y);
    case C_nflt: return !(x < y);
    case C_nfle: return !(x <= y);
    case C_NONE:
    case C_COUNT: break;
    }
    bug(NULL, "no condition");
}

#endif
