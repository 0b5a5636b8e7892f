/* main.c - slispc: verbs, and what is done with the compiled program. */
#include "encode.h"
#include "link.h"
#include "options.h"
#include "output.h"
#include "soak.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char version[] = "slispc 0.1";

/* ---- files */

static SourceFile read_file(const char *name) {
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0) fail(errno, "cannot read %s", name);
    if (fstat(fd, &about)) fail(errno, "cannot read %s", name);
    if (S_ISDIR(about.st_mode)) fail(EISDIR, "cannot read %s", name);
    Buffer b = {0};
    static char block[65536];
    for (ssize_t n; (n = read(fd, block, sizeof block)) != 0;) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail(errno, "cannot read %s", name);
        buffer_add(&b, block, (size_t)n);
    }
    close(fd);
    buffer_add(&b, "", 0);
    return (SourceFile){name, b.bytes, b.length};
}

static SourceFile *read_files(const Options *o) {
    if (o->argument_count == 0) fail(0, "no file given; 'slispc --help' shows the usage");
    SourceFile *files = calloc((size_t)o->argument_count, sizeof *files);
    if (!files) fail(0, "no memory left");
    for (int i = 0; i < o->argument_count; i++)
        files[i] = read_file(o->arguments[i]);
    return files;
}

/* f.slisp gives f, f.o or f.s beside where slispc was started. */
static const char *output_name(const Options *o) {
    if (o->output) return o->output;
    const char *slash = strrchr(o->arguments[0], '/'), *name = slash ? slash + 1 : o->arguments[0];
    const char *dot = strrchr(name, '.');
    static const char *const endings[] = {"", ".o", ".s", ""};
    Buffer b = {0};
    buffer_print(&b, "%.*s%s", dot && dot > name ? (int)(dot - name) : (int)strlen(name), name, endings[o->kind]);
    if (!strcmp(b.bytes, name)) buffer_print(&b, ".out");
    return b.bytes;
}

/* ---- compiling */

static const Options *current; /* for the command that reproduces a bug */

static void print_reproducer(void) {
    fprintf(stderr, "  again:  slispc --dump-before=%s", bug_pass ? bug_pass : "parse");
    for (int i = 0; i < current->argument_count; i++)
        fprintf(stderr, " %s", current->arguments[i]);
    fprintf(stderr, " > before.ir; slispc before.ir\n");
}

static PipelineResult compile(const Options *o) {
    current = o;
    bug_hook = print_reproducer;
    return pipeline_run(&o->pipeline, read_files(o), (uint32_t)o->argument_count);
}

static bool is_complete(const PipelineResult *r) { return r->program && r->header.language == L_Lbytes; }

static void write_output(const Options *o, const PipelineResult *r) {
    Arena *arena = arena_new();
    Linked *linked = link_program(arena, r->program, &r->header);
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
    if (o->output) output_file(o->output, b.bytes, b.length, 0666);
    else output_bytes(b.bytes, b.length);
    buffer_free(&b);
}

static int verb_compile(const Options *o) {
    PipelineResult r = compile(o);
    if (!r.program) return r.exit_code;
    if (is_complete(&r)) write_output(o, &r);
    else if (!o->pipeline.dump_after && !o->pipeline.dump_before) print_result(o, &r);
    return 0;
}

static int verb_run(const Options *o) {
    PipelineResult r = compile(o);
    if (!r.program) return r.exit_code;
    if (!is_complete(&r)) fail(0, "slispc run needs all passes; leave out --to");
    char **argv = calloc((size_t)o->program_argument_count + 2, sizeof *argv);
    if (!argv) fail(0, "no memory left");
    argv[0] = (char *)(uintptr_t)o->arguments[0];
    memcpy(argv + 1, o->program_arguments, (size_t)o->program_argument_count * sizeof *argv);
    return run_in_memory(link_program(arena_new(), r.program, &r.header), o->program_argument_count + 1, argv);
}

/* Checks a dump against its grammar and runs the passes that are left, without writing anything. */
static int verb_check(const Options *o) {
    Options with = *o;
    SourceFile against;
    if (o->against) {
        against = read_file(o->against);
        with.pipeline.against = &against;
    }
    PipelineResult r = compile(&with);
    if (r.program) printf("%s: fine\n", o->arguments[0]);
    return r.exit_code;
}

/* ---- telling */

