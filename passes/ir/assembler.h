/* assembler.h - a function as machine instructions and labels, which become rows of Lbytes. */
#ifndef SLISPC_ASSEMBLER_H
#define SLISPC_ASSEMBLER_H

#include "encode.h"

typedef struct Assembler Assembler;

/* Everything lives in `scratch`; blocks from `blocks` on are free for labels of stubs. */
Assembler *assembler_new(Arena *scratch, uint32_t blocks);

/* The source position that the following rows get. */
void assembler_at(Assembler *as, Pos at);
/* An instruction; `symbol` is what its target or outside() memory refers to, NULL for none. */
void assembler_add(Assembler *as, Instruction in, Node *symbol);
/* A jump to a block: jmp when `code` is NO_CONDITION, else by x86 condition code. */
enum { NO_CONDITION = -1 };
void assembler_jump(Assembler *as, int code, uint32_t block);
void assembler_label(Assembler *as, uint32_t block);
uint32_t assembler_new_label(Assembler *as);
/* From here on the return address is at rsp + bytes. */
void assembler_depth(Assembler *as, uint32_t bytes);
/* The instruction before is a call; `map` is the (map ...) of its roots, NULL for none. */
void assembler_stack_map(Assembler *as, const Node *map);

/* Fixes the offsets and gives the rows, in `arena`. */
typedef VEC(Node *) Rows;
Rows assembler_rows(Assembler *as, Arena *arena);

#endif
