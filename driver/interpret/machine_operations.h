/* machine_operations.h - what the instructions that compute, load and store do to words. */
#ifndef SLISPC_MACHINE_OPERATIONS_H
#define SLISPC_MACHINE_OPERATIONS_H

#include "machine_code.h"

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
    case C_NONE: case C_COUNT: break;
    }
    bug(NULL, "no condition");
}

static inline char *address_of(const Instruction *in, Bits *const *rows) {
    return (char *)(uintptr_t)(*word_at(rows, in->base) +
                               (Bits)in->scale * *word_at(rows, in->index) + (Bits)in->offset);
}

static inline Bits load(const char *from, size_t bytes) {
    Bits word = 0;
    memcpy(&word, from, bytes);
    return word;
}

static inline void store(char *to, Bits word) { memcpy(to, &word, sizeof word); }

static inline Bits second_operand(const Instruction *in, Bits *const *rows) {
    return in->in_memory ? load(address_of(in, rows), 8) : *word_at(rows, in->b);
}

/* Gives what does not fit as the machine does. */
static inline Bits truncated(double d) {
    bool fits = d >= -0x1p63 && d < 0x1p63;
    return fits ? (Bits)(int64_t)d : (Bits)INT64_MIN;
}

/* The sign of rax goes to rdx before the divisor is read. */
static inline void divide(const Instruction *in, Bits *const *rows) {
    int64_t dividend = (int64_t)*word_at(rows, in->a);
    *word_at(rows, in->to2) = (Bits)(dividend >> 63);
    int64_t divisor = (int64_t)*word_at(rows, in->b);
    if (!divisor || (divisor == -1 && dividend == INT64_MIN))
        bug(in->node, "idiv cannot divide %lld by %lld", (long long)dividend, (long long)divisor);
    *word_at(rows, in->to) = (Bits)(dividend / divisor);
    *word_at(rows, in->to2) = (Bits)(dividend % divisor);
}

/* Signed; false when the result does not fit: then `to` has its low 64 bits. */
static inline bool add_fits(Bits a, Bits b, Bits *to) {
    int64_t result;
    bool overflow = __builtin_add_overflow((int64_t)a, (int64_t)b, &result);
    *to = (Bits)result;
    return !overflow;
}
static inline bool sub_fits(Bits a, Bits b, Bits *to) {
    int64_t result;
    bool overflow = __builtin_sub_overflow((int64_t)a, (int64_t)b, &result);
    *to = (Bits)result;
    return !overflow;
}
static inline bool mul_fits(Bits a, Bits b, Bits *to) {
    int64_t result;
    bool overflow = __builtin_mul_overflow((int64_t)a, (int64_t)b, &result);
    *to = (Bits)result;
    return !overflow;
}

#endif
