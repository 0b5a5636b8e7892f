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
 *         Operands of primitives are of the kinds that prims.def names: tested where it is not
 *         known.
 * Choice: a name that is only ever tested is a flag. The slow way of arithmetic is the else branch
 *         of an if on %fixnums? or %fixnum?: blocks makes it cold.
 */
#include "specialize/specialize.h"

/* ---- expressions */

static Result operation(Specialize *p, Node *e, Type want);

static Node *body(Specialize *p, Node *e, Type want) {
    Line line, *outer;
    start_line(p, &line, pos(e), &outer);
    return end_line(p, outer, as_wanted(p, "r", operation(p, e, want), want));
}

static Type representation_of(const Specialize *p, const Node *name) {
    return p->names.items[name->name.number].representation;
}

/* Binds the user's name to what `e` gives, in the name's representation. */
static void bind_name(Specialize *p, Node *name, Node *e) {
    Type want = representation_of(p, name);
    Result r = operation(p, e, want);
    bool tags_flag = r.gives == T_FLAG && want == T_ANY;
    if (tags_flag && !is_operand(r.e)) r.e = temporary(p, text_bytes(name->name.hint), T_FLAG, r.e);
    if (tags_flag && r.e->kind == N_NAME) p->names.items[name->name.number].flag = r.e;
    add_binding(p, name, want, as_wanted(p, text_bytes(name->name.hint), r, want));
}

static Result let(Specialize *p, LetForm f, Type want) {
    for (uint32_t i = 0; i < f.bindings.count; i++) {
        BindingForm b = as_binding(f.bindings.items[i]);
        bind_name(p, b.name, b.value);
        facts_bind(p->facts, b.name, b.value);
    }
    return operation(p, f.body, want);
}

static Node *loop(Specialize *p, Node *e, Type want) {
    LoopForm f = as_loop(e);
    Nodes starts = {0};
    p->names.items[f.label->name.number].loop = f.bindings;
    for (uint32_t i = 0; i < f.bindings.count; i++) {
        BindingForm b = as_binding(f.bindings.items[i]);
        Type how = representation_of(p, b.name);
        b.name = node_typed(p->arena, b.name, how);
        b.value = represented(p, b.value, how);
        PUSH(p->scratch, starts, remake_binding(p->arena, f.bindings.items[i], b));
    }
    f.bindings = list_of(starts, f.bindings.at);
    uint32_t mark = p->facts->trail.count;
    f.body = body(p, f.body, want);
    facts_forget(p->facts, mark);
    return remake_loop(p->arena, e, f);
}

static Node *recur(Specialize *p, Node *e) {
    RecurForm f = as_recur(e);
    NodeList variables = p->names.items[f.label->name.number].loop;
    Nodes values = {0};
    for (uint32_t i = 0; i < f.values.count; i++) {
        Type how = representation_of(p, as_binding(variables.items[i]).name);
        PUSH(p->scratch, values, represented(p, f.values.items[i], how));
    }
    f.values = list_of(values, f.values.at);
    p->stopped = true;
    return remake_recur(p->arena, e, f);
}

/* One branch, when the test came out so; *stopped: control does not come back from it. */
static Node *branch(Specialize *p, Node *test, bool outcome, Node *e, Type want, bool *stopped) {
    uint32_t mark = p->facts->trail.count;
    p->stopped = false;
    facts_assume(p->facts, test, outcome);
    Node *out = body(p, e, want);
    facts_forget(p->facts, mark);
    *stopped = p->stopped;
    return out;
}

static Node *if_form(Specialize *p, Node *e, Type want) {
    IfForm f = as_if(e);
    Node *test = f.test;
    f.test = represented(p, test, T_FLAG);
    bool before = p->stopped, then_stops, other_stops;
    f.then = branch(p, test, true, f.then, want, &then_stops);
    f.otherwise = branch(p, test, false, f.otherwise, want, &other_stops);
    p->stopped = before || (then_stops && other_stops);
    if (then_stops != other_stops) facts_assume(p->facts, test, other_stops);
    return remake_if(p->arena, e, f);
}

/* What `e` does last, as one operation, where its value is wanted as `want`; what it does before
 * goes to the line. */
