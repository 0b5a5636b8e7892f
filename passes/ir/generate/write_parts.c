/* write_parts.c - the tables of parts: for each form its parts in order, what they are, and where
 * the names that they bind are known.
 */
#include "write.h"

#include <string.h>

static const char *role_of(const MergedItem *m) {
    const Item *item = m->item;
    if (item->kind == ITEM_NONTERMINAL) return "PART_TERM";
    if (item->kind == ITEM_TREE) return "PART_TREE";
    if (!strcmp(item->terminal, "variable")) return "PART_BINDS";
    if (!strcmp(item->terminal, "loop_label")) return "PART_BINDS_LABEL";
    if (!strcmp(item->terminal, "loop_goal")) return "PART_USES_LABEL";
    return strcmp(item->terminal, "name") ? "PART_CONSTANT" : "PART_USES";
}

/* Rows of items that are inside a list of the form come before it. */
static void write_row(FILE *out, const Rows *r, const Form *f, const MergedItem *m,
                      const char *items) {
    const Item *item = m->item;
    const char *head = *f->heads[0] ? f->heads[0] : "";
    const char *scope = note_of_part(r, head, item->part, false);
    fprintf(out, "    {.name = \"%s\", .role = %s", item->part, role_of(m));
    if (item->kind == ITEM_NONTERMINAL)
        fprintf(out, ", .nonterminal = NT_%s", r->nonterminals[item->nonterminal].name);
    if (item->repeated) fprintf(out, ", .is_repeated = true");
    if (*items) fprintf(out, ", .items = %s, .count = %d", items, item->count);
    if (item->kind == ITEM_TREE && *item->head) fprintf(out, ", .head = H_%s", c_name(item->head));
    if (f->item_count && may_be_missing(f, m)) fprintf(out, ", .may_be_missing = true");
    if (*scope) fprintf(out, ", .scope = %s", scope);
    if (*note_of_part(r, head, item->part, true)) fprintf(out, ", .is_tail = true");
    fprintf(out, "},\n");
}

static void write_inner_rows(FILE *out, const Rows *r, const Item *tree, const char *name) {
    fprintf(out, "static const PartRow %s[] = {\n", name);
    for (int i = 0; i < tree->count; i++)
        write_row(out, r, &(Form){.heads = {""}}, &(MergedItem){.item = &tree->items[i]}, "");
    fprintf(out, "};\n");
}

/* Those of one shape (by count), or of all. */
static void write_table(FILE *out, const Rows *r, const Form *f, int shape) {
    char inner[MOST_PARTS][80];
    for (int i = 0; i < f->item_count; i++) {
        inner[i][0] = 0;
        const Item *item = f->items[i].item;
        bool is_in_table = shape < 0 || f->items[i].shapes >> shape & 1;
        if (item->kind != ITEM_TREE || !item->count || !is_in_table) continue;
        snprintf(inner[i], sizeof *inner, "%s_%s_%d", f->name, c_name(item->part), shape + 1);
        write_inner_rows(out, r, item, inner[i]);
    }
    fprintf(out, "static const PartRow %s_%d[] = {\n", f->name, shape + 1);
    int count = 0;
    for (int i = 0; i < f->item_count; i++)
        if (shape < 0 || f->items[i].shapes >> shape & 1) {
            write_row(out, r, f, &f->items[i], inner[i]);
            count++;
        }
    if (!count) fprintf(out, "    {.name = \"\"},\n");
    fprintf(out, "};\n");
}

static int parts_of_shape(const Form *f, int shape) {
    int count = 0;
    for (int i = 0; i < f->item_count; i++)
        count += (int)(f->items[i].shapes >> shape & 1);
    return count;
}

static bool is_first_with_count(const Form *f, int shape) {
    for (int k = 0; k < shape; k++)
        if (f->shapes[k]->count == f->shapes[shape]->count) return false;
    return true;
}

static void write_form_rows(FILE *out, const Forms *forms) {
    fprintf(out, "\nconst FormRow form_rows[] = {\n    {.name = \"\"},\n");
    for (int i = 0; i < forms->form_count; i++) {
        const Form *f = &forms->forms[i];
        fprintf(out, "    {.name = \"%s\", .shapes = {", f->name);
        if (!f->by_count) fprintf(out, "{%s_0, %d}", f->name, f->item_count);
        for (int s = 0; f->by_count && s < f->shape_count; s++)
            if (is_first_with_count(f, s))
                fprintf(out, "{%s_%d, %d}, ", f->name, s + 1, parts_of_shape(f, s));
        fprintf(out, "}},\n");
    }
    fprintf(out, "};\n");
}

static void write_lookup(FILE *out, const Rows *r, const Forms *forms) {
    fprintf(out, "\nconst uint8_t form_of_head[NT_COUNT][H_COUNT] = {\n");
    for (int i = 0; i < r->production_count; i++) {
        const Production *p = &r->productions[i];
        if (forms->of_production[i] < 0) continue;
        bool is_first = true;
        for (int k = 0; k < i; k++)
            is_first = is_first && !(forms->of_production[k] == forms->of_production[i] &&
                                     r->productions[k].nonterminal == p->nonterminal &&
                                     !strcmp(r->productions[k].form.head, p->form.head));
        bool is_shadowed =
            false; /* an earlier language's shape of the head in the same nonterminal */
        for (int k = i + 1; k < r->production_count; k++)
            is_shadowed = is_shadowed || (forms->of_production[k] >= 0 &&
                                          forms->of_production[k] != forms->of_production[i] &&
                                          r->productions[k].nonterminal == p->nonterminal &&
                                          !strcmp(r->productions[k].form.head, p->form.head));
        if (is_first && !is_shadowed)
            fprintf(out, "    [NT_%s][H_%s] = %d,\n", r->nonterminals[p->nonterminal].name,
                    *p->form.head ? c_name(p->form.head) : "NONE", forms->of_production[i] + 1);
    }
    fprintf(out, "};\n");
}

void write_parts(FILE *out, const Rows *r, const Forms *forms) {
    fprintf(out, "\n/* ---- parts */\n\n");
    for (int i = 0; i < forms->form_count; i++) {
        const Form *f = &forms->forms[i];
        if (!f->by_count) write_table(out, r, f, -1);
        for (int s = 0; f->by_count && s < f->shape_count; s++)
            if (is_first_with_count(f, s)) write_table(out, r, f, s);
    }
    write_form_rows(out, forms);
    write_lookup(out, r, forms);
}
