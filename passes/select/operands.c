/* operands.c - names, constants and memory as operands of instructions.
 *
 *   (let %q.1 (add %p.0 (word 16))) (let %x.2 (load %q.1 (word 7)))
 *   => (load [%x.2] (mem %p.0 23))
 */
#include "select.h"

#include "../runtime/layout.h"

#include <stdarg.h>

/* ---- operands */

Local *local_of(Select *s, const Node *operand) {
    return operand->kind == N_NAME && operand->name.number < s->local_count
               ? &s->locals[operand->name.number]
               : NULL;
}

Node *resolved(Select *s, Node *operand) {
    Local *v;
    while ((v = local_of(s, operand)) && v->same)
        operand = v->same;
    return operand;
}

static Holds kind_of(Select *s, const Node *operand) {
    Local *v = local_of(s, operand);
    if (v) return v->kind;
    if (operand->kind == N_NAME) /* made here */
        return holds_named(
            s->new_kinds.items[operand->name.number - s->local_count]->kids[1]->text);
    if (is_form(operand, H_real)) return HOLDS_F64;
    return is_form(operand, H_word) || is_form(operand, H_code) || is_form(operand, H_cell)
               ? HOLDS_RAW
               : HOLDS_REF;
}

bool is_double(Select *s, const Node *operand) {
    return kind_of(s, operand) == HOLDS_F64;
}

bool used_once(Select *s, const Node *operand) {
    Local *v = local_of(s, operand);
    return !v || v->uses == 1;
}

bool call_between(Select *s, const Node *a, const Node *b) {
    const Local *x = local_of(s, a), *y = local_of(s, b);
    return x && y && x->block == y->block && x->calls < y->calls;
}

void count_use(Select *s, Node *operand, int by) {
    Local *v = local_of(s, resolved(s, operand));
    if (v) v->uses += (uint32_t)by;
}

void fold_definition(Select *s, const Node *name) {
    local_of(s, name)->uses = 0;
    local_of(s, name)->folded = true;
}

Node *fresh_name(Select *s, const char *hint, Holds kind) {
    static const char *const kinds[] = {"", "ref", "raw", "f64", "drv"};
    Node *name = node_name(s->arena, text(hint), s->names++);
    Node *row[] = {name, node_text(s->arena, N_SYMBOL, 0, text(kinds[kind]))};
    PUSH(s->scratch, s->new_kinds, node_list(s->arena, H_NONE, 0, row, 2));
    return name;
}

Node *word_node(Select *s, int64_t word) {
    return list(s->arena, H_word, s->at, node_int(s->arena, s->at, word), NULL);
}

Node *to_block(Select *s, Node *block) {
    return list(s->arena, H_to, s->at, block, NULL);
}

Node *constant_here(Select *s, const Node *constant) {
    if (is_form(constant, H_word)) return word_node(s, constant->kids[0]->integer);
    return node_list(s->arena, (Head)constant->head, s->at, constant->kids, constant->count);
}

bool immediate(Select *s, Node *operand, int64_t *word) {
    (void)s;
    if (operand->kind == N_NAME) return false;
    const Node *d = operand->count ? operand->kids[0] : NULL;
    if (is_form(operand, H_word))
        *word = d->integer;
    else if (!is_form(operand, H_quote))
        return false;
    else if (d->kind == N_INT && fits_fixnum(d->integer))
        *word = (int64_t)fixnum(d->integer);
    else if (d->kind == N_NIL)
        *word = VALUE_NIL;
    else if (d->kind == N_TRUE)
        *word = VALUE_TRUE;
    else if (d->kind == N_FALSE)
        *word = VALUE_FALSE;
    else
        return false;
    return *word == (int32_t)*word;
}

/* ---- constants of loops */

/* The header of the outermost loop around the block where we are; NO_BLOCK for none. */
static uint32_t outermost_loop(const Select *s) {
    uint32_t header = s->flow->blocks[s->block].loop;
    while (header != NO_BLOCK && s->flow->blocks[header].outer != NO_BLOCK)
        header = s->flow->blocks[header].outer;
    return header;
}

