/* canon.c - forms up to renumbering.
 *
 * The lists that stand for sets are sorted by number, so they cannot say which name comes first:
 * names are numbered by all other text, and only then is what is in sets alone.
 */
#include "canon.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    Table numbers; /* by old number, plus 1: the new one, plus 1 */
    VEC(uint32_t) old;
} Numbering;

typedef struct {
    Arena *arena;
    Numbering names, blocks;
} Canon;

static uint32_t number_of(Arena *a, Numbering *n, uint32_t old) {
    uintptr_t found = (uintptr_t)table_get(&n->numbers, (uint64_t)old + 1);
    if (found) return (uint32_t)found - 1;
    PUSH(a, n->old, old);
    table_put(&n->numbers, (uint64_t)old + 1, (void *)(uintptr_t)n->old.count);
    return n->old.count - 1;
}

static const Node *set_name(const Node *item) {
    return is_tree(item) && item->count ? item->kids[0] : item;
}

/* Lists whose order says nothing: each kid is a name, or a row that starts with one. (Lcore has
 * another `map`, of expressions.) */
static bool is_set(const Node *n) {
    static const Head sets[] = {H_kinds, H_intervals, H_live_in, H_live_out, H_roots,
                                H_last,  H_map,       H_in,      H_free};
    bool found = false;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        found |= is_form(n, sets[i]);
    for (uint32_t i = 0; found && i < n->count; i++)
        found = set_name(n->kids[i])->kind == N_NAME;
    return found;
}

static void find_numbers(Canon *c, const Node *n, bool in_sets) {
    if (n->kind == N_NAME) number_of(c->arena, &c->names, n->name.number);
    if (n->kind == N_BLOCK) number_of(c->arena, &c->blocks, n->block);
    if (!is_tree(n) || is_form(n, H_quote) || (!in_sets && is_set(n))) return;
    for (uint32_t i = 0; i < n->count; i++)
        find_numbers(c, n->kids[i], in_sets);
}

/* ---- building */

/* By number; a value that is in several places is there once for each. */
static int compare_items(const void *a, const void *b) {
    const Node *x = set_name(*(Node *const *)a), *y = set_name(*(Node *const *)b);
    if (x->name.number != y->name.number) return x->name.number < y->name.number ? -1 : 1;
    return x->head - y->head;
}

static Node *renumbered(Canon *c, Node *n) {
    if (n->kind == N_NAME) {
        Node *copy = node_copy(c->arena, n);
        copy->name.number = number_of(c->arena, &c->names, n->name.number);
        return copy;
    }
    if (n->kind == N_BLOCK) return node_block(c->arena, number_of(c->arena, &c->blocks, n->block));
    if (!is_tree(n) || is_form(n, H_quote)) return n;
    if (is_form(n, H_names))
        return list(c->arena, H_names, n->at,
                    node_int(c->arena, pos(n->kids[0]), c->names.old.count), NULL);
    Node *copy = n->kind == N_LIST
                     ? node_list(c->arena, (Head)n->head, n->at, n->kids, n->count)
                     : node_tree(c->arena, (NodeKind)n->kind, n->at, n->kids, n->count);
    for (uint32_t i = 0; i < copy->count; i++)
        copy->kids[i] = renumbered(c, copy->kids[i]);
    if (is_set(copy)) qsort(copy->kids, copy->count, sizeof *copy->kids, compare_items);
    return copy;
}

Canonical canonical(Arena *a, const Node *top) {
    Canon c = {.arena = a, .names.numbers.arena = a, .blocks.numbers.arena = a};
    find_numbers(&c, top, false);
    find_numbers(&c, top, true);
    Node *out = renumbered(&c, (Node *)(uintptr_t)top);
    return (Canonical){out, c.names.old.items, c.blocks.old.items, c.names.old.count,
                       c.blocks.old.count};
}

/* ---- comparing */

static bool same_atom(const Node *a, const Node *b) {
    if (a->kind != N_NAME) return node_equal(a, b);
    return a->name.number == b->name.number && a->is_typed == b->is_typed && a->head == b->head &&
           (a->is_typed || a->at == b->at);
}

bool same_canonical(const Node *a, const Node *b) {
    if (a->kind != b->kind) return false;
    if (!is_tree(a)) return same_atom(a, b);
    if (a->head != b->head || a->count != b->count) return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!same_canonical(a->kids[i], b->kids[i])) return false;
    return true;
}

bool same_but_for_numbers(const Node *a, const Node *b) {
    if (a == b || node_equal(a, b)) return true;
    Arena *arena = arena_new();
    bool same = same_canonical(canonical(arena, a).top, canonical(arena, b).top);
    arena_free(arena);
    return same;
}
