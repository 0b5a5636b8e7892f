/* dump.c - which parts of a form a dump shows, and its text; what tops are called. */
#include "dump.h"
#include "canon.h"
#include "output.h"

#include <string.h>

/* ---- names of tops */

static const Node *inner_of(const Node *top) {
    return is_form(top, H_from) ? top->kids[1] : top;
}

Text top_name(const Node *top) {
    const Node *inner = inner_of(top);
    const Node *first = inner->count ? inner->kids[0] : NULL;
    if (is_form(inner, H_run)) {
        Location p = location_of(inner->at);
        return inner->at ? text_format("run %u:%u", p.line, p.column) : text("run");
    }
    if (is_form(inner, H_start))
        return text("start of the program"); /* beside the function $start */
    if (is_form(inner, H_text)) return text("text");
    if (is_form(inner, H_cell) || is_form(inner, H_declare))
        return text_format("%s %s", head_text((Head)inner->head), text_bytes(first->text));
    return first && (first->kind == N_GLOBAL || first->kind == N_SYMBOL) ? first->text : 0;
}

bool top_is_named(const Node *top, const char *wanted) {
    const char *name = text_bytes(top_name(top)), *slash = strchr(name, '/');
    const char *candidates[] = {name, slash ? slash + 1 : name};
    size_t length = strlen(wanted);
    for (int i = 0; i < 2; i++)
        if (!strncmp(candidates[i], wanted, length) &&
            (candidates[i][length] == 0 || candidates[i][length] == '.'))
            return true;
    return false;
}

Node *top_in(const Node *program, Text name) {
    for (uint32_t i = 1; i < program->count; i++)
        if (top_name(program->kids[i]) == name) return program->kids[i];
    return NULL;
}

/* ---- what stems from a line */

/* Constants may be the library's, with places there. */
static bool is_from_line(const Node *n, uint32_t line) {
    if (pos(n) && location_of(n->at).line == line) return true;
    if (is_form(n, H_quote)) return false;
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        if (is_from_line(n->kids[i], line)) return true;
    return false;
}

static bool is_block(const Node *n) {
    return is_form(n, H_block) || is_form(n, H_cold);
}

/* The block with those of its instructions; NULL when there are none. */
static Node *part_of_block(Arena *a, Node *block, uint32_t line) {
    VEC(Node *) kids = {0};
    for (uint32_t i = 0; i < block->count; i++)
        if (i < 2 || (block->kids[i]->kind == N_LIST && pos(block->kids[i]) &&
                      location_of(block->kids[i]->at).line == line))
            PUSH(a, kids, block->kids[i]);
    return kids.count > 2 ? node_list(a, (Head)block->head, block->at, kids.items, kids.count)
                          : NULL;
}

static Node *part_of_blocks(Arena *a, Node *function, uint32_t line) {
    VEC(Node *) kids = {0};
    PUSH(a, kids, function->kids[0]);
    for (uint32_t i = 1; i < function->count; i++) {
        Node *part = is_block(function->kids[i]) ? part_of_block(a, function->kids[i], line) : NULL;
        if (part) PUSH(a, kids, part);
    }
    return kids.count > 1 ? node_list(a, H_function, function->at, kids.items, kids.count) : NULL;
}

/* The label is before what follows it. */
static Node *part_of_code(Arena *a, Node *code, uint32_t line) {
    VEC(Node *) kids = {0};
    Node *label = NULL;
    PUSH(a, kids, code->kids[0]);
    for (uint32_t i = 1; i < code->count; i++) {
        Node *row = code->kids[i];
        if (is_form(row, H_label)) label = row;
        if (!is_form(row, H_at) || !row->at || location_of(row->at).line != line) continue;
        if (label) PUSH(a, kids, label);
        label = NULL;
        PUSH(a, kids, row);
    }
    return kids.count > 1 ? node_list(a, H_code, code->at, kids.items, kids.count) : NULL;
}

static Node *part_of_text(Arena *a, Node *forms, uint32_t line) {
    VEC(Node *) kids = {0};
    for (uint32_t i = 0; i < forms->count; i++)
        if (is_from_line(forms->kids[i], line)) PUSH(a, kids, forms->kids[i]);
    return node_list(a, H_text, forms->at, kids.items, kids.count);
}

Node *part_from_line(Arena *a, Node *top, uint32_t line) {
    Node *inner = top_inner(top), *part = is_from_line(inner, line) ? inner : NULL;
    if (part && is_form(inner, H_text)) part = part_of_text(a, inner, line);
    if (part && is_form(inner, H_function) && is_block(inner->kids[inner->count - 1]))
        part = part_of_blocks(a, inner, line);
    if (part && is_form(inner, H_code)) part = part_of_code(a, inner, line);
    return part ? top_with(a, top, part) : NULL;
}

/* ---- dumps */

static void note_unchanged(Dump *d, const Node *top) {
    if (is_form(top, H_from))
        d->unchanged_of_library++;
    else if (!is_form(top, H_start))
        buffer_print(&d->unchanged, "%s %s", d->unchanged.length ? "," : "",
                     text_bytes(top_name(top)));
}

void dump_add(Dump *d, const PipelineOptions *o, Node *top, const Node *before) {
    if (o->function && !top_is_named(top, o->function)) return;
    if (o->changed && before && same_but_for_numbers(inner_of(before), inner_of(top))) {
        note_unchanged(d, top);
        return;
    }
    if (o->style == STYLE_VIEW && is_form(top, H_from) && !o->function && !o->line) {
        if (!d->is_library_folded) print_top_folded(&d->tops, top);
        d->is_library_folded = true;
        return;
    }
    Arena *scratch = o->line ? arena_new() : NULL;
    Node *part = o->line ? part_from_line(scratch, top, o->line) : top;
    if (part) print_top(&d->tops, part, o->style);
    if (scratch) arena_free(scratch);
}

static void add_unchanged(Buffer *out, const Dump *d) {
    if (!d->unchanged.length && !d->unchanged_of_library)
        return; /* nothing is after a ; on its line */
    buffer_print(out, "\n ; unchanged:%s", d->unchanged.length ? d->unchanged.bytes : "");
    if (d->unchanged_of_library)
        buffer_print(out, "%s %u of the library", d->unchanged.length ? " and" : "",
                     d->unchanged_of_library);
    buffer_print(out, "\n");
}

void dump_write(Dump *d, const PipelineOptions *o, int pass, bool after, DumpHeader header,
                const Node *library) {
    Buffer out = {0};
    header.language = after ? pass_rows[pass].to : pass_rows[pass].from;
    header.after = after ? pass : pass - 1;
    print_header(&out, &header);
    buffer_print(&out, "(program");
    if (library) print_top(&out, library, o->style);
    buffer_add(&out, d->tops.bytes ? d->tops.bytes : "", d->tops.length);
    add_unchanged(&out, d);
    buffer_print(&out, ")\n");
    output_dump(o->dump_dir, pass, after, &out);
    buffer_free(&out);
    buffer_free(&d->tops);
    buffer_free(&d->unchanged);
    *d = (Dump){0};
}
