/* machine_operations.h - what the instructions that compute, load and store do to words. */
#ifndef SLISPC_MACHINE_OPERATIONS_H
#define SLISPC_MACHINE_OPERATIONS_H

#include "condition.h"
#include "machine_code.h"

static inline char *address_of(const Instruction *in, Bits *const *rows) {
    return (char *)(uintptr_t)(*word_at(rows, in->base) +
                               (Bits)in->scale * *word_at(rows, in->index) + (Bits)in->offset);
}

static inline Bits load(const char *from, size_t bytes) {
    Bits word = 0;
    memcpy(&word, from, bytes);
    return word;
}

static inline void store(char *to, Bits word) {
    memcpy(to, &word, sizeof word);
}

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
