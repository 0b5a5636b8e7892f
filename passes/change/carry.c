/* carry.c - changes of what select gave, made by liveness or intervals: both are to carry it on as
 * it is. */
#include "change.h"

#define EACH_OP(c, b, i, op)                                                                       \
    EACH_BLOCK(c, b)                                                                               \
    EACH_ITEM((c)->top->kids[b], i)                                                                \
    for (Node *op = (c)->top->kids[b]->kids[i]; op; op = NULL)

#define EACH_EXIT(c, b, op)                                                                        \
    EACH_BLOCK(c, b)                                                                               \
    for (Node *op = (c)->top->kids[b]->kids[(c)->top->kids[b]->count - 1]; op; op = NULL)

/* ---- ways */

/* The first of the two ways of a branch, as a kid; 0 when there are no two. */
static uint32_t first_way(const Node *exit) {
    for (uint32_t i = FIRST_OPERAND; i + 1 < exit->count; i++)
        if (is_form(exit->kids[i], H_to) && is_form(exit->kids[i + 1], H_to)) return i;
    return 0;
}

static void exchange_ways(Change *c) {
    EACH_EXIT(c, b, exit) {
        uint32_t way = first_way(exit);
        if (way && strikes(c)) exchange_kids(exit, way, way + 1);
    }
}

void change_live_one_way(Change *c) {
    EACH_EXIT(c, b, exit) {
        uint32_t way = first_way(exit);
        if (way && strikes(c)) exit->kids[way + 1] = exit->kids[way];
    }
}

/* A branch is taken for decided: what only its other way leads to is gone. */
void change_live_decided(Change *c) {
    EACH_EXIT(c, b, exit) {
        uint32_t way = first_way(exit);
        if (!way || !strikes(c)) continue;
        Node *jump[] = {node_row(c->arena, N_OPCODE, X_jmp),
                        node_tree(c->arena, N_VECTOR, 0, NULL, 0), exit->kids[way]};
        Node *block = c->top->kids[b];
        block->kids[block->count - 1] = node_list(c->arena, H_op, exit->at, jump, 3);
    }
}

/* Two arguments of an edge are exchanged. */
void change_live_arguments(Change *c) {
    EACH_EXIT(c, b, exit) {
        Node *to = opcode_of(exit) == X_jmp ? exit->kids[FIRST_OPERAND] : NULL;
        for (uint32_t i = 2; to && i < to->count; i++)
            if (holds_of(c, to->kids[i - 1]) == holds_of(c, to->kids[i]) &&
                !same_name(to->kids[i - 1], to->kids[i]) && strikes(c))
                exchange_kids(to, i - 1, i);
    }
}

/* ---- blocks */

/* The first block has them where the convention wants them. */
void change_live_parameters(Change *c) {
    for (uint32_t b = function_first_block(c->top) + 1; b < c->top->count; b++) {
        Node *parameters = c->top->kids[b]->kids[1];
        for (uint32_t i = 1; i < parameters->count; i++)
            if (holds_of(c, parameters->kids[i - 1]) == holds_of(c, parameters->kids[i]) &&
                strikes(c))
                exchange_kids(parameters, i - 1, i);
    }
}

void change_live_warm(Change *c) {
    EACH_BLOCK(c, b)
    if (is_form(c->top->kids[b], H_cold) && strikes(c)) c->top->kids[b]->head = H_block;
}

/* ---- instructions */

/* An addition no longer looks whether its result fits. */
void change_live_trap(Change *c) {
    static const Opcode without[][2] = {{X_addt, X_add}, {X_subt, X_sub}, {X_imult, X_imul}};
    EACH_OP(c, b, i, op)
    for (uint32_t k = 0; k < sizeof without / sizeof *without; k++) {
        if (opcode_of(op) != without[k][0] || !strikes(c)) continue;
        remove_kid(op, FIRST_OPERAND + 2);
        op->kids[0] = node_row(c->arena, N_OPCODE, (uint16_t)without[k][1]);
        break;
    }
}

void change_live_condition(Change *c) {
    EACH_OP(c, b, i, op) {
        Node *cc = op->count > FIRST_OPERAND ? op->kids[FIRST_OPERAND] : NULL;
        if (cc && is_form(cc, H_cc) && strikes(c))
            cc->kids[0] = node_row(c->arena, N_CONDITION,
                                   (uint16_t)condition_rows[cc->kids[0]->head].inverse);
    }
}

/* The second operand is the first one once more, in the place that it has to be in. */
static void take_first_operand(Change *c) {
    EACH_OP(c, b, i, op)
    for (uint32_t k = FIRST_OPERAND + 1; k < operands_end(op); k++) {
        Node *first = op->kids[k - 1], *second = op->kids[k];
        if (first->kind == N_NAME && second->kind == N_NAME && !same_name(first, second) &&
            holds_of(c, first) == holds_of(c, second) && strikes(c))
            op->kids[k] = node_placed(c->arena, first, where_of(second));
    }
}

/* ---- the head */

void change_live_kind(Change *c) {
    Node *kinds = function_part(c->top, H_kinds);
    for (uint32_t i = 0; i < kinds->count; i++) {
        Holds holds = holds_of(c, kinds->kids[i]->kids[0]);
        if ((holds == HOLDS_REF || holds == HOLDS_RAW) && strikes(c))
            kinds->kids[i]->kids[1] =
                node_text(c->arena, N_SYMBOL, 0, text(holds == HOLDS_REF ? "raw" : "ref"));
    }
}

/* ---- made by one pass or the other, or as those of frame are */

void change_live_ways(Change *c) {
    exchange_ways(c);
}
void change_live_operand(Change *c) {
    take_first_operand(c);
}
void change_live_word(Change *c) {
    change_another_word(c);
}
void change_live_drop(Change *c) {
    change_drop_instruction(c);
}
void change_live_order(Change *c) {
    change_reorder_instructions(c);
}
void change_live_registers(Change *c) {
    change_select_argument(c);
}
void change_range_ways(Change *c) {
    exchange_ways(c);
}
void change_range_operand(Change *c) {
    take_first_operand(c);
}
void change_range_word(Change *c) {
    change_another_word(c);
}
void change_range_moved(Change *c) {
    change_reorder_instructions(c);
}
