/* input.c - the table of passes, and where a compile starts: source files, or one dump. */
#include "check/check.h"
#include "compiling.h"

#include <string.h>

const PassRow pass_rows[PASS_COUNT] = {
#define PASS(name, from, to, kind, whole, doc)                                                     \
    {#name, L_##from, L_##to, kind, whole, doc, pass_##name},
#include "passes.def"
#undef PASS
};
_Static_assert(PASS_COUNT < 32, "sets of passes are 32-bit masks");

int pass_named(const char *name) {
    for (int p = 0; p < PASS_COUNT; p++)
        if (!strcmp(pass_rows[p].name, name)) return p;
    return -1;
}

int pass_wanted(const char *name) {
    int p = pass_named(name);
    if (p >= 0) return p;
    const char *names[PASS_COUNT];
    for (int i = 0; i < PASS_COUNT; i++)
        names[i] = pass_rows[i].name;
    const char *close = near_miss(name, names, PASS_COUNT);
    if (close) fail(0, "no pass '%s'; did you mean %s? 'slispc passes' lists all", name, close);
    fail(0, "no pass '%s'; 'slispc passes' lists all", name);
}

const char *pass_kind_text(PassKind kind) {
    static const char *const names[] = {"convert", "optimise", "analyse", "verify"};
    return names[kind];
}

bool is_dump(const SourceFile *file) {
    static const char start[] = "(slispc-ir ";
    return file->length >= sizeof start - 1 && !memcmp(file->bytes, start, sizeof start - 1);
}

/* ---- what is read */

static void read_options(Compile *c) {
    const char *o = c->header.options ? text_bytes(c->header.options) : "";
    if (o[0] == 'O' && o[1] >= '0' && o[1] <= '2') {
        if (c->context.optimise != o[1] - '0' && c->context.optimise != 2)
            fprintf(stderr, "note: the dump's options win: -%.2s\n", o);
        c->context.optimise = o[1] - '0';
        ((PipelineOptions *)(uintptr_t)c->options)->optimise = o[1] - '0';
    }
}

static Text with_word(Text words, const char *word) {
    return words ? text_format("%s %s", text_bytes(words), word) : text(word);
}

static bool has_word(Text words, const char *word) {
    size_t length = strlen(word);
    for (const char *w = words ? text_bytes(words) : ""; *w; w += strspn(w, " ")) {
        size_t end = strcspn(w, " ");
        if (end == length && !memcmp(w, word, end)) return true;
        w += end;
    }
    return false;
}

/* What was left out stays left out when a dump is gone on from: so it gives the same program. */
static void read_skipped(Compile *c) {
    for (int p = 0; p < PASS_COUNT; p++)
        if (has_word(c->header.skipped, pass_rows[p].name))
            ((PipelineOptions *)(uintptr_t)c->options)->skip |= 1u << p;
}

DumpHeader header_after(const Compile *c, int pass) {
    const PipelineOptions *o = c->options;
    DumpHeader h = c->header;
    for (int p = 0; p < PASS_COUNT; p++)
        if (o->skip >> p & 1 && !has_word(h.skipped, pass_rows[p].name))
            h.skipped = with_word(h.skipped, pass_rows[p].name);
    for (int p = c->first; p <= pass; p++) {
        if (o->replace[p]) h.replaced = with_word(h.replaced, pass_rows[p].name);
        if (o->inject_pass != p) continue;
        Text fault = text_format("%s:%s:%llu", pass_rows[p].name, o->inject_fault,
                                 (unsigned long long)o->inject_seed);
        h.injected = with_word(h.injected, text_bytes(fault));
    }
    h.after = pass;
    h.language = pass < 0 ? pass_rows[0].from : pass_rows[pass].to;
    return h;
}

/* The first pass that takes language l. */
static int first_pass_from(Language l) {
    for (int p = 0; p < PASS_COUNT; p++)
        if (pass_rows[p].from == l) return p;
    return PASS_COUNT; /* Lbytes: nothing is left to do */
}

/* A pass gives one language, and there are so many options. */
static bool is_header_right(const Compile *c) {
    const DumpHeader *h = &c->header;
    Diagnostics *d = c->context.diagnostics;
    const char *o = h->options ? text_bytes(h->options) : NULL;
    if (h->after >= 0 && pass_rows[h->after].to != h->language)
        error_at(d, 0, "SL0022", "the header says (after %s), which gives %s, not %s",
                 pass_rows[h->after].name, language_name(pass_rows[h->after].to),
                 language_name(h->language));
    if (o && (o[0] != 'O' || o[1] < '0' || o[1] > '2' || (o[2] && strcmp(o + 2, " native"))))
        error_at(d, 0, "SL0022", "the header's (options %.40s) are not O0, O1 or O2, then native",
                 o);
    return !error_count(d);
}

static bool is_of_its_language(const Compile *c, const SourceFile *file, const Node *program) {
    GrammarError e = language_check(c->header.language, NT_Program, program);
    if (!e.node) return true;
    Buffer b = {0};
    Node *twin = read_dump_places(c->arena, 0, file->bytes, file->length);
    print_flat(&b, e.node);
    error_at(c->context.diagnostics, place_in_twin(program, twin, e.node), "SL0024",
             "this is no %s of language %s: %.120s%s", e.wanted, language_name(c->header.language),
             b.bytes, b.length > 120 ? " ..." : "");
    buffer_free(&b);
    return false;
}

/* Does a pass run that looks definitions up, so that none may be missing? */
static bool needs_whole_program(const Compile *c) {
    for (int p = c->first; p <= c->last; p++)
        if (pass_rows[p].scope == PROGRAM && !goes_by_top(p)) return true;
    return false;
}

bool is_given_form_fine(const Compile *c, const Node *program) {
    GivenForm given = {.language = c->header.language,
                       .program = program,
                       .is_whole = needs_whole_program(c),
                       .bytes = c->files[0].bytes,
                       .length = c->files[0].length};
    return is_well_formed(&given, c->context.diagnostics);
}

Node *start_from_dump(Compile *c, const SourceFile *file) {
    Node *program =
        read_dump(c->arena, c->context.diagnostics, 0, file->bytes, file->length, &c->header);
    if (!program) return NULL;
    if (!is_of_its_language(c, file, program) || !is_header_right(c)) return NULL;
    read_options(c);
    read_skipped(c);
    if (c->options->json) { /* the names of the sources are known, their lines are not */
        c->context.source_names = c->header.files.items;
        c->context.source_count = c->header.files.count;
    }
    c->first = c->header.after >= 0 ? c->header.after + 1 : first_pass_from(c->header.language);
    return program;
}

void start_at(Compile *c, int pass) {
    const char *name = c->files[0].name;
    bool is_source = !c->header.language;
    Language l = is_source ? L_text : c->header.language;
    if (pass_rows[pass].from != l)
        fail(0, "--from=%s: pass %s takes a form of %s, and %s is %s%s", pass_rows[pass].name,
             pass_rows[pass].name, language_name(pass_rows[pass].from), name,
             is_source ? "source, which starts at parse" : "one of ",
             is_source ? "" : language_name(l));
    c->first = pass;
}

/* What verify once found fine may have been edited since: it is never taken as proved. */
void start_before_verify(Compile *c) {
    while (c->first > 0 && c->first < PASS_COUNT && pass_rows[c->first - 1].kind == VERIFY)
        c->first--;
}

Node *start_from_source(Compile *c, const SourceFile *files, uint32_t count) {
    const char **bytes = NEW_ARRAY(c->arena, const char *, count);
    size_t *lengths = NEW_ARRAY(c->arena, size_t, count);
    Text *names = NEW_ARRAY(c->arena, Text, count);
    for (uint32_t i = 0; i < count; i++) {
        bytes[i] = files[i].bytes;
        lengths[i] = files[i].length;
        names[i] = text(files[i].name);
        if (files[i].length >= 4 && !memcmp(files[i].bytes,
                                            "\x7f"
                                            "ELF",
                                            4))
            fail(0, "%s is an executable or an object, not slisp source and not a dump",
                 files[i].name);
        PUSH(c->arena, c->header.files, names[i]);
        diagnostics_source(c->context.diagnostics, (uint16_t)i, names[i], bytes[i], lengths[i]);
    }
    c->context.sources = bytes;
    c->context.source_lengths = lengths;
    c->context.source_names = names;
    c->context.source_count = count;
    c->header.options = text_format("O%d native", c->options->optimise);
    c->header.after = -1;
    return node_list(c->arena, H_program, 0, NULL, 0);
}
