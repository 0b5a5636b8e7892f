/* hash.h - hashes of scalars, shared by the compiler and the runtime: static objects carry theirs.
 *
 * They come from text and numbers with a fixed seed, never from an address, and are never 0 (0 in
 * an object's header means: not computed).
 */
#ifndef SLISP_HASH_H
#define SLISP_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Of a string. */
uint32_t hash_text(const char *bytes, size_t length);
/* Of a keyword or symbol with that text: "ns/name", no colon. */
uint32_t hash_keyword(const char *bytes, size_t length);
uint32_t hash_symbol(const char *bytes, size_t length);
uint32_t hash_int(int64_t i);
/* 0.0 and -0.0 have the same. */
uint32_t hash_double(double d);
/* Spreads a word's bits over all 32, never 0. */
uint32_t hash_word(uint64_t word);

#endif
