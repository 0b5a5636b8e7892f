/* fail.c - slispc is wrong, the world is wrong: both end it. Everything may call this, so it
 * depends on next to nothing: forms are shown through a hook.
 */
#include "ir.h"

#include <stdlib.h>
#include <string.h>

void print_json_text(FILE *out, const char *s) {
    fputc('"', out);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else if ((unsigned char)*s < 0x20)
            fprintf(out, "\\u%04x", (unsigned char)*s);
        else
            fputc(*s, out);
    }
    fputc('"', out);
}

bool messages_as_json;
const char *bug_blame;
int bug_exit_code = 3;
void (*show_form_hook)(Buffer *out, const Node *n);
void (*where_hook)(Buffer *out, const Node *at);
const char *bug_pass;
void (*bug_hook)(void);

_Noreturn void bug(const Node *at, const char *format, ...) {
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "%s%s%s: ", bug_blame ? "error" : "internal error", bug_pass ? " in pass " : "",
            bug_pass ? bug_pass : "");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    if (at && show_form_hook) {
        Location p = location_of(pos(at));
        if (p.line) fprintf(stderr, "  at %u:%u\n", p.line, p.column);
        Buffer b = {0};
        show_form_hook(&b, at);
        size_t shown = whole_characters(b.bytes, b.length, 200);
        fprintf(stderr, "  form: %.*s%s\n", (int)shown, b.bytes, shown < b.length ? " ..." : "");
        buffer_free(&b);
    }
    if (where_hook) {
        Buffer where = {0};
        where_hook(&where, at);
        if (where.length) fprintf(stderr, "  %s\n", where.bytes);
        buffer_free(&where);
    }
    fprintf(stderr, "%s\n",
            bug_blame ? bug_blame : "This is a bug in slispc, not in your program.");
    if (bug_hook && !bug_blame) bug_hook();
    exit(bug_exit_code);
}

_Noreturn void fail(int error, const char *format, ...) {
    Buffer b = {0};
    va_list arguments;
    fflush(stdout);
    va_start(arguments, format);
    buffer_print_list(&b, format, arguments);
    va_end(arguments);
    if (error) buffer_print(&b, ": %s", strerror(error));
    if (where_hook) {
        buffer_print(&b, "\n  ");
        where_hook(&b, NULL);
    }
    if (messages_as_json) {
        fputs("{\"severity\":\"error\",\"code\":\"\",\"message\":", stderr);
        print_json_text(stderr, b.bytes);
        fputs("}\n", stderr);
    } else {
        fprintf(stderr, "slispc: %s\n", b.bytes);
    }
    exit(2);
}
