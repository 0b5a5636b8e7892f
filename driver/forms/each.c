/* each.c - slispc run --each: the program at every form and natively, all compared with the first.
 */
#include "forms.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const Options *options;
    Observation first;
    const char *first_name;
    uint32_t forms, different;
    Text told; /* the last difference in the output that was told of */
} Each;

static void print_counts(const FormRun *run, const Observation *o) {
    if (run->header->language == L_Lbytes)
        printf(" %12s %10s %11s", "-", "-", "-");
    else
        printf(" %12llu %10llu %11llu", (unsigned long long)o->counts.steps,
               (unsigned long long)(o->counts.allocated / 1024),
               (unsigned long long)o->counts.collections);
}

static void print_row(const Each *e, const FormRun *run, const Observation *o,
                      const char *difference) {
    Buffer b = {0};
    describe_observation(&b, o);
    printf("%2d  %-20s", run->pass + 1, form_name(run));
    if (e->options->count) print_counts(run, o);
    printf("  %s", b.bytes);
    if (difference) printf("   <-- another %s than %s", difference, e->first_name);
    putchar('\n');
    fflush(stdout);
    buffer_free(&b);
}

/* Unless the form before differed in the same way. */
static void print_output_difference(Each *e, const Observation *o) {
    Buffer b = {0};
    if (!o->signal && !o->is_late)
        describe_output_difference(&b, o, e->first.out.bytes, e->first.out.length);
    Text difference = text_of(b.length ? b.bytes : "", b.length);
    if (b.length && difference != e->told) printf("      %s\n", b.bytes);
    e->told = difference;
    buffer_free(&b);
}

static bool judge(void *context, const FormRun *run) {
    Each *e = context;
    Observation o;
    observe_form(&o, e->options, run);
    bool first = e->forms++ == 0;
    const char *difference = first ? NULL : behaviour_difference(&e->first, &o);
    print_row(e, run, &o, difference);
    if (difference) print_output_difference(e, &o);
    if (difference) e->different++;
    if (first) {
        e->first = o;
        e->first_name = strdup(form_name(run));
    } else {
        observation_free(&o);
    }
    return true;
}

static void print_head(const Each *e) {
    printf("%2s  %-20s", "#", "form after");
    if (e->options->count) printf(" %12s %10s %11s", "steps", "KiB", "collections");
    puts("  result");
}

int run_each(const Options *o) {
    Each e = {.options = o};
    print_head(&e);
    int code = each_form(o, judge, &e);
    if (code) return code;
    if (e.different)
        printf("%u of %u forms behave in another way\n", e.different, e.forms);
    else
        printf("all %u behave the same\n", e.forms);
    return e.different ? 4 : 0;
}
