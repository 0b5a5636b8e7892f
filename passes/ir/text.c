/* text.c - interned text: equal text has equal ids, so passes compare numbers. */
#include "ir.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *bytes;
    uint32_t length, hash;
} Row;

/* The one table that lives as long as the process; id 0 is the empty text. */
static struct {
    Arena *arena;
    VEC(Row) rows;
    Text *slots; /* open addressing; 0 is free, so the empty text is never in it */
    uint32_t slot_count;
} table;

static uint32_t hash_of(const char *bytes, size_t length) {
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)bytes[i]) * 16777619u;
    return h;
}

static void rehash(uint32_t slot_count) {
    Text *slots = NEW_ARRAY(table.arena, Text, slot_count);
    for (Text t = 1; t < table.rows.count; t++) {
        uint32_t i = table.rows.items[t].hash & (slot_count - 1);
        while (slots[i])
            i = (i + 1) & (slot_count - 1);
        slots[i] = t;
    }
    table.slots = slots;
    table.slot_count = slot_count;
}

static void start(void) {
    table.arena = arena_new();
    PUSH(table.arena, table.rows, ((Row){"", 0, 0}));
    rehash(4096);
}

Text text_of(const char *bytes, size_t length) {
    if (!table.arena) start();
    if (length == 0) return 0;
    uint32_t hash = hash_of(bytes, length), i = hash & (table.slot_count - 1);
    for (; table.slots[i]; i = (i + 1) & (table.slot_count - 1)) {
        const Row *row = &table.rows.items[table.slots[i]];
        if (row->hash == hash && row->length == length && !memcmp(row->bytes, bytes, length))
            return table.slots[i];
    }
    char *copy = arena_alloc(table.arena, length + 1);
    memcpy(copy, bytes, length);
    Text id = table.rows.count;
    PUSH(table.arena, table.rows, ((Row){copy, (uint32_t)length, hash}));
    table.slots[i] = id;
    if (table.rows.count > table.slot_count / 2) rehash(table.slot_count * 2);
    return id;
}

Text text(const char *zero_terminated) {
    return text_of(zero_terminated, strlen(zero_terminated));
}

Text text_format(const char *format, ...) {
    Buffer b = {0};
    va_list arguments;
    va_start(arguments, format);
    buffer_print_list(&b, format, arguments);
    va_end(arguments);
    Text t = text_of(b.bytes, b.length);
    buffer_free(&b);
    return t;
}

/* Names are short; the parts of a longer one go through text_format. */
static Text joined(Text base, const char *a, const char *b, const char *c) {
    enum { SHORT = 256 };
    char bytes[SHORT], *end = bytes;
    const char *parts[] = {text_bytes(base), a, b, c};
    for (int i = 0; i < 4; i++) {
        size_t length = i ? strlen(parts[i]) : text_length(base);
        if (length >= (size_t)(bytes + SHORT - end))
            return text_format("%s%s%s%s", text_bytes(base), a, b, c);
        memcpy(end, parts[i], length);
        end += length;
    }
    return text_of(bytes, (size_t)(end - bytes));
}

Text text_numbered(Text base, const char *before, uint32_t number, const char *after) {
    char digits[11], *first = digits + sizeof digits - 1;
    *first = 0;
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return joined(base, before, first, after);
}

Text text_joined(Text first, const char *second) {
    return joined(first, second, "", "");
}

const char *text_bytes(Text t) {
    if (!table.arena) start();
    return table.rows.items[t].bytes;
}

uint32_t text_length(Text t) {
    if (!table.arena) start();
    return table.rows.items[t].length;
}

size_t whole_characters(const char *bytes, size_t length, size_t most) {
    if (length <= most) return length;
    while (most && ((unsigned char)bytes[most] & 0xc0) == 0x80)
        most--;
    return most;
}
