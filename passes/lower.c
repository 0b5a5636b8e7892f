/* pass lower : Lblocks -> Lmemory                                        (convert)
 *
 * Says what each operation does to words: loads and stores at offsets, inline allocation, kind
 * tests on header bytes, calls of the runtime. What is rarely run goes to cold blocks.
 * Why now: control is explicit and redundant operations are gone; machine instructions come next.
 *
 *   (block b0 [%l.1:any] (let %r.2:any (prim %car %l.1)) (return %r.2))
 *   => (block b0 [%l.1] (let %r.2 (load %l.1 (word 7))) (return %r.2))
 *
 * Needs:  names are raw or tagged as their type says (specialize).
 * Gives:  (kinds ...) of every name: ref, raw, f64. Constants say what they are: (quote d) is a
 *         tagged value, (word n) and (real d) are raw.
 * Choice: a flag that is only tested becomes a branch on its test. One heap check serves all
 *         allocations up to the next point where a collection may happen.
 */
#include "lower.h"

#include <stdlib.h>

/* ---- words and names */

Node *word(Pass *p, int64_t value) { return list(p->arena, H_word, 0, node_int(p->arena, 0, value), NULL); }

Node *quoted(Pass *p, NodeKind kind) {
    return list(p->arena, H_quote, 0, node_simple(p->arena, kind, 0), NULL);
}

Type representation_of(const Pass *p, const Node *a) {
    return a->kind == N_NAME && a->name.number < p->limit ? p->types[a->name.number] : T_ANY;
}

static Node *constant(Pass *p, const Node *a, Type representation) {
    Node *d = a->kids[0];
    if (representation == T_INT) return word(p, d->integer);
    if (representation == T_FLAG) return word(p, d->kind != N_NIL && d->kind != N_FALSE);
    if (representation == T_DOUBLE) return list(p->arena, H_real, 0, d, NULL);
    return (Node *)(uintptr_t)a;
}

Node *operand(Pass *p, const Node *a, Type representation) {
    if (a->kind == N_GLOBAL) return list(p->arena, H_static, 0, a, NULL);
    if (a->kind == N_NAME) return node_placed(p->arena, a, NOWHERE);
    return constant(p, a, representation);
}

static MachineKind kind_of(Type representation) {
    return representation == T_DOUBLE ? K_F64 : representation == T_INT || representation == T_FLAG ? K_RAW : K_REF;
}

void note_kind(Pass *p, Node *name, MachineKind kind) {
    static const char *const names[] = {"ref", "raw", "f64"};
    Node *kids[] = {node_placed(p->arena, name, NOWHERE), node_text(p->arena, N_SYMBOL, 0, text(names[kind]))};
    PUSH(p->scratch, p->kinds, node_list(p->arena, H_NONE, 0, kids, 2));
}

Node *machine_name(Pass *p, const char *hint, MachineKind kind) {
    Node *name = numbered_name(p->arena, &p->names, hint);
    note_kind(p, name, kind);
    return name;
}

/* ---- steps */

void effect(Pass *p, Node *step_form) {
    step_form->at = p->current->at;
    PUSH(p->scratch, p->current->steps, step_form);
}

void step(Pass *p, Node *name, Node *r) {
    effect(p, list(p->arena, H_let, 0, node_placed(p->arena, name, NOWHERE), r, NULL));
}

Node *op1(Pass *p, Word w, Node *a) {
    return list(p->arena, H_word_op, p->current->at, node_row(p->arena, N_WORD, (uint16_t)w), a, NULL);
}

Node *op2(Pass *p, Word w, Node *a, Node *b) {
    return list(p->arena, H_word_op, p->current->at, node_row(p->arena, N_WORD, (uint16_t)w), a, b, NULL);
}

Node *raw1(Pass *p, Word w, Node *a) {
    Node *name = machine_name(p, "w", K_RAW);
    step(p, name, op1(p, w, a));
    return name;
}

