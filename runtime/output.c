/* output.c - standard output through a buffer, and output that is kept instead (with-out-str). */
#include "runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUFFER_SIZE = 1 << 16, STANDARD_OUTPUT = 1, STANDARD_ERROR = 2 };

static char buffer[BUFFER_SIZE];
static uint64_t used;
static bool is_terminal; /* then every line is shown at once */

/* The texts that are being kept, innermost last. */
static TextBuffer *kept;
static uint64_t kept_count, kept_capacity;

static bool write_all(int file, const char *bytes, uint64_t length) {
    while (length) {
        ssize_t written = write(file, bytes, length);
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) {
            bytes += written;
            length -= (uint64_t)written;
        }
    }
    return true;
}

bool output_flush(void) {
    uint64_t length = used;
    used = 0;
    return write_all(STANDARD_OUTPUT, buffer, length);
}

static void cannot_write(void) {
    TextBuffer t = {0};
    text_add_text(&t, "cannot write the output: ");
    text_add_text(&t, strerror(errno));
    throw_message(CLASS_IOException, &t);
}

static void output_now(const char *bytes, uint64_t length) {
    if (!output_flush() || !write_all(STANDARD_OUTPUT, bytes, length)) cannot_write();
}

void output(const char *bytes, uint64_t length) {
    if (kept_count) {
        text_add(&kept[kept_count - 1], bytes, length);
        return;
    }
    if (slisp_hooks.wrote) slisp_hooks.wrote(bytes, length);
    if (length > BUFFER_SIZE - used) {
        output_now(bytes, length);
        return;
    }
    if (length) memcpy(buffer + used, bytes, length);
    used += length;
    if (is_terminal && length && bytes[length - 1] == '\n' && !output_flush()) cannot_write();
}

void error_output(const char *bytes, uint64_t length) {
    write_all(STANDARD_ERROR, bytes, length);
}

void output_start(void) {
    used = 0;
    while (kept_count)
        text_free(&kept[--kept_count]);
    is_terminal = isatty(STANDARD_OUTPUT);
}

Value rt_flush(void) {
    if (!output_flush()) cannot_write();
    return VALUE_NIL;
}

Value rt_output_push(void) {
    kept = grown(kept, kept_count, &kept_capacity, sizeof *kept);
    kept[kept_count++] = (TextBuffer){0};
    return VALUE_NIL;
}

Value rt_output_pop(void) {
    if (!kept_count) runtime_bug("output is not being kept");
    TextBuffer *t = &kept[kept_count - 1];
    Value s = make_string(t->bytes, t->length);
    text_free(t);
    kept_count--;
    return s;
}
