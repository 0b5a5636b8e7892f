/* write_checks.c - the grammar checks: a function for each nonterminal, which chooses the
 * production by the head, and one for each production, which looks at the items.
 *
 * Each gives the last language in a row for which the node fits, or 0 when it does not fit at all;
 * what fits is marked with that, so that the checks of the next languages need not look at it
 * again. Languages are numbers of the enum Language here: the first of languages.def is 1.
 */
#include "write.h"

#include <string.h>

/* ---- atoms */

/* The kinds of node that a terminal allows, as a C expression of a set. */
static const char *kinds_of_terminal(const char *terminal) {
    static const char *const kinds[][2] = {
        {"symbol", "1u << N_SYMBOL"},  {"integer", "1u << N_INT"},
        {"string", "1u << N_STRING"},  {"name", "1u << N_NAME"},
        {"variable", "1u << N_NAME"},  {"loop_label", "1u << N_NAME"},
        {"loop_goal", "1u << N_NAME"}, {"global", "1u << N_GLOBAL"},
        {"block", "1u << N_BLOCK"},    {"label", "1u << N_BLOCK"},
        {"prim", "1u << N_PRIM"},      {"word", "1u << N_WORD"},
        {"opcode", "1u << N_OPCODE"},  {"condition", "1u << N_CONDITION"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i][0], terminal)) return kinds[i][1];
    wrong("the generator does not know the terminal", terminal);
}

/* An expression: the last language for which the kid fits the item. `inner` is the function of an
 * item that is a list or vector. */
static void write_item_check(FILE *out, const Rows *r, const Item *item, const char *inner,
                             const char *kid) {
    if (item->kind == ITEM_NONTERMINAL)
        fprintf(out, "fits_%s(%s, l)", r->nonterminals[item->nonterminal].name, kid);
    else if (item->kind == ITEM_TREE)
        fprintf(out, "%s(%s, l)", inner, kid);
    else if (!strcmp(item->terminal, "datum"))
        fprintf(out, "fits_datum(%s)", kid);
    else
        fprintf(out, "fits_atom(%s, %s)", kid, kinds_of_terminal(item->terminal));
}

/* ---- the items of a list or vector */

static void write_step(FILE *out, const Rows *r, const Item *item, const char *inner,
                       const char *kid) {
    fprintf(out, "if (!(t = least(t, ");
    write_item_check(out, r, item, inner, kid);
    fprintf(out, "))) return 0;\n");
}

/* An item that is there, or may be, at the front (i) or the back (end) of what is left. */
static void write_single(FILE *out, const Rows *r, const Item *item, const char *inner,
                         bool from_end) {
    const char *kid = from_end ? "n->kids[end - 1]" : "n->kids[i]";
    const char *move = from_end ? "end--;" : "i++;";
    if (item->optional) {
        fprintf(out, "    if (i < end && is_form(%s, H_%s)) {\n        ", kid, c_name(item->head));
        write_step(out, r, item, inner, kid);
        fprintf(out, "        %s\n    }\n", move);
        return;
    }
    fprintf(out, "    if (i == end) return 0;\n    ");
    write_step(out, r, item, inner, kid);
    fprintf(out, "    %s\n", move);
}

/* What is before a repeated item is taken from the front, what is after it from the back.
 */
static void write_items(FILE *out, const Rows *r, const Item *tree, char inner[][64]) {
    int repeated = -1;
    for (int k = 0; k < tree->count; k++)
        if (tree->items[k].repeated) repeated = k;
    for (int k = 0; k < tree->count && (repeated < 0 || k < repeated); k++)
        write_single(out, r, &tree->items[k], inner[k], false);
    for (int k = tree->count - 1; repeated >= 0 && k > repeated; k--)
        write_single(out, r, &tree->items[k], inner[k], true);
    if (repeated < 0) {
        fprintf(out, "    return i == end ? t : 0;\n");
        return;
    }
    if (tree->items[repeated].at_least_one) fprintf(out, "    if (i == end) return 0;\n");
    fprintf(out, "    for (; i < end; i++)\n        ");
    write_step(out, r, &tree->items[repeated], inner[repeated], "n->kids[i]");
    fprintf(out, "    return t;\n");
}

/* A function for the list or vector; those for lists inside of it come first. */
static void write_tree(FILE *out, const Rows *r, const Item *tree, const char *name, int last) {
    char inner[MOST_ITEMS][64];
    for (int k = 0; k < tree->count; k++) {
        snprintf(inner[k], sizeof *inner, "%.50s_%d", name, k);
        if (tree->items[k].kind == ITEM_TREE) write_tree(out, r, &tree->items[k], inner[k], last);
    }
    fprintf(out, "static int %s(const Node *n, int l) {\n    (void)l;\n", name);
    fprintf(out, "    if (n->kind != %s || n->head != H_%s) return 0;\n",
            tree->is_vector ? "N_VECTOR" : "N_LIST", *tree->head ? c_name(tree->head) : "NONE");
    fprintf(out, "    int t = %d;\n    uint32_t i = 0, end = n->count;\n", last + 1);
    write_items(out, r, tree, inner);
    fprintf(out, "}\n");
}

