/* tree_prepare.c - the tree interpreter: from the expressions of a form to Code. */
#include "tree.h"

Code *new_tree_code(const Preparer *p, Run *does, Pos at, uint32_t kids) {
    Code *c = arena_alloc(world.arena, sizeof *c + kids * sizeof *c->kids);
    c->run = does;
    c->scope = p->scope;
    c->at = at;
    c->slot = c->height = p->height;
    c->count = kids;
    return c;
}

Code *word_code(Preparer *p, Bits word, Holding gives) {
    Code *c = new_tree_code(p, evaluate_word, 0, 0);
    c->word = word;
    c->gives = (uint8_t)gives;
    return c;
}

Code *local_code(Preparer *p, uint32_t slot, Holding gives) {
    Code *c = new_tree_code(p, evaluate_local, 0, 0);
    c->slot = slot;
    c->gives = (uint8_t)gives;
    return c;
}

/* ---- names and constants */

/* Names are raw from Lspecial on; before, types only tell what is known. */
Holding holding_of(const Node *name) {
    Type t = is_raw_language() ? type_of(name) : T_ANY;
    return t == T_INT      ? HOLDING_INT
           : t == T_DOUBLE ? HOLDING_DOUBLE
           : t == T_FLAG   ? HOLDING_FLAG
                           : HOLDING_VALUE;
}

uint32_t bind_tree_name(Preparer *p, const Node *name, Holding holding) {
    Scope *s = NEW(world.arena, Scope);
    uint32_t slot = p->height;
    *s = (Scope){name, slot, holding, p->scope};
    p->scope = s;
    use_words(p, slot + 1);
    return slot;
}

static const Code *prepare_quote(Preparer *p, const Node *e, Holding want) {
    const Node *d = e->kids[0];
    bool is_number = d->kind == N_INT || d->kind == N_DOUBLE;
    if (want == HOLDING_FLAG) return word_code(p, d->kind != N_NIL && d->kind != N_FALSE, want);
    if (want == HOLDING_INT && d->kind == N_INT) return word_code(p, (Bits)d->integer, want);
    if (want == HOLDING_DOUBLE && is_number)
        return word_code(p, bits_of(d->kind == N_INT ? (double)d->integer : d->real), want);
    return word_code(p, constant_value(d), HOLDING_VALUE);
}

/* What gives another kind of word than is wanted is converted; where forms convert themselves, it
 * is an error. */
const Code *fitted(Preparer *p, const Node *e, const Code *c, Holding want) {
    static const char *const words[] = {"tagged value", "raw int", "flag", "raw double", "word"};
    if ((Holding)c->gives == want) return c;
    if (is_raw_language())
        tree_refuse(e, "a %s stands where a %s is wanted", words[c->gives], words[want]);
    return converted(p, pos(e), c, want);
}

/* ---- operands */

const Code *prepare_operand(Preparer *p, const Node *e, Holding want) {
    Target *targets = p->targets;
    p->targets = NULL;
    const Code *c = prepare_code(p, e, want, INNER);
    p->targets = targets;
    return c;
}

/* A conversion stands where the form stands that wants it. */
static const Code *prepare_word(Preparer *p, Pos at, const Node *e, Holding want) {
    if (is_raw_language()) return prepare_operand(p, e, want);
    return converted(p, at, prepare_operand(p, e, HOLDING_VALUE), want);
}

void prepare_operands(Preparer *p, Code *c, uint32_t first, Node *const *operands, uint32_t count,
                      const Holding *wants) {
    uint32_t height = p->height;
    for (uint32_t i = 0; i < count; i++) {
        use_words(p, c->slot + first + i);
        c->kids[first + i] = prepare_word(p, c->at, operands[i], wants ? wants[i] : HOLDING_VALUE);
    }
    c->height = c->slot + first + count;
    use_words(p, c->height);
    p->height = height;
}

static const Code *prepare_all(Preparer *p, const Node *e, Run *does, uint32_t skipped) {
    Code *c = new_tree_code(p, does, pos(e), e->count - skipped);
    prepare_operands(p, c, 0, e->kids + skipped, c->count, NULL);
    return c;
}

/* ---- binding forms */

/* [x e] one after another; each sees the earlier ones. */
static void prepare_bindings(Preparer *p, Code *c, const Node *bindings) {
    for (uint32_t i = 0; i < bindings->count; i++) {
        const Node *b = bindings->kids[i];
        Holding holding = holding_of(b->kids[0]);
        c->kids[i] = typed_value(p, prepare_operand(p, b->kids[1], holding), b->kids[0]);
        bind_tree_name(p, b->kids[0], holding);
    }
}

