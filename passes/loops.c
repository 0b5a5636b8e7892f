/* pass loops : Lnamed -> Lloop                                     (convert)
 *
 * Gives each loop a label that its recurs name; recur to a function, and calls of a function by
 * itself in tail position, become rounds of a loop around its body.
 * Why now: simplify can then move and copy code without breaking what recur means.
 *
 *   (define $user/f (names 3)
 *     (fn %f.1 (arity [%n.2] (if %n.2 (call $user/f (prim not %n.2)) %n.2))))
 *   => (define $user/f (names 5)
 *        (fn %f.1 (arity [%n.4] (loop %f.3 [[%n.2 %n.4]]
 *          (if %n.2 (recur %f.3 (prim not %n.2)) %n.2)))))
 *
 * Needs:  unique names; the start of a loop variable mentions no other of that loop (resolve).
 * Gives:  every recur is in tail position of the loop that it names, with its number of values.
 * Choice: a self tail call inside an inner loop is a recur of the outer one: loops have labels.
 */
#include "loops.h"
#include "arity.h"
#include "names.h"
#include "walk.h"

/* What recur goes to: the innermost loop or arity. */
typedef struct {
    Node *label; /* NULL until something recurs to an arity */
    Text hint;
    uint32_t count;
    bool ends_function; /* is its value the function's? */
} Target;

/* The innermost function. */
typedef struct {
    Node *function;     /* (fn ...) */
    Node *arity;        /* the one that is visited */
    Target *target;     /* of that arity */
    const Node *global; /* the global whose constant value it is, or NULL */
} Self;

typedef struct {
    Walk walk; /* in_tail: of the target */
    Diagnostics *diagnostics;
    uint32_t names; /* the next number of a name */
    Target *target;
    bool in_try; /* is there a try between here and the target? */
    Self self;
} Loops;

static Node *visit(Walk *w, Node *e);

static Node *label_of(Loops *p, Target *target) {
    if (!target->label) target->label = node_name(p->walk.arena, target->hint, p->names++);
    return target->label;
}

/* Visits the body of a loop or arity, which is what `target` goes back to. */
static Node *visit_body(Loops *p, Target *target, Node *body) {
    Target *outer = p->target;
    bool in_try = p->in_try, in_tail = p->walk.in_tail;
    p->target = target;
    p->in_try = false;
    p->walk.in_tail = true;
    body = visit(&p->walk, body);
    p->target = outer;
    p->in_try = in_try;
    p->walk.in_tail = in_tail;
    return body;
}

/* ---- recur */

static bool check_recur(Loops *p, const Node *e, uint32_t count) {
    const Target *target = p->target;
    if (!target) {
        error_at(p->diagnostics, e->at, "SL0401", "recur has no loop or function around it");
    } else if (p->in_try) {
        error_at(p->diagnostics, e->at, "SL0402", "recur cannot leave a try");
        help_line(p->diagnostics,
                  "put the loop inside the try, or let the try return what decides");
    } else if (!p->walk.in_tail) {
        error_at(p->diagnostics, e->at, "SL0403",
                 "recur is not in tail position: something is still to be done after it");
    } else if (target->count != count) {
        error_at(p->diagnostics, e->at, "SL0404", "recur gives %u value%s, but its target takes %u",
                 count, count == 1 ? "" : "s", target->count);
    } else {
        return true;
    }
    return false;
}

static Node *visit_recur(Loops *p, Node *e) {
    NodeList values = as_lcore_recur(e).values;
    if (!check_recur(p, e, values.count)) return build(p->walk.arena, e->at, "(quote nil)");
    values = walk_all(&p->walk, values);
    return make_recur(p->walk.arena, e->at, label_of(p, p->target), values);
}

/* Is this a call, in tail position, of the function that it is in, by the same arity? */
static bool is_self_call(const Loops *p, CallForm call) {
    const Self *self = &p->self;
    if (!self->function || !p->target->ends_function || !p->walk.in_tail) return false;
    bool is_self =
        same_name(call.callee, as_fn(self->function).self) ||
        (self->global && call.callee->kind == N_GLOBAL && call.callee->text == self->global->text);
    return is_self && arity_for(self->function, call.operands.count) == self->arity;
}

