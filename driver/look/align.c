/* align.c - which lines of two texts belong together.
 *
 * First the longest common subsequence of lines that have the same shape, where such count more
 * whose names are also defined by lines of the same shape. Then the pairs elect which name is
 * which: the couples of names that occur most often are taken first. A pair that disagrees is none.
 */
#include "align.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    Arena *arena;
    const Lines *sides[2];
    uint64_t *prints[2]; /* by line: its shape and those of the lines that define its names */
    Pairs pairs;
} Align;

static uint64_t token_key(const Token *t) {
    return ((uint64_t)t->kind << 32 | t->number) + 1;
}

/* A name is taken to be defined where it is first. */
static uint64_t *fingerprints(Arena *a, const Lines *lines) {
    Table defined = {.arena = a};
    uint64_t *prints = NEW_ARRAY(a, uint64_t, lines->count + 1);
    for (uint32_t i = 0; i < lines->count; i++) {
        const Line *l = &lines->items[i];
        uint64_t hash = l->shape;
        for (uint32_t k = 0; k < l->tokens.count; k++) {
            if (l->tokens.items[k].kind != TOKEN_NAME) continue;
            const Line *by = table_get(&defined, token_key(&l->tokens.items[k]));
            if (!by) table_put(&defined, token_key(&l->tokens.items[k]), (void *)(uintptr_t)l);
            hash = hash * 31 + (by ? by->shape : 0);
        }
        prints[i] = hash;
    }
    return prints;
}

/* ---- the subsequence */

enum { SKIP_LEFT, SKIP_RIGHT, TAKE };

static uint32_t weight(const Align *a, uint32_t i, uint32_t k) {
    if (a->sides[0]->items[i].shape != a->sides[1]->items[k].shape) return 0;
    return a->prints[0][i] == a->prints[1][k] ? 3 : 2;
}

static void add_pair(Align *a, uint32_t i, uint32_t k) {
    Pair p = {i, k};
    PUSH(a->arena, a->pairs, p);
}

/* Lines i0 up to i1 with k0 up to k1, by dynamic programming from the end. */
static void align_range(Align *a, uint32_t i0, uint32_t i1, uint32_t k0, uint32_t k1) {
    uint32_t n = i1 - i0, m = k1 - k0, i, k;
    uint8_t *choices = malloc((size_t)n * m + 1);
    uint32_t *rows[2] = {calloc((size_t)m + 1, sizeof(uint32_t)),
                         calloc((size_t)m + 1, sizeof(uint32_t))};
    if (!choices || !rows[0] || !rows[1]) fail(0, "no memory left");
    for (i = n; i-- > 0;) {
        uint32_t *row = rows[i & 1], *below = rows[~i & 1];
        row[m] = 0;
        for (k = m; k-- > 0;) {
            uint32_t w = weight(a, i0 + i, k0 + k), taken = w ? w + below[k + 1] : 0;
            bool down = below[k] >= row[k + 1];
            row[k] = down ? below[k] : row[k + 1];
            choices[(size_t)i * m + k] = down ? SKIP_LEFT : SKIP_RIGHT;
            if (w && taken >= row[k]) {
                row[k] = taken;
                choices[(size_t)i * m + k] = TAKE;
            }
        }
    }
    for (i = 0, k = 0; i < n || k < m;) {
        uint8_t choice = i == n ? SKIP_RIGHT : k == m ? SKIP_LEFT : choices[(size_t)i * m + k];
        add_pair(a, choice == SKIP_RIGHT ? NO_LINE : i0 + i,
                 choice == SKIP_LEFT ? NO_LINE : k0 + k);
        i += choice != SKIP_RIGHT;
        k += choice != SKIP_LEFT;
    }
    free(choices);
    free(rows[0]);
    free(rows[1]);
}

/* What is the same at the start and at the end needs no search; what is too long is replaced whole.
 */
