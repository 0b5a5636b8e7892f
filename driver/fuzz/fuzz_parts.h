/* fuzz_parts.h - the parts of the generator of random programs. */
#ifndef SLISPC_FUZZ_PARTS_H
#define SLISPC_FUZZ_PARTS_H

#include "ir.h"
#include "soak_random.h"

/* What an expression gives. The letter stands for it in fuzz.def and starts the names of variables.
 */
/* clang-format off */
#define FUZZ_KINDS(KIND)                                                                           \
    KIND(INT, 'i')                                                                                 \
    KIND(DOUBLE, 'd') KIND(NUMBER, 'n') KIND(STRING, 's') KIND(KEYWORD, 'k') KIND(BOOLEAN, 'b')    \
        KIND(VECTOR, 'v') KIND(SEQUENCE, 'q') KIND(MAP, 'm') KIND(SET, 'e') KIND(TABLE, 'w')       \
            KIND(DATA, 'x') KIND(FN, 'f') KIND(FN2, 'g') KIND(PREDICATE, 'p') KIND(ATOM, 'a')
/* clang-format on */
typedef enum {
#define KIND(name, letter) K_##name,
    FUZZ_KINDS(KIND)
#undef KIND
        KINDS
} Kind;

/* ---- coverage */

enum {
#define VALUE(kind, text) +1
#define EFFECT VALUE
#define WRONG(error, text) +1
    FUZZ_ROWS = 0
#include "fuzz.def"
};

/* Constructs that are not rows of fuzz.def. */
/* clang-format off */
#define FUZZ_CONSTRUCTS(CONSTRUCT)                                                                 \
    CONSTRUCT(LET, "let")                                                                          \
    CONSTRUCT(DESTRUCTURING, "destructuring") CONSTRUCT(SHADOWING, "shadowing")                    \
        CONSTRUCT(CROWD, "dozens alive at once") CONSTRUCT(LOOP, "loop and recur")                 \
            CONSTRUCT(DOUBLE_LOOP, "loop over doubles") CONSTRUCT(TRY, "try and catch") CONSTRUCT( \
                FINALLY, "finally") CONSTRUCT(CLOSURE, "closure") CONSTRUCT(LETFN, "letfn")        \
                CONSTRUCT(PRINT, "printing") CONSTRUCT(DEF, "def") CONSTRUCT(REDEF, "def again")   \
                    CONSTRUCT(GLOBAL_ATOM, "global atom") CONSTRUCT(DEFN, "defn") CONSTRUCT(       \
                        RECURSION, "recursion") CONSTRUCT(MUTUAL, "declare, mutual recursion")     \
                        CONSTRUCT(WIDE, "function of 7 to 12 parameters")                          \
                            CONSTRUCT(ARITIES, "several arities") CONSTRUCT(VARIADIC, "variadic")  \
                                CONSTRUCT(MAKER, "function that gives a closure")                  \
                                    CONSTRUCT(CALL, "call of a function") CONSTRUCT(MAIN, "-main") \
                                        CONSTRUCT(EDGE, "integer at the edge of 64 bits")
/* clang-format on */
typedef enum {
#define CONSTRUCT(name, text) C_##name##_MADE,
    FUZZ_CONSTRUCTS(CONSTRUCT)
#undef CONSTRUCT
        FUZZ_CONSTRUCT_COUNT
} Construct;

typedef struct {
    uint64_t programs, lines;
    uint64_t rows[FUZZ_ROWS];
    uint64_t constructs[FUZZ_CONSTRUCT_COUNT];
    uint64_t failing; /* programs that end in an error of their own */
} FuzzCoverage;

/* ---- the generator */

enum { MOST_VARIABLES = 160, MOST_FUNCTIONS = 24, MOST_PARAMETERS = 12, NAME_SIZE = 16 };

typedef struct {
    char name[NAME_SIZE];
    Kind kind;
    uint32_t size; /* how many elements it has at most, about */
    bool is_fuel;  /* counts down: nothing may shadow it */
} Variable;

typedef struct {
    char name[NAME_SIZE];
    Kind parameters[MOST_PARAMETERS];
    uint32_t count;
    Kind result;
    uint32_t size;    /* of what it gives */
    uint32_t cost;    /* of a call, in expressions */
    bool is_fueled;   /* a count that ends the recursion comes first */
    bool is_variadic; /* takes more integers after the parameters */
    bool has_effects;
} Function;

typedef struct {
    Random random;
    Buffer out;
    FuzzCoverage *coverage;
    Variable variables[MOST_VARIABLES];
    uint32_t variable_count;
    Function functions[MOST_FUNCTIONS];
    uint32_t function_count;
    const Function *self; /* the recursive function that is being made */
    char fuel[NAME_SIZE]; /* its count */
    uint32_t self_calls;  /* that may still be made */
    uint32_t names;       /* next number of a name */
    int budget;           /* expressions that are left */
    uint32_t times;       /* how often what is made now runs at most, about */
    uint32_t cost;        /* of what is made so far */
    uint32_t size;        /* of the last expression */
    uint32_t quiet;       /* not 0: no effects */
    uint32_t mistakes;    /* in ten thousand expressions */
    bool made_effect;
} Maker;

static inline void made(Maker *m, Construct c) {
    m->coverage->constructs[c]++;
}
static inline bool chance(Maker *m, uint32_t percent) {
    return in_hundred(&m->random, percent);
}
static inline uint32_t pick(Maker *m, uint32_t limit) {
    return below(&m->random, limit);
}
void say(Maker *m, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- fuzz_expressions.c */
void make(Maker *m, Kind kind, uint32_t depth);
/* An expression that is cut to a bounded size, for what is carried around a loop or into a call. */
void write_bounded(Maker *m, Kind kind, uint32_t depth);
void write_literal(Maker *m, Kind kind);
/* A literal or variable. */
void write_leaf(Maker *m, Kind kind);
/* Something to print. */
void write_printed(Maker *m, uint32_t depth);

/* ---- fuzz_names.c */

/* A new variable's name; it is in scope after add_variable. */
void new_name(Maker *m, char *name, Kind kind);
Variable *add_variable(Maker *m, const char *name, Kind kind, uint32_t size);
/* A variable of the kind that is in scope, NULL: none. */
const Variable *some_variable(Maker *m, Kind kind);

/* ---- fuzz_forms.c: what binds names */

/* One of let, loop, try, letfn, a call ...; false when none fits. */
bool write_construct(Maker *m, Kind kind, uint32_t depth);
void write_closure(Maker *m, uint32_t parameters, Kind result, uint32_t depth);
void write_crowd(Maker *m);

/* ---- fuzz_program.c */

/* A closed program that ends; the same seed gives the same. */
void generate_program(Buffer *out, uint64_t seed, FuzzCoverage *coverage);

/* ---- fuzz_coverage.c */
typedef struct {
    const char *kind; /* NULL: a mistake */
    const char *text, *error;
    Kind gives;
    bool has_effect;
} FuzzRow;
extern const FuzzRow fuzz_rows[FUZZ_ROWS];
void print_fuzz_coverage(FILE *out, const FuzzCoverage *c);

#endif
