/* prims.c - pass lower: what each primitive is in words. */
#include "lower.h"

#include <string.h>

/* Primitives that are one operation on words. */
static const struct {
    Prim prim;
    Word word;
} simple[] = {
    {P_int_add, W_add_trap},   {P_int_sub, W_sub_trap}, {P_int_mul, W_mul_trap},
    {P_int_and, W_and},        {P_int_or, W_or},        {P_int_xor, W_xor},
    {P_int_not, W_not},        {P_int_shl, W_shl},      {P_int_sar, W_sar},
    {P_int_shr, W_shr},        {P_double_add, W_fadd},  {P_double_sub, W_fsub},
    {P_double_mul, W_fmul},    {P_double_div, W_fdiv},  {P_sqrt, W_fsqrt},
    {P_int_double, W_int_f64},
};

/* Primitives that read one field. */
static const struct {
    Prim prim;
    int offset;
} fields[] = {
    {P_car, FIELD_CONS_FIRST},
    {P_cdr, FIELD_CONS_REST},
    {P_lazy_body, FIELD_LAZY_BODY},
    {P_lazy_value, FIELD_LAZY_VALUE},
    {P_seq_base, FIELD_INDEXED_SEQ_BASE},
    {P_vec_count, FIELD_VECTOR_COUNT},
    {P_str_bytes, FIELD_STRING_BYTES},
    {P_atom_get, FIELD_ATOM_VALUE},
    {P_delay_body, FIELD_DELAY_BODY},
    {P_delay_value, FIELD_DELAY_VALUE},
    {P_reduced_value, FIELD_REDUCED_VALUE},
    {P_unbox, FIELD_DOUBLE_VALUE},
    {P_transient_get, FIELD_TRANSIENT_VALUE},
    {P_pattern_text, FIELD_PATTERN_TEXT},
    {P_pattern_items, FIELD_PATTERN_ITEMS},
};

static Type letter_type(char letter) {
    return letter == 'i' ? T_INT : letter == 'd' ? T_DOUBLE : letter == 'f' ? T_FLAG : T_ANY;
}

/* Operand i of the primitive, as its row in prims.def wants it. */
static Node *arg(Lower *p, const Node *e, uint32_t i) {
    const char *letters = prim_rows[prim_of(e)].args;
    Type type = i < strlen(letters) ? letter_type(letters[i]) : T_ANY;
    return operand(p, as_prim(e).operands.items[i], type);
}

static bool one_word_operation(Lower *p, Node *name, const Node *e) {
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++) {
        if (simple[i].prim != prim_of(e)) continue;
        bool unary = as_prim(e).operands.count == 1;
        Node *a = arg(p, e, 0);
        step(p, name, unary ? op1(p, simple[i].word, a) : op2(p, simple[i].word, a, arg(p, e, 1)));
        return true;
    }
    return false;
}

static bool field_read(Lower *p, Node *name, const Node *e) {
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (fields[i].prim == prim_of(e)) {
            step(p, name, load(p, arg(p, e, 0), fields[i].offset));
            return true;
        }
    return false;
}

/* ---- division */

static int power_of_two(const Node *a) {
    if (!is_form(a, H_word)) return 0;
    int64_t n = as_word(a).bits->integer;
    for (int k = 1; k < 62; k++)
        if (n == (int64_t)1 << k) return k;
    return 0;
}

/* Toward zero by a shift: a negative dividend is first moved up by 2^k - 1. */
static void divide_by_power(Lower *p, Node *name, Prim prim, Node *a, int k) {
    Node *bias = raw2(p, W_shr, raw2(p, W_sar, a, word(p, 63)), word(p, 64 - k));
    Node *moved = raw2(p, W_add, a, bias);
    if (prim == P_int_quot) {
        step(p, name, op2(p, W_sar, moved, word(p, k)));
        return;
    }
    step(p, name, op2(p, W_sub, a, raw2(p, W_and, moved, word(p, -((int64_t)1 << k)))));
}

