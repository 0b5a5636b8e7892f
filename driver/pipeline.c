/* pipeline.c - the driver's loop: run a pass, check its output against its language, dump it.
 *
 * Passes of scope PROGRAM see the whole program. Those of scope FUNCTION run one function at a
 * time, from the first of them to the last, so that the memory of a function's back end is given
 * back before the next one starts; their dumps are put together from the functions' texts.
 */
#include "compiling.h"
#include "decode/check_code.h"
#include "dump.h"
#include "output.h"
#include "replace.h"
#include "verify/verdict.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- one compile */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool wanted(const Compile *c, int p, bool after) {
    return ((after ? c->options->dump_after : c->options->dump_before) >> p & 1) != 0;
}

/* `before` is the program as it went into the pass; NULL: the dump shows that itself. */
static void dump_program(const Compile *c, int p, bool after, const Node *program,
                         const Node *before) {
    Dump d = {0};
    for (uint32_t i = 1; i < program->count; i++) {
        const Node *old =
            before && c->options->changed ? top_in(before, top_name(program->kids[i])) : NULL;
        dump_add(&d, c->options, program->kids[i], old);
    }
    dump_write(&d, c->options, p, after, header_after(c, after ? p : p - 1), program->kids[0]);
}

static void check_grammar(int p, Nonterminal nonterminal, const Node *n) {
    GrammarError e = language_check(pass_rows[p].to, nonterminal, n);
    if (e.node)
        bug(e.node, "the output is not of language %s: this is no %s",
            language_name(pass_rows[p].to), e.wanted);
}

RunningPass running_pass = {.pass = -1};

static void note_running(const Compile *c, int p, const Node *input) {
    running_pass.pass = p;
    running_pass.input = input;
    running_pass.selected = p == PASS_verify ? c->context.selected : NULL;
    running_pass.header = header_after(c, p - 1);
    running_pass.header.language = pass_rows[p].from;
}

/* Its time counts as the verifier's. */
static bool is_fit_in_time(Compile *c, int p, const Node *function) {
    double start = c->options->time_passes ? now() : 0;
    bool fit = is_fit(c, p, function);
    if (!fit && p > PASS_liveness) running_pass.selected = c->context.selected;
    if (c->options->time_passes) c->seconds[PASS_verify] += now() - start;
    return fit;
}

/* What comes out of the back end is decoded and compared with the verified form. The time counts as
 * the verifier's. */
static bool is_code_fine(Compile *c, const Node *function, const Node *code) {
    const PipelineOptions *o = c->options;
    double start = o->time_passes ? now() : 0;
    Buffer report = {0};
    bool fine = o->no_verify || is_code_right(&c->context, function, code, &report);
    arena_reset(c->context.scratch);
    fwrite(report.bytes, 1, report.length, stderr);
    if (!fine && !o->json) fputs("this is a bug in slispc, not in your program\n", stderr);
    buffer_free(&report);
    if (o->time_passes) c->seconds[PASS_verify] += now() - start;
    return fine;
}

/* The call of pass p. With --inject a mistake is made in what it gives, or it fails altogether. */
static Node *call_pass(Compile *c, int p, Node *n) {
    const PipelineOptions *o = c->options;
    bool injects = o->inject_pass == p && (o->library || !c->of_library);
    if (injects && is_failure(o->inject_fault)) return failed_pass(c->arena, o->inject_fault);
    c->context.inject_library = o->library;
    if (injects)
        return run_with(&c->context, p, n, fault_named(bug_pass, o->inject_fault), o->inject_seed);
    c->context.inject = NULL;
    Node *out = pass_rows[p].run(&c->context, n);
    arena_reset(c->context.scratch);
    return out;
}

/* Runs pass p; NULL when it or the verifier found errors. */
static Node *run_pass(Compile *c, int p, Node *n) {
    const PipelineOptions *o = c->options;
    bug_pass = pass_rows[p].name;
    note_running(c, p, n);
    bool fit = p == PASS_verify || is_fit_in_time(c, p, n);
    if (p == PASS_liveness) c->context.selected = n;
    double start = o->time_passes ? now() : 0;
    Node *out = fit ? call_pass(c, p, n) : NULL;
    if (out && out != n &&
        !error_count(c->context.diagnostics)) /* what did not change was checked before */
        check_grammar(p, pass_rows[p].scope == FUNCTION ? NT_Top : NT_Program, out);
    if (o->time_passes) c->seconds[p] += now() - start;
    if (p == PASS_verify && out && !is_fit_in_time(c, p, n)) out = NULL;
    if (p == PASS_emit && out && out != n && !is_code_fine(c, n, out)) out = NULL;
    bug_pass = NULL;
    if (error_count(c->context.diagnostics)) {
        c->exit_code = 1;
        return NULL;
    }
    if (!out) {
        c->exit_code = 3;
        if (bug_hook && !c->context.is_given && !o->json) bug_hook(); /* a file is known already */
        note_replacements(o);
    }
    running_pass.pass = -1;
    return out;
}

