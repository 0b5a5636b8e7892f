/* link.c - lays out a program: code, data, relocations.
 *
 * Everything is in the order in which the program's term first mentions it, so the same term
 * gives the same bytes.
 */
#include "linker.h"

#include "../runtime/layout.h"

#include <stdlib.h>
#include <string.h>

/* ---- buffers */

void put_bytes(Buffer *b, uint64_t value, uint32_t width) {
    char bytes[8];
    for (uint32_t i = 0; i < width; i++)
        bytes[i] = (char)(value >> (8 * i));
    buffer_add(b, bytes, width);
}

void put_align(Buffer *b, uint64_t alignment, char fill) {
    while (b->length % alignment)
        buffer_add(b, &fill, 1);
}

void set_word(Buffer *b, uint64_t offset, uint64_t value) {
    memcpy(b->bytes + offset, &value, 8);
}

/* ---- symbols */

uint32_t find_symbol(const Linker *l, Names names, Text name) {
    const SymbolTable *t = &l->tables[names];
    return name < t->limit ? t->symbols[name] : NO_SYMBOL;
}

static void grow_table(SymbolTable *t, Text name) {
    uint32_t limit = name < 1024 ? 2048 : 2 * name;
    t->symbols = realloc(t->symbols, limit * sizeof *t->symbols);
    if (!t->symbols) fail(0, "no memory left");
    memset(t->symbols + t->limit, 0, (limit - t->limit) * sizeof *t->symbols);
    t->limit = limit;
}

uint32_t define_symbol(Linker *l, Names names, Text name, Symbol s) {
    SymbolTable *t = &l->tables[names];
    if (name >= t->limit) grow_table(t, name);
    t->symbols[name] = l->out->symbols.count;
    PUSH(l->out->arena, l->out->symbols, s);
    return t->symbols[name];
}

void add_relocation(Linker *l, Relocation r) {
    PUSH(l->out->arena, l->out->relocations, r);
}

void put_address(Linker *l, SectionId section, uint32_t symbol, int64_t addend) {
    Buffer *b = &l->out->sections[section];
    add_relocation(l, (Relocation){section, false, symbol, b->length, addend});
    put_bytes(b, 0, 8);
}

/* ---- code */

