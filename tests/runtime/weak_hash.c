/* weak_hash.c - hashes of a few values only, instead of runtime/hash.c: everything collides. */
#include "../../runtime/hash.h"

uint32_t hash_word(uint64_t word) {
    return (uint32_t)(word % 3) << 30 | (uint32_t)(word % 2) << 4 | 1;
}
uint32_t hash_text(const char *bytes, size_t length) {
    return hash_word(length ? (uint64_t)*bytes : 0);
}
uint32_t hash_keyword(const char *bytes, size_t length) { return hash_text(bytes, length); }
uint32_t hash_symbol(const char *bytes, size_t length) { return hash_text(bytes, length); }
uint32_t hash_int(int64_t i) { return hash_word((uint64_t)i); }
uint32_t hash_double(double d) { return hash_word((uint64_t)(int64_t)d); }
