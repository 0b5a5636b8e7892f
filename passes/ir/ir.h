/* ir.h - what all passes share: nodes, languages, reader and printer, and the call of a pass.
 *
 * Every form of every language, from source to bytes, is a tree of Node. A node is immutable once
 * it is in a term. Nodes live in arenas: nothing is freed one by one.
 */
#ifndef SLISPC_IR_H
#define SLISPC_IR_H

#include "diagnostics.h"
#include "memory.h"
#include "tables.h"

/* ---- node.c ------------------------------------------------------------ */

typedef enum {
    /* trees */
    N_LIST,   /* (head kid ...) or (kid ...) when head is H_NONE */
    N_VECTOR, /* [kid ...] */
    N_MAP,    /* {kid ...}: source data only */
    N_SET,    /* #{kid ...}: source data only */
    /* atoms with a position (they stand for source data) */
    N_SYMBOL,
    N_KEYWORD,
    N_STRING,
    N_INT,
    N_DOUBLE,
    N_NIL,
    N_TRUE,
    N_FALSE,
    N_REGEX, /* #"..." */
    /* atoms of the intermediate languages; no position */
    N_NAME,   /* %hint.12, %hint.12:int, %hint.12=rax, %hint.12=s3[rsp+24] */
    N_GLOBAL, /* $user/f */
    N_BLOCK,  /* b7 */
    N_PRIM,   /* a primitive of prims.def, printed by its name: only as first kid of (prim ...) */
    N_WORD, /* an operation of words.def: first kid of a word-op form, which prints without head */
    N_OPCODE,    /* an opcode of x86.def: first kid of an op form, which prints without its head */
    N_CONDITION, /* eq lt ... of conditions.def */
} NodeKind;

/* The heads of forms, generated from languages.def (build/heads.h): H_if, H_let, ... */
typedef enum {
    H_NONE,
#define HEAD(id, text) H_##id,
#include "heads.h"
#undef HEAD
    H_COUNT
} Head;

typedef uint16_t Where; /* a register or a stack slot, see below */

typedef struct Node Node;
struct Node {
    uint8_t kind;     /* NodeKind */
    uint8_t is_typed; /* a name: `type` is set (printed :type); else `where` may be */
    uint16_t head;    /* a list: Head. A name: Type or Where. N_PRIM ... N_CONDITION: Prim, Word,
                       * Opcode or Condition */
    uint32_t at; /* trees and source data: Pos. A name in a slot: byte offset from rsp, plus 1 */
    union {
        struct {            /* trees */
            uint32_t count; /* number of kids */
            /* What the grammar check has found: it is a sentence of this nonterminal, plus 1, in
             * all languages from the one that it was checked for up to this one. 0: not checked. */
            uint8_t fits_as, fits_through;
        };
        struct {
            Text hint;
            uint32_t number;
        } name;
        Text text; /* symbol, keyword (without colon), string, regex, global (without $) */
        int64_t integer;
        double real;
        uint32_t block; /* block number */
    };
    Node *kids[];
};
_Static_assert(sizeof(Node) == 16, "a node is 16 bytes, and 8 for each child");

const char *head_text(Head head);
/* H_NONE when no language has such a form. */
Head head_of(Text text);

/* Constructors. Kids are copied. */
Node *node_list(Arena *a, Head head, Pos at, Node *const *kids, uint32_t count);
Node *node_tree(Arena *a, NodeKind kind, Pos at, Node *const *kids, uint32_t count);
Node *node_text(Arena *a, NodeKind kind, Pos at,
                Text text); /* symbol keyword string regex global */
