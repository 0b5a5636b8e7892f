/* tree.h - what the files of the tree interpreter share.
 *
 * A function is prepared when it is first called: its tree becomes a tree of Code, where names are
 * slots of the frame, globals are cells, and each node has the C function that runs it. A frame is
 * a run of words on the stack of values: the closure that was called, the parameters, then the
 * names and operands that are alive at the moment, innermost last. A call's closure and operands
 * are last, so they are the start of the frame of the function that is called.
 * Before the runtime is called, world.top is set after what is alive: the collector sees no other
 * word of the frame.
 */
#ifndef SLISPC_TREE_H
#define SLISPC_TREE_H

#include "kinds.h"
#include "world.h"

typedef struct Code Code;
typedef struct Body Body;
typedef struct Activation Activation;
typedef struct Scope Scope;
typedef VEC(const Node *) Names;

/* One call of a function that goes on. */
struct Activation {
    Frame frame;
    const Body *body;
    const Code *code;    /* what runs */
    const Code *round;   /* the loop whose next round is to come, when a recur was run */
    Body *next;          /* the function that takes this one's place, after a tail call; */
    uint32_t next_count; /* its arguments are at the start of the frame */
};

typedef Bits Run(Activation *a, const Code *c);

struct Code {
    Run *run;
    const Scope *scope; /* the names that have a value */
    Pos at;
    uint32_t slot;   /* of its variable or its operands, from the start of the frame */
    uint32_t height; /* words of the frame that are alive while it works */
    uint32_t count;  /* of parts; for some forms, of those that come first */
    uint16_t prim;
    uint8_t gives; /* Holding */
    union {
        Bits word;
        uint64_t address; /* of a function of the runtime */
        Value *cell;
        const Routine *routine;
        const Code *label; /* a recur's loop */
        Body *body;        /* of a known call */
        const Node *typed; /* the name, or the function, that says the type of a value */
    };
    const Code *parts[];
};

/* A name that has a value: innermost first. */
struct Scope {
    const Node *name;
    uint32_t slot;
    Holding holding;
    const Scope *outer;
};

/* One arity of a function. */
struct Body {
    const Routine *routine; /* that its calls are in */
    const Node *node;       /* (arity ...), (rest ...), (function ...), or an expression */
    const Code *code;       /* NULL before it was prepared */
    const Names *captured;  /* what the fields of its closure hold */
    Holding *holdings;      /* of its parameters */
    uint32_t parameters;    /* with the one that takes the rest */
    uint32_t size;          /* words of a frame */
    Holding returns;
};

/* What a routine is: which body runs with how many arguments. Exact numbers come first. */
typedef struct {
    uint32_t count;
    struct {
        uint32_t arguments;
        bool is_rest; /* with more, too: they are given as a list */
        Body *body;
    } rows[];
} Callable;

/* ---- while functions are prepared */

typedef struct {
    Text base; /* inner functions are called base.fn3 */
    bool is_library;
    uint32_t functions; /* so many of them have no number of their own */
} Unit;

/* What recur can mean. */
typedef struct Target Target;
struct Target {
    const Node *name; /* of the loop, NULL before loops have names */
    Code *label;
    uint32_t count; /* of values */
    const Holding *holdings;
    NodeList bindings; /* of the loop; none of a function */
    bool is_used;
    Target *outer;
};

typedef struct Preparer Preparer;
/* What captures: a function with all its arities. */
typedef struct {
    Preparer *outer;  /* NULL at the top level */
    const Node *self; /* the function's own name, NULL for none */
    Names *names;     /* captured so far */
    VEC(const Code *) values;
    bool is_settled; /* it captures nothing else */
} Capturer;

struct Preparer {
    Unit *unit;
    Capturer *function;
    const Scope *scope;
    Target *targets; /* of a recur in the current position */
    uint32_t height; /* the next free word of the frame */
    uint32_t size;   /* the most words that were in use */
    Type returns;    /* of Ltyped: what the function may give */
};

typedef struct {
    Value *cell;
    const Node *function; /* its value, when that is a function from the start; else NULL */
    uint32_t definitions, assignments;
} Global;

typedef struct {
    Language language;
    Table globals;   /* Text -> Global */
    Body *invoke[4]; /* call what is no function, with 0, 1, 2, many arguments */
} Tree;
extern Tree tree;

