/* inject.c - runs a pass, right or with one fault: made in the pass, or in what it gave; or has it
 * fail altogether. */
#include "change/change.h"
#include "pipeline.h"

#include <signal.h>
#include <string.h>

static const char *const failures[] = {"crash", "no-form"};

bool is_failure(const char *name) {
    return name && (!strcmp(name, failures[0]) || !strcmp(name, failures[1]));
}

Node *failed_pass(Arena *arena, const char *name) {
    if (!strcmp(name, failures[0])) raise(SIGSEGV);
    return node_simple(arena, N_NIL, 0);
}

Node *run_with(Context *c, int p, Node *form, FaultKind fault, uint64_t seed) {
    bool changes = is_change(fault);
    c->inject = fault && !changes ? fault_rows[fault].name : NULL;
    c->inject_seed = seed;
    Node *out = pass_rows[p].run(c, form);
    c->inject = NULL; /* it is for this pass alone */
    if (changes && out && !error_count(c->diagnostics))
        out = changed_form(c->arena, fault, out, seed, c->inject_library);
    arena_reset(c->scratch);
    return out;
}
