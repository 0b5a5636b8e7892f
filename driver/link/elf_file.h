/* elf_file.h - an ELF file in the making: sections are appended, headers come last. */
#ifndef SLISPC_ELF_FILE_H
#define SLISPC_ELF_FILE_H

#include "link.h"

#include <elf.h>

typedef struct {
    Arena *arena;
    Buffer bytes; /* starts with the ELF header */
    Buffer names; /* of sections */
    VEC(Elf64_Shdr) sections;
    Buffer symbols, symbol_names;
} ElfFile;

/* Appends a section's bytes at its alignment and notes its header; `s` says type, flags, address,
 * alignment, link, info and entry size. Returns its index. */
uint16_t elf_section(ElfFile *f, const char *name, Elf64_Shdr s, const Buffer *bytes);
uint32_t elf_symbol(ElfFile *f, Text name, unsigned char binding, unsigned char type,
                    uint16_t section, uint64_t value, uint64_t size);
/* Appends symbols, names and section headers. `locals`: the number of symbols that are local. */
void elf_finish(ElfFile *f, uint32_t locals);
void elf_free(ElfFile *f);

#endif
