/* facts.c - see facts.h. */
#include "facts.h"

Facts *facts_new(Arena *a, uint32_t names) {
    Facts *f = NEW(a, Facts);
    f->arena = a;
    f->count = names;
    f->kinds = NEW_ARRAY(a, Kinds, names + 1);
    f->bound = NEW_ARRAY(a, const Node *, names + 1);
    for (uint32_t i = 0; i < names; i++)
        f->kinds[i] = K_ANY;
    return f;
}

static bool has_facts(const Facts *f, const Node *a) {
    return a->kind == N_NAME && a->name.number < f->count;
}

Kinds facts_of(const Facts *f, const Node *a) {
    return has_facts(f, a) ? f->kinds[a->name.number] : (Kinds)K_ANY;
}

void facts_bind(Facts *f, const Node *name, const Node *e) {
    if (!has_facts(f, name)) return;
    f->bound[name->name.number] = e;
    if (is_form(e, H_prim)) facts_add(f, name, given_kinds((Prim)as_prim(e).operation->head));
}

void facts_add(Facts *f, const Node *a, Kinds kinds) {
    if (!has_facts(f, a) || !(f->kinds[a->name.number] & ~kinds)) return;
    PUSH(f->arena, f->trail, ((Fact){a->name.number, f->kinds[a->name.number]}));
    f->kinds[a->name.number] &= kinds;
}

void facts_forget(Facts *f, uint32_t mark) {
    while (f->trail.count > mark) {
        Fact last = f->trail.items[--f->trail.count];
        f->kinds[last.name] = last.before;
    }
}

static bool is_constant(const Node *e, bool truth) {
    return is_form(e, H_quote) && is_truthy(as_quote(e).datum) == truth;
}

/* Can the branch `e` of (if test ...), taken when the test gives `side`, not give `outcome`? The
 * test itself is there for its value in (or test ...) and (and test ...). */
static bool excludes(const Node *e, const Node *test, bool side, bool outcome) {
    return same_name(e, test) ? side != outcome : is_constant(e, !outcome);
}

static void assume(Facts *f, const Node *e, bool outcome, int depth);

static void assume_branch(Facts *f, const Node *test, bool side, const Node *branch, bool outcome,
                          int depth) {
    assume(f, test, side, depth);
    if (!same_name(branch, test)) assume(f, branch, outcome, depth);
}

static void assume_primitive(Facts *f, PrimForm e, bool outcome, int depth) {
    Prim prim = (Prim)e.operation->head;
    Kinds kinds = tested_kinds(prim);
    if (kinds) facts_add(f, e.operands.items[0], outcome ? kinds : K_ANY & ~kinds);
    if (prim == P_not) assume(f, e.operands.items[0], !outcome, depth);
}

static void assume_if(Facts *f, IfForm e, bool outcome, int depth) {
    if (excludes(e.otherwise, e.test, false, outcome))
        assume_branch(f, e.test, true, e.then, outcome, depth);
    else if (excludes(e.then, e.test, true, outcome))
        assume_branch(f, e.test, false, e.otherwise, outcome, depth);
}

/* What it means that `e` came out true or false; conditions that are nested deeper tell no more. */
static void assume(Facts *f, const Node *e, bool outcome, int depth) {
    if (depth == 0) return;
    if (e->kind == N_NAME) {
        facts_add(f, e, outcome ? K_ANY & ~(Kinds)K_NIL : K_NIL | K_BOOL);
        if (has_facts(f, e) && f->bound[e->name.number])
            assume(f, f->bound[e->name.number], outcome, depth - 1);
    } else if (is_form(e, H_prim)) {
        assume_primitive(f, as_prim(e), outcome, depth - 1);
    } else if (is_form(e, H_let)) {
        assume(f, as_let(e).body, outcome, depth - 1);
    } else if (is_form(e, H_if)) {
        assume_if(f, as_if(e), outcome, depth - 1);
    }
}

void facts_assume(Facts *f, const Node *test, bool outcome) {
    enum { DEEPEST = 40 };
    assume(f, test, outcome, DEEPEST);
}

void facts_passed(Facts *f, const Node *primitive) {
    PrimForm e = as_prim(primitive);
    for (uint32_t i = 0; i < e.operands.count; i++) {
        char letter = prim_letter((Prim)e.operation->head, i);
        facts_add(f, e.operands.items[i], operand_kinds(letter));
    }
}
