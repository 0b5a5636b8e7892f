/* soak.c - slispc soak: allocator and verifier against random functions.
 *
 * Without a fault, every function must be accepted, and before and after allocation it must do the
 * same in all walks. With one, each mutant is unchanged (the fault had no place), rejected (by a
 * rule), accepted and harmless (all walks are the same), or accepted and diverging: a hole in the
 * verifier.
 */
#include "soak.h"
#include "execute.h"
#include "output.h"
#include "soak_random.h"
#include "verify/verdict.h"

#include <string.h>

enum { STEPS = 400, MOST_RULES = 32, RULE_LENGTH = 3 };

typedef struct {
    char code[RULE_LENGTH + 1];
    uint32_t count;
} RuleCount;

/* What became of the mutants of one kind. */
typedef struct {
    uint32_t unchanged, rejected, harmless, holes;
    uint32_t rejected_diverging; /* of the rejected ones, how many do something else in a walk */
    RuleCount rules[MOST_RULES];
} Tally;

typedef struct {
    const Options *options;
    Context context;
    Arena *arena, *scratch;
    uint64_t seed, inject_seed;
    Forms forms;
    uint32_t mutation; /* at hand, of --mutate */
    Coverage coverage;
    uint32_t false_alarms, diverging, holes, disagreements;
    Tally tallies[MUTATIONS]; /* of one fault only the first */
    Buffer report;
} Soak;

static uint32_t problems(const Soak *s) {
    return s->false_alarms + s->diverging + s->holes + s->disagreements;
}

static Soak *running; /* for the command that reproduces a bug */

static void print_again(void) {
    const Node *function = running->forms.generated;
    fprintf(stderr, "  seed %llu, function %s\n", (unsigned long long)running->seed,
            function ? text_bytes(function->kids[0]->text) : "-");
}

/* ---- the passes */

static Node *run_pass(Soak *s, int pass, Node *function, bool inject) {
    bug_pass = pass_rows[pass].name;
    s->context.inject = inject && s->options->pipeline.inject_pass == pass
                            ? s->options->pipeline.inject_fault
                            : NULL;
    s->context.inject_seed = s->inject_seed;
    Node *out = pass_rows[pass].run(&s->context, function);
    GrammarError e = language_check(pass_rows[pass].to, "Top", out);
    if (e.node)
        bug(e.node, "the output is not of language %s: this is no %s",
            language_name(pass_rows[pass].to), e.wanted);
    arena_reset(s->scratch);
    bug_pass = NULL;
    return out;
}

static Node *framed(Soak *s, bool inject) {
    Node *placed = run_pass(s, PASS_alloc, s->forms.intervals, inject);
    if (!inject) s->forms.placed = placed;
    return run_pass(s, PASS_frame, placed, inject);
}

/* ---- reports */

static void print_divergence(const Divergence *d) {
    Buffer b = {0};
    if (d->item) print_flat(&b, d->item);
    fprintf(stderr, "  walk %u, step %u: %s at %.*s\n", d->walk, d->step, d->what, (int)b.length,
            d->item ? b.bytes : "");
    if (d->name)
        fprintf(stderr, "  %%%s.%u in %s: %llx before allocation, %llx after it\n",
                text_bytes(d->name->name.hint), d->name->name.number, d->place ? d->place : "-",
                (unsigned long long)d->wanted, (unsigned long long)d->found);
    buffer_free(&b);
}

/* The generated function as a dump that the pipeline goes on from. */
static void write_generated(Soak *s) {
    Buffer b = {0};
    DumpHeader header = {.language = L_Lx86, .after = PASS_select, .options = text("O2 native")};
    PUSH(s->arena, header.files, text("soak"));
    Node *library = list(s->arena, H_library, 0, node_text(s->arena, N_SYMBOL, 0, text("core")),
                         node_text(s->arena, N_STRING, 0, text("")), NULL);
    print_header(&b, &header);
    print_node(&b, list(s->arena, H_program, 0, library, s->forms.generated, NULL), STYLE_FULL);
    output_file(s->options->output, b.bytes, b.length, 0666);
    buffer_free(&b);
}

