/* names.c - small helpers of passes that make names and look at the parts of a function. */
#include "names.h"

Function function_parts(Node *function) {
    Function f = {.whole = function, .name = function->kids[0]};
    f.names = (uint32_t)function->kids[1]->kids[0]->integer;
    uint32_t i = 2;
    if (is_form(function->kids[i], H_returns)) {
        Text t = function->kids[i++]->kids[0]->text;
        if (!type_parse(text_bytes(t), text_length(t), &f.returns)) bug(function, "'%s' is no type", text_bytes(t));
    }
    f.env = function->kids[i];
    f.params = function->kids[i + 1];
    f.body = function->kids[i + 2];
    return f;
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
