/* ranges.c - changes of what intervals gives: where values live, and the order of the blocks. */
#include "change.h"

/* (interval x (ranges [n1 n2] ...) (uses n ...) (hint ...)) */

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

/* The value is gone after the use before its last one. */
void change_range_end(Change *c) {
    EACH_INTERVAL(c, interval) {
        const Node *ranges = interval->kids[RANGES], *uses = interval->kids[USES];
        uint32_t last = ranges->count - 1;
        int64_t end = uses->count > 1 ? uses->kids[uses->count - 2]->integer + 1 : 0;
        if (*start_of(ranges, last) < end && strikes(c)) *end_of(ranges, last) = end;
    }
}

/* The value is gone where it was made. */
void change_range_only_start(Change *c) {
    EACH_INTERVAL(c, interval) {
        Node *ranges = interval->kids[RANGES];
        if (*end_of(ranges, 0) - *start_of(ranges, 0) < 4 || !strikes(c)) continue;
        *end_of(ranges, 0) = *start_of(ranges, 0) + 1;
        ranges->count = 1;
    }
}

static int64_t end_of_all(Change *c) {
    int64_t end = 0;
    EACH_INTERVAL(c, interval) {
        const Node *ranges = interval->kids[RANGES];
        if (*end_of(ranges, ranges->count - 1) > end) end = *end_of(ranges, ranges->count - 1);
    }
    return end;
}

/* Longer than needed is right, too. */
void change_range_long(Change *c) {
    int64_t end = end_of_all(c);
    EACH_INTERVAL(c, interval) {
        const Node *ranges = interval->kids[RANGES];
        if (*end_of(ranges, ranges->count - 1) < end && strikes(c))
            *end_of(ranges, ranges->count - 1) = end;
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

/* The value is there from its first use on, not from where it is made. */
void change_range_start(Change *c) {
    EACH_INTERVAL(c, interval) {
        const Node *ranges = interval->kids[RANGES], *uses = interval->kids[USES];
        int64_t start = uses->count ? uses->kids[0]->integer : 0;
        if (*start_of(ranges, 0) + 1 < start && start < *end_of(ranges, 0) && strikes(c))
            *start_of(ranges, 0) = start;
    }
}

/* The range that holds both positions; UINT32_MAX for none. */
static uint32_t range_around(const Node *ranges, int64_t from, int64_t to) {
    for (uint32_t i = 0; i < ranges->count; i++)
        if (*start_of(ranges, i) < from && to < *end_of(ranges, i)) return i;
    return UINT32_MAX;
}

/* A hole from the end one use up to after the next one. */
void change_range_hole(Change *c) {
    EACH_INTERVAL(c, interval) {
        Node *ranges = interval->kids[RANGES], *uses = interval->kids[USES];
        for (uint32_t u = 0; u + 2 < uses->count; u++) {
            int64_t from = uses->kids[u]->integer + 1, to = uses->kids[u + 1]->integer + 1;
            uint32_t i = range_around(ranges, from, to);
            if (i == UINT32_MAX || !strikes(c)) continue;
            Node *rest[] = {node_int(c->arena, 0, to), node_int(c->arena, 0, *end_of(ranges, i))};
            *end_of(ranges, i) = from;
            insert_kid(c, &interval->kids[RANGES], i + 1,
                       node_tree(c->arena, N_VECTOR, 0, rest, 2));
            return;
        }
    }
}

/* A value that lives on after a hole is forgotten there. */
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

/* ---- uses, and names */

void change_range_use(Change *c) {
    EACH_INTERVAL(c, interval)
    for (uint32_t u = 0; u < interval->kids[USES]->count; u++)
        if (strikes(c)) remove_kid(interval->kids[USES], u);
}

/* Two names have each other's intervals. */
void change_range_names(Change *c) {
    Node *before = NULL;
    EACH_INTERVAL(c, interval) {
        if (before && holds_of(c, before->kids[0]) == holds_of(c, interval->kids[0]) &&
            strikes(c)) {
            Node *name = before->kids[0];
            before->kids[0] = interval->kids[0];
            interval->kids[0] = name;
        }
        before = interval;
    }
}

/* ---- the order of blocks */

/* Two blocks are in the other order than the one that the intervals count by. */
void change_range_blocks(Change *c) {
    for (uint32_t b = function_first_block(c->top) + 2; b < c->top->count; b++)
        if (c->top->kids[b - 1]->head == c->top->kids[b]->head && strikes(c))
            exchange_kids(c->top, b - 1, b);
}
