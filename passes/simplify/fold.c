/* fold.c - primitives of constants. What would throw is never folded. */
#include "simplify.h"

#include <math.h>

static Node *constant(Simplify *s, Pos at, Node *d) {
    return make_quote(s->arena, at, d);
}

Node *flag(Simplify *s, Pos at, bool value) {
    return constant(s, at, node_simple(s->arena, value ? N_TRUE : N_FALSE, at));
}

static Node *integer(Simplify *s, Pos at, int64_t value) {
    return constant(s, at, node_int(s->arena, at, value));
}
static Node *real(Simplify *s, Pos at, double value) {
    return constant(s, at, node_double(s->arena, at, value));
}

/* ---- kinds */

/* Which kind of constant a predicate accepts; N_LIST: none. */
static bool fold_predicate(Prim p, NodeKind kind, bool *out) {
    switch ((int)p) {
    case P_is_nil: *out = kind == N_NIL; return true;
    case P_is_true: *out = kind == N_TRUE; return true;
    case P_is_false: *out = kind == N_FALSE; return true;
    case P_not: *out = kind == N_NIL || kind == N_FALSE; return true;
    case P_is_int: *out = kind == N_INT; return true;
    case P_is_double: *out = kind == N_DOUBLE; return true;
    case P_is_string: *out = kind == N_STRING; return true;
    case P_is_keyword: *out = kind == N_KEYWORD; return true;
    case P_is_symbol: *out = kind == N_SYMBOL; return true;
    case P_is_vector:
    case P_is_fn:
    case P_is_map:
    case P_is_set:
    case P_is_delay:
    case P_is_reduced:
    case P_is_cons:
    case P_is_empty_list:
    case P_is_lazy:
    case P_is_atom:
    case P_is_exception:
    case P_is_subseq: *out = false; return true;
    default: return false;
    }
}

/* ---- integers */

