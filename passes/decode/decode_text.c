/* decode_text.c - what was decoded, as `as` writes it in Intel's syntax. */
#include "decode.h"

#include <string.h>

static const char *const names[D_COUNT] = {
#define MNEMONIC(name) #name,
#define OPCODE(...)
#include "opcodes.def"
#undef MNEMONIC
#undef OPCODE
};

static const char *const conditions[16] = {"o", "no", "b", "ae", "e", "ne", "be", "a",
                                           "s", "ns", "p", "np", "l", "ge", "le", "g"};

static void add(Buffer *out, const char *s) {
    buffer_add(out, s, strlen(s));
}

static void add_number(Buffer *out, int64_t value) {
    char digits[24], *start = digits + sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--start = (char)('0' + rest % 10);
    while (rest /= 10);
    if (value < 0) *--start = '-';
    buffer_add(out, start, (size_t)(digits + sizeof digits - start));
}

/* rax and so on have names of their own, r8 and later a letter after the number. */
static void add_register(Buffer *out, uint8_t number, uint8_t bits) {
    static const char *const wide[8] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    static const char *const low[8] = {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"};
    if (number >= 8) {
        add(out, "r");
        add_number(out, number);
        add(out, bits == 64 ? "" : bits == 32 ? "d" : bits == 16 ? "w" : "b");
    } else if (bits == 8) {
        add(out, low[number]);
    } else {
        add(out, bits == 64 ? "r" : bits == 32 ? "e" : "");
        add(out, wide[number]);
    }
}

static const char *width_of_memory(uint8_t bits) {
    return bits == 8     ? "byte ptr "
           : bits == 16  ? "word ptr "
           : bits == 32  ? "dword ptr "
           : bits == 64  ? "qword ptr "
           : bits == 128 ? "xmmword ptr "
                         : "";
}

/* A register beside the memory says how wide it is, unless it is of another class. */
static bool is_width_clear(const Decoded *d, const Seen *memory) {
    for (uint8_t i = 0; i < d->count; i++) {
        const Seen *o = &d->operands[i];
        if ((o->kind == SEEN_REGISTER || o->kind == SEEN_VECTOR) && o->bits == memory->bits)
            return d->name != D_cvtsi2sd;
    }
    return false;
}

static void add_address(Buffer *out, const Seen *m) {
    bool based = m->base != SEEN_NO_REGISTER, indexed = m->index != SEEN_NO_REGISTER;
    if (based) add_register(out, m->base, 64);
    if (indexed) {
        if (based) add(out, "+");
        add_number(out, m->scale);
        add(out, "*");
        add_register(out, m->index, 64);
    }
    if ((based || indexed) && !m->value) return;
    if ((based || indexed) && m->value > 0) add(out, "+");
    add_number(out, m->value);
}

static void add_memory(Buffer *out, const Decoded *d, const Seen *m) {
    if (!is_width_clear(d, m)) add(out, width_of_memory(m->bits));
    add(out, "[");
    if (m->base == SEEN_RIP)
        add(out, "rip+@");
    else
        add_address(out, m);
    add(out, "]");
}

static void add_operand(Buffer *out, const Decoded *d, const Seen *o) {
    switch ((SeenKind)o->kind) {
    case SEEN_NOTHING: break;
    case SEEN_REGISTER: add_register(out, o->base, o->bits); break;
    case SEEN_VECTOR:
        add(out, "xmm");
        add_number(out, o->base);
        break;
    case SEEN_MEMORY: add_memory(out, d, o); break;
    case SEEN_NUMBER: add_number(out, o->value); break;
    case SEEN_DISTANCE: add(out, "@"); break;
    }
}

/* `as` calls the mov of eight bytes movabs. */
static void add_name(Buffer *out, const Decoded *d) {
    bool condition = d->name == D_jcc || d->name == D_setcc;
    const Seen *last = &d->operands[1];
    bool eight = d->name == D_mov && last->kind == SEEN_NUMBER && last->bits == 64;
    if (condition) add(out, d->name == D_jcc ? "j" : "set");
    add(out, condition ? conditions[d->condition] : eight ? "movabs" : names[d->name]);
}

void print_decoded(Buffer *out, const Decoded *d) {
    add_name(out, d);
    for (uint8_t i = 0; i < d->count; i++) {
        add(out, i ? ", " : " ");
        add_operand(out, d, &d->operands[i]);
    }
}
