/* runtime.h - what the files of the runtime share: objects, allocation, errors, text.
 *
 * Allocating may move every object in the heap. So an operation first asks for all the room that it
 * can need, naming its values (RESERVE), and from then on allocates without any object moving.
 */
#ifndef SLISP_RUNTIME_H
#define SLISP_RUNTIME_H

#include "functions.h"
#include "hash.h"
#include "slisp.h"

#include <stdbool.h>
#include <string.h>

/* ---- objects ------------------------------------------------------------ */

static inline Value value_of(const void *object) {
    return (Value)(uintptr_t)object + TAG_POINTER;
}
static inline uint64_t *object_of(Value v) {
    return (uint64_t *)(uintptr_t)(v - TAG_POINTER);
}
/* The word at a byte offset of layout.def. */
static inline uint64_t *field(Value v, uint64_t offset) {
    return (uint64_t *)(uintptr_t)(v - TAG_POINTER + offset);
}
static inline uint64_t get(Value v, uint64_t offset) {
    return *field(v, offset);
}
static inline int64_t get_int(Value v, uint64_t offset) {
    return (int64_t)get(v, offset);
}
/* Stores a value into an object that may be older than the value. */
static inline void set(Value v, uint64_t offset, Value to) {
    *field(v, offset) = to;
}

static inline uint64_t header_of(Value v) {
    return *object_of(v);
}
static inline bool is_kind(Value v, Kind kind) {
    return is_pointer(v) && (uint8_t)header_of(v) == (uint8_t)kind;
}
/* 0 for fixnums and immediates. */
static inline unsigned kind_of(Value v) {
    return is_pointer(v) ? (uint8_t)header_of(v) : 0;
}
static inline uint64_t size_of(Value v) {
    return (uint16_t)(header_of(v) >> 16);
}
static inline uint32_t header_hash(Value v) {
    return (uint32_t)(header_of(v) >> 32);
}
static inline void set_header_hash(Value v, uint32_t hash) {
    *object_of(v) = (uint32_t)header_of(v) | (uint64_t)hash << 32;
}
static inline bool is_static(Value v) {
    return header_of(v) >> 8 & FLAG_STATIC;
}
/* The runtime itself is wrong: says so and ends the process. */
_Noreturn void runtime_bug(const char *what);
static inline Value boolean(bool b) {
    return b ? VALUE_TRUE : VALUE_FALSE;
}

/* ---- the heap: gc.c ------------------------------------------------------ */

/* Makes room for `bytes`, keeping the values at `places` (entries may be NULL). */
void heap_make_room(uint64_t bytes, Value **places, uint64_t count);
static inline bool heap_has_room(uint64_t bytes) {
    return slisp_context.alloc < slisp_context.limit &&
           bytes <= slisp_context.limit - slisp_context.alloc;
}
/* RESERVE(bytes, &a, &b): room for `bytes`; a and b keep naming the same objects. */
#define RESERVE(bytes, ...)                                                                        \
    reserve((bytes), (Value *[]){__VA_ARGS__}, sizeof((Value *[]){__VA_ARGS__}) / sizeof(Value *))
static inline void reserve(uint64_t bytes, Value **places, uint64_t count) {
    if (!heap_has_room(bytes)) heap_make_room(bytes, places, count);
}
/* A new object in room that was reserved; only its header is set. Only kinds with a length word may
 * be so large that the header cannot hold their size. */
static inline Value allocate(Kind kind, uint64_t words) {
    if (words >= SIZE_LARGE && kind != KIND_STRING && kind != KIND_ARRAY)
        runtime_bug("an object has more words than its header can say");
    uint64_t *object = (uint64_t *)(uintptr_t)slisp_context.alloc;
    slisp_context.alloc += 8 * (words + 1);
    *object = header_word(kind, 0, words, 0);
    return value_of(object);
}
/* Bytes of an object with so many words after its header. */
static inline uint64_t object_bytes(uint64_t words) {
    return 8 * (words + 1);
}

/* A zeroed object that never moves and is never freed: keywords, symbols, shapes. */
Value immortal(Kind kind, uint64_t words);

/* The exception that said that the heap is full is on its way to a handler. */
void heap_recover(void);
void heap_start(void); /* reads SLISP_GC */
void heap_end(void);   /* prints what SLISP_GC=stats asks for, gives the memory back */

