/* given_code.c - machine code that was read from a file: a dump of Lbytes, or the output of a
 * command in the place of emit. Nobody has proved anything about it yet.
 */
#include "compiling.h"
#include "decode/check_code.h"
#include "verify/verdict.h"

static void show(const Compile *c, Buffer *report) {
    fwrite(report->bytes, 1, report->length, stderr);
    if (report->length && !c->options->json)
        fputs("the form was read from a file: the mistake is in there\n", stderr);
    buffer_free(report);
}

/* With the form that it should come from, when that is known. */
static bool is_top_fine(Compile *c, const Node *code, const Node *form, Buffer *report) {
    const Node *function = form ? function_in(form, code) : NULL;
    bool fine = is_code_plausible(&c->context, code, report);
    if (fine && form && !function) {
        buffer_print(report, "error[V24]: the form has no function ");
        print_flat(report, code->kids[0]);
        buffer_print(report, "\n");
        fine = false;
    }
    if (fine && function && form == c->against) /* a form of a file, too, must be right */
        fine = is_verified(&c->context, function, report);
    fine = fine && (!function || is_code_right(&c->context, function, code, report));
    arena_reset(c->context.scratch);
    return fine;
}

bool is_given_code_fine(Compile *c, const Node *program, const Node *form) {
    Buffer report = {0};
    bool fine = true;
    for (uint32_t i = 1; i < program->count; i++) {
        const Node *code = top_inner(program->kids[i]);
        if (is_form(code, H_code)) fine = is_top_fine(c, code, form, &report) && fine;
    }
    show(c, &report);
    if (!form && fine && !c->options->json)
        fprintf(stderr, "note: without the form that went into emit (--against), the code is not "
                        "compared with it: that rules V01 to V25 hold is not known\n");
    if (!fine) c->exit_code = 1;
    return fine;
}
