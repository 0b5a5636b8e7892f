/* check_types.c - the representations of Lspecial and Lblocks: a name is a raw int, a raw double, a
 * flag or a tagged value, and is only where the table of primitives, the binder or the function
 * asks for that. lower takes it for granted.
 */
#include "checker.h"
#include "tables.h"

/* ---- what is asked for */

static Type representation_of(Type t) {
    if (t == T_FLAG || t == T_DOUBLE) return t;
    return t && !(t & (Type)~T_INT) ? T_INT : T_ANY;
}

static Type of_symbol(const Node *symbol) {
    Type t = T_ANY;
    type_parse(text_bytes(symbol->text), text_length(symbol->text), &t);
    return representation_of(t);
}

static Type of_letter(char letter) {
    return letter == 'i' ? T_INT : letter == 'd' ? T_DOUBLE : letter == 'f' ? T_FLAG : T_ANY;
}

static Type of_name(const Checker *c, const Node *name) {
    return c->names[name->name.number].kind;
}

/* ---- what is there */

static bool constant_fits(const Node *datum, Type wanted) {
    switch (wanted) {
    case T_INT: return datum->kind == N_INT;
    case T_DOUBLE: return datum->kind == N_DOUBLE;
    case T_FLAG: return datum->kind == N_TRUE || datum->kind == N_FALSE;
    default: return true;
    }
}

static bool is_of_type(Checker *c, const Node *form, Type type, Type wanted) {
    if (type == wanted) return true;
    return ill_formed(c, form, "a value of type %s is given, and %s is needed", type_text(type),
                      type_text(wanted));
}

static bool check_operand(Checker *c, const Node *form, const Node *operand, Type wanted) {
    if (operand->kind == N_NAME) return is_of_type(c, form, of_name(c, operand), wanted);
    if (operand->kind == N_GLOBAL) return is_of_type(c, form, T_ANY, wanted);
    if (!is_form(operand, H_quote) || constant_fits(as_quote(operand).datum, wanted)) return true;
    return ill_formed(c, form, "the constant is not of type %s", type_text(wanted));
}

static bool check_operands(Checker *c, const Node *form, NodeList operands, Type wanted) {
    for (uint32_t i = 0; i < operands.count; i++)
        if (!check_operand(c, form, operands.items[i], wanted)) return false;
    return true;
}

/* ---- operations */

/* T_NONE: none, it does not come back. */
static Type of_result(Prim p) {
    if (p == P_tag || p == P_box) return T_ANY; /* in spite of what the row says */
    return prim_result(p) == T_NONE ? T_NONE : representation_of(prim_result(p));
}

static bool check_prim(Checker *c, const Node *n, Type wanted) {
    PrimForm f = as_prim(n);
    const char *letter = prim_rows[f.operation->head].args;
    for (uint32_t i = 0; i < f.operands.count; i++) {
        Type type = *letter && *letter != '*' ? of_letter(*letter) : T_ANY;
        if (!check_operand(c, n, f.operands.items[i], type)) return false;
        if (*letter && *letter != '*') letter++;
    }
    Type result = of_result((Prim)f.operation->head);
    return result == T_NONE || is_of_type(c, n, result, wanted);
}

static NodeList parameters_of(const Node *function) {
    FunctionForm f = as_function(function);
    return f.blocks.count ? as_block(f.blocks.items[0]).parameters : f.parameters;
}

/* What the function takes is known when the program holds it. */
static bool check_known_call(Checker *c, const Node *n, const Node *name, NodeList operands,
                             Type wanted) {
    const Node *function = definition_of(c, name);
    if (!function || !is_form(function, H_function)) return true;
    NodeList parameters = parameters_of(function);
    for (uint32_t i = 0; i < operands.count && i < parameters.count; i++)
        if (!check_operand(c, n, operands.items[i], type_of(parameters.items[i]))) return false;
    return is_of_type(c, n, of_symbol(as_function(function).returns), wanted);
}

/* What goes through the runtime is tagged. */
static bool takes_values(Checker *c, const Node *n, const Node *name) {
    const Node *function = definition_of(c, name);
    if (!function || !is_form(function, H_function)) return true;
    NodeList parameters = parameters_of(function);
    for (uint32_t i = 0; i < parameters.count; i++)
        if (type_of(parameters.items[i]) != T_ANY)
            return ill_formed(c, n, "$%s takes what is not of type any", text_bytes(name->text));
    return is_of_type(c, n, of_symbol(as_function(function).returns), T_ANY);
}

static bool check_try(Checker *c, const Node *n, Type wanted) {
    TryCallForm f = as_try_call(n);
    return check_operands(c, n, f.operands, T_ANY) && takes_values(c, n, f.body) &&
           takes_values(c, n, f.handler) && is_of_type(c, n, T_ANY, wanted);
}

/* ---- expressions */

static bool check_expression(Checker *c, const Node *n, Type wanted);

static bool check_bound(Checker *c, NodeList bindings) {
    for (uint32_t i = 0; i < bindings.count; i++) {
        BindingForm b = as_binding(bindings.items[i]);
        if (!check_expression(c, b.value, type_of(b.name))) return false;
    }
    return true;
}

/* The values of a recur are of the types of the loop's bindings, which are those of the row. */
static bool check_round(Checker *c, const Node *n) {
    RecurForm f = as_recur(n);
    const NameRow *label = &c->names[f.label->name.number];
    for (uint32_t i = 0; label->loop && i < f.values.count; i++) {
        NodeList bindings = as_loop(label->loop).bindings;
        if (i < bindings.count &&
            !check_operand(c, n, f.values.items[i], type_of(as_binding(bindings.items[i]).name)))
            return false;
    }
    return true;
}

