/* reduce_dump.c - what only forms of the compiler have: functions that nothing reaches, blocks.
 *
 * Here one step takes much away: without it the parts hold each other. */
#include "machine.h"
#include "reduce.h"
#include "walk.h"

static Node *program_of(Round *s, const Nodes *tops) {
    return node_list(s->r->arena, H_program, s->root->at, tops->items, tops->count);
}

/* ---- what the start reaches */

static const Node *name_of_top(Node *top) {
    const Node *inner = top_inner(top);
    return inner->count && child(inner, 0)->kind == N_GLOBAL ? child(inner, 0) : NULL;
}

/* Tops without a name run; the others are definitions. */
static bool is_start(Node *top) {
    return is_form(top_inner(top), H_start) || !name_of_top(top);
}

static void mark(const Node *root, const Node *n, bool *reached) {
    if (n->kind == N_GLOBAL)
        for (uint32_t i = 1; i < root->count; i++) {
            const Node *name = name_of_top(child(root, i));
            if (!name || name->text != n->text || reached[i]) continue;
            reached[i] = true;
            mark(root, child(root, i), reached);
        }
    NodeList parts = kids_of(n);
    for (uint32_t i = 0; i < parts.count; i++)
        mark(root, parts.items[i], reached);
}

static void drop_unreached(Round *s) {
    Node *root = s->root;
    Nodes kept = {0};
    bool *reached = NEW_ARRAY(s->r->arena, bool, root->count);
    for (uint32_t i = 1; i < root->count; i++)
        if (is_start(child(root, i))) mark(root, child(root, i), reached), reached[i] = true;
    for (uint32_t i = 0; i < root->count; i++)
        if (i == 0 || reached[i]) PUSH(s->r->arena, kept, child(root, i));
    if (kept.count < root->count) try_root(s, program_of(s, &kept));
}

/* ---- blocks */

static FunctionForm function_at(const Round *s, uint32_t top) {
    return as_function(top_inner(child(s->root, top)));
}

static bool has_blocks(const Round *s, uint32_t top) {
    return is_form(top_inner(child(s->root, top)), H_function) && function_at(s, top).blocks.count;
}

static bool names_block(NodeList parts, uint32_t block) {
    for (uint32_t i = 0; i < parts.count; i++) {
        const Node *part = parts.items[i];
        if (part->kind == N_BLOCK ? part->block == block : names_block(kids_of(part), block))
            return true;
    }
    return false;
}

/* Does another block name it, after its own label? */
static bool is_needed(NodeList blocks, const Node *block) {
    uint32_t number = as_instr_block(block).label->block;
    for (uint32_t i = 0; i < blocks.count; i++) {
        const Node *other = blocks.items[i];
        if (other != block && names_block(nodes_after(kids_of(other), 1), number)) return true;
    }
    return false;
}

/* The blocks without those that no other one names. */
static NodeList tidied(Arena *a, NodeList blocks) {
    for (bool changed = true; changed;) {
        Nodes kept = {0};
        for (uint32_t i = 0; i < blocks.count; i++)
            if (i == 0 || is_needed(blocks, blocks.items[i])) PUSH(a, kept, blocks.items[i]);
        changed = kept.count < blocks.count;
        blocks = list_of(kept, blocks.at);
    }
    return blocks;
}

/* The function with `block` in the place of its block b, and what is left of the others. */
static bool try_block(Round *s, uint32_t top, uint32_t b, Node *block) {
    Arena *a = s->r->arena;
    FunctionForm f = function_at(s, top);
    Nodes blocks = {0};
    for (uint32_t i = 0; i < f.blocks.count; i++)
        PUSH(a, blocks, i == b ? block : f.blocks.items[i]);
    f.blocks = tidied(a, list_of(blocks, f.blocks.at));
    Node *whole = child(s->root, top);
    return try_kid(s, s->root, top, top_with(a, whole, make_function(a, pos(top_inner(whole)), f)));
}

/* An exit that always goes to `to`, which `exit` has; NULL: that is no way of a branch. */
static Node *always(Arena *a, Node *exit, Node *to) {
    if (to->kind == N_BLOCK && !is_form(exit, H_jump))
        return make_jump(a, exit->at, to, no_nodes(exit->at));
    if (!is_form(exit, H_op) || !is_form(to, H_to) || opcode_of(exit) == X_jmp) return NULL;
    OpForm jump = {.opcode = node_row(a, N_OPCODE, X_jmp),
                   .defines = no_nodes(exit->at),
                   .operands = nodes(&to, 1, exit->at)};
    return make_op(a, exit->at, jump);
}

/* One of the ways of the branch at the end of block b. */
static bool straighten(Round *s, uint32_t top, uint32_t b) {
    Node *block = function_at(s, top).blocks.items[b];
    uint32_t last = block->count - 1;
    Node *exit = child(block, last);
    NodeList ways = kids_of(exit);
    for (uint32_t k = 0; k < ways.count; k++) {
        Node *straight = always(s->r->arena, exit, ways.items[k]);
        if (!straight) continue;
        Node *copy = node_copy(s->r->arena, block);
        put_child(copy, last, straight);
        if (try_block(s, top, b, copy)) return true;
    }
    return false;
}

/* (block b0 [x ...] (return (quote nil))) is all that is left of the function. */
static bool empty_out(Round *s, uint32_t top) {
    Arena *a = s->r->arena;
    NodeList blocks = function_at(s, top).blocks;
    Node *first = blocks.items[0];
    if (first->count < 2 || blocks.count + first->count <= 4) return false;
    InstrBlockForm f = as_instr_block(first);
    Node *exit = build(a, first->at, "(return (quote nil))");
    return try_block(s, top, 0,
                     make_block(a, H_block, first->at, f.label, f.parameters, no_nodes(0), exit));
}

static void reduce_function(Round *s, uint32_t top) {
    if (empty_out(s, top)) return;
    for (uint32_t b = 0; b < function_at(s, top).blocks.count; b++)
        while (b < function_at(s, top).blocks.count && straighten(s, top, b)) {
        }
}

void reduce_dump(Round *s) {
    drop_unreached(s);
    for (uint32_t top = s->root->count; top-- > 1;)
        if (top < s->root->count && has_blocks(s, top)) {
            reduce_function(s, top);
            drop_unreached(s);
        }
}
