/* meaning.c - reads the text column of x86.def: "movzx d0:32, byte a0; jo a2". */
#include "meaning.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[D_COUNT] = {
#define MNEMONIC(name) #name,
#define OPCODE(...)
#include "opcodes.def"
#undef MNEMONIC
#undef OPCODE
};

/* What is left of the text, and the reading of it. */
typedef struct {
    const char *at, *end;
    Opcode opcode;
} Text_left;

static _Noreturn void unknown(const Text_left *t) {
    bug(NULL, "x86.def: the text of %s is not understood at '%s'", opcode_rows[t->opcode].name,
        t->at);
}

static bool skip(Text_left *t, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(t->end - t->at) < length || memcmp(t->at, word, length)) return false;
    t->at += length;
    return true;
}

static int64_t read_number(Text_left *t) {
    char *end;
    int64_t value = strtoll(t->at, &end, 10);
    if (end == t->at) unknown(t);
    t->at = end;
    return value;
}

static size_t word_length(const Text_left *t) {
    return strcspn(t->at, " ,;]+:");
}

/* d0, a1, d0:32 */
static bool read_reference(Text_left *t, Means *m) {
    bool defined = t->at[0] == 'd';
    if ((!defined && t->at[0] != 'a') || t->at[1] < '0' || t->at[1] > '9') return false;
    m->kind = defined ? MEANS_DEFINED : MEANS_OPERAND;
    m->which = (uint8_t)(t->at[1] - '0');
    t->at += 2;
    if (skip(t, ":")) m->bits = (uint8_t)read_number(t);
    return true;
}

static Seen general(Where w, uint8_t bits) {
    return (Seen){SEEN_REGISTER, bits, (uint8_t)(w - RAX), SEEN_NO_REGISTER, 0, 0};
}

/* [r15+8], [r15+a0] */
static void read_address(Text_left *t, Means *m) {
    size_t length = word_length(t);
    Where base = where_parse(t->at, length);
    if (base == NOWHERE) unknown(t);
    t->at += length;
    Seen memory = {SEEN_MEMORY, 64, (uint8_t)(base - RAX), SEEN_NO_REGISTER, 0, 0};
    if (!skip(t, "+")) unknown(t);
    if (read_reference(t, m))
        m->kind = MEANS_DISPLACED;
    else
        memory.value = read_number(t);
    m->fixed = memory;
    if (!skip(t, "]")) unknown(t);
}

static void read_part(Text_left *t, Means *m) {
    uint8_t bits = skip(t, "byte ") ? 8 : skip(t, "word ") ? 16 : skip(t, "dword ") ? 32 : 0;
    size_t length = word_length(t);
    Where w = where_parse(t->at, length);
    if (read_reference(t, m)) {
        if (bits) m->bits = bits;
    } else if (skip(t, "[")) {
        read_address(t, m);
    } else if (w != NOWHERE) {
        t->at += length;
        m->fixed = is_vector_register(w) ? (Seen){.kind = SEEN_VECTOR, .base = (uint8_t)(w - XMM0)}
                                         : general(w, 64);
    } else {
        m->fixed = (Seen){.kind = SEEN_NUMBER, .value = read_number(t)};
    }
}

static DecodedName read_name(Text_left *t) {
    size_t length = word_length(t);
    for (int i = 0; i < D_COUNT; i++)
        if (strlen(names[i]) == length && skip(t, names[i])) return (DecodedName)i;
    if (skip(t, "movabs")) return D_mov; /* the mov of eight bytes */
    bug(NULL, "opcodes.def has no machine instruction '%.*s', which x86.def names for %s",
        (int)length, t->at, opcode_rows[t->opcode].name);
}

static void read_step(Text_left *t, MeaningStep *step) {
    step->traps = skip(t, "jo ");
    step->name = step->traps ? D_jcc : (uint8_t)read_name(t);
    for (bool more = step->traps || skip(t, " "); more; more = skip(t, ", "))
        read_part(t, &step->parts[step->count++]);
}

const Meaning *machine_meaning(Opcode o) {
    static Meaning meanings[X_COUNT];
    Meaning *m = &meanings[o];
    if (m->count) return m;
    const char *text = opcode_rows[o].text;
    Text_left t = {text, text + strlen(text), o};
    do
        read_step(&t, &m->steps[m->count++]);
    while (skip(&t, "; "));
    if (t.at != t.end) unknown(&t);
    return m;
}
