/* compare.c - V01: what select gave is all there, and nothing else.
 *
 * The passes after select write into the form what they find and decide, and change nothing of it.
 * So without that it must be the form that select gave. Only this may differ:
 *
 *   written into the form                              by
 *   (live-in ...) (live-out ...) (roots ...) (last ...)  liveness
 *   (intervals ...), another order of the blocks       intervals; the first block stays the first
 *   places, (in ...), (slots n), move, constant,       alloc; a place that select asks for stays
 *   parallel                                           as it is (V02)
 *   (frame ...), (map ...), swap, enter-frame,         frame
 *   leave-frame
 *   left out of it
 *   a block that no way leads to                       liveness
 *   what a pass before has written, when it has served its purpose
 *
 * An instruction is never left out: none of these passes is asked to, not even when nobody needs
 * what it does. Where an instruction is from in the source is not compared.
 */
#include "verdict.h"
#include "verify.h"

#include <stdarg.h>

/* ---- reports */

/* As `broken`. What a report shows is read only here, for the form may be one that does not read.
 */
__attribute__((format(printf, 5, 6))) static bool
changed(Verify *v, Rule rule, const Node *item, const Node *name, const char *format, ...) {
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (!v->blocks) read_for_report(v);
    return broken(v, rule, item, name, "%s", message);
}

static bool was_another(Verify *v, const Node *was, const Node *is) {
    Buffer b = {0};
    print_flat(&b, was);
    bool goes_on = changed(v, RULE_V01, is, NULL, "select gave %s here", b.bytes);
    buffer_free(&b);
    return goes_on;
}

/* ---- instructions */

/* A name that is not in the place that select asks for. */
typedef struct {
    const Node *was, *is;
} Misplaced;

static bool is_same_name(const Node *was, const Node *is, Misplaced *misplaced) {
    if (was->name.number != is->name.number) return false;
    if (where_of(was) && where_of(was) != where_of(is)) *misplaced = (Misplaced){was, is};
    return true;
}

/* Operands, or lists of them, without places. */
static bool is_same(const Node *was, const Node *is, Misplaced *misplaced) {
    if (was == is) return true;
    if (was->kind == N_NAME && is->kind == N_NAME) return is_same_name(was, is, misplaced);
    if (was->kind != is->kind || was->head != is->head) return false;
    if (!is_item(was, H_mem) && !is_item(was, H_to) && was->kind != N_VECTOR)
        return node_equal(was, is);
    if (was->count != is->count) return false;
    for (uint32_t i = 0; i < was->count; i++)
        if (!is_same(was->kids[i], is->kids[i], misplaced)) return false;
    return true;
}

static bool is_note(const Node *n) {
    return n->kind == N_LIST && (n->head == H_roots || n->head == H_last || n->head == H_map);
}

static uint32_t end_of_operands(const Node *op) {
    uint32_t end = op->count;
    while (is_note(op->kids[end - 1]))
        end--;
    return end;
}

static bool is_same_op(const Node *was, const Node *is, Misplaced *misplaced) {
    uint32_t end = end_of_operands(was);
    if (end != end_of_operands(is)) return false;
    for (uint32_t i = 0; i < end; i++)
        if (!is_same(was->kids[i], is->kids[i], misplaced)) return false;
    return true;
}

/* ---- blocks */

/* The next instruction from kid i on; i is moved after it. */
static inline const Node *next_op(const Node *block, uint32_t *i) {
    while (*i < block->count && !is_op(block->kids[*i]))
        ++*i;
    return *i < block->count ? block->kids[(*i)++] : NULL;
}

/* Two instructions are not the same one: is there one more, or one less? */
static bool tell_difference(Verify *v, const Node *was, const Node *is, const Node *next_was,
                            const Node *next_is) {
    Misplaced unread = {0};
    if (next_was && is_same_op(next_was, is, &unread))
        return changed(v, RULE_V01, was, NULL, "this instruction of select is gone");
    if (next_is && is_same_op(was, next_is, &unread))
        return changed(v, RULE_V01, is, NULL, "select did not give this instruction");
    return was_another(v, was, is);
}

static bool check_place_kept(Verify *v, const Node *item, const Misplaced *m) {
    return !m->is ||
           changed(v, RULE_V02, item, m->is, "it must be in %s", where_text(where_of(m->was)));
}

static bool check_ops(Verify *v, const Node *was, const Node *is) {
    for (uint32_t i = 2, k = 2;;) {
        const Node *old = next_op(was, &i), *new = next_op(is, &k);
        Misplaced misplaced = {0};
        if (!old && !new) return true;
        if (!old) return changed(v, RULE_V01, new, NULL, "select did not give this instruction");
        if (!new) return changed(v, RULE_V01, old, NULL, "this instruction of select is gone");
        if (!is_same_op(old, new, &misplaced)) {
            if (!tell_difference(v, old, new, next_op(was, &i), next_op(is, &k))) return false;
            return true; /* what follows is compared with the wrong one */
        }
        if (!check_place_kept(v, new, &misplaced)) return false;
    }
}

static bool check_same_block(Verify *v, const Node *was, const Node *is) {
    Misplaced misplaced = {0};
    if (was->head != is->head)
        return changed(v, RULE_V01, is, NULL, "select gave this as a (%s ...)",
                       head_text((Head)was->head));
    if (!is_same(was->kids[1], is->kids[1], &misplaced))
        return changed(v, RULE_V01, is, NULL, "select gave this block other parameters");
    return check_place_kept(v, is, &misplaced) && check_ops(v, was, is);
}

