/* operands.c - changes of what frame gives: where an instruction has its operands and results. */
#include "change.h"

#include <string.h>

/* ---- by chance */

void change_operand_elsewhere(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *item = c->top->kids[b]->kids[i];
            Spots spots = {0};
            if (is_instruction(item)) add_spots(c, item, &spots);
            for (uint32_t k = 0; k < spots.count; k++)
                if (strikes(c)) *spots.items[k] = elsewhere(c, *spots.items[k]);
        }
    }
}

/* Two operands or results have each other's places. */
void change_exchange_places(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *item = c->top->kids[b]->kids[i];
            Spots spots = {0};
            if (is_instruction(item)) add_spots(c, item, &spots);
            for (uint32_t k = 1; k < spots.count; k++) {
                Node **one = spots.items[k - 1], **two = spots.items[k], *first = *one;
                if (where_of(*one) == where_of(*two) || !strikes(c)) continue;
                *one = at_place(c, *one, where_of(*two));
                *two = at_place(c, *two, where_of(first));
            }
        }
    }
}

/* An operand gets the name of another one of the block. */
void change_another_name(Change *c) {
    EACH_BLOCK(c, b) {
        Spots used = {0};
        EACH_ITEM(c->top->kids[b], i) {
            Node *item = c->top->kids[b]->kids[i];
            for (uint32_t k = FIRST_OPERAND; is_instruction(item) && k < operands_end(item); k++) {
                if (item->kids[k]->kind == N_NAME)
                    PUSH(c->arena, used, &item->kids[k]);
                else if (is_form(item->kids[k], H_mem))
                    add_spots(c, item->kids[k], &used);
            }
        }
        for (uint32_t k = 0; used.count > 1 && k < used.count; k++) {
            if (!strikes(c)) continue;
            Node *other = *used.items[(k + 1 + choose(c, used.count - 1)) % used.count];
            *used.items[k] = at_place(c, other, where_of(*used.items[k]));
        }
    }
}

/* ---- results */

/* Registers that the result could be in by mistake, from the instruction after on. */
static uint64_t others(Change *c, const Node *block, uint32_t i, const Node *result) {
    return spare_registers(c, block, i + 1, is_vector_register(where_of(result))) &
           ~registers_in(block->kids[i]);
}

static bool is_fixed(const Node *op) {
    return has_flag(op, SAFEPOINT) || opcode_of(op) == X_idiv;
}

void change_def_wrong_loc(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        EACH_ITEM(block, i) {
            Node *op = block->kids[i];
            if (!is_instruction(op) || !op->kids[1]->count || is_fixed(op) || has_flag(op, TIED))
                continue;
            uint64_t set = others(c, block, i, op->kids[1]->kids[0]);
            if (set && strikes(c))
                op->kids[1]->kids[0] = at_place(c, op->kids[1]->kids[0], choose_register(c, set));
        }
    }
}

/* The result of the instruction is elsewhere, and a move brings it where it should have been. */
static void displace_result(Change *c, uint32_t b, uint32_t i, Where wrong) {
    Node *op = c->top->kids[b]->kids[i], *result = op->kids[1]->kids[0];
    op->kids[1]->kids[0] = at_place(c, result, wrong);
    Node *move = list(c->arena, H_move, 0, result, op->kids[1]->kids[0], NULL);
    insert_kid(c, &c->top->kids[b], i + 1, move);
}

typedef bool Fits(const Node *op);

static void displace_some_result(Change *c, Fits *fits) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            const Node *block = c->top->kids[b], *op = block->kids[i];
            if (!is_instruction(op) || !op->kids[1]->count || !fits(op)) continue;
            uint64_t set = others(c, block, i, op->kids[1]->kids[0]);
            if (!set || !strikes(c)) continue;
            displace_result(c, b, i, choose_register(c, set));
            return;
        }
    }
}

static bool is_freely_tied(const Node *op) {
    return has_flag(op, TIED) && !is_fixed(op);
}
static bool is_call(const Node *op) {
    return has_flag(op, SAFEPOINT);
}

void change_wrong_tie(Change *c) {
    displace_some_result(c, is_freely_tied);
}
void change_fixed_result(Change *c) {
    displace_some_result(c, is_call);
}

/* ---- operands */

static bool is_general(const Node *name) {
    return name->kind == N_NAME && is_register(where_of(name)) &&
           !is_vector_register(where_of(name));
}

/* Two arguments of a call have each other's registers; the values are exchanged, too. */
void change_fixed_args_swapped(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *op = c->top->kids[b]->kids[i];
            for (uint32_t k = FIRST_OPERAND + 1; is_safepoint_op(op) && k < operands_end(op); k++) {
                Node *first = op->kids[k - 1], *second = op->kids[k];
                if (!is_general(first) || !is_general(second) || same_name(first, second) ||
                    !strikes(c))
                    continue;
                op->kids[k - 1] = at_place(c, first, where_of(second));
                op->kids[k] = at_place(c, second, where_of(first));
                Node *swap = list(c->arena, H_swap, 0, op->kids[k - 1], op->kids[k], NULL);
                insert_kid(c, &c->top->kids[b], i, swap);
                return;
            }
        }
    }
}