static const Code *prepare_let(Preparer *p, const Node *e, Holding want, Position position) {
    const Node *bindings = e->kids[0];
    Preparer before = *p;
    Code *c = new_tree_code(p, evaluate_let, pos(e), bindings->count + 1);
    prepare_bindings(p, c, bindings);
    c->kids[bindings->count] = prepare_code(p, e->kids[1], want, position);
    p->scope = before.scope;
    p->height = before.height;
    return c;
}

static const Code *prepare_loop(Preparer *p, const Node *e, Holding want, Position position) {
    uint32_t named = e->count == 3;
    const Node *bindings = e->kids[named];
    Preparer before = *p;
    Code *c = new_tree_code(p, evaluate_loop, pos(e), bindings->count + 1);
    prepare_bindings(p, c, bindings);
    Holding *holdings = NEW_ARRAY(world.arena, Holding, bindings->count);
    for (uint32_t i = 0; i < bindings->count; i++)
        holdings[i] = holding_of(bindings->kids[i]->kids[0]);
    Target target = {.name = named ? e->kids[0] : NULL, .label = c, .count = bindings->count,
                     .holdings = holdings, .bindings = bindings, .outer = p->targets};
    p->targets = &target;
    c->kids[bindings->count] = prepare_code(p, e->kids[named + 1], want, position);
    p->targets = before.targets;
    p->scope = before.scope;
    p->height = before.height;
    return c;
}

static Target *target_of(const Preparer *p, const Node *label) {
    Target *t = p->targets;
    while (t && label && !(t->name && same_name(t->name, label)))
        t = t->outer;
    return t;
}

static const Code *prepare_recur(Preparer *p, const Node *e) {
    uint32_t named = tree.language >= L_Lloop;
    Target *t = target_of(p, named ? e->kids[0] : NULL);
    if (!t) tree_refuse(e, "this recur has no loop around it whose next round it could start");
    if (e->count - named != t->count)
        tree_refuse(e, "recur gives %u values, but its loop takes %u", e->count - named, t->count);
    Code *c = new_tree_code(p, evaluate_recur, pos(e), t->count);
    prepare_operands(p, c, 0, e->kids + named, t->count, t->holdings);
    for (uint32_t i = 0; t->bindings && i < t->count; i++)
        c->kids[i] = typed_value(p, c->kids[i], t->bindings->kids[i]->kids[0]);
    c->label = t->label;
    t->is_used = true;
    return c;
}

/* ---- branches */

static const Code *prepare_if(Preparer *p, const Node *e, Holding want, Position position) {
    Code *c = new_tree_code(p, evaluate_if_value, pos(e), 3);
    c->kids[0] = prepare_operand(p, e->kids[0], is_raw_language() ? HOLDING_FLAG : HOLDING_VALUE);
    const Code *flag = unconverted_flag(c->kids[0]);
    if (flag) {
        c->kids[0] = flag;
        c->run = evaluate_if_flag;
    }
    c->kids[1] = prepare_code(p, e->kids[1], want, position);
    c->kids[2] = prepare_code(p, e->kids[2], want, position);
    return c;
}

static const Code *prepare_do(Preparer *p, const Node *e, Holding want, Position position) {
    Code *c = new_tree_code(p, evaluate_do, pos(e), e->count);
    for (uint32_t i = 0; i + 1 < e->count; i++)
        c->kids[i] = prepare_operand(p, e->kids[i], HOLDING_VALUE);
    c->kids[e->count - 1] = prepare_code(p, e->kids[e->count - 1], want, position);
    return c;
}

/* ---- calls */

static const Code *prepare_call(Preparer *p, const Node *e, Holding want, Position position) {
    Prim prim = operator_primitive(e);
    position = typed_position(p, position, T_ANY);
    if (prim) return prepare_primitive(p, e, prim, e->kids + 1, e->count - 1, want, position);
    return prepare_all(p, e, position == TAIL ? evaluate_tail_call : evaluate_call, 0);
}

