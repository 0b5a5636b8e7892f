/* source.c - taking source forms apart, and putting them together. */
#include "source.h"

enum { MOST_SHOWN = 60 };

Node *option(const Node *map, const char *keyword) {
    for (uint32_t i = 0; i + 1 < map->count; i += 2)
        if (is_keyword(item(map, i), keyword)) return item(map, i + 1);
    return NULL;
}

Node *source_list(Arena *a, Pos at, Node *first, NodeList rest) {
    return build(a, at, "(? ?...)", first, rest.items, rest.count);
}

const char *shown(const Node *form) {
    Buffer b = {0};
    print_flat(&b, form);
    Text t = text_of(b.bytes, whole_characters(b.bytes, b.length, MOST_SHOWN));
    buffer_free(&b);
    return text_bytes(t);
}
