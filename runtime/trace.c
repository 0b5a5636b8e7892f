/* trace.c - which calls led to an exception.
 *
 * An exception remembers the calls from where it was thrown up to the innermost try; when that
 * throws it on, those up to the next one are added. Only the innermost few are kept. When there is
 * no try, all are counted.
 */
#include "runtime.h"

typedef struct {
    uint64_t returns[TRACE_KEPT];
    uint64_t kept, total;
} Calls;

static uint64_t *returns_of(Value trace) {
    return field(trace, FIELD_TRACE_RETURNS);
}

static void read_old(Calls *calls, Value old) {
    if (old == VALUE_NIL) return;
    calls->total = get(old, FIELD_TRACE_TOTAL);
    calls->kept = size_of(old) - 1;
    memcpy(calls->returns, returns_of(old), 8 * calls->kept);
}

static void add_return(Calls *calls, uint64_t address) {
    if (calls->kept < TRACE_KEPT) calls->returns[calls->kept++] = address;
    calls->total++;
}

static void read_stack(Calls *calls) {
    StackFrame frame = stack_top();
    for (; stack_read(&frame); stack_next(&frame)) {
        if (frame.values == slisp_context.handler) return;
        if (!frame.row || (calls->kept && is_start_code(*frame.sp - 1))) continue;
        if (calls->kept == TRACE_KEPT && slisp_context.handler) return;
        add_return(calls, *frame.sp);
    }
}

/* Of an interpreter, which keeps its calls itself. */
static void read_hosted(Calls *calls) {
    uint64_t sites[TRACE_KEPT], count = slisp_hooks.calls(sites, TRACE_KEPT);
    for (uint64_t i = 0; i < count && i < TRACE_KEPT; i++)
        add_return(calls, sites[i]);
    if (count > TRACE_KEPT) calls->total += count - TRACE_KEPT;
}

Value trace_take(Value old) {
    Calls calls = {{0}, 0, 0};
    read_old(&calls, old);
    if (slisp_hooks.calls)
        read_hosted(&calls);
    else
        read_stack(&calls);
    Value trace = allocate(KIND_TRACE, 1 + calls.kept);
    *field(trace, FIELD_TRACE_TOTAL) = calls.total;
    memcpy(returns_of(trace), calls.returns, 8 * calls.kept);
    return trace;
}

/* ---- printing ------------------------------------------------------------ */

static SlispSite native_site(uint64_t address) {
    const ProgramHeader *program = slisp_context.program;
    const StackMapRow *row = stack_row(address);
    SlispSite site = {code_name(address - 1), NULL, 0, 0};
    if (!row || !row->line || is_library_code(address - 1)) return site;
    site.file = row->file < program->file_count ? program->files[row->file] : "?";
    site.line = row->line;
    site.column = row->column;
    return site;
}

static SlispSite site_of(uint64_t address) {
    return slisp_hooks.site ? slisp_hooks.site(address) : native_site(address);
}

static void add_place(TextBuffer *out, SlispSite site) {
    text_add_text(out, site.file);
    text_add_text(out, ":");
    text_add_int(out, site.line);
    text_add_text(out, ":");
    text_add_int(out, site.column);
}

static void add_function(TextBuffer *out, SlispSite site) {
    const char *name;
    uint64_t length;
    user_part(site.function, &name, &length);
    text_add(out, name, length);
}

static bool is_users(SlispSite site) {
    return site.file && site.line;
}

/* "  called from f at a.slisp:3:7"; of the library, only the name is of use. */
static void add_call(TextBuffer *out, const char *words, SlispSite site) {
    text_add_text(out, words);
    add_function(out, site);
    if (is_users(site)) {
        text_add_text(out, " at ");
        add_place(out, site);
    } else if (!strncmp(site.function, "core/", 5)) {
        text_add_text(out, " of the library");
    }
    text_add_text(out, "\n");
}

/* The innermost call in the user's own files, the number of calls when there is none. */
static uint64_t find_place(const uint64_t *returns, uint64_t count) {
    uint64_t i = 0;
    while (i < count && !is_users(site_of(returns[i])))
        i++;
    return i;
}

void trace_print(TextBuffer *out, Value trace) {
    if (trace == VALUE_NIL || !slisp_context.program) return;
    const uint64_t *returns = returns_of(trace);
    uint64_t count = size_of(trace) - 1, place = find_place(returns, count);
    if (place < count) {
        text_add_text(out, " --> ");
        add_place(out, site_of(returns[place]));
        text_add_text(out, " in ");
        add_function(out, site_of(returns[place]));
        text_add_text(out, "\n");
    }
    for (uint64_t i = 0; i < count; i++)
        if (i != place)
            add_call(out, i < place ? "  inside " : "  called from ", site_of(returns[i]));
    uint64_t more = get(trace, FIELD_TRACE_TOTAL) - count;
    if (!more) return;
    text_add_text(out, "  ... ");
    text_add_int(out, (int64_t)more);
    text_add_text(out, " more\n");
}
