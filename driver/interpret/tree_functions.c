/* tree_functions.c - the tree interpreter: functions, their arities, and what they capture. */
#include "tree.h"

#include "arity.h"
#include "names.h"

/* ---- routines */

static Callable *callable_new(uint32_t count) {
    Callable *callable =
        arena_alloc(world.arena, sizeof *callable + count * sizeof *callable->rows);
    callable->count = count;
    return callable;
}

static Body *body_new(const Routine *r, const Node *node, uint32_t parameters) {
    Body *b = NEW(world.arena, Body);
    b->routine = r;
    b->node = node;
    b->parameters = parameters;
    b->holdings = NEW_ARRAY(world.arena, Holding, parameters);
    return b;
}

static void add_rows(Callable *callable, const Routine *r, NodeList arities, Head head) {
    for (uint32_t i = 0; i < arities.count; i++) {
        const Node *arity = arities.items[i];
        if (!is_form(arity, head)) continue;
        uint32_t row = callable->count++;
        callable->rows[row].arguments = fixed_parameters(arity);
        callable->rows[row].is_rest = head == H_rest;
        callable->rows[row].body = body_new(r, arity, as_arity(arity).parameters.count);
    }
}

static Routine *fn_routine(Text name, const Node *fn, bool is_library) {
    Routine *r = routine_new(name, fn, is_library);
    NodeList arities = as_fn(fn).arities;
    Callable *callable = callable_new(arities.count);
    callable->count = 0;
    add_rows(callable, r, arities, H_arity);
    add_rows(callable, r, arities, H_rest);
    r->prepared = callable;
    return r;
}

Routine *define_fn(Text name, const Node *fn, bool is_library) {
    Routine *r = fn_routine(name, fn, is_library);
    routine_define(r);
    return r;
}

/* ---- bodies of fn */

/* A recur to the arity itself is a round of a loop around its body. */
static void prepare_arity(Body *b, Capturer *f, Unit *unit) {
    Preparer p = {.unit = unit, .function = f};
    use_words(&p, 1);
    Code *label = new_tree_code(&p, evaluate_loop, pos(b->node), 1);
    Target target = {.label = label, .count = b->parameters, .holdings = b->holdings};
    if (tree.language < L_Lloop) p.targets = &target;
    ArityForm arity = as_arity(b->node);
    for (uint32_t i = 0; i < arity.parameters.count; i++)
        bind_tree_name(&p, arity.parameters.items[i], HOLDING_VALUE);
    b->captured = f->names;
    b->code = label->parts[0] = prepare_code(&p, arity.body, HOLDING_VALUE, TAIL);
    if (target.is_used) b->code = label;
    b->size = p.size;
}

static Text inner_name(Unit *unit, const Node *name) {
    uint32_t number = name->kind == N_NAME ? name->name.number : ++unit->functions;
    return text_format("%s.fn%u", text_bytes(unit->base), number);
}

/* From Lfree on the form says what it captures. */
static void capture_listed(Preparer *p, Capturer *f, NodeList names) {
    f->is_settled = true;
    for (uint32_t i = 0; i < names.count; i++) {
        const Code *value = prepare_local(p, names.items[i]);
        if (!value) tree_refuse(names.items[i], "nothing binds a name that is captured");
        PUSH(world.arena, *f->names, names.items[i]);
        PUSH(world.arena, f->values, value);
    }
}

const Code *prepare_fn(Preparer *p, const Node *e) {
    FnForm fn = as_fn(e);
    Capturer f = {.outer = p, .self = fn.self, .names = NEW(world.arena, Names)};
    Routine *r = fn_routine(inner_name(p->unit, fn.self), e, p->unit->is_library);
    const Callable *callable = r->prepared;
    if (fn.free.exists) capture_listed(p, &f, fn.free);
    for (uint32_t i = 0; i < callable->count; i++)
        prepare_arity(callable->rows[i].body, &f, p->unit);
    if (f.values.count == 0) return word_code(p, static_closure(r), HOLDING_VALUE);
    Code *c = new_tree_code(p, evaluate_closure, pos(e), f.values.count);
    memcpy(c->parts, f.values.items, f.values.count * sizeof *c->parts);
    use_words(p, c->height += c->count);
    p->height = c->slot;
    c->routine = r;
    return c;
}