static int verb_passes(const Options *o) {
    if (o->pipeline.json) putchar('[');
    else printf("%2s  %-11s %-11s %-11s %-9s %s\n", "#", "pass", "from", "to", "kind", "what it does");
    for (int p = 0; p < PASS_COUNT; p++) {
        const PassRow *row = &pass_rows[p];
        if (o->pipeline.json)
            printf("%s{\"name\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"%s\",\"doc\":\"%s\"}", p ? ",\n " : "", row->name,
                   language_name(row->from), language_name(row->to), pass_kind_text(row->kind), row->doc);
        else
            printf("%2d  %-11s %-11s %-11s %-9s %s\n", p + 1, row->name, language_name(row->from), language_name(row->to),
                   pass_kind_text(row->kind), row->doc);
    }
    if (o->pipeline.json) puts("]");
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
    if (o->argument_count != 1) fail(0, "slispc grammar wants one language");
    Language l = language_wanted(o->arguments[0]);
    language_print(stdout, l, o->difference ? (int)language_wanted(o->difference) : -1);
    return 0;
}

static int verb_explain(const Options *o) {
    if (o->argument_count != 1) fail(0, "slispc explain wants a pass, a code or a language");
    const char *what = o->arguments[0];
    int p = pass_named(what);
    Language l;
    if (p >= 0) {
        const PassRow *row = &pass_rows[p];
        printf("%s: %s -> %s (%s)\n  %s\n", row->name, language_name(row->from), language_name(row->to), pass_kind_text(row->kind), row->doc);
        return 0;
    }
    if (language_named(what, &l)) {
        language_print(stdout, l, -1);
        return 0;
    }
    if (print_rule(stdout, what)) return 0;
    const char *text_of_code = message_explanation(what), *meant = code_meant(what);
    if (!text_of_code && meant) fail(0, "nothing is called '%s'; did you mean %s?", what, meant);
    if (!text_of_code) fail(0, "nothing is called '%s'; there are passes, languages and the codes of messages", what);
    printf("%s: %s\n", what, text_of_code);
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
    PipelineResult r = o->argument_count ? compile(&with) : (PipelineResult){0};
    return o->argument_count && !r.program ? r.exit_code : soak(o, r.program);
}

/* ---- verbs */

static const struct {
    const char *name;
    int (*run)(const Options *);
    bool program_follows; /* arguments behind the first file are the program's */
} verbs[] = {
    {"run", verb_run, true},         {"check", verb_check, false},     {"passes", verb_passes, false},
    {"grammar", verb_grammar, false}, {"explain", verb_explain, false}, {"faults", verb_faults, false},
    {"soak", verb_soak, false},
};
enum { VERBS = sizeof verbs / sizeof *verbs };

/* An argument with . or / is a file, otherwise a verb. */
static int start(int argc, char **argv) {
    languages_init();
    Options o;
    bool verb = argc > 1 && argv[1][0] != '-' && !strpbrk(argv[1], "./");
    for (int i = 0; verb && i < VERBS; i++)
        if (!strcmp(argv[1], verbs[i].name)) {
            options_read(&o, argc, argv, 2, verbs[i].program_follows);
            return verbs[i].run(&o);
        }
    if (verb) {
        const char *names[VERBS];
        for (int i = 0; i < VERBS; i++)
            names[i] = verbs[i].name;
        const char *close = near_miss(argv[1], names, VERBS);
        fail(0, "no verb '%s'%s%s; a file's name has a . or a /", argv[1], close ? "; did you mean " : "", close ? close : "");
    }
    if (argc == 2 && !strcmp(argv[1], "--encoder-table")) { /* for the tests */
        print_encoder_table(stdout);
        return 0;
    }
    options_read(&o, argc, argv, 1, false);
    if (o.help || argc == 1) options_help(o.help ? stdout : stderr);
    if (o.version) puts(version);
    if (o.help || o.version) return 0;
    return argc == 1 ? 2 : verb_compile(&o);
}

/* ---- a stack for recursion on nesting, whatever the shell's limit is: that of a thread */

static const size_t stack_bytes = (size_t)1 << 29;
static struct {
    int argc, result;
    char **argv;
} job;

static void *on_own_stack(void *unused) {
    job.result = start(job.argc, job.argv);
    return unused;
}

int main(int argc, char **argv) {
    pthread_t thread;
    pthread_attr_t attributes;
    job.argc = argc;
    job.argv = argv;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_bytes);
    int error = pthread_create(&thread, &attributes, on_own_stack, NULL);
    if (error) fail(error, "no memory for the stack");
    pthread_join(thread, NULL);
    if (fflush(stdout) || ferror(stdout)) fail(errno, "cannot write to standard output");
    return job.result;
}
