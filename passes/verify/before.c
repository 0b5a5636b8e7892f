/* before.c - is the form that goes into liveness fit for it? Run before the back end's last part,
 * on every function: its passes and the verifier build on what is checked here. A later form that
 * was read from a file, with nothing that it could be compared with, is looked at in the same way:
 * what the passes have written into it is passed over.
 *
 *   V21  each instruction has operands of the kinds that it is for         kinds.c
 *   V22  edges have a place for moves, arguments fit parameters            edges.c
 *   V23  each name is bound once, and on every way to its uses             here
 *
 * A name that is used in a block other than its own is looked for backwards along all edges, up to
 * the block that binds it; if the first block is reached, there is a way without it. The cost is
 * the size of the live sets.
 */
#include "kinds.h"
#include "verdict.h"

#include <stdarg.h>

/* ---- reports */

bool wrong(Before *f, Rule rule, uint32_t b, const Node *item, const Node *name, const char *format,
           ...) {
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (!f->report.blocks) read_for_report(&f->report);
    f->report.block = b;
    return broken(&f->report, rule, item, name, "%s", message);
}

/* ---- names */

static bool bind_name(Before *f, const Node *name, uint32_t b, uint32_t i) {
    const Node *block = f->blocks[b].node, *binder = i ? block->kids[i] : block;
    if (name->name.number >= f->name_count) {
        wrong(f, RULE_V23, b, binder, NULL, "%%%s.%u is not below (names %u)",
              text_bytes(name->name.hint), name->name.number, f->name_count);
        return false;
    }
    Binding *x = &f->names[name->name.number];
    if (x->block && !wrong(f, RULE_V23, b, binder, name, "it is bound a second time")) return false;
    if (!x->kind && !wrong(f, RULE_V21, b, binder, name, "(kinds ...) does not list it"))
        return false;
    x->block = b + 1;
    x->item = i;
    return true;
}

static bool bind_names(Before *f, uint32_t b) {
    const Node *block = f->blocks[b].node;
    for (uint32_t p = 0; p < block->kids[1]->count; p++)
        if (!bind_name(f, block->kids[1]->kids[p], b, 0)) return false;
    for (uint32_t i = 2; i < block->count; i++) {
        const Node *op = block->kids[i];
        if (!is_op(op)) continue;
        const Node *names = op->kids[1];
        for (uint32_t d = 0; d < names->count; d++)
            if (!bind_name(f, names->kids[d], b, i)) return false;
        if (row_of(op)->flags & LEAVES && i + 1 < block->count)
            return wrong(f, RULE_V22, b, op, NULL, "it leaves the block before its end");
    }
    return true;
}

bool use_name(Before *f, const Node *name, uint32_t b, uint32_t i) {
    const Node *item = f->blocks[b].node->kids[i];
    uint32_t number = name->name.number;
    if (number >= f->name_count || !f->names[number].block) {
        wrong(f, RULE_V23, b, item, NULL, "%%%s.%u is bound nowhere", text_bytes(name->name.hint),
              number);
        return false;
    }
    Binding *x = &f->names[number];
    if (x->block == b + 1)
        return x->item < i || wrong(f, RULE_V23, b, item, name, "it is bound only behind this use");
    if (x->uses && f->uses.items[x->uses - 1].block == b) return true;
    Link use = {b, x->uses};
    PUSH(f->scratch, f->uses, use);
    x->uses = f->uses.count;
    return true;
}

/* ---- are uses after their definitions on every way? */

typedef struct {
    const Node *item, *name;
} UseAt;

static void find_use(const Node *item, const Node *in, uint32_t number, UseAt *found) {
    for (uint32_t i = 0; i < in->count; i++) {
        const Node *kid = in->kids[i];
        if (kid->kind == N_NAME && kid->name.number == number && in != item->kids[1])
            *found = (UseAt){item, kid};
        if (is_item(kid, H_mem) || is_item(kid, H_to)) find_use(item, kid, number, found);
    }
}

static bool not_on_every_way(Before *f, uint32_t number, uint32_t b) {
    const Node *block = f->blocks[b].node;
    UseAt found = {0};
    for (uint32_t i = 2; i < block->count && !found.item; i++)
        if (is_op(block->kids[i])) find_use(block->kids[i], block->kids[i], number, &found);
    return wrong(f, RULE_V23, b, found.item, found.name,
                 "there is a way to this use that does not bind it");
}