/* ---- the stack: stack.c -------------------------------------------------- */

/* One frame of slisp code, from the innermost outwards. */
typedef struct {
    uint64_t *sp;           /* points at the return address */
    uint64_t *values;       /* the frame's words */
    const StackMapRow *row; /* NULL for the frame of a try */
} StackFrame;
StackFrame stack_top(void);
/* Reads the frame at frame->sp; false at the end of the stack. */
bool stack_read(StackFrame *frame);
void stack_next(StackFrame *frame);
/* NULL when `address` is not a return address of the program. */
const StackMapRow *stack_row(uint64_t address);
void stack_start(void); /* forgets the last program */
/* The name of the function that holds a code address, and as the user wrote it. */
const char *code_name(uint64_t code_address);
void user_part(const char *name, const char **bytes, uint64_t *length); /* of user/f.w2: f */
void function_name(uint64_t code_address, const char **bytes, uint64_t *length);
bool is_library_code(uint64_t code_address);
bool is_start_code(uint64_t code_address); /* the function that runs the program's forms */

/* ---- arrays outside the heap: grow.c ------------------------------------- */

/* `items`, an array of `count` items of `size` bytes, with room for one more. */
void *grown(void *items, uint64_t count, uint64_t *capacity, size_t size);

/* ---- text outside the heap: text.c --------------------------------------- */

typedef struct {
    char *bytes;
    uint64_t length, capacity;
} TextBuffer;
void text_add(TextBuffer *t, const char *bytes, uint64_t length);
void text_add_text(TextBuffer *t, const char *zero_terminated);
void text_add_int(TextBuffer *t, int64_t i);
/* A value as pr would show it, a collection or a long string by what it is: for messages. */
void text_add_value(TextBuffer *t, Value v);
void text_free(TextBuffer *t);

/* UTF-8. Offsets are in bytes and lie on code point boundaries. */
uint64_t utf8_count(const char *bytes, uint64_t length);
uint64_t utf8_length(unsigned char first); /* of the code point that starts with this byte */
uint32_t utf8_decode(const char *bytes, uint64_t *length);
uint64_t utf8_encode(uint32_t point, char out[4]);

/* The digits of `i`; gives their number. `out` holds at least 20. */
uint64_t int_digits(int64_t i, char *out);
/* As language.md prints doubles, without the names of infinities and NaN; `out` holds 32. */
uint64_t double_text(double d, char *out);
/* The fewest decimal digits that read back as `d` (> 0, finite): 0.d1d2... times 10^exponent. */
int double_digits(double d, char digits[20], int *exponent);

/* ---- values -------------------------------------------------------------- */

/* So many of a call's arguments are in registers and the area; the others in context.spread. */
static inline uint64_t held_arguments(uint64_t count) {
    uint64_t most = SIZE_ARGUMENT_REGISTERS + SIZE_AREA_WORDS;
    return count < most ? count : most;
}

static inline Value box_int(int64_t i) {
    return fits_fixnum(i) ? fixnum(i) : rt_box_int(i);
}
static inline bool is_int(Value v) {
    return is_fixnum(v) || is_kind(v, KIND_BIGINT);
}
static inline int64_t int_value(Value v) {
    return is_fixnum(v) ? fixnum_value(v) : get_int(v, FIELD_BIGINT_VALUE);
}
static inline double double_value(Value v) {
    double d;
    memcpy(&d, field(v, FIELD_DOUBLE_VALUE), sizeof d);
    return d;
}

/* Strings: strings.c */
static inline const char *string_bytes(Value s) {
    return (const char *)field(s, FIELD_STRING_TEXT);
}
static inline uint64_t string_length(Value s) {
    return get(s, FIELD_STRING_BYTES);
}
static inline bool is_ascii(Value s) {
    return get(s, FIELD_STRING_BYTES) == get(s, FIELD_STRING_POINTS);
}
Value make_string(const char *bytes, uint64_t length); /* bytes outside the heap */
Value make_text(const char *zero_terminated);
static inline uint64_t string_object_bytes(uint64_t length) {
    return object_bytes(string_words(length));
}
/* An uninitialised string in reserved room; the caller fills text and code points. */
Value allocate_string(uint64_t length, uint64_t points);
/* Where the code point with that index starts, or the string ends; and its index: positions.c. */
uint64_t string_offset(Value s, uint64_t point);
uint64_t string_point(Value s, uint64_t offset);
void positions_start(void);
uint32_t string_hash(Value s);
bool same_text(Value s, Value t);

