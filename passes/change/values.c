/* values.c - changes of what anf, types and specialize give. */
#include "tree.h"

/* ---- anf */

static bool is_let(const Node *e) { return is_form(e, H_let); }

/* Is it bound for its effect alone? */
static bool is_step(const Node *binding) { return binding->kids[0]->name.hint == text("_"); }

/* Two operands are computed in the other order. */
AT_EACH_PLACE(anf_order) {
    Node *bindings = is_let(*place) ? (*place)->kids[0] : NULL;
    for (uint32_t i = 0; bindings && i + 1 < bindings->count; i++)
        if (!is_step(bindings->kids[i]) && has_effect(bindings->kids[i]->kids[1]) &&
            has_effect(bindings->kids[i + 1]->kids[1]) &&
            are_independent(bindings, i) && strikes(c))
            exchange_kids(bindings, i, i + 1);
}

static bool is_known_call(const Node *e) { return is_form(e, H_direct) || is_form(e, H_enter); }

/* What an arm begins with is done before the test. */
AT_EACH_PLACE(anf_arm) {
    Node *e = *place;
    for (uint32_t i = 1; is_form(e, H_if) && i < 3; i++) {
        Node *arm = e->kids[i];
        if (!is_let(arm) || !is_known_call(arm->kids[0]->kids[0]->kids[1]) || !strikes(c)) continue;
        Node *first = arm->kids[0]->kids[0];
        remove_kid(arm->kids[0], 0);
        if (!arm->kids[0]->count) e->kids[i] = arm->kids[1];
        Node *bindings = node_tree(c->arena, N_VECTOR, pos(e), &first, 1);
        *place = list(c->arena, H_let, pos(e), bindings, e, NULL);
        return;
    }
}

/* A global is read after what follows it. */
AT_EACH_PLACE(anf_global) {
    Node *bindings = is_let(*place) ? (*place)->kids[0] : NULL;
    for (uint32_t i = 0; bindings && i + 1 < bindings->count; i++)
        if (is_form(bindings->kids[i]->kids[1], H_global) &&
            has_effect(bindings->kids[i + 1]->kids[1]) && are_independent(bindings, i) &&
            strikes(c))
            exchange_kids(bindings, i, i + 1);
}

/* What is done for its effect alone is left out. */
AT_EACH_PLACE(anf_step) {
    Node *e = *place, *bindings = is_let(e) ? e->kids[0] : NULL;
    for (uint32_t i = 0; bindings && i < bindings->count; i++)
        if (is_step(bindings->kids[i]) && strikes(c)) {
            remove_kid(bindings, i);
            break;
        }
    if (bindings && !bindings->count) *place = e->kids[1];
}

/* An operand is taken for the one before it. */
AT_EACH_PLACE(anf_operand) {
    const Node *e = *place;
    if (e->kind != N_NAME || e->name.hint != text("t")) return;
    const Bound *b = bound(scope, e), *before = b ? b->outer : NULL;
    if (before && before->binder == b->binder && is_let(b->binder) && strikes(c))
        *place = node_copy(c->arena, before->name);
}

/* ---- types */

static void narrow(Change *c, Node **name, Type type) { *name = node_typed(c->arena, *name, type); }

static Type operand_type(const Node *a, const Bound *scope) {
    if (a->kind == N_NAME) {
        const Bound *b = bound(scope, a);
        return b ? type_of(b->name) : T_NONE;
    }
    if (!is_form(a, H_quote)) return T_NONE;
    switch (a->kids[0]->kind) {
    case N_INT: return T_FIX;
    case N_DOUBLE: return T_DOUBLE;
    case N_NIL: return T_NIL;
    case N_TRUE: case N_FALSE: return T_BOOL;
    case N_STRING: return T_STRING;
    case N_KEYWORD: return T_KEYWORD;
    default: return T_NONE;
    }
}

static bool is_narrower(Type type, Type than) { return type && type != than && !(type & ~than); }

/* Of a loop only the first round is looked at. */
AT_EACH_PLACE(types_round) {
    const Node *bindings = is_form(*place, H_loop) ? bindings_of(*place) : NULL;
    for (uint32_t i = 0; bindings && i < bindings->count; i++) {
        Node *b = bindings->kids[i];
        Type type = operand_type(b->kids[1], scope);
        if (type_of(b->kids[0]) != T_INT && is_narrower(type, type_of(b->kids[0])) && strikes(c))
            narrow(c, &b->kids[0], type);
    }
}

/* Sums and products of ints and doubles are ints. */
AT_EACH_PLACE(types_numbers) {
    const Node *bindings = is_let(*place) ? (*place)->kids[0] : NULL;
    for (uint32_t i = 0; bindings && i < bindings->count; i++)
        if (type_of(bindings->kids[i]->kids[0]) == (T_INT | T_DOUBLE) && strikes(c))
            narrow(c, &bindings->kids[i]->kids[0], T_INT);
}

/* A variable global has held a value from the start: it is never nil. */
AT_EACH_PLACE(types_unset) {
    const Node *bindings = is_let(*place) ? (*place)->kids[0] : NULL;
    for (uint32_t i = 0; bindings && i < bindings->count; i++) {
        Node *b = bindings->kids[i];
        Type type = type_of(b->kids[0]);
        if (is_form(b->kids[1], H_global) && type & T_NIL && type != T_NIL && strikes(c))
            narrow(c, &b->kids[0], type & (Type)~T_NIL);
    }
}

