/* where.c - where a run is, for messages about a form that is wrong: function, block, place. */
#include "world.h"

static bool contains(const Node *n, const Node *wanted) {
    if (n == wanted) return true;
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        if (contains(n->kids[i], wanted)) return true;
    return false;
}

/* The block that `at` is in; NULL: in none. */
static const Node *block_with(const Node *function, const Node *at) {
    for (uint32_t i = 0; at && is_tree(function) && i < function->count; i++) {
        const Node *kid = function->kids[i];
        if ((is_form(kid, H_block) || is_form(kid, H_cold)) && contains(kid, at)) return kid;
    }
    return NULL;
}

/* A function may be looked at before it runs: the one that has the form comes first. */
static const Routine *routine_with(const Node *at) {
    for (uint32_t i = 0; at && routine_at(i); i++)
        if (contains(routine_at(i)->node, at)) return routine_at(i);
    return world.frame ? world.frame->routine : NULL;
}

void tell_where(Buffer *out, const Node *at) {
    const Routine *routine = routine_with(at);
    if (!routine) {
        buffer_print(out, "before any function runs");
        return;
    }
    const Node *block = block_with(routine->node, at);
    Location place = location_of(at && pos(at) ? pos(at) : world.frame ? world.frame->at : 0);
    buffer_print(out, "in $%s", text_bytes(routine->name));
    if (block) buffer_print(out, ", b%u", block->kids[0]->block);
    if (place.line) buffer_print(out, ", from %u:%u", place.line, place.column);
}
