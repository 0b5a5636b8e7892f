/* sharing.c - changes of what alloc gives: a slot is given to a value while another needs it.
 *
 * How long a value needs its slot is read off the form: from where the slot is first mentioned to
 * where it is mentioned last, or to the last jump back to a block that claims to find it there.
 */
#include "change.h"

#include "walk.h"

typedef struct {
    Node *name; /* with its slot; NULL: it has none */
    uint32_t start, end, last_use;
} Tenant;

typedef struct {
    Tenant *tenants; /* by number of the name */
    uint32_t names, position;
} Tenancy;

static void note(Tenancy *t, const Node *name, bool is_use) {
    if (name->kind != N_NAME || !is_slot(where_of(name))) return;
    Tenant *x = &t->tenants[name->name.number];
    if (!x->name) {
        x->name = (Node *)(uintptr_t)name;
        x->start = t->position;
    }
    x->end = t->position;
    if (is_use) x->last_use = t->position;
}

static void note_all(Tenancy *t, NodeList list, bool is_use) {
    for (uint32_t i = 0; i < list.count; i++)
        note(t, list.items[i], is_use);
}

static void note_item(Tenancy *t, const Node *item) {
    if (is_instruction(item)) {
        note_all(t, operands_of(item), true);
        note_all(t, defines_of(item), false);
        note_all(t, as_op(item).roots, false);
        for (uint32_t i = 0; i < operands_of(item).count; i++)
            note_all(t, kids_of(operands_of(item).items[i]), true);
        return;
    }
    NodeList moves = moves_at(nodes((Node *const *)&item, 1, item->at), 0);
    for (uint32_t k = 0; k < moves.count; k++) {
        if (is_form(moves.items[k], H_move)) note(t, as_move(moves.items[k]).from, true);
        note(t, destination_of(moves.items[k]), false);
    }
}

/* What the blocks claim lives on up to the jump back to them. */
static void note_way_back(Change *c, Tenancy *t, const Node *block, uint32_t b) {
    const Node *to = edge_of(block);
    uint32_t target = to ? block_index(c, as_to(to).target) : UINT32_MAX;
    if (target <= b) note_all(t, as_instr_block(blocks_of(c).items[target]).in, false);
}

static Tenancy tenancy(Change *c) {
    NodeList blocks = blocks_of(c);
    Tenancy t = {.names = (uint32_t)as_function(c->top).names->integer, .position = 1};
    t.tenants = NEW_ARRAY(c->arena, Tenant, t.names);
    for (uint32_t b = 0; b < blocks.count; b++) {
        InstrBlockForm f = as_instr_block(blocks.items[b]);
        note_all(&t, f.in, false);
        note_all(&t, f.parameters, false);
        for (uint32_t i = 0; i < f.instructions.count; i++) {
            t.position++;
            note_item(&t, f.instructions.items[i]);
        }
        note_way_back(c, &t, blocks.items[b], b);
        t.position++;
    }
    return t;
}

/* ---- the new tenant */

static void put_in_slot(Change *c, Node *n, const Node *name, Where slot) {
    NodeList parts = kids_of(n);
    for (uint32_t i = 0; i < parts.count; i++) {
        Node *part = parts.items[i];
        if (same_name(part, name) && is_slot(where_of(part)))
            put_item(parts, i, at_place(c, part, slot));
        else
            put_in_slot(c, part, name, slot);
    }
}

typedef bool Fits(const Tenancy *t, const Tenant *old, const Tenant *x);

/* Gives a value the slot of one that needs it when the value comes, and fits. */
static void share_some_slot(Change *c, Fits *fits) {
    Tenancy t = tenancy(c);
    for (uint32_t n = 0; n < t.names; n++)
        for (uint32_t m = 0; m < t.names; m++) {
            const Tenant *x = &t.tenants[n], *old = &t.tenants[m];
            if (!x->name || !old->name || where_of(x->name) == where_of(old->name)) continue;
            if (old->start >= x->start || old->end <= x->start) continue;
            if (!fits(&t, old, x) || !strikes(c)) continue;
            put_in_slot(c, c->top, x->name, where_of(old->name));
            return;
        }
}

/* The old one is used later. */
static bool is_used_again(const Tenancy *t, const Tenant *old, const Tenant *x) {
    (void)t;
    return old->last_use > x->start;
}
/* It is not used again in this round of the loop, but in the next. */
static bool is_used_next_round(const Tenancy *t, const Tenant *old, const Tenant *x) {
    (void)t;
    return old->last_use && old->last_use <= x->start;
}
/* It is dead before the new one is. */
static bool dies_first(const Tenancy *t, const Tenant *old, const Tenant *x) {
    (void)t;
    return old->end < x->end;
}
/* It has the slot from another one. */
static bool is_second(const Tenancy *t, const Tenant *old, const Tenant *x) {
    (void)x;
    for (uint32_t n = 0; n < t->names; n++) {
        const Tenant *before = &t->tenants[n];
        if (before->name && where_of(before->name) == where_of(old->name) &&
            before->end <= old->start && before != old)
            return true;
    }
    return false;
}

void change_early_release(Change *c) {
    share_some_slot(c, is_used_again);
}
void change_lost_backedge(Change *c) {
    share_some_slot(c, is_used_next_round);
}
void change_retroactive_slot(Change *c) {
    share_some_slot(c, dies_first);
}
void change_double_release(Change *c) {
    share_some_slot(c, is_second);
}
