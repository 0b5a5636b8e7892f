/* fuzz_coverage.c - what random programs have reached. */
#include "fuzz_parts.h"

#include <string.h>

const FuzzRow fuzz_rows[FUZZ_ROWS] = {
#define VALUE(kind, text) {#kind, text, NULL, K_##kind, false},
#define EFFECT(kind, text) {#kind, text, NULL, K_##kind, true},
#define WRONG(error, text) {NULL, text, error, KINDS, false},
#include "fuzz.def"
};

static void print_kinds(FILE *out, const FuzzCoverage *c) {
    static const char *const names[] = {
#define KIND(name, letter) #name,
        FUZZ_KINDS(KIND)
#undef KIND
    };
    for (int k = 0; k < K_ATOM; k++) { /* there are atoms where the construct says so */
        uint64_t count = 0;
        for (uint32_t i = 0; i < FUZZ_ROWS; i++)
            if (!fuzz_rows[i].error && (int)fuzz_rows[i].gives == k) count += c->rows[i];
        fprintf(out, "  %-32s %9llu\n", names[k], (unsigned long long)count);
    }
}

/* Rows of one error follow one another. */
static void print_errors(FILE *out, const FuzzCoverage *c) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < FUZZ_ROWS; i++) {
        const FuzzRow *row = &fuzz_rows[i];
        if (!row->error) continue;
        count += c->rows[i];
        if (i + 1 < FUZZ_ROWS && !strcmp(row->error, fuzz_rows[i + 1].error)) continue;
        fprintf(out, "  %-32s %9llu\n", row->error, (unsigned long long)count);
        count = 0;
    }
}

static void print_missed(FILE *out, const FuzzCoverage *c) {
    uint32_t missed = 0;
    for (uint32_t i = 0; i < FUZZ_ROWS; i++) {
        if (c->rows[i]) continue;
        if (!missed++) fprintf(out, "never made:\n");
        fprintf(out, "  %s\n", fuzz_rows[i].text);
    }
    fprintf(out, "%u of %u rows of fuzz.def were used\n", FUZZ_ROWS - missed, FUZZ_ROWS);
}

void print_fuzz_coverage(FILE *out, const FuzzCoverage *c) {
    static const char *const names[] = {
#define CONSTRUCT(name, text) text,
        FUZZ_CONSTRUCTS(CONSTRUCT)
#undef CONSTRUCT
    };
    fprintf(out, "constructs:\n");
    for (int i = 0; i < FUZZ_CONSTRUCT_COUNT; i++)
        fprintf(out, "  %-32s %9llu\n", names[i], (unsigned long long)c->constructs[i]);
    fprintf(out, "expressions:\n");
    print_kinds(out, c);
    fprintf(out, "mistakes:\n");
    print_errors(out, c);
    print_missed(out, c);
}
