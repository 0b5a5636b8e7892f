/* check_globals.c - the definitions of a program by name: each is there once. */
#include "checker.h"

#include <stdlib.h>

static int by_name(const void *a, const void *b) {
    Text x = ((const Definition *)a)->name, y = ((const Definition *)b)->name;
    return x < y ? -1 : x > y;
}

Text defined_name(const Node *top) {
    bool defines = !is_form(top, H_run) && !is_form(top, H_start);
    return defines && top->count && child(top, 0)->kind == N_GLOBAL ? child(top, 0)->text : 0;
}

/* A set of them in the order of their names' numbers, which no output shows. */
bool read_definitions(Checker *c) {
    const Node *program = c->program;
    Definition *all = NEW_ARRAY(c->whole, Definition, program->count);
    uint32_t count = 0, starts = 0;
    for (uint32_t i = 1; i < program->count; i++) {
        const Node *top = top_inner(program->kids[i]);
        c->top = top;
        if (is_form(top, H_start) && ++starts > 1)
            return ill_formed(c, top, "there is another start");
        Text name = defined_name(top);
        if (name) all[count++] = (Definition){name, top};
    }
    qsort(all, count, sizeof *all, by_name);
    for (uint32_t i = 1; i < count; i++)
        if (c->top = all[i].top, all[i].name == all[i - 1].name)
            return ill_formed(c, all[i].top, "$%s is defined twice", text_bytes(all[i].name));
    c->definitions = all;
    c->definition_count = count;
    return true;
}

const Node *definition_of(const Checker *c, const Node *global) {
    Definition key = {global->text, NULL};
    const Definition *found =
        bsearch(&key, c->definitions, c->definition_count, sizeof key, by_name);
    return found ? found->top : NULL;
}

bool check_global(Checker *c, const Node *global) {
    const Node *top = definition_of(c, global);
    bool fine =
        top && (is_form(top, H_define) || is_form(top, H_variable) || is_form(top, H_entry) ||
                (is_form(top, H_cell) && c->language == L_Lclosed));
    if (!top && !c->given->is_whole) return true;
    return fine || ill_formed(c, global, "it is not defined as a value");
}
