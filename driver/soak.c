/* soak.c - slispc soak: allocator and verifier against random functions.
 *
 * Without a fault, every function must be accepted, and before and after allocation it must do the same
 * in all walks. With one, each mutant is unchanged (the fault had no place), rejected (by a rule),
 * accepted and harmless (all walks are the same), or accepted and diverging: a hole in the verifier.
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
    uint64_t seed;
    Node *generated;
    Coverage coverage;
    uint32_t false_alarms, diverging, holes;
    Tally tallies[MUTATIONS]; /* of one fault only the first */
    Buffer report;
} Soak;

static Soak *running; /* for the command that reproduces a bug */

static void print_again(void) {
    fprintf(stderr, "  again:  slispc soak --seed=%llu --n=1\n", (unsigned long long)running->seed);
}

/* ---- the passes */

static Node *run_pass(Soak *s, int pass, Node *function, bool inject) {
    bug_pass = pass_rows[pass].name;
    s->context.inject = inject && s->options->pipeline.inject_pass == pass ? s->options->pipeline.inject_fault : NULL;
    s->context.inject_seed = mixed(s->seed);
    Node *out = pass_rows[pass].run(&s->context, function);
    GrammarError e = language_check(pass_rows[pass].to, "Top", out);
    if (e.node) bug(e.node, "the output is not of language %s: this is no %s", language_name(pass_rows[pass].to), e.wanted);
    arena_reset(s->scratch);
    bug_pass = NULL;
    return out;
}

static Node *framed(Soak *s, Node *intervals, bool inject) {
    return run_pass(s, PASS_frame, run_pass(s, PASS_alloc, intervals, inject), inject);
}

static bool accepted(Soak *s, Node *intervals, Node *function) {
    s->report.length = 0;
    s->context.before_alloc = intervals;
    bool right = is_verified(&s->context, function, &s->report);
    arena_reset(s->scratch);
    return right;
}

/* ---- reports */

static void print_divergence(const Divergence *d) {
    Buffer b = {0};
    if (d->item) print_flat(&b, d->item);
    fprintf(stderr, "  walk %u, step %u: %s at %.*s\n", d->walk, d->step, d->what, (int)b.length, d->item ? b.bytes : "");
    if (d->name)
        fprintf(stderr, "  %%%s.%u in %s: %llx before allocation, %llx after it\n", text_bytes(d->name->name.hint),
                d->name->name.number, d->place ? d->place : "-", (unsigned long long)d->wanted, (unsigned long long)d->found);
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
    print_node(&b, list(s->arena, H_program, 0, library, s->generated, NULL), STYLE_FULL);
    output_file(s->options->output, b.bytes, b.length, 0666);
    buffer_free(&b);
}

/* Tells about the first few, and leaves the first one as a dump. */
static void tell(Soak *s, const char *what, const Divergence *d) {
    enum { SHOWN = 5 };
    uint32_t told = s->false_alarms + s->diverging + s->holes;
    if (told > SHOWN) return;
    fprintf(stderr, "seed %llu: %s\n", (unsigned long long)s->seed, what);
    if (s->report.length && !d) fwrite(s->report.bytes, 1, s->report.length, stderr);
    if (d) print_divergence(d);
    if (told == 1 && s->options->output) write_generated(s);
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

static bool walks_same(Soak *s, const Node *intervals, const Node *function, Divergence *d) {
    WalkOptions options = {.walks = s->options->soak_walks, .steps = STEPS, .seed = s->seed};
    bool same = walk_both(s->scratch, intervals, function, options, d);
    arena_reset(s->scratch);
    return same;
}

static void judge_right(Soak *s, Node *intervals, Node *function) {
    Divergence d;
    if (!accepted(s, intervals, function)) {
        s->false_alarms++;
        tell(s, "a function that nobody has made wrong is rejected", NULL);
    }
    if (!walks_same(s, intervals, function, &d)) {
        s->diverging++;
        tell(s, "the function does something else after allocation", &d);
    }
}

static void judge_mutant(Soak *s, Tally *t, Node *intervals, const Node *right, Node *mutant) {
    Divergence d;
    if (node_equal(right, mutant)) {
        t->unchanged++;
    } else if (!accepted(s, intervals, mutant)) {
        t->rejected++;
        count_rule(s, t);
        t->rejected_diverging += !walks_same(s, intervals, mutant, &d);
    } else if (walks_same(s, intervals, mutant, &d)) {
        t->harmless++;
    } else {
        t->holes++;
        s->holes++;
        tell(s, "a mutant is accepted, but does something else", &d);
    }
}

static void soak_one(Soak *s) {
    s->generated = generate_function(s->arena, s->seed, (GenerateOptions){0}, &s->coverage);
    GrammarError e = language_check(L_Lx86, "Top", s->generated);
    if (e.node) bug(e.node, "what was generated is not of language Lx86: this is no %s", e.wanted);
    Node *intervals = run_pass(s, PASS_intervals, run_pass(s, PASS_liveness, s->generated, false), false);
    Node *right = framed(s, intervals, false);
    if (s->options->pipeline.inject_fault) {
        judge_mutant(s, &s->tallies[0], intervals, right, framed(s, intervals, true));
    } else if (s->options->soak_mutates) {
        for (uint32_t i = 0; i < MUTATIONS; i++)
            judge_mutant(s, &s->tallies[i], intervals, right, mutated(s->arena, right, s->seed, i));
    } else {
        judge_right(s, intervals, right);
        note_coverage(s->scratch, &s->coverage, s->generated, intervals, right);
    }
    arena_reset(s->scratch);
}

/* ---- the command */

static void print_tally(const char *what, const Tally *t) {
    printf("%s: %u unchanged, %u rejected (", what, t->unchanged, t->rejected);
    for (uint32_t i = 0; i < MOST_RULES && t->rules[i].count; i++)
        printf("%s%s %u", i ? ", " : "", t->rules[i].code, t->rules[i].count);
    printf("; %u do something else), %u accepted and harmless, %u accepted and diverging\n", t->rejected_diverging,
           t->harmless, t->holes);
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

int verb_soak(const Options *options) {
    const PipelineOptions *o = &options->pipeline;
    Soak s = {.options = options, .arena = arena_new(), .scratch = arena_new()};
    if (options->argument_count) fail(0, "slispc soak makes its functions itself; it takes no file");
    if (o->inject_fault && o->inject_pass != PASS_alloc && o->inject_pass != PASS_frame)
        fail(0, "slispc soak makes mistakes in alloc and frame only");
    s.context = (Context){.arena = s.arena, .scratch = s.scratch, .diagnostics = diagnostics_new(s.arena), .optimise = 2};
    running = &s;
    bug_hook = print_again;
    for (uint32_t i = 0; i < options->soak_functions; i++) {
        s.seed = options->soak_seed + i;
        arena_reset(s.arena);
        soak_one(&s);
    }
    if (options->output && !s.false_alarms && !s.diverging && !s.holes) write_generated(&s);
    print_result(&s);
    buffer_free(&s.report);
    arena_free(s.scratch);
    arena_free(s.arena);
    return s.false_alarms || s.diverging || s.holes ? 3 : 0;
}
