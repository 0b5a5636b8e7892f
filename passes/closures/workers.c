/* workers.c - what a known function becomes: a worker for each arity, an entry for its value, and
 * calls of the workers.
 */
#include "closures.h"

#include <string.h>

static Text worker_name(const Known *k, const Node *arity) {
    return text_numbered(k->base, ".w", fixed_parameters(arity), arity->head == H_rest ? "r" : "");
}

static Node *target_of(Closures *c, const Known *k, const Node *arity) {
    Node *count = node_int(c->arena, arity->at, fixed_parameters(arity));
    Node *worker = node_global(c->arena, worker_name(k, arity));
    return make_target(c->arena, (Head)arity->head, arity->at, count, worker);
}

/* What people call the function: a global's name without its namespace, else its own name. */
static Text name_for_people(const Closures *c, const Known *k) {
    if (k->base != c->base) return as_fn(k->function).self->name.hint;
    const char *slash = strchr(text_bytes(k->base) + 1, '/');
    return slash ? text(slash + 1) : k->base;
}

/* The exact arities come first. */
static void add_entry(Closures *c, const Known *k) {
    Pos at = k->function->at;
    NodeList arities = as_fn(k->function).arities;
    Nodes targets = {0};
    for (int rest = 0; rest < 2; rest++)
        for (uint32_t i = 0; i < arities.count; i++)
            if (is_form(arities.items[i], rest ? H_rest : H_arity))
                PUSH(c->scratch, targets, target_of(c, k, arities.items[i]));
    Node *name = node_global(c->arena, k->base);
    Node *title = node_text(c->arena, N_STRING, at, name_for_people(c, k));
    add_closed_top(c, make_entry(c->arena, at, name, title, list_of(targets, at)));
}

void convert_function(Closures *c, Known *k) {
    FnForm fn = as_fn(k->function);
    Nodes env = {0};
    if (!k->is_static) PUSH(c->scratch, env, fn.self);
    for (uint32_t i = 0; i < k->captured.count; i++)
        PUSH(c->scratch, env, k->captured.items[i]);
    for (uint32_t i = 0; i < fn.arities.count; i++) {
        Node *e = fn.arities.items[i];
        ArityForm arity = as_arity(e);
        arity.body = convert_expression(c, arity.body);
        arity.parameters.at = e->at;
        add_closed_function(c, e->at, worker_name(k, e), list_of(env, e->at), arity.parameters,
                            arity.body);
    }
    add_entry(c, k);
}

/* ---- calls */

Node *known_call(Closures *c, Pos at, const Known *k, Node *closure, NodeList operands) {
    const Node *arity = arity_for(k->function, operands.count);
    if (!arity) return NULL;
    if (is_form(arity, H_rest))
        operands = rest_operands(c->arena, at, operands, fixed_parameters(arity));
    Node *worker = node_global(c->arena, worker_name(k, arity));
    if (k->is_static) return make_direct(c->arena, at, worker, operands);
    return make_enter(c->arena, at, worker, closure, operands);
}
