/* build.c - pass lower: words, names, steps and blocks of the output. */
#include "lower.h"

/* ---- words and names */

Node *word(Lower *p, int64_t value) {
    return make_word(p->arena, 0, node_int(p->arena, 0, value));
}

Node *quoted(Lower *p, NodeKind kind) {
    return make_quote(p->arena, 0, node_simple(p->arena, kind, 0));
}

Node *empty_list(Lower *p) {
    return make_quote(p->arena, 0, node_tree(p->arena, N_LIST, 0, NULL, 0));
}

Node *code_address(Lower *p, Node *function) {
    return make_code(p->arena, 0, (CodeForm){.function = function});
}

static Node *constant(Lower *p, Node *quote, Type representation) {
    Node *d = as_quote(quote).datum;
    if (representation == T_INT) return word(p, d->integer);
    if (representation == T_FLAG) return word(p, is_truthy(d));
    if (representation == T_DOUBLE) return make_real(p->arena, 0, d);
    return quote;
}

Node *operand(Lower *p, Node *a, Type representation) {
    if (a->kind == N_GLOBAL) return make_static(p->arena, 0, a);
    if (a->kind == N_NAME) return node_placed(p->arena, a, NOWHERE);
    return constant(p, a, representation);
}

Node *kind_symbol(Lower *p, Pos at, Holds kind) {
    return node_text(p->arena, N_SYMBOL, at, holds_text(kind));
}

void note_kind(Lower *p, Node *name, Holds kind) {
    Node *plain = node_placed(p->arena, name, NOWHERE);
    PUSH(p->scratch, p->kinds, make_kind(p->arena, 0, plain, kind_symbol(p, 0, kind)));
}

Node *machine_name(Lower *p, const char *hint, Holds kind) {
    Node *name = numbered_name(p->arena, &p->names, hint);
    note_kind(p, name, kind);
    return name;
}

/* ---- steps */

void effect(Lower *p, Node *step_form) {
    PUSH(p->scratch, p->current->steps, step_form);
}

void step(Lower *p, Node *name, Node *r) {
    Node *plain = node_placed(p->arena, name, NOWHERE);
    effect(p, make_step_let(p->arena, p->current->at, plain, r));
}

static Node *word_op(Lower *p, Word w, Node *const *operands, uint32_t count) {
    Pos at = p->current->at;
    Node *operation = node_row(p->arena, N_WORD, (uint16_t)w);
    return make_word_op(p->arena, at, operation, nodes(operands, count, at));
}

Node *op1(Lower *p, Word w, Node *a) {
    return word_op(p, w, &a, 1);
}

Node *op2(Lower *p, Word w, Node *a, Node *b) {
    return word_op(p, w, (Node *[]){a, b}, 2);
}

Node *op3(Lower *p, Word w, Node *a, Node *b, Node *c) {
    return word_op(p, w, (Node *[]){a, b, c}, 3);
}

Node *raw2(Lower *p, Word w, Node *a, Node *b) {
    Node *name = machine_name(p, "w", HOLDS_RAW);
    step(p, name, op2(p, w, a, b));
    return name;
}

Node *load(Lower *p, Node *object, int offset) {
    return op2(p, W_load, object, word(p, offset - TAG_POINTER));
}

void store(Lower *p, Node *value, Node *object, int offset) {
    Node *from_tagged = node_int(p->arena, 0, offset - TAG_POINTER);
    effect(p, make_store(p->arena, p->current->at, value, object, from_tagged));
}

void store_with_barrier(Lower *p, Node *value, Node *object, int offset) {
    store(p, value, object, offset);
    Node *from_tagged = node_int(p->arena, 0, offset - TAG_POINTER);
    effect(p, make_barrier(p->arena, p->current->at, value, object, from_tagged));
}

void forget_room(Lower *p) {
    p->room = 0;
}

Node *runtime_call(Lower *p, const char *name, Node *const *args, uint32_t count) {
    Pos at = p->current->at;
    forget_room(p);
    Node *symbol = node_text(p->arena, N_SYMBOL, at, text(name));
    return make_runtime(p->arena, at, symbol, nodes(args, count, at));
}

/* ---- blocks */

static Block *block_with(Lower *p, NodeList parameters, bool cold) {
    Block *b = NEW(p->scratch, Block);
    b->label = node_block(p->arena, p->next_block++);
    b->cold = cold || p->current->cold;
    b->at = p->current->at;
    b->parameters = parameters;
    return b;
}

Block *new_block(Lower *p) {
    return block_with(p, no_nodes(p->current->at), false);
}

Block *cold_block(Lower *p) {
    return block_with(p, no_nodes(p->current->at), true);
}

Block *join_block(Lower *p, Node *parameter) {
    Node **plain = NEW(p->scratch, Node *);
    *plain = node_placed(p->arena, parameter, NOWHERE);
    return block_with(p, nodes(plain, 1, 0), false);
}

void start_block(Lower *p, Block *b) {
    PUSH(p->scratch, p->blocks, b);
    p->current = b;
}

void leave(Lower *p, Node *exit) {
    p->current->exit = exit;
}

void jump(Lower *p, const Block *to, Node *a) {
    Pos at = p->current->at;
    leave(p, make_jump(p->arena, at, to->label, nodes(&a, a != NULL, at)));
}

void branch(Lower *p, Condition c, Node *a, Node *b, const Block *then, const Block *otherwise) {
    BranchForm f = {.condition = node_row(p->arena, N_CONDITION, (uint16_t)c),
                    .left = a,
                    .right = b,
                    .then = then->label,
                    .otherwise = otherwise->label};
    leave(p, make_branch(p->arena, p->current->at, f));
}