static bool is_checked(const Production *p) {
    return p->last >= 0;
}

static void write_productions(FILE *out, const Rows *r) {
    for (int i = 0; i < r->production_count; i++) {
        const Production *p = &r->productions[i];
        char name[64];
        if (!is_checked(p) || p->form.kind != ITEM_TREE) continue;
        snprintf(name, sizeof name, "production_%d", i);
        fprintf(out, "\n/* %s */\n", p->text);
        write_tree(out, r, &p->form, name, p->last);
    }
}

/* ---- nonterminals */

static void write_shape(FILE *out, const Production *p) {
    if (p->form.kind == ITEM_TREE && *p->form.head)
        fprintf(out, "H_%s", c_name(p->form.head));
    else if (p->form.kind == ITEM_TREE)
        fprintf(out, "H_COUNT + %s", p->form.is_vector ? "N_VECTOR" : "N_LIST");
    else
        fprintf(out, "H_COUNT + %s", strrchr(kinds_of_terminal(p->form.terminal), ' ') + 1);
}

static bool have_same_shape(const Production *a, const Production *b) {
    if (a->form.kind != b->form.kind || a->nonterminal != b->nonterminal) return false;
    if (a->form.kind == ITEM_ATOM)
        return !strcmp(kinds_of_terminal(a->form.terminal), kinds_of_terminal(b->form.terminal));
    return a->form.is_vector == b->form.is_vector && !strcmp(a->form.head, b->form.head);
}

/* All productions of the shape that production `first` has. */
static void write_case(FILE *out, const Rows *r, int first) {
    fprintf(out, "    case ");
    write_shape(out, &r->productions[first]);
    fprintf(out, ":\n");
    for (int i = first; i < r->production_count; i++) {
        const Production *p = &r->productions[i];
        if (!is_checked(p) || !have_same_shape(p, &r->productions[first])) continue;
        fprintf(out, "        if (!t && l >= %d && l <= %d) t = ", p->first + 1, p->last + 1);
        if (p->form.kind == ITEM_TREE)
            fprintf(out, "production_%d(n, l);\n", i);
        else
            fprintf(out, "%d;\n", p->last + 1);
    }
    fprintf(out, "        break;\n");
}

static bool is_first_of_shape(const Rows *r, int production) {
    for (int k = 0; k < production; k++)
        if (is_checked(&r->productions[k]) &&
            have_same_shape(&r->productions[k], &r->productions[production]))
            return false;
    return true;
}

static void write_nonterminal(FILE *out, const Rows *r, int nonterminal) {
    const char *name = r->nonterminals[nonterminal].name;
    fprintf(out, "\nstatic int fits_%s(const Node *n, int l) {\n", name);
    fprintf(out, "    if (is_marked(n, NT_%s, l)) return n->fits_through;\n    int t = 0;\n", name);
    fprintf(out, "    switch (shape_of(n)) {\n");
    for (int i = 0; i < r->production_count; i++) {
        const Production *p = &r->productions[i];
        if (p->nonterminal == nonterminal && is_checked(p) && p->form.kind != ITEM_NONTERMINAL &&
            is_first_of_shape(r, i))
            write_case(out, r, i);
    }
    fprintf(out, "    }\n    if (t) return mark(n, NT_%s, t);\n", name);
    for (int i = 0; i < r->production_count; i++) {
        const Production *p = &r->productions[i];
        if (p->nonterminal == nonterminal && is_checked(p) && p->form.kind == ITEM_NONTERMINAL)
            fprintf(
                out,
                "    if (l >= %d && l <= %d && (t = fits_%s(n, l)) != 0) return least(t, %d);\n",
                p->first + 1, p->last + 1, r->nonterminals[p->form.nonterminal].name, p->last + 1);
    }
    fprintf(out, "    return 0;\n}\n");
}

void write_checks(FILE *out, const Rows *r) {
    fprintf(out, "\n/* ---- grammar checks */\n\n");
    for (int n = 0; n < r->nonterminal_count; n++)
        fprintf(out, "static int fits_%s(const Node *n, int l);\n", r->nonterminals[n].name);
    write_productions(out, r);
    for (int n = 0; n < r->nonterminal_count; n++)
        write_nonterminal(out, r, n);
    fprintf(out, "\nbool is_sentence(Language l, Nonterminal nonterminal, const Node *n) {\n"
                 "    switch (nonterminal) {\n");
    for (int n = 0; n < r->nonterminal_count; n++)
        fprintf(out, "    case NT_%s: return fits_%s(n, (int)l) != 0;\n", r->nonterminals[n].name,
                r->nonterminals[n].name);
    fprintf(out, "    case NT_COUNT: break;\n    }\n    return false;\n}\n");
}
