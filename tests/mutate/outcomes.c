/* outcomes.c - what a compiler makes of many programs: the one that this file is linked with.
 *
 *   outcomes MUTANT LIST SECONDS [quick]      a line of LIST: PART WHOLE BYTES BEHAVIOUR STRESS
 *
 * PART holds the functions of a program that no program before it has, WHOLE all of them. BYTES and
 * BEHAVIOUR are hashes of what is expected: of PART's code, and of WHOLE's run (0: not known).
 * PASS:PART is compiled up to that pass, and its form compared.
 * First, how the compile of each PART ends: a line each. Then, from the first one on whose code is
 * another, how WHOLE behaves, once as it is and once with a collection at every STRESSth allocation
 * (0: not run): a line each up to the first that behaves wrongly, for some programs. Where all
 * of the first ones fail, the rest is not tried. What may crash or hang happens in other
 * processes; each gets SECONDS of processor time. quick: nothing after the first difference.
 */
#include "encode.h"
#include "link/link.h"
#include "observe.h"
#include "pipeline.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { PATIENCE = 100, MOST_LATE = 3, MOST_FAILED = 12, MOST_RUNS = 12, MOST_TRIALS = 2000, IN_ONE_PROCESS = 100 };
extern int mutant;
static const rlim_t COMPILE_BYTES = 1 << 30;
static rlim_t seconds;
static bool is_quick;
int mutant; /* the one that is tried, 0: the compiler as it is */

typedef struct {
    char part[512], whole[512];
    uint64_t bytes, behaviour;
    int stress;
} Trial;

static Trial trials[MOST_TRIALS];
static uint32_t trial_count;

/* What a child tells, beside its output: hashes of the code that it made, of trial after trial. */
typedef struct {
    uint32_t done;
    uint64_t bytes[MOST_TRIALS];
} Told;
static Told *told;

/* ---- hashes (FNV-1a) */

static const uint64_t EMPTY = 0xcbf29ce484222325;

static uint64_t hash(uint64_t h, const void *bytes, size_t length) {
    const unsigned char *b = bytes;
    for (size_t i = 0; i < length; i++)
        h = (h ^ b[i]) * 0x100000001b3;
    return h;
}

static uint64_t hash_printed(const Node *program) {
    Buffer b = {0};
    print_node(&b, program, STYLE_FULL);
    uint64_t h = hash(EMPTY, b.bytes, b.length);
    buffer_free(&b);
    return h;
}

/* ---- in a child */

static SourceFile source_file(const char *name) {
    FILE *in = fopen(name, "rb");
    Buffer b = {0};
    static char block[65536];
    if (!in) fail(errno, "cannot read %s", name);
    for (size_t n; (n = fread(block, 1, sizeof block, in)) != 0;)
        buffer_add(&b, block, n);
    fclose(in);
    buffer_add(&b, "", 0);
    return (SourceFile){name, b.bytes, b.length};
}

static void limit(__rlimit_resource_t resource, rlim_t most) {
    struct rlimit both;
    getrlimit(resource, &both);
    both.rlim_cur = most;
    setrlimit(resource, &both);
}

/* What `slispc --encoder-table` prints is compared with `as` by a test: it counts as a program. */
static uint64_t hash_encoder_table(void) {
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    print_encoder_table(out);
    fclose(out);
    return hash(EMPTY, text, length);
}

#ifdef COVERAGE /* a child that just ends writes no counts */
extern void __gcov_dump(void);
extern void __gcov_reset(void);
#define WRITE_COUNTS (__gcov_dump(), __gcov_reset())
#else
#define WRITE_COUNTS ((void)0)
#endif

static PipelineResult compiled(const char *name) {
    const char *colon = strchr(name, ':');
    PipelineOptions options = {.optimise = 2, .from = -1, .to = -1, .inject_pass = -1};
    if (colon) options.to = pass_named(text_bytes(text_of(name, (size_t)(colon - name))));
    if (colon) name = colon + 1;
    SourceFile file = source_file(name);
    limit(RLIMIT_AS, COMPILE_BYTES);
    PipelineResult r = pipeline_run(&options, &file, 1);
    limit(RLIMIT_AS, RLIM_INFINITY);
    return r;
}