/* ---- one pass over all functions */

static bool goes_through_back_end(Node *top) {
    Node *inner = top_inner(top);
    return is_form(inner, H_function) || is_form(inner, H_entry) || is_form(inner, H_code);
}

const Node *function_in(const Node *program, const Node *function) {
    for (uint32_t i = 1; program && i < program->count; i++) {
        const Node *other = top_inner(program->kids[i]);
        if (is_form(other, H_function) && other->kids[0]->text == function->kids[0]->text)
            return other;
    }
    return NULL;
}

static Node *run_on_each_function(Compile *c, int p, Node *program, const Node *selected) {
    VEC(Node *) tops = {0};
    PUSH(c->arena, tops, program->kids[0]);
    for (uint32_t i = 1; i < program->count; i++) {
        Node *top = program->kids[i], *inner = top_inner(top);
        c->context.selected = is_form(inner, H_function) ? function_in(selected, inner) : NULL;
        c->of_library = is_form(top, H_from);
        if (goes_through_back_end(top)) inner = run_pass(c, p, inner);
        c->of_library = false;
        if (!inner) return NULL;
        PUSH(c->arena, tops, top_with(c->arena, top, inner));
    }
    return node_list(c->arena, H_program, program->at, tops.items, tops.count);
}

/* ---- a command in the place of a pass */

/* The user's tops alone are given to a command in the place of such a pass. */
bool goes_by_top(int p) {
    return pass_rows[p].scope == FUNCTION || p == PASS_loops || p == PASS_free || p == PASS_anf;
}

/* The user's tops, or else the library's. */
static Node *part_of_program(Compile *c, Node *program, bool of_library) {
    VEC(Node *) tops = {0};
    PUSH(c->arena, tops, program->kids[0]);
    for (uint32_t i = 1; i < program->count; i++)
        if (is_form(program->kids[i], H_from) == of_library) PUSH(c->arena, tops, program->kids[i]);
    return node_list(c->arena, H_program, program->at, tops.items, tops.count);
}

/* In the order that the program has; what a command gave too much of is at the end. */
static Node *joined_programs(Compile *c, const Node *program, Node *user, Node *library) {
    VEC(Node *) tops = {0};
    uint32_t u = 1, l = 1;
    PUSH(c->arena, tops, user->kids[0]);
    for (uint32_t i = 1; i < program->count; i++) {
        bool of_library = is_form(program->kids[i], H_from);
        if (of_library && l < library->count) PUSH(c->arena, tops, library->kids[l++]);
        if (!of_library && u < user->count) PUSH(c->arena, tops, user->kids[u++]);
    }
    while (l < library->count)
        PUSH(c->arena, tops, library->kids[l++]);
    while (u < user->count)
        PUSH(c->arena, tops, user->kids[u++]);
    return node_list(c->arena, H_program, user->at, tops.items, tops.count);
}

/* The library's part as slispc itself makes it. A pass that may be left out leaves it as it was:
 * what it would give depends on what the user's part needs. NULL: the command's is taken. */
static Node *library_part(Compile *c, int p, Node *program, const Node *selected) {
    if (c->options->library || p == PASS_parse) return NULL;
    Node *part = part_of_program(c, program, true);
    if (goes_by_top(p))
        return pass_rows[p].scope == FUNCTION ? run_on_each_function(c, p, part, selected)
                                              : run_pass(c, p, part);
    return pass_rows[p].kind == OPTIMISE ? part : NULL;
}

/* Only its output is checked, as that of a pass is. */
static Node *run_command(Compile *c, int p, Node *program, const Node *selected) {
    const PipelineOptions *o = c->options;
    DumpHeader header = header_after(c, p - 1);
    header.language = pass_rows[p].from;
    Node *library = library_part(c, p, program, selected);
    Node *given = library && goes_by_top(p) ? part_of_program(c, program, false) : program;
    bug_pass = pass_rows[p].name;
    double start = o->time_passes ? now() : 0;
    Node *out =
        run_replacement(c->arena, p, o->replace[p], c->files, given, &header, o->replace_seconds);
    if (o->time_passes) c->seconds[p] += now() - start;
    c->context.is_given = true; /* what is found wrong from here on may be the command's doing */
    bug_blame =
        text_bytes(text_format("pass %s was replaced by '%s': the mistake is in what that wrote",
                               pass_rows[p].name, o->replace[p]));
    bug_pass = NULL;
    return library ? joined_programs(c, program, part_of_program(c, out, false), library) : out;
}

