/* execute.c - the same walk through a function before allocation and through the framed one.
 *
 * An instruction is taken for an unknown function of its operands: if both sides give it the same
 * ones, both get the same result, which is random; only copies and constants are what they say. So
 * it is enough to compare: each operand, where the machine will read it, with the value of its
 * name. What the machine does besides is done to the framed side: two-address instructions read the
 * place of their result, early results are written before the other operands are read, calls lose
 * registers and area, and the collector moves everything and updates what the map lists.
 */
#include "execute_parts.h"

/* ---- reading the forms */

static bool is_block(const Node *n) {
    return is_form(n, H_block) || is_form(n, H_cold);
}

static uint32_t count_blocks(const Node *function) {
    uint32_t count = 0;
    for (uint32_t i = function_first_block(function); i < function->count; i++)
        if (function->kids[i]->kids[0]->block >= count)
            count = function->kids[i]->kids[0]->block + 1;
    return count;
}

static void read_forms(Walk *w) {
    const Node *kinds = function_part(w->before, H_kinds);
    uint32_t framed = count_blocks(w->framed);
    w->block_count = count_blocks(w->before);
    if (framed > w->block_count) w->block_count = framed;
    w->names = function_names(w->before);
    w->blocks = NEW_ARRAY(w->scratch, BlockPair, w->block_count);
    w->holds = NEW_ARRAY(w->scratch, Holds, w->names);
    w->values = NEW_ARRAY(w->scratch, uint64_t, w->names);
    w->places = NEW_ARRAY(w->scratch, uint64_t, SLOT0);
    w->written = NEW_ARRAY(w->scratch, uint32_t, SLOT0);
    for (uint32_t i = 0; i < w->before->count; i++)
        if (is_block(w->before->kids[i]))
            w->blocks[w->before->kids[i]->kids[0]->block].before = w->before->kids[i];
    for (uint32_t i = 0; i < w->framed->count; i++)
        if (is_block(w->framed->kids[i]))
            w->blocks[w->framed->kids[i]->kids[0]->block].framed = w->framed->kids[i];
    for (uint32_t i = 0; i < kinds->count; i++)
        w->holds[kinds->kids[i]->kids[0]->name.number] = holds_named(kinds->kids[i]->kids[1]->text);
    int64_t bytes = function_part(w->framed, H_frame)->kids[0]->integer;
    w->frame_words = bytes > 0 ? (uint32_t)(bytes / 8) : 0;
    w->frame = NEW_ARRAY(w->scratch, uint64_t, w->frame_words);
}

/* ---- operands and results */

static uint64_t random_word(Walk *w, uint64_t salt) {
    return mixed_with(mixed_with(w->seed, w->step), salt);
}

/* Where the framed form has the k-th use, if it is the same instruction. */
static bool check_operand(Walk *w, const Node *op, uint32_t k) {
    return find_value(w, op, w->was.items[k].name, w->is.items[k].name);
}

/* Two-address instructions read the place of their result, whatever they show. */
static bool check_tied(Walk *w, const Node *was, const Node *is) {
    const Node *result =
        where_of(defined(was)->kids[0]) ? defined(was)->kids[0] : defined(is)->kids[0];
    const Node *first = node_placed(w->scratch, was->kids[FIRST_OPERAND], NOWHERE);
    return find_value(w, is, first, result);
}

static bool write_early(Walk *w, const Node *was, const Node *is) {
    for (uint32_t d = 1; d < defined(was)->count; d++)
        if (!write_place(w, is, defined(was)->kids[d], junk(w, SLOT0))) return false;
    return true;
}

/* The same but for names and their places, which are judged by what they hold. */
static bool same_form(const Node *a, const Node *b) {
    if (a->kind == N_NAME && b->kind == N_NAME) return true;
    if (!is_tree(a) || !is_tree(b)) return node_equal(a, b);
    bool same = a->kind == b->kind && a->head == b->head && a->count == b->count;
    for (uint32_t i = 0; same && i < a->count; i++)
        same = same_form(a->kids[i], b->kids[i]);
    return same;
}