/* The parts from the one on that `context` points to. */
static int compile_parts(void *context, RunCounts *counts) {
    uint32_t first = *(const uint32_t *)context;
    (void)counts;
    limit(RLIMIT_CPU, seconds);
    for (uint32_t i = first; i < trial_count && i < first + IN_ONE_PROCESS; i++) {
        if (!strcmp(trials[i].part, "--encoder-table")) {
            told->bytes[i] = hash_encoder_table();
        } else {
            PipelineResult r = compiled(trials[i].part);
            if (!r.program) return r.exit_code;
            told->bytes[i] = hash_printed(r.program);
        }
        told->done = i + 1;
        WRITE_COUNTS;
        if (is_quick && told->bytes[i] != trials[i].bytes) return 0;
    }
    return 0;
}

static int run_whole(void *context, RunCounts *counts) {
    char *argv[] = {context, NULL};
    (void)counts;
    limit(RLIMIT_CPU, seconds);
    PipelineResult r = compiled(context);
    if (!r.program) return r.exit_code;
    told->done = 1;
    return run_in_memory(link_program(arena_new(), r.program, &r.header), 1, argv);
}

/* ---- in the process that watches */

static bool is_late(const Observation *o) { return o->is_late || o->signal == SIGXCPU; }

static void print_failure(const Observation *o) {
    const char *line = o->err.length ? o->err.bytes : "";
    if (is_late(o)) printf("late");
    else if (o->signal) printf("crashed signal %d", o->signal);
    else printf("rejected %.*s", (int)strcspn(line, "\n"), line);
}

/* Gives the first trial whose code differs. */
static uint32_t try_parts(void) {
    uint32_t differs = trial_count;
    Observation o;
    for (uint32_t i = 0, late = 0, fine = 0; i < trial_count && late < MOST_LATE;) {
        if (!fine && i == MOST_FAILED) break;
        if (is_quick && (differs < trial_count || i > fine)) return trial_count;
        told->done = i;
        observe(&o, compile_parts, &i, PATIENCE);
        for (; i < told->done; i++, fine++) {
            bool same = told->bytes[i] == trials[i].bytes;
            if (!same && differs == trial_count) differs = i;
            printf("%s %016" PRIx64 "\t%s\n", same ? "same" : "differs", told->bytes[i], trials[i].part);
        }
        bool failed = o.is_late || o.signal || o.code;
        if (failed) print_failure(&o), printf("\t%s\n", trials[i].part), i++;
        late += is_late(&o);
        observation_free(&o);
    }
    return differs;
}

/* Adds how the program behaves to a hash; 0 when it does not compile, or is late where nothing is
 * expected yet. */
static uint64_t behaviour_of(uint64_t h, const Trial *t) {
    Observation o;
    told->done = 0;
    observe(&o, run_whole, (void *)(uintptr_t)t->whole, PATIENCE);
    int end[] = {o.code, o.signal, is_late(&o)};
    h = hash(hash(hash(h, o.out.bytes, o.out.length), o.err.bytes, o.err.length), end, sizeof end);
    observation_free(&o);
    return told->done && (t->behaviour || !end[2]) ? h : 0;
}

/* Does it behave as expected, or is it not accepted? */
static bool try_whole(const Trial *t) {
    char how[32];
    uint64_t h = behaviour_of(EMPTY, t);
    snprintf(how, sizeof how, "stress=%d", t->stress);
    setenv("SLISP_GC", how, 1);
    if (h) h = behaviour_of(h, t);
    unsetenv("SLISP_GC");
    bool fine = !h || !t->behaviour || h == t->behaviour;
    printf("%s %016" PRIx64 "\t%s\n", !h ? "refused" : fine ? "right" : "wrong", h, t->whole);
    return fine;
}

static void read_list(const char *name) {
    FILE *list = fopen(name, "r");
    if (!list) fail(errno, "cannot read %s", name);
    for (Trial *t = trials; trial_count < MOST_TRIALS; t++, trial_count++)
        if (fscanf(list, "%511s %511s %" SCNx64 " %" SCNx64 " %d", t->part, t->whole, &t->bytes,
                   &t->behaviour, &t->stress) != 5)
            break;
    fclose(list);
}

int main(int argc, char **argv) {
    if (argc < 4) fail(0, "usage: outcomes MUTANT LIST SECONDS [quick]");
    is_quick = argc > 4;
    read_list(argv[2]);
    seconds = (rlim_t)atoi(argv[3]);
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (told == MAP_FAILED) fail(errno, "no memory to share with processes");
    languages_init();
    mutant = atoi(argv[1]);
    uint32_t runs = 0;
    for (uint32_t i = try_parts(); i < trial_count && runs < MOST_RUNS; i++) {
        if (!trials[i].stress) continue;
        runs += trials[i].behaviour != 0;
        if (!try_whole(&trials[i])) break;
    }
    return 0;
}
