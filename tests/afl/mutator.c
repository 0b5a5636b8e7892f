/* mutator.c - for afl-fuzz: changes dumps and sources as trees instead of as bytes.
 *
 * A form is a span of the text: a list with its brackets, or an atom. Each change replaces one
 * span: by nothing, by another form of this input or of another one from the queue, by a number
 * from an edge. So brackets stay balanced, and most of what is made still gets through the reader
 * and some of it through the grammar, to where the passes are.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What afl-fuzz asks the library for. */
void *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(void *state);
size_t afl_custom_fuzz(void *state, uint8_t *bytes, size_t length, uint8_t **out, uint8_t *other,
                       size_t other_length, size_t most);

enum { MOST_FORMS = 20000, MOST_BYTES = 1 << 18 };

typedef struct {
    uint32_t start, end;
    uint32_t parent; /* index of the list around it; 0, the whole text, for the outermost */
} Form;
typedef struct {
    char *bytes;
    uint32_t length, count;
    Form forms[MOST_FORMS];
} Forms;
typedef struct {
    uint64_t random;
    Forms text, other;
    char *made;            /* the text after a change */
    char copy[MOST_BYTES]; /* of what is put into it */
} Mutator;

/* ---- random numbers */

static uint32_t below(Mutator *m, uint32_t limit) {
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return limit ? (uint32_t)(m->random >> 32) % limit : 0;
}

/* ---- text to forms */

static int is_open(char c) {
    return c == '(' || c == '[' || c == '{';
}
static int is_close(char c) {
    return c == ')' || c == ']' || c == '}';
}
static int is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == ',';
}

static int is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Behind a string or |symbol| that starts at `at`. */
static uint32_t quoted_end(const Forms *f, uint32_t at) {
    char quote = f->bytes[at++];
    while (at < f->length && f->bytes[at] != quote)
        at += f->bytes[at] == '\\' && at + 1 < f->length ? 2 : 1;
    return at < f->length ? at + 1 : f->length;
}

static uint32_t atom_end(const Forms *f, uint32_t at) {
    if (f->bytes[at] == '"' || f->bytes[at] == '|')
        at = quoted_end(f, at);
    else
        at++;
    while (at < f->length && !is_blank(f->bytes[at]) && !is_open(f->bytes[at]) &&
           !is_close(f->bytes[at]) && f->bytes[at] != '"')
        at++;
    return at;
}

static void read_forms(Forms *f) {
    uint32_t around = 0;
    f->forms[0] = (Form){0, f->length, 0};
    f->count = 1;
    for (uint32_t at = 0; at < f->length && f->count < MOST_FORMS;) {
        char c = f->bytes[at];
        if (is_close(c)) {
            f->forms[around].end = ++at;
            around = f->forms[around].parent;
        } else if (is_open(c)) {
            f->forms[f->count] = (Form){at++, f->length, around};
            around = f->count++;
        } else if (is_blank(c)) {
            at++;
        } else {
            uint32_t end = atom_end(f, at);
            f->forms[f->count++] = (Form){at, end, around};
            at = end;
        }
    }
    f->forms[0].end = f->length;
}

/* ---- picking */

/* Rarely of the header, without which nothing else matters. */
static Form any_form(Mutator *m, const Forms *f) {
    uint32_t first = 1;
    if (f->length > 10 && !memcmp(f->bytes, "(slispc-ir", 10) && below(m, 32))
        while (first < f->count && f->forms[first].start < f->forms[1].end)
            first++;
    if (first >= f->count) first = 0;
    return f->forms[first + below(m, f->count - first)];
}

/* Behind the head of a list or the first character of an atom, which tells kinds of atoms apart. */
static uint32_t start_end(const Forms *f, Form form) {
    uint32_t at = form.start + 1;
    while (f->bytes[form.start] == '(' && at < form.end && !is_blank(f->bytes[at]))
        at++;
    return at < form.end ? at : form.end;
}

/* Do they start the same? All numbers are alike, and all vectors. */
static int are_alike(const Forms *f, Form a, const Forms *g, Form b) {
    if (is_digit(f->bytes[a.start]) && is_digit(g->bytes[b.start])) return 1;
    uint32_t length = start_end(f, a) - a.start;
    return length == start_end(g, b) - b.start &&
           !memcmp(f->bytes + a.start, g->bytes + b.start, length);
}

