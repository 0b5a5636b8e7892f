/* calls.c - calls with their stack maps, the stubs after the code, entries of function values. */
#include "emit.h"

/* ---- stubs */

static Stub *new_stub(Emitter *e, Pos at) {
    Stub stub = {.label = assembler_new_label(e->as), .back = NO_BLOCK, .at = at};
    PUSH(e->context->scratch, e->stubs, stub);
    return &e->stubs.items[e->stubs.count - 1];
}

static const char *trap_runtime(const Node *trap) {
#define TRAP(id, name, function, doc)                                                              \
    if (trap->kids[0]->text == text(name)) return function;
#include "../traps.def"
#undef TRAP
    bug(trap, "traps.def has no such row");
}

uint32_t emit_trap_label(Emitter *e, const Node *trap, Pos at) {
    const char *function = trap_runtime(trap);
    for (uint32_t i = 0; i < e->stubs.count; i++) {
        const Stub *s = &e->stubs.items[i];
        if (s->runtime == function && s->at == at && s->back == NO_BLOCK) return s->label;
    }
    Stub *stub = new_stub(e, at);
    stub->runtime = fault_strikes(e->plan, FAULT_other_trap) ? "rt_throw_arity" : function;
    return stub->label;
}

static const Node *map_of(const Node *op) {
    const Node *last = op->kids[op->count - 1];
    return is_form(last, H_map) ? last : NULL;
}

static void stack_map(Emitter *e, const Node *map) {
    if (map && map->count && fault_strikes(e->plan, FAULT_lost_slot)) map = NULL;
    if (fault_strikes(e->plan, FAULT_stale_depth)) assembler_depth(e->as, e->frame + 16);
    if (fault_strikes(e->plan, FAULT_late_row)) emit2(e, I_mov, general(RAX, 64), general(RAX, 64));
    if (!fault_strikes(e->plan, FAULT_lost_row)) assembler_stack_map(e->as, map);
}

void emit_stub(Emitter *e, const Stub *s) {
    assembler_at(e->as, s->at);
    assembler_label(e->as, s->label);
    assembler_depth(e->as, e->framed ? e->frame : 0);
    if (!e->framed || e->frame % 16 == 0) { /* a call needs rsp on a multiple of 16 */
        emit1(e, I_push, general(RAX, 64));
        assembler_depth(e->as, (e->framed ? e->frame : 0) + 8);
    }
    emit_reference(e, I_call, runtime_function(e, s->at, s->runtime));
    stack_map(e, s->map);
    if (s->back != NO_BLOCK) assembler_jump(e->as, NO_CONDITION, s->back);
}

/* ---- calls */

/* Goes to `other` unless rbx is a closure. */
static void check_closure(Emitter *e, Node *symbol, uint32_t other) {
    emit2(e, I_lea, general(R11, 64), memory(RBX, -TAG_POINTER, 64));
    emit2(e, I_test, general(R11, 8), integer(TAG_MASK));
    if (symbol)
        emit_reference_if(e, CODE_NOT_EQUAL, symbol);
    else
        assembler_jump(e->as, CODE_NOT_EQUAL, other);
    emit2(e, I_cmp, memory(RBX, -TAG_POINTER, 8), integer(KIND_CLOSURE));
    if (symbol)
        emit_reference_if(e, CODE_NOT_EQUAL, symbol);
    else
        assembler_jump(e->as, CODE_NOT_EQUAL, other);
}

void emit_call_value(Emitter *e, const Node *op) {
    Stub *stub = new_stub(e, op->at);
    uint32_t other = stub->label, back = assembler_new_label(e->as);
    stub->runtime = "rt_call_other";
    stub->map = map_of(op);
    stub->back = back;
    emit_word(e, general(RAX, 64), op->kids[3]->kids[0]->integer);
    check_closure(e, NULL, other);
    emit1(e, I_call, memory(RBX, FIELD_CLOSURE_CODE - TAG_POINTER, 64));
    stack_map(e, map_of(op));
    assembler_label(e->as, back);
}

void emit_tail_value(Emitter *e, const Node *op) {
    emit_word(e, general(RAX, 64), op->kids[3]->kids[0]->integer);
    check_closure(e, runtime_function(e, op->at, "rt_call_other"), 0);
    emit1(e, I_jmp, memory(RBX, FIELD_CLOSURE_CODE - TAG_POINTER, 64));
}

void emit_call(Emitter *e, const Node *op) {
    emit_reference(e, I_call, op->kids[2]);
    stack_map(e, map_of(op));
}

void emit_call_area(Emitter *e, const Node *op) {
    emit_word(e, memory(R14, CONTEXT_AREA_COUNT, 64), op->kids[3]->kids[0]->integer);
    emit_call(e, op);
}

/* ---- entries of function values: eax is the number of arguments */

static void dispatch_exact(Emitter *e, const Node *target) {
    Node *worker = list(e->context->arena, H_code, target->at, target->kids[1], NULL);
    emit2(e, I_cmp, general(RAX, 32), integer(target->kids[0]->integer));
    emit_reference_if(e, CODE_EQUAL, worker);
}

static void collect_rest(Emitter *e, const Node *target) {
    emit_word(e, general(R10, 64), target->kids[0]->integer);
    emit_address(e, general(R11, 64),
                 list(e->context->arena, H_code, target->at, target->kids[1], NULL));
    emit_reference(e, I_jmp, runtime_function(e, target->at, "rt_collect_rest"));
}

void emit_dispatch(Emitter *e, const Node *targets) {
    const Node *rest = NULL;
    for (uint32_t i = 0; i < targets->count; i++) {
        if (is_form(targets->kids[i], H_arity))
            dispatch_exact(e, targets->kids[i]);
        else
            rest = targets->kids[i];
    }
    int64_t fixed = rest ? rest->kids[0]->integer : 0;
    uint32_t too_few = assembler_new_label(e->as);
    if (fixed) {
        emit2(e, I_cmp, general(RAX, 32), integer(fixed));
        assembler_jump(e->as, CODE_BELOW, too_few);
    }
    if (rest) collect_rest(e, rest);
    if (rest && !fixed) return;
    if (rest) assembler_label(e->as, too_few);
    emit_reference(e, I_jmp, runtime_function(e, targets->at, "rt_throw_arity"));
}
