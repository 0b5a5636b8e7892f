/* layout.h - layout.def as C constants.
 *
 * KIND_CONS, FLAG_STATIC, VALUE_NIL; FIELD_CONS_REST, CONTEXT_LIMIT, TRY_COUNT, PROGRAM_START are
 * byte offsets from the (untagged) address; SIZE_NODE_WIDTH and so on are plain numbers.
 */
#ifndef SLISP_LAYOUT_H
#define SLISP_LAYOUT_H

#include <stdint.h>

typedef uint64_t Value;

enum {
#define IMMEDIATE(name, word) VALUE_##name = word,
#include "layout.def"
};

typedef enum {
#define KIND(name, number, raw, doc) KIND_##name = number,
#include "layout.def"
} Kind;

enum {
#define FLAG(name, bits) FLAG_##name = bits,
#include "layout.def"
};

enum {
#define FIELD(kind, name, word) FIELD_##kind##_##name = 8 * (word),
#define CONTEXT(name, word) CONTEXT_##name = 8 * (word),
#define TRY(name, word) TRY_##name = 8 * (word),
#define PROGRAM(name, word) PROGRAM_##name = 8 * (word),
#define SIZE(name, number) SIZE_##name = number,
#include "layout.def"
};

enum { ALL_RAW = 255, TAG_POINTER = 1, TAG_MASK = 7 };

static inline uint64_t header_word(Kind kind, unsigned flags, uint64_t words, uint32_t hash) {
    uint64_t size = words < SIZE_LARGE ? words : SIZE_LARGE;
    return (uint64_t)kind | (uint64_t)flags << 8 | size << 16 | (uint64_t)hash << 32;
}

/* Words after the header that a string of so many bytes takes: two counts, the bytes, a 0. */
static inline uint64_t string_words(uint64_t bytes) {
    return 2 + bytes / 8 + 1;
}

static inline int fits_fixnum(int64_t i) {
    return i >= INT64_MIN / 2 && i <= INT64_MAX / 2;
}
static inline Value fixnum(int64_t i) {
    return (Value)i << 1;
}
static inline int64_t fixnum_value(Value v) {
    return (int64_t)v >> 1;
}
static inline int is_fixnum(Value v) {
    return (v & 1) == 0;
}
static inline int is_pointer(Value v) {
    return (v & TAG_MASK) == TAG_POINTER;
}
static inline int is_falsey(Value v) {
    return (v | 8) == VALUE_FALSE;
}

#define NOT_A_FORWARDING_ADDRESS(name, number)                                                     \
    _Static_assert((number) % 8 != 0, "kind " #name " would look like a forwarding address");
#define KIND(name, number, raw, doc) NOT_A_FORWARDING_ADDRESS(name, number)
#include "layout.def"
#undef NOT_A_FORWARDING_ADDRESS
_Static_assert((VALUE_NIL | 8) == VALUE_FALSE && (VALUE_TRUE | 8) != VALUE_FALSE,
               "nil and false are told from everything else by one test");
_Static_assert((VALUE_NIL & 7) == 3 && (VALUE_FALSE & 7) == 3 && (VALUE_TRUE & 7) == 3,
               "immediates are neither fixnums nor pointers");

#endif
