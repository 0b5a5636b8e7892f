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
 * Choice: operands are evaluated strictly left to right; a variable global is read where it stands.
 */
#include "names.h"
#include "table.h"

typedef struct {
    Arena *arena;
    const Table *cells; /* globals that are read from memory */
    uint32_t names;
} Pass;

/* The let that is being built: [name operation] in order. */
typedef struct {
    VEC(Node *) bindings;
    Pos at;
} Line;

static Node *operation(Pass *p, Line *line, Node *e);
static Node *body(Pass *p, Node *e);

static Node *bind(Pass *p, Line *line, Node *name, Node *r) {
    Node *kids[] = {name, r};
    PUSH(p->arena, line->bindings, node_tree(p->arena, N_VECTOR, is_tree(r) ? r->at : line->at, kids, 2));
    return name;
}

static bool is_cell(const Pass *p, const Node *e) {
    return e->kind == N_GLOBAL && table_get(p->cells, e->text);
}

static Node *operand(Pass *p, Line *line, Node *e) {
    Node *r = operation(p, line, e);
    bool is_operand = r->kind == N_NAME || r->kind == N_GLOBAL || is_form(r, H_quote);
    return is_operand ? r : bind(p, line, numbered_name(p->arena, &p->names, "t"), r);
}

/* The form with every kid from `first` on made an operand. */
static Node *with_operands(Pass *p, Line *line, Node *e, uint32_t first) {
    Node *out = node_list(p->arena, (Head)e->head, e->at, e->kids, e->count);
    for (uint32_t i = first; i < e->count; i++)
        if (e->kids[i]->kind != N_INT) out->kids[i] = operand(p, line, e->kids[i]);
    return out;
}

/* Binds names to the values of expressions, in order. */
static void add_bindings(Pass *p, Line *line, const Node *bindings) {
    for (uint32_t i = 0; i < bindings->count; i++)
        bind(p, line, bindings->kids[i]->kids[0], operation(p, line, bindings->kids[i]->kids[1]));
}

static Node *loop(Pass *p, Line *line, Node *e) {
    Node *starts = node_tree(p->arena, N_VECTOR, e->kids[1]->at, e->kids[1]->kids, e->kids[1]->count);
    for (uint32_t i = 0; i < starts->count; i++) {
        Node *kids[] = {starts->kids[i]->kids[0], operand(p, line, starts->kids[i]->kids[1])};
        starts->kids[i] = node_tree(p->arena, N_VECTOR, starts->kids[i]->at, kids, 2);
    }
    return list(p->arena, H_loop, e->at, e->kids[0], starts, body(p, e->kids[2]), NULL);
}

/* What `e` does last, as one operation; what it does before goes to the line. */
static Node *operation(Pass *p, Line *line, Node *e) {
    if (is_cell(p, e)) return list(p->arena, H_global, line->at, e, NULL);
    if (!is_tree(e) || e->head == H_quote) return e;
    switch (e->head) {
    case H_if: {
        Node *test = operand(p, line, e->kids[0]);
        Node *then = body(p, e->kids[1]), *otherwise = body(p, e->kids[2]);
        return list(p->arena, H_if, e->at, test, then, otherwise, NULL);
    }
    case H_do:
        for (uint32_t i = 0; i + 1 < e->count; i++) {
            Node *effect = operation(p, line, e->kids[i]);
            bind(p, line, numbered_name(p->arena, &p->names, "_"), effect);
        }
        return operation(p, line, e->kids[e->count - 1]);
    case H_let:
        add_bindings(p, line, e->kids[0]);
        return operation(p, line, e->kids[1]);
    case H_loop: return loop(p, line, e);
    case H_call:
    case H_patch: return with_operands(p, line, e, 0);
    case H_recur:
    case H_prim:
    case H_set_global:
    case H_closure:
    case H_direct:
    case H_enter: return with_operands(p, line, e, 1);
    case H_try_call: return with_operands(p, line, e, 2);
    default: bug(e, "anf does not know this form");
    }
}

static Node *body(Pass *p, Node *e) {
    Pos at = is_tree(e) ? e->at : 0;
    Line line = {.at = at};
    Node *last = operation(p, &line, e);
    if (line.bindings.count == 0) return last;
    Node *bindings = node_tree(p->arena, N_VECTOR, at, line.bindings.items, line.bindings.count);
    return list(p->arena, H_let, at, bindings, last, NULL);
}

static Node *function(Pass *p, Node *f) {
    Function parts = function_parts(f);
    p->names = parts.names;
    Node *new_body = body(p, parts.body);
    return list(p->arena, H_function, f->at, parts.name, names_form(p->arena, f->at, p->names), parts.env, parts.params,
                new_body, NULL);
}

Node *pass_anf(Context *context, Node *program) {
    Table cells = {.arena = context->scratch};
    Node *out = node_list(context->arena, H_program, program->at, program->kids, program->count);
    for (uint32_t i = 1; i < program->count; i++)
        if (is_form(top_inner(program->kids[i]), H_cell)) table_put(&cells, top_inner(program->kids[i])->kids[0]->text, program->kids[i]);
    Pass p = {.arena = context->arena, .cells = &cells};
    for (uint32_t i = 1; i < program->count; i++) {
        Node *inner = top_inner(program->kids[i]);
        if (is_form(inner, H_function)) out->kids[i] = top_with(context->arena, program->kids[i], function(&p, inner));
    }
    return out;
}
