/* arithmetic.c - pass specialize: generic numbers and equality by what is known of the operands. */
#include "specialize.h"

static bool is_int(Type t) {
    return t && !(t & (Type)~T_INT);
}

static bool is_number(Type t) {
    return t && !(t & (Type) ~(T_INT | T_DOUBLE));
}

/* The typed operations of a generic one; P_NONE where there is none. */
typedef struct {
    Prim generic, of_ints, of_doubles;
    bool may_throw; /* on ints, besides overflow */
} Row;
static const Row rows[] = {
    {P_add, P_int_add, P_double_add, false}, {P_sub, P_int_sub, P_double_sub, false},
    {P_mul, P_int_mul, P_double_mul, false}, {P_div, P_NONE, P_double_div, false},
    {P_quot, P_int_quot, P_NONE, true},      {P_rem, P_int_rem, P_NONE, true},
    {P_mod, P_int_mod, P_NONE, true},        {P_lt, P_int_lt, P_double_lt, false},
    {P_gt, P_int_gt, P_double_gt, false},    {P_le, P_int_le, P_double_le, false},
    {P_ge, P_int_ge, P_double_ge, false},    {P_num_eq, P_int_eq, P_double_eq, false},
    {P_bit_and, P_int_and, P_NONE, false},   {P_bit_or, P_int_or, P_NONE, false},
    {P_bit_xor, P_int_xor, P_NONE, false},   {P_shl, P_int_shl, P_NONE, false},
    {P_sar, P_int_sar, P_NONE, false},       {P_shr, P_int_shr, P_NONE, false},
};

static const Row *row_of(Prim prim) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].generic == prim) return &rows[i];
    return NULL;
}

/* The two operands of a primitive, and what is known of them. */
typedef struct {
    Pos at;
    Node *a, *b;
    Type a_type, b_type;
} Pair;

static Pair pair_of(const Specialize *p, const Node *e) {
    NodeList operands = as_prim(e).operands;
    Pair pair = {.at = e->at, .a = operands.items[0], .b = operands.items[1]};
    pair.a_type = known_type(p, pair.a);
    pair.b_type = known_type(p, pair.b);
    return pair;
}

/* Both raw: one operation. Gives an int or double, or a flag for comparisons. */
static Result raw(Specialize *p, const Pair *pair, Prim prim, Type operands) {
    Node *a = represented(p, pair->a, operands), *b = represented(p, pair->b, operands);
    Type gives = representation(prim_result(prim));
    return result(primitive_of_two(p, pair->at, prim, a, b), gives);
}

/* Are the operands that are not known to be ints fixnums? Asked at run time. */
static Node *fixnum_test(Specialize *p, const Pair *pair) {
    bool a_known = is_int(pair->a_type), b_known = is_int(pair->b_type);
    Node *a = a_known ? NULL : represented(p, pair->a, T_ANY);
    Node *b = b_known ? NULL : represented(p, pair->b, T_ANY);
    Node *test = a && b ? primitive_of_two(p, pair->at, P_fixnums, a, b)
                        : primitive(p, pair->at, P_is_fixnum, a ? a : b);
    return temporary(p, "c", T_FLAG, test);
}

/* The raw int of an operand that was just tested, or is known. */
static Node *tested_int(Specialize *p, Pos at, Node *a, Type type) {
    if (is_int(type)) return represented(p, a, T_INT);
    return temporary(p, "i", T_INT, primitive(p, at, P_untag, a));
}

/* (if both fixnums: the raw operation, else: the runtime) */
static Result checked(Specialize *p, Node *e, const Pair *pair, const Row *row) {
    Type gives = representation(prim_result(row->generic));
    Node *test = fixnum_test(p, pair);
    Line line, *outer;
    start_line(p, &line, e->at, &outer);
    Node *a = tested_int(p, e->at, pair->a, pair->a_type);
    Node *b = tested_int(p, e->at, pair->b, pair->b_type);
    Type of_ints = representation(prim_result(row->of_ints));
    Node *value = primitive_of_two(p, e->at, row->of_ints, a, b);
    value = as_wanted(p, "n", result(value, of_ints), gives);
    Node *fast = end_line(p, outer, value);
    start_line(p, &line, e->at, &outer);
    Result slow = plain_primitive(p, e);
    if (slow.gives != gives) bug(e, "the slow way gives another representation");
    Node *otherwise = end_line(p, outer, slow.e);
    return result(make_if(p->arena, e->at, test, fast, otherwise), gives);
}

