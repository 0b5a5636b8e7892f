/* harness.c - slispc in one process with afl-fuzz: compiles input after input to the end, writing
 * nothing.
 *
 * An error in the input is an answer. What must not happen ends the process by abort(), which
 * afl-fuzz counts as a crash beside what the sanitizers find: "bug in slispc", more than MOST_BYTES
 * of memory, code that neither verify nor the decoder has looked at, and a form that does not print
 * as what reads the same. With files as arguments it compiles these instead, to look at what was
 * found.
 */
#include "commands.h"
#include "compiling.h"
#include "link.h"
#include "reproduce.h"

#include <sanitizer/allocator_interface.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

__AFL_FUZZ_INIT();

enum { MOST_BYTES = 512 << 20, STACK_BYTES = 512 << 20, INPUTS_PER_PROCESS = 200 };

/* reproduce.c asks main.c for it, which is not here. */
bool is_below_small_stack(const void *address) {
    (void)address;
    return false;
}

const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "abort_on_error=1:detect_leaks=0";
}

_Noreturn static void wrong(const char *what) {
    fprintf(stderr, "harness: %s\n", what);
    abort();
}

/* Where slispc ends early, the harness goes on: after errors in the program that is linked, with 1.
 * fail() ends with 2. */
static jmp_buf input_is_done;
_Noreturn void __wrap_exit(int code);
_Noreturn void __wrap_bug(const Node *at, const char *format, ...);

_Noreturn void __wrap_exit(int code) {
    if (code != 1) wrong("the world is not wrong here");
    longjmp(input_is_done, 1);
}

/* Of a form of a file slispc blames the file; but passes/check should have seen what is wrong. */
_Noreturn void __wrap_bug(const Node *at, const char *format, ...) {
    va_list arguments;
    (void)at;
    va_start(arguments, format);
    fprintf(stderr, "harness: in pass %s: ", bug_pass ? bug_pass : "none");
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    wrong("a bug in slispc");
}

/* ---- memory: what one input takes, and given back when it is done */

static size_t bytes_before; /* the input that is compiled now */

static void on_allocation(const volatile void *p, size_t size) {
    (void)p;
    if (__sanitizer_get_current_allocated_bytes() > bytes_before + MOST_BYTES)
        wrong("too much memory");
    (void)size;
}

static void on_free(const volatile void *p) {
    (void)p;
}

/* The pipeline leaves its arenas to the end of the process, which here comes later. */
static Arena *arenas[1024];
static int arena_count;
Arena *__real_arena_new(void);
Arena *__wrap_arena_new(void);
void __real_arena_free(Arena *a);
void __wrap_arena_free(Arena *a);

Arena *__wrap_arena_new(void) {
    if (arena_count == sizeof arenas / sizeof *arenas) wrong("too many arenas");
    return arenas[arena_count++] = __real_arena_new();
}

void __wrap_arena_free(Arena *a) {
    for (int i = 0; i < arena_count; i++)
        if (arenas[i] == a) arenas[i] = arenas[--arena_count];
    __real_arena_free(a);
}

static void free_arenas(int kept) {
    while (arena_count > kept)
        __real_arena_free(arenas[--arena_count]);
}

/* ---- one input */

/* slispc gives its thread as much. */
static void get_stack(char **argv) {
    struct rlimit limit;
    getrlimit(RLIMIT_STACK, &limit);
    if (limit.rlim_cur >= STACK_BYTES) return; /* "unlimited" is more, too */
    limit.rlim_cur = STACK_BYTES;
    if (setrlimit(RLIMIT_STACK, &limit) == 0) execv("/proc/self/exe", argv);
}

static void write_nothing(const PipelineResult *r) {
    Arena *arena = arena_new();
    Linked *linked = link_program(arena, r->program, &r->header);
    write_object(linked, "/dev/null");
    write_executable(linked, "/dev/null");
    link_free(linked);
    arena_free(arena);
}

/* Of a form from the end select verify may say what it finds; what select made is right. */
static void judge(const PipelineResult *r) {
    bool is_complete = r->program && r->header.language == L_Lbytes;
    if (r->exit_code == 3 && r->first < PASS_liveness)
        wrong("its own passes made what is rejected");
    if (!is_complete) return;
    bool is_verified = (r->ran >> PASS_verify & 1) || r->first == PASS_COUNT;
    if (!is_verified || r->code == CODE_UNSEEN) wrong("nobody has verified this");
    write_nothing(r);
}

static Buffer printed(char *bytes, size_t length) {
    Arena *arena = arena_new();
    Diagnostics *d = diagnostics_new(arena);
    DumpHeader header = {0};
    Buffer out = {0};
    Node *program = read_dump(arena, d, 0, bytes, length, &header);
    if (!program) wrong("what is printed cannot be read");
    print_header(&out, &header);
    print_node(&out, program, STYLE_FULL);
    arena_free(arena);
    return out;
}

/* What was accepted prints as what reads the same. */
static void print_and_read(char *bytes, size_t length) {
    Buffer first = printed(bytes, length), second = printed(first.bytes, first.length);
    bool same = first.length == second.length && !memcmp(first.bytes, second.bytes, first.length);
    if (!same) wrong("what was printed reads as something else");
    buffer_free(&first);
    buffer_free(&second);
}

/* What damages a source has, the passes up to loops see; the others would take ten times as long,
 * for the library's functions. They look at one source of sixteen. */
static int last_pass(const SourceFile *file) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < file->length; i++)
        hash = (hash ^ (unsigned char)file->bytes[i]) * 16777619u;
    return is_dump(file) || !(hash >> 28) ? -1 : PASS_loops;
}

static void compile_to(int to, SourceFile file) {
    PipelineOptions options = {
        .optimise = 2, .from = -1, .to = to, .inject_pass = -1, .verify_mode = VERIFY_BOTH};
    bytes_before = __sanitizer_get_current_allocated_bytes();
    if (setjmp(input_is_done)) return;
    PipelineResult r = pipeline_run(&options, &file, 1);
    if (r.program && is_dump(&file)) print_and_read(file.bytes, file.length);
    judge(&r);
}

static void compile(char *bytes, size_t length) {
    SourceFile file = {"input", bytes, length};
    if (length < 4 || memcmp(bytes,
                             "\x7f"
                             "ELF",
                             4))
        compile_to(last_pass(&file), file);
}

/* Tables that are made when they are first needed are there when the processes part. */
static void make_tables(void) {
    static char source[] =
        "(defn f [x & more] (if (< x 1.5) [x \"a\"] {:a (apply f (inc x) more)}))\n"
        "(println (f 1) (try (map f [1 :b]) (catch Exception e e)))";
    compile_to(-1, (SourceFile){"tables", source, sizeof source - 1});
}

int main(int argc, char **argv) {
    get_stack(argv);
    __sanitizer_install_malloc_and_free_hooks(on_allocation, on_free);
    languages_init();
    make_tables();
    int kept = arena_count;
    for (int i = 1; i < argc; i++) {
        SourceFile file = file_read(argv[i]);
        compile(file.bytes, file.length);
        free(file.bytes);
        free_arenas(kept);
    }
    if (argc > 1) return 0;
    __AFL_INIT();
    unsigned char *input = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(INPUTS_PER_PROCESS)) {
        size_t length = (size_t)__AFL_FUZZ_TESTCASE_LEN;
        char *bytes = malloc(length + 1); /* of its own, so that reading beyond it is seen */
        memcpy(bytes, input, length);
        bytes[length] = 0;
        compile(bytes, length);
        free(bytes);
        free_arenas(kept);
    }
    return 0;
}
