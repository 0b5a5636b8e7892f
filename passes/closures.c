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

Node *fresh_value(Converter *c, const char *hint) {
    return node_name(c->arena, text(hint), c->next++);
}

Node **convert_all(Converter *c, Node **kids, uint32_t count) {
    Node **out = NEW_ARRAY(c->scratch, Node *, count);
    for (uint32_t i = 0; i < count; i++)
        out[i] = convert_expression(c, kids[i]);
    return out;
}

/* ---- functions */

static Known *known_name(const Converter *c, const Node *n) {
    return n->kind == N_NAME ? table_get(&c->known, n->name.number) : NULL;
}

static void know(Converter *c, const Node *name, Known *k) {
    table_put(&c->known, name->name.number, k);
}

/* A function inside the definition at hand; what it captures is not settled yet. */
static Known *inner_function(Converter *c, Node *function) {
    Known *k = NEW(c->scratch, Known);
    k->function = function;
    k->base = text_format("%s.fn%u", text_bytes(c->base), function->kids[0]->name.number);
    know(c, function->kids[0], k);
    return k;
}

_Static_assert(MOST_CAPTURES + 1 < SIZE_LARGE, "a closure's size fits into its header");

/* Of its free variables, those that are values at run time are captured. */
static void settle_captures(Converter *c, Known *k) {
    const Node *names = k->function->kids[1];
    for (uint32_t i = 0; i < names->count; i++) {
        const Known *other = known_name(c, names->kids[i]);
        if (!other || !other->is_static) PUSH(c->scratch, k->captured, names->kids[i]);
    }
    if (k->captured.count > MOST_CAPTURES)
        error_at(c->diagnostics, pos(k->function), "SL0215",
                 "this function uses %u variables from around it; the limit is %d",
                 k->captured.count, MOST_CAPTURES);
    k->is_static = k->captured.count == 0;
}

/* The function as a value. `unset`: names that have no value yet, NULL for none. */
static Node *closure_of(Converter *c, const Known *k, const Table *unset) {
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
    return build(c->arena, at, "(closure ? ?...)", entry, captured, k->captured.count);
}

static Node *convert_fn(Converter *c, Node *e) {
    Known *k = inner_function(c, e);
    settle_captures(c, k);
    convert_function(c, k);
    return closure_of(c, k, NULL);
}

/* ---- calls */

/* The function that the operator is for certain, NULL for other operators. */
static Known *known_operator(Converter *c, Node *operator) {
    if (operator->kind == N_GLOBAL) return table_get(&c->globals, operator->text);
    if (!is_form(operator, H_fn)) return known_name(c, operator);
    convert_fn(c, operator);
    return known_name(c, operator->kids[0]);
}

static Node *convert_call(Converter *c, Node *e) {
    Node *operator = e->kids[0];
    const Known *k = known_operator(c, operator);
    Node *value = k && (is_form(operator, H_fn) || k->is_static) ? closure_of(c, k, NULL)
                                                                 : convert_expression(c, operator);
    Node **operands = convert_all(c, e->kids + 1, e->count - 1);
    Node *call = k ? known_call(c, pos(e), k, value, operands, e->count - 1) : NULL;
    return call ? call : build(c->arena, pos(e), "(call ? ?...)", value, operands, e->count - 1);
}

/* ---- binding forms */

static Node *pair(Converter *c, Pos at, Node *x, Node *e) {
    Node *kids[] = {x, e};
    return node_tree(c->arena, N_VECTOR, at, kids, 2);
}

static Node *let_form(Converter *c, Pos at, const Nodes *bindings, Node *body) {
    if (bindings->count == 0) return body;
    Node *vector = node_tree(c->arena, N_VECTOR, at, bindings->items, bindings->count);
    return list(c->arena, H_let, at, vector, body, NULL);
}

/* A name that is bound to a static function needs no binding. */
static Node *convert_let(Converter *c, Node *e) {
    Nodes bindings = {0};
    for (uint32_t i = 0; i < e->kids[0]->count; i++) {
        Node *b = e->kids[0]->kids[i], *value = convert_expression(c, b->kids[1]);
        Known *k = is_form(b->kids[1], H_fn) ? known_name(c, b->kids[1]->kids[0])
                                             : known_name(c, b->kids[1]);
        if (k) know(c, b->kids[0], k);
        if (!k || !k->is_static) PUSH(c->scratch, bindings, pair(c, pos(b), b->kids[0], value));
    }
    return let_form(c, pos(e), &bindings, convert_expression(c, e->kids[1]));
}

