/* tree_primitives.c - the tree interpreter: primitives, and conversions of words.
 *
 * Before Lspecial every value is tagged: what a primitive takes or gives as a raw word is converted
 * around it.
 */
#include "tree.h"

#include <string.h>

/* ---- conversions */

static void at_work(Activation *a, const Code *c) {
    if (c->at) a->frame.at = c->at;
    world.top = a->frame.base + c->height;
}

static Bits evaluate_boolean(Activation *a, const Code *c) {
    return boolean(evaluate(a, c->parts[0]) != 0);
}

static Bits evaluate_flag(Activation *a, const Code *c) {
    return !is_falsey(evaluate(a, c->parts[0]));
}

static Bits evaluate_box_int(Activation *a, const Code *c) {
    int64_t i = (int64_t)evaluate(a, c->parts[0]);
    at_work(a, c);
    return box_int(i);
}

static Bits evaluate_box_double(Activation *a, const Code *c) {
    double d = double_of(evaluate(a, c->parts[0]));
    at_work(a, c);
    return rt_box_double(d);
}

static Bits evaluate_int(Activation *a, const Code *c) {
    Value v = evaluate(a, c->parts[0]);
    at_work(a, c);
    return (Bits)(is_int(v) ? int_value(v) : rt_to_int(v));
}

static Bits evaluate_double(Activation *a, const Code *c) {
    Value v = evaluate(a, c->parts[0]);
    at_work(a, c);
    return bits_of(is_kind(v, KIND_DOUBLE) ? double_value(v) : rt_to_double(v));
}

const Code *unconverted_flag(const Code *c) {
    if (c->gives == HOLDING_FLAG) return c;
    return c->run == evaluate_boolean ? c->parts[0] : NULL;
}

const Code *converted(Preparer *p, Pos at, const Code *c, Holding want) {
    static Run *const from[] = {NULL, evaluate_box_int, evaluate_boolean, evaluate_box_double,
                                NULL};
    static Run *const to[] = {NULL, evaluate_int, evaluate_flag, evaluate_double, NULL};
    if ((Holding)c->gives == want) return c;
    if (c->gives != HOLDING_VALUE && want != HOLDING_VALUE) c = converted(p, at, c, HOLDING_VALUE);
    Code *out = new_tree_code(p, want == HOLDING_VALUE ? from[c->gives] : to[want], at, 1);
    out->parts[0] = c;
    out->gives = (uint8_t)want;
    return out;
}

/* ---- running */

/* Before Lspecial, which tests operands in its code: they are of the kinds that the row names. */
static void run_checked_operands(Activation *a, const Code *c) {
    run_operands(a, c, c->count);
    if (is_raw_language()) return;
    at_work(a, c);
    for (uint32_t i = 0; i < c->count; i++) {
        char letter = prim_letter((Prim)c->prim, i);
        Value v = words_of(a, c)[i];
        if (operand_kinds(letter) == K_ANY) continue;
        if (!(value_kinds(v) & operand_kinds(letter)))
            throw_needs(prim_rows[c->prim].name, operand_words(letter), v);
        if (letter == 'i') set_word(a, c->slot + i, (Bits)int_value(v), HOLDING_INT);
    }
}

static Bits evaluate_inline(Activation *a, const Code *c) {
    run_checked_operands(a, c);
    step(a, c);
    return inline_primitive((Prim)c->prim, words_of(a, c), c->count);
}

/* A function of up to four words; it does not look at those that it does not take. */
static Bits evaluate_function(Activation *a, const Code *c) {
    typedef Bits Function(Bits, Bits, Bits, Bits);
    run_checked_operands(a, c);
    step(a, c);
    const Bits *words = words_of(a, c);
    return ((Function *)(uintptr_t)c->address)(words[0], words[1], words[2], words[3]);
}

static Bits evaluate_any_function(Activation *a, const Code *c) {
    run_checked_operands(a, c);
    step(a, c);
    return call_function(c->address, prim_rows[c->prim].args, c->gives == HOLDING_DOUBLE,
                         words_of(a, c), c->count);
}

/* ---- preparing */

/* What the operand's code gives: an int is made raw after its check. */
static Holding holding_of_letter(char letter) {
    return letter == 'i'   ? (is_raw_language() ? HOLDING_INT : HOLDING_VALUE)
           : letter == 'd' ? HOLDING_DOUBLE
           : letter == 'f' ? HOLDING_FLAG
                           : HOLDING_VALUE;
}

/* Conversions to tagged values give those, whatever their rows say of the type. */
static Holding result_of(Prim prim, Holding want) {
    if (prim == P_tag || prim == P_box) return HOLDING_VALUE;
    return prim_result(prim) == T_NONE ? want : holding_of_type(prim_result(prim));
}

