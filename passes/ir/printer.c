/* printer.c - the one printer: every form of every language, as text that the reader reads back.
 *
 * A list that fits stays on one line, with its position last; one that does not has its position
 * after its head, keeps the atoms that come first beside it, and gives every other kid a line of
 * its own. Instructions always stay on one line.
 */
#include "brackets.h"
#include "canon.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    WIDTH = 100,
    MOST_INDENT =
        200 /* what is nested deeper moves no further: indentation must not outgrow the text */
};

typedef struct {
    Buffer *out;
    Style style;
    bool positions;
    bool data; /* inside (quote ...): positions do not matter, symbols are bare */
    size_t line_start;
} Printer;

/* ---- atoms */

static void add(Buffer *out, const char *s) {
    buffer_add(out, s, strlen(s));
}

static void print_string(Buffer *out, Text t) {
    static const char special[] = "\"\\\n\t\r\b\f", letters[] = "\"\\ntrbf";
    const char *s = text_bytes(t);
    buffer_add(out, "\"", 1);
    for (uint32_t i = 0; i < text_length(t); i++) {
        const char *found = s[i] ? strchr(special, s[i]) : NULL;
        if (found)
            buffer_print(out, "\\%c", letters[found - special]);
        else if ((unsigned char)s[i] < 0x20)
            buffer_print(out, "\\u%04x", (unsigned char)s[i]);
        else
            buffer_add(out, s + i, 1);
    }
    buffer_add(out, "\"", 1);
}

/* Shortest digits that read back, as Java writes them: 0.001 <= |x| < 10^7 plain, else 1.5E300. */
static void print_double(Buffer *out, double x) {
    char digits[40];
    if (isnan(x)) {
        add(out, "##NaN");
        return;
    }
    if (isinf(x)) {
        add(out, x < 0 ? "##-Inf" : "##Inf");
        return;
    }
    int precision = 0;
    do
        snprintf(digits, sizeof digits, "%.*e", precision, x);
    while (strtod(digits, NULL) != x && ++precision < 17);
    double size = fabs(x);
    if (size != 0 && (size < 1e-3 || size >= 1e7)) {
        char *e = strchr(digits, 'e');
        int exponent = atoi(e + 1);
        *e = 0;
        buffer_print(out, "%s%sE%d", digits, strchr(digits, '.') ? "" : ".0", exponent);
        return;
    }
    int exponent = atoi(strchr(digits, 'e') + 1), decimals = precision - exponent;
    buffer_print(out, "%.*f", decimals < 1 ? 1 : decimals, x);
}

/* Would the reader take this symbol for something else? */
static bool needs_bars(Text t) {
    const char *s = text_bytes(t);
    if (!*s || strchr("%$#'`~^\\|:@", *s)) return true;
    if (strpbrk(s, " \t\n\r\f,()[]{}\";@|\\")) return true;
    size_t sign = (*s == '-' || *s == '+') && s[1];
    if (s[sign] >= '0' && s[sign] <= '9') return true;
    if (*s == 'b' && s[1] && strspn(s + 1, "0123456789") == strlen(s + 1)) return true;
    return !strcmp(s, "nil") || !strcmp(s, "true") || !strcmp(s, "false");
}

static void print_symbol(Buffer *out, Text t) {
    if (!needs_bars(t)) {
        add(out, text_bytes(t));
        return;
    }
    add(out, "|");
    for (const char *s = text_bytes(t); *s; s++)
        buffer_print(out, *s == '|' || *s == '\\' ? "\\%c" : "%c", *s);
    add(out, "|");
}

static void print_name(Buffer *out, const Node *n) {
    buffer_print(out, "%%%s.%u", text_bytes(n->name.hint), n->name.number);
    if (n->is_typed)
        buffer_print(out, ":%s", type_text(n->head));
    else if (n->head)
        buffer_print(out, "=%s", where_text(n->head));
    if (!n->is_typed && n->at) buffer_print(out, "[rsp+%u]", n->at - 1);
}

static void print_atom(Buffer *out, const Node *n) {
    switch ((NodeKind)n->kind) {
    case N_SYMBOL: print_symbol(out, n->text); break;
    case N_KEYWORD: buffer_print(out, ":%s", text_bytes(n->text)); break;
    case N_STRING: print_string(out, n->text); break;
    case N_REGEX: buffer_print(out, "#\"%s\"", text_bytes(n->text)); break;
    case N_INT: buffer_print(out, "%lld", (long long)n->integer); break;
    case N_DOUBLE: print_double(out, n->real); break;
    case N_NIL: add(out, "nil"); break;
    case N_TRUE: add(out, "true"); break;
    case N_FALSE: add(out, "false"); break;
    case N_NAME: print_name(out, n); break;
    case N_GLOBAL: buffer_print(out, "$%s", text_bytes(n->text)); break;
    case N_BLOCK: buffer_print(out, "b%u", n->block); break;
    case N_PRIM: add(out, prim_rows[n->head].name); break;
    case N_WORD: add(out, word_rows[n->head].name); break;
    case N_OPCODE: add(out, opcode_rows[n->head].name); break;
    case N_CONDITION: add(out, condition_rows[n->head].name); break;
    case N_LIST:
    case N_VECTOR:
    case N_MAP:
    case N_SET: break;
    }
}

