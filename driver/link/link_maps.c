/* link_maps.c - the tables about a program: stack maps, functions, names, and the ProgramHeader.
 *
 * The layout of all of them is stated in runtime/maps.h and runtime/slisp.h.
 */
#include "linker.h"

#include "../runtime/slisp.h"

#include <string.h>

static Buffer *rodata(Linker *l) {
    return &l->out->sections[SECTION_RODATA];
}

/* A symbol for a table of a section that starts here, for the header to point at. */
static uint32_t table_symbol(Linker *l, SectionId section, const char *name) {
    put_align(&l->out->sections[section], 8, 0);
    Symbol s = {text(name), section, false, l->out->sections[section].length, 0};
    return define_symbol(l, NAMES_RUNTIME, s.name, s);
}

static uint32_t close_table(Linker *l, uint32_t symbol) {
    Symbol *s = &l->out->symbols.items[symbol];
    s->size = l->out->sections[s->section].length - s->offset;
    return symbol;
}

static StackMapRow stack_map_row(const Linker *l, const Safepoint *s, uint32_t first_slot) {
    Location p = location_of(s->at);
    bool known = s->at != 0;
    return (StackMapRow){.return_offset = s->offset,
                         .frame_bytes = s->depth,
                         .first_slot = first_slot,
                         .slot_count = (uint16_t)(s->row->count - 1),
                         .column = p.column < UINT16_MAX ? (uint16_t)p.column : UINT16_MAX,
                         .line = known ? p.line : 0,
                         .file = file_of(l->out, p),
                         .function = s->function};
}

static uint32_t add_rows(Linker *l) {
    uint32_t table = table_symbol(l, SECTION_RODATA, "slisp_rows"), slots = 0;
    for (uint32_t i = 0; i < l->safepoints.count; i++) {
        StackMapRow row = stack_map_row(l, &l->safepoints.items[i], slots);
        buffer_add(rodata(l), (const char *)&row, sizeof row);
        slots += row.slot_count;
    }
    return close_table(l, table);
}

static uint32_t add_slots(Linker *l) {
    uint32_t table = table_symbol(l, SECTION_RODATA, "slisp_slots");
    for (uint32_t i = 0; i < l->safepoints.count; i++) {
        const Node *row = l->safepoints.items[i].row;
        for (uint32_t k = 1; k < row->count; k++) {
            int64_t word = row->kids[k]->integer / 8;
            if (word > UINT16_MAX) bug(row, "a frame of more than 65536 words");
            put_bytes(rodata(l), (uint64_t)word, sizeof(StackMapSlot));
        }
    }
    return close_table(l, table);
}

/* The names themselves, and a row for each function that points at its name. */
static uint32_t add_names(Linker *l, uint32_t *functions) {
    uint32_t names = table_symbol(l, SECTION_RODATA, "slisp_names");
    uint32_t *offsets = NEW_ARRAY(l->out->arena, uint32_t, l->functions.count + 1);
    uint64_t start = rodata(l)->length;
    for (uint32_t i = 0; i < l->functions.count; i++) {
        Text name = l->out->symbols.items[l->functions.items[i]].name;
        offsets[i] = (uint32_t)(rodata(l)->length - start);
        buffer_add(rodata(l), text_bytes(name), text_length(name) + 1);
    }
    close_table(l, names);
    *functions = table_symbol(l, SECTION_RODATA, "slisp_functions");
    for (uint32_t i = 0; i < l->functions.count; i++) {
        FunctionRow row = {(uint32_t)l->out->symbols.items[l->functions.items[i]].offset,
                           offsets[i]};
        buffer_add(rodata(l), (const char *)&row, sizeof row);
    }
    close_table(l, *functions);
    return names;
}

/* The names in read-only data, an array of pointers to them in data. */
static uint32_t add_files(Linker *l) {
    uint32_t texts = table_symbol(l, SECTION_RODATA, "slisp_file_names");
    int64_t start = (int64_t)rodata(l)->length;
    uint32_t table = table_symbol(l, SECTION_DATA, "slisp_files");
    for (uint32_t i = 0; i < l->out->files.count; i++) {
        Text name = l->out->files.items[i];
        put_address(l, SECTION_DATA, texts, (int64_t)rodata(l)->length - start);
        buffer_add(rodata(l), text_bytes(name), text_length(name) + 1);
    }
    close_table(l, texts);
    return close_table(l, table);
}

static uint32_t add_values(Linker *l, const char *name, const Indices *symbols) {
    uint32_t table = table_symbol(l, SECTION_DATA, name);
    for (uint32_t i = 0; i < symbols->count; i++)
        put_address(l, SECTION_DATA, symbols->items[i], TAG_POINTER);
    return close_table(l, table);
}

/* ---- the header */

static void point(Linker *l, uint64_t offset, uint32_t symbol, int64_t addend) {
    add_relocation(l, (Relocation){SECTION_HEADER, false, symbol, offset, addend});
}

/* A word of the header that points at a library function, 0 when the program does not need it. */
static void point_at_function(Linker *l, uint64_t offset, const char *name) {
    uint32_t symbol = find_symbol(l, NAMES_CODE, text(name));
    if (symbol != NO_SYMBOL) point(l, offset, symbol, 0);
}

static uint32_t bounds_symbol(Linker *l, const char *name, SectionId section, uint64_t offset) {
    Symbol s = {text(name), section, false, offset, 0};
    return define_symbol(l, NAMES_RUNTIME, s.name, s);
}

static void add_bounds(Linker *l) {
    uint64_t length = l->out->sections[SECTION_CODE].length;
    point(l, offsetof(ProgramHeader, code_start), bounds_symbol(l, "slisp_code", SECTION_CODE, 0),
          0);
    point(l, offsetof(ProgramHeader, code_end),
          bounds_symbol(l, "slisp_code_end", SECTION_CODE, length), 0);
    point(l, offsetof(ProgramHeader, cells), bounds_symbol(l, "slisp_cells", SECTION_DATA, 0), 0);
    if (l->start)
        point_at_function(l, offsetof(ProgramHeader, start), text_bytes(l->start->kids[0]->text));
    point_at_function(l, offsetof(ProgramHeader, invoke_0), "core/invoke-0.w1");
    point_at_function(l, offsetof(ProgramHeader, invoke_1), "core/invoke-1.w2");
    point_at_function(l, offsetof(ProgramHeader, invoke_2), "core/invoke-2.w3");
    point_at_function(l, offsetof(ProgramHeader, invoke_many), "core/invoke-many.w1r");
}

void add_maps(Linker *l) {
    uint32_t functions;
    ProgramHeader header = {.row_count = l->safepoints.count,
                            .function_count = l->functions.count,
                            .file_count = l->out->files.count,
                            .library_file = l->out->files.count - 1,
                            .cell_count = l->cells.count,
                            .interned_count = l->interned.count,
                            .shape_count = l->shapes.count};
    buffer_add(&l->out->sections[SECTION_HEADER], (const char *)&header, sizeof header);
    add_bounds(l);
    point(l, offsetof(ProgramHeader, rows), add_rows(l), 0);
    point(l, offsetof(ProgramHeader, slots), add_slots(l), 0);
    point(l, offsetof(ProgramHeader, names), add_names(l, &functions), 0);
    point(l, offsetof(ProgramHeader, functions), functions, 0);
    point(l, offsetof(ProgramHeader, files), add_files(l), 0);
    point(l, offsetof(ProgramHeader, interned), add_values(l, "slisp_interned", &l->interned), 0);
    point(l, offsetof(ProgramHeader, shapes), add_values(l, "slisp_shapes", &l->shapes), 0);
}
