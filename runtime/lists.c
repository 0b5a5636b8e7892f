/* lists.c - list cells, mutable arrays, and the argument lists of calls. */
#include "runtime.h"

uint64_t slisp_empty_list[] = {(uint64_t)KIND_EMPTY | FLAG_STATIC << 8};

static Value make_cons(Value first, Value rest) {
    Value cell = allocate(KIND_CONS, 2);
    *field(cell, FIELD_CONS_FIRST) = first;
    *field(cell, FIELD_CONS_REST) = rest;
    return cell;
}

/* The items, then the elements of the list; in reserved room. */
static Value list_onto(const Value *items, uint64_t count, Value list) {
    while (count)
        list = make_cons(items[--count], list);
    return list;
}

Value rt_list(void) {
    uint64_t count = slisp_context.area_count;
    RESERVE(count * object_bytes(2), NULL);
    slisp_context.area_count = 0;
    return list_onto(slisp_context.area, count, value_of(slisp_empty_list));
}

/* The arguments of a call, registers and area as one array. */
static Value *call_arguments(void) {
    return (Value *)((char *)&slisp_context + CONTEXT_ARGUMENTS);
}

/* The elements from `from` on of the vector that was spread. */
static Value list_of_spread(uint64_t from) {
    Value list = value_of(slisp_empty_list), vector = slisp_context.spread;
    slisp_context.spread = 0;
    for (uint64_t i = vector_count(vector); i > from; i--)
        list = make_cons(vector_nth(vector, i - 1), list);
    return list;
}

/* The arguments from `fixed` on become one, their list, nil when there are none. */
int64_t rt_rest_list(int64_t fixed, int64_t count) {
    Value *arguments = call_arguments();
    uint64_t extra = (uint64_t)(count - fixed), held = held_arguments((uint64_t)count);
    if (extra) RESERVE(extra * object_bytes(2), NULL); /* without arguments the callee is no root */
    slisp_context.spill_count = 0;
    Value list = slisp_context.spread ? list_of_spread(held) : value_of(slisp_empty_list);
    list = list_onto(arguments + fixed, held - (uint64_t)fixed, list);
    arguments[fixed] = extra ? list : VALUE_NIL;
    return fixed + 1;
}

/* The elements of `vector` become the arguments of a call of `callee`; gives their number. Those
 * for which there is no room wait in the vector: a function that can take so many wants a list. */
int64_t rt_spread(Value callee, Value vector) {
    slisp_context.callee = callee;
    if (vector == VALUE_NIL) return 0;
    if (!is_kind(vector, KIND_VECTOR)) throw_needs("apply", "a vector of arguments", vector);
    uint64_t count = vector_count(vector), held = held_arguments(count), length;
    if (count > INT32_MAX)
        throw_text(CLASS_IllegalArgumentException, "apply cannot pass more than 2147483647 values");
    for (uint64_t i = 0; i < held; i += length) {
        const Value *run = vector_run(vector, i, &length);
        if (length > held - i) length = held - i;
        memcpy(call_arguments() + i, run, 8 * length);
    }
    slisp_context.spread = held < count ? vector : 0;
    return (int64_t)count;
}

/* ---- arrays -------------------------------------------------------------- */

/* In reserved room; the slots are not set. */
static Value allocate_array(uint64_t length) {
    Value array = allocate(KIND_ARRAY, 1 + length);
    *field(array, FIELD_ARRAY_LENGTH) = length;
    return array;
}

Value rt_array(int64_t length) {
    if (length < 0)
        throw_text(CLASS_IllegalArgumentException, "an array cannot have less than 0 slots");
    RESERVE(object_bytes(1 + (uint64_t)length), NULL);
    Value array = allocate_array((uint64_t)length);
    Value *slots = field(array, FIELD_ARRAY_SLOTS);
    for (int64_t i = 0; i < length; i++)
        slots[i] = VALUE_NIL;
    return array;
}

void rt_throw_bounds(void) {
    throw_text(CLASS_IndexOutOfBoundsException, "an array has no slot with this index");
}

static void need_slots(Value array, int64_t count) {
    if (count < 0 || (uint64_t)count > get(array, FIELD_ARRAY_LENGTH)) rt_throw_bounds();
}

Value rt_array_set(Value array, int64_t index, Value v) {
    if ((uint64_t)index >= get(array, FIELD_ARRAY_LENGTH)) rt_throw_bounds();
    set(array, FIELD_ARRAY_SLOTS + 8 * (uint64_t)index, v);
    return VALUE_NIL;
}

Value rt_vec_array(Value vector) {
    uint64_t count = vector_count(vector), length;
    RESERVE(object_bytes(1 + count), &vector);
    Value array = allocate_array(count);
    for (uint64_t i = 0; i < count; i += length) {
        const Value *run = vector_run(vector, i, &length);
        memcpy(field(array, FIELD_ARRAY_SLOTS) + i, run, 8 * length);
    }
    return array;
}

Value rt_array_vec(Value array, int64_t count) {
    need_slots(array, count);
    RESERVE(vector_bytes((uint64_t)count), &array);
    return vector_of(field(array, FIELD_ARRAY_SLOTS), (uint64_t)count);
}
