/* graph_flow.c - the control flow of a function: blocks with their instructions, and edges. */
#include "graph.h"

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

static bool is_block(const Node *n) {
    return is_form(n, H_block) || is_form(n, H_cold);
}

/* The block that a part of an exit names, NULL when it names none. */
static const Node *target_of(const Node *part) {
    if (is_form(part, H_to)) return part->kids[0];
    return part->kind == N_BLOCK ? part : NULL;
}

static void add_exits(Buffer *out, const Node *block, const char *prefix) {
    const Node *exit = block->kids[block->count - 1], *targets[2];
    uint32_t count = 0, last = 0;
    for (uint32_t i = 0; is_tree(exit) && i < exit->count && count < 2; i++)
        if (target_of(exit->kids[i])) targets[count++] = target_of(exit->kids[i]);
    for (; last < count; last++)
        add_edge(out, prefix, block->kids[0]->block, targets[last]->block,
                 count == 1 ? NULL
                 : last     ? "false"
                            : "true");
}

static void add_block(Buffer *out, const Node *block, const char *prefix) {
    Buffer label = {0};
    for (uint32_t i = 0; i < block->count; i++) {
        print_flat(&label, block->kids[i]);
        buffer_print(&label, i ? "\n" : " ");
    }
    add_node(out, prefix, block->kids[0]->block, is_form(block, H_cold), &label);
    add_exits(out, block, prefix);
    buffer_free(&label);
}

/* ---- machine code: a block is what stands from one label to the next */

static bool starts_with(const char *s, const char *start) {
    return !strncmp(s, start, strlen(start));
}

/* Does the machine go on behind this instruction? What throws does not return. */
static bool goes_on(const Node *row) {
    const char *instruction = text_bytes(row->kids[2]->text);
    if (row->count > 3 && is_form(row->kids[3], H_runtime) &&
        starts_with(text_bytes(row->kids[3]->kids[0]->text), "rt_throw"))
        return false;
    return !starts_with(instruction, "jmp") && !starts_with(instruction, "ret") &&
           !starts_with(instruction, "ud2");
}

static void add_row(Buffer *label, const Node *row) {
    buffer_print(label, "%4lld  ", (long long)row->kids[0]->integer);
    const char *instruction = text_bytes(row->kids[2]->text), *at = strchr(instruction, '@');
    if (!at || row->count < 4) {
        buffer_print(label, "%s\n", instruction);
        return;
    }
    buffer_print(label, "%.*s", (int)(at - instruction), instruction);
    print_flat(label, row->kids[3]);
    buffer_print(label, "%s\n", at + 1);
}

/* A jump to a block; what jumps on a condition says which: "jge". */
static void add_jump(Buffer *out, const Node *row, uint32_t from, const char *prefix) {
    const char *instruction = text_bytes(row->kids[2]->text);
    char condition[16];
    if (row->count < 4 || row->kids[3]->kind != N_BLOCK) return;
    snprintf(condition, sizeof condition, "%.*s", (int)strcspn(instruction, " "), instruction);
    add_edge(out, prefix, from, row->kids[3]->block, strcmp(condition, "jmp") ? condition : NULL);
}

static void add_code(Buffer *out, const Node *code, const char *prefix) {
    Buffer label = {0};
    const Node *block = NULL, *last = NULL;
    for (uint32_t i = 1; i <= code->count; i++) {
        const Node *row = i < code->count ? code->kids[i] : NULL;
        if (!row || is_form(row, H_label)) {
            if (block) add_node(out, prefix, block->kids[0]->block, false, &label);
            if (block && row && (!last || goes_on(last)))
                add_edge(out, prefix, block->kids[0]->block, row->kids[0]->block, NULL);
            label.length = 0;
            block = row;
            last = NULL;
            if (row) buffer_print(&label, "b%u\n", row->kids[0]->block);
        } else if (is_form(row, H_at)) {
            last = row;
            add_row(&label, row);
            if (block) add_jump(out, row, block->kids[0]->block, prefix);
        }
    }
    buffer_free(&label);
}

void graph_flow(Buffer *out, const Node *function, const char *prefix) {
    if (is_form(function, H_code))
        add_code(out, function, prefix);
    else
        for (uint32_t i = 0; i < function->count; i++)
            if (is_block(function->kids[i])) add_block(out, function->kids[i], prefix);
}
