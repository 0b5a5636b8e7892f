/* search.c - finding and replacing text in strings. */
#include "runtime.h"

static void need_strings(const char *operation, Value s, Value t) {
    if (!is_kind(s, KIND_STRING)) throw_needs(operation, "strings", s);
    if (!is_kind(t, KIND_STRING)) throw_needs(operation, "strings", t);
}

static uint64_t points(Value s) {
    return get(s, FIELD_STRING_POINTS);
}

/* `from` as an index within the string. */
static uint64_t clamp(Value s, int64_t from) {
    if (from < 0) return 0;
    return (uint64_t)from < points(s) ? (uint64_t)from : points(s);
}

static int64_t index_of(Value s, uint64_t offset) {
    return (int64_t)string_point(s, offset);
}

static const char *find(const char *bytes, const char *end, Value t) {
    return memmem(bytes, (size_t)(end - bytes), string_bytes(t), string_length(t));
}

int64_t rt_str_index(Value s, Value t, int64_t from) {
    need_strings("index-of", s, t);
    const char *start = string_bytes(s), *end = start + string_length(s);
    const char *found = find(start + string_offset(s, clamp(s, from)), end, t);
    return found ? index_of(s, (uint64_t)(found - start)) : -1;
}

int64_t rt_str_last_index(Value s, Value t, int64_t from) {
    need_strings("last-index-of", s, t);
    uint64_t length = string_length(t);
    if (from < 0 || length > string_length(s)) return -1;
    uint64_t offset = string_offset(s, clamp(s, from)), last = string_length(s) - length;
    if (offset > last) offset = last;
    for (;; offset--) {
        if (!memcmp(string_bytes(s) + offset, string_bytes(t), length)) return index_of(s, offset);
        if (!offset) return -1;
    }
}

/* ---- replacing ----------------------------------------------------------- */

/* An empty match is found before every code point and at the end. */
static void replace_between(TextBuffer *out, Value s, Value replacement) {
    const char *bytes = string_bytes(s), *end = bytes + string_length(s);
    for (uint64_t length; bytes < end; bytes += length) {
        length = utf8_length((unsigned char)*bytes);
        text_add(out, string_bytes(replacement), string_length(replacement));
        text_add(out, bytes, length);
    }
    text_add(out, string_bytes(replacement), string_length(replacement));
}

static void replace_all(TextBuffer *out, Value s, Value match, Value replacement) {
    const char *bytes = string_bytes(s), *end = bytes + string_length(s), *found;
    while ((found = find(bytes, end, match))) {
        text_add(out, bytes, (uint64_t)(found - bytes));
        text_add(out, string_bytes(replacement), string_length(replacement));
        bytes = found + string_length(match);
    }
    text_add(out, bytes, (uint64_t)(end - bytes));
}

Value rt_str_replace(Value s, Value match, Value replacement) {
    need_strings("replace", s, match);
    need_strings("replace", s, replacement);
    TextBuffer out = {0};
    if (string_length(match))
        replace_all(&out, s, match, replacement);
    else
        replace_between(&out, s, replacement);
    Value result = make_string(out.bytes, out.length);
    text_free(&out);
    return result;
}
