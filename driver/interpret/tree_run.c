/* tree_run.c - the tree interpreter: what each form does. */
#include "tree.h"

/* ---- operands */

Bits evaluate_word(Activation *a, const Code *c) {
    (void)a;
    return c->word;
}

Bits evaluate_local(Activation *a, const Code *c) {
    return *words_of(a, c);
}

static bool has_field(Value closure, uint64_t index) {
    return is_kind(closure, KIND_CLOSURE) && size_of(closure) >= 2 + index;
}

/* What the function captured: a field of its closure. */
Bits evaluate_field(Activation *a, const Code *c) {
    Value closure = world.words[a->frame.base];
    if (!has_field(closure, c->word))
        tree_refuse(NULL, "the closure has no field %d", (int)c->word);
    return get(closure, FIELD_CLOSURE_CAPTURES + 8 * c->word);
}

Bits evaluate_cell(Activation *a, const Code *c) {
    (void)a;
    return *c->cell;
}

/* ---- straight lines and branches */

Bits evaluate_let(Activation *a, const Code *c) {
    step(a, c);
    run_operands(a, c, c->count - 1);
    return evaluate(a, c->parts[c->count - 1]);
}

Bits evaluate_do(Activation *a, const Code *c) {
    step(a, c);
    for (uint32_t i = 0; i + 1 < c->count; i++)
        evaluate(a, c->parts[i]);
    return evaluate(a, c->parts[c->count - 1]);
}

Bits evaluate_if_value(Activation *a, const Code *c) {
    step(a, c);
    return evaluate(a, c->parts[is_falsey(evaluate(a, c->parts[0])) ? 2 : 1]);
}

Bits evaluate_if_flag(Activation *a, const Code *c) {
    step(a, c);
    return evaluate(a, c->parts[evaluate(a, c->parts[0]) ? 1 : 2]);
}

/* ---- loops */

Bits evaluate_loop(Activation *a, const Code *c) {
    step(a, c);
    run_operands(a, c, c->count - 1);
    for (;;) {
        Bits value = evaluate(a, c->parts[c->count - 1]);
        if (a->round != c) return value;
        a->round = NULL;
    }
}

/* All values are there before the first variable changes. */
Bits evaluate_recur(Activation *a, const Code *c) {
    run_operands(a, c, c->count);
    step(a, c);
    uint64_t from = a->frame.base + c->slot, to = a->frame.base + c->label->slot;
    for (uint32_t i = 0; i < c->count; i++) {
        world.words[to + i] = world.words[from + i];
        world.is_ref[to + i] = world.is_ref[from + i];
    }
    a->round = c->label;
    return VALUE_NIL;
}

/* ---- globals */

/* The value of a definition: no step of its own. */
Bits evaluate_set_cell(Activation *a, const Code *c) {
    *c->cell = evaluate(a, c->parts[0]);
    return VALUE_NIL;
}

Bits evaluate_set_global(Activation *a, const Code *c) {
    Bits value = evaluate(a, c->parts[0]);
    step(a, c);
    *c->cell = value;
    return VALUE_NIL;
}

/* ---- closures */

Bits evaluate_closure(Activation *a, const Code *c) {
    run_operands(a, c, c->count);
    step(a, c);
    RESERVE(object_bytes(1 + c->count), NULL);
    Value closure = allocate(KIND_CLOSURE, 1 + c->count);
    *field(closure, FIELD_CLOSURE_CODE) = code_of(c->routine);
    memcpy(field(closure, FIELD_CLOSURE_CAPTURES), words_of(a, c), 8 * (uint64_t)c->count);
    return closure;
}

/* (patch closure n value): n is the word. */
Bits evaluate_patch(Activation *a, const Code *c) {
    run_operands(a, c, 2);
    step(a, c);
    Value *words = words_of(a, c);
    if (!has_field(words[0], c->word))
        tree_refuse(NULL, "the closure has no field %d", (int)c->word);
    set(words[0], FIELD_CLOSURE_CAPTURES + 8 * c->word, words[1]);
    return VALUE_NIL;
}

/* The first c->word parts are closures, the last one is the body, those between are patches. A
 * closure that is not there yet is nil. */
Bits evaluate_letrec(Activation *a, const Code *c) {
    uint32_t closures = (uint32_t)c->word;
    for (uint32_t i = 0; i < closures; i++)
        set_word(a, c->slot + i, VALUE_NIL, HOLDING_VALUE);
    step(a, c);
    run_operands(a, c, closures);
    for (uint32_t i = closures; i + 1 < c->count; i++)
        evaluate(a, c->parts[i]);
    return evaluate(a, c->parts[c->count - 1]);
}
