/* pass select : Lmemory -> Lx86                                   (convert)
 *
 * Chooses x86-64 instructions over virtual registers and states what they demand: the result in the
 * place of the first operand, arguments in the places of the calling convention.
 * Why now: everything is words; from here on only places are left to decide.
 *
 *   (block b0 [%a.0 %b.1]
 *     (let %c.2 (add %a.0 (word 8)))
 *     (let %d.3 (load %c.2 (word 16)))
 *     (let %e.4 (set-if lt %d.3 %b.1))
 *     (branch ne %e.4 (word 0) b1 b2))
 *   => (block b0 [%a.0=rdi %b.1=rsi]
 *        (load [%d.3] (mem %a.0 24))
 *        (cmp-jump [] (cc lt) %d.3 %b.1 (to b1) (to b2)))
 *
 * Needs:  SSA; a kind for every name (lower).
 * Gives:  SSA still. Edges from a block with two successors to one with two predecessors have a
 * block of their own, so block arguments stand on jmp alone. Blocks that cannot be reached are
 * gone. Choice: blocks are read backwards, so that an instruction that has been folded into its
 * only user, or that nothing uses, is never made. Constants are made anew for every use: that is
 *         cheaper than a register; only doubles are hoisted out of loops.
 */
#include "select/select.h"

/* ---- what is known of names */

/* Counts the uses that a step or exit makes; `from`: its first kid that holds operands. */
static void count_uses_in(Select *s, const Node *form, uint32_t from, int by) {
    for (uint32_t i = from; i < form->count; i++) {
        Node *kid = form->kids[i];
        if (kid->kind == N_NAME)
            count_use(s, kid, by);
        else if (kid->kind == N_LIST && kid->head != H_quote && kid->head != H_real &&
                 kid->head != H_shape)
            count_uses_in(s, kid, 0, by);
    }
}

static void count_step(Select *s, const Node *step, int by) {
    count_uses_in(s, step, is_form(step, H_let) ? 1 : 0, by);
}

/* The operand that a step only copies, NULL when it does more. */
static Node *copied(Select *s, const Node *let) {
    Node *rhs = let->kids[1];
    if (is_form(rhs, H_word_op) && (rhs->kids[0]->head == W_mov || rhs->kids[0]->head == W_fmov))
        rhs = rhs->kids[1];
    Local *x = local_of(s, let->kids[0]), *a = local_of(s, rhs);
    if (a) return a->kind == x->kind ? rhs : NULL;
    bool constant = is_form(rhs, H_quote) || is_form(rhs, H_word) || is_form(rhs, H_static) ||
                    is_form(rhs, H_code) || is_form(rhs, H_cell) || is_form(rhs, H_shape) ||
                    is_form(rhs, H_real);
    return constant ? rhs : NULL;
}

static bool is_call(const Node *rhs) {
    return is_form(rhs, H_runtime) || is_form(rhs, H_call) || is_form(rhs, H_direct) ||
           is_form(rhs, H_enter);
}

static void bind(Select *s, Node *name, uint32_t block, Node *definition) {
    Local *v = local_of(s, name);
    if (!v || !v->kind) bug(name, "a name without kind");
    v->name = name;
    v->block = block;
    v->definition = definition;
    if (definition) s->calls += is_call(definition->kids[1]);
    v->calls = s->calls;
    if (definition) v->same = copied(s, definition);
}

static void bind_names(Select *s) {
    const Node *self = function_part(s->function, H_self);
    for (uint32_t i = 0; i < self->count; i++)
        bind(s, self->kids[i], 0, NULL);
    for (uint32_t b = 0; b < s->flow->count; b++) {
        Node *block = s->flow->blocks[b].node;
        for (uint32_t i = 0; i < block->kids[1]->count; i++)
            bind(s, block->kids[1]->kids[i], b, NULL);
        for (uint32_t i = 2; i < block->count; i++)
            if (is_form(block->kids[i], H_let)) bind(s, block->kids[i]->kids[0], b, block->kids[i]);
    }
}

/* Notes which parameters the arguments of a jump are given to. */
static void note_arguments(Select *s, const Node *jump) {
    const Node *parameters = s->flow->blocks[s->flow->index[jump->kids[0]->block]].node->kids[1];
    for (uint32_t i = 0; i < parameters->count && i + 1 < jump->count; i++) {
        Local *argument = local_of(s, resolved(s, jump->kids[i + 1]));
        if (argument) argument->flows_to = parameters->kids[i];
    }
}

