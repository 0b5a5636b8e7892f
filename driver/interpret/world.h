/* world.h - what the interpreters share: routines, the stack of values, calls, try and throw,
 * steps.
 *
 * Each slisp call is a C call of the interpreter (with a Frame on the C stack), tail calls are
 * loops. Words that must survive a collection are on the stack of values, where each word says
 * whether it is a reference; a word in a C variable is lost when something allocates.
 * There is one world, as the runtime has one heap.
 */
#ifndef SLISPC_WORLD_H
#define SLISPC_WORLD_H

#include "interpret.h"
#include "table.h"

#include "../runtime/runtime.h"

#include <setjmp.h>

typedef uint64_t Bits; /* a tagged value, a raw int, a flag, or the bits of a double */
/* What a word is: needed to show it, and to know whether the collector must see it. A WORD is raw
 * in the machine forms, which do not tell ints from flags. */
typedef enum { HOLDING_VALUE, HOLDING_INT, HOLDING_FLAG, HOLDING_DOUBLE, HOLDING_WORD } Holding;
/* What a name of that type holds, where types say how names are represented. */
static inline Holding holding_of_type(Type t) {
    return t == T_INT      ? HOLDING_INT
           : t == T_DOUBLE ? HOLDING_DOUBLE
           : t == T_FLAG   ? HOLDING_FLAG
                           : HOLDING_VALUE;
}

/* ---- routines: what can be called */

typedef struct Routine {
    Text name; /* as native code names it: user/f, user/f.w2, user/f.fn3, user/top.1, start */
    const Node *node; /* its form */
    void *prepared;   /* what the interpreter made of it, NULL before the first call */
    bool is_library;
    uint32_t index; /* among all routines */
} Routine;

/* All of them, by index; NULL after the last one. */
const Routine *routine_at(uint32_t index);
/* where.c: "in $user/f.w2, b4, from 3:5"; what where_hook calls. */
void tell_where(Buffer *out, const Node *at);

/* A new routine. The code word of a closure is its address. */
Routine *routine_new(Text name, const Node *node, bool is_library);
/* By name; NULL when there is none. Only routines of the top level are found: routine_define. */
Routine *routine_named(Text name);
void routine_define(Routine *r);
static inline Bits code_of(const Routine *r) {
    return (Bits)(uintptr_t)r;
}
static inline Routine *routine_of(Bits code) {
    return (Routine *)(uintptr_t)code;
}

/* ---- the stack of values */

enum { VALUE_WORDS = 1 << 28 }; /* so many it can hold */
typedef struct Frame Frame;
typedef struct Handler Handler;

typedef struct {
    const InterpretOptions *options;
    const DumpHeader *header;
    Arena *arena;     /* lives as long as the run */
    Bits *words;      /* the stack of values */
    uint8_t *is_ref;  /* of each word: does the collector see it? */
    uint64_t top;     /* the first free word */
    Frame *frame;     /* the innermost call, NULL outside */
    Handler *handler; /* the innermost try */
    uint64_t steps, next_stop;
    uint64_t room;  /* bytes of the heap that the form has asked for and not taken yet */
    uint64_t depth; /* of calls, for traces */
} World;
extern World world;

/* Room for `count` words, set to nil, which the collector sees; gives the index of the first. When
 * the stack is full, it throws. Popped by setting world.top back. */
uint64_t stack_push_room(uint64_t count);
static inline uint64_t stack_push(Bits word, bool is_ref) {
    uint64_t i = stack_push_room(1);
    world.words[i] = word;
    world.is_ref[i] = is_ref;
    return i;
}

/* ---- calls */

/* One call, on the C stack of the interpreter. */
struct Frame {
    Frame *caller;
    const Routine *routine;
    Pos at;        /* where it is: to be set before anything that may throw, allocate or call */
    uint64_t base; /* its words on the stack of values start here */
    /* Calls `show` for each name that has a value now; NULL when it has none. */
    void (*names)(const Frame *frame, void (*show)(const Node *name, Holding holding, Bits word));
    void *state; /* the interpreter's own */
};

/* Fills in all but `names` and `state`. Throws when calls are nested too deeply. */
void frame_enter(Frame *frame, const Routine *routine);
void frame_leave(const Frame *frame); /* also sets world.top back to base */

