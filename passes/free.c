/* pass free : Lloop -> Lfree                                       (analyse)
 *
 * Finds, for each fn, the variables that it uses but does not bind.
 * Why now: closure conversion must know what to capture, and names are already unique.
 *
 *   (define $user/f (names 4) (fn %f.1 (arity [%y.2] (fn %g.3 (arity [] %y.2)))))
 *   => (define $user/f (names 4)
 *        (fn %f.1 (free) (arity [%y.2] (fn %g.3 (free %y.2) (arity [] %y.2)))))
 *
 * Needs:  every variable is bound once (resolve).
 * Gives:  (free y ...) in every fn; no variable twice, sorted by number.
 * Choice: one walk; a use is added to each function between it and the one that binds it.
 */
#include "ir/ir.h"

#include <stdlib.h>

typedef struct Function Function;
struct Function {
    Function *outer;
    VEC(Node *) uses; /* of variables that functions around it bind */
};

typedef struct {
    Arena *arena, *scratch;
    Function **binder; /* by number of the name: the function that binds it */
    Function *function;
} Finder;

static Node *find(Finder *f, Node *e);

static void bind(Finder *f, const Node *x) { f->binder[x->name.number] = f->function; }

static void use(Finder *f, Node *x) {
    for (Function *function = f->function; function != f->binder[x->name.number];
         function = function->outer)
        PUSH(f->scratch, function->uses, x);
}

static int by_number(const void *a, const void *b) {
    uint32_t x = (*(Node *const *)a)->name.number, y = (*(Node *const *)b)->name.number;
    return x < y ? -1 : x > y;
}

/* (free x ...): each once, sorted. */
static Node *free_form(Finder *f, Pos at, Function *function) {
    Node **uses = function->uses.items;
    uint32_t count = 0;
    if (function->uses.count) qsort(uses, function->uses.count, sizeof *uses, by_number);
    for (uint32_t i = 0; i < function->uses.count; i++)
        if (count == 0 || !same_name(uses[i], uses[count - 1])) uses[count++] = uses[i];
    return node_list(f->arena, H_free, at, uses, count);
}

static Node *copy(Finder *f, Node *e) {
    Node *out = node_tree(f->arena, (NodeKind)e->kind, pos(e), e->kids, e->count);
    out->head = e->head;
    return out;
}

static Node *find_bindings(Finder *f, Node *bindings) {
    Node *out = copy(f, bindings);
    for (uint32_t i = 0; i < bindings->count; i++) {
        out->kids[i] = copy(f, bindings->kids[i]);
        out->kids[i]->kids[1] = find(f, bindings->kids[i]->kids[1]);
    }
    return out;
}

/* let, loop, letrec: the bindings, then the body, stand from kid `first` on. */
static Node *find_let(Finder *f, Node *e, uint32_t first) {
    Node *out = copy(f, e), *bindings = e->kids[first];
    for (uint32_t i = 0; i < bindings->count; i++)
        bind(f, bindings->kids[i]->kids[0]);
    out->kids[first] = find_bindings(f, bindings);
    out->kids[first + 1] = find(f, e->kids[first + 1]);
    return out;
}

static Node *find_arity(Finder *f, Node *arity) {
    Node *out = copy(f, arity);
    for (uint32_t i = 0; i < arity->kids[0]->count; i++)
        bind(f, arity->kids[0]->kids[i]);
    out->kids[1] = find(f, arity->kids[1]);
    return out;
}

static Node *find_fn(Finder *f, Node *e) {
    Function function = {.outer = f->function};
    VEC(Node *) kids = {0};
    f->function = &function;
    bind(f, e->kids[0]);
    PUSH(f->scratch, kids, e->kids[0]);
    PUSH(f->scratch, kids, NULL);
    for (uint32_t i = 1; i < e->count; i++)
        PUSH(f->scratch, kids, find_arity(f, e->kids[i]));
    f->function = function.outer;
    kids.items[1] = free_form(f, pos(e), &function);
    return node_list(f->arena, H_fn, pos(e), kids.items, kids.count);
}

static Node *find_catch(Finder *f, Node *e) {
    Node *out = copy(f, e);
    bind(f, e->kids[1]);
    out->kids[2] = find(f, e->kids[2]);
    return out;
}

/* All kids from `first` on are expressions. */
static Node *find_kids(Finder *f, Node *e, uint32_t first) {
    Node *out = copy(f, e);
    for (uint32_t i = first; i < e->count; i++)
        out->kids[i] = find(f, e->kids[i]);
    return out;
}

static Node *find(Finder *f, Node *e) {
    if (e->kind == N_NAME) use(f, e);
    if (!is_tree(e)) return e;
    switch (e->head) {
    case H_quote: return e;
    case H_let: case H_letrec: return find_let(f, e, 0);
    case H_loop: return find_let(f, e, 1);
    case H_fn: return find_fn(f, e);
    case H_catch: return find_catch(f, e);
    case H_recur: case H_prim: case H_set_global: return find_kids(f, e, 1);
    case H_if: case H_do: case H_call: case H_try: case H_finally: return find_kids(f, e, 0);
    default: bug(e, "no expression of Lloop");
    }
}

/* (define g (names n) e), (variable g (names n) e), (run (names n) e) */
static Node *find_top(Finder *f, Node *top) {
    Node *out = copy(f, top);
    int64_t names = top->kids[top->count - 2]->kids[0]->integer;
    f->binder = NEW_ARRAY(f->scratch, Function *, names);
    out->kids[top->count - 1] = find(f, top->kids[top->count - 1]);
    return out;
}

Node *pass_free(Context *context, Node *program) {
    Finder f = {.arena = context->arena, .scratch = context->scratch};
    Node *out = copy(&f, program);
    for (uint32_t i = 1; i < program->count; i++)
        out->kids[i] =
            top_with(f.arena, program->kids[i], find_top(&f, top_inner(program->kids[i])));
    return out;
}
