/* pass specialize : Ltyped -> Lspecial                                   (convert)
 *
 * Chooses how each name is represented and what each generic operation really does: types that are
 * known make it one small operation, others get a check, a fast way and the runtime's slow way.
 * Why now: types are known, and control flow is still a tree that can be extended in place.
 *
 *   (let [[%t.3:int (prim + %a.1 %b.2)]] %t.3)
 *   => (let [[%t.3:int (prim %int+ %a.1 %b.2)]] %t.3)
 *
 * Needs:  a type on every binder (types).
 * Gives:  names are int, double, flag (raw words) or any (tagged). %tag, %untag, %box, %unbox,
 *         %flag->bool, %truthy? convert; the test of every if is a flag.
 *         Operands of primitives are of the kinds that prims.def names: tested where it is not known.
 * Choice: a name that is only ever tested is a flag. The slow way of arithmetic is the else branch
 *         of an if on %fixnums? or %fixnum?: blocks makes it cold.
 */
#include "special.h"

#include <string.h>

/* ---- representations */

Type representation(Type t) {
    if (t == T_FLAG) return T_FLAG;
    if (t && !(t & (Type)~T_INT)) return T_INT;
    return t == T_DOUBLE ? T_DOUBLE : T_ANY;
}

static Type have(const Pass *p, const Node *a) {
    return a->kind == N_NAME ? p->names[a->name.number].representation : T_ANY;
}

/* ---- building lines */

Node *add_binding(Pass *p, Line *line, Node *name, Type representation_of_name, Node *r) {
    Node *typed = node_typed(p->arena, name, representation_of_name);
    Node *kids[] = {typed, r};
    PUSH(p->scratch, line->bindings, node_tree(p->arena, N_VECTOR, is_tree(r) ? r->at : line->at, kids, 2));
    return name;
}

static void note_name(Pass *p, uint32_t number, Type type, Type how) {
    while (number >= p->names_capacity) {
        uint32_t wanted = p->names_capacity ? p->names_capacity * 2 : 64;
        NameInfo *grown = NEW_ARRAY(p->scratch, NameInfo, wanted);
        if (p->names_capacity) memcpy(grown, p->names, p->names_capacity * sizeof *grown);
        p->names = grown;
        p->names_capacity = wanted;
    }
    p->names[number].type = type;
    p->names[number].representation = how;
}

Node *temporary(Pass *p, Line *line, const char *hint, Type how, Node *r) {
    Node *name = numbered_name(p->arena, &p->next, hint);
    note_name(p, name->name.number, how, how);
    return add_binding(p, line, name, how, r);
}

Node *prim1(Pass *p, Pos at, Prim prim, Node *a) {
    return list(p->arena, H_prim, at, node_row(p->arena, N_PRIM, (uint16_t)prim), a, NULL);
}

Node *prim2(Pass *p, Pos at, Prim prim, Node *a, Node *b) {
    return list(p->arena, H_prim, at, node_row(p->arena, N_PRIM, (uint16_t)prim), a, b, NULL);
}

Node *let_form(Pass *p, const Line *line, Node *last) {
    if (line->bindings.count == 0) return last;
    Node *bindings = node_tree(p->arena, N_VECTOR, line->at, line->bindings.items, line->bindings.count);
    return list(p->arena, H_let, line->at, bindings, last, NULL);
}

Node *constant(Pass *p, Pos at, NodeKind kind) {
    return list(p->arena, H_quote, at, node_simple(p->arena, kind, at), NULL);
}

/* ---- conversions */

static Node *to_flag(Pass *p, Line *line, Node *a, Type from) {
    if (from == T_INT || from == T_DOUBLE) return constant(p, line->at, N_TRUE);
    if (is_form(a, H_quote)) {
        bool falsy = a->kids[0]->kind == N_NIL || a->kids[0]->kind == N_FALSE;
        return constant(p, line->at, falsy ? N_FALSE : N_TRUE);
    }
    if (a->kind == N_NAME && p->names[a->name.number].flag) return p->names[a->name.number].flag;
    return temporary(p, line, "c", T_FLAG, prim1(p, line->at, P_truthy, a));
}

static Node *to_any(Pass *p, Line *line, Node *a, Type from) {
    Prim prim = from == T_INT ? P_tag : from == T_DOUBLE ? P_box : P_flag_bool;
    Node *out = temporary(p, line, "v", T_ANY, prim1(p, line->at, prim, a));
    if (from == T_FLAG) p->names[out->name.number].flag = a;
    return out;
}

