/* expand.h - what the files of the pass expand share.
 *
 * A macro is a function from its source form to core forms; it expands the parts itself, in the
 * scope that they have. So each part is visited once, and no template can capture a name.
 */
#ifndef SLISPC_EXPAND_H
#define SLISPC_EXPAND_H

#include "../ir/ir.h"
#include "../ir/table.h"
#include "library.h"
#include "source.h"

typedef struct Expand Expand;
typedef Node *Expansion(Expand *x, Node *form);

/* A row of macros.def. */
typedef struct {
    const char *name;
    Expansion *expand;
    int least, most;   /* number of parts after the name; most -1: no limit */
    bool is_special;   /* cannot be shadowed */
    const char *shape; /* for messages: (when test body ...) */
} MacroRow;

struct Expand {
    Arena *arena, *scratch;
    Diagnostics *diagnostics;
    Text space;          /* the namespace of the forms that are being expanded */
    bool in_library;     /* library forms have no positions and may name % primitives */
    bool is_seed;        /* --dialect=seed: see dialect.c */
    bool at_top;         /* not inside any expression */
    uint32_t last_fresh; /* number of the last fresh symbol of this top-level form */
    VEC(Text) locals;    /* innermost last */
    Table bound;         /* name -> how many of them */
    Table defined;       /* space/name -> DEFINED_... , by the user's forms so far */
    Table aliases;       /* space/alias -> Text of the namespace */
    Table referred;      /* space/name -> Text of the namespace that it comes from */
    Table user_spaces;   /* namespaces of the user's ns forms */
    Table missing;       /* names that were told of, or go with a form that was: see missing.c */
    Table pulled;        /* space/name of library definitions that are wanted */
    VEC(const LibraryRow *) wanted;
    Nodes tops; /* the output */
};

/* What x->defined says of a name. */
extern char defined_function, defined_value;

/* ---- expand.c: expressions */

Node *expand_expression(Expand *x, Node *form);
/* Each of the forms, in order. */
NodeList expand_all(Expand *x, NodeList forms, Expansion *expansion);
/* Forms as one expression: (quote nil) when there is none, else a do. */
Node *expand_body(Expand *x, Pos at, NodeList forms);
/* A form whose name means the macro `row`; checks the number of its parts. */
Node *expand_macro(Expand *x, Node *form, const MacroRow *row);
/* The position for what comes from `form`. */
Pos place_for(const Expand *x, const Node *form);

/* ---- missing.c: forms of Clojure that slisp does not have */

/* Is the form, whose name nobody has defined, one of them? Then it was reported. */
bool report_missing_form(Expand *x, const Node *form);

/* ---- names.c: scope, namespaces */

typedef enum { IS_LOCAL, IS_MACRO, IS_GLOBAL, IS_UNKNOWN_SPACE } MeaningKind;
typedef struct {
    MeaningKind kind;
    Text space, name;
    const MacroRow *macro;
    bool is_known; /* a global that is defined before this place, or by the library */
} Meaning;

uint32_t scope_enter(const Expand *x);
void scope_bind(Expand *x, const Node *symbol);
void scope_leave(Expand *x, uint32_t mark);
bool is_local(const Expand *x, Text name);
/* hint#7: no source text can spell it. */
Node *fresh_symbol(Expand *x, const char *hint);

/* As the first of a list; elsewhere a local may be called like a special form. */
Meaning meaning_of(Expand *x, const Node *symbol);
/* Does the symbol, here, mean the macro or special form `name`? */
bool means_macro(Expand *x, const Node *n, const char *name);
void define_global(Expand *x, Text space, Text name, const void *what);
/* The symbol space/name; a definition of the library is wanted from now on. */
Node *global_symbol(Expand *x, Pos at, Text space, Text name);
/* As operator of `count` operands: a primitive needs no library function then. */
Node *operator_symbol(Expand *x, Pos at, Text space, Text name, uint32_t count);
void want_definition(Expand *x, Text space, Text name);
/* The calls of values that are no functions, and of unknown ones, go through these. */
void want_invoke(Expand *x);
Node *report_unknown_space(Expand *x, const Node *symbol);
bool split_symbol(Text symbol, Text *space, Text *name);
Text join_symbol(Text space, Text name);
static inline uint64_t name_key(Text space, Text name) {
    return (uint64_t)space << 32 | name;
}

/* ---- build.c: core forms */

Node *core_nil(Expand *x);
Node *core_quote(Expand *x, Node *datum);
Node *core_text(Expand *x, const char *string);
Node *core_symbol(Expand *x, const char *name); /* quoted */
/* (call core/name e ...), NULL-terminated. */
Node *core_call(Expand *x, Pos at, const char *name, ...) __attribute__((sentinel));
Node *core_do(Expand *x, Pos at, Node *first, Node *second);
/* The steps as one expression; there is at least one. */
Node *core_steps(Expand *x, Pos at, NodeList steps);
Node *core_let(Expand *x, Pos at, Nodes bindings, Node *body);
/* (fn _ (arity [] body)) */
Node *core_thunk(Expand *x, Pos at, Node *body);
/* (call core/%fail 'class message) */
Node *core_fail(Expand *x, Pos at, const char *class, Node *message);
/* A symbol without a position. */
Node *symbol_named(Expand *x, Text name);
/* The form, where all parts without a position have the one of what is around them. */
Node *settled(Arena *a, Node *n, Pos around);

/* ---- dialect.c: the dialect of the first slisp */

/* What a test asks of the value `e`. */
Node *dialect_test(Expand *x, Node *e);
/* The name of the core that `name` means. */
Text dialect_name(const Expand *x, Text name);
/* The call of `maker`, which does not mind duplicates; NULL when literals are literals. */
Node *dialect_literal(Expand *x, Pos at, const char *maker, NodeList operands);

/* ---- binding.c: destructuring */

/* Adds to `out` the bindings [s e] that match the source pattern with the core expression
 * `value`, and binds the names in the scope. */
void destructure(Expand *x, Node *pattern, Node *value, Nodes *out);
bool is_plain_symbol(const Node *n);
/* The vector of pattern, value pairs of a form; NULL after an error. */
Node *binding_vector(Expand *x, Node *form, Node *vector);

/* ---- functions.c */

/* (fn s arity ...) from the parts after the name; own: what the function is called inside, or
 * NULL. */
Node *expand_arities(Expand *x, Node *form, Node *own, NodeList parts);

/* ---- literals.c */

Node *expand_quoted(Expand *x, Node *datum);
/* Equal data has equal hashes. */
uint64_t datum_hash(const Node *n);
Node *expand_vector(Expand *x, Node *form);
Node *expand_map(Expand *x, Node *form);
Node *expand_set(Expand *x, Node *form);
Node *expand_keyword(Expand *x, Node *form);

/* ---- definitions.c: top-level forms */

void expand_top(Expand *x, Node *form);
/* Expands the library definitions that are wanted, and those that they want. */
void expand_wanted(Expand *x);

/* ---- macros.c */

const MacroRow *macro_named(Text name);
const MacroRow *macro_rows_all(uint32_t *count);

#define MACRO(id, name, least, most, special, shape, doc) Expansion expand_##id;
#include "macros.def"
#undef MACRO

#endif
