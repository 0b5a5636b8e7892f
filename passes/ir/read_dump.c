/* read_dump.c - what only dumps have: heads, names, places, positions, the header line. */
#include "reader.h"

#include <stdlib.h>
#include <string.h>

static uint32_t number_at(const char **p, const char *end) {
    uint64_t n = 0;
    for (; *p < end && **p >= '0' && **p <= '9' && n < UINT32_MAX; (*p)++)
        n = n * 10 + (uint64_t)(**p - '0');
    return (uint32_t)n;
}

Pos read_position(Reader *r) {
    const char *p = r->p + 1, *end = p;
    while (end < r->end && !is_delimiter(*end))
        end++;
    r->p = end;
    if (p < end && *p == '-') return 0;
    uint32_t numbers[3] = {0}, count = 0;
    for (; p < end && count < 3 && *p >= '0' && *p <= '9'; count++) {
        numbers[count] = number_at(&p, end);
        if (p < end && *p == ':') p++;
    }
    Location place = {.line = numbers[count == 3], .column = numbers[count == 3 ? 2 : 1]};
    if (count == 3) place.file = (uint16_t)numbers[0];
    if (p < end && *p == '^') {
        p++;
        place.inlined = (uint16_t)number_at(&p, end);
    }
    if (p < end || count < 2)
        error_at(r->diagnostics, reader_pos(r, r->p), "SL0020", "this is no position");
    return pos_of(place);
}

/* ---- atoms */

/* %hint.12 with nothing, :type, =place or =place[rsp+8] after; NULL when the token is none. */
static Node *name(Reader *r, const char *token, size_t length) {
    const char *end = token + length, *colon = memchr(token, ':', length);
    const char *place = memchr(token, '=', length), *stop = colon ? colon : end;
    if (place && (!colon || place < colon)) {
        const char *last = memchr(token, '.', length);
        stop = last && last < place ? place : end; /* a hint has no '=' */
    }
    const char *dot = stop;
    while (dot > token && *dot != '.')
        dot--;
    if (dot == token || dot + 1 == stop) return NULL;
    const char *p = dot + 1;
    uint32_t number = number_at(&p, stop);
    if (p != stop) return NULL;
    Node *n = node_name(r->arena, text_of(token + 1, (size_t)(dot - token - 1)), number);
    if (stop == end) return n;
    if (*stop == ':') {
        Type type;
        if (!type_parse(stop + 1, (size_t)(end - stop - 1), &type)) return NULL;
        return node_typed(r->arena, n, type);
    }
    n->head = where_parse(stop + 1, (size_t)(end - stop - 1));
    return n->head ? n : NULL;
}

/* The [rsp+24] after a slot; brackets end tokens, so it is read here. */
static void frame_offset(Reader *r, Node *n) {
    static const char prefix[] = "[rsp+";
    if (!is_slot(n->head) || n->is_typed) return;
    if (r->end - r->p < 7 || memcmp(r->p, prefix, sizeof prefix - 1)) return;
    const char *p = r->p + sizeof prefix - 1;
    uint32_t offset = number_at(&p, r->end);
    if (p >= r->end || *p != ']') return;
    n->at = offset + 1;
    r->p = p + 1;
}

static bool is_block_name(const char *token, size_t length) {
    if (length < 2 || *token != 'b') return false;
    for (size_t i = 1; i < length; i++)
        if (token[i] < '0' || token[i] > '9') return false;
    return true;
}

Node *read_dump_atom(Reader *r, const char *token, size_t length, Pos at) {
    if (*token == '%' && r->language > L_Lcore) {
        Node *n = name(r, token, length);
        if (n) {
            frame_offset(r, n);
            return n;
        }
        if (length > 1 && prim_named(text_of(token, length)))
            return symbol_node(r, token, length, at);
        error_at(r->diagnostics, reader_pos(r, token), "SL0021", "%.*s is no name (%%hint.number)",
                 (int)length, token);
        return NULL;
    }
    if (*token == '$' && length > 1 && r->language > L_Lcore)
        return node_global(r->arena, text_of(token + 1, length - 1));
    if (r->language >= L_Lblocks && is_block_name(token, length))
        return node_block(r->arena, (uint32_t)atoi(token + 1));
    return symbol_node(r, token, length, at);
}

/* ---- lists */

bool starts_data(const Node *first) {
    Head h = first->kind == N_SYMBOL ? head_of(first->text) : H_NONE;
    return h == H_quote || h == H_text || h == H_real || h == H_shape;
}