static Node *convert_loop(Converter *c, Node *e) {
    Nodes bindings = {0};
    for (uint32_t i = 0; i < e->kids[1]->count; i++) {
        Node *b = e->kids[1]->kids[i];
        PUSH(c->scratch, bindings, pair(c, pos(b), b->kids[0], convert_expression(c, b->kids[1])));
    }
    Node *vector = node_tree(c->arena, N_VECTOR, pos(e->kids[1]), bindings.items, bindings.count);
    return list(c->arena, H_loop, pos(e), e->kids[0], vector, convert_expression(c, e->kids[2]),
                NULL);
}

/* ---- letrec */

/* Functions that see each other are static unless one of them captures something else. */
static void settle_group(Converter *c, Node *bindings, Known **group) {
    for (uint32_t i = 0; i < bindings->count; i++)
        group[i]->is_static = true;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < bindings->count; i++) {
            if (!group[i]->is_static) continue;
            settle_captures(c, group[i]);
            if (!group[i]->is_static) changed = true;
        }
    }
    for (uint32_t i = 0; i < bindings->count; i++) {
        group[i]->captured.count = 0;
        settle_captures(c, group[i]);
    }
}

/* Stores what was captured before it was there. */
static Node *patches(Converter *c, Pos at, Known **group, const Table *order, const Nodes *names,
                     Node *body) {
    Nodes steps = {0};
    for (uint32_t i = 0; i < names->count; i++)
        for (uint32_t k = 0; k < group[i]->captured.count; k++) {
            Node *captured = group[i]->captured.items[k];
            uintptr_t place = (uintptr_t)table_get(order, captured->name.number);
            if (place <= i) continue;
            Node *index = node_int(c->arena, at, k);
            PUSH(c->scratch, steps,
                 build(c->arena, at, "(patch ? ? ?)", names->items[i], index, captured));
        }
    if (steps.count == 0) return body;
    return build(c->arena, at, "(do ?... ?)", steps.items, steps.count, body);
}

static Node *convert_letrec(Converter *c, Node *e) {
    Node *vector = e->kids[0];
    Known **group = NEW_ARRAY(c->scratch, Known *, vector->count),
          **closures = NEW_ARRAY(c->scratch, Known *, vector->count);
    Table order = {.arena = c->scratch}, unset = {.arena = c->scratch};
    Nodes bindings = {0}, names = {0};
    for (uint32_t i = 0; i < vector->count; i++) {
        group[i] = inner_function(c, vector->kids[i]->kids[1]);
        know(c, vector->kids[i]->kids[0], group[i]);
    }
    settle_group(c, vector, group);
    for (uint32_t i = 0; i < vector->count; i++) {
        Node *name = vector->kids[i]->kids[0];
        convert_function(c, group[i]);
        if (group[i]->is_static) continue;
        closures[names.count] = group[i];
        PUSH(c->scratch, names, name);
        table_put(&order, name->name.number, (void *)(uintptr_t)names.count);
        table_put(&unset, name->name.number, name);
    }
    for (uint32_t i = 0; i < names.count; i++) {
        Node *value = closure_of(c, closures[i], &unset);
        PUSH(c->scratch, bindings, pair(c, pos(closures[i]->function), names.items[i], value));
        table_put(&unset, names.items[i]->name.number, NULL);
    }
    Node *body = patches(c, pos(e), closures, &order, &names, convert_expression(c, e->kids[1]));
    return let_form(c, pos(e), &bindings, body);
}

/* ---- expressions */

/* A static function is its entry. */
static Node *convert_name(Converter *c, Node *x) {
    const Known *k = known_name(c, x);
    return k && k->is_static ? node_global(c->arena, k->base) : x;
}

static Node *convert_kids(Converter *c, Node *e, uint32_t first) {
    Node *out = node_list(c->arena, (Head)e->head, pos(e), e->kids, e->count);
    for (uint32_t i = first; i < e->count; i++)
        out->kids[i] = convert_expression(c, e->kids[i]);
    return out;
}

/* A global that is a function is its entry. */
static Node *convert_global(Converter *c, Node *g) {
    const Known *k = table_get(&c->globals, g->text);
    return k && k->base != g->text ? node_global(c->arena, k->base) : g;
}

