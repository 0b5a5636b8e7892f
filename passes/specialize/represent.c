/* represent.c - pass specialize: a name in another representation than it has. */
#include "specialize.h"

/* ---- building lines */

void start_line(Specialize *p, Line *line, Pos at, Line **outer) {
    *outer = p->line;
    *line = (Line){.at = at};
    p->line = line;
}

Node *end_line(Specialize *p, Line *outer, Node *last) {
    const Line *line = p->line;
    p->line = outer;
    if (line->bindings.count == 0) return last;
    return make_let(p->arena, line->at, list_of(line->bindings, line->at), last);
}

void add_binding(Specialize *p, Node *name, Type how, Node *value) {
    Pos at = is_tree(value) ? value->at : p->line->at;
    Node *typed = node_typed(p->arena, name, how);
    PUSH(p->scratch, p->line->bindings, make_binding(p->arena, at, typed, value));
}

Node *temporary(Specialize *p, const char *hint, Type how, Node *operation) {
    Node *name = numbered_name(p->arena, &p->next, hint);
    PUSH(p->scratch, p->names, ((NameInfo){.type = how, .representation = how}));
    add_binding(p, name, how, operation);
    return name;
}

Node *primitive(Specialize *p, Pos at, Prim prim, Node *a) {
    return make_prim(p->arena, at, node_row(p->arena, N_PRIM, (uint16_t)prim), nodes(&a, 1, at));
}

Node *primitive_of_two(Specialize *p, Pos at, Prim prim, Node *a, Node *b) {
    Node *operands[] = {a, b};
    return make_prim(p->arena, at, node_row(p->arena, N_PRIM, (uint16_t)prim),
                     nodes(operands, 2, at));
}

Node *constant(Specialize *p, Pos at, NodeKind kind) {
    return make_quote(p->arena, at, node_simple(p->arena, kind, at));
}

/* ---- conversions */

Type representation(Type t) {
    if (t == T_FLAG) return T_FLAG;
    if (t && !(t & (Type)~T_INT)) return T_INT;
    return t == T_DOUBLE ? T_DOUBLE : T_ANY;
}

static NameInfo *info_of(Specialize *p, const Node *name) {
    return &p->names.items[name->name.number];
}

static Node *converted(Specialize *p, const char *hint, Prim prim, Type to, Node *a) {
    return temporary(p, hint, to, primitive(p, p->line->at, prim, a));
}

static Node *to_flag(Specialize *p, Node *a, Type from) {
    if (from == T_INT || from == T_DOUBLE) return constant(p, p->line->at, N_TRUE);
    if (is_form(a, H_quote)) {
        NodeKind truth = is_truthy(as_quote(a).datum) ? N_TRUE : N_FALSE;
        return constant(p, p->line->at, truth);
    }
    if (a->kind == N_NAME && info_of(p, a)->flag) return info_of(p, a)->flag;
    return converted(p, "c", P_truthy, T_FLAG, a);
}

static Node *to_any(Specialize *p, Node *a, Type from) {
    Prim prim = from == T_INT ? P_tag : from == T_DOUBLE ? P_box : P_flag_bool;
    Node *out = converted(p, "v", prim, T_ANY, a);
    if (from == T_FLAG) info_of(p, out)->flag = a;
    return out;
}

/* A tagged value where a raw one is wanted. What is not known to be of that kind is converted. */
static Node *from_any(Specialize *p, Node *a, Type want) {
    Type type = known_type(p, a);
    if (want == T_DOUBLE)
        return converted(p, "d", type == T_DOUBLE ? P_unbox : P_to_double, T_DOUBLE, a);
    return converted(p, "i", type & (Type)~T_INT ? P_to_int : P_int_of, T_INT, a);
}

/* A constant in a representation that it has; NULL: it is converted like a tagged value. */
static Node *constant_as(Specialize *p, Node *a, Type want) {
    const Node *d = as_quote(a).datum;
    if (want == T_ANY || (want == T_INT && d->kind == N_INT)) return a;
    if (want == T_DOUBLE && d->kind == N_DOUBLE) return a;
    if (want != T_DOUBLE || d->kind != N_INT) return NULL;
    return make_quote(p->arena, a->at, node_double(p->arena, a->at, (double)d->integer));
}

Node *represented(Specialize *p, Node *a, Type want) {
    Node *same = is_form(a, H_quote) ? constant_as(p, a, want) : NULL;
    if (same) return same;
    Type from = a->kind == N_NAME ? info_of(p, a)->representation : T_ANY;
    if (from == want) return a;
    if (want == T_FLAG) return to_flag(p, a, from);
    if (want == T_ANY) return to_any(p, a, from);
    if (from == T_ANY) return from_any(p, a, want);
    if (from == T_INT) return converted(p, "d", P_int_double, T_DOUBLE, a);
    Node *tagged = to_any(p, a, from);
    if (from == T_DOUBLE) return converted(p, "i", P_to_int, T_INT, tagged);
    return represented(p, tagged, want); /* a flag where a number is wanted: throws there */
}

Node *as_wanted(Specialize *p, const char *hint, Result r, Type want) {
    if (r.gives == want || r.gives == T_NONE) return r.e;
    return represented(p, is_operand(r.e) ? r.e : temporary(p, hint, r.gives, r.e), want);
}
