/* stack.c - walking over the frames of slisp code, and what is known about an address in it.
 *
 * While C runs, context.sp points at the return address of the innermost call. That address has a
 * row that says how large the frame above it is, and so where the next return address is. The
 * frame of a try describes itself (TRY in layout.def). The walk ends at the trampoline that
 * started the program.
 */
#include "runtime.h"

#include <stdlib.h>

/* Rows are found by binary search at first; a program that asks often gets a hash table. */
static struct {
    uint32_t *slots; /* row number plus 1, 0: free */
    uint64_t mask;
    uint64_t lookups;
} index_of_rows;

static const StackMapRow *search_row(const ProgramHeader *program, uint32_t offset) {
    uint64_t low = 0, high = program->row_count;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (program->rows[middle].return_offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < program->row_count && program->rows[low].return_offset == offset;
    return found ? &program->rows[low] : NULL;
}

static uint64_t slot_of(uint32_t offset) {
    return (offset * 0x9e3779b97f4a7c15u >> 32) & index_of_rows.mask;
}

static void build_index(const ProgramHeader *program) {
    uint64_t size = 16;
    while (size < 2 * program->row_count)
        size *= 2;
    index_of_rows.slots = calloc(size, sizeof *index_of_rows.slots);
    if (!index_of_rows.slots) return;
    index_of_rows.mask = size - 1;
    for (uint32_t i = 0; i < program->row_count; i++) {
        uint64_t slot = slot_of(program->rows[i].return_offset);
        while (index_of_rows.slots[slot])
            slot = (slot + 1) & index_of_rows.mask;
        index_of_rows.slots[slot] = i + 1;
    }
}

static const StackMapRow *hashed_row(const ProgramHeader *program, uint32_t offset) {
    for (uint64_t slot = slot_of(offset);; slot = (slot + 1) & index_of_rows.mask) {
        uint32_t row = index_of_rows.slots[slot];
        if (!row) return NULL;
        if (program->rows[row - 1].return_offset == offset) return &program->rows[row - 1];
    }
}

void stack_start(void) {
    free(index_of_rows.slots);
    memset(&index_of_rows, 0, sizeof index_of_rows);
}

const StackMapRow *stack_row(uint64_t address) {
    const ProgramHeader *program = slisp_context.program;
    if (!program || address < program->code_start || address > program->code_end) return NULL;
    uint32_t offset = (uint32_t)(address - program->code_start);
    if (!index_of_rows.slots && ++index_of_rows.lookups > program->row_count) build_index(program);
    return index_of_rows.slots ? hashed_row(program, offset) : search_row(program, offset);
}

StackFrame stack_top(void) {
    return (StackFrame){slisp_context.sp, NULL, NULL};
}

bool stack_read(StackFrame *frame) {
    if (!frame->sp || *frame->sp == (uint64_t)(uintptr_t)rt_start_return) return false;
    frame->values = frame->sp + 1;
    frame->row = NULL;
    if (*frame->sp == (uint64_t)(uintptr_t)rt_try_return) return true;
    frame->row = stack_row(*frame->sp);
    if (!frame->row) runtime_bug("a return address without a stack map");
    return true;
}

void stack_next(StackFrame *frame) {
    uint64_t bytes = frame->row ? frame->row->frame_bytes : frame->values[TRY_FRAME_BYTES / 8];
    frame->sp = frame->values + bytes / 8;
}

static const FunctionRow *function_at(const ProgramHeader *program, uint32_t offset) {
    uint64_t low = 0, high = program->function_count;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (program->functions[middle].start <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? &program->functions[low - 1] : NULL;
}

/* Does `text` start with what the compiler puts after a point: w2, fn3, try4? */
static bool is_suffix(const char *text) {
    static const char *const words[] = {"w", "fn", "try", "catch", "finally"};
    for (int i = 0; i < 5; i++) {
        uint64_t length = strlen(words[i]);
        if (!strncmp(text, words[i], length) && text[length] >= '0' && text[length] <= '9')
            return true;
    }
    return false;
}

/* "user/f.w2" is f: without the namespace, and without what the compiler added. */
void user_part(const char *name, const char **bytes, uint64_t *length) {
    const char *slash = strchr(name, '/');
    if (slash && slash[1]) name = slash + 1;
    if (!strncmp(name, "top.", 4)) name = strstr(name, ".fn") ? "a function" : "the top level";
    const char *end = name + strlen(name);
    for (const char *dot = name; (dot = strchr(dot + 1, '.'));)
        if (is_suffix(dot + 1) && dot < end) end = dot;
    *bytes = name;
    *length = (uint64_t)(end - name);
}

static const FunctionRow *function_of(uint64_t code_address) {
    const ProgramHeader *program = slisp_context.program;
    if (!program || code_address < program->code_start || code_address > program->code_end)
        return NULL;
    return function_at(program, (uint32_t)(code_address - program->code_start));
}

const char *code_name(uint64_t code_address) {
    if (slisp_hooks.code_name) return slisp_hooks.code_name(code_address);
    const FunctionRow *row = function_of(code_address);
    return row ? slisp_context.program->names + row->name : "a function";
}

/* An inner function has no name of its own: it is not the one that it is in. */
void function_name(uint64_t code_address, const char **bytes, uint64_t *length) {
    const char *name = code_name(code_address), *inner = strstr(name, ".fn");
    user_part(inner && is_suffix(inner + 1) ? "a function" : name, bytes, length);
}

bool is_library_code(uint64_t code_address) {
    const FunctionRow *row = function_of(code_address);
    return row && !strncmp(slisp_context.program->names + row->name, "core/", 5);
}

bool is_start_code(uint64_t code_address) {
    const FunctionRow *row = function_of(code_address);
    return row && row == function_of(slisp_context.program->start);
}
