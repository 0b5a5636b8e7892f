/* rows.c - reads languages.def for the generator.
 *
 * The generator runs before the compiler can be built, so it has a small reader of its own for
 * forms: lists, vectors, symbols and the marks after them.
 */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

void wrong(const char *why, const char *what) {
    fprintf(stderr, "languages.def: %s: %s\n", why, what);
    exit(1);
}

void *keep(size_t size) {
    void *p = calloc(1, size);
    if (!p) wrong("no memory left", "");
    return p;
}

/* ---- the rows as lines */

typedef enum { LINE_LANG, LINE_NT, LINE_TERM, LINE_ADD, LINE_DEL, LINE_SCOPE, LINE_TAIL } LineKind;
static const struct {
    LineKind kind;
    const char *a, *b, *c;
} lines[] = {
#define LANG(name, parent, doc) {LINE_LANG, #name, #parent, doc},
#define NT(nt, meta) {LINE_NT, #nt, meta, ""},
#define TERM(meta, terminal) {LINE_TERM, #meta, #terminal, ""},
#define ADD(nt, form, doc) {LINE_ADD, #nt, form, doc},
#define DEL(nt, form) {LINE_DEL, #nt, form, ""},
#define SCOPE(head, part, where) {LINE_SCOPE, #head, #part, #where},
#define TAIL(head, part) {LINE_TAIL, #head, #part, ""},
#include "../../languages.def"
};
enum { LINES = sizeof lines / sizeof *lines };

/* ---- metavariables */

static struct { const char *meta, *terminal; } terminals[32];
static int terminal_count;

static bool is_meta(const char *meta, const char *word, size_t length) {
    return strlen(meta) == length && !memcmp(meta, word, length);
}

static void set_meaning(const Rows *r, Item *item, const char *word, size_t length) {
    for (int i = 0; i < r->nonterminal_count; i++)
        if (is_meta(r->nonterminals[i].meta, word, length)) {
            item->kind = ITEM_NONTERMINAL;
            item->nonterminal = i;
            return;
        }
    for (int i = 0; i < terminal_count; i++)
        if (is_meta(terminals[i].meta, word, length)) {
            item->kind = ITEM_ATOM;
            item->terminal = terminals[i].terminal;
            return;
        }
    wrong("neither a nonterminal nor a terminal", word);
}

/* ---- forms */

static const char *copy_of(const char *bytes, size_t length) {
    char *copy = keep(length + 1);
    memcpy(copy, bytes, length);
    return copy;
}

static Item read_item(const Rows *r, const char **at);

static bool take(const char **at, const char *word) {
    size_t length = strlen(word);
    if (strncmp(*at, word, length)) return false;
    *at += length;
    return true;
}

static void read_marks(const char **at, Item *item) {
    while (**at == ' ')
        ++*at;
    if (take(at, "...+"))
        item->repeated = item->at_least_one = true;
    else if (take(at, "..."))
        item->repeated = true;
    else if (take(at, "?"))
        item->optional = true;
}

static void read_items(const Rows *r, const char **at, char close, Item *tree) {
    tree->items = keep(MOST_ITEMS * sizeof *tree->items);
    for (; **at != close; read_marks(at, &tree->items[tree->count - 1])) {
        while (**at == ' ')
            ++*at;
        if (!**at) wrong("a list is not closed", tree->head);
        if (tree->count == MOST_ITEMS) wrong("too many items", tree->head);
        tree->items[tree->count++] = read_item(r, at);
    }
    ++*at;
}

static Item read_tree(const Rows *r, const char **at, const char *part) {
    Item tree = {.kind = ITEM_TREE, .is_vector = **at == '[', .part = part, .head = ""};
    ++*at;
    if (!tree.is_vector) {
        size_t length = strcspn(*at, " :)");
        if ((*at)[length] != ':') { /* the first symbol of a list is its head */
            tree.head = copy_of(*at, length);
            *at += length;
        }
    }
    if (!*part) tree.part = tree.head;
    read_items(r, at, tree.is_vector ? ']' : ')', &tree);
    return tree;
}

static Item read_item(const Rows *r, const char **at) {
    if (**at == '(' || **at == '[') return read_tree(r, at, "");
    size_t length = strcspn(*at, " )]:");
    const char *word = *at, *part = "";
    *at += length;
    if (**at == ':') {
        part = copy_of(word, length);
        word = ++*at;
        if (*word == '(' || *word == '[') return read_tree(r, at, part);
        length = strcspn(word, " )]");
        *at += length;
    }
    Item item = {.part = part};
    set_meaning(r, &item, word, length);
    return item;
}

