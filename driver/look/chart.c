/* chart.c - what is alive when: a row for each value or place, a column for each instruction.
 *
 * Lintervals says it of values. Of places it follows from the blocks, backwards: alive at their
 * ends is what their successors find.
 */
#include "graph.h"
#include "ir/flow.h"
#include "ir/machine.h"
#include "ir/walk.h"

#include <stdlib.h>
#include <string.h>

static ChartRow *add_row(Arena *a, Chart *c, const char *label) {
    ChartRow row = {.label = NEW_ARRAY(a, char, strlen(label) + 1)};
    strcpy(row.label, label);
    for (uint32_t i = 0; i < c->columns; i++)
        buffer_add(&row.cells, " ", 1);
    PUSH(a, c->rows, row);
    return &c->rows.items[c->rows.count - 1];
}

/* Of two things at once the more telling one is shown: an instruction that reads a place and writes
 * it again shows the definition. */
static void mark(ChartRow *row, uint32_t column, char letter) {
    static const char ranks[] = " =UD|C";
    if (column >= row->cells.length) return;
    char *cell = &row->cells.bytes[column];
    if (strchr(ranks, letter) > strchr(ranks, *cell)) *cell = letter;
}

/* ---- columns: the start of a block takes one, and every instruction */

static void add_head_row(Arena *a, Chart *c, const Flow *flow) {
    uint32_t column = 0;
    for (uint32_t b = 0; b < flow->count; b++)
        c->columns += 1 + as_instr_block(flow->blocks[b].node).instructions.count;
    ChartRow *row = add_row(a, c, "");
    for (uint32_t b = 0; b < flow->count; b++) {
        NodeList instructions = as_instr_block(flow->blocks[b].node).instructions;
        mark(row, column++, '|');
        for (uint32_t i = 0; i < instructions.count; i++, column++)
            if (is_instruction(instructions.items[i]) && has_flag(instructions.items[i], SAFEPOINT))
                mark(row, column, 'C');
    }
}

/* ---- values */

/* Positions are two for each column; the end of a range is not part of it. */
static void add_interval(Arena *a, Chart *c, const Node *interval) {
    Buffer label = {0};
    IntervalForm f = as_interval(interval);
    buffer_print(&label, "%%%s.%u", text_bytes(f.name->name.hint), f.name->name.number);
    ChartRow *row = add_row(a, c, label.bytes);
    for (uint32_t i = 0; i < f.ranges.count; i++) {
        RangeForm range = as_range(f.ranges.items[i]);
        uint32_t from = (uint32_t)range.from->integer, to = (uint32_t)range.to->integer;
        for (uint32_t p = from / 2; p <= (to - 1) / 2; p++)
            mark(row, p, '=');
        if (i == 0) mark(row, from / 2, 'D');
    }
    if (f.uses.count) mark(row, (uint32_t)f.uses.items[f.uses.count - 1]->integer / 2, 'U');
    if (f.hint) print_flat(&row->note, f.hint);
    if (f.hint) buffer_print(&row->note, " would be best");
    buffer_free(&label);
}

/* ---- places */

typedef struct {
    Arena *arena;
    Chart *chart;
    uint32_t rows[1 << 16]; /* by place: its row, 0: none yet */
    bool live[1 << 16];
    uint32_t column;
    VEC(Text) held[1 << 16]; /* the names that were noted */
} Places;

static ChartRow *row_of(Places *p, Where w) {
    if (!p->rows[w]) {
        add_row(p->arena, p->chart, where_text(w));
        p->rows[w] = p->chart->rows.count - 1;
    }
    return &p->chart->rows.items[p->rows[w]];
}

static void read_place(Places *p, const Node *name) {
    Where w = where_of(name);
    if (name->kind != N_NAME || !w) return;
    mark(row_of(p, w), p->column, p->live[w] ? '=' : 'U');
    p->live[w] = true;
}

static void write_place(Places *p, const Node *name) {
    Where w = where_of(name);
    if (name->kind != N_NAME || !w) return;
    mark(row_of(p, w), p->column, 'D');
    p->live[w] = false;
}

