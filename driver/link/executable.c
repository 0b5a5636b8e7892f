/* executable.c - a static executable: the runtime's image with the program added.
 *
 * slispc carries the runtime as a linked ELF executable. A program's sections go after the image's
 * loaded bytes, at addresses of their own; its ProgramHeader is written over the symbol
 * slisp_program. Notes are left out of the image's program headers: that makes room for the
 * program's segments without moving anything.
 */
#include "elf_file.h"
#include "inspect_made.h"

#include "output.h"

#include <string.h>

extern const char runtime_image[], runtime_image_end[];

typedef struct {
    Text name;
    uint64_t address;
} KnownSymbol;

typedef struct {
    const Elf64_Ehdr *header;
    const Elf64_Phdr *segments;
    const Elf64_Shdr *sections;
    const Elf64_Sym *symbols;
    uint32_t symbol_count;
    const char *symbol_names;
    uint16_t symbol_table;
    VEC(KnownSymbol) known;
} Image;

static const void *image_at(uint64_t offset) {
    return __builtin_assume_aligned(runtime_image + offset, 8);
}

/* Notes the symbols that programs may refer to; there are few beside those of libc. */
static void read_symbols(Image *image, Arena *arena) {
    for (uint32_t i = 1; i < image->symbol_count; i++) {
        const Elf64_Sym *s = &image->symbols[i];
        const char *name = image->symbol_names + s->st_name;
        bool ours = !strncmp(name, "rt_", 3) || !strncmp(name, "slisp_", 6);
        if (ours && s->st_shndx != SHN_UNDEF)
            PUSH(arena, image->known, ((KnownSymbol){text(name), s->st_value}));
    }
}

static Image read_image(Arena *arena) {
    const Elf64_Ehdr *h = image_at(0);
    Image image = {.header = h, .segments = image_at(h->e_phoff), .sections = image_at(h->e_shoff)};
    for (uint16_t i = 0; i < h->e_shnum; i++) {
        const Elf64_Shdr *s = &image.sections[i];
        if (s->sh_type != SHT_SYMTAB) continue;
        image.symbol_table = i;
        image.symbols = image_at(s->sh_offset);
        image.symbol_count = (uint32_t)(s->sh_size / sizeof(Elf64_Sym));
        image.symbol_names = runtime_image + image.sections[s->sh_link].sh_offset;
    }
    read_symbols(&image, arena);
    return image;
}

static uint64_t image_symbol(Text name, void *context) {
    const Image *image = context;
    for (uint32_t i = 0; i < image->known.count; i++)
        if (image->known.items[i].name == name) return image->known.items[i].address;
    return 0;
}

/* ---- what is kept of the image */

static uint64_t loaded_bytes(const Image *image) {
    uint64_t end = 0;
    for (uint16_t i = 0; i < image->header->e_phnum; i++) {
        const Elf64_Phdr *p = &image->segments[i];
        if (p->p_type == PT_LOAD && p->p_offset + p->p_filesz > end)
            end = p->p_offset + p->p_filesz;
    }
    return end;
}

static uint16_t loaded_sections(const Image *image) {
    uint16_t count = 1;
    for (uint16_t i = 1; i < image->header->e_shnum; i++)
        if (image->sections[i].sh_flags & SHF_ALLOC) count = i + 1;
    return count;
}

static void copy_sections(ElfFile *f, const Image *image) {
    const Elf64_Shdr *names = &image->sections[image->header->e_shstrndx];
    buffer_add(&f->bytes, runtime_image, loaded_bytes(image));
    buffer_add(&f->names, runtime_image + names->sh_offset, names->sh_size);
    for (uint16_t i = 0; i < loaded_sections(image); i++)
        PUSH(f->arena, f->sections, image->sections[i]);
}

/* Symbols of sections that are not kept become absolute: only file names and the like. */
static void copy_symbols(ElfFile *f, const Image *image) {
    const Elf64_Shdr *table = &image->sections[image->symbol_table];
    const Elf64_Shdr *names = &image->sections[table->sh_link];
    buffer_add(&f->symbol_names, runtime_image + names->sh_offset, names->sh_size);
    for (uint32_t i = 0; i < image->symbol_count; i++) {
        Elf64_Sym s = image->symbols[i];
        if (s.st_shndx < SHN_LORESERVE && s.st_shndx >= loaded_sections(image))
            s.st_shndx = SHN_ABS;
        buffer_add(&f->symbols, (const char *)&s, sizeof s);
    }
}

/* ---- what is added */

typedef struct {
    const char *name;
    uint64_t flags;  /* of the section */
    uint32_t access; /* of the segment */
} Part;

static const Part parts[SECTION_COUNT] = {
    [SECTION_CODE] = {".slisp.text", SHF_ALLOC | SHF_EXECINSTR, PF_R | PF_X},
    [SECTION_RODATA] = {".slisp.rodata", SHF_ALLOC, PF_R},
    [SECTION_DATA] = {".slisp.data", SHF_ALLOC | SHF_WRITE, PF_R | PF_W},
};

static void add_sections(ElfFile *f, const Linked *l, const Addresses *at, uint16_t *indices) {
    for (int i = SECTION_CODE; i <= SECTION_DATA; i++) {
        Elf64_Shdr s = {.sh_type = SHT_PROGBITS,
                        .sh_flags = parts[i].flags,
                        .sh_addr = at->section[i],
                        .sh_addralign = PAGE_SIZE};
        indices[i] = elf_section(f, parts[i].name, s, &l->sections[i]);
    }
}

