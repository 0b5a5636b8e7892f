/* inspect_tables.c - the ProgramHeader and what it points at. */
#include "inspect.h"

#include <stdarg.h>
#include <string.h>

/* What is loaded from the address on, and how much of it. Where one region ends another may start:
 * the end of the first is meant only by what is empty. */
static const uint8_t *bytes_from(const Inspection *i, uint64_t address, uint64_t *length) {
    const uint8_t *found = NULL;
    for (uint32_t k = 0; k < i->regions.count; k++) {
        const Region *r = &i->regions.items[k];
        if (address < r->address || address - r->address > r->length) continue;
        uint64_t rest = r->length - (address - r->address);
        if (found && rest <= *length) continue;
        *length = rest;
        found = r->bytes + (address - r->address);
    }
    return found;
}

const uint8_t *bytes_at(const Inspection *i, uint64_t address, uint64_t length) {
    uint64_t there = 0;
    const uint8_t *bytes = bytes_from(i, address, &there);
    return bytes && length <= there ? bytes : NULL;
}

bool image_is_wrong(Inspection *i, const char *rule, const char *format, ...) {
    va_list arguments;
    if (i->failed) return false;
    i->failed = true;
    buffer_print(&i->report, "error[%s]: ", rule);
    va_start(arguments, format);
    buffer_print_list(&i->report, format, arguments);
    va_end(arguments);
    if (i->function) {
        buffer_print(&i->report, "    (in ");
        print_flat(&i->report, i->function->kids[0]);
        buffer_print(&i->report, ", at %u)", i->offset);
    }
    buffer_print(&i->report, "\n");
    return false;
}

/* A table of `count` things of `size` bytes; NULL, and reported, when it is not all there. */
static const void *table_at(Inspection *i, const void *address, uint64_t count, uint64_t size,
                            const char *what) {
    uint64_t start = (uint64_t)(uintptr_t)address;
    const uint8_t *bytes = count <= UINT32_MAX ? bytes_at(i, start, count * size) : NULL;
    if (!bytes) image_is_wrong(i, "V26", "the program's %s are not in the file", what);
    return bytes;
}

const char *name_of_function(const Inspection *i, uint64_t number) {
    uint64_t start = (uint64_t)(uintptr_t)i->header.names + i->functions[number].name, there = 0;
    const uint8_t *name = bytes_from(i, start, &there);
    return name && memchr(name, 0, there) ? (const char *)name : NULL;
}

/* Functions lie one after the other, in the order of the table. */
static bool are_functions_in_order(Inspection *i) {
    uint64_t length = i->header.code_end - i->header.code_start;
    i->code = (Region){i->header.code_start, length, bytes_at(i, i->header.code_start, length)};
    if (!i->code.bytes) return image_is_wrong(i, "V26", "the program's code is not in the file");
    for (uint64_t k = 0; k < i->header.function_count; k++) {
        uint64_t start = i->functions[k].start;
        if (start >= length || (k && start <= i->functions[k - 1].start))
            return image_is_wrong(i, "V26", "the table of functions is not in order");
        if (!name_of_function(i, k))
            return image_is_wrong(i, "V26", "a function's name is not in the file");
    }
    return true;
}

/* Each object once. */
static bool note_listed(Inspection *i, const void *list, uint64_t count, const char *what) {
    const uint8_t *values = table_at(i, list, count, sizeof(Value), what);
    for (uint64_t k = 0; values && k < count; k++) {
        uint64_t value;
        memcpy(&value, values + 8 * k, 8);
        uint64_t word = (value - TAG_POINTER - i->data.address) / 8;
        if (value % 8 != TAG_POINTER || word >= i->data.length / 8 || i->is_listed[word])
            return image_is_wrong(i, "V26", "the list of %s is wrong", what);
        i->is_listed[word] = 1;
    }
    return values != NULL;
}

/* The program's data starts with its global variables. */
static bool read_lists(Inspection *i) {
    const ProgramHeader *h = &i->header;
    uint64_t cells = (uint64_t)(uintptr_t)h->cells;
    for (uint32_t k = 0; k < i->regions.count; k++) {
        const Region *r = &i->regions.items[k];
        if (cells >= r->address && cells - r->address <= r->length) i->data = *r;
    }
    i->is_listed = NEW_ARRAY(i->arena, uint8_t, i->data.length / 8 + 1);
    return note_listed(i, h->interned, h->interned_count, "keywords and symbols") &&
           note_listed(i, h->shapes, h->shape_count, "shapes");
}

bool read_tables(Inspection *i) {
    const uint8_t *header = bytes_at(i, i->header_address, sizeof i->header);
    if (!header) return image_is_wrong(i, "V26", "the program's header is not in the file");
    memcpy(&i->header, header, sizeof i->header);
    const ProgramHeader *h = &i->header;
    i->functions = table_at(i, h->functions, h->function_count, sizeof *i->functions, "functions");
    i->rows = table_at(i, h->rows, h->row_count, sizeof *i->rows, "stack maps");
    table_at(i, h->cells, h->cell_count, sizeof(Value), "global variables");
    table_at(i, h->files, h->file_count, sizeof(char *), "file names");
    return !i->failed && read_lists(i) && are_functions_in_order(i);
}
