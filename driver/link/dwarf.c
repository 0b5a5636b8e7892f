/* dwarf.c - what debuggers and profilers want to know: DWARF 4 line table, unit and functions, and
 * how to unwind.
 */
#include "link.h"

#include <string.h>

const char *const debug_section_names[DEBUG_COUNT] = {".debug_line", ".debug_info", ".debug_abbrev",
                                                      ".debug_frame"};

enum { /* of the DWARF standard */
       DW_TAG_compile_unit = 0x11,
       DW_TAG_subprogram = 0x2e,
       DW_AT_name = 0x03,
       DW_AT_stmt_list = 0x10,
       DW_AT_low_pc = 0x11,
       DW_AT_high_pc = 0x12,
       DW_AT_language = 0x13,
       DW_AT_producer = 0x25,
       DW_FORM_addr = 0x01,
       DW_FORM_data2 = 0x05,
       DW_FORM_data8 = 0x07,
       DW_FORM_string = 0x08,
       DW_FORM_sec_offset = 0x17,
       DW_LANG_Mips_Assembler = 0x8001,
       DW_LNS_copy = 1,
       DW_LNS_advance_pc = 2,
       DW_LNS_advance_line = 3,
       DW_LNS_set_file = 4,
       DW_LNS_set_column = 5,
       DW_LNE_end_sequence = 1,
       DW_LNE_set_address = 2,
       DW_CFA_def_cfa = 0x0c,
       DW_CFA_def_cfa_offset = 0x0e,
       DW_CFA_advance_loc4 = 0x04,
       DW_CFA_offset = 0x80,
       REGISTER_RSP = 7,
       REGISTER_RETURN = 16
};

typedef struct {
    const Linked *linked;
    Debug *debug;
} Maker;

static Buffer *section(Maker *m, DebugId id) {
    return &m->debug->sections[id];
}

static void put_unsigned(Buffer *b, uint64_t value) {
    do {
        put_bytes(b, (value & 0x7f) | (value > 0x7f ? 0x80 : 0), 1);
        value >>= 7;
    } while (value);
}

static void put_signed(Buffer *b, int64_t value) {
    while (value < -64 || value > 63) {
        put_bytes(b, ((uint64_t)value & 0x7f) | 0x80, 1);
        value >>= 7;
    }
    put_bytes(b, (uint64_t)value & 0x7f, 1);
}

static void put_text(Buffer *b, const char *text) {
    buffer_add(b, text, strlen(text) + 1);
}

static void put_field(Maker *m, DebugId id, DebugId target, uint32_t width, uint64_t addend) {
    DebugField f = {id, target, width, section(m, id)->length, addend};
    PUSH(m->linked->arena, m->debug->fields, f);
    put_bytes(section(m, id), addend, width);
}

/* Leaves room for a length; close_length fills it in. */
static uint64_t open_length(Buffer *b) {
    put_bytes(b, 0, 4);
    return b->length;
}

static void close_length(Buffer *b, uint64_t start) {
    uint32_t length = (uint32_t)(b->length - start);
    memcpy(b->bytes + start - 4, &length, 4);
}

/* ---- lines */

static void line_header(Maker *m) {
    static const char lengths[] = {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1};
    Buffer *b = section(m, DEBUG_LINE);
    put_bytes(b, 4, 2);
    uint64_t start = open_length(b);
    put_bytes(b, 1, 1);           /* shortest instruction */
    put_bytes(b, 1, 1);           /* operations in one */
    put_bytes(b, 1, 1);           /* every row is a statement */
    put_bytes(b, (uint8_t)-5, 1); /* special opcodes: not used */
    put_bytes(b, 14, 1);
    put_bytes(b, sizeof lengths + 1, 1);
    buffer_add(b, lengths, sizeof lengths);
    put_text(b, ""); /* directories */
    for (uint32_t i = 0; i < m->linked->files.count; i++) {
        put_text(b, text_bytes(m->linked->files.items[i]));
        put_bytes(b, 0, 3); /* directory, time, length */
    }
    put_text(b, "");
    close_length(b, start);
}

static void line_row(Maker *m, const LineMark *mark, const LineMark *before, Location *now) {
    Buffer *b = section(m, DEBUG_LINE);
    Location p = mark->at ? location_of(mark->at) : (Location){.file = now->file};
    p.file = file_of(m->linked, p);
    put_bytes(b, DW_LNS_advance_pc, 1);
    put_unsigned(b, mark->offset - (before ? before->offset : 0));
    put_bytes(b, DW_LNS_advance_line, 1);
    put_signed(b, (int64_t)p.line - now->line);
    if (p.file != now->file) {
        put_bytes(b, DW_LNS_set_file, 1);
        put_unsigned(b, p.file + 1u);
    }
    put_bytes(b, DW_LNS_set_column, 1);
    put_unsigned(b, p.column);
    put_bytes(b, DW_LNS_copy, 1);
    *now = p;
}

static void make_lines(Maker *m) {
    const Linked *l = m->linked;
    Buffer *b = section(m, DEBUG_LINE);
    uint64_t start = open_length(b), last = 0;
    Location now = {.line = 1};
    line_header(m);
    put_bytes(b, 0x0900, 2);
    put_bytes(b, DW_LNE_set_address, 1);
    put_field(m, DEBUG_LINE, DEBUG_CODE, 8, 0);
    for (uint32_t i = 0; i < l->lines.count; i++) {
        const LineMark *mark = &l->lines.items[i];
        line_row(m, mark, i ? mark - 1 : NULL, &now);
        last = mark->offset;
    }
    put_bytes(b, DW_LNS_advance_pc, 1);
    put_unsigned(b, l->sections[SECTION_CODE].length - last);
    put_bytes(b, 0x0100, 2);
    put_bytes(b, DW_LNE_end_sequence, 1);
    close_length(b, start);
}

