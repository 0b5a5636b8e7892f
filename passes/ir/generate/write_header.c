/* write_header.c - the structs of forms, and what the terms of a nonterminal can be. */
#include "write.h"

#include <string.h>

int members_of(const MergedItem *m, Member members[MOST_ITEMS]) {
    const Item *item = m->item;
    if (item->kind != ITEM_TREE || item->count == 1) {
        const Item *content = item->kind == ITEM_TREE ? &item->items[0] : item;
        snprintf(members[0].name, sizeof members[0].name, "%s", c_name(item->part));
        members[0].is_list = content->repeated;
        return 1;
    }
    for (int i = 0; i < item->count; i++) {
        snprintf(members[i].name, sizeof members[i].name, "%s_%s", c_name(item->part),
                 c_name(item->items[i].part));
        members[i].is_list = item->items[i].repeated;
    }
    return item->count;
}

bool has_several_heads(const Form *f) {
    return f->head_count > 1;
}

void write_parameters(FILE *out, const Form *f) {
    fprintf(out, "Arena *a%s, Pos at", has_several_heads(f) ? ", Head head" : "");
    if (takes_struct(f)) {
        fprintf(out, ", %sForm f", type_name(f->name));
        return;
    }
    for (int i = 0; i < f->item_count; i++) {
        Member members[MOST_ITEMS];
        int count = members_of(&f->items[i], members);
        for (int k = 0; k < count; k++)
            fprintf(out, members[k].is_list ? ", NodeList %s" : ", Node *%s", members[k].name);
    }
}

static void write_form(FILE *out, const Form *f) {
    const char *type = type_name(f->name);
    fprintf(out, "\n/*");
    for (int i = 0; i < f->head_count; i++)
        fprintf(out, "%s %s", i ? " or" : "",
                *f->heads[i] ? f->heads[i] : "a list or vector without head");
    fprintf(out, ":");
    for (int i = 0; i < f->item_count; i++)
        fprintf(out, " %s%s", f->items[i].item->part, may_be_missing(f, &f->items[i]) ? "?" : "");
    fprintf(out, " */\ntypedef struct {\n");
    for (int i = 0; i < f->item_count; i++) {
        Member members[MOST_ITEMS];
        int count = members_of(&f->items[i], members);
        for (int k = 0; k < count; k++)
            fprintf(out, members[k].is_list ? "    NodeList %s;\n" : "    Node *%s;\n",
                    members[k].name);
    }
    if (f->item_count == 0) fprintf(out, "    char nothing;\n");
    fprintf(out, "} %sForm;\n", type);
    write_accessor(out, f);
    fprintf(out, "Node *make_%s(", f->name);
    write_parameters(out, f);
    fprintf(out, ");\nNode *remake_%s(Arena *a, Node *old, %sForm f);\n", f->name, type);
}

/* ---- what a term of a nonterminal can be */

static const char *kind_of_terminal(const char *terminal) {
    static const char *const kinds[][2] = {
        {"symbol", "SYMBOL"}, {"integer", "INT"},   {"string", "STRING"},
        {"name", "NAME"},     {"variable", "NAME"}, {"global", "GLOBAL"},
        {"block", "BLOCK"},   {"label", "BLOCK"},   {"prim", "PRIM"},
        {"word", "WORD"},     {"opcode", "OPCODE"}, {"condition", "CONDITION"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i][0], terminal)) return kinds[i][1];
    wrong("this terminal cannot stand alone", terminal);
}

typedef struct {
    char name[48], value[48];
} Case;

static void add_case(Case cases[], int *count, const char *name, const char *value) {
    for (int i = 0; i < *count; i++)
        if (!strcmp(cases[i].value, value)) return;
    snprintf(cases[*count].name, sizeof cases->name, "%s", name);
    snprintf(cases[(*count)++].value, sizeof cases->value, "%s", value);
}

static void find_cases(const Rows *r, int language, int nonterminal, Case cases[], int *count) {
    for (int i = 0; i < r->production_count; i++) {
        const Production *p = &r->productions[i];
        if (!r->has[language][i] || p->nonterminal != nonterminal) continue;
        char value[48], name[48];
        if (p->form.kind == ITEM_NONTERMINAL) {
            find_cases(r, language, p->form.nonterminal, cases, count);
            continue;
        }
        if (p->form.kind == ITEM_ATOM) {
            const char *kind = kind_of_terminal(p->form.terminal);
            snprintf(value, sizeof value, "H_COUNT + N_%s", kind);
            snprintf(name, sizeof name, "%s", kind);
        } else if (!*p->form.head) {
            snprintf(value, sizeof value, "H_COUNT + %s",
                     p->form.is_vector ? "N_VECTOR" : "N_LIST");
            snprintf(name, sizeof name, "%s", p->form.is_vector ? "VECTOR" : "LIST");
        } else {
            snprintf(value, sizeof value, "H_%s", c_name(p->form.head));
            snprintf(name, sizeof name, "%s", c_name(p->form.head));
        }
        add_case(cases, count, name, value);
    }
}

static void write_cases(FILE *out, const Rows *r, int language, int nonterminal) {
    Case cases[64];
    int count = 0;
    find_cases(r, language, nonterminal, cases, &count);
    if (count < 2) return;
    const char *l = r->languages[language], *n = r->nonterminals[nonterminal].name;
    fprintf(out, "\ntypedef enum {\n");
    for (int i = 0; i < count; i++)
        fprintf(out, "    %s_%s_%s = %s,\n", l, n, cases[i].name, cases[i].value);
    fprintf(out, "} %s_%s;\n", l, n);
    fprintf(out, "static inline %s_%s %s_%s_of(const Node *n) { return (%s_%s)shape_of(n); }\n", l,
            n, l, n, l, n);
}

void write_header(FILE *out, const Rows *r, const Forms *forms) {
    fprintf(out, "/* Made from languages.def by passes/ir/generate. For each form F: the struct of "
                 "its parts,\n"
                 " * as_F, which takes a node apart, make_F, which makes one, and remake_F, which "
                 "makes one in the\n"
                 " * place of an old one, or gives the old one back when no part is another. For "
                 "each language\n"
                 " * and nonterminal: an enum of what a term of it can be, atoms in capitals. */\n"
                 "#ifndef SLISPC_SYNTAX_H\n#define SLISPC_SYNTAX_H\n\n#include \"ir.h\"\n\n"
                 "/* Always inline: a part that the caller does not ask for costs nothing. */\n"
                 "#define ACCESSOR static inline __attribute__((always_inline))\n\n");
    fprintf(out, "typedef enum {\n");
    for (int n = 0; n < r->nonterminal_count; n++)
        fprintf(out, "    NT_%s,\n", r->nonterminals[n].name);
    fprintf(out, "    NT_COUNT\n} Nonterminal;\n");
    for (int i = 0; i < forms->form_count; i++)
        write_form(out, &forms->forms[i]);
    for (int l = 0; l < r->language_count; l++)
        for (int n = 0; n < r->nonterminal_count; n++)
            if (r->reached[l][n]) write_cases(out, r, l, n);
    fprintf(out, "\n#endif\n");
}
