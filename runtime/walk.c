/* walk.c - the elements of anything sequential, one after the other, without allocating. */
#include "runtime.h"

#define LETTER(c) (uint64_t) KIND_STRING | FLAG_STATIC << 8 | (LETTER_WORDS - 1) << 16, 1, 1, (c)
#define LETTERS_4(c) LETTER(c), LETTER((c) + 1), LETTER((c) + 2), LETTER((c) + 3)
#define LETTERS_16(c) LETTERS_4(c), LETTERS_4((c) + 4), LETTERS_4((c) + 8), LETTERS_4((c) + 12)
uint64_t slisp_letters[128 * LETTER_WORDS] = {
    LETTERS_16(0),  LETTERS_16(16), LETTERS_16(32), LETTERS_16(48),
    LETTERS_16(64), LETTERS_16(80), LETTERS_16(96), LETTERS_16(112),
};

static SeqStep next_in_vector(SeqWalk *walk, Value *out) {
    if (walk->index >= vector_count(walk->seq)) return SEQ_END;
    *out = vector_nth(walk->seq, walk->index++);
    return SEQ_ELEMENT;
}

static SeqStep next_in_string(SeqWalk *walk, Value *out) {
    if (walk->index >= string_length(walk->seq)) return SEQ_END;
    const char *bytes = string_bytes(walk->seq) + walk->index;
    unsigned char first = (unsigned char)*bytes;
    uint64_t length = utf8_length(first);
    walk->index += length;
    *out = value_of(slisp_letters + LETTER_WORDS * (first & 127));
    if (first < 128) return SEQ_ELEMENT;
    walk->letter[0] = header_word(KIND_STRING, FLAG_STATIC, LETTER_WORDS - 1, 0);
    walk->letter[1] = length;
    walk->letter[2] = 1;
    walk->letter[3] = 0;
    memcpy(&walk->letter[3], bytes, length);
    *out = value_of(walk->letter);
    return SEQ_ELEMENT;
}

SeqStep seq_next(SeqWalk *walk, Value *out) {
    for (;;) {
        Value seq = walk->seq;
        switch (kind_of(seq)) {
        case KIND_CONS:
            *out = get(seq, FIELD_CONS_FIRST);
            walk->seq = get(seq, FIELD_CONS_REST);
            return SEQ_ELEMENT;
        case KIND_LAZY:
            if (get(seq, FIELD_LAZY_BODY) != VALUE_NIL) return SEQ_UNREALIZED;
            walk->seq = get(seq, FIELD_LAZY_VALUE);
            break;
        case KIND_INDEXED_SEQ:
            walk->seq = get(seq, FIELD_INDEXED_SEQ_BASE);
            walk->index = (uint64_t)fixnum_value(get(seq, FIELD_INDEXED_SEQ_INDEX));
            break;
        case KIND_VECTOR: return next_in_vector(walk, out);
        case KIND_STRING: return next_in_string(walk, out);
        default: return SEQ_END;
        }
    }
}
