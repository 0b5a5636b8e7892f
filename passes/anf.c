/* pass anf : Lclosed -> Lanf                                             (convert)
 *
 * Gives every intermediate result a name, so that operands are names or constants and the order of
 * evaluation can be read from top to bottom.
 * Why now: all calls and captures are explicit; types and machine code want one operation a line.
 *
 *   (prim + %a.1 (prim * %b.2 (quote 3)))
 *   => (let [[%t.10 (prim * %b.2 (quote 3))]] (prim + %a.1 %t.10))
 *
 * Needs:  unique names, so that a let inside an operand can be moved out before its user.
 * Gives:  each body is one straight let, or a single operation; do is gone.
 * Choice: operands are evaluated strictly left to right; a variable global is read where it is.
 */
#include "names.h"
#include "table.h"
#include "walk.h"

/* The let that is being built: [name operation] in order. */
typedef struct {
    Nodes bindings;
    Pos at;
} Line;

typedef struct {
    Walk walk;   /* visits operands */
    Table cells; /* globals that are read from memory */
    uint32_t names;
    Line *line;
} Anf;

static Node *operation(Anf *p, Node *e);

static void bind(Anf *p, Node *name, Node *value) {
    Pos at = is_tree(value) ? value->at : p->line->at;
    PUSH(p->walk.arena, p->line->bindings, make_binding(p->walk.arena, at, name, value));
}

static Node *bound_to_new(Anf *p, const char *hint, Node *value) {
    Node *name = numbered_name(p->walk.arena, &p->names, hint);
    bind(p, name, value);
    return name;
}

static Node *operand(Walk *w, Node *e) {
    Node *r = operation((Anf *)w, e);
    return is_operand(r) ? r : bound_to_new((Anf *)w, "t", r);
}

static Node *body(Anf *p, Node *e) {
    Line line = {.at = pos(e)}, *outer = p->line;
    p->line = &line;
    Node *last = operation(p, e);
    p->line = outer;
    if (line.bindings.count == 0) return last;
    NodeList bindings = list_of(line.bindings, line.at);
    return make_let(p->walk.arena, line.at, bindings, last);
}

static Node *sequence(Anf *p, NodeList steps) {
    for (uint32_t i = 0; i + 1 < steps.count; i++)
        bound_to_new(p, "_", operation(p, steps.items[i]));
    return operation(p, steps.items[steps.count - 1]);
}

static Node *let(Anf *p, LetForm let) {
    for (uint32_t i = 0; i < let.bindings.count; i++) {
        BindingForm b = as_binding(let.bindings.items[i]);
        bind(p, b.name, operation(p, b.value));
    }
    return operation(p, let.body);
}

static Node *branch(Anf *p, Node *e) {
    IfForm f = as_if(e);
    f.test = operand(&p->walk, f.test);
    f.then = body(p, f.then);
    f.otherwise = body(p, f.otherwise);
    return remake_if(p->walk.arena, e, f);
}

static Node *loop(Anf *p, Node *e) {
    LoopForm loop = as_loop(e);
    loop.bindings = walk_bound_values(&p->walk, loop.bindings);
    loop.body = body(p, loop.body);
    return remake_loop(p->walk.arena, e, loop);
}

/* What `e` does last, as one operation; what it does before goes to the line. */
static Node *operation(Anf *p, Node *e) {
    switch (Lclosed_Expr_of(e)) {
    case Lclosed_Expr_NAME:
    case Lclosed_Expr_quote: return e;
    case Lclosed_Expr_GLOBAL:
        return table_get(&p->cells, e->text) ? make_global(p->walk.arena, p->line->at, e) : e;
    case Lclosed_Expr_do: return sequence(p, as_do(e).steps);
    case Lclosed_Expr_let: return let(p, as_let(e));
    case Lclosed_Expr_if: return branch(p, e);
    case Lclosed_Expr_loop: return loop(p, e);
    case Lclosed_Expr_recur:
    case Lclosed_Expr_prim:
    case Lclosed_Expr_set_global:
    case Lclosed_Expr_call:
    case Lclosed_Expr_direct:
    case Lclosed_Expr_enter:
    case Lclosed_Expr_try_call:
    case Lclosed_Expr_closure:
    case Lclosed_Expr_patch: return walk_parts(&p->walk, e);
    }
    bug(e, "no expression of Lclosed");
}

static Node *change_top(void *context, Node *top) {
    Anf *p = context;
    if (!is_form(top, H_function)) return top;
    FunctionForm f = as_function(top);
    p->names = (uint32_t)f.names->integer;
    f.body = body(p, f.body);
    f.names = node_int(p->walk.arena, top->at, p->names);
    return remake_function(p->walk.arena, top, f);
}

Node *pass_anf(Context *context, Node *program) {
    Anf p = {.walk = {.arena = context->arena, .visit = operand},
             .cells = {.arena = context->scratch}};
    NodeList tops = as_program(program).tops;
    for (uint32_t i = 0; i < tops.count; i++) {
        Node *top = top_inner(tops.items[i]);
        if (is_form(top, H_cell)) table_put(&p.cells, as_cell(top).name->text, top);
    }
    return map_tops(context->arena, program, change_top, &p);
}
