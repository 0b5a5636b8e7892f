/* calls.c - calls, returns and parameters, with the places that the calling convention wants.
 *
 *   (let %r.3 (enter $user/f %c.1 %a.2))
 *   => (call [%r.3=rax] (code $user/f) %a.2=rdi %c.1=rbx)
 */
#include "select.h"

#include <string.h>

/* The places of arguments, handed out from first to last. */
typedef struct {
    uint32_t words, doubles, area;
} Places;

static Where next_place(Places *p, bool is_f64) {
    static const Where general[] = {RDI, RSI, RDX, RCX, R8, R9};
    enum { GENERAL = sizeof general / sizeof *general, DOUBLES = 8 };
    if (is_f64 && p->doubles < DOUBLES) return (Where)(XMM0 + p->doubles++);
    if (!is_f64 && p->words < GENERAL) return general[p->words++];
    if (AREA0 + p->area >= SLOT0) bug(NULL, "more arguments than the argument area has words");
    return (Where)(AREA0 + p->area++);
}

static Where result_place(bool is_f64) {
    return is_f64 ? XMM0 : RAX;
}

static void add_argument(Select *s, Nodes *out, Places *places, Node *operand) {
    Node *name = in_name(s, operand);
    PUSH(s->scratch, *out, node_placed(s->arena, name, next_place(places, is_double(s, name))));
}

static void add_arguments(Select *s, Nodes *out, NodeList arguments) {
    Places places = {0};
    for (uint32_t i = 0; i < arguments.count; i++)
        add_argument(s, out, &places, arguments.items[i]);
}

static void add_in(Select *s, Nodes *out, Node *operand, Where where) {
    PUSH(s->scratch, *out, node_placed(s->arena, in_name(s, operand), where));
}

static void add_call(Select *s, Opcode opcode, Node *x, Nodes operands) {
    Node *result = node_placed(s->arena, x, result_place(is_double(s, x)));
    add_op_of(s, opcode, nodes(&result, 1, s->at), list_of(operands, s->at));
}

static void add_tail_call(Select *s, Opcode opcode, Nodes operands) {
    add_op_of(s, opcode, no_nodes(s->at), list_of(operands, s->at));
}

/* ---- runtime functions */

/* The operands of an n-ary function that answer to its * go to the argument area. */
void select_runtime(Select *s, Node *x, RuntimeForm f) {
    const char *letters = runtime_arguments(text_bytes(f.symbol->text));
    const char *star = letters ? strchr(letters, '*') : NULL;
    uint32_t fixed = star ? (uint32_t)(star - letters) : f.operands.count;
    Places places = {0};
    Nodes out = {0};
    PUSH(s->scratch, out, make_runtime(s->arena, s->at, f.symbol, no_nodes(s->at)));
    if (star) PUSH(s->scratch, out, word_node(s, (int64_t)f.operands.count - fixed));
    for (uint32_t i = 0; i < f.operands.count; i++) {
        if (i >= fixed) places.words = UINT32_MAX, places.doubles = UINT32_MAX;
        add_argument(s, &out, &places, f.operands.items[i]);
    }
    add_call(s, star ? X_calla : X_callr, x, out);
}

/* ---- calls of slisp functions */

static Nodes value_call(Select *s, Node *callee, NodeList arguments) {
    Nodes out = {0};
    add_in(s, &out, callee, RBX);
    PUSH(s->scratch, out, word_node(s, arguments.count));
    add_arguments(s, &out, arguments);
    return out;
}

/* `closure`: NULL for a function that has none. */
static Nodes known_call(Select *s, Node *function, NodeList arguments, Node *closure) {
    Nodes out = {0};
    PUSH(s->scratch, out, make_code(s->arena, s->at, (CodeForm){.function = function}));
    add_arguments(s, &out, arguments);
    if (closure) add_in(s, &out, closure, RBX);
    return out;
}

void select_call(Select *s, Node *x, CallForm f) {
    add_call(s, X_callv, x, value_call(s, f.callee, f.operands));
}

void select_direct(Select *s, Node *x, DirectForm f) {
    add_call(s, X_call, x, known_call(s, f.function, f.operands, NULL));
}

void select_enter(Select *s, Node *x, EnterForm f) {
    add_call(s, X_call, x, known_call(s, f.function, f.operands, f.closure));
}

void select_tail_call(Select *s, TailCallForm f) {
    add_tail_call(s, X_tailv, value_call(s, f.callee, f.operands));
}

void select_tail_direct(Select *s, TailDirectForm f) {
    add_tail_call(s, X_tail, known_call(s, f.function, f.operands, NULL));
}

void select_tail_enter(Select *s, TailEnterForm f) {
    add_tail_call(s, X_tail, known_call(s, f.function, f.operands, f.closure));
}

void select_return(Select *s, Node *operand) {
    Node *name = in_name(s, operand);
    add_op(s, X_ret, NULL, node_placed(s->arena, name, result_place(is_double(s, name))), NULL);
}

NodeList placed_parameters(Select *s, NodeList parameters, NodeList self) {
    Nodes out = {0};
    Places places = {0};
    for (uint32_t i = 0; i < parameters.count; i++) {
        Node *x = parameters.items[i];
        PUSH(s->scratch, out, node_placed(s->arena, x, next_place(&places, is_double(s, x))));
    }
    for (uint32_t i = 0; i < self.count; i++)
        PUSH(s->scratch, out, node_placed(s->arena, self.items[i], RBX));
    return list_of(out, parameters.at);
}