/* Counts a step of the innermost call; deals with limits and breakpoints. */
void world_stop(void);
static inline void world_step(Pos at) {
    if (at) world.frame->at = at;
    if (++world.steps >= world.next_stop) world_stop();
}

/* ---- the heap, as blocks and instructions take it */

/* Are there so many bytes? If not, what is run next makes them. */
static inline bool ask_room(uint64_t bytes) {
    world.room = bytes;
    return heap_has_room(bytes);
}
/* A tagged pointer to the next bytes. */
Bits take_room(uint64_t bytes);

/* ---- traces and events: entries and results of calls, of functions of the program's files */

void world_entry(const Routine *routine, const Bits *words, const Holding *holdings,
                 uint32_t count);
void world_result(const Routine *routine, Bits word, Holding holding);
/* Events alone: an exception is on its way, text goes to standard output. */
void world_thrown(Value exception);
void world_wrote(const char *bytes, uint64_t length);
void world_flush_events(void);
static inline bool world_watches(void) {
    return world.options->trace || world.options->events >= 0;
}

/* ---- try and throw */

struct Handler {
    Handler *outer;
    jmp_buf jump;
    Frame *frame;
    RootFrame *roots;
    uint64_t top, depth;
    bool is_inline;  /* the body is no routine of its own: its frame counts among the calls */
    Value exception; /* after the jump; no root: to be pushed at once */
};
/* if (TRY(&handler, is_inline)) { body; handler_leave(&handler); } else { handler.exception ... }
 * In the else branch everything is as it was at TRY, and the handler is left. */
#define TRY(h, is_inline) (handler_enter(h, is_inline), setjmp((h)->jump) == 0)
void handler_enter(Handler *h, bool is_inline);
void handler_leave(Handler *h);

/* ---- the runtime */

/* Calls a C function of the runtime by its symbol: `args` says, as in prims.def, how the words go.
 * With a *, the words from there on go through the argument area. */
Bits call_runtime(const char *symbol, const char *args, bool gives_double, const Bits *words,
                  uint32_t count);
/* Calls a C function with its words and doubles in the order of the registers. */
Bits call_c_function(uint64_t address, bool gives_double, const Bits words[6], double d0,
                     double d1);
/* The same by its address (slisp_function), for those that call it often. */
Bits call_function(uint64_t address, const char *args, bool gives_double, const Bits *words,
                   uint32_t count);

/* The value of a datum (quote d); equal constants are the same object, which never moves. */
Value constant_value(const Node *datum);
/* The static closure of a routine. */
Value static_closure(const Routine *r);
/* The shape of these keywords, in print order. */
Value static_shape(const Node *shape);
/* The global variable of that name; its value is a root. */
Value *cell_of(Text name);

/* A value as a person reads it, with what it contains up to some depth; other words likewise. */
void show_word(TextBuffer *out, Bits word, Holding holding);

static inline double double_of(Bits b) {
    double d;
    memcpy(&d, &b, sizeof d);
    return d;
}
static inline Bits bits_of(double d) {
    Bits b;
    memcpy(&b, &d, sizeof b);
    return b;
}

/* ---- wanted_call.c: a call instead of the program's start */

typedef struct {
    Text name;
    Node *const *arguments; /* literals */
    uint32_t count;
} WantedCall;
const WantedCall *wanted_call(void); /* NULL: none is wanted */
/* The name of the function that is meant. */
Text wanted_name(const WantedCall *w, bool (*exists)(Text name));
/* Ends slispc when it takes another number of arguments. */
void check_wanted_count(const WantedCall *w, uint32_t parameters);
Bits wanted_argument(const WantedCall *w, uint32_t i, Holding holding);
void print_wanted_result(Bits word, Holding holding);

/* ---- the interpreters */

void interpret_tree(const Node *program, Language l);    /* Lcore to Lspecial */
void interpret_blocks(const Node *program, Language l);  /* Lblocks and Lmemory */
void interpret_machine(const Node *program, Language l); /* Lx86 to Lframed */

/* What a primitive without a function of the runtime does to its words (primitives.c). */
Bits inline_primitive(Prim p, const Bits *words, uint32_t count);
typedef Bits InlineFunction(const Bits *words);
/* The same as a function of its own; NULL when the runtime has one. */
InlineFunction *inline_function(Prim p);
/* The same for all primitives but those that are functions of the library or run by calls (%apply).
 */
Bits run_primitive(Prim p, const Bits *words, uint32_t count);

#endif
