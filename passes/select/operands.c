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
        return row_holds(s->new_kinds.items[operand->name.number - s->local_count]);
    if (is_form(operand, H_real)) return HOLDS_F64;
    return is_form(operand, H_word) || is_form(operand, H_code) || is_form(operand, H_cell)
               ? HOLDS_RAW
               : HOLDS_REF;
}

bool is_double(Select *s, const Node *operand) {
    return kind_of(s, operand) == HOLDS_F64;
}

bool is_raw(Select *s, const Node *operand) {
    return kind_of(s, operand) == HOLDS_RAW;
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
    Node *name = node_name(s->arena, text(hint), s->names++);
    Node *symbol = node_text(s->arena, N_SYMBOL, 0, holds_text(kind));
    PUSH(s->scratch, s->new_kinds, make_kind(s->arena, 0, name, symbol));
    return name;
}

Node *word_node(Select *s, int64_t word) {
    return make_word(s->arena, s->at, node_int(s->arena, s->at, word));
}

Node *to_block(Select *s, Node *block) {
    return make_to(s->arena, s->at, block, no_nodes(s->at));
}

/* The word that a tagged constant is, unless it is an object. */
static bool immediate_datum(const Node *d, int64_t *word) {
    if (d->kind == N_INT && fits_fixnum(d->integer))
        *word = (int64_t)fixnum(d->integer);
    else if (d->kind == N_NIL)
        *word = VALUE_NIL;
    else if (d->kind == N_TRUE)
        *word = VALUE_TRUE;
    else if (d->kind == N_FALSE)
        *word = VALUE_FALSE;
    else
        return false;
    return true;
}

bool immediate(const Node *operand, int64_t *word) {
    if (is_form(operand, H_word))
        *word = as_word(operand).bits->integer;
    else if (!is_form(operand, H_quote) || !immediate_datum(as_quote(operand).datum, word))
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

void add_hoisted(Select *s) {
    for (uint32_t i = 0; i < s->hoisted.count; i++)
        if (s->hoisted.items[i].block == s->block)
            add_op(s, X_fconst, s->hoisted.items[i].name,
                   constant_at(s->arena, s->hoisted.items[i].constant, s->at), NULL);
}

Node *in_name(Select *s, Node *operand) {
    operand = resolved(s, operand);
    if (operand->kind == N_NAME) return operand;
    Holds kind = kind_of(s, operand);
    Node *name = kind == HOLDS_F64 ? hoisted_double(s, operand) : NULL;
    if (name) return name;
    name = fresh_name(s, "k", kind);
    add_op(s, kind == HOLDS_F64 ? X_fconst : X_const, name, constant_at(s->arena, operand, s->at),
           NULL);
    return name;
}

Node *word_or_name(Select *s, Node *operand) {
    int64_t word;
    operand = resolved(s, operand);
    return immediate(operand, &word) ? word_node(s, word) : in_name(s, operand);
}

/* ---- memory operands */

/* The constant k of a pointer q + k whose only use this is, and q; false: it is no such pointer. */
static bool is_addition(Select *s, const Node *pointer, Node **q, int64_t *k) {
    Local *v = local_of(s, pointer);
    if (!v || v->uses != 1 || !v->definition || !is_form(v->definition, H_word_op)) return false;
    WordOpForm f = as_word_op(v->definition);
    if (f.operation->head != W_add || !immediate(resolved(s, f.operands.items[1]), k)) return false;
    *q = resolved(s, f.operands.items[0]);
    return (*q)->kind == N_NAME;
}

/* Replaces a pointer q + k that only this form uses by q; gives k. */
static int64_t fold_addition(Select *s, Node **pointer, int64_t room) {
    Node *inner;
    int64_t k;
    if (!is_addition(s, *pointer, &inner, &k) || room + k != (int32_t)(room + k)) return 0;
    fold_definition(s, *pointer);
    *pointer = inner;
    return k;
}

Node *mem_form(Select *s, Node *base, int64_t displacement) {
    return make_mem(s->arena, s->at, base, NULL, NULL, node_int(s->arena, s->at, displacement));
}

Node *indexed_form(Select *s, Node *base, Node *index, int64_t scale, int64_t displacement) {
    Node *factor = node_int(s->arena, s->at, scale);
    Node *offset = node_int(s->arena, s->at, displacement);
    return make_mem(s->arena, s->at, base, index, factor, offset);
}

Node *memory_at(Select *s, Node *pointer, int64_t displacement) {
    pointer = resolved(s, pointer);
    displacement += fold_addition(s, &pointer, displacement);
    return mem_form(s, in_name(s, pointer), displacement);
}

Node *memory_indexed(Select *s, Node *pointer, Node *index, int64_t displacement) {
    enum { WORD = 8 };
    int64_t constant;
    index = resolved(s, index);
    if (immediate(index, &constant) &&
        displacement + WORD * constant == (int32_t)(displacement + WORD * constant))
        return memory_at(s, pointer, displacement + WORD * constant);
    Node *base = in_name(s, pointer), *scaled = in_name(s, index);
    return indexed_form(s, base, scaled, WORD, displacement);
}

/* ---- instructions */

void add_op_of(Select *s, Opcode opcode, NodeList defines, NodeList operands) {
    OpForm f = {.opcode = node_row(s->arena, N_OPCODE, (uint16_t)opcode),
                .defines = defines,
                .operands = operands};
    PUSH(s->scratch, s->code, make_op(s->arena, s->at, f));
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
    add_op_of(s, opcode, nodes(&def, def != NULL, s->at), nodes(operands, count, s->at));
}
