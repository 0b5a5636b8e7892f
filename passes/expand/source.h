/* source.h - taking source forms apart. They are data, with no more structure than their author
 * gave them: lists, vectors, maps and sets of items, asked for by their place.
 */
#ifndef SLISPC_SOURCE_H
#define SLISPC_SOURCE_H

#include "../ir/walk.h"

/* Item 0 of a form is its name or operator. */
static inline Node *item(const Node *form, uint32_t i) {
    return child(form, i);
}
static inline Node *last_item(const Node *form) {
    return child(form, form->count - 1);
}
/* The items from `first` on. */
static inline NodeList items_from(const Node *form, uint32_t first) {
    return nodes_after(kids_of(form), first);
}

static inline bool is_word(const Node *n, NodeKind kind, const char *word) {
    return n->kind == kind && n->text == text(word);
}
static inline bool is_keyword(const Node *n, const char *word) {
    return is_word(n, N_KEYWORD, word);
}
static inline bool is_full_list(const Node *n) {
    return n->kind == N_LIST && n->count > 0;
}
/* Is it a list that starts with this symbol, whatever that means here? */
static inline bool starts_with(const Node *n, const char *symbol) {
    return is_full_list(n) && is_word(item(n, 0), N_SYMBOL, symbol);
}
/* The text of a form's name, for messages. */
static inline const char *word_of(const Node *form) {
    return text_bytes(item(form, 0)->text);
}

/* What follows the keyword in a map, NULL when it has none. */
Node *option(const Node *map, const char *keyword);
/* The source list (first rest ...), for rewritings of source forms. */
Node *source_list(Arena *a, Pos at, Node *first, NodeList rest);
/* The form as it was written, the start of it when it is long: for messages. */
const char *shown(const Node *form);

#endif
