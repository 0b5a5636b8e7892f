/* source_text.c - forms of a program as source text, laid out for people: what fits on a line
 * is there; else the first few parts do, and the others follow on lines of their own. */
#include "source_text.h"

#include <string.h>

enum { WIDTH = 100, INDENT = 2 };

/* What the reader makes of a prefix; NULL: this list has none. */
static const char *prefix_of(const Node *n) {
    static const char *const prefixes[][2] = {
        {"quote", "'"}, {"deref", "@"}, {"fn-literal", "#"}, {"var", "#'"}};
    if (n->kind != N_LIST || n->count != 2 || child(n, 0)->kind != N_SYMBOL) return NULL;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (!strcmp(text_bytes(child(n, 0)->text), prefixes[i][0])) return prefixes[i][1];
    return NULL;
}

static const char *opener(const Node *n) {
    return n->kind == N_LIST ? "(" : n->kind == N_VECTOR ? "[" : n->kind == N_MAP ? "{" : "#{";
}

static const char *closer(const Node *n) {
    return n->kind == N_LIST ? ")" : n->kind == N_VECTOR ? "]" : "}";
}

static void print_flat_source(Buffer *out, const Node *n) {
    const char *prefix = prefix_of(n);
    if (prefix) {
        buffer_print(out, "%s", prefix);
        print_flat_source(out, child(n, 1));
    } else if (n->kind == N_SYMBOL) {
        buffer_print(out, "%s", text_bytes(n->text));
    } else if (!is_tree(n)) {
        print_flat(out, n);
    } else {
        buffer_print(out, "%s", opener(n));
        for (uint32_t i = 0; i < n->count; i++) {
            if (i) buffer_print(out, " ");
            print_flat_source(out, child(n, i));
        }
        buffer_print(out, "%s", closer(n));
    }
}

static size_t flat_length(const Node *n) {
    Buffer b = {0};
    print_flat_source(&b, n);
    size_t length = b.length;
    buffer_free(&b);
    return length;
}

/* How many parts stay on the first line: (let [...], (if test, (defn f [x]. */
static uint32_t parts_ahead(const Node *n) {
    static const char *const three[] = {"defn", "fn", "defn-"};
    if (n->kind != N_LIST || !n->count || child(n, 0)->kind != N_SYMBOL) return 1;
    for (size_t i = 0; i < sizeof three / sizeof *three; i++)
        if (!strcmp(text_bytes(child(n, 0)->text), three[i]))
            return child(n, 1)->kind == N_SYMBOL ? 3 : 2;
    return 2;
}

/* Does the form's first part hold pairs of a name and an expression? */
static bool binds_pairs(const Node *n) {
    static const char *const heads[] = {"let", "loop", "for", "doseq", "if-let", "when-let"};
    if (n->kind != N_LIST || n->count < 2 || child(n, 0)->kind != N_SYMBOL ||
        child(n, 1)->kind != N_VECTOR)
        return false;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (!strcmp(text_bytes(child(n, 0)->text), heads[i])) return true;
    return false;
}

/* The printer is at the column. With `pairs`, every second part stays on the line. */
static void print_at(Buffer *out, const Node *n, size_t column, bool pairs);

static void print_parts(Buffer *out, const Node *n, size_t column, bool pairs) {
    uint32_t ahead = parts_ahead(n), step = pairs ? 2 : 1;
    bool binds = binds_pairs(n);
    size_t inner = column + (n->kind == N_LIST ? INDENT : strlen(opener(n)));
    for (uint32_t i = 0; i < n->count; i++) {
        size_t line = out->length;
        bool stays = i < ahead || i % step;
        while (line && out->bytes[line - 1] != '\n')
            line--;
        if (i && stays) buffer_print(out, " ");
        if (i && !stays) buffer_print(out, "\n%*s", (int)inner, "");
        print_at(out, child(n, i), stays ? out->length - line : inner,
                 (binds && i == 1) || child(n, i)->kind == N_MAP);
    }
}

static void print_at(Buffer *out, const Node *n, size_t column, bool pairs) {
    if (!is_tree(n) || !n->count || prefix_of(n) || column + flat_length(n) <= WIDTH) {
        print_flat_source(out, n);
        return;
    }
    buffer_print(out, "%s", opener(n));
    print_parts(out, n, column, pairs);
    buffer_print(out, "%s", closer(n));
}

void print_source(Buffer *out, Node *const *forms, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        print_at(out, forms[i], 0, false);
        buffer_print(out, "\n");
    }
}
