/* wanted_call.c - run --call='(user/f 7 "a")': a call of a function of the form instead of the
 * program's start.
 *
 * Workers have other names than the functions that they come from: (user/f 7) finds user/f.w1, and
 * (user/f.w1 7) finds user/f, when there is no other.
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

static WantedCall wanted;

const WantedCall *wanted_call(void) {
    const char *text = world.options->call;
    Diagnostics *d = diagnostics_new(world.arena);
    Node **forms;
    uint32_t count;
    if (!text) return NULL;
    read_source(world.arena, d, 0, text, strlen(text), &forms, &count);
    bool is_call = !error_count(d) && count == 1 && forms[0]->kind == N_LIST && forms[0]->count &&
                   forms[0]->kids[0]->kind == N_SYMBOL;
    if (!is_call) fail(0, "--call wants (function argument ...), not '%s'", text);
    wanted = (WantedCall){forms[0]->kids[0]->text, forms[0]->kids + 1, forms[0]->count - 1};
    return &wanted;
}

Text wanted_name(const WantedCall *w, bool (*exists)(Text name)) {
    const char *bytes = text_bytes(w->name), *dot = strrchr(bytes, '.');
    Text worker = text_format("%s.w%u", bytes, w->count);
    if (exists(worker)) return worker; /* from Lx86 on user/f is its entry, a function too */
    if (exists(w->name)) return w->name;
    if (dot && dot[1] == 'w' && exists(text_of(bytes, (size_t)(dot - bytes))))
        return text_of(bytes, (size_t)(dot - bytes));
    fail(0, "the form has no function %s", bytes);
}

Bits wanted_argument(const WantedCall *w, uint32_t i, Holding holding) {
    Value v = constant_value(w->arguments[i]);
    switch (holding) {
    case HOLDING_VALUE: return v;
    case HOLDING_FLAG: return !is_falsey(v);
    case HOLDING_DOUBLE:
        if (is_kind(v, KIND_DOUBLE)) return bits_of(double_value(v));
        break;
    case HOLDING_INT:
    case HOLDING_WORD:
        if (is_int(v)) return (Bits)int_value(v);
        if (v == VALUE_TRUE || v == VALUE_FALSE) return v == VALUE_TRUE;
        break;
    }
    fail(0, "argument %u of the call is no %s", i + 1,
         holding == HOLDING_DOUBLE ? "double" : "int");
}

void check_wanted_count(const WantedCall *w, uint32_t parameters) {
    if (w->count != parameters)
        fail(0, "%s has %u parameters, but %u arguments are given", text_bytes(w->name), parameters,
             w->count);
}

void print_wanted_result(Bits word, Holding holding) {
    TextBuffer t = {0};
    show_word(&t, word, holding);
    text_add_text(&t, "\n");
    output(t.bytes, t.length);
    text_free(&t);
}
