/* reproduce.c - when slispc itself fails: the input of the failing pass is saved, and one command
 * shows the failure again.
 *
 * A crash is caught on a stack of its own. What the handler does is not among what signal handlers
 * may do; but the process is lost in any case, and mostly the report comes out.
 */
#include "reproduce.h"
#include "output.h"
#include "replace.h"

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

void print_given_options(FILE *out, const Options *o) {
    const PipelineOptions *p = &o->pipeline;
    static const char *const modes[] = {"", " --verify=infer", " --verify=both"};
    if (p->optimise != 2) fprintf(out, " -O%d", p->optimise);
    if (p->strict) fputs(" --strict", out);
    if (p->seed_dialect) fputs(" --dialect=seed", out);
    fputs(modes[p->verify_mode], out);
    if (!p->inject_fault) return;
    fprintf(out, " --inject=%s:%s", pass_rows[p->inject_pass].name, p->inject_fault);
    if (p->inject_seed) fprintf(out, ":%llu", (unsigned long long)p->inject_seed);
}

/* What went into the failing pass; what verify rejects was made by the passes from alloc on. */
static bool save_input(char *name, size_t size) {
    RunningPass r = running_pass;
    Buffer b = {0};
    if (r.before_alloc) {
        r.pass = PASS_alloc;
        r.input = r.before_alloc;
        r.header.language = pass_rows[PASS_alloc].from;
        r.header.after = PASS_alloc - 1;
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
        fprintf(stderr, " %s\n", name);
    } else {
        fprintf(stderr, "  again:  slispc%s", given->argument_count && pass >= 0 ? " check" : "");
        print_given_options(stderr, given);
        for (int i = 0; i < given->argument_count; i++)
            fprintf(stderr, " %s", given->arguments[i]);
        fputc('\n', stderr);
    }
    note_replacements(&given->pipeline);
    fflush(stderr);
    running_pass.pass = -1;
    if (after_failure) after_failure(pass);
}

/* ---- crashes */

static void on_crash(int number) {
    for (int i = 0; i < CAUGHT; i++)
        signal(caught[i], SIG_DFL);
    fprintf(
        stderr,
        "internal error%s%s: slispc crashed: %s\nThis is a bug in slispc, not in your program.\n",
        bug_pass ? " in pass " : "", bug_pass ? bug_pass : "", strsignal(number));
    report();
    _exit(3);
}

static void catch_crashes(void) {
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};
    static void *memory;
    if (!memory)
        memory = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return;
    sigaltstack(&(stack_t){.ss_sp = memory, .ss_size = SIGNAL_STACK}, NULL);
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
