/* colliding.c - texts chosen to have one hash, as keys and as keywords; what digests are.
 *
 * The mixer of hash.c can be undone, so such texts are found as fast as they can be written. Their
 * number is the argument.
 */
#include "../../runtime/runtime.h"

#include <stdio.h>
#include <stdlib.h>

#define MIXER_1 0xbf58476d1ce4e5b9u
#define MIXER_2 0x94d049bb133111ebu
#define TEXT_SEED 0x9e3779b97f4a7c15u

static int failures;
#define CHECK(condition)                                                                          \
    do {                                                                                          \
        if (!(condition)) {                                                                       \
            failures++;                                                                           \
            fprintf(stderr, "colliding.c:%d: failed: %s\n", __LINE__, #condition);                \
        }                                                                                         \
    } while (0)

static Value kept[4];
static void visit_kept(void (*visit)(Value *)) {
    for (int i = 0; i < 4; i++) visit(&kept[i]);
}

static uint64_t count_of_texts = 1000;
static char (*texts)[8];

static uint64_t inverse(uint64_t odd) {
    uint64_t x = odd;
    for (int i = 0; i < 6; i++) x *= 2 - odd * x;
    return x;
}

static uint64_t unshift(uint64_t y, int shift) {
    uint64_t x = y;
    for (int i = 0; i < 64; i += shift) x = y ^ x >> shift;
    return x;
}

/* Eight bytes of ASCII each. */
static void choose_texts(void) {
    uint64_t inverse_1 = inverse(MIXER_1), inverse_2 = inverse(MIXER_2), found = 0;
    texts = calloc(count_of_texts, sizeof *texts);
    for (uint64_t high = 1; found < count_of_texts; high++) {
        uint64_t word = unshift(high << 32 | 0x12345678, 31) * inverse_2;
        word = unshift(unshift(word, 27) * inverse_1, 30);
        word = unshift(word, 29) * inverse_2 ^ TEXT_SEED ^ 8;
        if (!(word & 0x8080808080808080)) memcpy(texts[found++], &word, 8);
    }
    CHECK(hash_text(texts[0], 8) == hash_text(texts[found - 1], 8));
}

static void test_strings(void) {
    kept[0] = value_of(slisp_empty_map);
    for (uint64_t i = 0; i < count_of_texts; i++) {
        kept[1] = make_string(texts[i], 8);
        kept[0] = rt_map_assoc(kept[0], kept[1], fixnum((int64_t)i));
    }
    CHECK(rt_map_count(kept[0]) == (int64_t)count_of_texts);
    uint64_t right = 0;
    for (uint64_t i = 0; i < count_of_texts; i++)
        right += rt_map_get(kept[0], make_string(texts[i], 8), VALUE_NIL) == fixnum((int64_t)i);
    CHECK(right == count_of_texts);
    for (uint64_t i = 1; i < count_of_texts; i++)
        kept[0] = rt_map_dissoc(kept[0], make_string(texts[i], 8));
    CHECK(rt_map_count(kept[0]) == 1 && rt_map_has(kept[0], make_string(texts[0], 8)));
}

static void test_keywords(void) {
    uint64_t same_again = 0, differ = 0, found = 0;
    for (uint64_t i = 0; i < count_of_texts; i++) {
        Value keyword = intern(KIND_KEYWORD, texts[i], 8);
        same_again += intern(KIND_KEYWORD, texts[i], 8) == keyword;
        differ += intern(KIND_SYMBOL, texts[i], 8) != keyword;
        kept[0] = rt_map_assoc(value_of(slisp_empty_map), keyword, VALUE_TRUE);
        found += rt_map_get(kept[0], keyword, VALUE_NIL) == VALUE_TRUE;
    }
    CHECK(same_again == count_of_texts && differ == count_of_texts && found == count_of_texts);
}

/* ---- digests ------------------------------------------------------------- */

static bool is_hex(Digest digest, const char *hex) {
    char text[33];
    const uint8_t *bytes = (const uint8_t *)digest.words;
    for (int i = 0; i < 16; i++) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return !strcmp(text, hex);
}

/* As hashlib.blake2s(data, digest_size=16, person=tag) of Python gives them. */
static void test_blake2s(void) {
    char bytes[200];
    for (int i = 0; i < 200; i++) bytes[i] = (char)i;
    CHECK(is_hex(blake2s(0, "", 0), "64550d6ffe2c0a01a14aba1eade0200c"));
    CHECK(is_hex(blake2s(0, "abc", 3), "aa4938119b1dc7b87cbad0ffd200d0ae"));
    CHECK(is_hex(blake2s(7, bytes, 63), "6238d0f84d52873cc42fdcf064b9a407"));
    CHECK(is_hex(blake2s(7, bytes, 64), "c347b6ced885ea11f290b7fb028ce8a7"));
    CHECK(is_hex(blake2s(258, bytes, 65), "c3d90f1f4fc1f1ce8a3ed559fe6cb3f4"));
    CHECK(is_hex(blake2s(258, bytes, 200), "76332e681eac35d5427038c58bad8711"));
}

static bool same_digest(Value a, Value b) {
    Digest x = digest_value(a), y = digest_value(b);
    return !memcmp(&x, &y, sizeof x);
}

static Value list_or_vector(bool is_list, Value a, Value b) {
    slisp_context.area[0] = a;
    slisp_context.area[1] = b;
    slisp_context.area_count = 2;
    return is_list ? rt_list() : rt_vector();
}

/* A map of the numbers from `from` to `to`, added upwards or downwards. */
static Value map_of(int64_t from, int64_t to) {
    kept[3] = value_of(slisp_empty_map);
    for (int64_t i = from; i != to; i += from < to ? 1 : -1)
        kept[3] = rt_map_assoc(kept[3], fixnum(i), fixnum(-i));
    return kept[3];
}

/* Equal values have the same, and those that only look alike have not. */
static void test_digests(void) {
    CHECK(same_digest(make_string("a", 1), make_string("a", 1)));
    CHECK(!same_digest(make_string("a", 1), intern(KIND_KEYWORD, "a", 1)));
    CHECK(!same_digest(intern(KIND_SYMBOL, "a", 1), intern(KIND_KEYWORD, "a", 1)));
    CHECK(same_digest(rt_box_double(0.0), rt_box_double(-0.0)));
    CHECK(!same_digest(rt_box_double(1.0), fixnum(1)) && !same_digest(VALUE_NIL, fixnum(3)));
    kept[0] = rt_box_double(strtod("nan", NULL));
    kept[1] = rt_box_double(strtod("nan", NULL));
    CHECK(same_digest(kept[0], kept[0]) && !same_digest(kept[0], kept[1]));
    kept[0] = list_or_vector(true, fixnum(1), fixnum(2));
    kept[1] = list_or_vector(false, fixnum(1), fixnum(2));
    CHECK(same_digest(kept[0], kept[1]));
    kept[2] = list_or_vector(true, fixnum(1), list_or_vector(false, fixnum(2), fixnum(3)));
    kept[1] = list_or_vector(true, list_or_vector(false, fixnum(1), fixnum(2)), fixnum(3));
    CHECK(!same_digest(kept[1], kept[2]));
    CHECK(!same_digest(value_of(slisp_empty_list), value_of(slisp_empty_map)));
    CHECK(!same_digest(value_of(slisp_empty_set), value_of(slisp_empty_map)));
    kept[0] = map_of(0, 8);
    CHECK(same_digest(kept[0], map_of(7, -1)) && !same_digest(kept[0], map_of(0, 7)));
    kept[0] = map_of(0, 100);
    CHECK(same_digest(kept[0], map_of(99, -1)));
    for (int64_t i = 8; i < 100; i++) kept[0] = rt_map_dissoc(kept[0], fixnum(i));
    CHECK(same_digest(kept[0], map_of(0, 8)));
}

static void test_all(void) {
    choose_texts();
    test_strings();
    test_keywords();
    test_blake2s();
    test_digests();
    rt_exit_code(fixnum(failures != 0));
}

int main(int argc, char **argv) {
    static ProgramHeader program;
    if (argc > 1) count_of_texts = strtoull(argv[1], NULL, 10);
    slisp_hooks.roots = visit_kept;
    program.start = (uint64_t)(uintptr_t)test_all;
    return slisp_run(&program, argc, argv);
}
