/* pass types : Lanf -> Ltyped                                            (analyse)
 *
 * Finds, for the whole program at once, which kinds of values each name can hold, and writes it
 * after the name where it is bound.
 * Why now: every operation has a name, every known call is direct, and the world is closed.
 *
 *   (let [[%t.3 (prim bit-and %a.1 (quote 7))]] (prim + %t.3 (quote 1)))
 *   => (let [[%t.3:int (prim bit-and %a.1 (quote 7))]] (prim + %t.3 (quote 1)))
 *
 * Needs:  known calls are direct (closures).
 * Gives:  a type on every binder; (returns type) on every function. A name of type int or double
 *         will be a raw word: so a function whose closure escapes takes and gives `any`.
 * Choice: a type is a set of kinds, the join is union, and everything starts empty; functions are
 *         done again until nothing grows (Kildall 1973). A binder has one type, but what a name
 * gives away in a branch is only what the tests passed so far leave (facts.h).
 */
#include "facts.h"
#include "names.h"
#include "table.h"
#include "walk.h"

#include <string.h>

typedef VEC(uint32_t) Indices;

/* The loops around the expression that is being walked. */
typedef struct Scope Scope;
struct Scope {
    Scope *outer;
    LoopForm loop;
};

typedef struct {
    Node *whole;
    FunctionForm form;
    Type *types; /* of every name in it */
    Facts *facts;
    Type result;
    bool escapes; /* called by value: tagged parameters and result */
    bool queued, walked;
    Indices callers; /* functions to do again when the result grows */
} Info;

/* A global that is read from memory. */
typedef struct {
    Type type;
    Indices readers; /* functions to do again when it grows */
} Cell;

typedef struct {
    Walk walk; /* writes the types into a function */
    Arena *scratch;
    Table functions; /* name -> Info */
    Table cells;     /* name -> Cell */
    Table entries;   /* name -> its (entry ...) */
    Info *infos;
    uint32_t count;
    VEC(uint32_t) queue;
    uint32_t head; /* of the queue */
    NodeList tops;
    Info *current;
    uint32_t current_index;
    Scope *scope;
    Facts *facts;    /* of the current function, here */
    bool first_walk; /* through the current function */
    bool grew;       /* a type of the current function grew: its body is walked again */
} Types;

/* ---- the lattice */

static bool is_number(Type t) {
    return t && !(t & (Type) ~(T_INT | T_DOUBLE));
}
static bool is_int(Type t) {
    return t && !(t & (Type)~T_INT);
}

static void enqueue(Types *p, uint32_t index) {
    if (p->infos[index].queued) return;
    p->infos[index].queued = true;
    PUSH(p->scratch, p->queue, index);
}

/* Adds `t` to what the name can hold. */
static void flow(Types *p, Info *info, const Node *name, Type t) {
    Type *old = &info->types[name->name.number];
    if ((*old | t) == *old) return;
    *old |= t;
    if (info == p->current)
        p->grew = true;
    else
        enqueue(p, (uint32_t)(info - p->infos));
}

static Type type_of_operand(const Types *p, const Node *a) {
    if (a->kind == N_GLOBAL) return T_FN;
    if (a->kind != N_NAME) return constant_type(as_quote(a).datum);
    Type t = p->current->types[a->name.number];
    Kinds left = facts_of(p->facts, a);
    return left == K_ANY ? t : type_of_kinds(kinds_of_type(t) & left);
}

/* ---- operations */

/* The current function is to be done again when what it reads grows. What it calls and reads does
 * not change, so the first walk through it tells all. */
static void remember(Types *p, Indices *readers) {
    if (!p->first_walk) return;
    if (readers->count && readers->items[readers->count - 1] == p->current_index) return;
    PUSH(p->scratch, *readers, p->current_index);
}

static Type call_known(Types *p, const Node *g, NodeList operands) {
    Info *callee = table_get(&p->functions, g->text);
    if (!callee) bug(g, "call of a function that does not exist");
    NodeList parameters = callee->form.parameters;
    if (parameters.count != operands.count)
        bug(g, "call with %u operands of a function of %u", operands.count, parameters.count);
    for (uint32_t i = 0; i < operands.count; i++)
        flow(p, callee, parameters.items[i], type_of_operand(p, operands.items[i]));
    remember(p, &callee->callers);
    return callee->result;
}

/* Numbers in, numbers out: ints give ints, a double on either side gives a double. */
static Type arithmetic(Prim prim, Type a, Type b) {
    if (!a || !b) return T_NONE;
    if (is_int(a) && is_int(b)) return prim == P_div ? T_INT | T_DOUBLE : T_INT;
    if (is_number(a) && is_number(b) && (a == T_DOUBLE || b == T_DOUBLE)) return T_DOUBLE;
    return T_INT | T_DOUBLE;
}

/* A worker that a primitive falls back to ($core/equal? for =) is called by specialize later. */
static void fall_back(Types *p, Prim prim, NodeList operands) {
    Text name = text_numbered(text(prim_rows[prim].runtime + 1), ".w", operands.count, "");
    if (table_get(&p->functions, name)) call_known(p, node_global(p->scratch, name), operands);
}

