/* selected.c - the form that select gave, which verify compares with: where it comes from; and
 * forms that the passes after select did not make: they are looked at before a pass takes them.
 *
 * In a compile it is known. A dump is of one form only; --against names a dump of an earlier one.
 */
#include "check/check.h"
#include "compiling.h"
#include "verify/verdict.h"

#include <string.h>

/* ---- --against */

/* The forms without places, in which all is as select gave it. */
static bool is_before_alloc(Language l) {
    return l >= pass_rows[PASS_liveness].from && l <= pass_rows[PASS_alloc].from;
}

static Node *read_other_form(Compile *c, const SourceFile *file, Language *language) {
    DumpHeader header = {0};
    Node *program =
        read_dump(c->arena, c->context.diagnostics, 0, file->bytes, file->length, &header);
    if (!program) fail(0, "%s is no dump that can be read", file->name);
    if (language_check(header.language, NT_Program, program).node)
        fail(0, "%s is no program of language %s, as it says", file->name,
             language_name(header.language));
    GivenForm given = {.language = header.language,
                       .program = program,
                       .bytes = file->bytes,
                       .length = file->length};
    if (!is_well_formed(&given, c->context.diagnostics))
        fail(0, "%s is not well-formed; 'slispc check' on it says why", file->name);
    *language = header.language;
    return program;
}

void read_against(Compile *c) {
    const SourceFile *file = c->options->against;
    Language given = c->header.language;
    if (!file) return;
    c->against = read_other_form(c, file, &c->against_language);
    if (given == L_Lbytes && c->against_language != pass_rows[PASS_emit].from)
        fail(0, "%s is no program of language %s, which goes into emit", file->name,
             language_name(pass_rows[PASS_emit].from));
    if (given != L_Lbytes && !is_before_alloc(c->against_language))
        fail(0, "%s is no program of language %s, which select gives, nor of a later one up to %s",
             file->name, language_name(L_Lx86), language_name(pass_rows[PASS_alloc].from));
    if (given >= L_Lx86) return;
    fprintf(
        stderr,
        "note: --against has no effect: in a compile from %s on, what select gives is at hand\n",
        given ? language_name(given) : "source");
    c->against = NULL;
    c->against_language = 0;
}

/* ---- the whole programs */

static const char *name_of_top(const Node *top) {
    Text name = top_name(top);
    return name ? text_bytes(name) : "a definition";
}

static bool is_code_form(const Node *inner) {
    return is_form(inner, H_function) || is_form(inner, H_code);
}

/* Functions have the same name; each is compared when its turn comes. */
static bool is_same_top(const Node *was, const Node *is) {
    bool from = is_form(was, H_from);
    if (from != is_form(is, H_from) || (from && !node_equal(was->kids[0], is->kids[0])))
        return false;
    const Node *old = top_inner((Node *)(uintptr_t)was), *new = top_inner((Node *)(uintptr_t)is);
    if (is_code_form(old) && is_code_form(new)) return old->kids[0]->text == new->kids[0]->text;
    return node_equal(old, new);
}

static void tell_difference(const Compile *c, const Node *was, const Node *is) {
    const char *old = was ? name_of_top(was) : "", *new = is ? name_of_top(is) : "";
    Buffer b = {0};
    if (!is)
        buffer_print(&b, "%s is gone", old);
    else if (!was)
        buffer_print(&b, "%s was not there", new);
    else if (strcmp(old, new))
        buffer_print(&b, "%s stands in the place of %s", new, old);
    else
        buffer_print(&b, "%s is not as it was", new);
    report_other_program(&c->context, b.bytes);
    buffer_free(&b);
}

bool has_same_tops(const Compile *c, const Node *was, const Node *is) {
    for (uint32_t i = 1; i < was->count || i < is->count; i++) {
        bool gone = i >= is->count, more = i >= was->count;
        if (!gone && !more && is_same_top(was->kids[i], is->kids[i])) continue;
        if (c->context.verify_without >> rule_named("V01") & 1) continue;
        tell_difference(c, more ? NULL : was->kids[i], gone ? NULL : is->kids[i]);
        return false;
    }
    return true;
}

/* ---- one function */

static bool is_by_another_hand(const Compile *c, int p) {
    const PipelineOptions *o = c->options;
    return (p == c->first && p > 0) || o->replace[p - 1] || o->inject_pass == p - 1;
}

/* The form in the file of --against is nobody's whom we trust. */
static bool is_against_fit(const Compile *c, const Context *given) {
    if (is_fit_for_liveness(given, given->selected, NULL)) return true;
    fprintf(stderr, "note: that is the form in %s\n", c->options->against->name);
    return false;
}

static bool is_in_order(const Compile *c, int p, const Node *function) {
    Context context = c->context;
    bool compared = context.selected && context.selected != function;
    context.is_given |= p == c->first;
    if (p == c->first && compared && !is_against_fit(c, &context)) return false;
    if (compared && p != PASS_verify && !is_as_selected(&context, function, NULL)) return false;
    return (compared && p != PASS_liveness) || is_fit_for_liveness(&context, function, NULL);
}

bool is_fit(const Compile *c, int p, const Node *function) {
    if (p < PASS_liveness || p > PASS_verify || c->options->no_verify ||
        !is_form(function, H_function))
        return true;
    if (p != PASS_liveness && !is_by_another_hand(c, p)) return true;
    const char *blamed = bug_blame;
    if (p == c->first && bug_blame)
        bug_blame = "the form was read from a file: the mistake is in there";
    bool fit = is_in_order(c, p, function);
    if (fit) bug_blame = blamed;
    arena_reset(c->context.scratch);
    return fit;
}

/* ---- what is said of it */

void note_missing_second_input(const Compile *c) {
    bool verifies = c->first <= PASS_verify && c->last >= PASS_verify && !c->options->no_verify;
    if (!verifies || c->first <= PASS_liveness || c->against_language == L_Lx86) return;
    if (!c->against)
        fprintf(stderr, "note: without the form that select gave, rule V01 (nothing of it is "
                        "changed) is not checked\n");
    else
        fprintf(
            stderr,
            "note: what liveness%s did to the code is not checked: %s is of %s, select gives %s\n",
            c->against_language == L_Llive ? "" : " or intervals", c->options->against->name,
            language_name(c->against_language), language_name(L_Lx86));
}
