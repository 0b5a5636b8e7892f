/* bisect.c - slispc bisect: the first pass whose output misbehaves or fails a check.
 *
 * Every form is run and compared with what is expected: --expect=TEXT is what the program prints;
 * --still COMMAND ends with 0 for a dump that is still bad; else the first form that can be run
 * tells. What verify rejects is run without verify, to see whether alloc or frame made it wrong.
 */
#include "forms.h"
#include "output.h"
#include "replace.h"
#include "reproduce.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    Node *program; /* NULL: none */
    DumpHeader header;
} Form;

typedef struct {
    Options options;
    Arena *arena;
    bool stress; /* every form is run with a collection at every allocation */
    Observation expected;
    bool knows_expected;
    bool found;
    bool by_place;
    Options again;  /* of the run that shows it */
    Form last, now; /* now: the current form; last: the one that went into its pass */
} Bisect;

static Bisect *running; /* for failures that end the pipeline */

/* ---- what is kept */

static const char *keep_form(const Form *form, const char *what) {
    Buffer text = {0}, name = {0};
    const char *directory = running->options.pipeline.dump_dir;
    buffer_print(&name, "%s%s%s-%s.ir", directory ? directory : "", directory ? "/" : "", what,
                 form->header.after >= 0 ? pass_rows[form->header.after].name : "given");
    if (directory && mkdir(directory, 0777) && errno != EEXIST)
        fail(errno, "cannot make the folder %s", directory);
    print_header(&text, &form->header);
    print_node(&text, form->program, STYLE_FULL);
    output_file(name.bytes, text.bytes, text.length, 0666);
    buffer_free(&text);
    return name.bytes;
}

/* The options of a run that it was seen in: a form by name, the collector at every allocation. */
static void print_again(const Bisect *b, int pass, const char *file) {
    const InterpretOptions *i = &b->options.interpret;
    bool is_placed = has_places(pass_rows[pass].to) && !b->by_place;
    printf("  again:  %sslispc run", b->stress ? "SLISP_GC=stress " : "");
    print_given_options(stdout, &b->options);
    if (b->options.given[OPTION_limit] && !is_any_replaced(&b->options.pipeline))
        printf(" --limit=%u", i->seconds);
    if (i->call) {
        Text call = text_format("--call=%s", i->call);
        putchar(' ');
        print_quoted(stdout, text_bytes(call));
    }
    printf(" --to=%s%s", pass_rows[pass].name, is_placed ? " --by=name" : "");
    if (file) {
        putchar(' ');
        print_quoted(stdout, file);
        print_program_arguments(stdout, &b->again);
    } else {
        print_given_files(stdout, &b->again);
    }
    putchar('\n');
}

/* How to see it again, and what to do next. */
static void print_commands(Bisect *b, int pass) {
    if (pass < 0) return;
    if (b->last.program) {
        const char *kept = keep_form(&b->last, "bisect");
        printf("  input kept: %s\n", kept);
        print_again(b, pass, kept);
    } else {
        print_again(b, pass, NULL);
    }
    if (!b->last.program) return;
    printf("  next:   slispc diff --passes=%s,%s", pass_rows[b->last.header.after].name,
           pass_rows[pass].name);
    print_given_options(stdout, &b->options);
    for (int i = 0; i < b->options.argument_count; i++) {
        putchar(' ');
        print_quoted(stdout, b->options.arguments[i]);
    }
    putchar('\n');
}

static void blame(Bisect *b, int pass) {
    b->found = true;
    printf("first bad pass: %s\n", pass < 0 ? "none, the dump is" : pass_rows[pass].name);
    print_commands(b, pass);
    fflush(stdout);
}

/* ---- judging a form */

static bool prints_expected(const Observation *o, const char *expected) {
    size_t length = strlen(expected), found = o->out.length;
    while (found > length && o->out.bytes[found - 1] == '\n')
        found--;
    return !o->signal && !o->is_late && found == length &&
           !memcmp(o->out.bytes ? o->out.bytes : "", expected, length);
}