Node *node_int(Arena *a, Pos at, int64_t value);
Node *node_double(Arena *a, Pos at, double value);
Node *node_simple(Arena *a, NodeKind kind, Pos at); /* nil true false */
Node *node_name(Arena *a, Text hint, uint32_t number);
Node *node_typed(Arena *a, const Node *name, Type type);
Node *node_placed(Arena *a, const Node *name, Where where); /* where may be NOWHERE: plain name */
Node *node_global(Arena *a, Text name);
Node *node_block(Arena *a, uint32_t number);
/* kind: N_PRIM, N_WORD, N_OPCODE or N_CONDITION; which: the enum value. */
Node *node_row(Arena *a, NodeKind kind, uint16_t which);

/* The list (head kid ...) with as many kids as given, NULL-terminated. */
Node *list(Arena *a, Head head, Pos at, ...) __attribute__((sentinel));

static inline bool is_tree(const Node *n) {
    return n->kind <= N_SET;
}
static inline bool is_form(const Node *n, Head head) {
    return n->kind == N_LIST && n->head == head;
}
/* Is this constant true in a test? All but nil and false are. */
static inline bool is_truthy(const Node *datum) {
    return datum->kind != N_NIL && datum->kind != N_FALSE;
}
static inline Pos pos(const Node *n) {
    return n->kind < N_NAME ? n->at : 0;
}
static inline Type type_of(const Node *n) {
    return n->is_typed ? n->head : 0;
}
static inline Where where_of(const Node *n) {
    return n->is_typed ? 0 : n->head;
}
/* Kid i. For what is generic by right, as diff and reduce are; a pass asks for parts by name. */
static inline Node *child(const Node *n, uint32_t i) {
    return n->kids[i];
}
/* Puts another one there, in a tree that is not in a term. */
static inline void put_child(Node *n, uint32_t i, Node *kid) {
    n->kids[i] = kid;
}

/* Several nodes that are one after the other: all kids of a list or vector, or some of a form. */
typedef struct {
    Node *const *items;
    uint32_t count;
    Pos at;      /* of the list or vector, or of the form */
    bool exists; /* false: a part that may be missing is */
} NodeList;
static inline NodeList nodes(Node *const *items, uint32_t count, Pos at) {
    return (NodeList){items, count, at, true};
}
static inline NodeList no_nodes(Pos at) {
    return nodes(NULL, 0, at);
}
/* Some of the kids of a list or vector: for the generated accessors. */
static inline NodeList kids_between(const Node *n, uint32_t first, uint32_t end) {
    return (NodeList){n->kids + first, end > first ? end - first : 0, n->at, true};
}
static inline NodeList kids_from(const Node *n, uint32_t first) {
    return kids_between(n, first, n->count);
}
/* The list without the first `count`. */
static inline NodeList nodes_after(NodeList list, uint32_t count) {
    return nodes(count ? list.items + count : list.items, list.count - count, list.at);
}
/* A list that grows. */
typedef VEC(Node *) Nodes;
static inline NodeList list_of(Nodes vector, Pos at) {
    return nodes(vector.items, vector.count, at);
}
/* What a term is: its head, or H_COUNT and the kind of an atom. For the enums of syntax.h. */
static inline int shape_of(const Node *n) {
    return n->kind == N_LIST && n->head ? n->head : H_COUNT + n->kind;
}

/* Structural equality; positions do not count, types and places do. */
bool node_equal(const Node *a, const Node *b);
/* A copy that shares nothing with `n`. */
Node *node_copy(Arena *a, const Node *n);
/* Equality of names by number alone. */
static inline bool same_name(const Node *a, const Node *b) {
    return a->kind == N_NAME && b->kind == N_NAME && a->name.number == b->name.number;
}

/* Types: a set of kinds of values. `int` is fixnum or big; `seq` a list cell or the rest of a
 * vector or string, so it has a first element; `lazy` a lazy sequence or (); `list` either. In
 * Ltyped a type says what inference knows. From Lspecial on it says how the name is represented:
 * exactly T_INT is a raw 64-bit word, T_DOUBLE a raw double, T_FLAG a raw 0 or 1, T_ANY a tagged
 * value; nothing else occurs there. */
