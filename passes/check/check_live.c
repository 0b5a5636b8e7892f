/* check_live.c - live sets and intervals that liveness and intervals write into the form: what is
 * used is live, and what is live has an interval that reaches there. More may be live, and longer:
 * that costs places and is not wrong. One scan of each block from its end, so the cost is the
 * form's size.
 */
#include "checker.h"
#include "ir/machine.h"

typedef struct {
    Checker *checker;
    uint32_t *live; /* by name: the stamp of the block in which it is live, as far as the scan is */
    uint32_t *listed; /* by name: the stamp of the list that has it */
    uint32_t stamp, list;
    const Node **blocks; /* by number */
    uint32_t numbers;
    const Node **intervals; /* by name; NULL: there are none in this language */
    Uses uses;
} LiveCheck;

/* ---- names that are given in lists */

static bool is_name_known(LiveCheck *l, const Node *name, const Node *form) {
    return name->name.number < l->checker->name_count || check_use(l->checker, name, form);
}

static bool mark_list(LiveCheck *l, uint32_t *marks, uint32_t stamp, NodeList names,
                      const Node *form) {
    for (uint32_t i = 0; i < names.count; i++) {
        if (!is_name_known(l, names.items[i], form)) return false;
        marks[names.items[i]->name.number] = stamp;
    }
    return true;
}

static bool not_in(LiveCheck *l, const Node *name, const Node *form, const char *list) {
    return ill_formed(l->checker, form, "%%%s.%u is missing in %s", text_bytes(name->name.hint),
                      name->name.number, list);
}

/* ---- intervals */

static bool is_in_ranges(const Node *interval, int64_t position) {
    NodeList ranges = as_interval(interval).ranges;
    uint32_t from = 0, to = ranges.count;
    while (from < to) {
        uint32_t middle = (from + to) / 2;
        if (as_range(ranges.items[middle]).to->integer <= position)
            from = middle + 1;
        else
            to = middle;
    }
    return from < ranges.count && as_range(ranges.items[from]).from->integer <= position;
}

/* Does the interval of the name reach to that position? */
static bool is_covered(LiveCheck *l, const Node *name, const Node *form, int64_t position) {
    if (!is_name_known(l, name, form)) return false;
    if (!l->intervals) return true;
    const Node *interval = l->intervals[name->name.number];
    return (interval && is_in_ranges(interval, position)) ||
           ill_formed(l->checker, form, "no interval of %%%s.%u reaches to position %lld",
                      text_bytes(name->name.hint), name->name.number, (long long)position);
}

static bool are_covered(LiveCheck *l, NodeList names, const Node *form, int64_t position) {
    for (uint32_t i = 0; i < names.count; i++)
        if (!is_covered(l, names.items[i], form, position)) return false;
    return true;
}

static bool check_ranges(Checker *c, const Node *interval) {
    IntervalForm f = as_interval(interval);
    int64_t end = -1;
    if (!f.ranges.count) return ill_formed(c, interval, "it has no range");
    for (uint32_t i = 0; i < f.ranges.count; i++) {
        RangeForm r = as_range(f.ranges.items[i]);
        if (r.from->integer < end || r.to->integer <= r.from->integer)
            return ill_formed(c, interval, "its ranges are not in order");
        end = r.to->integer;
    }
    for (uint32_t i = 1; i < f.uses.count; i++)
        if (f.uses.items[i]->integer < f.uses.items[i - 1]->integer)
            return ill_formed(c, interval, "its uses are not in order");
    return true;
}

/* A name of the function, a register, or a word of the argument area. */
static bool check_hint(Checker *c, const Node *interval) {
    const Node *hint = as_interval(interval).hint;
    if (!hint || (hint->kind == N_NAME && hint->name.number < c->name_count)) return true;
    Where w = NOWHERE;
    if (hint->kind == N_SYMBOL) w = where_parse(text_bytes(hint->text), text_length(hint->text));
    return is_register(w) || is_area(w) || ill_formed(c, interval, "its hint is no place");
}

static bool read_intervals(LiveCheck *l, NodeList intervals) {
    Checker *c = l->checker;
    l->intervals = NEW_ARRAY(c->arena, const Node *, c->name_count);
    for (uint32_t i = 0; i < intervals.count; i++) {
        const Node *interval = intervals.items[i], *name = as_interval(interval).name;
        if (!is_name_known(l, name, interval)) return false;
        if (l->intervals[name->name.number])
            return ill_formed(c, interval, "the name has another interval");
        l->intervals[name->name.number] = interval;
        if (!check_ranges(c, interval) || !check_hint(c, interval)) return false;
    }
    return true;
}

/* ---- blocks */

/* What is used here and not live after it is used for the last time, and no other name is. */
static bool check_last(LiveCheck *l, const Node *op) {
    NodeList last = as_op(op).last;
    if (!mark_list(l, l->listed, ++l->list, last, op)) return false;
    for (uint32_t i = 0; i < l->uses.count; i++) {
        const Node *name = l->uses.items[i].name;
        if (l->live[name->name.number] != l->stamp && l->listed[name->name.number] != l->list)
            return not_in(l, name, op, "(last ...)");
    }
    for (uint32_t i = 0; i < last.count; i++)
        if (l->live[last.items[i]->name.number] == l->stamp)
            return ill_formed(l->checker, op, "(last ...) has a name that is live after it");
    return true;
}

