/* pass closures : Lfree -> Lclosed                                 (convert)
 *
 * Moves every function to the top level; what it captures becomes fields of its closure, and calls
 * of known functions become direct.
 * Why now: what follows works on one function at a time.
 *
 *   (define $user/f (names 4)
 *     (fn %f.1 (free) (arity [%y.2] (fn %g.3 (free %y.2) (arity [] %y.2)))))
 *   => (function $user/f.fn3.w0 (names 4) (env %g.3 %y.2) [] %y.2)
 *      (entry $user/f.fn3 "g" (arity 0 $user/f.fn3.w0))
 *      (function $user/f.w1 (names 4) (env) [%y.2] (closure $user/f.fn3 %y.2))
 *      (entry $user/f "f" (arity 1 $user/f.w1))
 *
 * Needs:  (free ...) in every fn (free).
 * Gives:  functions without nested functions; a worker for each arity, an entry for each function
 *         that is used as a value; $start, which runs the program; nothing that is not reached.
 * Choice: a function that captures nothing has no closure and no env. Captured names keep their
 *         names: env lists them.
 */
#include "ir/limits.h"
#include "ir/names.h"
#include "closures/closures.h"

#include "layout.h"

#include <string.h>

Node *fresh_value(Closures *c, const char *hint) {
    return node_name(c->arena, text(hint), c->next++);
}

/* ---- functions */

static Known *known_name(const Closures *c, const Node *n) {
    return n->kind == N_NAME ? table_get(&c->known, n->name.number) : NULL;
}

static void know(Closures *c, const Node *name, Known *k) {
    table_put(&c->known, name->name.number, k);
}

/* A function inside the current definition; what it captures is not settled yet. */
static Known *inner_function(Closures *c, Node *function) {
    Known *k = NEW(c->scratch, Known);
    k->function = function;
    k->base = text_format("%s.fn%u", text_bytes(c->base), as_fn(function).self->name.number);
    know(c, as_fn(function).self, k);
    return k;
}

_Static_assert(MOST_CAPTURES + 1 < SIZE_LARGE, "a closure's size fits into its header");

/* Of its free variables, those that are values at run time are captured. */
static void settle_captures(Closures *c, Known *k) {
    NodeList names = as_fn(k->function).free;
    for (uint32_t i = 0; i < names.count; i++) {
        const Known *other = known_name(c, names.items[i]);
        if (!other || !other->is_static) PUSH(c->scratch, k->captured, names.items[i]);
    }
    if (k->captured.count > MOST_CAPTURES)
        error_at(c->diagnostics, pos(k->function), "SL0215",
                 "this function uses %u variables from around it; the limit is %d",
                 k->captured.count, MOST_CAPTURES);
    k->is_static = k->captured.count == 0;
}

/* The function as a value. `unset`: names that have no value yet, NULL for none. */
static Node *closure_of(Closures *c, const Known *k, const Table *unset) {
    Pos at = pos(k->function);
    Node *entry = node_global(c->arena, k->base);
    if (k->is_static) return entry;
    Node **captured = NEW_ARRAY(c->scratch, Node *, k->captured.count);
    for (uint32_t i = 0; i < k->captured.count; i++) {
        Node *name = k->captured.items[i];
        captured[i] = unset && table_get(unset, name->name.number)
                          ? build(c->arena, at, "(quote nil)")
                          : name;
    }
    return make_closure(c->arena, at, entry, nodes(captured, k->captured.count, at));
}

static Node *convert_fn(Closures *c, Node *e) {
    Known *k = inner_function(c, e);
    settle_captures(c, k);
    convert_function(c, k);
    return closure_of(c, k, NULL);
}

/* ---- calls */

/* The function that the operator is for certain, NULL for other operators. */
static Known *known_operator(Closures *c, Node *operator) {
    if (operator->kind == N_GLOBAL) return table_get(&c->globals, operator->text);
    if (!is_form(operator, H_fn)) return known_name(c, operator);
    convert_fn(c, operator);
    return known_name(c, as_fn(operator).self);
}

static Node *convert_call(Closures *c, Node *e) {
    CallForm call = as_call(e);
    Node *operator= call.callee;
    const Known *k = known_operator(c, operator);
    bool is_value = k && (is_form(operator, H_fn) || k->is_static);
    call.callee = is_value ? closure_of(c, k, NULL) : convert_expression(c, operator);
    call.operands = walk_all(&c->walk, call.operands);
    Node *known = k ? known_call(c, e->at, k, call.callee, call.operands) : NULL;
    return known ? known : remake_call(c->arena, e, call);
}

