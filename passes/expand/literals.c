/* literals.c - quoted data and the literals of collections.
 *
 * Only scalars stay in (quote ...); a quoted collection becomes the calls that make it. So every
 * later pass has one kind of constant.
 */
#include "expand.h"

/* ---- literal duplicates are errors of reading: {:a 1 :a 2}, #{1 1} */

static void report_duplicate(Expander *x, const Node *n, const char *what) {
    Buffer b = {0};
    print_flat(&b, n);
    error_at(x->diagnostics, pos(n), "SL0013", "%s %.*s stands in this literal twice", what,
             b.length > 60 ? 60 : (int)b.length, b.bytes);
    buffer_free(&b);
}

uint64_t datum_hash(const Node *n) {
    uint64_t h = ((uint64_t)n->kind + 1) * 0x9e3779b97f4a7c15u;
    if (!is_tree(n)) return (h ^ (uint64_t)n->integer) * 0xff51afd7ed558ccdu;
    for (uint32_t i = 0; i < n->count; i++)
        h = (h ^ datum_hash(n->kids[i])) * 0x100000001b3u;
    return h;
}

/* #(...) and #"..." make a new value each time. */
static bool makes_anew(const Node *n) {
    if (n->kind == N_REGEX) return true;
    if (!is_tree(n)) return false;
    bool found = n->kind == N_LIST && n->count && n->kids[0]->kind == N_SYMBOL &&
                 n->kids[0]->text == text("fn-literal");
    for (uint32_t i = 0; i < n->count && !found; i++)
        found = makes_anew(n->kids[i]);
    return found;
}

/* Every step-th kid differs from the others, as source text. */
static void check_distinct(Expander *x, const Node *form, uint32_t step, const char *what) {
    Table seen = {.arena = x->scratch};
    if (x->is_seed) return;
    for (uint32_t i = 0; i < form->count; i += step) {
        Node *kid = form->kids[i];
        uint64_t key = datum_hash(kid) | 1;
        const Node *before = table_put(&seen, key, kid);
        if (before && node_equal(before, kid) && !makes_anew(kid)) report_duplicate(x, kid, what);
    }
}

static bool is_even_map(Expander *x, const Node *form) {
    if (form->count % 2 == 0) return true;
    error_at(x->diagnostics, pos(form), "SL0014", "this map has a key without a value");
    return false;
}

/* ---- evaluated literals */

/* The operands of one literal travel together; larger ones are made in pieces. What is computed waits
 * in a stack slot until its piece is complete, a constant does not. */
enum { MOST_OPERANDS = 256, MOST_COMPUTED = 64 };

static Node **expand_parts(Expander *x, Node *form, Expansion *part) {
    Node **kids = NEW_ARRAY(x->scratch, Node *, form->count);
    for (uint32_t i = 0; i < form->count; i++)
        kids[i] = part(x, form->kids[i]);
    return kids;
}

/* How many of the operands are made in one piece. */
static uint32_t piece_of(Node *const *kids, uint32_t count) {
    uint32_t i = 0;
    for (uint32_t computed = 0; i < count && i < MOST_OPERANDS && computed < MOST_COMPUTED; i++)
        computed += !is_form(kids[i], H_quote);
    return i;
}

/* Pieces are joined two by two, so that no value waits for many others. */
static Node *joined(Expander *x, Pos at, Node *const *pieces, uint32_t count) {
    if (count == 1) return pieces[0];
    Node *first = joined(x, at, pieces, count / 2);
    return core_call(x, at, "%vec-concat", first,
                     joined(x, at, pieces + count / 2, count - count / 2), NULL);
}

/* (vector e ...), for more than one piece (%vec-concat (vector e ...) (vector e ...)). */
static Node *vector_of(Expander *x, Pos at, Node **kids, uint32_t count) {
    Nodes pieces = {0};
    for (uint32_t i = 0, n = 0; i < count || !pieces.count; i += n) {
        n = piece_of(kids + i, count - i);
        PUSH(x->scratch, pieces, node_list(x->arena, H_vector, at, kids + i, n));
    }
    return joined(x, at, pieces.items, pieces.count);
}