static int64_t modulo(int64_t a, int64_t b) {
    int64_t r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

/* False when the operation throws, or is none of integers. */
static bool fold_integers(Prim p, int64_t a, int64_t b, int64_t *out) {
    bool divides = b != 0 && !(a == INT64_MIN && b == -1);
    uint64_t count = (uint64_t)b & 63;
    switch ((int)p) {
    case P_add: return !__builtin_add_overflow(a, b, out);
    case P_sub: return !__builtin_sub_overflow(a, b, out);
    case P_mul: return !__builtin_mul_overflow(a, b, out);
    case P_quot: *out = divides ? a / b : 0; return divides;
    case P_rem: *out = divides ? a % b : 0; return divides;
    case P_mod: *out = divides ? modulo(a, b) : 0; return divides;
    case P_div: *out = divides ? a / b : 0; return divides && a % b == 0;
    case P_bit_and: *out = a & b; return true;
    case P_bit_or: *out = a | b; return true;
    case P_bit_xor: *out = a ^ b; return true;
    case P_shl: *out = (int64_t)((uint64_t)a << count); return true;
    case P_sar: *out = a >> count; return true;
    case P_shr: *out = (int64_t)((uint64_t)a >> count); return true;
    default: return false;
    }
}

static bool fold_doubles(Prim p, double a, double b, double *out) {
    switch ((int)p) {
    case P_add: *out = a + b; return true;
    case P_sub: *out = a - b; return true;
    case P_mul: *out = a * b; return true;
    case P_div: *out = a / b; return true;
    default: return false;
    }
}

/* order: negative, 0, positive; both sides are of one kind and neither is NaN. */
static bool fold_comparison(Prim p, int order, bool *out) {
    switch ((int)p) {
    case P_lt: *out = order < 0; return true;
    case P_gt: *out = order > 0; return true;
    case P_le: *out = order <= 0; return true;
    case P_ge: *out = order >= 0; return true;
    case P_num_eq: *out = order == 0; return true;
    default: return false;
    }
}

static Node *fold_numbers(Simplify *s, Pos at, Prim p, const Node *a, const Node *b) {
    int64_t i;
    double d;
    bool truth;
    if (a->kind != b->kind) return NULL;
    if (a->kind == N_INT) {
        if (fold_comparison(p, (a->integer > b->integer) - (a->integer < b->integer), &truth))
            return flag(s, at, truth);
        return fold_integers(p, a->integer, b->integer, &i) ? integer(s, at, i) : NULL;
    }
    if (a->kind != N_DOUBLE || isnan(a->real) || isnan(b->real)) return NULL;
    if (fold_comparison(p, (a->real > b->real) - (a->real < b->real), &truth))
        return flag(s, at, truth);
    /* Printed, a NaN loses its sign; so none is made here. */
    return fold_doubles(p, a->real, b->real, &d) && !isnan(d) ? real(s, at, d) : NULL;
}

/* ---- equality */

static Node *fold_equality(Simplify *s, Pos at, const Node *a, const Node *b) {
    if (a->kind != b->kind) return flag(s, at, false);
    switch ((NodeKind)a->kind) {
    case N_NIL:
    case N_TRUE:
    case N_FALSE: return flag(s, at, true);
    case N_INT: return flag(s, at, a->integer == b->integer);
    case N_DOUBLE: return flag(s, at, a->real == b->real);
    case N_STRING:
    case N_KEYWORD:
    case N_SYMBOL: return flag(s, at, a->text == b->text);
    case N_LIST:
    case N_VECTOR:
    case N_MAP:
    case N_SET:
    case N_REGEX:
    case N_NAME:
    case N_GLOBAL:
    case N_BLOCK:
    case N_PRIM:
    case N_WORD:
    case N_OPCODE:
    case N_CONDITION: break;
    }
    return NULL;
}

/* Numbers and strings of equal value may be different objects. */
static bool has_identity(const Node *d) {
    return d->kind == N_NIL || d->kind == N_TRUE || d->kind == N_FALSE || d->kind == N_KEYWORD;
}

/* ---- */

static Node *fold_two(Simplify *s, Pos at, Prim p, const Node *a, const Node *b) {
    if (p == P_eq) return fold_equality(s, at, a, b);
    if (p == P_identical)
        return has_identity(a) || has_identity(b) ? fold_equality(s, at, a, b) : NULL;
    if (p == P_str_concat && a->kind == N_STRING && b->kind == N_STRING) {
        Text joined = text_format("%s%s", text_bytes(a->text), text_bytes(b->text));
        bool whole = text_length(joined) == text_length(a->text) + text_length(b->text);
        return whole ? constant(s, at, node_text(s->arena, N_STRING, at, joined)) : NULL;
    }
    return fold_numbers(s, at, p, a, b);
}

static Node *fold_one(Simplify *s, Pos at, Prim p, Node *a) {
    bool truth;
    if (fold_predicate(p, (NodeKind)a->kind, &truth)) return flag(s, at, truth);
    if (p == P_bit_not && a->kind == N_INT) return integer(s, at, ~a->integer);
    if ((p == P_to_int && a->kind == N_INT) || (p == P_to_double && a->kind == N_DOUBLE))
        return constant(s, at, a);
    if (p == P_to_double && a->kind == N_INT) return real(s, at, (double)a->integer);
    return NULL;
}

/* What is known of a value that is no constant: fn? of functions, nil? of what is not nil. */
static Node *fold_known(Simplify *s, Pos at, Prim p, const Node *a) {
    bool is_function = is_form(a, H_fn) || global_function(s, a);
    uint8_t truth = a->kind == N_NAME ? fact_of(s, a)->truth : NOTHING;
    if (p == P_is_fn && is_function) return flag(s, at, true);
    if (p == P_is_nil && (is_function || truth & (TRUE | NOT_NIL))) return flag(s, at, false);
    if (p == P_not && (is_function || truth & TRUE)) return flag(s, at, false);
    if (p == P_not && truth & FALSE) return flag(s, at, true);
    return NULL;
}

Node *fold_primitive(Simplify *s, Node *e) {
    NodeList operands = as_prim(e).operands;
    Prim p = (Prim)as_prim(e).operation->head;
    Node *const *a = operands.items;
    if (operands.count == 1)
        return is_constant(a[0]) ? fold_one(s, e->at, p, datum(a[0]))
                                 : fold_known(s, e->at, p, a[0]);
    if (operands.count == 2 && is_constant(a[0]) && is_constant(a[1]))
        return fold_two(s, e->at, p, datum(a[0]), datum(a[1]));
    return NULL;
}
