/* code_rows.c - changes of what emit gives: the order of rows, what they refer to, what they say
 * about the stack.
 */
#include "change.h"

#include "decode/decode.h"

static bool is_code_row(const Node *row) {
    return is_form(row, H_at);
}

static int64_t length_of(const Node *row) {
    return text_length(row->kids[1]->text) / 2;
}

static const Node *reference_of(const Node *row) {
    bool has = is_code_row(row) && row->count > 3 && row->kids[3]->kind != N_BLOCK;
    return has ? row->kids[3] : NULL;
}

/* Rows that may be in either order, as far as rows are concerned: jumps are relative. */
static bool can_swap(const Node *a, const Node *b) {
    return is_code_row(a) && is_code_row(b) && a->count == 3 && b->count == 3 &&
           a->kids[1]->text != b->kids[1]->text;
}

void change_instructions_swapped(Change *c) {
    for (uint32_t i = 2; i + 1 < c->top->count; i++) {
        Node *a = c->top->kids[i], *b = c->top->kids[i + 1];
        if (!can_swap(a, b) || !strikes(c)) continue;
        int64_t start = a->kids[0]->integer;
        b->kids[0] = node_int(c->arena, 0, start);
        a->kids[0] = node_int(c->arena, 0, start + length_of(b));
        exchange_kids(c->top, i, i + 1);
        return;
    }
}

void change_label_elsewhere(Change *c) {
    Node *before = NULL;
    for (uint32_t i = 2; i < c->top->count; i++) {
        Node *row = c->top->kids[i];
        if (!is_form(row, H_label)) continue;
        if (before && before->kids[1]->integer != row->kids[1]->integer && strikes(c)) {
            Node *name = before->kids[0];
            before->kids[0] = row->kids[0];
            row->kids[0] = name;
            return;
        }
        before = row;
    }
}

/* ---- references */

void change_reference_elsewhere(Change *c) {
    const Node *before = NULL;
    for (uint32_t i = 2; i < c->top->count; i++) {
        Node *row = c->top->kids[i];
        const Node *refers = reference_of(row);
        if (!refers) continue;
        if (before && !node_equal(before, refers) && strikes(c)) {
            row->kids[3] = (Node *)(uintptr_t)before;
            return;
        }
        before = refers;
    }
}

/* What the row after refers to, if it refers to nothing yet, is what this one refers to. */
void change_reference_late(Change *c) {
    for (uint32_t i = 2; i + 1 < c->top->count; i++) {
        Node *row = c->top->kids[i], *behind = c->top->kids[i + 1];
        bool fits = reference_of(row) && is_code_row(behind) && behind->count == 3;
        if (!fits || !strikes(c)) continue;
        Node *kids[] = {behind->kids[0], behind->kids[1], behind->kids[2], row->kids[3]};
        c->top->kids[i + 1] = node_list(c->arena, H_at, behind->at, kids, 4);
        row->count = 3;
        return;
    }
}

void change_field_filled(Change *c) {
    for (uint32_t i = 2; i < c->top->count; i++) {
        Node *row = c->top->kids[i];
        if (!reference_of(row) || !strikes(c)) continue;
        const char *hex = text_bytes(row->kids[1]->text);
        uint32_t length = text_length(row->kids[1]->text) - 8;
        Text filled = text_format("%.*s08000000", (int)length, hex);
        row->kids[1] = node_text(c->arena, N_STRING, 0, filled);
        return;
    }
}

/* ---- depths */

void change_lost_depth(Change *c) {
    for (uint32_t i = 2; i < c->top->count; i++) {
        if (!is_form(c->top->kids[i], H_depth) || !strikes(c)) continue;
        remove_kid(c->top, i);
        return;
    }
}