/* Keywords and symbols: intern.c */
Value intern(Kind kind, const char *bytes, uint64_t length);
void intern_start(const ProgramHeader *program);
static inline Value name_of(Value named) {
    return get(named, FIELD_KEYWORD_NAME);
}
static inline uint32_t named_hash(Value named) {
    uint32_t hash = header_hash(named);
    return hash ? hash : rt_named_hash(named);
}

/* Shapes: shapes.c */
Value shape_intern(const Value *keys, uint64_t count); /* 0 when there are too many shapes */
Value shape_extend(Value shape, Value key);
Value shape_without(Value shape, uint64_t index);
void shapes_start(const ProgramHeader *program);
static inline uint64_t shape_count(Value shape) {
    return get(shape, FIELD_SHAPE_COUNT);
}
static inline Value shape_key(Value shape, uint64_t i) {
    return *(field(shape, FIELD_SHAPE_KEYS) + i);
}
int64_t shape_index(Value shape, Value key); /* -1 when absent */

/* Vectors: vectors.c */
static inline uint64_t vector_count(Value v) {
    return get(v, FIELD_VECTOR_COUNT);
}
Value vector_nth(Value vector, uint64_t index);
/* The run of slots that holds `index`, up to the leaf's end or the vector's. */
const Value *vector_run(Value vector, uint64_t index, uint64_t *length);
uint64_t vector_bytes(uint64_t count);               /* room that vector_of needs */
Value vector_of(const Value *items, uint64_t count); /* in reserved room */
Value vector_pair(Value a, Value b);                 /* an entry of a map; in reserved room */
enum { VECTOR_PAIR_BYTES = 8 * (5 + 3) };

/* Digests: digest.c, blake2s.c. */
typedef struct {
    uint32_t words[4];
} Digest;
Digest digest_value(Value v); /* of a realized value */
/* What was hashed under different tags never has the same result. */
Digest blake2s(uint32_t tag, const void *bytes, uint64_t length);

/* CHAMP tries: champ.c. `width` is 2 in maps (key, value), 1 in sets. */
enum {
    CHAMP_WORD_DEPTHS = 7,                      /* depths that look at one word of 32 bits */
    CHAMP_BOTTOM = CHAMP_WORD_DEPTHS * (1 + 4), /* the depth without bits */
};
typedef struct { /* walks over the entries of a trie */
    Value node;
    Value nodes[CHAMP_WORD_DEPTHS + 1]; /* on the way to it, the upper ones */
    uint8_t positions[CHAMP_BOTTOM];    /* in each node on the way: the next to take */
    int8_t depth;
    uint32_t at_bottom; /* the next to take in a node at the bottom */
} ChampWalk;
void champ_walk(ChampWalk *walk, Value root);
const Value *champ_next(ChampWalk *walk, uint64_t width); /* NULL at the end */
const Value *champ_find(Value root, uint64_t width, Value key, uint32_t hash);
/* The entry whose key has this hash, NULL when there is none or *is_sole becomes false: several. */
const Value *champ_with_hash(Value root, uint64_t width, uint32_t hash, bool *is_sole);
/* In reserved room (champ_bytes). *found says whether the key was there. */
Value champ_put(Value root, uint64_t width, const Value *entry, uint32_t hash, bool *found);
Value champ_remove(Value root, uint64_t width, Value key, uint32_t hash, bool *found);
/* Room that one change needs. */
uint64_t champ_bytes(void);
extern uint64_t slisp_empty_map_node[], slisp_empty_set_node[];

