/* tree_call.c - the tree interpreter: calls, of functions and of other values. */
#include "tree.h"

/* Words after the arguments that a call may use before the next check. */
enum { ROOM = 1 << 12 };

static void check_room(uint64_t base, uint64_t count) {
    if (base + count + ROOM > VALUE_WORDS) rt_throw_stack();
}

/* ---- names that have values, for breakpoints */

typedef void Show(const Node *name, Holding holding, Bits word);

static bool is_hidden(const Scope *from, const Scope *s) {
    for (; from != s; from = from->outer)
        if (from->name->kind == N_SYMBOL && from->name->text == s->name->text) return true;
    return false;
}

static void show_scope(const Activation *a, const Scope *s, Show *show) {
    if (!s) return;
    show_scope(a, s->outer, show);
    if (!is_hidden(a->code->scope, s))
        show(s->name, s->holding, world.words[a->frame.base + s->slot]);
}

static void show_names(const Frame *frame, Show *show) {
    const Activation *a = frame->state;
    const Names *captured = a->body->captured;
    Value closure = world.words[frame->base];
    if (!a->code) return;
    bool has_fields = captured && is_kind(closure, KIND_CLOSURE) &&
                      size_of(closure) == 1 + (uint64_t)captured->count;
    for (uint32_t i = 0; has_fields && i < captured->count; i++)
        show(captured->items[i], HOLDING_VALUE, get(closure, FIELD_CLOSURE_CAPTURES + 8 * i));
    show_scope(a, a->code->scope, show);
}

/* ---- running bodies */

static Body by_value; /* as `next`: the value at the start of the frame is called */

static Body *tree_callee(uint64_t base, uint32_t count);

static void start_body_of(Activation *a, Body *b) {
    if (!b->code) prepare_body(b);
    check_room(a->frame.base, b->size);
    a->body = b;
    a->code = NULL;
    a->next = NULL;
    if (world_watches())
        world_entry(b->routine, world.words + a->frame.base + 1, b->holdings, b->parameters);
}

/* The next function takes the place of this one, also where calls are listed. */
static Body *replace(Activation *a) {
    uint64_t base = a->frame.base;
    Body *b = a->next;
    frame_leave(&a->frame);
    if (b == &by_value) b = tree_callee(base, a->next_count);
    world.top = base;
    frame_enter(&a->frame, b->routine);
    return b;
}

Bits evaluate_body(Body *b, uint64_t base) {
    Activation a = {.frame = {.names = show_names}};
    a.frame.state = &a;
    world.top = base;
    frame_enter(&a.frame, b->routine);
    for (;; b = replace(&a)) {
        start_body_of(&a, b);
        Bits value = evaluate(&a, b->code);
        if (a.next) continue;
        if (world_watches()) world_result(b->routine, value, b->returns);
        frame_leave(&a.frame);
        return value;
    }
}

/* ---- finding the body */

/* The list of the arguments from the number `fixed` on, of which there are some. */
static Value rest_list(const Bits *words, uint32_t fixed, uint32_t count) {
    uint64_t held = held_arguments(count);
    if (held < count && !slisp_context.spread) fail(0, "the form passes %u values at once", count);
    memcpy(slisp_context.arguments, words, 8 * held);
    slisp_context.callee = VALUE_NIL;
    slisp_context.spill_count = count;
    rt_rest_list(fixed, count);
    return ((Value *)((char *)&slisp_context + CONTEXT_ARGUMENTS))[fixed];
}

/* Arguments from the number `fixed` on become their list, nil when there are none. */
static void collect_rest(uint64_t base, uint32_t fixed, uint32_t count) {
    Value list = count > fixed ? rest_list(world.words + base + 1, fixed, count) : VALUE_NIL;
    world.words[base + 1 + fixed] = list;
    world.is_ref[base + 1 + fixed] = 1;
}

static Body *select_body(uint64_t base, const Callable *callable, uint32_t count) {
    for (uint32_t i = 0; i < callable->count; i++) {
        if (callable->rows[i].arguments == count && !callable->rows[i].is_rest)
            return callable->rows[i].body;
        if (!callable->rows[i].is_rest || callable->rows[i].arguments > count) continue;
        collect_rest(base, callable->rows[i].arguments, count);
        return callable->rows[i].body;
    }
    rt_wrong_count(world.words[base], count);
}

/* What is no function is called through the library, which gets it before the arguments. */
static Body *other_callee(uint64_t base, uint32_t count) {
    Bits *words = world.words + base;
    if (count > 2) collect_rest(base, 0, count);
    for (uint32_t i = count > 2 ? 1 : count; i > 0; i--)
        words[i + 1] = words[i];
    words[1] = words[0];
    memset(world.is_ref + base, 1, 4);
    words[0] = VALUE_NIL;
    return invoke_body(count);
}

/* What runs when the value at `base` is called; the arguments become what it takes. */
static Body *tree_callee(uint64_t base, uint32_t count) {
    Value f = world.words[base];
    world.top = base + 1 + held_arguments(count);
    if (!is_kind(f, KIND_CLOSURE)) return other_callee(base, count);
    return select_body(base, callable_of(routine_of(get(f, FIELD_CLOSURE_CODE))), count);
}

/* ---- the forms */

Bits call_value(uint64_t base, uint32_t count) {
    return evaluate_body(tree_callee(base, count), base);
}

Bits evaluate_call(Activation *a, const Code *c) {
    run_operands(a, c, c->count);
    step(a, c);
    return call_value(a->frame.base + c->slot, c->count - 1);
}

Bits evaluate_known_call(Activation *a, const Code *c) {
    run_operands(a, c, c->count);
    step(a, c);
    return evaluate_body(c->body, a->frame.base + c->slot);
}

/* The closure and the arguments go to the start of the frame. */
static Bits leave_for(Activation *a, const Code *c, Body *next, uint32_t count) {
    uint64_t base = a->frame.base, from = base + c->slot;
    uint64_t held = 1 + held_arguments(count);
    memmove(world.words + base, world.words + from, 8 * held);
    memmove(world.is_ref + base, world.is_ref + from, held);
    a->next = next;
    a->next_count = count;
    return VALUE_NIL;
}

Bits evaluate_tail_call(Activation *a, const Code *c) {
    run_operands(a, c, c->count);
    step(a, c);
    return leave_for(a, c, &by_value, c->count - 1);
}

Bits evaluate_known_tail_call(Activation *a, const Code *c) {
    run_operands(a, c, c->count);
    step(a, c);
    return leave_for(a, c, c->body, c->count - 1);
}

/* The elements of the vector take its place; gives their number. */
static uint32_t spread(Activation *a, const Code *c) {
    run_operands(a, c, 2);
    step(a, c);
    Bits *words = words_of(a, c);
    uint64_t count = (uint64_t)rt_spread(words[0], words[1]), held = held_arguments(count);
    check_room(a->frame.base + c->slot, held);
    memcpy(words + 1, (char *)&slisp_context + CONTEXT_ARGUMENTS, 8 * held);
    memset(world.is_ref + a->frame.base + c->slot + 1, 1, held);
    return (uint32_t)count;
}

Bits evaluate_apply(Activation *a, const Code *c) {
    uint32_t count = spread(a, c);
    return call_value(a->frame.base + c->slot, count);
}

Bits evaluate_tail_apply(Activation *a, const Code *c) {
    uint32_t count = spread(a, c);
    return leave_for(a, c, &by_value, count);
}
