/* inspect_code.c - the image against the program's term: code byte by byte, references by what they
 * lead to, stack maps row by row.
 */
#include "inspect.h"

#include <string.h>

/* ---- where the program's names are */

static uint64_t address_named(const Inspection *i, const uint64_t *addresses, const Node *operand) {
    Text name = operand->kids[0]->text;
    return name < i->names ? addresses[name] : 0;
}

static Text highest_name(const Node *program) {
    Text highest = 0;
    for (uint32_t k = 1; k < program->count; k++) {
        const Node *top = top_inner(program->kids[k]);
        if ((is_form(top, H_code) || is_form(top, H_cell)) && top->kids[0]->text > highest)
            highest = top->kids[0]->text;
    }
    return highest;
}

static bool name_function(Inspection *i, const Node *code, uint64_t number) {
    if (number >= i->header.function_count ||
        strcmp(name_of_function(i, number), text_bytes(code->kids[0]->text)))
        return image_is_wrong(i, "V26", "function %llu of the file is not the program's $%s",
                              (unsigned long long)number, text_bytes(code->kids[0]->text));
    i->function_address[code->kids[0]->text] = i->header.code_start + i->functions[number].start;
    return true;
}

/* A variable is nil before the program gives it its value. */
static bool name_cell(Inspection *i, const Node *cell, uint64_t number) {
    uint64_t address = (uint64_t)(uintptr_t)i->header.cells + 8 * number, value = 0;
    if (number >= i->header.cell_count)
        return image_is_wrong(i, "V26", "the file has fewer global variables than the program");
    memcpy(&value, bytes_at(i, address, 8), 8);
    i->cell_address[cell->kids[0]->text] = address;
    return value == VALUE_NIL || image_is_wrong(i, "V26", "the variable $%s does not start as nil",
                                                text_bytes(cell->kids[0]->text));
}

static bool name_tops(Inspection *i, const Node *program) {
    uint64_t functions = 0, cells = 0;
    i->names = highest_name(program) + 1;
    i->function_address = NEW_ARRAY(i->arena, uint64_t, i->names);
    i->cell_address = NEW_ARRAY(i->arena, uint64_t, i->names);
    for (uint32_t k = 1; k < program->count; k++) {
        const Node *top = top_inner(program->kids[k]);
        if (is_form(top, H_code) && !name_function(i, top, functions++)) return false;
        if (is_form(top, H_cell) && !name_cell(i, top, cells++)) return false;
    }
    return (functions == i->header.function_count && cells == i->header.cell_count) ||
           image_is_wrong(i, "V26", "the file has functions or variables that the program lacks");
}

/* ---- references */

/* Functions are called through their stubs. */
static uint64_t runtime_address(Inspection *i, Text name) {
    KnownRuntime *known = &i->known[name % KNOWN_RUNTIME];
    if (known->name == name) return known->address;
    bool function = !strncmp(text_bytes(name), "rt_", 3);
    known->name = name;
    known->address =
        i->runtime(function ? text_format("%s_stub", text_bytes(name)) : name, i->context);
    return known->address;
}

static bool leads_to(Inspection *i, uint64_t target, const Node *operand) {
    if (is_form(operand, H_code)) return target == address_named(i, i->function_address, operand);
    if (is_form(operand, H_cell)) return target == address_named(i, i->cell_address, operand);
    if (is_form(operand, H_runtime)) return target == runtime_address(i, operand->kids[0]->text);
    target -= TAG_POINTER; /* the others are values */
    if (is_form(operand, H_quote)) return is_constant_at(i, target, operand->kids[0]);
    if (is_form(operand, H_shape)) return is_shape_at(i, target, operand);
    return is_form(operand, H_static) &&
           is_closure_at(i, target, address_named(i, i->function_address, operand));
}

