/* reduce_tree.c - smaller and smaller trees (Zeller, Hildebrandt: Simplifying and Isolating
 * Failure-Inducing Input; Regehr et al.: Test-Case Reduction for C Compiler Bugs).
 *
 * The tree is a copy that is changed in place; a change after which it does not fail is taken back.
 * Rounds go on until one changes nothing: parts are left out, many at once first; a tree makes room
 * for a part of it or for nil; bindings are put in where they are used; numbers get smaller. */
#include "reduce.h"

#include <stdlib.h>
#include <string.h>

static bool is_over(const Round *s) {
    return s->r->tries >= s->r->most_tries;
}

static bool still_fails(Round *s) {
    if (is_over(s)) return false;
    s->r->tries++;
    if (!s->r->fails(s->r->context, s->root)) return false;
    s->progress = true;
    return true;
}

bool try_root(Round *s, Node *root) {
    Node *old = s->root;
    s->root = root;
    if (still_fails(s)) return true;
    s->root = old;
    return false;
}

/* ---- leaving parts out */

/* Leaves out `length` kids from `at` on if the tree still fails. */
static bool drop_kids(Round *s, Node *n, uint32_t at, uint32_t length) {
    uint32_t count = n->count;
    size_t behind = (count - at - length) * sizeof *n->kids;
    Node **kept = calloc(length, sizeof *kept);
    if (!kept) fail(0, "no memory left");
    memcpy(kept, n->kids + at, length * sizeof *kept);
    memmove(n->kids + at, n->kids + at + length, behind);
    n->count -= length;
    bool fails = still_fails(s);
    if (!fails) {
        memmove(n->kids + at + length, n->kids + at, behind);
        memcpy(n->kids + at, kept, length * sizeof *kept);
        n->count = count;
    }
    free(kept);
    return fails;
}

/* Halves, quarters, ... from the end, where others depend on nothing. */
static void drop_parts(Round *s, Node *n, uint32_t first, uint32_t step) {
    if (n->count < first + step) return;
    for (uint32_t length = (n->count - first) / step * step; length;
         length = length / 2 / step * step) {
        for (uint32_t end = n->count; end >= first + length && !is_over(s);) {
            uint32_t at = end - length;
            drop_kids(s, n, at, length);
            end = at;
        }
    }
}

/* ---- other trees in the place of one */

bool try_kid(Round *s, Node *parent, uint32_t i, Node *other) {
    Node *old = child(parent, i);
    if (node_equal(old, other)) return false;
    put_child(parent, i, other);
    if (still_fails(s)) return true;
    put_child(parent, i, old);
    return false;
}

static uint32_t weight(const Node *n) {
    uint32_t sum = 1;
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        sum += weight(child(n, i));
    return sum;
}

/* Smaller constants. */
static void shrink_constant(Round *s, Node *parent, uint32_t i) {
    Arena *a = s->r->arena;
    const Node *n = child(parent, i);
    if (n->kind == N_INT) {
        if (n->integer == 0 || try_kid(s, parent, i, node_int(a, n->at, 0))) return;
        if (n->integer == 1 || try_kid(s, parent, i, node_int(a, n->at, 1))) return;
        while (child(parent, i)->integer / 2 > 1 &&
               try_kid(s, parent, i, node_int(a, n->at, child(parent, i)->integer / 2))) {
        }
    }
    if (n->kind == N_DOUBLE && n->real != 0.5) try_kid(s, parent, i, node_double(a, n->at, 0.5));
    if (n->kind == N_STRING && text_length(n->text))
        try_kid(s, parent, i, node_text(a, N_STRING, n->at, text("")));
}

static bool is_symbol(const Node *n, const char *name) {
    return n->kind == N_SYMBOL && !strcmp(text_bytes(n->text), name);
}

/* A part of the tree stands for all of it; of a let's vector, an expression in it. */
static bool hoist(Round *s, Node *parent, uint32_t i) {
    Node *n = child(parent, i);
    for (uint32_t k = n->count; k-- > 0;) {
        Node *kid = child(n, k);
        if (!s->r->is_source && kid->kind > N_SET) continue;
        if (k == 0 && kid->kind == N_SYMBOL) continue;
        if (try_kid(s, parent, i, kid)) return true;
        for (uint32_t j = 0; kid->kind == N_VECTOR && j < kid->count; j++)
            if (is_tree(child(kid, j)) && try_kid(s, parent, i, child(kid, j))) return true;
    }
    return false;
}

