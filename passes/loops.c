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
#include "ir/arity.h"

/* What recur goes to: the innermost loop or arity. */
typedef struct {
    Node *label; /* NULL until something recurs to an arity */
    Text hint;
    uint32_t count;
} Target;

/* The innermost function. */
typedef struct {
    Node *function;     /* (fn ...) */
    Node *arity;        /* the arity at hand */
    Target *target;     /* of that arity */
    const Node *global; /* the global whose constant value it is, or NULL */
} Self;

/* Where an expression stands. */
typedef struct {
    bool ends_round;    /* in tail position of the target */
    bool ends_function; /* in tail position of the function */
    bool in_try;        /* between it and the target there is a try */
} Spot;

typedef struct {
    Arena *arena, *scratch;
    Diagnostics *diagnostics;
    uint32_t next; /* number of the next name */
    Target *target;
    Self self;
} Looper;

static const Spot inside = {false, false, false};

static Node *rewrite(Looper *l, Node *e, Spot spot);

static Node *new_name(Looper *l, Text hint) { return node_name(l->arena, hint, l->next++); }

static Node *label_of(Looper *l, Target *target) {
    if (!target->label) target->label = new_name(l, target->hint);
    return target->label;
}

/* Not in tail position, though still inside the same try or not. */
static Spot operand(Spot spot) { return (Spot){false, false, spot.in_try}; }

static Node **rewrite_all(Looper *l, Node **kids, uint32_t count, Spot spot) {
    Node **out = NEW_ARRAY(l->scratch, Node *, count);
    for (uint32_t i = 0; i < count; i++)
        out[i] = rewrite(l, kids[i], spot);
    return out;
}

/* ---- recur */

static bool check_recur(Looper *l, const Node *e, Spot spot) {
    const Target *target = l->target;
    if (!target) {
        error_at(l->diagnostics, pos(e), "SL0401", "recur has no loop or function around it");
    } else if (spot.in_try) {
        error_at(l->diagnostics, pos(e), "SL0402", "recur cannot leave a try");
        help_line(l->diagnostics,
                  "put the loop inside the try, or let the try return what decides");
    } else if (!spot.ends_round) {
        error_at(l->diagnostics, pos(e), "SL0403",
                 "recur is not in tail position: something is still to be done after it");
    } else if (target->count != e->count) {
        error_at(l->diagnostics, pos(e), "SL0404",
                 "recur gives %u value%s, but its target takes %u", e->count,
                 e->count == 1 ? "" : "s", target->count);
    } else {
        return true;
    }
    return false;
}

static Node *rewrite_recur(Looper *l, Node *e, Spot spot) {
    if (!check_recur(l, e, spot)) return build(l->arena, pos(e), "(quote nil)");
    Node **values = rewrite_all(l, e->kids, e->count, operand(spot));
    return build(l->arena, pos(e), "(recur ? ?...)", label_of(l, l->target), values, e->count);
}

/* Is this a call, in tail position, of the function that it stands in, by the same arity? */
static bool is_self_call(const Looper *l, const Node *e, Spot spot) {
    const Self *self = &l->self;
    const Node *callee = e->kids[0];
    if (!spot.ends_function || !self->function) return false;
    bool is_self = same_name(callee, self->function->kids[0]) ||
                   (self->global && callee->kind == N_GLOBAL && callee->text == self->global->text);
    return is_self && arity_for(self->function, e->count - 1) == self->arity;
}

/* The operands as values of the parameters: those of a rest parameter become a list. */
static Node *rewrite_self_call(Looper *l, Node *e) {
    uint32_t fixed = fixed_parameters(l->self.arity), count = e->count - 1;
    Node **values = rewrite_all(l, e->kids + 1, count, inside);
    Node *label = label_of(l, l->self.target);
    if (l->self.arity->head == H_arity)
        return build(l->arena, pos(e), "(recur ? ?...)", label, values, count);
    Node *rest = count == fixed
                     ? build(l->arena, pos(e), "(quote nil)")
                     : build(l->arena, pos(e), "(prim list ?...)", values + fixed, count - fixed);
    Node **all = NEW_ARRAY(l->scratch, Node *, fixed + 1);
    for (uint32_t i = 0; i < fixed; i++)
        all[i] = values[i];
    all[fixed] = rest;
    return build(l->arena, pos(e), "(recur ? ?...)", label, all, fixed + 1);
}

