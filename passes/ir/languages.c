/* languages.c - the declared languages: building them, checking terms, default traversal, grammars.
 *
 * A language starts with all productions of its parent and adds or removes its own. Forms are
 * patterns in the printed form itself, read by the same reader and compiled once into Pattern.
 * A production is chosen by nonterminal and head, so checking a term is linear in its size.
 */
#include "ir.h"

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

/* Rows stand in one array; a language's rows reach up to the next language's. */
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
#include "../languages.def"
#undef LANG
#undef NT
#undef TERM
#undef ADD
#undef DEL
};
enum { LINES = sizeof lines / sizeof *lines };

/* ---- built languages */

enum { MOST_PRODUCTIONS = 128, MOST_METAS = 48, MOST_NTS = 32 };

typedef enum { P_LITERAL, P_TERMINAL, P_NONTERMINAL, P_TREE } PatternKind;
typedef struct Pattern Pattern;
struct Pattern {
    PatternKind kind;
    bool repeated;      /* followed by ... */
    uint8_t node_kind;  /* P_TREE: N_LIST or N_VECTOR */
    uint16_t head;      /* P_TREE */
    int which;          /* P_TERMINAL: row of terminals[]; P_NONTERMINAL: number */
    Text literal;       /* P_LITERAL */
    uint32_t kinds;     /* P_TERMINAL: terminals[which].kinds */
    uint32_t count, repeats_at; /* P_TREE; repeats_at: which item is repeated, count for none */
    Pattern *items;
};

typedef struct {
    int nt;
    const char *form, *doc;
    Pattern pattern;
    int next; /* 1 + the next production of this nonterminal with the same head; 0: none */
} Production;

typedef struct {
    const char *text;
    size_t length;
    bool terminal;
    int which;
} Meta;

typedef struct {
    const char *name, *doc;
    Language parent;
    const char *nts[MOST_NTS];
    int nt_count, meta_count, production_count;
    Meta metas[MOST_METAS];
    Production productions[MOST_PRODUCTIONS];
    /* for each nonterminal and head: 1 + the first production with that head; under H_NONE those that
     * are no form with a head */
    uint8_t (*by_head)[H_COUNT];
} Grammar;

static Grammar grammars[L_COUNT];
static Arena *arena;

static _Noreturn void wrong(const Grammar *g, const Line *line, const char *why) {
    fail(0, "languages.def: %s: %s: %s %s", g->name, why, line->a, line->b);
}

/* ---- terminals: atoms of one kind, or any source data */

#define ONE(kind) (1u << (kind))
#define DATA_ATOMS                                                                                  \
    (ONE(N_SYMBOL) | ONE(N_KEYWORD) | ONE(N_STRING) | ONE(N_INT) | ONE(N_DOUBLE) | ONE(N_NIL) |     \
     ONE(N_TRUE) | ONE(N_FALSE) | ONE(N_REGEX))
#define TREES (ONE(N_LIST) | ONE(N_VECTOR) | ONE(N_MAP) | ONE(N_SET))

static const struct {
    const char *name;
    uint32_t kinds; /* a set of NodeKind */
} terminals[] = {
    {"datum", DATA_ATOMS | TREES}, {"symbol", ONE(N_SYMBOL)}, {"integer", ONE(N_INT)},   {"string", ONE(N_STRING)},
    {"name", ONE(N_NAME)},         {"global", ONE(N_GLOBAL)}, {"block", ONE(N_BLOCK)},   {"prim", ONE(N_PRIM)},
    {"word", ONE(N_WORD)},         {"opcode", ONE(N_OPCODE)}, {"condition", ONE(N_CONDITION)},
};
enum { TERMINALS = sizeof terminals / sizeof *terminals };

/* No atom of the intermediate languages anywhere in it? */
static bool is_data(const Node *n) {
    if (!is_tree(n)) return n->kind < N_NAME;
    for (uint32_t i = 0; i < n->count; i++)
        if (!is_data(n->kids[i])) return false;
    return n->head == H_NONE;
}

static bool is_terminal(uint32_t kinds, const Node *n) {
    return (kinds >> n->kind & 1) && (!is_tree(n) || is_data(n));
}

/* ---- building */

static int nonterminal(const Grammar *g, const char *name) {
    for (int i = 0; i < g->nt_count; i++)
        if (!strcmp(g->nts[i], name)) return i;
    return -1;
}

