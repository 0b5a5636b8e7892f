/* graph_flow.c - the control flow of a function: blocks with their instructions, and edges. */
#include "graph.h"
#include "ir/walk.h"

#include <string.h>

void graph_quoted(Buffer *out, const char *bytes, size_t length) {
    buffer_print(out, "\"");
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n')
            buffer_print(out, "\\l");
        else
            buffer_print(out, bytes[i] == '"' || bytes[i] == '\\' ? "\\%c" : "%c", bytes[i]);
    }
    buffer_print(out, "\"");
}

static void add_edge(Buffer *out, const char *prefix, uint32_t from, uint32_t to,
                     const char *label) {
    buffer_print(out, "  %s_b%u -> %s_b%u", prefix, from, prefix, to);
    if (label) buffer_print(out, " [label=\"%s\"]", label);
    buffer_print(out, ";\n");
}

static void add_node(Buffer *out, const char *prefix, uint32_t block, bool cold,
                     const Buffer *label) {
    buffer_print(out, "  %s_b%u [label=", prefix, block);
    graph_quoted(out, label->bytes, label->length);
    buffer_print(out, cold ? ", style=dashed];\n" : "];\n");
}

/* ---- blocks */

/* The block that a part of an exit names, NULL when it names none. */
static const Node *target_of(const Node *part) {
    if (is_form(part, H_to)) return as_to(part).target;
    return part->kind == N_BLOCK ? part : NULL;
}

static void add_exits(Buffer *out, uint32_t from, const Node *exit, const char *prefix) {
    const Node *targets[2];
    NodeList parts = kids_of(exit);
    uint32_t count = 0, last = 0;
    for (uint32_t i = 0; i < parts.count && count < 2; i++)
        if (target_of(parts.items[i])) targets[count++] = target_of(parts.items[i]);
    for (; last < count; last++)
        add_edge(out, prefix, from, targets[last]->block,
                 count == 1 ? NULL
                 : last     ? "false"
                            : "true");
}

static void add_block(Buffer *out, const Node *block, const char *prefix) {
    Buffer label = {0};
    NodeList lines = kids_of(block);
    uint32_t number = as_instr_block(block).label->block;
    for (uint32_t i = 0; i < lines.count; i++) {
        print_flat(&label, lines.items[i]);
        buffer_print(&label, i ? "\n" : " ");
    }
    add_node(out, prefix, number, is_form(block, H_cold), &label);
    add_exits(out, number, lines.items[lines.count - 1], prefix);
    buffer_free(&label);
}

/* ---- machine code: a block is what is between one label and the next */

static bool starts_with(const char *s, const char *start) {
    return !strncmp(s, start, strlen(start));
}

/* Does the machine go on after this instruction? What throws does not return. */
static bool goes_on(AtForm row) {
    const char *instruction = text_bytes(row.text->text);
    if (row.target && is_form(row.target, H_runtime) &&
        starts_with(text_bytes(as_runtime(row.target).symbol->text), "rt_throw"))
        return false;
    return !starts_with(instruction, "jmp") && !starts_with(instruction, "ret") &&
           !starts_with(instruction, "ud2");
}

static void add_row(Buffer *label, AtForm row) {
    buffer_print(label, "%4lld  ", (long long)row.offset->integer);
    const char *instruction = text_bytes(row.text->text), *at = strchr(instruction, '@');
    if (!at || !row.target) {
        buffer_print(label, "%s\n", instruction);
        return;
    }
    buffer_print(label, "%.*s", (int)(at - instruction), instruction);
    print_flat(label, row.target);
    buffer_print(label, "%s\n", at + 1);
}

/* A jump to a block; what jumps on a condition says which: "jge". */
static void add_jump(Buffer *out, AtForm row, uint32_t from, const char *prefix) {
    const char *instruction = text_bytes(row.text->text);
    char condition[16];
    if (!row.target || row.target->kind != N_BLOCK) return;
    snprintf(condition, sizeof condition, "%.*s", (int)strcspn(instruction, " "), instruction);
    add_edge(out, prefix, from, row.target->block, strcmp(condition, "jmp") ? condition : NULL);
}

static void add_code(Buffer *out, NodeList rows, const char *prefix) {
    Buffer label = {0};
    const Node *block = NULL, *last = NULL;
    for (uint32_t i = 0; i <= rows.count; i++) {
        const Node *row = i < rows.count ? rows.items[i] : NULL;
        if (!row || is_form(row, H_label)) {
            const Node *next = row ? as_label(row).block : NULL;
            if (block) add_node(out, prefix, block->block, false, &label);
            if (block && next && (!last || goes_on(as_at(last))))
                add_edge(out, prefix, block->block, next->block, NULL);
            label.length = 0;
            block = next;
            last = NULL;
            if (next) buffer_print(&label, "b%u\n", next->block);
        } else if (is_form(row, H_at)) {
            last = row;
            add_row(&label, as_at(row));
            if (block) add_jump(out, as_at(row), block->block, prefix);
        }
    }
    buffer_free(&label);
}

void graph_flow(Buffer *out, const Node *function, const char *prefix) {
    if (is_form(function, H_code)) {
        add_code(out, as_code(function).rows, prefix);
        return;
    }
    NodeList blocks = as_function(function).blocks;
    for (uint32_t i = 0; i < blocks.count; i++)
        add_block(out, blocks.items[i], prefix);
}