typedef struct {
    Text function;
    uint32_t operand;
    Type type;
} FirstCall;

/* What the first call of the function in the form gives, as far as an operand alone tells. */
static void find_call(const Node *e, FirstCall *call) {
    if (!is_tree(e) || e->head == H_quote || call->type) return;
    if (is_form(e, H_direct) && e->kids[0]->text == call->function) {
        call->type = operand_type(e->kids[1 + call->operand], NULL);
        return;
    }
    for (uint32_t i = 0; i < e->count; i++)
        find_call(e->kids[i], call);
}

/* A parameter holds what the first call gives. */
void change_types_call(Change *c) {
    if (!is_form(c->top, H_function)) return;
    Node *names = c->top->kids[c->top->count - 2];
    for (uint32_t i = 0; i < names->count; i++) {
        FirstCall call = {c->top->kids[0]->text, i, T_NONE};
        find_call(c->form, &call);
        if (is_narrower(call.type, type_of(names->kids[i])) && strikes(c))
            narrow(c, &names->kids[i], call.type);
    }
}

/* What the body gives when the first arm of an if is taken, as far as operands alone tell. */
static Type first_arm_type(const Node *e) {
    if (is_form(e, H_let)) return first_arm_type(e->kids[1]);
    if (is_form(e, H_if)) return first_arm_type(e->kids[1]);
    return operand_type(e, NULL);
}

void change_types_result(Change *c) {
    if (!is_form(c->top, H_function)) return;
    Node *returns = function_part(c->top, H_returns), *body = c->top->kids[c->top->count - 1];
    const char *bytes = text_bytes(returns->kids[0]->text);
    Type type = first_arm_type(body), whole = T_NONE;
    if (type_parse(bytes, text_length(returns->kids[0]->text), &whole) &&
        is_narrower(type, whole) && strikes(c))
        returns->kids[0] =
            node_text(c->arena, N_SYMBOL, pos(returns->kids[0]), text(type_text(type)));
}

/* ---- specialize: checks */

static bool is_check(const Node *e) { return is_prim(e, P_fixnums) || is_prim(e, P_is_fixnum); }

/* The fast way is taken without a test. */
AT_EACH_PLACE(special_check) {
    if (is_prim(*place, P_is_fixnum) && strikes(c)) *place = quoted_simple(c, *place, N_TRUE);
}

/* Of two operands the first is tested. */
AT_EACH_PLACE(special_half) {
    Node *e = *place;
    if (is_prim(e, P_fixnums) && !node_equal(e->kids[1], e->kids[2]) && strikes(c)) {
        remove_kid(e, 2);
        e->kids[0] = node_row(c->arena, N_PRIM, P_is_fixnum);
    }
}

/* The slow way gets its operands in the other order. */
AT_EACH_PLACE(special_slow) {
    Node *e = *place;
    const Bound *test = is_form(e, H_if) ? bound(scope, e->kids[0]) : NULL;
    if (!test || !test->value || !is_check(test->value)) return;
    Node *slow = e->kids[2];
    while (is_let(slow))
        slow = slow->kids[1];
    if (is_form(slow, H_prim) && slow->count == 3 && !node_equal(slow->kids[1], slow->kids[2]) &&
        !(prim_rows[slow->kids[0]->head].effects & COMMUTES) && strikes(c))
        exchange_kids(slow, 1, 2);
}

/* ---- specialize: operations */

static Prim neighbour(Prim prim) {
    switch ((int)prim) {
    case P_int_lt: return P_int_le;
    case P_int_le: return P_int_lt;
    case P_int_gt: return P_int_ge;
    case P_int_ge: return P_int_gt;
    default: return P_NONE;
    }
}

AT_EACH_PLACE(special_compare) {
    Node *e = *place;
    Prim other = is_form(e, H_prim) ? neighbour((Prim)e->kids[0]->head) : P_NONE;
    if (other && strikes(c)) e->kids[0] = node_row(c->arena, N_PRIM, (uint16_t)other);
}

/* The quotient is the remainder. */
AT_EACH_PLACE(special_quot) {
    if (is_prim(*place, P_int_quot) && strikes(c))
        (*place)->kids[0] = node_row(c->arena, N_PRIM, P_int_rem);
}

/* nil as a flag is true. */
AT_EACH_PLACE(special_truth) {
    Node *e = *place;
    for (uint32_t i = 1; is_form(e, H_if) && i < 3; i++)
        if (is_quoted(e->kids[i], N_FALSE) && strikes(c)) e->kids[i] = quoted_simple(c, e, N_TRUE);
}

/* A double constant that a call passes is rounded. */
AT_EACH_PLACE(special_constant) {
    Node *bindings = is_let(*place) ? (*place)->kids[0] : NULL;
    for (uint32_t i = 0; bindings && i < bindings->count; i++) {
        Node *name = bindings->kids[i]->kids[0], *value = bindings->kids[i]->kids[1];
        if (type_of(name) == T_DOUBLE && is_quoted(value, N_DOUBLE) &&
            value->kids[0]->real != (double)(int64_t)value->kids[0]->real && strikes(c))
            value->kids[0]->real = (double)(int64_t)value->kids[0]->real;
    }
}
