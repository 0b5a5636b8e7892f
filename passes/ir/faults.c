/* faults.c - faults on demand. */
#include "faults.h"

#include <string.h>

const FaultRow fault_rows[FAULT_COUNT] = {
    [FAULT_NONE] = {"", "", "", ""},
#define FAULT(pass, id, name, rule, doc) [FAULT_##id] = {#pass, name, rule, doc},
#include "../faults.def"
#undef FAULT
};

FaultKind fault_named(const char *pass, const char *name) {
    if (!name) return FAULT_NONE;
    for (FaultKind k = FAULT_NONE + 1; k < FAULT_COUNT; k++)
        if (!strcmp(fault_rows[k].pass, pass) && !strcmp(fault_rows[k].name, name)) return k;
    fail(0, "pass %s has no fault '%s'; 'slispc faults %s' lists what it has", pass, name, pass);
}

Node *run_with_fault(Context *c, Node *function, const char *pass, FaultyPass *run) {
    FaultPlan plan = {.kind = fault_named(pass, c->inject), .target = UINT64_MAX};
    Node *out = run(c, function, &plan);
    if (!plan.seen) return out;
    plan.target = c->inject_seed % plan.seen;
    plan.seen = 0;
    return run(c, function, &plan);
}
