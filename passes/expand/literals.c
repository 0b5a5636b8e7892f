/* literals.c - quoted data and the literals of collections.
 *
 * Only scalars stay in (quote ...); a quoted collection becomes the calls that make it. So every
 * later pass has one kind of constant.
 */
#include "expand.h"

/* ---- literal duplicates are errors of reading: {:a 1 :a 2}, #{1 1} */

static void report_duplicate(Expand *x, const Node *n, const char *what) {
    error_at(x->diagnostics, pos(n), "SL0013", "%s %s is in this literal twice", what, shown(n));
}

uint64_t datum_hash(const Node *n) {
    uint64_t h = ((uint64_t)n->kind + 1) * 0x9e3779b97f4a7c15u;
    if (!is_tree(n)) return (h ^ (uint64_t)n->integer) * 0xff51afd7ed558ccdu;
    for (uint32_t i = 0; i < n->count; i++)
        h = (h ^ datum_hash(item(n, i))) * 0x100000001b3u;
    return h;
}

/* #(...) and #"..." make a new value each time. */
static bool makes_anew(const Node *n) {
    if (n->kind == N_REGEX) return true;
    if (!is_tree(n)) return false;
    bool found = starts_with(n, "fn-literal");
    for (uint32_t i = 0; i < n->count && !found; i++)
        found = makes_anew(item(n, i));
    return found;
}

/* Every step-th item differs from the others, as source text. */
static void check_distinct(Expand *x, const Node *form, uint32_t step, const char *what) {
    Table seen = {.arena = x->scratch};
    if (x->is_seed) return;
    for (uint32_t i = 0; i < form->count; i += step) {
        Node *n = item(form, i);
        const Node *before = table_put(&seen, datum_hash(n) | 1, n);
        if (before && node_equal(before, n) && !makes_anew(n)) report_duplicate(x, n, what);
    }
}

static bool is_even_map(Expand *x, const Node *form) {
    if (form->count % 2 == 0) return true;
    error_at(x->diagnostics, pos(form), "SL0014", "this map has a key without a value");
    return false;
}

/* ---- evaluated literals */

/* The operands of one literal travel together; larger ones are made in pieces. What is computed
 * waits in a stack slot until its piece is complete, a constant does not. */
enum { MOST_OPERANDS = 256, MOST_COMPUTED = 64 };

/* The first of the operands, as many as are made in one piece. */
static NodeList piece_of(NodeList operands) {
    uint32_t i = 0, computed = 0;
    for (; i < operands.count && i < MOST_OPERANDS && computed < MOST_COMPUTED; i++)
        computed += !is_form(operands.items[i], H_quote);
    return nodes(operands.items, i, operands.at);
}

/* Pieces are joined two by two, so that no value waits for many others. */
static Node *joined(Expand *x, Pos at, NodeList pieces) {
    if (pieces.count == 1) return pieces.items[0];
    uint32_t half = pieces.count / 2;
    Node *first = joined(x, at, nodes(pieces.items, half, at));
    return core_call(x, at, "%vec-concat", first, joined(x, at, nodes_after(pieces, half)), NULL);
}

/* (vector e ...), for more than one piece (%vec-concat (vector e ...) (vector e ...)). */
static Node *vector_of(Expand *x, Pos at, NodeList operands) {
    Nodes pieces = {0};
    do {
        NodeList piece = piece_of(operands);
        PUSH(x->scratch, pieces, make_vector(x->arena, at, piece));
        operands = nodes_after(operands, piece.count);
    } while (operands.count);
    return joined(x, at, list_of(pieces, at));
}

/* ---- maps and sets: of more than one piece, they are made from a vector */

static Node *vector_literal(Expand *x, Node *form, Expansion *expansion) {
    return vector_of(x, place_for(x, form), expand_all(x, kids_of(form), expansion));
}

static Node *map_literal(Expand *x, Node *form, Expansion *expansion) {
    if (!is_even_map(x, form)) return core_nil(x);
    check_distinct(x, form, 2, "the key");
    Pos at = place_for(x, form);
    NodeList entries = expand_all(x, kids_of(form), expansion);
    Node *in_dialect = dialect_literal(x, at, "hash-map", entries);
    if (in_dialect) return in_dialect;
    if (piece_of(entries).count == entries.count) return make_map(x->arena, at, entries);
    return core_call(x, at, "map-of-pairs", vector_of(x, at, entries), NULL);
}

static Node *set_literal(Expand *x, Node *form, Expansion *expansion) {
    check_distinct(x, form, 1, "the element");
    Pos at = place_for(x, form);
    NodeList elements = expand_all(x, kids_of(form), expansion);
    Node *in_dialect = dialect_literal(x, at, "hash-set", elements);
    if (in_dialect) return in_dialect;
    if (piece_of(elements).count == elements.count) return make_set(x->arena, at, elements);
    Node *empty = make_set(x->arena, at, no_nodes(at));
    return core_call(x, at, "into", empty, vector_of(x, at, elements), NULL);
}

Node *expand_vector(Expand *x, Node *form) {
    return vector_literal(x, form, expand_expression);
}

Node *expand_map(Expand *x, Node *form) {
    return map_literal(x, form, expand_expression);
}

Node *expand_set(Expand *x, Node *form) {
    return set_literal(x, form, expand_expression);
}

/* ---- keywords: ::a is :current-ns/a, ::s/a takes the namespace of the alias s */

Node *expand_keyword(Expand *x, Node *form) {
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
static Node *quoted_list(Expand *x, Node *datum) {
    uint32_t count = datum->count;
    Pos at = place_for(x, datum);
    NodeList elements = expand_all(x, kids_of(datum), expand_quoted);
    if (count == 0) return core_call(x, at, "%empty-list", NULL);
    if (count <= MOST_OPERANDS) {
        Node *make = operator_symbol(x, 0, text("core"), text("list"), count);
        return make_call(x->arena, at, make, elements);
    }
    Nodes backwards = {0};
    for (uint32_t i = count; i-- > 0;)
        PUSH(x->scratch, backwards, elements.items[i]);
    return core_call(x, at, "reverse", vector_of(x, at, list_of(backwards, at)), NULL);
}

Node *expand_quoted(Expand *x, Node *datum) {
    switch ((NodeKind)datum->kind) {
    case N_LIST: return quoted_list(x, datum);
    case N_VECTOR: return vector_literal(x, datum, expand_quoted);
    case N_MAP: return map_literal(x, datum, expand_quoted);
    case N_SET: return set_literal(x, datum, expand_quoted);
    case N_KEYWORD: return expand_keyword(x, datum);
    case N_SYMBOL:
    case N_STRING:
    case N_INT:
    case N_DOUBLE:
    case N_NIL:
    case N_TRUE:
    case N_FALSE:
    case N_REGEX: return core_quote(x, datum);
    case N_NAME:
    case N_GLOBAL:
    case N_BLOCK:
    case N_PRIM:
    case N_WORD:
    case N_OPCODE:
    case N_CONDITION: break;
    }
    bug(datum, "no source data");
}

Node *expand_quote(Expand *x, Node *form) {
    return expand_quoted(x, item(form, 1));
}
