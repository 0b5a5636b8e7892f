/* execute_places.c - the framed function: its registers, its argument area, its frame, and what the
 * allocator has added.
 *
 * Registers and area are written in an epoch and are junk in the next one: calls lose them all.
 * Slots are read and written by their offset, so slots that overlap share a word.
 */
#include "execute_parts.h"

bool diverge(Walk *w, const char *what, const Node *item, const Node *name) {
    w->out->what = what;
    w->out->item = item;
    w->out->name = name;
    w->out->step = w->step;
    return false;
}

void start_places(Walk *w) {
    for (Where place = 0; place < SLOT0; place++)
        w->written[place] = 0;
    for (uint32_t i = 0; i < w->frame_words; i++)
        w->frame[i] = junk(w, SLOT0 + i);
    w->entered = false;
}

/* Instructions use them as they like. */
static bool is_scratch(Where w) {
    return w == RSP || w == R11 || w == R14 || w == R15 || w == XMM15;
}

static uint64_t *frame_word(Walk *w, const Node *item, const Node *placed) {
    uint32_t i = (placed->at - 1) / 8;
    if (w->entered && placed->at && i < w->frame_words) return &w->frame[i];
    diverge(w, w->entered ? "a slot outside the frame" : "a slot without a frame", item, placed);
    return NULL;
}

static uint64_t place_word(const Walk *w, Where place) {
    bool known = w->written[place] == w->epoch + 1 && !is_scratch(place);
    return known ? w->places[place] : junk(w, place);
}

static void put_in_place(Walk *w, Where place, uint64_t word) {
    w->places[place] = word;
    w->written[place] = w->epoch + 1;
}

bool read_place(Walk *w, const Node *item, const Node *placed, uint64_t *word) {
    Where place = where_of(placed);
    if (!place) return diverge(w, "an operand without a place", item, placed);
    if (!is_slot(place)) {
        *word = place_word(w, place);
        return true;
    }
    uint64_t *slot = frame_word(w, item, placed);
    if (slot) *word = *slot;
    return slot != NULL;
}

bool write_place(Walk *w, const Node *item, const Node *placed, uint64_t word) {
    Where place = where_of(placed);
    if (!place) return diverge(w, "a result without a place", item, placed);
    if (!is_slot(place)) {
        put_in_place(w, place, word);
        return true;
    }
    uint64_t *slot = frame_word(w, item, placed);
    if (slot) *slot = word;
    return slot != NULL;
}

/* ---- what was added */

static bool run_swap(Walk *w, const Node *item) {
    uint64_t first = 0, second = 0;
    return read_place(w, item, item->kids[0], &first) &&
           read_place(w, item, item->kids[1], &second) &&
           write_place(w, item, item->kids[0], second) &&
           write_place(w, item, item->kids[1], first);
}

bool run_added(Walk *w, const Node *item) {
    uint64_t word = 0;
    if (is_form(item, H_move))
        return read_place(w, item, item->kids[1], &word) &&
               write_place(w, item, item->kids[0], word);
    if (is_form(item, H_constant))
        return write_place(w, item, item->kids[0], constant_word(item->kids[1]));
    if (is_form(item, H_swap)) return run_swap(w, item);
    bool enters = is_form(item, H_enter_frame), leaves = is_form(item, H_leave_frame);
    if (!enters && !leaves) return diverge(w, "an item that is not known", item, NULL);
    if (enters == w->entered)
        return diverge(w, enters ? "the frame is entered twice" : "there is no frame to leave",
                       item, NULL);
    w->entered = enters;
    return true;
}

bool find_value(Walk *w, const Node *item, const Node *name, const Node *placed) {
    uint64_t wanted = w->values[name->name.number], found = 0;
    if (where_of(name)) placed = name;
    if (!read_place(w, item, placed, &found)) return false;
    if (found == wanted) return true;
    w->out->wanted = wanted;
    w->out->found = found;
    w->out->place = where_text(where_of(placed));
    return diverge(w, "another value", item, name);
}

/* ---- safepoints */

static bool update_slot(Walk *w, const Node *call, const Node *root) {
    uint64_t word = 0;
    if (!is_slot(where_of(root))) return diverge(w, "a map lists what is no slot", call, root);
    if (!read_place(w, call, root, &word)) return false;
    if (!may_be_root(w, word))
        return diverge(w, "a map lists a word that is no reference", call, root);
    return write_place(w, call, root, was_current(w, word) ? moved(w, word) : word);
}

bool run_safepoint(Walk *w, const Node *call) {
    const Node *map = note_of(call, H_map);
    if (!w->entered || w->frame_words % 2 == 0)
        return diverge(w, "rsp is not aligned at a call", call, NULL);
    w->epoch++;
    for (uint32_t x = 0; x < w->names; x++)
        if (w->holds[x] == HOLDS_REF && was_current(w, w->values[x]))
            w->values[x] = moved(w, w->values[x]);
    if (!map) return diverge(w, "a safepoint without a map", call, NULL);
    for (uint32_t i = 0; i < map->count; i++)
        if (!update_slot(w, call, map->kids[i])) return false;
    return true;
}