enum {
    T_NONE = 0, /* no value: unreachable */
    T_NIL = 1,
    T_BOOL = 2,
    T_FIX = 4,
    T_BIG = 8,
    T_DOUBLE = 16,
    T_STRING = 32,
    T_KEYWORD = 64,
    T_SYMBOL = 128,
    T_LAZY = 256,
    T_VECTOR = 512,
    T_MAP = 1024,
    T_SET = 2048,
    T_FN = 4096,
    T_OTHER = 8192,
    T_FLAG = 16384,
    T_SEQ = 32768,
    T_INT = T_FIX | T_BIG,
    T_LIST = T_SEQ | T_LAZY,
    T_ANY = 65535 - T_FLAG,
};
/* "int", "nil/vector", "any", "none"; and back (false when it is none). */
const char *type_text(Type t);
bool type_parse(const char *bytes, size_t length, Type *out);

/* Places. 0 is none; then the 16 general registers, the 16 vector registers, argument-area words
 * (a0 is the seventh argument) and stack slots. */
enum {
    NOWHERE = 0,
    RAX = 1,
    RCX,
    RDX,
    RBX,
    RSP,
    RBP,
    RSI,
    RDI,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    XMM0 = 17,
    XMM15 = 32,
    AREA0 = 64,   /* a0 .. a1023 */
    SLOT0 = 2048, /* s0 .. */
};
static inline bool is_register(Where w) {
    return w >= RAX && w <= XMM15;
}
static inline bool is_vector_register(Where w) {
    return w >= XMM0 && w <= XMM15;
}
static inline bool is_area(Where w) {
    return w >= AREA0 && w < SLOT0;
}
static inline bool is_slot(Where w) {
    return w >= SLOT0;
}
const char *where_text(Where w); /* "rax", "xmm3", "a0", "s12"; static buffer per call, 8 in turn */
Where where_parse(const char *bytes, size_t length); /* NOWHERE when it is none */

/* ---- languages.c: declared languages ----------------------------------- */

typedef enum {
    L_text,
#define LANG(name, parent, doc) L_##name,
#define NT(nt, meta)
#define TERM(meta, terminal)
#define ADD(nt, form, doc)
#define DEL(nt, form)
#define SCOPE(head, part, where)
#define TAIL(head, part)
#include "../languages.def"
#undef LANG
#undef NT
#undef TERM
#undef ADD
#undef DEL
#undef SCOPE
#undef TAIL
    L_COUNT
} Language;

const char *language_name(Language l);
const char *language_doc(Language l);
bool language_named(const char *name, Language *out);
/* Builds all languages from languages.def; a wrong row (adding twice, removing what is not there)
 * ends the program. Called once at start. */
void languages_init(void);

typedef struct {
    const Node *node;   /* the offending node, NULL when all is well */
    const char *wanted; /* the nonterminal that it should have been */
} GrammarError;
/* A program's parts: the form inside (from ns form), the form itself otherwise. */
Node *top_inner(Node *top);
/* `top` with its inner form replaced: keeps the (from ...) around it. */
Node *top_with(Arena *a, Node *top, Node *inner);

/* Prints the grammar; with `against` >= 0 only what differs from that language. */
void language_print(FILE *out, Language l, int against);

#include "syntax.h"

/* Is `n` a sentence of the nonterminal? NT_Program is a whole program. */
GrammarError language_check(Language l, Nonterminal nt, const Node *n);
/* The same without saying what is wrong; generated. */
bool is_sentence(Language l, Nonterminal nt, const Node *n);

/* ---- build.c --------------------------------------------------------- */

/* Builds: ? takes a Node *, "?..." takes Node ** and uint32_t, %d-free. New lists get position
 * `at`. */
Node *build(Arena *a, Pos at, const char *pattern, ...);

/* ---- reader.c, printer.c ----------------------------------------------- */

