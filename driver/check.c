/* check.c - slispc check: is every form in a file one of its language, and do the passes that are
 * left, verify among them, find nothing wrong with it?
 */
#include "commands.h"
#include "inspect_file.h"
#include "inspect_verb.h"
#include "reproduce.h"

#include <string.h>

/* ---- the forms of a file */

/* Where the next dump starts: --dump-after=all writes them one after the other. Text of a form
 * has no line that starts like this: line breaks in strings are escaped. */
static const char *next_dump(const char *from, const char *end) {
    static const char start[] = "\n(slispc-ir ";
    const char *found = memmem(from, (size_t)(end - from), start, sizeof start - 1);
    return found ? found + 1 : end;
}

static uint32_t count_dumps(const SourceFile *file) {
    const char *end = file->bytes + file->length;
    uint32_t count = 0;
    for (const char *at = file->bytes; is_dump(file) && at < end; at = next_dump(at, end))
        count++;
    return count;
}

/* ---- what was looked at */

static void add_to_list(Buffer *out, const char *what) {
    buffer_print(out, "%s%s", out->length ? ", " : "", what);
}

/* "the forms after parse to emit without gvn" */
static void add_passes(Buffer *out, uint32_t ran) {
    int first = -1, last = -1;
    for (int p = 0; p < PASS_COUNT; p++) {
        if (!(ran >> p & 1)) continue;
        if (first < 0) first = p;
        last = p;
    }
    if (first < 0) return;
    add_to_list(out, first == last ? "the form after " : "the forms after ");
    buffer_print(out, "%s", pass_rows[first].name);
    if (first != last) buffer_print(out, " to %s", pass_rows[last].name);
    const char *separator = " without ";
    for (int p = first; p < last; p++) {
        if (ran >> p & 1) continue;
        buffer_print(out, "%s%s", separator, pass_rows[p].name);
        separator = ", ";
    }
}

static void add_checked(Buffer *out, const PipelineResult *r, bool is_given_dump) {
    if (is_given_dump) {
        Language l = r->first < PASS_COUNT ? pass_rows[r->first].from : L_Lbytes;
        buffer_print(out, "the form of language %s", language_name(l));
    }
    add_passes(out, r->ran);
    if (r->ran >> PASS_verify & 1) buffer_print(out, "; verified: every function");
    if (r->code != CODE_UNSEEN) buffer_print(out, "; decoded: the code of every function");
    if (r->code == CODE_COMPARED)
        buffer_print(out, ", which is that of the form that went into emit");
}

static void add_unchecked(Buffer *out, const PipelineResult *r) {
    bool verified = (r->ran >> PASS_verify & 1) != 0;
    if (r->code == CODE_DECODED)
        add_to_list(out,
                    "what the code does (--against=FILE gives it the form that went into emit)");
    else if (r->code == CODE_COMPARED && r->first == PASS_COUNT)
        add_to_list(out, "rules V01 and V21 to V23 about that form");
    else if (!verified)
        add_to_list(out, "registers and slots (verify did not run)");
    if (verified && !r->compared)
        add_to_list(out, "rule V01 (--against=FILE gives it the form that select gave)");
    if (verified && r->compared > L_Lx86)
        add_to_list(out, r->compared == L_Llive ? "what liveness did to the code"
                                                : "what liveness and intervals did to the code");
}

static void print_fine(const char *name, const PipelineResult *r, bool is_given_dump) {
    Buffer checked = {0}, unchecked = {0};
    add_checked(&checked, r, is_given_dump);
    add_unchecked(&unchecked, r);
    printf("%s: fine\n  checked: %s\n", name, checked.bytes ? checked.bytes : "nothing");
    if (unchecked.length) printf("  not checked: %s\n", unchecked.bytes);
    buffer_free(&checked);
    buffer_free(&unchecked);
}

/* ---- the verb */

/* One of several: line numbers count from where it starts. */
static int check_part(const Options *o, SourceFile part, uint32_t number, uint32_t count) {
    Text name = text_format("%s (form %u of %u)", o->arguments[0], number, count);
    part.name = text_bytes(name);
    PipelineResult r = pipeline_run(&o->pipeline, &part, 1);
    if (r.program) print_fine(part.name, &r, true);
    return r.exit_code;
}

static int check_parts(const Options *o, const SourceFile *file, uint32_t count) {
    const char *end = file->bytes + file->length, *at = file->bytes;
    int worst = 0;
    reproduce_start(o, true);
    for (uint32_t i = 1; i <= count; i++) {
        const char *next = next_dump(at, end);
        SourceFile part = {file->name, (char *)(uintptr_t)at, (size_t)(next - at)};
        int code = check_part(o, part, i, count);
        worst = code > worst ? code : worst;
        at = next;
    }
    reproduce_end();
    return worst;
}

int verb_check(const Options *o) {
    Options with = *o;
    SourceFile against, file = file_read(o->arguments[0]);
    if (is_elf(file.bytes, file.length) && o->argument_count == 1)
        return check_executable_file(o, &file);
    uint32_t count = count_dumps(&file);
    if (o->against) {
        against = file_read(o->against);
        with.pipeline.against = &against;
    }
    if (count > 1 && o->argument_count == 1) return check_parts(&with, &file, count);
    PipelineResult r = compile_files(&with);
    if (r.program) print_fine(o->arguments[0], &r, is_dump(&file));
    return r.exit_code;
}
