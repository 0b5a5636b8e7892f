/* soak.c - slispc soak: allocator and verifier against random functions.
 *
 * Without a fault, every function must be accepted, and before and after allocation it must do the
 * same in all walks. With one, each mutant is unchanged (the fault had no place), rejected (by a
 * rule), accepted and harmless (all walks are the same), or accepted and diverging: a hole in the
 * verifier.
 */
#include "soak.h"
#include "decode/check_code.h"
#include "execute.h"
#include "output.h"
#include "soak_random.h"
#include "verify/verdict.h"

#include <string.h>

enum { STEPS = 400, FUNCTIONS = 1000 };

typedef struct {
    const Options *options;
    Context context;
    Arena *arena, *scratch;
    uint64_t seed, inject_seed;
    Forms forms;
    FaultKind failed; /* of the current mutants */
    Coverage coverage;
    uint32_t false_alarms, diverging, holes, disagreements;
    Tally tallies[FAULT_COUNT];
    Buffer report;
} Soak;

static uint32_t problems(const Soak *s) {
    return s->false_alarms + s->diverging + s->holes + s->disagreements;
}

static Soak *running; /* for the command that reproduces a bug */

static void print_again(void) {
    const Node *function = running->forms.after[PASS_select];
    fprintf(stderr, "  seed %llu, function %s\n", (unsigned long long)running->seed,
            function ? text_bytes(function->kids[0]->text) : "-");
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
    print_node(&b, list(s->arena, H_program, 0, library, s->forms.after[PASS_select], NULL),
               STYLE_FULL);
    output_file(s->options->output, b.bytes, b.length, 0666);
    buffer_free(&b);
}

/* Tells about the first few. */
static void tell(Soak *s, const char *what, const Divergence *d) {
    enum { SHOWN = 5 };
    uint32_t told = problems(s);
    if (told > SHOWN) return;
    fprintf(stderr, "seed %llu, %s: %s\n", (unsigned long long)s->seed,
            text_bytes(s->forms.after[PASS_select]->kids[0]->text), what);
    if (s->report.length && !d) fwrite(s->report.bytes, 1, s->report.length, stderr);
    if (d) print_divergence(d);
}

/* ---- one function */

static bool accepted_by(Soak *s, const Forms *f, VerifyMode mode, Buffer *report) {
    s->context.selected = f->after[PASS_select];
    s->context.verify_mode = mode;
    bool right = is_verified(&s->context, f->after[PASS_frame], report);
    arena_reset(s->scratch);
    return right;
}

/* Whom the claims convince, inference must convince, too. */
static bool accepted(Soak *s, const Forms *f) {
    Buffer inferred = {0};
    s->report.length = 0;
    if (!accepted_by(s, f, VERIFY_CLAIMS, &s->report)) return false;
    if (!accepted_by(s, f, VERIFY_INFER, &inferred)) {
        s->disagreements++;
        tell(s, "the claims convince the verifier, but inference does not", NULL);
        fwrite(inferred.bytes, 1, inferred.length, stderr);
    }
    buffer_free(&inferred);
    return true;
}

/* What emit gives, decoded. */
static bool code_accepted(Soak *s, const Forms *f) {
    s->report.length = 0;
    bool right = is_code_right(&s->context, f->after[PASS_frame], f->after[PASS_emit], &s->report);
    arena_reset(s->scratch);
    return right;
}

static bool walks_same(Soak *s, const Forms *f, Divergence *d) {
    WalkOptions options = {.walks = s->options->soak_walks, .steps = STEPS, .seed = s->seed};
    bool same = walk_both(s->scratch, f->after[PASS_select], f->after[PASS_frame], options, d);
    arena_reset(s->scratch);
    return same;
}

static void judge_right(Soak *s) {
    Divergence d;
    bool fit = is_fit_for_liveness(&s->context, s->forms.after[PASS_select], NULL);
    arena_reset(s->scratch);
    if (!fit || !accepted(s, &s->forms) || !code_accepted(s, &s->forms)) {
        s->false_alarms++;
        tell(s, "a function that nobody has made wrong is rejected", NULL);
    }
    if (!walks_same(s, &s->forms, &d)) {
        s->diverging++;
        tell(s, "the function does something else after allocation", &d);
    }
    note_coverage(s->scratch, &s->coverage, &s->forms);
    s->coverage.steps += d.steps;
}

/* ---- mutants */

/* Would it be accepted if the rule that rejects it were not there? */
static bool accepted_without(Soak *s, const Forms *wrong, const char *code) {
    char rule[RULE_LENGTH + 1] = {0};
    Buffer unread = {0};
    uint32_t without = s->context.verify_without;
    memcpy(rule, code, RULE_LENGTH);
    if (rule_named(rule) < 0) return true; /* nothing else looks at what emit gives */
    s->context.verify_without |= 1u << rule_named(rule);
    bool right = accepted_by(s, wrong, VERIFY_CLAIMS, &unread);
    s->context.verify_without = without;
    buffer_free(&unread);
    return right;
}

static void count_rejected(Soak *s, Tally *t, const Forms *wrong) {
    static const char start[] = "error[";
    Divergence d;
    const char *at = strstr(s->report.bytes, start);
    if (!at) bug(NULL, "a report without a rule");
    at += sizeof start - 1;
    t->rejected++;
    t->rejected_diverging += !walks_same(s, wrong, &d);
    count_rule(t, at, accepted_without(s, wrong, at));
}

