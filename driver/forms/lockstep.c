/* lockstep.c - slispc lockstep f --passes=A,B: the first event at which two forms part.
 *
 * Events are calls of the user's functions, results, exceptions, what is written and what is
 * allocated since the event before. Allocation is settled by lower, so it is compared from there
 * on. With simplify in between, calls may be missing in the later form: each call and exception of
 * it must occur in the earlier one, in the same order, and what is written is compared as a whole.
 * Results are not: a function that called as its last act may then return itself.
 */
#include "forms.h"
#include "output.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef VEC(char *) Lines;

/* One of the two forms. */
typedef struct {
    int pass;
    char *name;
    bool ran;
    Observation seen;
    Lines events;
} Side;

typedef struct {
    Options options;
    Arena *arena;
    Side sides[2];
} Lockstep;

/* ---- events of a run */

/* What passes add to names: .w2, .w1r, .fn3, .try4. */
static const char *skip_suffix(const char *c) {
    static const char *const words[] = {".w", ".fn", ".try", ".catch", ".finally"};
    for (int i = 0; i < 5; i++) {
        size_t length = strlen(words[i]);
        if (strncmp(c, words[i], length) || !isdigit((unsigned char)c[length])) continue;
        for (c += length; isdigit((unsigned char)*c);)
            c++;
        return *c == 'r' ? c + 1 : c;
    }
    return c;
}

/* The same for all forms: names as the user wrote them; flags are words in some forms. */
static char *plain_event(Arena *a, const char *line, size_t length) {
    char *out = NEW_ARRAY(a, char, length + 8), *end = out;
    for (const char *c = line, *stop = line + length; c < stop;) {
        const char *behind = *c == '.' ? skip_suffix(c) : c;
        bool starts_word = c > line && c[-1] == ' ';
        if (behind != c) {
            c = behind < stop ? behind : stop;
        } else if (starts_word && !strncmp(c, "true", 4) && c + 4 <= stop) {
            *end++ = '1';
            c += 4;
        } else if (starts_word && !strncmp(c, "false", 5) && c + 5 <= stop) {
            *end++ = '0';
            c += 5;
        } else {
            *end++ = *c++;
        }
    }
    return out;
}

/* Are calls inlined between the two forms? */
static bool is_inlined_between(const Lockstep *l) {
    return l->sides[0].pass < PASS_simplify && l->sides[1].pass >= PASS_simplify &&
           l->options.pipeline.optimise;
}

static bool is_compared(const Lockstep *l, const char *event) {
    if (!strncmp(event, "allocates ", 10)) return l->sides[0].pass >= PASS_lower;
    return !is_inlined_between(l) || *event == '(' || !strncmp(event, "throws ", 7);
}

static void split_events(Lockstep *l, Side *side, const char *bytes, size_t length) {
    for (size_t start = 0; start < length;) {
        const char *newline = memchr(bytes + start, '\n', length - start);
        size_t end = newline ? (size_t)(newline - bytes) : length;
        if (is_compared(l, bytes + start))
            PUSH(l->arena, side->events, plain_event(l->arena, bytes + start, end - start));
        start = end + 1;
    }
}

static void run_side(Lockstep *l, Side *side, const FormRun *run) {
    int events = memfd_create("events", MFD_CLOEXEC);
    if (events < 0) fail(errno, "cannot make room for events");
    l->options.interpret.events = events;
    observe_form(&side->seen, &l->options, run);
    off_t length = lseek(events, 0, SEEK_END);
    char *bytes = length > 0 ? mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, events, 0) : NULL;
    if (length > 0 && bytes == MAP_FAILED) fail(errno, "cannot read the events");
    if (length > 0) split_events(l, side, bytes, (size_t)length);
    if (length > 0) munmap(bytes, (size_t)length);
    close(events);
    side->ran = true;
    side->name = strdup(form_name(run));
}

static bool visit(void *context, const FormRun *run) {
    Lockstep *l = context;
    for (int i = 0; i < 2; i++) {
        Side *side = &l->sides[i];
        bool wanted = side->pass == run->pass && (!has_places(run->header->language) ||
                                                  run->by_place == l->options.interpret.by_place);
        if (!wanted || side->ran) continue;
        if (run->header->language == L_Lbytes)
            fail(0, "native code has no events; take verify, which is run in its places");
        run_side(l, side, run);
        break;
    }
    return !l->sides[0].ran || !l->sides[1].ran;
}

/* ---- the first difference */