static void print_pos(Buffer *out, Pos at) {
    Location p = location_of(at);
    if (!at) {
        add(out, "@-");
        return;
    }
    if (p.file)
        buffer_print(out, "@%u:%u:%u", p.file, p.line, p.column);
    else
        buffer_print(out, "@%u:%u", p.line, p.column);
    if (p.inlined) buffer_print(out, "^%u", p.inlined);
}

/* ---- trees */

static bool is_data_head(const Node *n) {
    return n->kind == N_LIST && (n->head == H_quote || n->head == H_real || n->head == H_shape);
}

static bool shows_pos(const Printer *p, const Node *n, Pos inherited) {
    return p->positions && !p->data && n->kind < N_NAME && n->at != inherited;
}

/* One line; gives up (and says so) once the line is longer than `limit`. */
static bool print_line(Printer *p, const Node *n, Pos inherited, size_t limit) {
    Buffer *out = p->out;
    bool shown = shows_pos(p, n, inherited);
    if (out->length > limit) return false;
    if (!is_tree(n)) {
        print_atom(out, n);
        if (shown) print_pos(out, n->at);
        return out->length <= limit;
    }
    bool data = p->data;
    p->data = data || is_data_head(n);
    add(out, opening(n));
    const char *space = "";
    if (shows_head(n)) {
        add(out, head_text((Head)n->head));
        space = " ";
    }
    bool fits = true;
    Pos before = n->at;
    for (uint32_t i = 0; i < n->count && fits; i++) {
        add(out, space);
        space = " ";
        fits = print_line(p, n->kids[i], before, limit);
        if (is_sequence(n) && n->kids[i]->kind == N_LIST) before = n->kids[i]->at;
    }
    if (shown) {
        add(out, space);
        print_pos(out, n->at);
    }
    add(out, closing(n));
    p->data = data;
    return fits && out->length <= limit;
}

static void print_tree(Printer *p, const Node *n, Pos inherited, uint32_t indent);

static void new_line(Printer *p, uint32_t indent) {
    add(p->out, "\n");
    p->line_start = p->out->length;
    buffer_print(p->out, "%*s", (int)(indent < MOST_INDENT ? indent : MOST_INDENT), "");
}

/* What people rarely ask for, on one line: (library core ...), (from core ...). It changes with no
 * change of the library, so that dumps kept for reading change only when the compiler does. */
static void print_folded(Buffer *out, const Node *n) {
    buffer_print(out, "(%s ", head_text((Head)n->head));
    print_atom(out, n->kids[0]);
    add(out, " ...)");
}

/* Atoms that come first stay beside the head, and so does the first list of some forms. */
static uint32_t beside(const Node *n) {
    uint32_t k = 0;
    while (k < n->count && !is_tree(n->kids[k]))
        k++;
    if (n->kind == N_LIST && n->head == H_let && k == 0) return 1;
    if (n->kind == N_LIST &&
        (n->head == H_loop || n->head == H_arity || n->head == H_rest || n->head == H_block ||
         n->head == H_cold) &&
        k < n->count)
        return k + 1;
    return k;
}

static void print_broken(Printer *p, const Node *n, Pos inherited, uint32_t indent) {
    Buffer *out = p->out;
    uint32_t first = beside(n), column = indent + (uint32_t)strlen(opening(n));
    Pos before = n->at;
    add(out, opening(n));
    if (shows_head(n)) add(out, head_text((Head)n->head));
    if (shows_pos(p, n, inherited)) {
        if (shows_head(n)) add(out, " ");
        print_pos(out, n->at);
        if (!shows_head(n) && n->count) add(out, " ");
    }
    bool start = !shows_head(n);
    for (uint32_t i = 0; i < n->count; i++) {
        if (i < first || (start && i == 0)) {
            if (!start || i > 0) add(out, " ");
            print_tree(p, n->kids[i], before, (uint32_t)(out->length - p->line_start));
        } else {
            new_line(p, column);
            if (is_sequence(n))
                print_line(p, n->kids[i], before, SIZE_MAX);
            else
                print_tree(p, n->kids[i], before, column);
        }
        if (is_sequence(n) && n->kids[i]->kind == N_LIST) before = n->kids[i]->at;
    }
    add(out, closing(n));
}

