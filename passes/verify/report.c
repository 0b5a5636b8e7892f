/* report.c - what is said of a broken rule: the value, its place, who destroyed it, who needs it.
 */
#include "verify.h"

#include <stdarg.h>
#include <stdlib.h>

static const struct {
    const char *code, *sentence;
} rules[RULE_COUNT] = {
#define RULE(code, sentence) [RULE_##code] = {#code, sentence},
#include "rules.def"
#undef RULE
};

/* ---- pieces */

/* file:line:col; the file is known when the program came as source. */
static void add_position(Verify *v, Pos pos) {
    Place at = place_of(pos);
    const Context *c = v->context;
    if (pos && at.file < c->source_count)
        buffer_print(&v->report, "%s:", text_bytes(c->source_names[at.file]));
    if (pos)
        buffer_print(&v->report, "%u:%u", at.line, at.column);
    else
        buffer_print(&v->report, "-");
}

static void add_name(Buffer *out, const Node *name) {
    buffer_print(out, "%%%s.%u", text_bytes(name->name.hint), name->name.number);
}

/* Blocks are shown by their name alone. */
static void add_item(Buffer *out, const Node *item) {
    bool whole = is_op(item) || is_item(item, H_move) || is_item(item, H_swap) ||
                 is_item(item, H_constant) || is_item(item, H_frame) ||
                 is_item(item, H_leave_frame) || is_item(item, H_enter_frame);
    if (whole)
        print_flat(out, item);
    else if (item->count && item->kids[0]->kind == N_BLOCK)
        buffer_print(out, "start of b%u", item->kids[0]->block);
    else
        buffer_print(out, "the function");
}

static void add_line(Verify *v, const Node *item, const char *remark) {
    buffer_print(&v->report, "  ");
    add_position(v, item->at);
    buffer_print(&v->report, "  ");
    add_item(&v->report, item);
    buffer_print(&v->report, "    <-- %s\n", remark);
}

/* The source line of the item, when the source is at hand. */
static void add_source(Verify *v, const Node *item) {
    Place at = place_of(item->at);
    const Context *c = v->context;
    if (!item->at || at.file >= c->source_count) return;
    const char *p = c->sources[at.file], *end = p + c->source_lengths[at.file];
    for (uint32_t line = 1; line < at.line && p < end; p++)
        line += *p == '\n';
    const char *stop = p;
    while (stop < end && *stop != '\n')
        stop++;
    buffer_print(&v->report, "      | %.*s\n", (int)(stop - p), p);
}

/* ---- who needs the value */

typedef struct {
    uint32_t name;
    bool found;
} Wanted;

static bool is_wanted(void *context, const Node *op, const Node *name, char letter) {
    (void)op, (void)letter;
    Wanted *w = context;
    w->found = w->found || name->name.number == w->name;
    return !w->found;
}

static const Node *use_in_block(const CheckedBlock *b, uint32_t from, uint32_t name) {
    for (uint32_t i = from; i < b->node->count; i++) {
        Wanted w = {name, false};
        if (is_op(b->node->kids[i])) each_use(b->node->kids[i], is_wanted, &w);
        if (w.found) return b->node->kids[i];
    }
    return NULL;
}

static bool is_live_into(const CheckedBlock *b, uint32_t name) {
    for (uint32_t i = 0; i < b->live_in.count; i++)
        if (b->live_in.items[i] == name) return true;
    return false;
}

/* The nearest instruction behind `item` of the block at hand that uses the name. */
static const Node *next_need(Verify *v, const Node *item, uint32_t name) {
    const CheckedBlock *here = &v->blocks[v->block];
    uint32_t from = here->first;
    while (from < here->node->count && here->node->kids[from] != item)
        from++;
    const Node *found =
        use_in_block(here, from == here->node->count ? here->first : from + 1, name);
    Numbers queue = {0};
    bool *seen = NEW_ARRAY(v->scratch, bool, v->block_count);
    PUSH(v->scratch, queue, v->block);
    for (uint32_t q = 0; q < queue.count && !found; q++) {
        const CheckedBlock *b = &v->blocks[queue.items[q]];
        for (uint32_t s = 0; s < b->successor_count && !found; s++) {
            uint32_t next = b->successors[s];
            if (seen[next] || !is_live_into(&v->blocks[next], name)) continue;
            seen[next] = true;
            found = use_in_block(&v->blocks[next], v->blocks[next].first, name);
            PUSH(v->scratch, queue, next);
        }
    }
    return found;
}

/* ---- reports */

static void start_report(Verify *v, Rule rule) {
    v->broken = rule;
    v->problems++;
    buffer_print(&v->report, "error[%s]: ", rules[rule].code);
}

static void end_report(Verify *v, Rule rule) {
    buffer_print(&v->report, "  rule: %s.\n", rules[rule].sentence);
}