/* Tells about the first few. */
static void tell(Soak *s, const char *what, const Divergence *d) {
    enum { SHOWN = 5 };
    uint32_t told = problems(s);
    if (told > SHOWN) return;
    fprintf(stderr, "seed %llu, %s: %s\n", (unsigned long long)s->seed,
            text_bytes(s->forms.generated->kids[0]->text), what);
    if (s->report.length && !d) fwrite(s->report.bytes, 1, s->report.length, stderr);
    if (d) print_divergence(d);
}

static void count_rule(const Soak *s, Tally *t) {
    static const char start[] = "error[";
    const char *at = s->report.length ? strstr(s->report.bytes, start) : NULL;
    for (uint32_t i = 0; at && i < MOST_RULES; i++) {
        RuleCount *r = &t->rules[i];
        if (!r->count) memcpy(r->code, at + sizeof start - 1, RULE_LENGTH);
        if (memcmp(r->code, at + sizeof start - 1, RULE_LENGTH)) continue;
        r->count++;
        return;
    }
}

/* ---- one function */

static bool accepted_by(Soak *s, Node *function, VerifyMode mode, Buffer *report) {
    s->context.before_alloc = s->forms.intervals;
    s->context.verify_mode = mode;
    bool right = is_verified(&s->context, function, report);
    arena_reset(s->scratch);
    return right;
}

/* Whom the claims convince, inference must convince, too. */
static bool accepted(Soak *s, Node *function) {
    Buffer inferred = {0};
    s->report.length = 0;
    if (!accepted_by(s, function, VERIFY_CLAIMS, &s->report)) return false;
    if (!accepted_by(s, function, VERIFY_INFER, &inferred)) {
        s->disagreements++;
        tell(s, "the claims convince the verifier, but inference does not", NULL);
        fwrite(inferred.bytes, 1, inferred.length, stderr);
    }
    buffer_free(&inferred);
    return true;
}

static bool walks_same(Soak *s, const Node *function, Divergence *d) {
    WalkOptions options = {.walks = s->options->soak_walks, .steps = STEPS, .seed = s->seed};
    bool same = walk_both(s->scratch, s->forms.intervals, function, options, d);
    arena_reset(s->scratch);
    return same;
}

static void judge_right(Soak *s) {
    Divergence d;
    if (!accepted(s, s->forms.framed)) {
        s->false_alarms++;
        tell(s, "a function that nobody has made wrong is rejected", NULL);
    }
    if (!walks_same(s, s->forms.framed, &d)) {
        s->diverging++;
        tell(s, "the function does something else after allocation", &d);
    }
    note_coverage(s->scratch, &s->coverage, &s->forms);
    s->coverage.steps += d.steps;
}

static void judge_mutant(Soak *s, Tally *t, Node *mutant) {
    Divergence d;
    if (node_equal(s->forms.framed, mutant)) {
        t->unchanged++;
    } else if (!accepted(s, mutant)) {
        t->rejected++;
        count_rule(s, t);
        t->rejected_diverging += !walks_same(s, mutant, &d);
    } else if (walks_same(s, mutant, &d)) {
        t->harmless++;
    } else {
        t->holes++;
        s->holes++;
        tell(s, "a mutant is accepted, but does something else", &d);
    }
}

/* Everything up to the framed form. */
static void run_passes(Soak *s, Node *function) {
    Forms *f = &s->forms;
    f->generated = function;
    f->intervals = run_pass(s, PASS_intervals, run_pass(s, PASS_liveness, function, false), false);
    f->framed = framed(s, false);
}

static Node *mutant(Soak *s) {
    if (s->options->pipeline.inject_fault) return framed(s, true);
    return mutated(s->arena, s->forms.framed, s->inject_seed, s->mutation);
}

static bool has_mutants(const Soak *s) {
    return s->options->pipeline.inject_fault || s->options->soak_mutates;
}

/* Does it go wrong as the one did that is to be made smaller? In a smaller function a mistake is
 * elsewhere, so some are tried. */
