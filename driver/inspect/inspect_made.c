/* inspect_made.c - what slispc has just linked, read back. */
#include "inspect_made.h"

#include "inspect_file.h"

#include <string.h>

static void must_be(Inspection *i, const Linked *l) {
    i->same_files = true;
    if (!is_image_of(i, l->program, &l->header)) {
        fwrite(i->report.bytes, 1, i->report.length, stderr);
        bug(NULL, "the linked program is not what was compiled");
    }
    buffer_free(&i->report);
    arena_free(i->arena);
}

void check_executable(const Linked *l, const Buffer *file) {
    KnownAddresses known = {0};
    Inspection i = {.arena = arena_new()};
    if (!l->is_checked) return;
    if (!inspect_elf(&i, &known, file->bytes, file->length))
        bug(NULL, "what was linked is no executable");
    must_be(&i, l);
}

void check_sections(const Linked *l, const Addresses *at) {
    Inspection i = {.arena = arena_new(),
                    .runtime = at->runtime,
                    .context = at->context,
                    .header_address = at->section[SECTION_HEADER]};
    if (!l->is_checked) return;
    for (int k = SECTION_CODE; k <= SECTION_HEADER; k++) {
        const Buffer *b = &l->sections[k];
        Region r = {at->section[k], b->length, (const uint8_t *)b->bytes};
        PUSH(i.arena, i.regions, r);
    }
    must_be(&i, l);
}

/* Some address for each symbol, as if the runtime were there. */
static uint64_t made_up_address(Text name, void *context) {
    (void)context;
    return PAGE_SIZE + 16 * (uint64_t)name;
}

void check_object(const Linked *l) {
    Linked copy = *l;
    Addresses at = {.runtime = made_up_address};
    if (!l->is_checked) return;
    for (int k = 0; k < SECTION_COUNT; k++) {
        copy.sections[k] = (Buffer){0};
        buffer_add(&copy.sections[k], l->sections[k].bytes ? l->sections[k].bytes : "",
                   l->sections[k].length);
    }
    at.section[SECTION_HEADER] = lay_out(l, CODE_ADDRESS, &at);
    relocate(&copy, &at);
    check_sections(&copy, &at);
    link_free(&copy);
}
