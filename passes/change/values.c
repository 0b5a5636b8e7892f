/* values.c - changes of what anf, types and specialize give. */
#include "kinds.h"
#include "tree.h"

static NodeList let_bindings(const Node *e) {
    return is_let(e) ? as_let(e).bindings : no_nodes(0);
}

/* ---- anf */

/* Is it bound for its effect alone? */
static bool is_step(const Node *binding) {
    return as_binding(binding).name->name.hint == text("_");
}

/* Two operands are computed in the other order. */
AT_EACH_PLACE(anf_order) {
    NodeList bindings = let_bindings(e);
    for (uint32_t i = 0; i + 1 < bindings.count; i++)
        if (!is_step(bindings.items[i]) && has_effect(bound_value(bindings, i)) &&
            has_effect(bound_value(bindings, i + 1)) && are_independent(bindings, i) && strikes(c))
            e = with_bindings(c, e, exchanged(c, bindings, i));
    return e;
}

/* Does the branch begin with a known call? */
static bool begins_with_call(const Node *branch) {
    if (!is_let(branch)) return false;
    const Node *first = bound_value(as_let(branch).bindings, 0);
    return is_form(first, H_direct) || is_form(first, H_enter);
}

static Node *without_first_binding(Change *c, Node *branch) {
    LetForm f = as_let(branch);
    if (f.bindings.count == 1) return f.body;
    return with_bindings(c, branch, without_item(c, f.bindings, 0));
}

/* What an arm begins with is done before the test. */
AT_EACH_PLACE(anf_arm) {
    if (!is_if(e)) return e;
    IfForm f = as_if(e);
    Node **branches[] = {&f.then, &f.otherwise};
    for (int i = 0; i < 2; i++) {
        Node **branch = branches[i];
        if (!begins_with_call(*branch) || !strikes(c)) continue;
        Node *first = as_let(*branch).bindings.items[0];
        *branch = without_first_binding(c, *branch);
        return make_let(c->arena, pos(e), nodes(&first, 1, pos(e)), remake_if(c->arena, e, f));
    }
    return e;
}

/* A global is read after what follows it. */
AT_EACH_PLACE(anf_global) {
    NodeList bindings = let_bindings(e);
    for (uint32_t i = 0; i + 1 < bindings.count; i++)
        if (is_form(bound_value(bindings, i), H_global) &&
            has_effect(bound_value(bindings, i + 1)) && are_independent(bindings, i) && strikes(c))
            e = with_bindings(c, e, exchanged(c, bindings, i));
    return e;
}

/* What is done for its effect alone is left out. */
AT_EACH_PLACE(anf_step) {
    NodeList bindings = let_bindings(e);
    for (uint32_t i = 0; i < bindings.count; i++) {
        if (!is_step(bindings.items[i]) || !strikes(c)) continue;
        if (bindings.count == 1) return as_let(e).body;
        return with_bindings(c, e, without_item(c, bindings, i));
    }
    return e;
}

/* An operand is taken for the one before it. */
AT_EACH_PLACE(anf_operand) {
    if (e->kind != N_NAME || e->name.hint != text("t")) return e;
    const Bound *b = bound(scope, e), *before = b ? b->outer : NULL;
    bool has_other = before && before->binder == b->binder && is_let(b->binder);
    return has_other && strikes(c) ? node_copy(c->arena, before->name) : e;
}

/* ---- types */

static Node *with_narrower(Change *c, Node *e, NodeList bindings, uint32_t i, Type type) {
    BindingForm b = as_binding(bindings.items[i]);
    b.name = node_typed(c->arena, b.name, type);
    Node *binding = remake_binding(c->arena, bindings.items[i], b);
    return with_bindings(c, e, with_item(c, bindings, i, binding));
}

