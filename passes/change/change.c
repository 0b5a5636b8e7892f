/* change.c - one change of a form, at the place that a seed picks. */
#include "change.h"

typedef void ChangeForm(Change *c);

static ChangeForm *const changes[FAULT_COUNT] = {
#define FAULT(...)
#define CHANGE(pass, id, name, rule, doc) [FAULT_##id] = change_##id,
#include "faults.def"
#undef FAULT
#undef CHANGE
};

bool is_change(FaultKind kind) {
    return changes[kind] != NULL;
}

uint32_t choose(Change *c, uint32_t count) {
    uint32_t chosen = (uint32_t)(c->rest % count);
    c->rest /= count;
    return chosen;
}

static const Holds *holds_by_name(Arena *arena, const Node *function) {
    const Node *kinds = function_part(function, H_kinds);
    Holds *holds = NEW_ARRAY(arena, Holds, function_names(function));
    for (uint32_t i = 0; kinds && i < kinds->count; i++)
        holds[kinds->kids[i]->kids[0]->name.number] = holds_named(kinds->kids[i]->kids[1]->text);
    return holds;
}

void put_top(Change *c, Node *top) {
    if (top == c->top) return;
    *c->place = top_with(c->arena, *c->place, top);
    c->top = top;
}

static void visit_top(Change *c, Node **place) {
    c->place = place;
    c->top = top_inner(*place);
    c->holds = is_form(c->top, H_function) && function_part(c->top, H_kinds)
                   ? holds_by_name(c->arena, c->top)
                   : NULL;
    changes[c->plan.kind](c);
}

/* Of a whole program the user's tops, unless the library's are wanted, too. */
static Node *visit(Change *c, Node *form, bool library) {
    c->form = form;
    if (!is_form(form, H_program)) {
        visit_top(c, &form);
        return form;
    }
    for (uint32_t i = 0; i < form->count; i++)
        if (library || !is_form(form->kids[i], H_from)) visit_top(c, &form->kids[i]);
    return form;
}

Node *changed_form(Arena *arena, FaultKind kind, Node *form, uint64_t seed, bool library) {
    Change c = {.arena = arena, .plan = {.kind = kind, .target = UINT64_MAX}};
    visit(&c, form, library);
    if (!c.plan.seen) return form;
    c.plan.target = seed % c.plan.seen;
    c.rest = (seed + 1) * 0x9e3779b97f4a7c15u >> 16; /* small seeds, too, choose all over */
    c.plan.seen = 0;
    return visit(&c, node_copy(arena, form), library);
}
