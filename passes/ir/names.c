/* names.c - small helpers of passes that make names and look at the parts of a function. */
#include "names.h"

#include <stdlib.h>
#include <string.h>

Type type_named(const Node *symbol) {
    Type type;
    if (!type_parse(text_bytes(symbol->text), text_length(symbol->text), &type))
        bug(symbol, "'%s' is no type", text_bytes(symbol->text));
    return type;
}

Node *numbered_name(Arena *a, uint32_t *names, const char *hint) {
    return node_name(a, text(hint), (*names)++);
}

Node *names_form(Arena *a, Pos at, uint32_t n) {
    return list(a, H_names, at, node_int(a, at, n), NULL);
}

Node *returns_form(Arena *a, Pos at, const char *what) {
    return list(a, H_returns, at, node_text(a, N_SYMBOL, at, text(what)), NULL);
}

/* The parts of define and variable are the same. */
uint32_t names_of_top(const Node *top) {
    const Node *names = is_form(top, H_run) ? as_run(top).names : as_define(top).names;
    return (uint32_t)names->integer;
}

Node *value_of_top(const Node *top) {
    return is_form(top, H_run) ? as_run(top).value : as_define(top).value;
}

Node *top_with_value(Arena *a, Node *top, uint32_t names, Node *value) {
    DefineForm f = is_form(top, H_run) ? (DefineForm){.names = as_run(top).names} : as_define(top);
    if ((uint32_t)f.names->integer != names) f.names = node_int(a, top->at, names);
    if (is_form(top, H_run)) return remake_run(a, top, (RunForm){.names = f.names, .value = value});
    f.value = value;
    if (is_form(top, H_variable))
        return remake_variable(a, top, (VariableForm){f.name, f.names, f.value});
    return remake_define(a, top, f);
}

static int by_number(const void *a, const void *b) {
    uint32_t x = (*(Node *const *)a)->name.number, y = (*(Node *const *)b)->name.number;
    return x < y ? -1 : x > y;
}

NodeList sorted_names(Arena *a, NodeList names) {
    Node **sorted = NEW_ARRAY(a, Node *, names.count);
    uint32_t count = 0;
    if (!names.count) return names;
    memcpy(sorted, names.items, names.count * sizeof *sorted);
    qsort(sorted, names.count, sizeof *sorted, by_number);
    for (uint32_t i = 0; i < names.count; i++)
        if (count == 0 || !same_name(sorted[i], sorted[count - 1])) sorted[count++] = sorted[i];
    return nodes(sorted, count, names.at);
}
