/* fuzz.c - slispc fuzz: random programs; every form of each must behave as its first form does.
 *
 * Programs are made here, where what they reach is counted; each is compiled and run in processes
 * of its own (trial.h). One that fails is kept and reduced, and the next one is tried. */
#include "fuzz_parts.h"
#include "output.h"
#include "reduce.h"
#include "reproduce.h"
#include "source_text.h"

#include <stdlib.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PROGRAMS = 1000, STRESS_EVERY = 8, REDUCE_TRIES = 3000, REPORT_SECONDS = 10 };

typedef struct {
    const Options *options;
    Options run;
    FuzzCoverage coverage;
    uint64_t seed;
    uint32_t done, runs, counts[TRIAL_MISMATCH + 1];
    double start, told;
    bool is_terminal;
} Fuzz;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- programs */

/* Laid out for people; the reader must read it. */
static void lay_out_text(Arena *arena, Buffer *text) {
    Diagnostics *d = diagnostics_new(arena);
    Node **forms;
    uint32_t count;
    read_source(arena, d, 0, text->bytes, text->length, &forms, &count);
    if (error_count(d)) {
        fwrite(text->bytes, 1, text->length, stderr);
        bug(NULL, "the program that was generated cannot be read");
    }
    text->length = 0;
    print_source(text, forms, count);
}

static void write_program(Fuzz *f, Arena *arena, Buffer *text) {
    text->length = 0;
    generate_program(text, f->seed, &f->coverage);
    lay_out_text(arena, text);
    for (size_t i = 0; i < text->length; i++)
        f->coverage.lines += text->bytes[i] == '\n';
}

/* ---- telling */

static void tell_progress(Fuzz *f) {
    double time = now();
    if (time - f->told < (f->is_terminal ? 0.2 : REPORT_SECONDS)) return;
    f->told = time;
    fprintf(stderr, "%s%u programs, %.0f an hour, %u failures%s", f->is_terminal ? "\r" : "",
            f->done, f->done / (time - f->start) * 3600, f->done - f->counts[TRIAL_FINE],
            f->is_terminal ? " " : "\n");
    fflush(stderr);
}

static const char *file_name(const Fuzz *f, const char *ending) {
    static Buffer name;
    const char *folder = f->options->output;
    name.length = 0;
    buffer_print(&name, "%s%sfuzz-%llu%s.slisp", folder ? folder : "", folder ? "/" : "",
                 (unsigned long long)f->seed, ending);
    return name.bytes;
}

static void print_command(const Options *o, const Trial *t, const char *name) {
    bool plain = !strcmp(t->row, "native, -O0"), stressed = !strcmp(t->row, "native, stressed");
    printf("  again:  %sslispc %s", stressed ? "SLISP_GC=stress " : "",
           t->kind == TRIAL_MISMATCH ? plain || stressed ? "run" : "run --each" : "check");
    if (plain) printf(" -O0");
    print_given_options(stdout, o);
    printf(" %s\n", name);
}

static void report(Fuzz *f, const Trial *t) {
    if (f->is_terminal) fputs("\r\033[K", stderr);
    printf("seed %llu: %s%s%s: %s", (unsigned long long)f->seed, trial_kind_text(t->kind),
           t->row[0] ? ", " : "", t->row, t->what);
    if (*t->what && t->what[strlen(t->what) - 1] != '\n') putchar('\n');
    fflush(stdout);
}

/* ---- one program */

static void write_folder(const char *name) {
    if (name && mkdir(name, 0777) && errno != EEXIST)
        fail(errno, "cannot make the folder %s", name);
}

static void keep(Fuzz *f, const SourceFile *file, const Trial *t, TrialOptions how) {
    Buffer smaller = {0};
    report(f, t);
    write_folder(f->options->output);
    output_file(file_name(f, ""), file->bytes, file->length, 0666);
    printf("  kept:   %s\n", file_name(f, ""));
    print_command(f->options, t, file_name(f, ""));
    fflush(stdout);
    reduce_file(&smaller, &f->run, file, t, how, REDUCE_TRIES);
    output_file(file_name(f, ".reduced"), smaller.bytes, smaller.length, 0666);
    printf("  reduced: %s\n%s", file_name(f, ".reduced"), smaller.bytes);
    fflush(stdout);
    buffer_free(&smaller);
}

static void fuzz_program(Fuzz *f, Arena *arena) {
    static Buffer text;
    Trial t;
    write_program(f, arena, &text);
    SourceFile file = {"fuzz.slisp", text.bytes, text.length};
    TrialOptions how = {
        .native_only = f->options->native, .plain = true, .stressed = f->seed % STRESS_EVERY == 0};
    try_program(&t, &f->run, &file, how);
    f->done++;
    f->runs += t.runs;
    f->counts[t.kind]++;
    f->coverage.failing += t.error[0] != 0;
    if (t.kind) keep(f, &file, &t, how);
    tell_progress(f);
}

/* ---- the command */

static void print_totals(const Fuzz *f) {
    double seconds = now() - f->start;
    if (f->is_terminal) fputs("\r\033[K", stderr);
    print_fuzz_coverage(stdout, &f->coverage);
    printf("%u programs of %.1f lines, %u runs of forms; %llu ended in an error of their own\n",
           f->done, (double)f->coverage.lines / f->done, f->runs,
           (unsigned long long)f->coverage.failing);
    printf("%u errors of the compiler, %u rejected by verify, %u crashes, %u mismatches\n",
           f->counts[TRIAL_ERROR], f->counts[TRIAL_VERIFY], f->counts[TRIAL_CRASH],
           f->counts[TRIAL_MISMATCH]);
    fprintf(stderr, "%.1f s, %.0f programs an hour\n", seconds, f->done / seconds * 3600);
}

static int exit_code(const Fuzz *f) {
    if (f->counts[TRIAL_VERIFY] || f->counts[TRIAL_CRASH]) return 3;
    return f->counts[TRIAL_ERROR] || f->counts[TRIAL_MISMATCH] ? 4 : 0;
}

int verb_fuzz(const Options *o) {
    Fuzz f = {.options = o, .run = *o, .start = now(), .is_terminal = isatty(STDERR_FILENO)};
    Arena *arena = arena_new();
    uint32_t count = o->how_many ? o->how_many : PROGRAMS;
    f.told = f.start;
    for (uint32_t i = 0; i < count && !o->print; i++) {
        f.seed = o->seed + i;
        arena_reset(arena);
        fuzz_program(&f, arena);
    }
    if (o->print) {
        Buffer text = {0};
        f.seed = o->seed;
        write_program(&f, arena, &text);
        output_bytes(text.bytes, text.length);
    } else {
        print_totals(&f);
    }
    arena_free(arena);
    return exit_code(&f);
}
