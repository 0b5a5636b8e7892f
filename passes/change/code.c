/* code.c - changes of what emit gives: rows of the stack map, the machine code. */
#include "change.h"
#include "decode/decode.h"

#include <string.h>

void change_slot_off_by_8(Change *c) {
    for (uint32_t i = 0; i < c->top->count; i++) {
        Node *row = c->top->kids[i];
        for (uint32_t k = 1; is_form(row, H_stack_map) && k < row->count; k++) {
            if (!strikes(c)) continue;
            bool up = row->kids[k]->integer == 0 || choose(c, 2);
            row->kids[k]->integer += up ? 8 : -8;
        }
    }
}

static bool same_slots(const Node *left, const Node *right) {
    bool same = left->count == right->count;
    for (uint32_t k = 1; same && k < left->count; k++)
        same = node_equal(left->kids[k], right->kids[k]);
    return same;
}

/* Two calls have each other's slots. */
void change_rows_swapped(Change *c) {
    Node *before = NULL;
    for (uint32_t i = 0; i < c->top->count; i++) {
        Node *row = c->top->kids[i];
        if (!is_form(row, H_stack_map)) continue;
        if (before && !same_slots(before, row) && strikes(c)) {
            Node *at = before->kids[0];
            before->kids[0] = row->kids[0];
            row->kids[0] = at;
            for (uint32_t k = 0; k < i; k++)
                if (c->top->kids[k] == before) c->top->kids[k] = row;
            c->top->kids[i] = before;
        }
        before = row;
    }
}

/* ---- bytes: (at n "bytes in hexadecimal" "text" ...) */

typedef struct {
    uint8_t bytes[16];
    uint32_t count;
} Encoded;

