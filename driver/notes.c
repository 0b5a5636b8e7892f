/* notes.c - what a compile says beside its result: options without effect, what could not be
 * checked, who may be to blame, how long passes took. */
#include "compiling.h"

bool runs(const Compile *c, int p) {
    if (p < c->first || p > c->last) return false;
    if (c->options->skip >> p & 1 || (pass_rows[p].kind == OPTIMISE && c->options->optimise == 0))
        return false;
    return !(pass_rows[p].kind == VERIFY && c->options->no_verify);
}

uint32_t passes_run(const Compile *c) {
    uint32_t set = 0;
    for (int p = 0; p < PASS_COUNT; p++)
        set |= (uint32_t)runs(c, p) << p;
    return set;
}

void show_times(const Compile *c) {
    double total = 0;
    for (int p = 0; p < PASS_COUNT; p++)
        total += c->seconds[p];
    for (int p = 0; p < PASS_COUNT; p++)
        fprintf(stderr, "%-12s %9.3f ms %5.1f %%\n", pass_rows[p].name, c->seconds[p] * 1e3,
                total > 0 ? 100 * c->seconds[p] / total : 0);
    fprintf(stderr, "%-12s %9.3f ms\n", "all passes", total * 1e3);
    fprintf(stderr, "%-12s %9zu bytes handed out\n", "arenas", arena_total());
}

/* What is said about a pass that does not run has no effect. */
void note_idle_passes(const Compile *c) {
    const PipelineOptions *o = c->options;
    for (int p = 0; p < PASS_COUNT; p++) {
        bool inside = p >= c->first && p <= c->last;
        if ((o->replace[p] || o->inject_pass == p) && !runs(c, p))
            fprintf(stderr, "note: %s has no effect: pass %s does not run here\n",
                    o->replace[p] ? "--replace" : "--inject", pass_rows[p].name);
        if (o->skip >> p & 1 && !inside)
            fprintf(stderr, "note: --skip has no effect: pass %s does not run here\n",
                    pass_rows[p].name);
    }
}

/* Who made the form that the first pass takes? */
void set_blame(const Compile *c) {
    bool injects = c->options->inject_fault && c->options->inject_pass >= c->first;
    bug_blame = NULL;
    bug_exit_code = 3;
    if (c->first == 0 || injects) return;
    bug_blame = c->context.is_given
                    ? "the form was read from a file: the mistake is in there"
                    : "the form was read from a file, and slispc writes none that fails here";
    bug_exit_code = 1;
}