/* Replaces the symbol kid `i` by the atom of a table, where the form wants one. */
static void table_atom(Reader *r, Node **kids, uint32_t i, NodeKind kind) {
    if (kids[i]->kind != N_SYMBOL) return;
    Text t = kids[i]->text;
    uint16_t row = kind == N_PRIM     ? (uint16_t)prim_named(t)
                   : kind == N_WORD   ? (uint16_t)word_named(t)
                   : kind == N_OPCODE ? (uint16_t)opcode_named(t)
                                      : (uint16_t)condition_named(t);
    if (row) kids[i] = node_row(r->arena, kind, row);
}

/* (add [%d] %a %b) is an instruction, (add %a %b) a word operation: their head is not written. */
static Head implicit_head(const Reader *r, Node *const *kids, uint32_t count) {
    if (r->language >= L_Lx86 && count > 1 && kids[1]->kind == N_VECTOR &&
        opcode_named(kids[0]->text))
        return H_op;
    if (r->language == L_Lmemory && word_named(kids[0]->text)) return H_word_op;
    return H_NONE;
}

Node *read_form_of(Reader *r, Pos at, Node **kids, uint32_t count) {
    if (count == 0 || kids[0]->kind != N_SYMBOL)
        return node_list(r->arena, H_NONE, at, kids, count);
    Head head = implicit_head(r, kids, count);
    if (head) {
        table_atom(r, kids, 0, head == H_op ? N_OPCODE : N_WORD);
        return node_list(r->arena, head, at, kids, count);
    }
    head = head_of(kids[0]->text);
    if (!head) return node_list(r->arena, H_NONE, at, kids, count);
    if (count > 1) {
        if (head == H_prim) table_atom(r, kids, 1, N_PRIM);
        if (head == H_word_op) table_atom(r, kids, 1, N_WORD);
        if (head == H_op) table_atom(r, kids, 1, N_OPCODE);
        if (head == H_cc || head == H_branch || head == H_set_if)
            table_atom(r, kids, 1, N_CONDITION);
    }
    return node_list(r->arena, head, at, kids + 1, count - 1);
}

/* ---- positions: what has none takes it from around it */

bool is_sequence(const Node *n) {
    return n->kind == N_LIST && (n->head == H_block || n->head == H_cold || n->head == H_code);
}

/* Gives `n` and what is in it the positions that the dump left out. */
static void settle(Node *n, Pos inherited) {
    if (n->kind >= N_NAME) return;
    if (n->at == POS_UNSET) n->at = inherited;
    if (!is_tree(n)) return;
    Pos before = n->at;
    for (uint32_t i = 0; i < n->count; i++) {
        settle(n->kids[i], before);
        if (is_sequence(n) && n->kids[i]->kind == N_LIST) before = n->kids[i]->at;
    }
}

/* ---- the header: (slispc-ir 1 Lcore (after expand) (options O2 native) (files "a.slisp")) */

static bool is_symbol(const Node *n, const char *name) {
    return n->kind == N_SYMBOL && n->text == text(name);
}

static int pass_index(Text name) {
    static const char *const names[] = {
#define PASS(name, from, to, kind, whole, doc) #name,
#include "../passes.def"
#undef PASS
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text(names[i]) == name) return (int)i;
    return -1;
}

static void header_files(Reader *r, const Node *row, DumpHeader *h) {
    for (uint32_t i = 1; i < row->count; i++)
        if (row->kids[i]->kind == N_STRING) PUSH(r->arena, h->files, row->kids[i]->text);
}

/* The words of a row: (options O2 native), (skip gvn). */
static Text header_words(const Node *row) {
    Buffer b = {0};
    for (uint32_t i = 1; i < row->count; i++)
        if (row->kids[i]->kind == N_SYMBOL)
            buffer_print(&b, "%s%s", i > 1 ? " " : "", text_bytes(row->kids[i]->text));
    Text words = text_of(b.bytes ? b.bytes : "", b.length);
    buffer_free(&b);
    return words;
}

/* False after an error. */
static bool read_header_rows(Reader *r, const Node *n, DumpHeader *h) {
    for (uint32_t i = 3; i < n->count; i++) {
        const Node *row = n->kids[i];
        if (row->kind != N_LIST || row->count < 1) continue;
        if (is_symbol(row->kids[0], "after") && row->count == 2 && row->kids[1]->kind == N_SYMBOL) {
            h->after = pass_index(row->kids[1]->text);
            if (h->after < 0) {
                error_at(r->diagnostics, n->at, "SL0022", "the header names no pass of slispc: %s",
                         text_bytes(row->kids[1]->text));
                return false;
            }
        }
        if (is_symbol(row->kids[0], "files")) header_files(r, row, h);
        if (is_symbol(row->kids[0], "options")) h->options = header_words(row);
        if (is_symbol(row->kids[0], "skip")) h->skipped = header_words(row);
        if (is_symbol(row->kids[0], "inject")) h->injected = header_words(row);
        if (is_symbol(row->kids[0], "replace")) h->replaced = header_words(row);
    }
    return true;
}

