/* tree_types.c - the tree interpreter: in Ltyped a value must be of the type that its name, or its
 * function's (returns ...), says. A wrong type is an error here, before anything relies on it. */
#include "tree.h"

#include "names.h"

static Kinds object_kinds(Value v) {
    switch (kind_of(v)) {
    case KIND_BIGINT: return K_BIG;
    case KIND_DOUBLE: return K_DOUBLE;
    case KIND_STRING: return K_STRING;
    case KIND_KEYWORD: return K_KEYWORD;
    case KIND_SYMBOL: return K_SYMBOL;
    case KIND_CONS: return K_CONS;
    case KIND_INDEXED_SEQ: return K_INDEXED;
    case KIND_LAZY: return K_LAZY;
    case KIND_EMPTY: return K_EMPTY;
    case KIND_VECTOR: return K_VECTOR;
    case KIND_CLOSURE: return K_FN;
    case KIND_ATOM: return K_ATOM;
    case KIND_TRANSIENT: return K_TRANSIENT;
    case KIND_PATTERN: return K_PATTERN;
    case KIND_DELAY: return K_DELAY;
    case KIND_REDUCED: return K_REDUCED;
    case KIND_EXCEPTION: return K_EXCEPTION;
    case KIND_ARRAY: return K_ARRAY;
    default: return is_map(v) ? K_MAP : is_set(v) ? K_SET : K_REST;
    }
}

Kinds value_kinds(Value v) {
    if (is_fixnum(v)) return K_FIX;
    if (v == VALUE_NIL) return K_NIL;
    return is_pointer(v) ? object_kinds(v) : K_BOOL;
}

static Type value_type(Value v) {
    return type_of_kinds(value_kinds(v));
}

_Noreturn static void refuse_value(const Node *what, Value v, Type type) {
    TextBuffer shown = {0};
    Buffer name = {0};
    show_word(&shown, v, HOLDING_VALUE);
    print_flat(&name, what->kind == N_NAME ? what : as_function(what).name);
    tree_refuse(NULL, "%.*s %s the type %s, which %.*s is not", (int)name.length, name.bytes,
                what->kind == N_NAME ? "has" : "returns", type_text(type), (int)shown.length,
                shown.bytes);
}

/* c->typed says which type; a tail call gives its value later. */
static Bits evaluate_typed(Activation *a, const Code *c) {
    Bits value = evaluate(a, c->parts[0]);
    const Node *what = c->typed;
    Type type = what->kind == N_NAME ? type_of(what) : returned_type(what);
    if (!a->next && !(value_type(value) & type)) refuse_value(what, value, type);
    return value;
}

static const Code *typed_code(Preparer *p, const Code *c, const Node *what) {
    Code *out = new_tree_code(p, evaluate_typed, 0, 1);
    out->parts[0] = c;
    out->typed = what;
    out->gives = HOLDING_VALUE;
    return out;
}

Type returned_type(const Node *function) {
    const Node *returns = as_function(function).returns;
    return returns ? type_named(returns) : T_NONE;
}

const Code *typed_value(Preparer *p, const Code *c, const Node *name) {
    bool says_something = tree.language == L_Ltyped && name->is_typed && type_of(name) != T_ANY;
    return says_something ? typed_code(p, c, name) : c;
}

/* The parameters are looked at first. */
static Bits evaluate_typed_body(Activation *a, const Code *c) {
    for (uint32_t i = 0; i + 1 < c->count; i++)
        evaluate(a, c->parts[i]);
    return evaluate(a, c->parts[c->count - 1]);
}

const Code *typed_body(Preparer *p, const Code *c, const Node *function) {
    if (tree.language != L_Ltyped) return c;
    NodeList parameters = as_function(function).parameters;
    Code *out = new_tree_code(p, evaluate_typed_body, 0, parameters.count + 1);
    for (uint32_t i = 0; i < parameters.count; i++)
        out->parts[i] = typed_value(p, local_code(p, 1 + i, HOLDING_VALUE), parameters.items[i]);
    bool says_something = returned_type(function) != T_ANY;
    out->parts[parameters.count] = says_something ? typed_code(p, c, function) : c;
    out->gives = HOLDING_VALUE;
    return out;
}

/* A value that is to be looked at comes back first. */
Position typed_position(const Preparer *p, Position position, Type gives) {
    return tree.language == L_Ltyped && gives & ~p->returns ? INNER : position;
}
