/* fuzz_expressions.c - random expressions: rows of fuzz.def with their holes filled, literals,
 * variables.
 *
 * Everything ends because nothing repeats without a count, and it ends soon: `times` says how often
 * the code that is being made runs, `cost` adds up, and what is dear is not made in what runs
 * often. */
#include "fuzz_parts.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_COST = 12000, MOST_SIZE = 240, BOUNDED_SIZE = 16, TEXT_SIZE = 40 };

void say(Maker *m, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    buffer_print_list(&m->out, format, arguments);
    va_end(arguments);
}

/* ---- literals */

static void say_integer(Maker *m) {
    static const char *const edges[] = {"9223372036854775807",  "-9223372036854775808",
                                        "4611686018427387903",  "4611686018427387904",
                                        "-4611686018427387904", "-4611686018427387905",
                                        "2147483648",           "-2147483649",
                                        "4294967296",           "1000000007"};
    if (chance(m, 3)) {
        made(m, C_EDGE_MADE);
        say(m, "%s", edges[pick(m, sizeof edges / sizeof *edges)]);
    } else {
        say(m, "%d", chance(m, 70) ? (int)pick(m, 12) - 2 : (int)pick(m, 400) - 150);
    }
}

static void say_double(Maker *m) {
    static const char *const doubles[] = {"0.0",    "-0.0",  "0.5",     "1.5",   "-2.25", "3.0",
                                          "1e10",   "0.001", "100.125", "1e300", "-1e-5", "##Inf",
                                          "##-Inf", "##NaN", "7.75",    "2.0"};
    say(m, "%s", doubles[pick(m, sizeof doubles / sizeof *doubles)]);
}

static void say_string(Maker *m) {
    static const char *const strings[] = {"\"\"",
                                          "\"a\"",
                                          "\"abc\"",
                                          "\"hello\"",
                                          "\"a,b\"",
                                          "\"q\\\"uote\"",
                                          "\"\xc3\xa9\xe2\x86\x92\"",
                                          "\"tab\\tnew\\n\"",
                                          "\"Zz\""};
    say(m, "%s", strings[pick(m, sizeof strings / sizeof *strings)]);
}

static void say_integers(Maker *m, const char *open, const char *close) {
    uint32_t count = pick(m, 6);
    say(m, "%s", open);
    for (uint32_t i = 0; i < count; i++) {
        if (i) say(m, " ");
        say_integer(m);
    }
    say(m, "%s", close);
}

/* Different elements: a literal must not hold one twice. */
static void say_set(Maker *m) {
    uint32_t count = pick(m, 5), first = pick(m, 20);
    say(m, "#{");
    for (uint32_t i = 0; i < count; i++)
        say(m, "%s%u", i ? " " : "", first + 3 * i);
    say(m, "}");
}

/* One to eight keys in a random order, or as many integers as keys of a larger map. */
static void say_map(Maker *m, bool integers) {
    uint32_t count = integers ? 2 + pick(m, 13) : pick(m, 9), first = pick(m, 8);
    say(m, "{");
    for (uint32_t i = 0; i < count; i++) {
        say(m, i ? ", " : "");
        if (integers)
            say(m, "%u ", first + 2 * i);
        else
            say(m, ":%c ", 'a' + (int)((first + 3 * i) % 8));
        say_integer(m);
    }
    say(m, "}");
    m->size = count;
}

void write_literal(Maker *m, Kind kind) {
    m->size = 1;
    switch (kind) {
    case K_INT: say_integer(m); return;
    case K_DOUBLE: say_double(m); return;
    case K_NUMBER: chance(m, 50) ? say_integer(m) : say_double(m); return;
    case K_STRING:
        m->size = 8;
        say_string(m);
        return;
    case K_KEYWORD: say(m, ":%c", 'a' + (int)pick(m, 8)); return;
    case K_BOOLEAN: say(m, chance(m, 50) ? "true" : "false"); return;
    case K_VECTOR:
        m->size = 6;
        say_integers(m, "[", "]");
        return;
    case K_SEQUENCE:
        m->size = 6;
        say_integers(m, chance(m, 50) ? "'(" : "(list ", ")");
        return;
    case K_MAP: say_map(m, false); return;
    case K_SET:
        m->size = 5;
        say_set(m);
        return;
    case K_TABLE: say_map(m, true); return;
    case K_DATA:
        chance(m, 20) ? say(m, "nil") : write_literal(m, (Kind)pick(m, K_SEQUENCE));
        return;
    case K_FN: say(m, chance(m, 50) ? "inc" : "dec"); return;
    case K_FN2: say(m, chance(m, 50) ? "+" : "max"); return;
    case K_PREDICATE: say(m, chance(m, 50) ? "even?" : "pos?"); return;
    case K_ATOM: say(m, "(atom "), say_integer(m), say(m, ")"); return;
    case KINDS: return;
    }
}

void write_leaf(Maker *m, Kind kind) {
    const Variable *x = chance(m, 75) ? some_variable(m, kind) : NULL;
    m->cost += m->times;
    if (!x) {
        write_literal(m, kind);
        return;
    }
    say(m, "%s", x->name);
    m->size = x->size;
}