/* The metavariable that `word` is, with or without digits behind it. */
static const Meta *meta_of(const Grammar *g, const char *word, size_t length) {
    while (length > 1 && word[length - 1] >= '0' && word[length - 1] <= '9')
        length--;
    for (int i = 0; i < g->meta_count; i++)
        if (g->metas[i].length == length && !memcmp(g->metas[i].text, word, length)) return &g->metas[i];
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

static void apply(Grammar *g, const Line *line) {
    int nt = line->is_language == LINE_ADD || line->is_language == LINE_DEL ? nonterminal(g, line->a) : 0;
    int found = nt >= 0 ? find_production(g, nt, line->b) : -1;
    if (nt < 0) wrong(g, line, "no such nonterminal");
    switch (line->is_language) {
    case LINE_NT:
        if (g->nt_count == MOST_NTS) wrong(g, line, "too many nonterminals");
        g->nts[g->nt_count] = line->a;
        add_meta(g, line, line->b, false, g->nt_count++);
        break;
    case LINE_TERM: add_terminal(g, line); break;
    case LINE_ADD:
        if (found >= 0) wrong(g, line, "this production is there already");
        if (g->production_count == MOST_PRODUCTIONS) wrong(g, line, "too many productions");
        g->productions[g->production_count++] = (Production){.nt = nt, .form = line->b, .doc = line->c};
        break;
    default:
        if (found < 0) wrong(g, line, "there is no such production to remove");
        memmove(&g->productions[found], &g->productions[found + 1],
                (size_t)(--g->production_count - found) * sizeof *g->productions);
    }
}

static Pattern compile(const Grammar *g, const Node *n);

/* The items of a list or vector; "..." marks the item before it as repeated. */
static void compile_items(const Grammar *g, const Node *n, Pattern *p) {
    p->items = NEW_ARRAY(arena, Pattern, n->count);
    p->repeats_at = UINT32_MAX;
    for (uint32_t i = 0; i < n->count; i++) {
        const Node *kid = n->kids[i];
        if (kid->kind == N_SYMBOL && !strcmp(text_bytes(kid->text), "...")) {
            if (p->repeats_at != UINT32_MAX) fail(0, "languages.def: %s: two ... in one list", g->name);
            p->repeats_at = p->count - 1;
            p->items[p->repeats_at].repeated = true;
        } else {
            p->items[p->count++] = compile(g, kid);
        }
    }
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
    if (n->kind != N_SYMBOL) fail(0, "languages.def: %s: a form may hold lists, vectors and symbols only", g->name);
    const Meta *m = meta_of(g, text_bytes(n->text), text_length(n->text));
    p.kind = !m ? P_LITERAL : m->terminal ? P_TERMINAL : P_NONTERMINAL;
    p.which = m ? m->which : 0;
    p.kinds = m && m->terminal ? terminals[m->which].kinds : 0;
    p.literal = n->text;
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

/* Patterns of a language are compiled when it is first used: most runs need few of them whole. */
static Grammar *grammar(Language l) {
    Grammar *g = &grammars[l];
    if (!g->by_head) index_heads(g);
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
    arena = arena_new();
    grammars[L_text].name = "text";
    grammars[L_text].doc = "source text";
    int current = L_text;
    for (int i = 0; i < LINES; i++)
        if (lines[i].is_language == LINE_LANG) start_language(++current, &lines[i]);
        else apply(&grammars[current], &lines[i]);
}

const char *language_name(Language l) { return grammars[l].name; }
const char *language_doc(Language l) { return grammars[l].doc; }

bool language_named(const char *name, Language *out) {
    for (int i = 0; i < L_COUNT; i++)
        if (!strcmp(grammars[i].name, name)) {
            *out = (Language)i;
            return true;
        }
    return false;
}

/* ---- checking: the deepest node that does not fit is the one to report */

typedef struct {
    Grammar *g;
    const Node *deepest;
    int wanted, depth, at;
} Check;

static bool fits(Check *c, const Pattern *p, const Node *n);
static bool nonterminal_fits(Check *c, int nt, const Node *n);

static bool item_fits(Check *c, const Pattern *p, const Node *n) {
    return p->kind == P_TERMINAL ? is_terminal(p->kinds, n) : fits(c, p, n);
}

static bool items_fit(Check *c, const Pattern *p, const Node *n) {
    uint32_t j = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t after = p->count - i - 1;
        if (p->items[i].repeated) {
            for (; j + after < n->count; j++)
                if (!item_fits(c, &p->items[i], n->kids[j])) return false;
        } else if (j >= n->count || !item_fits(c, &p->items[i], n->kids[j++])) {
            return false;
        }
    }
    return j == n->count;
}

/* One of the productions from `first` on, which all have the node's head or none? */
static bool one_fits(Check *c, int first, const Node *n) {
    for (int i = first; i; i = c->g->productions[i - 1].next) {
        const Pattern *p = &c->g->productions[i - 1].pattern;
        if (p->kind == P_NONTERMINAL ? nonterminal_fits(c, p->which, n) : fits(c, p, n)) return true;
    }
    return false;
}

static bool nonterminal_fits(Check *c, int nt, const Node *n) {
    const uint8_t *by_head = c->g->by_head[nt];
    if (n->kind == N_LIST && n->head && one_fits(c, by_head[n->head], n)) return true;
    if (one_fits(c, by_head[H_NONE], n)) return true;
    if (c->depth > c->at) {
        c->at = c->depth;
        c->deepest = n;
        c->wanted = nt;
    }
    return false;
}

static bool fits(Check *c, const Pattern *p, const Node *n) {
    switch (p->kind) {
    case P_LITERAL: return n->kind == N_SYMBOL && n->text == p->literal;
    case P_TERMINAL: return is_terminal(p->kinds, n);
    case P_TREE: return n->kind == p->node_kind && n->head == p->head && items_fit(c, p, n);
    case P_NONTERMINAL: break;
    }
    c->depth++;
    bool good = nonterminal_fits(c, p->which, n);
    c->depth--;
    return good;
}

GrammarError language_check(Language l, const char *nt, const Node *n) {
    Check c = {.g = grammar(l), .at = -1};
    int which = nt ? nonterminal(c.g, nt) : 0;
    if (nonterminal_fits(&c, which, n)) return (GrammarError){NULL, NULL};
    return (GrammarError){c.deepest ? c.deepest : n, c.g->nts[c.wanted]};
}

/* ---- default traversal */

typedef struct {
    Arena *arena;
    Grammar *g;
    int nt;
    Visit *visit;
    void *context;
} Descent;

static Node *rebuild(Descent *d, const Pattern *p, Node *n);

static Node *rebuild_items(Descent *d, const Pattern *p, Node *n) {
    Node *out = NULL;
    uint32_t j = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t after = p->count - i - 1, stop = p->items[i].repeated ? n->count - after : j + 1;
        for (; j < stop; j++) {
            Node *kid = rebuild(d, &p->items[i], n->kids[j]);
            if (kid != n->kids[j] && !out) out = node_tree(d->arena, (NodeKind)n->kind, n->at, n->kids, n->count);
            if (out) out->kids[j] = kid;
        }
    }
    if (!out) return n;
    out->head = n->head;
    return out;
}

