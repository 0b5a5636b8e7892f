/* read_atom.c - strings, numbers, keywords, symbols. */
#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- strings */

static void add_code_point(Buffer *b, uint32_t c) {
    char u[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        u[i] = (char)(0x80 | (c & 0x3f));
    u[0] = (char)(lead[n] | c);
    buffer_add(b, u, n);
}

static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'z') return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
    return 99;
}

/* Digits of `base`, at least `least` and at most `most`; -1 when there are too few. */
static int escape_number(Reader *r, int base, int least, int most) {
    int value = 0, n = 0;
    for (; n < most && r->p < r->end && digit_of(*r->p) < base; n++)
        value = value * base + digit_of(*r->p++);
    return n < least ? -1 : value;
}

/* \uD83D\uDE00: two halves make one code point. */
static int unicode_escape(Reader *r) {
    int c = escape_number(r, 16, 4, 4);
    if (c >= 0xd800 && c < 0xdc00 && r->end - r->p > 6 && r->p[0] == '\\' && r->p[1] == 'u') {
        r->p += 2;
        int low = escape_number(r, 16, 4, 4);
        return low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : -1;
    }
    return c >= 0xd800 && c < 0xe000 ? -1 : c;
}

static void read_escape(Reader *r, Buffer *b) {
    const char *backslash = r->p++;
    char c = r->p < r->end ? *r->p : 0;
    static const char letters[] = "tnrbf\"\\", values[] = "\t\n\r\b\f\"\\";
    const char *simple = c ? strchr(letters, c) : NULL;
    int code = -1;
    if (simple) {
        code = values[simple - letters];
        r->p++;
    } else if (c == 'u') {
        r->p++;
        code = unicode_escape(r);
    } else if (c >= '0' && c <= '7') {
        code = escape_number(r, 8, 1, 3);
        if (code > 0377) code = -1;
    } else if (c && (c & 0x80) == 0 && c != '\n') {
        r->p++;
    }
    if (code < 0)
        error_at(r->diagnostics, reader_pos(r, backslash), "SL0008",
                 "'%.*s' is no escape of a string", (int)(r->p - backslash), backslash);
    else
        add_code_point(b, (uint32_t)code);
}

Node *read_string(Reader *r, NodeKind kind, Pos at) {
    Pos opened = reader_pos(r, r->p);
    Buffer b = {0};
    for (r->p++; r->p < r->end && *r->p != '"';) {
        if (ends_line(r->p, r->end)) {
            r->line++;
            r->line_start = r->p + 1;
        }
        if (*r->p != '\\')
            buffer_add(&b, r->p++, 1);
        else if (kind == N_STRING)
            read_escape(r, &b);
        else { /* a regular expression keeps its backslashes */
            buffer_add(&b, r->p, r->p + 1 < r->end ? 2 : 1);
            r->p += r->p + 1 < r->end ? 2 : 1;
        }
    }
    Text t = text_of(b.bytes ? b.bytes : "", b.length);
    buffer_free(&b);
    if (r->p >= r->end) {
        error_at(r->diagnostics, opened, "SL0002", "this string is never closed");
        help_line(r->diagnostics, "add \" where it should end");
        r->failed = true;
        return NULL;
    }
    r->p++;
    if (r->dump && r->p < r->end && *r->p == '@') {
        Pos said = read_position(r);
        if (!r->at_dump) at = said;
    }
    return node_text(r->arena, kind, at, t);
}

/* ---- numbers */

static void bad_number(Reader *r, const char *token, size_t length, const char *why) {
    size_t shown = whole_characters(token, length, 60);
    error_at(r->diagnostics, reader_pos(r, token), "SL0007", "%.*s%s %s", (int)shown, token,
             shown < length ? "..." : "", why);
}

