/* check_calls.c - calls and their stack maps, the stubs after the code, entries of function
 * values.
 *
 * A function value is called with its object in rbx and the number of arguments in eax. What is no
 * closure is left to the runtime, in a stub that comes back after the call.
 */
#include "check.h"

#include <string.h>

enum { IF_BELOW = 2, IF_EQUAL = 4, IF_NOT_EQUAL = 5 };

/* ---- calls */

static const Node *map_of(const Node *op) {
    const Node *last = op->kids[op->count - 1];
    return is_form(last, H_map) && last->count ? last : NULL;
}

/* rsp is on a multiple of 16 at a call: the return address, 8 bytes, is there already. */
static bool check_call_end(Check *c, const Node *map) {
    if (c->depth % 16 != 8)
        return code_is_wrong(c, "V24", "rsp is not on a multiple of 16 bytes at this call");
    return c->reader->has_map(c, map);
}

bool check_call(Check *c, const Node *op) {
    return wants_reference(c, D_call, op->kids[2]) && check_call_end(c, map_of(op));
}

bool check_call_area(Check *c, const Node *op) {
    return check_word(c, seen_memory(R14, CONTEXT_AREA_COUNT, 64), op->kids[3]->kids[0]->integer) &&
           check_call(c, op);
}

/* The names that the code refers to without the form naming them. */
typedef enum { CALL_OTHER, COLLECT_REST, THROW_ARITY, FIRST_TRAP } RuntimeName;

static const Node *runtime_named(RuntimeName which, const char *name) {
    enum { NAMES = FIRST_TRAP + 8 };
    static const Node *known[NAMES];
    static Arena *for_ever;
    if (known[which]) return known[which];
    if (!for_ever) for_ever = arena_new();
    Node *symbol = node_text(for_ever, N_SYMBOL, 0, text(name));
    return known[which] = list(for_ever, H_runtime, 0, symbol, NULL);
}

static const Node *call_other(void) {
    return runtime_named(CALL_OTHER, "rt_call_other");
}

/* Is the object in rbx a closure? `other` is the goal of what is none; NO_GOAL: the runtime. */
#define NO_GOAL UINT32_MAX

static bool check_unless_closure(Check *c, uint32_t other) {
    Seen place = {.kind = SEEN_DISTANCE};
    if (other != NO_GOAL) return wants_jump(c, D_jcc, IF_NOT_EQUAL, other);
    const Decoded *d = at_hand(c);
    if (d && (d->name != D_jcc || d->condition != IF_NOT_EQUAL))
        return differs(c, D_jcc, IF_NOT_EQUAL, 1, &place);
    return d && wants_reference(c, D_jcc, call_other());
}

static bool check_closure(Check *c, const Node *op, uint32_t other) {
    Seen low = seen_register(R11, 8), kind = seen_memory(RBX, -TAG_POINTER, 8);
    return check_word(c, seen_register(RAX, 64), op->kids[3]->kids[0]->integer) &&
           wants2(c, D_lea, seen_register(R11, 64), seen_memory(RBX, -TAG_POINTER, 0)) &&
           wants2(c, D_test, low, seen_number(TAG_MASK)) && check_unless_closure(c, other) &&
           wants2(c, D_cmp, kind, seen_number(KIND_CLOSURE)) && check_unless_closure(c, other);
}

static Seen code_of_closure(void) {
    return seen_memory(RBX, FIELD_CLOSURE_CODE - TAG_POINTER, 64);
}

bool check_call_value(Check *c, const Node *op) {
    CheckedStub stub = {.item = op, .goal = new_goal(c), .back = new_goal(c)};
    PUSH(c->scratch, c->stubs, stub);
    if (!check_closure(c, op, stub.goal) || !wants1(c, D_call, code_of_closure()) ||
        !check_call_end(c, map_of(op)))
        return false;
    reach(c, stub.back);
    return true;
}

bool check_tail_value(Check *c, const Node *op) {
    return check_closure(c, op, NO_GOAL) && wants1(c, D_jmp, code_of_closure());
}

/* ---- stubs */

/* The function of the runtime that the trap calls. */
static const Node *function_of_trap(const Node *trap) {
    int which = FIRST_TRAP;
    const char *name = text_bytes(trap->kids[0]->text);
#define TRAP(id, trap_name, function, doc)                                                         \
    if (!strcmp(name, trap_name)) return runtime_named((RuntimeName)which, function);              \
    which++;
#include "../traps.def"
#undef TRAP
    return trap; /* which no code refers to */
}

/* Instructions of one position share the stub of a trap, for it can tell no more than that. */
uint32_t trap_goal(Check *c, const Node *trap) {
    for (uint32_t i = 0; i < c->stubs.count; i++) {
        const CheckedStub *s = &c->stubs.items[i];
        if (s->trap && s->item->at == c->item->at && node_equal(s->trap, trap)) return s->goal;
    }
    CheckedStub stub = {.item = c->item, .trap = trap, .goal = new_goal(c)};
    PUSH(c->scratch, c->stubs, stub);
    return stub.goal;
}

bool check_stub(Check *c, const CheckedStub *s) {
    c->item = s->item;
    c->depth = c->framed ? c->frame : 0;
    reach(c, s->goal);
    if (c->depth % 16 == 0) { /* a call wants 8 more */
        if (!wants1(c, D_push, seen_register(RAX, 64))) return false;
        c->depth += 8;
    }
    const Node *function = s->trap ? function_of_trap(s->trap) : call_other();
    if (!wants_reference(c, D_call, function)) return false;
    if (!check_call_end(c, s->trap ? NULL : map_of(s->item))) return false;
    return s->trap || wants_jump(c, D_jmp, 0, s->back);
}

/* ---- entries of function values: eax is the number of arguments */

static const Node *code_named(Check *c, const Node *global) {
    return list(c->scratch, H_code, 0, (Node *)(uintptr_t)global, NULL);
}

static bool check_arity(Check *c, const Node *target) {
    Seen place = {.kind = SEEN_DISTANCE};
    if (!wants2(c, D_cmp, seen_register(RAX, 32), seen_number(target->kids[0]->integer)))
        return false;
    const Decoded *d = at_hand(c);
    if (d && (d->name != D_jcc || d->condition != IF_EQUAL))
        return differs(c, D_jcc, IF_EQUAL, 1, &place);
    return d && wants_reference(c, D_jcc, code_named(c, target->kids[1]));
}

/* The runtime puts what is over the fixed arguments into a list. */
static bool check_rest(Check *c, const Node *target) {
    return check_word(c, seen_register(R10, 64), target->kids[0]->integer) &&
           wants_address(c, seen_register(R11, 64), code_named(c, target->kids[1])) &&
           wants_reference(c, D_jmp, runtime_named(COLLECT_REST, "rt_collect_rest"));
}

bool check_dispatch(Check *c, const Node *targets) {
    const Node *rest = NULL;
    for (uint32_t i = 0; i < targets->count; i++) {
        if (!is_form(targets->kids[i], H_arity))
            rest = targets->kids[i];
        else if (!check_arity(c, targets->kids[i]))
            return false;
    }
    int64_t fixed = rest ? rest->kids[0]->integer : 0;
    uint32_t too_few = new_goal(c);
    if (fixed && (!wants2(c, D_cmp, seen_register(RAX, 32), seen_number(fixed)) ||
                  !wants_jump(c, D_jcc, IF_BELOW, too_few)))
        return false;
    if (rest && !check_rest(c, rest)) return false;
    if (rest && !fixed) return true;
    reach(c, too_few);
    return wants_reference(c, D_jmp, runtime_named(THROW_ARITY, "rt_throw_arity"));
}
