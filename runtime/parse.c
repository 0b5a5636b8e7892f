/* parse.c - reading numbers from strings, as Java's Long.parseLong and Double.valueOf do. */
#include "runtime.h"

#include <math.h>
#include <stdlib.h>

static void need_string(const char *operation, Value v) {
    if (!is_kind(v, KIND_STRING)) throw_needs(operation, "a string", v);
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The value of a digit or letter, 36 for other characters. */
static int64_t digit_of(char c) {
    if (is_digit(c)) return c - '0';
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'z' ? lower - 'a' + 10 : 36;
}

/* False when the text is no int to that base, or none of 64 bits. */
static bool parse_int(const char *text, const char *end, int64_t radix, int64_t *result) {
    bool is_negative = text < end && *text == '-';
    if (text < end && (*text == '-' || *text == '+')) text++;
    if (text == end) return false;
    *result = 0;
    for (; text < end; text++) {
        int64_t digit = digit_of(*text);
        if (digit >= radix || __builtin_mul_overflow(*result, radix, result) ||
            __builtin_add_overflow(*result, is_negative ? -digit : digit, result))
            return false;
    }
    return true;
}

Value rt_parse_radix(Value s, int64_t radix) {
    need_string("parse-long", s);
    int64_t result;
    const char *text = string_bytes(s);
    bool is_base = radix >= 2 && radix <= 36;
    return is_base && parse_int(text, text + string_length(s), radix, &result) ? box_int(result)
                                                                               : VALUE_NIL;
}

Value rt_parse_int(Value s) {
    return rt_parse_radix(s, 10);
}

/* ---- doubles ------------------------------------------------------------- */

static const char *skip_digits(const char *text, const char *end) {
    while (text < end && is_digit(*text))
        text++;
    return text;
}

/* The end of digits, point and exponent; NULL when it is none. */
static const char *skip_decimal(const char *text, const char *end) {
    const char *point = skip_digits(text, end), *after = point;
    if (point < end && *point == '.') after = skip_digits(point + 1, end);
    uint64_t point_length = after > point;
    if (text + point_length == after) return NULL; /* no digit at all */
    if (after < end && (*after == 'e' || *after == 'E')) {
        const char *exponent = after + 1;
        if (exponent < end && (*exponent == '+' || *exponent == '-')) exponent++;
        after = skip_digits(exponent, end);
        if (after == exponent) return NULL;
    }
    return after;
}

static bool is_text(const char *text, const char *end, const char *wanted) {
    return (size_t)(end - text) == strlen(wanted) && !memcmp(text, wanted, strlen(wanted));
}

static bool parse_unsigned(const char *text, const char *end, double *result) {
    if (is_text(text, end, "NaN")) return *result = NAN, true;
    if (is_text(text, end, "Infinity")) return *result = INFINITY, true;
    const char *after = skip_decimal(text, end);
    if (!after) return false;
    if (after < end && strchr("dDfF", *after)) after++;
    *result = strtod(text, NULL); /* the text after `end` cannot go on: it is a blank or 0 */
    return after == end;
}

Value rt_parse_double(Value s) {
    need_string("parse-double", s);
    const char *text = string_bytes(s), *end = text + string_length(s);
    while (text < end && (unsigned char)*text <= ' ')
        text++;
    while (end > text && (unsigned char)end[-1] <= ' ')
        end--;
    bool is_negative = text < end && *text == '-';
    if (text < end && (*text == '-' || *text == '+')) text++;
    double d;
    if (text == end || !parse_unsigned(text, end, &d)) return VALUE_NIL;
    return rt_box_double(is_negative ? -d : d);
}
