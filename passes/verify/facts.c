/* facts.c - which place holds the values of which names.
 *
 * Both ways: a place knows its names, a name its places. Places are storage: a slot counts by its
 * offset in the frame, so slots that overlap are one place. Copies make several names in one place
 * and several places for one name possible.
 */
#include "verify.h"

/* Words of the argument area and registers stand for themselves, slots for the word of the frame.
 */
uint32_t place_of_name(Verify *v, const Node *name) {
    Where w = where_of(name);
    if (!is_slot(w)) return w;
    uint32_t place = SLOT0 + (name->at - 1) / 8;
    return place < v->place_count ? place : v->place_count - 1;
}

static CheckedPlace *place_at(Verify *v, uint32_t place) {
    CheckedPlace *p = &v->places[place];
    if (p->stamp == v->block + 1) return p;
    p->stamp = v->block + 1;
    p->names.count = 0;
    p->event = NOTHING_YET;
    p->by = NULL;
    PUSH(v->scratch, v->touched, place);
    return p;
}

static bool remove_number(Numbers *set, uint32_t n) {
    for (uint32_t i = 0; i < set->count; i++)
        if (set->items[i] == n) {
            set->items[i] = set->items[--set->count];
            return true;
        }
    return false;
}

bool holds(Verify *v, uint32_t place, uint32_t name) {
    const CheckedPlace *p = place_at(v, place);
    for (uint32_t i = 0; i < p->names.count; i++)
        if (p->names.items[i] == name) return true;
    return false;
}

void learn(Verify *v, uint32_t place, uint32_t name) {
    if (holds(v, place, name)) return;
    PUSH(v->scratch, place_at(v, place)->names, name);
    PUSH(v->scratch, v->names[name].places, place);
}

/* The name is no longer at the place. False when it is live and was nowhere else. */
static bool forget(Verify *v, uint32_t place, uint32_t name, Event event, const Node *by) {
    CheckedName *x = &v->names[name];
    remove_number(&place_at(v, place)->names, name);
    remove_number(&x->places, place);
    if (x->places.count || !x->live || x->constant) return true;
    return last_copy_lost(v, place, name, event, by);
}

bool lose(Verify *v, uint32_t place, Event event, const Node *by) {
    CheckedPlace *p = place_at(v, place);
    p->event = event;
    p->by = by;
    while (p->names.count)
        if (!forget(v, place, p->names.items[p->names.count - 1], event, by)) return false;
    return true;
}

void lose_name(Verify *v, uint32_t name) {
    Numbers *places = &v->names[name].places;
    while (places->count) {
        remove_number(&place_at(v, places->items[places->count - 1])->names, name);
        places->count--;
    }
}

bool copy_place(Verify *v, uint32_t to, uint32_t from, const Node *by) {
    if (to == from) return true;
    if (!lose(v, to, WRITTEN, by)) return false;
    const Numbers *names = &place_at(v, from)->names;
    for (uint32_t i = 0; i < names->count; i++)
        learn(v, to, names->items[i]);
    return true;
}

bool swap_places(Verify *v, uint32_t a, uint32_t b, const Node *by) {
    CheckedPlace *first = place_at(v, a), *second = place_at(v, b);
    Numbers was = {0}, other = {0};
    for (uint32_t i = 0; i < first->names.count; i++)
        PUSH(v->scratch, was, first->names.items[i]);
    for (uint32_t i = 0; i < second->names.count; i++)
        PUSH(v->scratch, other, second->names.items[i]);
    for (uint32_t i = 0; i < was.count; i++)
        remove_number(&v->names[was.items[i]].places, a);
    for (uint32_t i = 0; i < other.count; i++)
        remove_number(&v->names[other.items[i]].places, b);
    first->names.count = second->names.count = 0;
    first->event = second->event = WRITTEN;
    first->by = second->by = by;
    for (uint32_t i = 0; i < other.count; i++)
        learn(v, a, other.items[i]);
    for (uint32_t i = 0; i < was.count; i++)
        learn(v, b, was.items[i]);
    return true;
}

/* A call loses the registers and the argument area. Those that held nothing before it need no note:
 * what went wrong with them went wrong earlier. */
bool clobber(Verify *v, const Node *call) {
    for (uint32_t i = 0; i < v->touched.count; i++) {
        uint32_t place = v->touched.items[i];
        if (place < SLOT0 && !lose(v, place, CALLED, call)) return false;
    }
    return true;
}

static bool is_in_map(Verify *v, const Node *map, uint32_t place) {
    for (uint32_t i = 0; i < map->count; i++)
        if (place_of_name(v, map->kids[i]) == place) return true;
    return false;
}

/* A reference may be where it was only in the slots of the map: forgets all its other places. */
static void make_stale(Verify *v, const Node *call, uint32_t name) {
    const Node *map = map_of_safepoint(call);
    Numbers *places = &v->names[name].places;
    for (uint32_t i = places->count; i-- > 0;) {
        uint32_t place = places->items[i];
        if (v->names[name].mapped == v->safepoints && is_in_map(v, map, place)) continue;
        CheckedPlace *p = place_at(v, place);
        p->event = COLLECTED;
        p->by = call;
        remove_number(&p->names, name);
        places->items[i] = places->items[--places->count];
    }
}

void collect(Verify *v, const Node *call) {
    Numbers moving = {0};
    for (uint32_t i = 0; i < v->touched.count; i++) {
        const Numbers *names = &v->places[v->touched.items[i]].names;
        for (uint32_t k = 0; k < names->count; k++) {
            const CheckedName *x = &v->names[names->items[k]];
            bool moves = x->kind == KIND_IS_DRV || (x->kind == KIND_IS_REF && !x->constant);
            bool only_in_map = x->mapped == v->safepoints && x->places.count == 1;
            if (moves && !only_in_map) PUSH(v->scratch, moving, names->items[k]);
        }
    }
    for (uint32_t i = 0; i < moving.count; i++)
        make_stale(v, call, moving.items[i]);
}

void start_facts(Verify *v, uint32_t b) {
    v->block = b;
    for (uint32_t i = 0; i < v->touched.count; i++) {
        CheckedPlace *p = &v->places[v->touched.items[i]];
        for (uint32_t k = 0; k < p->names.count; k++)
            v->names[p->names.items[k]].places.count = 0;
        p->names.count = 0;
        p->stamp = 0;
    }
    v->touched.count = 0;
}