/* A double in a loop gets its name before the loop. */
static Node *hoisted_double(Select *s, Node *constant) {
    uint32_t header = outermost_loop(s);
    if (header == NO_BLOCK || s->flow->blocks[header].dominator == NO_BLOCK) return NULL;
    uint32_t before = s->flow->blocks[header].dominator;
    for (uint32_t i = 0; i < s->hoisted.count; i++)
        if (s->hoisted.items[i].block == before &&
            node_equal(s->hoisted.items[i].constant, constant))
            return s->hoisted.items[i].name;
    Hoisted h = {before, fresh_name(s, "k", HOLDS_F64), constant};
    PUSH(s->scratch, s->hoisted, h);
    return h.name;
}

/* Makes the constants that loops behind this block need. */
void add_hoisted(Select *s) {
    for (uint32_t i = 0; i < s->hoisted.count; i++)
        if (s->hoisted.items[i].block == s->block)
            add_op(s, X_fconst, s->hoisted.items[i].name,
                   constant_here(s, s->hoisted.items[i].constant), NULL);
}

Node *in_name(Select *s, Node *operand) {
    operand = resolved(s, operand);
    if (operand->kind == N_NAME) return operand;
    Holds kind = kind_of(s, operand);
    Node *name = kind == HOLDS_F64 ? hoisted_double(s, operand) : NULL;
    if (name) return name;
    name = fresh_name(s, "k", kind);
    add_op(s, kind == HOLDS_F64 ? X_fconst : X_const, name, constant_here(s, operand), NULL);
    return name;
}

Node *word_or_name(Select *s, Node *operand) {
    int64_t word;
    operand = resolved(s, operand);
    return immediate(s, operand, &word) ? word_node(s, word) : in_name(s, operand);
}

/* ---- memory operands */

/* Replaces a pointer q + k that only this form uses by q; gives k. */
static int64_t fold_addition(Select *s, Node **pointer, int64_t room) {
    Local *v = local_of(s, *pointer);
    if (!v || v->uses != 1 || !v->definition) return 0;
    const Node *rhs = v->definition->kids[1];
    int64_t k;
    if (!is_form(rhs, H_word_op) || rhs->kids[0]->head != W_add ||
        !immediate(s, resolved(s, rhs->kids[2]), &k) || room + k != (int32_t)(room + k))
        return 0;
    Node *inner = resolved(s, rhs->kids[1]);
    if (inner->kind != N_NAME) return 0;
    fold_definition(s, *pointer);
    *pointer = inner;
    return k;
}

Node *memory_at(Select *s, Node *pointer, int64_t displacement) {
    pointer = resolved(s, pointer);
    displacement += fold_addition(s, &pointer, displacement);
    Node *base = in_name(s, pointer);
    return list(s->arena, H_mem, s->at, base, node_int(s->arena, s->at, displacement), NULL);
}

Node *memory_indexed(Select *s, Node *pointer, Node *index, int64_t displacement) {
    enum { WORD = 8 };
    int64_t constant;
    index = resolved(s, index);
    if (immediate(s, index, &constant) &&
        displacement + WORD * constant == (int32_t)(displacement + WORD * constant))
        return memory_at(s, pointer, displacement + WORD * constant);
    Node *base = in_name(s, pointer), *scaled = in_name(s, index);
    return list(s->arena, H_mem, s->at, base, scaled, node_int(s->arena, s->at, WORD),
                node_int(s->arena, s->at, displacement), NULL);
}

/* ---- instructions */

void add_op_of(Select *s, Opcode opcode, Node *const *defs, uint32_t def_count,
               Node *const *operands, uint32_t count) {
    Node *op = arena_alloc(s->arena, sizeof(Node) + (count + 2) * sizeof(Node *));
    op->kind = N_LIST;
    op->head = H_op;
    op->at = s->at;
    op->count = count + 2;
    op->kids[0] = node_row(s->arena, N_OPCODE, (uint16_t)opcode);
    op->kids[1] = node_tree(s->arena, N_VECTOR, s->at, defs, def_count);
    for (uint32_t i = 0; i < count; i++)
        op->kids[FIRST_OPERAND + i] = operands[i];
    PUSH(s->scratch, s->code, op);
}

void add_op(Select *s, Opcode opcode, Node *def, ...) {
    enum { MOST = 6 };
    Node *operands[MOST];
    uint32_t count = 0;
    va_list arguments;
    va_start(arguments, def);
    for (Node *operand; (operand = va_arg(arguments, Node *)) != NULL;)
        operands[count++] = operand;
    va_end(arguments);
    add_op_of(s, opcode, &def, def ? 1 : 0, operands, count);
}
