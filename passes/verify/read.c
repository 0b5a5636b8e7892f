/* read.c - the form to be judged, as arrays. */
#include "verify.h"

#include <stdarg.h>
#include <string.h>

uint32_t operand_end(const Node *op) {
    return op->count > 2 && is_item(op->kids[op->count - 1], H_map) ? op->count - 1 : op->count;
}

const Node *map_of_safepoint(const Node *op) {
    return operand_end(op) < op->count ? op->kids[op->count - 1] : NULL;
}

bool each_use(const Node *op, VisitUse *visit, void *context) {
    const char *letter = strchr(row_of(op)->shape, '=') + 1;
    for (uint32_t i = 2; i < operand_end(op); i++) {
        const Node *operand = op->kids[i];
        if (operand->kind == N_NAME && !visit(context, op, operand, *letter)) return false;
        if (is_item(operand, H_mem) || is_item(operand, H_to))
            for (uint32_t k = 0; k < operand->count; k++)
                if (operand->kids[k]->kind == N_NAME &&
                    !visit(context, op, operand->kids[k], operand->head == H_mem ? 'r' : '*'))
                    return false;
        if (*letter && *letter != '*') letter++;
    }
    return true;
}

CheckedName *checked(Verify *v, const Node *name) {
    return &v->names[name->name.number];
}

static CheckedKind kind_named(const Node *symbol) {
    static const char *const names[] = {"", "ref", "raw", "f64", "drv"};
    for (int k = KIND_IS_REF; k <= KIND_IS_DRV; k++)
        if (!strcmp(text_bytes(symbol->text), names[k])) return (CheckedKind)k;
    return NO_KIND;
}

/* ---- what must be so before anything can be judged */

void malformed(Verify *v, const Node *at, const char *format, ...) {
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (!v->context->is_given) bug(at, "%s", message);
    fail(0, "the form cannot be verified: %s", message);
}

/* The row of a name that is in range. */
static CheckedName *row_of_name(Verify *v, const Node *name) {
    if (name->name.number >= v->name_count)
        malformed(v, v->function, "%%%s.%u is not below (names %u)", text_bytes(name->name.hint),
                  name->name.number, v->name_count);
    return checked(v, name);
}

/* Every name below `n` is bound somewhere. */
static void check_names(Verify *v, const Node *n) {
    for (uint32_t i = 0; i < n->count; i++) {
        const Node *kid = n->kids[i];
        if (kid->kind == N_NAME && !row_of_name(v, kid)->binder)
            malformed(v, n, "%%%s.%u is bound nowhere", text_bytes(kid->name.hint),
                      kid->name.number);
        if (kid->kind == N_LIST || kid->kind == N_VECTOR) check_names(v, kid);
    }
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
    for (uint32_t i = 0; i < v->function->count; i++) {
        const Node *part = v->function->kids[i];
        if (is_item(part, H_names)) v->name_count = (uint32_t)part->kids[0]->integer;
        if (is_item(part, H_kinds)) kinds = part;
        if (is_item(part, H_frame)) v->frame = part;
        if (is_block_form(part)) v->block_count++;
    }
    v->slot_count = v->frame->count - 1;
    v->place_count = SLOT0 + v->slot_count + 1 + (uint32_t)v->frame->kids[0]->integer / 8;
    v->places = NEW_ARRAY(v->scratch, CheckedPlace, v->place_count);
    v->names = NEW_ARRAY(v->scratch, CheckedName, v->name_count);
    v->blocks = NEW_ARRAY(v->scratch, CheckedBlock, v->block_count);
    read_kinds(v, kinds);
}

static void read_binder(Verify *v, const Node *names, const Node *binder, uint32_t b) {
    for (uint32_t i = 0; i < names->count; i++) {
        CheckedName *x = row_of_name(v, names->kids[i]);
        if (x->binder)
            malformed(v, binder, "%%%s.%u is bound twice", text_bytes(x->name->name.hint),
                      x->name->name.number);
        x->name = names->kids[i];
        x->binder = binder;
        x->block = b;
        if (is_op(binder) &&
            (binder->kids[0]->head == X_const || binder->kids[0]->head == X_fconst))
            x->constant = binder->kids[2];
    }
}

static void read_block(Verify *v, const Node *node, uint32_t b) {
    CheckedBlock *block = &v->blocks[b];
    block->node = node;
    block->first = node->count > 2 && is_item(node->kids[2], H_in) ? 3 : 2;
    read_binder(v, node->kids[1], node, b);
    for (uint32_t i = block->first; i < node->count; i++)
        if (is_op(node->kids[i])) read_binder(v, node->kids[i]->kids[1], node->kids[i], b);
}

static void read_edges(Verify *v, uint32_t b, const uint32_t *index, uint32_t numbers) {
    CheckedBlock *block = &v->blocks[b];
    const Node *exit = block->node->kids[block->node->count - 1];
    for (uint32_t i = 0; i < exit->count; i++) {
        if (!is_item(exit->kids[i], H_to)) continue;
        uint32_t number = exit->kids[i]->kids[0]->block;
        if (number >= numbers || !index[number] || block->successor_count == 2)
            malformed(v, exit, "there is no block b%u, or there are three ways to go", number);
        block->successors[block->successor_count++] = index[number] - 1;
        PUSH(v->scratch, v->blocks[index[number] - 1].predecessors, b);
    }
}

void read_form_to_verify(Verify *v) {
    uint32_t b = 0, numbers = 0;
    read_parts(v);
    for (uint32_t i = 0; i < v->function->count; i++) {
        if (!is_block_form(v->function->kids[i])) continue;
        if (v->function->kids[i]->kids[0]->block >= numbers)
            numbers = v->function->kids[i]->kids[0]->block + 1;
        read_block(v, v->function->kids[i], b++);
    }
    uint32_t *index = NEW_ARRAY(v->scratch, uint32_t, numbers); /* plus 1 */
    for (b = 0; b < v->block_count; b++)
        check_names(v, v->blocks[b].node);
    for (b = 0; b < v->block_count; b++)
        index[v->blocks[b].node->kids[0]->block] = b + 1;
    for (b = 0; b < v->block_count; b++)
        read_edges(v, b, index, numbers);
}
