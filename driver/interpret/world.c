/* world.c - the stack of values, calls, try and throw, steps: what every interpreter is on. */
#include "world.h"

#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>

World world;

enum { STACK_MARGIN = 16 << 20 };
#define HOST_STACK_BYTES ((uint64_t)1 << 30)

static VEC(Routine *) routines;
static Table named, cells;
static VEC(Value *) cell_places;

/* ---- routines and cells */

const Routine *routine_at(uint32_t index) {
    return index < routines.count ? routines.items[index] : NULL;
}

Routine *routine_new(Text name, const Node *node, bool is_library) {
    Routine *r = NEW(world.arena, Routine);
    *r = (Routine){.name = name, .node = node, .is_library = is_library, .index = routines.count};
    PUSH(world.arena, routines, r);
    return r;
}

void routine_define(Routine *r) {
    table_put(&named, r->name, r);
}
Routine *routine_named(Text name) {
    return table_get(&named, name);
}

Value *cell_of(Text name) {
    Value *cell = table_get(&cells, name);
    if (cell) return cell;
    cell = NEW(world.arena, Value);
    *cell = VALUE_NIL;
    table_put(&cells, name, cell);
    PUSH(world.arena, cell_places, cell);
    return cell;
}

/* ---- the stack of values */

static void *reserve_words(uint64_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) fail(0, "no memory for the interpreter's stack");
    return memory;
}

uint64_t stack_push_room(uint64_t count) {
    uint64_t first = world.top;
    if (first + count > VALUE_WORDS) rt_throw_stack();
    Bits *words = world.words + first;
    for (uint64_t i = 0; i < count; i++)
        words[i] = VALUE_NIL;
    memset(world.is_ref + first, 1, count);
    world.top += count;
    return first;
}

static void visit_roots(void (*visit)(Value *place)) {
    for (uint64_t i = 0; i < world.top; i++)
        if (world.is_ref[i]) visit(&world.words[i]);
    for (uint32_t i = 0; i < cell_places.count; i++)
        visit(cell_places.items[i]);
}

/* ---- calls */

void frame_enter(Frame *frame, const Routine *routine) {
    if ((uint64_t)(uintptr_t)__builtin_frame_address(0) < slisp_host_stack() + STACK_MARGIN)
        rt_throw_stack();
    frame->caller = world.frame;
    frame->routine = routine;
    frame->at = 0;
    frame->base = world.top;
    world.frame = frame;
    world.depth++;
}

void frame_leave(const Frame *frame) {
    world.top = frame->base;
    world.frame = frame->caller;
    world.depth--;
}

static uint64_t site_word(const Frame *frame) {
    return (uint64_t)frame->routine->index << 32 | frame->at;
}

/* The function that runs the program's forms is no call of theirs. */
static bool is_start(const Frame *f) {
    return !f->caller && f->routine->name == text("start");
}

static uint64_t list_calls(uint64_t *sites, uint64_t room) {
    const Frame *last = world.handler ? world.handler->frame : NULL;
    uint64_t count = 0;
    for (const Frame *f = world.frame; f; f = f->caller) {
        if (f == last && !world.handler->is_inline) break;
        if (count && is_start(f)) break;
        if (count < room) sites[count] = site_word(f);
        count++;
        if (f == last) break;
    }
    return count;
}

static SlispSite read_site(uint64_t word) {
    const Routine *routine = routines.items[word >> 32];
    Location place = location_of((Pos)word);
    SlispSite site = {text_bytes(routine->name), NULL, place.line, place.column};
    if (!routine->is_library && place.line)
        site.file = place.file < world.header->files.count
                        ? text_bytes(world.header->files.items[place.file])
                        : "?";
    return site;
}

static const char *name_of_code(uint64_t code) {
    return text_bytes(routine_of(code)->name);
}

/* ---- try and throw */

void handler_enter(Handler *h, bool is_inline) {
    h->outer = world.handler;
    h->frame = world.frame;
    h->roots = slisp_context.root_frames;
    h->top = world.top;
    h->depth = world.depth;
    h->is_inline = is_inline;
    world.handler = h;
}

void handler_leave(Handler *h) {
    world.handler = h->outer;
}

static void thrown(Value exception) {
    Handler *h = world.handler;
    if (world.options->events >= 0) world_thrown(exception);
    if (!h) return;
    world.handler = h->outer;
    world.frame = h->frame;
    world.top = h->top;
    world.depth = h->depth;
    slisp_context.root_frames = h->roots;
    h->exception = exception;
    longjmp(h->jump, 1);
}

/* ---- steps, limits, breakpoints */

static void add_site(TextBuffer *out) {
    SlispSite site = read_site(site_word(world.frame));
    const char *name;
    uint64_t length;
    user_part(site.function, &name, &length);
    if (site.file && site.line) {
        char place[32];
        snprintf(place, sizeof place, ":%u:%u in ", site.line, site.column);
        text_add_text(out, site.file);
        text_add_text(out, place);
    }
    text_add(out, name, length);
    text_add_text(out, "\n");
}

static TextBuffer *shown_to;

