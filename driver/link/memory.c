/* memory.c - maps a program into slispc itself and runs it, at the addresses of an executable.
 *
 * slispc holds the same runtime as the image that programs are added to. No page is ever writable
 * and executable at once.
 */
#include "inspect_made.h"

#include "../runtime/slisp.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static uint64_t own_symbol(Text name, void *context) {
    (void)context;
    static const struct {
        const char *name;
        uint64_t *address;
    } objects[] = {{"slisp_empty_list", slisp_empty_list},
                   {"slisp_empty_vector", slisp_empty_vector},
                   {"slisp_empty_map", slisp_empty_map},
                   {"slisp_empty_set", slisp_empty_set}};
    const char *bytes = text_bytes(name);
    size_t length = text_length(name), suffix = strlen("_stub");
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++)
        if (!strcmp(bytes, objects[i].name)) return (uint64_t)(uintptr_t)objects[i].address;
    if (length < suffix || strcmp(bytes + length - suffix, "_stub")) return 0;
    return slisp_stub(text_bytes(text_of(bytes, length - suffix)));
}

/* Lays the program out where executables have it, or, when something of slispc's own happens to lie
 * there (the kernel chooses where its heap starts), at another address below 2 GiB. The room is
 * taken. */
static void take_room(const Linked *l, Addresses *at) {
    for (uint64_t base = CODE_ADDRESS; base < INT32_MAX - CODE_ADDRESS; base += CODE_ADDRESS) {
        void *wanted = (void *)(uintptr_t)base;
        uint64_t length = lay_out(l, base, at) - base;
        void *place =
            mmap(wanted, length, PROT_NONE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
        if (place == wanted) return;
        if (place != MAP_FAILED) munmap(place, length); /* a kernel that does not know NOREPLACE */
    }
    fail(errno, "no room for the program in memory");
}

static void map_section(uint64_t address, const Buffer *bytes, int access) {
    if (!bytes->length) return;
    void *place = mmap((void *)(uintptr_t)address, bytes->length, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    if (place == MAP_FAILED) fail(errno, "no room for the program in memory");
    memcpy(place, bytes->bytes, bytes->length);
    if (mprotect(place, bytes->length, access)) fail(errno, "cannot protect the program in memory");
}

static void unmap_section(uint64_t address, const Buffer *bytes) {
    if (bytes->length) munmap((void *)(uintptr_t)address, bytes->length);
}

int run_in_memory(Linked *l, int argc, char **argv) {
    static const int access[SECTION_COUNT] = {[SECTION_CODE] = PROT_READ | PROT_EXEC,
                                              [SECTION_RODATA] = PROT_READ,
                                              [SECTION_DATA] = PROT_READ | PROT_WRITE};
    Addresses at = {.runtime = own_symbol};
    ProgramHeader header;
    take_room(l, &at);
    at.section[SECTION_HEADER] = (uint64_t)(uintptr_t)&header;
    relocate(l, &at);
    check_sections(l, &at);
    memcpy(&header, l->sections[SECTION_HEADER].bytes, sizeof header);
    for (int i = SECTION_CODE; i <= SECTION_DATA; i++)
        map_section(at.section[i], &l->sections[i], access[i]);
    int code = slisp_run(&header, argc, argv);
    for (int i = SECTION_CODE; i <= SECTION_DATA; i++)
        unmap_section(at.section[i], &l->sections[i]);
    return code;
}