static bool same_event(const char *a, const char *b) {
    return !strcmp(a, b);
}

static const char *event_at(const Side *side, uint32_t i) {
    return i < side->events.count ? side->events.items[i] : "(nothing more)";
}

enum { BEFORE = 6 };

static void print_event(uint32_t number, const char *a, const char *b, const char *note) {
    printf("%6u  %-38s  %-38s%s\n", number, a, b, note);
}

static void print_head(const Lockstep *l) {
    printf("%6s  %-38s  %-38s\n", "event", l->sides[0].name, l->sides[1].name);
}

/* Both have the same calls. Gives the number of the first event that differs, UINT32_MAX: none. */
static uint32_t first_difference(const Lockstep *l) {
    const Side *a = &l->sides[0], *b = &l->sides[1];
    uint32_t i = 0;
    while (i < a->events.count && i < b->events.count &&
           same_event(a->events.items[i], b->events.items[i]))
        i++;
    return i == a->events.count && i == b->events.count ? UINT32_MAX : i;
}

static bool print_difference(const Lockstep *l) {
    uint32_t at = first_difference(l);
    if (at == UINT32_MAX) return false;
    print_head(l);
    for (uint32_t i = at > BEFORE ? at - BEFORE : 0; i < at; i++)
        print_event(i + 1, event_at(&l->sides[0], i), event_at(&l->sides[1], i), "");
    print_event(at + 1, event_at(&l->sides[0], at), event_at(&l->sides[1], at),
                "  <-- first difference");
    return true;
}

/* Some calls of the first were inlined. The event of the second that the first does not have. */
static bool print_missing(const Lockstep *l) {
    const Side *a = &l->sides[0], *b = &l->sides[1];
    uint32_t i = 0, k = 0, last = 0;
    for (; k < b->events.count; k++, i++) {
        last = i;
        while (i < a->events.count && !same_event(a->events.items[i], b->events.items[k]))
            i++;
        if (i == a->events.count) break;
    }
    if (k == b->events.count) return false;
    print_head(l);
    for (uint32_t n = k > BEFORE ? k - BEFORE : 0; n < k; n++)
        print_event(n + 1, b->events.items[n], b->events.items[n], "");
    print_event(k + 1, event_at(a, last), b->events.items[k],
                "  <-- the first form has no such event from here on");
    return true;
}

static void print_ends(const Lockstep *l) {
    for (int i = 0; i < 2; i++) {
        Buffer b = {0};
        describe_observation(&b, &l->sides[i].seen);
        printf("  %s: %u events, %s\n", l->sides[i].name, l->sides[i].events.count, b.bytes);
        buffer_free(&b);
    }
}

/* The first line of output that differs. */
static void print_outputs(const Lockstep *l) {
    const Buffer *first = &l->sides[0].seen.out;
    Buffer b = {0};
    describe_output_difference(&b, &l->sides[1].seen, first->bytes, first->length);
    if (b.length) printf("  %s\n", b.bytes);
    buffer_free(&b);
}

/* ---- the command */

static void read_passes(Lockstep *l) {
    const char *names = l->options.passes, *comma = names ? strchr(names, ',') : NULL;
    if (!comma) fail(0, "lockstep wants --passes=A,B");
    char *first = strndup(names, (size_t)(comma - names));
    if (!first) fail(0, "no memory left");
    l->sides[0].pass = pass_wanted(first);
    l->sides[1].pass = pass_wanted(comma + 1);
    free(first);
    if (l->sides[0].pass >= l->sides[1].pass)
        fail(0, "the first of the two passes must come first");
}

int verb_lockstep(const Options *o) {
    Lockstep l = {.options = *o, .arena = arena_new()};
    read_passes(&l);
    int code = each_form(&l.options, visit, &l);
    for (int i = 0; i < 2; i++)
        if (!l.sides[i].ran) {
            if (!code)
                fail(0, "pass %s does not run with these options", pass_rows[l.sides[i].pass].name);
            return code;
        }
    bool inlined = is_inlined_between(&l);
    bool parted = inlined ? print_missing(&l) : print_difference(&l);
    const char *difference = behaviour_difference(&l.sides[0].seen, &l.sides[1].seen);
    if (parted || difference) {
        if (!parted) printf("the same events, but another %s\n", difference);
        print_ends(&l);
        print_outputs(&l);
        return 4;
    }
    printf("the same %u events%s, output and ending\n", l.sides[1].events.count,
           inlined ? ", as far as they were not inlined" : "");
    return 0;
}
