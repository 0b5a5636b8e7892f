/* pass types : Lanf -> Ltyped                                            (analyse)
 *
 * Finds, for the whole program at once, which kinds of values each name can hold, and writes it
 * behind the name where it is bound.
 * Why now: every operation has a name, every known call is direct, and the world is closed.
 *
 *   (let [[%t.3 (prim bit-and %a.1 (quote 7))]] (prim + %t.3 (quote 1)))
 *   => (let [[%t.3:int (prim bit-and %a.1 (quote 7))]] (prim + %t.3 (quote 1)))
 *
 * Needs:  known calls are direct (closures).
 * Gives:  a type on every binder; (returns type) on every function. A name of type int or double
 *         will be a raw word: so a function whose closure escapes takes and gives `any`.
 * Choice: a type is a set of kinds, the join is union, and everything starts empty; functions are
 *         done again until nothing grows (Kildall 1973). Types do not depend on the branch taken.
 */
#include "names.h"
#include "table.h"

#include <string.h>

typedef VEC(uint32_t) Indices;

/* The loops around the expression that is being walked. */
typedef struct Scope Scope;
struct Scope {
    Scope *outer;
    const Node *loop;
};

typedef struct {
    Function parts;
    Type *types;         /* of every name in it */
    Type result;
    bool escapes;        /* called by value: tagged parameters and result */
    bool queued, walked;
    Indices callers; /* functions to do again when the result grows */
} Info;

/* A global that is read from memory. */
typedef struct {
    Type type;
    Indices readers; /* functions to do again when it grows */
} Cell;

typedef struct {
    Arena *arena, *scratch;
    Table functions;     /* name -> Info */
    Table cells;         /* name -> Cell */
    Table entries;       /* name -> its (entry ...) */
    Info *infos;
    uint32_t count;
    VEC(uint32_t) queue;
    uint32_t head;       /* of the queue */
    Node *program;
    Info *current;
    uint32_t current_index;
    Scope *scope;
    bool first_walk;     /* through the current function */
    bool grew;           /* a type of the current function grew: its body is walked again */
} Pass;

/* ---- the lattice */

static bool is_number(Type t) { return t && !(t & (Type)~(T_INT | T_DOUBLE)); }
static bool is_int(Type t) { return t && !(t & (Type)~T_INT); }

static Type constant_type(const Node *d) {
    switch (d->kind) {
    case N_NIL: return T_NIL;
    case N_TRUE:
    case N_FALSE: return T_BOOL;
    case N_INT: return d->integer >= -((int64_t)1 << 62) && d->integer < (int64_t)1 << 62 ? T_FIX : T_BIG;
    case N_DOUBLE: return T_DOUBLE;
    case N_STRING: return T_STRING;
    case N_KEYWORD: return T_KEYWORD;
    case N_SYMBOL: return T_SYMBOL;
    default: return T_ANY;
    }
}

static void enqueue(Pass *p, uint32_t index) {
    if (p->infos[index].queued) return;
    p->infos[index].queued = true;
    PUSH(p->scratch, p->queue, index);
}

/* Adds `t` to what the name can hold. */
static void flow(Pass *p, Info *info, const Node *name, Type t) {
    Type *old = &info->types[name->name.number];
    if ((*old | t) == *old) return;
    *old |= t;
    if (info == p->current) p->grew = true;
    else enqueue(p, (uint32_t)(info - p->infos));
}

static Type type_of_operand(const Pass *p, const Node *a) {
    if (a->kind == N_NAME) return p->current->types[a->name.number];
    if (a->kind == N_GLOBAL) return T_FN;
    return constant_type(a->kids[0]);
}

/* ---- operations */

/* The current function is to be done again when what it reads grows. What it calls and reads does
 * not change, so the first walk through it tells all. */
static void remember(Pass *p, Indices *readers) {
    if (!p->first_walk) return;
    if (readers->count && readers->items[readers->count - 1] == p->current_index) return;
    PUSH(p->scratch, *readers, p->current_index);
}

