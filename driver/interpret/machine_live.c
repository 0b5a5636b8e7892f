/* machine_live.c - Llive and Lintervals: which names have a value where, as their notes say.
 *
 * The interpreter obeys them, so that a wrong note shows where it was made. At the start of a block
 * there are its parameters and (live-in ...); instructions add what they define; (last ...) takes
 * names away, and a safepoint takes the references that (roots ...) leaves out. An interval says
 * where its name may be at all. Whatever is wrong is an error when it is come to: see Unread.
 */
#include "machine_code.h"

struct Live {
    Decoder *d;
    const Node *block;
    uint8_t *has;     /* by number of the name: has it a value? */
    int64_t position; /* of the block or instruction, as intervals count */
};

static void say(Live *l, const Node *at, const Node *name, const char *why) {
    Unread *unread = NEW(world.arena, Unread);
    *unread = (Unread){name, why};
    Instruction in = {.opcode = X_NONE, .at = at->at, .node = at, .unread = unread};
    PUSH(world.arena, l->d->out, in);
}

/* ---- intervals */

static const Node *interval_of(const Live *l, const Node *name) {
    const Node *intervals = function_part(l->d->code->function, H_intervals);
    for (uint32_t i = 0; intervals && i < intervals->count; i++)
        if (same_name(intervals->kids[i]->kids[0], name)) return intervals->kids[i];
    return NULL;
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

/* ---- names that come and go */

static bool lists(const Node *names, const Node *name) {
    for (uint32_t i = 0; names && i < names->count; i++)
        if (same_name(names->kids[i], name)) return true;
    return false;
}

static void set_all(Live *l, const Node *names, bool has) {
    for (uint32_t i = 0; names && i < names->count; i++)
        if (names->kids[i]->name.number < l->d->code->frame_words)
            l->has[names->kids[i]->name.number] = has;
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

/* What the block behind needs must be there, and live out of this one. */
static void check_edge(Live *l, const Node *op, const Node *to) {
    const Node *function = l->d->code->function, *out = live_list(l->block, H_live_out);
    for (uint32_t b = function_first_block(function); b < function->count; b++) {
        const Node *names = live_list(function->kids[b], H_live_in);
        if (function->kids[b]->kids[0]->block != to->kids[0]->block) continue;
        for (uint32_t i = 0; names && i < names->count; i++) {
            if (!lists(out, names->kids[i]))
                say(l, op, names->kids[i], "it is live in the next block, but not out of this one");
            else
                read_name(l, op, names->kids[i]);
        }
    }
}

/* A safepoint takes the references that it does not list. */
static void lose_references(Live *l, const Node *op) {
    const Node *roots = note_of(op, H_roots);
    for (uint32_t n = 0; n < l->d->code->frame_words; n++) {
        bool listed = false;
        for (uint32_t i = 0; roots && i < roots->count; i++)
            listed |= roots->kids[i]->name.number == n;
        if (l->d->code->references[n] && !listed) l->has[n] = false;
    }
}

/* ---- blocks and instructions */

Live *live_block(Decoder *d, const Node *block, int64_t position) {
    Live *l = NEW(world.arena, Live);
    *l = (Live){d, block, NEW_ARRAY(world.arena, uint8_t, d->code->frame_words + 1), position};
    const Node *names = live_list(block, H_live_in);
    set_all(l, block->kids[1], true);
    set_all(l, names, true);
    for (uint32_t i = 0; i < block->kids[1]->count; i++)
        check_range(l, block, block->kids[1]->kids[i], position);
    for (uint32_t i = 0; names && i < names->count; i++)
        check_range(l, block, names->kids[i], position);
    return l;
}

static void read_operands(Live *l, const Node *op) {
    Uses uses = {0};
    const Node *roots = note_of(op, H_roots);
    uses_of(world.arena, op, &uses);
    for (uint32_t i = 0; i < uses.count; i++)
        read_name(l, op, uses.items[i].name);
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
