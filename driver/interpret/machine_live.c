/* machine_live.c - Llive and Lintervals: which names have a value where, as their notes say.
 *
 * The interpreter obeys them, so that a wrong note shows where it was made. At the start of a block
 * there are its parameters and (live-in ...); instructions add what they define; (last ...) takes
 * names away, and a safepoint takes the references that (roots ...) leaves out. An interval says
 * where its name may be at all, and lists where it is used. Whatever is wrong is an error when it
 * is come to: see Unread.
 */
#include "machine_code.h"
#include "table.h"

struct Live {
    Decoder *d;
    const Node *block;
    uint8_t *has;           /* by number of the name: has it a value? */
    VEC(uint32_t) present;  /* those that have one, and some that had */
    uint32_t *marked, mark; /* by number: in which list it was seen last */
    const Node **intervals; /* by number */
    Table blocks;           /* number of the block, plus 1 -> the block */
    int64_t position;       /* of the block or instruction, as intervals count */
};

static void say(Live *l, const Node *at, const Node *name, const char *why) {
    Unread *unread = NEW(world.arena, Unread);
    *unread = (Unread){name, why};
    Instruction in = {.opcode = X_NONE, .at = at->at, .node = at, .unread = unread};
    PUSH(world.arena, l->d->out, in);
}

/* ---- intervals */

static void index_intervals(Live *l) {
    const Node *intervals = function_part(l->d->code->function, H_intervals);
    for (uint32_t i = intervals ? intervals->count : 0; i-- > 0;) {
        uint32_t number = intervals->kids[i]->kids[0]->name.number;
        if (number < l->d->code->frame_words) l->intervals[number] = intervals->kids[i];
    }
}

static const Node *interval_of(const Live *l, const Node *name) {
    return name->name.number < l->d->code->frame_words ? l->intervals[name->name.number] : NULL;
}

/* Are the ranges in order, and one of them around the position? */
static bool is_in_range(const Node *interval, int64_t position) {
    const Node *ranges = interval->kids[1];
    int64_t end = -1;
    bool is_in = false;
    for (uint32_t i = 0; i < ranges->count; i++) {
        int64_t from = ranges->kids[i]->kids[0]->integer, to = ranges->kids[i]->kids[1]->integer;
        if (from <= end) return false;
        is_in |= from <= position && position < to;
        end = to;
    }
    return is_in;
}

static void check_range(Live *l, const Node *at, const Node *name, int64_t position) {
    if (machine.language != L_Lintervals) return;
    const Node *interval = interval_of(l, name);
    if (!interval || !is_in_range(interval, position))
        say(l, at, name, "no range of its interval, in order, is around this place");
}

/* The allocator counts on it that an interval lists each use of its name. */
static void check_use(Live *l, const Node *at, const Node *name) {
    const Node *interval = machine.language == L_Lintervals ? interval_of(l, name) : NULL;
    if (!interval) return;
    const Node *uses = interval->kids[2];
    uint32_t first = 0, end = uses->count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (uses->kids[middle]->integer < l->position)
            first = middle + 1;
        else
            end = middle;
    }
    if (first == uses->count || uses->kids[first]->integer != l->position)
        say(l, at, name, "its interval, in order, does not list this use");
}

/* ---- names that come and go */

/* Marks the names of a list; is_marked asks for them until the next list is marked. */
static void mark_all(Live *l, const Node *names) {
    l->mark++;
    for (uint32_t i = 0; names && i < names->count; i++)
        if (names->kids[i]->name.number < l->d->code->frame_words)
            l->marked[names->kids[i]->name.number] = l->mark;
}

static bool is_marked(const Live *l, uint32_t number) {
    return number < l->d->code->frame_words && l->marked[number] == l->mark;
}

static void set_all(Live *l, const Node *names, bool has) {
    for (uint32_t i = 0; names && i < names->count; i++) {
        uint32_t number = names->kids[i]->name.number;
        if (number >= l->d->code->frame_words) continue;
        if (has && !l->has[number]) PUSH(world.arena, l->present, number);
        l->has[number] = has;
    }
}