Node *raw2(Pass *p, Word w, Node *a, Node *b) {
    Node *name = machine_name(p, "w", K_RAW);
    step(p, name, op2(p, w, a, b));
    return name;
}

Node *load(Pass *p, Node *object, int offset) { return op2(p, W_load, object, word(p, offset - TAG_POINTER)); }

void store(Pass *p, Node *value, Node *object, int offset) {
    effect(p, list(p->arena, H_store, 0, value, object, node_int(p->arena, 0, offset - TAG_POINTER), NULL));
}

void forget_room(Pass *p) { p->room = 0; }

Node *runtime_call(Pass *p, const char *name, Node *const *args, uint32_t count) {
    forget_room(p);
    Node *symbol = node_text(p->arena, N_SYMBOL, p->current->at, text(name));
    return build(p->arena, p->current->at, "(runtime ? ?...)", symbol, args, count);
}

/* ---- blocks */

Block *new_block(Pass *p, Node *params, bool cold) {
    Block *b = NEW(p->scratch, Block);
    b->name = node_block(p->arena, p->next_block++);
    b->cold = cold || p->current->cold;
    b->at = p->current->at;
    b->params = params ? params : node_tree(p->arena, N_VECTOR, b->at, NULL, 0);
    return b;
}

void start_block(Pass *p, Block *b) {
    PUSH(p->scratch, p->blocks, b);
    p->current = b;
}

void leave(Pass *p, Node *exit) {
    exit->at = p->current->at;
    p->current->exit = exit;
}

void jump(Pass *p, const Block *to, Node *a) {
    leave(p, a ? list(p->arena, H_jump, 0, to->name, a, NULL) : list(p->arena, H_jump, 0, to->name, NULL));
}

void branch(Pass *p, Condition c, Node *a, Node *b, const Block *then, const Block *otherwise) {
    Node *condition = node_row(p->arena, N_CONDITION, (uint16_t)c);
    leave(p, list(p->arena, H_branch, 0, condition, a, b, then->name, otherwise->name, NULL));
}

/* ---- right-hand sides */

/* Calls take their operands as they are: raw constants were bound to names before. */
static Node *call_operands(Pass *p, const Node *e, uint32_t first) {
    Node *out = node_list(p->arena, (Head)e->head, p->current->at, e->kids, e->count);
    for (uint32_t i = first; i < e->count; i++)
        out->kids[i] = operand(p, e->kids[i], T_ANY);
    return out;
}

static Node *cell(Pass *p, Node *g) { return list(p->arena, H_cell, 0, g, NULL); }

static void set_global(Pass *p, Node *name, const Node *e) {
    Node *offset = node_int(p->arena, 0, 0);
    effect(p, list(p->arena, H_store, 0, operand(p, e->kids[1], T_ANY), cell(p, e->kids[0]), offset, NULL));
    step(p, name, quoted(p, N_NIL));
}

static void patch(Pass *p, Node *name, const Node *e) {
    Node *closure = operand(p, e->kids[0], T_ANY), *value = operand(p, e->kids[2], T_ANY);
    int offset = FIELD_CLOSURE_CAPTURES + 8 * (int)e->kids[1]->integer;
    store(p, value, closure, offset);
    effect(p, list(p->arena, H_barrier, 0, value, closure, node_int(p->arena, 0, offset - TAG_POINTER), NULL));
    step(p, name, quoted(p, N_NIL));
}

static void try_call(Pass *p, Node *name, const Node *e) {
    Node **args = NEW_ARRAY(p->scratch, Node *, e->count);
    for (uint32_t i = 0; i < e->count; i++)
        args[i] = i < 2 ? list(p->arena, H_code, 0, e->kids[i], NULL) : operand(p, e->kids[i], T_ANY);
    step(p, name, runtime_call(p, "rt_try", args, e->count));
}

