/* main.c - slispc: verbs, and what is done with the compiled program. */
#include "commands.h"
#include "decode/decode.h"
#include "encode.h"
#include "link.h"
#include "output.h"
#include "reproduce.h"
#include "slisp.h"
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char version[] = "slispc 0.1";

/* ---- compiling */

/* f.slisp gives f, f.o or f.s beside where slispc was started. */
static const char *output_name(const Options *o) {
    if (o->output) return o->output;
    const char *slash = strrchr(o->arguments[0], '/'), *name = slash ? slash + 1 : o->arguments[0];
    const char *dot = strrchr(name, '.');
    static const char *const endings[] = {"", ".o", ".s", ""};
    Buffer b = {0};
    buffer_print(&b, "%.*s%s", dot && dot > name ? (int)(dot - name) : (int)strlen(name), name,
                 endings[o->kind]);
    if (!strcmp(o->arguments[0], "-")) return "a.out";
    if (!strcmp(b.bytes, name)) buffer_print(&b, ".out");
    return b.bytes;
}

static void write_output(const Options *o, const PipelineResult *r) {
    if (o->kind == TO_NOTHING) return;
    Arena *arena = arena_new();
    Linked *linked = link_program(arena, r->program, &r->header);
    linked->is_checked = !o->pipeline.no_verify;
    if (o->kind == TO_EXECUTABLE) write_executable(linked, output_name(o));
    if (o->kind == TO_OBJECT) write_object(linked, output_name(o));
    if (o->kind == TO_ASSEMBLY) write_assembly(linked, r->program, output_name(o));
    link_free(linked);
}

/* Stopped early with --to: the form itself is the result. */
static void print_result(const Options *o, const PipelineResult *r) {
    Buffer b = {0};
    print_header(&b, &r->header);
    print_node(&b, r->program, o->pipeline.style);
    if (o->output)
        output_file(o->output, b.bytes, b.length, 0666);
    else
        output_bytes(b.bytes, b.length);
    buffer_free(&b);
}

static int verb_compile(const Options *o) {
    PipelineResult r = compile_files(o);
    if (!r.program) return r.exit_code;
    if (is_complete(&r))
        write_output(o, &r);
    else if (!o->pipeline.dump_after && !o->pipeline.dump_before)
        print_result(o, &r);
    return 0;
}

/* ---- telling */

static int verb_passes(const Options *o) {
    if (o->json)
        putchar('[');
    else
        printf("%2s  %-11s %-11s %-11s %-9s %s\n", "#", "pass", "from", "to", "kind",
               "what it does");
    for (int p = 0; p < PASS_COUNT; p++) {
        const PassRow *row = &pass_rows[p];
        if (o->json)
            printf(
                "%s{\"name\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"%s\",\"doc\":\"%s\"}",
                p ? ",\n " : "", row->name, language_name(row->from), language_name(row->to),
                pass_kind_text(row->kind), row->doc);
        else
            printf("%2d  %-11s %-11s %-11s %-9s %s\n", p + 1, row->name, language_name(row->from),
                   language_name(row->to), pass_kind_text(row->kind), row->doc);
    }
    if (o->json) puts("]");
    return 0;
}

static Language language_wanted(const char *name) {
    Language l;
    if (language_named(name, &l) && l != L_text) return l;
    const char *names[L_COUNT];
    for (int i = 1; i < L_COUNT; i++)
        names[i - 1] = language_name((Language)i);
    const char *close = near_miss(name, names, L_COUNT - 1);
    if (close) fail(0, "no language '%s'; did you mean %s?", name, close);
    fail(0, "no language '%s'; 'slispc passes' shows them", name);
}

static int verb_grammar(const Options *o) {
    Language l = language_wanted(o->arguments[0]);
    language_print(stdout, l, o->difference ? (int)language_wanted(o->difference) : -1);
    return 0;
}

