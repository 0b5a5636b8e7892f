/* check_rows.c - code as rows of Lbytes: (at 4 "4889f8" "mov rax, rdi").
 *
 * A row says more than its bytes: where it is, what its text is, what its last four bytes are
 * to refer to. All of it must be so.
 */
#include "check.h"

#include <string.h>

void start_rows(Check *c, const Node *code) {
    c->code = code;
    c->row = 2;
    for (uint32_t i = 2; i < code->count; i++)
        if (is_form(code->kids[i], H_label) && code->kids[i]->kids[0]->block >= c->label_count)
            c->label_count = code->kids[i]->kids[0]->block + 1;
    c->labels = NEW_ARRAY(c->scratch, uint32_t, c->label_count);
}

/* ---- rows between instructions */

static const Node *row_at_hand(const Check *c) {
    return c->row < c->code->count ? c->code->kids[c->row] : NULL;
}

static bool stands_here(Check *c, int64_t offset) {
    return offset == c->offset ||
           code_is_wrong(c, "V24", "a row says that it stands at offset %lld, but it stands at %u",
                         (long long)offset, c->offset);
}

/* Labels and depths up to the next row of another kind. */
bool read_marks(Check *c) {
    for (const Node *row; (row = row_at_hand(c)); c->row++) {
        if (is_form(row, H_label)) {
            if (!stands_here(c, row->kids[1]->integer)) return false;
            c->labels[row->kids[0]->block] = c->offset + 1;
        } else if (is_form(row, H_depth)) {
            if (!stands_here(c, row->kids[0]->integer)) return false;
            c->depth_said = row->kids[1]->integer;
        } else {
            return true;
        }
    }
    return true;
}

/* ---- instructions */

/* 16 for what is no digit. */
static uint8_t digit(char c) {
    return (uint8_t)(c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16);
}

/* How many bytes there are; 0 when the text is no row of bytes. */
static uint32_t read_bytes(Text row, uint8_t bytes[LONGEST_CODE]) {
    const char *hex = text_bytes(row);
    uint32_t count = text_length(row) / 2;
    if (count > LONGEST_CODE || text_length(row) % 2) return 0;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t high = digit(hex[2 * i]), low = digit(hex[2 * i + 1]);
        if (high > 15 || low > 15) return 0;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return count;
}

static bool is_text_of(const Decoded *d, Text said) {
    static Buffer b; /* kept: this is asked often */
    b.length = 0;
    print_decoded(&b, d);
    return b.length == text_length(said) && !memcmp(b.bytes, text_bytes(said), b.length);
}

/* Which operand of an exchange comes first does not matter to the bytes. */
static bool is_text_right(const Decoded *d, Text said) {
    if (is_text_of(d, said)) return true;
    Decoded other_way = *d;
    other_way.operands[0] = d->operands[1];
    other_way.operands[1] = d->operands[0];
    return d->name == D_xchg && is_text_of(&other_way, said);
}

/* The same bytes are the same instruction, and programs say the same things often: what was decoded
 * before, and had that text, is looked up by the two interned texts. */
typedef struct {
    Text hex, said;
    bool has_text; /* `said` is right */
    uint8_t bytes[LONGEST_CODE];
    Decoded decoded; /* its length is 0 when the bytes are no instruction */
} KnownRow;

static const KnownRow *known_row(Text hex, Text said) {
    enum { KNOWN = 1024 };
    static KnownRow known[KNOWN];
    KnownRow *k = &known[hex % KNOWN];
    if (k->hex == hex && k->said == said) return k;
    k->hex = hex;
    k->said = said;
    uint32_t count = read_bytes(hex, k->bytes);
    if (!decode(k->bytes, count, &k->decoded) || k->decoded.length != count)
        k->decoded = (Decoded){.length = 0};
    k->has_text = k->decoded.length && is_text_right(&k->decoded, said);
    return k;
}

static bool text_is_wrong(Check *c, Text said) {
    Buffer b = {0};
    print_decoded(&b, &c->next);
    code_is_wrong(c, "V24", "the bytes are %.*s, but the text says %s", (int)b.length, b.bytes,
                  text_bytes(said));
    buffer_free(&b);
    return false;
}

/* A relocation fills the last four bytes, so they must be a distance or [rip + ...], and empty. */
static bool is_field_right(Check *c, const Node *row) {
    const Decoded *d = &c->next;
    const Node *said = row->count > 3 ? row->kids[3] : NULL;
    bool jumps = said && said->kind == N_BLOCK;
    const Seen none = {0}, *last = d->count ? &d->operands[d->count - 1] : &none;
    c->reference = jumps ? NULL : said;
    c->label = jumps ? said->block : NO_LABEL;
    if (jumps)
        return last->kind == SEEN_DISTANCE ||
               code_is_wrong(c, "V25", "a row names a block, but does not jump");
    if (c->reference && (!d->field || d->field + 4 != d->length || last->value))
        return code_is_wrong(c, "V25", "the last four bytes are not empty, or hold no distance");
    if (!c->reference && (d->field || last->kind == SEEN_DISTANCE))
        return code_is_wrong(c, "V25", "nothing says what this refers to");
    return true;
}

