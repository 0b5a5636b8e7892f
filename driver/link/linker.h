/* linker.h - what the files of the linker share while a program is laid out. */
#ifndef SLISPC_LINKER_H
#define SLISPC_LINKER_H

#include "link.h"

/* What a symbol stands for; each has names of its own. */
typedef enum {
    NAMES_CODE,
    NAMES_CLOSURE,
    NAMES_CELL,
    NAMES_CONSTANT,
    NAMES_SHAPE,
    NAMES_RUNTIME,
    NAMES_COUNT
} Names;

typedef VEC(uint32_t) Indices;

/* A map from interned text to a symbol. */
typedef struct {
    uint32_t *symbols;
    uint32_t limit;
} SymbolTable;

/* A row of the stack map, before positions and names are looked up. */
typedef struct {
    uint32_t offset, depth, function;
    Pos at;
    const Node *row;
} Safepoint;

typedef struct {
    Linked *out;
    SymbolTable tables[NAMES_COUNT];
    Indices functions; /* symbols, in order */
    Indices cells;
    Indices interned; /* keywords and symbols */
    Indices shapes;
    VEC(Safepoint) safepoints;
    const Node *start;
} Linker;

enum { NO_SYMBOL = 0 }; /* the first row of symbols stands for none, as in ELF */

/* The symbol of that name, NO_SYMBOL when there is none. */
uint32_t find_symbol(const Linker *l, Names names, Text name);
uint32_t define_symbol(Linker *l, Names names, Text name, Symbol s);
void add_relocation(Linker *l, Relocation r);
/* 8 bytes at the end of a section that are to hold the address of `symbol` + addend. */
void put_address(Linker *l, SectionId section, uint32_t symbol, int64_t addend);

/* link_data.c: what an operand refers to (it is made when this is the first time), and what must be
 * added to its address: 1 where the address stands for a value. */
uint32_t symbol_of(Linker *l, const Node *operand, int64_t *addend);
uint32_t runtime_symbol(Linker *l, Text name);

/* Can the constant be an object of the program's data? */
bool can_be_static(const Node *d);

/* whole.c: of a program that came from outside. Is all there that it refers to? Else slispc ends
 * with errors and exit code 1. */
void must_be_whole(const Linker *l, const Node *program);

/* link_maps.c: the sections that describe the program, once all code is in place. */
void add_maps(Linker *l);

#endif