/* From what is live after the instruction to what is live before it. */
static bool scan_op(LiveCheck *l, const Node *op, int64_t number) {
    NodeList defines = as_op(op).defines;
    for (uint32_t i = 0; i < defines.count; i++) {
        if (!is_covered(l, defines.items[i], op, 2 * number + 1)) return false;
        l->live[defines.items[i]->name.number] = 0;
    }
    uses_of(l->checker->arena, op, &l->uses);
    for (uint32_t i = 0; i < l->uses.count; i++)
        if (!is_covered(l, l->uses.items[i].name, op, 2 * number)) return false;
    if (!check_last(l, op)) return false;
    for (uint32_t i = 0; i < l->uses.count; i++)
        l->live[l->uses.items[i].name->name.number] = l->stamp;
    return true;
}

/* Everything that is live at its start must be in live-in. */
static bool check_live_in(LiveCheck *l, const Node *block) {
    InstrBlockForm b = as_instr_block(block);
    if (!mark_list(l, l->listed, ++l->list, b.live_in, block) ||
        !mark_list(l, l->listed, l->list, b.parameters, block))
        return false;
    for (uint32_t i = 0; i < b.live_out.count; i++) {
        const Node *name = b.live_out.items[i];
        if (l->live[name->name.number] == l->stamp && l->listed[name->name.number] != l->list)
            return not_in(l, name, block, "(live-in ...)");
    }
    for (uint32_t i = 0; i < b.instructions.count; i++) {
        uses_of(l->checker->arena, b.instructions.items[i], &l->uses);
        for (uint32_t u = 0; u < l->uses.count; u++) {
            uint32_t number = l->uses.items[u].name->name.number;
            if (l->live[number] == l->stamp && l->listed[number] != l->list)
                return not_in(l, l->uses.items[u].name, block, "(live-in ...)");
        }
    }
    return true;
}

/* What is live where it goes on is live at its end. */
static bool check_live_out(LiveCheck *l, const Node *block, const Node *to) {
    uint32_t number = as_to(to).target->block;
    const Node *target = number < l->numbers ? l->blocks[number] : NULL;
    NodeList live_in = target ? as_instr_block(target).live_in : (NodeList){0};
    for (uint32_t i = 0; i < live_in.count; i++) {
        if (!is_name_known(l, live_in.items[i], target)) return false;
        if (l->listed[live_in.items[i]->name.number] != l->list)
            return not_in(l, live_in.items[i], block, "(live-out ...)");
    }
    return true;
}

static bool check_block(LiveCheck *l, const Node *block, int64_t start) {
    InstrBlockForm b = as_instr_block(block);
    l->checker->block_form = block;
    int64_t end = start + 1 + b.instructions.count;
    if (!mark_list(l, l->live, ++l->stamp, b.live_out, block) ||
        !mark_list(l, l->listed, ++l->list, b.live_out, block) ||
        !are_covered(l, b.live_out, block, 2 * end - 1) ||
        !are_covered(l, b.live_in, block, 2 * start) ||
        !are_covered(l, b.parameters, block, 2 * start))
        return false;
    NodeList exits = as_op(b.instructions.items[b.instructions.count - 1]).operands;
    for (uint32_t i = 0; i < exits.count; i++)
        if (is_form(exits.items[i], H_to) && !check_live_out(l, block, exits.items[i]))
            return false;
    for (uint32_t i = b.instructions.count; i-- > 0;)
        if (!scan_op(l, b.instructions.items[i], start + 1 + i)) return false;
    return check_live_in(l, block);
}

static void index_blocks(LiveCheck *l, NodeList blocks) {
    for (uint32_t i = 0; i < blocks.count; i++) {
        uint32_t number = as_instr_block(blocks.items[i]).label->block;
        if (number >= l->numbers) l->numbers = number + 1;
    }
    l->blocks = NEW_ARRAY(l->checker->arena, const Node *, l->numbers);
    for (uint32_t i = 0; i < blocks.count; i++)
        l->blocks[as_instr_block(blocks.items[i]).label->block] = blocks.items[i];
}

bool check_live(Checker *c, const Node *function) {
    FunctionForm f = as_function(function);
    LiveCheck l = {.checker = c};
    int64_t start = 0;
    l.live = NEW_ARRAY(c->arena, uint32_t, c->name_count);
    l.listed = NEW_ARRAY(c->arena, uint32_t, c->name_count);
    c->block_form = NULL;
    index_blocks(&l, f.blocks);
    if (c->language == L_Lintervals && !read_intervals(&l, f.intervals)) return false;
    for (uint32_t i = 0; i < f.blocks.count; i++) {
        NodeList items = as_instr_block(f.blocks.items[i]).instructions;
        if (!check_block(&l, f.blocks.items[i], start)) return false;
        start += 1 + items.count;
    }
    return true;
}