/* ---- binding forms */

static Node *let_form(Closures *c, Pos at, Nodes bindings, Node *body) {
    if (bindings.count == 0) return body;
    return make_let(c->arena, at, list_of(bindings, at), body);
}

/* A name that is bound to a static function needs no binding. */
static Node *convert_let(Closures *c, Pos at, LetForm let) {
    Nodes bindings = {0};
    for (uint32_t i = 0; i < let.bindings.count; i++) {
        Node *binding = let.bindings.items[i];
        BindingForm b = as_binding(binding);
        Node *value = convert_expression(c, b.value);
        Known *k = known_name(c, is_form(b.value, H_fn) ? as_fn(b.value).self : b.value);
        if (k) know(c, b.name, k);
        if (!k || !k->is_static)
            PUSH(c->scratch, bindings, make_binding(c->arena, binding->at, b.name, value));
    }
    return let_form(c, at, bindings, convert_expression(c, let.body));
}

/* ---- letrec */

/* Functions that see each other are static unless one of them captures something else. */
static void settle_group(Closures *c, Known **group, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        group[i]->is_static = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < count; i++) {
            if (!group[i]->is_static) continue;
            settle_captures(c, group[i]);
            if (!group[i]->is_static) changed = true;
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        group[i]->captured.count = 0;
        settle_captures(c, group[i]);
    }
}

/* Stores what was captured before it was there. */
static Node *patches(Closures *c, Pos at, Known **group, const Table *order, const Nodes *names,
                     Node *body) {
    Nodes steps = {0};
    for (uint32_t i = 0; i < names->count; i++)
        for (uint32_t k = 0; k < group[i]->captured.count; k++) {
            Node *captured = group[i]->captured.items[k];
            uintptr_t place = (uintptr_t)table_get(order, captured->name.number);
            if (place <= i) continue;
            Node *index = node_int(c->arena, at, k);
            PUSH(c->scratch, steps, make_patch(c->arena, at, names->items[i], index, captured));
        }
    if (steps.count == 0) return body;
    return build(c->arena, at, "(do ?... ?)", steps.items, steps.count, body);
}

static Node *convert_letrec(Closures *c, Node *e) {
    LetrecForm f = as_letrec(e);
    uint32_t count = f.bindings.count;
    Known **group = NEW_ARRAY(c->scratch, Known *, count),
          **closures = NEW_ARRAY(c->scratch, Known *, count);
    Table order = {.arena = c->scratch}, unset = {.arena = c->scratch};
    Nodes bindings = {0}, names = {0};
    for (uint32_t i = 0; i < count; i++) {
        BindingForm b = as_binding(f.bindings.items[i]);
        group[i] = inner_function(c, b.value);
        know(c, b.name, group[i]);
    }
    settle_group(c, group, count);
    for (uint32_t i = 0; i < count; i++) {
        Node *name = as_binding(f.bindings.items[i]).name;
        convert_function(c, group[i]);
        if (group[i]->is_static) continue;
        closures[names.count] = group[i];
        PUSH(c->scratch, names, name);
        table_put(&order, name->name.number, (void *)(uintptr_t)names.count);
        table_put(&unset, name->name.number, name);
    }
    for (uint32_t i = 0; i < names.count; i++) {
        Node *value = closure_of(c, closures[i], &unset);
        Pos at = closures[i]->function->at;
        PUSH(c->scratch, bindings, make_binding(c->arena, at, names.items[i], value));
        table_put(&unset, names.items[i]->name.number, NULL);
    }
    Node *body = patches(c, e->at, closures, &order, &names, convert_expression(c, f.body));
    return let_form(c, e->at, bindings, body);
}

/* ---- expressions */

/* A static function is its entry. */
static Node *convert_name(Closures *c, Node *x) {
    const Known *k = known_name(c, x);
    return k && k->is_static ? node_global(c->arena, k->base) : x;
}

/* A global that is a function is its entry. */
static Node *convert_global(Closures *c, Node *g) {
    const Known *k = table_get(&c->globals, g->text);
    return k && k->base != g->text ? node_global(c->arena, k->base) : g;
}

