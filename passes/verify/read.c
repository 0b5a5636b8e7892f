/* read.c - the form to be judged, as arrays. */
#include "verify.h"

#include <stdarg.h>
#include <string.h>

CheckedKind kind_named(const Node *symbol) {
    static const char *const names[] = {"", "ref", "raw", "f64", "drv"};
    static Text texts[KIND_IS_DRV + 1];
    for (int k = KIND_IS_REF; k <= KIND_IS_DRV; k++) {
        if (!texts[k]) texts[k] = text(names[k]);
        if (symbol->text == texts[k]) return (CheckedKind)k;
    }
    return NO_KIND;
}

/* ---- what must be so before anything can be judged */

void malformed(Verify *v, Rule rule, const Node *at, const char *format, ...) {
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    v->slot_count = 0; /* what is in them is not known */
    read_for_report(v);
    report_unreadable(v, rule, at, message);
    longjmp(v->unreadable, 1);
}

static _Noreturn void not_in_range(Verify *v, const Node *name) {
    malformed(v, RULE_V23, v->function, "%%%s.%u is not below (names %u)",
              text_bytes(name->name.hint), name->name.number, v->name_count);
}

static _Noreturn void bound_nowhere(Verify *v, const Node *name, const Node *item) {
    malformed(v, RULE_V23, item, "%%%s.%u is bound nowhere", text_bytes(name->name.hint),
              name->name.number);
}

/* The row of a name that is in range. */
static inline CheckedName *row_of_name(Verify *v, const Node *name) {
    if (name->name.number >= v->name_count) not_in_range(v, name);
    return checked(v, name);
}

/* The row of a name that an item of the form reads or lists. */
static inline CheckedName *bound_name(Verify *v, const Node *name, const Node *item) {
    CheckedName *x = row_of_name(v, name);
    if (!x->binder) bound_nowhere(v, name, item);
    return x;
}

/* ---- the parts */

static bool is_block_form(const Node *n) {
    return is_item(n, H_block) || is_item(n, H_cold);
}

static void read_kinds(Verify *v, const Node *kinds) {
    for (uint32_t i = 0; i < kinds->count; i++)
        row_of_name(v, kinds->kids[i]->kids[0])->kind = kind_named(kinds->kids[i]->kids[1]);
}

static void read_parts(Verify *v) {
    const Node *kinds = NULL;
    v->block_count = 0;
    for (uint32_t i = 0; i < v->function->count; i++) {
        const Node *part = v->function->kids[i];
        if (is_item(part, H_names)) v->name_count = (uint32_t)part->kids[0]->integer;
        if (is_item(part, H_kinds)) kinds = part;
        if (is_item(part, H_frame)) v->frame = part;
        if (is_block_form(part)) v->block_count++;
    }
    int64_t bytes = v->frame->kids[0]->integer;
    v->slot_count = v->frame->count - 1;
    v->first_of_area = FIRST_OF_FRAME + v->slot_count + 1 + (bytes > 0 ? (uint32_t)(bytes / 8) : 0);
    v->place_count = v->first_of_area;
    v->names = NEW_ARRAY(v->scratch, CheckedName, v->name_count);
    v->blocks = NEW_ARRAY(v->scratch, CheckedBlock, v->block_count);
    read_kinds(v, kinds);
}

static void read_binder(Verify *v, const Node *names, const Node *binder, uint32_t b) {
    for (uint32_t i = 0; i < names->count; i++) {
        CheckedName *x = row_of_name(v, names->kids[i]);
        if (x->binder)
            malformed(v, RULE_V23, binder, "%%%s.%u is bound twice", text_bytes(x->name->name.hint),
                      x->name->name.number);
        x->name = names->kids[i];
        x->binder = binder;
        x->block = b;
        if (is_op(binder) &&
            (binder->kids[0]->head == X_const || binder->kids[0]->head == X_fconst))
            x->constant = binder->kids[2];
    }
}

static void read_binders(Verify *v, const Node *node, uint32_t b) {
    CheckedBlock *block = &v->blocks[b];
    block->node = node;
    block->first = node->count > 2 && is_item(node->kids[2], H_in) ? 3 : 2;
    block->items = v->item_count;
    v->item_count += node->count - block->first;
    read_binder(v, node->kids[1], node, b);
    for (uint32_t i = block->first; i < node->count; i++)
        if (is_op(node->kids[i])) read_binder(v, node->kids[i]->kids[1], node->kids[i], b);
}

/* ---- items */

/* The argument area is as large as is needed. */
static inline uint32_t read_place(Verify *v, const Node *name) {
    uint32_t place = place_of_name(v, name);
    if (place >= v->place_count) v->place_count = place + 1;
    return place;
}

/* Names that are listed, or bound. */
static inline void read_names(Verify *v, const Node *names, const Node *item) {
    for (uint32_t i = 0; i < names->count; i++) {
        const Node *name = names->kids[i];
        if (name->kind != N_NAME) continue;
        bound_name(v, name, item);
        if (is_area(where_of(name))) read_place(v, name);
    }
}

static inline void read_use(Verify *v, const Node *name, char letter, const Node *op, uint32_t b) {
    CheckedName *x = bound_name(v, name, op);
    Read read = {name, name->name.number, read_place(v, name), letter, false};
    PUSH(v->scratch, v->reads, read);
    x->used = true;
    if (x->block != b) note_use(v, x, b);
}

