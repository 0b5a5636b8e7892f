/* calls.c - runs the program of calls.S. */
#include "../../runtime/slisp.h"

extern const char test_code[], test_code_end[], test_start[], test_names[];
extern const char test_invoke_0[], test_invoke_1[], test_invoke_2[], test_invoke_many[];
extern const StackMapRow test_rows[], test_rows_end[];
extern const StackMapSlot test_slots[];
extern const FunctionRow test_functions[], test_functions_end[];

static uint64_t address(const void *p) { return (uint64_t)(uintptr_t)p; }

int main(int argc, char **argv) {
    static const char *const files[] = {"calls.slisp"};
    ProgramHeader program = {
        .code_start = address(test_code),
        .code_end = address(test_code_end),
        .start = address(test_start),
        .invoke_0 = address(test_invoke_0),
        .invoke_1 = address(test_invoke_1),
        .invoke_2 = address(test_invoke_2),
        .invoke_many = address(test_invoke_many),
        .rows = test_rows,
        .row_count = (uint64_t)(test_rows_end - test_rows),
        .slots = test_slots,
        .functions = test_functions,
        .function_count = (uint64_t)(test_functions_end - test_functions),
        .names = test_names,
        .files = files,
        .file_count = 1,
        .library_file = 1,
    };
    return slisp_run(&program, argc, argv);
}
