/* grammar.c - checks terms against a language's grammar.
 *
 * The generated checks (generate/write_checks.c) say whether a term fits. When it does not, what is
 * wrong with it is found here, by the patterns of the productions.
 */
#include "grammar.h"
#include "fits.h"

bool notes_productions;

bool is_datum(const Node *n) {
    if (!is_tree(n)) return n->kind < N_NAME;
    for (uint32_t i = 0; i < n->count; i++)
        if (!is_datum(n->kids[i])) return false;
    return n->head == H_NONE;
}

static bool is_terminal(uint32_t kinds, const Node *n) {
    return (kinds >> n->kind & 1) && (!is_tree(n) || is_datum(n));
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

/* How many kids the repeated item takes: what the other items leave. Items that may be left out are
 * known by their heads. */
static uint32_t repetitions(const Pattern *p, const Node *n) {
    uint32_t after = n->count, before = p->repeats_at;
    for (uint32_t i = p->count - 1; i > p->repeats_at; i--) {
        const Pattern *item = &p->items[i];
        bool is_there = !item->optional || (after > 0 && is_form(n->kids[after - 1], item->head));
        if (is_there && after > 0) after--;
    }
    return after > before ? after - before : 0;
}

static bool items_fit(Check *c, const Pattern *p, const Node *n) {
    uint32_t j = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        const Pattern *item = &p->items[i];
        uint32_t times = item->repeated ? repetitions(p, n) : 1;
        if (item->at_least && times == 0) return false;
        if (item->optional && (j >= n->count || !is_form(n->kids[j], item->head))) continue;
        for (; times > 0; times--)
            if (j >= n->count || !item_fits(c, item, n->kids[j++])) return false;
    }
    return j == n->count;
}

/* One of the productions from `first` on, which all have the node's head or none? */
static bool one_fits(Check *c, int first, const Node *n) {
    for (int i = first; i; i = c->g->productions[i - 1].next) {
        Production *production = &c->g->productions[i - 1];
        const Pattern *p = &production->pattern;
        if (p->kind == P_NONTERMINAL ? nonterminal_fits(c, p->which, n) : fits(c, p, n)) {
            production->is_used = true;
            return true;
        }
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
    case P_TERMINAL: return is_terminal(p->kinds, n);
    case P_TREE: return n->kind == p->node_kind && n->head == p->head && items_fit(c, p, n);
    case P_NONTERMINAL: break;
    }
    c->depth++;
    bool good = nonterminal_fits(c, p->which, n);
    c->depth--;
    return good;
}

GrammarError language_check(Language l, Nonterminal nt, const Node *n) {
    bool fits = is_sentence(l, nt, n);
    if (fits && !notes_productions) return (GrammarError){NULL, NULL};
    Check c = {.g = grammar(l), .at = -1};
    if (nonterminal_fits(&c, (int)nt, n) != fits)
        bug(n, "the generated check of %s says %s, the patterns do not", c.g->name,
            fits ? "yes" : "no");
    if (fits) return (GrammarError){NULL, NULL};
    return (GrammarError){c.deepest ? c.deepest : n, c.g->nts[c.wanted]};
}