static Result operation(Specialize *p, Node *e, Type want) {
    if (is_tree(e) && !is_form(e, H_quote)) p->line->at = e->at;
    switch (Ltyped_Expr_of(e)) {
    case Ltyped_Expr_NAME:
    case Ltyped_Expr_GLOBAL:
    case Ltyped_Expr_quote: return result(represented(p, e, want), want);
    case Ltyped_Expr_let: return let(p, as_let(e), want);
    case Ltyped_Expr_if: return result(if_form(p, e, want), want);
    case Ltyped_Expr_loop: return result(loop(p, e, want), want);
    case Ltyped_Expr_recur: return result(recur(p, e), T_NONE);
    case Ltyped_Expr_prim: return specialized_primitive(p, e);
    case Ltyped_Expr_direct:
    case Ltyped_Expr_enter:
    case Ltyped_Expr_call:
    case Ltyped_Expr_try_call:
    case Ltyped_Expr_closure:
    case Ltyped_Expr_patch:
    case Ltyped_Expr_global:
    case Ltyped_Expr_set_global: return specialized_call(p, e);
    }
    bug(e, "no expression of Ltyped");
}

static Node *tagged(Walk *w, Node *operand) {
    return represented((Specialize *)w, operand, T_ANY);
}

/* ---- how names are represented */

/* Goes through a function before it is specialized. */
typedef struct {
    Walk walk;
    Specialize *p;
} Survey;

static NameInfo *surveyed(Walk *w, const Node *name) {
    return &((Survey *)w)->p->names.items[name->name.number];
}

static Node *note_binder(Walk *w, Node *name) {
    NameInfo *info = surveyed(w, name);
    info->type = type_of(name);
    info->representation = representation(info->type);
    return name;
}

static Node *note_use(Walk *w, Node *name) {
    surveyed(w, name)->uses++;
    return name;
}

/* A name of a let that is only ever tested is a flag; all of its uses are inside the let. */
static void choose_flags(Walk *w, NodeList bindings) {
    for (uint32_t i = 0; i < bindings.count; i++) {
        NameInfo *info = surveyed(w, as_binding(bindings.items[i]).name);
        bool is_flag = info->uses && info->uses == info->tests && info->representation == T_ANY;
        if (is_flag) info->representation = T_FLAG;
    }
}

static Node *survey(Walk *w, Node *e) {
    if (is_form(e, H_if) && as_if(e).test->kind == N_NAME) surveyed(w, as_if(e).test)->tests++;
    walk_parts(w, e);
    if (is_form(e, H_let)) choose_flags(w, as_let(e).bindings);
    return e;
}

/* ---- functions */

/* Notes names of the head of a function; gives them with their representations. */
static NodeList typed_names(Survey *s, NodeList names) {
    Specialize *p = s->p;
    Nodes out = {0};
    for (uint32_t i = 0; i < names.count; i++) {
        Node *name = note_binder(&s->walk, names.items[i]);
        PUSH(p->scratch, out, node_typed(p->arena, name, representation_of(p, name)));
    }
    return list_of(out, names.at);
}

static Node *function(void *context, Node *top) {
    Specialize *p = context;
    if (!is_form(top, H_function)) return top;
    FunctionForm f = as_function(top);
    Type returns = representation(type_named(f.returns));
    p->next = (uint32_t)f.names->integer;
    p->facts = facts_new(p->scratch, p->next);
    p->stopped = false;
    p->names.count = 0;
    for (uint32_t i = 0; i < p->next; i++)
        PUSH(p->scratch, p->names, (NameInfo){0});
    Survey s = {{p->scratch, .visit = survey, .bind = note_binder, .use = note_use}, p};
    f.env = typed_names(&s, f.env);
    f.parameters = typed_names(&s, f.parameters);
    survey(&s.walk, f.body);
    f.body = body(p, f.body, returns);
    f.names = node_int(p->arena, top->at, p->next);
    f.returns = node_text(p->arena, N_SYMBOL, top->at, text(type_text(returns)));
    return remake_function(p->arena, top, f);
}

static void note_callee(Specialize *p, FunctionForm f) {
    Callee *c = NEW(p->scratch, Callee);
    Type returns = type_named(f.returns);
    c->returns = representation(returns);
    c->comes_back = returns != T_NONE;
    c->parameters = NEW_ARRAY(p->scratch, Type, f.parameters.count);
    for (uint32_t i = 0; i < f.parameters.count; i++)
        c->parameters[i] = representation(type_of(f.parameters.items[i]));
    table_put(&p->functions, f.name->text, c);
}

Node *pass_specialize(Context *context, Node *program) {
    Specialize p = {.walk = {.arena = context->arena, .visit = tagged},
                    .arena = context->arena,
                    .scratch = context->scratch,
                    .optimise = context->optimise,
                    .functions = {.arena = context->scratch}};
    NodeList tops = as_program(program).tops;
    for (uint32_t i = 0; i < tops.count; i++) {
        Node *top = top_inner(tops.items[i]);
        if (is_form(top, H_function)) note_callee(&p, as_function(top));
    }
    return map_tops(context->arena, program, function, &p);
}
