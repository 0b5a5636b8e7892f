/* blocks.c - the interpreter of Lblocks and Lmemory. */
#include "blocks.h"
#include "condition.h"

static Bits *above(const Activation *x) {
    return x->slots + x->code->slots;
}

/* The operands from `first` on, above the top of the stack. */
static const Bits *gather(const Activation *x, const Instruction *i, uint32_t first) {
    Bits *out = above(x);
    for (uint32_t k = first; k < i->count; k++)
        out[k - first] = operand_value(x, i->operands[k]);
    return out;
}

/* ---- single instructions */

static Bits nth(const Activation *x, const Instruction *i, uint32_t n) {
    return operand_value(x, i->operands[n]);
}

static void store(Bits value, Bits address) {
    if (address < 4096) fail(0, "the form stores to address %llu", (unsigned long long)address);
    memcpy((void *)(uintptr_t)address, &value, sizeof value);
}

/* Captures are read when memory no longer moves. */
static Bits allocate_closure(const Activation *x, const Instruction *i) {
    RESERVE(object_bytes(1 + i->count), NULL);
    Value closure = allocate(KIND_CLOSURE, 1 + i->count);
    *field(closure, FIELD_CLOSURE_CODE) = code_of(i->routine);
    for (uint32_t k = 0; k < i->count; k++)
        *field(closure, FIELD_CLOSURE_CAPTURES + 8 * (uint64_t)k) = nth(x, i, k);
    return closure;
}

/* The block's parameters get their values all at once. */
static const Instruction *jump(Activation *x, const Instruction *i) {
    if (i->count == 1) {
        x->slots[i->params[0]] = nth(x, i, 0);
    } else if (i->count) {
        const Bits *values = gather(x, i, 0);
        for (uint32_t k = 0; k < i->count; k++)
            x->slots[i->params[k]] = values[k];
    }
    return i->to[0];
}

/* ---- calls */

/* What the instruction calls: its arguments are above the top. */
static BlocksCall call_of(const Activation *x, const Instruction *i) {
    BlocksCall call = {i->routine, i->count, 0};
    switch ((int)i->does) {
    case DOES_DIRECT:
    case DOES_TAIL_DIRECT: gather(x, i, 0); break;
    case DOES_ENTER:
    case DOES_TAIL_ENTER:
    case DOES_CALL:
    case DOES_TAIL_CALL:
        gather(x, i, 1);
        call.count--;
        call.self = nth(x, i, 0);
        if (!i->routine) blocks_resolve(&call);
        break;
    case DOES_APPLY: blocks_spread(&call, nth(x, i, 0), nth(x, i, 1)); break;
    }
    return call;
}

static Bits call_try(const Activation *x, const Instruction *i) {
    gather(x, i, 2);
    return blocks_try(routine_of(nth(x, i, 0)), routine_of(nth(x, i, 1)), i->count - 2);
}

/* The arguments are at `base`; everything else is nil. */
static void take_slots(Activation *x, const BlocksCall *call, uint64_t base) {
    const Code *code = blocks_code(call->routine);
    if (call->count != code->params || !code->instructions)
        fail(0, "the form calls $%s with %u arguments, but it has %u parameters",
             text_bytes(call->routine->name), call->count, code->params);
    memcpy(world.is_ref + base, code->is_ref, call->count);
    world.top = base + call->count;
    stack_push_room(code->room - call->count);
    memcpy(world.is_ref + base, code->is_ref, code->slots);
    world.top = base + code->slots;
    x->code = code;
    x->slots = world.words + base;
    if (code->self != NO_SLOT) x->slots[code->self] = call->self;
}

static void enter(Activation *x, BlocksCall call) {
    uint64_t base = world.top;
    take_slots(x, &call, base);
    frame_enter(&x->frame, call.routine);
    x->frame.base = base;
    if (world_watches()) world_entry(call.routine, x->slots, x->code->holdings, call.count);
}

/* The call takes the place of the one at work. What goes wrong before it has begun goes wrong in
 * the caller. */
static const Instruction *enter_again(Activation *x, const Instruction *i) {
    world.frame = x->frame.caller;
    BlocksCall call = call_of(x, i);
    memmove(x->slots, above(x), 8 * (uint64_t)call.count);
    take_slots(x, &call, x->frame.base);
    world.frame = &x->frame;
    x->frame.routine = call.routine;
    x->frame.at = 0;
    if (world_watches()) world_entry(call.routine, x->slots, x->code->holdings, call.count);
    return x->code->instructions;
}

static Bits leave(const Activation *x, Bits result) {
    if (world_watches()) world_result(x->frame.routine, result, x->code->returns);
    frame_leave(&x->frame);
    return result;
}

/* ---- the interpreter */

