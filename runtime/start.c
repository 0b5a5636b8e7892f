/* start.c - running a program: its stack, its faults, its arguments and exit code. */
#include "runtime.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define STACK_BYTES ((uint64_t)1 << 30)
enum {
    GUARD_BYTES = 1 << 20, /* larger than any frame: a probe cannot miss it */
    MARGIN = 256,          /* above the first frame: stubs may read a little beyond arguments */
    SIGNAL_STACK_BYTES = 1 << 16,
    LEAST_STACK_BYTES = 1 << 18,
    EXIT_FAULT = 5,
};

SlispContext slisp_context;
SlispHooks slisp_hooks;

static int argument_count;
static char **argument_texts;
static int exit_code;

/* ---- the stack ----------------------------------------------------------- */

static uint64_t stack_start_address; /* of the guard */
static uint64_t stack_bytes;         /* above the guard */
static struct sigaction old_segv, old_bus;
static stack_t old_signal_stack;
static char signal_stack[SIGNAL_STACK_BYTES];

static bool is_in_guard(uint64_t address) {
    return address - stack_start_address < GUARD_BYTES;
}

static bool is_slisp_code(uint64_t address) {
    const ProgramHeader *program = slisp_context.program;
    return address >= program->code_start && address < program->code_end;
}

/* The probe may be before or after the frame is made: finds the return address either way. */
static uint64_t *return_address(uint64_t *sp, uint64_t code) {
    if (*sp == (uint64_t)(uintptr_t)rt_start_return || stack_row(*sp)) return sp;
    const ProgramHeader *program = slisp_context.program;
    for (uint64_t i = 0; i < program->row_count; i++)
        if (program->rows[i].return_offset + program->code_start > code)
            return sp + program->rows[i].frame_bytes / 8;
    return sp;
}

extern const char rt_throw_stack_stub[];

/* No program should come here. What was printed is seen all the same. */
static _Noreturn void stop_at_fault(uint64_t address, bool is_stack) {
    char message[160];
    const char *what =
        is_stack ? "the runtime ran out of stack" : "it touched memory that is not its own";
    int length = snprintf(message, sizeof message,
                          "error: the program had to stop: %s (address 0x%llx)\n"
                          "this is a bug in slispc, not in the program\n",
                          what, (unsigned long long)address);
    output_flush();
    error_output(message, (uint64_t)length);
    _exit(EXIT_FAULT);
}

/* A prologue found the stack used up: it goes on as a call of rt_throw_stack. */
static void on_fault(int number, siginfo_t *info, void *machine) {
    (void)number;
    greg_t *registers = ((ucontext_t *)machine)->uc_mcontext.gregs;
    uint64_t code = (uint64_t)registers[REG_RIP];
    uint64_t address = (uint64_t)(uintptr_t)info->si_addr;
    if (!is_in_guard(address) || !is_slisp_code(code)) stop_at_fault(address, is_in_guard(address));
    uint64_t *sp = (uint64_t *)(uintptr_t)registers[REG_RSP];
    registers[REG_RSP] = (greg_t)(uintptr_t)return_address(sp, code);
    registers[REG_RIP] = (greg_t)(uintptr_t)rt_throw_stack_stub;
}

static void watch_stack(void) {
    stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    action.sa_sigaction = on_fault;
    sigaltstack(&stack, &old_signal_stack);
    sigaction(SIGSEGV, &action, &old_segv);
    sigaction(SIGBUS, &action, &old_bus);
}

static void unwatch_stack(void) {
    sigaction(SIGSEGV, &old_segv, NULL);
    sigaction(SIGBUS, &old_bus, NULL);
    sigaltstack(&old_signal_stack, NULL);
}