static bool same_instruction(const Node *was, const Node *is) {
    uint32_t end = operands_end(was);
    bool same = end == operands_end(is);
    for (uint32_t i = 0; same && i < end; i++)
        same = same_form(was->kids[i], is->kids[i]);
    return same;
}

static bool check_operands(Walk *w, const Node *was, const Node *is) {
    uint32_t first = 0;
    uses_of(w->scratch, was, &w->was);
    uses_of(w->scratch, is, &w->is);
    if (!same_instruction(was, is)) return diverge(w, "another instruction", is, NULL);
    if (has_flag(was, TIED) && !check_tied(w, was, is)) return false;
    if (has_flag(was, EARLY)) {
        if (!check_operand(w, is, first++) || !write_early(w, was, is)) return false;
    }
    for (uint32_t k = first; k < w->was.count; k++)
        if (!check_operand(w, is, k)) return false;
    return true;
}

static uint64_t result_word(Walk *w, const Node *op, uint32_t d) {
    Opcode opcode = opcode_of(op);
    uint64_t random = random_word(w, d);
    const Node *first = op->count > FIRST_OPERAND ? op->kids[FIRST_OPERAND] : NULL;
    if (opcode == X_bump) return fresh_object(w);
    if (opcode == X_mov || opcode == X_fmov) return w->values[first->name.number];
    if (constant_of(op)) return constant_word(constant_of(op));
    for (uint32_t k = 0; k < w->was.count; k++)
        random = mixed_with(random, w->values[w->was.items[k].name->name.number]);
    return word_of_kind(w, w->holds[defined(op)->kids[d]->name.number], random);
}

static bool write_results(Walk *w, const Node *was, const Node *is) {
    uint64_t words[2] = {0};
    for (uint32_t d = 0; d < defined(was)->count && d < 2; d++)
        words[d] = result_word(w, was, d);
    for (uint32_t d = 0; d < defined(was)->count && d < 2; d++) {
        const Node *name = defined(was)->kids[d];
        w->values[name->name.number] = words[d];
        if (!write_place(w, is, where_of(name) ? name : defined(is)->kids[d], words[d]))
            return false;
    }
    return true;
}

/* ---- ways */

#define NO_WAY UINT32_MAX

/* Of two blocks mostly the one that was seen less. */
static uint32_t choose_way(Walk *w, const Node *exit) {
    const Node *ways[2];
    uint32_t count = 0;
    for (uint32_t i = FIRST_OPERAND; i < operands_end(exit) && count < 2; i++)
        if (is_form(exit->kids[i], H_to)) ways[count++] = exit->kids[i];
    if (!count) return NO_WAY;
    uint64_t random = random_word(w, 7);
    uint32_t way = count == 1 ? 0 : (uint32_t)random & 1;
    uint32_t other = count == 1 ? 0 : 1 - way;
    uint32_t seen = w->blocks[ways[way]->kids[0]->block].visits,
             seen_other = w->blocks[ways[other]->kids[0]->block].visits;
    return ways[seen > seen_other && random % 8 > 1 ? other : way]->kids[0]->block;
}

/* The arguments must be where the block has its parameters. */
static bool give_parameters(Walk *w, const Node *jump, const Node *is, const BlockPair *target) {
    const Node *to = jump->kids[FIRST_OPERAND], *parameters = target->before->kids[1],
               *places = target->framed->kids[1];
    uint64_t *words = NEW_ARRAY(w->scratch, uint64_t, parameters->count);
    if (places->count != parameters->count) return diverge(w, "another block", is, NULL);
    for (uint32_t i = 0; i < parameters->count; i++) {
        const Node *argument = node_placed(w->scratch, to->kids[i + 1], NOWHERE);
        if (!find_value(w, is, argument, places->kids[i])) return false;
        words[i] = w->values[argument->name.number];
    }
    for (uint32_t i = 0; i < parameters->count; i++)
        w->values[parameters->kids[i]->name.number] = words[i];
    return true;
}

