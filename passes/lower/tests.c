/* tests.c - pass lower: flags as branches. */
#include "lower.h"

#include <string.h>

/* Comparisons of two operands: one branch. */
typedef struct {
    Prim prim;
    Condition condition;
    Type operands;
} Comparison;
static const Comparison comparisons[] = {
    {P_int_lt, C_lt, T_INT},        {P_int_gt, C_gt, T_INT},        {P_int_le, C_le, T_INT},
    {P_int_ge, C_ge, T_INT},        {P_int_eq, C_eq, T_INT},        {P_double_lt, C_flt, T_DOUBLE},
    {P_double_gt, C_fgt, T_DOUBLE}, {P_double_le, C_fle, T_DOUBLE}, {P_double_ge, C_fge, T_DOUBLE},
    {P_double_eq, C_feq, T_DOUBLE}, {P_identical, C_eq, T_ANY},
};

/* Tests of a value's kind: a pointer to an object whose header says so. */
static const struct {
    Prim prim;
    Kind kind;
} kind_tests[] = {
    {P_is_double, KIND_DOUBLE},       {P_is_string, KIND_STRING},      {P_is_keyword, KIND_KEYWORD},
    {P_is_symbol, KIND_SYMBOL},       {P_is_vector, KIND_VECTOR},      {P_is_fn, KIND_CLOSURE},
    {P_is_cons, KIND_CONS},           {P_is_empty_list, KIND_EMPTY},   {P_is_lazy, KIND_LAZY},
    {P_is_atom, KIND_ATOM},           {P_is_delay, KIND_DELAY},        {P_is_reduced, KIND_REDUCED},
    {P_is_exception, KIND_EXCEPTION}, {P_is_subseq, KIND_INDEXED_SEQ}, {P_is_array, KIND_ARRAY},
    {P_is_transient, KIND_TRANSIENT}, {P_is_pattern, KIND_PATTERN},
};

/* Tests against one immediate. */
static const struct {
    Prim prim;
    NodeKind constant;
} constant_tests[] = {{P_is_nil, N_NIL}, {P_is_true, N_TRUE}, {P_is_false, N_FALSE}};

static const Comparison *comparison(Prim prim) {
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        if (comparisons[i].prim == prim) return &comparisons[i];
    return NULL;
}

static bool kind_tested(Prim prim, Kind *kind) {
    for (size_t i = 0; i < sizeof kind_tests / sizeof *kind_tests; i++)
        if (kind_tests[i].prim == prim) {
            *kind = kind_tests[i].kind;
            return true;
        }
    return false;
}

static bool constant_tested(Prim prim, NodeKind *constant) {
    for (size_t i = 0; i < sizeof constant_tests / sizeof *constant_tests; i++)
        if (constant_tests[i].prim == prim) {
            *constant = constant_tests[i].constant;
            return true;
        }
    return false;
}

bool is_test(Prim prim) {
    Kind kind;
    NodeKind constant;
    return comparison(prim) || kind_tested(prim, &kind) || constant_tested(prim, &constant) ||
           prim == P_truthy || prim == P_not_flag || prim == P_is_fixnum || prim == P_fixnums ||
           prim == P_is_int;
}

static void kind_test(Lower *p, Node *a, Kind kind, const Block *then, const Block *otherwise) {
    Block *pointer = new_block(p);
    branch(p, C_eq, raw2(p, W_and, a, word(p, TAG_MASK)), word(p, TAG_POINTER), pointer, otherwise);
    start_block(p, pointer);
    Node *byte = raw2(p, W_load_byte, a, word(p, -TAG_POINTER));
    branch(p, C_eq, byte, word(p, kind), then, otherwise);
}

static void fixnum_test(Lower *p, Node *a, const Block *then, const Block *otherwise) {
    branch(p, C_z, a, word(p, 1), then, otherwise);
}

static void int_test(Lower *p, Node *a, const Block *then, const Block *otherwise) {
    Block *no_fixnum = new_block(p);
    fixnum_test(p, a, then, no_fixnum);
    start_block(p, no_fixnum);
    kind_test(p, a, KIND_BIGINT, then, otherwise);
}

static void compare(Lower *p, const Comparison *c, NodeList operands, const Block *then,
                    const Block *otherwise) {
    Node *left = operand(p, operands.items[0], c->operands);
    Node *right = operand(p, operands.items[1], c->operands);
    branch(p, c->condition, left, right, then, otherwise);
}

static void test_primitive(Lower *p, const Node *e, const Block *then, const Block *otherwise) {
    Prim prim = prim_of(e);
    NodeList operands = as_prim(e).operands;
    const Comparison *c = comparison(prim);
    Kind kind;
    NodeKind constant;
    if (c) {
        compare(p, c, operands, then, otherwise);
        return;
    }
    if (prim == P_not_flag) {
        test(p, operands.items[0], otherwise, then);
        return;
    }
    Node *a = operand(p, operands.items[0], T_ANY);
    if (kind_tested(prim, &kind)) {
        kind_test(p, a, kind, then, otherwise);
    } else if (constant_tested(prim, &constant)) {
        branch(p, C_eq, a, quoted(p, constant), then, otherwise);
    } else if (prim == P_truthy) {
        branch(p, C_ne, raw2(p, W_or, a, word(p, 8)), word(p, VALUE_FALSE), then, otherwise);
    } else if (prim == P_is_fixnum) {
        fixnum_test(p, a, then, otherwise);
    } else if (prim == P_fixnums) {
        Node *both = raw2(p, W_or, a, operand(p, operands.items[1], T_ANY));
        fixnum_test(p, both, then, otherwise);
    } else {
        int_test(p, a, then, otherwise);
    }
}

void test(Lower *p, Node *e, const Block *then, const Block *otherwise) {
    if (is_form(e, H_prim)) {
        test_primitive(p, e, then, otherwise);
    } else if (e->kind == N_NAME && e->name.number < p->limit && p->tests[e->name.number]) {
        test_primitive(p, p->tests[e->name.number], then, otherwise);
    } else {
        branch(p, C_ne, operand(p, e, T_FLAG), word(p, 0), then, otherwise);
    }
}

static void set_if(Lower *p, Node *name, const Comparison *c, NodeList operands) {
    Node *condition = node_row(p->arena, N_CONDITION, (uint16_t)c->condition);
    Node *left = operand(p, operands.items[0], c->operands);
    Node *right = operand(p, operands.items[1], c->operands);
    step(p, name, make_set_if(p->arena, 0, condition, left, right));
}

void test_value(Lower *p, Node *name, Node *e) {
    const Comparison *c = comparison(prim_of(e));
    if (c) {
        set_if(p, name, c, as_prim(e).operands);
        return;
    }
    Block *yes = new_block(p), *no = new_block(p), *join = join_block(p, name);
    join->parameters.at = p->current->at;
    forget_room(p);
    test(p, e, yes, no);
    start_block(p, yes);
    jump(p, join, word(p, 1));
    start_block(p, no);
    jump(p, join, word(p, 0));
    start_block(p, join);
}
