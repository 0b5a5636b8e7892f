/* reduce_dump.c - what only forms of the compiler have: functions that nothing reaches, blocks.
 *
 * Here one step takes much away: without it the parts hold each other. */
#include "flow.h"
#include "reduce.h"

#include "machine.h"

static Node *program_of(Round *s, const Nodes *tops) {
    return node_list(s->r->arena, H_program, s->root->at, tops->items, tops->count);
}

/* ---- what the start reaches */

static const Node *name_of_top(Node *top) {
    const Node *inner = top_inner(top);
    return inner->count && inner->kids[0]->kind == N_GLOBAL ? inner->kids[0] : NULL;
}

/* Tops without a name run; the others are definitions. */
static bool is_start(Node *top) {
    return is_form(top_inner(top), H_start) || !name_of_top(top);
}

static void mark(const Node *root, const Node *n, bool *reached) {
    if (n->kind == N_GLOBAL)
        for (uint32_t i = 1; i < root->count; i++) {
            const Node *name = name_of_top(root->kids[i]);
            if (!name || name->text != n->text || reached[i]) continue;
            reached[i] = true;
            mark(root, root->kids[i], reached);
        }
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        mark(root, n->kids[i], reached);
}

static void drop_unreached(Round *s) {
    Node *root = s->root;
    Nodes kept = {0};
    bool *reached = NEW_ARRAY(s->r->arena, bool, root->count);
    for (uint32_t i = 1; i < root->count; i++)
        if (is_start(root->kids[i])) mark(root, root->kids[i], reached), reached[i] = true;
    for (uint32_t i = 0; i < root->count; i++)
        if (i == 0 || reached[i]) PUSH(s->r->arena, kept, root->kids[i]);
    if (kept.count < root->count) try_root(s, program_of(s, &kept));
}

/* ---- blocks */

static bool has_blocks(const Node *function) {
    return is_form(function, H_function) && function->count &&
           is_form(function->kids[function->count - 1], H_block);
}

static uint32_t first_block(const Node *function) {
    uint32_t i = 0;
    while (!is_form(function->kids[i], H_block))
        i++;
    return i;
}

static bool names_block(const Node *n, uint32_t block) {
    if (n->kind == N_BLOCK) return n->block == block;
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        if (names_block(n->kids[i], block)) return true;
    return false;
}

static bool is_needed(const Node *function, const Node *block) {
    for (uint32_t i = first_block(function); i < function->count; i++) {
        const Node *other = function->kids[i];
        for (uint32_t k = 1; other != block && k < other->count; k++)
            if (names_block(other->kids[k], block->kids[0]->block)) return true;
    }
    return false;
}

/* The function without blocks that no other one names. */
static Node *tidied(Arena *a, Node *function) {
    for (bool changed = true; changed;) {
        uint32_t first = first_block(function);
        Nodes kept = {0};
        for (uint32_t i = 0; i < function->count; i++)
            if (i <= first || is_needed(function, function->kids[i]))
                PUSH(a, kept, function->kids[i]);
        changed = kept.count < function->count;
        function = node_list(a, (Head)function->head, function->at, kept.items, kept.count);
    }
    return function;
}

static bool try_function(Round *s, uint32_t top, Node *function) {
    return try_kid(s, s->root, top, top_with(s->r->arena, s->root->kids[top], function));
}

/* The function with `block` in the place of its kid b, and what is left of the others. */
static bool try_block(Round *s, uint32_t top, uint32_t b, Node *block) {
    Node *copy = node_copy(s->r->arena, top_inner(s->root->kids[top]));
    copy->kids[b] = block;
    return try_function(s, top, tidied(s->r->arena, copy));
}

/* An exit that always goes where kid k of `exit` goes; NULL: that is no way of a branch. */
static Node *always(Arena *a, Node *exit, uint32_t k) {
    Node *to = exit->kids[k];
    if (to->kind == N_BLOCK && !is_form(exit, H_jump)) return list(a, H_jump, exit->at, to, NULL);
    if (!is_form(exit, H_op) || !is_form(to, H_to) || opcode_of(exit) == X_jmp) return NULL;
    return list(a, H_op, exit->at, node_row(a, N_OPCODE, X_jmp),
                node_tree(a, N_VECTOR, exit->at, NULL, 0), to, NULL);
}

/* One of the ways of the branch at the end of block b. */
static bool straighten(Round *s, uint32_t top, uint32_t b) {
    Node *block = top_inner(s->root->kids[top])->kids[b];
    Node *exit = block->kids[block->count - 1];
    for (uint32_t k = 0; is_tree(exit) && k < exit->count; k++) {
        Node *straight = always(s->r->arena, exit, k);
        if (!straight) continue;
        Node *copy = node_copy(s->r->arena, block);
        copy->kids[copy->count - 1] = straight;
        if (try_block(s, top, b, copy)) return true;
    }
    return false;
}

/* (block b0 [x ...] (return (quote nil))) is all that is left of the function. */
static bool empty_out(Round *s, uint32_t top) {
    Arena *a = s->r->arena;
    Node *function = top_inner(s->root->kids[top]);
    uint32_t first = first_block(function);
    Node *block = function->kids[first];
    Node *nil = list(a, H_quote, block->at, node_simple(a, N_NIL, 0), NULL);
    if (block->count < 2 || function->count - first + block->count <= 4) return false;
    return try_block(s, top, first,
                     list(a, H_block, block->at, block->kids[0], block->kids[1],
                          list(a, H_return, block->at, nil, NULL), NULL));
}

static void reduce_function(Round *s, uint32_t top) {
    if (empty_out(s, top)) return;
    for (uint32_t b = first_block(top_inner(s->root->kids[top]));
         b < top_inner(s->root->kids[top])->count; b++)
        while (b < top_inner(s->root->kids[top])->count && straighten(s, top, b)) {
        }
}

void reduce_dump(Round *s) {
    drop_unreached(s);
    for (uint32_t top = s->root->count; top-- > 1;)
        if (top < s->root->count && has_blocks(top_inner(s->root->kids[top]))) {
            reduce_function(s, top);
            drop_unreached(s);
        }
}
