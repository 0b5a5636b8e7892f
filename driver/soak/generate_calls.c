/* generate_calls.c - calls, parameters and ways out of random functions, by the calling convention.
 */
#include "generate_parts.h"

/* The places of arguments, handed out from first to last. */
typedef struct {
    uint32_t words, doubles, area;
} Places;

static Where next_place(Places *p, Holds holds) {
    static const Where general[] = {RDI, RSI, RDX, RCX, R8, R9};
    if (holds == HOLDS_F64 && p->doubles < 8) return (Where)(XMM0 + p->doubles++);
    if (holds != HOLDS_F64 && p->words < 6) return general[p->words++];
    return (Where)(AREA0 + p->area++);
}

/* Mostly few; sometimes more than there are registers. */
static uint32_t some_count(Generate *g) {
    return in_hundred(&g->random, 80) ? below(&g->random, 5) : below(&g->random, 11);
}

static void add_argument(Generate *g, Nodes *operands, Places *places, Holds holds) {
    Node *name = pick(g, holds);
    PUSH(g->arena, *operands, node_placed(g->arena, name, next_place(places, holds)));
}

static void add_arguments(Generate *g, Nodes *operands, bool only_references) {
    Places places = {0};
    bool only_doubles = !only_references && in_hundred(&g->random, 5);
    for (uint32_t n = some_count(g); n-- > 0;)
        add_argument(g, operands, &places,
                     only_references ? HOLDS_REF
                     : only_doubles  ? HOLDS_F64
                                     : any_kind(g));
}

/* Closures are tagged: the one of an enclosing function, or a function value. */
static void add_known(Generate *g, Nodes *operands) {
    PUSH(g->arena, *operands, some_global(g, H_code));
    add_arguments(g, operands, false);
    if (in_hundred(&g->random, 30)) PUSH(g->arena, *operands, pick_in(g, HOLDS_REF, RBX));
}

static void add_by_value(Generate *g, Nodes *operands) {
    Nodes arguments = {0};
    PUSH(g->arena, *operands, pick_in(g, HOLDS_REF, RBX));
    add_arguments(g, &arguments, true);
    PUSH(g->arena, *operands, word_operand(g, arguments.count));
    for (uint32_t i = 0; i < arguments.count; i++)
        PUSH(g->arena, *operands, arguments.items[i]);
}

static Node *runtime(Generate *g, const char *name) {
    return form(g, H_runtime, node_text(g->arena, N_SYMBOL, 0, text(name)));
}

static void add_runtime(Generate *g, Nodes *operands) {
    Places places = {0};
    PUSH(g->arena, *operands, runtime(g, "rt_add"));
    for (uint32_t n = below(&g->random, 4); n-- > 0;)
        add_argument(g, operands, &places, any_kind(g));
}

/* Some words in registers, as rt_try wants them, then references side by side in the area. */
static void add_area(Generate *g, Nodes *operands) {
    Places places = {0};
    uint32_t count = below(&g->random, 8);
    PUSH(g->arena, *operands, runtime(g, "rt_vector"));
    PUSH(g->arena, *operands, word_operand(g, count));
    for (uint32_t n = in_hundred(&g->random, 30) ? 2 : 0; n-- > 0;)
        add_argument(g, operands, &places, HOLDS_RAW);
    for (uint32_t i = 0; i < count; i++)
        PUSH(g->arena, *operands, pick_in(g, HOLDS_REF, (Where)(AREA0 + i)));
}

static void call(Generate *g, Opcode opcode, const Nodes *operands) {
    Holds holds = opcode == X_calla || opcode == X_callv ? HOLDS_REF : any_kind(g);
    Node *result = node_placed(g->arena, fresh(g, holds), holds == HOLDS_F64 ? XMM0 : RAX);
    emit_of(g, opcode, &result, 1, operands);
    forget_derived(g);
    make_known(g, result, holds);
}

void some_call(Generate *g) {
    Nodes operands = {0};
    uint32_t n = below(&g->random, 10);
    if (n < 4)
        add_known(g, &operands);
    else if (n < 6)
        add_by_value(g, &operands);
    else if (n < 8)
        add_runtime(g, &operands);
    else
        add_area(g, &operands);
    call(g, n < 4 ? X_call : n < 6 ? X_callv : n < 8 ? X_callr : X_calla, &operands);
}

void leave_function(Generate *g) {
    Nodes operands = {0};
    uint32_t n = below(&g->random, 10);
    Holds holds = holds_named(text(g->returns));
    if (n < 6) {
        emit(g, X_ret, NULL, pick_in(g, holds, holds == HOLDS_F64 ? XMM0 : RAX), NULL);
    } else if (n < 7) {
        add_runtime(g, &operands);
        call(g, X_callr, &operands);
        emit(g, X_stop, NULL, NULL);
    } else if (n < 9) {
        add_known(g, &operands);
        emit_of(g, X_tail, NULL, 0, &operands);
    } else {
        add_by_value(g, &operands);
        emit_of(g, X_tailv, NULL, 0, &operands);
    }
}

Node *entry_parameters(Generate *g, Node **self) {
    Nodes parameters = {0};
    Places places = {0};
    for (uint32_t n = some_count(g); n-- > 0;) {
        Holds holds = any_kind(g);
        Node *name = fresh(g, holds);
        PUSH(g->arena, parameters, node_placed(g->arena, name, next_place(&places, holds)));
        make_known(g, name, holds);
    }
    *self = in_hundred(&g->random, 30) ? fresh(g, HOLDS_REF) : NULL;
    if (*self) {
        PUSH(g->arena, parameters, node_placed(g->arena, *self, RBX));
        make_known(g, *self, HOLDS_REF);
    }
    return node_tree(g->arena, N_VECTOR, 0, parameters.items, parameters.count);
}
