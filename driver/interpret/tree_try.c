/* tree_try.c - the tree interpreter: try, inside a function and by functions of its own. */
#include "tree.h"

/* ---- catch and finally */

/* The exception is in the form's word. Parts: the body, then class and handler in turn. */
static Bits handle(Activation *a, const Code *c, Value exception) {
    set_word(a, c->slot, exception, HOLDING_VALUE);
    a->frame.at = c->at;
    world.top = a->frame.base + c->slot + 1;
    for (uint32_t i = 1; i < c->count; i += 2)
        if (rt_instance(*words_of(a, c), c->parts[i]->word)) return evaluate(a, c->parts[i + 1]);
    rt_throw(*words_of(a, c));
}

static Bits evaluate_try(Activation *a, const Code *c) {
    Handler h;
    step(a, c);
    if (!TRY(&h, true)) return handle(a, c, h.exception);
    Bits value = evaluate(a, c->parts[0]);
    handler_leave(&h);
    return value;
}

/* The cleanup runs while the value or the exception is in the form's word. */
static Bits evaluate_finally(Activation *a, const Code *c) {
    Handler h;
    step(a, c);
    if (!TRY(&h, true)) {
        set_word(a, c->slot, h.exception, HOLDING_VALUE);
        evaluate(a, c->parts[1]);
        a->frame.at = c->at;
        world.top = a->frame.base + c->slot + 1;
        rt_throw(*words_of(a, c));
    }
    Bits value = evaluate(a, c->parts[0]);
    handler_leave(&h);
    set_word(a, c->slot, value, HOLDING_VALUE);
    evaluate(a, c->parts[1]);
    return *words_of(a, c);
}

static void prepare_handler(Preparer *p, Code *c, uint32_t i, CatchForm handler) {
    const Scope *outer = p->scope;
    uint32_t height = p->height;
    c->parts[i] = word_code(p, constant_value(handler.class), HOLDING_VALUE);
    bind_tree_name(p, handler.variable, HOLDING_VALUE);
    c->parts[i + 1] = prepare_operand(p, handler.body, HOLDING_VALUE);
    p->scope = outer;
    p->height = height;
}

/* The body with the first `count` handlers. */
static const Code *prepare_catches(Preparer *p, Pos at, TryForm f, uint32_t count) {
    if (count == 0) return prepare_operand(p, f.body, HOLDING_VALUE);
    Code *c = new_tree_code(p, evaluate_try, at, 2 * count + 1);
    c->parts[0] = prepare_operand(p, f.body, HOLDING_VALUE);
    for (uint32_t i = 0; i < count; i++)
        prepare_handler(p, c, 2 * i + 1, as_catch(f.handlers.items[i]));
    return c;
}

const Code *prepare_try(Preparer *p, const Node *e) {
    TryForm f = as_try(e);
    uint32_t catches = f.handlers.count - 1;
    const Node *last = f.handlers.items[catches];
    if (!is_form(last, H_finally)) return prepare_catches(p, pos(e), f, f.handlers.count);
    Code *c = new_tree_code(p, evaluate_finally, pos(e), 2);
    uint32_t height = p->height;
    c->parts[0] = prepare_catches(p, pos(e), f, catches);
    use_words(p, height + 1);
    c->parts[1] = prepare_operand(p, as_finally(last).body, HOLDING_VALUE);
    p->height = height;
    return c;
}

/* ---- try-call */

/* The words are nil, room for the exception, and the arguments: with the exception they are the
 * start of a frame of the handler. The last part has its body. */
static Bits evaluate_handler(Activation *a, const Code *c, Value exception) {
    set_word(a, c->slot + 1, exception, HOLDING_VALUE);
    a->frame.at = c->at;
    return evaluate_body(c->parts[c->count]->body, a->frame.base + c->slot);
}

/* The body gets a copy of the arguments. */
static Bits evaluate_try_call(Activation *a, const Code *c) {
    Handler h;
    run_operands(a, c, c->count);
    step(a, c);
    uint32_t arguments = c->count - 2;
    memcpy(words_of(a, c) + c->count + 1, words_of(a, c) + 2, 8 * (uint64_t)arguments);
    memset(world.is_ref + a->frame.base + c->slot + c->count, 1, arguments + 1);
    words_of(a, c)[c->count] = VALUE_NIL;
    if (!TRY(&h, false)) return evaluate_handler(a, c, h.exception);
    Bits value = evaluate_body(c->body, a->frame.base + c->slot + c->count);
    handler_leave(&h);
    return value;
}

static Body *part_body(const Node *e, const Node *g, uint32_t count) {
    Body *b = body_named(g);
    bool is_plain = b->returns == HOLDING_VALUE && b->parameters == count;
    for (uint32_t i = 0; i < b->parameters; i++)
        is_plain = is_plain && b->holdings[i] == HOLDING_VALUE;
    if (!is_plain) tree_refuse(e, "%s takes or gives something else", text_bytes(g->text));
    return b;
}

const Code *prepare_try_call(Preparer *p, const Node *e) {
    TryCallForm f = as_try_call(e);
    uint32_t arguments = f.operands.count, count = arguments + 2;
    Code *c = new_tree_code(p, evaluate_try_call, pos(e), count + 1), *handler;
    c->parts[0] = c->parts[1] = word_code(p, VALUE_NIL, HOLDING_VALUE);
    prepare_operands(p, c, 2, f.operands, NULL);
    c->body = part_body(e, f.body, arguments);
    c->parts[count] = handler = word_code(p, VALUE_NIL, HOLDING_VALUE);
    handler->body = part_body(e, f.handler, arguments + 1);
    c->count = count;
    return c;
}