typedef struct {
    Language language;
    int after;       /* index of the pass it comes after, -1 when not said */
    Text options;    /* "O2 native" as printed, 0 when absent */
    Text skipped;    /* passes that were left out, "simplify gvn"; 0: none */
    Text injected;   /* mistakes that were made on purpose, "alloc:early-release"; 0: none */
    Text replaced;   /* passes that commands stood for, "alloc"; 0: none */
    VEC(Text) files; /* names as given on the command line */
} DumpHeader;

/* Reads source text: forms until the end, errors into `d` (all that can be found). `file` is the
 * index for positions. */
void read_source(Arena *a, Diagnostics *d, uint16_t file, const char *bytes, size_t length,
                 Node ***forms, uint32_t *count);
/* Reads a dump: fills the header, returns the program; NULL after reporting errors into `d`. */
Node *read_dump(Arena *a, Diagnostics *d, uint16_t file, const char *bytes, size_t length,
                DumpHeader *header);
/* For messages about a dump: the same program again, with each form at its place in the dump
 * instead of the place in the source that it came from. NULL: it does not read. */
Node *read_dump_places(Arena *a, uint16_t file, const char *bytes, size_t length);
/* The place of the form that is in `twin` where `wanted` is in `n`; 0: it is not in there. */
Pos place_in_twin(const Node *n, const Node *twin, const Node *wanted);
/* Reads one form of a language (no header), for patterns and tests. NULL when it does not read. */
Node *read_form(Arena *a, const char *zero_terminated);

/* Do the kids of this list follow one another, each at the position of the one before unless it
 * says otherwise? */
bool is_sequence(const Node *n);

typedef enum { STYLE_FULL, STYLE_VIEW, STYLE_CANON } Style;
void print_header(Buffer *out, const DumpHeader *header);
void print_node(Buffer *out, const Node *n, Style style); /* a whole program, line-broken */
void print_top(Buffer *out, const Node *n,
               Style style);                       /* one top of a program, on lines of its own */
void print_top_folded(Buffer *out, const Node *n); /* of the library, on one line for all of it */
void print_flat(Buffer *out, const Node *n);       /* one line, no positions: messages */
/* The constant as slisp's pr would print it (strings quoted, doubles shortest round trip). */
void print_datum(Buffer *out, const Node *n);

/* Does the line end with this byte? With a line feed, or a carriage return that stands alone. */
static inline bool ends_line(const char *p, const char *end) {
    return *p == '\n' || (*p == '\r' && (p + 1 == end || p[1] != '\n'));
}

/* ---- passes ------------------------------------------------------------- */

typedef enum { VERIFY_CLAIMS, VERIFY_INFER, VERIFY_BOTH } VerifyMode;

typedef struct {
    Arena *arena;   /* the output term is built here */
    Arena *scratch; /* reset after every run of a pass */
    Diagnostics *diagnostics;
    int optimise; /* 0, 1, 2 */
    bool strict;
    bool seed_dialect;
    const char *keep; /* functions that simplify does not inline, with commas between; NULL: none */
    const char *inject; /* the fault to apply in the running pass, NULL for none */
    uint64_t inject_seed;
    bool inject_library; /* for the library's tops, too */
    /* what parse reads */
    const char *const *sources;
    const size_t *source_lengths;
    const Text *source_names;
    uint32_t source_count;
    /* verify's second input: the function as select gave it; NULL when not known */
    const Node *selected;
    VerifyMode verify_mode;
    uint32_t verify_without; /* rules of verify that are switched off: bit n for rule n */
    bool verify_all;  /* it shows all that is wrong in a function, not the first cause alone */
    bool verify_json; /* as lines of JSON */
    bool is_given; /* the form that it judges was read from a file, not made by alloc and frame */
} Context;

typedef Node *PassFunction(Context *, Node *);
#define PASS(name, from, to, kind, whole, doc) Node *pass_##name(Context *, Node *);
#include "../passes.def"
#undef PASS

#endif