static uint8_t digit_value(char digit) {
    return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

static Encoded encoded(const Node *line) {
    Encoded e = {.count = 0};
    const char *digits = text_bytes(line->kids[1]->text);
    for (uint32_t i = 0; i + 1 < text_length(line->kids[1]->text) && e.count < 16; i += 2)
        e.bytes[e.count++] = (uint8_t)(digit_value(digits[i]) << 4 | digit_value(digits[i + 1]));
    return e;
}

/* The text becomes that of the bytes, for an emit that is wrong says the same wrong thing twice. */
static void set_bytes(Change *c, Node *line, const Encoded *e) {
    char digits[2 * sizeof e->bytes + 1];
    Decoded decoded;
    Buffer said = {0};
    for (uint32_t i = 0; i < e->count; i++)
        snprintf(digits + 2 * i, 3, "%02x", e->bytes[i]);
    line->kids[1] = node_text(c->arena, N_STRING, 0, text(digits));
    if (!decode(e->bytes, e->count, &decoded)) return;
    print_decoded(&said, &decoded);
    line->kids[2] = node_text(c->arena, N_STRING, 0, text_of(said.bytes, said.length));
    buffer_free(&said);
}

/* Row `i` if it is an instruction, else NULL. */
static Node *line_at(const Change *c, uint32_t i) {
    Node *row = c->top->kids[i];
    return is_form(row, H_at) && row->count > 2 ? row : NULL;
}

#define EACH_LINE(c, line)                                                                         \
    for (uint32_t n_ = 0, count_ = (c)->top->count; n_ < count_; n_++)                             \
        for (Node *line = line_at(c, n_); line; line = NULL)

/* ---- jumps: the target is the sum of the displacement and where the next instruction starts */

static bool is_jump(const Node *line) {
    return line->count > 3 && line->kids[3]->kind == N_BLOCK;
}
static bool is_short(const Encoded *jump) {
    return jump->count == 2;
}

static int64_t displacement(const Encoded *jump) {
    int32_t d;
    if (is_short(jump)) return (int8_t)jump->bytes[1];
    memcpy(&d, jump->bytes + jump->count - sizeof d, sizeof d);
    return d;
}

static bool fits(const Encoded *jump, int64_t d) {
    return !is_short(jump) || (d >= INT8_MIN && d <= INT8_MAX);
}

static void displace(Change *c, Node *line, Encoded *jump, int64_t to) {
    int32_t d = (int32_t)to;
    memcpy(jump->bytes + (is_short(jump) ? 1 : jump->count - sizeof d), &d,
           is_short(jump) ? 1 : sizeof d);
    set_bytes(c, line, jump);
}

void change_emit_target(Change *c) {
    EACH_LINE(c, line) {
        Encoded jump = encoded(line);
        for (uint32_t i = 0; is_jump(line) && i < c->top->count; i++) {
            const Node *label = c->top->kids[i];
            if (!is_form(label, H_label) || label->kids[0]->block == line->kids[3]->block) continue;
            int64_t to = label->kids[1]->integer - (line->kids[0]->integer + jump.count);
            if (to == displacement(&jump) || !fits(&jump, to) || !strikes(c)) continue;
            displace(c, line, &jump, to);
            line->kids[3] = label->kids[0];
            return;
        }
    }
}

/* The distance is counted from the start of the jump instead of its end. */
void change_emit_displacement(Change *c) {
    EACH_LINE(c, line) {
        Encoded jump = encoded(line);
        int64_t to = displacement(&jump) + jump.count;
        if (is_jump(line) && fits(&jump, to) && strikes(c)) displace(c, line, &jump, to);
    }
}

void change_jump_inside(Change *c) {
    EACH_LINE(c, line) {
        Encoded jump = encoded(line);
        int64_t to = displacement(&jump) + 1;
        if (is_jump(line) && fits(&jump, to) && strikes(c)) displace(c, line, &jump, to);
    }
}

/* The byte of a conditional jump that says the condition; NULL for other instructions. */
static uint8_t *condition_byte(Encoded *e) {
    if (e->count == 2 && e->bytes[0] >> 4 == 7) return e->bytes;
    return e->count == 6 && e->bytes[0] == 0x0f && e->bytes[1] >> 4 == 8 ? e->bytes + 1 : NULL;
}

void change_emit_condition(Change *c) {
    EACH_LINE(c, line) {
        Encoded jump = encoded(line);
        if (!is_jump(line) || !condition_byte(&jump) || !strikes(c)) continue;
        *condition_byte(&jump) ^= 1;
        set_bytes(c, line, &jump);
    }
}

/* ---- registers and functions */

/* The bit of a prefix that makes rax r8 is forgotten. */
void change_emit_register(Change *c) {
    enum { PREFIX = 0x40, LOW = 1, MIDDLE = 4 };
    EACH_LINE(c, line) {
        Encoded e = encoded(line);
        bool has = e.count && (e.bytes[0] & 0xf0) == PREFIX && (e.bytes[0] & (LOW | MIDDLE));
        if (!has || !strikes(c)) continue;
        e.bytes[0] = (uint8_t)(e.bytes[0] & ~(e.bytes[0] & LOW ? LOW : MIDDLE));
        set_bytes(c, line, &e);
    }
}

/* The bit of a prefix that makes 32 bits 64 is forgotten. */
void change_no_rex_w(Change *c) {
    enum { PREFIX = 0x40, WIDE = 8 };
    EACH_LINE(c, line) {
        Encoded e = encoded(line);
        Decoded narrow;
        uint8_t *rex = e.bytes[0] == 0x66 || e.bytes[0] == 0xf2 ? &e.bytes[1] : e.bytes;
        bool has = (*rex & 0xf8) == (PREFIX | WIDE);
        *rex &= (uint8_t)~WIDE;
        bool same_length = decode(e.bytes, e.count, &narrow) && narrow.length == e.count;
        if (has && same_length && strikes(c)) set_bytes(c, line, &e);
    }
}

/* A call of another function goes to the current one. */
void change_emit_function(Change *c) {
    EACH_LINE(c, line) {
        const Node *callee =
            line->count > 3 && is_form(line->kids[3], H_code) ? line->kids[3]->kids[0] : NULL;
        if (callee && !node_equal(callee, c->top->kids[0]) && strikes(c))
            line->kids[3]->kids[0] = c->top->kids[0];
    }
}
