/* live.c - changes of what liveness and intervals give: what is live, where, and up to where. */
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

/* ---- intervals: (interval x (ranges [n1 n2] ...) (uses n ...) (hint ...)) */

#define EACH_INTERVAL(c, interval)                                                                 \
    for (uint32_t n_ = 0, count_ = function_part((c)->top, H_intervals)->count; n_ < count_; n_++) \
        for (Node *interval = function_part((c)->top, H_intervals)->kids[n_]; interval;            \
             interval = NULL)

enum { RANGES = 1, USES = 2, HINT = 3 };

static int64_t *start_of(const Node *ranges, uint32_t i) {
    return &ranges->kids[i]->kids[0]->integer;
}
static int64_t *end_of(const Node *ranges, uint32_t i) {
    return &ranges->kids[i]->kids[1]->integer;
}

/* The value is gone before its last use. */
void change_range_end(Change *c) {
    EACH_INTERVAL(c, interval) {
        const Node *ranges = interval->kids[RANGES];
        uint32_t last = ranges->count - 1;
        if (*end_of(ranges, last) - *start_of(ranges, last) > 2 && strikes(c))
            *end_of(ranges, last) -= 2;
    }
}

static int64_t last_use(const Node *interval) {
    const Node *all = interval->kids[USES];
    return all->count ? all->kids[all->count - 1]->integer : 0;
}

/* A value that the next round of a loop needs is gone after its last use in this one. */
void change_range_loop(Change *c) {
    EACH_INTERVAL(c, interval) {
        const Node *ranges = interval->kids[RANGES];
        uint32_t last = ranges->count - 1;
        int64_t end = last_use(interval) + 1;
        if (*start_of(ranges, last) < end && end < *end_of(ranges, last) && strikes(c))
            *end_of(ranges, last) = end;
    }
}

/* The instruction that makes the value is not in its range. */
void change_range_start(Change *c) {
    EACH_INTERVAL(c, interval) {
        const Node *ranges = interval->kids[RANGES];
        if (*end_of(ranges, 0) - *start_of(ranges, 0) > 2 && strikes(c)) *start_of(ranges, 0) += 2;
    }
}

/* A hole where the value is used, or live. */
void change_range_hole(Change *c) {
    EACH_INTERVAL(c, interval) {
        Node *ranges = interval->kids[RANGES], *uses_ = interval->kids[USES];
        for (uint32_t u = 0; u + 1 < uses_->count; u++) {
            int64_t use = uses_->kids[u]->integer;
            for (uint32_t i = 0; i < ranges->count; i++) {
                int64_t start = *start_of(ranges, i), end = *end_of(ranges, i);
                if (use <= start || use + 1 >= end || !strikes(c)) continue;
                Node *from[] = {node_int(c->arena, 0, use + 1), node_int(c->arena, 0, end)};
                *end_of(ranges, i) = use;
                insert_kid(c, &interval->kids[RANGES], i + 1,
                           node_tree(c->arena, N_VECTOR, 0, from, 2));
                return;
            }
        }
    }
}

/* A value that lives on behind a hole is forgotten there. */
void change_range_lost(Change *c) {
    EACH_INTERVAL(c, interval)
        if (interval->kids[RANGES]->count > 1 && strikes(c)) interval->kids[RANGES]->count--;
}

void change_range_order(Change *c) {
    EACH_INTERVAL(c, interval)
        for (uint32_t i = 1; i < interval->kids[RANGES]->count; i++)
            if (strikes(c)) exchange_kids(interval->kids[RANGES], i - 1, i);
}

/* Would it like the register that a call wants it in? */
static bool has_register_hint(const Node *interval) {
    const Node *hint = interval->count > HINT ? interval->kids[HINT]->kids[0] : NULL;
    return hint && hint->kind == N_SYMBOL && hint->text != text("rax");
}

/* Only the moves that it spares are lost. */
void change_range_hint(Change *c) {
    EACH_INTERVAL(c, interval)
        if (has_register_hint(interval) && strikes(c)) {
            const Node *wanted = interval->kids[HINT]->kids[0];
            bool is_rbx = wanted->text == text("rbx");
            interval->kids[HINT]->kids[0] =
                node_text(c->arena, N_SYMBOL, 0, text(is_rbx ? "rcx" : "rbx"));
        }
}