static Form similar_form(Mutator *m, const Forms *f, Form wanted, const Forms *g) {
    Form found = any_form(m, g);
    for (int i = 0; i < 60 && !are_alike(f, wanted, g, found); i++)
        found = any_form(m, g);
    return found;
}

static Form sibling(Mutator *m, const Forms *f, Form form) {
    Form found = form;
    uint32_t seen = 0;
    for (uint32_t i = 1; i < f->count; i++)
        if (f->forms[i].parent == form.parent && !below(m, ++seen)) found = f->forms[i];
    return found;
}

/* ---- changes */

/* The text with [start, end) replaced. */
static void replace(Mutator *m, uint32_t start, uint32_t end, const char *by, uint32_t length) {
    Forms *f = &m->text;
    if (f->length - (end - start) + length > MOST_BYTES) return;
    memcpy(m->made, f->bytes, start);
    memcpy(m->made + start, by, length);
    memcpy(m->made + start + length, f->bytes + end, f->length - end);
    f->length = f->length - (end - start) + length;
    char *old = f->bytes;
    f->bytes = m->made;
    m->made = old;
    read_forms(f);
}

static void replace_by(Mutator *m, Form form, const Forms *from, Form by) {
    uint32_t length = by.end - by.start;
    memcpy(m->copy, from->bytes + by.start, length);
    replace(m, form.start, form.end, m->copy, length);
}

static void insert_copy(Mutator *m, uint32_t at, const Forms *from, Form form) {
    replace_by(m, (Form){at, at, 0}, from, form);
    replace(m, at + form.end - form.start, at + form.end - form.start, " ", 1);
}

static void swap(Mutator *m, Form a, Form b) {
    if (a.start > b.start) {
        Form c = a;
        a = b;
        b = c;
    }
    if (a.end > b.start) return; /* it is the same, or one is inside of the other */
    const char *bytes = m->text.bytes;
    uint32_t first = a.end - a.start, second = b.end - b.start, between = b.start - a.end;
    memcpy(m->copy, bytes + b.start, second);
    memcpy(m->copy + second, bytes + a.end, between);
    memcpy(m->copy + second + between, bytes + a.start, first);
    replace(m, a.start, b.end, m->copy, first + second + between);
}

/* A number in or at the end of an atom: of names, blocks, positions too. */
static void change_number(Mutator *m) {
    static const char *const edges[] = {"0",
                                        "1",
                                        "2",
                                        "3",
                                        "7",
                                        "8",
                                        "15",
                                        "16",
                                        "63",
                                        "64",
                                        "127",
                                        "128",
                                        "255",
                                        "256",
                                        "1023",
                                        "1024",
                                        "4095",
                                        "32767",
                                        "32768",
                                        "65535",
                                        "65536",
                                        "1048576",
                                        "2147483647",
                                        "2147483648",
                                        "4294967295",
                                        "4294967296",
                                        "4611686018427387903",
                                        "4611686018427387904",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "18446744073709551615",
                                        "99999999999999999999",
                                        "-1",
                                        "-8",
                                        "-128",
                                        "-129",
                                        "-2147483648",
                                        "-2147483649",
                                        "-4611686018427387904",
                                        "-9223372036854775808",
                                        "1.5",
                                        "1e999",
                                        "##NaN"};
    const Forms *f = &m->text;
    for (int i = 0; i < 100; i++) {
        Form form = any_form(m, f);
        uint32_t start = form.start + below(m, form.end - form.start);
        if (start >= f->length || is_open(f->bytes[form.start]) || !is_digit(f->bytes[start]))
            continue;
        while (start > form.start && is_digit(f->bytes[start - 1]))
            start--;
        uint32_t end = start;
        while (end < form.end && is_digit(f->bytes[end]))
            end++;
        char near[32];
        unsigned long long value = strtoull(f->bytes + start, NULL, 10);
        snprintf(near, sizeof near, "%lld", (long long)(value + below(m, 5) - 2));
        const char *edge = below(m, 2) ? near : edges[below(m, sizeof edges / sizeof *edges)];
        replace(m, start, end, edge, (uint32_t)strlen(edge));
        return;
    }
}

