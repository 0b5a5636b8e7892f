/* scan.c - scan LIBRARY: finds the definitions in the library's text when slispc is built, so that
 * slispc need not read all of it: what a program mentions is read and expanded, no more.
 *
 * Writes the hash of the text, and for each definition where its form starts and how long it is, in
 * the order of the text; then their numbers sorted by namespace and name, to be searched by
 * halving.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROWS = 8192, LONGEST = 128 };

typedef struct {
    char space[LONGEST], name[LONGEST];
    size_t offset, length;
    bool is_private;
} Row;

static Row rows[MOST_ROWS];
static int row_count, order[MOST_ROWS];

static _Noreturn void wrong(const char *why, const char *what) {
    fprintf(stderr, "scan: %s: %s\n", why, what);
    exit(1);
}

static char *read_text(const char *path, size_t *length) {
    FILE *in = fopen(path, "rb");
    if (!in || fseek(in, 0, SEEK_END)) wrong("cannot be read", path);
    *length = (size_t)ftell(in);
    char *text = malloc(*length + 1);
    if (!text) wrong("no memory left", path);
    rewind(in);
    if (fread(text, 1, *length, in) != *length) wrong("cannot be read", path);
    text[*length] = 0;
    fclose(in);
    return text;
}

/* FNV-1a */
static uint32_t hash_of(const char *text, size_t length) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

/* ---- the scan */

/* The end of the string that starts at `p`. */
static const char *skip_string(const char *p) {
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\') p++;
    return *p ? p + 1 : p;
}

/* The end of the form (a list) that starts at `p`. */
static const char *skip_list(const char *p) {
    int depth = 0;
    while (*p) {
        char c = *p;
        if (c == '"')
            p = skip_string(p);
        else if (c == ';')
            p += strcspn(p, "\n");
        else
            p += c == '\\' ? 2 : 1;
        depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
        if (depth == 0) return p;
    }
    return p;
}

/* The token at `*p`, which moves past it. */
static void token(const char **p, char out[LONGEST]) {
    *p += strspn(*p, " \t\r\n,");
    size_t length = strcspn(*p, " \t\r\n,()[]{}\"");
    if (length >= LONGEST) wrong("a name is too long", *p);
    memcpy(out, *p, length);
    out[length] = 0;
    *p += length;
}

/* Notes the definition that starts at `p`, or the namespace of those that follow. */
static void scan_form(const char *text, const char *p, const char *end, char space[LONGEST]) {
    char verb[LONGEST], name[LONGEST];
    const char *inside = p + 1;
    token(&inside, verb);
    token(&inside, name);
    if (!strcmp(verb, "ns")) strcpy(space, name);
    if (strcmp(verb, "def") && strcmp(verb, "defn") && strcmp(verb, "defn-")) return;
    if (row_count == MOST_ROWS) wrong("too many definitions", name);
    Row *row = &rows[row_count++];
    *row = (Row){.offset = (size_t)(p - text),
                 .length = (size_t)(end - p),
                 .is_private = !strcmp(verb, "defn-")};
    strcpy(row->space, space);
    strcpy(row->name, name);
}

static void scan(const char *text) {
    char space[LONGEST] = "core";
    for (const char *p = text, *next; *p; p = next) {
        next = p + 1;
        if (*p == ';') next = p + strcspn(p, "\n");
        if (*p == '(') scan_form(text, p, next = skip_list(p), space);
    }
}

/* ---- the output */

static int by_name(const void *a, const void *b) {
    const Row *x = &rows[*(const int *)a], *y = &rows[*(const int *)b];
    int spaces = strcmp(x->space, y->space);
    return spaces ? spaces : strcmp(x->name, y->name);
}

int main(int argc, char **argv) {
    if (argc != 2) wrong("usage", "scan LIBRARY");
    size_t length;
    const char *text = read_text(argv[1], &length);
    scan(text);
    for (int i = 0; i < row_count; i++)
        order[i] = i;
    qsort(order, (size_t)row_count, sizeof *order, by_name);
    printf("#define LIBRARY_HASH \"%08x\"\n", hash_of(text, length));
    printf("static const IndexRow index_rows[] = {\n");
    for (int i = 0; i < row_count; i++)
        printf("    {\"%s\", \"%s\", %zu, %zu, %d},\n", rows[i].space, rows[i].name, rows[i].offset,
               rows[i].length, rows[i].is_private);
    printf("};\nstatic const uint16_t order[] = {\n");
    for (int i = 0; i < row_count; i++)
        printf("%d,%s", order[i], i % 16 == 15 ? "\n" : " ");
    printf("\n};\n");
    return ferror(stdout) || fflush(stdout);
}