Node *convert_expression(Converter *c, Node *e) {
    if (e->kind == N_NAME) return convert_name(c, e);
    if (e->kind == N_GLOBAL) return convert_global(c, e);
    if (!is_tree(e)) return e;
    switch (e->head) {
    case H_quote: return e;
    case H_if: case H_do: return convert_kids(c, e, 0);
    case H_recur: case H_prim: case H_set_global: return convert_kids(c, e, 1);
    case H_call: return convert_call(c, e);
    case H_let: return convert_let(c, e);
    case H_loop: return convert_loop(c, e);
    case H_letrec: return convert_letrec(c, e);
    case H_fn: return convert_fn(c, e);
    case H_try: return convert_try(c, e);
    default: bug(e, "no expression of Lfree");
    }
}

/* ---- top-level forms */

/* What the names of a global function's parts start with. */
static Text base_of(const Node *define) {
    const Node *global = define->kids[0], *self = define->kids[2]->kids[0];
    if (self->name.hint != text(MADE_FUNCTION)) return global->text;
    return text_format("%s.fn%u", text_bytes(global->text), self->name.number);
}

static void index_global(Converter *c, Node *top) {
    if (is_form(top, H_run)) return;
    Known *k = NEW(c->scratch, Known);
    bool is_function = is_form(top, H_define) && is_form(top->kids[2], H_fn);
    *k = (Known){.base = is_function ? base_of(top) : 0,
                 .is_static = is_function,
                 .function = is_function ? top->kids[2] : NULL};
    table_put(&c->globals, top->kids[0]->text, is_function ? (void *)k : NULL);
}

/* $ns/top.3: a function that does at the start what a top-level form says. */
static void add_start(Converter *c, Pos at, Text space, Node *body) {
    static const Nodes none = {0};
    Text name;
    do
        name = text_format("%s/top.%u", text_bytes(space), ++c->last_top);
    while (table_get(&c->globals, name));
    add_closed_function(c, at, name, &none, &none, body);
    Node *call = build(c->arena, at, "(direct ?)", node_global(c->arena, name));
    if (c->library) PUSH(c->scratch, c->library_starts, call);
    else PUSH(c->scratch, c->starts, call);
}

static Text space_of(Text global) {
    const char *bytes = text_bytes(global);
    return text_of(bytes, (size_t)(strchr(bytes + 1, '/') - bytes));
}

static void convert_cell(Converter *c, Node *top) {
    Node *global = top->kids[0];
    add_closed_top(c, list(c->arena, H_cell, pos(top), global, NULL));
    Node *value = convert_expression(c, top->kids[2]);
    Node *body = list(c->arena, H_set_global, pos(top), global, value, NULL);
    add_start(c, pos(top), space_of(global->text), body);
}

static void convert_top(Converter *c, Node *form) {
    Node *top = top_inner(form), *names = top->kids[top->count - 2];
    bool is_run = is_form(top, H_run);
    c->library = form == top ? 0 : form->kids[0]->text;
    c->next = (uint32_t)names->kids[0]->integer;
    c->functions.count = 0;
    c->known = (Table){.arena = c->scratch};
    c->base = is_run ? text_format("user/top.%u", c->last_top + 1) : top->kids[0]->text;
    Known *k = is_run ? NULL : table_get(&c->globals, c->base);
    if (k) {
        know(c, k->function->kids[0], k);
        convert_function(c, k);
    } else if (is_run) {
        add_start(c, pos(top), text("user"), convert_expression(c, top->kids[1]));
    } else {
        convert_cell(c, top);
    }
    settle_numbers(c);
}

/* The user's main function: the last definition of some-namespace/-main. */
static Node *find_main(const Node *program) {
    Node *main = NULL;
    for (uint32_t i = 1; i < program->count; i++) {
        Node *top = program->kids[i];
        bool defines = is_form(top, H_define) || is_form(top, H_variable);
        if (defines && is_main_name(top->kids[0]->text)) main = top->kids[0];
    }
    return main;
}

Node *pass_closures(Context *context, Node *program) {
    Converter c = {.arena = context->arena,
                   .scratch = context->scratch,
                   .diagnostics = context->diagnostics,
                   .globals = {.arena = context->scratch}};
    for (uint32_t i = 1; i < program->count; i++)
        index_global(&c, top_inner(program->kids[i]));
    for (uint32_t i = 1; i < program->count; i++)
        convert_top(&c, program->kids[i]);
    Node *main = find_main(program);
    return finish_program(&c, program->kids[0], main ? table_get(&c.globals, main->text) : NULL,
                          main);
}