static bool read_row(Check *c) {
    if (!read_marks(c)) return false;
    const Node *row = row_at_hand(c);
    if (!row) return code_is_wrong(c, "V24", "the code ends here, but the form goes on");
    if (is_form(row, H_stack_map))
        return code_is_wrong(c, "V18", "no call ends at this row of the stack map");
    if (!stands_here(c, row->kids[0]->integer)) return false;
    Text hex = row->kids[1]->text, said = row->kids[2]->text;
    const KnownRow *known = known_row(hex, said);
    c->row++;
    c->next = known->decoded;
    c->bytes = known->bytes;
    c->is_read = true;
    if (!c->next.length)
        return code_is_wrong(c, "V24", "the bytes %s are no instruction that slispc writes",
                             text_bytes(hex));
    if (!is_field_right(c, row)) return false;
    return known->has_text || text_is_wrong(c, said);
}

bool check_marks(Check *c) {
    if (c->depth_said != c->depth)
        return code_is_wrong(c, "V27",
                             "the return address is at rsp+%u here, but the rows say rsp+%lld",
                             c->depth, (long long)c->depth_said);
    return c->code->kids[c->row - 1]->at == c->item->at ||
           code_is_wrong(c, "V27", "the row has another source position than the instruction");
}

static bool refers_row(Check *c, const Node *operand) {
    if (c->reference && node_equal(c->reference, operand)) return true;
    Buffer wanted = {0}, found = {0};
    print_flat(&wanted, operand);
    if (c->reference)
        print_flat(&found, c->reference);
    else
        buffer_print(&found, "no place outside of the function");
    code_is_wrong(c, "V25", "this refers to %.*s instead of %.*s", (int)found.length, found.bytes,
                  (int)wanted.length, wanted.bytes);
    buffer_free(&wanted);
    buffer_free(&found);
    return false;
}

/* ---- stack maps */

static bool has_slots(const Node *row, const Node *map) {
    if (row->count - 1 != (map ? map->count : 0)) return false;
    for (uint32_t i = 1; i < row->count; i++)
        if (row->kids[i]->integer != (int64_t)map->kids[i - 1]->at - 1) return false;
    return true;
}

static bool has_map_row(Check *c, const Node *map) {
    if (!read_marks(c)) return false;
    const Node *row = row_at_hand(c);
    if (!row || !is_form(row, H_stack_map))
        return code_is_wrong(c, "V18", "a call has no row in the stack map");
    if (row->kids[0]->integer != c->offset)
        return code_is_wrong(c, "V18", "no call ends at this row of the stack map");
    if (!has_slots(row, map))
        return code_is_wrong(c, "V18",
                             "the row of the stack map names other slots than the instruction");
    if (c->depth_said != c->depth)
        return code_is_wrong(c, "V18",
                             "the return address is not where the row of the stack map says");
    c->row++;
    return true;
}

static bool is_end_of_rows(Check *c) {
    if (!read_marks(c)) return false;
    return c->row == c->code->count ||
           code_is_wrong(c, "V24", "the form ends here, but there is more code");
}

const CodeReader rows_reader = {read_row, refers_row, has_map_row, is_end_of_rows};

/* ---- labels: what -S and dumps show */

static bool is_label_at(const Check *c, uint32_t label, uint32_t offset) {
    return label < c->label_count && c->labels[label] == offset + 1;
}

bool check_jumps_to_labels(Check *c) {
    for (uint32_t i = 0; i < c->jumps.count; i++) {
        const CheckedJump *j = &c->jumps.items[i];
        if (is_label_at(c, j->label, j->to)) continue;
        show_jump(c, j);
        return code_is_wrong(
            c, "V24", "the jump at offset %u names a label that is not where it goes", j->from);
    }
    return true;
}

bool check_labels(Check *c) {
    for (uint32_t i = 0; i < c->function->count; i++) {
        const Node *block = c->function->kids[i];
        if (!is_form(block, H_block) && !is_form(block, H_cold)) continue;
        c->block = c->item = block;
        uint32_t number = block->kids[0]->block, offset = c->goals.items[number].offset;
        if (!is_label_at(c, number, offset))
            return code_is_wrong(c, "V24", "no label says that b%u starts at offset %u", number,
                                 offset);
    }
    return check_jumps_to_labels(c);
}
