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
    Arena *arena;
    Table seen; /* old number plus 1 -> the name that got a new one */
    uint32_t next;
} Numbering;

static Node *renumbered_name(Numbering *n, Node *x) {
    uint64_t key = (uint64_t)x->name.number + 1;
    Node *renumbered = table_get(&n->seen, key);
    if (renumbered) return renumbered;
    renumbered = node_name(n->arena, x->name.hint, n->next++);
    table_put(&n->seen, key, renumbered);
    return renumbered;
}

static Node *renumbered(Numbering *n, Node *e) {
    if (e->kind == N_NAME) return renumbered_name(n, e);
    if (!is_tree(e) || is_form(e, H_quote)) return e;
    NodeList kids = kids_of(e);
    Node **out = NEW_ARRAY(n->arena, Node *, kids.count);
    for (uint32_t i = 0; i < kids.count; i++)
        out[i] = renumbered(n, kids.items[i]);
    return node_like(n->arena, e, e->at, nodes(out, kids.count, e->at));
}

/* Numbers by first appearance in what stands behind (names n). */
static uint32_t renumber(Converter *c, Node *function) {
    Numbering n = {.arena = c->arena, .seen = {.arena = c->scratch}};
    for (uint32_t i = 2; i < function->count; i++)
        function->kids[i] = renumbered(&n, function->kids[i]);
    return n.next;
}

void settle_numbers(Converter *c) {
    bool is_large = c->functions.count > 1 && c->next > MOST_SHARED;
    for (uint32_t i = 0; i < c->functions.count; i++) {
        Node *function = c->functions.items[i];
        function->kids[1]->kids[0]->integer = is_large ? renumber(c, function) : c->next;
    }
}