static void read_name(Live *l, const Node *at, const Node *name) {
    if (name->name.number >= l->d->code->frame_words) return; /* decoding tells */
    if (!l->has[name->name.number]) say(l, at, name, "it has no value here");
    check_range(l, at, name, l->position);
}

static const Node *live_list(const Node *block, Head head) {
    for (uint32_t i = 2; i < block->count; i++)
        if (is_form(block->kids[i], head)) return block->kids[i];
    return NULL;
}

/* What the block after needs must be there, and live out of this one. */
static void check_edge(Live *l, const Node *op, const Node *to) {
    const Node *block = table_get(&l->blocks, (uint64_t)to->kids[0]->block + 1);
    const Node *names = block ? live_list(block, H_live_in) : NULL;
    mark_all(l, live_list(l->block, H_live_out));
    for (uint32_t i = 0; names && i < names->count; i++) {
        if (!is_marked(l, names->kids[i]->name.number))
            say(l, op, names->kids[i], "it is live in the next block, but not out of this one");
        else
            read_name(l, op, names->kids[i]);
    }
}

/* A safepoint takes the references that it does not list. */
static void lose_references(Live *l, const Node *op) {
    uint32_t kept = 0;
    mark_all(l, note_of(op, H_roots));
    for (uint32_t i = 0; i < l->present.count; i++) {
        uint32_t number = l->present.items[i];
        if (l->d->code->references[number] && !is_marked(l, number)) l->has[number] = false;
        if (l->has[number]) l->present.items[kept++] = number;
    }
    l->present.count = kept;
}

/* ---- blocks and instructions */

Live *live_function(Decoder *d) {
    const Node *function = d->code->function;
    uint32_t words = d->code->frame_words + 1;
    Live *l = NEW(world.arena, Live);
    *l = (Live){.d = d,
                .blocks = {.arena = world.arena},
                .has = NEW_ARRAY(world.arena, uint8_t, words),
                .marked = NEW_ARRAY(world.arena, uint32_t, words),
                .intervals = NEW_ARRAY(world.arena, const Node *, words)};
    for (uint32_t b = function_first_block(function); b < function->count; b++)
        table_put(&l->blocks, (uint64_t)function->kids[b]->kids[0]->block + 1, function->kids[b]);
    index_intervals(l);
    return l;
}

void live_block(Live *l, const Node *block, int64_t position) {
    l->block = block;
    l->position = position;
    for (uint32_t i = 0; i < l->present.count; i++)
        l->has[l->present.items[i]] = false;
    l->present.count = 0;
    const Node *names = live_list(block, H_live_in);
    set_all(l, block->kids[1], true);
    set_all(l, names, true);
    for (uint32_t i = 0; i < block->kids[1]->count; i++)
        check_range(l, block, block->kids[1]->kids[i], position);
    for (uint32_t i = 0; names && i < names->count; i++)
        check_range(l, block, names->kids[i], position);
}

static void read_operands(Live *l, const Node *op) {
    Uses uses = {0};
    const Node *roots = note_of(op, H_roots);
    uses_of(world.arena, op, &uses);
    for (uint32_t i = 0; i < uses.count; i++) {
        read_name(l, op, uses.items[i].name);
        check_use(l, op, uses.items[i].name);
    }
    for (uint32_t i = 0; roots && i < roots->count; i++)
        read_name(l, op, roots->kids[i]);
}

int64_t live_instruction(Live *l, const Node *op) {
    l->position += 2;
    read_operands(l, op);
    for (uint32_t i = 0; i < defined(op)->count; i++)
        check_range(l, op, defined(op)->kids[i], l->position + 1);
    set_all(l, note_of(op, H_last), false);
    if (has_flag(op, SAFEPOINT)) lose_references(l, op);
    set_all(l, defined(op), true);
    for (uint32_t i = FIRST_OPERAND; i < operands_end(op); i++)
        if (is_form(op->kids[i], H_to)) check_edge(l, op, op->kids[i]);
    return l->position;
}