/* Of at most so many bytes: half of what is left when the address space is limited. */
static void make_stack(uint64_t bytes) {
    uint64_t room = slisp_address_room() / 2;
    void *memory;
    stack_bytes = room < bytes ? room : bytes;
    while ((memory = mmap(NULL, stack_bytes + GUARD_BYTES, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0)) ==
               MAP_FAILED &&
           stack_bytes > LEAST_STACK_BYTES)
        stack_bytes /= 2;
    if (memory == MAP_FAILED || mprotect(memory, GUARD_BYTES, PROT_NONE))
        no_memory("no memory for the stack");
    stack_start_address = (uint64_t)(uintptr_t)memory;
}

static uint64_t stack_top_address(void) {
    return stack_start_address + GUARD_BYTES + stack_bytes - MARGIN;
}

static void free_stack(void) {
    munmap((void *)(uintptr_t)stack_start_address, stack_bytes + GUARD_BYTES);
}

/* ---- arguments and exit code --------------------------------------------- */

Value rt_main_args(void) {
    if (argument_count <= 1) return VALUE_NIL;
    Value list = value_of(slisp_empty_list);
    for (int i = argument_count; --i > 0;) {
        Value text = VALUE_NIL;
        uint64_t length = strlen(argument_texts[i]);
        RESERVE(string_object_bytes(length) + object_bytes(2), &list);
        text = allocate_string(length, utf8_count(argument_texts[i], length));
        memcpy(field(text, FIELD_STRING_TEXT), argument_texts[i], length);
        Value cell = allocate(KIND_CONS, 2);
        *field(cell, FIELD_CONS_FIRST) = text;
        *field(cell, FIELD_CONS_REST) = list;
        list = cell;
    }
    return list;
}

Value rt_exit_code(Value v) {
    exit_code = is_int(v) ? (int)(int_value(v) & 255) : 0;
    return VALUE_NIL;
}

/* ---- running ------------------------------------------------------------- */

static void start(const ProgramHeader *program, int argc, char **argv) {
    argument_count = argc;
    argument_texts = argv;
    exit_code = 0;
    memset(&slisp_context, 0, CONTEXT_AREA);
    slisp_context.program = program;
    stack_start();
    heap_start();
    positions_start();
    output_start();
    intern_start(program);
    shapes_start(program);
}

static void finish(void) {
    if (!output_flush()) {
        TextBuffer t = {0};
        text_add_text(&t, "error: cannot write the output: ");
        text_add_text(&t, strerror(errno));
        text_add_text(&t, "\n");
        error_output(t.bytes, t.length);
        text_free(&t);
        exit_code = 1;
    }
    heap_end();
}

int slisp_run(const ProgramHeader *program, int argc, char **argv) {
    start(program, argc, argv);
    make_stack(STACK_BYTES);
    watch_stack();
    rt_enter(program->start, stack_top_address());
    unwatch_stack();
    free_stack();
    finish();
    return exit_code;
}

static void (*host_run)(void);

/* Does not return: rt_enter would take the allocation pointer from a register. */
static void run_host(void) {
    host_run();
    rt_leave();
}

/* The program header is empty: its code and its cells are the host's. */
int slisp_host(void (*run)(void), uint64_t most_stack_bytes, int argc, char **argv) {
    static const ProgramHeader none;
    start(&none, argc, argv);
    make_stack(most_stack_bytes);
    host_run = run;
    rt_enter((uint64_t)(uintptr_t)run_host, stack_top_address());
    free_stack();
    finish();
    return exit_code;
}

uint64_t slisp_host_stack(void) {
    return stack_start_address + GUARD_BYTES;
}

_Noreturn void slisp_host_leave(int code) {
    rt_exit_code(fixnum(code));
    rt_leave();
}

/* ---- names of stubs ------------------------------------------------------ */

typedef struct {
    const char *name;
    uint64_t stub, function;
} StubRow;
extern const StubRow rt_stub_table[]; /* stubs.S */

static const StubRow *stub_row(const char *name) {
    const StubRow *row = rt_stub_table;
    while (row->name && strcmp(row->name, name))
        row++;
    return row;
}

uint64_t slisp_stub(const char *name) {
    return stub_row(name)->stub;
}
uint64_t slisp_function(const char *name) {
    return stub_row(name)->function;
}
