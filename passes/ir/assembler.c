/* assembler.c - offsets, short jumps, and the rows of Lbytes.
 *
 * Every jump starts short; those that do not reach become long, until nothing changes. Code only
 * grows, so this ends, and no jump is longer than it must be (as in `as`).
 */
#include "assembler.h"

typedef enum { LINE_CODE, LINE_LABEL, LINE_DEPTH, LINE_STACK_MAP } LineKind;

typedef struct {
    LineKind kind;
    Pos at;
    Instruction in;
    Node *symbol;
    bool jumps;      /* to the block `number` */
    uint32_t number; /* label or jump: block; depth: bytes */
    const Node *map;
    uint32_t offset, length;
    uint8_t bytes[LONGEST_INSTRUCTION + 1];
} Line;

struct Assembler {
    Arena *scratch;
    Pos at;
    uint32_t blocks, depth;
    VEC(Line) lines;
    uint32_t *labels; /* block -> offset */
};

Assembler *assembler_new(Arena *scratch, uint32_t blocks) {
    Assembler *as = NEW(scratch, Assembler);
    as->scratch = scratch;
    as->blocks = blocks;
    return as;
}

void assembler_at(Assembler *as, Pos at) {
    as->at = at;
}

static Line *new_line(Assembler *as, LineKind kind) {
    Line line = {.kind = kind, .at = as->at};
    PUSH(as->scratch, as->lines, line);
    return &as->lines.items[as->lines.count - 1];
}

static void encode_line(Line *line) {
    line->length = encode(&line->in, line->bytes);
    if (line->length) return;
    Buffer b = {0};
    print_instruction(&b, &line->in);
    bug(NULL, "encodings.def has no row for %.*s", (int)b.length, b.bytes);
}

void assembler_add(Assembler *as, Instruction in, Node *symbol) {
    Line *line = new_line(as, LINE_CODE);
    line->in = in;
    line->symbol = symbol;
    encode_line(line);
}

void assembler_jump(Assembler *as, int code, uint32_t block) {
    Instruction in = {.mnemonic = I_jmp, .count = 1, .operands = {target(8)}};
    if (code != NO_CONDITION) in = (Instruction){I_j, 2, {condition_code(code), target(8)}};
    assembler_add(as, in, NULL);
    Line *line = &as->lines.items[as->lines.count - 1];
    line->jumps = true;
    line->number = block;
}

void assembler_label(Assembler *as, uint32_t block) {
    new_line(as, LINE_LABEL)->number = block;
}

uint32_t assembler_new_label(Assembler *as) {
    return as->blocks++;
}

void assembler_depth(Assembler *as, uint32_t bytes) {
    if (bytes == as->depth) return;
    as->depth = bytes;
    new_line(as, LINE_DEPTH)->number = bytes;
}

void assembler_stack_map(Assembler *as, const Node *map) {
    new_line(as, LINE_STACK_MAP)->map = map;
}

static void place_lines(Assembler *as) {
    uint32_t offset = 0;
    for (uint32_t i = 0; i < as->lines.count; i++) {
        Line *line = &as->lines.items[i];
        line->offset = offset;
        offset += line->length;
        if (line->kind == LINE_LABEL) as->labels[line->number] = offset;
    }
}

/* Lengthens the jumps that do not reach; sets the distance of all. Did any change? */
static bool lengthen(Assembler *as) {
    bool changed = false;
    for (uint32_t i = 0; i < as->lines.count; i++) {
        Line *line = &as->lines.items[i];
        if (!line->jumps) continue;
        Operand *to = &line->in.operands[line->in.count - 1];
        to->integer = (int64_t)as->labels[line->number] - line->offset - line->length;
        if (to->bits == 8 && (to->integer < INT8_MIN || to->integer > INT8_MAX)) {
            to->bits = 32;
            changed = true;
        }
        encode_line(line);
    }
    return changed;
}

static Node *bytes_node(Arena *arena, const Line *line) {
    static const char digits[] = "0123456789abcdef";
    char hex[2 * LONGEST_INSTRUCTION + 2];
    for (uint32_t i = 0; i < line->length; i++) {
        hex[2 * i] = digits[line->bytes[i] >> 4];
        hex[2 * i + 1] = digits[line->bytes[i] & 15];
    }
    return node_text(arena, N_STRING, line->at, text_of(hex, 2 * line->length));
}

static Node *instruction_node(Arena *arena, const Line *line) {
    Buffer b = {0};
    print_instruction(&b, &line->in);
    Node *n = node_text(arena, N_STRING, line->at, text_of(b.bytes, b.length));
    buffer_free(&b);
    return n;
}

static Node *code_row(Arena *arena, const Line *line) {
    Node *to = line->jumps ? node_block(arena, line->number) : line->symbol;
    return list(arena, H_at, line->at, node_int(arena, line->at, line->offset),
                bytes_node(arena, line), instruction_node(arena, line), to, NULL);
}

static Node *stack_map_row(Arena *arena, const Line *line) {
    Rows kids = {0};
    PUSH(arena, kids, node_int(arena, line->at, line->offset));
    for (uint32_t i = 0; line->map && i < line->map->count; i++) {
        const Node *slot = line->map->kids[i];
        if (!is_slot(where_of(slot))) bug(slot, "a stack map names what is in no slot");
        PUSH(arena, kids, node_int(arena, line->at, (int64_t)slot->at - 1));
    }
    return node_list(arena, H_stack_map, line->at, kids.items, kids.count);
}

static Node *row_of(Arena *arena, const Line *line) {
    Node *offset = node_int(arena, line->at, line->offset);
    switch (line->kind) {
    case LINE_CODE: return code_row(arena, line);
    case LINE_STACK_MAP: return stack_map_row(arena, line);
    case LINE_LABEL:
        return list(arena, H_label, line->at, node_block(arena, line->number), offset, NULL);
    case LINE_DEPTH:
        return list(arena, H_depth, line->at, offset, node_int(arena, line->at, line->number),
                    NULL);
    }
    return NULL;
}

Rows assembler_rows(Assembler *as, Arena *arena) {
    as->labels = NEW_ARRAY(as->scratch, uint32_t, as->blocks + 1);
    do
        place_lines(as);
    while (lengthen(as));
    Rows rows = {0};
    for (uint32_t i = 0; i < as->lines.count; i++)
        PUSH(arena, rows, row_of(arena, &as->lines.items[i]));
    return rows;
}