/* A tagged value where a raw one is wanted. What is not known to be of that kind is converted. */
static Node *from_any(Pass *p, Line *line, Node *a, Type want) {
    Type type = known_type(p, a);
    Prim prim = want == T_DOUBLE ? (type == T_DOUBLE ? P_unbox : P_to_double)
                                 : (type & (Type)~T_INT ? P_to_int : P_int_of);
    return temporary(p, line, want == T_INT ? "i" : "d", want, prim1(p, line->at, prim, a));
}

Node *represented(Pass *p, Line *line, Node *a, Type want) {
    if (is_form(a, H_quote) && want != T_FLAG) {
        const Node *d = a->kids[0];
        bool fits = want == T_ANY || (want == T_INT && d->kind == N_INT) || (want == T_DOUBLE && d->kind == N_DOUBLE);
        if (fits) return a;
        if (want == T_DOUBLE && d->kind == N_INT)
            return list(p->arena, H_quote, a->at, node_double(p->arena, a->at, (double)d->integer), NULL);
    }
    Type from = have(p, a);
    if (from == want) return a;
    if (want == T_FLAG) return to_flag(p, line, a, from);
    if (want == T_ANY) return to_any(p, line, a, from);
    if (from == T_ANY) return from_any(p, line, a, want);
    if (from == T_INT) return temporary(p, line, "d", T_DOUBLE, prim1(p, line->at, P_int_double, a));
    if (from == T_DOUBLE) return temporary(p, line, "i", T_INT, prim1(p, line->at, P_to_int, to_any(p, line, a, from)));
    return represented(p, line, to_any(p, line, a, from), want); /* a flag where a number is wanted: throws there */
}

/* ---- calls */

static const Callee *callee(const Pass *p, const Node *g) {
    const Callee *c = table_get(&p->functions, g->text);
    if (!c) bug(g, "call of a function that does not exist");
    return c;
}

/* A raw constant gets a name, whose type says that it is raw: the call alone would not. */
static Node *call_operand(Pass *p, Line *line, Node *a, Type want) {
    Node *value = represented(p, line, a, want);
    return is_form(value, H_quote) && want != T_ANY ? temporary(p, line, "k", want, value) : value;
}

static Node *known_call(Pass *p, Line *line, Node *e, uint32_t first, Type *gives) {
    const Callee *to = callee(p, e->kids[0]);
    Node *out = node_list(p->arena, (Head)e->head, e->at, e->kids, e->count);
    for (uint32_t i = 1; i < e->count; i++)
        out->kids[i] = call_operand(p, line, e->kids[i], i < first ? T_ANY : to->params[i - first]);
    *gives = to->returns;
    if (!to->comes_back) p->stopped = true;
    return out;
}

static Node *tagged_operands(Pass *p, Line *line, Node *e, uint32_t first, Type *gives) {
    Node *out = node_list(p->arena, (Head)e->head, e->at, e->kids, e->count);
    for (uint32_t i = first; i < e->count; i++)
        if (e->kids[i]->kind != N_INT) out->kids[i] = represented(p, line, e->kids[i], T_ANY);
    *gives = T_ANY;
    return out;
}

static Type operand_type(char letter) {
    return letter == 'i' ? T_INT : letter == 'd' ? T_DOUBLE : letter == 'f' ? T_FLAG : T_ANY;
}

static Type result_type(Prim prim) {
    if (prim == P_tag) return T_ANY;
    return representation(prim_result(prim));
}

/* The library function that a primitive falls back to. */
static Node *library_call(Pass *p, Line *line, Node *e, Type *gives) {
    Prim prim = (Prim)e->kids[0]->head;
    Node *g = node_global(p->arena, text_format("%s.w%u", prim_rows[prim].runtime + 1, e->count - 1));
    Node *call = node_list(p->arena, H_direct, e->at, e->kids, e->count);
    call->kids[0] = g;
    return known_call(p, line, call, 1, gives);
}

Node *plain_primitive(Pass *p, Line *line, Node *e, Type *gives) {
    Prim prim = (Prim)e->kids[0]->head;
    const char *runtime = prim_rows[prim].runtime;
    if (runtime && *runtime == '$') {
        Node *call = library_call(p, line, e, gives);
        Type wanted = result_type(prim);
        if (*gives == wanted) return call;
        Node *got = temporary(p, line, "v", *gives, call);
        *gives = wanted;
        return represented(p, line, got, wanted);
    }
    check_operands(p, line, e);
    Node *out = node_list(p->arena, H_prim, e->at, e->kids, e->count);
    const char *letters = prim_rows[prim].args;
    for (uint32_t i = 1; i < e->count; i++) {
        out->kids[i] = represented(p, line, e->kids[i], operand_type(*letters));
        if (*letters && *letters != '*') letters++;
    }
    *gives = prim_result(prim) == T_NONE ? T_NONE : result_type(prim);
    if (prim_result(prim) == T_NONE) p->stopped = true;
    return out;
}