static void read_operands(Verify *v, const Node *op, uint32_t b) {
    const char *letter = row_of(op)->shape;
    while (*letter++ != '=') {
    }
    uint32_t end = operand_end(op);
    for (uint32_t i = 2; i < end; i++) {
        const Node *operand = op->kids[i];
        if (operand->kind == N_NAME) read_use(v, operand, *letter, op, b);
        if (is_item(operand, H_mem) || is_item(operand, H_to))
            for (uint32_t k = 0; k < operand->count; k++)
                if (operand->kids[k]->kind == N_NAME)
                    read_use(v, operand->kids[k], operand->head == H_mem ? 'r' : '*', op, b);
        if (*letter && *letter != '*') letter++;
    }
    if (end < op->count) read_names(v, op->kids[end], op);
}

static void read_items(Verify *v, uint32_t b) {
    const CheckedBlock *block = &v->blocks[b];
    Item *item = &v->items[block->items];
    if (block->first == 3) read_names(v, block->node->kids[2], block->node);
    for (uint32_t i = block->first; i < block->node->count; i++, item++) {
        const Node *node = block->node->kids[i];
        *item = (Item){node, is_op(node) ? row_of(node) : NULL, v->reads.count};
        if (item->row) {
            read_operands(v, node, b);
            read_names(v, node->kids[1], node);
            v->calls = v->calls || item->row->flags & SAFEPOINT;
        } else {
            read_names(v, node, node);
        }
    }
}

static void read_edges(Verify *v, uint32_t b, const uint32_t *index, uint32_t numbers) {
    CheckedBlock *block = &v->blocks[b];
    const Node *exit = block->node->kids[block->node->count - 1];
    for (uint32_t i = 0; i < exit->count; i++) {
        if (!is_item(exit->kids[i], H_to)) continue;
        uint32_t number = exit->kids[i]->kids[0]->block;
        if (number >= numbers || !index[number] || block->successor_count == 2)
            malformed(v, RULE_V22, exit, "there is no block b%u, or there are three ways to go",
                      number);
        block->successors[block->successor_count++] = index[number] - 1;
        Link edge = {b, v->blocks[index[number] - 1].predecessors};
        PUSH(v->scratch, v->edges, edge);
        v->blocks[index[number] - 1].predecessors = v->edges.count;
    }
}

static void read_blocks(Verify *v) {
    v->items = NEW_ARRAY(v->scratch, Item, v->item_count + 1);
    for (uint32_t b = 0; b < v->block_count; b++) {
        read_names(v, v->blocks[b].node->kids[1], v->blocks[b].node);
        read_items(v, b);
    }
    v->items[v->item_count].reads = v->reads.count;
    v->places = NEW_ARRAY(v->scratch, CheckedPlace, v->place_count);
}

void read_form_to_verify(Verify *v) {
    uint32_t b = 0, numbers = 0;
    read_parts(v);
    for (uint32_t i = 0; i < v->function->count; i++) {
        if (!is_block_form(v->function->kids[i])) continue;
        if (v->function->kids[i]->kids[0]->block >= numbers)
            numbers = v->function->kids[i]->kids[0]->block + 1;
        read_binders(v, v->function->kids[i], b++);
    }
    read_blocks(v);
    uint32_t *index = NEW_ARRAY(v->scratch, uint32_t, numbers); /* plus 1 */
    for (b = 0; b < v->block_count; b++)
        index[v->blocks[b].node->kids[0]->block] = b + 1;
    for (b = 0; b < v->block_count; b++)
        read_edges(v, b, index, numbers);
}

/* ---- what a report shows */

static void show_binders(Verify *v, const Node *names, const Node *binder, uint32_t b) {
    for (uint32_t i = 0; i < names->count; i++) {
        if (names->kids[i]->name.number >= v->name_count) continue;
        CheckedName *x = checked(v, names->kids[i]);
        if (x->binder) continue;
        x->name = names->kids[i];
        x->binder = binder;
        x->block = b;
    }
}

static void show_block(Verify *v, const Node *node) {
    CheckedBlock *block = &v->blocks[v->block_count];
    block->node = node;
    block->first = 2;
    while (block->first < node->count && (is_item(node->kids[block->first], H_live_in) ||
                                          is_item(node->kids[block->first], H_live_out) ||
                                          is_item(node->kids[block->first], H_in)))
        block->first++;
    show_binders(v, node->kids[1], node, v->block_count);
    for (uint32_t i = block->first; i < node->count; i++)
        if (is_op(node->kids[i]))
            show_binders(v, node->kids[i]->kids[1], node->kids[i], v->block_count);
    v->block_count++;
}

void read_for_report(Verify *v) {
    for (uint32_t i = 0; i < v->function->count; i++)
        if (is_item(v->function->kids[i], H_names))
            v->name_count = (uint32_t)v->function->kids[i]->kids[0]->integer;
    v->names = NEW_ARRAY(v->scratch, CheckedName, v->name_count);
    v->blocks = NEW_ARRAY(v->scratch, CheckedBlock, v->function->count);
    v->block_count = 0;
    for (uint32_t i = 0; i < v->function->count; i++)
        if (is_block_form(v->function->kids[i])) show_block(v, v->function->kids[i]);
}