static Type operand_type(const Node *a, const Bound *scope) {
    if (a->kind == N_NAME) {
        const Bound *b = bound(scope, a);
        return b ? type_of(b->name) : T_NONE;
    }
    if (!is_form(a, H_quote)) return T_NONE;
    const Node *d = as_quote(a).datum;
    if (d->kind == N_INT) return T_FIX;
    return d->kind == N_SYMBOL || is_tree(d) ? T_NONE : constant_type(d);
}

static bool is_narrower(Type type, Type than) {
    return type && type != than && !(type & ~than);
}

/* Of a loop only the first round is looked at. */
AT_EACH_PLACE(types_round) {
    NodeList bindings = is_form(e, H_loop) ? bindings_of(e) : no_nodes(0);
    for (uint32_t i = 0; i < bindings.count; i++) {
        Type type = operand_type(bound_value(bindings, i), scope);
        Type whole = type_of(bound_name(bindings, i));
        if (whole != T_INT && is_narrower(type, whole) && strikes(c))
            e = with_narrower(c, e, bindings, i, type);
    }
    return e;
}

/* Sums and products of ints and doubles are ints. */
AT_EACH_PLACE(types_numbers) {
    NodeList bindings = let_bindings(e);
    for (uint32_t i = 0; i < bindings.count; i++)
        if (type_of(bound_name(bindings, i)) == (T_INT | T_DOUBLE) && strikes(c))
            e = with_narrower(c, e, bindings, i, T_INT);
    return e;
}

/* A variable global has held a value from the start: it is never nil. */
AT_EACH_PLACE(types_unset) {
    NodeList bindings = let_bindings(e);
    for (uint32_t i = 0; i < bindings.count; i++) {
        Type type = type_of(bound_name(bindings, i));
        if (is_form(bound_value(bindings, i), H_global) && type & T_NIL && type != T_NIL &&
            strikes(c))
            e = with_narrower(c, e, bindings, i, type & (Type)~T_NIL);
    }
    return e;
}

typedef struct {
    Text function;
    uint32_t operand;
    Type type;
} FirstCall;

/* What the first call of the function in the form gives, as far as an operand alone tells. */
static void find_call(const Node *e, FirstCall *call) {
    if (is_form(e, H_quote) || call->type) return;
    if (is_form(e, H_direct) && as_direct(e).function->text == call->function) {
        call->type = operand_type(as_direct(e).operands.items[call->operand], NULL);
        return;
    }
    NodeList parts = kids_of(e);
    for (uint32_t i = 0; i < parts.count; i++)
        find_call(parts.items[i], call);
}

/* A parameter holds what the first call gives. */
void change_types_call(Change *c) {
    if (!is_form(c->top, H_function)) return;
    FunctionForm f = as_function(c->top);
    NodeList parameters = f.parameters;
    for (uint32_t i = 0; i < parameters.count; i++) {
        Node *name = parameters.items[i];
        FirstCall call = {f.name->text, i, T_NONE};
        find_call(c->form, &call);
        if (is_narrower(call.type, type_of(name)) && strikes(c))
            f.parameters = with_item(c, parameters, i, node_typed(c->arena, name, call.type));
    }
    put_top(c, remake_function(c->arena, c->top, f));
}

/* What the body gives when the first arm of an if is taken, as far as operands alone tell. */
static Type first_arm_type(const Node *e) {
    if (is_let(e)) return first_arm_type(as_let(e).body);
    if (is_if(e)) return first_arm_type(as_if(e).then);
    return operand_type(e, NULL);
}

void change_types_result(Change *c) {
    if (!is_form(c->top, H_function)) return;
    FunctionForm f = as_function(c->top);
    Type type = first_arm_type(f.body);
    if (!is_narrower(type, type_named(f.returns)) || !strikes(c)) return;
    f.returns = node_text(c->arena, N_SYMBOL, pos(f.returns), text(type_text(type)));
    put_top(c, remake_function(c->arena, c->top, f));
}

/* ---- specialize: checks */

static Node *with_operation(Change *c, Node *e, Prim prim) {
    PrimForm f = as_prim(e);
    f.operation = node_row(c->arena, N_PRIM, (uint16_t)prim);
    return remake_prim(c->arena, e, f);
}