static inline bool is_raw_language(void) {
    return tree.language == L_Lspecial;
}
/* A form that grammar allows, but that means nothing: says so and ends the run. */
_Noreturn void tree_refuse(const Node *at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- tree_prepare.c: expressions */

typedef enum { INNER, TAIL } Position; /* TAIL: its value is the function's */
const Code *prepare_code(Preparer *p, const Node *e, Holding want, Position position);
/* In a position where no recur can be. */
const Code *prepare_operand(Preparer *p, const Node *e, Holding want);
/* A new node that works with the words from the next free one on. */
Code *new_tree_code(const Preparer *p, Run *run, Pos at, uint32_t parts);
Code *word_code(Preparer *p, Bits word, Holding gives);
Code *local_code(Preparer *p, uint32_t slot, Holding gives);
/* So many words of the frame are in use. */
static inline void use_words(Preparer *p, uint32_t height) {
    p->height = height;
    if (height > p->size) p->size = height;
}
/* Operands as the parts of `c` from `first` on, each in a word of its own; wants NULL: values. */
void prepare_operands(Preparer *p, Code *c, uint32_t first, NodeList operands,
                      const Holding *wants);
/* The name gets the next free word. */
uint32_t bind_tree_name(Preparer *p, const Node *name, Holding holding);
Holding holding_of(const Node *name);
const Code *fitted(Preparer *p, const Node *e, const Code *c, Holding want);

/* ---- tree_names.c: what names mean */

/* The code of a local, NULL when there is none of that name. */
const Code *prepare_local(Preparer *p, const Node *name);
const Code *prepare_symbol(Preparer *p, const Node *symbol);
const Code *prepare_global(Preparer *p, const Node *global);
Global *tree_global(Text name);
/* The cell that (set-global name e) sets. */
Value *assigned_cell(const Node *name);
/* The primitive that the operator of a call of Lcore means, P_NONE for none. */
Prim operator_primitive(CallForm call);
/* The name that a top defines, NULL for none; what it, or a top-level expression, computes. */
const Node *defined_global(const Node *top);
const Node *computed_in(const Node *top);
/* Finds out which globals there are, and which are functions from the start. */
void index_tree(NodeList tops);

/* ---- tree_functions.c: functions and their bodies */

const Code *prepare_fn(Preparer *p, const Node *e);
const Code *prepare_letrec(Preparer *p, const Node *e, Holding want, Position position);
void prepare_body(Body *b);
Callable *callable_of(Routine *r);
/* The routine of a (fn ...) that is the value of a global. */
Routine *define_fn(Text name, const Node *fn, bool is_library);
/* The routine of a top of Lclosed or later. */
void define_closed(const Node *top, bool is_library);
/* The body of a function of Lclosed and later; refuses what is none. */
Body *body_named(const Node *global);
Routine *entry_named(const Node *global);
/* The body of a top-level expression; the cell, if it is not NULL, is set to its value. `base`:
 * what inner functions are named by. */
Body *start_body(Text name, Text base, const Node *e, Value *cell, bool is_library);
/* The function of the library that calls what is no function with so many arguments. */
Body *invoke_body(uint32_t count);

/* ---- tree_types.c: types of Ltyped; in other languages all but the first change nothing */

/* What the value is: one kind. */
Kinds value_kinds(Value v);

/* The value, of the type that the name has. */
const Code *typed_value(Preparer *p, const Code *c, const Node *name);
/* The body of a function: first the parameters, then what it returns. */
const Code *typed_body(Preparer *p, const Code *c, const Node *function);
/* The position of a call that gives a value of that type: its value must be the function's. */
Position typed_position(const Preparer *p, Position position, Type gives);
Type returned_type(const Node *function);

/* ---- tree_primitives.c */

/* `e`: the form that it is in. */
const Code *prepare_primitive(Preparer *p, const Node *e, Prim prim, NodeList operands,
                              Holding want, Position position);
/* The flag that a conversion makes a boolean of, NULL for any other code. */
const Code *unconverted_flag(const Code *c);
/* The same with what it gives as a word of another kind. */
const Code *converted(Preparer *p, Pos at, const Code *c, Holding want);

/* ---- tree_try.c */

const Code *prepare_try(Preparer *p, const Node *e);
const Code *prepare_try_call(Preparer *p, const Node *e);

/* ---- tree_call.c: calls */

/* Runs a body whose closure and arguments are on the stack from `base` on. */
Bits evaluate_body(Body *b, uint64_t base);
/* Calls the value at `base` with the `count` values after it. */
Bits call_value(uint64_t base, uint32_t count);
Run evaluate_call, evaluate_tail_call, evaluate_known_call, evaluate_known_tail_call,
    evaluate_apply, evaluate_tail_apply;

/* ---- tree_run.c: forms */

Run evaluate_word, evaluate_local, evaluate_field, evaluate_cell, evaluate_let, evaluate_do,
    evaluate_if_value, evaluate_if_flag, evaluate_loop, evaluate_recur, evaluate_set_cell,
    evaluate_set_global, evaluate_closure, evaluate_patch, evaluate_letrec;

static inline Bits evaluate(Activation *a, const Code *c) {
    return c->run(a, c);
}

static inline void set_word(const Activation *a, uint32_t slot, Bits word, Holding holding) {
    uint64_t i = a->frame.base + slot;
    world.words[i] = word;
    world.is_ref[i] = holding == HOLDING_VALUE;
}

/* The first `count` parts are operands: their values go into its words. */
static inline void run_operands(Activation *a, const Code *c, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        set_word(a, c->slot + i, evaluate(a, c->parts[i]), (Holding)c->parts[i]->gives);
}

/* It works now: its names can be shown, its place is the frame's, only its words are alive. */
static inline void step(Activation *a, const Code *c) {
    a->code = c;
    world.top = a->frame.base + c->height;
    world_step(c->at);
}

static inline Bits *words_of(const Activation *a, const Code *c) {
    return world.words + a->frame.base + c->slot;
}

#endif
