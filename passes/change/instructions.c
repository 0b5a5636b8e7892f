/* instructions.c - changes of what select gives: conditions, addresses, the order of operands. */
#include "change.h"

#define EACH_OP(c, b, i, op)                                                                       \
    EACH_BLOCK(c, b)                                                                               \
    EACH_ITEM((c)->top->kids[b], i)                                                                \
    for (Node *op = (c)->top->kids[b]->kids[i]; op; op = NULL)

/* ---- conditions */

static Condition condition_of(const Node *op) {
    bool has = op->count > FIRST_OPERAND && is_form(op->kids[FIRST_OPERAND], H_cc);
    return has ? (Condition)op->kids[FIRST_OPERAND]->kids[0]->head : C_NONE;
}

static void set_condition(Change *c, Node *op, Condition condition) {
    op->kids[FIRST_OPERAND]->kids[0] = node_row(c->arena, N_CONDITION, (uint16_t)condition);
}

void change_select_condition(Change *c) {
    EACH_OP(c, b, i, op)
    if (opcode_of(op) == X_cmpj && strikes(c))
        set_condition(c, op, condition_rows[condition_of(op)].inverse);
}

/* A constant went to the second place, but the condition was left as it was. */
void change_select_mirror(Change *c) {
    EACH_OP(c, b, i, op) {
        Condition condition = condition_of(op), swapped = condition_rows[condition].swapped;
        if (swapped != condition && is_form(op->kids[FIRST_OPERAND + 2], H_word) && strikes(c))
            set_condition(c, op, swapped);
    }
}

/* ---- addresses */

void change_select_scale(Change *c) {
    EACH_OP(c, b, i, op)
    for (uint32_t k = FIRST_OPERAND; k < operands_end(op); k++) {
        const Node *memory = op->kids[k];
        if (is_form(memory, H_mem) && memory->count == 4 && memory->kids[2]->integer > 1 &&
            strikes(c))
            memory->kids[2]->integer /= 2;
    }
}

/* A subtraction that became an address is an addition. */
void change_select_lea(Change *c) {
    EACH_OP(c, b, i, op) {
        const Node *memory = op->kids[opcode_of(op) == X_lea ? FIRST_OPERAND : 0];
        if (is_form(memory, H_mem) && memory->kids[memory->count - 1]->integer && strikes(c))
            memory->kids[memory->count - 1]->integer *= -1;
    }
}

/* The one operand after the first that is this name; 0 when there are others, or none. */
static uint32_t second_use(const Node *op, const Node *name) {
    if (!(opcode_of(op) >= X_add && opcode_of(op) <= X_imul)) return 0;
    bool is_second = same_name(op->kids[FIRST_OPERAND + 1], name);
    return is_second && !same_name(op->kids[FIRST_OPERAND], name) ? FIRST_OPERAND + 1 : 0;
}

static bool is_store_between(const Node *block, uint32_t from, uint32_t to) {
    for (uint32_t i = from + 1; i < to; i++)
        if (opcode_of(block->kids[i]) == X_store) return true;
    return false;
}

/* A load becomes the operand of a later instruction, though something is stored between. */
void change_select_fold(Change *c) {
    EACH_OP(c, b, i, load) {
        Node *block = c->top->kids[b];
        if (opcode_of(load) != X_load || mentions_of(c->top, load->kids[1]->kids[0]) != 3)
            continue; /* once each in the kinds, where it is defined, where it is used */
        for (uint32_t k = i + 1; k < block->count; k++) {
            uint32_t use = second_use(block->kids[k], load->kids[1]->kids[0]);
            if (!use || !is_store_between(block, i, k) || !strikes(c)) continue;
            block->kids[k]->kids[use] = load->kids[FIRST_OPERAND];
            remove_kid(block, i);
            return;
        }
    }
}

/* ---- operands */

static bool minds_order(Opcode o) {
    return o == X_subt || o == X_fsub || o == X_fdiv;
}

void change_select_order(Change *c) {
    EACH_OP(c, b, i, op)
    if (minds_order(opcode_of(op)) && op->kids[FIRST_OPERAND + 1]->kind == N_NAME &&
        !same_name(op->kids[FIRST_OPERAND], op->kids[FIRST_OPERAND + 1]) && strikes(c))
        exchange_kids(op, FIRST_OPERAND, FIRST_OPERAND + 1);
}

static bool is_argument(const Node *operand) {
    return operand->kind == N_NAME && is_register(where_of(operand));
}

/* Two arguments of a call have each other's registers. */
void change_select_argument(Change *c) {
    EACH_OP(c, b, i, op) {
        if (!has_flag(op, SAFEPOINT) && opcode_of(op) != X_tail) continue;
        for (uint32_t k = FIRST_OPERAND + 1; k < op->count; k++) {
            Node *first = op->kids[k - 1], *second = op->kids[k];
            if (!is_argument(first) || !is_argument(second) || same_name(first, second) ||
                holds_of(c, first) != holds_of(c, second) || !strikes(c))
                continue;
            op->kids[k - 1] = at_place(c, first, where_of(second));
            op->kids[k] = at_place(c, second, where_of(first));
        }
    }
}

/* ---- edges */

/* The (to ...) of a block that does nothing but bring arguments to a join; NULL for others. */
static Node *bringing(const Node *block) {
    uint32_t first = block_first_instruction(block);
    const Node *jump = first + 1 == block->count ? block->kids[first] : NULL;
    bool brings = jump && opcode_of(jump) == X_jmp && jump->kids[FIRST_OPERAND]->count > 1 &&
                  !block->kids[1]->count;
    return brings ? jump->kids[FIRST_OPERAND] : NULL;
}

/* Two edges into a join have each other's arguments. */
void change_select_edge(Change *c) {
    Node *before = NULL;
    EACH_BLOCK(c, b) {
        Node *to = bringing(c->top->kids[b]);
        if (!to) continue;
        if (before && before->kids[0]->block == to->kids[0]->block && !node_equal(before, to) &&
            strikes(c)) {
            for (uint32_t i = 1; i < to->count; i++) {
                Node *argument = to->kids[i];
                to->kids[i] = before->kids[i];
                before->kids[i] = argument;
            }
        }
        before = to;
    }
}
