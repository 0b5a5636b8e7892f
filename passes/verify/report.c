/* report.c - a broken rule is found: which value, in which place, who took it away, who needs it.
 *
 * Nothing is kept while all goes well. What a report needs is found when there is one to make.
 */
#include "report.h"
#include "verdict.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *code, *sentence;
} rules[RULE_COUNT] = {
#define RULE(code, sentence, ...) [RULE_##code] = {#code, sentence},
#include "rules.def"
#undef RULE
};

const char *rule_code(Rule rule) {
    return rules[rule].code;
}

const char *rule_sentence(Rule rule) {
    return rules[rule].sentence;
}

/* ---- where things are */

Spot spot_of(Verify *v, const Node *item) {
    for (uint32_t b = 0; b < v->block_count; b++) {
        const CheckedBlock *block = &v->blocks[b];
        if (block->node == item) return (Spot){b, 0, true};
        for (uint32_t i = block->first; i < block->node->count; i++)
            if (block->node->kids[i] == item) return (Spot){b, i - block->first + 1, true};
    }
    return (Spot){0, 0, false};
}

const char *place_text(const Verify *v, uint32_t place) {
    if (place >= v->first_of_area) return where_text((Where)(AREA0 + place - v->first_of_area));
    if (!in_frame(v, place)) return where_text((Where)place);
    for (uint32_t k = 0; k < v->slot_count; k++)
        if (v->frame->kids[1 + k]->kids[1]->integer == 8 * (int64_t)(place - FIRST_OF_FRAME))
            return where_text((Where)(SLOT0 + k));
    return "a word outside the slots";
}

static bool is_free(Verify *v, uint32_t place) {
    for (uint32_t f = v->places[place].names; f; f = v->facts.items[f].next_name)
        if (is_live(v, &v->names[v->facts.items[f].name])) return false;
    return true;
}

void each_free_slot(Verify *v, const Report *r, void (*visit)(Buffer *out, const char *slot),
                    Buffer *out) {
    for (uint32_t k = 0; k < v->slot_count; k++) {
        uint32_t place = FIRST_OF_FRAME + (uint32_t)(v->frame->kids[1 + k]->kids[1]->integer / 8);
        const char *slot = where_text((Where)(SLOT0 + k));
        if (place < v->first_of_area && is_free(v, place) && (!r->place || strcmp(slot, r->place)))
            visit(out, slot);
    }
}

/* ---- who needs the value */

bool uses_name(const Verify *v, const Item *item, uint32_t name) {
    for (uint32_t r = item->reads; r < item[1].reads; r++)
        if (v->reads.items[r].number == name) return true;
    return false;
}

static const Node *use_in_block(const Verify *v, const CheckedBlock *b, uint32_t from,
                                uint32_t name) {
    for (uint32_t i = from; i < b->node->count; i++)
        if (uses_name(v, item_of(v, b, i), name)) return b->node->kids[i];
    return NULL;
}

bool is_live_into(const CheckedBlock *b, uint32_t name) {
    for (uint32_t i = 0; i < b->live_in.count; i++)
        if (b->live_in.items[i] == name) return true;
    return false;
}

/* The nearest instruction after `item` of the current block that uses the name. */
static const Node *next_need(Verify *v, const Node *item, uint32_t name) {
    const CheckedBlock *here = &v->blocks[v->block];
    uint32_t from = here->first;
    while (from < here->node->count && here->node->kids[from] != item)
        from++;
    const Node *found =
        use_in_block(v, here, from == here->node->count ? here->first : from + 1, name);
    Numbers queue = {0};
    bool *seen = NEW_ARRAY(v->scratch, bool, v->block_count);
    PUSH(v->scratch, queue, v->block);
    for (uint32_t q = 0; q < queue.count && !found; q++) {
        const CheckedBlock *b = &v->blocks[queue.items[q]];
        for (uint32_t s = 0; s < b->successor_count && !found; s++) {
            uint32_t next = b->successors[s];
            if (seen[next] || !is_live_into(&v->blocks[next], name)) continue;
            seen[next] = true;
            found = use_in_block(v, &v->blocks[next], v->blocks[next].first, name);
            PUSH(v->scratch, queue, next);
        }
    }
    return found;
}

