/* machine.c - access to functions and instructions of Lx86 and later. */
#include "machine.h"
#include "walk.h"

#include <string.h>

static const char *const kinds[] = {"", "ref", "raw", "f64", "drv"};

Holds holds_named(Text name) {
    for (Holds k = HOLDS_REF; k <= HOLDS_DRV; k++)
        if (!strcmp(text_bytes(name), kinds[k])) return k;
    return HOLDS_NONE;
}

Text holds_text(Holds holds) {
    return text(kinds[holds]);
}

/* ---- instructions */

Node *constant_of(const Node *op) {
    Opcode opcode = opcode_of(op);
    return opcode == X_const || opcode == X_fconst ? operands_of(op).items[0] : NULL;
}

Node *constant_at(Arena *arena, const Node *constant, Pos at) {
    if (is_form(constant, H_word))
        return make_word(arena, at, node_int(arena, at, as_word(constant).bits->integer));
    return node_like(arena, constant, at, kids_of(constant));
}

static void add_use(Arena *scratch, Uses *uses, Node *name, uint32_t operand, char letter) {
    PUSH(scratch, *uses, ((Use){name, operand, letter}));
}

/* The names that are in the operand: what it addresses, or gives to a block. */
static void add_inner_uses(Arena *scratch, Uses *uses, const Node *operand, uint32_t i) {
    if (is_form(operand, H_mem)) {
        MemForm f = as_mem(operand);
        add_use(scratch, uses, f.base, i, 'r');
        if (f.index) add_use(scratch, uses, f.index, i, 'r');
    } else if (is_form(operand, H_to)) {
        NodeList values = as_to(operand).values;
        for (uint32_t k = 0; k < values.count; k++)
            add_use(scratch, uses, values.items[k], i, 'r');
    }
}

void uses_of(Arena *scratch, const Node *op, Uses *uses) {
    NodeList operands = operands_of(op);
    const char *letter = opcode_rows[opcode_of(op)].shape;
    while (*letter++ != '=') {
    }
    uses->count = 0;
    for (uint32_t i = 0; i < operands.count; i++) {
        if (operands.items[i]->kind == N_NAME)
            add_use(scratch, uses, operands.items[i], i, *letter);
        else
            add_inner_uses(scratch, uses, operands.items[i], i);
        letter += *letter && *letter != '*'; /* * stands for all further ones */
    }
}

static NodeList names_renamed(Arena *scratch, NodeList names, Rename *rename, void *context) {
    Node **out = NEW_ARRAY(scratch, Node *, names.count);
    for (uint32_t i = 0; i < names.count; i++)
        out[i] = rename(context, names.items[i]);
    return nodes(out, names.count, names.at);
}

static Node *operand_renamed(Arena *arena, Arena *scratch, Node *operand, Rename *rename,
                             void *context) {
    if (operand->kind == N_NAME) return rename(context, operand);
    if (is_form(operand, H_mem)) {
        MemForm f = as_mem(operand);
        Node *base = rename(context, f.base), *index = f.index ? rename(context, f.index) : NULL;
        return make_mem(arena, operand->at, base, index, f.scale, f.offset);
    }
    if (!is_form(operand, H_to)) return operand;
    ToForm f = as_to(operand);
    NodeList values = names_renamed(scratch, f.values, rename, context);
    return make_to(arena, operand->at, f.target, values);
}

OpForm op_renamed(Arena *arena, Arena *scratch, const Node *op, Rename *rename, void *context) {
    OpForm f = as_op(op);
    Node **operands = NEW_ARRAY(scratch, Node *, f.operands.count);
    NodeList defines = names_renamed(scratch, f.defines, rename, context);
    for (uint32_t i = 0; i < f.operands.count; i++)
        operands[i] = operand_renamed(arena, scratch, f.operands.items[i], rename, context);
    return (OpForm){.opcode = f.opcode,
                    .defines = defines,
                    .operands = nodes(operands, f.operands.count, op->at)};
}

/* ---- by number of kid */

static bool is_block(const Node *n) {
    return is_form(n, H_block) || is_form(n, H_cold);
}

Node *function_part(const Node *function, Head head) {
    for (uint32_t i = 0; i < function->count && !is_block(function->kids[i]); i++)
        if (is_form(function->kids[i], head)) return function->kids[i];
    return NULL;
}

uint32_t function_first_block(const Node *function) {
    uint32_t i = 0;
    while (i < function->count && !is_block(function->kids[i]))
        i++;
    return i;
}

uint32_t function_names(const Node *function) {
    return (uint32_t)function_part(function, H_names)->kids[0]->integer;
}

uint32_t block_first_instruction(const Node *block) {
    uint32_t i = 2;
    while (i < block->count &&
           (is_form(block->kids[i], H_live_in) || is_form(block->kids[i], H_live_out) ||
            is_form(block->kids[i], H_in)))
        i++;
    return i;
}

static bool is_note(const Node *n) {
    return is_form(n, H_roots) || is_form(n, H_last) || is_form(n, H_map);
}

uint32_t operands_end(const Node *op) {
    uint32_t end = op->count;
    while (is_note(op->kids[end - 1]))
        end--;
    return end;
}

Node *note_of(const Node *op, Head head) {
    for (uint32_t i = operands_end(op); i < op->count; i++)
        if (op->kids[i]->head == head) return op->kids[i];
    return NULL;
}

char operand_letter(const Node *op, uint32_t i) {
    const char *letter = strchr(opcode_rows[opcode_of(op)].shape, '=') + 1;
    for (uint32_t at = FIRST_OPERAND; at < i && *letter && *letter != '*'; at++)
        letter++;
    return *letter;
}

Node *node_extended(Arena *arena, const Node *n, Node *const *kids, uint32_t count) {
    Node *copy = arena_alloc(arena, sizeof(Node) + (n->count + count) * sizeof(Node *));
    memcpy(copy, n, sizeof(Node) + n->count * sizeof(Node *));
    memcpy(copy->kids + n->count, kids, count * sizeof *kids);
    copy->count = n->count + count;
    copy->fits_as = 0;
    return copy;
}