static Node *rewrite_call(Looper *l, Node *e, Spot spot) {
    if (is_self_call(l, e, spot)) return rewrite_self_call(l, e);
    return node_list(l->arena, H_call, pos(e), rewrite_all(l, e->kids, e->count, operand(spot)),
                     e->count);
}

/* ---- functions and loops */

/* [x e] with x as it is. */
static Node *rewrite_bindings(Looper *l, Node *bindings, Spot spot) {
    Node *out = node_tree(l->arena, N_VECTOR, pos(bindings), bindings->kids, bindings->count);
    for (uint32_t i = 0; i < bindings->count; i++) {
        Node *b = bindings->kids[i], *pair[] = {b->kids[0], rewrite(l, b->kids[1], spot)};
        out->kids[i] = node_tree(l->arena, N_VECTOR, pos(b), pair, 2);
    }
    return out;
}

static Node *rewrite_loop(Looper *l, Node *e, Spot spot) {
    Node *bindings = rewrite_bindings(l, e->kids[0], operand(spot));
    Target target = {NULL, text("loop"), bindings->count}, *outer = l->target;
    l->target = &target;
    Node *label = label_of(l, &target);
    Node *body = rewrite(l, e->kids[1], (Spot){true, spot.ends_function, false});
    l->target = outer;
    return list(l->arena, H_loop, pos(e), label, bindings, body, NULL);
}

/* (arity [x] body) => (arity [y] (loop label [[x y]] body)) */
static Node *loop_arity(Looper *l, Node *arity, Node *label, Node *body) {
    Node *parameters = arity->kids[0];
    Node *fresh =
        node_tree(l->arena, N_VECTOR, pos(parameters), parameters->kids, parameters->count);
    Node *bindings =
        node_tree(l->arena, N_VECTOR, pos(parameters), parameters->kids, parameters->count);
    for (uint32_t i = 0; i < parameters->count; i++) {
        Node *x = parameters->kids[i];
        fresh->kids[i] = new_name(l, x->name.hint);
        Node *pair[] = {x, fresh->kids[i]};
        bindings->kids[i] = node_tree(l->arena, N_VECTOR, pos(parameters), pair, 2);
    }
    Node *loop = list(l->arena, H_loop, pos(arity), label, bindings, body, NULL);
    return list(l->arena, (Head)arity->head, pos(arity), fresh, loop, NULL);
}

static Node *rewrite_arity(Looper *l, Node *arity) {
    Node *parameters = arity->kids[0];
    Target target = {NULL, l->self.function->kids[0]->name.hint, parameters->count};
    l->target = l->self.target = &target;
    l->self.arity = arity;
    Node *body = rewrite(l, arity->kids[1], (Spot){true, true, false});
    if (target.label) return loop_arity(l, arity, target.label, body);
    return list(l->arena, (Head)arity->head, pos(arity), parameters, body, NULL);
}

static Node *rewrite_fn(Looper *l, Node *e, const Node *global) {
    Self outer_self = l->self;
    Target *outer_target = l->target;
    l->self = (Self){.function = e, .global = global};
    Node *out = node_list(l->arena, H_fn, pos(e), e->kids, e->count);
    for (uint32_t i = 1; i < e->count; i++)
        out->kids[i] = rewrite_arity(l, e->kids[i]);
    l->self = outer_self;
    l->target = outer_target;
    return out;
}

/* ---- the other forms */