static bool is_reference_right(Inspection *i, uint64_t end, const uint8_t *field,
                               const Node *operand) {
    int32_t distance;
    memcpy(&distance, field, sizeof distance);
    if (leads_to(i, end + (uint64_t)(int64_t)distance, operand)) return true;
    Buffer wanted = {0};
    bool code = is_form(operand, H_code) || is_form(operand, H_runtime) || is_form(operand, H_cell);
    print_flat(&wanted, operand);
    image_is_wrong(i, code ? "V25" : "V26", "this does not lead to %.*s", (int)wanted.length,
                   wanted.bytes);
    buffer_free(&wanted);
    return false;
}

/* ---- code */

/* The value of each hexadecimal digit. */
static const uint8_t digits[256] = {
    ['0'] = 0, ['1'] = 1, ['2'] = 2,  ['3'] = 3,  ['4'] = 4,  ['5'] = 5,  ['6'] = 6,  ['7'] = 7,
    ['8'] = 8, ['9'] = 9, ['a'] = 10, ['b'] = 11, ['c'] = 12, ['d'] = 13, ['e'] = 14, ['f'] = 15};

static bool is_row_right(Inspection *i, const Node *row, uint64_t start) {
    const uint8_t *hex = (const uint8_t *)text_bytes(row->kids[1]->text);
    uint32_t length = text_length(row->kids[1]->text) / 2;
    uint64_t at = start - i->code.address + (uint64_t)row->kids[0]->integer;
    const Node *operand = row->count > 3 && row->kids[3]->kind != N_BLOCK ? row->kids[3] : NULL;
    i->offset = (uint32_t)row->kids[0]->integer;
    if (at + length > i->code.length) return image_is_wrong(i, "V25", "the code ends here");
    const uint8_t *bytes = i->code.bytes + at;
    uint32_t different = 0, end = length - (operand ? 4 : 0);
    for (uint32_t k = 0; k < end; k++)
        different |= bytes[k] ^ (uint32_t)(digits[hex[2 * k]] << 4 | digits[hex[2 * k + 1]]);
    if (different) return image_is_wrong(i, "V25", "the code is not what was proved");
    return !operand ||
           is_reference_right(i, i->code.address + at + length, bytes + length - 4, operand);
}

static bool is_position_right(const StackMapRow *r, Pos at, const DumpHeader *header) {
    Location p = location_of(at);
    uint32_t library = header->files.count;
    uint32_t file = p.file < library ? p.file : library;
    uint32_t column = p.column < UINT16_MAX ? p.column : UINT16_MAX;
    return r->line == (at ? p.line : 0) && r->column == column && r->file == file;
}

static bool are_slots_right(const Inspection *i, const StackMapRow *r, const Node *row) {
    uint64_t start = (uint64_t)(uintptr_t)i->header.slots + sizeof(StackMapSlot) * r->first_slot;
    const uint8_t *bytes = bytes_at(i, start, sizeof(StackMapSlot) * r->slot_count);
    if (!bytes || r->slot_count != row->count - 1) return false;
    for (uint32_t k = 1; k < row->count; k++) {
        StackMapSlot slot;
        memcpy(&slot, bytes + sizeof slot * (k - 1), sizeof slot);
        if ((int64_t)slot * 8 != row->kids[k]->integer) return false;
    }
    return true;
}

typedef struct {
    const DumpHeader *header;
    uint64_t function, row; /* the next ones */
    uint32_t first_slot;
} Progress;

static bool is_map_right(Inspection *i, Progress *p, const Node *row, int64_t depth) {
    i->offset = (uint32_t)row->kids[0]->integer;
    if (p->row >= i->header.row_count)
        return image_is_wrong(i, "V18", "the stack map of the file lacks this call");
    StackMapRow r;
    memcpy(&r, (const uint8_t *)i->rows + sizeof r * p->row++, sizeof r);
    uint64_t end = i->functions[p->function].start + (uint64_t)row->kids[0]->integer;
    bool right = r.return_offset == end && r.frame_bytes == depth && r.function == p->function &&
                 r.first_slot == p->first_slot && !r.reserved && are_slots_right(i, &r, row);
    p->first_slot += r.slot_count;
    if (!right) return image_is_wrong(i, "V18", "the file has another row for this call");
    return is_position_right(&r, row->at, p->header) ||
           image_is_wrong(i, "V27", "the file has another source position for this call");
}

