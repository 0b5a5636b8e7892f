/* blocks_operands.c - the interpreter of blocks: operands and what they refer to. */
#include "blocks_prepare.h"

void blocks_malformed(const Prepare *p, const Node *form, const char *what) {
    Buffer b = {0};
    print_flat(&b, form);
    fail(0, "$%s cannot be run: %s: %.*s", text_bytes(p->routine->name), what,
         (int)(b.length < 200 ? b.length : 200), b.bytes);
}

Routine *blocks_routine(const Prepare *p, const Node *global) {
    Routine *r = routine_named(global->text);
    if (!r) blocks_malformed(p, global, "the form does not hold this function");
    return r;
}

/* Equal constants of a routine are one, when they follow one another. */
int32_t blocks_constant(Prepare *p, Bits word) {
    uint32_t n = p->constants.count;
    if (n && p->constants.items[n - 1] == word) return ~(int32_t)(n - 1);
    PUSH(world.arena, p->constants, word);
    return ~(int32_t)n;
}

static Bits quoted(const Prepare *p, const Node *a, Type representation) {
    const Node *d = as_quote(a).datum;
    if (representation == T_FLAG) return is_truthy(d);
    if (representation == T_INT && d->kind == N_INT) return (Bits)d->integer;
    if (representation == T_DOUBLE && d->kind == N_DOUBLE) return bits_of(d->real);
    if (representation == T_INT || representation == T_DOUBLE)
        blocks_malformed(p, a, "this constant is of the wrong type");
    return constant_value(d);
}

static Bits constant_word(const Prepare *p, const Node *a, Type representation) {
    if (a->kind == N_GLOBAL) return static_closure(blocks_routine(p, a));
    switch (is_tree(a) ? a->head : (uint16_t)H_NONE) {
    case H_quote: return quoted(p, a, representation);
    case H_static: return static_closure(blocks_routine(p, as_static(a).entry));
    case H_code: return code_of(blocks_routine(p, as_code(a).function));
    case H_cell: return (Bits)(uintptr_t)cell_of(as_cell(a).name->text);
    case H_word: return (Bits)as_word(a).bits->integer;
    case H_real: return bits_of(as_real(a).datum->real);
    case H_shape: return static_shape(a);
    }
    blocks_malformed(p, a, "this is no operand");
}

int32_t blocks_operand(Prepare *p, const Node *a, Type representation) {
    if (a->kind != N_NAME) return blocks_constant(p, constant_word(p, a, representation));
    if (a->name.number >= p->names || p->slot_of[a->name.number] == NO_SLOT)
        blocks_malformed(p, a, "this name is bound nowhere");
    return p->slot_of[a->name.number];
}

/* In Lmemory constants say themselves what they are. */
Type blocks_representation(const Prepare *p, const Node *name) {
    return p->is_memory ? T_ANY : p->types[name->name.number];
}

static const char *letters_of(const char *symbol) {
#define RUNTIME(name, args, result, doc)                                                           \
    if (!strcmp(symbol, name)) return args;
#define ASSEMBLY(name, args, result, doc)
#include "../runtime/extras.def"
    for (int q = 1; q < P_COUNT; q++)
        if (prim_rows[q].runtime && !strcmp(prim_rows[q].runtime, symbol)) return prim_rows[q].args;
    return NULL;
}

const RuntimeFunction *blocks_runtime(const Prepare *p, const Node *form, uint32_t count,
                                      const char *symbol, bool gives_double) {
    RuntimeFunction *f = NEW(world.arena, RuntimeFunction);
    *f = (RuntimeFunction){slisp_function(symbol), letters_of(symbol), gives_double};
    if (!f->address || !f->args) blocks_malformed(p, form, "the runtime has no such function");
    size_t fixed = strcspn(f->args, "*");
    if (count < fixed || (count > fixed && !f->args[fixed]))
        blocks_malformed(p, form, "the number of operands is wrong");
    return f;
}
