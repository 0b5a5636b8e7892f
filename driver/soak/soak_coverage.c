/* soak_coverage.c - what the random functions have reached, so that nobody trusts a generator that
 * never makes what breaks. */
#include "soak.h"

#include "machine.h"

#include <string.h>

_Static_assert((int)X_COUNT <= (int)MOST_OPCODES, "a counter for every opcode");

/* ---- the generated form */

static void note_operands(Arena *scratch, Coverage *c, const Node *op, Uses *uses) {
    uses_of(scratch, op, uses);
    bool again = false;
    for (uint32_t u = 0; u < uses->count; u++) {
        Where where = where_of(uses->items[u].name);
        c->fixed += is_register(where);
        c->area += is_area(where);
        for (uint32_t other = 0; other < u; other++)
            again = again || same_name(uses->items[u].name, uses->items[other].name);
    }
    c->several_uses += again;
    c->opcodes[opcode_of(op)]++;
    c->early += has_flag(op, EARLY);
    c->traps += is_form(op->kids[operands_end(op) - 1], H_trap);
    if (opcode_of(op) == X_jmp) c->edge_arguments += op->kids[FIRST_OPERAND]->count - 1;
}

static void note_generated(Arena *scratch, Coverage *c, const Node *function) {
    Uses uses = {0};
    for (uint32_t b = function_first_block(function); b < function->count; b++) {
        const Node *block = function->kids[b];
        c->blocks++;
        c->cold_blocks += is_form(block, H_cold);
        c->instructions += block->count - 2;
        for (uint32_t i = 2; i < block->count; i++)
            note_operands(scratch, c, block->kids[i], &uses);
    }
}

/* ---- pressure: the most ranges over one position */

static uint32_t end_of(const Node *intervals) {
    int64_t end = 0;
    for (uint32_t i = 0; i < intervals->count; i++) {
        const Node *ranges = intervals->kids[i]->kids[1];
        int64_t last = ranges->count ? ranges->kids[ranges->count - 1]->kids[1]->integer : 0;
        if (last > end) end = last;
    }
    return (uint32_t)end;
}

static void note_class(Arena *scratch, Coverage *c, const Node *intervals, const bool *vector,
                       bool of) {
    uint32_t end = end_of(intervals), live = 0, most = 0;
    uint32_t *change = NEW_ARRAY(scratch, uint32_t, end + 1);
    for (uint32_t i = 0; i < intervals->count; i++) {
        const Node *interval = intervals->kids[i], *ranges = interval->kids[1];
        for (uint32_t r = 0; r < ranges->count && vector[interval->kids[0]->name.number] == of;
             r++) {
            change[ranges->kids[r]->kids[0]->integer]++;
            change[ranges->kids[r]->kids[1]->integer]--;
        }
    }
    for (uint32_t i = 0; i < end; i++) {
        live += change[i];
        if (live > most) most = live;
    }
    uint32_t step = most / PRESSURE_STEP;
    c->pressure[of][step < PRESSURE_STEPS ? step : PRESSURE_STEPS - 1]++;
}

static bool dies_at(const Node *op, const Node *name) {
    const Node *last = note_of(op, H_last);
    for (uint32_t i = 0; last && i < last->count; i++)
        if (same_name(last->kids[i], name)) return true;
    return false;
}

static void note_intervals(Arena *scratch, Coverage *c, const Node *function) {
    const Node *kinds = function_part(function, H_kinds),
               *intervals = function_part(function, H_intervals);
    bool *vector = NEW_ARRAY(scratch, bool, function_names(function));
    for (uint32_t i = 0; i < kinds->count; i++)
        vector[kinds->kids[i]->kids[0]->name.number] =
            holds_named(kinds->kids[i]->kids[1]->text) == HOLDS_F64;
    note_class(scratch, c, intervals, vector, false);
    note_class(scratch, c, intervals, vector, true);
    for (uint32_t b = function_first_block(function); b < function->count; b++)
        for (uint32_t i = block_first_instruction(function->kids[b]); i < function->kids[b]->count;
             i++) {
            const Node *op = function->kids[b]->kids[i], *roots = note_of(op, H_roots);
            c->tied_kept += has_flag(op, TIED) && !dies_at(op, op->kids[FIRST_OPERAND]);
            c->roots += roots ? roots->count : 0;
        }
}

/* ---- the framed form */

/* What was put into a place so far, by place: the last name, and how many times it was another one.
 */
typedef struct {
    uint32_t name, block, others;
} Stored;

static bool note_write(Stored *s, const Node *name, uint32_t block) {
    if (s->block != block) s->others = s->name = 0, s->block = block;
    if (s->name != name->name.number + 1) s->others++;
    s->name = name->name.number + 1;
    return s->others >= 3;
}

