/* facts.c - which place holds the values of which names.
 *
 * Both ways: a place knows its names, a name its places. Places are storage: a slot counts by its
 * offset in the frame, so slots that overlap are one place. Copies make several names in one place
 * and several places for one name possible.
 *
 * Facts are in one array, which is used again for each block. Of nearly all places and names
 * there is one fact or none, so lists are walked and not indexed.
 */
#include "verify.h"

static Fact *fact(Verify *v, uint32_t f) {
    return &v->facts.items[f];
}

/* The link in which the fact is, or that it is to be put into: at the end of the list. */
static inline uint32_t *link_of_place(Verify *v, uint32_t place, uint32_t name) {
    uint32_t *link = &v->places[place].names;
    while (*link && fact(v, *link)->name != name)
        link = &fact(v, *link)->next_name;
    return link;
}

static inline uint32_t *link_of_name(Verify *v, uint32_t name, uint32_t place) {
    uint32_t *link = &v->names[name].places;
    while (*link && fact(v, *link)->place != place)
        link = &fact(v, *link)->next_place;
    return link;
}

/* Registers and argument area are lost in calls: how much is in them? */
static inline void count_facts(Verify *v, uint32_t place, uint32_t by) {
    if (place < FIRST_OF_FRAME) v->in_registers += by;
    if (place >= v->first_of_area) v->in_area += by;
}

/* Number of a fact that is not in use. */
static inline uint32_t free_fact(Verify *v) {
    Fact none = {0};
    if (!v->free_fact) {
        PUSH(v->scratch, v->facts, none);
        v->free_fact = v->facts.count - 1;
    }
    return v->free_fact;
}

void learn(Verify *v, uint32_t place, uint32_t name) {
    if (v->places[place].names && holds(v, place, name)) return;
    uint32_t f = free_fact(v), *of_place = link_of_place(v, place, name);
    v->free_fact = fact(v, f)->next_name;
    *fact(v, f) = (Fact){.place = place, .name = name};
    *of_place = f;
    *link_of_name(v, name, place) = f;
    count_facts(v, place, 1);
}

static void forget(Verify *v, uint32_t place, uint32_t name) {
    uint32_t *of_place = link_of_place(v, place, name), *of_name = link_of_name(v, name, place);
    uint32_t f = *of_place;
    *of_place = fact(v, f)->next_name;
    *of_name = fact(v, f)->next_place;
    *fact(v, f) = (Fact){.next_name = v->free_fact};
    v->free_fact = f;
    count_facts(v, place, UINT32_MAX);
}

static void note_event(Verify *v, uint32_t place, Event event, const Node *by) {
    CheckedPlace *p = &v->places[place];
    p->event = event;
    p->by = by;
    p->visit = v->visit;
}

Event event_at(const Verify *v, uint32_t place) {
    return v->places[place].visit == v->visit ? v->places[place].event : NOTHING_YET;
}

bool lose(Verify *v, uint32_t place, Event event, const Node *by) {
    note_event(v, place, event, by);
    while (v->places[place].names) {
        uint32_t name = fact(v, v->places[place].names)->name;
        const CheckedName *x = &v->names[name];
        forget(v, place, name);
        if (!x->places && is_live(v, x) && !x->constant &&
            !last_copy_lost(v, place, name, event, by))
            return false;
    }
    return true;
}

void lose_name(Verify *v, uint32_t name) {
    while (v->names[name].places)
        forget(v, fact(v, v->names[name].places)->place, name);
}

bool copy_place(Verify *v, uint32_t to, uint32_t from, const Node *by) {
    if (to == from) return true;
    if (!lose(v, to, WRITTEN, by)) return false;
    for (uint32_t f = v->places[from].names; f; f = fact(v, f)->next_name)
        learn(v, to, fact(v, f)->name);
    return true;
}

static void give_names(Verify *v, const Numbers *names, uint32_t place) {
    for (uint32_t i = 0; i < names->count; i++)
        learn(v, place, names->items[i]);
}

static Numbers take_names(Verify *v, uint32_t place) {
    Numbers names = {0};
    while (v->places[place].names) {
        PUSH(v->scratch, names, fact(v, v->places[place].names)->name);
        forget(v, place, names.items[names.count - 1]);
    }
    return names;
}

void swap_places(Verify *v, uint32_t a, uint32_t b, const Node *by) {
    Numbers first = take_names(v, a), second = take_names(v, b);
    give_names(v, &second, a);
    give_names(v, &first, b);
    note_event(v, a, WRITTEN, by);
    note_event(v, b, WRITTEN, by);
}

/* A call loses the registers and the argument area. Those that held nothing before it need no note:
 * what went wrong with them went wrong earlier. */
bool clobber(Verify *v, const Node *call) {
    for (uint32_t place = RAX; v->in_registers && place < FIRST_OF_FRAME; place++)
        if (v->places[place].names && !lose(v, place, CALLED, call)) return false;
    for (uint32_t place = v->first_of_area; v->in_area && place < v->place_count; place++)
        if (v->places[place].names && !lose(v, place, CALLED, call)) return false;
    return true;
}

/* A reference may be where it was only in the slots of the map. */
static bool is_stale(const Verify *v, const Fact *f) {
    const CheckedName *x = &v->names[f->name];
    if (x->kind == KIND_IS_DRV) return true;
    if (x->kind != KIND_IS_REF || x->constant) return false;
    return x->mapped != v->safepoints || v->places[f->place].mapped != v->safepoints;
}

void collect(Verify *v, const Node *call) {
    for (uint32_t f = 1; f < v->facts.count; f++) {
        Fact known = *fact(v, f);
        if (!known.place || !is_stale(v, &known)) continue;
        note_event(v, known.place, COLLECTED, call);
        forget(v, known.place, known.name);
    }
}

void start_facts(Verify *v, uint32_t b) {
    v->block = b;
    for (uint32_t f = 1; f < v->facts.count; f++) {
        v->places[v->facts.items[f].place].names = 0;
        v->names[v->facts.items[f].name].places = 0;
    }
    v->facts.count = v->free_fact = v->in_area = v->in_registers = 0;
    Fact none = {0};
    PUSH(v->scratch, v->facts, none);
}
