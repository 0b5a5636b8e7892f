/* text.c - UTF-8, and text that grows outside the heap: messages, output that is kept. */
#include "runtime.h"

#include <stdlib.h>

/* ---- UTF-8 --------------------------------------------------------------- */

static bool is_continuation(char byte) {
    return ((unsigned char)byte & 0xc0) == 0x80;
}

uint64_t utf8_count(const char *bytes, uint64_t length) {
    uint64_t count = 0;
    for (uint64_t i = 0; i < length; i++)
        count += !is_continuation(bytes[i]);
    return count;
}

uint64_t utf8_length(unsigned char first) {
    if (first < 0x80) return 1;
    if (first < 0xe0) return 2;
    return first < 0xf0 ? 3 : 4;
}

uint32_t utf8_decode(const char *bytes, uint64_t *length) {
    static const unsigned char lead_bits[5] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    *length = utf8_length((unsigned char)*bytes);
    uint32_t point = (unsigned char)*bytes & lead_bits[*length];
    for (uint64_t i = 1; i < *length; i++)
        point = point << 6 | ((unsigned char)bytes[i] & 0x3f);
    return point;
}

uint64_t utf8_encode(uint32_t point, char out[4]) {
    uint64_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (uint64_t i = length - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)(lead[length] | point);
    return length;
}

/* ---- text that grows ----------------------------------------------------- */

void text_add(TextBuffer *t, const char *bytes, uint64_t length) {
    if (t->length + length > t->capacity) {
        uint64_t capacity = 2 * t->capacity + length + 64;
        char *larger = realloc(t->bytes, capacity);
        if (!larger) text_free(t);
        if (!larger) throw_no_memory();
        t->bytes = larger;
        t->capacity = capacity;
    }
    if (length) memcpy(t->bytes + t->length, bytes, length);
    t->length += length;
}

void text_add_text(TextBuffer *t, const char *zero_terminated) {
    text_add(t, zero_terminated, strlen(zero_terminated));
}

uint64_t int_digits(int64_t i, char *out) {
    char reversed[20];
    uint64_t count = 0, length = 0, rest = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    do
        reversed[count++] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (i < 0) out[length++] = '-';
    while (count)
        out[length++] = reversed[--count];
    return length;
}

void text_add_int(TextBuffer *t, int64_t i) {
    char digits[20];
    text_add(t, digits, int_digits(i, digits));
}

void text_free(TextBuffer *t) {
    free(t->bytes);
    *t = (TextBuffer){0};
}
