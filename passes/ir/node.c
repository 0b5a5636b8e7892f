/* node.c - making and comparing nodes; names of types and places. */
#include "form_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const heads[H_COUNT] = {
    [H_NONE] = "",
#define HEAD(id, text) [H_##id] = text,
#include "heads.h"
#undef HEAD
};

const char *head_text(Head head) {
    return heads[head];
}

Head head_of(Text name) {
    static uint16_t *by_text; /* Text -> Head; heads are interned first, so the table is small */
    static Text limit;
    if (!by_text) {
        for (int h = 1; h < H_COUNT; h++)
            if (text(heads[h]) >= limit) limit = text(heads[h]) + 1;
        by_text = calloc(limit, sizeof *by_text);
        if (!by_text) fail(0, "no memory left");
        for (uint16_t h = 1; h < H_COUNT; h++)
            by_text[text(heads[h])] = h;
    }
    return name < limit ? (Head)by_text[name] : H_NONE;
}

static Node *make(Arena *a, NodeKind kind, uint32_t at, uint32_t kids) {
    Node *n = arena_alloc(a, sizeof(Node) + kids * sizeof(Node *));
    n->kind = (uint8_t)kind;
    n->at = at;
    return n;
}

Node *node_tree(Arena *a, NodeKind kind, Pos at, Node *const *kids, uint32_t count) {
    Node *n = make(a, kind, at, count);
    n->count = count;
    if (count) memcpy(n->kids, kids, count * sizeof *kids);
    return n;
}

static bool have_same_kids(const Node *a, const Node *b) {
    return a->kind == b->kind && a->head == b->head && a->at == b->at && a->count == b->count &&
           !memcmp(a->kids, b->kids, a->count * sizeof *a->kids);
}

Node *unless_same(Node *old, Node *made) {
    if (old->count != made->count) return made;
    for (uint32_t i = 0; i < made->count; i++) {
        Node *before = old->kids[i];
        if (is_tree(before) && is_tree(made->kids[i]) && have_same_kids(before, made->kids[i]))
            made->kids[i] = before;
    }
    return have_same_kids(old, made) ? old : made;
}

Node *node_list(Arena *a, Head head, Pos at, Node *const *kids, uint32_t count) {
    Node *n = node_tree(a, N_LIST, at, kids, count);
    n->head = (uint16_t)head;
    return n;
}

Node *list(Arena *a, Head head, Pos at, ...) {
    Node *kids[16];
    uint32_t count = 0;
    va_list arguments;
    va_start(arguments, at);
    for (Node *kid; (kid = va_arg(arguments, Node *)) != NULL;) {
        if (count == 16) bug(kid, "list() takes up to 16 kids");
        kids[count++] = kid;
    }
    va_end(arguments);
    return node_list(a, head, at, kids, count);
}

Node *node_text(Arena *a, NodeKind kind, Pos at, Text t) {
    Node *n = make(a, kind, kind == N_GLOBAL ? 0 : at, 0);
    n->text = t;
    return n;
}

Node *node_int(Arena *a, Pos at, int64_t value) {
    Node *n = make(a, N_INT, at, 0);
    n->integer = value;
    return n;
}

Node *node_double(Arena *a, Pos at, double value) {
    Node *n = make(a, N_DOUBLE, at, 0);
    n->real = value == value ? value : NAN; /* one NaN: it prints without its bits */
    return n;
}

Node *node_simple(Arena *a, NodeKind kind, Pos at) {
    return make(a, kind, at, 0);
}

Node *node_name(Arena *a, Text hint, uint32_t number) {
    Node *n = make(a, N_NAME, 0, 0);
    n->name.hint = hint;
    n->name.number = number;
    return n;
}

Node *node_typed(Arena *a, const Node *name, Type type) {
    Node *n = node_name(a, name->name.hint, name->name.number);
    n->is_typed = 1;
    n->head = type;
    return n;
}

Node *node_placed(Arena *a, const Node *name, Where where) {
    Node *n = node_name(a, name->name.hint, name->name.number);
    n->head = where;
    return n;
}

Node *node_global(Arena *a, Text name) {
    return node_text(a, N_GLOBAL, 0, name);
}

Node *node_block(Arena *a, uint32_t number) {
    Node *n = make(a, N_BLOCK, 0, 0);
    n->block = number;
    return n;
}

Node *node_row(Arena *a, NodeKind kind, uint16_t which) {
    Node *n = make(a, kind, 0, 0);
    n->head = which;
    return n;
}

