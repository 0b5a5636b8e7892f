/* catalogue.c - the tables of messages and of faults, as commands show them. */
#include "pipeline.h"

#include <string.h>

static const struct {
    const char *code, *text;
} messages[] = {
#define MESSAGE(code, text) {code, text},
#include "messages.def"
#undef MESSAGE
};

const char *message_explanation(const char *code) {
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (!strcmp(messages[i].code, code)) return messages[i].text;
    return NULL;
}

static const struct {
    int pass;
    const char *name, *rule, *doc;
} faults[] = {
#define FAULT(pass, id, name, rule, doc) {PASS_##pass, name, rule, doc},
#include "faults.def"
#undef FAULT
};
enum { FAULTS = sizeof faults / sizeof *faults };

void print_faults(FILE *out, int pass) {
    for (int i = 0; i < FAULTS; i++)
        if (pass < 0 || faults[i].pass == pass)
            fprintf(out, "%s:%-20s %-11s %s\n", pass_rows[faults[i].pass].name, faults[i].name,
                    faults[i].rule, faults[i].doc);
}

void fault_wanted(int pass, const char *name) {
    const char *names[FAULTS];
    size_t count = 0;
    if (is_failure(name)) return;
    for (int i = 0; i < FAULTS; i++) {
        if (faults[i].pass == pass && !strcmp(faults[i].name, name)) return;
        if (faults[i].pass == pass) names[count++] = faults[i].name;
    }
    const char *close = near_miss(name, names, count);
    if (close)
        fail(0, "pass %s has no fault '%s'; did you mean %s?", pass_rows[pass].name, name, close);
    fail(0, "pass %s has no fault '%s'; 'slispc faults' lists them", pass_rows[pass].name, name);
}

/* ---- the rules of verify */

typedef struct {
    const char *code, *sentence, *meaning, *example, *cause;
} RuleText;

/* In their order, after none. */
static const RuleText rules[] = {
    {0},
#define RULE(code, ...) {#code, __VA_ARGS__},
#include "verify/rules.def"
#undef RULE
#undef OTHER_RULE
};
enum { RULES = sizeof rules / sizeof *rules };

/* Those that are checked elsewhere. */
static const RuleText other_rules[] = {
#define RULE(...)
#define OTHER_RULE(code, ...) {#code, __VA_ARGS__},
#include "verify/rules.def"
#undef RULE
#undef OTHER_RULE
};
enum { OTHER_RULES = sizeof other_rules / sizeof *other_rules };

int rule_named(const char *name) {
    for (int i = 1; i < RULES; i++)
        if (!strcmp(rules[i].code, name)) return i;
    return -1;
}

const char *rule_name(int rule) {
    return rules[rule].code;
}

static const RuleText *rule_text(const char *code) {
    int i = rule_named(code);
    if (i >= 0) return &rules[i];
    for (i = 0; i < OTHER_RULES; i++)
        if (!strcmp(other_rules[i].code, code)) return &other_rules[i];
    return NULL;
}

static void print_indented(FILE *out, const char *text) {
    for (const char *end; *text; text = *end ? end + 1 : end) {
        end = text + strcspn(text, "\n");
        fprintf(out, "  %.*s\n", (int)(end - text), text);
    }
}

/* The faults whose reports may have the code: which of several rules sees one first depends on the
 * place that it is made at. */
static void print_causes(FILE *out, const char *code) {
    const char *title = "\nMade on purpose by:\n";
    for (int i = 0; i < FAULTS; i++) {
        if (!strstr(faults[i].rule, code)) continue;
        fprintf(out, "%s  --inject=%s:%-18s %s\n", title, pass_rows[faults[i].pass].name,
                faults[i].name, faults[i].doc);
        title = "";
    }
}

bool print_rule(FILE *out, const char *code) {
    const RuleText *rule = rule_text(code);
    if (!rule) return false;
    fprintf(out, "%s: %s\n\n", rule->code, rule->sentence);
    print_indented(out, rule->meaning);
    fprintf(out, "\nFor example:\n");
    print_indented(out, rule->example);
    fprintf(out, "\nWhere it comes from:\n");
    print_indented(out, rule->cause);
    print_causes(out, code);
    return true;
}

/* ---- near misses */

const char *code_meant(const char *code) {
    enum { MESSAGES = sizeof messages / sizeof *messages };
    const char *codes[MESSAGES + RULES + OTHER_RULES + PASS_COUNT + L_COUNT + P_COUNT];
    size_t count = 0;
    for (int i = 0; i < MESSAGES; i++)
        codes[count++] = messages[i].code;
    for (int i = 1; i < RULES; i++)
        codes[count++] = rules[i].code;
    for (int i = 0; i < OTHER_RULES; i++)
        codes[count++] = other_rules[i].code;
    for (int p = 0; p < PASS_COUNT; p++)
        codes[count++] = pass_rows[p].name;
    for (int l = 1; l < L_COUNT; l++)
        codes[count++] = language_name((Language)l);
    for (int p = P_NONE + 1; p < P_COUNT; p++)
        codes[count++] = prim_rows[p].name;
    return near_miss(code, codes, count);
}
