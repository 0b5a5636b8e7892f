/* graph.h - pictures of forms as source text for graphviz, and charts of what is where when. */
#ifndef SLISPC_GRAPH_H
#define SLISPC_GRAPH_H

#include "look.h"

/* ---- the parts of a picture */

/* A function's control flow; its nodes are named <prefix>_b<number>. Lblocks to Lbytes. */
void graph_flow(Buffer *out, const Node *function, const char *prefix);
/* Which values are alive together. Llive to Lframed. */
void graph_interference(Buffer *out, const Node *function, const char *prefix);
/* Who calls whom, of all tops that the options show. */
void graph_calls(Buffer *out, const Options *o, const Form *form);

/* "a\"b": in quotes, as graphviz wants it; every line ends at the left. */
void graph_quoted(Buffer *out, const char *bytes, size_t length);

/* ---- charts: a column for the start of each block and for each instruction */

typedef struct {
    char *label;
    Buffer cells; /* a letter for each column: ' ' nothing, D defined, = alive, U last used, C call,
                     | block */
    Buffer note;  /* whose values they are */
} ChartRow;
typedef struct {
    uint32_t columns;
    VEC(ChartRow) rows; /* the first one: blocks and calls */
} Chart;

/* By value in Lintervals; by place in Lplaced and Lframed. */
Chart chart_of(Arena *a, const Node *function, Language l);
void chart_print(Buffer *out, const Chart *chart);
/* As a table in the label of a node. */
void graph_chart(Buffer *out, const Chart *chart, const char *prefix);

#endif