LiveRange range_of(Verify *v, uint32_t name) {
    const CheckedBlock *block = &v->blocks[v->block];
    const CheckedName *x = &v->names[name];
    LiveRange r = {.from_before = is_live_into(block, name)};
    r.found = r.from_before || (x->binder && x->block == v->block);
    if (!r.found) return r;
    r.first = r.last = r.from_before ? 0 : spot_of(v, x->binder).number;
    for (uint32_t s = 0; s < block->successor_count; s++)
        r.lives_on = r.lives_on || is_live_into(&v->blocks[block->successors[s]], name);
    for (uint32_t i = block->first; i < block->node->count; i++)
        if (r.lives_on || uses_name(v, item_of(v, block, i), name)) r.last = i - block->first + 1;
    return r;
}

/* The instruction that needs the name after `item`, and when. */
static void add_reader(Verify *v, Report *r, uint32_t name) {
    r->reader = next_need(v, r->item, name);
    if (!r->reader) return;
    Spot need = spot_of(v, r->reader), here = spot_of(v, r->item);
    bool by_way_back = need.block == here.block && need.number <= here.number;
    r->reads = by_way_back ? "needs it in the next round" : "needs it";
}

/* ---- making reports */

void add_message(Buffer *out, const Report *r) {
    if (r->name && r->item != r->writer) {
        add_name(out, r->name);
        buffer_print(out, r->item == r->reader ? " " : ": ");
    }
    buffer_print(out, "%s", r->message);
}

/* For the tests of the verifier itself: what gets through without this rule? */
static bool is_switched_off(const Verify *v, Rule rule) {
    return (v->context->verify_without >> rule & 1) != 0;
}

/* Nothing is to be said. What the caller gives back then, see `broken`, is is_switched_off. */
static bool is_silent(const Verify *v, Rule rule) {
    return v->quiet || is_switched_off(v, rule);
}

/* The first report about a value tells the cause, later ones about it follow from that. */
static bool make_report(Verify *v, const Report *given) {
    Report own = *given, *r = &own;
    if (r->place) r->place = text_bytes(text(r->place)); /* where_text's memory is used again */
    CheckedName *x = r->name ? checked(v, r->name) : NULL;
    v->broken = r->rule;
    v->problems++;
    if (x && x->reported && v->context->verify_all) return true;
    if (x) x->reported = true;
    if (v->context->verify_json)
        write_json_report(v, r);
    else
        write_text_report(v, r);
    if (!v->first_report) v->first_report = v->report.length;
    return v->context->verify_all;
}

bool broken(Verify *v, Rule rule, const Node *item, const Node *name, const char *format, ...) {
    if (is_silent(v, rule)) return is_switched_off(v, rule);
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    Report r = {.rule = rule, .message = message, .item = item, .name = name};
    if (name && where_of(name)) r.place = where_text(where_of(name));
    if (name && checked(v, name)->binder) {
        if (rule == RULE_V10 || rule == RULE_V13) {
            r.place = NULL;
            add_reader(v, &r, name->name.number);
        }
        r.has_whereabouts = rule != RULE_V02 && rule < RULE_V20;
    }
    return make_report(v, &r);
}

void report_unreadable(Verify *v, Rule rule, const Node *item, const char *message) {
    Report r = {.rule = rule, .message = message, .item = item};
    make_report(v, &r);
}

static const char *const what_happened[] = {
    [NOTHING_YET] = "",
    [WRITTEN] = "writes something else there",
    [CALLED] = "loses it",
    [COLLECTED] = "may move the object: its map does not list this place"};

static Rule rule_of_event(Event event) {
    switch (event) {
    case WRITTEN: return RULE_V05;
    case CALLED: return RULE_V07;
    case COLLECTED: return RULE_V08;
    case NOTHING_YET: break;
    }
    return RULE_V06;
}