static void find_pairs(Align *a) {
    enum { MOST_CELLS = 1 << 28 };
    uint32_t n = a->sides[0]->count, m = a->sides[1]->count, start = 0, end = 0;
    while (start < n && start < m && weight(a, start, start) == 3)
        start++;
    while (end < n - start && end < m - start && weight(a, n - 1 - end, m - 1 - end) == 3)
        end++;
    for (uint32_t i = 0; i < start; i++)
        add_pair(a, i, i);
    if ((uint64_t)(n - start - end) * (m - start - end) < MOST_CELLS) {
        align_range(a, start, n - end, start, m - end);
    } else {
        align_range(a, start, n - end, m - end, m - end);
        align_range(a, n - end, n - end, start, m - end);
    }
    for (uint32_t i = end; i-- > 0;)
        add_pair(a, n - 1 - i, m - 1 - i);
}

/* ---- which name is which */

typedef struct {
    uint64_t left, right; /* keys of tokens */
    uint32_t votes, first;
} Couple;
typedef VEC(Couple) Couples;

static void vote(Align *a, Couples *couples, Table *found, const Token *l, const Token *r) {
    uint64_t key = (token_key(l) * 0x9e3779b97f4a7c15u ^ token_key(r)) | 1;
    Couple *c = table_get(found, key);
    if (!c) {
        Couple new = {token_key(l), token_key(r), 0, couples->count};
        PUSH(a->arena, *couples, new);
        c = NEW(a->arena, Couple);
        *c = new;
        table_put(found, key, c);
    }
    couples->items[c->first].votes++;
}

static int compare_votes(const void *a, const void *b) {
    const Couple *x = a, *y = b;
    if (x->votes != y->votes) return x->votes > y->votes ? -1 : 1;
    return x->first < y->first ? -1 : 1;
}

static void elect(Align *a, Table partners[2]) {
    Couples couples = {0};
    Table found = {.arena = a->arena};
    for (uint32_t i = 0; i < a->pairs.count; i++) {
        Pair p = a->pairs.items[i];
        if (p.left == NO_LINE || p.right == NO_LINE) continue;
        const Line *l = &a->sides[0]->items[p.left], *r = &a->sides[1]->items[p.right];
        for (uint32_t k = 0; k < l->tokens.count; k++)
            if (l->tokens.items[k].kind != TOKEN_TEXT)
                vote(a, &couples, &found, &l->tokens.items[k], &r->tokens.items[k]);
    }
    if (couples.count) qsort(couples.items, couples.count, sizeof *couples.items, compare_votes);
    for (uint32_t i = 0; i < couples.count; i++) {
        Couple *c = &couples.items[i];
        if (table_get(&partners[0], c->left) || table_get(&partners[1], c->right)) continue;
        table_put(&partners[0], c->left, (void *)(uintptr_t)c->right);
        table_put(&partners[1], c->right, (void *)(uintptr_t)c->left);
    }
}

static bool agrees(const Align *a, const Table *partners, Pair p) {
    const Line *l = &a->sides[0]->items[p.left], *r = &a->sides[1]->items[p.right];
    for (uint32_t k = 0; k < l->tokens.count; k++)
        if (l->tokens.items[k].kind != TOKEN_TEXT &&
            (uintptr_t)table_get(partners, token_key(&l->tokens.items[k])) !=
                token_key(&r->tokens.items[k]))
            return false;
    return true;
}

Pairs align_lines(Arena *arena, const Lines *left, const Lines *right) {
    Align a = {.arena = arena,
               .sides = {left, right},
               .prints = {fingerprints(arena, left), fingerprints(arena, right)}};
    Table partners[2] = {{.arena = arena}, {.arena = arena}};
    Pairs out = {0};
    find_pairs(&a);
    elect(&a, partners);
    for (uint32_t i = 0; i < a.pairs.count; i++) {
        Pair p = a.pairs.items[i], alone[2] = {{p.left, NO_LINE}, {NO_LINE, p.right}};
        if (p.left == NO_LINE || p.right == NO_LINE || agrees(&a, &partners[0], p)) {
            PUSH(arena, out, p);
        } else {
            PUSH(arena, out, alone[0]);
            PUSH(arena, out, alone[1]);
        }
    }
    return out;
}