static void learn_names(Select *s) {
    const Node *kinds = function_part(s->function, H_kinds);
    s->names = s->local_count = function_names(s->function);
    s->locals = NEW_ARRAY(s->scratch, Local, s->local_count);
    for (uint32_t i = 0; i < kinds->count; i++)
        s->locals[kinds->kids[i]->kids[0]->name.number].kind =
            holds_named(kinds->kids[i]->kids[1]->text);
    bind_names(s);
    for (uint32_t i = 0; i < s->flow->reached; i++) {
        Node *block = s->flow->blocks[s->flow->ordered[i]].node;
        for (uint32_t k = 2; k < block->count; k++)
            if (!is_form(block->kids[k], H_let) ||
                !s->locals[block->kids[k]->kids[0]->name.number].same)
                count_step(s, block->kids[k], 1);
        if (is_form(block->kids[block->count - 1], H_jump))
            note_arguments(s, block->kids[block->count - 1]);
    }
}

/* ---- steps */

/* May a step go when nothing uses its result? */
static bool is_pure(const Node *rhs) {
    if (is_form(rhs, H_word_op))
        return !(word_rows[rhs->kids[0]->head].effects & (WRITES | THROWS));
    return rhs->kind == N_NAME || is_form(rhs, H_set_if);
}

static void select_let(Select *s, const Node *let) {
    Node *x = let->kids[0], *rhs = let->kids[1];
    if (local_of(s, x)->same || local_of(s, x)->folded) return;
    if (!local_of(s, x)->uses && is_pure(rhs)) {
        count_step(s, let, -1);
        return;
    }
    if (is_form(rhs, H_word_op))
        select_word(s, x, rhs);
    else if (is_form(rhs, H_set_if))
        select_set(s, x, rhs);
    else if (rhs->kind == N_NAME)
        add_op(s, is_double(s, x) ? X_fmov : X_mov, x, resolved(s, rhs), NULL);
    else
        select_call(s, x, rhs);
}

static void store(Select *s, Node *value, Node *memory) {
    add_op(s, is_double(s, value) ? X_fstore : X_store, NULL, memory, value, NULL);
}

static void select_step(Select *s, const Node *step) {
    if (is_form(step, H_let)) {
        select_let(s, step);
    } else if (is_form(step, H_store)) {
        Node *value = word_or_name(s, step->kids[0]);
        store(s, value, memory_at(s, step->kids[1], step->kids[2]->integer));
    } else if (is_form(step, H_store_at)) {
        Node *value = word_or_name(s, step->kids[0]);
        store(s, value, memory_indexed(s, step->kids[1], step->kids[2], step->kids[3]->integer));
    } else { /* barrier: the collector needs no telling */
        count_step(s, step, -1);
    }
}

/* ---- exits */

static void select_jump(Select *s, Node *target, Node *const *arguments, uint32_t count) {
    Node *to = node_extended(s->arena, to_block(s, target), arguments, count);
    for (uint32_t i = 1; i < to->count; i++)
        to->kids[i] = in_name(s, to->kids[i]);
    add_op(s, X_jmp, NULL, to, NULL);
}

static void select_exit(Select *s, const Node *exit) {
    const Node *const *k = (const Node *const *)exit->kids;
    if (is_form(exit, H_jump)) {
        select_jump(s, exit->kids[0], exit->kids + 1, exit->count - 1);
    } else if (is_form(exit, H_branch)) {
        if (k[3]->block != k[4]->block)
            select_branch(s, exit);
        else
            count_step(s, exit, -1), select_jump(s, exit->kids[3], NULL, 0);
    } else if (is_form(exit, H_branch_heap)) {
        add_op(s, X_heapj, NULL, word_node(s, k[0]->integer), to_block(s, exit->kids[1]),
               to_block(s, exit->kids[2]), NULL);
    } else if (is_form(exit, H_return)) {
        select_return(s, exit->kids[0]);
    } else if (is_form(exit, H_stop)) {
        add_op(s, X_stop, NULL, NULL);
    } else {
        select_tail_call(s, exit);
    }
}

/* ---- blocks */

/* Moves the instructions of the form at hand to `reversed`, the last one first. */
static void take_code(Select *s, Nodes *reversed) {
    while (s->code.count)
        PUSH(s->scratch, *reversed, s->code.items[--s->code.count]);
}

static Node *block_node(Select *s, const Node *old, Node *parameters, const Nodes *reversed) {
    Nodes kids = {0};
    PUSH(s->scratch, kids, old->kids[0]);
    PUSH(s->scratch, kids, parameters);
    for (uint32_t i = reversed->count; i-- > 0;)
        PUSH(s->scratch, kids, reversed->items[i]);
    return node_list(s->arena, (Head)old->head, old->at, kids.items, kids.count);
}

