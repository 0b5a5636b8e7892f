/* elf_file.c - sections, symbols and headers of an ELF file. */
#include "elf_file.h"

#include <string.h>

static uint32_t add_name(Buffer *names, const char *name) {
    uint32_t offset = (uint32_t)names->length;
    buffer_add(names, name, strlen(name) + 1);
    return offset;
}

uint16_t elf_section(ElfFile *f, const char *name, Elf64_Shdr s, const Buffer *bytes) {
    put_align(&f->bytes, s.sh_addralign ? s.sh_addralign : 1, 0);
    s.sh_name = add_name(&f->names, name);
    s.sh_offset = f->bytes.length;
    s.sh_size = bytes->length;
    if (bytes->length) buffer_add(&f->bytes, bytes->bytes, bytes->length);
    PUSH(f->arena, f->sections, s);
    return (uint16_t)(f->sections.count - 1);
}

uint32_t elf_symbol(ElfFile *f, Text name, unsigned char binding, unsigned char type,
                    uint16_t section, uint64_t value, uint64_t size) {
    Elf64_Sym s = {.st_name = name ? add_name(&f->symbol_names, text_bytes(name)) : 0,
                   .st_info = (unsigned char)ELF64_ST_INFO(binding, type),
                   .st_shndx = section,
                   .st_value = value,
                   .st_size = size};
    buffer_add(&f->symbols, (const char *)&s, sizeof s);
    return (uint32_t)(f->symbols.length / sizeof s - 1);
}

void elf_finish(ElfFile *f, uint32_t locals) {
    uint16_t names = (uint16_t)(f->sections.count + 1);
    Elf64_Shdr table = {.sh_type = SHT_SYMTAB,
                        .sh_addralign = 8,
                        .sh_entsize = sizeof(Elf64_Sym),
                        .sh_link = names,
                        .sh_info = locals};
    Elf64_Shdr strings = {.sh_type = SHT_STRTAB, .sh_addralign = 1};
    elf_section(f, ".symtab", table, &f->symbols);
    elf_section(f, ".strtab", strings, &f->symbol_names);
    strings.sh_name = add_name(&f->names, ".shstrtab");
    strings.sh_offset = f->bytes.length;
    strings.sh_size = f->names.length;
    buffer_add(&f->bytes, f->names.bytes, f->names.length);
    PUSH(f->arena, f->sections, strings);
    put_align(&f->bytes, 8, 0);
    Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)f->bytes.bytes;
    header->e_shoff = f->bytes.length;
    header->e_shnum = (uint16_t)f->sections.count;
    header->e_shstrndx = (uint16_t)(f->sections.count - 1);
    buffer_add(&f->bytes, (const char *)f->sections.items, f->sections.count * sizeof(Elf64_Shdr));
}

void elf_free(ElfFile *f) {
    buffer_free(&f->bytes);
    buffer_free(&f->names);
    buffer_free(&f->symbols);
    buffer_free(&f->symbol_names);
}
