/* numbers.c - arithmetic on any two values: ints in 64 bits with overflow, doubles, and the mixes.
 *
 * Compiled code does the common cases itself; what arrives here is boxed, mixed, or wrong.
 */
#include "runtime.h"

#include <math.h>

Value rt_box_int(int64_t i) {
    if (fits_fixnum(i)) return fixnum(i);
    RESERVE(object_bytes(1), NULL);
    Value v = allocate(KIND_BIGINT, 1);
    *field(v, FIELD_BIGINT_VALUE) = (uint64_t)i;
    return v;
}

Value rt_box_double(double d) {
    RESERVE(object_bytes(1), NULL);
    Value v = allocate(KIND_DOUBLE, 1);
    memcpy(field(v, FIELD_DOUBLE_VALUE), &d, sizeof d);
    return v;
}

/* As a double; throws when it is no number. */
static double number(const char *operation, Value v) {
    if (is_int(v)) return (double)int_value(v);
    if (is_kind(v, KIND_DOUBLE)) return double_value(v);
    throw_needs(operation, "numbers", v);
}

/* ---- sums, products, quotients ------------------------------------------- */

Value rt_add(Value a, Value b) {
    int64_t sum;
    if (!is_int(a) || !is_int(b)) return rt_box_double(number("+", a) + number("+", b));
    if (__builtin_add_overflow(int_value(a), int_value(b), &sum)) rt_throw_overflow();
    return box_int(sum);
}

Value rt_sub(Value a, Value b) {
    int64_t difference;
    if (!is_int(a) || !is_int(b)) return rt_box_double(number("-", a) - number("-", b));
    if (__builtin_sub_overflow(int_value(a), int_value(b), &difference)) rt_throw_overflow();
    return box_int(difference);
}

Value rt_mul(Value a, Value b) {
    int64_t product;
    if (!is_int(a) || !is_int(b)) return rt_box_double(number("*", a) * number("*", b));
    if (__builtin_mul_overflow(int_value(a), int_value(b), &product)) rt_throw_overflow();
    return box_int(product);
}

/* Throws for what idiv cannot divide. */
static void check_divisor(int64_t n, int64_t d) {
    if (d == 0) rt_throw_divide();
    if (d == -1 && n == INT64_MIN) rt_throw_overflow();
}

Value rt_div(Value a, Value b) {
    if (!is_int(a) || !is_int(b)) return rt_box_double(number("/", a) / number("/", b));
    int64_t n = int_value(a), d = int_value(b);
    check_divisor(n, d);
    return n % d ? rt_box_double((double)n / (double)d) : box_int(n / d);
}

/* The operands of a division of doubles with a whole quotient; throws for a zero divisor. */
static void whole_division(const char *operation, Value a, Value b, double *n, double *d) {
    *n = number(operation, a);
    *d = number(operation, b);
    if (*d == 0) rt_throw_divide();
}

/* n / d without its fraction; never -0.0. */
static double whole_quotient(double n, double d) {
    double quotient = n / d;
    if (!isfinite(quotient))
        throw_text(CLASS_NumberFormatException,
                   "a quotient that is infinite or NaN has no whole part");
    return trunc(quotient) + 0.0;
}

static double double_rem(double n, double d) {
    double quotient = whole_quotient(n, d);
    return fabs(quotient) < 0x1p63 ? n - quotient * d : fmod(n, d);
}

Value rt_quot(Value a, Value b) {
    if (is_int(a) && is_int(b)) {
        check_divisor(int_value(a), int_value(b));
        return box_int(int_value(a) / int_value(b));
    }
    double n, d;
    whole_division("quot", a, b, &n, &d);
    return rt_box_double(whole_quotient(n, d));
}

static int64_t int_rem(int64_t n, int64_t d) {
    if (d == 0) rt_throw_divide();
    return d == -1 ? 0 : n % d;
}

Value rt_rem(Value a, Value b) {
    if (is_int(a) && is_int(b)) return box_int(int_rem(int_value(a), int_value(b)));
    double n, d;
    whole_division("rem", a, b, &n, &d);
    return rt_box_double(double_rem(n, d));
}

