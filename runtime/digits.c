/* digits.c - the fewest decimal digits that read back as a given double.
 *
 * Numbers with at most 15 digits, which is most of those that programs print, are found by trying;
 * the others by exact arithmetic on large integers (G. Steele, J. White, How to Print
 * Floating-Point Numbers Accurately, 1990; R. Burger, R. K. Dybvig, Printing Floating-Point
 * Numbers Quickly and Accurately, 1996: the free-format algorithm).
 */
#include "runtime.h"

#include <math.h>

/* ---- a few digits -------------------------------------------------------- */

/* d * 10^k is a whole number below 10^15 and divides back to d: both are exact, so that number over
 * 10^k reads back. The first such k gives the fewest digits. */
static int few_digits(double d, char *digits, int *exponent) {
    double power = 1;
    for (int k = 0; k <= 20 && d * power < 1e15; k++, power *= 10) {
        double scaled = d * power;
        if (scaled != floor(scaled) || scaled < 1 || scaled / power != d) continue;
        int count = (int)int_digits((int64_t)scaled, digits);
        *exponent = count - k;
        while (digits[count - 1] == '0')
            count--;
        return count;
    }
    return 0;
}

/* ---- large integers ------------------------------------------------------ */

enum { BIG_WORDS = 38 }; /* 2^1077 * 10^17 and less */
typedef struct {
    uint32_t words[BIG_WORDS]; /* least first */
    int count;
} Big;

static void big_set(Big *a, uint64_t n) {
    memset(a, 0, sizeof *a);
    a->words[0] = (uint32_t)n;
    a->words[1] = (uint32_t)(n >> 32);
    a->count = n >> 32 ? 2 : 1;
}

static void big_multiply(Big *a, uint32_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < a->count; i++) {
        carry += (uint64_t)a->words[i] * factor;
        a->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) a->words[a->count++] = (uint32_t)carry;
}

static void big_multiply_power(Big *a, uint32_t base, int exponent) {
    for (; exponent > 0; exponent--)
        big_multiply(a, base);
}

static void big_shift(Big *a, int bits) {
    for (; bits >= 31; bits -= 31)
        big_multiply(a, 1u << 31);
    big_multiply(a, 1u << bits);
}

static int big_compare(const Big *a, const Big *b) {
    for (int i = BIG_WORDS - 1; i >= 0; i--)
        if (a->words[i] != b->words[i]) return a->words[i] < b->words[i] ? -1 : 1;
    return 0;
}

static Big big_sum(const Big *a, const Big *b) {
    Big sum = {{0}, a->count > b->count ? a->count : b->count};
    uint64_t carry = 0;
    for (int i = 0; i < BIG_WORDS; i++) {
        carry += (uint64_t)a->words[i] + b->words[i];
        sum.words[i] = (uint32_t)carry;
        carry >>= 32;
        if (sum.words[i] && i >= sum.count) sum.count = i + 1;
    }
    return sum;
}

