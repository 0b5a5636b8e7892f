/* reduce.c - slispc reduce: a program, or a dump of any form, that fails, made small.
 *
 * What is tried fails in the same way when the same rule of verify is broken, the same pass fails a
 * check or crashes, or the same form is the first that behaves in another way than the first form,
 * whose run must still mean something: it ends, and not in an error that the original did not have.
 */
#include "reduce.h"
#include "output.h"
#include "reproduce.h"
#include "source_text.h"

#include <string.h>
#include <unistd.h>

enum { TRIES = 5000, RUN_SECONDS = 2, MORE_STEPS = 100000 };

typedef struct {
    Options options;
    TrialOptions how;
    const Trial *failure;
    DumpHeader header; /* of a dump */
    bool is_dump;
    Arena *arena;
    TreeReduction tree;
    uint32_t told;
} Reduce;

/* ---- the text of a tree */

static void print_tree(const Reduce *r, Buffer *out, const Node *tree) {
    out->length = 0;
    if (r->is_dump) {
        print_header(out, &r->header);
        print_node(out, tree, STYLE_FULL);
    } else {
        print_source(out, tree->kids, tree->count);
    }
    buffer_add(out, "", 0);
}

static Node *read_tree(Reduce *r, const SourceFile *file) {
    Diagnostics *d = diagnostics_new(r->arena);
    Node **forms, *program;
    uint32_t count;
    r->is_dump = is_dump(file);
    if (r->is_dump) {
        program = read_dump(r->arena, d, 0, file->bytes, file->length, &r->header);
    } else {
        read_source(r->arena, d, 0, file->bytes, file->length, &forms, &count);
        program = error_count(d) ? NULL : node_tree(r->arena, N_LIST, 0, forms, count);
    }
    if (!program) diagnostics_show(d, stderr, false, output_colour());
    return program;
}

/* ---- does it still fail? */

static bool command_says_so(const Reduce *r, const SourceFile *file) {
    char name[64];
    Buffer command = {0};
    Observation o;
    snprintf(name, sizeof name, "/tmp/slispc-reduce-%ld.%s", (long)getpid(),
             r->is_dump ? "ir" : "slisp");
    passing_file(name, file->bytes, file->length);
    buffer_print(&command, "%s %s", r->options.still, name);
    observe_command(&o, split_command(r->arena, command.bytes), NULL, 0,
                    r->options.interpret.seconds);
    passing_file_gone();
    bool fails = o.code == 0 && !o.signal && !o.is_late;
    observation_free(&o);
    buffer_free(&command);
    return fails;
}

static bool has_meaning(const Trial *now, const Trial *was) {
    if (!now->has_run) return true;
    return !now->is_late && !now->is_broken && !now->signal &&
           (!now->error[0] || !strcmp(now->error, was->error));
}

static bool same_failure(const Trial *now, const Trial *was) {
    return now->kind == was->kind && now->pass == was->pass && !strcmp(now->row, was->row) &&
           now->in_library == was->in_library && has_meaning(now, was);
}

/* Of a dump whatever is left out may make it wrong in itself. Without the fault it must be right.
 */
static bool is_sound(Reduce *r, const SourceFile *file) {
    Options right = r->options;
    TrialOptions how = {0};
    Trial t;
    if (!r->is_dump || !right.pipeline.inject_fault) return true;
    right.pipeline.inject_pass = -1;
    right.pipeline.inject_fault = NULL;
    try_program(&t, &right, file, how);
    return t.kind == TRIAL_FINE && has_meaning(&t, r->failure);
}

static void tell_progress(Reduce *r) {
    if (!isatty(STDERR_FILENO) || r->tree.tries - r->told < 20) return;
    r->told = r->tree.tries;
    fprintf(stderr, "\r%u attempts ", r->told);
}

static bool fails(void *context, Node *tree) {
    static Buffer text;
    Reduce *r = context;
    Trial t;
    tell_progress(r);
    if (r->is_dump && language_check(r->header.language, NT_Program, tree).node) return false;
    print_tree(r, &text, tree);
    SourceFile file = {r->is_dump ? "reduce.ir" : "reduce.slisp", text.bytes, text.length};
    if (r->options.still) return command_says_so(r, &file);
    try_program(&t, &r->options, &file, r->how);
    return same_failure(&t, r->failure) && is_sound(r, &file);
}

/* ---- the whole */

/* Only what shows this failure is run. */
static void narrow(Reduce *r) {
    const Trial *f = r->failure;
    bool native_o0 = !strcmp(f->row, "native, -O0");
    r->options.interpret.seconds = RUN_SECONDS;
    if (f->kind != TRIAL_MISMATCH) {
        r->how.first_only = true;
        r->options.pipeline.optimise = f->optimise;
    }
    r->how.plain = native_o0;
    r->how.stressed = !strcmp(f->row, "native, stressed");
    if (f->steps) r->how.steps = 4 * f->steps + MORE_STEPS;
}

void reduce_file(Buffer *out, const Options *o, const SourceFile *file, const Trial *failure,
                 TrialOptions how, uint32_t most_tries) {
    Reduce r = {.options = *o, .how = how, .failure = failure, .arena = arena_new()};
    Node *tree = read_tree(&r, file);
    r.tree = (TreeReduction){.arena = r.arena,
                             .fails = fails,
                             .context = &r,
                             .is_source = !r.is_dump,
                             .most_tries = most_tries};
    if (failure) narrow(&r);
    if (tree) print_tree(&r, out, reduced_tree(&r.tree, tree));
    if (isatty(STDERR_FILENO)) fputs("\r\033[K", stderr);
    fprintf(stderr, "%u attempts%s\n", r.tree.tries,
            r.tree.tries >= most_tries ? "; --n allows more" : "");
    arena_free(r.arena);
}

/* ---- the command */

/* What --kind wants is looked for in the way that shows it. */
static TrialOptions how_to_fail(Options *o) {
    TrialOptions how = {.native_only = o->native, .plain = true, .stressed = true};
    if (!o->failure_kind) return how;
    if (!strcmp(o->failure_kind, "mismatch"))
        o->pipeline.no_verify = true;
    else
        how.first_only = true;
    return how;
}

static void tell_failure(const Trial *t) {
    fprintf(stderr, "%s%s%s: %s\n", trial_kind_text(t->kind), t->row[0] ? ", " : "", t->row,
            t->what);
}

int verb_reduce(const Options *given) {
    Options o = *given;
    Trial t = {.kind = TRIAL_FINE};
    Buffer out = {0};
    if (o.argument_count != 1) fail(0, "slispc reduce wants one file");
    SourceFile file = file_read(o.arguments[0]);
    TrialOptions how = how_to_fail(&o);
    if (!o.still) {
        try_program(&t, &o, &file, how);
        tell_failure(&t);
        if (t.kind == TRIAL_FINE)
            fail(0, "%s does not fail: there is nothing to reduce", file.name);
        if (o.failure_kind && strcmp(o.failure_kind, trial_kind_text(t.kind)))
            fail(0, "%s fails in another way: %s", file.name, trial_kind_text(t.kind));
    }
    reduce_file(&out, &o, &file, o.still ? NULL : &t, how, o.how_many ? o.how_many : TRIES);
    if (!out.length) return 1;
    if (o.output)
        output_file(o.output, out.bytes, out.length, 0666);
    else
        output_bytes(out.bytes, out.length);
    buffer_free(&out);
    return 0;
}
