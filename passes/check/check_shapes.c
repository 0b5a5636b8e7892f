/* check_shapes.c - what a form up to Lmemory keeps whatever its names are: the arities of a
 * function can be told apart by a byte, and calls do not give more than the argument area holds.
 */
#include "checker.h"
#include "ir/arity.h"
#include "ir/limits.h"

enum { MOST_COUNTED = 127 }; /* an entry compares the number of arguments with a byte */

static bool check_arity(Checker *c, const Node *fn, const Node *arity, NodeList before) {
    bool has_rest = is_form(arity, H_rest);
    if (has_rest && !as_arity(arity).parameters.count)
        return ill_formed(c, arity, "its rest parameter is missing");
    if (fixed_parameters(arity) > MOST_COUNTED)
        return ill_formed(c, arity, "it has %u parameters, and %d are possible",
                          fixed_parameters(arity), MOST_COUNTED);
    for (uint32_t i = 0; i < before.count; i++) {
        const Node *other = before.items[i];
        bool both_rest = has_rest && is_form(other, H_rest);
        if (both_rest ||
            (other->head == arity->head && fixed_parameters(other) == fixed_parameters(arity)))
            return ill_formed(c, fn, "two of its arities take the same number of values");
    }
    return true;
}

static bool check_arities(Checker *c, const Node *fn) {
    NodeList arities = as_fn(fn).arities;
    for (uint32_t i = 0; i < arities.count; i++)
        if (!check_arity(c, fn, arities.items[i], nodes(arities.items, i, arities.at)))
            return false;
    return true;
}

/* What a call of any sort gives. */
static uint32_t operand_count(const Node *n) {
    if (is_form(n, H_call)) return as_call(n).operands.count;
    if (is_form(n, H_prim)) return as_prim(n).operands.count;
    if (is_form(n, H_direct)) return as_direct(n).operands.count;
    if (is_form(n, H_enter)) return as_enter(n).operands.count;
    if (is_form(n, H_try_call)) return as_try_call(n).operands.count;
    if (is_form(n, H_tail_call)) return as_tail_call(n).operands.count;
    if (is_form(n, H_tail_direct)) return as_tail_direct(n).operands.count;
    if (is_form(n, H_tail_enter)) return as_tail_enter(n).operands.count;
    return is_form(n, H_runtime) ? as_runtime(n).operands.count : 0;
}

bool check_shapes(Checker *c, const Node *n) {
    if (!is_tree(n) || is_form(n, H_quote)) return true;
    if (is_form(n, H_fn) && !check_arities(c, n)) return false;
    if (operand_count(n) > MOST_ARGUMENTS)
        return ill_formed(c, n, "it gives %u operands, and %d are possible", operand_count(n),
                          MOST_ARGUMENTS);
    for (uint32_t i = 0; i < n->count; i++)
        if (!check_shapes(c, child(n, i))) return false;
    return true;
}