/* (direct g e ...) or (enter g closure e ...) */
static const Code *prepare_known_call(Preparer *p, const Node *e, Position position) {
    Body *body = body_named(e->kids[0]);
    position = typed_position(p, position, returned_type(body->node));
    bool enters = e->head == H_enter;
    uint32_t first = 1 + enters, count = e->count - first;
    if (count != body->parameters)
        tree_refuse(e, "the function takes %u values, not %u", body->parameters, count);
    Run *does = position == TAIL ? evaluate_known_tail_call : evaluate_known_call;
    Code *c = new_tree_code(p, does, pos(e), count + 1);
    c->kids[0] = word_code(p, VALUE_NIL, HOLDING_VALUE);
    if (enters) prepare_operands(p, c, 0, e->kids + 1, 1, NULL);
    prepare_operands(p, c, 1, e->kids + first, count, body->holdings);
    c->body = body;
    c->gives = (uint8_t)body->returns;
    return c;
}

/* ---- globals and closures */

static const Code *prepare_set_global(Preparer *p, const Node *e) {
    Code *c = new_tree_code(p, evaluate_set_global, pos(e), 1);
    c->cell = assigned_cell(e->kids[0]);
    c->kids[0] = prepare_operand(p, e->kids[1], HOLDING_VALUE);
    return c;
}

static const Code *prepare_closure(Preparer *p, const Node *e) {
    Code *c = new_tree_code(p, evaluate_closure, pos(e), e->count - 1);
    prepare_operands(p, c, 0, e->kids + 1, e->count - 1, NULL);
    c->routine = entry_named(e->kids[0]);
    return c;
}

static const Code *prepare_patch(Preparer *p, const Node *e) {
    Node *operands[] = {e->kids[0], e->kids[2]};
    Code *c = new_tree_code(p, evaluate_patch, pos(e), 2);
    prepare_operands(p, c, 0, operands, 2, NULL);
    c->word = (Bits)e->kids[1]->integer;
    return c;
}

/* ---- expressions */

/* Forms whose value is that of a part of them. */
static const Code *prepare_through(Preparer *p, const Node *e, Holding want, Position position) {
    switch (e->head) {
    case H_let: return prepare_let(p, e, want, position);
    case H_loop: return prepare_loop(p, e, want, position);
    case H_letrec: return prepare_letrec(p, e, want, position);
    case H_if: return prepare_if(p, e, want, position);
    case H_do: return prepare_do(p, e, want, position);
    case H_recur: return prepare_recur(p, e);
    default: return NULL;
    }
}

static const Code *prepare_value(Preparer *p, const Node *e, Holding want, Position position) {
    switch (e->head) {
    case H_quote: return prepare_quote(p, e, want);
    case H_fn: return prepare_fn(p, e);
    case H_call: return prepare_call(p, e, want, position);
    case H_prim:
        return prepare_primitive(p, e, (Prim)e->kids[0]->head, e->kids + 1, e->count - 1, want,
                                 typed_position(p, position, T_ANY));
    case H_vector: return prepare_primitive(p, e, P_vector, e->kids, e->count, want, position);
    case H_map: return prepare_primitive(p, e, P_map, e->kids, e->count, want, position);
    case H_set: return prepare_primitive(p, e, P_set, e->kids, e->count, want, position);
    case H_try: return prepare_try(p, e);
    case H_try_call: return prepare_try_call(p, e);
    case H_set_global: return prepare_set_global(p, e);
    case H_global: return prepare_global(p, e->kids[0]);
    case H_closure: return prepare_closure(p, e);
    case H_patch: return prepare_patch(p, e);
    case H_direct:
    case H_enter: return prepare_known_call(p, e, position);
    default: tree_refuse(e, "this form cannot be run");
    }
}

static const Code *prepare_atom(Preparer *p, const Node *e) {
    const Code *c = NULL;
    if (e->kind == N_SYMBOL) return prepare_symbol(p, e);
    if (e->kind == N_GLOBAL) return prepare_global(p, e);
    if (e->kind == N_NAME) c = prepare_local(p, e);
    if (!c && p->function->is_settled)
        tree_refuse(e, "nothing binds this name, and the function does not list it as captured");
    if (!c) tree_refuse(e, "nothing binds this name");
    return c;
}

const Code *prepare_code(Preparer *p, const Node *e, Holding want, Position position) {
    if (!is_tree(e)) return fitted(p, e, prepare_atom(p, e), want);
    Code *through = (Code *)(uintptr_t)prepare_through(p, e, want, position);
    if (!through) return fitted(p, e, prepare_value(p, e, want, position), want);
    through->gives = (uint8_t)want;
    return through;
}
