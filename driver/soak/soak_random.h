/* soak_random.h - numbers by chance that are the same in every run: splitmix64 (Steele, Lea, Flood:
 * Fast Splittable Pseudorandom Number Generators). */
#ifndef SLISPC_SOAK_RANDOM_H
#define SLISPC_SOAK_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* A number that depends on all bits of `x`, as a hash. */
static inline uint64_t mixed(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static inline uint64_t mixed_with(uint64_t x, uint64_t y) {
    return mixed(mixed(x) ^ y);
}

typedef struct {
    uint64_t state;
} Random;

static inline uint64_t next_random(Random *r) {
    return mixed(r->state++);
}
/* From 0 up to, not including, `limit`. */
static inline uint32_t below(Random *r, uint32_t limit) {
    return (uint32_t)(next_random(r) >> 32) % limit;
}
static inline bool in_hundred(Random *r, uint32_t percent) {
    return below(r, 100) < percent;
}

#endif
