/* report_text.c - a report for people: a line for each item that has a part in it, the live ranges,
 * the rule. */
#include "report.h"

/* ---- pieces */

/* file:line:col; the file is known when the program came as source. */
static void add_position(Verify *v, Pos pos) {
    Location at = location_of(pos);
    const Context *c = v->context;
    if (pos && at.file < c->source_count)
        buffer_print(&v->report, "%s:", text_bytes(c->source_names[at.file]));
    if (pos) buffer_print(&v->report, "%u:%u  ", at.line, at.column);
}

void add_name(Buffer *out, const Node *name) {
    buffer_print(out, "%%%s.%u", text_bytes(name->name.hint), name->name.number);
}

void add_item(Buffer *out, const Node *item) {
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

/* The source line of the item, when the source is known. */
static void add_source(Verify *v, const Node *item) {
    Location at = location_of(item->at);
    const Context *c = v->context;
    if (!item->at || at.file >= c->source_count) return;
    const char *p = c->sources[at.file], *end = p + c->source_lengths[at.file];
    for (uint32_t line = 1; line < at.line && p < end; p++)
        line += ends_line(p, end);
    const char *stop = p;
    while (stop < end && !ends_line(stop, end))
        stop++;
    buffer_print(&v->report, "      | %.*s\n", (int)(stop - p), p);
}

static void add_line(Verify *v, const Node *item, const char *remark) {
    Spot spot = spot_of(v, item);
    buffer_print(&v->report, "  ");
    if (spot.found)
        buffer_print(&v->report, "b%u #%u  ", v->blocks[spot.block].node->kids[0]->block,
                     spot.number);
    add_position(v, item->at);
    add_item(&v->report, item);
    buffer_print(&v->report, "    <-- %s\n", remark);
    add_source(v, item);
}

/* ---- parts of a report */

static void add_headline(Verify *v, const Report *r) {
    buffer_print(&v->report, "error[%s]: ", rule_code(r->rule));
    add_message(&v->report, r);
    buffer_print(&v->report, "    (in ");
    print_flat(&v->report, v->function->kids[0]);
    if (v->block < v->block_count)
        buffer_print(&v->report, ", b%u", v->blocks[v->block].node->kids[0]->block);
    buffer_print(&v->report, ")\n");
}

static void add_lines(Verify *v, const Report *r) {
    const Node *origin = r->name ? checked(v, r->name)->binder : NULL;
    if (origin && origin != r->item) add_line(v, origin, "gives the value");
    if (r->writer) add_line(v, r->writer, r->writes);
    if (r->item != r->writer && r->item != r->reader) add_line(v, r->item, "here");
    if (r->reader) add_line(v, r->reader, r->reads);
}

/* Which places hold the value now. */
static void add_whereabouts(Verify *v, const Node *name) {
    const CheckedName *x = checked(v, name);
    buffer_print(&v->report, "  ");
    add_name(&v->report, name);
    if (!x->places) buffer_print(&v->report, " is in no place that is known");
    for (uint32_t f = x->places; f; f = v->facts.items[f].next_place)
        buffer_print(&v->report, "%s %s", f == x->places ? " is in" : ",",
                     place_text(v, v->facts.items[f].place));
    buffer_print(&v->report, "\n");
}

static void add_slot(Buffer *out, const char *slot) {
    buffer_print(out, " %s", slot);
}

static void add_free_slots(Verify *v, const Report *r) {
    buffer_print(&v->report, "  free slots at #%u:", spot_of(v, r->item).number);
    size_t before = v->report.length;
    each_free_slot(v, r, add_slot, &v->report);
    buffer_print(&v->report, v->report.length == before ? " none\n" : "\n");
}

void write_text_report(Verify *v, const Report *r) {
    add_headline(v, r);
    add_lines(v, r);
    if (r->name && (r->writer || r->reader)) draw_ranges(v, r);
    if (r->has_whereabouts) add_whereabouts(v, r->name);
    if (r->rule == RULE_V05) add_free_slots(v, r);
    buffer_print(&v->report, "  rule: %s ('slispc explain %s' tells more).\n",
                 rule_sentence(r->rule), rule_code(r->rule));
}
