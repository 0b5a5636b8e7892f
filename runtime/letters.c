/* letters.c - upper and lower case, and blanks, beyond ASCII for the common scripts. */
#include "runtime.h"

/* Upper-case letters from `first` to `last`, every `step`th; the lower-case one is `distance`
 * away. */
typedef struct {
    uint32_t first, last, step;
    int32_t distance;
} CaseRange;
static const CaseRange ranges[] = {
    {'A', 'Z', 1, 32},       {0xc0, 0xd6, 1, 32},     {0xd8, 0xde, 1, 32},
    {0x100, 0x12e, 2, 1},    {0x132, 0x136, 2, 1},    {0x139, 0x147, 2, 1},
    {0x14a, 0x176, 2, 1},    {0x178, 0x178, 1, -121}, {0x179, 0x17d, 2, 1},
    {0x1cd, 0x1db, 2, 1},    {0x1de, 0x1ee, 2, 1},    {0x1f8, 0x21e, 2, 1},
    {0x222, 0x232, 2, 1},    {0x386, 0x386, 1, 38},   {0x388, 0x38a, 1, 37},
    {0x38c, 0x38c, 1, 64},   {0x38e, 0x38f, 1, 63},   {0x391, 0x3a1, 1, 32},
    {0x3a3, 0x3ab, 1, 32},   {0x3d8, 0x3ee, 2, 1},    {0x400, 0x40f, 1, 80},
    {0x410, 0x42f, 1, 32},   {0x460, 0x480, 2, 1},    {0x48a, 0x4be, 2, 1},
    {0x4c1, 0x4cd, 2, 1},    {0x4d0, 0x52e, 2, 1},    {0x531, 0x556, 1, 48},
    {0x1e00, 0x1e94, 2, 1},  {0x1ea0, 0x1efe, 2, 1},  {0x2160, 0x216f, 1, 16},
    {0x24b6, 0x24cf, 1, 26}, {0xff21, 0xff3a, 1, 32}, {0x10400, 0x10427, 1, 40},
};
enum { RANGES = sizeof ranges / sizeof *ranges };

static uint32_t to_lower(uint32_t point) {
    for (int i = 0; i < RANGES; i++) {
        const CaseRange *r = &ranges[i];
        if (point >= r->first && point <= r->last && (point - r->first) % r->step == 0)
            return (uint32_t)((int32_t)point + r->distance);
    }
    return point;
}

static uint32_t to_upper(uint32_t point) {
    for (int i = 0; i < RANGES; i++) {
        const CaseRange *r = &ranges[i];
        uint32_t upper = (uint32_t)((int32_t)point - r->distance);
        if (upper >= r->first && upper <= r->last && (upper - r->first) % r->step == 0)
            return upper;
    }
    return point;
}

static void add_point(TextBuffer *out, uint32_t point) {
    char bytes[4];
    text_add(out, bytes, utf8_encode(point, bytes));
}

static void add_upper(TextBuffer *out, uint32_t point) {
    if (point == 0xdf)
        text_add(out, "SS", 2); /* sharp s has no upper case of its own */
    else
        add_point(out, point == 0xff ? 0x178 : to_upper(point));
}

static void add_lower(TextBuffer *out, uint32_t point) {
    add_point(out, to_lower(point));
}

static Value change_case(Value s, const char *operation, void (*add)(TextBuffer *, uint32_t)) {
    if (!is_kind(s, KIND_STRING)) throw_needs(operation, "a string", s);
    TextBuffer out = {0};
    const char *bytes = string_bytes(s), *end = bytes + string_length(s);
    for (uint64_t length; bytes < end; bytes += length)
        add(&out, utf8_decode(bytes, &length));
    Value result = make_string(out.bytes, out.length);
    text_free(&out);
    return result;
}

Value rt_str_upper(Value s) {
    return change_case(s, "upper-case", add_upper);
}
Value rt_str_lower(Value s) {
    return change_case(s, "lower-case", add_lower);
}

/* ---- trimming ------------------------------------------------------------ */

/* As Java's Character.isWhitespace: no-break spaces are none. */
static bool is_blank(uint32_t point) {
    if (point < 0x80)
        return point == ' ' || (point >= 9 && point <= 13) || (point >= 28 && point <= 31);
    return point == 0x1680 || (point >= 0x2000 && point <= 0x200a && point != 0x2007) ||
           point == 0x2028 || point == 0x2029 || point == 0x205f || point == 0x3000;
}

static bool is_line_end(uint32_t point) {
    return point == '\n' || point == '\r';
}

static uint64_t trim_left(const char *bytes, uint64_t end) {
    uint64_t start = 0, length;
    while (start < end && is_blank(utf8_decode(bytes + start, &length)))
        start += length;
    return start;
}

static uint64_t trim_right(const char *bytes, uint64_t start, uint64_t end,
                           bool (*is_trimmed)(uint32_t)) {
    while (end > start) {
        uint64_t last = end - 1, length;
        while (last > start && ((unsigned char)bytes[last] & 0xc0) == 0x80)
            last--;
        if (!is_trimmed(utf8_decode(bytes + last, &length))) break;
        end = last;
    }
    return end;
}

Value rt_str_trim(Value s, int64_t ends) {
    if (!is_kind(s, KIND_STRING)) throw_needs("trim", "a string", s);
    uint64_t start = 0, end = string_length(s), length = end;
    if (ends == 1 || ends == 3) start = trim_left(string_bytes(s), end);
    if (ends == 2 || ends == 3) end = trim_right(string_bytes(s), start, end, is_blank);
    if (ends == 4) end = trim_right(string_bytes(s), start, end, is_line_end);
    if (end - start == length) return s;
    RESERVE(string_object_bytes(end - start), &s);
    uint64_t points = utf8_count(string_bytes(s) + start, end - start);
    Value result = allocate_string(end - start, points);
    memcpy(field(result, FIELD_STRING_TEXT), string_bytes(s) + start, end - start);
    return result;
}
