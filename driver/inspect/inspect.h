/* inspect.h - a linked program read back: are its code, its constants and its tables those of the
 * program's term? Rules V25 and V26.
 *
 * The reader knows runtime/layout.def, maps.h and slisp.h, as the runtime does, and nothing of the
 * linker but the sections that it is given. All that it looks at it finds from the ProgramHeader
 * on, as the runtime will.
 */
#ifndef SLISPC_INSPECT_H
#define SLISPC_INSPECT_H

#include "ir.h"

#include "../runtime/slisp.h"

/* Bytes that are loaded at an address. */
typedef struct {
    uint64_t address, length;
    const uint8_t *bytes;
} Region;

/* A constant that was read at an address, and found to be `datum`. */
typedef struct {
    uint64_t address;
    const Node *datum;
} SeenConstant;

/* A symbol of the runtime that was looked up. */
typedef struct {
    Text name;
    uint64_t address;
} KnownRuntime;

enum { SEEN_CONSTANTS = 1024, KNOWN_RUNTIME = 256 };

typedef struct {
    Arena *arena;
    VEC(Region) regions;
    uint64_t (*runtime)(Text name, void *context); /* 0: it has no such symbol */
    void *context;
    uint64_t header_address;
    bool same_files; /* files have the names that they had when the program was linked */
    /* found on the way */
    ProgramHeader header; /* its pointers are addresses in the image */
    const FunctionRow *functions;
    const StackMapRow *rows;
    const StackMapSlot *slots;
    uint64_t *function_address, *cell_address; /* by Text of the name; 0: none */
    Text names;                                /* how many of these there are */
    SeenConstant seen[SEEN_CONSTANTS];         /* so that the same need not be read again */
    KnownRuntime known[KNOWN_RUNTIME];
    Region code, data;
    uint8_t *is_listed;   /* by word of the data: is the object in a list of keywords or shapes? */
    const Node *function; /* at hand: a (code ...), or NULL */
    uint32_t offset;
    Buffer report;
    bool failed;
} Inspection;

/* The bytes at an address of the image; NULL when they are not all loaded. */
const uint8_t *bytes_at(const Inspection *i, uint64_t address, uint64_t length);
/* Reports the first mistake. False. */
bool image_is_wrong(Inspection *i, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Finds the header and its tables. */
bool read_tables(Inspection *i);
/* The name of function `number`, NULL if it is not there. */
const char *name_of_function(const Inspection *i, uint64_t number);

/* Is the object of the constant, shape or function value at this address? */
bool is_constant_at(Inspection *i, uint64_t address, const Node *datum);
bool is_shape_at(Inspection *i, uint64_t address, const Node *shape);
bool is_closure_at(Inspection *i, uint64_t address, uint64_t code);

/* Is the image that of the program, a term of Lbytes? What is not is in `report`. */
bool is_image_of(Inspection *i, const Node *program, const DumpHeader *header);

/* What can be known without the program: every function decodes, jumps and calls go to
 * instructions, each call has its row in the stack map. */
typedef struct {
    uint64_t functions, instructions, references, calls;
} ImageCounts;
bool is_image_plausible(Inspection *i, ImageCounts *counts);

#endif