static void note_added(Coverage *c, const Node *item) {
    c->swaps += is_form(item, H_swap);
    c->constants += is_form(item, H_constant);
    if (!is_form(item, H_move)) return;
    c->moves++;
    c->slot_moves += is_slot(where_of(item->kids[0])) && is_slot(where_of(item->kids[1]));
}

static void note_framed(Arena *scratch, Coverage *c, const Node *function) {
    uint32_t slots = function_part(function, H_frame)->count - 1;
    Stored *places = NEW_ARRAY(scratch, Stored, SLOT0 + slots),
           *whole = NEW_ARRAY(scratch, Stored, slots);
    bool *reused = NEW_ARRAY(scratch, bool, slots);
    for (uint32_t b = function_first_block(function); b < function->count; b++) {
        bool crowded = false;
        for (uint32_t i = block_first_instruction(function->kids[b]); i < function->kids[b]->count;
             i++) {
            const Node *item = function->kids[b]->kids[i],
                       *names = is_instruction(item) ? defined(item) : item;
            uint32_t count = is_form(item, H_move) || is_form(item, H_constant) ? 1 : names->count;
            note_added(c, item);
            for (uint32_t k = 0; k < count; k++) {
                Where where = where_of(names->kids[k]);
                if (names->kids[k]->kind != N_NAME || !where) continue;
                crowded = note_write(&places[where], names->kids[k], b + 1) || crowded;
                if (!is_slot(where)) continue;
                note_write(&whole[where - SLOT0], names->kids[k], 1);
                reused[where - SLOT0] = whole[where - SLOT0].others > 1;
            }
        }
        c->crowded_blocks += crowded;
    }
    c->slots += slots;
    for (uint32_t k = 0; k < slots; k++)
        c->slots_reused += reused[k];
}

/* Where a cycle of moves goes through memory, frame has added a slot to those of alloc. */
static bool has_spare_slot(const Forms *forms) {
    return function_part(forms->after[PASS_frame], H_frame)->count - 1 >
           function_part(forms->after[PASS_alloc], H_slots)->kids[0]->integer;
}

void note_coverage(Arena *scratch, Coverage *c, const Forms *forms) {
    note_generated(scratch, c, forms->after[PASS_select]);
    note_intervals(scratch, c, forms->after[PASS_intervals]);
    note_framed(scratch, c, forms->after[PASS_frame]);
    c->memory_cycles += has_spare_slot(forms);
}

/* ---- the table */

static void print_row(FILE *out, const char *what, uint64_t count) {
    fprintf(out, "%-44s %10llu\n", what, (unsigned long long)count);
}

static void print_pressure(FILE *out, const char *what, const uint64_t *steps) {
    fprintf(out, "%s", what);
    for (uint32_t i = 0; i < PRESSURE_STEPS; i++)
        fprintf(out, "  %u%s %llu", i * PRESSURE_STEP, i + 1 < PRESSURE_STEPS ? "+" : " and more",
                (unsigned long long)steps[i]);
    fputc('\n', out);
}

static void print_opcodes(FILE *out, const Coverage *c) {
    fprintf(out, "instructions:");
    for (uint32_t x = X_NONE + 1; x < X_COUNT; x++)
        fprintf(out, "%s%s %llu", x % 8 == 1 ? "\n  " : "  ", opcode_rows[x].name,
                (unsigned long long)c->opcodes[x]);
    fputc('\n', out);
}

void print_coverage(FILE *out, const Coverage *c) {
    print_opcodes(out, c);
    print_pressure(out, "functions by most words live at once:  ", c->pressure[false]);
    print_pressure(out, "functions by most doubles live at once:", c->pressure[true]);
    fprintf(out, "loops by depth:");
    for (uint32_t d = 1; d <= MOST_DEPTH; d++)
        fprintf(out, "  %u: %llu", d, (unsigned long long)c->loops[d]);
    fputc('\n', out);
    const struct {
        const char *what;
        uint64_t count;
    } rows[] = {
        {"functions", c->functions},
        {"blocks", c->blocks},
        {"cold blocks", c->cold_blocks},
        {"instructions", c->instructions},
        {"operands in fixed registers", c->fixed},
        {"operands in the argument area", c->area},
        {"instructions with an early result", c->early},
        {"instructions that may trap", c->traps},
        {"instructions that use a name twice", c->several_uses},
        {"ties whose first operand lives on", c->tied_kept},
        {"arguments on edges", c->edge_arguments},
        {"roots at safepoints", c->roots},
        {"moves", c->moves},
        {"moves from slot to slot", c->slot_moves},
        {"cycles of moves: exchanges", c->swaps},
        {"functions with a cycle through memory", c->memory_cycles},
        {"constants made again", c->constants},
        {"slots", c->slots},
        {"slots for more than one value", c->slots_reused},
        {"blocks with three values in one place", c->crowded_blocks},
        {"instructions walked through", c->steps},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        print_row(out, rows[i].what, rows[i].count);
}