/* The digits of `base` as a 64-bit integer. */
static Node *integer(Reader *r, const char *token, size_t length, const char *digits, int base,
                     bool negative, Pos at) {
    uint64_t value = 0, limit = negative ? (uint64_t)1 << 63 : (uint64_t)INT64_MAX;
    for (const char *p = digits; p < token + length; p++) {
        uint64_t d = (uint64_t)digit_of(*p);
        if (d >= (uint64_t)base) {
            bad_number(r, token, length, "is no number");
            return NULL;
        }
        if (value > (limit - d) / (uint64_t)base) {
            bad_number(r, token, length, "does not fit into 64 bits");
            return NULL;
        }
        value = value * (uint64_t)base + d;
    }
    if (digits == token + length) {
        bad_number(r, token, length, "is no number");
        return NULL;
    }
    return node_int(r->arena, at, (int64_t)(negative ? 0 - value : value));
}

static bool all_digits(const char *p, const char *end) {
    for (; p < end; p++)
        if (*p < '0' || *p > '9') return false;
    return true;
}

/* digits [. digits] [e [+-] digits] */
static bool is_decimal(const char *p, const char *end) {
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    if (p < end && *p == '.')
        for (p++; p < end && *p >= '0' && *p <= '9';)
            p++;
    if (p == end) return true;
    if (*p != 'e' && *p != 'E') return false;
    p++;
    if (p < end && (*p == '+' || *p == '-')) p++;
    return p < end && all_digits(p, end);
}

static Node *number(Reader *r, const char *token, size_t length, Pos at) {
    const char *end = token + length, *p = token + (*token == '-' || *token == '+');
    bool negative = *token == '-';
    if (end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
        return integer(r, token, length, p + 2, 16, negative, at);
    const char *radix = memchr(p, 'r', (size_t)(end - p));
    if (radix && radix - p <= 2 && radix > p && all_digits(p, radix) && atoi(p) >= 2 &&
        atoi(p) <= 36)
        return integer(r, token, length, radix + 1, atoi(p), negative, at);
    if (all_digits(p, end))
        return integer(r, token, length, p, end - p > 1 && *p == '0' ? 8 : 10, negative, at);
    if (!is_decimal(p, end)) {
        bad_number(r, token, length, "is no number");
        return NULL;
    }
    char *copy = arena_alloc(r->arena, length + 1);
    memcpy(copy, token, length);
    return node_double(r->arena, at, strtod(copy, NULL));
}

/* ---- symbols and keywords */

static Node *keyword(Reader *r, const char *token, size_t length, Pos at) {
    if (length >= 2 && token[1] == ':')
        return node_text(r->arena, N_KEYWORD, at, text_of(token + 1, length - 1));
    if (length < 2 || token[length - 1] == ':' || token[length - 1] == '/') {
        error_at(r->diagnostics, reader_pos(r, token), "SL0009", "%.*s is no keyword", (int)length,
                 token);
        if (length == 1) help_line(r->diagnostics, "a keyword is : directly followed by a name");
        return NULL;
    }
    return node_text(r->arena, N_KEYWORD, at, text_of(token + 1, length - 1));
}

Node *symbol_node(Reader *r, const char *token, size_t length, Pos at) {
    static const struct {
        const char *name;
        NodeKind kind;
    } constants[] = {{"nil", N_NIL}, {"true", N_TRUE}, {"false", N_FALSE}};
    for (int i = 0; i < 3; i++)
        if (strlen(constants[i].name) == length && !memcmp(token, constants[i].name, length))
            return node_simple(r->arena, constants[i].kind, at);
    return node_text(r->arena, N_SYMBOL, at, text_of(token, length));
}

static Node *special_double(Reader *r, const char *token, size_t length, Pos at) {
    if (length == 5 && !memcmp(token, "##Inf", 5))
        return node_double(r->arena, at, (double)__builtin_inf());
    if (length == 6 && !memcmp(token, "##-Inf", 6))
        return node_double(r->arena, at, -(double)__builtin_inf());
    if (length == 5 && !memcmp(token, "##NaN", 5))
        return node_double(r->arena, at, (double)__builtin_nan(""));
    error_at(r->diagnostics, reader_pos(r, token), "SL0006",
             "%.*s is not known; there are ##Inf ##-Inf ##NaN", (int)length, token);
    return NULL;
}

/* \a \newline \u0041: a string of length one. */
static Node *character(Reader *r, const char *token, size_t length, Pos at) {
    static const struct {
        const char *name;
        char value;
    } names[] = {{"newline", '\n'}, {"space", ' '},     {"tab", '\t'},
                 {"return", '\r'},  {"formfeed", '\f'}, {"backspace", '\b'}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i].name) == length - 1 && !memcmp(token + 1, names[i].name, length - 1))
            return node_text(r->arena, N_STRING, at, text_of(&names[i].value, 1));
    size_t points = 0;
    for (size_t i = 1; i < length; i++)
        points += ((unsigned char)token[i] & 0xc0) != 0x80;
    if (points == 1) return node_text(r->arena, N_STRING, at, text_of(token + 1, length - 1));
    error_at(r->diagnostics, reader_pos(r, token), "SL0010", "%.*s is no character", (int)length,
             token);
    return NULL;
}

