/* soak_reduce.c - makes a function that shows a mistake smaller, as long as it shows it.
 *
 * Takes away, one at a time and as long as anything goes: instructions whose results nobody uses,
 * one of the two ways of a branch with the blocks that nothing leads to then, parameters that
 * nobody uses.
 */
#include "soak.h"

#include "flow.h"
#include "machine.h"

typedef struct {
    Arena *arena;
    StillFails *fails;
    void *context;
    Node *function;
    bool progress;
} Reduction;

static bool is_used(const Reduction *r, const Node *name) {
    Uses uses = {0};
    for (uint32_t b = function_first_block(r->function); b < r->function->count; b++)
        for (uint32_t i = 2; i < r->function->kids[b]->count; i++) {
            uses_of(r->arena, r->function->kids[b]->kids[i], &uses);
            for (uint32_t u = 0; u < uses.count; u++)
                if (same_name(uses.items[u].name, name)) return true;
        }
    return false;
}

static Node *without_kid(Reduction *r, const Node *n, uint32_t i) {
    Node *copy = node_extended(r->arena, n, NULL, 0);
    for (copy->count--; i < copy->count; i++)
        copy->kids[i] = copy->kids[i + 1];
    return copy;
}

/* The function without the blocks that cannot be reached. */
static Node *tidied(Reduction *r, Node *function) {
    Flow *flow = flow_of(r->arena, function);
    Nodes kids = {0};
    uint32_t first = function_first_block(function);
    for (uint32_t i = 0; i < function->count; i++)
        if (i < first || flow->blocks[i - first].order != NO_BLOCK)
            PUSH(r->arena, kids, function->kids[i]);
    return node_list(r->arena, H_function, function->at, kids.items, kids.count);
}

/* Takes the function with `block` in place of its kid b if it still fails. */
static bool try_block(Reduction *r, uint32_t b, Node *block) {
    Node *smaller = node_extended(r->arena, r->function, NULL, 0);
    smaller->kids[b] = block;
    smaller = tidied(r, smaller);
    if (!r->fails(r->context, smaller)) return false;
    r->function = smaller;
    r->progress = true;
    return true;
}

static void drop_instructions(Reduction *r, uint32_t b) {
    for (uint32_t i = r->function->kids[b]->count - 1; i-- > 2;) {
        const Node *block = r->function->kids[b], *op = block->kids[i];
        bool used = false;
        for (uint32_t d = 0; d < defined(op)->count; d++)
            used = used || is_used(r, defined(op)->kids[d]);
        if (!used) try_block(r, b, without_kid(r, block, i));
    }
}

/* Puts the code of a block that only this one jumps to, without arguments, after its own. */
static void merge(Reduction *r, uint32_t b) {
    Flow *flow = flow_of(r->arena, r->function);
    uint32_t first = function_first_block(r->function);
    const FlowBlock *from = &flow->blocks[b - first];
    const FlowBlock *to = from->successor_count == 1 ? &flow->blocks[from->successors[0]] : NULL;
    if (!to || to->predecessor_count != 1 || to->node->kids[1]->count) return;
    Node *head = node_extended(r->arena, from->node, NULL, 0);
    head->count--;
    try_block(r, b, node_extended(r->arena, head, to->node->kids + 2, to->node->count - 2));
}

static void straighten(Reduction *r, uint32_t b) {
    const Node *block = r->function->kids[b], *exit = block->kids[block->count - 1];
    for (uint32_t i = FIRST_OPERAND; i < exit->count; i++) {
        if (!is_form(exit->kids[i], H_to) || opcode_of(exit) == X_jmp) continue;
        Node *kids[] = {node_row(r->arena, N_OPCODE, X_jmp),
                        node_tree(r->arena, N_VECTOR, exit->at, NULL, 0), exit->kids[i]};
        Node *copy = node_extended(r->arena, block, NULL, 0);
        copy->kids[copy->count - 1] = node_list(r->arena, H_op, exit->at, kids, 3);
        if (try_block(r, b, copy)) return;
    }
}

/* The function without parameter i of the block, which every jmp to it gives, too. */
static Node *without_parameter(Reduction *r, uint32_t b, uint32_t i) {
    Node *copy = node_extended(r->arena, r->function, NULL, 0);
    uint32_t first = function_first_block(copy), number = copy->kids[b]->kids[0]->block;
    for (uint32_t k = first; k < copy->count; k++) {
        Node *block = node_extended(r->arena, copy->kids[k], NULL, 0);
        const Node *exit = block->kids[block->count - 1];
        if (k == b) block->kids[1] = without_kid(r, block->kids[1], i);
        if (opcode_of(exit) == X_jmp && exit->kids[FIRST_OPERAND]->kids[0]->block == number) {
            Node *jump = node_extended(r->arena, exit, NULL, 0);
            jump->kids[FIRST_OPERAND] = without_kid(r, jump->kids[FIRST_OPERAND], i + 1);
            block->kids[block->count - 1] = jump;
        }
        copy->kids[k] = block;
    }
    return copy;
}

static void drop_parameters(Reduction *r, uint32_t b) {
    if (b == function_first_block(r->function)) return; /* the convention would move the others */
    for (uint32_t i = r->function->kids[b]->kids[1]->count; i-- > 0;) {
        if (is_used(r, r->function->kids[b]->kids[1]->kids[i])) continue;
        Node *smaller = without_parameter(r, b, i);
        if (!r->fails(r->context, smaller)) continue;
        r->function = smaller;
        r->progress = true;
    }
}

/* The function with the kinds of those names alone that are bound. */
static Node *with_bound_kinds(Reduction *r) {
    Node *copy = node_extended(r->arena, r->function, NULL, 0);
    const Node *kinds = function_part(copy, H_kinds);
    bool *bound = NEW_ARRAY(r->arena, bool, function_names(copy));
    Nodes rows = {0};
    for (uint32_t b = function_first_block(copy); b < copy->count; b++) {
        const Node *block = copy->kids[b];
        for (uint32_t i = 1; i < block->count; i++) {
            const Node *names = i == 1 ? block->kids[1] : defined(block->kids[i]);
            for (uint32_t d = 0; d < names->count; d++)
                bound[names->kids[d]->name.number] = true;
        }
    }
    for (uint32_t i = 0; i < kinds->count; i++)
        if (bound[kinds->kids[i]->kids[0]->name.number]) PUSH(r->arena, rows, kinds->kids[i]);
    for (uint32_t i = 0; i < copy->count; i++)
        if (copy->kids[i] == kinds)
            copy->kids[i] = node_list(r->arena, H_kinds, kinds->at, rows.items, rows.count);
    return copy;
}

Node *reduced(Arena *arena, Node *function, StillFails *fails, void *context) {
    Reduction r = {.arena = arena, .fails = fails, .context = context, .function = function};
    do {
        r.progress = false;
        for (uint32_t b = function_first_block(function); b < r.function->count; b++)
            straighten(&r, b);
        for (uint32_t b = function_first_block(function); b < r.function->count; b++) {
            drop_instructions(&r, b);
            drop_parameters(&r, b);
            merge(&r, b);
        }
    } while (r.progress);
    return with_bound_kinds(&r);
}
