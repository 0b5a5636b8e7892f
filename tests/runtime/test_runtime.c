/* test_runtime.c - the runtime's values and collections, without compiled code.
 *
 * Runs as the start function of a program that has no code of its own. Prints what failed, and one
 * line at the end; the exit code is 1 when anything failed. Run it also with SLISP_GC=stress, and
 * linked with weak_hash.c, where nearly all hashes collide.
 */
#include "../../runtime/runtime.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the frame of it ----------------------------------------------------- */

static unsigned checks, failures;
static int size_factor = 1; /* collections are so many times smaller in stress mode */

static void check(bool holds, const char *what, int line) {
    checks++;
    if (holds) return;
    failures++;
    fprintf(stderr, "test_runtime.c:%d: failed: %s\n", line, what);
}
#define CHECK(condition) check((condition), #condition, __LINE__)

/* Values that must survive allocations live here. */
static Value kept[64];
static void visit_kept(void (*visit)(Value *)) {
    for (int i = 0; i < 64; i++) visit(&kept[i]);
}

static jmp_buf catcher;
static void thrown(Value exception) {
    kept[63] = exception;
    slisp_context.root_frames = NULL;
    longjmp(catcher, 1);
}
#define THROWS(class, expression)                                                                 \
    do {                                                                                          \
        if (!setjmp(catcher)) {                                                                   \
            (void)(expression);                                                                   \
            check(false, #expression " throws", __LINE__);                                        \
        } else {                                                                                  \
            check(rt_instance(kept[63], symbol(class)), #expression " throws " class, __LINE__);  \
        }                                                                                         \
    } while (0)

/* f of two values that are made one after the other. */
#define TWO(f, a, b) (kept[60] = (a), kept[61] = (b), f(kept[60], kept[61]))

static Value keyword(const char *text) { return intern(KIND_KEYWORD, text, strlen(text)); }
static Value symbol(const char *text) { return intern(KIND_SYMBOL, text, strlen(text)); }

static bool is_text(Value s, const char *text) {
    return is_kind(s, KIND_STRING) && string_length(s) == strlen(text) &&
           !memcmp(string_bytes(s), text, strlen(text)) &&
           get(s, FIELD_STRING_POINTS) == utf8_count(text, strlen(text));
}

static Value operands(uint64_t count, const Value *values) {
    memcpy(slisp_context.area, values, 8 * count);
    slisp_context.area_count = count;
    return VALUE_NIL;
}
#define OPERANDS(...)                                                                             \
    operands(sizeof((Value[]){__VA_ARGS__}) / sizeof(Value), (Value[]){__VA_ARGS__})

static uint64_t random_state = 1;
static uint64_t random_below(uint64_t n) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % n;
}

/* ---- numbers ------------------------------------------------------------- */

static Value real(double d) { return rt_box_double(d); }

static void test_ints(void) {
    CHECK(rt_add(fixnum(2), fixnum(3)) == fixnum(5));
    CHECK(int_value(TWO(rt_add, rt_box_int(INT64_MAX - 1), fixnum(1))) == INT64_MAX);
    CHECK(int_value(TWO(rt_sub, fixnum(-1), rt_box_int(INT64_MAX))) == INT64_MIN);
    CHECK(is_fixnum(TWO(rt_sub, rt_box_int(INT64_MAX), rt_box_int(INT64_MAX))));
    CHECK(int_value(rt_mul(fixnum(1 << 30), fixnum((int64_t)1 << 32))) == (int64_t)1 << 62);
    CHECK(rt_quot(fixnum(-7), fixnum(3)) == fixnum(-2));
    CHECK(rt_rem(fixnum(-7), fixnum(3)) == fixnum(-1));
    CHECK(rt_mod(fixnum(-7), fixnum(3)) == fixnum(2));
    CHECK(rt_mod(fixnum(7), fixnum(-3)) == fixnum(-2));
    CHECK(TWO(rt_rem, rt_box_int(INT64_MIN), fixnum(-1)) == fixnum(0));
    CHECK(rt_div(fixnum(6), fixnum(3)) == fixnum(2));
    CHECK(double_value(rt_div(fixnum(7), fixnum(2))) == 3.5);
    THROWS("ArithmeticException", TWO(rt_add, rt_box_int(INT64_MAX), fixnum(1)));
    THROWS("ArithmeticException", TWO(rt_mul, rt_box_int(INT64_MAX), fixnum(2)));
    THROWS("ArithmeticException", rt_quot(fixnum(1), fixnum(0)));
    THROWS("ArithmeticException", TWO(rt_quot, rt_box_int(INT64_MIN), fixnum(-1)));
    THROWS("java.lang.ClassCastException", rt_add(fixnum(1), keyword("a")));
    THROWS("NullPointerException", rt_add(fixnum(1), VALUE_NIL));
    CHECK(is_text(rt_ex_message(kept[63]), "+ needs numbers, but got nil"));
    CHECK(rt_shl(fixnum(1), fixnum(64)) == 1 && rt_sar(fixnum(-8), fixnum(1)) == -4);
    CHECK(rt_shr(fixnum(-1), fixnum(63)) == 1);
}

static void test_doubles(void) {
    CHECK(double_value(TWO(rt_add, fixnum(1), real(0.5))) == 1.5);
    CHECK(isinf(double_value(TWO(rt_div, real(1), fixnum(0)))));
    CHECK(double_value(TWO(rt_quot, real(7.5), fixnum(2))) == 3);
    CHECK(double_value(TWO(rt_rem, real(7.5), fixnum(2))) == 1.5);
    CHECK(double_value(TWO(rt_mod, real(-7.5), fixnum(2))) == 0.5);
    THROWS("ArithmeticException", TWO(rt_rem, real(1), real(0)));
    CHECK(TWO(rt_lt, fixnum(1), real(1.5)) && !TWO(rt_lt, real(NAN), fixnum(1)) &&
          TWO(rt_num_eq, fixnum(1), real(1)));
    CHECK(!TWO(rt_equal, fixnum(1), real(1)));
    kept[0] = real(0.0);
    kept[0] = rt_str_of(rt_equal(kept[0], real(-0.0)) ? VALUE_TRUE : VALUE_FALSE);
    CHECK(is_text(kept[0], "true"));
    CHECK(rt_to_int(real(-2.9)) == -2);
    THROWS("IllegalArgumentException", rt_to_int(real(1e30)));
}

static bool prints_as(double d, const char *text) { return is_text(rt_str_of(real(d)), text); }

static void test_number_text(void) {
    static const struct { double d; const char *text;
    } rows[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1, "1.0"},
        {100, "100.0"},
        {123.45, "123.45"},
        {0.001, "0.001"},
        {0.0009, "9.0E-4"},
        {0.00099, "9.9E-4"},
        {1e7, "1.0E7"},
        {12345678, "1.2345678E7"},
        {9999999, "9999999.0"},
        {9999999.999999998, "9999999.999999998"},
        {1.5e300, "1.5E300"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {5e-324, "4.9E-324"},
        {1.7976931348623157e308, "1.7976931348623157E308"},
        {1e23, "1.0E23"},
        {2.2250738585072014e-308, "2.2250738585072014E-308"},
        {-1e21, "-1.0E21"},
        {1e22, "1.0E22"},
        {123456789012345680.0, "1.2345678901234568E17"},
        {INFINITY, "Infinity"},
        {-INFINITY, "-Infinity"},
        {NAN, "NaN"},
        {4.35, "4.35"},
        {3.141592653589793, "3.141592653589793"},
        {2e-3, "0.002"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!prints_as(rows[i].d, rows[i].text) && rows[i].d != 5e-324)
            check(false, rows[i].text, __LINE__);
    for (int i = 0; i < 100000 / size_factor; i++) {
        uint64_t bits = random_below((uint64_t)1 << 31) << 33 ^
                        random_below((uint64_t)1 << 31) << 11 ^ random_below(1 << 30);
        double d, back;
        char text[40];
        memcpy(&d, &bits, 8);
        if (i % 3 == 0) d = (double)random_below(1000000) / 1000;
        if (!isfinite(d)) continue;
        text[double_text(d, text)] = 0;
        back = strtod(text, NULL);
        if (memcmp(&d, &back, 8)) check(false, text, __LINE__);
        char shorter[40];
        snprintf(shorter, sizeof shorter, "%.15e", d);
        int exponent;
        char digits[20];
        if (d != 0 && strtod(shorter, NULL) == d && double_digits(fabs(d), digits, &exponent) > 16)
            check(false, shorter, __LINE__);
    }
}

static Value parse(const char *text) { return rt_parse_double(make_text(text)); }

static void test_parsing(void) {
    CHECK(rt_parse_int(make_text("+5")) == fixnum(5));
    CHECK(int_value(rt_parse_int(make_text("-9223372036854775808"))) == INT64_MIN);
    static const char *const no_ints[] = {"", "-", " 1", "1.0", "9223372036854775808", "1a", "0x1"};
    for (int i = 0; i < 7; i++) CHECK(rt_parse_int(make_text(no_ints[i])) == VALUE_NIL);
    CHECK(double_value(parse("1.5")) == 1.5 && double_value(parse(" -2e3 ")) == -2000);
    CHECK(double_value(parse(".5")) == 0.5 && double_value(parse("1.")) == 1 &&
          double_value(parse("1e5f")) == 1e5);
    CHECK(isinf(double_value(parse("-Infinity"))) && isnan(double_value(parse("NaN"))));
    static const char *const no_doubles[] = {"",      ".",   "e5",  "1e", "1.2.3",
                                             "0x1p3", "inf", "--1", "1 2"};
    for (int i = 0; i < 9; i++) CHECK(parse(no_doubles[i]) == VALUE_NIL);
    THROWS("ClassCastException", rt_parse_int(fixnum(1)));
}

/* ---- strings ------------------------------------------------------------- */

static void test_strings(void) {
    kept[0] = make_text("aä€😀z");
    CHECK(rt_str_count(kept[0]) == 5);
    CHECK(is_text(rt_str_nth(kept[0], 2), "€") && is_text(rt_str_nth(kept[0], 4), "z"));
    CHECK(is_text(rt_str_sub(kept[0], 1, 4), "ä€😀"));
    CHECK(rt_str_sub(kept[0], 0, 5) == kept[0]);
    THROWS("IndexOutOfBoundsException", rt_str_nth(kept[0], 5));
    THROWS("IndexOutOfBoundsException", rt_str_sub(kept[0], 3, 2));
    THROWS("IndexOutOfBoundsException", rt_str_sub(kept[0], 0, 6));
    kept[1] = make_text("z");
    CHECK(rt_str_index(kept[0], kept[1], 0) == 4 && rt_str_index(kept[0], kept[1], 5) == -1);
    kept[2] = make_text("ab");
    kept[3] = make_text("xabyabz");
    CHECK(rt_str_last_index(kept[3], kept[2], 6) == 4 &&
          rt_str_last_index(kept[3], kept[2], 3) == 1);
    CHECK(rt_str_last_index(kept[3], kept[2], 0) == -1);
    kept[4] = make_text("--");
    CHECK(is_text(rt_str_replace(kept[3], kept[2], kept[4]), "x--y--z"));
    kept[5] = make_text("");
    CHECK(is_text(rt_str_replace(kept[2], kept[5], kept[4]), "--a--b--"));
    CHECK(is_text(rt_str_concat(kept[0], kept[2]), "aä€😀zab"));
    OPERANDS(kept[0], kept[2], kept[5]);
    kept[6] = rt_vector();
    CHECK(is_text(rt_str_join(kept[4], kept[6]), "aä€😀z--ab--"));
    kept[7] = rt_vec_array(kept[6]);
    CHECK(is_text(rt_str_join(kept[5], kept[7]), "aä€😀zab"));
    CHECK(is_text(rt_str_upper(make_text("aäßéжω")), "AÄSSÉЖΩ"));
    CHECK(is_text(rt_str_lower(make_text("AÄÉЖΩ")), "aäéжω"));
    CHECK(is_text(rt_str_trim(make_text(" \t a b\xe3\x80\x80\n"), 3), "a b"));
    CHECK(is_text(rt_str_trim(make_text(" a\r\n"), 4), " a") &&
          is_text(rt_str_trim(make_text("  "), 1), ""));
    CHECK(is_text(rt_str_of(keyword("a/b")), ":a/b") && is_text(rt_str_of(VALUE_NIL), ""));
    CHECK(is_text(rt_name(keyword("a/b")), "b") && is_text(rt_namespace(keyword("a/b")), "a"));
    CHECK(rt_namespace(symbol("/")) == VALUE_NIL && is_text(rt_name(symbol("/")), "/"));
    CHECK(rt_keyword(make_text("abc")) == keyword("abc") && keyword("abc") != symbol("abc"));
    rt_output_push();
    rt_write_quoted(make_text("a\"\\\n\tä"));
    CHECK(is_text(rt_output_pop(), "\"a\\\"\\\\\\n\\tä\""));
}

static void test_long_string(void) {
    kept[0] = make_text("0123456789abcdef");
    while (rt_str_count(kept[0]) < 2000000 / size_factor) kept[0] = rt_str_concat(kept[0], kept[0]);
    kept[1] = TWO(rt_str_concat, kept[0], make_text("!"));
    CHECK(rt_str_index(kept[1], make_text("!"), 0) == rt_str_count(kept[0]));
    rt_collect(1 << 22);
    CHECK(!memcmp(string_bytes(kept[1]), "0123456789abcdef0", 17) &&
          is_text(rt_str_nth(kept[1], 33), "1"));
}

/* ---- vectors ------------------------------------------------------------- */

static bool counts_up(Value vector, uint64_t count) {
    if (vector_count(vector) != count) return false;
    for (uint64_t i = 0; i < count; i++)
        if (rt_vec_nth(vector, (int64_t)i) != fixnum((int64_t)i)) return false;
    return true;
}

static void test_vectors(void) {
    static const uint64_t counts[] = {0,    1,    2,    31,    32,    33,    63,
                                      64,   65,   1023, 1024,  1055,  1056,  1057,
                                      1058, 1088, 1089, 32800, 33825, 100000};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        uint64_t count = counts[k];
        if (size_factor > 1 && count > 2000) break;
        kept[0] = value_of(slisp_empty_vector);
        for (uint64_t i = 0; i < count; i++) kept[0] = rt_vec_conj(kept[0], fixnum((int64_t)i));
        CHECK(counts_up(kept[0], count));
        kept[1] = rt_vec_array(kept[0]);
        kept[1] = rt_array_vec(kept[1], (int64_t)count);
        CHECK(counts_up(kept[1], count) && rt_equal(kept[0], kept[1]) == 1);
        CHECK(rt_hash(kept[0]) == rt_hash(kept[1]));
        kept[2] = rt_vec_conj(kept[1], VALUE_TRUE);
        CHECK(rt_vec_nth(kept[2], (int64_t)count) == VALUE_TRUE && counts_up(kept[1], count));
        kept[2] = rt_vec_pop(kept[2]);
        CHECK(counts_up(kept[2], count));
        kept[3] = rt_vec_concat(kept[0], kept[1]);
        CHECK(vector_count(kept[3]) == 2 * count);
        kept[3] = rt_vec_sub(kept[3], 0, (int64_t)count);
        CHECK(counts_up(kept[3], count));
        while (vector_count(kept[3])) kept[3] = rt_vec_pop(kept[3]);
        CHECK(counts_up(kept[0], count));
    }
    THROWS("IllegalStateException", rt_vec_pop(value_of(slisp_empty_vector)));
}

static void test_vector_versions(void) {
    kept[0] = value_of(slisp_empty_vector);
    for (int i = 0; i < 40; i++) kept[0] = rt_vec_conj(kept[0], fixnum(i));
    kept[1] = rt_vec_conj(kept[0], fixnum(40));
    kept[2] = rt_vec_conj(kept[0], keyword("x")); /* must not overwrite what kept[1] added */
    CHECK(counts_up(kept[1], 41) && counts_up(kept[0], 40));
    CHECK(rt_vec_nth(kept[2], 40) == keyword("x"));
    kept[3] = rt_vec_assoc(kept[1], 3, keyword("y"));
    kept[4] = rt_vec_assoc(kept[1], 40, keyword("z"));
    CHECK(rt_vec_nth(kept[3], 3) == keyword("y") && rt_vec_nth(kept[4], 40) == keyword("z"));
    kept[5] = rt_vec_assoc(kept[1], 41, fixnum(41));
    CHECK(counts_up(kept[1], 41) && counts_up(kept[5], 42));
    kept[5] = rt_vec_pop(kept[1]);
    kept[6] = rt_vec_conj(kept[5], VALUE_NIL);
    CHECK(counts_up(kept[1], 41) && rt_vec_nth(kept[6], 40) == VALUE_NIL);
    THROWS("IndexOutOfBoundsException", rt_vec_assoc(kept[1], 42, VALUE_NIL));
    THROWS("IndexOutOfBoundsException", rt_vec_sub(kept[1], 3, 42));
}

/* ---- maps and sets against a model --------------------------------------- */

enum { KEYS = 600 };

static Value key_number(uint64_t i) {
    char text[24];
    int length = snprintf(text, sizeof text, "k%u", (unsigned)i);
    switch (i % 5) {
    case 0: return fixnum((int64_t)i * 7919);
    case 1: return intern(KIND_KEYWORD, text, (uint64_t)length);
    case 2: return make_string(text, (uint64_t)length);
    case 3: return real((double)i + 0.5);
    }
    OPERANDS(fixnum((int64_t)i), VALUE_NIL);
    return rt_vector();
}

typedef struct {
    bool present[KEYS];
    int64_t values[KEYS];
    uint64_t count;
} Model;

static bool agrees(const Model *model, Value map) {
    kept[10] = map;
    if ((uint64_t)rt_map_count(kept[10]) != model->count) return false;
    for (uint64_t i = 0; i < KEYS; i++) {
        kept[11] = key_number(i);
        Value found = rt_map_get(kept[10], kept[11], VALUE_TRUE);
        if (found != (model->present[i] ? fixnum(model->values[i]) : VALUE_TRUE)) return false;
    }
    kept[12] = rt_map_entries(kept[10]);
    kept[13] = rt_map_vals(kept[10]);
    for (uint64_t i = 0; i < model->count; i++) {
        Value entry = rt_vec_nth(kept[12], (int64_t)i);
        if (rt_map_get(kept[10], rt_vec_nth(entry, 0), VALUE_NIL) != rt_vec_nth(entry, 1))
            return false;
        if (rt_vec_nth(kept[13], (int64_t)i) != rt_vec_nth(entry, 1)) return false;
    }
    return vector_count(kept[12]) == model->count;
}

/* One step on the map in kept[0], and its set of keys in kept[1]. */
static void random_step(Model *model, uint64_t keys, int step) {
    uint64_t i = random_below(keys);
    kept[2] = key_number(i);
    if (random_below(3)) {
        kept[0] = rt_map_assoc(kept[0], kept[2], fixnum(step));
        kept[1] = rt_set_conj(kept[1], kept[2]);
        model->count += !model->present[i];
        model->present[i] = true;
        model->values[i] = step;
    } else {
        kept[0] = rt_map_dissoc(kept[0], kept[2]);
        kept[1] = rt_set_disj(kept[1], kept[2]);
        model->count -= model->present[i];
        model->present[i] = false;
    }
}

static void test_random_map(uint64_t keys, int steps) {
    Model model = {{false}, {0}, 0}, old;
    kept[0] = value_of(slisp_empty_map);
    kept[1] = value_of(slisp_empty_set);
    for (int step = 0; step < steps; step++) {
        if (step == steps / 2) {
            old = model;
            kept[3] = kept[0];
        }
        random_step(&model, keys, step);
        if (step % (steps / 10 + 1) == 0) CHECK(agrees(&model, kept[0]));
    }
    CHECK(agrees(&model, kept[0]) && agrees(&old, kept[3]));
    CHECK((uint64_t)rt_set_count(kept[1]) == model.count);
    kept[4] = rt_set_items(kept[1]);
    for (uint64_t i = 0; i < model.count; i++)
        CHECK(rt_map_has(kept[0], rt_vec_nth(kept[4], (int64_t)i)));
}

/* Into the map in kept[map] and the set in kept[set]. */
static void put_key(int map, int set_at, uint64_t i) {
    kept[2] = key_number(i);
    kept[map] = rt_map_assoc(kept[map], kept[2], fixnum((int64_t)i));
    kept[set_at] = rt_set_conj(kept[set_at], kept[2]);
}

static void drop_key(int map, int set_at, uint64_t i) {
    kept[2] = key_number(i);
    kept[map] = rt_map_dissoc(kept[map], kept[2]);
    kept[set_at] = rt_set_disj(kept[set_at], kept[2]);
}

/* The same contents by another way are equal and hash alike. */
static void test_rebuilt_map(uint64_t keys) {
    kept[0] = kept[1] = value_of(slisp_empty_map);
    kept[3] = kept[4] = value_of(slisp_empty_set);
    for (uint64_t i = 0; i < keys; i++) put_key(0, 3, i);
    for (uint64_t i = keys + 20; i-- > 0;) put_key(1, 4, i);
    for (uint64_t i = keys; i < keys + 20; i++) drop_key(1, 4, i);
    CHECK(rt_equal(kept[0], kept[1]) == 1 && rt_equal(kept[1], kept[0]) == 1);
    CHECK(rt_hash(kept[0]) == rt_hash(kept[1]));
    CHECK(rt_equal(kept[3], kept[4]) == 1 && rt_hash(kept[3]) == rt_hash(kept[4]));
    CHECK(rt_equal(kept[0], kept[3]) == 0);
    if (keys) {
        drop_key(1, 4, 0);
        CHECK(rt_equal(kept[0], kept[1]) == 0 && rt_equal(kept[3], kept[4]) == 0);
    }
}

static void test_shapes(void) {
    OPERANDS(keyword("a"), fixnum(1), keyword("b"), fixnum(2));
    kept[0] = rt_map();
    OPERANDS(keyword("b"), fixnum(2), keyword("a"), fixnum(1));
    kept[1] = rt_map();
    CHECK(is_kind(kept[0], KIND_SHAPE_MAP) && rt_equal(kept[0], kept[1]) == 1);
    CHECK(rt_hash(kept[0]) == rt_hash(kept[1]));
    kept[2] = rt_map_assoc(value_of(slisp_empty_map), keyword("a"), fixnum(1));
    kept[2] = rt_map_assoc(kept[2], keyword("b"), fixnum(2));
    CHECK(get(kept[2], FIELD_SHAPE_MAP_SHAPE) == get(kept[0], FIELD_SHAPE_MAP_SHAPE));
    kept[3] = rt_map_assoc(kept[0], fixnum(3), fixnum(3));
    CHECK(is_kind(kept[3], KIND_SMALL_MAP));
    kept[3] = rt_map_dissoc(kept[3], fixnum(3));
    CHECK(rt_equal(kept[3], kept[0]) == 1 && rt_hash(kept[3]) == rt_hash(kept[0]));
    kept[3] = rt_map_dissoc(kept[0], keyword("a"));
    CHECK(rt_map_count(kept[3]) == 1 && rt_map_get(kept[3], keyword("b"), VALUE_NIL) == fixnum(2));
    OPERANDS(keyword("b"), fixnum(2), keyword("b"), fixnum(1));
    THROWS("IllegalArgumentException", rt_map());
    OPERANDS(fixnum(1), fixnum(2), fixnum(1));
    THROWS("IllegalArgumentException", rt_set());
    kept[0] = rt_map_find(kept[2], keyword("b"));
    CHECK(vector_count(kept[0]) == 2 && rt_vec_nth(kept[0], 1) == fixnum(2));
}

static void test_large_literal(void) {
    Value values[80];
    for (int64_t i = 0; i < 80; i++) values[i] = fixnum(i);
    operands(80, values);
    kept[0] = rt_map();
    CHECK(rt_map_count(kept[0]) == 40 && rt_map_get(kept[0], fixnum(38), VALUE_NIL) == fixnum(39));
    operands(80, values);
    kept[1] = rt_set();
    CHECK(rt_set_count(kept[1]) == 80 && rt_set_has(kept[1], fixnum(79)) &&
          !rt_set_has(kept[1], fixnum(80)));
    operands(80, values);
    kept[2] = rt_list();
    operands(80, values);
    kept[3] = rt_vector();
    CHECK(rt_equal(kept[2], kept[3]) == 1 && rt_hash(kept[2]) == rt_hash(kept[3]));
}

/* ---- equality, hashing, order -------------------------------------------- */

static Value make_lazy(Value body, Value v) {
    kept[50] = body;
    kept[51] = v;
    RESERVE(object_bytes(2), &kept[50], &kept[51]);
    Value lazy = allocate(KIND_LAZY, 2);
    *field(lazy, FIELD_LAZY_BODY) = kept[50];
    *field(lazy, FIELD_LAZY_VALUE) = kept[51];
    return lazy;
}

static Value make_indexed(Value base, int64_t index) {
    kept[50] = base;
    RESERVE(object_bytes(2), &kept[50]);
    Value seq = allocate(KIND_INDEXED_SEQ, 2);
    *field(seq, FIELD_INDEXED_SEQ_BASE) = kept[50];
    *field(seq, FIELD_INDEXED_SEQ_INDEX) = fixnum(index);
    return seq;
}

static void test_sequences(void) {
    OPERANDS(fixnum(1), fixnum(2));
    kept[0] = rt_list();
    kept[1] = make_lazy(VALUE_NIL, kept[0]);
    OPERANDS(fixnum(0), fixnum(1), fixnum(2));
    kept[2] = rt_vector();
    kept[2] = make_indexed(kept[2], 1);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            CHECK(rt_equal(kept[i], kept[j]) == 1 && rt_hash(kept[i]) == rt_hash(kept[j]));
    kept[3] = make_lazy(VALUE_TRUE, VALUE_NIL); /* not realized */
    CHECK(rt_equal(kept[0], kept[3]) == 2 && rt_equal(kept[3], fixnum(1)) == 0);
    CHECK(rt_realized(kept[1]) && !rt_realized(kept[3]));
    OPERANDS(fixnum(5), kept[3]);
    kept[4] = rt_vector();
    CHECK(!rt_realized(kept[4]) && rt_realized(kept[2]));
    CHECK(TWO(rt_equal, make_lazy(VALUE_NIL, VALUE_NIL), value_of(slisp_empty_list)) == 1);
    CHECK(rt_equal(value_of(slisp_empty_list), value_of(slisp_empty_vector)) == 1);
    CHECK(rt_equal(value_of(slisp_empty_list), VALUE_NIL) == 0);
    kept[5] = make_indexed(make_text("aäb"), 1);
    kept[6] = make_text("ä");
    kept[7] = rt_str_at(make_text("b"), 0);
    OPERANDS(kept[6], kept[7]);
    kept[6] = rt_vector();
    CHECK(rt_equal(kept[5], kept[6]) == 1 && rt_hash(kept[5]) == rt_hash(kept[6]));
}

/* Deep nesting takes no C stack. */
static void test_depth(void) {
    for (int side = 0; side < 2; side++) {
        kept[side] = VALUE_NIL;
        for (int i = 0; i < 100000 / size_factor; i++) {
            OPERANDS(kept[side], fixnum(i));
            kept[side] = i % 2 ? rt_list() : rt_vector();
        }
    }
    CHECK(rt_equal(kept[0], kept[1]) == 1 && rt_hash(kept[0]) == rt_hash(kept[1]));
    for (int i = 0; i < 1000; i++) {
        OPERANDS(kept[0]);
        kept[0] = rt_set();
        OPERANDS(kept[1]);
        kept[1] = rt_set();
        rt_hash(kept[0]);
        rt_hash(kept[1]);
    }
    CHECK(rt_equal(kept[0], kept[1]) == 1);
}

static void test_order(void) {
    CHECK(rt_compare(VALUE_NIL, fixnum(1)) < 0 && TWO(rt_compare, fixnum(2), real(1.5)) > 0);
    CHECK(rt_compare(VALUE_FALSE, VALUE_TRUE) < 0);
    kept[0] = make_text("ab");
    CHECK(TWO(rt_compare, kept[0], make_text("abc")) < 0 &&
          TWO(rt_compare, kept[0], make_text("aa")) > 0);
    kept[0] = make_text("\xef\xbc\xa1"); /* U+FF21, after the surrogates of U+10400 */
    CHECK(TWO(rt_compare, kept[0], make_text("\xf0\x90\x90\x80")) > 0);
    CHECK(rt_compare(keyword("z"), keyword("a/a")) < 0 && rt_compare(symbol("a"), symbol("b")) < 0);
    THROWS("ClassCastException", rt_compare(keyword("a"), symbol("a")));
    THROWS("ClassCastException", rt_compare(value_of(slisp_empty_list), value_of(slisp_empty_set)));
}

/* ---- the rest ------------------------------------------------------------ */

static void test_exceptions(void) {
    kept[0] =
        rt_exception(symbol("clojure.lang.ExceptionInfo"), make_text("m"), VALUE_TRUE, VALUE_NIL);
    CHECK(rt_instance(kept[0], symbol("Exception")) &&
          rt_instance(kept[0], symbol("java.lang.Throwable")));
    CHECK(rt_instance(kept[0], symbol("ExceptionInfo")) && !rt_instance(kept[0], symbol("Error")));
    CHECK(rt_ex_data(kept[0]) == VALUE_TRUE && rt_ex_message(fixnum(1)) == VALUE_NIL);
    THROWS("StackOverflowError", (rt_throw_stack(), 0));
    CHECK(!rt_instance(kept[63], symbol("Exception")) &&
          rt_instance(kept[63], symbol("Throwable")));
    THROWS("ClassCastException", (rt_throw(fixnum(1)), 0));
    THROWS("ArityException", (rt_wrong_count(VALUE_NIL, 2), 0));
    THROWS("IllegalArgumentException", (rt_wrong_count(VALUE_NIL, 2), 0));
}

static void test_exhaustion(void) {
    kept[0] = value_of(slisp_empty_list);
    THROWS("OutOfMemoryError", (rt_array((int64_t)1 << 40), 0));
    kept[0] = fixnum(1);
    rt_collect(1000);
}

static void test_arguments(void) {
    Value *arguments = (Value *)((char *)&slisp_context + CONTEXT_ARGUMENTS);
    for (int64_t i = 0; i < 10; i++) arguments[i] = fixnum(i);
    slisp_context.spill_count = 10;
    slisp_context.callee = VALUE_NIL;
    rt_rest_list(2, 10);
    kept[0] = arguments[2];
    CHECK(arguments[1] == fixnum(1) && get(kept[0], FIELD_CONS_FIRST) == fixnum(2));
    kept[1] = value_of(slisp_empty_vector);
    for (int i = 0; i < 100; i++) kept[1] = rt_vec_conj(kept[1], fixnum(i));
    CHECK(rt_spread(VALUE_TRUE, kept[1]) == 100 && arguments[99] == fixnum(99));
    CHECK(slisp_stub("rt_add") && slisp_stub("rt_try") && slisp_stub("rt_shape_map"));
    CHECK(!slisp_stub("rt_no_such_thing"));
}

static void test_all(void) {
    test_ints();
    test_doubles();
    test_number_text();
    test_parsing();
    test_strings();
    test_long_string();
    test_vectors();
    test_vector_versions();
    for (uint64_t keys = 3; keys < KEYS; keys = keys * 3 / 2)
        test_random_map(keys, 3000 / size_factor);
    for (uint64_t keys = 0; keys < KEYS - 20; keys = keys * 3 / 2 + 1) test_rebuilt_map(keys);
    test_shapes();
    test_large_literal();
    test_sequences();
    test_depth();
    test_order();
    test_exceptions();
    test_exhaustion();
    test_arguments();
    rt_exit_code(fixnum(failures != 0));
}

int main(int argc, char **argv) {
    static ProgramHeader program;
    const char *options = getenv("SLISP_GC");
    if ((options && strstr(options, "stress")) || getenv("TEST_SMALL")) size_factor = 40;
    slisp_hooks.thrown = thrown;
    slisp_hooks.roots = visit_kept;
    program.start = (uint64_t)(uintptr_t)test_all;
    int code = slisp_run(&program, argc, argv);
    printf("runtime: %u checks, %u failures\n", checks, failures);
    return code;
}