/* Brings operand k to `where` right before its instruction, and has it read there. */
static void displace_operand(Change *c, uint32_t b, uint32_t i, uint32_t k, Where where) {
    Node *op = c->top->kids[b]->kids[i], *from = op->kids[k];
    op->kids[k] = at_place(c, from, where);
    insert_kid(c, &c->top->kids[b], i, list(c->arena, H_move, 0, op->kids[k], from, NULL));
}

/* A division writes rdx before it reads the divisor. */
void change_early_def_overlap(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            const Node *op = c->top->kids[b]->kids[i];
            if (!is_instruction(op) || opcode_of(op) != X_idiv || !strikes(c)) continue;
            displace_operand(c, b, i, FIRST_OPERAND + 1, RDX);
            return;
        }
    }
}

/* Is kid k an operand that could be in any register? */
static bool is_free_operand(const Node *op, uint32_t k) {
    bool tied = has_flag(op, TIED) && k == FIRST_OPERAND;
    return op->kids[k]->kind == N_NAME && is_register(where_of(op->kids[k])) && !tied &&
           opcode_of(op) != X_idiv && strchr("rsvxy", operand_letter(op, k));
}

void change_scratch_operand(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            const Node *op = c->top->kids[b]->kids[i];
            for (uint32_t k = FIRST_OPERAND; is_instruction(op) && k < operands_end(op); k++) {
                if (!is_free_operand(op, k) || !strikes(c)) continue;
                bool vector = is_vector_register(where_of(op->kids[k]));
                displace_operand(c, b, i, k, vector ? XMM15 : R11);
                return;
            }
        }
    }
}

/* The second operand has name and place of the first one. */
void change_lying_annotation(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *op = c->top->kids[b]->kids[i];
            for (uint32_t k = FIRST_OPERAND + 1; is_instruction(op) && k < operands_end(op); k++) {
                Node *first = op->kids[k - 1];
                bool both = first->kind == N_NAME && is_register(where_of(first)) &&
                            is_free_operand(op, k) && !same_name(first, op->kids[k]) &&
                            is_vector_register(where_of(first)) ==
                                is_vector_register(where_of(op->kids[k]));
                if (both && strikes(c)) op->kids[k] = first;
            }
        }
    }
}

/* ---- slots, constants, the argument area */

void change_mem_mem(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            const Node *move = c->top->kids[b]->kids[i];
            if ((!is_store(move) && !is_reload(move)) ||
                is_slot(where_of(move->kids[1])) == is_slot(where_of(move->kids[0])))
                continue;
            if (!strikes(c)) continue;
            Node *swap = list(c->arena, H_swap, 0, move->kids[1], move->kids[0], NULL);
            insert_kid(c, &c->top->kids[b], i + 1, swap);
            return;
        }
    }
}

/* What was just loaded is made again, as if it were a constant. */
void change_remat_non_const(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            const Node *move = c->top->kids[b]->kids[i];
            if (!is_reload(move) || is_vector_register(where_of(move->kids[0])) || !strikes(c))
                continue;
            Node *word = list(c->arena, H_word, 0, node_int(c->arena, 0, 8), NULL);
            Node *constant = list(c->arena, H_constant, 0, move->kids[0], word, NULL);
            insert_kid(c, &c->top->kids[b], i + 1, constant);
            return;
        }
    }
}

/* The move before the instruction that brings the operand to its word of the argument area; NULL
 * for none. */
static Node *sent_to_area(const Node *block, uint32_t i, const Node *operand) {
    while (i-- > block_first_instruction(block)) {
        Node *move = block->kids[i];
        if (is_form(move, H_move) && where_of(move->kids[0]) == where_of(operand)) return move;
        if (is_safepoint_op(move)) return NULL;
    }
    return NULL;
}

void change_area_overlap(Change *c) {
    EACH_BLOCK(c, b) {
        const Node *block = c->top->kids[b];
        EACH_ITEM(block, i) {
            const Node *op = block->kids[i];
            for (uint32_t k = FIRST_OPERAND + 1; is_safepoint_op(op) && k < operands_end(op); k++) {
                const Node *first = op->kids[k - 1], *second = op->kids[k];
                bool area = first->kind == N_NAME && second->kind == N_NAME &&
                            is_area(where_of(first)) && is_area(where_of(second));
                Node *move = area ? sent_to_area(block, i, second) : NULL;
                if (move && !same_name(first, second) && strikes(c))
                    move->kids[0] = at_place(c, second, where_of(first));
            }
        }
    }
}