static bool is_accepted(Soak *s, const Forms *wrong, FaultKind fault) {
    return pass_of_fault(fault) == PASS_emit ? code_accepted(s, wrong) : accepted(s, wrong);
}

/* Walks do not see code: what emit made wrong is never harmless. */
static bool is_harmless(Soak *s, const Forms *wrong, FaultKind fault, Divergence *d) {
    *d = (Divergence){0};
    if (pass_of_fault(fault) == PASS_emit) return false;
    return walks_same(s, wrong, d);
}

static void judge_mutant(Soak *s, FaultKind fault) {
    Tally *t = &s->tallies[fault];
    Forms wrong = run_wrong(&s->context, &s->forms, fault, s->inject_seed);
    Divergence d;
    if (is_unchanged(&s->forms, &wrong, fault)) {
        t->unchanged++;
    } else if (!is_accepted(s, &wrong, fault)) {
        count_rejected(s, t, &wrong);
    } else if (is_harmless(s, &wrong, fault, &d)) {
        t->harmless++;
    } else {
        t->holes++;
        s->holes++;
        tell(s, "a mutant is accepted, but does something else", d.what ? &d : NULL);
    }
}

/* Noticed by a rule, or harmless; what else a fault does shows only when the program runs. */
static bool is_for_verifier(FaultKind fault) {
    return strcmp(fault_rows[fault].rule, "behaviour") != 0;
}

/* --inject makes one fault, --mutate all that the verifier is to notice. */
static bool is_wanted(const Soak *s, FaultKind fault) {
    const PipelineOptions *o = &s->options->pipeline;
    int pass = pass_of_fault(fault);
    if (o->inject_fault)
        return pass == o->inject_pass && !strcmp(fault_rows[fault].name, o->inject_fault);
    return s->options->soak_mutates && is_soaked(pass) && is_for_verifier(fault);
}

static bool has_mutants(const Soak *s) {
    return s->options->pipeline.inject_fault || s->options->soak_mutates;
}

/* ---- one function */

static bool is_hole(Soak *s, FaultKind fault) {
    Divergence d;
    Forms wrong = run_wrong(&s->context, &s->forms, fault, s->inject_seed);
    return !is_unchanged(&s->forms, &wrong, fault) && is_accepted(s, &wrong, fault) &&
           !is_harmless(s, &wrong, fault, &d);
}

/* Does it go wrong as the one did that is to be made smaller? In a smaller function a mistake is
 * elsewhere, so some are tried. */
static bool still_fails(void *context, Node *function) {
    enum { TRIES = 24 };
    Soak *s = context;
    Divergence d;
    run_right(&s->context, &s->forms, function);
    if (!has_mutants(s)) return !accepted(s, &s->forms) || !walks_same(s, &s->forms, &d);
    for (s->inject_seed = 0; s->inject_seed < TRIES; s->inject_seed++)
        if (is_hole(s, s->failed)) return true;
    return false;
}

/* Leaves the function that went wrong as a dump, as small as it gets. */
static void leave_dump(Soak *s) {
    if (!s->options->output) return;
    if (still_fails(s, s->forms.after[PASS_select]))
        s->forms.after[PASS_select] =
            reduced(s->arena, s->forms.after[PASS_select], still_fails, s);
    write_generated(s);
}

static void soak_function(Soak *s, Node *function) {
    uint32_t bad = problems(s);
    run_right(&s->context, &s->forms, function);
    s->inject_seed = mixed(s->seed);
    for (FaultKind k = FAULT_NONE + 1; k < FAULT_COUNT && problems(s) == bad; k++) {
        if (!is_wanted(s, k)) continue;
        s->failed = k;
        judge_mutant(s, k);
    }
    if (!has_mutants(s)) judge_right(s);
    if (!bad && problems(s)) leave_dump(s);
}

static void soak_generated(Soak *s) {
    uint32_t count = s->options->how_many ? s->options->how_many : FUNCTIONS;
    for (uint32_t i = 0; i < count; i++) {
        s->seed = s->options->seed + i;
        arena_reset(s->arena);
        Node *function = generate_function(s->arena, s->seed, (GenerateOptions){0}, &s->coverage);
        GrammarError e = language_check(L_Lx86, NT_Top, function);
        if (e.node) bug(e.node, "what was generated is not of Lx86: this is no %s", e.wanted);
        soak_function(s, function);
    }
}

static void soak_program(Soak *s, const Node *program) {
    for (uint32_t i = 1; i < program->count; i++) {
        Node *function = top_inner(program->kids[i]);
        s->seed = s->options->seed + i;
        arena_reset(s->arena);
        if (!is_form(function, H_function)) continue;
        s->coverage.functions++;
        soak_function(s, function);
    }
}

/* ---- the command */

static void print_result(const Soak *s) {
    for (FaultKind k = FAULT_NONE + 1; k < FAULT_COUNT; k++)
        if (is_wanted(s, k)) print_tally(k, &s->tallies[k]);
    if (has_mutants(s)) return;
    print_coverage(stdout, &s->coverage);
    printf("%u rejected, %u diverging\n", s->false_alarms, s->diverging);
}

int soak(const Options *options, const Node *program) {
    const PipelineOptions *o = &options->pipeline;
    Soak s = {.options = options, .arena = arena_new(), .scratch = arena_new()};
    if (o->inject_fault && !is_soaked(o->inject_pass))
        fail(0, "slispc soak makes mistakes from select to emit only");
    s.context = (Context){.arena = s.arena,
                          .scratch = s.scratch,
                          .diagnostics = diagnostics_new(arena_new()), /* the others are reset */
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