Value rt_mod(Value a, Value b) {
    if (is_int(a) && is_int(b)) {
        int64_t d = int_value(b), rest = int_rem(int_value(a), d);
        return box_int(rest != 0 && (rest < 0) != (d < 0) ? rest + d : rest);
    }
    double n, d;
    whole_division("mod", a, b, &n, &d);
    double rest = double_rem(n, d);
    return rt_box_double(rest != 0 && (rest < 0) != (d < 0) ? rest + d : rest);
}

/* ---- comparison ---------------------------------------------------------- */

#define COMPARISON(function, name, operator)                                                       \
    int64_t function(Value a, Value b) {                                                           \
        if (is_int(a) && is_int(b)) return int_value(a) operator int_value(b);                     \
        return number(name, a) operator number(name, b);                                           \
    }
COMPARISON(rt_lt, "<", <)
COMPARISON(rt_gt, ">", >)
COMPARISON(rt_le, "<=", <=)
COMPARISON(rt_ge, ">=", >=)
COMPARISON(rt_num_eq, "==", ==)

/* ---- bits ---------------------------------------------------------------- */

static int64_t bits(const char *operation, Value v) {
    if (is_int(v)) return int_value(v);
    TextBuffer t = {0};
    text_add_text(&t, operation);
    text_add_text(&t, " needs ints, but got ");
    text_add_value(&t, v);
    throw_message(v == VALUE_NIL ? CLASS_NullPointerException : CLASS_IllegalArgumentException, &t);
}

static uint64_t count_of_bits(const char *operation, Value v) {
    return (uint64_t)bits(operation, v) & 63;
}

int64_t rt_bit_and(Value a, Value b) {
    return bits("bit-and", a) & bits("bit-and", b);
}
int64_t rt_bit_or(Value a, Value b) {
    return bits("bit-or", a) | bits("bit-or", b);
}
int64_t rt_bit_xor(Value a, Value b) {
    return bits("bit-xor", a) ^ bits("bit-xor", b);
}
int64_t rt_bit_not(Value a) {
    return ~bits("bit-not", a);
}

int64_t rt_shl(Value a, Value b) {
    uint64_t word = (uint64_t)bits("bit-shift-left", a);
    return (int64_t)(word << count_of_bits("bit-shift-left", b));
}

int64_t rt_sar(Value a, Value b) {
    return bits("bit-shift-right", a) >> count_of_bits("bit-shift-right", b);
}

int64_t rt_shr(Value a, Value b) {
    uint64_t word = (uint64_t)bits("unsigned-bit-shift-right", a);
    return (int64_t)(word >> count_of_bits("unsigned-bit-shift-right", b));
}

/* ---- conversion and functions -------------------------------------------- */

int64_t rt_to_int(Value a) {
    if (is_int(a)) return int_value(a);
    double d = number("long", a);
    if (isnan(d)) return 0;
    if (d >= -0x1p63 && d < 0x1p63) return (int64_t)d;
    TextBuffer t = {0};
    text_add_text(&t, "no int can hold ");
    text_add_value(&t, a);
    throw_message(CLASS_IllegalArgumentException, &t);
}

double rt_to_double(Value a) {
    return number("double", a);
}

double rt_math1(int64_t function, double x) {
    switch (function) {
    case 0: return sin(x);
    case 1: return cos(x);
    case 2: return tan(x);
    case 3: return atan(x);
    case 4: return exp(x);
    case 5: return log(x);
    case 6: return log10(x);
    case 7: return floor(x);
    case 8: return ceil(x);
    case 9: return cbrt(x);
    case 10: return asin(x);
    case 11: return acos(x);
    case 12: return x > 0 ? 1 : x < 0 ? -1 : x;
    case 13: return rint(x);
    }
    runtime_bug("no such function of one number");
}

double rt_math2(int64_t function, double x, double y) {
    switch (function) {
    case 0: return fabs(x) == 1 && isinf(y) ? NAN : isnan(y) ? NAN : pow(x, y); /* as Java */
    case 1: return atan2(x, y);
    case 2: return hypot(x, y);
    }
    runtime_bug("no such function of two numbers");
}