/* rem with the sign of the divisor: one more step when the signs differ. */
static void adjust_mod(Lower *p, Node *name, Node *rest, Node *divisor) {
    Block *nonzero = new_block(p), *adjust = new_block(p);
    Block *keep = new_block(p), *done = join_block(p, name);
    branch(p, C_ne, rest, word(p, 0), nonzero, keep);
    start_block(p, nonzero);
    branch(p, C_lt, raw2(p, W_xor, rest, divisor), word(p, 0), adjust, keep);
    start_block(p, adjust);
    jump(p, done, raw2(p, W_add, rest, divisor));
    start_block(p, keep);
    jump(p, done, rest);
    start_block(p, done);
}

static void throw_now(Lower *p, const char *thrower) {
    Node *unused = machine_name(p, "_", HOLDS_REF);
    step(p, unused, runtime_call(p, thrower, NULL, 0));
    leave(p, make_stop(p->arena, p->current->at));
}

/* Divisor 0 throws; -1 would overflow in the machine for the least int: it is done by negation. */
static void check_divisor(Lower *p, Prim prim, Node *a, Node *b, const Block *done) {
    Block *zero = cold_block(p), *nonzero = new_block(p);
    Block *minus_one = cold_block(p), *plain = new_block(p);
    branch(p, C_eq, b, word(p, 0), zero, nonzero);
    start_block(p, zero);
    throw_now(p, "rt_throw_divide");
    start_block(p, nonzero);
    branch(p, C_eq, b, word(p, -1), minus_one, plain);
    start_block(p, minus_one);
    jump(p, done, prim == P_int_quot ? raw2(p, W_sub_trap, word(p, 0), a) : word(p, 0));
    start_block(p, plain);
}

/* By what is not known to be neither 0 nor -1. */
static void checked_division(Lower *p, Node *name, Prim prim, Node *a, Node *b) {
    Block *done = join_block(p, name);
    forget_room(p);
    check_divisor(p, prim, a, b, done);
    Node *adjusted = prim == P_int_mod ? machine_name(p, "m", HOLDS_RAW) : NULL;
    Node *result = raw2(p, prim == P_int_quot ? W_quot : W_rem, a, b);
    if (adjusted) {
        adjust_mod(p, adjusted, result, b);
        result = adjusted;
    }
    jump(p, done, result);
    start_block(p, done);
}

static bool is_safe_divisor(const Node *b) {
    return is_form(b, H_word) && as_word(b).bits->integer != 0 && as_word(b).bits->integer != -1;
}

static void divide(Lower *p, Node *name, const Node *e) {
    Prim prim = prim_of(e);
    Node *a = arg(p, e, 0), *b = arg(p, e, 1);
    int k = power_of_two(b);
    if (k && prim == P_int_mod) /* of a positive power of two, mod is the low bits */
        step(p, name, op2(p, W_and, a, word(p, ((int64_t)1 << k) - 1)));
    else if (k)
        divide_by_power(p, name, prim, a, k);
    else if (!is_safe_divisor(b))
        checked_division(p, name, prim, a, b);
    else if (prim == P_int_mod)
        adjust_mod(p, name, raw2(p, W_rem, a, b), b);
    else
        step(p, name, op2(p, prim == P_int_quot ? W_quot : W_rem, a, b));
}

/* ---- tagging */

/* Twice the int, when that is no overflow; else a box, in a cold block. */
static void tag(Lower *p, Node *name, const Node *e) {
    Node *a = arg(p, e, 0);
    if (is_form(a, H_word)) {
        step(p, name, make_quote(p->arena, 0, as_word(a).bits));
        return;
    }
    Node *twice = machine_name(p, "v", HOLDS_REF), *boxed = machine_name(p, "v", HOLDS_REF);
    step(p, twice, op2(p, W_shl, a, word(p, 1)));
    Block *fits = new_block(p), *big = cold_block(p);
    Block *done = join_block(p, name);
    branch(p, C_eq, raw2(p, W_sar, twice, word(p, 1)), a, fits, big);
    start_block(p, fits);
    jump(p, done, twice);
    start_block(p, big);
    step(p, boxed, runtime_call(p, "rt_box_int", &a, 1));
    jump(p, done, boxed);
    start_block(p, done);
}

