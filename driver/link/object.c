/* object.c - a relocatable object, to be linked with libslisp.a by a C compiler. */
#include "elf_file.h"
#include "inspect_made.h"

#include "output.h"

typedef struct {
    ElfFile *file;
    const Linked *linked;
    uint16_t sections[SECTION_COUNT];
    uint32_t section_symbols[SECTION_COUNT];
    uint32_t *symbols; /* of the program -> of the object */
    uint16_t debug[DEBUG_COUNT];
    uint32_t debug_symbols[DEBUG_COUNT];
} Object;

static void add_sections(Object *o) {
    static const struct {
        const char *name;
        uint64_t flags;
    } parts[SECTION_COUNT] = {[SECTION_CODE] = {".text", SHF_ALLOC | SHF_EXECINSTR},
                              [SECTION_RODATA] = {".rodata", SHF_ALLOC},
                              [SECTION_DATA] = {".data", SHF_ALLOC | SHF_WRITE},
                              [SECTION_HEADER] = {".data.slisp", SHF_ALLOC | SHF_WRITE}};
    for (int i = SECTION_CODE; i <= SECTION_HEADER; i++) {
        Elf64_Shdr s = {.sh_type = SHT_PROGBITS, .sh_flags = parts[i].flags, .sh_addralign = 16};
        o->sections[i] = elf_section(o->file, parts[i].name, s, &o->linked->sections[i]);
    }
    Elf64_Shdr stack = {.sh_type = SHT_PROGBITS, .sh_addralign = 1};
    elf_section(o->file, ".note.GNU-stack", stack, &(Buffer){0});
}

static void add_debug_sections(Object *o, const Debug *d) {
    for (int i = 0; i < DEBUG_COUNT; i++) {
        Elf64_Shdr s = {.sh_type = SHT_PROGBITS, .sh_addralign = 8};
        o->debug[i] = elf_section(o->file, debug_section_names[i], s, &d->sections[i]);
    }
}

/* ---- symbols: local ones first */

static bool is_global(const Symbol *s) {
    return s->is_function || s->section == SECTION_RUNTIME;
}

static void add_symbols(Object *o, bool global) {
    const Linked *l = o->linked;
    for (uint32_t i = 1; i < l->symbols.count; i++) {
        const Symbol *s = &l->symbols.items[i];
        if (is_global(s) != global) continue;
        unsigned char type = s->section == SECTION_RUNTIME ? STT_NOTYPE
                             : s->is_function              ? STT_FUNC
                                                           : STT_OBJECT;
        o->symbols[i] = elf_symbol(o->file, s->name, global ? STB_GLOBAL : STB_LOCAL, type,
                                   o->sections[s->section], s->offset, s->size);
    }
}

/* Returns the number of local symbols. */
static uint32_t add_all_symbols(Object *o) {
    o->symbols = NEW_ARRAY(o->linked->arena, uint32_t, o->linked->symbols.count);
    elf_symbol(o->file, 0, STB_LOCAL, STT_NOTYPE, SHN_UNDEF, 0, 0);
    o->section_symbols[SECTION_CODE] =
        elf_symbol(o->file, 0, STB_LOCAL, STT_SECTION, o->sections[SECTION_CODE], 0, 0);
    for (int i = 0; i < DEBUG_COUNT; i++)
        o->debug_symbols[i] = elf_symbol(o->file, 0, STB_LOCAL, STT_SECTION, o->debug[i], 0, 0);
    add_symbols(o, false);
    uint32_t locals = (uint32_t)(o->file->symbols.length / sizeof(Elf64_Sym));
    add_symbols(o, true);
    elf_symbol(o->file, text("slisp_program"), STB_GLOBAL, STT_OBJECT, o->sections[SECTION_HEADER],
               0, o->linked->sections[SECTION_HEADER].length);
    return locals;
}

/* ---- relocations */

static void put_relocation(Buffer *b, uint64_t offset, uint32_t symbol, uint32_t type,
                           int64_t addend) {
    Elf64_Rela r = {offset, ELF64_R_INFO((uint64_t)symbol, type), addend};
    buffer_add(b, (const char *)&r, sizeof r);
}

static void add_relocation_section(Object *o, const char *name, uint16_t target, Buffer *rows) {
    Elf64_Shdr s = {.sh_type = SHT_RELA,
                    .sh_flags = SHF_INFO_LINK,
                    .sh_addralign = 8,
                    .sh_entsize = sizeof(Elf64_Rela),
                    .sh_info = target};
    if (rows->length) elf_section(o->file, name, s, rows);
    buffer_free(rows);
}

static void add_relocations(Object *o, SectionId section, const char *name) {
    Buffer rows = {0};
    for (uint32_t i = 0; i < o->linked->relocations.count; i++) {
        const Relocation *r = &o->linked->relocations.items[i];
        if (r->section != section) continue;
        bool code = is_global(&o->linked->symbols.items[r->symbol]) && r->addend == -4;
        uint32_t type = !r->relative ? R_X86_64_64 : code ? R_X86_64_PLT32 : R_X86_64_PC32;
        put_relocation(&rows, r->offset, o->symbols[r->symbol], type, r->addend);
    }
    add_relocation_section(o, name, o->sections[section], &rows);
}

static void add_debug_relocations(Object *o, const Debug *d, DebugId section) {
    Buffer rows = {0};
    for (uint32_t i = 0; i < d->fields.count; i++) {
        const DebugField *f = &d->fields.items[i];
        if (f->section != section) continue;
        uint32_t symbol = f->target == DEBUG_CODE ? o->section_symbols[SECTION_CODE]
                                                  : o->debug_symbols[f->target];
        put_relocation(&rows, f->offset, symbol, f->width == 8 ? R_X86_64_64 : R_X86_64_32,
                       (int64_t)f->addend);
    }
    const char *name = text_bytes(text_format(".rela%s", debug_section_names[section]));
    add_relocation_section(o, name, o->debug[section], &rows);
}

/* The symbol table comes right after the relocation sections; they name it. */
static void link_relocations(ElfFile *f) {
    for (uint32_t i = 0; i < f->sections.count; i++)
        if (f->sections.items[i].sh_type == SHT_RELA)
            f->sections.items[i].sh_link = f->sections.count;
}

void write_object(const Linked *l, const char *path) {
    ElfFile f = {.arena = l->arena};
    Object o = {.file = &f, .linked = l};
    Elf64_Ehdr header = {
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_REL,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_ehsize = sizeof header,
        .e_shentsize = sizeof(Elf64_Shdr)};
    Debug d;
    make_debug(l, &d);
    buffer_add(&f.bytes, (const char *)&header, sizeof header);
    buffer_add(&f.names, "", 1);
    buffer_add(&f.symbol_names, "", 1);
    PUSH(f.arena, f.sections, (Elf64_Shdr){0});
    add_sections(&o);
    add_debug_sections(&o, &d);
    uint32_t locals = add_all_symbols(&o);
    add_relocations(&o, SECTION_CODE, ".rela.text");
    add_relocations(&o, SECTION_DATA, ".rela.data");
    add_relocations(&o, SECTION_HEADER, ".rela.data.slisp");
    for (int i = 0; i < DEBUG_COUNT; i++)
        add_debug_relocations(&o, &d, (DebugId)i);
    link_relocations(&f);
    elf_finish(&f, locals);
    check_object(l);
    output_file(path, f.bytes.bytes, f.bytes.length, 0666);
    free_debug(&d);
    elf_free(&f);
}
