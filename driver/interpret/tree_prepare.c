/* tree_prepare.c - the tree interpreter: from the expressions of a form to Code. */
#include "tree.h"

Code *new_tree_code(const Preparer *p, Run *does, Pos at, uint32_t parts) {
    Code *c = arena_alloc(world.arena, sizeof *c + parts * sizeof *c->parts);
    c->run = does;
    c->scope = p->scope;
    c->at = at;
    c->slot = c->height = p->height;
    c->count = parts;
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
    return is_raw_language() ? holding_of_type(type_of(name)) : HOLDING_VALUE;
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
    const Node *d = as_quote(e).datum;
    bool is_number = d->kind == N_INT || d->kind == N_DOUBLE;
    if (want == HOLDING_FLAG) return word_code(p, is_truthy(d), want);
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

/* A conversion is where the form is that wants it. */
static const Code *prepare_word(Preparer *p, Pos at, const Node *e, Holding want) {
    if (is_raw_language()) return prepare_operand(p, e, want);
    return converted(p, at, prepare_operand(p, e, HOLDING_VALUE), want);
}

void prepare_operands(Preparer *p, Code *c, uint32_t first, NodeList operands,
                      const Holding *wants) {
    uint32_t height = p->height;
    for (uint32_t i = 0; i < operands.count; i++) {
        Holding want = wants ? wants[i] : HOLDING_VALUE;
        use_words(p, c->slot + first + i);
        c->parts[first + i] = prepare_word(p, c->at, operands.items[i], want);
    }
    c->height = c->slot + first + operands.count;
    use_words(p, c->height);
    p->height = height;
}

/* ---- binding forms */

/* [x e] one after another; each sees the earlier ones. */
static void prepare_bindings(Preparer *p, Code *c, NodeList bindings) {
    for (uint32_t i = 0; i < bindings.count; i++) {
        BindingForm b = as_binding(bindings.items[i]);
        Holding holding = holding_of(b.name);
        c->parts[i] = typed_value(p, prepare_operand(p, b.value, holding), b.name);
        bind_tree_name(p, b.name, holding);
    }
}

static const Code *prepare_let(Preparer *p, const Node *e, Holding want, Position position) {
    LetForm f = as_let(e);
    Preparer before = *p;
    Code *c = new_tree_code(p, evaluate_let, pos(e), f.bindings.count + 1);
    prepare_bindings(p, c, f.bindings);
    c->parts[f.bindings.count] = prepare_code(p, f.body, want, position);
    p->scope = before.scope;
    p->height = before.height;
    return c;
}

static const Code *prepare_loop(Preparer *p, const Node *e, Holding want, Position position) {
    LoopForm f = as_loop(e);
    uint32_t count = f.bindings.count;
    Preparer before = *p;
    Code *c = new_tree_code(p, evaluate_loop, pos(e), count + 1);
    prepare_bindings(p, c, f.bindings);
    Holding *holdings = NEW_ARRAY(world.arena, Holding, count);
    for (uint32_t i = 0; i < count; i++)
        holdings[i] = holding_of(as_binding(f.bindings.items[i]).name);
    Target target = {.name = f.label,
                     .label = c,
                     .count = count,
                     .holdings = holdings,
                     .bindings = f.bindings,
                     .outer = p->targets};
    p->targets = &target;
    c->parts[count] = prepare_code(p, f.body, want, position);
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
    bool is_named = tree.language >= L_Lloop;
    NodeList values = is_named ? as_recur(e).values : as_lcore_recur(e).values;
    Target *t = target_of(p, is_named ? as_recur(e).label : NULL);
    if (!t) tree_refuse(e, "this recur has no loop around it whose next round it could start");
    if (values.count != t->count)
        tree_refuse(e, "recur gives %u values, but its loop takes %u", values.count, t->count);
    Code *c = new_tree_code(p, evaluate_recur, pos(e), t->count);
    prepare_operands(p, c, 0, values, t->holdings);
    for (uint32_t i = 0; i < t->bindings.count; i++)
        c->parts[i] = typed_value(p, c->parts[i], as_binding(t->bindings.items[i]).name);
    c->label = t->label;
    t->is_used = true;
    return c;
}

/* ---- branches */

static const Code *prepare_if(Preparer *p, const Node *e, Holding want, Position position) {
    IfForm f = as_if(e);
    Code *c = new_tree_code(p, evaluate_if_value, pos(e), 3);
    c->parts[0] = prepare_operand(p, f.test, is_raw_language() ? HOLDING_FLAG : HOLDING_VALUE);
    const Code *flag = unconverted_flag(c->parts[0]);
    if (flag) {
        c->parts[0] = flag;
        c->run = evaluate_if_flag;
    }
    c->parts[1] = prepare_code(p, f.then, want, position);
    c->parts[2] = prepare_code(p, f.otherwise, want, position);
    return c;
}

static const Code *prepare_do(Preparer *p, const Node *e, Holding want, Position position) {
    NodeList steps = as_do(e).steps;
    uint32_t last = steps.count - 1;
    Code *c = new_tree_code(p, evaluate_do, pos(e), steps.count);
    for (uint32_t i = 0; i < last; i++)
        c->parts[i] = prepare_operand(p, steps.items[i], HOLDING_VALUE);
    c->parts[last] = prepare_code(p, steps.items[last], want, position);
    return c;
}

/* ---- calls */

static const Code *prepare_call(Preparer *p, const Node *e, Holding want, Position position) {
    CallForm f = as_call(e);
    Prim prim = operator_primitive(f);
    position = typed_position(p, position, T_ANY);
    if (prim) return prepare_primitive(p, e, prim, f.operands, want, position);
    Run *does = position == TAIL ? evaluate_tail_call : evaluate_call;
    Code *c = new_tree_code(p, does, pos(e), f.operands.count + 1);
    prepare_operands(p, c, 0, nodes(&f.callee, 1, 0), NULL);
    prepare_operands(p, c, 1, f.operands, NULL);
    return c;
}

/* closure: one, or none. */
static const Code *prepare_known_call(Preparer *p, const Node *e, const Node *function,
                                      NodeList closure, NodeList operands, Position position) {
    Body *body = body_named(function);
    position = typed_position(p, position, returned_type(body->node));
    if (operands.count != body->parameters)
        tree_refuse(e, "the function takes %u values, not %u", body->parameters, operands.count);
    Run *does = position == TAIL ? evaluate_known_tail_call : evaluate_known_call;
    Code *c = new_tree_code(p, does, pos(e), operands.count + 1);
    c->parts[0] = word_code(p, VALUE_NIL, HOLDING_VALUE);
    if (closure.count) prepare_operands(p, c, 0, closure, NULL);
    prepare_operands(p, c, 1, operands, body->holdings);
    c->body = body;
    c->gives = (uint8_t)body->returns;
    return c;
}

static const Code *prepare_direct(Preparer *p, const Node *e, Position position) {
    DirectForm f = as_direct(e);
    return prepare_known_call(p, e, f.function, no_nodes(0), f.operands, position);
}

static const Code *prepare_enter(Preparer *p, const Node *e, Position position) {
    EnterForm f = as_enter(e);
    return prepare_known_call(p, e, f.function, nodes(&f.closure, 1, 0), f.operands, position);
}

/* ---- globals and closures */

static const Code *prepare_set_global(Preparer *p, const Node *e) {
    Code *c = new_tree_code(p, evaluate_set_global, pos(e), 1);
    c->cell = assigned_cell(as_set_global(e).name);
    c->parts[0] = prepare_operand(p, as_set_global(e).value, HOLDING_VALUE);
    return c;
}

static const Code *prepare_closure(Preparer *p, const Node *e) {
    ClosureForm f = as_closure(e);
    Code *c = new_tree_code(p, evaluate_closure, pos(e), f.captures.count);
    prepare_operands(p, c, 0, f.captures, NULL);
    c->routine = entry_named(f.entry);
    return c;
}

static const Code *prepare_patch(Preparer *p, const Node *e) {
    PatchForm f = as_patch(e);
    Node *operands[] = {f.closure, f.value};
    Code *c = new_tree_code(p, evaluate_patch, pos(e), 2);
    prepare_operands(p, c, 0, nodes(operands, 2, 0), NULL);
    c->word = (Bits)f.index->integer;
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
        return prepare_primitive(p, e, (Prim)as_prim(e).operation->head, as_prim(e).operands, want,
                                 typed_position(p, position, T_ANY));
    case H_vector: return prepare_primitive(p, e, P_vector, as_vector(e).elements, want, position);
    case H_map: return prepare_primitive(p, e, P_map, as_map(e).entries, want, position);
    case H_set: return prepare_primitive(p, e, P_set, as_set(e).elements, want, position);
    case H_try: return prepare_try(p, e);
    case H_try_call: return prepare_try_call(p, e);
    case H_set_global: return prepare_set_global(p, e);
    case H_global: return prepare_global(p, as_global(e).name);
    case H_closure: return prepare_closure(p, e);
    case H_patch: return prepare_patch(p, e);
    case H_direct: return prepare_direct(p, e, position);
    case H_enter: return prepare_enter(p, e, position);
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
