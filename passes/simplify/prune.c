/* prune.c - leaves out what is pure and not used.
 *
 * Bindings and steps are walked from the last to the first, so that all uses of a name have been
 * seen when its binding is reached: one walk finds whole chains of dead bindings.
 */
#include "simplify.h"

typedef struct {
    Walk walk;
    uint32_t *uses; /* by number of the name, in what is kept */
} Prune;

/* ---- what has no effect */

static bool all_pure(NodeList terms) {
    for (uint32_t i = 0; i < terms.count; i++)
        if (!is_pure(terms.items[i])) return false;
    return true;
}

static bool bindings_are_pure(NodeList bindings) {
    for (uint32_t i = 0; i < bindings.count; i++)
        if (!is_pure(as_binding(bindings.items[i]).value)) return false;
    return true;
}

static bool branches_are_pure(IfForm f) {
    return is_pure(f.test) && is_pure(f.then) && is_pure(f.otherwise);
}

static bool primitive_is_pure(PrimForm f) {
    return !(prim_rows[f.operation->head].effects & (WRITES | THROWS)) && all_pure(f.operands);
}

bool is_pure(const Node *e) {
    switch (Lloop_Expr_of(e)) {
    case Lloop_Expr_NAME:
    case Lloop_Expr_GLOBAL:
    case Lloop_Expr_quote:
    case Lloop_Expr_fn: return true;
    case Lloop_Expr_if: return branches_are_pure(as_if(e));
    case Lloop_Expr_do: return all_pure(as_do(e).steps);
    case Lloop_Expr_let: return bindings_are_pure(as_let(e).bindings) && is_pure(as_let(e).body);
    case Lloop_Expr_letrec: return is_pure(as_letrec(e).body);
    case Lloop_Expr_prim: return primitive_is_pure(as_prim(e));
    case Lloop_Expr_loop:
    case Lloop_Expr_recur:
    case Lloop_Expr_call:
    case Lloop_Expr_try:
    case Lloop_Expr_set_global: return false;
    }
    return false;
}

/* ---- what is kept */

static Node *use(Walk *w, Node *x) {
    ((Prune *)w)->uses[x->name.number]++;
    return x;
}

static bool is_used(const Prune *p, Node *binding) {
    return p->uses[as_binding(binding).name->name.number] > 0;
}

static Node *keep_binding(Prune *p, Node *binding) {
    BindingForm b = as_binding(binding);
    b.value = walk_operand(&p->walk, b.value);
    return remake_binding(p->walk.arena, binding, b);
}

static Node *keep_let(Prune *p, Node *e) {
    LetForm let = as_let(e);
    NodeList bindings = let.bindings;
    let.body = walk_operand(&p->walk, let.body);
    Node **kept = NEW_ARRAY(p->walk.arena, Node *, bindings.count), **first = kept + bindings.count;
    for (uint32_t i = bindings.count; i-- > 0;)
        if (is_used(p, bindings.items[i]) || !is_pure(as_binding(bindings.items[i]).value))
            *--first = keep_binding(p, bindings.items[i]);
    uint32_t count = (uint32_t)(kept + bindings.count - first);
    if (count == 0) return let.body;
    let.bindings = nodes(first, count, bindings.at);
    return remake_let(p->walk.arena, e, let);
}

/* Of functions that see each other, those that the body leads to. */
static Node *keep_letrec(Prune *p, Node *e) {
    LetrecForm f = as_letrec(e);
    NodeList bindings = f.bindings;
    f.body = walk_operand(&p->walk, f.body);
    Node **kept = NEW_ARRAY(p->walk.arena, Node *, bindings.count);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < bindings.count; i++) {
            if (kept[i] || !is_used(p, bindings.items[i])) continue;
            kept[i] = keep_binding(p, bindings.items[i]);
            changed = true;
        }
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < bindings.count; i++)
        if (kept[i]) kept[count++] = kept[i];
    if (count == 0) return f.body;
    f.bindings = nodes(kept, count, bindings.at);
    return remake_letrec(p->walk.arena, e, f);
}

/* The steps whose values are dropped stay only for their effects. */
static Node *keep_do(Prune *p, Node *e) {
    NodeList steps = as_do(e).steps;
    Node **kept = NEW_ARRAY(p->walk.arena, Node *, steps.count), **first = kept + steps.count;
    for (uint32_t i = steps.count; i-- > 0;)
        if (i + 1 == steps.count || !is_pure(steps.items[i]))
            *--first = walk_operand(&p->walk, steps.items[i]);
    uint32_t count = (uint32_t)(kept + steps.count - first);
    return count == 1 ? *first : make_do(p->walk.arena, e->at, nodes(first, count, e->at));
}

static Node *keep(Walk *w, Node *e) {
    Prune *p = (Prune *)w;
    if (is_form(e, H_let)) return keep_let(p, e);
    if (is_form(e, H_letrec)) return keep_letrec(p, e);
    if (is_form(e, H_do)) return keep_do(p, e);
    return walk_parts(w, e);
}

Node *pruned(Simplify *s, Node *e, uint32_t names) {
    Prune p = {.walk = {.arena = s->arena, .visit = keep, .use = use},
               .uses = NEW_ARRAY(s->scratch, uint32_t, names)};
    return keep(&p.walk, e);
}