Node *convert_expression(Closures *c, Node *e) {
    switch (Lfree_Expr_of(e)) {
    case Lfree_Expr_NAME: return convert_name(c, e);
    case Lfree_Expr_GLOBAL: return convert_global(c, e);
    case Lfree_Expr_call: return convert_call(c, e);
    case Lfree_Expr_let: return convert_let(c, e->at, as_let(e));
    case Lfree_Expr_letrec: return convert_letrec(c, e);
    case Lfree_Expr_fn: return convert_fn(c, e);
    case Lfree_Expr_try: return convert_try(c, e);
    case Lfree_Expr_quote:
    case Lfree_Expr_if:
    case Lfree_Expr_do:
    case Lfree_Expr_loop:
    case Lfree_Expr_recur:
    case Lfree_Expr_prim:
    case Lfree_Expr_set_global: return walk_parts(&c->walk, e);
    }
    bug(e, "no expression of Lfree");
}

static Node *visit(Walk *w, Node *e) {
    return convert_expression((Closures *)w, e);
}

/* ---- top-level forms */

/* What the names of a global function's parts start with. */
static Text base_of(const Node *define) {
    const Node *global = as_define(define).name, *self = as_fn(as_define(define).value).self;
    if (self->name.hint != text(MADE_FUNCTION)) return global->text;
    return text_format("%s.fn%u", text_bytes(global->text), self->name.number);
}

static void index_global(Closures *c, Node *top) {
    if (is_form(top, H_run)) return;
    Known *k = NULL;
    if (is_form(top, H_define) && is_form(as_define(top).value, H_fn)) {
        k = NEW(c->scratch, Known);
        *k = (Known){.base = base_of(top), .is_static = true, .function = as_define(top).value};
    }
    table_put(&c->globals, as_define(top).name->text, k);
}

/* $ns/top.3: a function that does at the start what a top-level form says. */
static void add_start(Closures *c, Pos at, Text space, Node *body) {
    Text name;
    do
        name = text_format("%s/top.%u", text_bytes(space), ++c->last_top);
    while (table_get(&c->globals, name));
    add_closed_function(c, at, name, no_nodes(at), no_nodes(at), body);
    Node *call = make_direct(c->arena, at, node_global(c->arena, name), no_nodes(at));
    if (c->library)
        PUSH(c->scratch, c->library_starts, call);
    else
        PUSH(c->scratch, c->starts, call);
}

static Text space_of(Text global) {
    const char *bytes = text_bytes(global);
    return text_of(bytes, (size_t)(strchr(bytes + 1, '/') - bytes));
}

static void convert_cell(Closures *c, Pos at, Node *global, Node *value) {
    add_closed_top(c, make_cell(c->arena, at, global));
    Node *body = make_set_global(c->arena, at, global, convert_expression(c, value));
    add_start(c, at, space_of(global->text), body);
}

static void convert_top(Closures *c, Node *form) {
    Node *top = top_inner(form);
    bool is_run = is_form(top, H_run);
    Node *global = is_run ? NULL : as_define(top).name;
    c->library = is_form(form, H_from) ? as_from(form).space->text : 0;
    c->next = names_of_top(top);
    uint32_t first = c->tops.count;
    c->known = (Table){.arena = c->scratch};
    c->base = is_run ? text_format("user/top.%u", c->last_top + 1) : global->text;
    Known *k = is_run ? NULL : table_get(&c->globals, c->base);
    if (k) {
        know(c, as_fn(k->function).self, k);
        convert_function(c, k);
    } else if (is_run) {
        add_start(c, top->at, text("user"), convert_expression(c, value_of_top(top)));
    } else {
        convert_cell(c, top->at, global, value_of_top(top));
    }
    settle_numbers(c, first);
}

/* The user's main function: the last definition of some-namespace/-main. */
static Node *find_main(NodeList tops) {
    Node *main = NULL;
    for (uint32_t i = 0; i < tops.count; i++) {
        Node *top = tops.items[i];
        bool defines = is_form(top, H_define) || is_form(top, H_variable);
        if (defines && is_main_name(as_define(top).name->text)) main = as_define(top).name;
    }
    return main;
}

Node *pass_closures(Context *context, Node *program) {
    Closures c = {.walk = {.arena = context->arena, .visit = visit},
                  .arena = context->arena,
                  .scratch = context->scratch,
                  .diagnostics = context->diagnostics,
                  .globals = {.arena = context->scratch}};
    ProgramForm f = as_program(program);
    for (uint32_t i = 0; i < f.tops.count; i++)
        index_global(&c, top_inner(f.tops.items[i]));
    for (uint32_t i = 0; i < f.tops.count; i++)
        convert_top(&c, f.tops.items[i]);
    Node *main = find_main(f.tops);
    return finish_program(&c, f.library, main ? table_get(&c.globals, main->text) : NULL, main);
}