/* ---- letrec */

typedef VEC(const Code *) Codes;

/* Of what this closure captures, names of the letrec that have no value yet are stored later. */
static void add_patches(Preparer *p, Codes *patches, const Code *closure, uint32_t slot,
                        uint32_t end) {
    for (uint32_t i = 0; closure->run == evaluate_closure && i < closure->count; i++) {
        const Code *captured = closure->parts[i];
        bool is_later = captured->slot >= slot && captured->slot < end;
        if (captured->run != evaluate_local || !is_later) continue;
        Code *c = new_tree_code(p, evaluate_patch, closure->at, 2);
        c->word = i;
        c->parts[0] = local_code(p, slot, HOLDING_VALUE);
        c->parts[1] = captured;
        use_words(p, c->height += 2);
        p->height = c->slot;
        PUSH(world.arena, *patches, c);
    }
}

const Code *prepare_letrec(Preparer *p, const Node *e, Holding want, Position position) {
    LetrecForm f = as_letrec(e);
    uint32_t slot = p->height, count = f.bindings.count;
    const Scope *outer = p->scope;
    Codes parts = {0}, patches = {0};
    for (uint32_t i = 0; i < count; i++)
        bind_tree_name(p, as_binding(f.bindings.items[i]).name, HOLDING_VALUE);
    for (uint32_t i = 0; i < count; i++) {
        const Node *fn = as_binding(f.bindings.items[i]).value;
        if (!is_form(fn, H_fn)) tree_refuse(fn, "letrec binds functions only");
        PUSH(world.arena, parts, prepare_fn(p, fn));
        add_patches(p, &patches, parts.items[i], slot + i, slot + count);
    }
    for (uint32_t i = 0; i < patches.count; i++)
        PUSH(world.arena, parts, patches.items[i]);
    PUSH(world.arena, parts, prepare_code(p, f.body, want, position));
    Code *c = new_tree_code(p, evaluate_letrec, pos(e), parts.count);
    memcpy(c->parts, parts.items, parts.count * sizeof *c->parts);
    c->slot = p->height = slot;
    c->word = count;
    p->scope = outer;
    return c;
}

/* ---- functions and entries of Lclosed and later */

static void define_function(Routine *r) {
    NodeList parameters = as_function(r->node).parameters;
    Callable *callable = callable_new(1);
    Body *b = body_new(r, r->node, parameters.count);
    for (uint32_t i = 0; i < b->parameters; i++)
        b->holdings[i] = holding_of(parameters.items[i]);
    if (is_raw_language()) b->returns = holding_of_type(returned_type(r->node));
    callable->rows[0].arguments = b->parameters;
    callable->rows[0].body = b;
    r->prepared = callable;
}

void define_closed(const Node *top, bool is_library) {
    if (!is_form(top, H_function) && !is_form(top, H_entry)) return;
    bool is_function = is_form(top, H_function);
    const Node *name = is_function ? as_function(top).name : as_entry(top).name;
    Routine *r = routine_new(name->text, top, is_library);
    if (is_function) define_function(r);
    routine_define(r);
}

static void prepare_function(Body *b) {
    FunctionForm f = as_function(b->node);
    Capturer captures = {.names = NEW(world.arena, Names), .is_settled = true};
    Preparer p = {.function = &captures};
    if (f.env.count) captures.self = f.env.items[0];
    for (uint32_t i = 1; i < f.env.count; i++)
        PUSH(world.arena, *captures.names, f.env.items[i]);
    use_words(&p, 1);
    for (uint32_t i = 0; i < b->parameters; i++)
        bind_tree_name(&p, f.parameters.items[i], b->holdings[i]);
    b->captured = captures.names;
    p.returns = returned_type(b->node);
    b->code = typed_body(&p, prepare_code(&p, f.body, b->returns, TAIL), b->node);
    b->size = p.size;
}

