/* dialect.c - --dialect=seed: the few things that the first slisp did differently, so that its
 * programs run as they are.
 *
 *   (if 0 1 2)             => (if (call core/seed-true? (quote 0)) (quote 1) (quote 2)), which is 2
 *   (/ 7 2)                => (call core/seed-quotient (quote 7) (quote 2)), which is 3
 *   (vec 1 2), (set 1 1)   => collect their operands
 *   {:a 1 :a 2}            => (call core/hash-map ...): the last value wins
 */
#include "expand.h"

static bool is_on(const Expand *x) {
    return x->is_seed && !x->in_library;
}

Node *dialect_test(Expand *x, Node *e) {
    return is_on(x) ? core_call(x, 0, "seed-true?", e, NULL) : e;
}

Text dialect_name(const Expand *x, Text name) {
    static const char *const renamed[][2] = {
        {"/", "seed-quotient"}, {"vec", "vector"}, {"set", "hash-set"}};
    for (int i = 0; i < 3 && is_on(x); i++)
        if (name == text(renamed[i][0])) return text(renamed[i][1]);
    return name;
}

Node *dialect_literal(Expand *x, Pos at, const char *maker, NodeList operands) {
    if (!is_on(x)) return NULL;
    Node *function = global_symbol(x, 0, text("core"), text(maker));
    return make_call(x->arena, at, function, operands);
}
