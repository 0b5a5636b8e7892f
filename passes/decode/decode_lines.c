/* decode_lines.c - the decoder as a filter, for the tests: they compare it with other tools. */
#include "decode.h"

static uint8_t value_of_digit(int c) {
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static bool is_digit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The bytes of one line; what is beyond the longest instruction is passed over. */
static size_t read_line(FILE *in, uint8_t bytes[LONGEST_CODE]) {
    size_t digits = 0;
    int c;
    while (c = getc(in), is_digit(c)) {
        if (digits / 2 >= LONGEST_CODE) continue;
        uint8_t *byte = &bytes[digits++ / 2];
        *byte = (uint8_t)((digits % 2 ? 0 : *byte << 4) | value_of_digit(c));
    }
    return digits / 2;
}

void decode_lines(FILE *in, FILE *out) {
    uint8_t bytes[LONGEST_CODE];
    Decoded d;
    for (int c; (c = getc(in)) != EOF;) {
        ungetc(c, in);
        size_t count = read_line(in, bytes);
        Buffer text = {0};
        if (decode(bytes, count, &d)) {
            print_decoded(&text, &d);
            fprintf(out, "%.*s\t%u\n", (int)text.length, text.bytes, d.length);
        } else {
            fprintf(out, "-\n");
        }
        buffer_free(&text);
    }
}
