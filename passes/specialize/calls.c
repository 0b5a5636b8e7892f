/* calls.c - pass specialize: calls, with operands and results as the callee represents them. */
#include "specialize.h"

static const Callee *callee(const Specialize *p, const Node *g) {
    const Callee *c = table_get(&p->functions, g->text);
    if (!c) bug(g, "call of a function that does not exist");
    return c;
}

/* A raw constant gets a name, whose type says that it is raw: the call alone would not. */
static Node *call_operand(Specialize *p, Node *a, Type want) {
    Node *value = represented(p, a, want);
    return is_form(value, H_quote) && want != T_ANY ? temporary(p, "k", want, value) : value;
}

static NodeList call_operands(Specialize *p, const Callee *to, NodeList operands) {
    Nodes out = {0};
    for (uint32_t i = 0; i < operands.count; i++)
        PUSH(p->scratch, out, call_operand(p, operands.items[i], to->parameters[i]));
    return list_of(out, operands.at);
}

static Result call_of(Specialize *p, const Callee *to, Node *call) {
    if (!to->comes_back) p->stopped = true;
    return result(call, to->returns);
}

static Result direct(Specialize *p, Node *e) {
    DirectForm f = as_direct(e);
    const Callee *to = callee(p, f.function);
    f.operands = call_operands(p, to, f.operands);
    return call_of(p, to, remake_direct(p->arena, e, f));
}

static Result enter(Specialize *p, Node *e) {
    EnterForm f = as_enter(e);
    const Callee *to = callee(p, f.function);
    f.closure = represented(p, f.closure, T_ANY);
    f.operands = call_operands(p, to, f.operands);
    return call_of(p, to, remake_enter(p->arena, e, f));
}

Result specialized_call(Specialize *p, Node *e) {
    if (is_form(e, H_direct)) return direct(p, e);
    if (is_form(e, H_enter)) return enter(p, e);
    return result(walk_parts(&p->walk, e), T_ANY);
}

/* ---- primitives */

static Type operand_type(char letter) {
    return letter == 'i' ? T_INT : letter == 'd' ? T_DOUBLE : letter == 'f' ? T_FLAG : T_ANY;
}

static Type result_type(Prim prim) {
    return prim == P_tag ? T_ANY : representation(prim_result(prim));
}

/* The call of the library function that a primitive is; its result as the primitive's. */
static Result library_call(Specialize *p, Pos at, PrimForm f) {
    Prim prim = (Prim)f.operation->head;
    Text name = text_format("%s.w%u", prim_rows[prim].runtime + 1, f.operands.count);
    Result r = direct(p, make_direct(p->arena, at, node_global(p->arena, name), f.operands));
    Type wanted = result_type(prim);
    return result(as_wanted(p, "v", r, wanted), wanted);
}

Result plain_primitive(Specialize *p, Node *e) {
    PrimForm f = as_prim(e);
    Prim prim = (Prim)f.operation->head;
    const char *runtime = prim_rows[prim].runtime;
    if (runtime && *runtime == '$') return library_call(p, e->at, f);
    check_operands(p, e->at, f);
    Nodes operands = {0};
    for (uint32_t i = 0; i < f.operands.count; i++) {
        Type want = operand_type(prim_letter(prim, i));
        PUSH(p->scratch, operands, represented(p, f.operands.items[i], want));
    }
    f.operands = list_of(operands, e->at);
    bool comes_back = prim_result(prim) != T_NONE;
    if (!comes_back) p->stopped = true;
    return result(remake_prim(p->arena, e, f), comes_back ? result_type(prim) : T_NONE);
}
