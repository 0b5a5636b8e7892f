/* structure.c - changes of what frame gives: its instructions, its claims, the frame. */
#include "change.h"

/* ---- instructions */

/* Binds nothing: that a name is bound once is not for the allocator to break. */
static bool only_acts(const Node *item) {
    return is_instruction(item) && !has_flag(item, LEAVES) && !defined(item)->count;
}

void change_drop_instruction(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i)
        if (only_acts(c->top->kids[b]->kids[i]) && strikes(c)) remove_kid(c->top->kids[b], i);
    }
}

void change_repeat_instruction(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *item = c->top->kids[b]->kids[i];
            if (!only_acts(item) || !strikes(c)) continue;
            insert_kid(c, &c->top->kids[b], i, item);
            return;
        }
    }
}

static bool mentions_results(const Node *item, const Node *op) {
    for (uint32_t d = 0; d < defined(op)->count; d++)
        if (mentions_of(item, defined(op)->kids[d])) return true;
    return false;
}

static bool is_ordinary(const Node *item) {
    return is_instruction(item) && !has_flag(item, LEAVES);
}

void change_reorder_instructions(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        for (uint32_t i = block_first_instruction(block) + 1; i < block->count; i++) {
            const Node *first = block->kids[i - 1], *second = block->kids[i];
            if (is_ordinary(first) && is_ordinary(second) && !node_equal(first, second) &&
                !mentions_results(second, first) && !mentions_results(first, second) && strikes(c))
                exchange_kids(block, i - 1, i);
        }
    }
}

/* Another immediate operand, or another constant that is made again. */
void change_another_word(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *item = c->top->kids[b]->kids[i];
            for (uint32_t k = 1; k < item->count; k++)
                if (is_form(item->kids[k], H_word) && strikes(c)) item->kids[k]->kids[0]->integer++;
        }
    }
}

/* The function starts with its second block. */
void change_first_block(Change *c) {
    uint32_t first = function_first_block(c->top);
    if (first + 1 < c->top->count && strikes(c)) exchange_kids(c->top, first, first + 1);
}

/* ---- claims */

static Node *claims_of(const Node *block) {
    return is_form(block->kids[2], H_in) ? block->kids[2] : NULL;
}

void change_claim_elsewhere(Change *c) {
    EACH_BLOCK(c, b) {
        Node *claims = claims_of(c->top->kids[b]);
        for (uint32_t i = 0; claims && i < claims->count; i++)
            if (strikes(c)) claims->kids[i] = elsewhere(c, claims->kids[i]);
    }
}

void change_drop_claim(Change *c) {
    EACH_BLOCK(c, b) {
        Node *claims = claims_of(c->top->kids[b]);
        for (uint32_t i = 0; claims && i < claims->count; i++)
            if (strikes(c)) remove_kid(claims, i);
    }
}

void change_parameter_elsewhere(Change *c) {
    EACH_BLOCK(c, b) {
        Node *parameters = c->top->kids[b]->kids[1];
        for (uint32_t i = 0; i < parameters->count; i++)
            if (strikes(c)) parameters->kids[i] = elsewhere(c, parameters->kids[i]);
    }
}

/* ---- the frame */

static bool has_calls(const Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i)
        if (is_safepoint_op(c->top->kids[b]->kids[i])) return true;
    }
    return false;
}

void change_unaligned_frame(Change *c) {
    Node *frame = function_part(c->top, H_frame);
    if (has_calls(c) && strikes(c)) frame->kids[0]->integer += 8;
}

void change_slot_elsewhere(Change *c) {
    Node *frame = function_part(c->top, H_frame);
    uint32_t slots = frame->count - 1;
    for (uint32_t i = 1; slots > 1 && i <= slots; i++)
        if (strikes(c))
            frame->kids[i]->kids[1]->integer = 8 * (int64_t)((i + choose(c, slots - 1)) % slots);
}

void change_no_enter_frame(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i)
        if (is_form(c->top->kids[b]->kids[i], H_enter_frame) && strikes(c))
            remove_kid(c->top->kids[b], i);
    }
}

void change_early_leave_frame(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        for (uint32_t i = block_first_instruction(block) + 1; i < block->count; i++)
            if (is_form(block->kids[i], H_leave_frame) &&
                !is_form(block->kids[i - 1], H_enter_frame) && strikes(c))
                exchange_kids(block, i - 1, i);
    }
}
