/* blocks_calls.c - the interpreter of blocks: calls of function values, apply, try: what the
 * assembly of the runtime does for native code. */
#include "blocks.h"

static Bits *arguments(void) {
    return world.words + world.top;
}

/* Where calls pass values between C and assembly. */
static Bits *machine_arguments(void) {
    return (Bits *)(void *)((char *)&slisp_context + CONTEXT_ARGUMENTS);
}

/* The arguments from `fixed` on become one: their list, nil when there are none. */
static void collect_rest(BlocksCall *call, uint32_t fixed) {
    uint32_t count = call->count;
    call->count = fixed + 1;
    if (count == fixed) {
        arguments()[fixed] = VALUE_NIL;
        return;
    }
    memcpy(machine_arguments(), arguments(), 8 * held_arguments(count));
    slisp_context.callee = call->self;
    slisp_context.spill_count = count;
    rt_rest_list(fixed, count);
    memcpy(arguments(), machine_arguments(), 8 * (uint64_t)(fixed + 1));
    call->self = slisp_context.callee;
}

/* What is no closure is called by a function of the library, which gets it as first argument. */
static void resolve_other(BlocksCall *call) {
    static const char *const names[] = {"core/invoke-0.w1", "core/invoke-1.w2", "core/invoke-2.w3",
                                        "core/invoke-many.w1r"};
    uint32_t many = sizeof names / sizeof *names - 1;
    uint32_t which = call->count < many ? call->count : many;
    call->routine = routine_named(text(names[which]));
    if (!call->routine)
        fail(0, "the form calls a value that is no function, but does not hold $%s", names[which]);
    if (which == many) collect_rest(call, 0);
    memmove(arguments() + 1, arguments(), 8 * (uint64_t)call->count);
    arguments()[0] = call->self;
    call->count++;
}

static const EntryRow *row_for(const Code *entry, uint32_t count) {
    for (uint32_t i = 0; i < entry->row_count; i++) {
        const EntryRow *row = &entry->rows[i];
        if (row->is_rest ? count >= row->count : count == row->count) return row;
    }
    return NULL;
}

void blocks_resolve(BlocksCall *call) {
    if (!is_kind(call->self, KIND_CLOSURE)) {
        resolve_other(call);
        return;
    }
    call->routine = routine_of(get(call->self, FIELD_CLOSURE_CODE));
    const Code *code = blocks_code(call->routine);
    if (code->instructions) return;
    const EntryRow *row = row_for(code, call->count);
    if (!row) rt_wrong_count(call->self, call->count);
    if (row->is_rest) collect_rest(call, row->count);
    call->routine = row->routine;
}

/* Room for more words above the top than the routine at work made sure of. */
static void make_room(uint64_t count) {
    uint64_t top = world.top;
    stack_push_room(count);
    world.top = top;
}

void blocks_spread(BlocksCall *call, Value callee, Value vector) {
    call->count = (uint32_t)rt_spread(callee, vector);
    call->self = callee;
    uint64_t held = held_arguments(call->count);
    make_room(held + 2);
    memcpy(arguments(), machine_arguments(), 8 * held);
    blocks_resolve(call);
}

/* The arguments stay on the stack, for the handler, while the body has a copy of them. */
Bits blocks_try(Routine *body, Routine *handler, uint32_t count) {
    Handler h;
    uint64_t kept = world.top;
    Bits result;
    memset(world.is_ref + kept, 1, count);
    world.top += count;
    make_room((uint64_t)count + 1);
    if (TRY(&h, false)) {
        memcpy(arguments(), world.words + kept, 8 * (uint64_t)count);
        result = blocks_run((BlocksCall){body, count, 0});
        handler_leave(&h);
    } else {
        arguments()[0] = h.exception;
        memcpy(arguments() + 1, world.words + kept, 8 * (uint64_t)count);
        result = blocks_run((BlocksCall){handler, count + 1, 0});
    }
    world.top = kept;
    return result;
}