bool node_equal(const Node *a, const Node *b) {
    if (a == b) return true;
    if (a->kind != b->kind || a->head != b->head || a->is_typed != b->is_typed) return false;
    if (is_tree(a)) {
        if (a->count != b->count) return false;
        for (uint32_t i = 0; i < a->count; i++)
            if (!node_equal(a->kids[i], b->kids[i])) return false;
        return true;
    }
    if (a->kind == N_NAME)
        return a->name.number == b->name.number && a->name.hint == b->name.hint && a->at == b->at;
    return a->integer == b->integer; /* all other payloads fill, or are zero in, these 8 bytes */
}

Node *node_copy(Arena *a, const Node *n) {
    uint32_t count = is_tree(n) ? n->count : 0;
    Node *copy = arena_alloc(a, sizeof *n + count * sizeof(Node *));
    memcpy(copy, n, sizeof *n);
    for (uint32_t i = 0; i < count; i++)
        copy->kids[i] = node_copy(a, n->kids[i]);
    return copy;
}

Node *top_inner(Node *top) {
    return top->head == H_from ? top->kids[1] : top;
}

Node *top_with(Arena *a, Node *top, Node *inner) {
    if (top->head != H_from) return inner;
    return list(a, H_from, top->at, top->kids[0], inner, NULL);
}

/* ---- types */

static const struct {
    const char *name;
    Type type;
} type_names[] = {
    {"any", T_ANY},         {"int", T_INT},       {"nil", T_NIL},       {"bool", T_BOOL},
    {"fixnum", T_FIX},      {"big", T_BIG},       {"double", T_DOUBLE}, {"string", T_STRING},
    {"keyword", T_KEYWORD}, {"symbol", T_SYMBOL}, {"list", T_LIST},     {"seq", T_SEQ},
    {"lazy", T_LAZY},       {"vector", T_VECTOR}, {"map", T_MAP},       {"set", T_SET},
    {"fn", T_FN},           {"other", T_OTHER},   {"flag", T_FLAG},
};
enum { TYPE_NAMES = sizeof type_names / sizeof *type_names };

const char *type_text(Type t) {
    static char buffers[8][160];
    static int turn;
    char *out = buffers[turn++ & 7];
    size_t n = 0;
    if (t == T_NONE) return "none";
    out[0] = 0;
    for (int i = 0; i < TYPE_NAMES && t; i++) {
        if ((t & type_names[i].type) != type_names[i].type) continue;
        n += (size_t)snprintf(out + n, 160 - n, "%s%s", n ? "/" : "", type_names[i].name);
        t &= (Type)~type_names[i].type;
    }
    return out;
}

static bool type_word(const char *bytes, size_t length, Type *out) {
    for (int i = 0; i < TYPE_NAMES; i++)
        if (strlen(type_names[i].name) == length && !memcmp(type_names[i].name, bytes, length)) {
            *out |= type_names[i].type;
            return true;
        }
    return length == 4 && !memcmp(bytes, "none", 4);
}

bool type_parse(const char *bytes, size_t length, Type *out) {
    *out = T_NONE;
    for (size_t start = 0, i = 0; i <= length; i++)
        if (i == length || bytes[i] == '/') {
            if (!type_word(bytes + start, i - start, out)) return false;
            start = i + 1;
        }
    return true;
}

/* ---- places */

static const char *const registers[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                        "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

const char *where_text(Where w) {
    static char buffers[8][12];
    static int turn;
    if (w >= RAX && w <= R15) return registers[w - RAX];
    char *out = buffers[turn++ & 7];
    if (is_vector_register(w))
        snprintf(out, 12, "xmm%d", w - XMM0);
    else if (is_slot(w))
        snprintf(out, 12, "s%d", w - SLOT0);
    else if (is_area(w))
        snprintf(out, 12, "a%d", w - AREA0);
    else
        snprintf(out, 12, "?");
    return out;
}

/* The number after a prefix of `skip` letters, -1 when there is none or it is too large. */
static int number_after(const char *bytes, size_t length, size_t skip, int limit) {
    int n = 0;
    if (length == skip) return -1;
    for (size_t i = skip; i < length; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') return -1;
        n = n * 10 + (bytes[i] - '0');
        if (n >= limit) return -1;
    }
    return n;
}

Where where_parse(const char *bytes, size_t length) {
    for (int i = 0; i < 16; i++)
        if (strlen(registers[i]) == length && !memcmp(registers[i], bytes, length))
            return (Where)(RAX + i);
    int n;
    if (length > 3 && !memcmp(bytes, "xmm", 3) && (n = number_after(bytes, length, 3, 16)) >= 0)
        return (Where)(XMM0 + n);
    if (bytes[0] == 'a' && (n = number_after(bytes, length, 1, SLOT0 - AREA0)) >= 0)
        return (Where)(AREA0 + n);
    if (bytes[0] == 's' && (n = number_after(bytes, length, 1, 65536 - SLOT0)) >= 0)
        return (Where)(SLOT0 + n);
    return NOWHERE;
}
