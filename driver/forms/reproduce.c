/* reproduce.c - when slispc itself fails: the input of the failing pass is saved, and one command
 * shows the failure again.
 *
 * A crash is caught on a stack of its own. What the handler does is not among what signal handlers
 * may do; but the process is lost in any case, and mostly the report comes out.
 */
#include "reproduce.h"
#include "output.h"
#include "replace.h"
#include "slisp.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void (*after_failure)(int pass);

static const Options *given;
static bool is_given_dump; /* then the input is a file already */
static const int caught[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
enum { CAUGHT = sizeof caught / sizeof *caught, SIGNAL_STACK = 64 << 20 };

/* ---- the report */

void print_quoted(FILE *out, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_=+:,./@%^";
    if (*word && word[strspn(word, plain)] == 0) {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

static void print_option(FILE *out, const char *format, const char *first, const char *second) {
    fputc(' ', out);
    Text option = text_format(format, first, second);
    print_quoted(out, text_bytes(option));
}

/* --skip=simplify,gvn; nothing for none. */
static void print_passes(FILE *out, const char *option, uint32_t set) {
    for (int p = 0; p < PASS_COUNT; p++) {
        if (!(set >> p & 1)) continue;
        fprintf(out, "%s%s", option, pass_rows[p].name);
        option = ",";
    }
}

static void print_changes(FILE *out, const PipelineOptions *p) {
    for (int pass = 0; pass < PASS_COUNT; pass++)
        if (p->replace[pass])
            print_option(out, "--replace=%s:%s", pass_rows[pass].name, p->replace[pass]);
    if (p->inject_fault)
        fprintf(out, " --inject=%s:%s", pass_rows[p->inject_pass].name, p->inject_fault);
    if (p->inject_fault && p->inject_seed)
        fprintf(out, ":%llu", (unsigned long long)p->inject_seed);
    if (p->library) fputs(" --library", out);
    if (is_any_replaced(p) && p->replace_seconds != 10)
        fprintf(out, " --limit=%g", p->replace_seconds);
}

void print_given_options(FILE *out, const Options *o) {
    const PipelineOptions *p = &o->pipeline;
    static const char *const modes[] = {"", " --verify=infer", " --verify=both"};
    if (p->optimise != 2) fprintf(out, " -O%d", p->optimise);
    if (p->strict) fputs(" --strict", out);
    if (p->seed_dialect) fputs(" --dialect=seed", out);
    print_passes(out, " --skip=", p->skip);
    if (p->keep) print_option(out, "--keep=%s", p->keep, "");
    fputs(modes[p->verify_mode], out);
    for (int rule = 0; rule < 32; rule++)
        if (p->verify_without >> rule & 1) fprintf(out, " --verify-without=%s", rule_name(rule));
    if (p->no_verify) fputs(" --no-verify", out);
    if (p->verify_all) fputs(" --all", out);
    print_changes(out, p);
}

void print_given_files(FILE *out, const Options *o) {
    for (int i = 0; i < o->argument_count; i++) {
        fputc(' ', out);
        print_quoted(out, o->arguments[i]);
    }
    print_program_arguments(out, o);
}

void print_program_arguments(FILE *out, const Options *o) {
    bool is_option = false;
    for (int i = 0; i < o->program_argument_count; i++)
        is_option |= o->program_arguments[i][0] == '-' && o->program_arguments[i][1];
    if (is_option && (o->verb != VERB_run || o->each)) fputs(" --", out);
    for (int i = 0; i < o->program_argument_count; i++) {
        fputc(' ', out);
        print_quoted(out, o->program_arguments[i]);
    }
}

/* What went into the failing pass; what verify rejects was made by the passes from liveness on. */
static bool save_input(char *name, size_t size) {
    RunningPass r = running_pass;
    Buffer b = {0};
    if (r.selected) {
        r.pass = PASS_liveness;
        r.input = r.selected;
        r.header.language = pass_rows[PASS_liveness].from;
        r.header.after = PASS_liveness - 1;
    }
    if (r.pass <= PASS_parse || is_given_dump) return false;
    const char *folder = getenv("SLISPC_CRASH_DIR");
    snprintf(name, size, "%s%sslispc-bug-%s.ir", folder ? folder : "", folder ? "/" : "",
             pass_rows[r.pass].name);
    print_header(&b, &r.header);
    if (is_form(r.input, H_program)) {
        print_node(&b, r.input, STYLE_FULL);
    } else {
        buffer_print(&b, "(program");
        print_top(&b, r.library, STYLE_FULL);
        print_top(&b, r.input, STYLE_FULL);
        buffer_print(&b, ")\n");
    }
    bool saved = try_output_file(name, b.bytes, b.length, 0666) == 0;
    buffer_free(&b);
    return saved;
}

static void report(void) {
    char name[4096];
    int pass = running_pass.pass;
    if (save_input(name, sizeof name)) {
        fprintf(stderr, "  input saved: %s\n  again:  slispc check", name);
        print_given_options(stderr, given);
        fputc(' ', stderr);
        print_quoted(stderr, name);
        fputc('\n', stderr);
    } else {
        fprintf(stderr, "  again:  slispc%s", given->argument_count && pass >= 0 ? " check" : "");
        print_given_options(stderr, given);
        for (int i = 0; i < given->argument_count; i++) {
            fputc(' ', stderr);
            print_quoted(stderr, given->arguments[i]);
        }
        fputc('\n', stderr);
    }
    note_replacements(&given->pipeline);
    fflush(stderr);
    running_pass.pass = -1;
    if (after_failure) after_failure(pass);
}

/* ---- crashes */

static void on_crash(int number, siginfo_t *info, void *unused) {
    (void)unused;
    if (is_below_small_stack(info->si_addr)) {
        fputs("slispc: no memory for the stack: forms are nested too deeply for what is left of "
              "the address space (ulimit -v)\n",
              stderr);
        _exit(2);
    }
    for (int i = 0; i < CAUGHT; i++)
        signal(caught[i], SIG_DFL);
    fprintf(stderr, "internal error%s%s: slispc crashed: %s\n%s\n", bug_pass ? " in pass " : "",
            bug_pass ? bug_pass : "", strsignal(number),
            bug_blame ? bug_blame : "This is a bug in slispc, not in your program.");
    report();
    _exit(3);
}

static stack_t signal_stack;

/* Large, for the report prints forms; less where the address space is limited. */
static void reserve_signal_stack(void) {
    size_t size = SIGNAL_STACK;
    while (size > slisp_address_room() / 4)
        size /= 2;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory != MAP_FAILED) signal_stack = (stack_t){.ss_sp = memory, .ss_size = size};
}

static void catch_crashes(void) {
    struct sigaction action = {.sa_sigaction = on_crash,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    if (!signal_stack.ss_sp) reserve_signal_stack();
    if (!signal_stack.ss_sp) return;
    sigaltstack(&signal_stack, NULL);
    for (int i = 0; i < CAUGHT; i++)
        sigaction(caught[i], &action, NULL);
}

void reproduce_start(const Options *o, bool is_dump_given) {
    given = o;
    is_given_dump = is_dump_given;
    bug_hook = report;
    catch_crashes();
}

void reproduce_end(void) {
    bug_hook = NULL;
    for (int i = 0; i < CAUGHT; i++)
        signal(caught[i], SIG_DFL);
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
}
