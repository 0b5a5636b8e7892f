/* soak_forms.c - the forms of one function, right or with a fault. */
#include "soak.h"

#include "change/change.h"

enum { FIRST = PASS_select, LAST = PASS_emit };

int pass_of_fault(FaultKind fault) {
    return pass_named(fault_rows[fault].pass);
}

bool is_soaked(int pass) {
    return pass >= FIRST && pass <= LAST;
}

static Node *run_pass(Context *c, int pass, Node *form, FaultKind fault, uint64_t seed) {
    bug_pass = pass_rows[pass].name;
    Node *out = run_with(c, pass, form, fault, seed);
    GrammarError e = language_check(pass_rows[pass].to, NT_Top, out);
    if (e.node)
        bug(e.node, "the output is not of language %s: this is no %s",
            language_name(pass_rows[pass].to), e.wanted);
    bug_pass = NULL;
    return out;
}

static void run_up_to(Context *c, Forms *f, int from, int to) {
    for (int p = from; p <= to; p++)
        f->after[p] =
            p == PASS_verify ? f->after[p - 1] : run_pass(c, p, f->after[p - 1], FAULT_NONE, 0);
}

void run_right(Context *c, Forms *f, Node *function) {
    f->after[FIRST] = function;
    run_up_to(c, f, FIRST + 1, LAST);
}

Forms run_wrong(Context *c, const Forms *right, FaultKind fault, uint64_t seed) {
    int pass = pass_of_fault(fault);
    Forms wrong = *right;
    wrong.after[pass] = pass == FIRST
                            ? changed_form(c->arena, fault, right->after[FIRST], seed, false)
                            : run_pass(c, pass, right->after[pass - 1], fault, seed);
    if (!node_equal(wrong.after[pass], right->after[pass]))
        run_up_to(c, &wrong, pass + 1, PASS_frame);
    else
        wrong = *right;
    return wrong;
}

bool is_unchanged(const Forms *right, const Forms *wrong, FaultKind fault) {
    int last = pass_of_fault(fault) == PASS_emit ? PASS_emit : PASS_frame;
    return node_equal(right->after[last], wrong->after[last]);
}