/* ---- the program's passes */

static void tell_form(Compile *c, int p, Node *program) {
    if (!c->options->seen || !program || c->exit_code) return;
    DumpHeader header = p >= 0 ? header_after(c, p) : c->header;
    if (!c->options->seen(c->options->seen_context, p, program, &header)) c->last = p;
}

/* Does nothing but the next pass look at the form after this one? */
static bool is_last_look(const Compile *c) {
    const PipelineOptions *o = c->options;
    return !o->seen && !o->function && !is_any_replaced(o);
}

/* Each pass shares with its input what it does not change, so the arena fills up with all forms.
 * Now and then the last one is copied to the other arena, and the first one is emptied. */
static Node *compacted(Compile *c, Node *program) {
    Node *copy = node_copy(c->other_forms, program);
    Arena *old = c->forms;
    arena_reset(old);
    c->context.arena = c->forms = c->other_forms;
    c->other_forms = old;
    return copy;
}

static bool is_time_to_compact(const Compile *c, int p) {
    bool worthwhile = p == PASS_expand || p == PASS_closures || p == PASS_specialize;
    return worthwhile && p < c->last && is_last_look(c);
}

static Node *run_program_passes(Compile *c, Node *program) {
    c->context.arena = c->forms;
    for (int p = 0; p < PASS_COUNT && program; p++) {
        if (pass_rows[p].scope == FUNCTION || p < c->first || p > c->last) continue;
        Node *before = p == PASS_parse ? NULL : program;
        if (wanted(c, p, false) && program->head == H_program)
            dump_program(c, p, false, program, NULL);
        if (runs(c, p)) {
            program =
                c->options->replace[p] ? run_command(c, p, program, NULL) : run_pass(c, p, program);
            tell_form(c, p, program);
            if (program) watch_functions(c, p, before, program);
        }
        if (program && wanted(c, p, true)) dump_program(c, p, true, program, before);
        if (program && is_time_to_compact(c, p)) program = compacted(c, program);
    }
    return program;
}

/* ---- a function's passes */

static Node *run_function_passes(Compile *c, Node *top) {
    Node *inner = top_inner(top);
    c->context.arena = c->function;
    c->of_library = is_form(top, H_from);
    c->context.selected = is_form(inner, H_function) ? function_in(c->against, inner) : NULL;
    for (int p = 0; p < PASS_COUNT; p++) {
        if (pass_rows[p].scope == PROGRAM || p < c->first || p > c->last) continue;
        const Node *before = inner;
        if (wanted(c, p, false))
            dump_add(&c->dumps[0][p], c->options, top_with(c->function, top, inner), NULL);
        if (runs(c, p)) inner = run_pass(c, p, inner);
        if (!inner) return NULL;
        if (wanted(c, p, true))
            dump_add(&c->dumps[1][p], c->options, top_with(c->function, top, inner), before);
    }
    return node_copy(c->arena, top_with(c->function, top, inner));
}

/* A command instead of pass p. Nothing but functions may change, and these are looked at when the
 * next pass takes them. */
static Node *run_replaced(Compile *c, int p, Node *program, const Node *selected) {
    Node *out = run_command(c, p, program, selected);
    bool compares = out && p >= PASS_liveness && selected && !c->options->no_verify;
    if (!compares || has_same_tops(c, selected, out)) return out;
    c->exit_code = 3;
    note_replacements(c->options);
    return NULL;
}

/* Pass by pass instead of function by function, so that every form can be seen whole. */
static Node *run_back_end_by_pass(Compile *c, Node *program) {
    running_pass.library = program->kids[0];
    Node *selected = c->against;
    c->context.arena = c->arena;
    for (int p = 0; p < PASS_COUNT && program; p++) {
        Node *before = program;
        if (pass_rows[p].scope == PROGRAM || p < c->first || p > c->last) continue;
        if (wanted(c, p, false)) dump_program(c, p, false, program, NULL);
        if (p == PASS_liveness) selected = program;
        if (runs(c, p)) {
            bool replaced = c->options->replace[p];
            if (replaced) program = run_replaced(c, p, program, selected);
            if (program &&
                (!replaced || pass_rows[p].kind == VERIFY)) /* that is never taken on trust */
                program = run_on_each_function(c, p, program, selected);
            bool is_given = p == PASS_emit && c->options->replace[p] && !c->options->no_verify;
            if (is_given && program && !is_given_code_fine(c, program, before)) program = NULL;
            tell_form(c, p, program);
        }
        if (program && wanted(c, p, true)) dump_program(c, p, true, program, before);
    }
    return program;
}