/* ---- which languages have which productions */

static int nonterminal_named(const Rows *r, const char *name) {
    for (int i = 0; i < r->nonterminal_count; i++)
        if (!strcmp(r->nonterminals[i].name, name)) return i;
    wrong("no such nonterminal", name);
}

static void add(Rows *r, int language, int nonterminal, const char *text) {
    for (int i = 0; i < r->production_count; i++)
        if (r->productions[i].nonterminal == nonterminal && !strcmp(r->productions[i].text, text)) {
            r->has[language][i] = true;
            return;
        }
    if (r->production_count == MOST_PRODUCTIONS) wrong("too many productions", text);
    Production *p = &r->productions[r->production_count];
    const char *at = text;
    *p = (Production){nonterminal, text, read_item(r, &at), 0, -1};
    if (!*p->form.part) p->form.part = "";
    r->has[language][r->production_count++] = true;
}

/* "(head ...)" means all with that head; every other text itself. */
static bool is_meant(const Production *p, const char *row) {
    char any[64];
    snprintf(any, sizeof any, "(%s ...)", p->form.kind == ITEM_TREE ? p->form.head : "");
    return !strcmp(p->text, row) || !strcmp(any, row);
}

static void delete (Rows *r, int language, int nonterminal, const char *row) {
    for (int i = 0; i < r->production_count; i++)
        if (r->productions[i].nonterminal == nonterminal && is_meant(&r->productions[i], row))
            r->has[language][i] = false;
}

static void reach(Rows *r, int language, int nonterminal);

static void reach_item(Rows *r, int language, const Item *item) {
    if (item->kind == ITEM_NONTERMINAL) reach(r, language, item->nonterminal);
    for (int i = 0; i < item->count; i++)
        reach_item(r, language, &item->items[i]);
}

static void reach(Rows *r, int language, int nonterminal) {
    if (r->reached[language][nonterminal]) return;
    r->reached[language][nonterminal] = true;
    for (int i = 0; i < r->production_count; i++)
        if (r->has[language][i] && r->productions[i].nonterminal == nonterminal)
            reach_item(r, language, &r->productions[i].form);
}

static void find_lifetimes(Rows *r) {
    for (int l = 0; l < r->language_count; l++)
        reach(r, l, 0);
    for (int i = 0; i < r->production_count; i++) {
        Production *p = &r->productions[i];
        for (int l = 0; l < r->language_count; l++) {
            if (!r->has[l][i] || !r->reached[l][p->nonterminal]) continue;
            if (p->last >= 0 && p->last != l - 1) wrong("a production comes back", p->text);
            if (p->last < 0) p->first = l;
            p->last = l;
        }
    }
}

Rows *read_rows(void) {
    Rows *r = keep(sizeof *r);
    int l = -1;
    for (int i = 0; i < LINES; i++)
        switch (lines[i].kind) {
        case LINE_LANG:
            if (++l == MOST_LANGUAGES) wrong("too many languages", lines[i].a);
            r->languages[l] = lines[i].a;
            if (l > 0) memcpy(r->has[l], r->has[l - 1], sizeof r->has[l]);
            break;
        case LINE_NT:
            if (r->nonterminal_count == MOST_NONTERMINALS) wrong("too many", lines[i].a);
            r->nonterminals[r->nonterminal_count++] = (Nonterminal){lines[i].a, lines[i].b};
            break;
        case LINE_TERM:
            terminals[terminal_count].meta = lines[i].a;
            terminals[terminal_count++].terminal = lines[i].b;
            break;
        case LINE_ADD: add(r, l, nonterminal_named(r, lines[i].a), lines[i].b); break;
        case LINE_DEL: delete (r, l, nonterminal_named(r, lines[i].a), lines[i].b); break;
        case LINE_SCOPE:
            r->notes[r->note_count++] = (PartNote){lines[i].a, lines[i].b, lines[i].c};
            break;
        case LINE_TAIL:
            r->notes[r->note_count++] = (PartNote){lines[i].a, lines[i].b, "TAIL"};
            break;
        }
    r->language_count = l + 1;
    find_lifetimes(r);
    return r;
}

const char *note_of_part(const Rows *r, const char *head, const char *part, bool tail) {
    for (int i = 0; i < r->note_count; i++)
        if (!strcmp(r->notes[i].head, head) && !strcmp(r->notes[i].part, part) &&
            tail == !strcmp(r->notes[i].where, "TAIL"))
            return r->notes[i].where;
    return "";
}