static void big_subtract(Big *a, const Big *b) {
    int64_t borrow = 0;
    for (int i = 0; i < a->count; i++) {
        borrow += (int64_t)a->words[i] - b->words[i];
        a->words[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    while (a->count > 1 && !a->words[a->count - 1])
        a->count--;
}

/* ---- all digits ---------------------------------------------------------- */

/* The double is numerator / denominator; above and below are half the distances to its neighbours,
 * over the same denominator. */
typedef struct {
    Big numerator, denominator, above, below;
    bool is_even; /* then a digit string exactly at half the distance reads back as well */
} Scaled;

static void scale(Scaled *s, double d) {
    int exponent;
    uint64_t fraction = (uint64_t)ldexp(frexp(d, &exponent), 53);
    exponent -= 53;
    if (exponent < -1074) { /* a subnormal */
        fraction >>= -1074 - exponent;
        exponent = -1074;
    }
    bool is_power = fraction == (uint64_t)1 << 52 && exponent > -1074; /* closer to the one below */
    s->is_even = fraction % 2 == 0;
    big_set(&s->numerator, fraction);
    big_set(&s->denominator, 1);
    big_set(&s->below, 1);
    big_shift(&s->numerator, 1 + is_power + (exponent > 0 ? exponent : 0));
    big_shift(&s->denominator, 1 + is_power + (exponent < 0 ? -exponent : 0));
    big_shift(&s->below, exponent > 0 ? exponent : 0);
    s->above = s->below;
    big_shift(&s->above, is_power);
}

static bool reaches_next_power(const Scaled *s) {
    Big high = big_sum(&s->numerator, &s->above);
    int order = big_compare(&high, &s->denominator);
    return s->is_even ? order >= 0 : order > 0;
}

/* Brings the number to 0.d1d2...; gives the power of ten. */
static int scale_decimal(Scaled *s, double d) {
    int power = (int)ceil(log10(d) - 1e-10);
    if (power >= 0) {
        big_multiply_power(&s->denominator, 10, power);
    } else {
        big_multiply_power(&s->numerator, 10, -power);
        big_multiply_power(&s->above, 10, -power);
        big_multiply_power(&s->below, 10, -power);
    }
    if (!reaches_next_power(s)) return power;
    big_multiply(&s->denominator, 10);
    return power + 1;
}

static char next_digit(Scaled *s) {
    char digit = '0';
    big_multiply(&s->numerator, 10);
    big_multiply(&s->above, 10);
    big_multiply(&s->below, 10);
    for (; big_compare(&s->numerator, &s->denominator) >= 0; digit++)
        big_subtract(&s->numerator, &s->denominator);
    return digit;
}

static int all_digits(double d, char *digits, int *exponent) {
    Scaled s;
    scale(&s, d);
    *exponent = scale_decimal(&s, d);
    for (int count = 0;;) {
        digits[count] = next_digit(&s);
        int low = big_compare(&s.numerator, &s.below);
        bool is_low = s.is_even ? low <= 0 : low < 0, is_high = reaches_next_power(&s);
        if (is_low || is_high) {
            Big twice = big_sum(&s.numerator, &s.numerator);
            int half = big_compare(&twice, &s.denominator); /* in the middle the even digit wins */
            bool is_nearer = half > 0 || (half == 0 && digits[count] % 2);
            bool is_up = is_high && (!is_low || is_nearer);
            digits[count] = (char)(digits[count] + is_up);
            return count + 1;
        }
        count++;
    }
}

int double_digits(double d, char digits[20], int *exponent) {
    int count = few_digits(d, digits, exponent);
    return count ? count : all_digits(d, digits, exponent);
}

/* ---- as text ------------------------------------------------------------- */

static char *put_bytes(char *out, const char *bytes, int count) {
    memcpy(out, bytes, (size_t)count);
    return out + count;
}

static char *put_zeros(char *out, int count) {
    while (count-- > 0)
        *out++ = '0';
    return out;
}

static char *put_plain(char *out, const char *digits, int count, int exponent) {
    if (exponent <= 0) {
        out = put_zeros(put_bytes(out, "0.", 2), -exponent);
        return put_bytes(out, digits, count);
    }
    int whole = count < exponent ? count : exponent;
    out = put_zeros(put_bytes(out, digits, whole), exponent - whole);
    *out++ = '.';
    return whole == count ? put_zeros(out, 1) : put_bytes(out, digits + whole, count - whole);
}

static char *put_scientific(char *out, const char *digits, int count, int exponent) {
    out = put_plain(out, digits, count, 1);
    *out++ = 'E';
    return out + int_digits(exponent - 1, out);
}

uint64_t double_text(double d, char *start) {
    char *out = start, digits[20];
    if (signbit(d)) *out++ = '-';
    d = fabs(d);
    if (d == 0) return (uint64_t)(put_bytes(out, "0.0", 3) - start);
    int exponent, count = double_digits(d, digits, &exponent);
    bool is_plain = d >= 1e-3 && d < 1e7;
    out = is_plain ? put_plain(out, digits, count, exponent)
                   : put_scientific(out, digits, count, exponent);
    return (uint64_t)(out - start);
}
