/* buffer.c - output that grows in memory. */
#include "ir.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

void buffer_reserve(Buffer *b, size_t more) {
    if (b->capacity - b->length > more) return;
    size_t wanted = b->capacity ? b->capacity * 2 : 256;
    if (wanted < b->length + more + 1) wanted = b->length + more + 1;
    b->bytes = realloc(b->bytes, wanted);
    if (!b->bytes) fail(ENOMEM, "no memory left");
    b->capacity = wanted;
}

void buffer_print_list(Buffer *b, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) return;
    buffer_reserve(b, (size_t)length);
    vsnprintf(b->bytes + b->length, (size_t)length + 1, format, arguments);
    b->length += (size_t)length;
}

void buffer_print(Buffer *b, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    buffer_print_list(b, format, arguments);
    va_end(arguments);
}

void buffer_free(Buffer *b) {
    free(b->bytes);
    *b = (Buffer){0};
}