static bool follow(Walk *w, const Node *was, const Node *is, uint32_t *next) {
    *next = choose_way(w, was);
    if (*next == NO_WAY) {
        bool frame_gone = !w->entered || opcode_of(was) == X_stop;
        return frame_gone || diverge(w, "the function is left with its frame", is, NULL);
    }
    const BlockPair *target = &w->blocks[*next];
    if (!target->framed) return diverge(w, "a block that is not there", is, NULL);
    for (uint32_t i = FIRST_OPERAND; i < operands_end(was); i++)
        if (is_form(was->kids[i], H_to) &&
            (!is_form(is->kids[i], H_to) ||
             is->kids[i]->kids[0]->block != was->kids[i]->kids[0]->block))
            return diverge(w, "another way", is, NULL);
    return opcode_of(was) != X_jmp || give_parameters(w, was, is, target);
}

/* ---- a walk */

/* False when it diverges; *next: the block to go on with, NO_WAY at the end of the walk. */
static bool run_instruction(Walk *w, const Node *was, const Node *is, uint32_t *next,
                            uint32_t steps) {
    w->step++;
    *next = NO_WAY;
    if (!check_operands(w, was, is)) return false;
    if (has_flag(was, LEAVES)) return follow(w, was, is, next);
    bool traps = is_form(was->kids[operands_end(was) - 1], H_trap) && random_word(w, 9) % 64 == 0;
    if (traps || w->step >= steps) return true;
    if (has_flag(was, SAFEPOINT) && !run_safepoint(w, is)) return false;
    *next = 0;
    return write_results(w, was, is);
}

static bool run_block(Walk *w, uint32_t block, uint32_t *next, uint32_t steps) {
    BlockPair *pair = &w->blocks[block];
    uint32_t i = block_first_instruction(pair->before);
    pair->visits++;
    *next = NO_WAY;
    for (uint32_t k = block_first_instruction(pair->framed); k < pair->framed->count; k++) {
        const Node *item = pair->framed->kids[k];
        if (!is_instruction(item)) {
            if (!run_added(w, item)) return false;
            continue;
        }
        if (i >= pair->before->count) return diverge(w, "an instruction more", item, NULL);
        const Node *was = pair->before->kids[i++];
        if (!run_instruction(w, was, item, next, steps)) return false;
        if (*next == NO_WAY || has_flag(was, LEAVES)) return true;
    }
    return diverge(w, "an instruction less", pair->framed, NULL);
}

static bool run_walk(Walk *w, uint32_t steps) {
    uint32_t first = function_first_block(w->before),
             block = w->before->kids[first]->kids[0]->block, next = 0;
    const Node *parameters = w->before->kids[first]->kids[1];
    w->step = w->epoch = w->objects = 0;
    if (!w->blocks[block].framed) return diverge(w, "a block that is not there", w->framed, NULL);
    start_places(w);
    for (uint32_t x = 0; x < w->names; x++)
        w->values[x] = 0;
    for (uint32_t i = 0; i < parameters->count; i++) {
        const Node *name = parameters->kids[i];
        uint64_t word = word_of_kind(w, w->holds[name->name.number], random_word(w, 100 + i));
        w->values[name->name.number] = word;
        if (!write_place(w, NULL, name, word)) return false;
    }
    for (; block != NO_WAY && w->step < steps; block = next)
        if (!run_block(w, block, &next, steps)) return false;
    return true;
}

bool walk_both(Arena *scratch, const Node *before, const Node *framed, WalkOptions options,
               Divergence *out) {
    Walk w = {.scratch = scratch, .before = before, .framed = framed, .out = out};
    *out = (Divergence){0};
    read_forms(&w);
    for (uint32_t i = 0; i < options.walks; i++) {
        w.seed = mixed_with(options.seed, i);
        out->walk = i;
        bool same = run_walk(&w, options.steps);
        out->steps += w.step;
        if (!same) return false;
    }
    return true;
}
