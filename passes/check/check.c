/* check.c - walks through a form by the tables of its parts, and asks of each part what its role
 * and the rows of wellformed.def want. In trees a name is known in the scope of its binder; in
 * blocks it is bound once in the function, so there binders are met in a round of their own.
 */
#include "checker.h"

/* ---- reports */

/* "$user/f, b3: " */
static void say_where(const Checker *c, Buffer *out) {
    Text name = c->top ? defined_name(c->top) : 0;
    if (!name) return;
    buffer_print(out, "in $%s", text_bytes(name));
    if (c->block_form) buffer_print(out, ", b%u", child(c->block_form, 0)->block);
    buffer_print(out, ": ");
}

/* All errors share one twin; each is looked for in its own definition. */
static Pos place_in_text(Checker *c, const Node *at) {
    const GivenForm *g = c->given;
    if (!c->twin) c->twin = read_dump_places(c->whole, g->file, g->bytes, g->length);
    for (uint32_t i = 1; c->twin && i < c->twin->count && i < c->program->count; i++)
        if (top_inner(c->program->kids[i]) == c->top)
            return place_in_twin(c->top, top_inner(c->twin->kids[i]), at);
    return 0;
}

bool ill_formed(Checker *c, const Node *at, const char *format, ...) {
    if (c->failed) return false;
    c->failed = true;
    Buffer message = {0}, form = {0};
    va_list arguments;
    say_where(c, &message);
    va_start(arguments, format);
    buffer_print_list(&message, format, arguments);
    va_end(arguments);
    print_flat(&form, at);
    error_at(c->diagnostics, place_in_text(c, at), "SL0026", "%s: %.100s%s", message.bytes,
             form.bytes, form.length > 100 ? " ..." : "");
    buffer_free(&message);
    buffer_free(&form);
    return false;
}

/* ---- parts by their roles */

static bool check_term(Checker *c, Nonterminal nonterminal, const Node *n);
static bool check_spans(Checker *c, const PartSpan *spans, uint32_t count, const char *form,
                        const char *tree, const Node *owner);

/* From a place that is no tail position no loop around it can be gone on with. */
static bool check_inner(Checker *c, Nonterminal nonterminal, const Node *n, bool is_tail) {
    uint32_t outer = c->first_loop;
    if (!is_tail) c->first_loop = c->loops.count;
    bool fine = check_term(c, nonterminal, n);
    c->first_loop = outer;
    return fine;
}

static bool check_bindings(Checker *c, Scope scope, const Node *bindings) {
    bool in_turn = scope == IN_LATER_BINDINGS, names_first = scope == IN_ALL_BINDINGS;
    for (int round = 0; round < (in_turn ? 1 : 2); round++)
        for (uint32_t i = 0; i < bindings->count; i++) {
            BindingForm b = as_binding(bindings->kids[i]);
            bool names = in_turn || (round == 0) == names_first;
            if ((in_turn || !names) && !check_inner(c, NT_Expr, b.value, false)) return false;
            if (names && !check_binder(c, b.name, bindings->kids[i])) return false;
        }
    return true;
}

/* Of a list or vector that is a part, the items that have no name go by the name of the part. */
static bool check_tree(Checker *c, const char *form, const PartRow *row, const Node *tree) {
    if (row->scope != IN_LATER_PARTS) return check_bindings(c, row->scope, tree);
    PartSpan spans[MOST_PARTS];
    uint32_t count = parts_in_tree(row, tree, spans);
    bool named = count && *spans[0].row->name;
    return check_spans(c, spans, count, named ? row->name : form, named ? NULL : row->name, tree);
}

static bool check_kid(Checker *c, const char *form, const PartRow *row, const Node *kid,
                      const Node *owner, bool is_last) {
    bool in_blocks = c->language >= L_Lblocks && c->language <= L_Lmemory;
    switch (row->role) {
    case PART_CONSTANT:
        return kid->kind != N_BLOCK || c->binds || !in_blocks || check_target(c, kid, owner);
    case PART_BINDS: return (in_blocks && !c->binds) || check_binder(c, kid, owner);
    case PART_USES: return c->binds || check_use(c, kid, owner);
    case PART_BINDS_LABEL: return true; /* see check_loop */
    case PART_USES_LABEL: return check_label(c, kid, owner);
    case PART_TERM: return check_inner(c, row->nonterminal, kid, row->is_tail && is_last);
    case PART_TREE: return check_tree(c, form, row, kid);
    }
    return true;
}

static bool check_spans(Checker *c, const PartSpan *spans, uint32_t count, const char *form,
                        const char *tree, const Node *owner) {
    for (const PartSpan *s = spans; s < spans + count; s++) {
        const Node *const *kids = (const Node *const *)owner->kids + s->first;
        bool fine =
            c->binds || s->row->role == PART_TREE ||
            check_rules(c, form, tree ? tree : s->row->name, owner, kids, s->end - s->first);
        for (uint32_t i = s->first; i < s->end && fine; i++)
            fine = check_kid(c, form, s->row, owner->kids[i], owner, i + 1 == s->end);
        if (!fine) return false;
    }
    return true;
}

/* ---- terms */

/* The label and the names of the bindings are known in the body alone. */
static bool check_loop(Checker *c, const Node *loop) {
    LoopForm f = as_loop(loop);
    uint32_t outer = c->loops.count;
    bool fine = check_bindings(c, IN_BODY, loop->kids[loop->count - 2]) &&
                (!f.label || open_label(c, f.label, loop, f.bindings.count)) &&
                check_term(c, NT_Expr, f.body);
    c->loops.count = outer;
    return fine;
}