/* ---- rows */

static bool is_kind(const FuzzRow *row, Kind kind) {
    return !row->error && row->gives == kind;
}

/* A row of the kind; with NULL for `kind` a mistake. */
static uint32_t pick_row(Maker *m, const Kind *kind) {
    uint32_t seen = 0, chosen = FUZZ_ROWS;
    for (uint32_t i = 0; i < FUZZ_ROWS; i++) {
        const FuzzRow *row = &fuzz_rows[i];
        if (kind ? !is_kind(row, *kind) || (row->has_effect && m->quiet) : !row->error) continue;
        if (pick(m, ++seen) == 0) chosen = i;
    }
    return chosen;
}

static Kind kind_of_letter(char letter) {
    switch (letter) {
#define KIND(name, character)                                                                      \
    case character: return K_##name;
        FUZZ_KINDS(KIND)
#undef KIND
    }
    return KINDS;
}

static void fill_hole(Maker *m, char letter, uint32_t depth) {
    m->size = 1;
    if (letter == '0')
        say(m, "%u", pick(m, 7));
    else if (letter == '1')
        say(m, "%u", 1 + pick(m, 5));
    else if (letter == 'I')
        write_leaf(m, K_INT);
    else if (letter == 'f' || letter == 'g' || letter == 'p') {
        m->quiet++; /* when and how often it is called is the library's choice */
        make(m, kind_of_letter(letter), depth);
        m->quiet--;
    } else
        make(m, kind_of_letter(letter), depth);
}

static void write_row(Maker *m, uint32_t number, uint32_t depth) {
    const FuzzRow *row = &fuzz_rows[number];
    uint32_t size = 1;
    bool is_lazy = row->gives == K_SEQUENCE || row->gives == K_DATA; /* perhaps evaluated later */
    m->coverage->rows[number]++;
    m->made_effect |= row->has_effect;
    m->quiet += is_lazy;
    for (const char *c = row->text; *c; c++) {
        if (*c != '~') {
            say(m, "%c", *c);
            continue;
        }
        fill_hole(m, *++c, depth);
        size += m->size;
    }
    m->quiet -= is_lazy;
    m->size = strstr(row->text, "40") ? 40 : strstr(row->text, "20") ? 20 : size;
    m->cost += m->times * (1 + size / 4);
}

/* ---- expressions */

static bool is_poor(const Maker *m) {
    return m->budget <= 0 || m->cost > MOST_COST;
}

static void write_any(Maker *m, Kind kind, uint32_t depth) {
    uint32_t number;
    m->budget--;
    m->cost += m->times;
    if (pick(m, 10000) < m->mistakes) {
        write_row(m, pick_row(m, NULL), depth > 1 ? 1 : 0);
        return;
    }
    if (chance(m, 20) && write_construct(m, kind, depth)) return;
    number = pick_row(m, &kind);
    if (number == FUZZ_ROWS)
        write_leaf(m, kind);
    else
        write_row(m, number, depth - 1);
}

void make(Maker *m, Kind kind, uint32_t depth) {
    size_t start = m->out.length;
    if (depth == 0 || is_poor(m) || chance(m, 25)) {
        write_leaf(m, kind);
        return;
    }
    write_any(m, kind, depth);
    if (m->size <= MOST_SIZE) return;
    m->out.length = start;
    write_literal(m, kind);
}

static void wrap(Maker *m, size_t start, const char *before, const char *after) {
    char *text = strndup(m->out.bytes + start, m->out.length - start);
    if (!text) fail(0, "no memory left");
    m->out.length = start;
    say(m, "%s%s%s", before, text, after);
    m->size = BOUNDED_SIZE;
    free(text);
}

void write_bounded(Maker *m, Kind kind, uint32_t depth) {
    size_t start = m->out.length;
    make(m, kind, depth);
    if (m->size <= BOUNDED_SIZE) return;
    if (kind == K_VECTOR) wrap(m, start, "(vec (take 16 ", "))");
    if (kind == K_SEQUENCE) wrap(m, start, "(take 16 ", ")");
    if (kind == K_STRING) wrap(m, start, "(apply str (take 16 ", "))");
    if (kind == K_DATA || kind == K_SET || kind == K_TABLE) {
        m->out.length = start;
        write_literal(m, kind);
    }
}

/* Sets and large maps are printed in order. */
void write_printed(Maker *m, uint32_t depth) {
    static const Kind kinds[] = {K_INT,     K_INT,     K_DOUBLE, K_NUMBER,   K_STRING,
                                 K_KEYWORD, K_BOOLEAN, K_VECTOR, K_SEQUENCE, K_MAP,
                                 K_DATA,    K_DATA,    K_SET,    K_TABLE};
    Kind kind = kinds[pick(m, sizeof kinds / sizeof *kinds)];
    if (kind == K_SET) say(m, "(sort ");
    if (kind == K_TABLE) say(m, "(sort (seq ");
    make(m, kind, depth);
    if (kind == K_SET) say(m, ")");
    if (kind == K_TABLE) say(m, "))");
}