/* ---- the unit and its functions */

static void make_abbreviations(Maker *m) {
    static const uint8_t bytes[] = {1,
                                    DW_TAG_compile_unit,
                                    1,
                                    DW_AT_producer,
                                    DW_FORM_string,
                                    DW_AT_language,
                                    DW_FORM_data2,
                                    DW_AT_name,
                                    DW_FORM_string,
                                    DW_AT_low_pc,
                                    DW_FORM_addr,
                                    DW_AT_high_pc,
                                    DW_FORM_data8,
                                    DW_AT_stmt_list,
                                    DW_FORM_sec_offset,
                                    0,
                                    0,
                                    2,
                                    DW_TAG_subprogram,
                                    0,
                                    DW_AT_name,
                                    DW_FORM_string,
                                    DW_AT_low_pc,
                                    DW_FORM_addr,
                                    DW_AT_high_pc,
                                    DW_FORM_data8,
                                    0,
                                    0,
                                    0};
    buffer_add(section(m, DEBUG_ABBREV), (const char *)bytes, sizeof bytes);
}

static void unit_entry(Maker *m) {
    const Linked *l = m->linked;
    Buffer *b = section(m, DEBUG_INFO);
    put_unsigned(b, 1);
    put_text(b, "slispc");
    put_bytes(b, DW_LANG_Mips_Assembler, 2);
    put_text(b, text_bytes(l->files.items[0]));
    put_field(m, DEBUG_INFO, DEBUG_CODE, 8, 0);
    put_bytes(b, l->sections[SECTION_CODE].length, 8);
    put_field(m, DEBUG_INFO, DEBUG_LINE, 4, 0);
}

static void make_info(Maker *m) {
    const Linked *l = m->linked;
    Buffer *b = section(m, DEBUG_INFO);
    uint64_t start = open_length(b);
    put_bytes(b, 4, 2);
    put_field(m, DEBUG_INFO, DEBUG_ABBREV, 4, 0);
    put_bytes(b, 8, 1);
    unit_entry(m);
    for (uint32_t i = 0; i < l->symbols.count; i++) {
        const Symbol *s = &l->symbols.items[i];
        if (!s->is_function) continue;
        put_unsigned(b, 2);
        put_text(b, text_bytes(s->name));
        put_field(m, DEBUG_INFO, DEBUG_CODE, 8, s->offset);
        put_bytes(b, s->size, 8);
    }
    put_unsigned(b, 0);
    close_length(b, start);
}

/* ---- unwinding */

static void common_entry(Maker *m) {
    Buffer *b = section(m, DEBUG_FRAME);
    uint64_t start = open_length(b);
    put_bytes(b, UINT32_MAX, 4);
    put_bytes(b, 1, 1);
    put_text(b, "");
    put_unsigned(b, 1);
    put_signed(b, -8);
    put_bytes(b, REGISTER_RETURN, 1);
    put_bytes(b, DW_CFA_def_cfa, 1);
    put_unsigned(b, REGISTER_RSP);
    put_unsigned(b, 8);
    put_bytes(b, DW_CFA_offset | REGISTER_RETURN, 1);
    put_unsigned(b, 1);
    put_align(b, 4, 0);
    close_length(b, start);
}

/* One function; `mark` is its first depth mark. Gives the one after its last. */
static uint32_t frame_entry(Maker *m, const Symbol *f, uint32_t mark) {
    const Linked *l = m->linked;
    Buffer *b = section(m, DEBUG_FRAME);
    uint64_t start = open_length(b), at = f->offset;
    put_field(m, DEBUG_FRAME, DEBUG_FRAME, 4, 0);
    put_field(m, DEBUG_FRAME, DEBUG_CODE, 8, f->offset);
    put_bytes(b, f->size, 8);
    for (; mark < l->depths.count && l->depths.items[mark].offset < f->offset + f->size; mark++) {
        const DepthMark *d = &l->depths.items[mark];
        put_bytes(b, DW_CFA_advance_loc4, 1);
        put_bytes(b, d->offset - at, 4);
        put_bytes(b, DW_CFA_def_cfa_offset, 1);
        put_unsigned(b, d->depth + 8);
        at = d->offset;
    }
    put_align(b, 4, 0);
    close_length(b, start);
    return mark;
}

static void make_frames(Maker *m) {
    const Linked *l = m->linked;
    uint32_t mark = 0;
    common_entry(m);
    for (uint32_t i = 0; i < l->symbols.count; i++)
        if (l->symbols.items[i].is_function) mark = frame_entry(m, &l->symbols.items[i], mark);
}

void make_debug(const Linked *l, Debug *out) {
    *out = (Debug){0};
    Maker m = {l, out};
    make_lines(&m);
    make_abbreviations(&m);
    make_info(&m);
    make_frames(&m);
}

void free_debug(Debug *d) {
    for (int i = 0; i < DEBUG_COUNT; i++)
        buffer_free(&d->sections[i]);
}
