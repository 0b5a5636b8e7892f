/* hash.c - hashes of scalars: see hash.h.
 *
 * Words are mixed by the finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom
 * Number Generators, 2014); text is taken eight bytes at a time.
 */
#include "hash.h"

#include <string.h>

#define TEXT_SEED 0x9e3779b97f4a7c15u
#define KEYWORD_SEED 0xa0761d6478bd642fu
#define SYMBOL_SEED 0xe7037ed1a0b428dbu
#define DOUBLE_SEED 0x8ebc6af09c88c6e3u

static uint64_t mix(uint64_t word) {
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
    word = (word ^ word >> 27) * 0x94d049bb133111ebu;
    return word ^ word >> 31;
}

uint32_t hash_word(uint64_t word) {
    uint32_t hash = (uint32_t)mix(word);
    return hash ? hash : 1;
}

uint32_t hash_text(const char *bytes, size_t length) {
    uint64_t state = TEXT_SEED ^ length;
    for (; length >= 8; bytes += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        state = (state ^ word) * 0x94d049bb133111ebu;
        state ^= state >> 29;
    }
    uint64_t last = 0;
    memcpy(&last, bytes, length);
    return hash_word(state ^ last);
}

uint32_t hash_keyword(const char *bytes, size_t length) {
    return hash_word(hash_text(bytes, length) ^ KEYWORD_SEED);
}

uint32_t hash_symbol(const char *bytes, size_t length) {
    return hash_word(hash_text(bytes, length) ^ SYMBOL_SEED);
}

uint32_t hash_int(int64_t i) {
    return hash_word((uint64_t)i + TEXT_SEED);
}

uint32_t hash_double(double d) {
    uint64_t bits;
    double unsigned_zero = d + 0.0; /* -0.0 + 0.0 is 0.0 */
    memcpy(&bits, &unsigned_zero, sizeof bits);
    return hash_word(bits ^ DOUBLE_SEED);
}
