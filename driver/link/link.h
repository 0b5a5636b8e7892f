/* link.h - from code terms to a program: laid out, and then written as an executable, an object or
 * assembly, or mapped into memory and run.
 */
#ifndef SLISPC_LINK_H
#define SLISPC_LINK_H

#include "ir.h"

typedef enum {
    SECTION_RUNTIME, /* symbols of the runtime: no bytes of ours */
    SECTION_CODE,
    SECTION_RODATA, /* stack maps, names */
    SECTION_DATA,   /* global cells, static objects, lists of them */
    SECTION_HEADER, /* the ProgramHeader */
    SECTION_COUNT
} SectionId;

enum { CODE_ADDRESS = 0x10000000, PAGE_SIZE = 4096 };

typedef struct {
    Text name;
    SectionId section;
    bool is_function;
    uint64_t offset, size;
} Symbol;

/* A place that is to hold the address of a symbol + addend: 8 bytes absolute, or 4 bytes relative
 * to the place itself. */
typedef struct {
    SectionId section;
    bool relative;
    uint32_t symbol;
    uint64_t offset;
    int64_t addend;
} Relocation;

/* From `offset` of the code on the source position is `at`. */
typedef struct {
    uint32_t offset;
    Pos at;
} LineMark;

/* From `offset` of the code on the return address is at rsp + depth. */
typedef struct {
    uint32_t offset, depth;
} DepthMark;

typedef struct {
    Arena *arena;
    const Node *program; /* the term that it was made from */
    DumpHeader header;
    bool is_checked; /* what is written is read back first, and compared with the term */
    VEC(Text) files; /* as given on the command line; the last one stands for the library */
    Buffer sections[SECTION_COUNT];
    VEC(Symbol) symbols;
    VEC(Relocation) relocations;
    VEC(LineMark) lines;
    VEC(DepthMark) depths;
} Linked;

/* Lays out a program of Lbytes: code in order, what it refers to after it. Depends on nothing but
 * the term and the header's file names. What a term refers to and the program lacks is a
 * bug; when it came from outside, slispc ends with errors and exit code 1. */
Linked *link_program(Arena *a, const Node *program, const DumpHeader *header);
void link_free(Linked *l);

/* Writes a static executable: the runtime's image with the program added. Relocates. */
void write_executable(Linked *l, const char *path);
/* Writes a relocatable object that defines slisp_program. */
void write_object(const Linked *l, const char *path);
/* Writes the same as assembly for `as`, from the term and its layout. */
void write_assembly(const Linked *l, const Node *program, const char *path);
/* Maps the program into memory and runs it; returns its exit code. Relocates. */
int run_in_memory(Linked *l, int argc, char **argv);

/* ---- for the writers ------------------------------------------------------ */

/* The index in `files` of where something is. What is in none of the program's files is in the
 * library. */
uint16_t file_of(const Linked *l, Location p);

/* Where each section comes to lie, and every symbol of the runtime. */
typedef struct {
    uint64_t section[SECTION_COUNT];
    uint64_t (*runtime)(Text name, void *context); /* 0: there is none */
    void *context;
} Addresses;
/* Sets section[CODE], [RODATA] and [DATA]: one after another from `base` on, each on a page of its
 * own. Gives the address after them. */
uint64_t lay_out(const Linked *l, uint64_t base, Addresses *addresses);
/* Fills in all relocated places of the sections' bytes. */
void relocate(Linked *l, const Addresses *addresses);

/* Debug sections. Places that hold addresses and offsets are noted in `fields`; without the address
 * of code they hold the addend alone, which is right for everything but code. */
typedef enum { DEBUG_LINE, DEBUG_INFO, DEBUG_ABBREV, DEBUG_FRAME, DEBUG_COUNT, DEBUG_CODE } DebugId;
typedef struct {
    DebugId section, target; /* target: a debug section or DEBUG_CODE */
    uint32_t width;
    uint64_t offset, addend;
} DebugField;
typedef struct {
    Buffer sections[DEBUG_COUNT];
    VEC(DebugField) fields;
} Debug;
extern const char *const debug_section_names[DEBUG_COUNT];
void make_debug(const Linked *l, Debug *out);
void free_debug(Debug *d);

/* Buffers of bytes. */
void put_bytes(Buffer *b, uint64_t value, uint32_t width); /* little end first */
void put_align(Buffer *b, uint64_t alignment, char fill);
void set_word(Buffer *b, uint64_t offset, uint64_t value); /* 8 bytes, in place */

#endif
