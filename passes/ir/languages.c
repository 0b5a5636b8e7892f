/* languages.c - the declared languages: building them from languages.def, and printing them.
 *
 * A language starts with all productions of its parent and adds or removes its own. Forms are
 * patterns in the printed form itself, read by the same reader and compiled once into Pattern.
 */
#include "grammar.h"

#include <stdlib.h>
#include <string.h>

/* ---- the rows of languages.def */

typedef enum { ROW_NT, ROW_TERM, ROW_ADD, ROW_DEL } RowKind;
typedef struct {
    RowKind kind;
    const char *who, *what, *doc;
} Row;
typedef struct {
    const char *name, *parent, *doc;
    const Row *rows;
    int row_count;
} Declaration;

/* Rows are in one array; a language's rows reach up to the next language's. */
typedef struct {
    int is_language;
    const char *a, *b, *c;
} Line;
enum { LINE_LANG, LINE_NT, LINE_TERM, LINE_ADD, LINE_DEL };
static const Line lines[] = {
#define LANG(name, parent, doc) {LINE_LANG, #name, #parent, doc},
#define NT(nt, meta) {LINE_NT, #nt, meta, ""},
#define TERM(meta, terminal) {LINE_TERM, #meta, #terminal, ""},
#define ADD(nt, form, doc) {LINE_ADD, #nt, form, doc},
#define DEL(nt, form) {LINE_DEL, #nt, form, ""},
#define SCOPE(head, part, where)
#define TAIL(head, part)
#include "../languages.def"
#undef LANG
#undef NT
#undef TERM
#undef ADD
#undef DEL
#undef SCOPE
#undef TAIL
};
enum { LINES = sizeof lines / sizeof *lines };

static Grammar grammars[L_COUNT];
static Arena *arena;

static _Noreturn void wrong(const Grammar *g, const Line *line, const char *why) {
    fail(0, "languages.def: %s: %s: %s %s", g->name, why, line->a, line->b);
}

/* ---- terminals: atoms of one kind, or any source data */

#define ONE(kind) (1u << (kind))
#define DATA_ATOMS                                                                                 \
    (ONE(N_SYMBOL) | ONE(N_KEYWORD) | ONE(N_STRING) | ONE(N_INT) | ONE(N_DOUBLE) | ONE(N_NIL) |    \
     ONE(N_TRUE) | ONE(N_FALSE) | ONE(N_REGEX))
#define TREES (ONE(N_LIST) | ONE(N_VECTOR) | ONE(N_MAP) | ONE(N_SET))

static const struct {
    const char *name;
    uint32_t kinds; /* a set of NodeKind */
} terminals[] = {
    {"datum", DATA_ATOMS | TREES}, {"symbol", ONE(N_SYMBOL)},   {"integer", ONE(N_INT)},
    {"string", ONE(N_STRING)},     {"name", ONE(N_NAME)},       {"variable", ONE(N_NAME)},
    {"global", ONE(N_GLOBAL)},     {"loop_label", ONE(N_NAME)}, {"loop_goal", ONE(N_NAME)},
    {"block", ONE(N_BLOCK)},       {"label", ONE(N_BLOCK)},     {"prim", ONE(N_PRIM)},
    {"word", ONE(N_WORD)},         {"opcode", ONE(N_OPCODE)},   {"condition", ONE(N_CONDITION)},
};
enum { TERMINALS = sizeof terminals / sizeof *terminals };

/* ---- building */

int nonterminal(const Grammar *g, const char *name) {
    for (int i = 0; i < g->nt_count; i++)
        if (!strcmp(g->nts[i], name)) return i;
    return -1;
}

/* The metavariable that `word` is, with or without digits after it. */
static const Meta *meta_of(const Grammar *g, const char *word, size_t length) {
    while (length > 1 && word[length - 1] >= '0' && word[length - 1] <= '9')
        length--;
    for (int i = 0; i < g->meta_count; i++)
        if (g->metas[i].length == length && !memcmp(g->metas[i].text, word, length))
            return &g->metas[i];
    return NULL;
}

static void add_meta(Grammar *g, const Line *line, const char *word, bool terminal, int which) {
    if (g->meta_count == MOST_METAS) wrong(g, line, "too many metavariables");
    if (meta_of(g, word, strlen(word))) wrong(g, line, "metavariable declared twice");
    g->metas[g->meta_count++] = (Meta){word, strlen(word), terminal, which};
}

