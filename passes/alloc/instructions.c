/* instructions.c - places for the operands and results of one instruction.
 *
 * The moves that bring operands to their places come before it in one parallel group: all of them
 * read what was there before the first. A place that only this instruction needs, as for an operand
 * that is overwritten though it lives on, gets a copy; the value stays where it was.
 */
#include "alloc.h"

typedef struct {
    const Node *op;
    NodeList defines;
    uint32_t number;
    uint64_t busy;      /* registers that operands or results have */
    Where *uses, *defs; /* places, by use and by defined name */
    Where vanishing;    /* the register of a copied operand that dies */
} Site;

static uint32_t value_of_use(const Alloc *a, uint32_t u) {
    return a->uses.items[u].name->name.number;
}

static bool dies(const Alloc *a, uint32_t value) {
    return a->values[value].last_at == a->number;
}

static void note_deaths(Alloc *a, NodeList last) {
    for (uint32_t i = 0; i < last.count; i++)
        a->values[last.items[i]->name.number].last_at = a->number;
}

static void release_dead(Alloc *a, NodeList last) {
    for (uint32_t i = 0; i < last.count; i++)
        leave_register(a, last.items[i]->name.number);
}

/* ---- operands that must be in certain registers */

static uint64_t fixed_register(const Node *name) {
    return is_register(where_of(name)) ? bit(where_of(name)) : 0;
}

/* Those that the results must be in: what is in them is overwritten. */
static uint64_t registers_of_results(const Site *s) {
    uint64_t set = 0;
    for (uint32_t d = 0; d < s->defines.count; d++)
        set |= fixed_register(s->defines.items[d]);
    return set;
}

static uint64_t registers_of_uses(const Alloc *a) {
    uint64_t set = 0;
    for (uint32_t u = 0; u < a->uses.count; u++)
        set |= fixed_register(a->uses.items[u].name);
    return set;
}

static bool is_wanted_in(const Alloc *a, uint32_t value, Where r) {
    for (uint32_t u = 0; u < a->uses.count; u++)
        if (value_of_use(a, u) == value && where_of(a->uses.items[u].name) == r) return true;
    return false;
}

static bool is_wanted_elsewhere(const Alloc *a, uint32_t value) {
    for (uint32_t u = 0; u < a->uses.count; u++)
        if (value_of_use(a, u) == value && !where_of(a->uses.items[u].name)) return true;
    return false;
}

/* Moves the value in register r, which the instruction needs for itself, to another register, or
 * evicts it. */
static void make_room(Alloc *a, Site *s, Where r) {
    uint32_t value = a->occupant[r];
    Where other = free_register(a, value, s->busy);
    if (!other && !is_wanted_elsewhere(a, value)) {
        evict(a, value);
        return;
    }
    if (!other) other = take_register(a, value, s->busy);
    add_move(a, value, other);
    leave_register(a, value);
    hold(a, value, other);
    s->busy |= bit(other);
}

static void place_fixed(Alloc *a, Site *s) {
    uint64_t overwritten = registers_of_results(s), fixed = overwritten | registers_of_uses(a);
    for (uint32_t u = 0; u < a->uses.count; u++) {
        Where at = a->values[value_of_use(a, u)].at;
        if (is_register(at) && !(fixed & bit(at))) s->busy |= bit(at);
    }
    s->busy |= fixed;
    for (Where r = RAX; r <= XMM15; r++) {
        if (!(fixed & bit(r)) || a->occupant[r] == NO_VALUE) continue;
        uint32_t value = a->occupant[r];
        bool kept = is_wanted_in(a, value, r) && (dies(a, value) || !(overwritten & bit(r)));
        if (!kept || is_wanted_elsewhere(a, value)) make_room(a, s, r);
    }
    for (uint32_t u = 0; u < a->uses.count; u++) {
        Where wanted = where_of(a->uses.items[u].name);
        if (!wanted) continue;
        if (source_of(a, value_of_use(a, u)) != wanted) add_move(a, value_of_use(a, u), wanted);
        s->uses[u] = wanted;
    }
}