static Node *visit_call(Loops *p, Node *e) {
    CallForm call = as_call(e);
    if (!is_self_call(p, call)) return walk_parts(&p->walk, e);
    NodeList values = walk_all(&p->walk, call.operands);
    if (is_form(p->self.arity, H_rest))
        values = rest_operands(p->walk.arena, e->at, values, fixed_parameters(p->self.arity));
    return make_recur(p->walk.arena, e->at, label_of(p, p->self.target), values);
}

/* ---- functions and loops */

static Node *visit_loop(Loops *p, Node *e) {
    LoopForm loop = as_loop(e);
    loop.bindings = walk_bound_values(&p->walk, loop.bindings);
    Target target = {.hint = text("loop"), .count = loop.bindings.count};
    target.ends_function = p->walk.in_tail && p->target && p->target->ends_function;
    loop.label = label_of(p, &target);
    loop.body = visit_body(p, &target, loop.body);
    return make_loop(p->walk.arena, e->at, loop.label, loop.bindings, loop.body);
}

/* [x] body => [y] (loop label [[x y]] body) */
static void loop_arity(Loops *p, ArityForm *arity, Pos at, Node *label) {
    Arena *a = p->walk.arena;
    NodeList names = arity->parameters;
    Node **fresh = NEW_ARRAY(a, Node *, names.count),
         **bindings = NEW_ARRAY(a, Node *, names.count);
    for (uint32_t i = 0; i < names.count; i++) {
        fresh[i] = node_name(a, names.items[i]->name.hint, p->names++);
        bindings[i] = make_binding(a, names.at, names.items[i], fresh[i]);
    }
    arity->parameters = nodes(fresh, names.count, names.at);
    arity->body = make_loop(a, at, label, nodes(bindings, names.count, names.at), arity->body);
}

static Node *visit_arity(Loops *p, Node *e) {
    ArityForm arity = as_arity(e);
    Target target = {.hint = as_fn(p->self.function).self->name.hint,
                     .count = arity.parameters.count,
                     .ends_function = true};
    p->self.target = &target;
    p->self.arity = e;
    arity.body = visit_body(p, &target, arity.body);
    if (target.label) loop_arity(p, &arity, e->at, target.label);
    return remake_arity(p->walk.arena, e, arity);
}

static Node *visit_clause(Walk *w, Node *e) {
    bool is_arity = is_form(e, H_arity) || is_form(e, H_rest);
    return is_arity ? visit_arity((Loops *)w, e) : walk_parts(w, e);
}

static Node *visit_fn(Loops *p, Node *e, const Node *global) {
    Self outer = p->self;
    p->self = (Self){.function = e, .global = global};
    Node *out = walk_parts(&p->walk, e);
    p->self = outer;
    return out;
}

static Node *visit_try(Loops *p, Node *e) {
    bool outer = p->in_try;
    p->in_try = true;
    Node *out = walk_parts(&p->walk, e);
    p->in_try = outer;
    return out;
}

static Node *visit(Walk *w, Node *e) {
    Loops *p = (Loops *)w;
    if (is_form(e, H_loop)) return visit_loop(p, e);
    if (is_form(e, H_recur)) return visit_recur(p, e);
    if (is_form(e, H_fn)) return visit_fn(p, e, NULL);
    if (is_form(e, H_call)) return visit_call(p, e);
    if (is_form(e, H_try)) return visit_try(p, e);
    return walk_parts(w, e);
}

static Node *visit_top(void *context, Node *top) {
    Loops *p = context;
    p->names = names_of_top(top);
    Node *value = value_of_top(top);
    bool is_constant = is_form(top, H_define) && is_form(value, H_fn);
    value = is_constant ? visit_fn(p, value, as_define(top).name) : walk_operand(&p->walk, value);
    return top_with_value(p->walk.arena, top, p->names, value);
}

static Loops start(Arena *arena, Diagnostics *diagnostics) {
    return (Loops){.walk = {.arena = arena, .visit = visit, .visit_clause = visit_clause},
                   .diagnostics = diagnostics};
}

void check_recurs(Context *context, Node *top) {
    Loops p = start(context->scratch, context->diagnostics);
    visit_top(&p, top_inner(top));
}

Node *pass_loops(Context *context, Node *program) {
    Loops p = start(context->arena, context->diagnostics);
    return map_tops(context->arena, program, visit_top, &p);
}