static Type primitive(Types *p, const Node *e) {
    PrimForm f = as_prim(e);
    Prim prim = (Prim)f.operation->head;
    Type a = f.operands.count > 0 ? type_of_operand(p, f.operands.items[0]) : T_NONE;
    Type b = f.operands.count > 1 ? type_of_operand(p, f.operands.items[1]) : T_NONE;
    if (prim == P_add || prim == P_sub || prim == P_mul || prim == P_div || prim == P_quot ||
        prim == P_rem || prim == P_mod)
        return arithmetic(prim, a, b);
    const char *runtime = prim_rows[prim].runtime;
    if (runtime && *runtime == '$') fall_back(p, prim, f.operands);
    facts_passed(p->facts, e);
    Type t = prim_result(prim);
    return t == T_FLAG ? T_BOOL : t;
}

static Type expression(Types *p, Node *e);

static Cell *cell_of(const Types *p, const Node *g) {
    Cell *cell = table_get(&p->cells, g->text);
    if (!cell) bug(g, "no such cell");
    return cell;
}

static Type global(Types *p, const Node *g) {
    Cell *cell = cell_of(p, g);
    remember(p, &cell->readers);
    return cell->type;
}

static void set_global(Types *p, const Node *g, Type t) {
    Cell *cell = cell_of(p, g);
    if ((cell->type | t) == cell->type) return;
    cell->type |= t;
    for (uint32_t i = 0; i < cell->readers.count; i++)
        enqueue(p, cell->readers.items[i]);
}

static Type loop(Types *p, LoopForm loop) {
    for (uint32_t i = 0; i < loop.bindings.count; i++) {
        BindingForm b = as_binding(loop.bindings.items[i]);
        flow(p, p->current, b.name, type_of_operand(p, b.value));
    }
    Scope here = {p->scope, loop};
    p->scope = &here;
    uint32_t mark = p->facts->trail.count;
    Type t = expression(p, loop.body);
    facts_forget(p->facts, mark);
    p->scope = here.outer;
    return t;
}

static Type recur(Types *p, Node *e) {
    RecurForm f = as_recur(e);
    const Scope *s = p->scope;
    while (s && !same_name(s->loop.label, f.label))
        s = s->outer;
    if (!s) bug(e, "recur outside of its loop");
    for (uint32_t i = 0; i < f.values.count; i++)
        flow(p, p->current, as_binding(s->loop.bindings.items[i]).name,
             type_of_operand(p, f.values.items[i]));
    return T_NONE;
}

static Type let(Types *p, LetForm f) {
    for (uint32_t i = 0; i < f.bindings.count; i++) {
        BindingForm b = as_binding(f.bindings.items[i]);
        flow(p, p->current, b.name, expression(p, b.value));
        facts_bind(p->facts, b.name, b.value);
    }
    return expression(p, f.body);
}

/* One branch when the test came out so. */
static Type branch(Types *p, const Node *test, bool outcome, Node *e) {
    uint32_t mark = p->facts->trail.count;
    facts_assume(p->facts, test, outcome);
    Type t = expression(p, e);
    facts_forget(p->facts, mark);
    return t;
}

/* Behind it the test came out as the branch wants that comes back, when only one does. */
static Type branches(Types *p, IfForm f) {
    Type then = branch(p, f.test, true, f.then), other = branch(p, f.test, false, f.otherwise);
    if (!then != !other) facts_assume(p->facts, f.test, then != T_NONE);
    return then | other;
}

static Type expression(Types *p, Node *e) {
    switch (Lanf_Expr_of(e)) {
    case Lanf_Expr_NAME:
    case Lanf_Expr_GLOBAL:
    case Lanf_Expr_quote: return type_of_operand(p, e);
    case Lanf_Expr_let: return let(p, as_let(e));
    case Lanf_Expr_if: return branches(p, as_if(e));
    case Lanf_Expr_loop: return loop(p, as_loop(e));
    case Lanf_Expr_recur: return recur(p, e);
    case Lanf_Expr_prim: return primitive(p, e);
    case Lanf_Expr_direct: return call_known(p, as_direct(e).function, as_direct(e).operands);
    case Lanf_Expr_enter: return call_known(p, as_enter(e).function, as_enter(e).operands);
    case Lanf_Expr_global: return global(p, as_global(e).name);
    case Lanf_Expr_set_global:
        set_global(p, as_set_global(e).name, type_of_operand(p, as_set_global(e).value));
        return T_NIL;
    case Lanf_Expr_closure: return T_FN;
    case Lanf_Expr_patch: return T_NIL;
    case Lanf_Expr_call:
    case Lanf_Expr_try_call: return T_ANY;
    }
    bug(e, "no expression of Lanf");
}

/* ---- which functions are called by value */

static void function_escapes(Types *p, const Node *g) {
    Info *info = table_get(&p->functions, g->text);
    if (info) info->escapes = true;
}