/* ---- other operands */

/* Is it better to read the operand from its slot than to load it into a register? */
static bool stays_in_slot(Alloc *a, const Site *s, uint32_t u) {
    const Use *use = &a->uses.items[u];
    const Value *v = &a->values[use->name->name.number];
    if ((use->letter != 's' && use->letter != 'y') || v->at || v->constant) return false;
    uint32_t value = use->name->name.number, after = 2 * s->number + 1;
    for (uint32_t other = 0; other < a->uses.count; other++)
        if (other != u && value_of_use(a, other) == value) return false;
    return dies(a, value) || next_use(a, value, after) >= next_safepoint(a, after);
}

/* Is the value needed again in this block, before a call? */
static bool is_needed_soon(Alloc *a, const Site *s, uint32_t value) {
    uint32_t after = 2 * s->number + 1, next = next_use(a, value, after);
    for (uint32_t u = 1; u < a->uses.count; u++)
        if (value_of_use(a, u) == value) return true;
    return next < 2 * a->blocks[a->block].end && next < next_safepoint(a, after);
}

/* Brings a value that stays where it is to the register of the result that overwrites it. */
static void place_passing(Alloc *a, Site *s, uint32_t u) {
    Where r = take_register(a, s->defines.items[0]->name.number, s->busy);
    add_move(a, value_of_use(a, u), r);
    s->uses[u] = r;
    s->busy |= bit(r);
}

static void place_operand(Alloc *a, Site *s, uint32_t u) {
    uint32_t value = value_of_use(a, u);
    Value *v = &a->values[value];
    if (stays_in_slot(a, s, u)) {
        s->uses[u] = IN_SLOT;
        return;
    }
    if (!is_register(v->at)) {
        bool tied = is_tied(s->op) && a->uses.items[u].operand == 0;
        uint32_t like = tied && dies(a, value) ? s->defines.items[0]->name.number : value;
        if (tied && !dies(a, value) && !is_needed_soon(a, s, value)) {
            place_passing(a, s, u);
            return;
        }
        Where r = take_register(a, like, s->busy);
        add_move(a, value, r);
        hold(a, value, r);
    }
    s->uses[u] = v->at;
    s->busy |= bit(v->at);
}

/* Is the value not needed before a call in this block, which will evict it anyway? */
static bool waits_for_call(Alloc *a, uint32_t value, uint32_t after) {
    uint32_t call = next_safepoint(a, after);
    return call < 2 * a->blocks[a->block].end && next_use(a, value, after) >= call;
}

/* The result goes where the first operand is. One that lives on is copied there first, or leaves
 * its register to the result. */
static void place_tie(Alloc *a, Site *s) {
    uint32_t value = value_of_use(a, 0);
    if (!where_of(s->defines.items[0])) {
        bool lives_on = a->values[value].at == s->uses[0] && !dies(a, value);
        if (lives_on && waits_for_call(a, value, 2 * s->number + 1)) {
            evict(a, value);
            lives_on = false;
        }
        if (lives_on) {
            s->uses[0] = take_register(a, s->defines.items[0]->name.number, s->busy);
            add_move(a, value, s->uses[0]);
        }
    }
    s->defs[0] = s->uses[0];
}

/* ---- results */

static void place_result(Alloc *a, Site *s, uint32_t d, uint64_t taken) {
    const Node *name = s->defines.items[d];
    uint32_t value = name->name.number;
    if (where_of(name)) {
        s->defs[d] = where_of(name);
    } else if (!s->defs[d]) {
        bool copies = is_copy(s->op) && is_register(s->uses[0]);
        bool onto = copies && a->occupant[s->uses[0]] == NO_VALUE;
        s->defs[d] = onto ? s->uses[0] : take_register(a, value, taken);
    }
    a->values[value].definition = s->defs[d];
    if (a->values[value].use_count) {
        if (a->occupant[s->defs[d]] != NO_VALUE) leave_register(a, a->occupant[s->defs[d]]);
        hold(a, value, s->defs[d]);
    }
}