/* The type or place of one name for another: %x.1=rdi, %y.2:int. */
static void change_suffix(Mutator *m) {
    const Forms *f = &m->text;
    for (int i = 0; i < 100; i++) {
        Form a = any_form(m, f), b = any_form(m, f);
        if (f->bytes[a.start] != '%' || f->bytes[b.start] != '%') continue;
        uint32_t x = a.start, y = b.start;
        while (x < a.end && f->bytes[x] != '=' && f->bytes[x] != ':')
            x++;
        while (y < b.end && f->bytes[y] != '=' && f->bytes[y] != ':')
            y++;
        if (x == a.end && y == b.end) continue;
        replace_by(m, (Form){x, a.end, 0}, f, (Form){y, b.end, 0});
        return;
    }
}

/* The brackets of a list go, or others come around a form. */
static void change_brackets(Mutator *m) {
    static const char *const around[][2] = {
        {"(", ")"}, {"[", "]"}, {"(quote ", ")"}, {"(do ", ")"}, {"(let [[%t.1 ", "]] %t.1)"}};
    Form form = any_form(m, &m->text);
    if (form.end - form.start < 2) return;
    if (is_open(m->text.bytes[form.start]) && below(m, 2)) {
        replace_by(m, form, &m->text, (Form){form.start + 1, form.end - 1, 0});
        return;
    }
    const char *const *pair = around[below(m, sizeof around / sizeof *around)];
    replace(m, form.end, form.end, pair[1], (uint32_t)strlen(pair[1]));
    replace(m, form.start, form.start, pair[0], (uint32_t)strlen(pair[0]));
}

static void change(Mutator *m) {
    const Forms *f = &m->text;
    Form form = any_form(m, f);
    int has_other = m->other.count > 1;
    switch (below(m, 16)) {
    case 0: replace(m, form.start, form.end, "", 0); break;
    case 1: insert_copy(m, form.start, f, form); break;
    case 2: insert_copy(m, form.start, f, similar_form(m, f, form, f)); break;
    case 3:
    case 4: swap(m, form, sibling(m, f, form)); break;
    case 5: replace_by(m, form, f, any_form(m, f)); break;
    case 6:
    case 7:
    case 8: replace_by(m, form, f, similar_form(m, f, form, f)); break;
    case 9:
    case 10: change_number(m); break;
    case 11:
    case 12: change_suffix(m); break;
    case 13: change_brackets(m); break;
    case 14:
    case 15:
        if (!has_other) break;
        Form found = similar_form(m, f, form, &m->other);
        if (below(m, 4))
            replace_by(m, form, &m->other, found);
        else
            insert_copy(m, form.start, &m->other, found);
        break;
    }
}

/* ---- the library */

void *afl_custom_init(void *afl, unsigned int seed) {
    (void)afl;
    Mutator *m = calloc(1, sizeof *m);
    if (!m) return NULL;
    m->random = seed * 0x9e3779b97f4a7c15u + 1;
    m->made = calloc(1, MOST_BYTES + 1);
    m->text.bytes = calloc(1, MOST_BYTES + 1);
    m->other.bytes = calloc(1, MOST_BYTES + 1);
    return m->made && m->text.bytes && m->other.bytes ? m : NULL;
}

void afl_custom_deinit(void *state) {
    Mutator *m = state;
    free(m->made);
    free(m->text.bytes);
    free(m->other.bytes);
    free(m);
}

static void take(Forms *f, const uint8_t *bytes, size_t length) {
    f->length = length < MOST_BYTES ? (uint32_t)length : MOST_BYTES;
    if (bytes)
        memcpy(f->bytes, bytes, f->length);
    else
        f->length = 0;
    read_forms(f);
}

size_t afl_custom_fuzz(void *state, uint8_t *bytes, size_t length, uint8_t **out, uint8_t *other,
                       size_t other_length, size_t most) {
    Mutator *m = state;
    take(&m->text, bytes, length);
    take(&m->other, other, other_length);
    do
        change(m);
    while (!below(m, 3));
    *out = (uint8_t *)m->text.bytes;
    return m->text.length < most ? m->text.length : most;
}
