/* arithmetic.c - pass specialize: generic numbers and equality by what is known of the operands. */
#include "special.h"

static bool is_int(Type t) { return t && !(t & (Type)~T_INT); }
static bool is_number(Type t) { return t && !(t & (Type)~(T_INT | T_DOUBLE)); }

/* The typed operations of a generic one; P_NONE where there is none. */
typedef struct {
    Prim generic, of_ints, of_doubles;
    bool may_throw; /* on ints, besides overflow */
} Row;
static const Row rows[] = {
    {P_add, P_int_add, P_double_add, false},     {P_sub, P_int_sub, P_double_sub, false},
    {P_mul, P_int_mul, P_double_mul, false},     {P_div, P_NONE, P_double_div, false},
    {P_quot, P_int_quot, P_NONE, true},          {P_rem, P_int_rem, P_NONE, true},
    {P_mod, P_int_mod, P_NONE, true},            {P_lt, P_int_lt, P_double_lt, false},
    {P_gt, P_int_gt, P_double_gt, false},        {P_le, P_int_le, P_double_le, false},
    {P_ge, P_int_ge, P_double_ge, false},        {P_num_eq, P_int_eq, P_double_eq, false},
    {P_bit_and, P_int_and, P_NONE, false},       {P_bit_or, P_int_or, P_NONE, false},
    {P_bit_xor, P_int_xor, P_NONE, false},       {P_shl, P_int_shl, P_NONE, false},
    {P_sar, P_int_sar, P_NONE, false},           {P_shr, P_int_shr, P_NONE, false},
};

static const Row *row_of(Prim prim) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].generic == prim) return &rows[i];
    return NULL;
}

/* Both raw: one operation. Result: int or double, or a flag for comparisons. */
static Node *raw(Pass *p, Line *line, Node *e, Prim prim, Type operands, Type *gives) {
    Node *a = represented(p, line, e->kids[1], operands), *b = represented(p, line, e->kids[2], operands);
    *gives = representation(prim_result(prim));
    return prim2(p, e->at, prim, a, b);
}

/* The generic operation, its operands tagged. */
static Node *slow(Pass *p, Line *line, Node *e, Type *gives) { return plain_primitive(p, line, e, gives); }

/* Is the operand, by test at run time, a fixnum? NULL: it is known to be an int. */
static Node *fixnum_test(Pass *p, Line *line, Pos at, Node *a, Node *b) {
    bool a_known = is_int(known_type(p, a)), b_known = is_int(known_type(p, b));
    if (a_known && b_known) return NULL;
    if (a_known) return temporary(p, line, "c", T_FLAG, prim1(p, at, P_is_fixnum, represented(p, line, b, T_ANY)));
    if (b_known) return temporary(p, line, "c", T_FLAG, prim1(p, at, P_is_fixnum, represented(p, line, a, T_ANY)));
    Node *x = represented(p, line, a, T_ANY), *y = represented(p, line, b, T_ANY);
    return temporary(p, line, "c", T_FLAG, prim2(p, at, P_fixnums, x, y));
}

/* The raw int of an operand that was just tested, or is known. */
static Node *tested_int(Pass *p, Line *line, Pos at, Node *a) {
    if (is_int(known_type(p, a))) return represented(p, line, a, T_INT);
    return temporary(p, line, "i", T_INT, prim1(p, at, P_untag, a));
}

/* (if both fixnums: the raw operation, else: the runtime) */
static Node *checked(Pass *p, Line *line, Node *e, const Row *row, Type *gives) {
    Type result = representation(prim_result(row->generic));
    Node *test = fixnum_test(p, line, e->at, e->kids[1], e->kids[2]);
    Line fast = {.at = e->at}, other = {.at = e->at};
    Node *a = tested_int(p, &fast, e->at, e->kids[1]), *b = tested_int(p, &fast, e->at, e->kids[2]);
    Node *value = prim2(p, e->at, row->of_ints, a, b);
    Type of_raw = representation(prim_result(row->of_ints));
    if (of_raw != result) value = represented(p, &fast, temporary(p, &fast, "n", of_raw, value), result);
    Type of_slow;
    Node *slow_value = slow(p, &other, e, &of_slow);
    *gives = result;
    if (of_slow != result) bug(e, "the slow way gives another representation");
    return list(p->arena, H_if, e->at, test, let_form(p, &fast, value), let_form(p, &other, slow_value), NULL);
}