static void show_name(const Node *name, Holding holding, Bits word) {
    Buffer b = {0};
    print_flat(&b, name);
    text_add_text(shown_to, "  ");
    text_add(shown_to, b.bytes, b.length);
    text_add_text(shown_to, " = ");
    show_word(shown_to, word, holding);
    text_add_text(shown_to, "\n");
    buffer_free(&b);
}

/* Where the program is, and the values of all names there. */
static void tell_stop(const char *what) {
    TextBuffer t = {0};
    output_flush();
    text_add_text(&t, what);
    text_add_text(&t, "\n");
    if (world.frame) {
        text_add_text(&t, " --> ");
        add_site(&t);
    }
    shown_to = &t;
    if (world.frame && world.frame->names) world.frame->names(world.frame, show_name);
    error_output(t.bytes, t.length);
    text_free(&t);
}

static bool is_break(Pos at) {
    Location p = location_of(at);
    if (world.frame->routine->is_library) return false;
    for (uint32_t i = 0; i < world.options->breaks.count; i++) {
        Breakpoint b = world.options->breaks.items[i];
        if (p.line == b.line && (!b.column || p.column == b.column)) return true;
    }
    return false;
}

/* Stops once for each time that a call comes to the place, not at each step there. */
static void check_break(void) {
    static const Frame *last_frame;
    static Pos last_at;
    Pos at = world.frame->at;
    bool moved = world.frame != last_frame || at != last_at;
    last_frame = world.frame;
    last_at = at;
    if (!moved || !at || !is_break(at)) return;
    char what[64];
    snprintf(what, sizeof what, "break at step %llu", (unsigned long long)world.steps);
    tell_stop(what);
}

static void note_counts(Ending ending) {
    RunCounts *counts = world.options->counts;
    SlispStatistics s = slisp_statistics();
    if (counts) *counts = (RunCounts){world.steps, s.collections, s.allocated, ending};
}

static volatile sig_atomic_t time_is_over;

static void on_alarm(int number) {
    (void)number;
    time_is_over = 1;
    world.next_stop = 0;
}

static void start_clock(uint32_t seconds) {
    struct itimerval timer = {.it_value = {.tv_sec = (time_t)seconds}};
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    time_is_over = 0;
    if (!seconds) return;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
}

static _Noreturn void stop_for_good(Ending ending, uint64_t limit, const char *unit) {
    char what[96];
    snprintf(what, sizeof what, "error: the program was stopped after %llu %s, the limit",
             (unsigned long long)limit, unit);
    tell_stop(what);
    note_counts(ending);
    slisp_host_leave(2);
}

void world_stop(void) {
    const InterpretOptions *o = world.options;
    if (time_is_over) stop_for_good(OUT_OF_TIME, o->seconds, "seconds");
    if (o->steps && world.steps >= o->steps) stop_for_good(OUT_OF_STEPS, o->steps, "steps");
    if (o->breaks.count) check_break();
}

/* ---- the heap */

Bits take_room(uint64_t bytes) {
    if (bytes > world.room)
        fail(0, "$%s takes %llu bytes of the heap, but has asked for %llu",
             text_bytes(world.frame->routine->name), (unsigned long long)bytes,
             (unsigned long long)world.room);
    Bits object = slisp_context.alloc + TAG_POINTER;
    world.room -= bytes;
    slisp_context.alloc += bytes;
    return object;
}

/* ---- memory that a wrong form reads or writes */

enum { CRASH_STACK = 1 << 20 };

/* The process ends by the signal, as it would without this. */
static void on_crash(int number) {
    signal(number, SIG_DFL);
    tell_stop("error: the form reads or writes memory that is not its own, or jumps nowhere");
    raise(number);
}

static void watch_memory(void) {
    static char stack[CRASH_STACK];
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER};
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

/* ---- a run */

static Node *running_program;

static void run_program(void) {
    Language l = world.header->language;
    if (l <= L_Lspecial)
        interpret_tree(running_program, l);
    else if (l <= L_Lmemory)
        interpret_blocks(running_program, l);
    else
        interpret_machine(running_program, l);
}

bool is_interpreted(Language l) {
    return l >= L_Lcore && l <= L_Lframed;
}

int interpret(Node *program, const DumpHeader *header, const InterpretOptions *options, int argc,
              char **argv) {
    Arena *arena = arena_new();
    world = (World){.options = options, .header = header, .arena = arena};
    world.words = reserve_words(8 * (uint64_t)VALUE_WORDS);
    world.is_ref = reserve_words(VALUE_WORDS);
    world.next_stop = options->breaks.count ? 0 : options->steps ? options->steps : UINT64_MAX;
    named = cells = (Table){.arena = arena};
    running_program = program;
    slisp_hooks = (SlispHooks){thrown,    visit_roots,  list_calls,
                               read_site, name_of_code, options->events >= 0 ? world_wrote : NULL};
    if (options->counts) options->counts->ending = ENDED;
    start_clock(options->seconds);
    watch_memory();
    where_hook = tell_where;
    int code = slisp_host(run_program, HOST_STACK_BYTES, argc, argv);
    if (!options->counts || options->counts->ending == ENDED) note_counts(ENDED);
    world_flush_events();
    where_hook = NULL;
    return code;
}
