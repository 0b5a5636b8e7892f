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

typedef VEC(Node *) Operands;

static void add_argument(Select *s, Operands *out, Places *places, Node *operand) {
    Node *name = in_name(s, operand);
    PUSH(s->scratch, *out, node_placed(s->arena, name, next_place(places, is_double(s, name))));
}

static Node *name_in(Select *s, Node *operand, Where where) {
    return node_placed(s->arena, in_name(s, operand), where);
}

static Node *form_of(Select *s, Head head, Node *kid) {
    return list(s->arena, head, s->at, kid, NULL);
}

/* ---- runtime functions */

/* The letters of a runtime function's arguments; they end with * when it is n-ary. */
static const char *runtime_arguments(const char *symbol) {
#define RUNTIME(name, args, result, doc)                                                           \
    if (!strcmp(symbol, name)) return args;
#define ASSEMBLY(name, args, result, doc) RUNTIME(name, args, result, doc)
#include "../runtime/extras.def"
    for (int p = 1; p < P_COUNT; p++)
        if (prim_rows[p].runtime && !strcmp(prim_rows[p].runtime, symbol)) return prim_rows[p].args;
    return "";
}

/* (runtime f a ...): those of an n-ary function that answer to its * go to the argument area. */
static Opcode runtime_call(Select *s, const Node *call, Operands *out) {
    const char *letters = runtime_arguments(text_bytes(call->kids[0]->text)),
               *star = strchr(letters, '*');
    uint32_t fixed = star ? (uint32_t)(star - letters) : call->count - 1;
    Places places = {0};
    PUSH(s->scratch, *out, form_of(s, H_runtime, call->kids[0]));
    if (star) PUSH(s->scratch, *out, word_node(s, (int64_t)call->count - 1 - fixed));
    for (uint32_t i = 1; i < call->count; i++) {
        if (i > fixed) places.words = UINT32_MAX, places.doubles = UINT32_MAX;
        add_argument(s, out, &places, call->kids[i]);
    }
    return star ? X_calla : X_callr;
}

/* ---- calls of slisp functions */

/* The kids of `call` from `first` on, then the closure. */
static void add_arguments(Select *s, Operands *out, const Node *call, uint32_t first, Node *self) {
    Places places = {0};
    for (uint32_t i = first; i < call->count; i++)
        add_argument(s, out, &places, call->kids[i]);
    if (self) PUSH(s->scratch, *out, name_in(s, self, RBX));
}

static void value_call(Select *s, Operands *out, const Node *call) {
    PUSH(s->scratch, *out, name_in(s, call->kids[0], RBX));
    PUSH(s->scratch, *out, word_node(s, (int64_t)call->count - 1));
    add_arguments(s, out, call, 1, NULL);
}

static void known_call(Select *s, Operands *out, const Node *call, bool has_self) {
    PUSH(s->scratch, *out, form_of(s, H_code, call->kids[0]));
    add_arguments(s, out, call, has_self ? 2 : 1, has_self ? call->kids[1] : NULL);
}

void select_call(Select *s, Node *x, const Node *call) {
    Operands operands = {0};
    Opcode opcode = X_call;
    if (call->head == H_runtime)
        opcode = runtime_call(s, call, &operands);
    else if (call->head == H_call)
        opcode = X_callv, value_call(s, &operands, call);
    else
        known_call(s, &operands, call, call->head == H_enter);
    Node *result = node_placed(s->arena, x, result_place(is_double(s, x)));
    add_op_of(s, opcode, &result, 1, operands.items, operands.count);
}

void select_tail_call(Select *s, const Node *call) {
    Operands operands = {0};
    bool of_value = call->head == H_tail_call;
    if (of_value)
        value_call(s, &operands, call);
    else
        known_call(s, &operands, call, call->head == H_tail_enter);
    add_op_of(s, of_value ? X_tailv : X_tail, NULL, 0, operands.items, operands.count);
}

void select_return(Select *s, Node *operand) {
    Node *name = in_name(s, operand);
    add_op(s, X_ret, NULL, node_placed(s->arena, name, result_place(is_double(s, name))), NULL);
}

Node *placed_parameters(Select *s, const Node *parameters, const Node *self) {
    Operands out = {0};
    Places places = {0};
    for (uint32_t i = 0; i < parameters->count; i++) {
        Node *x = parameters->kids[i];
        PUSH(s->scratch, out, node_placed(s->arena, x, next_place(&places, is_double(s, x))));
    }
    if (self) PUSH(s->scratch, out, node_placed(s->arena, self, RBX));
    return node_tree(s->arena, N_VECTOR, parameters->at, out.items, out.count);
}