static void end_headline(Verify *v) {
    buffer_print(&v->report, "    (in ");
    print_flat(&v->report, v->function->kids[0]);
    buffer_print(&v->report, ", b%u)\n", v->blocks[v->block].node->kids[0]->block);
}

/* Where the value comes from. */
static void add_origin(Verify *v, const Node *name) {
    const CheckedName *x = checked(v, name);
    if (!x->binder) return;
    add_line(v, x->binder, "gives the value");
    add_source(v, x->binder);
}

/* Which places hold the value now. */
static void add_whereabouts(Verify *v, const Node *name) {
    const CheckedName *x = checked(v, name);
    buffer_print(&v->report, "  ");
    add_name(&v->report, name);
    if (!x->places.count) buffer_print(&v->report, " is in no place that is known");
    for (uint32_t i = 0; i < x->places.count; i++)
        buffer_print(&v->report, "%s %s", i ? "," : " is in",
                     where_text((Where)x->places.items[i]));
    buffer_print(&v->report, "\n");
}

/* For the tests of the verifier itself: what gets through without this rule? */
static bool is_switched_off(const Verify *v, Rule rule) {
    return (v->context->verify_without >> rule & 1) != 0;
}

bool broken(Verify *v, Rule rule, const Node *item, const Node *name, const char *format, ...) {
    if (v->quiet || is_switched_off(v, rule)) return is_switched_off(v, rule);
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    start_report(v, rule);
    if (name) {
        add_name(&v->report, name);
        buffer_print(&v->report, ": ");
    }
    buffer_print(&v->report, "%s", message);
    end_headline(v);
    if (name && checked(v, name)->binder != item) add_origin(v, name);
    add_line(v, item, "here");
    add_source(v, item);
    if (name && checked(v, name)->binder) {
        const Node *need =
            rule == RULE_V10 || rule == RULE_V13 ? next_need(v, item, name->name.number) : NULL;
        if (need) add_line(v, need, "needs it");
        if (rule != RULE_V02 && rule != RULE_V20) add_whereabouts(v, name);
    }
    end_report(v, rule);
    return false;
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
    if (v->places[place].event == NOTHING_YET) return false;
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

bool not_there(Verify *v, const Node *item, const Node *name) {
    uint32_t at = place_of_name(v, name);
    const CheckedPlace *place = &v->places[at];
    bool lost = was_there(v, name);
    Rule rule = lost ? rule_of_event(place->event) : RULE_V06;
    if (v->quiet || is_switched_off(v, rule)) return is_switched_off(v, rule);
    start_report(v, rule);
    add_name(&v->report, name);
    buffer_print(&v->report, " is read from %s, which holds ", where_text(where_of(name)));
    if (!place->names.count) buffer_print(&v->report, "nothing that is known");
    for (uint32_t i = 0; i < place->names.count; i++) {
        if (i) buffer_print(&v->report, " and ");
        add_name(&v->report, v->names[place->names.items[i]].name);
    }
    end_headline(v);
    add_origin(v, name);
    if (place->by && (lost || place->event == WRITTEN)) {
        add_line(v, place->by, lost ? what_happened[place->event] : "wrote what is there");
        add_source(v, place->by);
    }
    add_line(v, item, "reads it");
    add_source(v, item);
    add_whereabouts(v, name);
    end_report(v, rule);
    return false;
}

static void add_range(Verify *v, const Node *name, const Node *last) {
    const CheckedName *x = checked(v, name);
    buffer_print(&v->report, "  live: ");
    add_name(&v->report, name);
    buffer_print(&v->report, " from b%u, ", v->blocks[x->block].node->kids[0]->block);
    add_position(v, x->binder->at);
    if (last) {
        buffer_print(&v->report, ", at least to ");
        add_position(v, last->at);
    }
    buffer_print(&v->report, "\n");
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

bool last_copy_lost(Verify *v, uint32_t place, uint32_t name, Event event, const Node *by) {
    const Node *lost = v->names[name].name, *need = next_need(v, by, name);
    Rule rule = rule_of_event(event);
    if (v->quiet || is_switched_off(v, rule)) return is_switched_off(v, rule);
    start_report(v, rule);
    buffer_print(&v->report, "%s is %s while ", where_text((Where)place),
                 event == CALLED ? "lost in a call" : "overwritten");
    add_name(&v->report, lost);
    buffer_print(&v->report, " is still needed");
    end_headline(v);
    add_origin(v, lost);
    add_line(v, by, "destroys the only copy");
    add_source(v, by);
    if (need) {
        add_line(v, need, "needs it");
        add_source(v, need);
    }
    add_range(v, lost, need);
    const Node *winner = event == WRITTEN ? written_name(v, place, by) : NULL;
    if (winner) add_range(v, winner, next_need(v, by, winner->name.number));
    end_report(v, rule);
    return false;
}

void verify_report(Verify *v) {
    buffer_print(&v->report, "this is a bug in slispc, not in your program\n");
    fwrite(v->report.bytes, 1, v->report.length, stderr);
}
