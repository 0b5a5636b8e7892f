/* build.c - templates: quasiquote for C. */
#include "ir.h"

#include <stdlib.h>
#include <string.h>

/* Parsed patterns, by the address of their literal: each is read once. */
static struct {
    Arena *arena;
    struct {
        const char *literal;
        Node *pattern;
    } * slots;
    uint32_t slot_count, used;
} cache;

static uint32_t slot_of(const char *literal) {
    uint32_t i =
        (uint32_t)((uintptr_t)literal * 0x9e3779b97f4a7c15u >> 40) & (cache.slot_count - 1);
    while (cache.slots[i].literal && cache.slots[i].literal != literal)
        i = (i + 1) & (cache.slot_count - 1);
    return i;
}

static Node *pattern_of(const char *literal) {
    if (!cache.arena) {
        cache.arena = arena_new();
        cache.slot_count = 4096;
        cache.slots = arena_alloc(cache.arena, cache.slot_count * sizeof *cache.slots);
    }
    uint32_t i = slot_of(literal);
    if (!cache.slots[i].literal) {
        if (++cache.used > cache.slot_count / 2)
            bug(NULL, "more patterns in slispc than the cache holds");
        cache.slots[i].literal = literal;
        cache.slots[i].pattern = read_form(cache.arena, literal);
        if (!cache.slots[i].pattern) bug(NULL, "pattern does not read: %s", literal);
    }
    return cache.slots[i].pattern;
}

static bool is_symbol(const Node *n, const char *s) {
    return n->kind == N_SYMBOL && !strcmp(text_bytes(n->text), s);
}

/* The arguments travel in a struct, for a va_list passed to a function cannot be used after it. */
typedef struct {
    va_list list;
} Arguments;

static Node *fill(Arena *a, Pos at, Node *template, Arguments *arguments) {
    if (is_symbol(template, "?")) return va_arg(arguments->list, Node *);
    if (!is_tree(template)) {
        if (template->kind >= N_NAME) return template;
        Node *copy = arena_alloc(a, sizeof *copy);
        *copy = *template;
        copy->at = at;
        return copy;
    }
    VEC(Node *) kids = {0};
    for (uint32_t i = 0; i < template->count; i++) {
        if (!is_symbol(template->kids[i], "?...")) {
            PUSH(a, kids, fill(a, at, template->kids[i], arguments));
            continue;
        }
        Node **more = va_arg(arguments->list, Node **);
        uint32_t count = va_arg(arguments->list, uint32_t);
        for (uint32_t k = 0; k < count; k++)
            PUSH(a, kids, more[k]);
    }
    Node *n = node_tree(a, (NodeKind) template->kind, at, kids.items, kids.count);
    n->head = template->head;
    return n;
}

Node *build(Arena *a, Pos at, const char *pattern, ...) {
    Arguments arguments;
    va_start(arguments.list, pattern);
    Node *n = fill(a, at, pattern_of(pattern), &arguments);
    va_end(arguments.list);
    return n;
}