/* (kinds (ref %a.1 %b.2) (int %c.3)): a line or a few for each kind instead of one for each name.
 */
static void print_kinds(Printer *p, const Node *n, uint32_t indent) {
    Buffer *out = p->out;
    bool *done = calloc(n->count + 1, sizeof *done);
    if (!done) fail(0, "no memory left");
    add(out, "(kinds");
    for (uint32_t i = 0; i < n->count; i++) {
        if (done[i]) continue;
        Text kind = n->kids[i]->kids[1]->text;
        new_line(p, indent + 1);
        size_t line = out->length - indent - 1;
        buffer_print(out, "(%s", text_bytes(kind));
        for (uint32_t k = i; k < n->count; k++) {
            if (n->kids[k]->kids[1]->text != kind) continue;
            done[k] = true;
            if (out->length - line > WIDTH - 12) {
                new_line(p, indent + 3);
                line = out->length - indent - 3;
            } else {
                add(out, " ");
            }
            print_name(out, n->kids[k]->kids[0]);
        }
        add(out, ")");
    }
    add(out, ")");
    free(done);
}

static bool always_broken(const Node *n) {
    return n->kind == N_LIST && (n->head == H_program || n->head == H_function || is_sequence(n));
}

static void print_tree(Printer *p, const Node *n, Pos inherited, uint32_t indent) {
    size_t start = p->out->length;
    if (p->style == STYLE_VIEW && is_form(n, H_library)) {
        print_folded(p->out, n);
        return;
    }
    if (p->style == STYLE_VIEW && is_form(n, H_kinds)) {
        print_kinds(p, n, indent);
        return;
    }
    if (!always_broken(n) &&
        print_line(p, n, inherited, start + (indent < WIDTH - 20 ? WIDTH - indent : 20)))
        return;
    if (!is_tree(n)) return;
    p->out->length = start;
    bool data = p->data;
    p->data = data || is_data_head(n);
    print_broken(p, n, inherited, indent);
    p->data = data;
}

/* STYLE_CANON: the same text for whatever differs in positions and numbers alone. */
static void print_renumbered(Printer *p, const Node *n, uint32_t indent) {
    Arena *arena = arena_new();
    print_tree(p, canonical(arena, n).top, 0, indent);
    arena_free(arena);
}

void print_top(Buffer *out, const Node *n, Style style) {
    Printer p = {.out = out, .style = style, .positions = style != STYLE_CANON};
    new_line(&p, 1);
    if (style == STYLE_CANON)
        print_renumbered(&p, n, 1);
    else
        print_tree(&p, n, 0, 1);
}

void print_top_folded(Buffer *out, const Node *n) {
    add(out, "\n ");
    print_folded(out, n);
}

/* The view shows the library's definitions, which come last, as one. */
static void print_program(Buffer *out, const Node *program, Style style) {
    add(out, "(program");
    bool folded = false;
    for (uint32_t i = 0; i < program->count; i++) {
        bool folds = style == STYLE_VIEW && is_form(program->kids[i], H_from);
        if (!folds)
            print_top(out, program->kids[i], style);
        else if (!folded)
            print_top_folded(out, program->kids[i]);
        folded = folded || folds;
    }
    add(out, ")");
}

void print_node(Buffer *out, const Node *n, Style style) {
    if (style == STYLE_FULL || !is_form(n, H_program)) {
        Printer p = {.out = out,
                     .style = style,
                     .positions = style != STYLE_CANON,
                     .line_start = out->length};
        print_tree(&p, n, 0, 0);
    } else {
        print_program(out, n, style);
    }
    add(out, "\n");
}

void print_flat(Buffer *out, const Node *n) {
    Printer p = {.out = out, .style = STYLE_CANON};
    print_line(&p, n, 0, SIZE_MAX);
}

void print_datum(Buffer *out, const Node *n) {
    print_flat(out, n);
}

void print_header(Buffer *out, const DumpHeader *h) {
    static const char *const passes[] = {
#define PASS(name, from, to, kind, whole, doc) #name,
#include "../passes.def"
#undef PASS
    };
    buffer_print(out, "(slispc-ir 1 %s", language_name(h->language));
    if (h->after >= 0) buffer_print(out, " (after %s)", passes[h->after]);
    if (h->options) buffer_print(out, " (options %s)", text_bytes(h->options));
    if (h->skipped) buffer_print(out, " (skip %s)", text_bytes(h->skipped));
    if (h->injected) buffer_print(out, " (inject %s)", text_bytes(h->injected));
    if (h->replaced) buffer_print(out, " (replace %s)", text_bytes(h->replaced));
    if (h->files.count) {
        add(out, " (files");
        for (uint32_t i = 0; i < h->files.count; i++) {
            add(out, " ");
            print_string(out, h->files.items[i]);
        }
        add(out, ")");
    }
    add(out, ")\n");
}
