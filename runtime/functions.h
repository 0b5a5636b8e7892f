/* functions.h - the C functions that compiled code calls, by the rows of prims.def and extras.def.
 *
 * Those with a * in their row take the values in the argument area and reset its count.
 */
#ifndef SLISP_FUNCTIONS_H
#define SLISP_FUNCTIONS_H

#include "layout.h"

/* numbers.c */
Value rt_add(Value a, Value b);
Value rt_sub(Value a, Value b);
Value rt_mul(Value a, Value b);
Value rt_div(Value a, Value b);
Value rt_quot(Value a, Value b);
Value rt_rem(Value a, Value b);
Value rt_mod(Value a, Value b);
int64_t rt_lt(Value a, Value b);
int64_t rt_gt(Value a, Value b);
int64_t rt_le(Value a, Value b);
int64_t rt_ge(Value a, Value b);
int64_t rt_num_eq(Value a, Value b);
int64_t rt_bit_and(Value a, Value b);
int64_t rt_bit_or(Value a, Value b);
int64_t rt_bit_xor(Value a, Value b);
int64_t rt_bit_not(Value a);
int64_t rt_shl(Value a, Value b);
int64_t rt_sar(Value a, Value b);
int64_t rt_shr(Value a, Value b);
int64_t rt_to_int(Value a);
double rt_to_double(Value a);
Value rt_box_int(int64_t i);
Value rt_box_double(double d);
double rt_math1(int64_t function, double x);
double rt_math2(int64_t function, double x, double y);

/* lists.c */
Value rt_list(void);
Value rt_array(int64_t length);
Value rt_array_set(Value array, int64_t index, Value v);
int64_t rt_rest_list(int64_t fixed, int64_t count); /* for rt_collect_rest */
int64_t rt_spread(Value callee, Value vector);      /* for rt_apply */

/* vectors.c */
Value rt_vector(void);
Value rt_vec_nth(Value vector, int64_t index);
Value rt_vec_conj(Value vector, Value v);
Value rt_vec_assoc(Value vector, int64_t index, Value v);
Value rt_vec_pop(Value vector);
Value rt_vec_sub(Value vector, int64_t from, int64_t to);
Value rt_vec_concat(Value a, Value b);
Value rt_array_vec(Value array, int64_t count);
Value rt_vec_array(Value vector);
Value rt_entry(Value k, Value v);
int64_t rt_is_entry(Value v);

/* maps.c */
int64_t rt_is_map(Value v);
Value rt_map(void);
Value rt_shape_map(Value shape);
Value rt_map_get(Value map, Value key, Value otherwise);
Value rt_map_assoc(Value map, Value key, Value v);
Value rt_map_dissoc(Value map, Value key);
int64_t rt_map_has(Value map, Value key);
Value rt_map_find(Value map, Value key);
int64_t rt_map_count(Value map);
Value rt_map_keys(Value map);
Value rt_map_vals(Value map);
Value rt_map_entries(Value map);

/* sets.c */
int64_t rt_is_set(Value v);
Value rt_set(void);
Value rt_set_conj(Value set, Value v);
Value rt_set_disj(Value set, Value v);
Value rt_set_get(Value set, Value v, Value otherwise);
int64_t rt_set_has(Value set, Value v);
int64_t rt_set_count(Value set);
Value rt_set_items(Value set);

/* equality.c, order.c, intern.c */
int64_t rt_equal(Value a, Value b);
int64_t rt_realized(Value v);
int64_t rt_hash(Value v);
int64_t rt_compare(Value a, Value b);
uint32_t rt_named_hash(Value named); /* computes and keeps it */
Value rt_keyword(Value string);
Value rt_symbol(Value string);
Value rt_name(Value named);
Value rt_namespace(Value named);

/* strings.c, search.c, letters.c, parse.c, printing.c */
int64_t rt_str_count(Value s);
Value rt_str_nth(Value s, int64_t index);
Value rt_str_at(Value s, int64_t offset);
int64_t rt_str_next(Value s, int64_t offset);
Value rt_str_sub(Value s, int64_t from, int64_t to);
Value rt_str_concat(Value s, Value t);
Value rt_str_join(Value separator, Value strings);
Value rt_str_of(Value v);
int64_t rt_str_index(Value s, Value t, int64_t from);
int64_t rt_str_last_index(Value s, Value t, int64_t from);
Value rt_str_replace(Value s, Value match, Value replacement);
Value rt_str_upper(Value s);
Value rt_str_lower(Value s);
Value rt_str_trim(Value s, int64_t ends);
Value rt_parse_int(Value s);
Value rt_parse_radix(Value s, int64_t radix);
Value rt_parse_double(Value s);

/* output.c, printing.c */
Value rt_write(Value v);
Value rt_write_quoted(Value v);
Value rt_flush(void);
Value rt_output_push(void);
Value rt_output_pop(void);

/* errors.c */
_Noreturn void rt_throw(Value exception);
Value rt_exception(Value class, Value message, Value data, Value cause);
Value rt_ex_class(Value exception);
Value rt_ex_message(Value exception);
Value rt_ex_data(Value exception);
Value rt_ex_cause(Value exception);
int64_t rt_instance(Value exception, Value class);
_Noreturn void rt_wrong_type(Value operation, Value v);
_Noreturn void rt_wrong_operand(Value primitive, Value wanted, Value v);
_Noreturn void rt_wrong_count(Value function, int64_t count);
_Noreturn void rt_out_of_range(Value operation, int64_t index, Value collection);
_Noreturn void rt_fail(Value class, Value message);
_Noreturn void rt_throw_overflow(void);
_Noreturn void rt_throw_divide(void);
_Noreturn void rt_throw_bounds(void); /* of an array */
_Noreturn void rt_throw_stack(void);  /* the stack is used up */

/* gc.c, start.c */
Value rt_collect(int64_t bytes);
Value rt_main_args(void);
Value rt_exit_code(Value v);

#endif
