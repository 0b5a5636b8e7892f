/* numbers.c - what the names of lifted functions are numbered by.
 *
 * A function keeps the numbers of the form that it was lifted out of, so that a name can be
 * followed from pass to pass. Later passes have a row for each number up to (names n): out of a
 * large form with many functions each gets numbers of its own, else their rows together would be
 * the square of it.
 */
#include "closures.h"

enum { MOST_SHARED = 256 };

typedef struct {
    Renaming renaming;
    Table seen; /* old number plus 1 -> the name that got a new one */
    uint32_t next;
} Numbering;

static Node *renumbered_name(Renaming *r, const Node *x) {
    Numbering *n = (Numbering *)r;
    uint64_t key = (uint64_t)x->name.number + 1;
    Node *renumbered = table_get(&n->seen, key);
    if (renumbered) return renumbered;
    renumbered = node_name(r->arena, x->name.hint, n->next++);
    table_put(&n->seen, key, renumbered);
    return renumbered;
}

/* Numbers by first appearance. */
static Node *renumbered(Closures *c, Node *function, uint32_t *next) {
    Numbering n = {{c->arena, 0, renumbered_name}, .seen = {.arena = c->scratch}};
    Node *out = copy_renamed(&n.renaming, function);
    *next = n.next;
    return out;
}

static Node *settled(Closures *c, Node *function, bool is_large) {
    uint32_t next = c->next;
    if (is_large) function = renumbered(c, function, &next);
    FunctionForm f = as_function(function);
    f.names = node_int(c->arena, function->at, next);
    return remake_function(c->arena, function, f);
}

void settle_numbers(Closures *c, uint32_t first) {
    uint32_t functions = 0;
    for (uint32_t i = first; i < c->tops.count; i++)
        functions += is_form(top_inner(c->tops.items[i]), H_function);
    bool is_large = functions > 1 && c->next > MOST_SHARED;
    for (uint32_t i = first; i < c->tops.count; i++) {
        Node *top = c->tops.items[i], *inner = top_inner(top);
        if (is_form(inner, H_function))
            c->tops.items[i] = top_with(c->arena, top, settled(c, inner, is_large));
    }
}
