/* machine.c - access to functions and instructions of Lx86 and later. */
#include "machine.h"
#include "walk.h"

#include <string.h>

static const char *const kinds[] = {"", "ref", "raw", "f64", "drv"};

Holds holds_named(Text name) {
    for (Holds k = HOLDS_REF; k <= HOLDS_DRV; k++)
        if (!strcmp(text_bytes(name), kinds[k])) return k;
    return HOLDS_NONE;
}

Text holds_text(Holds holds) {
    return text(kinds[holds]);
}

/* ---- parts of a function */

static bool is_block(const Node *n) {
    return is_form(n, H_block) || is_form(n, H_cold);
}

Node *function_part(const Node *function, Head head) {
    for (uint32_t i = 0; i < function->count && !is_block(function->kids[i]); i++)
        if (is_form(function->kids[i], head)) return function->kids[i];
    return NULL;
}

uint32_t function_first_block(const Node *function) {
    uint32_t i = 0;
    while (i < function->count && !is_block(function->kids[i]))
        i++;
    return i;
}

uint32_t function_names(const Node *function) {
    return (uint32_t)function_part(function, H_names)->kids[0]->integer;
}

uint32_t block_first_instruction(const Node *block) {
    uint32_t i = 2;
    while (i < block->count &&
           (is_form(block->kids[i], H_live_in) || is_form(block->kids[i], H_live_out) ||
            is_form(block->kids[i], H_in)))
        i++;
    return i;
}

/* ---- instructions */

static bool is_note(const Node *n) {
    return is_form(n, H_roots) || is_form(n, H_last) || is_form(n, H_map);
}

uint32_t operands_end(const Node *op) {
    uint32_t end = op->count;
    while (is_note(op->kids[end - 1]))
        end--;
    return end;
}

Node *note_of(const Node *op, Head head) {
    for (uint32_t i = operands_end(op); i < op->count; i++)
        if (op->kids[i]->head == head) return op->kids[i];
    return NULL;
}

char operand_letter(const Node *op, uint32_t i) {
    const char *letter = strchr(opcode_rows[opcode_of(op)].shape, '=') + 1;
    for (uint32_t at = FIRST_OPERAND; at < i && *letter && *letter != '*'; at++)
        letter++;
    return *letter;
}

Node *constant_of(const Node *op) {
    Opcode opcode = opcode_of(op);
    return opcode == X_const || opcode == X_fconst ? op->kids[FIRST_OPERAND] : NULL;
}

Node *constant_at(Arena *arena, const Node *constant, Pos at) {
    if (is_form(constant, H_word))
        return make_word(arena, at, node_int(arena, at, as_word(constant).bits->integer));
    return node_like(arena, constant, at, kids_of(constant));
}

void uses_of(Arena *scratch, const Node *op, Uses *uses) {
    uint32_t end = operands_end(op);
    uses->count = 0;
    for (uint32_t i = FIRST_OPERAND; i < end; i++) {
        Node *operand = op->kids[i];
        if (operand->kind == N_NAME) {
            Use use = {operand, i, operand_letter(op, i)};
            PUSH(scratch, *uses, use);
        } else if (is_form(operand, H_mem) || is_form(operand, H_to)) {
            for (uint32_t k = 0; k < operand->count; k++)
                if (operand->kids[k]->kind == N_NAME) {
                    Use use = {operand->kids[k], i, 'r'};
                    PUSH(scratch, *uses, use);
                }
        }
    }
}

/* A copy of the list or vector `n` with every name that stands in it directly replaced. */
static Node *names_replaced(Arena *arena, const Node *n, Rename *rename, void *context) {
    Node *copy = n->kind == N_LIST ? node_list(arena, (Head)n->head, n->at, n->kids, n->count)
                                   : node_tree(arena, N_VECTOR, n->at, n->kids, n->count);
    for (uint32_t i = 0; i < copy->count; i++)
        if (copy->kids[i]->kind == N_NAME) copy->kids[i] = rename(context, copy->kids[i]);
    return copy;
}

Node *op_renamed(Arena *arena, const Node *op, Rename *rename, void *context) {
    Node *copy = node_list(arena, H_op, op->at, op->kids, operands_end(op));
    copy->kids[1] = names_replaced(arena, op->kids[1], rename, context);
    for (uint32_t i = FIRST_OPERAND; i < copy->count; i++) {
        Node *operand = copy->kids[i];
        if (operand->kind == N_NAME)
            copy->kids[i] = rename(context, operand);
        else if (is_form(operand, H_mem) || is_form(operand, H_to))
            copy->kids[i] = names_replaced(arena, operand, rename, context);
    }
    return copy;
}

Node *node_extended(Arena *arena, const Node *n, Node *const *kids, uint32_t count) {
    Node *copy = arena_alloc(arena, sizeof(Node) + (n->count + count) * sizeof(Node *));
    memcpy(copy, n, sizeof(Node) + n->count * sizeof(Node *));
    memcpy(copy->kids + n->count, kids, count * sizeof *kids);
    copy->count = n->count + count;
    copy->fits_as = 0;
    return copy;
}