static void entry_escapes(Types *p, const Node *g) {
    const Node *entry = table_get(&p->entries, g->text);
    if (!entry) return;
    NodeList targets = as_entry(entry).targets;
    for (uint32_t i = 0; i < targets.count; i++)
        function_escapes(p, as_target(targets.items[i]).function);
}

/* An entry that is an operand, or the closure that is made of it, is a function as a value. */
static Node *find_escapes(Walk *w, Node *e) {
    Types *p = (Types *)w;
    if (e->kind == N_GLOBAL) entry_escapes(p, e);
    if (is_form(e, H_closure)) entry_escapes(p, as_closure(e).entry);
    if (is_form(e, H_try_call)) {
        function_escapes(p, as_try_call(e).body);
        function_escapes(p, as_try_call(e).handler);
    }
    return walk_parts(w, e);
}

/* ---- functions to a fixed point */

/* Raw words cannot go through a call by value. */
static Type tagged(Type t) {
    return is_int(t) || t == T_DOUBLE ? T_ANY : t;
}

static void infer(Types *p, uint32_t index) {
    Info *info = &p->infos[index];
    p->current = info;
    p->current_index = index;
    for (uint32_t i = 0; i < info->form.env.count; i++)
        flow(p, info, info->form.env.items[i], i == 0 ? T_FN : T_ANY);
    for (uint32_t i = 0; i < info->form.parameters.count && info->escapes; i++)
        flow(p, info, info->form.parameters.items[i], T_ANY);
    Type result;
    p->first_walk = !info->walked;
    info->walked = true;
    p->facts = info->facts;
    do {
        p->grew = false;
        result = expression(p, info->form.body);
        facts_forget(p->facts, 0);
        p->first_walk = false;
    } while (p->grew);
    if (info->escapes) result = tagged(result);
    if ((info->result | result) == info->result) return;
    info->result |= result;
    for (uint32_t i = 0; i < info->callers.count; i++)
        enqueue(p, info->callers.items[i]);
}

static void infer_all(Types *p) {
    for (uint32_t i = 0; i < p->count; i++)
        enqueue(p, i);
    while (p->head < p->queue.count) {
        uint32_t index = p->queue.items[p->head++];
        p->infos[index].queued = false;
        infer(p, index);
    }
}

/* ---- writing the types into the term */

static Node *typed(Walk *w, Node *name) {
    const Types *p = (const Types *)w;
    return node_typed(w->arena, name, p->current->types[name->name.number]);
}

static Node *typed_function(Types *p, Info *info) {
    Arena *a = p->walk.arena;
    p->current = info;
    FunctionForm f = as_function(walk_parts(&p->walk, info->whole));
    f.returns = node_text(a, N_SYMBOL, info->whole->at, text(type_text(info->result)));
    return make_function(a, info->whole->at, f);
}

/* ---- the program */

static void collect(Types *p, Node *top) {
    if (is_form(top, H_function)) {
        Info *info = &p->infos[p->count++];
        info->whole = top;
        info->form = as_function(top);
        info->types = NEW_ARRAY(p->scratch, Type, info->form.names->integer + 1);
        info->facts = facts_new(p->scratch, (uint32_t)info->form.names->integer);
        table_put(&p->functions, info->form.name->text, info);
    }
    if (is_form(top, H_entry)) table_put(&p->entries, as_entry(top).name->text, top);
    if (!is_form(top, H_cell)) return;
    Cell *cell = NEW(p->scratch, Cell);
    cell->type = T_NIL; /* before it is computed */
    table_put(&p->cells, as_cell(top).name->text, cell);
}

/* What a call of a value that is no closure goes to; reached by the runtime only. */
static bool called_by_runtime(Text name) {
    return !strncmp(text_bytes(name), "core/invoke-", 12);
}

static void find_all_escapes(Types *p) {
    Walk *w = &p->walk;
    w->visit = find_escapes;
    for (uint32_t i = 0; i < p->count; i++) {
        find_escapes(w, p->infos[i].form.body);
        if (called_by_runtime(p->infos[i].form.name->text)) p->infos[i].escapes = true;
    }
    for (uint32_t i = 0; i < p->tops.count; i++) {
        Node *top = top_inner(p->tops.items[i]);
        if (is_form(top, H_start)) function_escapes(p, as_start(top).function);
    }
}

static Node *with_types(void *context, Node *top) {
    Types *p = context;
    return is_form(top, H_function)
               ? typed_function(p, table_get(&p->functions, as_function(top).name->text))
               : top;
}

Node *pass_types(Context *context, Node *program) {
    Arena *scratch = context->scratch;
    Types p = {.walk = {.arena = context->arena},
               .scratch = scratch,
               .tops = as_program(program).tops,
               .functions = {.arena = scratch},
               .cells = {.arena = scratch},
               .entries = {.arena = scratch}};
    p.infos = NEW_ARRAY(scratch, Info, p.tops.count);
    for (uint32_t i = 0; i < p.tops.count; i++)
        collect(&p, top_inner(p.tops.items[i]));
    find_all_escapes(&p);
    infer_all(&p);
    p.walk.visit = walk_parts;
    p.walk.bind = typed;
    return map_tops(context->arena, program, with_types, &p);
}