static void add_terminal(Grammar *g, const Line *line) {
    for (int i = 0; i < TERMINALS; i++)
        if (!strcmp(terminals[i].name, line->b)) {
            add_meta(g, line, line->a, true, i);
            return;
        }
    wrong(g, line, "no such terminal");
}

static int find_production(const Grammar *g, int nt, const char *form) {
    for (int i = 0; i < g->production_count; i++)
        if (g->productions[i].nt == nt && !strcmp(g->productions[i].form, form)) return i;
    return -1;
}

static void add_production(Grammar *g, const Line *line, int nt) {
    if (find_production(g, nt, line->b) >= 0) wrong(g, line, "this production is there already");
    if (g->production_count == MOST_PRODUCTIONS) wrong(g, line, "too many productions");
    g->productions[g->production_count++] = (Production){.nt = nt, .form = line->b, .doc = line->c};
}

/* Is it the form, or does it have the head of "(head ...)"? */
static bool is_meant(const char *form, const char *row) {
    size_t head = strlen(row) - strlen(" ...)");
    bool any = *row == '(' && strlen(row) > 6 && !strcmp(row + head, " ...)");
    if (!any || strcspn(row, " ") != head) return !strcmp(form, row);
    return !strncmp(form, row, head) && (form[head] == ' ' || form[head] == ')');
}

static void remove_productions(Grammar *g, const Line *line, int nt) {
    int left = 0;
    for (int i = 0; i < g->production_count; i++)
        if (g->productions[i].nt != nt || !is_meant(g->productions[i].form, line->b))
            g->productions[left++] = g->productions[i];
    if (left == g->production_count) wrong(g, line, "there is no such production to remove");
    g->production_count = left;
}

static void apply(Grammar *g, const Line *line) {
    if (line->is_language == LINE_TERM) {
        add_terminal(g, line);
        return;
    }
    if (line->is_language == LINE_NT) {
        if (g->nt_count == MOST_NTS) wrong(g, line, "too many nonterminals");
        g->nts[g->nt_count] = line->a;
        add_meta(g, line, line->b, false, g->nt_count++);
        return;
    }
    int nt = nonterminal(g, line->a);
    if (nt < 0) wrong(g, line, "no such nonterminal");
    if (line->is_language == LINE_ADD)
        add_production(g, line, nt);
    else
        remove_productions(g, line, nt);
}

static Pattern compile(const Grammar *g, const Node *n);

static bool is_symbol(const Node *n, const char *word) {
    return n->kind == N_SYMBOL && !strcmp(text_bytes(n->text), word);
}

/* What a mark after an item says of it; false: it is no mark. */
static bool apply_mark(const Grammar *g, const Node *n, Pattern *p) {
    bool some = is_symbol(n, "...+"), any = is_symbol(n, "..."), maybe = is_symbol(n, "?");
    if (!some && !any && !maybe) return false;
    if (!p->count) fail(0, "languages.def: %s: a mark stands behind an item", g->name);
    Pattern *item = &p->items[p->count - 1];
    if (maybe) {
        if (item->kind != P_TREE || !item->head)
            fail(0, "languages.def: %s: only a list with a head may be left out", g->name);
        item->optional = true;
        return true;
    }
    if (p->repeats_at != UINT32_MAX) fail(0, "languages.def: %s: two ... in one list", g->name);
    p->repeats_at = p->count - 1;
    item->repeated = true;
    item->at_least = some;
    return true;
}

/* `name:` before a list is the list's name: it is no item. */
static bool is_name_of_next(const Node *n) {
    if (n->kind != N_SYMBOL) return false;
    return text_length(n->text) > 1 && text_bytes(n->text)[text_length(n->text) - 1] == ':';
}

static void compile_items(const Grammar *g, const Node *n, Pattern *p) {
    p->items = NEW_ARRAY(arena, Pattern, n->count);
    p->repeats_at = UINT32_MAX;
    for (uint32_t i = 0; i < n->count; i++)
        if (!apply_mark(g, n->kids[i], p) && !is_name_of_next(n->kids[i]))
            p->items[p->count++] = compile(g, n->kids[i]);
}

static Pattern compile(const Grammar *g, const Node *n) {
    Pattern p = {.repeats_at = UINT32_MAX};
    if (is_tree(n)) {
        p.kind = P_TREE;
        p.node_kind = n->kind;
        p.head = n->head;
        compile_items(g, n, &p);
        return p;
    }
    if (n->kind != N_SYMBOL)
        fail(0, "languages.def: %s: a form may hold lists, vectors and symbols only", g->name);
    const char *word = text_bytes(n->text), *colon = strchr(word, ':');
    const char *letters = colon ? colon + 1 : word;
    const Meta *m = meta_of(g, letters, strlen(letters));
    if (!m) fail(0, "languages.def: %s: %s is no nonterminal or terminal", g->name, word);
    p.kind = m->terminal ? P_TERMINAL : P_NONTERMINAL;
    p.which = m->which;
    p.kinds = m->terminal ? terminals[m->which].kinds : 0;
    return p;
}

