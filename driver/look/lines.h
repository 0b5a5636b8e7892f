/* lines.h - a top as lines of text that know which parts of them are names: for comparing forms
 * whose numbers differ, and for finding names and places in them.
 *
 * Where lines are broken depends on the structure and on the hints of names, not on numbers. A list
 * that is broken shows no closing bracket: the indentation says where it ends.
 */
#ifndef SLISPC_LINES_H
#define SLISPC_LINES_H

#include "ir.h"

typedef enum { TOKEN_TEXT, TOKEN_NAME, TOKEN_BLOCK } TokenKind;
typedef struct {
    TokenKind kind;
    Text text; /* the hint, of a name */
    uint32_t number;
} Token;

typedef struct {
    const Node *node; /* that starts on the line */
    uint32_t indent;
    VEC(Token) tokens;
    VEC(Pos) places; /* of all lists that are on it */
    uint64_t shape;  /* a hash of everything but numbers */
} Line;
typedef VEC(Line) Lines;

typedef struct {
    bool positions; /* are part of the text */
    bool details;   /* with what follows from the rest: (names ...), (kinds ...) */
    uint32_t width;
} LineStyle;

Lines lines_of(Arena *a, const Node *top, LineStyle style);
/* The text; `names` and `blocks` say which numbers to show for those in the line, NULL: its own. */
void print_line_of(Buffer *out, const Line *line, const uint32_t *names, const uint32_t *blocks);

#endif