static void int_of(Lower *p, Node *name, const Node *e) {
    Node *a = arg(p, e, 0);
    Node *small = machine_name(p, "i", HOLDS_RAW), *large = machine_name(p, "i", HOLDS_RAW);
    Block *fixnum_block = new_block(p), *big = cold_block(p);
    Block *done = join_block(p, name);
    forget_room(p);
    branch(p, C_z, a, word(p, 1), fixnum_block, big);
    start_block(p, fixnum_block);
    step(p, small, op2(p, W_sar, a, word(p, 1)));
    jump(p, done, small);
    start_block(p, big);
    step(p, large, load(p, a, FIELD_BIGINT_VALUE));
    jump(p, done, large);
    start_block(p, done);
}

/* ---- objects */

/* The rest of a list cell is never nil: () stands for it. */
static Node *rest_of_cons(Lower *p, Node *rest) {
    Node *empty = empty_list(p);
    if (is_form(rest, H_quote)) return as_quote(rest).datum->kind == N_NIL ? empty : rest;
    Node *result = machine_name(p, "l", HOLDS_REF);
    Block *none = new_block(p), *some = new_block(p);
    Block *done = join_block(p, result);
    branch(p, C_eq, rest, quoted(p, N_NIL), none, some);
    start_block(p, none);
    jump(p, done, empty);
    start_block(p, some);
    jump(p, done, rest);
    start_block(p, done);
    return node_placed(p->arena, result, NOWHERE);
}

static void make_cons(Lower *p, Node *name, const Node *e) {
    Node *values[] = {arg(p, e, 0), rest_of_cons(p, arg(p, e, 1))};
    new_object(p, name, KIND_CONS, values, 2);
}

static void make_indexed_seq(Lower *p, Node *name, const Node *e) {
    Node *index = machine_name(p, "v", HOLDS_REF);
    step(p, index, op2(p, W_shl, arg(p, e, 1), word(p, 1)));
    Node *values[] = {arg(p, e, 0), node_placed(p->arena, index, NOWHERE)};
    new_object(p, name, KIND_INDEXED_SEQ, values, 2);
}

static void make_one(Lower *p, Node *name, const Node *e, Kind kind) {
    Node *value = arg(p, e, 0);
    new_object(p, name, kind, &value, 1);
}

/* body, and a value that is not there yet */
static void make_delayed(Lower *p, Node *name, const Node *e, Kind kind) {
    Node *values[] = {arg(p, e, 0), quoted(p, N_NIL)};
    new_object(p, name, kind, values, 2);
}

static void settle(Lower *p, Node *name, const Node *e, int body, int value) {
    store_with_barrier(p, arg(p, e, 1), arg(p, e, 0), value);
    store(p, quoted(p, N_NIL), arg(p, e, 0), body);
    step(p, name, quoted(p, N_NIL));
}

static void set_field(Lower *p, Node *name, const Node *e, int offset) {
    store_with_barrier(p, arg(p, e, 1), arg(p, e, 0), offset);
    step(p, name, quoted(p, N_NIL));
}

/* ---- everything else */

static void call_runtime(Lower *p, Node *name, const Node *e) {
    const PrimRow *row = &prim_rows[prim_of(e)];
    uint32_t count = as_prim(e).operands.count;
    if (!row->runtime || *row->runtime == '$') bug(e, "lower has no words for this primitive");
    Node **args = NEW_ARRAY(p->scratch, Node *, count);
    for (uint32_t i = 0; i < count; i++)
        args[i] = arg(p, e, i);
    step(p, name, runtime_call(p, row->runtime, args, count));
}

