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

#include <string.h>

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
    NodeList kids = kids_of(e);
    for (uint32_t i = 0; i < kids.count; i++)
        if (has(kids.items[i], head)) return true;
    return false;
}

/* Is the name called here, or asked about by a test or predicate? */
static bool is_asked(const Node *e, const Node *x, bool is_function) {
    if (!is_tree(e) || is_constant(e)) return false;
    bool calls = is_form(e, H_call) && same_name(as_call(e).callee, x);
    bool tests = is_form(e, H_if) && same_name(as_if(e).test, x);
    NodeList operands = is_form(e, H_prim) ? as_prim(e).operands : nodes(NULL, 0, 0);
    bool asks = operands.count == 1 && same_name(operands.items[0], x);
    if (is_function ? calls : tests || asks) return true;
    NodeList kids = kids_of(e);
    for (uint32_t i = 0; i < kids.count; i++)
        if (is_asked(kids.items[i], x, is_function)) return true;
    return false;
}

static uint32_t limit_for(const Simplify *s, const Global *g, const Node *arity,
                          NodeList operands) {
    ArityForm f = as_arity(arity);
    uint32_t limit = s->level > 1 ? SMALL : SMALL_AT_O1, fixed = fixed_parameters(arity);
    for (uint32_t i = 0; i < operands.count && i < fixed && s->level > 1; i++) {
        Node *operand = operands.items[i];
        bool is_function = is_form(operand, H_fn) || global_function(s, operand);
        uint32_t wanted = is_function ? WITH_FUNCTION : is_constant(operand) ? WITH_CONSTANT : 0;
        if (limit < wanted && is_asked(f.body, f.parameters.items[i], is_function)) limit = wanted;
    }
    return g->uses == 1 && limit < USED_ONCE && !has(f.body, H_call) ? USED_ONCE : limit;
}

/* One round of a function into itself, not of what that brought in. */
static bool is_own_call(const Simplify *s, const Global *g, const Node *body) {
    return g->name == s->current && s->depth == 0 && s->level > 1 && !has(body, H_loop) &&
           !has(body, H_fn);
}

/* Is it among the functions of --keep, with or without namespace? */
static bool is_kept(const Simplify *s, Text name) {
    const char *bytes = text_bytes(name), *slash = strchr(bytes, '/');
    const char *bare = slash && slash[1] ? slash + 1 : bytes;
    for (const char *kept = s->keep; kept && *kept;) {
        size_t length = strcspn(kept, ",");
        if ((strlen(bytes) == length && !strncmp(kept, bytes, length)) ||
            (strlen(bare) == length && !strncmp(kept, bare, length)))
            return true;
        kept += length + (kept[length] == ',');
    }
    return false;
}

static bool is_worth_it(Simplify *s, const Global *g, const Node *arity, NodeList operands) {
    const Node *body = as_arity(arity).body;
    bool own = is_own_call(s, g, body);
    if (is_kept(s, g->name)) return false;
    if (((g->calls_itself || g->name == s->current) && !own) || s->depth >= DEEPEST) return false;
    uint32_t limit = own ? RECURSIVE : limit_for(s, g, arity, operands);
    uint32_t size = size_of(body, limit + 1);
    if (size > limit || size > s->budget) return false;
    s->budget -= size;
    return true;
}

/* (let [[parameter operand] ...] body) */
static Node *bound_body(Simplify *s, Pos at, const Node *arity, NodeList operands) {
    ArityForm f = as_arity(arity);
    if (is_form(arity, H_rest))
        operands = rest_operands(s->arena, at, operands, fixed_parameters(arity));
    return simplified_let(s, at, f.parameters, operands, f.body);
}

static Node *inlined_global(Simplify *s, Pos at, const Node *callee, NodeList operands) {
    Global *g = constant_global(s, callee);
    Node *f = global_function(s, callee), *arity = f ? arity_for(f, operands.count) : NULL;
    if (!arity || !is_worth_it(s, g, arity, operands)) return NULL;
    Node *copy = renamed_copy(s, arity, g->names, at);
    s->depth++;
    Node *out = bound_body(s, at, copy, operands);
    s->depth--;
    return out;
}

/* A function that is written where it is called, or whose only use is this call: its body moves. */
static Node *moved_function(Simplify *s, Pos at, const Node *f, NodeList operands) {
    Node *arity = arity_for(f, operands.count);
    if (!arity || fact_of(s, as_fn(f).self)->uses > 1) return NULL;
    return bound_body(s, at, arity, operands);
}

Node *inlined_call(Simplify *s, Pos at, Node *callee, NodeList operands) {
    if (is_form(callee, H_fn)) return moved_function(s, at, callee, operands);
    if (callee->kind == N_GLOBAL) return inlined_global(s, at, callee, operands);
    if (callee->kind != N_NAME) return NULL;
    Fact *fact = fact_of(s, callee);
    if (!fact->value || !is_form(fact->value, H_fn) || fact->uses != 2) return NULL;
    Node *f = fact->value;
    fact->value = NULL;
    return moved_function(s, at, f, operands);
}