static bool still_fails(void *context, Node *function) {
    enum { TRIES = 24 };
    Soak *s = context;
    Divergence d;
    run_passes(s, function);
    if (!has_mutants(s))
        return !accepted(s, s->forms.framed) || !walks_same(s, s->forms.framed, &d);
    for (s->inject_seed = 0; s->inject_seed < TRIES; s->inject_seed++) {
        Node *wrong = mutant(s);
        if (!node_equal(wrong, s->forms.framed) && accepted(s, wrong) && !walks_same(s, wrong, &d))
            return true;
    }
    return false;
}

/* Leaves the function that went wrong as a dump, as small as it gets. */
static void leave_dump(Soak *s) {
    if (!s->options->output) return;
    if (still_fails(s, s->forms.generated))
        s->forms.generated = reduced(s->arena, s->forms.generated, still_fails, s);
    write_generated(s);
}

static void soak_function(Soak *s, Node *function) {
    uint32_t bad = problems(s);
    run_passes(s, function);
    s->inject_seed = mixed(s->seed);
    for (s->mutation = 0; s->mutation < MUTATIONS && s->options->soak_mutates; s->mutation++) {
        judge_mutant(s, &s->tallies[s->mutation], mutant(s));
        if (s->holes > bad) break;
    }
    if (s->options->pipeline.inject_fault) judge_mutant(s, &s->tallies[0], mutant(s));
    if (!has_mutants(s)) judge_right(s);
    if (!bad && problems(s)) leave_dump(s);
}

static void soak_generated(Soak *s) {
    for (uint32_t i = 0; i < s->options->soak_functions; i++) {
        s->seed = s->options->soak_seed + i;
        arena_reset(s->arena);
        Node *function = generate_function(s->arena, s->seed, (GenerateOptions){0}, &s->coverage);
        GrammarError e = language_check(L_Lx86, "Top", function);
        if (e.node) bug(e.node, "what was generated is not of Lx86: this is no %s", e.wanted);
        soak_function(s, function);
    }
}

static void soak_program(Soak *s, const Node *program) {
    for (uint32_t i = 1; i < program->count; i++) {
        Node *function = top_inner(program->kids[i]);
        s->seed = s->options->soak_seed + i;
        arena_reset(s->arena);
        if (!is_form(function, H_function)) continue;
        s->coverage.functions++;
        soak_function(s, function);
    }
}

/* ---- the command */

static void print_tally(const char *what, const Tally *t) {
    printf("%s: %u unchanged, %u rejected (", what, t->unchanged, t->rejected);
    for (uint32_t i = 0; i < MOST_RULES && t->rules[i].count; i++)
        printf("%s%s %u", i ? ", " : "", t->rules[i].code, t->rules[i].count);
    printf("; %u do something else), %u accepted and harmless, %u accepted and diverging\n",
           t->rejected_diverging, t->harmless, t->holes);
}

static void print_result(const Soak *s) {
    const PipelineOptions *o = &s->options->pipeline;
    if (o->inject_fault) {
        char what[64];
        snprintf(what, sizeof what, "%s:%s", pass_rows[o->inject_pass].name, o->inject_fault);
        print_tally(what, &s->tallies[0]);
    } else if (s->options->soak_mutates) {
        for (uint32_t i = 0; i < MUTATIONS; i++)
            print_tally(mutation_name(i), &s->tallies[i]);
    } else {
        print_coverage(stdout, &s->coverage);
        printf("%u rejected, %u diverging\n", s->false_alarms, s->diverging);
    }
}

int soak(const Options *options, const Node *program) {
    const PipelineOptions *o = &options->pipeline;
    Soak s = {.options = options, .arena = arena_new(), .scratch = arena_new()};
    if (o->inject_fault && o->inject_pass != PASS_alloc && o->inject_pass != PASS_frame)
        fail(0, "slispc soak makes mistakes in alloc and frame only");
    s.context = (Context){.arena = s.arena,
                          .scratch = s.scratch,
                          .diagnostics = diagnostics_new(s.arena),
                          .optimise = o->optimise,
                          .verify_without = o->verify_without};
    running = &s;
    bug_hook = print_again;
    if (program)
        soak_program(&s, program);
    else
        soak_generated(&s);
    bool fine = !problems(&s);
    print_result(&s);
    if (options->output && fine && !program) write_generated(&s);
    buffer_free(&s.report);
    arena_free(s.scratch);
    arena_free(s.arena);
    return fine ? 0 : 3;
}