static Elf64_Phdr new_segment(const Elf64_Shdr *s, uint32_t access) {
    return (Elf64_Phdr){.p_type = PT_LOAD,
                        .p_flags = access,
                        .p_offset = s->sh_offset,
                        .p_vaddr = s->sh_addr,
                        .p_paddr = s->sh_addr,
                        .p_filesz = s->sh_size,
                        .p_memsz = s->sh_size,
                        .p_align = PAGE_SIZE};
}

static bool is_dropped(const Elf64_Phdr *p) {
    return p->p_type == PT_NOTE || p->p_type == PT_GNU_PROPERTY || p->p_type == PT_NULL;
}

static uint16_t last_loaded(const Image *image) {
    uint16_t last = 0;
    for (uint16_t i = 0; i < image->header->e_phnum; i++)
        if (image->segments[i].p_type == PT_LOAD) last = i;
    return last;
}

/* The image's segments without notes; ours are after its last PT_LOAD, by rising address. */
static void write_segments(ElfFile *f, const Image *image, const uint16_t *indices) {
    VEC(Elf64_Phdr) out = {0};
    for (uint16_t i = 0; i < image->header->e_phnum; i++) {
        if (!is_dropped(&image->segments[i])) PUSH(f->arena, out, image->segments[i]);
        for (int part = SECTION_CODE; i == last_loaded(image) && part <= SECTION_DATA; part++) {
            const Elf64_Shdr *s = &f->sections.items[indices[part]];
            if (s->sh_size) PUSH(f->arena, out, new_segment(s, parts[part].access));
        }
    }
    if (out.count > image->header->e_phnum)
        bug(NULL, "the runtime's image has no room for segments");
    memcpy(f->bytes.bytes + image->header->e_phoff, out.items, out.count * sizeof *out.items);
    ((Elf64_Ehdr *)(void *)f->bytes.bytes)->e_phnum = (uint16_t)out.count;
}

/* Writes the header's bytes where the image has slisp_program. */
static void write_program_header(ElfFile *f, const Image *image, const Linked *l,
                                 uint64_t address) {
    const Buffer *header = &l->sections[SECTION_HEADER];
    for (uint16_t i = 0; i < image->header->e_phnum; i++) {
        const Elf64_Phdr *p = &image->segments[i];
        bool holds = p->p_type == PT_LOAD && address >= p->p_vaddr &&
                     address + header->length <= p->p_vaddr + p->p_filesz;
        if (!holds) continue;
        memcpy(f->bytes.bytes + p->p_offset + (address - p->p_vaddr), header->bytes,
               header->length);
        return;
    }
    bug(NULL, "slisp_program is not in the image's data");
}

static void add_symbols(ElfFile *f, const Linked *l, const Addresses *at, const uint16_t *indices) {
    for (uint32_t i = 1; i < l->symbols.count; i++) {
        const Symbol *s = &l->symbols.items[i];
        if (s->section == SECTION_RUNTIME) continue;
        elf_symbol(f, s->name, STB_GLOBAL, s->is_function ? STT_FUNC : STT_OBJECT,
                   indices[s->section], at->section[s->section] + s->offset, s->size);
    }
}

static void add_debug(ElfFile *f, const Linked *l, const Addresses *at) {
    Debug d;
    make_debug(l, &d);
    for (uint32_t i = 0; i < d.fields.count; i++) {
        const DebugField *field = &d.fields.items[i];
        if (field->target == DEBUG_CODE)
            set_word(&d.sections[field->section], field->offset,
                     at->section[SECTION_CODE] + field->addend);
    }
    for (int i = 0; i < DEBUG_COUNT; i++) {
        Elf64_Shdr s = {.sh_type = SHT_PROGBITS, .sh_addralign = 8};
        elf_section(f, debug_section_names[i], s, &d.sections[i]);
    }
    free_debug(&d);
}

/* The symbol table comes next; sections of the image that name theirs are to name it. */
static void link_sections(ElfFile *f, const Image *image) {
    for (uint16_t i = 0; i < loaded_sections(image); i++)
        if (f->sections.items[i].sh_link == image->symbol_table)
            f->sections.items[i].sh_link = f->sections.count;
}

void write_executable(Linked *l, const char *path) {
    Image image = read_image(l->arena);
    Addresses at = {.runtime = image_symbol, .context = &image};
    uint16_t indices[SECTION_COUNT] = {0};
    ElfFile f = {.arena = l->arena};
    lay_out(l, CODE_ADDRESS, &at);
    at.section[SECTION_HEADER] = image_symbol(text("slisp_program"), &image);
    relocate(l, &at);
    copy_sections(&f, &image);
    copy_symbols(&f, &image);
    add_sections(&f, l, &at, indices);
    write_segments(&f, &image, indices);
    write_program_header(&f, &image, l, at.section[SECTION_HEADER]);
    add_debug(&f, l, &at);
    add_symbols(&f, l, &at, indices);
    link_sections(&f, &image);
    elf_finish(&f, image.sections[image.symbol_table].sh_info);
    check_executable(l, &f.bytes);
    output_file(path, f.bytes.bytes, f.bytes.length, 0777);
    elf_free(&f);
}