/* Up to Lnamed a recur names no loop, and `loops` says which errors there are. */
static bool check_recur(Checker *c, const Node *recur) {
    for (uint32_t i = 0; i < recur->count; i++)
        if (!check_inner(c, NT_Expr, recur->kids[i], false)) return false;
    return true;
}

static bool check_parts(Checker *c, const FormRow *form, const Node *n) {
    PartSpan spans[MOST_PARTS];
    return check_spans(c, spans, parts_in(form, n, spans), form->name, NULL, n);
}

/* A function is checked in a scope of its own, from which no loop around it can be gone on with. */
static bool check_fn(Checker *c, const FormRow *form, const Node *fn) {
    NodeList captured = as_fn(fn).free;
    uint32_t outer = c->first_loop;
    c->first_loop = c->loops.count;
    bool fine = open_function(c, captured, fn) && check_parts(c, form, fn);
    close_function(c, captured);
    c->first_loop = outer;
    return fine;
}

static bool check_form(Checker *c, Nonterminal nonterminal, const Node *n) {
    bool is_expression = c->language < L_Lblocks;
    const FormRow *form = form_row_of(nonterminal, n);
    if (!form) return true; /* data */
    if (is_expression && is_form(n, H_loop)) return check_loop(c, n);
    if (is_expression && is_form(n, H_fn)) return check_fn(c, form, n);
    if (c->language < L_Lloop && is_form(n, H_recur)) return check_recur(c, n);
    if (is_form(n, H_op) && !check_instruction(c, n)) return false;
    return check_parts(c, form, n);
}

static bool check_term(Checker *c, Nonterminal nonterminal, const Node *n) {
    if (n->kind == N_NAME) return c->binds || check_use(c, n, n);
    if (n->kind == N_GLOBAL) return c->binds || check_global(c, n);
    if (nonterminal == NT_InstrBlock && c->language < L_Lx86) nonterminal = NT_Block;
    if (nonterminal == NT_Block || nonterminal == NT_InstrBlock) c->block_form = n;
    if (nonterminal == NT_Block) note_block(c, n);
    if (nonterminal == NT_Step || nonterminal == NT_Exit) c->step++;
    uint32_t known = c->known.count;
    bool fine = check_form(c, nonterminal, n);
    if (fine && c->language == L_Lmemory && !c->binds)
        fine = (nonterminal != NT_Step || check_step_kinds(c, n)) &&
               (nonterminal != NT_Exit || check_exit_kinds(c, n));
    if (c->language < L_Lblocks) close_scope(c, known);
    return fine;
}

/* ---- definitions */

static uint32_t size_of(const Node *n) {
    uint32_t size = 1;
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        size += size_of(n->kids[i]);
    return size;
}

int64_t sane_number(const Node *top) {
    return 65536 + 64 * (int64_t)size_of(top);
}

/* Passes have tables of all names below (names n): it must not be out of all proportion. */
static bool read_name_count(Checker *c, const Node *top) {
    const Node *names = NULL;
    for (uint32_t i = 0; i < top->count && !names; i++)
        if (is_form(top->kids[i], H_names)) names = top->kids[i]->kids[0];
    int64_t most = sane_number(top);
    if (names && (names->integer < 0 || names->integer > most))
        return ill_formed(c, top, "(names %lld) is not between 0 and %lld",
                          (long long)names->integer, (long long)most);
    c->name_count = names ? (uint32_t)names->integer : 0;
    c->names = NEW_ARRAY(c->arena, NameRow, c->name_count);
    return true;
}

/* Binders first, then uses; which ways lead to the uses comes last. */
static bool check_block_function(Checker *c, const Node *function) {
    FunctionForm f = as_function(function);
    if (!read_blocks(c, f.blocks) || !read_kinds(c, f.kinds)) return false;
    c->binds = true;
    bool fine = check_term(c, NT_Top, function);
    c->binds = false;
    c->block = 0;
    return fine && check_term(c, NT_Top, function) && check_ways(c);
}

static bool check_function(Checker *c, const Node *function) {
    Language l = c->language;
    if (l >= L_Lblocks && l <= L_Lmemory) {
        if (!check_block_function(c, function)) return false;
    } else if (!check_term(c, NT_Top, function)) {
        return false;
    }
    if (l == L_Lspecial || l == L_Lblocks) return check_types(c, function);
    if (l >= L_Lx86 && !check_machine_function(c, function)) return false;
    return (l != L_Llive && l != L_Lintervals) || check_live(c, function);
}

static void check_top(Checker *c, const Node *top) {
    c->top = top;
    c->block_form = NULL;
    c->failed = c->binds = false;
    c->known.count = c->loops.count = 0;
    c->known.capacity = c->loops.capacity = c->uses.capacity = c->edges.capacity = 0;
    c->uses.count = c->edges.count = c->depth = c->first_loop = c->step = c->block = 0;
    if (c->language <= L_Lmemory && !check_shapes(c, top)) return;
    if (c->language >= L_Lnamed && read_name_count(c, top)) {
        if (is_form(top, H_function))
            check_function(c, top);
        else
            check_term(c, NT_Top, top);
    }
    arena_reset(c->arena);
}

bool is_well_formed(const GivenForm *given, Diagnostics *d) {
    uint32_t errors = error_count(d);
    Checker c = {
        .given = given, .language = given->language, .diagnostics = d, .program = given->program};
    if (c.language < L_Lcore || c.language >= L_Lbytes) return true; /* they ask for themselves */
    c.arena = arena_new();
    c.whole = arena_new();
    if (c.language == L_Lcore || read_definitions(&c)) /* resolve asks for names itself */
        for (uint32_t i = 1; i < c.program->count; i++)
            check_top(&c, top_inner(c.program->kids[i]));
    arena_free(c.arena);
    arena_free(c.whole);
    return error_count(d) == errors;
}