/* ---- expressions */

static Node *operation(Pass *p, Line *line, Node *e, Type want, Type *gives);

static Node *specialized_body(Pass *p, Node *e, Type want) {
    Line line = {.at = is_tree(e) ? e->at : 0};
    Type gives;
    Node *last = operation(p, &line, e, want, &gives);
    if (gives != want && gives != T_NONE) {
        if (is_tree(last) && last->head != H_quote) last = temporary(p, &line, "r", gives, last);
        last = represented(p, &line, last, want);
    }
    return let_form(p, &line, last);
}

/* Binds the user's name to what `e` gives, in the name's representation. */
static void bind_name(Pass *p, Line *line, Node *name, Node *e) {
    uint32_t number = name->name.number;
    Type want = p->names[number].representation, gives;
    Node *r = operation(p, line, e, want, &gives);
    if (gives != want && gives != T_NONE) {
        if (is_tree(r) && r->head != H_quote) r = temporary(p, line, text_bytes(name->name.hint), gives, r);
        if (r->kind == N_NAME && gives == T_FLAG && want == T_ANY) p->names[number].flag = r;
        r = represented(p, line, r, want);
    }
    add_binding(p, line, name, want, r);
}

static Node *loop(Pass *p, Line *line, Node *e, Type want) {
    Node *starts = node_tree(p->arena, N_VECTOR, e->kids[1]->at, e->kids[1]->kids, e->kids[1]->count);
    p->names[e->kids[0]->name.number].loop = starts;
    for (uint32_t i = 0; i < starts->count; i++) {
        Node *name = starts->kids[i]->kids[0];
        Type how = p->names[name->name.number].representation;
        Node *kids[] = {node_typed(p->arena, name, how), represented(p, line, starts->kids[i]->kids[1], how)};
        starts->kids[i] = node_tree(p->arena, N_VECTOR, starts->kids[i]->at, kids, 2);
    }
    uint32_t mark = p->facts->trail.count;
    Node *body = specialized_body(p, e->kids[2], want);
    facts_forget(p->facts, mark);
    return list(p->arena, H_loop, e->at, e->kids[0], starts, body, NULL);
}

static Node *recur(Pass *p, Line *line, Node *e) {
    Node *starts = p->names[e->kids[0]->name.number].loop;
    Node *out = node_list(p->arena, H_recur, e->at, e->kids, e->count);
    for (uint32_t i = 1; i < e->count; i++)
        out->kids[i] = represented(p, line, e->kids[i], type_of(starts->kids[i - 1]->kids[0]));
    return out;
}

/* One branch, when the test came out so; *stopped: control does not come back from it. */
static Node *branch(Pass *p, Node *test, bool outcome, Node *e, Type want, bool *stopped) {
    uint32_t mark = p->facts->trail.count;
    p->stopped = false;
    facts_assume(p->facts, test, outcome);
    Node *out = specialized_body(p, e, want);
    facts_forget(p->facts, mark);
    *stopped = p->stopped;
    return out;
}

static Node *if_form(Pass *p, Line *line, Node *e, Type want) {
    line->at = e->at;
    Node *test = represented(p, line, e->kids[0], T_FLAG);
    bool before = p->stopped, then_stops, other_stops;
    Node *then = branch(p, e->kids[0], true, e->kids[1], want, &then_stops);
    Node *other = branch(p, e->kids[0], false, e->kids[2], want, &other_stops);
    p->stopped = before || (then_stops && other_stops);
    if (then_stops != other_stops) facts_assume(p->facts, e->kids[0], other_stops);
    return list(p->arena, H_if, e->at, test, then, other, NULL);
}

/* What `e` does, its value in the representation *gives (T_NONE: it does not come back). */
static Node *operation(Pass *p, Line *line, Node *e, Type want, Type *gives) {
    if (!is_tree(e) || e->head == H_quote) {
        *gives = want;
        return represented(p, line, e, want);
    }
    line->at = e->at;
    *gives = want;
    switch (e->head) {
    case H_let:
        for (uint32_t i = 0; i < e->kids[0]->count; i++) {
            bind_name(p, line, e->kids[0]->kids[i]->kids[0], e->kids[0]->kids[i]->kids[1]);
            facts_bind(p->facts, e->kids[0]->kids[i]->kids[0], e->kids[0]->kids[i]->kids[1]);
        }
        return operation(p, line, e->kids[1], want, gives);
    case H_if: return if_form(p, line, e, want);
    case H_loop: return loop(p, line, e, want);
    case H_recur: *gives = T_NONE; p->stopped = true; return recur(p, line, e);
    case H_prim: return specialized_primitive(p, line, e, gives);
    case H_direct: return known_call(p, line, e, 1, gives);
    case H_enter: return known_call(p, line, e, 2, gives);
    case H_global: *gives = T_ANY; return e;
    case H_call:
    case H_patch: return tagged_operands(p, line, e, 0, gives);
    case H_set_global:
    case H_closure: return tagged_operands(p, line, e, 1, gives);
    case H_try_call: return tagged_operands(p, line, e, 2, gives);
    default: bug(e, "specialize does not know this form");
    }
}

