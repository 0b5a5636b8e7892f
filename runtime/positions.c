/* positions.c - where in a string's bytes its n-th code point is, and the other way round.
 *
 * In ASCII both are the same. Else they are counted from the last place that was asked for, when it
 * is in the same string: whoever goes through a long string in steps takes linear time, not
 * quadratic.
 */
#include "runtime.h"

enum { LONG = 64 }; /* shorter strings do not displace one that is worth remembering */

typedef struct {
    uint64_t offset, point;
} Position;

static struct {
    Value string; /* it has not moved as long as there was no collection */
    uint64_t collections;
    Position at;
} last;

static bool is_start(char byte) {
    return ((unsigned char)byte & 0xc0) != 0x80;
}

void positions_start(void) {
    last.string = VALUE_NIL;
}

static Position start_from(Value s) {
    bool is_known = last.string == s && last.collections == slisp_statistics().collections;
    return is_known ? last.at : (Position){0, 0};
}

static void remember(Value s, Position at) {
    if (string_length(s) < LONG) return;
    last.string = s;
    last.collections = slisp_statistics().collections;
    last.at = at;
}

/* The starts of the next and of the last code point. */
static Position forward(const char *bytes, Position p) {
    p.offset += utf8_length((unsigned char)bytes[p.offset]);
    p.point++;
    return p;
}
static Position backward(const char *bytes, Position p) {
    do
        p.offset--;
    while (!is_start(bytes[p.offset]));
    p.point--;
    return p;
}

uint64_t string_offset(Value s, uint64_t point) {
    if (is_ascii(s)) return point;
    const char *bytes = string_bytes(s);
    Position p = start_from(s);
    if (point < p.point / 2) p = (Position){0, 0};
    while (p.point < point && p.offset < string_length(s))
        p = forward(bytes, p);
    while (p.point > point)
        p = backward(bytes, p);
    remember(s, p);
    return p.offset;
}

uint64_t string_point(Value s, uint64_t offset) {
    if (is_ascii(s)) return offset;
    const char *bytes = string_bytes(s);
    Position p = start_from(s);
    if (offset < p.offset / 2) p = (Position){0, 0};
    while (p.offset < offset)
        p = forward(bytes, p);
    while (p.offset > offset)
        p = backward(bytes, p);
    remember(s, p);
    return p.point;
}