static void place_results(Alloc *a, Site *s) {
    uint64_t taken = registers_of_results(s);
    for (uint32_t d = 0; d < s->defines.count; d++)
        if (s->defs[d]) taken |= bit(s->defs[d]);
    for (uint32_t d = 0; d < s->defines.count; d++)
        place_result(a, s, d, taken);
}

/* What only the next call needs in the argument area goes there at once. */
static void send_to_area(Alloc *a, Site *s) {
    for (uint32_t d = 0; d < s->defines.count; d++) {
        uint32_t value = s->defines.items[d]->name.number;
        const Value *v = &a->values[value];
        if (!v->at || !is_area(v->hint) ||
            next_safepoint(a, 2 * s->number + 1) != next_use(a, value, 2 * s->number + 1))
            continue;
        add_move(a, value, v->hint);
        leave_register(a, value);
        a->values[value].at = v->hint;
    }
}

/* ---- calls and exits: all operands are fixed, and no register keeps its value */

static bool all_are_free(const Alloc *a) {
    for (Where r = RAX; r <= XMM15; r++)
        if (a->occupant[r] != NO_VALUE) return false;
    return true;
}

static void place_call(Alloc *a, Site *s) {
    for (uint32_t u = 0; u < a->uses.count; u++) {
        uint32_t value = value_of_use(a, u);
        s->uses[u] = where_of(a->uses.items[u].name);
        if (a->values[value].at != s->uses[u]) add_move(a, value, s->uses[u]);
    }
    for (Where r = RAX; r <= XMM15; r++) {
        uint32_t value = a->occupant[r];
        if (value == NO_VALUE) continue;
        if (dies(a, value))
            leave_register(a, value);
        else
            evict(a, value);
    }
    assert(all_are_free(a)); /* 3 */
}

/* ---- the instruction */

/* Ends the group of moves before the instruction; what is added from here on comes after it. */
static void record(Alloc *a, const Site *s) {
    Record *r = &a->records[s->number];
    r->first_move = a->moves.count;
    r->move_count = a->group.count;
    r->first_place = a->places.count;
    for (uint32_t i = 0; i < a->group.count; i++)
        PUSH(a->scratch, a->moves, a->group.items[i]);
    for (uint32_t d = 0; d < s->defines.count; d++) {
        assert(s->defs[d]); /* 5 */
        PUSH(a->scratch, a->places, s->defs[d]);
    }
    for (uint32_t u = 0; u < a->uses.count; u++) {
        assert(s->uses[u] || opcode_of(s->op) == X_jmp); /* 5 */
        PUSH(a->scratch, a->places, s->uses[u]);
    }
    a->group.count = 0;
}

void place_instruction(Alloc *a, const Node *op) {
    OpForm f = as_op(op);
    Site s = {.op = op, .defines = f.defines, .number = a->number};
    uses_of(a->scratch, op, &a->uses);
    s.uses = NEW_ARRAY(a->scratch, Where, a->uses.count);
    s.defs = NEW_ARRAY(a->scratch, Where, f.defines.count);
    note_deaths(a, f.last);
    if (is_safepoint(op) || leaves_function(op)) {
        place_call(a, &s);
    } else if (opcode_of(op) != X_jmp) {
        place_fixed(a, &s);
        for (uint32_t u = 0; u < a->uses.count; u++)
            if (!s.uses[u]) place_operand(a, &s, u);
        if (is_tied(op)) place_tie(a, &s);
        release_dead(a, f.last);
    }
    place_results(a, &s);
    record(a, &s);
    send_to_area(a, &s);
}