static bool check_branches(Checker *c, const Node *n, Type wanted) {
    IfForm f = as_if(n);
    return check_operand(c, n, f.test, T_FLAG) && check_expression(c, f.then, wanted) &&
           check_expression(c, f.otherwise, wanted);
}

static bool check_loop(Checker *c, const Node *n, Type wanted) {
    LoopForm f = as_loop(n);
    c->names[f.label->name.number].loop = n;
    return check_bound(c, f.bindings) && check_expression(c, f.body, wanted);
}

static bool check_call(Checker *c, const Node *n, Type wanted) {
    CallForm f = as_call(n);
    return check_operand(c, n, f.callee, T_ANY) && check_operands(c, n, f.operands, T_ANY) &&
           is_of_type(c, n, T_ANY, wanted);
}

static bool check_enter(Checker *c, const Node *n, Type wanted) {
    EnterForm f = as_enter(n);
    return check_operand(c, n, f.closure, T_ANY) &&
           check_known_call(c, n, f.function, f.operands, wanted);
}

static bool check_patch(Checker *c, const Node *n) {
    PatchForm f = as_patch(n);
    return check_operand(c, n, f.closure, T_ANY) && check_operand(c, n, f.value, T_ANY);
}

/* Of Lspecial, and what is bound in Lblocks. */
static bool check_expression(Checker *c, const Node *n, Type wanted) {
    switch (Lspecial_Expr_of(n)) {
    case Lspecial_Expr_NAME:
    case Lspecial_Expr_GLOBAL:
    case Lspecial_Expr_quote: return check_operand(c, n, n, wanted);
    case Lspecial_Expr_let:
        return check_bound(c, as_let(n).bindings) && check_expression(c, as_let(n).body, wanted);
    case Lspecial_Expr_loop: return check_loop(c, n, wanted);
    case Lspecial_Expr_if: return check_branches(c, n, wanted);
    case Lspecial_Expr_recur: return check_round(c, n);
    case Lspecial_Expr_call: return check_call(c, n, wanted);
    case Lspecial_Expr_prim: return check_prim(c, n, wanted);
    case Lspecial_Expr_global: return is_of_type(c, n, T_ANY, wanted);
    case Lspecial_Expr_set_global:
        return check_operand(c, n, as_set_global(n).value, T_ANY) &&
               is_of_type(c, n, T_ANY, wanted);
    case Lspecial_Expr_closure:
        return check_operands(c, n, as_closure(n).captures, T_ANY) &&
               is_of_type(c, n, T_ANY, wanted);
    case Lspecial_Expr_patch: return check_patch(c, n) && is_of_type(c, n, T_ANY, wanted);
    case Lspecial_Expr_direct:
        return check_known_call(c, n, as_direct(n).function, as_direct(n).operands, wanted);
    case Lspecial_Expr_enter: return check_enter(c, n, wanted);
    case Lspecial_Expr_try_call: return check_try(c, n, wanted);
    }
    return true;
}

/* ---- blocks */

static bool check_jump(Checker *c, const Node *n) {
    JumpForm f = as_jump(n);
    uint32_t to = f.target->block < c->numbers ? c->index[f.target->block] : 0;
    if (!to) return true;
    NodeList parameters = as_block(c->blocks[to - 1].node).parameters;
    for (uint32_t i = 0; i < parameters.count && i < f.values.count; i++)
        if (!check_operand(c, n, f.values.items[i], type_of(parameters.items[i]))) return false;
    return true;
}

static bool check_exit(Checker *c, const Node *n, Type returned) {
    switch (Lblocks_Exit_of(n)) {
    case Lblocks_Exit_jump: return check_jump(c, n);
    case Lblocks_Exit_branch: return check_operand(c, n, as_branch(n).test, T_FLAG);
    case Lblocks_Exit_return: return check_operand(c, n, as_return(n).value, returned);
    case Lblocks_Exit_tail_call:
        return check_operand(c, n, as_tail_call(n).callee, T_ANY) &&
               check_operands(c, n, as_tail_call(n).operands, T_ANY) &&
               is_of_type(c, n, T_ANY, returned);
    case Lblocks_Exit_tail_direct:
        return check_known_call(c, n, as_tail_direct(n).function, as_tail_direct(n).operands,
                                returned);
    case Lblocks_Exit_tail_enter:
        return check_operand(c, n, as_tail_enter(n).closure, T_ANY) &&
               check_known_call(c, n, as_tail_enter(n).function, as_tail_enter(n).operands,
                                returned);
    case Lblocks_Exit_stop: return true;
    }
    return true;
}

static bool check_block(Checker *c, const Node *block, Type returned) {
    BlockForm f = as_block(block);
    c->block_form = block;
    for (uint32_t i = 0; i < f.steps.count; i++) {
        StepLetForm let = as_step_let(f.steps.items[i]);
        if (!check_expression(c, let.value, type_of(let.name))) return false;
    }
    return check_exit(c, f.exit, returned);
}

bool check_types(Checker *c, const Node *function) {
    FunctionForm f = as_function(function);
    Type returned = of_symbol(f.returns);
    if (!f.blocks.count) return check_expression(c, f.body, returned);
    for (uint32_t i = 0; i < f.blocks.count; i++)
        if (!check_block(c, f.blocks.items[i], returned)) return false;
    return true;
}
