/* look.c - what the commands that show forms share: which forms, which functions of them. */
#include "look.h"
#include "output.h"
#include "walk.h"

#include <stdlib.h>
#include <string.h>

Options look_options(const Options *o) {
    Options with = *o;
    int last = o->argument_count - 1;
    if (last > 0) {
        with.pipeline.function = o->arguments[last];
        with.argument_count = last;
    }
    with.kind = TO_NOTHING;
    return with;
}

/* ---- forms */

typedef struct {
    const int *passes;
    Form *forms;
    int count;
} Wanted;

static bool keep_form(void *context, int pass, Node *program, const DumpHeader *header) {
    Wanted *w = context;
    for (int i = 0; i < w->count; i++)
        if (pass <= w->passes[i] || pass < 0) w->forms[i] = (Form){program, *header};
    return true;
}

int forms_after(const Options *o, const int *passes, Form *forms, int count) {
    Options with = *o;
    Wanted wanted = {passes, forms, count};
    int last = -1;
    for (int i = 0; i < count; i++) {
        last = passes[i] > last ? passes[i] : last;
        forms[i] = (Form){0};
    }
    with.pipeline.seen = keep_form;
    with.pipeline.seen_context = &wanted;
    with.pipeline.to = last;
    with.pipeline.only_read = last < 0;
    PipelineResult r = compile_files(&with);
    if (r.exit_code) return r.exit_code;
    for (int i = 0; i < count; i++)
        if (passes[i] >= 0 && forms[i].header.after > passes[i])
            fail(0, "%s is past pass %s: it stands after %s", o->arguments[0],
                 pass_rows[passes[i]].name, pass_rows[forms[i].header.after].name);
    return 0;
}

void print_form_title(Buffer *out, const Form *form) {
    if (form->header.after >= 0) buffer_print(out, "after %s ", pass_rows[form->header.after].name);
    buffer_print(out, "(%s)", language_name(form->header.language));
}

/* ---- functions */

bool look_shows(const Options *o, const Node *top) {
    if (o->pipeline.function) return top_is_named(top, o->pipeline.function);
    return o->all || !is_form(top, H_from);
}

NodeList look_tops(const Node *program) {
    return nodes_after(kids_of(program), 1);
}

void look_check_function(const Options *o, const Node *program) {
    const char *wanted = o->pipeline.function;
    bool is_text = as_program(program).text.exists; /* its functions are not known yet */
    if (!wanted || is_text || top_is_in(program, wanted)) return;
    const char *close = function_meant(program, wanted);
    if (close) fail(0, "the form has no function '%s'; did you mean %s?", wanted, close);
    fail(0, "the form has no function '%s'", wanted);
}

/* ---- output */

void look_output(const Options *o, const Buffer *text) {
    if (o->output)
        output_file(o->output, text->bytes ? text->bytes : "", text->length, 0666);
    else
        output_bytes(text->bytes ? text->bytes : "", text->length);
}