/* Has this block had the value in that place, though it is not there any more? */
bool was_there(Verify *v, const Node *name) {
    const Node *block = v->blocks[v->block].node;
    uint32_t place = place_of_name(v, name);
    if (event_at(v, place) == NOTHING_YET) return false;
    for (uint32_t i = 1; i < block->count; i++) {
        const Node *item = is_op(block->kids[i]) ? block->kids[i]->kids[1] : block->kids[i];
        uint32_t targets =
            is_item(item, H_move) ? 1 : item->count; /* of a move only where it goes to */
        for (uint32_t k = 0; k < targets; k++)
            if (same_name(item->kids[k], name) && place_of_name(v, item->kids[k]) == place)
                return true;
    }
    return false;
}

/* The name whose value `by` writes to the place; NULL when it is none that is bound. */
static const Node *written_name(Verify *v, uint32_t place, const Node *by) {
    const Node *names = is_op(by) ? by->kids[1] : by;
    for (uint32_t i = 0; i < names->count; i++) {
        const Node *name = names->kids[i];
        if (name->kind == N_NAME && place_of_name(v, name) == place && checked(v, name)->binder)
            return name;
    }
    return NULL;
}

bool not_there(Verify *v, const Node *item, const Node *name) {
    uint32_t at = place_of_name(v, name);
    const CheckedPlace *place = &v->places[at];
    Event event = event_at(v, at);
    bool lost = was_there(v, name);
    Rule rule = lost ? rule_of_event(event) : RULE_V06;
    if (is_silent(v, rule)) return is_switched_off(v, rule);
    Buffer message = {0};
    buffer_print(&message, "is read from %s, which holds ", where_text(where_of(name)));
    if (!place->names) buffer_print(&message, "nothing that is known");
    for (uint32_t f = place->names; f; f = v->facts.items[f].next_name) {
        if (f != place->names) buffer_print(&message, " and ");
        add_name(&message, v->names[v->facts.items[f].name].name);
    }
    Report r = {.rule = rule,
                .message = message.bytes,
                .item = item,
                .name = name,
                .place = place_text(v, at),
                .reader = item,
                .reads = "reads it",
                .has_whereabouts = true};
    if (event != NOTHING_YET && (lost || event == WRITTEN)) {
        r.writer = place->by;
        r.writes = lost ? what_happened[event] : "wrote what is there";
        if (event == WRITTEN) r.winner = written_name(v, at, place->by);
    }
    bool goes_on = make_report(v, &r);
    buffer_free(&message);
    return goes_on;
}

bool last_copy_lost(Verify *v, uint32_t place, uint32_t name, Event event, const Node *by) {
    Rule rule = rule_of_event(event);
    if (is_silent(v, rule)) return is_switched_off(v, rule);
    const Node *lost = v->names[name].name;
    char message[256];
    Buffer shown = {0};
    add_name(&shown, lost);
    snprintf(message, sizeof message, "%s is %s while %s is still needed", place_text(v, place),
             event == CALLED ? "lost in a call" : "overwritten", shown.bytes);
    buffer_free(&shown);
    Report r = {.rule = rule,
                .message = message,
                .item = by,
                .name = lost,
                .place = place_text(v, place),
                .writer = by,
                .writes = "destroys the only copy",
                .winner = event == WRITTEN ? written_name(v, place, by) : NULL};
    add_reader(v, &r, name);
    return make_report(v, &r);
}

/* ---- showing them */

static void print_blame(void) {
    fprintf(stderr, "%s\n", bug_blame ? bug_blame : "this is a bug in slispc, not in your program");
}

void verify_report(Verify *v) {
    const Context *c = v->context;
    bool all = c->verify_all || c->verify_json;
    fwrite(v->report.bytes, 1, all ? v->report.length : v->first_report, stderr);
    if (c->verify_json) return;
    if (!all && v->report.length > v->first_report)
        fprintf(stderr, "note: more is wrong in this function: --all shows it\n");
    print_blame();
}

void report_other_program(const Context *c, const char *message) {
    Buffer b = {0};
    if (c->verify_json)
        write_json_message(&b, RULE_V01, message);
    else
        buffer_print(&b, "error[V01]: %s\n  rule: %s ('slispc explain V01' tells more).\n", message,
                     rule_sentence(RULE_V01));
    fwrite(b.bytes, 1, b.length, stderr);
    buffer_free(&b);
    if (!c->verify_json) print_blame();
}