static void compile_production(const Grammar *g, Production *p) {
    Node *form = read_form(arena, p->form);
    if (!form) fail(0, "languages.def: %s: cannot read %s", g->name, p->form);
    p->pattern = compile(g, form);
}

static void index_heads(Grammar *g) {
    g->by_head = arena_alloc(arena, (size_t)g->nt_count * sizeof *g->by_head);
    for (int i = g->production_count - 1; i >= 0; i--) {
        Production *p = &g->productions[i];
        compile_production(g, p);
        uint8_t *first = &g->by_head[p->nt][p->pattern.kind == P_TREE ? p->pattern.head : H_NONE];
        p->next = *first;
        *first = (uint8_t)(i + 1);
    }
}

static void reach_nonterminal(Grammar *g, int nt);

static void reach_pattern(Grammar *g, const Pattern *p) {
    if (p->kind == P_NONTERMINAL) reach_nonterminal(g, p->which);
    for (uint32_t i = 0; p->kind == P_TREE && i < p->count; i++)
        reach_pattern(g, &p->items[i]);
}

static void reach_nonterminal(Grammar *g, int nt) {
    if (g->nt_is_reached[nt]) return;
    g->nt_is_reached[nt] = true;
    for (int i = 0; i < g->production_count; i++)
        if (g->productions[i].nt == nt) reach_pattern(g, &g->productions[i].pattern);
}

/* Patterns of a language are compiled when it is first used: most runs need few of them whole. */
Grammar *grammar(Language l) {
    Grammar *g = &grammars[l];
    if (!g->by_head) {
        index_heads(g);
        reach_nonterminal(g, 0);
    }
    return g;
}

static void start_language(int number, const Line *line) {
    Grammar *g = &grammars[number];
    for (int i = 1; i < number; i++)
        if (!strcmp(grammars[i].name, line->b)) {
            *g = grammars[i];
            g->parent = (Language)i;
        }
    g->name = line->a;
    g->doc = line->c;
}

void languages_init(void) {
    show_form_hook = print_flat;
    arena = arena_new();
    grammars[L_text].name = "text";
    grammars[L_text].doc = "source text";
    int current = L_text;
    for (int i = 0; i < LINES; i++)
        if (lines[i].is_language == LINE_LANG)
            start_language(++current, &lines[i]);
        else
            apply(&grammars[current], &lines[i]);
}

const char *language_name(Language l) {
    return grammars[l].name;
}
const char *language_doc(Language l) {
    return grammars[l].doc;
}

bool language_named(const char *name, Language *out) {
    for (int i = 0; i < L_COUNT; i++)
        if (!strcmp(grammars[i].name, name)) {
            *out = (Language)i;
            return true;
        }
    return false;
}

/* ---- printing a grammar */

static bool also_in(Language l, const Grammar *g, const Production *p) {
    const Grammar *other = &grammars[l];
    int nt = nonterminal(other, g->nts[p->nt]);
    return nt >= 0 && find_production(other, nt, p->form) >= 0;
}

static void print_production(FILE *out, const char *mark, const Production *p) {
    fprintf(out, "  %s%-58s %s\n", mark, p->form, *p->doc ? p->doc : "");
}

void language_print(FILE *out, Language l, int against) {
    const Grammar *g = grammar(l);
    fprintf(out, "%s: %s\n", g->name, g->doc);
    for (int nt = 0; nt < g->nt_count; nt++) {
        bool titled = false;
        if (against < 0 && !g->nt_is_reached[nt]) continue;
        for (int side = 0; side < (against >= 0 ? 2 : 1); side++) {
            const Grammar *from = side ? &grammars[against] : g;
            int wanted = side ? nonterminal(from, g->nts[nt]) : nt;
            for (int i = 0; i < from->production_count; i++) {
                const Production *p = &from->productions[i];
                if (p->nt != wanted) continue;
                if (against >= 0 && also_in(side ? l : (Language)against, from, p)) continue;
                if (!titled) fprintf(out, "%s\n", g->nts[nt]);
                titled = true;
                print_production(out, against < 0 ? "" : side ? "- " : "+ ", p);
            }
        }
    }
}