/* Functions start on a multiple of 16; between them are traps. */
static bool is_padding(Inspection *i, uint64_t from, uint64_t to) {
    const uint8_t *bytes = bytes_at(i, from, to - from);
    for (uint64_t k = 0; bytes && k < to - from; k++)
        if (bytes[k] != 0xcc) return false;
    return bytes && to >= from && to - from < 16;
}

static bool is_function_right(Inspection *i, Progress *p, const Node *code) {
    uint64_t start = i->header.code_start + i->functions[p->function].start, end = start;
    int64_t depth = 0;
    i->function = code;
    for (uint32_t k = 2; k < code->count; k++) {
        const Node *row = code->kids[k];
        if (is_form(row, H_depth)) depth = row->kids[1]->integer;
        if (is_form(row, H_stack_map) && !is_map_right(i, p, row, depth)) return false;
        if (!is_form(row, H_at)) continue;
        if (!is_row_right(i, row, start)) return false;
        end = start + (uint64_t)row->kids[0]->integer + text_length(row->kids[1]->text) / 2;
    }
    bool last = ++p->function == i->header.function_count;
    uint64_t next =
        last ? i->header.code_end : i->header.code_start + i->functions[p->function].start;
    return is_padding(i, end, next) ||
           image_is_wrong(i, "V25", "something stands behind the function");
}

/* ---- the program */

static bool points_at(Inspection *i, uint64_t address, const char *name, const char *what) {
    Text t = text(name);
    uint64_t wanted = t < i->names ? i->function_address[t] : 0;
    return address == wanted || image_is_wrong(i, "V26", "the header's %s is not $%s", what, name);
}

static bool is_header_right(Inspection *i, const Node *program) {
    const ProgramHeader *h = &i->header;
    const Node *start = NULL;
    for (uint32_t k = 1; k < program->count; k++)
        if (is_form(program->kids[k], H_start)) start = program->kids[k];
    if (start && !points_at(i, h->start, text_bytes(start->kids[0]->text), "start")) return false;
    return points_at(i, h->invoke_0, "core/invoke-0.w1", "invoke_0") &&
           points_at(i, h->invoke_1, "core/invoke-1.w2", "invoke_1") &&
           points_at(i, h->invoke_2, "core/invoke-2.w3", "invoke_2") &&
           points_at(i, h->invoke_many, "core/invoke-many.w1r", "invoke_many");
}

static bool are_files_right(Inspection *i, const DumpHeader *header) {
    uint64_t start = (uint64_t)(uintptr_t)i->header.files;
    const uint8_t *table = bytes_at(i, start, 8 * i->header.file_count);
    if (i->header.file_count != header->files.count + 1 ||
        i->header.library_file != header->files.count)
        return image_is_wrong(i, "V26", "the file says that its source has other files");
    for (uint32_t k = 0; i->same_files && k < header->files.count; k++) {
        uint64_t address;
        memcpy(&address, table + 8 * k, 8);
        uint32_t length = text_length(header->files.items[k]) + 1;
        const uint8_t *name = bytes_at(i, address, length);
        if (!name || memcmp(name, text_bytes(header->files.items[k]), length))
            return image_is_wrong(i, "V26", "the name of a source file is another one");
    }
    return true;
}

bool is_image_of(Inspection *i, const Node *program, const DumpHeader *header) {
    Progress p = {.header = header};
    if (!read_tables(i) || !name_tops(i, program)) return false;
    for (uint32_t k = 1; k < program->count; k++) {
        const Node *top = top_inner(program->kids[k]);
        if (is_form(top, H_code) && !is_function_right(i, &p, top)) return false;
    }
    i->function = NULL;
    if (p.row != i->header.row_count)
        return image_is_wrong(i, "V18", "the stack map has rows that the program lacks");
    return is_header_right(i, program) && are_files_right(i, header);
}
