/* machine_calls.c - calls: of functions, of values, of the runtime; what is assembly there is done
 * here as stubs.S does it, with the registers of the machine.
 */
#include "machine_code.h"

static const Where argument_registers[SIZE_ARGUMENT_REGISTERS] = {RDI, RSI, RDX, RCX, R8, R9};

/* ---- arguments that are values, from the first on: registers, then the area */

static void store_arguments(uint64_t count) {
    for (uint32_t i = 0; i < SIZE_ARGUMENT_REGISTERS; i++)
        slisp_context.arguments[i] = machine.registers[argument_registers[i]];
    slisp_context.callee = machine.registers[RBX];
    slisp_context.spill_count = count;
}

static void load_arguments(void) {
    for (uint32_t i = 0; i < SIZE_ARGUMENT_REGISTERS; i++)
        machine.registers[argument_registers[i]] = slisp_context.arguments[i];
    machine.registers[RBX] = slisp_context.callee;
}

static void set_argument(uint64_t i, Bits word) {
    if (i < SIZE_ARGUMENT_REGISTERS)
        machine.registers[argument_registers[i]] = word;
    else
        slisp_context.area[i - SIZE_ARGUMENT_REGISTERS] = word;
}

/* ---- function values */

static Routine *collect_rest(uint64_t fixed, uint64_t count, Routine *worker) {
    store_arguments(count);
    rt_rest_list((int64_t)fixed, (int64_t)count);
    load_arguments();
    return worker;
}

Routine *through_entry(const Code *entry) {
    const Node *targets = entry->targets;
    uint64_t count = machine.registers[RAX], rest = targets->count;
    world_step(0);
    for (uint32_t i = 0; i < targets->count; i++) {
        bool exact = is_form(targets->kids[i], H_arity);
        if (!exact)
            rest = i;
        else if ((uint64_t)targets->kids[i]->kids[0]->integer == count)
            return entry->workers[i];
    }
    uint64_t fixed = rest < targets->count ? (uint64_t)targets->kids[rest]->kids[0]->integer : 0;
    if (rest == targets->count || count < fixed)
        rt_wrong_count(machine.registers[RBX], (int64_t)count);
    return collect_rest(fixed, count, entry->workers[rest]);
}

/* The library's function that calls a value which is no closure. */
static Routine *invoker(uint64_t count) {
    static const char *const names[] = {"core/invoke-0.w1", "core/invoke-1.w2", "core/invoke-2.w3",
                                        "core/invoke-many.w1r"};
    enum { MANY = sizeof names / sizeof *names - 1 };
    Routine *r = routine_named(text(names[count < MANY ? count : MANY]));
    if (!r) fail(0, "the form calls a value, but has no $%s", names[count < MANY ? count : MANY]);
    return r;
}

static Routine *callee_of_other(Value callee, uint64_t count) {
    Routine *r = invoker(count);
    if (count > 2) {
        store_arguments(count);
        rt_rest_list(0, (int64_t)count);
        set_argument(1, slisp_context.arguments[0]);
        set_argument(0, slisp_context.callee);
        return r;
    }
    for (uint64_t i = count; i > 0; i--)
        set_argument(i, machine.registers[argument_registers[i - 1]]);
    set_argument(0, callee);
    return r;
}

Routine *callee_of_value(void) {
    Value callee = machine.registers[RBX];
    if (is_kind(callee, KIND_CLOSURE)) return routine_of(get(callee, FIELD_CLOSURE_CODE));
    return callee_of_other(callee, machine.registers[RAX]);
}

/* rt_apply: rdi is called with the elements of the vector rsi. */
static Routine *callee_of_apply(void) {
    machine.registers[RAX] = (Bits)rt_spread(machine.registers[RDI], machine.registers[RSI]);
    load_arguments();
    return callee_of_value();
}

/* ---- the runtime */

static void call_c(const Call *call) {
    Bits *r = machine.registers;
    const Bits words[] = {r[RDI], r[RSI], r[RDX], r[RCX], r[R8], r[R9]};
    slisp_context.area_count = call->count;
    r[call->result] = call_c_function(call->function, call->result == XMM0, words,
                                      double_of(r[XMM0]), double_of(r[XMM0 + 1]));
}

/* rt_try: rdi is the body, rsi the handler; their arguments, in the area, wait on the stack. */
static void call_try(uint64_t count) {
    Handler handler;
    uint64_t first = stack_push_room(count);
    Routine *body = routine_of(machine.registers[RDI]);
    Routine *caught = routine_of(machine.registers[RSI]);
    memcpy(world.words + first, slisp_context.area, 8 * count);
    slisp_context.area_count = 0;
    for (uint64_t i = 0; i < count; i++)
        set_argument(i, world.words[first + i]);
    if (TRY(&handler, false)) {
        machine_execute(body);
        handler_leave(&handler);
    } else {
        set_argument(0, handler.exception);
        for (uint64_t i = 0; i < count; i++)
            set_argument(i + 1, world.words[first + i]);
        world.top = first;
        machine_execute(caught);
    }
    world.top = first;
}

/* ---- all calls */

void mark_roots(const Code *code, const uint32_t *roots, uint32_t count) {
    uint8_t *is_ref = world.is_ref + world.frame->base;
    memset(is_ref, 0, code->frame_words);
    for (uint32_t i = 0; i < count; i++)
        is_ref[roots[i]] = 1;
}

static void leave_junk(Where result) {
    for (Where w = RAX; w < REGISTERS; w++)
        if (w != result) machine.registers[w] = JUNK;
    for (uint32_t i = 0; i < machine.area_words; i++)
        slisp_context.area[i] = JUNK;
}

void machine_run_call(const Code *code, const Call *call, Bits *const *rows) {
    machine_transfer(call->arguments, rows);
    if (machine.by_place) mark_roots(code, call->roots, call->root_count);
    switch (call->callee) {
    case CALLS_ROUTINE: machine_execute(call->routine); break;
    case CALLS_VALUE:
        machine.registers[RAX] = call->count;
        machine_execute(callee_of_value());
        break;
    case CALLS_C: call_c(call); break;
    case CALLS_APPLY: machine_execute(callee_of_apply()); break;
    case CALLS_TRY: call_try(call->count); break;
    }
    if (machine.by_place && world.options->junk) leave_junk(call->result);
    machine_transfer(call->results, rows);
}
