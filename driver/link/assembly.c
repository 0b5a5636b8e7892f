/* assembly.c - a program as assembly for `as`, Intel syntax: from the rows of Lbytes and the layout
 * of data, so that `as` makes the same bytes of it.
 */
#include "link.h"

#include "output.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    Buffer out;
    const Linked *linked;
    uint32_t function;   /* number of the one that is written: labels are L<function>.<block> */
    uint32_t relocation; /* the next one */
    Pos at;
} Writer;

static const char *symbol_name(const Writer *w, const Relocation *r) {
    return text_bytes(w->linked->symbols.items[r->symbol].name);
}

/* ---- code */

static void write_line(Writer *w, Pos at) {
    if (at == w->at) return;
    Location p = at ? location_of(at) : (Location){0};
    buffer_print(&w->out, "    .loc %u %u %u\n", file_of(w->linked, p) + 1u, p.line, p.column);
    w->at = at;
}

static void write_label(Writer *w, const Node *block) {
    buffer_print(&w->out, ".L%u.%u", w->function, block->block);
}

/* Those of code are in its order; those of the data that it mentioned are between them. */
static const Relocation *next_relocation(Writer *w) {
    const Relocation *r = &w->linked->relocations.items[w->relocation++];
    return r->section == SECTION_CODE ? r : next_relocation(w);
}

/* What stands for the @ of the text. */
static void write_target(Writer *w, const Node *to) {
    if (to->kind == N_BLOCK) {
        write_label(w, to);
        return;
    }
    const Relocation *r = next_relocation(w);
    buffer_print(&w->out, "\"%s\"", symbol_name(w, r));
    if (r->addend + 4) buffer_print(&w->out, "%+" PRId64, r->addend + 4);
}

/* A jump out of the function keeps its long form, however near its target may be. */
static void write_instruction(Writer *w, const Node *row) {
    const char *s = text_bytes(row->kids[2]->text), *hole = strchr(s, '@');
    const Node *to = row->count > 3 ? row->kids[3] : NULL;
    bool jumps_out = s[0] == 'j' && to && to->kind != N_BLOCK;
    write_line(w, row->at);
    buffer_print(&w->out, "    %s", jumps_out ? "{disp32} " : "");
    if (hole && to) {
        buffer_add(&w->out, s, (size_t)(hole - s));
        write_target(w, to);
        s = hole + 1;
    }
    buffer_print(&w->out, "%s\n", s);
}

static void write_row(Writer *w, const Node *row) {
    if (is_form(row, H_at)) {
        write_instruction(w, row);
    } else if (is_form(row, H_label)) {
        write_label(w, row->kids[0]);
        buffer_print(&w->out, ":\n");
    } else if (is_form(row, H_depth)) {
        buffer_print(&w->out, "    .cfi_def_cfa_offset %" PRId64 "\n", row->kids[1]->integer + 8);
    }
}

static void write_function(Writer *w, const Node *f) {
    const char *name = text_bytes(f->kids[0]->text);
    buffer_print(
        &w->out,
        "\n    .p2align 4, 0xcc\n    .globl \"%s\"\n    .type \"%s\", @function\n\"%s\":\n", name,
        name, name);
    buffer_print(&w->out, "    .cfi_startproc\n");
    w->at = UINT32_MAX;
    for (uint32_t i = 2; i < f->count; i++)
        write_row(w, f->kids[i]);
    buffer_print(&w->out, "    .cfi_endproc\n    .size \"%s\", . - \"%s\"\n", name, name);
    w->function++;
}

static void write_code(Writer *w, const Node *program) {
    buffer_print(&w->out, "    .text\n\"slisp_code\":\n");
    for (uint32_t i = 0; i < program->count; i++)
        if (is_form(top_inner(program->kids[i]), H_code))
            write_function(w, top_inner(program->kids[i]));
    buffer_print(&w->out, "\"slisp_code_end\":\n");
}

/* ---- data: symbols, addresses and plain bytes, by offset */

typedef struct {
    uint64_t offset;
    uint32_t symbol; /* of linked->symbols, 0: none */
    const Relocation *relocation;
} Mark;

typedef VEC(Mark) Marks;

/* By offset; symbols before the address that they name, in the order in which they were made. */
static int compare_marks(const void *a, const void *b) {
    const Mark *x = a, *y = b;
    if (x->offset != y->offset) return x->offset < y->offset ? -1 : 1;
    if (!x->symbol || !y->symbol) return !x->symbol - !y->symbol;
    return x->symbol < y->symbol ? -1 : x->symbol > y->symbol;
}

static Marks marks_of(const Linked *l, SectionId section) {
    Marks marks = {0};
    for (uint32_t i = 1; i < l->symbols.count; i++)
        if (l->symbols.items[i].section == section)
            PUSH(l->arena, marks, ((Mark){l->symbols.items[i].offset, i, NULL}));
    for (uint32_t i = 0; i < l->relocations.count; i++) {
        const Relocation *r = &l->relocations.items[i];
        if (r->section == section) PUSH(l->arena, marks, ((Mark){r->offset, 0, r}));
    }
    if (marks.count) qsort(marks.items, marks.count, sizeof *marks.items, compare_marks);
    return marks;
}

static void write_bytes(Writer *w, const Buffer *b, uint64_t from, uint64_t to) {
    for (; from + 8 <= to && from % 8 == 0; from += 8) {
        uint64_t word;
        memcpy(&word, b->bytes + from, 8);
        buffer_print(&w->out, "    .quad 0x%" PRIx64 "\n", word);
    }
    for (; from < to; from++)
        buffer_print(&w->out, "    .byte %u\n", (unsigned char)b->bytes[from]);
}

static void write_section(Writer *w, SectionId section, const char *directive) {
    const Buffer *b = &w->linked->sections[section];
    Marks marks = marks_of(w->linked, section);
    uint64_t at = 0;
    buffer_print(&w->out, "\n    %s\n    .balign 16\n", directive);
    if (section == SECTION_HEADER)
        buffer_print(&w->out, "    .globl slisp_program\nslisp_program:\n");
    for (uint32_t i = 0; i < marks.count; i++) {
        const Mark *m = &marks.items[i];
        write_bytes(w, b, at, m->offset);
        at = m->offset;
        if (m->symbol) {
            buffer_print(&w->out, "\"%s\":\n",
                         text_bytes(w->linked->symbols.items[m->symbol].name));
        } else {
            buffer_print(&w->out, "    .quad \"%s\"%+" PRId64 "\n", symbol_name(w, m->relocation),
                         m->relocation->addend);
            at += 8;
        }
    }
    write_bytes(w, b, at, b->length);
}

static void write_files(Writer *w) {
    for (uint32_t i = 0; i < w->linked->files.count; i++) {
        buffer_print(&w->out, "    .file %u \"", i + 1);
        for (const char *s = text_bytes(w->linked->files.items[i]); *s; s++)
            buffer_print(&w->out, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
        buffer_print(&w->out, "\"\n");
    }
}

void write_assembly(const Linked *l, const Node *program, const char *path) {
    Writer w = {.linked = l};
    buffer_print(&w.out, "    .intel_syntax noprefix\n    .cfi_sections .debug_frame\n");
    write_files(&w);
    write_code(&w, program);
    write_section(&w, SECTION_RODATA, ".section .rodata");
    write_section(&w, SECTION_DATA, ".data");
    write_section(&w, SECTION_HEADER, ".section .data.slisp, \"aw\"");
    buffer_print(&w.out, "    .section .note.GNU-stack, \"\", @progbits\n");
    output_file(path, w.out.bytes, w.out.length, 0666);
    buffer_free(&w.out);
}
