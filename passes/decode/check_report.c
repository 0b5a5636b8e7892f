/* check_report.c - what is wrong with the code: the item that it was made from, the instruction,
 * the rule.
 */
#include "check.h"

#include <stdarg.h>
#include <string.h>

static const char *sentence_of(const char *rule) {
#define RULE(code, sentence, ...)                                                                  \
    if (!strcmp(rule, #code)) return sentence;
#define OTHER_RULE RULE
#include "../verify/rules.def"
#undef OTHER_RULE
#undef RULE
    return "";
}

/* The number of the item in its block, from 1 on, as the verifier counts them. */
static uint32_t number_of_item(const Check *c) {
    if (!c->block || c->item == c->block) return 0;
    uint32_t first = c->block->count > 2 && is_form(c->block->kids[2], H_in) ? 3 : 2;
    for (uint32_t i = first; i < c->block->count; i++)
        if (c->block->kids[i] == c->item) return i - first + 1;
    return 0;
}

static void add_position(Check *c) {
    Location at = location_of(c->item->at);
    const Context *x = c->context;
    if (!c->item->at) return;
    if (at.file < x->source_count)
        buffer_print(c->report, "%s:", text_bytes(x->source_names[at.file]));
    buffer_print(c->report, "%u:%u  ", at.line, at.column);
}

static void add_item(Check *c) {
    bool whole = c->item != c->block && c->item != c->function;
    if (!c->block) return;
    buffer_print(c->report, "  b%u #%u  ", c->block->kids[0]->block, number_of_item(c));
    add_position(c);
    if (whole)
        print_flat(c->report, c->item);
    else
        buffer_print(c->report, "start of b%u", c->block->kids[0]->block);
    buffer_print(c->report, "    <-- the form says this\n");
}

static void add_code(Check *c) {
    if (!c->is_read || !c->next.length || !c->bytes) return;
    buffer_print(c->report, "  at %u  ", c->offset);
    for (uint8_t i = 0; i < c->next.length; i++)
        buffer_print(c->report, "%02x", c->bytes[i]);
    buffer_print(c->report, "  ");
    print_decoded(c->report, &c->next);
    buffer_print(c->report, "    <-- the code does this\n");
}

static void add_text_report(Check *c, const char *rule, const char *message) {
    buffer_print(c->report, "error[%s]: %s    (in ", rule, message);
    print_flat(c->report, c->function->kids[0]);
    if (c->block) buffer_print(c->report, ", b%u", c->block->kids[0]->block);
    buffer_print(c->report, ")\n");
    add_item(c);
    add_code(c);
    buffer_print(c->report, "  rule: %s ('slispc explain %s' tells more).\n", sentence_of(rule),
                 rule);
}

/* ---- for programs */

static void add_json_text(Buffer *out, const char *key, const char *s, size_t length) {
    buffer_print(out, ",\"%s\":\"", key);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)s[i] < 0x20)
            buffer_print(out, "\\u%04x", (unsigned char)s[i]);
        else
            buffer_print(out, s[i] == '"' || s[i] == '\\' ? "\\%c" : "%c", s[i]);
    buffer_print(out, "\"");
}

static void add_json_node(Check *c, const char *key, const Node *n) {
    Buffer b = {0};
    print_flat(&b, n);
    add_json_text(c->report, key, b.bytes, b.length);
    buffer_free(&b);
}

static void add_json_report(Check *c, const char *rule, const char *message) {
    Buffer *out = c->report;
    Location at = location_of(c->item->at);
    buffer_print(out, "{\"severity\":\"error\",\"code\":\"%s\"", rule);
    add_json_text(out, "message", message, strlen(message));
    add_json_node(c, "function", c->function->kids[0]);
    if (c->block && c->item != c->block) add_json_node(c, "text", c->item);
    if (c->block)
        buffer_print(out, ",\"block\":\"b%u\",\"item\":%u", c->block->kids[0]->block,
                     number_of_item(c));
    if (c->item->at) buffer_print(out, ",\"line\":%u,\"column\":%u", at.line, at.column);
    buffer_print(out, ",\"offset\":%u", c->offset);
    add_json_text(out, "rule", sentence_of(rule), strlen(sentence_of(rule)));
    buffer_print(out, "}\n");
}

bool code_is_wrong(Check *c, const char *rule, const char *format, ...) {
    char message[256];
    va_list arguments;
    if (c->failed) return false;
    c->failed = true;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (c->context->verify_json)
        add_json_report(c, rule, message);
    else
        add_text_report(c, rule, message);
    return false;
}

bool differs(Check *c, DecodedName name, uint8_t condition, uint32_t count, const Seen *operands) {
    Decoded wanted = {.name = (uint8_t)name, .condition = condition, .count = (uint8_t)count};
    Buffer is = {0}, should = {0};
    if (!at_hand(c)) return false;
    memcpy(wanted.operands, operands, count * sizeof *operands);
    print_decoded(&is, &c->next);
    print_decoded(&should, &wanted);
    code_is_wrong(c, "V24", "the code says `%.*s` instead of `%.*s`", (int)is.length, is.bytes,
                  (int)should.length, should.bytes);
    buffer_free(&is);
    buffer_free(&should);
    return false;
}
