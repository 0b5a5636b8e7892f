/* order.c - compare on scalars. */
#include "runtime.h"

static int64_t sign(bool less, bool greater) {
    return greater - less;
}

/* As UTF-16 code units: those of code points beyond 0xffff (first byte 0xf0 and up) come before
 * 0xe000 (first byte 0xee). */
static unsigned unit_rank(unsigned char byte) {
    if (byte < 0xee) return byte;
    return byte < 0xf0 ? byte + 0x10u : byte - 2u;
}

static int64_t compare_text(const char *a, uint64_t a_length, const char *b, uint64_t b_length) {
    uint64_t shorter = a_length < b_length ? a_length : b_length;
    for (uint64_t i = 0; i < shorter; i++)
        if (a[i] != b[i]) {
            unsigned x = unit_rank((unsigned char)a[i]), y = unit_rank((unsigned char)b[i]);
            return (int64_t)x - (int64_t)y; /* as in Clojure: how far they are apart */
        }
    return (int64_t)a_length - (int64_t)b_length;
}

/* By namespace, none first, then by name. */
static int64_t compare_named(Value a, Value b) {
    Value s = name_of(a), t = name_of(b);
    const char *x = string_bytes(s), *y = string_bytes(t);
    uint64_t x_length = string_length(s), y_length = string_length(t);
    const char *x_slash = memchr(x, '/', x_length), *y_slash = memchr(y, '/', y_length);
    uint64_t x_space = x_slash && x_length > 1 ? (uint64_t)(x_slash - x) : 0;
    uint64_t y_space = y_slash && y_length > 1 ? (uint64_t)(y_slash - y) : 0;
    int64_t order = compare_text(x, x_space, y, y_space);
    return order ? order
                 : compare_text(x + x_space, x_length - x_space, y + y_space, y_length - y_space);
}

static bool is_number(Value v) {
    return is_int(v) || is_kind(v, KIND_DOUBLE);
}
static bool is_bool(Value v) {
    return v == VALUE_TRUE || v == VALUE_FALSE;
}

static _Noreturn void cannot_compare(Value a, Value b) {
    TextBuffer t = {0};
    text_add_text(&t, "compare cannot order ");
    text_add_value(&t, a);
    text_add_text(&t, " and ");
    text_add_value(&t, b);
    throw_message(CLASS_ClassCastException, &t);
}

int64_t rt_compare(Value a, Value b) {
    if (a == b) return 0;
    if (a == VALUE_NIL || b == VALUE_NIL) return a == VALUE_NIL ? -1 : 1;
    if (is_number(a) && is_number(b)) return sign(rt_lt(a, b), rt_gt(a, b));
    if (is_bool(a) && is_bool(b)) return a == VALUE_FALSE ? -1 : 1;
    if (kind_of(a) != kind_of(b)) cannot_compare(a, b);
    switch (kind_of(a)) {
    case KIND_STRING:
        return compare_text(string_bytes(a), string_length(a), string_bytes(b), string_length(b));
    case KIND_KEYWORD:
    case KIND_SYMBOL: return compare_named(a, b);
    }
    cannot_compare(a, b);
}
