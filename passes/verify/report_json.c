/* report_json.c - a report for programs: one line of JSON. */
#include "report.h"

static void add_text(Buffer *out, const char *s) {
    buffer_print(out, "\"");
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            buffer_print(out, "\\%c", *s);
        else if ((unsigned char)*s < 0x20)
            buffer_print(out, "\\u%04x", (unsigned char)*s);
        else
            buffer_print(out, "%c", *s);
    buffer_print(out, "\"");
}

static void add_member(Buffer *out, const char *key, const char *value) {
    buffer_print(out, ",\"%s\":", key);
    add_text(out, value);
}

/* Block, number and text of the item, and where in the source it comes from. */
static void add_members_of_item(Verify *v, const Node *item) {
    Buffer *out = &v->report, text = {0};
    const Context *c = v->context;
    Spot spot = spot_of(v, item);
    Location at = location_of(item->at);
    add_item(&text, item);
    add_text(out, "text");
    buffer_print(out, ":");
    add_text(out, text.bytes);
    if (spot.found)
        buffer_print(out, ",\"block\":\"b%u\",\"item\":%u",
                     v->blocks[spot.block].node->kids[0]->block, spot.number);
    if (item->at && at.file < c->source_count)
        add_member(out, "file", text_bytes(c->source_names[at.file]));
    if (item->at) buffer_print(out, ",\"line\":%u,\"column\":%u", at.line, at.column);
    buffer_free(&text);
}

static void add_object(Verify *v, const char *key, const Node *item) {
    if (!item) return;
    buffer_print(&v->report, ",\"%s\":{", key);
    add_members_of_item(v, item);
    buffer_print(&v->report, "}");
}

static void add_name_member(Buffer *out, const char *key, const Node *name) {
    Buffer text = {0};
    if (!name) return;
    add_name(&text, name);
    add_member(out, key, text.bytes);
    buffer_free(&text);
}

static void add_slot(Buffer *out, const char *slot) {
    if (out->bytes[out->length - 1] != '[') buffer_print(out, ",");
    add_text(out, slot);
}

void write_json_message(Buffer *out, Rule rule, const char *message) {
    buffer_print(out, "{\"severity\":\"error\"");
    add_member(out, "code", rule_code(rule));
    add_member(out, "message", message);
    add_member(out, "rule", rule_sentence(rule));
    buffer_print(out, "}\n");
}

void write_json_report(Verify *v, const Report *r) {
    Buffer *out = &v->report, function = {0}, message = {0};
    print_flat(&function, v->function->kids[0]);
    add_message(&message, r);
    buffer_print(out, "{\"severity\":\"error\"");
    add_member(out, "code", rule_code(r->rule));
    add_member(out, "message", message.bytes);
    add_member(out, "function", function.bytes);
    buffer_print(out, ",");
    add_members_of_item(v, r->item);
    add_name_member(out, "value", r->name);
    if (r->place) add_member(out, "place", r->place);
    add_name_member(out, "instead", r->winner);
    add_object(v, "origin", r->name ? checked(v, r->name)->binder : NULL);
    add_object(v, "writer", r->writer);
    add_object(v, "reader", r->reader);
    buffer_print(out, ",\"free\":[");
    each_free_slot(v, r, add_slot, out);
    buffer_print(out, "]");
    add_member(out, "rule", rule_sentence(r->rule));
    buffer_print(out, "}\n");
    buffer_free(&function);
    buffer_free(&message);
}
