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
            fprintf(out, "%s:%-18s %-9s %s\n", pass_rows[faults[i].pass].name, faults[i].name, faults[i].rule, faults[i].doc);
}

void fault_wanted(int pass, const char *name) {
    const char *names[FAULTS];
    size_t count = 0;
    for (int i = 0; i < FAULTS; i++) {
        if (faults[i].pass == pass && !strcmp(faults[i].name, name)) return;
        if (faults[i].pass == pass) names[count++] = faults[i].name;
    }
    const char *close = near_miss(name, names, count);
    if (close) fail(0, "pass %s has no fault '%s'; did you mean %s?", pass_rows[pass].name, name, close);
    fail(0, "pass %s has no fault '%s'; 'slispc faults' lists them", pass_rows[pass].name, name);
}

/* The rules in their order, after none. */
static const char *const rules[] = {
    "",
#define RULE(code, ...) #code,
#include "verify/rules.def"
#undef RULE
};

int rule_named(const char *name) {
    for (size_t i = 1; i < sizeof rules / sizeof *rules; i++)
        if (!strcmp(rules[i], name)) return (int)i;
    return -1;
}