static bool starts_number(const char *token, size_t length) {
    size_t i = (*token == '-' || *token == '+') && length > 1;
    return token[i] >= '0' && token[i] <= '9';
}

/* |any text|, a symbol that would otherwise read as something else; dumps only. A backslash
 * is before a bar or a backslash inside. */
static const char *barred_end(const Reader *r) {
    const char *p = r->p + 1;
    while (p < r->end && *p != '|')
        p += *p == '\\' && p + 1 < r->end ? 2 : 1;
    return p < r->end ? p + 1 : r->end;
}

static Node *barred_symbol(Reader *r, const char *token, const char *end, Pos at) {
    Buffer b = {0};
    for (const char *p = token + 1; p + 1 < end; p++) {
        if (*p == '\\' && p + 2 < end) p++;
        buffer_add(&b, p, 1);
    }
    Node *n = node_text(r->arena, N_SYMBOL, at, text_of(b.bytes ? b.bytes : "", b.length));
    buffer_free(&b);
    return n;
}

static Node *source_atom(Reader *r, const char *token, size_t length, Pos at) {
    if (*token == '\\' && length > 1) return character(r, token, length, at);
    if (starts_number(token, length)) return number(r, token, length, at);
    if (*token == ':') return keyword(r, token, length, at);
    if (*token == '#') return special_double(r, token, length, at);
    if (*token == '\\') {
        error_at(r->diagnostics, reader_pos(r, token), "SL0010",
                 "\\ must be followed by a character");
        return NULL;
    }
    return symbol_node(r, token, length, at);
}

/* A dump's atom may carry its position as a suffix: 42@3:7. */
static Node *dump_atom(Reader *r, const char *token, const char *end, Pos at) {
    const char *suffix = *token == '|' ? barred_end(r) : token + 1;
    while (suffix < end && *suffix != '@')
        suffix++;
    r->p = suffix < end ? suffix : end;
    const char *bars_end = suffix;
    Pos said = suffix < end ? read_position(r) : at;
    if (!r->at_dump) at = said;
    if (*token == '|') return barred_symbol(r, token, bars_end, at);
    size_t length = (size_t)(suffix - token);
    if (!r->data && !starts_number(token, length) && *token != ':' && *token != '#')
        return read_dump_atom(r, token, length, at);
    return source_atom(r, token, length, at);
}

Node *read_atom(Reader *r, Pos at) {
    const char *token = r->p, *end = token;
    if (r->dump && *token == '|')
        end = barred_end(r);
    else if (*token == '\\' && token + 1 < r->end)
        end = token + 2; /* \( is a character too */
    while (end < r->end && !is_delimiter(*end))
        end++;
    if (r->dump) return dump_atom(r, token, end, at);
    r->p = end;
    return source_atom(r, token, (size_t)(end - token), at);
}