static Node *rebuild_by(Descent *d, int nt, Node *n) {
    Check c = {.g = d->g, .at = -1};
    const uint8_t *by_head = d->g->by_head[nt];
    int first = n->kind == N_LIST && n->head && by_head[n->head] ? by_head[n->head] : by_head[H_NONE];
    for (int i = first; i; i = d->g->productions[i - 1].next) {
        const Production *production = &d->g->productions[i - 1];
        const Pattern *p = &production->pattern;
        if (p->kind == P_NONTERMINAL && p->which != d->nt && nonterminal_fits(&c, p->which, n))
            return rebuild_by(d, p->which, n);
        /* the last of its head needs no closer look */
        if (p->kind == P_TREE && p->node_kind == n->kind && (!production->next || items_fit(&c, p, n)))
            return rebuild_items(d, p, n);
    }
    return n;
}

static Node *rebuild(Descent *d, const Pattern *p, Node *n) {
    switch (p->kind) {
    case P_LITERAL:
    case P_TERMINAL: return n;
    case P_TREE: return rebuild_items(d, p, n);
    case P_NONTERMINAL: break;
    }
    return p->which == d->nt ? d->visit(d->context, n) : rebuild_by(d, p->which, n);
}

Node *descend(Arena *a, Language l, const char *nt, Node *e, Visit *visit, void *context) {
    Grammar *g = grammar(l);
    Descent d = {a, g, nonterminal(g, nt), visit, context};
    return rebuild_by(&d, d.nt, e);
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
    const Grammar *g = &grammars[l];
    fprintf(out, "%s: %s\n", g->name, g->doc);
    for (int nt = 0; nt < g->nt_count; nt++) {
        bool titled = false;
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