/* ---- all blocks */

typedef struct {
    const Node *node; /* as select gave it; NULL: there is none of this number */
    bool found;
} SelectedBlock;

typedef struct {
    SelectedBlock *blocks; /* by number */
    uint32_t numbers, first;
} SelectedBlocks;

static bool is_block_form(const Node *n) {
    return is_item(n, H_block) || is_item(n, H_cold);
}

static SelectedBlocks selected_blocks(Verify *v) {
    SelectedBlocks s = {.first = UINT32_MAX};
    for (uint32_t i = 0; i < v->before->count; i++) {
        const Node *block = v->before->kids[i];
        if (!is_block_form(block)) continue;
        if (s.first == UINT32_MAX) s.first = block->kids[0]->block;
        if (block->kids[0]->block >= s.numbers) s.numbers = block->kids[0]->block + 1;
    }
    s.blocks = NEW_ARRAY(v->scratch, SelectedBlock, s.numbers);
    for (uint32_t i = 0; i < v->before->count; i++)
        if (is_block_form(v->before->kids[i]))
            s.blocks[v->before->kids[i]->kids[0]->block].node = v->before->kids[i];
    return s;
}

static bool check_found_block(Verify *v, SelectedBlocks *s, const Node *block) {
    uint32_t number = block->kids[0]->block;
    SelectedBlock *was = number < s->numbers ? &s->blocks[number] : NULL;
    if (!was || !was->node)
        return changed(v, RULE_V01, block, NULL, "select did not give this block");
    if (was->found) return changed(v, RULE_V01, block, NULL, "this block is there twice");
    if (v->block == 0 && number != s->first)
        return changed(v, RULE_V01, block, NULL, "select gave a function that starts with b%u",
                       s->first);
    was->found = true;
    return check_same_block(v, was->node, block);
}

/* A block may be left out only if no way leads to it. As the others are those of select, it is
 * enough that none of them leads there. */
static bool check_exits(Verify *v, const SelectedBlocks *s, const Node *block) {
    const Node *exit = block->kids[block->count - 1];
    for (uint32_t i = 2; i < exit->count; i++) {
        if (!is_item(exit->kids[i], H_to)) continue;
        uint32_t number = exit->kids[i]->kids[0]->block;
        if ((number >= s->numbers || !s->blocks[number].found) &&
            !changed(v, RULE_V01, exit, NULL, "b%u is gone, to which this leads", number))
            return false;
    }
    return true;
}

static bool check_blocks(Verify *v) {
    SelectedBlocks s = selected_blocks(v);
    v->block = 0;
    for (uint32_t i = 0; i < v->function->count; i++) {
        if (!is_block_form(v->function->kids[i])) continue;
        if (!check_found_block(v, &s, v->function->kids[i])) return false;
        v->block++;
    }
    v->block = 0;
    for (uint32_t i = 0; i < v->function->count; i++) {
        if (!is_block_form(v->function->kids[i])) continue;
        if (!check_exits(v, &s, v->function->kids[i])) return false;
        v->block++;
    }
    v->block = 0;
    return true;
}

/* ---- the function */

/* Parts that are no blocks, but for those that were written into it. */
static const Node *next_part(const Node *function, uint32_t *i) {
    while (*i < function->count &&
           (is_block_form(function->kids[*i]) || is_item(function->kids[*i], H_intervals) ||
            is_item(function->kids[*i], H_slots) || is_item(function->kids[*i], H_frame)))
        ++*i;
    return *i < function->count ? function->kids[(*i)++] : NULL;
}

/* The first name that has another kind, if that is all. */
static const Node *kind_changed(const Node *was, const Node *is) {
    for (uint32_t i = 0; i < was->count && i < is->count; i++)
        if (!node_equal(was->kids[i], is->kids[i]))
            return node_equal(was->kids[i]->kids[0], is->kids[i]->kids[0]) ? was->kids[i] : NULL;
    return NULL;
}

static bool part_changed(Verify *v, const Node *was, const Node *is) {
    const Node *part = is ? is : was;
    bool both = was && is && is_item(was, H_kinds) && is_item(is, H_kinds);
    const Node *row = both ? kind_changed(was, is) : NULL;
    v->block = UINT32_MAX;
    if (row)
        return changed(v, RULE_V01, v->function, NULL,
                       "select gave %%%s.%u as %s, which it is not here",
                       text_bytes(row->kids[0]->name.hint), row->kids[0]->name.number,
                       text_bytes(row->kids[1]->text));
    return changed(v, RULE_V01, v->function, NULL, "(%s ...) is not as select gave it",
                   part->kind == N_LIST ? head_text((Head)part->head) : "function");
}

static bool check_head(Verify *v) {
    for (uint32_t i = 0, k = 0;;) {
        const Node *old = next_part(v->before, &i), *new = next_part(v->function, &k);
        if (!old && !new) return true;
        if (old && new && (old == new || node_equal(old, new))) continue;
        return part_changed(v, old, new);
    }
}

bool check_unchanged(Verify *v) {
    return !v->before || (check_head(v) && check_blocks(v));
}

bool is_as_selected(const Context *c, const Node *function, Buffer *report) {
    Context own = *c;
    Verify v = {
        .scratch = c->scratch, .context = &own, .function = function, .before = c->selected};
    check_unchanged(&v);
    if (v.problems && report) buffer_add(report, v.report.bytes, v.report.length);
    if (v.problems && !report) verify_report(&v);
    buffer_free(&v.report);
    return !v.problems;
}