static Node *select_block(Select *s, uint32_t b) {
    const Node *block = s->flow->blocks[b].node;
    Nodes reversed = {0};
    s->block = b;
    for (uint32_t i = block->count; i-- > 2;) {
        s->at = block->kids[i]->at;
        if (i + 1 == block->count) {
            select_exit(s, block->kids[i]);
            take_code(s, &reversed);
            add_hoisted(s);
        } else {
            select_step(s, block->kids[i]);
        }
        take_code(s, &reversed);
    }
    const Node *self = function_part(s->function, H_self);
    Node *parameters =
        node_tree(s->arena, N_VECTOR, block->at, block->kids[1]->kids, block->kids[1]->count);
    if (b == 0) parameters = placed_parameters(s, parameters, self->count ? self->kids[0] : NULL);
    return block_node(s, block, parameters, &reversed);
}

/* ---- functions */

static Node *kind_row(Select *s, const Node *row) {
    Pos at = s->function->at;
    Node *kids[] = {row->kids[0], node_text(s->arena, N_SYMBOL, at, row->kids[1]->text)};
    return node_list(s->arena, H_NONE, at, kids, 2);
}

/* The kinds of the names that are bound, by number. */
static Node *bound_kinds(Select *s, const Node *old, const Nodes *blocks) {
    bool *bound = NEW_ARRAY(s->scratch, bool, s->names);
    for (uint32_t b = 0; b < blocks->count; b++) {
        const Node *block = blocks->items[b];
        for (uint32_t i = 0; i < block->kids[1]->count; i++)
            bound[block->kids[1]->kids[i]->name.number] = true;
        for (uint32_t i = 2; i < block->count; i++)
            for (uint32_t d = 0; d < defined(block->kids[i])->count; d++)
                bound[defined(block->kids[i])->kids[d]->name.number] = true;
    }
    Nodes rows = {0};
    for (uint32_t i = 0; i < old->count; i++)
        if (bound[old->kids[i]->kids[0]->name.number])
            PUSH(s->scratch, rows, kind_row(s, old->kids[i]));
    for (uint32_t i = 0; i < s->new_kinds.count; i++)
        if (bound[s->new_kinds.items[i]->kids[0]->name.number])
            PUSH(s->scratch, rows, kind_row(s, s->new_kinds.items[i]));
    return node_list(s->arena, H_kinds, s->function->at, rows.items, rows.count);
}

static Node *with_blocks(Select *s, const Nodes *blocks) {
    Nodes kids = {0};
    uint32_t first = function_first_block(s->function);
    for (uint32_t i = 0; i < first; i++) {
        Node *part = s->function->kids[i];
        if (is_form(part, H_kinds)) part = bound_kinds(s, part, blocks);
        if (is_form(part, H_names))
            part = list(s->arena, H_names, part->at,
                        node_int(s->arena, part->kids[0]->at, s->names), NULL);
        PUSH(s->scratch, kids, part);
    }
    for (uint32_t b = 0; b < blocks->count; b++)
        PUSH(s->scratch, kids, blocks->items[b]);
    return node_list(s->arena, H_function, s->function->at, kids.items, kids.count);
}

static Node *select_function(Select *s) {
    s->flow = flow_of(s->scratch, s->function);
    if (s->flow->blocks[0].predecessor_count) {
        s->function = with_entry(s);
        s->flow = flow_of(s->scratch, s->function);
    }
    flow_dominators(s->scratch, s->flow);
    flow_loops(s->scratch, s->flow);
    learn_names(s);
    Node **selected = NEW_ARRAY(s->scratch, Node *, s->flow->count);
    for (uint32_t i = s->flow->reached; i-- > 0;)
        selected[s->flow->ordered[i]] = select_block(s, s->flow->ordered[i]);
    Nodes blocks = {0};
    for (uint32_t b = 0; b < s->flow->count; b++) {
        if (!selected[b]) continue;
        PUSH(s->scratch, blocks, selected[b]);
        split_edges(s, selected[b], &blocks);
    }
    return with_blocks(s, &blocks);
}

/* An entry is a function of one instruction from here on. */
static Node *select_entry(Select *s, const Node *entry) {
    Arena *a = s->arena;
    s->at = entry->at;
    add_op(s, X_dispatch, NULL, node_list(a, H_dispatch, s->at, entry->kids + 2, entry->count - 2),
           NULL);
    Node *block = list(a, H_block, s->at, node_block(a, 0), node_tree(a, N_VECTOR, s->at, NULL, 0),
                       s->code.items[0], NULL);
    Node *names = list(a, H_names, s->at, node_int(a, s->at, 0), NULL);
    Node *returns = list(a, H_returns, s->at, node_text(a, N_SYMBOL, s->at, text("ref")), NULL);
    return list(a, H_function, s->at, entry->kids[0], names, returns, list(a, H_kinds, s->at, NULL),
                list(a, H_self, s->at, NULL), block, NULL);
}

Node *pass_select(Context *c, Node *function) {
    Select s = {.arena = c->arena, .scratch = c->scratch, .function = function};
    return is_form(function, H_entry) ? select_entry(&s, function) : select_function(&s);
}