static inline void count_step(Activation *x, const Instruction *i) {
    if (i->at) x->frame.at = i->at;
    if (++world.steps < world.next_stop) return;
    x->at = i;
    world_stop();
}

static Bits call_runtime_of(const Activation *x, const Instruction *i) {
    const RuntimeFunction *f = i->runtime;
    return call_function(f->address, f->args, f->gives_double, gather(x, i, 0), i->count);
}

static bool condition(const Activation *x, const Instruction *i) {
    return condition_holds((Condition)i->row, nth(x, i, 0), nth(x, i, 1));
}

static Bits stored(Bits value, Bits address) {
    store(value, address);
    return VALUE_NIL;
}

static Bits result_of(Activation *x, const Instruction *i) {
    switch ((Does)i->does) {
    case DOES_COPY: return nth(x, i, 0);
    case DOES_INLINE: return i->inlined(gather(x, i, 0));
    case DOES_WORD: return blocks_word((Word)i->row, nth(x, i, 0), nth(x, i, 1), nth(x, i, 2));
    case DOES_SET_IF: return condition(x, i);
    case DOES_RUNTIME: return call_runtime_of(x, i);
    case DOES_CLOSURE: return allocate_closure(x, i);
    case DOES_DIRECT:
    case DOES_ENTER:
    case DOES_CALL:
    case DOES_APPLY: return blocks_run(call_of(x, i));
    case DOES_TRY: return call_try(x, i);
    case DOES_STORE: return stored(nth(x, i, 0), nth(x, i, 1) + nth(x, i, 2));
    case DOES_STORE_AT: return stored(nth(x, i, 0), nth(x, i, 1) + 8 * nth(x, i, 2) + nth(x, i, 3));
    case DOES_NOTHING:
    case DOES_JUMP:
    case DOES_BRANCH:
    case DOES_BRANCH_HEAP:
    case DOES_RETURN:
    case DOES_TAIL_DIRECT:
    case DOES_TAIL_ENTER:
    case DOES_TAIL_CALL:
    case DOES_STOP: break;
    }
    return VALUE_NIL;
}

Bits blocks_run(BlocksCall call) {
    Activation x = {.frame = {.names = blocks_names}};
    enter(&x, call);
    x.frame.state = &x;
    const Instruction *i = x.code->instructions;
    for (;;) {
        count_step(&x, i);
        switch ((int)i->does) {
        case DOES_JUMP: i = jump(&x, i); break;
        case DOES_BRANCH: i = i->to[!condition(&x, i)]; break;
        case DOES_BRANCH_HEAP: i = i->to[!ask_room((uint64_t)nth(&x, i, 0))]; break;
        case DOES_RETURN: return leave(&x, nth(&x, i, 0));
        case DOES_TAIL_DIRECT:
        case DOES_TAIL_ENTER:
        case DOES_TAIL_CALL: i = enter_again(&x, i); break;
        case DOES_STOP:
            fail(0, "$%s came to a (stop), which should never be reached",
                 text_bytes(x.frame.routine->name));
        default: {
            Bits result = result_of(&x, i);
            if (i->result != NO_SLOT) x.slots[i->result] = result;
            i++;
        }
        }
    }
}

/* ---- programs */

static bool has_code(Text name) {
    Routine *r = routine_named(name);
    return r && blocks_code(r)->instructions;
}

static void run_wanted_blocks(const WantedCall *w) {
    Routine *r = routine_named(wanted_name(w, has_code));
    const Code *code = blocks_code(r);
    check_wanted_count(w, code->params);
    stack_push_room(w->count);
    world.top -= w->count;
    for (uint32_t i = 0; i < w->count; i++)
        world.words[world.top + i] = wanted_argument(w, i, code->holdings[i]);
    print_wanted_result(blocks_run((BlocksCall){r, w->count, VALUE_NIL}), code->returns);
}

void interpret_blocks(const Node *program, Language l) {
    const Node *start = NULL;
    (void)l;
    NodeList tops = as_program(program).tops;
    for (uint32_t i = 0; i < tops.count; i++) {
        const Node *top = top_inner(tops.items[i]);
        if (is_form(top, H_start)) start = as_start(top).function;
        if (!is_form(top, H_function) && !is_form(top, H_entry)) continue;
        const Node *name = is_form(top, H_entry) ? as_entry(top).name : as_function(top).name;
        routine_define(routine_new(name->text, top, top != tops.items[i]));
    }
    const WantedCall *wanted = wanted_call();
    if (wanted) {
        run_wanted_blocks(wanted);
        return;
    }
    Routine *routine = start ? routine_named(start->text) : NULL;
    if (!routine) fail(0, "the form does not say where the program starts: (start $start)");
    blocks_run((BlocksCall){routine, 0, 0});
}