static int verb_faults(const Options *o) {
    print_faults(stdout, o->argument_count ? pass_wanted(o->arguments[0]) : -1);
    return 0;
}

/* Of a file its functions are taken, else random ones. */
static int verb_soak(const Options *o) {
    Options with = *o;
    with.pipeline.to = PASS_select;
    PipelineResult r = o->argument_count ? compile_files(&with) : (PipelineResult){0};
    return o->argument_count && !r.program ? r.exit_code : soak(o, r.program);
}

/* ---- verbs */

static int (*const verbs[VERB_COUNT])(const Options *) = {
#define VERB(id, function, ...) function,
#include "verbs.def"
#undef VERB
};

static int start(int argc, char **argv) {
    Options o;
    languages_init();
    if (argc == 2 && !strcmp(argv[1], "--encoder-table")) { /* for the tests */
        print_encoder_table(stdout);
        return 0;
    }
    if (argc == 2 && !strcmp(argv[1], "--decoder")) {
        decode_lines(stdin, stdout);
        return 0;
    }
    options_read(&o, argc, argv);
    if (o.help || argc == 1) options_help(o.help ? stdout : stderr, &o);
    if (o.version) puts(version);
    if (o.help || o.version) return 0;
    if (argc == 1) return 2;
    note_idle_options(&o);
    return verbs[o.verb](&o);
}

/* ---- a stack for recursion on nesting, whatever the shell's limit is: that of a thread */

static const size_t most_stack_bytes = (size_t)1 << 29, least_stack_bytes = (size_t)1 << 18;
static const size_t guard_bytes = (size_t)1 << 16;
static struct {
    int argc, result;
    char **argv;
    sigset_t signals; /* that were blocked when slispc started */
} job;

static bool is_small;          /* the thread's stack is smaller than most_stack_bytes */
static uintptr_t stack_bottom; /* of the thread's stack; the guard is below it or at it */

bool is_below_small_stack(const void *address) {
    return is_small && (uintptr_t)address - (stack_bottom - guard_bytes) < 2 * guard_bytes;
}

static void find_bottom(void) {
    pthread_attr_t attributes;
    void *bottom;
    size_t bytes;
    if (pthread_getattr_np(pthread_self(), &attributes)) return;
    pthread_attr_getstack(&attributes, &bottom, &bytes);
    pthread_attr_destroy(&attributes);
    stack_bottom = (uintptr_t)bottom;
}

static void *on_own_stack(void *unused) {
    pthread_sigmask(SIG_SETMASK, &job.signals, NULL);
    find_bottom();
    job.result = start(job.argc, job.argv);
    return unused;
}

/* A quarter of the address space at most, when that is limited. */
static pthread_t start_thread(void) {
    pthread_t thread;
    pthread_attr_t attributes;
    uint64_t room = slisp_address_room() / 4;
    size_t bytes = room < most_stack_bytes ? (size_t)room & ~(size_t)4095 : most_stack_bytes;
    int error = EAGAIN;
    pthread_attr_init(&attributes);
    pthread_attr_setguardsize(&attributes, guard_bytes);
    for (; error && bytes >= least_stack_bytes; bytes /= 2) {
        pthread_attr_setstacksize(&attributes, bytes);
        is_small = bytes < most_stack_bytes;
        error = pthread_create(&thread, &attributes, on_own_stack, NULL);
    }
    if (error) fail(0, "no memory for the stack");
    pthread_attr_destroy(&attributes);
    return thread;
}

int main(int argc, char **argv) {
    job.argc = argc;
    job.argv = argv;
    sigset_t all;
    sigfillset(&all); /* the thread gets them, which knows when it can be interrupted */
    pthread_sigmask(SIG_BLOCK, &all, &job.signals);
    pthread_t thread = start_thread();
    pthread_join(thread, NULL);
    if (fflush(stdout) || ferror(stdout)) fail(errno, "cannot write to standard output");
    return job.result;
}
