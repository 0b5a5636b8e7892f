/* parallel.c - moves that happen at once, one after another.
 *
 * A move can be made when no other one still reads its target. What is left when none can be made
 * are cycles: registers are exchanged; a cycle through memory goes by way of a spare slot.
 *
 *   (parallel (move %a.1=rcx %a.1=rax) (move %b.2=rdx %b.2=rcx) (move %c.3=rax %c.3=rdx))
 *   => (swap %a.1=rcx %b.2=rax) (swap %b.2=rdx %c.3=rax)
 */
#include "frame/frame.h"

typedef VEC(Transfer) Transfers;

static void add_move(Frame *f, Nodes *out, const Node *value, Where to, Where from, Pos at) {
    PUSH(f->scratch, *out,
         list(f->arena, H_move, at, laid_out(f, node_placed(f->arena, value, to)),
              laid_out(f, node_placed(f->arena, value, from)), NULL));
}

static void transfer_move(Frame *f, Transfer *t, Nodes *out, Pos at) {
    add_move(f, out, t->value, t->to, t->from, at);
    t->done = true;
    f->readers[t->from]--;
}

/* Makes the move, then those that only waited for it to read its source. */
static void make_ready(Frame *f, Transfers *moves, uint32_t i, Nodes *out, Pos at) {
    while (!moves->items[i].done && !f->readers[moves->items[i].to]) {
        Where freed = moves->items[i].from;
        transfer_move(f, &moves->items[i], out, at);
        if (!f->writer[freed]) return;
        i = f->writer[freed] - 1;
    }
}

/* Follows the moves from `start` back to what they read, until a place comes twice. */
static void collect_cycle(Frame *f, Transfers *moves, uint32_t start, Transfers *cycle) {
    cycle->count = 0;
    for (Transfer *t = &moves->items[start]; !t->done;) {
        PUSH(f->scratch, *cycle, *t);
        t->done = true;
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
        if (fault_strikes(f->faults, FAULT_cycle_no_temp)) {
            add_move(f, out, placed->value, placed->to, pivot, at);
            continue;
        }
        PUSH(f->scratch, *out,
             list(f->arena, H_swap, at, node_placed(f->arena, placed->value, placed->to),
                  node_placed(f->arena, next->value, pivot), NULL));
    }
}

static void move_cycle(Frame *f, const Transfers *cycle, Nodes *out, Pos at) {
    Where spare = (Where)(SLOT0 + f->slots);
    f->spare = true;
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

void add_in_sequence(Frame *f, const Node *group, Nodes *out) {
    Transfers moves = {0}, cycle = {0};
    bool naive = false;
    for (uint32_t i = 0; i < group->count; i++) {
        const Node *m = group->kids[i];
        if (!is_form(m, H_move)) continue;
        Transfer t = {m->kids[0], where_of(m->kids[0]), where_of(m->kids[1]), false};
        if (t.to == t.from) continue;
        PUSH(f->scratch, moves, t);
        f->readers[t.from]++;
        f->writer[t.to] = moves.count;
    }
    for (uint32_t i = 0; i < moves.count; i++) /* does their order matter? */
        if (f->readers[moves.items[i].to]) naive = true;
    naive = naive && fault_strikes(f->faults, FAULT_naive_parallel);
    for (uint32_t i = 0; i < moves.count; i++) {
        if (naive)
            transfer_move(f, &moves.items[i], out, group->at);
        else
            make_ready(f, &moves, i, out, group->at);
    }
    for (uint32_t i = 0; i < moves.count; i++) {
        if (moves.items[i].done) continue;
        collect_cycle(f, &moves, i, &cycle);
        make_cycle(f, &cycle, out, group->at);
    }
    for (uint32_t i = 0; i < moves.count; i++)
        f->writer[moves.items[i].to] = 0;
    for (uint32_t i = 0; i < group->count; i++) {
        const Node *m = group->kids[i];
        if (is_form(m, H_constant))
            PUSH(f->scratch, *out,
                 list(f->arena, H_constant, m->at, laid_out(f, m->kids[0]), m->kids[1], NULL));
    }
}
