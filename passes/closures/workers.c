/* workers.c - what a known function becomes: a worker for each arity, an entry for its value, and
 * calls of the workers.
 */
#include "closures.h"

#include <string.h>

static Text worker_name(const Known *k, const Node *arity) {
    return text_format("%s.w%u%s", text_bytes(k->base), fixed_parameters(arity),
                       arity->head == H_rest ? "r" : "");
}

static Node *target_of(Converter *c, const Known *k, const Node *arity) {
    Node *count = node_int(c->arena, pos(arity), fixed_parameters(arity));
    return list(c->arena, (Head)arity->head, pos(arity), count,
                node_global(c->arena, worker_name(k, arity)), NULL);
}

/* What people call the function: a global's name without its namespace, else its own name. */
static Text name_for_people(const Converter *c, const Known *k) {
    if (k->base != c->base) return k->function->kids[0]->name.hint;
    const char *slash = strchr(text_bytes(k->base) + 1, '/');
    return slash ? text(slash + 1) : k->base;
}

/* The exact arities come first. */
static void add_entry(Converter *c, const Known *k) {
    Pos at = pos(k->function);
    Nodes kids = {0};
    PUSH(c->scratch, kids, node_global(c->arena, k->base));
    PUSH(c->scratch, kids, node_text(c->arena, N_STRING, at, name_for_people(c, k)));
    for (int rest = 0; rest < 2; rest++)
        for (uint32_t i = 2; i < k->function->count; i++)
            if (k->function->kids[i]->head == (rest ? H_rest : H_arity))
                PUSH(c->scratch, kids, target_of(c, k, k->function->kids[i]));
    add_closed_top(c, node_list(c->arena, H_entry, at, kids.items, kids.count));
}

void convert_function(Converter *c, Known *k) {
    Nodes env = {0};
    if (!k->is_static) PUSH(c->scratch, env, k->function->kids[0]);
    for (uint32_t i = 0; i < k->captured.count; i++)
        PUSH(c->scratch, env, k->captured.items[i]);
    for (uint32_t i = 2; i < k->function->count; i++) {
        Node *arity = k->function->kids[i];
        Nodes parameters = {.items = arity->kids[0]->kids, .count = arity->kids[0]->count};
        add_closed_function(c, pos(arity), worker_name(k, arity), &env, &parameters,
                            convert_expression(c, arity->kids[1]));
    }
    add_entry(c, k);
}

/* ---- calls */

Node *known_call(Converter *c, Pos at, const Known *k, Node *closure, Node **operands,
                 uint32_t count) {
    const Node *arity = arity_for(k->function, count);
    if (!arity) return NULL;
    NodeList values = nodes(operands, count, at);
    if (is_form(arity, H_rest)) values = rest_operands(c->arena, at, values, fixed_parameters(arity));
    Node *worker = node_global(c->arena, worker_name(k, arity));
    if (k->is_static) return make_direct(c->arena, at, worker, values);
    return make_enter(c->arena, at, worker, closure, values);
}
