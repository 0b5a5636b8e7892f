/* inspect_file.c - executables as they are in a file: which bytes are loaded where, what symbols
 * are called. Nothing that the file says of itself is believed before it is compared with its
 * length.
 */
#include "inspect_file.h"

#include <elf.h>
#include <string.h>

typedef struct {
    const char *bytes;
    uint64_t length;
    Elf64_Ehdr header;
    Elf64_Shdr symbols, names; /* sh_size 0: there are none */
} ElfRead;

static const char *part_of(const ElfRead *f, uint64_t offset, uint64_t length) {
    return offset <= f->length && length <= f->length - offset ? f->bytes + offset : NULL;
}

static bool read_header(ElfRead *f) {
    const char *bytes = part_of(f, 0, sizeof f->header);
    if (!bytes || memcmp(bytes, ELFMAG, SELFMAG)) return false;
    memcpy(&f->header, bytes, sizeof f->header);
    return f->header.e_ident[EI_CLASS] == ELFCLASS64 && f->header.e_machine == EM_X86_64 &&
           f->header.e_type == ET_EXEC && f->header.e_phentsize == sizeof(Elf64_Phdr) &&
           f->header.e_shentsize == sizeof(Elf64_Shdr);
}

static bool section_header(const ElfRead *f, uint32_t number, Elf64_Shdr *s) {
    const char *bytes = part_of(f, f->header.e_shoff + number * sizeof *s, sizeof *s);
    if (number >= f->header.e_shnum || !bytes) return false;
    memcpy(s, bytes, sizeof *s);
    return part_of(f, s->sh_offset, s->sh_type == SHT_NOBITS ? 0 : s->sh_size) != NULL;
}

static bool find_symbols(ElfRead *f) {
    Elf64_Shdr s;
    for (uint32_t i = 0; section_header(f, i, &s); i++)
        if (s.sh_type == SHT_SYMTAB) {
            f->symbols = s;
            return section_header(f, s.sh_link, &f->names) && f->names.sh_size &&
                   !f->bytes[f->names.sh_offset + f->names.sh_size - 1];
        }
    return false;
}

static bool add_segments(const ElfRead *f, Inspection *i) {
    for (uint32_t k = 0; k < f->header.e_phnum; k++) {
        Elf64_Phdr p;
        const char *bytes = part_of(f, f->header.e_phoff + k * sizeof p, sizeof p);
        if (!bytes) return false;
        memcpy(&p, bytes, sizeof p);
        if (p.p_type != PT_LOAD) continue;
        const char *loaded = part_of(f, p.p_offset, p.p_filesz);
        if (!loaded || p.p_vaddr + p.p_filesz < p.p_vaddr) return false;
        Region r = {p.p_vaddr, p.p_filesz, (const uint8_t *)loaded};
        PUSH(i->arena, i->regions, r);
    }
    return true;
}

/* What a program may refer to, by name. */
static uint64_t symbol_in(Text name, void *context) {
    const KnownAddresses *known = context;
    return name < known->count ? known->addresses[name] : 0;
}

static void add_symbols(const ElfRead *f, Inspection *i, KnownAddresses *known) {
    VEC(Text) names = {0};
    VEC(uint64_t) values = {0};
    for (uint64_t k = 0; k < f->symbols.sh_size / sizeof(Elf64_Sym); k++) {
        Elf64_Sym s;
        memcpy(&s, f->bytes + f->symbols.sh_offset + k * sizeof s, sizeof s);
        if (s.st_name >= f->names.sh_size || s.st_shndx == SHN_UNDEF) continue;
        const char *name = f->bytes + f->names.sh_offset + s.st_name;
        if (strncmp(name, "rt_", 3) && strncmp(name, "slisp_", 6)) continue;
        PUSH(i->arena, names, text(name));
        PUSH(i->arena, values, s.st_value);
        if (names.items[names.count - 1] >= known->count)
            known->count = names.items[names.count - 1] + 1;
    }
    known->addresses = NEW_ARRAY(i->arena, uint64_t, known->count);
    for (uint32_t k = 0; k < names.count; k++)
        known->addresses[names.items[k]] = values.items[k];
}

bool is_elf(const char *bytes, size_t length) {
    return length >= SELFMAG && !memcmp(bytes, ELFMAG, SELFMAG);
}

bool inspect_elf(Inspection *i, KnownAddresses *known, const char *bytes, size_t length) {
    ElfRead f = {.bytes = bytes, .length = length};
    if (!read_header(&f) || !find_symbols(&f) || !add_segments(&f, i)) return false;
    add_symbols(&f, i, known);
    i->runtime = symbol_in;
    i->context = known;
    i->header_address = symbol_in(text("slisp_program"), known);
    const uint8_t *header = bytes_at(i, i->header_address, sizeof(ProgramHeader));
    if (!header) return false;
    memcpy(&i->header, header, sizeof i->header);
    return i->header.code_start != 0; /* the runtime without a program has none */
}
