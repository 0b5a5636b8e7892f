/* soak_tally.c - what became of the mutants of one fault, as a line of the table. */
#include "soak.h"

#include <string.h>

void count_rule(Tally *t, const char *code, bool alone) {
    for (uint32_t i = 0; i < MOST_RULES; i++) {
        RuleCount *r = &t->rules[i];
        if (!r->count) memcpy(r->code, code, RULE_LENGTH);
        if (memcmp(r->code, code, RULE_LENGTH)) continue;
        r->count++;
        r->alone += alone;
        return;
    }
}

static void print_rules(const Tally *t, bool alone) {
    const char *between = "";
    for (uint32_t i = 0; i < MOST_RULES && t->rules[i].count; i++) {
        uint32_t count = alone ? t->rules[i].alone : t->rules[i].count;
        if (!count) continue;
        printf("%s%s %u", between, t->rules[i].code, count);
        between = ", ";
    }
}

void print_tally(FaultKind fault, const Tally *t) {
    printf("%s:%s: %u unchanged, %u rejected (", fault_rows[fault].pass, fault_rows[fault].name,
           t->unchanged, t->rejected);
    print_rules(t, false);
    printf("; by no other rule: ");
    print_rules(t, true);
    printf("; %u do something else), %u accepted and harmless, %u accepted and diverging\n",
           t->rejected_diverging, t->harmless, t->holes);
}