/* A map or set of more than one piece is made from a vector. */
static Node *literal(Expander *x, Node *form, Head head, Expansion *part) {
    Node **kids = expand_parts(x, form, part);
    Pos at = place_for(x, form);
    uint32_t count = form->count;
    Node *in_dialect = dialect_literal(x, at, head, kids, count);
    if (in_dialect) return in_dialect;
    if (piece_of(kids, count) == count) return node_list(x->arena, head, at, kids, count);
    Node *elements = vector_of(x, at, kids, count);
    if (head == H_map) return core_call(x, at, "map-of-pairs", elements, NULL);
    return core_call(x, at, "into", node_list(x->arena, head, at, NULL, 0), elements, NULL);
}

static Node *vector_literal(Expander *x, Node *form, Expansion *part) {
    return vector_of(x, place_for(x, form), expand_parts(x, form, part), form->count);
}

static Node *map_literal(Expander *x, Node *form, Expansion *part) {
    if (!is_even_map(x, form)) return core_nil(x);
    check_distinct(x, form, 2, "the key");
    return literal(x, form, H_map, part);
}

static Node *set_literal(Expander *x, Node *form, Expansion *part) {
    check_distinct(x, form, 1, "the element");
    return literal(x, form, H_set, part);
}

Node *expand_vector(Expander *x, Node *form) { return vector_literal(x, form, expand_expression); }
Node *expand_map(Expander *x, Node *form) { return map_literal(x, form, expand_expression); }
Node *expand_set(Expander *x, Node *form) { return set_literal(x, form, expand_expression); }

/* ---- keywords: ::a is :current-ns/a, ::s/a takes the namespace of the alias s */

Node *expand_keyword(Expander *x, Node *form) {
    const char *s = text_bytes(form->text);
    if (s[0] != ':') return core_quote(x, form);
    Text alias, name, own = text(s + 1), space = x->space;
    if (split_symbol(own, &alias, &name)) {
        Node *symbol = node_text(x->scratch, N_SYMBOL, form->at, own);
        Meaning m = meaning_of(x, symbol);
        if (m.kind == IS_UNKNOWN_SPACE) return report_unknown_space(x, symbol);
        space = m.space;
        own = name;
    }
    return core_quote(x, node_text(x->arena, N_KEYWORD, form->at, join_symbol(space, own)));
}

/* ---- quoted data */

/* (list e ...); a long list is a vector in reverse, reversed. */
static Node *quoted_list(Expander *x, Node *datum) {
    uint32_t count = datum->count;
    Pos at = place_for(x, datum);
    Node **kids = expand_parts(x, datum, expand_quoted);
    if (count == 0) return core_call(x, at, "%empty-list", NULL);
    if (count <= MOST_OPERANDS) {
        Node *make = operator_symbol(x, 0, text("core"), text("list"), count);
        return build(x->arena, at, "(call ? ?...)", make, kids, count);
    }
    Node **backwards = NEW_ARRAY(x->scratch, Node *, count);
    for (uint32_t i = 0; i < count; i++)
        backwards[i] = kids[count - 1 - i];
    return core_call(x, at, "reverse", vector_of(x, at, backwards, count), NULL);
}

Node *expand_quoted(Expander *x, Node *datum) {
    switch ((NodeKind)datum->kind) {
    case N_LIST: return quoted_list(x, datum);
    case N_VECTOR: return vector_literal(x, datum, expand_quoted);
    case N_MAP: return map_literal(x, datum, expand_quoted);
    case N_SET: return set_literal(x, datum, expand_quoted);
    case N_KEYWORD: return expand_keyword(x, datum);
    case N_SYMBOL: case N_STRING: case N_INT: case N_DOUBLE:
    case N_NIL: case N_TRUE: case N_FALSE: case N_REGEX:
        return core_quote(x, datum);
    case N_NAME: case N_GLOBAL: case N_BLOCK: case N_PRIM: case N_WORD: case N_OPCODE:
    case N_CONDITION: break;
    }
    bug(datum, "no source data");
}

Node *expand_quote(Expander *x, Node *form) { return expand_quoted(x, form->kids[1]); }