static void right_hand_side(Pass *p, Node *name, const Node *r) {
    switch (is_tree(r) ? r->head : (uint16_t)H_quote) {
    case H_quote: step(p, name, operand(p, r, representation_of(p, name))); break;
    case H_prim: lower_primitive(p, name, r); break;
    case H_global: step(p, name, op2(p, W_load, cell(p, r->kids[0]), word(p, 0))); break;
    case H_set_global: set_global(p, name, r); break;
    case H_closure: lower_closure(p, name, r); break;
    case H_patch: patch(p, name, r); break;
    case H_try_call: try_call(p, name, r); break;
    case H_call:
    case H_direct:
    case H_enter:
        forget_room(p);
        step(p, name, call_operands(p, r, r->head == H_call ? 0 : 1));
        break;
    default: bug(r, "lower does not know this form");
    }
}

/* ---- exits */

static Block *known_block(Pass *p, Node *name) {
    Block *b = NEW(p->scratch, Block);
    b->name = name;
    return b;
}

static void exit_form(Pass *p, const Node *e) {
    switch (e->head) {
    case H_jump: {
        const Node *params = p->params[e->kids[0]->block];
        Node *out = node_list(p->arena, H_jump, 0, e->kids, e->count);
        for (uint32_t i = 1; i < e->count; i++)
            out->kids[i] = operand(p, e->kids[i], type_of(params->kids[i - 1]));
        leave(p, out);
        break;
    }
    case H_branch: test(p, e->kids[0], known_block(p, e->kids[1]), known_block(p, e->kids[2])); break;
    case H_return: leave(p, list(p->arena, H_return, 0, operand(p, e->kids[0], p->returns), NULL)); break;
    case H_tail_call: leave(p, call_operands(p, e, 0)); break;
    case H_tail_direct:
    case H_tail_enter: leave(p, call_operands(p, e, 1)); break;
    case H_stop: leave(p, list(p->arena, H_stop, 0, NULL)); break;
    default: bug(e, "lower does not know this exit");
    }
}

/* ---- functions */

static Node *plain_names(Pass *p, const Node *names) {
    Node *out = node_tree(p->arena, (NodeKind)names->kind, names->at, names->kids, names->count);
    out->head = names->head;
    for (uint32_t i = 0; i < out->count; i++) {
        note_kind(p, out->kids[i], kind_of(type_of(out->kids[i])));
        out->kids[i] = node_placed(p->arena, out->kids[i], NOWHERE);
    }
    return out;
}

/* Is the flag used once only, by the branch at the end of this block? */
static bool only_branches(const Pass *p, const Node *block, const Node *name) {
    const Node *exit = block->kids[block->count - 1];
    return is_form(exit, H_branch) && same_name(exit->kids[0], name) && p->uses[name->name.number] == 1;
}

/* Inline allocations from step `from` on, up to where memory may move. */
static int64_t bytes_ahead(const Node *block, uint32_t from) {
    int64_t bytes = 0;
    for (uint32_t i = from; i + 1 < block->count; i++) {
        const Node *r = block->kids[i]->kids[1];
        int64_t more = inline_bytes(r);
        bool straight = more || !is_tree(r) || r->head == H_quote || r->head == H_global;
        if (!straight) break;
        bytes += more;
    }
    return bytes;
}

static void lower_block(Pass *p, const Node *block) {
    Block *b = NEW(p->scratch, Block);
    b->name = block->kids[0];
    b->cold = block->head == H_cold;
    b->at = block->at;
    b->params = plain_names(p, block->kids[1]);
    p->room = 0;
    start_block(p, b);
    for (uint32_t i = 2; i + 1 < block->count; i++) {
        const Node *s = block->kids[i];
        Node *name = s->kids[0], *r = s->kids[1];
        p->current->at = s->at;
        if (is_form(r, H_prim) && is_test((Prim)r->kids[0]->head) && only_branches(p, block, name)) {
            p->tests[name->name.number] = r;
            continue;
        }
        note_kind(p, name, kind_of(type_of(name)));
        if (inline_bytes(r) > p->room) reserve(p, bytes_ahead(block, i));
        right_hand_side(p, name, r);
    }
    const Node *exit = block->kids[block->count - 1];
    p->current->at = exit->at;
    exit_form(p, exit);
}

