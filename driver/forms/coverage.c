/* coverage.c - slispc coverage FILE...: which rows of the tables these programs and forms use.
 *
 * Each file is compiled on its own, in a process of its own, at -O0 and at -O2. A line for each
 * row: the table, the number of files that use it, the row. The tests hold that no row is unused.
 */
#include "commands.h"
#include "encode.h"
#include "grammar.h"
#include "observe.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { MOST_ENCODINGS = 512 };

/* For each row the number of files; shared with the processes that compile. */
typedef struct {
    uint32_t productions[L_COUNT][MOST_PRODUCTIONS];
    uint32_t prims[P_COUNT], words[W_COUNT], opcodes[X_COUNT];
    uint32_t encodings[MOST_ENCODINGS];
} Uses;

/* What one file uses, as 0 and 1. */
typedef struct {
    bool prims[P_COUNT], words[W_COUNT], opcodes[X_COUNT];
} Rows;

static Rows rows;

/* ---- one file */

static void note_rows(const Node *n) {
    if (n->kind == N_PRIM) rows.prims[n->head] = true;
    if (n->kind == N_WORD) rows.words[n->head] = true;
    if (n->kind == N_OPCODE) rows.opcodes[n->head] = true;
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        note_rows(n->kids[i]);
}

static bool note_form(void *context, int pass, Node *program, const DumpHeader *header) {
    (void)context, (void)pass;
    note_rows(program);
    notes_productions = true;
    language_check(header->language, NT_Program,
                   program); /* the tops that passes do not see, too */
    return true;
}

static void add_uses(Uses *uses) {
    for (int l = L_text + 1; l < L_COUNT; l++)
        for (int i = 0; i < grammar((Language)l)->production_count; i++)
            uses->productions[l][i] += grammar((Language)l)->productions[i].is_used;
    for (int i = 0; i < P_COUNT; i++)
        uses->prims[i] += rows.prims[i];
    for (int i = 0; i < W_COUNT; i++)
        uses->words[i] += rows.words[i];
    for (int i = 0; i < X_COUNT; i++)
        uses->opcodes[i] += rows.opcodes[i];
    EncodingRow row;
    for (uint32_t i = 0; encoding_row(i, &row); i++)
        uses->encodings[i] += row.is_used;
}

typedef struct {
    const Options *options;
    Uses *uses;
} Job;

static int compile_file(void *context, RunCounts *counts) {
    Job *job = context;
    Options with = *job->options;
    (void)counts;
    with.pipeline.seen = note_form;
    with.pipeline.no_verify = true; /* encodings.ir holds what select never gives */
    for (int level = 0; level <= 2; level += 2) {
        with.pipeline.optimise = level;
        compile_files(&with);
    }
    add_uses(job->uses);
    return 0;
}

/* ---- the table */

static void print_row(const char *table, uint32_t files, const char *owner, const char *row) {
    printf("%-10s %6u  %s%s%s\n", table, files, owner, *owner ? "  " : "", row);
}

static void print_productions(const Uses *uses) {
    for (int l = L_text + 1; l < L_COUNT; l++) {
        const Grammar *g = grammar((Language)l);
        for (int i = 0; i < g->production_count; i++)
            if (g->nt_is_reached[g->productions[i].nt])
                print_row("production", uses->productions[l][i], language_name((Language)l),
                          g->productions[i].form);
    }
}

static void print_encodings(const Uses *uses) {
    EncodingRow row;
    for (uint32_t i = 0; encoding_row(i, &row); i++)
        if (row.operands)
            print_row("encoding", uses->encodings[i], mnemonic_name(row.mnemonic), row.operands);
}

static void print_uses(const Uses *uses) {
    print_productions(uses);
    for (int i = P_NONE + 1; i < P_COUNT; i++)
        print_row("primitive", uses->prims[i], "", prim_rows[i].name);
    for (int i = W_NONE + 1; i < W_COUNT; i++)
        print_row("word", uses->words[i], "", word_rows[i].name);
    for (int i = X_NONE + 1; i < X_COUNT; i++)
        print_row("opcode", uses->opcodes[i], "", opcode_rows[i].name);
    print_encodings(uses);
}

int verb_coverage(const Options *o) {
    Uses *uses =
        mmap(NULL, sizeof *uses, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (uses == MAP_FAILED) fail(errno, "no memory to share with processes");
    bool wrong = false;
    for (int i = 0; i < o->argument_count; i++) {
        Options one = *o;
        one.arguments += i;
        one.argument_count = 1;
        Job job = {&one, uses};
        Observation seen;
        observe(&seen, compile_file, &job, 60);
        if (seen.code == 2) fwrite(seen.err.bytes, 1, seen.err.length, stderr);
        wrong |= seen.code == 2;
        observation_free(&seen);
    }
    print_uses(uses);
    return wrong ? 2 : 0;
}