static uint8_t digit(char c) {
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void put_hex(Buffer *out, const Node *string) {
    const char *hex = text_bytes(string->text);
    uint32_t length = text_length(string->text) / 2;
    buffer_reserve(out, length);
    for (uint32_t i = 0; i < length; i++)
        out->bytes[out->length++] = (char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
}

static void mark_line(Linked *out, Pos at) {
    uint32_t offset = (uint32_t)out->sections[SECTION_CODE].length;
    if (out->lines.count && out->lines.items[out->lines.count - 1].at == at) return;
    PUSH(out->arena, out->lines, ((LineMark){offset, at}));
}

static void add_instruction(Linker *l, const Node *row) {
    Buffer *code = &l->out->sections[SECTION_CODE];
    mark_line(l->out, row->at);
    put_hex(code, row->kids[1]);
    if (row->count < 4 || row->kids[3]->kind == N_BLOCK) return;
    int64_t addend;
    uint32_t symbol = symbol_of(l, row->kids[3], &addend);
    add_relocation(l, (Relocation){SECTION_CODE, true, symbol, code->length - 4, addend - 4});
}

static uint32_t last_depth(const Linked *out) {
    return out->depths.count ? out->depths.items[out->depths.count - 1].depth : 0;
}

static void add_row(Linker *l, const Node *row, uint32_t start) {
    Linked *out = l->out;
    if (is_form(row, H_at)) {
        add_instruction(l, row);
    } else if (is_form(row, H_depth)) {
        DepthMark mark = {start + (uint32_t)row->kids[0]->integer, (uint32_t)row->kids[1]->integer};
        PUSH(out->arena, out->depths, mark);
    } else if (is_form(row, H_stack_map)) {
        Safepoint s = {start + (uint32_t)row->kids[0]->integer, last_depth(out),
                       l->functions.count - 1, row->at, row};
        PUSH(out->arena, l->safepoints, s);
    }
}

static void add_function(Linker *l, const Node *f) {
    Linked *out = l->out;
    Buffer *code = &out->sections[SECTION_CODE];
    put_align(code, 16, (char)0xcc);
    uint32_t number = find_symbol(l, NAMES_CODE, f->kids[0]->text), start = (uint32_t)code->length;
    PUSH(out->arena, l->functions, number);
    PUSH(out->arena, out->depths, ((DepthMark){start, 0}));
    for (uint32_t i = 2; i < f->count; i++)
        add_row(l, f->kids[i], start);
    out->symbols.items[number].offset = start;
    out->symbols.items[number].size = code->length - start;
}

/* ---- the program */

/* Code may refer to functions and cells that come later. */
static void declare(Linker *l, const Node *top) {
    Text name = is_tree(top) && top->count ? top->kids[0]->text : 0;
    Buffer *data = &l->out->sections[SECTION_DATA];
    if (is_form(top, H_code)) {
        if (find_symbol(l, NAMES_CODE, name) != NO_SYMBOL) bug(top, "a function is there twice");
        define_symbol(l, NAMES_CODE, name, (Symbol){name, SECTION_CODE, true, 0, 0});
    } else if (is_form(top, H_cell)) {
        Symbol s = {text_format("cell %s", text_bytes(name)), SECTION_DATA, false, data->length, 8};
        PUSH(l->out->arena, l->cells, define_symbol(l, NAMES_CELL, name, s));
        put_bytes(data, VALUE_NIL, 8);
    } else if (is_form(top, H_start)) {
        l->start = top;
    }
}

Linked *link_program(Arena *a, const Node *program, const DumpHeader *header) {
    Linked *out = NEW(a, Linked);
    Linker l = {.out = out};
    out->arena = a;
    out->program = program;
    out->header = *header;
    out->is_checked = true;
    for (uint32_t i = 0; i < header->files.count; i++)
        PUSH(a, out->files, header->files.items[i]);
    PUSH(a, out->files, text("core.slisp"));
    PUSH(a, out->symbols, (Symbol){0});
    for (uint32_t i = 0; i < program->count; i++)
        declare(&l, top_inner(program->kids[i]));
    if (bug_blame) must_be_whole(&l, program); /* else slispc made it itself */
    for (uint32_t i = 0; i < program->count; i++)
        if (is_form(top_inner(program->kids[i]), H_code))
            add_function(&l, top_inner(program->kids[i]));
    add_maps(&l);
    for (int i = 0; i < NAMES_COUNT; i++)
        free(l.tables[i].symbols);
    return out;
}

void link_free(Linked *l) {
    for (int i = 0; i < SECTION_COUNT; i++)
        buffer_free(&l->sections[i]);
}

uint16_t file_of(const Linked *l, Location p) {
    uint32_t library = l->files.count - 1;
    return (uint16_t)(p.file < library ? p.file : library);
}

/* ---- addresses */

uint64_t lay_out(const Linked *l, uint64_t base, Addresses *addresses) {
    uint64_t next = base;
    for (int i = SECTION_CODE; i <= SECTION_DATA; i++) {
        addresses->section[i] = next;
        next = (next + l->sections[i].length + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    }
    return next;
}

static uint64_t address_of(const Symbol *s, const Addresses *addresses) {
    if (s->section != SECTION_RUNTIME) return addresses->section[s->section] + s->offset;
    uint64_t address = addresses->runtime(s->name, addresses->context);
    if (!address) bug(NULL, "the runtime has no %s", text_bytes(s->name));
    return address;
}

void relocate(Linked *l, const Addresses *addresses) {
    for (uint32_t i = 0; i < l->relocations.count; i++) {
        const Relocation *r = &l->relocations.items[i];
        const Symbol *s = &l->symbols.items[r->symbol];
        uint64_t value = address_of(s, addresses) + (uint64_t)r->addend;
        if (r->relative) value -= addresses->section[r->section] + r->offset;
        memcpy(l->sections[r->section].bytes + r->offset, &value, r->relative ? 4 : 8);
    }
}