static void note_name(Pass *p, const Node *name) { p->types[name->name.number] = type_of(name); }

static void count_uses(Pass *p, const Node *e) {
    if (e->kind == N_NAME) p->uses[e->name.number]++;
    if (!is_tree(e) || e->head == H_quote) return;
    for (uint32_t i = e->head == H_let; i < e->count; i++)
        count_uses(p, e->kids[i]);
}

static void look_at_blocks(Pass *p, const Node *f) {
    for (uint32_t i = 4; i < f->count; i++) {
        const Node *block = f->kids[i];
        if (block->kids[0]->block >= p->next_block) p->next_block = block->kids[0]->block + 1;
    }
    p->params = NEW_ARRAY(p->scratch, Node *, p->next_block);
    for (uint32_t i = 4; i < f->count; i++) {
        const Node *block = f->kids[i];
        p->params[block->kids[0]->block] = block->kids[1];
        for (uint32_t k = 0; k < block->kids[1]->count; k++)
            note_name(p, block->kids[1]->kids[k]);
        for (uint32_t k = 2; k < block->count; k++) {
            if (is_form(block->kids[k], H_let)) note_name(p, block->kids[k]->kids[0]);
            count_uses(p, block->kids[k]);
        }
    }
}

static int by_number(const void *a, const void *b) {
    const Node *const *x = a, *const *y = b;
    uint32_t m = (*x)->kids[0]->name.number, n = (*y)->kids[0]->name.number;
    return m < n ? -1 : m > n;
}

static Node *block_form(Pass *p, const Block *b) {
    VEC(Node *) kids = {0};
    PUSH(p->scratch, kids, b->name);
    PUSH(p->scratch, kids, b->params);
    for (uint32_t i = 0; i < b->steps.count; i++)
        PUSH(p->scratch, kids, b->steps.items[i]);
    PUSH(p->scratch, kids, b->exit);
    return node_list(p->arena, b->cold ? H_cold : H_block, b->at, kids.items, kids.count);
}

static Node *finished(Pass *p, const Node *f, Node *self) {
    static const char *const kinds[] = {"ref", "raw", "f64"};
    VEC(Node *) kids = {0};
    if (p->kinds.count) qsort(p->kinds.items, p->kinds.count, sizeof *p->kinds.items, by_number);
    PUSH(p->scratch, kids, f->kids[0]);
    PUSH(p->scratch, kids, names_form(p->arena, f->at, p->names));
    PUSH(p->scratch, kids, returns_form(p->arena, f->at, kinds[kind_of(p->returns)]));
    PUSH(p->scratch, kids, node_list(p->arena, H_kinds, f->at, p->kinds.items, p->kinds.count));
    PUSH(p->scratch, kids, self);
    for (uint32_t i = 0; i < p->blocks.count; i++)
        PUSH(p->scratch, kids, block_form(p, p->blocks.items[i]));
    return node_list(p->arena, H_function, f->at, kids.items, kids.count);
}

Node *pass_lower(Context *context, Node *top) {
    if (is_form(top, H_entry)) return top;
    Pass p = {.arena = context->arena, .scratch = context->scratch};
    p.names = p.limit = (uint32_t)top->kids[1]->kids[0]->integer;
    Text returns = top->kids[2]->kids[0]->text;
    if (!type_parse(text_bytes(returns), text_length(returns), &p.returns)) bug(top, "no such type");
    p.uses = NEW_ARRAY(p.scratch, uint32_t, p.limit + 1);
    p.types = NEW_ARRAY(p.scratch, Type, p.limit + 1);
    p.tests = NEW_ARRAY(p.scratch, Node *, p.limit + 1);
    look_at_blocks(&p, top);
    Node *self = plain_names(&p, top->kids[3]);
    for (uint32_t i = 4; i < top->count; i++)
        lower_block(&p, top->kids[i]);
    return finished(&p, top, self);
}
