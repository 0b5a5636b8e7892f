/* lines.c - a top as lines of text that know which parts of them are names. */
#include "lines.h"
#include "brackets.h"

#include <string.h>

typedef struct {
    Arena *arena;
    LineStyle style;
    Lines lines;
    Buffer text;     /* of the current line: what was not made a token yet */
    bool quoted;     /* inside a constant, which may be the library's */
    uint32_t length; /* of the current line, without numbers */
} Writer;

static Line *last_line(Writer *w) {
    return &w->lines.items[w->lines.count - 1];
}

/* ---- tokens */

static void end_text(Writer *w) {
    Token t = {TOKEN_TEXT, text_of(w->text.bytes ? w->text.bytes : "", w->text.length), 0};
    if (w->text.length) PUSH(w->arena, last_line(w)->tokens, t);
    w->text.length = 0;
}

static void add_text(Writer *w, const char *s) {
    buffer_add(&w->text, s, strlen(s));
    w->length += (uint32_t)strlen(s);
}

static void add_token(Writer *w, TokenKind kind, Text hint, uint32_t number) {
    Token t = {kind, hint, number};
    end_text(w);
    PUSH(w->arena, last_line(w)->tokens, t);
    w->length += text_length(hint) + 4;
}

static void add_name(Writer *w, const Node *n) {
    add_token(w, TOKEN_NAME, n->name.hint, n->name.number);
    if (n->is_typed) add_text(w, ":");
    if (n->is_typed) add_text(w, type_text(n->head));
    if (!n->is_typed && n->head) add_text(w, "=");
    if (!n->is_typed && n->head) add_text(w, where_text(n->head));
}

static void add_place(Writer *w, Pos at) {
    Location p = location_of(at);
    Buffer b = {0};
    buffer_print(&b, at ? " @%u:%u" : " @-", p.line, p.column);
    add_text(w, b.bytes);
    buffer_free(&b);
}

static void add_atom(Writer *w, const Node *n) {
    Buffer b = {0};
    if (n->kind == N_NAME)
        add_name(w, n);
    else if (n->kind == N_BLOCK)
        add_token(w, TOKEN_BLOCK, 0, n->block);
    else {
        print_flat(&b, n);
        add_text(w, b.bytes);
        buffer_free(&b);
    }
}

/* ---- lines */

static void note_place(Writer *w, const Node *n) {
    if (pos(n) && !w->quoted) PUSH(w->arena, last_line(w)->places, n->at);
}

static void start_line(Writer *w, const Node *n, uint32_t indent) {
    Line line = {.node = n, .indent = indent};
    if (w->lines.count) end_text(w);
    PUSH(w->arena, w->lines, line);
    w->length = indent;
}

/* With so many kids on its line. */
static void open_list(Writer *w, const Node *n, uint32_t count) {
    add_text(w, opening(n));
    if (shows_head(n)) add_text(w, head_text((Head)n->head));
    if (shows_head(n) && count) add_text(w, " ");
    note_place(w, n);
}

/* Gives up once the line is too long. */
static bool add_flat(Writer *w, const Node *n, Pos inherited) {
    if (!is_tree(n)) {
        add_atom(w, n);
        note_place(w, n);
        return w->length <= w->style.width;
    }
    bool fits = true, quoted = w->quoted;
    open_list(w, n, n->count);
    w->quoted = quoted || is_form(n, H_quote);
    for (uint32_t i = 0; i < n->count && fits; i++) {
        if (i) add_text(w, " ");
        fits = add_flat(w, child(n, i), n->at);
    }
    if (w->style.positions && n->at != inherited && !w->quoted) add_place(w, n->at);
    w->quoted = quoted;
    add_text(w, closing(n));
    return fits && w->length <= w->style.width;
}

static bool is_instructions(const Node *n) {
    return is_form(n, H_block) || is_form(n, H_cold) || is_form(n, H_code);
}