static Result arithmetic(Specialize *p, Node *e, const Row *row) {
    Pair pair = pair_of(p, e);
    Type a = pair.a_type, b = pair.b_type;
    if (row->of_ints && is_int(a) && is_int(b)) return raw(p, &pair, row->of_ints, T_INT);
    bool double_meets_number = is_number(a) && is_number(b) && (a == T_DOUBLE || b == T_DOUBLE);
    bool comparison = prim_result(row->generic) == T_FLAG;
    /* an int that is compared with a double must not be rounded to one first */
    if (comparison && a != b) double_meets_number = false;
    bool convertible = (a == T_DOUBLE || is_int(a)) && (b == T_DOUBLE || is_int(b));
    if (row->of_doubles && double_meets_number && convertible)
        return raw(p, &pair, row->of_doubles, T_DOUBLE);
    bool never_ints = (a && !(a & T_INT)) || (b && !(b & T_INT));
    if (row->of_ints && !never_ints && p->optimise > 0) return checked(p, e, &pair, row);
    return plain_primitive(p, e);
}

/* ---- equality */

/* Words that are equal exactly when the values are. */
static bool is_word_like(Type t) {
    return t && !(t & (Type) ~(T_NIL | T_BOOL | T_KEYWORD | T_SYMBOL));
}

/* The same word is equal; two different fixnums are not; all else is for the library. */
static Result unknown_equality(Specialize *p, Node *e, const Pair *pair) {
    Node *a = represented(p, pair->a, T_ANY), *b = represented(p, pair->b, T_ANY);
    Node *same = temporary(p, "c", T_FLAG, primitive_of_two(p, e->at, P_identical, a, b));
    Line other, slow_line, *outer, *inner;
    start_line(p, &other, e->at, &outer);
    Node *fixnums = temporary(p, "c", T_FLAG, primitive_of_two(p, e->at, P_fixnums, a, b));
    start_line(p, &slow_line, e->at, &inner);
    Result r = plain_primitive(p, e);
    Node *slow = end_line(p, inner, r.e);
    Node *different = make_if(p->arena, e->at, fixnums, constant(p, e->at, N_FALSE), slow);
    Node *otherwise = end_line(p, outer, different);
    r.e = make_if(p->arena, e->at, same, constant(p, e->at, N_TRUE), otherwise);
    return r;
}

static Result equality(Specialize *p, Node *e) {
    Pair pair = pair_of(p, e);
    Type a = pair.a_type, b = pair.b_type;
    if (is_int(a) && is_int(b)) return raw(p, &pair, P_int_eq, T_INT);
    if (a == T_DOUBLE && b == T_DOUBLE) return raw(p, &pair, P_double_eq, T_DOUBLE);
    if (is_word_like(a) || is_word_like(b)) return raw(p, &pair, P_identical, T_ANY);
    if (p->optimise == 0) return plain_primitive(p, e);
    return unknown_equality(p, e, &pair);
}

Result specialized_primitive(Specialize *p, Node *e) {
    PrimForm f = as_prim(e);
    Prim prim = (Prim)f.operation->head;
    const Row *row = row_of(prim);
    if (prim == P_eq) return equality(p, e);
    if (row) return arithmetic(p, e, row);
    if (f.operands.count == 0) return plain_primitive(p, e);
    Node *a = f.operands.items[0];
    Type type = known_type(p, a);
    if (prim == P_not)
        return result(primitive(p, e->at, P_not_flag, represented(p, a, T_FLAG)), T_FLAG);
    if (prim == P_bit_not && is_int(type))
        return result(primitive(p, e->at, P_int_not, represented(p, a, T_INT)), T_INT);
    if (prim == P_to_int && is_int(type)) return result(represented(p, a, T_INT), T_INT);
    if (prim == P_to_double && (is_int(type) || type == T_DOUBLE))
        return result(represented(p, a, T_DOUBLE), T_DOUBLE);
    return plain_primitive(p, e);
}
