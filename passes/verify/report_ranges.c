/* report_ranges.c - live ranges, drawn below each other:
 *
 *   live in b0  #0  #4      #8
 *   %b.1        [===========]
 *   %x.3            [=======]    both from #4 to #8
 *
 * [ and ] are the definition and the last use; < and > are there when the value comes from, or is
 * needed in, another block; | is a value that nothing needs. The numbers are those of the items
 * that the report is about.
 */
#include "report.h"

#include <string.h>

enum { WIDEST = 60, PER_ITEM = 4 };

typedef struct {
    uint32_t last;    /* number of the block's last item */
    uint32_t columns; /* of the drawing */
} Scale;

static uint32_t column(const Scale *s, uint32_t number) {
    return s->last ? number * (s->columns - 1) / s->last : 0;
}

static void add_padded(Buffer *out, const char *text, uint32_t width) {
    buffer_print(out, "  %-*s  ", (int)width, text);
}

/* `mark` into the ruler, where there is room for it. */
static void add_mark(char *ruler, const Scale *s, uint32_t number) {
    char mark[16];
    uint32_t at = column(s, number);
    int length = snprintf(mark, sizeof mark, "#%u", number);
    for (uint32_t i = at ? at - 1 : 0; i <= at + (uint32_t)length; i++)
        if (ruler[i] != ' ') return;
    memcpy(ruler + at, mark, (size_t)length);
}

static void draw_ruler(Buffer *out, const Scale *s, const uint32_t *numbers, uint32_t count) {
    char ruler[WIDEST + 16];
    memset(ruler, ' ', sizeof ruler);
    for (uint32_t i = 0; i < count; i++)
        add_mark(ruler, s, numbers[i]);
    size_t length = sizeof ruler;
    while (length && ruler[length - 1] == ' ')
        length--;
    buffer_print(out, "%.*s\n", (int)length, ruler);
}

static void draw_range(Buffer *out, const Scale *s, const LiveRange *r) {
    uint32_t from = column(s, r->first), to = column(s, r->last);
    for (uint32_t i = 0; i < from; i++)
        buffer_print(out, " ");
    if (from == to && !r->from_before && !r->lives_on) {
        buffer_print(out, "|");
        return;
    }
    buffer_print(out, r->from_before ? "<" : "[");
    for (uint32_t i = from + 1; i < to; i++)
        buffer_print(out, "=");
    if (to > from || r->lives_on) buffer_print(out, r->lives_on ? ">" : "]");
}

static void add_overlap(Buffer *out, const LiveRange *a, const LiveRange *b) {
    uint32_t from = a->first > b->first ? a->first : b->first;
    uint32_t to = a->last < b->last ? a->last : b->last;
    if (from < to) buffer_print(out, "    both from #%u to #%u", from, to);
}

static const char *label(Buffer *out, const Node *name) {
    out->length = 0;
    add_name(out, name);
    return out->bytes;
}

void draw_ranges(Verify *v, const Report *r) {
    const CheckedBlock *block = &v->blocks[v->block];
    LiveRange lost = range_of(v, r->name->name.number), won = {0};
    bool other = r->winner && !same_name(r->winner, r->name);
    if (other) won = range_of(v, r->winner->name.number);
    if (!lost.found) return;
    Scale s = {.last = block->node->count - block->first};
    s.columns = PER_ITEM * s.last + 1 < WIDEST ? PER_ITEM * s.last + 1 : WIDEST;
    uint32_t numbers[] = {lost.first, lost.last, spot_of(v, r->item).number, won.first, won.last};
    Buffer title = {0}, text = {0};
    buffer_print(&title, "live in b%u", block->node->kids[0]->block);
    uint32_t width = (uint32_t)title.length;
    if (strlen(label(&text, r->name)) > width) width = (uint32_t)text.length;
    if (other && strlen(label(&text, r->winner)) > width) width = (uint32_t)text.length;
    add_padded(&v->report, title.bytes, width);
    draw_ruler(&v->report, &s, numbers, won.found ? 5 : 3);
    add_padded(&v->report, label(&text, r->name), width);
    draw_range(&v->report, &s, &lost);
    buffer_print(&v->report, "\n");
    if (won.found) {
        add_padded(&v->report, label(&text, r->winner), width);
        draw_range(&v->report, &s, &won);
        add_overlap(&v->report, &lost, &won);
        buffer_print(&v->report, "\n");
    }
    buffer_free(&title);
    buffer_free(&text);
}