static void flag_to_bool(Lower *p, Node *name, const Node *e) {
    Node *scaled = raw2(p, W_shl, arg(p, e, 0), word(p, 3));
    _Static_assert(VALUE_TRUE == VALUE_FALSE + 8, "true is false plus 8 times the flag");
    step(p, name, op2(p, W_add, scaled, word(p, VALUE_FALSE)));
}

static void capture(Lower *p, Node *name, const Node *e) {
    NodeList operands = as_prim(e).operands;
    int index = (int)as_quote(operands.items[1]).datum->integer;
    step(p, name, load(p, arg(p, e, 0), FIELD_CLOSURE_CAPTURES + 8 * index));
}

static void seq_index(Lower *p, Node *name, const Node *e) {
    Node *offset = word(p, FIELD_INDEXED_SEQ_INDEX - TAG_POINTER);
    Node *tagged = raw2(p, W_load, arg(p, e, 0), offset);
    step(p, name, op2(p, W_sar, tagged, word(p, 1)));
}

static void array_get(Lower *p, Node *name, const Node *e) {
    Node *array = arg(p, e, 0), *index = arg(p, e, 1);
    Node *length = raw2(p, W_load, array, word(p, FIELD_ARRAY_LENGTH - TAG_POINTER));
    Block *inside = new_block(p), *outside = cold_block(p);
    branch(p, C_ult, index, length, inside, outside);
    start_block(p, outside);
    throw_now(p, "rt_throw_bounds");
    start_block(p, inside);
    step(p, name, op3(p, W_load_at, array, index, word(p, FIELD_ARRAY_SLOTS - TAG_POINTER)));
}

static void expand_primitive(Lower *p, Node *name, Node *e) {
    switch ((int)prim_of(e)) {
    case P_int_quot:
    case P_int_rem:
    case P_int_mod: divide(p, name, e); break;
    case P_tag: tag(p, name, e); break;
    case P_untag: step(p, name, op2(p, W_sar, arg(p, e, 0), word(p, 1))); break;
    case P_int_of: int_of(p, name, e); break;
    case P_box: make_one(p, name, e, KIND_DOUBLE); break;
    case P_transient: make_one(p, name, e, KIND_TRANSIENT); break;
    case P_pattern: make_delayed(p, name, e, KIND_PATTERN); break;
    case P_atom: make_one(p, name, e, KIND_ATOM); break;
    case P_reduced: make_one(p, name, e, KIND_REDUCED); break;
    case P_cons: make_cons(p, name, e); break;
    case P_indexed_seq: make_indexed_seq(p, name, e); break;
    case P_lazy: make_delayed(p, name, e, KIND_LAZY); break;
    case P_delay: make_delayed(p, name, e, KIND_DELAY); break;
    case P_lazy_set: settle(p, name, e, FIELD_LAZY_BODY, FIELD_LAZY_VALUE); break;
    case P_delay_set: settle(p, name, e, FIELD_DELAY_BODY, FIELD_DELAY_VALUE); break;
    case P_lazy_forward: set_field(p, name, e, FIELD_LAZY_BODY); break;
    case P_atom_set: set_field(p, name, e, FIELD_ATOM_VALUE); break;
    case P_transient_set: set_field(p, name, e, FIELD_TRANSIENT_VALUE); break;
    case P_pattern_set: set_field(p, name, e, FIELD_PATTERN_ITEMS); break;
    case P_flag_bool: flag_to_bool(p, name, e); break;
    case P_closure_ref: capture(p, name, e); break;
    case P_seq_index: seq_index(p, name, e); break;
    case P_array_get: array_get(p, name, e); break;
    case P_empty_list: step(p, name, empty_list(p)); break;
    default: call_runtime(p, name, e); break;
    }
}

void lower_primitive(Lower *p, Node *name, Node *e) {
    if (is_test(prim_of(e)))
        test_value(p, name, e);
    else if (is_shape_map(e))
        lower_shape_map(p, name, as_prim(e));
    else if (!one_word_operation(p, name, e) && !field_read(p, name, e))
        expand_primitive(p, name, e);
}
