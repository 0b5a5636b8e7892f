/* blake2s.c - BLAKE2s, 16 bytes of result, no key (M.-J. Saarinen, J.-P. Aumasson, RFC 7693).
 *
 * The tag is the first word of the personalization: what is hashed under different tags never gets
 * the same result.
 */
#include "runtime.h"

enum { ROUNDS = 10, BLOCK_BYTES = 64, RESULT_BYTES = 16 };

static const uint32_t initial[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* Which word of the block each half step of a round takes. */
static const uint8_t order[ROUNDS][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint32_t rotated(uint32_t word, int right) {
    return word >> right | word << (32 - right);
}

/* Inlined, the indices are constants and the sixteen words stay in registers. */
__attribute__((always_inline)) static inline void mix(uint32_t *v, int a, int b, int c, int d,
                                                      uint32_t x, uint32_t y) {
    v[a] += v[b] + x;
    v[d] = rotated(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotated(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = rotated(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = rotated(v[b] ^ v[c], 7);
}

/* `counted` bytes were taken in, those of this block included. */
static void compress(uint32_t state[8], const void *block, uint64_t counted, bool is_last) {
    uint32_t v[16], m[16];
    memcpy(m, block, BLOCK_BYTES);
    memcpy(v, state, sizeof initial);
    memcpy(v + 8, initial, sizeof initial);
    v[12] ^= (uint32_t)counted;
    v[13] ^= (uint32_t)(counted >> 32);
    if (is_last) v[14] = ~v[14];
    for (int round = 0; round < ROUNDS; round++) {
        const uint8_t *s = order[round];
        mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
        mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
        mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
        mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
        mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
        mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
        mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
        mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
    }
    for (int i = 0; i < 8; i++)
        state[i] ^= v[i] ^ v[8 + i];
}

Digest blake2s(uint32_t tag, const void *bytes, uint64_t length) {
    uint32_t state[8];
    memcpy(state, initial, sizeof state);
    state[0] ^= 0x01010000 ^ RESULT_BYTES; /* neither key nor tree */
    state[6] ^= tag;
    const char *next = bytes;
    uint64_t left = length;
    for (; left > BLOCK_BYTES; left -= BLOCK_BYTES, next += BLOCK_BYTES)
        compress(state, next, length - left + BLOCK_BYTES, false);
    char last[BLOCK_BYTES] = {0};
    if (left) memcpy(last, next, left);
    compress(state, last, length, true);
    Digest digest;
    memcpy(digest.words, state, sizeof digest.words);
    return digest;
}