static Run *run_of(const PrimRow *row, uint32_t count, Holding result) {
    bool has_words_only = result != HOLDING_DOUBLE && !strpbrk(row->args, "d*") && count <= 4;
    return !row->runtime    ? evaluate_inline
           : has_words_only ? evaluate_function
                            : evaluate_any_function;
}

static const Code *prepare_plain(Preparer *p, const Node *e, Prim prim, NodeList operands,
                                 Holding want) {
    const PrimRow *row = &prim_rows[prim];
    Holding result = result_of(prim, want);
    Holding *wants = NEW_ARRAY(world.arena, Holding, operands.count);
    for (uint32_t i = 0; i < operands.count; i++)
        wants[i] = holding_of_letter(prim_letter(prim, i));
    Run *does = run_of(row, operands.count, result);
    Code *c = new_tree_code(p, does, pos(e), operands.count);
    prepare_operands(p, c, 0, operands, wants);
    c->prim = (uint16_t)prim;
    c->gives = (uint8_t)result;
    c->address = row->runtime ? slisp_function(row->runtime) : 0;
    if (row->runtime && !c->address) tree_refuse(e, "the primitive %s cannot be run", row->name);
    return c;
}

/* The primitive is a function of the library: a global, or a function for so many arguments. */
static const Code *prepare_library(Preparer *p, const Node *e, Prim prim, NodeList operands) {
    const char *name = prim_rows[prim].runtime + 1;
    bool is_closed = tree.language >= L_Lclosed;
    Text global = is_closed ? text_format("%s.w%u", name, operands.count) : text(name);
    Run *does = is_closed ? evaluate_known_call : evaluate_call;
    Code *c = new_tree_code(p, does, pos(e), operands.count + 1);
    Node *g = node_global(world.arena, global);
    c->parts[0] = is_closed ? word_code(p, VALUE_NIL, HOLDING_VALUE) : prepare_global(p, g);
    prepare_operands(p, c, 1, operands, is_closed ? body_named(g)->holdings : NULL);
    if (!is_closed) return c;
    c->body = body_named(g);
    c->gives = (uint8_t)c->body->returns;
    return c;
}

static const Code *prepare_apply(Preparer *p, const Node *e, NodeList operands, Position position) {
    Code *c = new_tree_code(p, position == TAIL ? evaluate_tail_apply : evaluate_apply, pos(e), 2);
    prepare_operands(p, c, 0, operands, NULL);
    return c;
}

/* ---- more operands than the primitive takes, in Lcore */

static Node *call_of_two(const Node *call, Node *a, Node *b) {
    Node *operands[] = {a, b};
    return make_call(world.arena, pos(call), as_call(call).callee, nodes(operands, 2, pos(call)));
}

static const Code *prepare_fold(Preparer *p, const Node *e, NodeList operands, Holding want) {
    Node *out = operands.items[0];
    for (uint32_t i = 1; i < operands.count; i++)
        out = call_of_two(e, out, operands.items[i]);
    return prepare_code(p, out, want, INNER);
}

/* All operands are there before the first two are compared. */
static const Code *prepare_chain(Preparer *p, const Node *e, NodeList operands, Holding want) {
    Arena *arena = world.arena;
    Nodes names = {0}, bindings = {0};
    for (uint32_t i = 0; i < operands.count; i++) {
        PUSH(arena, names, node_text(arena, N_SYMBOL, 0, text_format(" %u", i)));
        PUSH(arena, bindings, make_binding(arena, pos(e), names.items[i], operands.items[i]));
    }
    Node *out = NULL;
    for (uint32_t i = operands.count - 1; i-- > 0;) {
        Node *test = call_of_two(e, names.items[i], names.items[i + 1]);
        out = out ? build(arena, pos(e), "(if ? ? (quote false))", test, out) : test;
    }
    return prepare_code(p, make_let(arena, pos(e), list_of(bindings, pos(e)), out), want, INNER);
}

const Code *prepare_primitive(Preparer *p, const Node *e, Prim prim, NodeList operands,
                              Holding want, Position position) {
    const PrimRow *row = &prim_rows[prim];
    int arity = prim_arity(prim);
    if (arity >= 0 && (uint32_t)arity != operands.count) {
        if (!is_form(e, H_call))
            tree_refuse(e, "%s takes %d values, not %u", row->name, arity, operands.count);
        return (row->effects & FOLDS ? prepare_fold : prepare_chain)(p, e, operands, want);
    }
    if (prim == P_apply) return prepare_apply(p, e, operands, position);
    if (row->runtime && *row->runtime == '$') return prepare_library(p, e, prim, operands);
    return prepare_plain(p, e, prim, operands, want);
}