static void step_back_instruction(Places *p, const Node *n) {
    Uses uses = {0};
    OpForm op = as_op(n);
    NodeList roots = op.roots.exists ? op.roots : op.map;
    for (uint32_t i = 0; i < op.defines.count; i++)
        write_place(p, op.defines.items[i]);
    uses_of(p->arena, n, &uses);
    for (uint32_t i = 0; i < uses.count; i++)
        read_place(p, uses.items[i].name);
    for (uint32_t i = 0; i < roots.count; i++)
        read_place(p, roots.items[i]);
}

/* Moves and constants that are made at once: all are written after all were read. */
static void step_back_moves(Places *p, NodeList moves) {
    for (uint32_t i = 0; i < moves.count; i++) {
        const Node *n = moves.items[i];
        write_place(p, is_form(n, H_move) ? as_move(n).to : as_constant(n).to);
    }
    for (uint32_t i = 0; i < moves.count; i++)
        if (is_form(moves.items[i], H_move)) read_place(p, as_move(moves.items[i]).from);
}

static void step_back(Places *p, Node *n) {
    if (is_instruction(n)) step_back_instruction(p, n);
    if (is_form(n, H_parallel)) step_back_moves(p, as_parallel(n).moves);
    if (is_form(n, H_move) || is_form(n, H_constant)) step_back_moves(p, nodes(&n, 1, 0));
    if (!is_form(n, H_swap)) return;
    read_place(p, as_swap(n).first);
    read_place(p, as_swap(n).second);
}

static void mark_live(Places *p) {
    for (uint32_t i = 1; i < p->chart->rows.count; i++) {
        const char *label = p->chart->rows.items[i].label;
        if (p->live[where_parse(label, strlen(label))])
            mark(&p->chart->rows.items[i], p->column, '=');
    }
}

static void enter_end(Places *p, const Flow *flow, const FlowBlock *b) {
    memset(p->live, 0, sizeof p->live);
    for (uint32_t s = 0; s < b->successor_count; s++) {
        NodeList in = as_instr_block(flow->blocks[b->successors[s]].node).in;
        for (uint32_t i = 0; i < in.count; i++) {
            p->live[where_of(in.items[i])] = true;
            row_of(p, where_of(in.items[i]));
        }
    }
}

static void chart_block(Places *p, const Flow *flow, const FlowBlock *b) {
    InstrBlockForm f = as_instr_block(b->node);
    uint32_t start = p->column;
    enter_end(p, flow, b);
    for (uint32_t i = f.instructions.count; i-- > 0;) {
        p->column = start + 1 + i;
        step_back(p, f.instructions.items[i]);
        mark_live(p);
    }
    p->column = start;
    for (uint32_t i = 0; i < f.parameters.count; i++)
        write_place(p, f.parameters.items[i]);
    mark_live(p);
    p->column = start + 1 + f.instructions.count;
}

static bool is_new(Places *p, Where w, Text name) {
    for (uint32_t i = 0; i < p->held[w].count; i++)
        if (p->held[w].items[i] == name) return false;
    PUSH(p->arena, p->held[w], name);
    return true;
}

/* Beside each place the names that it holds, one after the other. */
static void note_names(Places *p, const Node *n) {
    if (n->kind == N_NAME && where_of(n) && p->rows[where_of(n)]) {
        Buffer *note = &row_of(p, where_of(n))->note;
        Text name = text_format("%%%s.%u", text_bytes(n->name.hint), n->name.number);
        if (is_new(p, where_of(n), name))
            buffer_print(note, "%s%s", note->length ? " | " : "", text_bytes(name));
    }
    if (is_form(n, H_quote)) return;
    NodeList parts = kids_of(n);
    for (uint32_t i = 0; i < parts.count; i++)
        note_names(p, parts.items[i]);
}

static int compare_rows(const void *a, const void *b) {
    const ChartRow *x = a, *y = b;
    return where_parse(x->label, strlen(x->label)) - where_parse(y->label, strlen(y->label));
}