/* The last kid is where the form is. */
static Node *rewrite_do(Looper *l, Node *e, Spot spot) {
    Node *out = node_list(l->arena, (Head)e->head, pos(e), e->kids, e->count);
    for (uint32_t i = 0; i < e->count; i++)
        out->kids[i] = rewrite(l, e->kids[i], i + 1 == e->count ? spot : operand(spot));
    return out;
}

static Node *rewrite_if(Looper *l, Node *e, Spot spot) {
    Node *test = rewrite(l, e->kids[0], operand(spot)), *then = rewrite(l, e->kids[1], spot);
    return list(l->arena, H_if, pos(e), test, then, rewrite(l, e->kids[2], spot), NULL);
}

static Node *rewrite_let(Looper *l, Node *e, Spot spot) {
    Node *bindings = rewrite_bindings(l, e->kids[0], operand(spot));
    return list(l->arena, (Head)e->head, pos(e), bindings, rewrite(l, e->kids[1], spot), NULL);
}

static Node *rewrite_try(Looper *l, Node *e) {
    static const Spot in_try = {false, false, true};
    Node *out = node_list(l->arena, H_try, pos(e), e->kids, e->count);
    out->kids[0] = rewrite(l, e->kids[0], in_try);
    for (uint32_t i = 1; i < e->count; i++) {
        Node *handler = e->kids[i];
        Node *copy =
            node_list(l->arena, (Head)handler->head, pos(handler), handler->kids, handler->count);
        copy->kids[copy->count - 1] = rewrite(l, copy->kids[copy->count - 1], in_try);
        out->kids[i] = copy;
    }
    return out;
}

static Node *rewrite(Looper *l, Node *e, Spot spot) {
    if (!is_tree(e)) return e;
    switch (e->head) {
    case H_quote: return e;
    case H_if: return rewrite_if(l, e, spot);
    case H_do: return rewrite_do(l, e, spot);
    case H_let: case H_letrec: return rewrite_let(l, e, spot);
    case H_loop: return rewrite_loop(l, e, spot);
    case H_recur: return rewrite_recur(l, e, spot);
    case H_fn: return rewrite_fn(l, e, NULL);
    case H_call: return rewrite_call(l, e, spot);
    case H_try: return rewrite_try(l, e);
    case H_prim: case H_set_global: break;
    default: bug(e, "no expression of Lnamed");
    }
    Node *out = node_list(l->arena, (Head)e->head, pos(e), e->kids, e->count);
    for (uint32_t i = 1; i < e->count; i++)
        out->kids[i] = rewrite(l, e->kids[i], operand(spot));
    return out;
}

/* (define g (names n) e), (variable g (names n) e), (run (names n) e) */
static Node *rewrite_top(Looper *l, Node *top) {
    Node *out = node_list(l->arena, (Head)top->head, pos(top), top->kids, top->count);
    Node *names = top->kids[top->count - 2], *e = top->kids[top->count - 1];
    l->next = (uint32_t)names->kids[0]->integer;
    bool is_constant = is_form(top, H_define) && is_form(e, H_fn);
    out->kids[top->count - 1] =
        is_constant ? rewrite_fn(l, e, top->kids[0]) : rewrite(l, e, inside);
    out->kids[top->count - 2] =
        list(l->arena, H_names, pos(names), node_int(l->arena, pos(names), l->next), NULL);
    return out;
}

void check_recurs(Context *context, Node *top) {
    Looper l = {.arena = context->scratch,
                .scratch = context->scratch,
                .diagnostics = context->diagnostics};
    rewrite_top(&l, top_inner(top));
}

Node *pass_loops(Context *context, Node *program) {
    Looper l = {
        .arena = context->arena, .scratch = context->scratch, .diagnostics = context->diagnostics};
    Node *out = node_list(l.arena, H_program, pos(program), program->kids, program->count);
    for (uint32_t i = 1; i < program->count; i++)
        out->kids[i] =
            top_with(l.arena, program->kids[i], rewrite_top(&l, top_inner(program->kids[i])));
    return out;
}
