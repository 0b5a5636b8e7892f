/* template.c - reads the text column of x86.def: "add d0, a1; jo a2". */
#include "template.h"

#include "../../runtime/layout.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *bytes;
    size_t length;
} Span;

static bool span_is(Span s, const char *word) {
    return strlen(word) == s.length && !memcmp(s.bytes, word, s.length);
}

static bool starts(Span s, const char *word) {
    return s.length >= strlen(word) && !memcmp(s.bytes, word, strlen(word));
}

static Span skip(Span s, size_t n) {
    return (Span){s.bytes + n, s.length - n};
}

/* Takes what is before `separator` (or everything) off the front of `s`. */
static Span cut(Span *s, const char *separator) {
    size_t n = 0, width = strlen(separator);
    while (n < s->length && (s->length - n < width || memcmp(s->bytes + n, separator, width)))
        n++;
    Span front = {s->bytes, n};
    *s = skip(*s, n < s->length ? n + width : n);
    return front;
}

static Mnemonic mnemonic_named(Span name) {
    static const char *const names[] = {
#define INSTRUCTION(id, name) name,
#define ENCODING(operands, bytes)
#include "../encodings.def"
#undef INSTRUCTION
#undef ENCODING
    };
    for (size_t i = 0; i < I_COUNT; i++)
        if (span_is(name, names[i])) return (Mnemonic)i;
    bug(NULL, "encodings.def has no machine instruction '%.*s', which x86.def names",
        (int)name.length, name.bytes);
}

static bool is_reference(Span s) {
    return s.length >= 2 && (s.bytes[0] == 'd' || s.bytes[0] == 'a') && s.bytes[1] >= '0' &&
           s.bytes[1] <= '9';
}

static Part reference(Span s) {
    Part part = {.kind = s.bytes[0] == 'd' ? PART_DEFINED : PART_OPERAND,
                 .which = (uint8_t)(s.bytes[1] - '0')};
    if (s.length > 2) part.bits = (uint8_t)atoi(s.bytes + 3); /* d0:32 */
    return part;
}

static Part fixed(Operand o) {
    return (Part){.kind = PART_FIXED, .fixed = o};
}

/* [r15+8] or [r15+a0] */
static Part address(Span s) {
    Span inside = {s.bytes + 1, s.length - 2}, base = cut(&inside, "+");
    Part part = fixed(memory(where_parse(base.bytes, base.length), 0, 64));
    if (is_reference(inside)) {
        part.kind = PART_DISPLACED;
        part.which = reference(inside).which;
    } else {
        part.fixed.displacement = atoi(inside.bytes);
    }
    return part;
}

static Part register_part(Span s) {
    bool low = s.bytes[s.length - 1] == 'b';
    Where w = where_parse(s.bytes, s.length - low);
    if (w == NOWHERE) bug(NULL, "x86.def: what is '%.*s'?", (int)s.length, s.bytes);
    return fixed(is_vector_register(w) ? vector(w) : general(w, low ? 8 : 64));
}

static Part read_part(Span s) {
    static const struct {
        const char *word;
        uint8_t bits;
    } widths[] = {{"byte ", 8}, {"word ", 16}, {"dword ", 32}};
    for (size_t i = 0; i < 3; i++) {
        if (!starts(s, widths[i].word)) continue;
        Part part = read_part(skip(s, strlen(widths[i].word)));
        part.bits = widths[i].bits;
        return part;
    }
    if (is_reference(s)) return reference(s);
    if (s.bytes[0] == '[') return address(s);
    if (span_is(s, "context.limit")) return fixed(memory(R14, CONTEXT_LIMIT, 64));
    if (span_is(s, "context.area_count")) return fixed(memory(R14, CONTEXT_AREA_COUNT, 64));
    if (s.bytes[0] == '-' || (s.bytes[0] >= '0' && s.bytes[0] <= '9'))
        return fixed(integer(strtoll(s.bytes, NULL, 10)));
    return register_part(s);
}

static Step read_step(Span text) {
    Step step = {0};
    Span name = cut(&text, " ");
    if (span_is(name, "jo")) {
        step.mnemonic = I_j;
        step.parts[step.count++] = fixed(condition_code(0));
    } else {
        step.mnemonic = mnemonic_named(name);
    }
    while (text.length)
        step.parts[step.count++] = read_part(cut(&text, ", "));
    return step;
}

const Template *template_of(Opcode op) {
    static Template templates[X_COUNT];
    Template *t = &templates[op];
    Span text = {opcode_rows[op].text, strlen(opcode_rows[op].text)};
    if (!t->count)
        while (text.length)
            t->steps[t->count++] = read_step(cut(&text, "; "));
    return t;
}