static bool is_rows(const Node *n) {
    return is_form(n, H_kinds) || is_form(n, H_intervals);
}

static bool is_left_out(const Writer *w, const Node *n) {
    return !w->style.details && (is_form(n, H_names) || is_form(n, H_kinds));
}

/* What is beside the head of a broken list: atoms, and the parameters of what has some. */
static uint32_t beside(const Node *n) {
    uint32_t k = 0;
    while (k < n->count && !is_tree(child(n, k)))
        k++;
    bool has_parameters =
        is_form(n, H_block) || is_form(n, H_cold) || is_form(n, H_arity) || is_form(n, H_rest);
    return has_parameters && k < n->count ? k + 1 : k;
}

static void add_lines(Writer *w, const Node *n, uint32_t indent, Pos inherited);

static void add_head_line(Writer *w, const Node *n, uint32_t indent, Pos inherited) {
    uint32_t first = beside(n), whole = w->style.width;
    start_line(w, n, indent);
    open_list(w, n, first);
    w->style.width = UINT32_MAX;
    for (uint32_t i = 0; i < first; i++) {
        if (i) add_text(w, " ");
        add_flat(w, child(n, i), n->at);
    }
    if (w->style.positions && n->at != inherited) add_place(w, n->at);
    w->style.width = whole;
}

/* The bindings of a let get no line for their bracket. */
static void add_broken(Writer *w, const Node *n, uint32_t indent, Pos inherited) {
    uint32_t first = beside(n), whole = w->style.width;
    bool bare = n->kind == N_VECTOR && first == 0;
    if (!bare) add_head_line(w, n, indent, inherited);
    if (is_instructions(n) || is_rows(n)) w->style.width = UINT32_MAX;
    for (uint32_t i = first; i < n->count; i++)
        if (!is_left_out(w, child(n, i))) add_lines(w, child(n, i), indent + !bare, n->at);
    w->style.width = whole;
}

static void add_lines(Writer *w, const Node *n, uint32_t indent, Pos inherited) {
    uint32_t count = w->lines.count;
    bool breaks = is_instructions(n) || is_rows(n) || is_form(n, H_function) || is_form(n, H_text);
    if (!breaks) {
        start_line(w, n, indent);
        if (add_flat(w, n, inherited) || !is_tree(n)) return;
        w->text.length = 0;
        w->lines.count = count;
    }
    add_broken(w, n, indent, inherited);
}

/* ---- whole tops */

static uint64_t mixed(uint64_t hash, uint64_t x) {
    return (hash ^ x) * 0x9e3779b97f4a7c15u ^ hash >> 29;
}

static void find_shape(Line *l) {
    l->shape = mixed(1, l->indent);
    for (uint32_t i = 0; i < l->tokens.count; i++)
        l->shape = mixed(mixed(l->shape, l->tokens.items[i].kind), l->tokens.items[i].text);
}

Lines lines_of(Arena *a, const Node *top, LineStyle style) {
    Writer w = {.arena = a, .style = style};
    add_lines(&w, top, 0, 0);
    end_text(&w);
    buffer_free(&w.text);
    for (uint32_t i = 0; i < w.lines.count; i++)
        find_shape(&w.lines.items[i]);
    return w.lines;
}

void print_line_of(Buffer *out, const Line *line, const uint32_t *names, const uint32_t *blocks) {
    buffer_print(out, "%*s", (int)line->indent, "");
    for (uint32_t i = 0; i < line->tokens.count; i++) {
        const Token *t = &line->tokens.items[i];
        switch (t->kind) {
        case TOKEN_TEXT: buffer_print(out, "%s", text_bytes(t->text)); break;
        case TOKEN_NAME:
            buffer_print(out, "%%%s.%u", text_bytes(t->text), names ? names[t->number] : t->number);
            break;
        case TOKEN_BLOCK: buffer_print(out, "b%u", blocks ? blocks[t->number] : t->number); break;
        }
    }
}
