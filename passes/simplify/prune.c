/* prune.c - leaves out what is pure and not used.
 *
 * A term is walked from its end to its start, so that all uses of a name have been seen when its
 * binding is reached: one walk finds whole chains of dead bindings.
 */
#include "simplify.h"

typedef struct {
    Simplifier *s;
    uint32_t *uses; /* by number of the name, in what is kept */
} Prune;

static bool all_pure(Node *const *kids, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (!is_pure(kids[i])) return false;
    return true;
}

static bool bindings_are_pure(const Node *bindings) {
    for (uint32_t i = 0; i < bindings->count; i++)
        if (!is_pure(bindings->kids[i]->kids[1])) return false;
    return true;
}

bool is_pure(const Node *e) {
    if (!is_tree(e)) return true;
    switch (e->head) {
    case H_quote: case H_fn: return true;
    case H_if: case H_do: return all_pure(e->kids, e->count);
    case H_let: return bindings_are_pure(e->kids[0]) && is_pure(e->kids[1]);
    case H_letrec: return is_pure(e->kids[1]);
    case H_prim:
        return !(prim_rows[e->kids[0]->head].effects & (WRITES | THROWS)) &&
               all_pure(e->kids + 1, e->count - 1);
    default: return false;
    }
}

static Node *keep(Prune *p, Node *e);

static Node *copy(Prune *p, Node *e) {
    Node *out = node_tree(p->s->arena, (NodeKind)e->kind, pos(e), e->kids, e->count);
    out->head = e->head;
    return out;
}

/* [x e] with e pruned. */
static Node *keep_binding(Prune *p, Node *b) {
    Node *out = copy(p, b);
    out->kids[1] = keep(p, b->kids[1]);
    return out;
}

static Node *rebuilt_let(Prune *p, Node *e, Node **kept, uint32_t count, Node *body) {
    if (count == 0) return body;
    Node *bindings = node_tree(p->s->arena, N_VECTOR, pos(e->kids[0]), kept, count);
    return list(p->s->arena, (Head)e->head, pos(e), bindings, body, NULL);
}

static Node *keep_let(Prune *p, Node *e) {
    Node *bindings = e->kids[0], *body = keep(p, e->kids[1]);
    Node **kept = NEW_ARRAY(p->s->scratch, Node *, bindings->count);
    Node **first = kept + bindings->count;
    for (uint32_t i = bindings->count; i-- > 0;) {
        Node *b = bindings->kids[i];
        if (p->uses[b->kids[0]->name.number] > 0 || !is_pure(b->kids[1]))
            *--first = keep_binding(p, b);
    }
    return rebuilt_let(p, e, first, (uint32_t)(kept + bindings->count - first), body);
}

/* Of functions that see each other, those that the body leads to. */
static Node *keep_letrec(Prune *p, Node *e) {
    Node *bindings = e->kids[0], *body = keep(p, e->kids[1]);
    Node **kept = NEW_ARRAY(p->s->scratch, Node *, bindings->count);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < bindings->count; i++) {
            Node *b = bindings->kids[i];
            if (kept[i] || p->uses[b->kids[0]->name.number] == 0) continue;
            kept[i] = keep_binding(p, b);
            changed = true;
        }
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < bindings->count; i++)
        if (kept[i]) kept[count++] = kept[i];
    return rebuilt_let(p, e, kept, count, body);
}

static Node *keep_loop(Prune *p, Node *e) {
    Node *out = copy(p, e), *bindings = copy(p, e->kids[1]);
    out->kids[2] = keep(p, e->kids[2]);
    for (uint32_t i = bindings->count; i-- > 0;)
        bindings->kids[i] = keep_binding(p, bindings->kids[i]);
    out->kids[1] = bindings;
    return out;
}

/* The steps whose values are dropped stay only for their effects. */
static Node *keep_do(Prune *p, Node *e) {
    Nodes steps = {0};
    for (uint32_t i = 0; i < e->count; i++)
        if (i + 1 == e->count || !is_pure(e->kids[i])) PUSH(p->s->scratch, steps, e->kids[i]);
    for (uint32_t i = steps.count; i-- > 0;)
        steps.items[i] = keep(p, steps.items[i]);
    return steps.count == 1 ? steps.items[0]
                            : node_list(p->s->arena, H_do, pos(e), steps.items, steps.count);
}

/* The last kid of an arity, a catch or a finally is its body. */
static Node *keep_last(Prune *p, Node *e) {
    Node *out = copy(p, e);
    out->kids[e->count - 1] = keep(p, e->kids[e->count - 1]);
    return out;
}

static Node *keep_kids(Prune *p, Node *e, uint32_t first) {
    Node *out = copy(p, e);
    for (uint32_t i = e->count; i-- > first;)
        out->kids[i] = keep(p, e->kids[i]);
    return out;
}

static Node *keep(Prune *p, Node *e) {
    if (e->kind == N_NAME) p->uses[e->name.number]++;
    if (!is_tree(e)) return e;
    switch (e->head) {
    case H_quote: return e;
    case H_let: return keep_let(p, e);
    case H_letrec: return keep_letrec(p, e);
    case H_loop: return keep_loop(p, e);
    case H_do: return keep_do(p, e);
    case H_arity: case H_rest: case H_catch: case H_finally: return keep_last(p, e);
    case H_fn: case H_recur: case H_prim: case H_set_global: return keep_kids(p, e, 1);
    default: return keep_kids(p, e, 0);
    }
}

Node *pruned(Simplifier *s, Node *e, uint32_t names) {
    Prune p = {s, NEW_ARRAY(s->scratch, uint32_t, names)};
    return keep(&p, e);
}