static Type call_known(Pass *p, const Node *g, Node *const *args, uint32_t count) {
    Info *callee = table_get(&p->functions, g->text);
    if (!callee) bug(g, "call of a function that does not exist");
    if (callee->parts.params->count != count) bug(g, "call with %u operands of a function of %u", count, callee->parts.params->count);
    for (uint32_t i = 0; i < count; i++)
        flow(p, callee, callee->parts.params->kids[i], type_of_operand(p, args[i]));
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
static Type fallback(Pass *p, Prim prim, Node *e) {
    Text name = text_format("%s.w%u", prim_rows[prim].runtime + 1, e->count - 1);
    Node *g = node_global(p->scratch, name);
    return table_get(&p->functions, name) ? call_known(p, g, e->kids + 1, e->count - 1) : T_ANY;
}

static Type primitive(Pass *p, Node *e) {
    Prim prim = (Prim)e->kids[0]->head;
    Type a = e->count > 1 ? type_of_operand(p, e->kids[1]) : T_NONE;
    Type b = e->count > 2 ? type_of_operand(p, e->kids[2]) : T_NONE;
    switch ((int)prim) {
    case P_add: case P_sub: case P_mul: case P_div: case P_quot: case P_rem: case P_mod:
        return arithmetic(prim, a, b);
    default: break;
    }
    const char *runtime = prim_rows[prim].runtime;
    if (runtime && *runtime == '$') fallback(p, prim, e);
    Type t = prim_result(prim);
    return t == T_FLAG ? T_BOOL : t;
}

static Type expression(Pass *p, Node *e);

static Cell *cell_of(const Pass *p, const Node *g) {
    Cell *cell = table_get(&p->cells, g->text);
    if (!cell) bug(g, "no such cell");
    return cell;
}

static Type global(Pass *p, const Node *g) {
    Cell *cell = cell_of(p, g);
    remember(p, &cell->readers);
    return cell->type;
}

static void set_global(Pass *p, const Node *g, Type t) {
    Cell *cell = cell_of(p, g);
    if ((cell->type | t) == cell->type) return;
    cell->type |= t;
    for (uint32_t i = 0; i < cell->readers.count; i++)
        enqueue(p, cell->readers.items[i]);
}

static Type loop(Pass *p, Node *e) {
    Scope here = {p->scope, e};
    for (uint32_t i = 0; i < e->kids[1]->count; i++) {
        const Node *binding = e->kids[1]->kids[i];
        flow(p, p->current, binding->kids[0], type_of_operand(p, binding->kids[1]));
    }
    p->scope = &here;
    Type t = expression(p, e->kids[2]);
    p->scope = here.outer;
    return t;
}

static Type recur(Pass *p, Node *e) {
    const Scope *s = p->scope;
    while (s && !same_name(s->loop->kids[0], e->kids[0]))
        s = s->outer;
    if (!s) bug(e, "recur outside of its loop");
    for (uint32_t i = 1; i < e->count; i++)
        flow(p, p->current, s->loop->kids[1]->kids[i - 1]->kids[0], type_of_operand(p, e->kids[i]));
    return T_NONE;
}

static Type expression(Pass *p, Node *e) {
    if (!is_tree(e) || e->head == H_quote) return type_of_operand(p, e);
    switch (e->head) {
    case H_let:
        for (uint32_t i = 0; i < e->kids[0]->count; i++) {
            Node *binding = e->kids[0]->kids[i];
            flow(p, p->current, binding->kids[0], expression(p, binding->kids[1]));
        }
        return expression(p, e->kids[1]);
    case H_if: {
        Type then = expression(p, e->kids[1]);
        return then | expression(p, e->kids[2]);
    }
    case H_loop: return loop(p, e);
    case H_recur: return recur(p, e);
    case H_prim: return primitive(p, e);
    case H_direct: return call_known(p, e->kids[0], e->kids + 1, e->count - 1);
    case H_enter: return call_known(p, e->kids[0], e->kids + 2, e->count - 2);
    case H_global: return global(p, e->kids[0]);
    case H_set_global: set_global(p, e->kids[0], type_of_operand(p, e->kids[1])); return T_NIL;
    case H_closure: return T_FN;
    case H_patch: return T_NIL;
    case H_call:
    case H_try_call: return T_ANY;
    default: bug(e, "types does not know this form");
    }
}

/* ---- which functions are called by value */

static void function_escapes(Pass *p, const Node *g) {
    Info *info = table_get(&p->functions, g->text);
    if (info) info->escapes = true;
}

static void entry_escapes(Pass *p, Text name) {
    const Node *entry = table_get(&p->entries, name);
    for (uint32_t i = 2; entry && i < entry->count; i++)
        function_escapes(p, entry->kids[i]->kids[1]);
}

static void find_escapes(Pass *p, Node *e) {
    if (e->kind == N_GLOBAL) entry_escapes(p, e->text);
    if (!is_tree(e) || e->head == H_quote) return;
    uint32_t first = 0;
    if (e->head == H_closure) entry_escapes(p, e->kids[0]->text);
    if (e->head == H_try_call) {
        function_escapes(p, e->kids[0]);
        function_escapes(p, e->kids[1]);
    }
    if (e->head == H_direct || e->head == H_enter || e->head == H_global || e->head == H_set_global) first = 1;
    for (uint32_t i = first; i < e->count; i++)
        find_escapes(p, e->kids[i]);
}

/* ---- functions to a fixed point */

/* Raw words cannot go through a call by value. */
static Type tagged(Type t) { return is_int(t) || t == T_DOUBLE ? T_ANY : t; }

static void infer(Pass *p, uint32_t index) {
    Info *info = &p->infos[index];
    p->current = info;
    p->current_index = index;
    for (uint32_t i = 0; i < info->parts.env->count; i++)
        flow(p, info, info->parts.env->kids[i], i == 0 ? T_FN : T_ANY);
    for (uint32_t i = 0; i < info->parts.params->count && info->escapes; i++)
        flow(p, info, info->parts.params->kids[i], T_ANY);
    Type result;
    p->first_walk = !info->walked;
    info->walked = true;
    do {
        p->grew = false;
        result = expression(p, info->parts.body);
        p->first_walk = false;
    } while (p->grew);
    if (info->escapes) result = tagged(result);
    if ((info->result | result) == info->result) return;
    info->result |= result;
    for (uint32_t i = 0; i < info->callers.count; i++)
        enqueue(p, info->callers.items[i]);
}

static void infer_all(Pass *p) {
    for (uint32_t i = 0; i < p->count; i++)
        enqueue(p, i);
    while (p->head < p->queue.count) {
        uint32_t index = p->queue.items[p->head++];
        p->infos[index].queued = false;
        infer(p, index);
    }
}

/* ---- writing the types into the term */

static Node *typed(Pass *p, Node *name) {
    return node_typed(p->arena, name, p->current->types[name->name.number]);
}

static Node *with_types(Pass *p, Node *e);

static Node *typed_bindings(Pass *p, Node *bindings) {
    Node *out = node_tree(p->arena, N_VECTOR, bindings->at, bindings->kids, bindings->count);
    for (uint32_t i = 0; i < out->count; i++) {
        Node *kids[] = {typed(p, out->kids[i]->kids[0]), with_types(p, out->kids[i]->kids[1])};
        out->kids[i] = node_tree(p->arena, N_VECTOR, out->kids[i]->at, kids, 2);
    }
    return out;
}

static Node *with_types(Pass *p, Node *e) {
    switch (is_tree(e) ? e->head : (uint16_t)H_NONE) {
    case H_let:
        return list(p->arena, H_let, e->at, typed_bindings(p, e->kids[0]), with_types(p, e->kids[1]), NULL);
    case H_loop:
        return list(p->arena, H_loop, e->at, e->kids[0], typed_bindings(p, e->kids[1]), with_types(p, e->kids[2]), NULL);
    case H_if:
        return list(p->arena, H_if, e->at, e->kids[0], with_types(p, e->kids[1]), with_types(p, e->kids[2]), NULL);
    default: return e;
    }
}

static Node *typed_names(Pass *p, Node *names) {
    Node *out = node_tree(p->arena, (NodeKind)names->kind, names->at, names->kids, names->count);
    out->head = names->head;
    for (uint32_t i = 0; i < out->count; i++)
        out->kids[i] = typed(p, out->kids[i]);
    return out;
}

static Node *typed_function(Pass *p, Info *info) {
    Node *f = info->parts.whole;
    p->current = info;
    Node *body = with_types(p, info->parts.body);
    return list(p->arena, H_function, f->at, info->parts.name, names_form(p->arena, f->at, info->parts.names),
                returns_form(p->arena, f->at, type_text(info->result)), typed_names(p, info->parts.env),
                typed_names(p, info->parts.params), body, NULL);
}

/* ---- the program */

static void collect(Pass *p) {
    for (uint32_t i = 1; i < p->program->count; i++) {
        Node *top = top_inner(p->program->kids[i]);
        if (is_form(top, H_function)) {
            Info *info = &p->infos[p->count++];
            info->parts = function_parts(top);
            info->types = NEW_ARRAY(p->scratch, Type, info->parts.names + 1);
            table_put(&p->functions, info->parts.name->text, info);
        }
        if (is_form(top, H_entry)) table_put(&p->entries, top->kids[0]->text, top);
        if (!is_form(top, H_cell)) continue;
        Cell *cell = NEW(p->scratch, Cell);
        cell->type = T_NIL; /* before it is computed */
        table_put(&p->cells, top->kids[0]->text, cell);
    }
}

/* What a call of a value that is no closure goes to; reached by the runtime only. */
static bool called_by_runtime(Text name) { return !strncmp(text_bytes(name), "core/invoke-", 12); }

static void find_all_escapes(Pass *p) {
    for (uint32_t i = 0; i < p->count; i++) {
        find_escapes(p, p->infos[i].parts.body);
        if (called_by_runtime(p->infos[i].parts.name->text)) p->infos[i].escapes = true;
    }
    for (uint32_t i = 1; i < p->program->count; i++) {
        Node *top = top_inner(p->program->kids[i]);
        if (is_form(top, H_start)) function_escapes(p, top->kids[0]);
    }
}

Node *pass_types(Context *context, Node *program) {
    Arena *scratch = context->scratch;
    Pass p = {.arena = context->arena, .scratch = scratch, .program = program, .functions = {.arena = scratch},
              .cells = {.arena = scratch}, .entries = {.arena = scratch}};
    p.infos = NEW_ARRAY(scratch, Info, program->count);
    collect(&p);
    find_all_escapes(&p);
    infer_all(&p);
    Node *out = node_list(context->arena, H_program, program->at, program->kids, program->count);
    uint32_t next = 0;
    for (uint32_t i = 1; i < program->count; i++)
        if (is_form(top_inner(program->kids[i]), H_function))
            out->kids[i] = top_with(context->arena, program->kids[i], typed_function(&p, &p.infos[next++]));
    return out;
}