/* NULL when the form behaves as expected; else what is wrong with it. */
static const char *judge_run(Bisect *b, const FormRun *run, Observation *o) {
    if (b->stress) setenv("SLISP_GC", "stress", 1);
    observe_form(o, &b->options, run);
    if (b->stress) unsetenv("SLISP_GC");
    if (b->options.expect)
        return prints_expected(o, b->options.expect) ? NULL : "not what is expected";
    if (!b->knows_expected) {
        b->expected = *o;
        b->knows_expected = true;
        return NULL;
    }
    return behaviour_difference(&b->expected, o);
}

/* Is the dump still bad, says the command? */
static const char *judge_by_command(Bisect *b, const FormRun *run) {
    char name[] = "/tmp/slispc-bisect-XXXXXX";
    Buffer text = {0};
    Observation o;
    int fd = mkstemp(name);
    if (fd < 0) fail(0, "cannot make a temporary file");
    close(fd);
    print_header(&text, run->header);
    print_node(&text, run->program, STYLE_FULL);
    passing_file(name, text.bytes, text.length);
    buffer_free(&text);
    buffer_print(&text, "%s %s", b->options.still, name);
    observe_command(&o, split_command(b->arena, text.bytes), NULL, 0, b->options.interpret.seconds);
    passing_file_gone();
    const char *verdict =
        o.code == 0 && !o.signal && !o.is_late ? "the command says that it is still bad" : NULL;
    observation_free(&o);
    buffer_free(&text);
    return verdict;
}

static void print_difference(const Bisect *b, const Observation *o) {
    Buffer difference = {0}, expected = {0};
    if (b->options.expect)
        buffer_print(&expected, "%s\n", b->options.expect);
    else
        buffer_add(&expected, b->expected.out.bytes, b->expected.out.length);
    if (!o->signal && !o->is_late)
        describe_output_difference(&difference, o, expected.bytes ? expected.bytes : "",
                                   expected.length);
    if (difference.length) printf("        %s\n", difference.bytes);
    buffer_free(&difference);
    buffer_free(&expected);
}

static void print_verdict(const FormRun *run, const char *wrong, const Observation *o) {
    Buffer b = {0};
    if (o) describe_observation(&b, o);
    printf("%s  %2d %-20s %s", wrong ? "BAD" : " ok", run->pass + 1, form_name(run),
           b.bytes ? b.bytes : "");
    if (wrong) printf("   <-- %s", wrong);
    putchar('\n');
    fflush(stdout);
    buffer_free(&b);
}

static bool judge(void *context, const FormRun *run) {
    Bisect *b = context;
    Observation o = {0};
    b->by_place = run->by_place;
    if (b->now.program != run->program) {
        b->last = b->now;
        b->now = (Form){run->program, *run->header};
    }
    const char *wrong = b->options.still ? judge_by_command(b, run) : judge_run(b, run, &o);
    print_verdict(run, wrong, b->options.still ? NULL : &o);
    if (wrong) {
        if (!b->options.still) print_difference(b, &o);
        blame(b, run->pass);
        return false;
    }
    return true;
}

/* ---- the command */

/* A check ended the pipeline. What verify rejects another pass made wrong: see below. */
static void blame_failed_pass(int pass) {
    if (running->found || pass < 0 || pass == PASS_verify) return;
    printf("BAD  %2d %-20s fails a check\n", pass + 1, pass_rows[pass].name);
    running->last = running->now;
    blame(running, pass);
}

static int bisect_once(Bisect *b) {
    running = b;
    b->again = b->options;
    b->again.verb = VERB_run;
    int code = each_form(&b->options, judge, b);
    return b->found ? 4 : code;
}

int verb_bisect(const Options *o) {
    Bisect b = {.options = *o, .arena = arena_new()};
    after_failure = blame_failed_pass;
    int code = bisect_once(&b);
    for (int stress = 0; code == 3 && !b.found && stress < 2; stress++) {
        printf("verify rejects it; once more without verify%s, to see whose output misbehaves:\n",
               stress ? ", with a collection at every allocation" : "");
        fflush(stdout);
        b = (Bisect){.options = *o, .arena = b.arena, .stress = stress};
        b.options.pipeline.no_verify = true;
        code = bisect_once(&b);
        if (!b.found) code = 3;
    }
    if (!b.found && !code) puts("every form behaves as expected");
    return code;
}
