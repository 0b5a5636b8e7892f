/* primitives.c - what primitives do to words: by inline.def, or by the runtime's function. */
#include "world.h"

#include <math.h>

/* ---- ints: as the machine's instructions and the checks around them */

static Bits sum(int64_t a, int64_t b) {
    int64_t result;
    if (__builtin_add_overflow(a, b, &result)) rt_throw_overflow();
    return (Bits)result;
}

static Bits difference(int64_t a, int64_t b) {
    int64_t result;
    if (__builtin_sub_overflow(a, b, &result)) rt_throw_overflow();
    return (Bits)result;
}

static Bits product(int64_t a, int64_t b) {
    int64_t result;
    if (__builtin_mul_overflow(a, b, &result)) rt_throw_overflow();
    return (Bits)result;
}

static Bits quotient(int64_t a, int64_t b) {
    if (b == 0) rt_throw_divide();
    return b == -1 ? difference(0, a) : (Bits)(a / b);
}

static int64_t remainder_of(int64_t a, int64_t b) {
    if (b == 0) rt_throw_divide();
    return b == -1 ? 0 : a % b;
}

/* The remainder with the sign of the divisor. */
static int64_t modulo(int64_t a, int64_t b) {
    int64_t rest = remainder_of(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/* ---- objects */

static Value object_of_one(Kind kind, Value a) {
    RESERVE(object_bytes(1), &a);
    Value object = allocate(kind, 1);
    *field(object, 8) = a;
    return object;
}

static Value object_of_two(Kind kind, Value a, Value b) {
    RESERVE(object_bytes(2), &a, &b);
    Value object = allocate(kind, 2);
    *field(object, 8) = a;
    *field(object, 16) = b;
    return object;
}

/* The rest of a list cell is never nil: () stands for it. */
static Value rest_of_cons(Value rest) {
    return rest == VALUE_NIL ? value_of(slisp_empty_list) : rest;
}

static Value array_slot(Value array, uint64_t index) {
    if (index >= get(array, FIELD_ARRAY_LENGTH)) rt_throw_bounds();
    return get(array, FIELD_ARRAY_SLOTS + 8 * index);
}

static Value replaced(Value object, uint64_t offset, Value to) {
    set(object, offset, to);
    return VALUE_NIL;
}

/* The value is there, its body has done its work. */
static Value settle(Value object, uint64_t body, uint64_t value, Value to) {
    set(object, value, to);
    return replaced(object, body, VALUE_NIL);
}

/* ---- the table */

#define WORD(i) words[i]
#define INT(i) ((int64_t)words[i])
#define REAL(i) double_of(words[i])
#define INLINE(id, expression)                                                                     \
    static Bits do_##id(const Bits *words) {                                                       \
        (void)words;                                                                               \
        return expression;                                                                         \
    }
#include "inline.def"
#undef INLINE

static InlineFunction *const inline_functions[P_COUNT + 1] = {
#define INLINE(id, expression) [P_##id] = do_##id,
#include "inline.def"
#undef INLINE
};

InlineFunction *inline_function(Prim p) {
    return inline_functions[p];
}

Bits inline_primitive(Prim p, const Bits *words, uint32_t count) {
    if (!inline_functions[p])
        fail(0, "inline.def does not say what the primitive %s does", prim_rows[p].name);
    if ((uint32_t)prim_arity(p) != count)
        fail(0, "the primitive %s of %u operands cannot be run", prim_rows[p].name, count);
    return inline_functions[p](words);
}

Bits run_primitive(Prim p, const Bits *words, uint32_t count) {
    static uint64_t addresses[P_COUNT + 1];
    const PrimRow *row = &prim_rows[p];
    if (!row->runtime) return inline_primitive(p, words, count);
    if (!addresses[p]) addresses[p] = slisp_function(row->runtime);
    if (!addresses[p] || count < strcspn(row->args, "*"))
        fail(0, "the primitive %s of %u operands cannot be run", row->name, count);
    return call_function(addresses[p], row->args, !strcmp(row->result, "double"), words, count);
}
