/* whole.c - is a program that came from outside whole? A dump may hold a part of one: it can be
 * checked and compiled, but not be made an executable.
 */
#include "linker.h"

#include "../runtime/slisp.h"

#include <stdlib.h>

/* The end of a message about what an operand refers to; NULL: it is there. */
static const char *missing(const Linker *l, const Node *operand) {
    bool is_quote = is_form(operand, H_quote), is_runtime = is_form(operand, H_runtime);
    if (is_quote)
        return can_be_static(operand->kids[0]) ? NULL : "which no program holds as a constant";
    if (is_form(operand, H_shape)) return NULL;
    Text name = operand->kids[0]->text;
    if (is_runtime) return slisp_stub(text_bytes(name)) ? NULL : "which the runtime does not have";
    Names names = is_form(operand, H_cell) ? NAMES_CELL : NAMES_CODE;
    return find_symbol(l, names, name) == NO_SYMBOL ? "which the program does not have" : NULL;
}

static void check_row(const Linker *l, const Node *function, const Node *row, Diagnostics *d) {
    if (!is_form(row, H_at) || row->count < 4 || row->kids[3]->kind == N_BLOCK) return;
    const char *why = missing(l, row->kids[3]);
    Buffer what = {0};
    if (!why) return;
    print_flat(&what, row->kids[3]);
    error_at(d, 0, "SL0027", "$%s refers to %.120s, %s", text_bytes(function->kids[0]->text),
             what.bytes, why);
    buffer_free(&what);
}

void must_be_whole(const Linker *l, const Node *program) {
    Diagnostics *d = diagnostics_new(l->out->arena);
    for (uint32_t i = 1; i < program->count; i++) {
        const Node *top = top_inner(program->kids[i]);
        for (uint32_t k = 2; is_form(top, H_code) && k < top->count; k++)
            check_row(l, top, top->kids[k], d);
    }
    const char *start = l->start ? text_bytes(l->start->kids[0]->text) : NULL;
    if (!start)
        error_at(d, 0, "SL0027", "nothing says where the program starts: (start $start)");
    else if (find_symbol(l, NAMES_CODE, text(start)) == NO_SYMBOL)
        error_at(d, 0, "SL0027", "the program starts with $%s, which it does not have", start);
    if (!error_count(d)) return;
    diagnostics_show(d, stderr, messages_as_json, false);
    exit(1);
}