/* The fast way is taken without a test. */
AT_EACH_PLACE(special_check) {
    return is_prim(e, P_is_fixnum) && strikes(c) ? quoted_simple(c, e, N_TRUE) : e;
}

/* Of two operands the first is tested. */
AT_EACH_PLACE(special_half) {
    if (!is_prim(e, P_fixnums)) return e;
    PrimForm f = as_prim(e);
    if (node_equal(f.operands.items[0], f.operands.items[1]) || !strikes(c)) return e;
    f.operands = without_item(c, f.operands, 1);
    return with_operation(c, remake_prim(c->arena, e, f), P_is_fixnum);
}

/* The last operation of a line with its operands exchanged; NULL where that makes no difference. */
static Node *with_last_exchanged(Change *c, Node *e) {
    if (is_let(e)) {
        LetForm f = as_let(e);
        f.body = with_last_exchanged(c, f.body);
        return f.body ? remake_let(c->arena, e, f) : NULL;
    }
    if (!is_form(e, H_prim)) return NULL;
    PrimForm f = as_prim(e);
    bool commutes = prim_rows[f.operation->head].effects & COMMUTES;
    if (f.operands.count != 2 || commutes) return NULL;
    bool are_equal = node_equal(f.operands.items[0], f.operands.items[1]);
    return are_equal ? NULL : with_operands_exchanged(c, e, 0);
}

/* The slow way gets its operands in the other order. */
AT_EACH_PLACE(special_slow) {
    const Bound *test = is_if(e) ? bound(scope, as_if(e).test) : NULL;
    if (!test || !test->value) return e;
    if (!is_prim(test->value, P_fixnums) && !is_prim(test->value, P_is_fixnum)) return e;
    IfForm f = as_if(e);
    f.otherwise = with_last_exchanged(c, f.otherwise);
    return f.otherwise && strikes(c) ? remake_if(c->arena, e, f) : e;
}

/* ---- specialize: operations */

static Prim neighbour(const Node *e) {
    static const Prim pairs[][2] = {
        {P_int_lt, P_int_le}, {P_int_le, P_int_lt}, {P_int_gt, P_int_ge}, {P_int_ge, P_int_gt}};
    for (int i = 0; i < 4; i++)
        if (is_prim(e, pairs[i][0])) return pairs[i][1];
    return P_NONE;
}

AT_EACH_PLACE(special_compare) {
    Prim other = neighbour(e);
    return other && strikes(c) ? with_operation(c, e, other) : e;
}

/* The quotient is the remainder. */
AT_EACH_PLACE(special_quot) {
    return is_prim(e, P_int_quot) && strikes(c) ? with_operation(c, e, P_int_rem) : e;
}

/* nil as a flag is true. */
AT_EACH_PLACE(special_truth) {
    if (!is_if(e)) return e;
    IfForm f = as_if(e);
    if (is_quoted(f.then, N_FALSE) && strikes(c)) f.then = quoted_simple(c, e, N_TRUE);
    if (is_quoted(f.otherwise, N_FALSE) && strikes(c)) f.otherwise = quoted_simple(c, e, N_TRUE);
    return remake_if(c->arena, e, f);
}

/* A double constant that a call passes is rounded. */
AT_EACH_PLACE(special_constant) {
    NodeList bindings = let_bindings(e);
    for (uint32_t i = 0; i < bindings.count; i++) {
        Node *value = bound_value(bindings, i);
        if (type_of(bound_name(bindings, i)) != T_DOUBLE || !is_quoted(value, N_DOUBLE)) continue;
        const Node *d = as_quote(value).datum;
        double rounded = (double)(int64_t)d->real;
        if (d->real == rounded || !strikes(c)) continue;
        Node *constant = make_quote(c->arena, pos(value), node_double(c->arena, pos(d), rounded));
        e = with_bindings(c, e, with_value(c, bindings, i, constant));
    }
    return e;
}
