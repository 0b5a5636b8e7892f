/* check_alone.c - code that no form is beside: a dump of Lbytes that was read from a file.
 *
 * What it should do is not known. What can be known is that the bytes are instructions, that the
 * text beside them is theirs, that rows are where they say, that jumps go to labels, that what the
 * linker fills in is a distance, that each call has its stack map, and that the stack is as deep as
 * the rows say.
 */
#include "check.h"

enum { HIGHEST_LABEL = 1 << 20 };

static const Node *row_at_hand(const Check *c) {
    return c->row < c->code->count ? c->code->kids[c->row] : NULL;
}

/* Else the table of labels would be as large as somebody likes. */
static bool are_labels_low(Check *c) {
    for (uint32_t i = 2; i < c->code->count; i++) {
        const Node *row = c->code->kids[i];
        if (is_form(row, H_label) && row->kids[0]->block > HIGHEST_LABEL)
            return code_is_wrong(c, "V24", "b%u is no number of a block", row->kids[0]->block);
    }
    return true;
}

/* ---- stack maps */

static bool is_slot_right(Check *c, const Node *slot) {
    enum { MAPPED_BYTES = 8 << 16 }; /* rows of stack maps have 16 bits for a word's number */
    if (slot->integer >= MAPPED_BYTES)
        return code_is_wrong(c, "V18", "stack maps reach to %d bytes above rsp, not to %lld",
                             MAPPED_BYTES, (long long)slot->integer);
    return (slot->integer >= 0 && slot->integer % 8 == 0 && slot->integer < c->depth_said) ||
           code_is_wrong(c, "V18", "%lld is no slot of a frame of %lld bytes",
                         (long long)slot->integer, (long long)c->depth_said);
}

/* The row after a call. */
static bool take_map(Check *c) {
    if (!read_marks(c)) return false;
    const Node *row = row_at_hand(c);
    if (!row || !is_form(row, H_stack_map))
        return code_is_wrong(c, "V18", "a call has no row in the stack map");
    if (row->kids[0]->integer != c->offset)
        return code_is_wrong(c, "V18", "no call ends at this row of the stack map");
    if (c->depth_said % 16 != 8)
        return code_is_wrong(c, "V24", "rsp is not on a multiple of 16 bytes at this call");
    for (uint32_t i = 1; i < row->count; i++)
        if (!is_slot_right(c, row->kids[i])) return false;
    c->row++;
    return true;
}

/* ---- the stack's depth */

static bool moves_rsp(const Decoded *d) {
    return d->count == 2 && d->operands[0].kind == SEEN_REGISTER &&
           d->operands[0].base == RSP - RAX && d->operands[1].kind == SEEN_NUMBER;
}

static int64_t depth_behind(int64_t depth, const Decoded *d) {
    if (d->name == D_push) return depth + 8;
    if (d->name == D_sub && moves_rsp(d)) return depth + d->operands[1].value;
    if (d->name == D_add && moves_rsp(d)) return depth - d->operands[1].value;
    return depth;
}

static bool is_label_here(const Check *c) {
    for (uint32_t i = c->row; i-- > 2 && !is_form(c->code->kids[i], H_at);)
        if (is_form(c->code->kids[i], H_label)) return true;
    return false;
}

/* Where ways meet, the row alone knows. `depth` is what the instruction before has left. */
static bool is_depth_right(Check *c, int64_t depth, bool is_label) {
    if (c->depth_said < 0) return code_is_wrong(c, "V27", "the return address cannot be below rsp");
    return is_label || depth == c->depth_said ||
           code_is_wrong(c, "V27",
                         "the return address is at rsp+%lld here, but the rows say rsp+%lld",
                         (long long)depth, (long long)c->depth_said);
}

/* ---- instructions */

static void note_jump(Check *c) {
    const Decoded *d = &c->next;
    if (c->label == NO_LABEL) return;
    uint32_t to = c->offset + d->length + (uint32_t)d->operands[d->count - 1].value;
    CheckedJump jump = {c->offset, to, 0, c->label, c->block, c->item};
    PUSH(c->scratch, c->jumps, jump);
}

static bool check_row(Check *c, int64_t *depth) {
    bool is_label = is_label_here(c);
    c->item = row_at_hand(c);
    if (!c->reader->read(c) || !is_depth_right(c, *depth, is_label)) return false;
    note_jump(c);
    *depth = depth_behind(c->depth_said, &c->next);
    bool calls = c->next.name == D_call;
    c->offset += c->next.length;
    c->is_read = false;
    return !calls || take_map(c);
}

/* A call may be one that does not come back. */
static bool is_last(const Decoded *d) {
    return d->name == D_jmp || d->name == D_ret || d->name == D_ud2 || d->name == D_call;
}

static bool check_rows(Check *c) {
    int64_t depth = 0;
    while (read_marks(c) && row_at_hand(c))
        if (!check_row(c, &depth)) return false;
    if (c->failed) return false;
    return (c->offset && is_last(&c->next)) ||
           code_is_wrong(c, "V24", "what stands behind the code would be run");
}

bool is_code_plausible(const Context *context, const Node *code, Buffer *report) {
    Check c = {.context = context,
               .scratch = context->scratch,
               .report = report,
               .reader = &rows_reader,
               .function = code,
               .code = code,
               .item = code};
    if (!are_labels_low(&c)) return false;
    start_rows(&c, code);
    return check_rows(&c) && check_jumps_to_labels(&c);
}
