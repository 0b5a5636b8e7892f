/* parts.c - which kids of a form are which of its parts, by the tables of form_parts.h. */
#include "form_parts.h"

const FormRow *form_row_of(Nonterminal nonterminal, const Node *n) {
    if (!is_tree(n)) return NULL;
    uint8_t row = form_of_head[nonterminal][n->head];
    for (int i = 0; !row && i < NT_COUNT && n->head; i++)
        row = form_of_head[i][n->head];
    return row ? &form_rows[row] : NULL;
}

static bool is_there(const PartRow *row, const Node *n, uint32_t kid) {
    if (!row->may_be_missing) return true;
    if (kid >= n->count) return false;
    const Node *found = n->kids[kid];
    if (row->role == PART_TERM)
        return !is_tree(found) || form_of_head[row->nonterminal][found->head];
    return row->role != PART_TREE ||
           (row->head ? is_form(found, row->head) : found->kind == N_VECTOR);
}

/* How many kids a repeated part takes: what the parts after it leave. */
static uint32_t end_of_repetition(const PartRow *rows, uint32_t row, uint32_t count,
                                  const Node *n) {
    uint32_t end = n->count;
    for (uint32_t i = count; --i > row;)
        if (end && (!rows[i].may_be_missing || is_form(n->kids[end - 1], rows[i].head))) end--;
    return end;
}

static uint32_t spans_of(const PartRow *rows, uint32_t count, const Node *n, PartSpan *spans) {
    uint32_t kid = 0, found = 0;
    for (uint32_t i = 0; i < count; i++) {
        const PartRow *row = &rows[i];
        if (!row->is_repeated && !is_there(row, n, kid)) continue;
        uint32_t end = row->is_repeated ? end_of_repetition(rows, i, count, n) : kid + 1;
        spans[found++] = (PartSpan){row, kid, end};
        kid = end;
    }
    return found;
}

uint32_t parts_in_tree(const PartRow *tree, const Node *n, PartSpan spans[MOST_PARTS]) {
    return spans_of(tree->items, tree->count, n, spans);
}

uint32_t parts_in(const FormRow *form, const Node *n, PartSpan spans[MOST_PARTS]) {
    int shape = 0;
    while (form->shapes[1].parts && form->shapes[shape].count != n->count)
        if (++shape == MOST_PART_TABLES) bug(n, "no shape of %s has so many parts", form->name);
    return spans_of(form->shapes[shape].parts, form->shapes[shape].count, n, spans);
}
