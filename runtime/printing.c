/* printing.c - scalars as text. Collections are printed by the library, which can realize them. */
#include "runtime.h"

#include <math.h>

/* The three ways to write a scalar: str, print, pr. */
typedef enum { AS_STR, AS_PRINT, AS_PR } Style;

static void add_double(TextBuffer *t, double d, Style style) {
    char text[32];
    if (style != AS_STR && !isfinite(d)) text_add_text(t, "##");
    if (isnan(d))
        text_add_text(t, "NaN");
    else if (isinf(d) && style == AS_STR)
        text_add_text(t, d < 0 ? "-Infinity" : "Infinity");
    else if (isinf(d))
        text_add_text(t, d < 0 ? "-Inf" : "Inf");
    else
        text_add(t, text, double_text(d, text));
}

/* The letter after the backslash, 0 when the character stands for itself. */
static char escape_letter(char c) {
    switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '\n': return 'n';
    case '\t': return 't';
    case '\r': return 'r';
    case '\b': return 'b';
    case '\f': return 'f';
    }
    return 0;
}

static void add_quoted(TextBuffer *t, const char *bytes, uint64_t length) {
    text_add(t, "\"", 1);
    for (uint64_t i = 0; i < length; i++) {
        char escape[2] = {'\\', escape_letter(bytes[i])};
        if (escape[1])
            text_add(t, escape, 2);
        else
            text_add(t, &bytes[i], 1);
    }
    text_add(t, "\"", 1);
}

static void add_name(TextBuffer *t, Value named) {
    text_add(t, string_bytes(name_of(named)), string_length(name_of(named)));
}

static void add_function(TextBuffer *t, Value closure) {
    const char *name;
    uint64_t length;
    function_name(get(closure, FIELD_CLOSURE_CODE), &name, &length);
    text_add(t, name, length);
}

static void add_exception(TextBuffer *t, Value exception) {
    add_name(t, rt_ex_class(exception));
    Value message = rt_ex_message(exception);
    if (message == VALUE_NIL) return;
    text_add_text(t, ": ");
    text_add(t, string_bytes(message), string_length(message));
}

/* What a value is, in words. */
static const char *description(Value v) {
    switch (kind_of(v)) {
    case KIND_VECTOR: return "a vector";
    case KIND_CONS:
    case KIND_EMPTY: return "a list";
    case KIND_LAZY:
    case KIND_INDEXED_SEQ: return "a sequence";
    case KIND_SHAPE_MAP:
    case KIND_SMALL_MAP:
    case KIND_HASH_MAP: return "a map";
    case KIND_SMALL_SET:
    case KIND_HASH_SET: return "a set";
    case KIND_CLOSURE: return "a function";
    case KIND_ATOM: return "an atom";
    case KIND_TRANSIENT: return "a transient";
    case KIND_PATTERN: return "a pattern";
    case KIND_DELAY: return "a delay";
    case KIND_REDUCED: return "a reduced value";
    case KIND_EXCEPTION: return "an exception";
    case KIND_STRING: return "a string";
    }
    return "a value";
}

static void add_opaque(TextBuffer *t, Value v) {
    text_add_text(t, "#<");
    if (is_kind(v, KIND_CLOSURE))
        add_function(t, v);
    else if (is_kind(v, KIND_EXCEPTION))
        add_exception(t, v);
    else
        text_add_text(t, description(v));
    text_add_text(t, ">");
}

static void add_scalar(TextBuffer *t, Value v, Style style) {
    if (is_fixnum(v)) {
        text_add_int(t, fixnum_value(v));
        return;
    }
    switch (kind_of(v)) {
    case 0: text_add_text(t, v == VALUE_TRUE ? "true" : v == VALUE_FALSE ? "false" : "nil"); break;
    case KIND_BIGINT: text_add_int(t, int_value(v)); break;
    case KIND_DOUBLE: add_double(t, double_value(v), style); break;
    case KIND_STRING:
        if (style == AS_PR)
            add_quoted(t, string_bytes(v), string_length(v));
        else
            text_add(t, string_bytes(v), string_length(v));
        break;
    case KIND_KEYWORD:
        text_add(t, ":", 1);
        add_name(t, v);
        break;
    case KIND_SYMBOL: add_name(t, v); break;
    default: add_opaque(t, v); break;
    }
}

void text_add_value(TextBuffer *t, Value v) {
    enum { LONGEST = 60 };
    unsigned kind = kind_of(v);
    bool is_scalar = kind <= KIND_SYMBOL && !(kind == KIND_STRING && string_length(v) > LONGEST);
    if (is_scalar)
        add_scalar(t, v, AS_PR);
    else
        text_add_text(t, description(v));
}

Value rt_str_of(Value v) {
    if (is_kind(v, KIND_STRING)) return v;
    if (v == VALUE_NIL) return make_string("", 0);
    TextBuffer t = {0};
    add_scalar(&t, v, AS_STR);
    Value s = make_string(t.bytes, t.length);
    text_free(&t);
    return s;
}

static Value write_scalar(Value v, Style style) {
    TextBuffer t = {0};
    add_scalar(&t, v, style);
    output(t.bytes, t.length);
    text_free(&t);
    return VALUE_NIL;
}

Value rt_write(Value v) {
    if (!is_kind(v, KIND_STRING)) return write_scalar(v, AS_PRINT);
    output(string_bytes(v), string_length(v));
    return VALUE_NIL;
}

Value rt_write_quoted(Value v) {
    return write_scalar(v, AS_PR);
}
