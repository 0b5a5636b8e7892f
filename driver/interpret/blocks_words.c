/* blocks_words.c - the interpreter of blocks: operations on words, and conditions. */
#include "blocks.h"

#include <math.h>

static Bits load_bytes(Bits address, size_t count) {
    Bits word = 0;
    if (address < 4096) fail(0, "the form loads from address %llu", (unsigned long long)address);
    memcpy(&word, (const void *)(uintptr_t)address, count);
    return word;
}

/* 0: overflow. */
#define TRAP(function, a, b)                                                                       \
    static Bits trapping_##function(int64_t a, int64_t b) {                                        \
        int64_t result;                                                                            \
        if (__builtin_##function##_overflow(a, b, &result)) rt_throw_overflow();                   \
        return (Bits)result;                                                                       \
    }
TRAP(add, a, b)
TRAP(sub, a, b)
TRAP(mul, a, b)

/* The machine faults at a divisor of 0; lower lets none come here. */
static int64_t divisor(Bits b) {
    if (!b) fail(0, "the form divides a word by 0");
    return (int64_t)b;
}

static Bits to_int(double d) {
    return d >= -0x1p63 && d < 0x1p63 ? (Bits)(int64_t)d : (Bits)INT64_MIN;
}

Bits blocks_word(Word w, Bits a, Bits b, Bits c) {
    switch (w) {
    case W_mov:
    case W_fmov: return a;
    case W_add: return a + b;
    case W_sub: return a - b;
    case W_mul: return a * b;
    case W_and: return a & b;
    case W_or: return a | b;
    case W_xor: return a ^ b;
    case W_shl: return a << (b & 63);
    case W_shr: return a >> (b & 63);
    case W_sar: return (Bits)((int64_t)a >> (b & 63));
    case W_neg: return -a;
    case W_not: return ~a;
    case W_add_trap: return trapping_add((int64_t)a, (int64_t)b);
    case W_sub_trap: return trapping_sub((int64_t)a, (int64_t)b);
    case W_mul_trap: return trapping_mul((int64_t)a, (int64_t)b);
    case W_quot: return divisor(b) == -1 ? -a : (Bits)((int64_t)a / (int64_t)b);
    case W_rem: return divisor(b) == -1 ? 0 : (Bits)((int64_t)a % (int64_t)b);
    case W_load: return load_bytes(a + b, 8);
    case W_load_at: return load_bytes(a + 8 * b + c, 8);
    case W_load_byte: return load_bytes(a + b, 1);
    case W_load_half: return load_bytes(a + b, 2);
    case W_load_int: return load_bytes(a + b, 4);
    case W_load_cell: return load_bytes(a, 8);
    case W_bump: return take_room(a);
    case W_fadd: return bits_of(double_of(a) + double_of(b));
    case W_fsub: return bits_of(double_of(a) - double_of(b));
    case W_fmul: return bits_of(double_of(a) * double_of(b));
    case W_fdiv: return bits_of(double_of(a) / double_of(b));
    case W_fsqrt: return bits_of(sqrt(double_of(a)));
    case W_fneg: return bits_of(-double_of(a));
    case W_int_f64: return bits_of((double)(int64_t)a);
    case W_f64_int: return to_int(double_of(a));
    case W_NONE:
    case W_COUNT: break;
    }
    bug(NULL, "there is no such operation on words");
}
