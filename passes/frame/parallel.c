/* parallel.c - moves that happen at once, one after another.
 *
 * A move can be made when no other one still reads its target. What is left when none can be made
 * are cycles: registers are exchanged; a cycle through memory goes by way of a spare slot.
 *
 *   (parallel (move %a.1=rcx %a.1=rax) (move %b.2=rdx %b.2=rcx) (move %c.3=rax %c.3=rdx))
 *   => (swap %a.1=rcx %b.2=rax) (swap %b.2=rdx %c.3=rax)
 */
#include "frame/frame.h"

/* A move of the group. */
typedef struct {
    Node *value;
    Where to, from;
    bool is_done;
} Transfer;
typedef VEC(Transfer) Transfers;

static Node *at_place(Frame *f, const Node *value, Where where) {
    return laid_out(f, node_placed(f->arena, value, where));
}

static void add_move(Frame *f, Nodes *out, const Node *value, Where to, Where from, Pos at) {
    Node *target = at_place(f, value, to);
    PUSH(f->scratch, *out, make_move(f->arena, at, target, at_place(f, value, from)));
}

static void transfer_move(Frame *f, Transfer *t, Nodes *out, Pos at) {
    add_move(f, out, t->value, t->to, t->from, at);
    t->is_done = true;
    f->readers[t->from]--;
}

/* Makes the move, then those that only waited for it to read its source. */
static void make_ready(Frame *f, Transfers *moves, uint32_t i, Nodes *out, Pos at) {
    while (!moves->items[i].is_done && !f->readers[moves->items[i].to]) {
        Where freed = moves->items[i].from;
        transfer_move(f, &moves->items[i], out, at);
        if (!f->writer[freed]) return;
        i = f->writer[freed] - 1;
    }
}

/* Follows the moves from `start` back to what they read, until a place comes twice. */
static void collect_cycle(Frame *f, Transfers *moves, uint32_t start, Transfers *cycle) {
    cycle->count = 0;
    for (Transfer *t = &moves->items[start]; !t->is_done;) {
        PUSH(f->scratch, *cycle, *t);
        t->is_done = true;
        f->readers[t->from]--;
        if (f->writer[t->from]) t = &moves->items[f->writer[t->from] - 1];
    }
}

/* cycle[i] moves into the place that cycle[i - 1] reads. */
static void exchange_cycle(Frame *f, const Transfers *cycle, Nodes *out, Pos at) {
    uint32_t last = cycle->count - 1;
    Where pivot = cycle->items[last].from;
    for (uint32_t i = last; i > 0; i--) {
        const Transfer *placed = &cycle->items[i], *next = &cycle->items[i - 1];
        Node *first = node_placed(f->arena, placed->value, placed->to);
        Node *second = node_placed(f->arena, next->value, pivot);
        PUSH(f->scratch, *out, make_swap(f->arena, at, first, second));
    }
}

static void move_cycle(Frame *f, const Transfers *cycle, Nodes *out, Pos at) {
    Where spare = (Where)(SLOT0 + f->slots);
    f->has_spare = true;
    add_move(f, out, cycle->items[0].value, spare, cycle->items[0].from, at);
    for (uint32_t i = 1; i < cycle->count; i++)
        add_move(f, out, cycle->items[i].value, cycle->items[i].to, cycle->items[i].from, at);
    add_move(f, out, cycle->items[0].value, cycle->items[0].to, spare, at);
}

static void make_cycle(Frame *f, const Transfers *cycle, Nodes *out, Pos at) {
    bool registers = true, closed = cycle->items[cycle->count - 1].from == cycle->items[0].to;
    for (uint32_t i = 0; i < cycle->count; i++)
        registers = registers && is_register(cycle->items[i].from);
    if (registers && closed)
        exchange_cycle(f, cycle, out, at);
    else
        move_cycle(f, cycle, out, at);
}

/* The moves that move something, and which of them read and write each place. */
static Transfers transfers(Frame *f, NodeList group) {
    Transfers moves = {0};
    for (uint32_t i = 0; i < group.count; i++) {
        if (!is_form(group.items[i], H_move)) continue;
        MoveForm m = as_move(group.items[i]);
        Transfer t = {m.to, where_of(m.to), where_of(m.from), false};
        if (t.to == t.from) continue;
        PUSH(f->scratch, moves, t);
        f->readers[t.from]++;
        f->writer[t.to] = moves.count;
    }
    return moves;
}

/* Constants read no place, so they can wait for all moves. */
static void add_constants(Frame *f, NodeList group, Nodes *out) {
    for (uint32_t i = 0; i < group.count; i++) {
        const Node *item = group.items[i];
        if (!is_form(item, H_constant)) continue;
        ConstantForm c = as_constant(item);
        PUSH(f->scratch, *out, make_constant(f->arena, item->at, laid_out(f, c.to), c.value));
    }
}

void add_in_sequence(Frame *f, NodeList group, Nodes *out) {
    Transfers moves = transfers(f, group), cycle = {0};
    for (uint32_t i = 0; i < moves.count; i++)
        make_ready(f, &moves, i, out, group.at);
    for (uint32_t i = 0; i < moves.count; i++) {
        if (moves.items[i].is_done) continue;
        collect_cycle(f, &moves, i, &cycle);
        make_cycle(f, &cycle, out, group.at);
    }
    for (uint32_t i = 0; i < moves.count; i++)
        f->writer[moves.items[i].to] = 0;
    add_constants(f, group, out);
}
