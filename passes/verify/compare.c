/* compare.c - nothing but moves, constants, frame and maps was added to what went into alloc. */
#include "verify.h"

/* Items behind the parameters that the allocator and its helpers neither add nor take away. */
static bool is_kept(const Node *item) {
    return is_op(item);
}

/* Without looking closely. */
static inline bool plainly_same(const Node *was, const Node *is) {
    if (was == is) return true;
    return was->kind == N_NAME && is->kind == N_NAME && was->name.number == is->name.number &&
           (!where_of(was) || where_of(was) == where_of(is));
}

/* Operands without places; the place that the form before asks for must be the one that it got. */
static bool same_operand(Verify *v, const Node *op, const Node *was, const Node *is) {
    if (was->kind == N_NAME && is->kind == N_NAME) {
        if (was->name.number != is->name.number) return false;
        return !where_of(was) || where_of(was) == where_of(is) ||
               broken(v, RULE_V02, op, is, "it must be in %s", where_text(where_of(was)));
    }
    if (was->kind != is->kind || was->head != is->head) return false;
    if (!is_item(was, H_mem) && !is_item(was, H_to) && was->kind != N_VECTOR)
        return node_equal(was, is);
    if (was->count != is->count) return false;
    for (uint32_t i = 0; i < was->count; i++)
        if (!plainly_same(was->kids[i], is->kids[i]) &&
            !same_operand(v, op, was->kids[i], is->kids[i]))
            return false;
    return true;
}

static bool is_note(const Node *n) {
    return n->kind == N_LIST && (n->head == H_roots || n->head == H_last || n->head == H_map);
}

static uint32_t end_of_operands(const Node *op) {
    uint32_t end = op->count;
    while (is_note(op->kids[end - 1]))
        end--;
    return end;
}

static bool same_op(Verify *v, const Node *was, const Node *is) {
    uint32_t end = end_of_operands(was);
    bool same = end == end_of_operands(is);
    for (uint32_t i = 0; same && i < end; i++)
        same = plainly_same(was->kids[i], is->kids[i]) ||
               same_operand(v, is, was->kids[i], is->kids[i]);
    return same || v->broken ||
           broken(v, RULE_V01, is, NULL, "this instruction was not there, or not in this form");
}

static inline const Node *next_kept(const Node *block, uint32_t *i) {
    while (*i < block->count && !is_kept(block->kids[*i]))
        ++*i;
    return *i < block->count ? block->kids[(*i)++] : NULL;
}

static bool same_block(Verify *v, const Node *was, const Node *is) {
    uint32_t i = 2, k = 2;
    if (was->head != is->head || !node_equal(was->kids[0], is->kids[0]) ||
        !same_operand(v, is, was->kids[1], is->kids[1]))
        return v->broken || broken(v, RULE_V01, is, NULL,
                                   "this block was not there, or not with these parameters");
    for (;;) {
        const Node *old = next_kept(was, &i), *new = next_kept(is, &k);
        if (!old && !new) return true;
        if (!old) return broken(v, RULE_V01, new, NULL, "this instruction was not there");
        if (!new) return broken(v, RULE_V01, old, NULL, "this instruction is gone");
        if (!same_op(v, old, new)) return false;
    }
}

static bool is_compared(const Node *part) {
    return !is_item(part, H_intervals) && !is_item(part, H_frame);
}

static const Node *next_part(const Node *function, uint32_t *i) {
    while (*i < function->count && !is_compared(function->kids[*i]))
        ++*i;
    return *i < function->count ? function->kids[(*i)++] : NULL;
}

bool check_unchanged(Verify *v) {
    uint32_t i = 0, k = 0;
    if (!v->before) return true;
    for (;;) {
        const Node *old = next_part(v->before, &i), *new = next_part(v->function, &k);
        if (!old && !new) return true;
        if (!old || !new)
            return broken(v, RULE_V01, v->function, NULL, "the number of blocks has changed");
        bool block = is_item(old, H_block) || is_item(old, H_cold);
        if (block ? !same_block(v, old, new) : !node_equal(old, new))
            return v->broken ||
                   broken(v, RULE_V01, v->function, NULL, "the head of the function has changed");
    }
}
