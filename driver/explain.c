/* explain.c - slispc explain: what the tables, and the passes' own files, say about a thing. */
#include "commands.h"
#include "ir/grammar.h"

#include <stdlib.h>
#include <string.h>

/* ---- passes */

/* The comments that open their files, line by line. */
static const struct {
    int pass;
    const char *text;
} header_lines[] = {
#define HEADER_LINE(pass, text) {PASS_##pass, text},
#include "pass_headers.h"
#undef HEADER_LINE
};
enum { HEADER_LINES = sizeof header_lines / sizeof *header_lines };

static void print_faults_of(int pass) {
    bool has = false;
    for (int f = 1; f < FAULT_COUNT; f++)
        has |= !strcmp(fault_rows[f].pass, pass_rows[pass].name);
    if (!has) return;
    puts("\nMistakes that it can be told to make ('slispc explain PASS:FAULT' tells more):");
    print_faults(stdout, pass);
}

static bool explain_pass(const char *name) {
    int p = pass_named(name);
    if (p < 0) return false;
    for (int i = 0; i < HEADER_LINES; i++)
        if (header_lines[i].pass == p) puts(header_lines[i].text);
    printf("\nPass %d of %d, in passes/%s.c.", p + 1, PASS_COUNT, name);
    if (pass_rows[p].from == pass_rows[p].to) printf(" May be left out: --skip=%s.", name);
    printf("\n  slispc --dump-after=%s f.slisp          what it gives\n", name);
    if (p > 0)
        printf("  slispc diff --passes=%s,%s f.slisp    what it did\n", pass_rows[p - 1].name,
               name);
    if (pass_rows[p].from != pass_rows[p].to && pass_rows[p].from != L_text)
        printf("  slispc grammar %s --diff %s    what that means for the forms\n",
               language_name(pass_rows[p].to), language_name(pass_rows[p].from));
    print_faults_of(p);
    return true;
}

/* ---- languages */

static bool explain_language(const char *name) {
    Language l;
    if (!language_named(name, &l)) return false;
    Language parent = l == L_text ? L_text : grammar(l)->parent;
    if (l == L_text)
        printf("text: %s\n", language_doc(l));
    else
        language_print(stdout, l, parent == L_text ? -1 : (int)parent);
    if (parent != L_text)
        printf("\nThat is how it differs from %s; 'slispc grammar %s' prints all of it.\n",
               language_name(parent), name);
    putchar('\n');
    for (int p = 0; p < PASS_COUNT; p++) {
        const PassRow *row = &pass_rows[p];
        const char *role = row->from == l && row->to == l ? "reads and writes it"
                           : row->from == l               ? "reads it"
                                                          : "writes it";
        if (row->from == l || row->to == l) printf("  %-11s %-20s %s\n", row->name, role, row->doc);
    }
    return true;
}

/* ---- primitives */

static bool explain_primitive(const char *name) {
    static const struct {
        unsigned effect;
        const char *what;
    } effects[] = {{READS, "reads mutable state"}, {WRITES, "writes or does output"},
                   {THROWS, "may throw"},          {ALLOCATES, "may collect"},
                   {COMMUTES, "commutes"},         {INTERNAL, "is not for programs to name"}};
    Prim p = prim_named(text(name));
    if (!p) return false;
    const PrimRow *row = &prim_rows[p];
    printf(
        "%s: %s\n\nA primitive. Operands: %s (a letter each, see passes/prims.def); result: %s.\n",
        name, *row->doc ? row->doc : "no more is said about it", *row->args ? row->args : "none",
        row->result);
    printf("It %s.\n", row->runtime ? "is a function of the runtime" : "is expanded inline");
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
        if (row->effects & effects[i].effect) printf("It %s.\n", effects[i].what);
    return true;
}

/* ---- faults: PASS:FAULT */

static bool explain_fault(const char *what) {
    const char *colon = strchr(what, ':');
    if (!colon) return false;
    char *pass = strndup(what, (size_t)(colon - what));
    if (!pass) fail(0, "no memory left");
    fault_wanted(pass_wanted(pass), colon + 1);
    const FaultRow *row = &fault_rows[fault_named(pass, colon + 1)];
    printf("%s: %s\n\n", what, row->doc);
    printf("A mistake that pass %s makes when it is told to: slispc --inject=%s f.slisp\n", pass,
           what);
    printf("What is to see it: %s ('slispc explain' tells more of a rule).\n", row->rule);
    free(pass);
    return true;
}

/* ---- the verb */

int verb_explain(const Options *o) {
    const char *what = o->arguments[0];
    if (explain_pass(what) || explain_language(what) || explain_fault(what) ||
        print_rule(stdout, what) || explain_primitive(what))
        return 0;
    const char *text_of_code = message_explanation(what), *meant = code_meant(what);
    if (!text_of_code && meant) fail(0, "nothing is called '%s'; did you mean %s?", what, meant);
    if (!text_of_code)
        fail(0,
             "nothing is called '%s'; there are passes, languages, codes of messages, rules, "
             "primitives and PASS:FAULT",
             what);
    printf("%s: %s\n", what, text_of_code);
    return 0;
}
