/* words.c - changes of what lower gives: fields, headers, checks, what is asked of the heap. */
#include "change.h"

/* The word operation `w` that a step binds a name to; NULL for other steps. */
static Node *word_operation(const Node *step, Word w) {
    Node *rhs = is_form(step, H_let) ? step->kids[1] : NULL;
    return rhs && is_form(rhs, H_word_op) && rhs->kids[0]->head == w ? rhs : NULL;
}

#define EACH_STEP(c, b, i, step)                                                                   \
    EACH_BLOCK(c, b)                                                                               \
    EACH_ITEM((c)->top->kids[b], i)                                                                \
    for (Node *step = (c)->top->kids[b]->kids[i]; step; step = NULL)

static Node *word(Change *c, int64_t n) {
    return list(c->arena, H_word, 0, node_int(c->arena, 0, n), NULL);
}

/* The word `n` in (word n), which is kid `i`; NULL when that is none. */
static Node *number_in(const Node *form, uint32_t i) {
    return i < form->count && is_form(form->kids[i], H_word) ? form->kids[i]->kids[0] : NULL;
}

/* ---- fields */

void change_lower_field(Change *c) {
    EACH_STEP(c, b, i, step) {
        Node *load = word_operation(step, W_load);
        if (load && number_in(load, 2) && strikes(c)) number_in(load, 2)->integer += 8;
    }
}

static Node *header_in(const Node *step) {
    bool is_header = is_form(step, H_store) && step->kids[2]->integer == -1;
    return is_header ? number_in(step, 0) : NULL;
}

void change_lower_kind(Change *c) {
    EACH_STEP(c, b, i, step)
    if (header_in(step) && strikes(c)) header_in(step)->integer++;
}

/* The collector copies one word less. */
void change_lower_size(Change *c) {
    EACH_STEP(c, b, i, step)
    if (header_in(step) && strikes(c)) header_in(step)->integer -= 1 << 16;
}

void change_lower_no_barrier(Change *c) {
    EACH_STEP(c, b, i, step)
    if (is_form(step, H_barrier) && strikes(c)) remove_kid(c->top->kids[b], i);
}

/* Two words of a new object have each other's values. */
void change_lower_values(Change *c) {
    EACH_BLOCK(c, b) {
        const Node *block = c->top->kids[b];
        for (uint32_t i = block_first_instruction(block) + 1; i < block->count; i++) {
            Node *first = block->kids[i - 1], *second = block->kids[i];
            if (!is_form(first, H_store) || !is_form(second, H_store)) continue;
            if (first->kids[0]->kind == N_NAME && second->kids[0]->kind == N_NAME &&
                same_name(first->kids[1], second->kids[1]) && strikes(c)) {
                Node *value = first->kids[0];
                first->kids[0] = second->kids[0];
                second->kids[0] = value;
            }
        }
    }
}

/* ---- arithmetic */

void change_lower_no_overflow(Change *c) {
    EACH_STEP(c, b, i, step) {
        Node *sum = word_operation(step, W_add_trap), *product = word_operation(step, W_mul_trap);
        if (sum && strikes(c)) sum->kids[0] = node_row(c->arena, N_WORD, W_add);
        if (product && strikes(c)) product->kids[0] = node_row(c->arena, N_WORD, W_mul);
    }
}

/* A negative int loses its sign when its tag is taken off. */
void change_lower_sign(Change *c) {
    EACH_STEP(c, b, i, step) {
        Node *shift = word_operation(step, W_sar);
        bool untags = shift && number_in(shift, 2) && number_in(shift, 2)->integer == 1;
        const Node *before = c->top->kids[b]->kids[i - 1]; /* tags an int, and looks if it fits */
        if (untags && !word_operation(before, W_shl) && strikes(c))
            shift->kids[0] = node_row(c->arena, N_WORD, W_shr);
    }
}

/* Is the step all sign bits of a word? */
static bool is_sign(const Node *step, const Node *name) {
    const Node *shift = word_operation(step, W_sar);
    return shift && number_in(shift, 2) && number_in(shift, 2)->integer == 63 &&
           same_name(step->kids[0], name);
}

/* A negative dividend is not made ready for the shift that divides it. */
void change_lower_rounding(Change *c) {
    EACH_STEP(c, b, i, step) {
        const Node *shift = word_operation(step, W_shr);
        for (uint32_t k = block_first_instruction(c->top->kids[b]); shift && k < i; k++)
            if (is_sign(c->top->kids[b]->kids[k], shift->kids[1]) && strikes(c))
                step->kids[1] = word(c, 0);
    }
}

/* ---- branches */

/* The way of a branch into a cold block that leaves as said; 0 for none. */
static uint32_t cold_way(const Change *c, const Node *branch, Head leaves) {
    for (uint32_t way = 3; is_form(branch, H_branch) && way <= 4; way++) {
        const Node *block = block_numbered(c, branch->kids[way]->block);
        if (is_form(block, H_cold) && is_form(block->kids[block->count - 1], leaves)) return way;
    }
    return 0;
}

static void drop_way(Change *c, uint32_t b, uint32_t i, uint32_t way) {
    Node *branch = c->top->kids[b]->kids[i];
    c->top->kids[b]->kids[i] = list(c->arena, H_jump, branch->at, branch->kids[7 - way], NULL);
}

/* An int that does not fit is not given a box. */
void change_lower_no_slow_path(Change *c) {
    EACH_STEP(c, b, i, step) {
        uint32_t way = cold_way(c, step, H_jump);
        const Node *first = way ? block_numbered(c, step->kids[way]->block)->kids[2] : NULL;
        bool calls = first && is_form(first, H_let) && is_form(first->kids[1], H_runtime);
        if (calls && strikes(c)) drop_way(c, b, i, way);
    }
}

/* What would throw is not asked. */
void change_lower_no_check(Change *c) {
    EACH_STEP(c, b, i, step) {
        uint32_t way = cold_way(c, step, H_stop);
        if (way && strikes(c)) drop_way(c, b, i, way);
    }
}

/* The byte of the header is compared with another kind. */
void change_lower_kind_test(Change *c) {
    EACH_STEP(c, b, i, step) {
        if (!is_form(step, H_branch) || !i) continue;
        const Node *before = c->top->kids[b]->kids[i - 1],
                   *load = word_operation(before, W_load_byte);
        if (load && same_name(before->kids[0], step->kids[1]) && number_in(step, 2) && strikes(c))
            number_in(step, 2)->integer++;
    }
}

/* The bytes of an object that needs no check of its own; 0 when there is one object. */
static int64_t second_bytes(const Node *block) {
    uint32_t objects = 0;
    EACH_ITEM(block, i) {
        const Node *bump = word_operation(block->kids[i], W_bump);
        if (bump && ++objects == 2) return number_in(bump, 1)->integer;
    }
    return 0;
}

/* Two objects are made after one check that asks for the room of one. */
void change_lower_few_bytes(Change *c) {
    EACH_STEP(c, b, i, step) {
        if (!is_form(step, H_branch_heap)) continue;
        int64_t bytes = second_bytes(block_numbered(c, step->kids[1]->block));
        if (bytes && strikes(c)) step->kids[0]->integer -= bytes;
    }
}
