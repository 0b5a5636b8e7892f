/* slisp.h - the runtime as the compiler's driver and the linker see it.
 *
 * A program is code and data at fixed addresses, and a ProgramHeader that says where. An executable
 * has its header at the symbol slisp_program; `slispc run` fills one in memory.
 */
#ifndef SLISP_H
#define SLISP_H

#include "layout.h"
#include "maps.h"

#include <stddef.h>

typedef struct {
    uint64_t code_start; /* addresses; code_end is that of the first byte after */
    uint64_t code_end;
    uint64_t start;    /* function without arguments that runs the program's forms */
    uint64_t invoke_0; /* library functions that call a value which is no closure: callee, ... */
    uint64_t invoke_1;
    uint64_t invoke_2;
    uint64_t invoke_many; /* callee, list of the arguments */
    const StackMapRow *rows;
    uint64_t row_count;
    const StackMapSlot *slots;
    const FunctionRow *functions;
    uint64_t function_count;
    const char *names;        /* names of functions, each ending in 0 */
    const char *const *files; /* file names */
    uint64_t file_count;
    uint64_t library_file; /* index of the library's file, file_count or more when it has none */
    Value *cells;          /* the global variables */
    uint64_t cell_count;
    const Value *interned; /* the static keywords and symbols */
    uint64_t interned_count;
    const Value *shapes; /* the static shapes */
    uint64_t shape_count;
} ProgramHeader;

/* C code's own roots: the addresses of `count` values that the collector updates. */
typedef struct RootFrame {
    struct RootFrame *previous;
    Value **places;
    uint64_t count;
} RootFrame;

typedef struct {
    uint64_t limit;
    uint64_t alloc;
    uint64_t *sp;
    uint64_t *handler;
    RootFrame *root_frames;
    uint64_t host_sp;
    const ProgramHeader *program;
    uint64_t target;
    uint64_t spill_count;
    uint64_t area_count;
    Value callee;
    Value spread;
    Value arguments[6];
    Value area[SIZE_AREA_WORDS];
} SlispContext;

#define AT(type, member, offset)                                                                   \
    _Static_assert(offsetof(type, member) == (offset), #member " stands where layout.def says")
AT(SlispContext, limit, CONTEXT_LIMIT);
AT(SlispContext, alloc, CONTEXT_ALLOC);
AT(SlispContext, sp, CONTEXT_SP);
AT(SlispContext, handler, CONTEXT_HANDLER);
AT(SlispContext, root_frames, CONTEXT_ROOT_FRAMES);
AT(SlispContext, host_sp, CONTEXT_HOST_SP);
AT(SlispContext, program, CONTEXT_PROGRAM);
AT(SlispContext, target, CONTEXT_TARGET);
AT(SlispContext, spill_count, CONTEXT_SPILL_COUNT);
AT(SlispContext, area_count, CONTEXT_AREA_COUNT);
AT(SlispContext, callee, CONTEXT_CALLEE);
AT(SlispContext, spread, CONTEXT_SPREAD);
AT(SlispContext, arguments, CONTEXT_ARGUMENTS);
AT(SlispContext, area, CONTEXT_AREA);
AT(ProgramHeader, start, PROGRAM_START);
AT(ProgramHeader, invoke_0, PROGRAM_INVOKE_0);
AT(ProgramHeader, invoke_1, PROGRAM_INVOKE_1);
AT(ProgramHeader, invoke_2, PROGRAM_INVOKE_2);
AT(ProgramHeader, invoke_many, PROGRAM_INVOKE_MANY);
#undef AT

extern SlispContext slisp_context;

/* In an executable the linker writes the program's header here. */
extern ProgramHeader slisp_program;

/* The static objects that programs refer to; each symbol is the untagged address. */
extern uint64_t slisp_empty_list[], slisp_empty_vector[], slisp_empty_map[], slisp_empty_set[];

/* Runs a program; argv[0] is its name, the rest are its arguments. Gives the exit code. */
int slisp_run(const ProgramHeader *program, int argc, char **argv);

/* The address that compiled code calls for the runtime function `name` ("rt_add"), 0 for none. */
uint64_t slisp_stub(const char *name);

/* The address of the C function of that name, 0 for none: those of prims.def and extras.def that
 * are not assembly. */
uint64_t slisp_function(const char *name);

/* What the heap has seen so far. */
typedef struct {
    uint64_t collections, allocated; /* bytes */
} SlispStatistics;
SlispStatistics slisp_statistics(void);

/* A call in the text of a program. */
typedef struct {
    const char *function;  /* that it is in, as ProgramHeader.names has it: user/f.w2 */
    const char *file;      /* NULL in code of the library */
    uint32_t line, column; /* line 0: no position is known */
} SlispSite;

/* What an interpreter, which runs without native frames, needs. Each may be NULL.
 * thrown: takes the exception instead of the handlers on the native stack, puts the context's root
 * frames back to what they were where it goes on; does not return unless there is no handler.
 * roots: calls visit for the address of each value that it holds.
 * calls: the calls from here to the innermost handler, or all: writes up to `room` words that are
 * for their sites, innermost first, and gives their number.
 * site: what such a word stands for.
 * wrote: sees what goes to standard output.
 * code_name: the name of the function that the code word of a closure stands for. */
typedef struct {
    void (*thrown)(Value exception);
    void (*roots)(void (*visit)(Value *place));
    uint64_t (*calls)(uint64_t *sites, uint64_t room);
    SlispSite (*site)(uint64_t site);
    const char *(*code_name)(uint64_t code);
    void (*wrote)(const char *bytes, uint64_t length);
} SlispHooks;
extern SlispHooks slisp_hooks;

/* Bytes of address space that the process may still take, UINT64_MAX for no limit. */
uint64_t slisp_address_room(void);

/* Starts the runtime without a program of machine code, runs `run` on a stack of its own, of which
 * at most `most_stack_bytes` are reserved, and gives the exit code. The hooks are set before. */
int slisp_host(void (*run)(void), uint64_t most_stack_bytes, int argc, char **argv);
/* The lowest address of that stack that may be used. */
uint64_t slisp_host_stack(void);
/* Ends what slisp_host runs, from anywhere in it. */
_Noreturn void slisp_host_leave(int code);

#endif