static void add_places(Arena *a, Chart *c, const Flow *flow) {
    Places *p = NEW(a, Places);
    p->arena = a;
    p->chart = c;
    for (uint32_t b = 0; b < flow->count; b++)
        chart_block(p, flow, &flow->blocks[b]);
    for (uint32_t b = 0; b < flow->count; b++)
        note_names(p, flow->blocks[b].node);
    qsort(c->rows.items + 1, c->rows.count - 1, sizeof *c->rows.items, compare_rows);
}

/* ---- charts */

Chart chart_of(Arena *a, const Node *function, Language l) {
    Chart c = {0};
    Flow *flow = flow_of(a, function);
    add_head_row(a, &c, flow);
    NodeList intervals = as_function(function).intervals;
    for (uint32_t i = 0; l == L_Lintervals && i < intervals.count; i++)
        add_interval(a, &c, intervals.items[i]);
    if (l != L_Lintervals) add_places(a, &c, flow);
    return c;
}

static bool is_empty(const ChartRow *row, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++)
        if (row->cells.bytes[i] != ' ') return false;
    return true;
}

void chart_print(Buffer *out, const Chart *c) {
    enum { PAGE = 100 };
    int width = 8;
    for (uint32_t r = 0; r < c->rows.count; r++)
        if ((int)strlen(c->rows.items[r].label) > width)
            width = (int)strlen(c->rows.items[r].label);
    for (uint32_t from = 0; from < c->columns; from += PAGE) {
        uint32_t to = from + PAGE < c->columns ? from + PAGE : c->columns;
        if (from) buffer_print(out, "\n");
        buffer_print(out, "  %-*u ", width, from);
        for (uint32_t i = from; i < to; i++)
            buffer_print(out, "%u", i % 10);
        buffer_print(out, "\n");
        for (uint32_t r = 0; r < c->rows.count; r++) {
            const ChartRow *row = &c->rows.items[r];
            if (r && is_empty(row, from, to)) continue;
            buffer_print(out, "  %-*s %.*s", width, row->label, (int)(to - from),
                         row->cells.bytes + from);
            if (row->note.length) buffer_print(out, "  %s", row->note.bytes);
            while (out->bytes[out->length - 1] == ' ')
                out->length--;
            buffer_print(out, "\n");
        }
    }
}

static void add_escaped(Buffer *out, const char *s) {
    for (; *s; s++)
        buffer_print(out, *s == '&' || *s == '<' || *s == '>' ? "&#%d;" : "%c", *s);
}

void graph_chart(Buffer *out, const Chart *c, const char *prefix) {
    buffer_print(out,
                 "  %s [shape=plaintext, label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" "
                 "CELLSPACING=\"0\" CELLPADDING=\"2\">\n",
                 prefix);
    buffer_print(out, "<TR><TD ALIGN=\"LEFT\" COLSPAN=\"%u\">%u columns</TD></TR>\n",
                 c->columns + 2, c->columns);
    for (uint32_t r = 0; r < c->rows.count; r++) {
        const char *cells = c->rows.items[r].cells.bytes;
        buffer_print(out, "<TR><TD ALIGN=\"LEFT\">");
        add_escaped(out, c->rows.items[r].label);
        buffer_print(out, "</TD>");
        for (uint32_t i = 0, end; i < c->columns; i = end) {
            bool filled = cells[i] != ' ';
            for (end = i + 1;
                 end < c->columns && (cells[end] != ' ') == filled && cells[end] != 'D'; end++)
                ;
            buffer_print(out, "<TD COLSPAN=\"%u\" WIDTH=\"%u\"", end - i, 6 * (end - i));
            if (filled) buffer_print(out, " BGCOLOR=\"%s\"", r ? "#80b1d3" : "#fb8072");
            buffer_print(out, "></TD>");
        }
        buffer_print(out, "<TD ALIGN=\"LEFT\">");
        add_escaped(out, c->rows.items[r].note.length ? c->rows.items[r].note.bytes : "");
        buffer_print(out, "</TD></TR>\n");
    }
    buffer_print(out, "</TABLE>>];\n");
}