Body *body_named(const Node *global) {
    const Routine *r = routine_named(global->text);
    if (!r || !is_form(r->node, H_function))
        tree_refuse(global, "no function of this name is there");
    return ((Callable *)r->prepared)->rows[0].body;
}

Routine *entry_named(const Node *global) {
    Routine *r = routine_named(global->text);
    if (!r || !is_form(r->node, H_entry)) tree_refuse(global, "no entry of this name is there");
    return r;
}

/* What is called through an entry takes values and gives one. */
static Body *target_body(const Node *target) {
    TargetForm f = as_target(target);
    Body *b = body_named(f.function);
    bool is_plain = b->returns == HOLDING_VALUE;
    for (uint32_t i = 0; i < b->parameters; i++)
        is_plain = is_plain && b->holdings[i] == HOLDING_VALUE;
    if (!is_plain || b->parameters != (uint64_t)f.count->integer + is_form(target, H_rest))
        tree_refuse(target, "the entry calls a function that takes or gives something else");
    return b;
}

/* An entry is looked at when it is first called. */
Callable *callable_of(Routine *r) {
    if (r->prepared) return r->prepared;
    NodeList targets = as_entry(r->node).targets;
    Callable *callable = callable_new(targets.count);
    for (uint32_t i = 0; i < callable->count; i++) {
        const Node *target = targets.items[i];
        callable->rows[i].arguments = (uint32_t)as_target(target).count->integer;
        callable->rows[i].is_rest = is_form(target, H_rest);
        callable->rows[i].body = target_body(target);
    }
    return r->prepared = callable;
}

/* ---- bodies at the top level */

void prepare_body(Body *b) {
    if (is_form(b->node, H_function)) {
        prepare_function(b);
        return;
    }
    Capturer f = {.self = as_fn(b->routine->node).self, .names = NEW(world.arena, Names)};
    Unit unit = {.base = b->routine->name, .is_library = b->routine->is_library};
    prepare_arity(b, &f, &unit);
}

static const Code *set_cell_code(Preparer *p, Value *cell, const Code *value) {
    Code *c = new_tree_code(p, evaluate_set_cell, 0, 1);
    c->cell = cell;
    c->parts[0] = value;
    return c;
}

Body *start_body(Text name, Text base, const Node *e, Value *cell, bool is_library) {
    Body *b = body_new(routine_new(name, e, is_library), e, 0);
    Capturer f = {.names = NEW(world.arena, Names)};
    Unit unit = {.base = base, .is_library = is_library};
    Preparer p = {.unit = &unit, .function = &f};
    use_words(&p, 1);
    b->code = prepare_code(&p, e, HOLDING_VALUE, cell ? INNER : TAIL);
    if (cell) b->code = set_cell_code(&p, cell, b->code);
    b->size = p.size;
    return b;
}

Body *invoke_body(uint32_t count) {
    static const char *const names[] = {"core/invoke-0", "core/invoke-1", "core/invoke-2",
                                        "core/invoke-many"};
    static const char *const closed[] = {"core/invoke-0.w1", "core/invoke-1.w2", "core/invoke-2.w3",
                                         "core/invoke-many.w1r"};
    uint32_t row = count < 3 ? count : 3;
    if (tree.invoke[row]) return tree.invoke[row];
    const char *name = (tree.language < L_Lclosed ? names : closed)[row];
    const Routine *r = routine_named(text(name));
    if (!r || !r->prepared)
        tree_refuse(NULL, "something else than a function is called, and there is no %s", name);
    return tree.invoke[row] = ((Callable *)r->prepared)->rows[0].body;
}