/* ---- names that are only tested */

static void count_uses(Pass *p, const Node *e, bool tested) {
    if (e->kind == N_NAME) {
        p->names[e->name.number].uses++;
        p->names[e->name.number].tests += tested;
    }
    if (!is_tree(e) || e->head == H_quote) return;
    bool bindings = e->head == H_let || e->head == H_loop;
    for (uint32_t i = 0; i < e->count; i++) {
        if (bindings && e->kids[i]->kind == N_VECTOR) {
            for (uint32_t k = 0; k < e->kids[i]->count; k++)
                count_uses(p, e->kids[i]->kids[k]->kids[1], false);
        } else if (!(e->head == H_loop && i == 0)) {
            count_uses(p, e->kids[i], e->head == H_if && i == 0);
        }
    }
}

static void note_binder(Pass *p, const Node *name, bool may_be_flag) {
    NameInfo *info = &p->names[name->name.number];
    info->type = type_of(name);
    info->representation = representation(info->type);
    if (may_be_flag && info->uses && info->uses == info->tests && info->representation == T_ANY)
        info->representation = T_FLAG;
}

static void note_binders(Pass *p, const Node *e) {
    if (!is_tree(e) || e->head == H_quote) return;
    for (uint32_t i = 0; i < e->count; i++) {
        if ((e->head == H_let || e->head == H_loop) && e->kids[i]->kind == N_VECTOR) {
            for (uint32_t k = 0; k < e->kids[i]->count; k++) {
                note_binder(p, e->kids[i]->kids[k]->kids[0], e->head == H_let);
                note_binders(p, e->kids[i]->kids[k]->kids[1]);
            }
        } else {
            note_binders(p, e->kids[i]);
        }
    }
}

/* ---- functions */

static Node *representations(Pass *p, Node *names) {
    Node *out = node_tree(p->arena, (NodeKind)names->kind, names->at, names->kids, names->count);
    out->head = names->head;
    for (uint32_t i = 0; i < out->count; i++) {
        note_binder(p, names->kids[i], false);
        out->kids[i] = node_typed(p->arena, names->kids[i], representation(type_of(names->kids[i])));
    }
    return out;
}

static Node *function(Pass *p, Node *f) {
    Function parts = function_parts(f);
    Type returns = representation(parts.returns);
    p->next = parts.names;
    p->names_capacity = 0;
    p->facts = facts_new(p->scratch, parts.names);
    p->stopped = false;
    note_name(p, parts.names, T_NONE, T_NONE);
    memset(p->names, 0, p->names_capacity * sizeof *p->names);
    count_uses(p, parts.body, false);
    note_binders(p, parts.body);
    Node *env = representations(p, parts.env), *params = representations(p, parts.params);
    Node *body = specialized_body(p, parts.body, returns);
    return list(p->arena, H_function, f->at, parts.name, names_form(p->arena, f->at, p->next),
                returns_form(p->arena, f->at, type_text(returns)), env, params, body, NULL);
}

static void collect(Pass *p, const Node *program) {
    p->functions.arena = p->scratch;
    for (uint32_t i = 1; i < program->count; i++) {
        Node *top = top_inner(program->kids[i]);
        if (!is_form(top, H_function)) continue;
        Function parts = function_parts(top);
        Callee *c = NEW(p->scratch, Callee);
        c->returns = representation(parts.returns);
        c->comes_back = parts.returns != T_NONE;
        c->params = NEW_ARRAY(p->scratch, Type, parts.params->count + 1);
        for (uint32_t k = 0; k < parts.params->count; k++)
            c->params[k] = representation(type_of(parts.params->kids[k]));
        table_put(&p->functions, parts.name->text, c);
    }
}

Node *pass_specialize(Context *context, Node *program) {
    Pass p = {.arena = context->arena, .scratch = context->scratch, .optimise = context->optimise};
    collect(&p, program);
    Node *out = node_list(context->arena, H_program, program->at, program->kids, program->count);
    for (uint32_t i = 1; i < program->count; i++) {
        Node *inner = top_inner(program->kids[i]);
        if (is_form(inner, H_function)) out->kids[i] = top_with(context->arena, program->kids[i], function(&p, inner));
    }
    return out;
}
