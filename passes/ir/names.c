/* names.c - small helpers of passes that make names and look at the parts of a function. */
#include "names.h"

#include <string.h>

Function function_parts(Node *function) {
    Function f = {.whole = function, .name = function->kids[0]};
    f.names = (uint32_t)function->kids[1]->kids[0]->integer;
    uint32_t i = 2;
    if (is_form(function->kids[i], H_returns)) {
        Text t = function->kids[i++]->kids[0]->text;
        if (!type_parse(text_bytes(t), text_length(t), &f.returns)) bug(function, "'%s' is no type", text_bytes(t));
    }
    f.env = function->kids[i];
    f.params = function->kids[i + 1];
    f.body = function->kids[i + 2];
    return f;
}

Node *numbered_name(Arena *a, uint32_t *names, const char *hint) {
    return node_name(a, text(hint), (*names)++);
}

TextMap text_map(Arena *a) { return (TextMap){.arena = a}; }

static uint32_t slot_of(const TextMap *map, Text key) {
    uint32_t i = key * 0x9e3779b1u & (map->slots - 1);
    while (map->keys[i] && map->keys[i] != key)
        i = (i + 1) & (map->slots - 1);
    return i;
}

static void grow(TextMap *map) {
    TextMap bigger = {.arena = map->arena, .slots = map->slots ? map->slots * 2 : 64};
    bigger.keys = NEW_ARRAY(map->arena, uint32_t, bigger.slots);
    bigger.values = NEW_ARRAY(map->arena, uint32_t, bigger.slots);
    for (uint32_t i = 0; i < map->slots; i++)
        if (map->keys[i]) text_map_set(&bigger, map->keys[i], map->values[i]);
    *map = bigger;
}

void text_map_set(TextMap *map, Text key, uint32_t value) {
    if (map->used * 2 >= map->slots) grow(map);
    uint32_t i = slot_of(map, key);
    map->used += !map->keys[i];
    map->keys[i] = key;
    map->values[i] = value;
}

uint32_t text_map_get(const TextMap *map, Text key) {
    return map->slots ? map->values[slot_of(map, key)] : 0;
}

Node *names_form(Arena *a, Pos at, uint32_t n) {
    return list(a, H_names, at, node_int(a, at, n), NULL);
}

Node *returns_form(Arena *a, Pos at, const char *what) {
    return list(a, H_returns, at, node_text(a, N_SYMBOL, at, text(what)), NULL);
}