static Node *arithmetic(Pass *p, Line *line, Node *e, const Row *row, Type *gives) {
    Type a = known_type(p, e->kids[1]), b = known_type(p, e->kids[2]);
    if (row->of_ints && is_int(a) && is_int(b)) return raw(p, line, e, row->of_ints, T_INT, gives);
    bool double_meets_number = is_number(a) && is_number(b) && (a == T_DOUBLE || b == T_DOUBLE);
    bool comparison = prim_result(row->generic) == T_FLAG;
    /* an int that is compared with a double must not be rounded to one first */
    if (comparison && a != b) double_meets_number = false;
    bool convertible = (a == T_DOUBLE || is_int(a)) && (b == T_DOUBLE || is_int(b));
    if (row->of_doubles && double_meets_number && convertible) return raw(p, line, e, row->of_doubles, T_DOUBLE, gives);
    bool never_ints = (a && !(a & T_INT)) || (b && !(b & T_INT));
    if (row->of_ints && !never_ints && p->optimise > 0) return checked(p, line, e, row, gives);
    return slow(p, line, e, gives);
}

/* Words that are equal exactly when the values are. */
static bool is_word_like(Type t) {
    return t && !(t & (Type) ~(T_NIL | T_BOOL | T_KEYWORD | T_SYMBOL));
}

/* The same word is equal; two different fixnums are not; all else is for the library. */
static Node *unknown_equality(Pass *p, Line *line, Node *e, Type *gives) {
    Node *a = represented(p, line, e->kids[1], T_ANY), *b = represented(p, line, e->kids[2], T_ANY);
    Node *same = temporary(p, line, "c", T_FLAG, prim2(p, e->at, P_identical, a, b));
    Line other = {.at = e->at}, slow_line = {.at = e->at};
    Node *fixnums = temporary(p, &other, "c", T_FLAG, prim2(p, e->at, P_fixnums, a, b));
    Node *slow_value = plain_primitive(p, &slow_line, e, gives);
    Node *inner = list(p->arena, H_if, e->at, fixnums, constant(p, e->at, N_FALSE), let_form(p, &slow_line, slow_value), NULL);
    return list(p->arena, H_if, e->at, same, constant(p, e->at, N_TRUE), let_form(p, &other, inner), NULL);
}

static Node *equality(Pass *p, Line *line, Node *e, Type *gives) {
    Type a = known_type(p, e->kids[1]), b = known_type(p, e->kids[2]);
    if (is_int(a) && is_int(b)) return raw(p, line, e, P_int_eq, T_INT, gives);
    if (a == T_DOUBLE && b == T_DOUBLE) return raw(p, line, e, P_double_eq, T_DOUBLE, gives);
    if (is_word_like(a) || is_word_like(b)) return raw(p, line, e, P_identical, T_ANY, gives);
    if (p->optimise == 0) return slow(p, line, e, gives);
    return unknown_equality(p, line, e, gives);
}

Node *specialized_primitive(Pass *p, Line *line, Node *e, Type *gives) {
    Prim prim = (Prim)e->kids[0]->head;
    if (prim == P_eq) return equality(p, line, e, gives);
    const Row *row = row_of(prim);
    if (row) return arithmetic(p, line, e, row, gives);
    Type a = e->count > 1 ? known_type(p, e->kids[1]) : T_NONE;
    *gives = representation(prim_result(prim));
    if (prim == P_bit_not && is_int(a)) return prim1(p, e->at, P_int_not, represented(p, line, e->kids[1], T_INT));
    if (prim == P_to_int && is_int(a)) return represented(p, line, e->kids[1], T_INT);
    if (prim == P_to_double && is_number(a) && (is_int(a) || a == T_DOUBLE)) return represented(p, line, e->kids[1], T_DOUBLE);
    if (prim == P_not) {
        Node *flag = represented(p, line, e->kids[1], T_FLAG);
        return prim1(p, e->at, P_not_flag, flag);
    }
    return plain_primitive(p, line, e, gives);
}