static Node *run_back_end(Compile *c, Node *program) {
    VEC(Node *) tops = {0};
    running_pass.library = node_copy(c->arena, program->kids[0]);
    PUSH(c->arena, tops, (Node *)(uintptr_t)running_pass.library);
    for (uint32_t i = 1; i < program->count; i++) {
        Node *top = program->kids[i];
        if (goes_through_back_end(top)) {
            top = run_function_passes(c, top);
            arena_reset(c->function);
            if (!top) return NULL;
        } else {
            for (int p = 0; p < PASS_COUNT; p++)
                for (int after = 0; after < 2; after++)
                    if (pass_rows[p].scope == FUNCTION && p >= c->first && p <= c->last &&
                        wanted(c, p, after != 0))
                        dump_add(&c->dumps[after][p], c->options, top, after ? top : NULL);
            top = node_copy(c->arena, top);
        }
        PUSH(c->arena, tops, top);
    }
    for (int p = 0; p < PASS_COUNT; p++)
        for (int after = 0; after < 2; after++)
            if (pass_rows[p].scope == FUNCTION && p >= c->first && p <= c->last &&
                wanted(c, p, after != 0))
                dump_write(&c->dumps[after][p], c->options, p, after != 0,
                           header_after(c, after ? p : p - 1), program->kids[0]);
    return node_list(c->arena, H_program, program->at, tops.items, tops.count);
}

/* ---- all of it */

PipelineResult pipeline_run(const PipelineOptions *options, const SourceFile *files,
                            uint32_t count) {
    PipelineOptions own = *options;
    Compile *c = calloc(1, sizeof *c);
    if (!c) fail(0, "no memory left");
    c->options = &own;
    c->files = files;
    c->arena = arena_new();
    c->function = arena_new();
    c->forms = arena_new();
    c->other_forms = arena_new();
    c->context = (Context){.arena = c->arena,
                           .scratch = arena_new(),
                           .diagnostics = diagnostics_new(c->arena),
                           .optimise = own.optimise,
                           .strict = own.strict,
                           .seed_dialect = own.seed_dialect,
                           .keep = own.keep,
                           .inject_seed = own.inject_seed,
                           .verify_without = own.verify_without};
    c->context.verify_mode = own.verify_mode;
    c->context.verify_all = own.verify_all;
    c->context.verify_json = own.json;
    Node *program = count == 1 && is_dump(&files[0]) ? start_from_dump(c, &files[0])
                                                     : start_from_source(c, files, count);
    if (count == 1 && is_dump(&files[0]))
        diagnostics_source(c->context.diagnostics, 0, text(files[0].name), files[0].bytes,
                           files[0].length);
    if (program) read_against(c);
    if (own.from >= 0) start_at(c, own.from);
    start_before_verify(c);
    c->last = own.only_read && is_dump(&files[0]) ? c->first - 1
              : own.to >= 0                       ? own.to
                                                  : PASS_COUNT - 1;
    c->context.is_given = c->first > PASS_liveness;
    set_blame(c);
    if (program && c->header.language && !is_given_form_fine(c, program)) program = NULL;
    if (!program) c->exit_code = 1;
    int first = c->first;
    bool is_code = program && c->header.language == L_Lbytes && first == PASS_COUNT;
    if (is_code && !own.no_verify && !is_given_code_fine(c, program, c->against)) program = NULL;
    bool is_other = program && c->against && first <= PASS_verify && !own.no_verify;
    if (is_other && !has_same_tops(c, c->against, program)) {
        program = NULL;
        c->exit_code = 3;
    }
    if (program && !own.only_read && !own.seen) note_idle_passes(c);
    if (first > 0) tell_form(c, -1, program);
    if (first > 0 && program) watch_functions(c, first - 1, NULL, program);
    if (program) program = run_program_passes(c, program);
    arena_free(c->other_forms);
    if (program && c->last >= PASS_blocks && first < PASS_COUNT) {
        note_missing_second_input(c);
        bool by_pass = own.seen || is_any_replaced(&own);
        program = by_pass ? run_back_end_by_pass(c, program) : run_back_end(c, program);
        if (!by_pass) arena_free(c->forms);
    }
    diagnostics_show(c->context.diagnostics, stderr, own.json, output_colour());
    if (own.time_passes) show_times(c);
    int last = c->last < first ? first - 1 : c->last;
    DumpHeader header = last >= first ? header_after(c, last) : c->header;
    if (last < first) header.after = last;
    if (last < first && last >= 0) header.language = pass_rows[last].to;
    Language compared = first <= PASS_liveness ? L_Lx86 : c->against_language;
    PipelineResult r = {program, header, c->exit_code, first, passes_run(c), compared, 0};
    if (header.language == L_Lbytes && !own.no_verify)
        r.code = first < PASS_COUNT || c->against ? CODE_COMPARED : CODE_DECODED;
    return r;
}