/* Maps and sets: maps.c, sets.c */
enum {
    MAP_KINDS = 1 << KIND_SHAPE_MAP | 1 << KIND_SMALL_MAP | 1 << KIND_HASH_MAP,
    SET_KINDS = 1 << KIND_SMALL_SET | 1 << KIND_HASH_SET,
    SEQUENCE_KINDS = 1 << KIND_CONS | 1 << KIND_EMPTY | 1 << KIND_LAZY | 1 << KIND_INDEXED_SEQ |
                     1 << KIND_VECTOR,
};
static inline bool is_among(Value v, uint32_t kinds) {
    return kinds >> kind_of(v) & 1;
}
static inline bool is_map(Value v) {
    return is_among(v, MAP_KINDS);
}
static inline bool is_set(Value v) {
    return is_among(v, SET_KINDS);
}
static inline bool is_sequential(Value v) {
    return is_among(v, SEQUENCE_KINDS);
}
static inline bool is_collection(Value v) {
    return is_among(v, MAP_KINDS | SET_KINDS | SEQUENCE_KINDS);
}
/* The entry of a map or set for a key: tables.c. */
typedef struct {
    bool is_found;
    bool is_sole; /* alone has the key's hash; whether the keys are equal is still to be seen */
    Value key, value;
} Found;
Found table_find(Value table, Value key);
typedef struct { /* walks over a map's or set's entries in print order */
    Value collection;
    uint64_t next;
    ChampWalk champ;
    Value entry[2];
} EntryWalk;
void entry_walk(EntryWalk *walk, Value collection);
const Value *entry_next(EntryWalk *walk); /* key and value, or the element; NULL at the end */

/* Sequences: walk.c. A string's elements are strings: the table's, or one inside the walk. */
typedef struct {
    Value seq;
    uint64_t index;     /* into a vector, or a byte offset into a string */
    uint64_t letter[4]; /* a string object */
} SeqWalk;
typedef enum { SEQ_ELEMENT, SEQ_END, SEQ_UNREALIZED } SeqStep;
SeqStep seq_next(SeqWalk *walk, Value *out);
/* Strings of one ASCII character each, LETTER_WORDS words apart. */
enum { LETTER_WORDS = 4 };
extern uint64_t slisp_letters[128 * LETTER_WORDS];

/* Equality and hashing: equality.c, hashing.c. */
/* a != b; 1, 0, or 2: cannot tell, holds an unrealized seq */
int64_t equal_values(Value a, Value b);
bool same_key(Value a, Value b); /* a != b; both realized pointers */
static inline bool same(Value a, Value b) {
    return a == b || (is_pointer(a) && is_pointer(b) && same_key(a, b));
}
void equality_abandon(void);  /* an exception ends what goes on */
uint32_t hash_value(Value v); /* never 0; 0: something in it is not realized */

/* ---- output: output.c ---------------------------------------------------- */

void output(const char *bytes, uint64_t length);
bool output_flush(void); /* false when it could not be written */
void output_start(void);
void error_output(const char *bytes, uint64_t length);

/* ---- errors: errors.c, trace.c ------------------------------------------- */

typedef enum {
#define CLASS(name, parent) CLASS_##name,
#include "classes.def"
    CLASS_COUNT
} Class;

_Noreturn void throw_text(Class class, const char *message);
/* Throws with the message in `t`, which it frees. */
_Noreturn void throw_message(Class class, TextBuffer *t);
/* "<operation> needs <wanted>, but got <value>": NullPointerException for nil. */
_Noreturn void throw_needs(const char *operation, const char *wanted, Value got);
_Noreturn void throw_index(const char *operation, int64_t index, uint64_t count);
/* OutOfMemoryError for memory outside the heap. */
_Noreturn void throw_no_memory(void);
/* There is not even memory to throw an exception: says so and ends the process. */
_Noreturn void no_memory(const char *what);
/* The calls from here to the innermost handler, after those of `old` (nil or a TRACE); in reserved
 * room. */
Value trace_take(Value old);
enum { TRACE_KEPT = 20, TRACE_BYTES = 8 * (2 + TRACE_KEPT) };
void trace_print(TextBuffer *out, Value trace);

/* ---- assembly: stubs.S --------------------------------------------------- */

extern const char rt_start_return[], rt_try_return[];
/* Runs `code` on the stack that ends at `stack_top`; returns when it does or rt_leave is called. */
void rt_enter(uint64_t code, uint64_t stack_top);
_Noreturn void rt_leave(void);
/* Goes on at the handler of the innermost try record. */
_Noreturn void rt_resume(Value exception);

#endif