static bool follow(Before *f, uint32_t number, uint32_t use, Numbers *work) {
    PUSH(f->scratch, *work, use);
    while (work->count) {
        uint32_t b = work->items[--work->count];
        if (f->blocks[b].seen == number + 1) continue;
        f->blocks[b].seen = number + 1;
        if (b == 0) return not_on_every_way(f, number, use);
        for (uint32_t e = f->blocks[b].edges; e; e = f->edges.items[e - 1].next)
            if (f->edges.items[e - 1].block + 1 != f->names[number].block)
                PUSH(f->scratch, *work, f->edges.items[e - 1].block);
    }
    return true;
}

static bool check_ways(Before *f) {
    Numbers work = {0};
    for (uint32_t number = 0; number < f->name_count; number++)
        for (uint32_t u = f->names[number].uses; u; u = f->uses.items[u - 1].next)
            if (!follow(f, number, f->uses.items[u - 1].block, &work)) return false;
    return true;
}

/* ---- the whole */

static void read_kinds_before(Before *f, const Node *kinds) {
    for (uint32_t i = 0; i < kinds->count; i++) {
        const Node *name = kinds->kids[i]->kids[0];
        if (name->name.number < f->name_count)
            f->names[name->name.number].kind = kind_named(kinds->kids[i]->kids[1]);
    }
}

/* False when a block is twice: which of them is meant? */
static bool read_blocks_before(Before *f) {
    const Node *function = f->function;
    f->block_count = function->count - f->first_block;
    f->blocks = NEW_ARRAY(f->scratch, BlockBefore, f->block_count);
    for (uint32_t b = 0; b < f->block_count; b++) {
        f->blocks[b].node = function->kids[f->first_block + b];
        if (f->blocks[b].node->kids[0]->block >= f->numbers)
            f->numbers = f->blocks[b].node->kids[0]->block + 1;
    }
    f->index = NEW_ARRAY(f->scratch, uint32_t, f->numbers);
    for (uint32_t b = 0; b < f->block_count; b++) {
        uint32_t *index = &f->index[f->blocks[b].node->kids[0]->block];
        if (*index) {
            wrong(f, RULE_V22, b, f->blocks[b].node, NULL, "this block is there twice");
            return false;
        }
        *index = b + 1;
    }
    return true;
}

static bool read_function_before(Before *f) {
    const Node *kinds = NULL;
    for (uint32_t i = 0; i < f->function->count && !f->first_block; i++) {
        const Node *part = f->function->kids[i];
        if (is_item(part, H_names)) f->name_count = (uint32_t)part->kids[0]->integer;
        if (is_item(part, H_kinds)) kinds = part;
        if (is_item(part, H_returns)) f->returns = kind_named(part->kids[0]);
        if (is_item(part, H_block) || is_item(part, H_cold)) f->first_block = i;
    }
    f->names = NEW_ARRAY(f->scratch, Binding, f->name_count);
    read_kinds_before(f, kinds);
    if (f->first_block) return read_blocks_before(f);
    wrong(f, RULE_V22, 0, f->function, NULL, "the function has no block");
    return false;
}

static bool check_block_before(Before *f, uint32_t b) {
    const Node *block = f->blocks[b].node;
    for (uint32_t i = 2; i < block->count; i++)
        if (is_op(block->kids[i]) && !check_kinds(f, b, i)) return false;
    return check_edges_before(f, b);
}

static bool check_function_before(Before *f) {
    if (!read_function_before(f) || !read_edges_before(f)) return false;
    for (uint32_t b = 0; b < f->block_count; b++)
        if (!bind_names(f, b)) return false;
    for (uint32_t b = 0; b < f->block_count; b++)
        if (!check_block_before(f, b)) return false;
    return check_ways(f);
}

bool is_fit_for_liveness(const Context *c, const Node *function, Buffer *report) {
    Before f = {.scratch = c->scratch, .function = function, .context = *c};
    Verify *v = &f.report;
    *v = (Verify){.scratch = c->scratch, .context = &f.context, .function = function};
    check_function_before(&f);
    if (v->problems && report) buffer_add(report, v->report.bytes, v->report.length);
    if (v->problems && !report) verify_report(v);
    buffer_free(&v->report);
    return !v->problems;
}
