/* live.c - changes of what liveness gives: what is live, and where. */
#include "change.h"

static bool lists(const Node *names, const Node *name) {
    for (uint32_t i = 0; names && i < names->count; i++)
        if (same_name(names->kids[i], name)) return true;
    return false;
}

/* ---- liveness: blocks */

static Node *live_list(const Node *block, Head head) {
    return is_form(block->kids[2], head) ? block->kids[2] : block->kids[3];
}

void change_live_not_in(Change *c) {
    EACH_BLOCK(c, b) {
        Node *names = live_list(c->top->kids[b], H_live_in);
        for (uint32_t i = 0; i < names->count; i++)
            if (strikes(c)) remove_kid(names, i);
    }
}

static uint32_t index_of_block(const Change *c, uint32_t number) {
    EACH_BLOCK(c, b)
    if (c->top->kids[b]->kids[0]->block == number) return b;
    return 0;
}

void change_live_not_out(Change *c) {
    EACH_BLOCK(c, b) {
        Node *names = live_list(c->top->kids[b], H_live_out);
        for (uint32_t i = 0; i < names->count; i++)
            if (strikes(c)) remove_kid(names, i);
    }
}

/* What the next round needs is not counted where the loop goes back. */
void change_live_not_around(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b], *jump = block->kids[block->count - 1];
        if (opcode_of(jump) != X_jmp) continue;
        if (index_of_block(c, jump->kids[FIRST_OPERAND]->kids[0]->block) > b) continue;
        Node *names = live_list(block, H_live_out);
        for (uint32_t i = 0; i < names->count; i++)
            if (strikes(c)) remove_kid(names, i);
    }
}

/* ---- liveness: instructions */

static bool uses(Change *c, const Node *op, const Node *name) {
    Uses all = {0};
    uses_of(c->arena, op, &all);
    for (uint32_t i = 0; i < all.count; i++)
        if (same_name(all.items[i].name, name)) return true;
    return false;
}

/* The instruction before `i` that uses the name; NULL for none in the block. */
static Node **use_before(Change *c, Node *block, uint32_t i, const Node *name) {
    for (uint32_t first = block_first_instruction(block); i-- > first;)
        if (uses(c, block->kids[i], name)) return &block->kids[i];
    return NULL;
}

static void add_last(Change *c, Node **op, Node *name) {
    Node *note = note_of(*op, H_last);
    for (uint32_t i = operands_end(*op); note && i < (*op)->count; i++) {
        if ((*op)->kids[i] != note) continue;
        insert_kid(c, &(*op)->kids[i], note->count, name);
        return;
    }
    insert_kid(c, op, (*op)->count, list(c->arena, H_last, 0, name, NULL));
}

/* A name is taken for dead at the use before its last one. */
void change_live_early_last(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        EACH_ITEM(block, i) {
            Node *names = note_of(block->kids[i], H_last);
            for (uint32_t k = 0; names && k < names->count; k++) {
                Node *name = names->kids[k], **before = use_before(c, block, i, name);
                if (!before || !strikes(c)) continue;
                add_last(c, before, name);
                remove_kid(names, k);
                return;
            }
        }
    }
}

/* Nobody says that a name dies: its interval does not reach up to there. */
void change_live_no_last(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *names = note_of(c->top->kids[b]->kids[i], H_last);
            for (uint32_t k = 0; names && k < names->count; k++)
                if (strikes(c)) remove_kid(names, k);
        }
    }
}

void change_live_lost_root(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *roots = note_of(c->top->kids[b]->kids[i], H_roots);
            for (uint32_t k = 0; roots && k < roots->count; k++)
                if (strikes(c)) remove_kid(roots, k);
        }
    }
}

/* An operand that dies at its call is a root there. */
void change_live_dead_root(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *op = c->top->kids[b]->kids[i], *names = note_of(op, H_last);
            for (uint32_t k = 0; names && note_of(op, H_roots) && k < names->count; k++)
                if (holds_of(c, names->kids[k]) == HOLDS_REF &&
                    !lists(note_of(op, H_roots), names->kids[k]) && strikes(c))
                    insert_kid(c, &op->kids[operands_end(op)], note_of(op, H_roots)->count,
                               names->kids[k]);
        }
    }
}

/* ---- liveness: roots that are none */

static bool is_used_behind(Change *c, const Node *block, uint32_t i, const Node *name) {
    for (i++; i < block->count; i++)
        if (uses(c, block->kids[i], name)) return true;
    return lists(live_list(block, H_live_out), name);
}

/* A reference that the block began with, and that is dead by now, is a root. */
void change_live_late_root(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b], *names = live_list(block, H_live_in);
        EACH_ITEM(block, i) {
            Node *op = block->kids[i];
            for (uint32_t k = 0; note_of(op, H_roots) && k < names->count; k++)
                if (holds_of(c, names->kids[k]) == HOLDS_REF && !uses(c, op, names->kids[k]) &&
                    !is_used_behind(c, block, i, names->kids[k]) && strikes(c))
                    insert_kid(c, &op->kids[operands_end(op)], note_of(op, H_roots)->count,
                               names->kids[k]);
        }
    }
}

/* A call has its own result among its roots, which is not there yet. */
void change_live_result_root(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *op = c->top->kids[b]->kids[i];
            if (note_of(op, H_roots) && defined(op)->count &&
                holds_of(c, defined(op)->kids[0]) == HOLDS_REF && strikes(c))
                insert_kid(c, &op->kids[operands_end(op)], note_of(op, H_roots)->count,
                           node_placed(c->arena, defined(op)->kids[0], NOWHERE));
        }
    }
}
