/* check_maps.c - rule V18: the stack maps of the code are those of the instructions.
 *
 * The collector finds the references of a frame by return address, so three things must hold of
 * the emitted rows: every call of the code has exactly one, at the offset behind the call; the
 * slots are those of the instruction's map; the depth is the frame's. What is expected comes from
 * the instructions alone: a map for each safepoint in order, then those of the stubs behind the
 * code, in the order in which the instructions mention them (a call of a function value has one
 * with the same map; a failing check has one without slots for each kind and position).
 */
#include "check_maps.h"

#include <string.h>

typedef struct {
    const Node *op;
    const Node *map; /* NULL: no slots */
} Expected;

typedef struct {
    Arena *arena;
    const Node *function, *code;
    uint32_t frame;
    VEC(Expected) line, stubs;
    uint32_t next; /* of both, as one list */
    MapMistake first;
} Check;

/* The first mistake is kept; false, so that nothing is looked at behind it. */
static bool wrong(Check *c, const Node *at, const char *what) {
    c->first = (MapMistake){at, what};
    return false;
}

/* ---- what is expected */

static const Node *trap_of(const Node *op) {
    for (uint32_t i = 2; i < op->count; i++)
        if (is_form(op->kids[i], H_trap)) return op->kids[i];
    return NULL;
}

static bool has_stub(const Check *c, const Node *op) {
    for (uint32_t i = 0; i < c->stubs.count; i++) {
        const Node *other = trap_of(c->stubs.items[i].op);
        if (other && c->stubs.items[i].op->at == op->at && node_equal(other, trap_of(op)))
            return true;
    }
    return false;
}

static void expect(Check *c, const Node *op) {
    const Node *last = op->kids[op->count - 1];
    Expected e = {op, is_form(last, H_map) && last->count ? last : NULL};
    Opcode o = (Opcode)op->kids[0]->head;
    if (opcode_rows[o].flags & SAFEPOINT) PUSH(c->arena, c->line, e);
    if (o == X_callv || (trap_of(op) && !has_stub(c, op))) PUSH(c->arena, c->stubs, e);
}

static void expect_all(Check *c) {
    for (uint32_t i = 0; i < c->function->count; i++) {
        const Node *b = c->function->kids[i];
        if (is_form(b, H_frame)) c->frame = (uint32_t)b->kids[0]->integer;
        if (!is_form(b, H_block) && !is_form(b, H_cold)) continue;
        for (uint32_t k = 2; k < b->count; k++)
            if (is_form(b->kids[k], H_op)) expect(c, b->kids[k]);
    }
}

/* ---- what the code says */

/* call rel32; call through memory or a register: FF /2, perhaps behind REX. */
static bool is_call(const char *hex) {
    if (hex[0] == '4') hex += 2;
    if (!strncmp(hex, "e8", 2)) return true;
    return !strncmp(hex, "ff", 2) && strchr("159d", hex[2]) && strchr("01234567", hex[3]);
}

static bool same_slots(const Node *row, const Node *map) {
    if (row->count - 1 != (map ? map->count : 0)) return false;
    for (uint32_t i = 1; i < row->count; i++)
        if (row->kids[i]->integer != (int64_t)map->kids[i - 1]->at - 1) return false;
    return true;
}

static bool check_row(Check *c, const Node *row, int64_t depth) {
    uint32_t i = c->next++;
    if (i >= c->line.count + c->stubs.count)
        return wrong(c, row, "there are more stack-map rows than safepoints");
    bool stub = i >= c->line.count;
    const Expected *e = stub ? &c->stubs.items[i - c->line.count] : &c->line.items[i];
    if (!same_slots(row, e->map))
        return wrong(c, e->op, "the row of the stack map names other slots than the instruction");
    /* A check in a function without a frame aligns the stack by 8 bytes before it calls. */
    if (depth != c->frame && !(stub && depth == (int64_t)c->frame + 8 && depth % 16 == 8))
        return wrong(c, e->op, "the return address is not where the row of the stack map says");
    return true;
}

static bool check_rows(Check *c) {
    int64_t depth = 0, after_call = -1;
    for (uint32_t i = 2; i < c->code->count; i++) {
        const Node *row = c->code->kids[i];
        bool map = is_form(row, H_stack_map);
        if (is_form(row, H_depth)) {
            depth = row->kids[1]->integer;
            continue;
        }
        if (map && row->kids[0]->integer != after_call)
            return wrong(c, row, "no call ends at this row of the stack map");
        if (!map && after_call >= 0) return wrong(c, row, "a call has no row in the stack map");
        if (map && !check_row(c, row, depth)) return false;
        after_call = -1;
        if (is_form(row, H_at) && is_call(text_bytes(row->kids[1]->text)))
            after_call = row->kids[0]->integer + text_length(row->kids[1]->text) / 2;
    }
    if (after_call >= 0) return wrong(c, c->code, "a call has no row in the stack map");
    return c->next == c->line.count + c->stubs.count ||
           wrong(c, c->code, "a safepoint has no row in the stack map");
}

MapMistake mistake_in_maps(Arena *scratch, const Node *function, const Node *code) {
    Check c = {.arena = scratch, .function = function, .code = code};
    expect_all(&c);
    check_rows(&c);
    return c.first;
}

void check_maps(Arena *scratch, const Node *function, const Node *code) {
    MapMistake m = mistake_in_maps(scratch, function, code);
    if (m.what) bug(m.at, "V18: %s", m.what);
}
