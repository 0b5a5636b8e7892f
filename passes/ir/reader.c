/* reader.c - the one reader: slisp source and every dump.
 *
 * Both modes share lists, strings, numbers and comments. Source mode adds the reader's sugar
 * ('x @x #(...) #_ ^m ...), which becomes plain lists: 'x reads as (quote x). Dump mode adds
 * names, globals, blocks and positions, and turns the first symbol of a list into the head of a
 * form; inside (quote ...) and (text ...) it reads data, as source mode does.
 *
 * All errors of a file are collected; after one, reading goes on after the broken token.
 */
#include "reader.h"
#include "limits.h"

#include <string.h>

uint32_t reader_column(Reader *r, const char *p) {
    if (r->column_at < r->line_start || r->column_at > p) {
        r->column_at = r->line_start;
        r->column = 1;
    }
    for (; r->column_at < p; r->column_at++)
        r->column += (*r->column_at & 0xc0) != 0x80;
    return r->column;
}

Pos reader_pos(Reader *r, const char *p) {
    return pos_of((Location){.file = r->file, .line = r->line, .column = reader_column(r, p)});
}

bool is_delimiter(char c) {
    static const bool delimits[256] = {
        [0] = true,    [' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true,
        ['\f'] = true, [','] = true, ['('] = true,  [')'] = true,  ['['] = true,
        [']'] = true,  ['{'] = true, ['}'] = true,  ['"'] = true,  [';'] = true,
    };
    return delimits[(unsigned char)c];
}

void skip_blanks(Reader *r) {
    for (; r->p < r->end; r->p++) {
        if (ends_line(r->p, r->end)) {
            r->line++;
            r->line_start = r->p + 1;
        } else if (*r->p == ';' ||
                   (*r->p == '#' && r->p + 1 < r->end && r->p[1] == '!' && r->p == r->start)) {
            while (r->p + 1 < r->end && !ends_line(r->p + 1, r->end))
                r->p++;
        } else if (*r->p == 0 || !strchr(" \t\r\f,", *r->p)) {
            return;
        }
    }
}

/* ---- lists */

static char closer_of(char opener) {
    return opener == '(' ? ')' : opener == '[' ? ']' : '}';
}

/* Where the unclosed bracket should perhaps be closed: before a later form at the margin. */
static void unclosed(Reader *r, Pos at, char opener) {
    error_at(r->diagnostics, at, "SL0003", "this %c is never closed", opener);
    if (r->margin) {
        note_at(r->diagnostics, r->margin, "a new form starts at the margin here");
        help_line(r->diagnostics, "add %c before line %u", closer_of(opener),
                  location_of(r->margin).line);
    } else {
        help_line(r->diagnostics, "add %c at the end", closer_of(opener));
    }
    r->failed = true;
}

/* The bracket that ends a list with `close`; a different one is an error and ends the list too. */
static bool at_end_of_list(Reader *r, char opener, Pos at) {
    char close = closer_of(opener);
    if (r->p >= r->end) {
        if (!r->failed) unclosed(r, at, opener);
        return true;
    }
    if (*r->p == 0 || !strchr(")]}", *r->p)) return false;
    if (*r->p != close) {
        error_at(r->diagnostics, reader_pos(r, r->p), "SL0004", "expected %c here, but found %c",
                 close, *r->p);
        note_at(r->diagnostics, at, "the %c that is to be closed", opener);
        r->failed = true;
    }
    r->p++;
    return true;
}

/* Reads kids up to the closing bracket onto r->stack. In dumps, a position among them is the
 * list's own: it goes to *own. */
static void read_kids(Reader *r, char opener, Pos at, Pos *own) {
    for (bool first = true; skip_blanks(r), !at_end_of_list(r, opener, at); first = false) {
        if (r->p == r->line_start && *r->p == '(' && !r->margin) r->margin = reader_pos(r, r->p);
        if (r->dump && *r->p == '@') {
            Pos said = read_position(r);
            if (!r->at_dump) *own = said;
            continue;
        }
        Node *kid = read_node(r);
        if (!kid) continue;
        PUSH(r->arena, r->stack, kid);
        if (r->dump && first && opener == '(' && starts_data(kid)) r->data = true;
    }
}

Node *read_tree(Reader *r, NodeKind kind, char opener, Pos at) {
    if (r->depth == 1) r->margin = 0;
    bool data = r->data;
    uint32_t base = r->stack.count;
    Pos opened = reader_pos(r, r->p), own = at;
    r->p++;
    read_kids(r, opener, opened, &own);
    r->data = data;
    uint32_t count = r->stack.count - base;
    Node **kids = r->stack.items + base;
    r->stack.count = base;
    if (r->dump && kind == N_LIST && !data) return read_form_of(r, own, kids, count);
    return node_tree(r->arena, kind, own, kids, count);
}

/* ---- source sugar */

static Node *wrap(Reader *r, Pos at, const char *symbol, const char *skip_from, size_t skip) {
    r->p = skip_from + skip;
    skip_blanks(r);
    if (r->p >= r->end || strchr(")]}", *r->p)) {
        error_at(r->diagnostics, at, "SL0005", "%.*s must be followed by a form", (int)skip,
                 skip_from);
        r->failed = r->p >= r->end;
        return NULL;
    }
    Node *form = read_node(r);
    if (!form) return NULL;
    Node *kids[] = {node_text(r->arena, N_SYMBOL, at, text(symbol)), form};
    return node_tree(r->arena, N_LIST, at, kids, 2);
}

/* #_ drops the next form; several in a row drop as many. */
static Node *discard(Reader *r, Pos at) {
    r->p += 2;
    for (;;) {
        skip_blanks(r);
        if (r->p >= r->end || strchr(")]}", *r->p)) {
            if (!r->failed) error_at(r->diagnostics, at, "SL0005", "#_ must be followed by a form");
            return NULL;
        }
        const char *before = r->p;
        bool was_discard = r->p + 1 < r->end && r->p[0] == '#' && r->p[1] == '_';
        Node *n = read_node(r);
        if (n || !was_discard || r->p == before) return NULL;
    }
}

static Node *function_literal(Reader *r, Pos at) {
    if (r->in_function_literal) {
        error_at(r->diagnostics, at, "SL0011", "#(...) cannot be inside another #(...)");
        help_line(r->diagnostics, "write the inner one as (fn [x] ...)");
    }
    bool outer = r->in_function_literal;
    r->in_function_literal = true;
    r->p++;
    Node *body = read_tree(r, N_LIST, '(', at);
    r->in_function_literal = outer;
    if (!body) return NULL;
    Node *kids[] = {node_text(r->arena, N_SYMBOL, at, text("fn-literal")), body};
    return node_tree(r->arena, N_LIST, at, kids, 2);
}

/* Of the sugar, dumps have what stands for data: #{...} and #"...". */
static Node *read_hash(Reader *r, Pos at) {
    char next = r->p + 1 < r->end ? r->p[1] : 0;
    if (r->dump && next != '{' && next != '"') {
        error_at(r->diagnostics, reader_pos(r, r->p), "SL0006",
                 "# cannot be followed by this in a dump");
        r->p++;
        return NULL;
    }
    switch (next) {
    case '{': r->p++; return read_tree(r, N_SET, '{', at);
    case '(': return function_literal(r, at);
    case '_': return discard(r, at);
    case '"': r->p++; return read_string(r, N_REGEX, at);
    case '#': return read_atom(r, at);
    case '\'': return wrap(r, at, "var", r->p, 2);
    case '^': return read_meta(r, r->p, 2);
    default:
        error_at(r->diagnostics, at, "SL0006", "# cannot be followed by %s here",
                 next > ' ' ? "this" : "nothing");
        r->p++;
        return NULL;
    }
}

/* ^meta form: the metadata is read and dropped. */
Node *read_meta(Reader *r, const char *from, size_t skip) {
    Pos at = reader_pos(r, from);
    r->p = from + skip;
    skip_blanks(r);
    if (r->p < r->end) read_node(r);
    skip_blanks(r);
    if (r->p < r->end && !strchr(")]}", *r->p)) return read_node(r);
    if (r->failed) return NULL;
    error_at(r->diagnostics, at, "SL0005", "^ must be followed by metadata and a form");
    return NULL;
}

static Node *read_sugar(Reader *r, Pos at) {
    const char *p = r->p;
    switch (*p) {
    case '\'': return wrap(r, at, "quote", p, 1);
    case '@': return wrap(r, at, "deref", p, 1);
    case '`': return wrap(r, at, "syntax-quote", p, 1);
    case '~':
        return p + 1 < r->end && p[1] == '@' ? wrap(r, at, "unquote-splicing", p, 2)
                                             : wrap(r, at, "unquote", p, 1);
    case '^': return read_meta(r, p, 1);
    default: return read_atom(r, at);
    }
}

static Node *read_form_at(Reader *r) {
    Pos at = r->dump && !r->at_dump ? POS_UNSET : reader_pos(r, r->p);
    switch (*r->p) {
    case '(': return read_tree(r, N_LIST, '(', at);
    case '[': return read_tree(r, N_VECTOR, '[', at);
    case '{': return read_tree(r, N_MAP, '{', at);
    case ')':
    case ']':
    case '}':
        error_at(r->diagnostics, reader_pos(r, r->p), "SL0004", "this %c closes nothing", *r->p);
        r->p++;
        return NULL;
    case '"': return read_string(r, N_STRING, at);
    case '#':
        return r->dump && r->p + 1 < r->end && r->p[1] == '#' ? read_atom(r, at) : read_hash(r, at);
    default: return r->dump ? read_atom(r, at) : read_sugar(r, at);
    }
}

/* Passes recurse on nesting, so it has a limit, the same for whatever nests. */
static Node *too_deep(Reader *r, int most) {
    if (!r->failed)
        error_at(r->diagnostics, reader_pos(r, r->p), "SL0012", "nested more than %d levels deep",
                 most);
    r->failed = true;
    r->p = r->end;
    return NULL;
}

Node *read_node(Reader *r) {
    skip_blanks(r);
    if (r->p >= r->end) return NULL;
    int most = r->dump ? MOST_DUMP_DEPTH : MOST_NESTING;
    if (r->depth > most) return too_deep(r, most);
    r->depth++;
    Node *form = read_form_at(r);
    r->depth--;
    return form;
}

/* ---- whole files */

/* Offset of the first byte that is no valid UTF-8 (or is a NUL), `length` when all is well. */
static size_t invalid_byte(const char *bytes, size_t length) {
    for (size_t i = 0; i < length;) {
        unsigned char c = (unsigned char)bytes[i];
        int more = c < 0x80                ? 0
                   : c >= 0xc2 && c < 0xe0 ? 1
                   : c >= 0xe0 && c < 0xf0 ? 2
                   : c >= 0xf0 && c < 0xf5 ? 3
                                           : -1;
        if (more < 0 || c == 0) return i;
        for (int k = 1; k <= more; k++)
            if (i + (size_t)k >= length || ((unsigned char)bytes[i + (size_t)k] & 0xc0) != 0x80)
                return i;
        i += (size_t)more + 1;
    }
    return length;
}

Reader reader_start(Arena *a, Diagnostics *d, uint16_t file, const char *bytes, size_t length) {
    Reader r = {.arena = a,
                .diagnostics = d,
                .file = file,
                .start = bytes,
                .p = bytes,
                .end = bytes + length,
                .line_start = bytes,
                .line = 1};
    static const char mark[] = "\xef\xbb\xbf"; /* a byte order mark, which some editors put there */
    if (length >= 3 && !memcmp(bytes, mark, 3)) r.start = r.p = r.line_start = bytes + 3;
    size_t bad = invalid_byte(bytes, length);
    if (bad < length) {
        for (const char *p = bytes; p < bytes + bad; p++)
            if (ends_line(p, r.end)) {
                r.line++;
                r.line_start = p + 1;
            }
        error_at(d, reader_pos(&r, bytes + bad), "SL0001", "byte 0x%02x here is not UTF-8 text",
                 (unsigned char)bytes[bad]);
        r.p = r.end;
        r.failed = true;
    }
    return r;
}

void read_source(Arena *a, Diagnostics *d, uint16_t file, const char *bytes, size_t length,
                 Node ***forms, uint32_t *count) {
    Reader r = reader_start(a, d, file, bytes, length);
    VEC(Node *) out = {0};
    while (skip_blanks(&r), r.p < r.end) {
        Node *n = read_node(&r);
        if (n) PUSH(a, out, n);
    }
    *forms = out.items;
    *count = out.count;
}
