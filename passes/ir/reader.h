/* reader.h - what the files of the reader share. */
#ifndef SLISPC_READER_H
#define SLISPC_READER_H

#include "ir.h"

typedef struct {
    Arena *arena;
    Diagnostics *diagnostics;
    const char *start, *p, *end, *line_start;
    uint32_t line;
    const char *column_at; /* the place whose column was asked for last, and the column */
    uint32_t column;
    uint16_t file;
    int depth;
    bool failed; /* an unclosed or mismatched bracket was reported */
    bool in_function_literal;
    Pos margin; /* a form at the margin inside an open one: a guess for the missing bracket */
    VEC(Node *) stack; /* kids of the open lists */
    /* dumps */
    bool dump, data; /* data: inside (quote ...) or (text ...) */
    bool at_dump;    /* forms get their places in the dump, not those that it says */
    Language language;
} Reader;

Reader reader_start(Arena *a, Diagnostics *d, uint16_t file, const char *bytes, size_t length);
uint32_t reader_column(Reader *r, const char *p);
Pos reader_pos(Reader *r, const char *p);
bool is_delimiter(char c);

/* Skips blanks, comments and (in source) discarded forms. */
void skip_blanks(Reader *r);
Node *read_node(Reader *r);
Node *read_meta(Reader *r, const char *from, size_t skip);
Node *read_tree(Reader *r, NodeKind kind, char opener, Pos at);

/* read_atom.c */
Node *read_string(Reader *r, NodeKind kind, Pos at);
Node *read_atom(Reader *r, Pos at);

/* read_dump.c */
#define POS_UNSET 0xffffffffu /* in a dump, while reading: takes its position from around it */
/* The form (kid ...) of a dump: its head becomes an enum value. */
Node *read_form_of(Reader *r, Pos at, Node **kids, uint32_t count);
/* Is this, as the first kid of a list, quote or another head whose kids are data? */
bool starts_data(const Node *first);
Node *read_dump_atom(Reader *r, const char *token, size_t length, Pos at);
/* @line:col, @file:line:col, @line:col^inlined, @- for nowhere. */
Pos read_position(Reader *r);
/* A symbol, or nil, true, false. */
Node *symbol_node(Reader *r, const char *token, size_t length, Pos at);

#endif