static Node *with_symbol(Arena *a, const Node *n, Text name, const Node *value) {
    if (n->kind == N_SYMBOL && n->text == name) return node_copy(a, value);
    Node *copy = node_copy(a, n);
    for (uint32_t i = 0; is_tree(copy) && i < copy->count; i++)
        put_child(copy, i, with_symbol(a, child(copy, i), name, value));
    return copy;
}

/* (let [x e ...] body) without x, e where it was. */
static bool put_in(Round *s, Node *parent, uint32_t i) {
    Node *n = child(parent, i);
    if (n->kind != N_LIST || n->count < 3 || !is_symbol(child(n, 0), "let") ||
        child(n, 1)->kind != N_VECTOR || child(n, 1)->count < 2)
        return false;
    const Node *name = child(child(n, 1), 0), *value = child(child(n, 1), 1);
    if (name->kind != N_SYMBOL) return false;
    Node *copy = node_copy(s->r->arena, n);
    for (uint32_t k = 1; k < copy->count; k++)
        put_child(copy, k, with_symbol(s->r->arena, child(copy, k), name->text, value));
    Node *bindings = child(copy, 1);
    bindings->count -= 2;
    memmove(bindings->kids, bindings->kids + 2, bindings->count * sizeof *bindings->kids);
    return weight(copy) <= weight(n) + 4 &&
           try_kid(s, parent, i, bindings->count ? copy : child(copy, 2));
}

/* A call of a function that is defined as (defn f [x ...] body): the body with the arguments in it.
 */
static bool call_in(Round *s, Node *parent, uint32_t i) {
    Node *n = child(parent, i);
    if (n->kind != N_LIST || !n->count || child(n, 0)->kind != N_SYMBOL) return false;
    for (uint32_t t = 0; t < s->root->count; t++) {
        const Node *d = child(s->root, t);
        if (d->kind != N_LIST || d->count != 4 || !is_symbol(child(d, 0), "defn") ||
            !node_equal(child(d, 1), child(n, 0)))
            continue;
        const Node *parameters = child(d, 2);
        if (parameters->kind != N_VECTOR || parameters->count != n->count - 1) return false;
        Node *body = child(d, 3);
        for (uint32_t p = 0; p < parameters->count; p++)
            if (child(parameters, p)->kind != N_SYMBOL) return false;
        for (uint32_t p = 0; p < parameters->count; p++)
            body = with_symbol(s->r->arena, body, child(parameters, p)->text, child(n, p + 1));
        return body != child(d, 3) && weight(body) <= 4 * weight(n) + weight(d) &&
               try_kid(s, parent, i, body);
    }
    return false;
}

static bool replace_tree(Round *s, Node *parent, uint32_t i) {
    Arena *a = s->r->arena;
    Pos at = pos(child(parent, i));
    if (!s->r->is_source) {
        bool is_small = is_form(child(parent, i), H_quote);
        return !is_small &&
               (try_kid(s, parent, i, list(a, H_quote, at, node_simple(a, N_NIL, 0), NULL)) ||
                hoist(s, parent, i));
    }
    return try_kid(s, parent, i, node_simple(a, N_NIL, at)) ||
           try_kid(s, parent, i, node_int(a, at, 0)) || hoist(s, parent, i) ||
           put_in(s, parent, i) || call_in(s, parent, i);
}

/* ---- rounds */

static void shrink_kids(Round *s, Node *n, bool is_root) {
    uint32_t first = is_root && !s->r->is_source ? 1 : 0;
    drop_parts(s, n, first, 2);
    drop_parts(s, n, first, 1);
    for (uint32_t i = first; i < n->count && !is_over(s); i++) {
        Node *kid = child(n, i);
        if (!is_tree(kid)) {
            shrink_constant(s, n, i);
            continue;
        }
        if (!is_root)
            while (is_tree(child(n, i)) && replace_tree(s, n, i)) {
            }
        else if (s->r->is_source)
            while (is_tree(child(n, i)) && (hoist(s, n, i) || put_in(s, n, i))) {
            }
        if (is_tree(child(n, i))) shrink_kids(s, child(n, i), false);
    }
}

Node *reduced_tree(TreeReduction *r, Node *tree) {
    Round s = {.r = r, .root = node_copy(r->arena, tree)};
    do {
        s.progress = false;
        if (!r->is_source) reduce_dump(&s);
        shrink_kids(&s, s.root, true);
    } while (s.progress && !is_over(&s));
    return s.root;
}
