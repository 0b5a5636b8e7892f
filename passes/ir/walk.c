/* walk.c - the default traversal, by the tables of parts that languages.def gives. */
#include "walk.h"
#include "form_parts.h"

#include <string.h>

static Node *put_new_kid(Walk *w, Node *n, Node *original, uint32_t i, Node *kid) {
    if (n == original) {
        Node *copy = node_blank(w->arena, (NodeKind)n->kind, (Head)n->head, n->at, n->count);
        memcpy(copy->kids, n->kids, n->count * sizeof *n->kids);
        n = copy;
    }
    n->kids[i] = kid;
    return n;
}

/* Kid i of a node that may have been copied; it is, when a kid becomes another. */
static inline Node *put_kid(Walk *w, Node *n, Node *original, uint32_t i, Node *kid) {
    return n->kids[i] == kid ? n : put_new_kid(w, n, original, i, kid);
}

/* ---- which form */

/* Nonterminals whose terms are visited; others only hold such terms: a binding, an arity. */
static bool is_visited(Nonterminal nonterminal) {
    return nonterminal == NT_Expr || nonterminal == NT_Operand || nonterminal == NT_Rhs ||
           nonterminal == NT_Step || nonterminal == NT_Exit;
}

static bool is_clause(Nonterminal nonterminal) {
    return nonterminal == NT_Arity || nonterminal == NT_Handler;
}

/* ---- walking */

static Node *walk_spans(Walk *w, const PartSpan *spans, uint32_t count, Node *n);

static Node *walk_form(Walk *w, Nonterminal nonterminal, Node *n) {
    PartSpan spans[MOST_PARTS];
    const FormRow *form = form_row_of(nonterminal, n);
    if (!form) bug(n, "no form of languages.def has this head here");
    return walk_spans(w, spans, parts_in(form, n, spans), n);
}

typedef Node *Meet(Walk *w, Node *name);

static Node *walk_name(Walk *w, Meet *meet, Node *name) {
    return meet && name->kind == N_NAME ? meet(w, name) : name;
}

static Node *walk_term(Walk *w, const PartRow *row, Node *term, bool in_tail) {
    if (is_visited(row->nonterminal)) {
        bool outer = w->in_tail;
        w->in_tail = in_tail;
        Node *out = w->visit(w, term);
        w->in_tail = outer;
        return out;
    }
    if (!is_tree(term)) return term;
    if (w->visit_clause && is_clause(row->nonterminal)) return w->visit_clause(w, term);
    return walk_form(w, row->nonterminal, term);
}

/* The value of each binding, or its name: which comes first depends on the scope. */
static Node *walk_binding(Walk *w, Node *binding, bool names, bool values) {
    BindingForm b = as_binding(binding);
    if (values) b.value = walk_operand(w, b.value);
    if (names) b.name = walk_name(w, w->bind, b.name);
    return remake_binding(w->arena, binding, b);
}

static Node *walk_bindings(Walk *w, Scope scope, Node *bindings) {
    bool in_turn = scope == IN_LATER_BINDINGS, names_first = scope == IN_ALL_BINDINGS;
    Node *out = bindings;
    for (int round = 0; round < (in_turn ? 1 : 2); round++)
        for (uint32_t i = 0; i < bindings->count; i++) {
            bool names = in_turn || (round == 0) == names_first;
            Node *b = walk_binding(w, out->kids[i], names, in_turn || !names);
            out = put_kid(w, out, bindings, i, b);
        }
    return out;
}

static Node *walk_part(Walk *w, const PartRow *row, Node *kid, bool in_tail) {
    switch (row->role) {
    case PART_CONSTANT: return kid;
    case PART_USES: return walk_name(w, w->use, kid);
    case PART_BINDS: return walk_name(w, w->bind, kid);
    case PART_BINDS_LABEL: return walk_name(w, w->bind_label, kid);
    case PART_USES_LABEL: return walk_name(w, w->use_label, kid);
    case PART_TERM: return walk_term(w, row, kid, in_tail);
    case PART_TREE:
        if (row->scope != IN_LATER_PARTS) return walk_bindings(w, row->scope, kid);
        PartSpan spans[MOST_PARTS];
        return walk_spans(w, spans, parts_in_tree(row, kid, spans), kid);
    }
    bug(kid, "no role of a part");
}

static Node *walk_spans(Walk *w, const PartSpan *spans, uint32_t count, Node *n) {
    Node *out = n;
    for (const PartSpan *s = spans; s < spans + count; s++)
        for (uint32_t kid = s->first; kid < s->end; kid++) {
            bool in_tail = w->in_tail && s->row->is_tail && kid + 1 == s->end;
            out = put_kid(w, out, n, kid, walk_part(w, s->row, n->kids[kid], in_tail));
        }
    return out;
}

Node *walk_parts(Walk *w, Node *e) {
    if (e->kind == N_NAME) return w->use ? w->use(w, e) : e;
    return is_tree(e) ? walk_form(w, NT_Expr, e) : e;
}

Node *walk_operand(Walk *w, Node *e) {
    bool outer = w->in_tail;
    w->in_tail = false;
    Node *out = w->visit(w, e);
    w->in_tail = outer;
    return out;
}

/* The list with item i replaced, in an array of its own. */
static NodeList with_item(Arena *a, NodeList list, Node *const *original, uint32_t i, Node *item) {
    if (list.items[i] == item) return list;
    if (list.items == original) {
        Node **copy = NEW_ARRAY(a, Node *, list.count);
        memcpy(copy, list.items, list.count * sizeof *copy);
        list.items = copy;
    }
    ((Node **)(uintptr_t)list.items)[i] = item;
    return list;
}

NodeList walk_all(Walk *w, NodeList list) {
    NodeList out = list;
    for (uint32_t i = 0; i < list.count; i++)
        out = with_item(w->arena, out, list.items, i, walk_operand(w, list.items[i]));
    return out;
}

NodeList walk_bound_values(Walk *w, NodeList bindings) {
    NodeList out = bindings;
    for (uint32_t i = 0; i < bindings.count; i++) {
        Node *binding = walk_binding(w, bindings.items[i], false, true);
        out = with_item(w->arena, out, bindings.items, i, binding);
    }
    return out;
}

Node *node_like(Arena *a, const Node *n, Pos at, NodeList kids) {
    Node *out = node_blank(a, (NodeKind)n->kind, (Head)n->head, at, kids.count);
    put_kids(out, 0, kids);
    return out;
}

Node *copy_renamed(Renaming *r, Node *e) {
    if (e->kind == N_NAME) return r->new_name(r, e);
    if (!is_tree(e)) return e;
    Pos at = e->at ? e->at : r->at;
    NodeList parts = kids_of(e);
    if (is_form(e, H_quote)) return node_like(r->arena, e, at, parts);
    Node *out = node_blank(r->arena, (NodeKind)e->kind, (Head)e->head, at, parts.count);
    for (uint32_t i = 0; i < parts.count; i++)
        out->kids[i] = copy_renamed(r, parts.items[i]);
    return out;
}

Node *map_tops(Arena *a, Node *program, Node *(*change)(void *context, Node *top), void *context) {
    Node *out = node_blank(a, N_LIST, H_program, program->at, program->count);
    out->kids[0] = program->kids[0];
    for (uint32_t i = 1; i < program->count; i++) {
        Node *top = program->kids[i], *inner = top_inner(top), *changed = change(context, inner);
        out->kids[i] = changed == inner ? top : top_with(a, top, changed);
    }
    return out;
}
