/* inline.c - putting a function's body in the place of its call.
 *
 * Copied are functions that are small, at most as large as the call's overhead makes up for; larger
 * ones when an operand is a constant or a function, for then much of the body is decided; and
 * functions that call nothing and are called from one place only, which then are not needed any
 * more (one that calls others stays a frame that backtraces and debuggers show). A small
 * function that calls itself takes one more round of itself in: half of the calls, and more of the
 * frames, are saved.
 */
#include "simplify.h"

enum {
    SMALL = 12,
    SMALL_AT_O1 = 4,
    WITH_CONSTANT = 24,
    WITH_FUNCTION = 40,
    USED_ONCE = 60,
    RECURSIVE = 24,
    DEEPEST = 8
};

static bool has(const Node *e, Head head) {
    if (!is_tree(e) || is_constant(e)) return false;
    if (is_form(e, head)) return true;
    for (uint32_t i = 0; i < e->count; i++)
        if (has(e->kids[i], head)) return true;
    return false;
}

/* Is the name called here, or asked about by a test or predicate? */
static bool is_asked(const Node *e, const Node *x, bool is_function) {
    if (!is_tree(e) || is_constant(e)) return false;
    bool calls = is_form(e, H_call) && same_name(e->kids[0], x);
    bool tests = is_form(e, H_if) && same_name(e->kids[0], x);
    bool asks = is_form(e, H_prim) && e->count == 2 && same_name(e->kids[1], x);
    if (is_function ? calls : tests || asks) return true;
    for (uint32_t i = 0; i < e->count; i++)
        if (is_asked(e->kids[i], x, is_function)) return true;
    return false;
}

static uint32_t limit_for(const Simplifier *s, const Global *g, const Node *arity, Node **operands,
                          uint32_t count) {
    uint32_t limit = s->level > 1 ? SMALL : SMALL_AT_O1;
    for (uint32_t i = 0; i < count && i < fixed_parameters(arity) && s->level > 1; i++) {
        bool is_function = is_form(operands[i], H_fn) || global_function(s, operands[i]);
        uint32_t wanted = is_function                ? WITH_FUNCTION
                          : is_constant(operands[i]) ? WITH_CONSTANT
                                                     : 0;
        if (limit < wanted && is_asked(arity->kids[1], arity->kids[0]->kids[i], is_function))
            limit = wanted;
    }
    return g->uses == 1 && limit < USED_ONCE && !has(arity->kids[1], H_call) ? USED_ONCE : limit;
}

/* One round of a function into itself, not of what that brought in. */
static bool is_own_call(const Simplifier *s, const Global *g, const Node *arity) {
    return g->name == s->current && s->depth == 0 && s->level > 1 && !has(arity->kids[1], H_loop) && !has(arity->kids[1], H_fn);
}

static bool is_worth_it(Simplifier *s, const Global *g, const Node *arity, Node **operands,
                        uint32_t count) {
    bool own = is_own_call(s, g, arity);
    if (((g->calls_itself || g->name == s->current) && !own) || s->depth >= DEEPEST) return false;
    uint32_t limit = own ? RECURSIVE : limit_for(s, g, arity, operands, count);
    uint32_t size = size_of(arity->kids[1], limit + 1);
    if (size > limit || size > s->budget) return false;
    s->budget -= size;
    return true;
}

/* (let [[parameter operand] ...] body) */
static Node *bound_body(Simplifier *s, Pos at, const Node *arity, Node **operands, uint32_t count) {
    ArityForm f = as_arity(arity);
    NodeList values = nodes(operands, count, at);
    if (is_form(arity, H_rest))
        values = rest_operands(s->arena, at, values, fixed_parameters(arity));
    return simplified_let(s, at, f.parameters.items, values.items, values.count, f.body);
}

static Node *inlined_global(Simplifier *s, Pos at, const Node *callee, Node **operands,
                            uint32_t count) {
    Global *g = constant_global(s, callee);
    Node *f = global_function(s, callee), *arity = f ? arity_for(f, count) : NULL;
    if (!arity || !is_worth_it(s, g, arity, operands, count)) return NULL;
    Node *copy = renamed_copy(s, arity, g->names, at);
    s->depth++;
    Node *out = bound_body(s, at, copy, operands, count);
    s->depth--;
    return out;
}

/* A function that is written where it is called, or whose only use is this call: its body moves. */
static Node *moved_function(Simplifier *s, Pos at, const Node *f, Node **operands, uint32_t count) {
    Node *arity = arity_for(f, count);
    if (!arity || fact_of(s, f->kids[0])->uses > 1) return NULL;
    return bound_body(s, at, arity, operands, count);
}

Node *inlined_call(Simplifier *s, Pos at, Node *callee, Node **operands, uint32_t count) {
    if (is_form(callee, H_fn)) return moved_function(s, at, callee, operands, count);
    if (callee->kind == N_GLOBAL) return inlined_global(s, at, callee, operands, count);
    if (callee->kind != N_NAME) return NULL;
    Fact *fact = fact_of(s, callee);
    if (!fact->value || !is_form(fact->value, H_fn) || fact->uses != 2) return NULL;
    Node *f = fact->value;
    fact->value = NULL;
    return moved_function(s, at, f, operands, count);
}