static bool read_header(Reader *r, DumpHeader *h) {
    *h = (DumpHeader){.after = -1};
    r->data = true;
    Pos at = reader_pos(r, r->p);
    Node *n = read_node(r);
    r->data = false;
    if (!n || n->kind != N_LIST || n->count < 3 || !is_symbol(n->kids[0], "slispc-ir")) {
        error_at(r->diagnostics, at, "SL0022", "a dump starts with (slispc-ir 1 LANGUAGE ...)");
        return false;
    }
    n->at = at;
    if (n->kids[1]->kind != N_INT || n->kids[1]->integer != 1) {
        error_at(r->diagnostics, at, "SL0022",
                 "this slispc reads version 1 of the printed form only");
        return false;
    }
    if (n->kids[2]->kind != N_SYMBOL ||
        !language_named(text_bytes(n->kids[2]->text), &h->language)) {
        error_at(r->diagnostics, at, "SL0022", "the header names no language of slispc");
        return false;
    }
    return read_header_rows(r, n, h);
}

/* What people see has (library core ...): it is not the whole program. */
static bool is_view(const Node *program) {
    const Node *library = program->count ? program->kids[0] : NULL;
    return library && is_form(library, H_library) && library->count == 2 &&
           is_symbol(library->kids[1], "...");
}

Node *read_dump(Arena *a, Diagnostics *d, uint16_t file, const char *bytes, size_t length,
                DumpHeader *header) {
    Reader r = reader_start(a, d, file, bytes, length);
    r.dump = true;
    if (r.failed || !read_header(&r, header)) return NULL;
    r.language = header->language;
    Node *program = read_node(&r);
    if (error_count(d)) return NULL;
    if (!program || !is_form(program, H_program)) {
        error_at(d, reader_pos(&r, r.p), "SL0023", "the header must be followed by (program ...)");
        return NULL;
    }
    if (is_view(program)) {
        error_at(d, reader_pos(&r, r.p), "SL0023",
                 "this is a view, whose library is folded; --style=full writes the form that can "
                 "be read");
        return NULL;
    }
    skip_blanks(&r);
    if (r.p < r.end && !r.failed) {
        error_at(d, reader_pos(&r, r.p), "SL0023",
                 "a dump is one header and one program, but more follows");
        help_line(d, "--dump-dir=DIR writes each form into a file of its own; slispc check looks "
                     "at all that are in one");
        return NULL;
    }
    settle(program, 0);
    return program;
}

Node *read_dump_places(Arena *a, uint16_t file, const char *bytes, size_t length) {
    Diagnostics *d = diagnostics_new(a);
    DumpHeader header;
    Reader r = reader_start(a, d, file, bytes, length);
    r.dump = r.at_dump = true;
    if (r.failed || !read_header(&r, &header)) return NULL;
    r.language = header.language;
    Node *program = read_node(&r);
    return error_count(d) ? NULL : program;
}

/* The place of what is at the same path in the twin; an atom has that of the form around it. */
static bool find_place(const Node *n, const Node *twin, const Node *wanted, Pos *found) {
    if (!twin || n->kind != twin->kind) return false;
    Pos around = *found;
    if (pos(twin)) *found = pos(twin);
    if (n == wanted) return true;
    for (uint32_t i = 0; is_tree(n) && i < n->count && i < twin->count; i++)
        if (find_place(n->kids[i], twin->kids[i], wanted, found)) return true;
    *found = around;
    return false;
}

Pos place_in_twin(const Node *n, const Node *twin, const Node *wanted) {
    Pos found = 0;
    return twin && find_place(n, twin, wanted, &found) ? found : 0;
}

Node *read_form(Arena *a, const char *zero_terminated) {
    Diagnostics *d = diagnostics_new(a);
    Reader r = reader_start(a, d, 0, zero_terminated, strlen(zero_terminated));
    r.dump = true;
    r.language = L_Lspecial; /* names and globals, but b1 is a metavariable */
    Node *n = read_node(&r);
    if (error_count(d) || !n) return NULL;
    settle(n, 0);
    return n;
}
