/* strings.c - making strings and taking them apart. */
#include "runtime.h"

Value allocate_string(uint64_t length, uint64_t points) {
    uint64_t words = string_words(length);
    Value s = allocate(KIND_STRING, words);
    *field(s, FIELD_STRING_BYTES) = length;
    *field(s, FIELD_STRING_POINTS) = points;
    object_of(s)[words] = 0; /* the bytes after the text */
    return s;
}

static char *text_of(Value s) {
    return (char *)field(s, FIELD_STRING_TEXT);
}

Value make_string(const char *bytes, uint64_t length) {
    RESERVE(string_object_bytes(length), NULL);
    Value s = allocate_string(length, utf8_count(bytes, length));
    if (length) memcpy(text_of(s), bytes, length);
    return s;
}

Value make_text(const char *zero_terminated) {
    return make_string(zero_terminated, strlen(zero_terminated));
}

bool same_text(Value s, Value t) {
    uint64_t length = string_length(s);
    if (length != string_length(t)) return false;
    uint32_t hash_s = header_hash(s), hash_t = header_hash(t);
    if (hash_s && hash_t && hash_s != hash_t) return false;
    return !memcmp(string_bytes(s), string_bytes(t), length);
}

static void need_string(const char *operation, Value v) {
    if (!is_kind(v, KIND_STRING)) throw_needs(operation, "a string", v);
}

/* ---- parts --------------------------------------------------------------- */

int64_t rt_str_count(Value s) {
    return get_int(s, FIELD_STRING_POINTS);
}

/* The bytes from `from` up to `to` as a string. */
static Value part(Value s, uint64_t from, uint64_t to) {
    if (to - from == string_length(s)) return s;
    RESERVE(string_object_bytes(to - from), &s);
    uint64_t points = is_ascii(s) ? to - from : utf8_count(string_bytes(s) + from, to - from);
    Value result = allocate_string(to - from, points);
    memcpy(text_of(result), string_bytes(s) + from, to - from);
    return result;
}

static void need_offset(Value s, int64_t offset) {
    if (offset < 0 || (uint64_t)offset >= string_length(s))
        throw_index("nth", offset, string_length(s));
}

int64_t rt_str_next(Value s, int64_t offset) {
    need_offset(s, offset);
    return offset + (int64_t)utf8_length((unsigned char)string_bytes(s)[offset]);
}

Value rt_str_at(Value s, int64_t offset) {
    need_offset(s, offset);
    unsigned char first = (unsigned char)string_bytes(s)[offset];
    if (first < 128) return value_of(slisp_letters + LETTER_WORDS * first);
    return part(s, (uint64_t)offset, (uint64_t)rt_str_next(s, offset));
}

Value rt_str_nth(Value s, int64_t index) {
    uint64_t points = get(s, FIELD_STRING_POINTS);
    if (index < 0 || (uint64_t)index >= points) throw_index("nth", index, points);
    return rt_str_at(s, (int64_t)string_offset(s, (uint64_t)index));
}

Value rt_str_sub(Value s, int64_t from, int64_t to) {
    need_string("subs", s);
    uint64_t points = get(s, FIELD_STRING_POINTS);
    if (to < 0 || (uint64_t)to > points) throw_index("subs", to, points);
    if (from < 0 || from > to) throw_index("subs", from, points);
    return part(s, string_offset(s, (uint64_t)from), string_offset(s, (uint64_t)to));
}

/* ---- putting together ---------------------------------------------------- */

Value rt_str_concat(Value s, Value t) {
    uint64_t length_s = string_length(s), length_t = string_length(t);
    if (!length_t) return s;
    if (!length_s) return t;
    RESERVE(string_object_bytes(length_s + length_t), &s, &t);
    uint64_t points = get(s, FIELD_STRING_POINTS) + get(t, FIELD_STRING_POINTS);
    Value result = allocate_string(length_s + length_t, points);
    memcpy(text_of(result), string_bytes(s), length_s);
    memcpy(text_of(result) + length_s, string_bytes(t), length_t);
    return result;
}

/* The strings of an array or a vector, as runs of values. */
static uint64_t count_of(Value strings) {
    return is_kind(strings, KIND_ARRAY) ? get(strings, FIELD_ARRAY_LENGTH) : vector_count(strings);
}

static const Value *run_of(Value strings, uint64_t index, uint64_t *length) {
    if (is_kind(strings, KIND_VECTOR)) return vector_run(strings, index, length);
    *length = get(strings, FIELD_ARRAY_LENGTH) - index;
    return field(strings, FIELD_ARRAY_SLOTS) + index;
}

/* Adds up bytes and code points. */
static void measure(Value strings, uint64_t *bytes, uint64_t *points) {
    uint64_t count = count_of(strings), length;
    for (uint64_t i = 0; i < count; i += length) {
        const Value *run = run_of(strings, i, &length);
        for (uint64_t j = 0; j < length; j++) {
            need_string("join", run[j]);
            *bytes += string_length(run[j]);
            *points += get(run[j], FIELD_STRING_POINTS);
        }
    }
}

static char *put_string(char *out, Value s) {
    memcpy(out, string_bytes(s), string_length(s));
    return out + string_length(s);
}

Value rt_str_join(Value separator, Value strings) {
    uint64_t bytes = 0, points = 0, count = count_of(strings), length;
    if (separator == VALUE_NIL) separator = make_string("", 0);
    if (!count) return make_string("", 0);
    bytes = (count - 1) * string_length(separator);
    points = (count - 1) * get(separator, FIELD_STRING_POINTS);
    measure(strings, &bytes, &points);
    RESERVE(string_object_bytes(bytes), &separator, &strings);
    Value result = allocate_string(bytes, points);
    char *out = text_of(result);
    for (uint64_t i = 0; i < count; i += length) {
        const Value *run = run_of(strings, i, &length);
        for (uint64_t j = 0; j < length; j++) {
            if (i + j) out = put_string(out, separator);
            out = put_string(out, run[j]);
        }
    }
    return result;
}
