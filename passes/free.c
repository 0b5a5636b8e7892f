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
#include "names.h"
#include "walk.h"

typedef struct Nest Nest;
struct Nest {
    Nest *outer;
    Nodes uses; /* of variables that functions around it bind */
};

typedef struct {
    Walk walk;
    Arena *scratch;
    Nest **binder; /* by number of the name: the function that binds it */
    Nest *function;
} Free;

static Node *bind(Walk *w, Node *x) {
    Free *p = (Free *)w;
    p->binder[x->name.number] = p->function;
    return x;
}

static Node *use(Walk *w, Node *x) {
    Free *p = (Free *)w;
    for (Nest *f = p->function; f != p->binder[x->name.number]; f = f->outer)
        PUSH(p->scratch, f->uses, x);
    return x;
}

static Node *visit(Walk *w, Node *e) {
    Free *p = (Free *)w;
    if (!is_form(e, H_fn)) return walk_parts(w, e);
    Nest function = {.outer = p->function};
    p->function = &function;
    FnForm fn = as_fn(walk_parts(w, e));
    p->function = function.outer;
    fn.free = sorted_names(p->scratch, list_of(function.uses, e->at));
    return make_fn(w->arena, e->at, fn);
}

static Node *find_in_top(void *context, Node *top) {
    Free *p = context;
    p->binder = NEW_ARRAY(p->scratch, Nest *, names_of_top(top));
    return walk_parts(&p->walk, top);
}

Node *pass_free(Context *context, Node *program) {
    Free p = {.walk = {.arena = context->arena, .visit = visit, .bind = bind, .use = use},
              .scratch = context->scratch};
    return map_tops(context->arena, program, find_in_top, &p);
}
