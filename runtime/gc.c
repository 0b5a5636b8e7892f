/* gc.c - the heap: two spaces of which one is in use. A collection copies what is reachable into
 * the other (C. J. Cheney, A Nonrecursive List Compacting Algorithm, 1970) and then uses that.
 *
 * Both spaces are reserved for the largest heap at the start, but memory is touched only as the
 * heap grows: after a collection there is room for two to four times what survived. Where the
 * address space is limited, half of what is left is taken: stack and C need the rest. The
 * environment variable SLISP_GC holds, separated by commas: stress      collect at every
 * allocation, overwrite the space that was left stress=N    collect at every Nth allocation stats
 * at the end, say on stderr what was allocated and copied heap=SIZE   largest size of a space: 64K,
 * 100M, 2G
 */
#include "runtime.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
    KIB = 1024,
    MIB = 1024 * KIB,
    LEAST_ROOM = 2 * MIB, /* new objects between collections, at least */
    EAGER = 16 * MIB,     /* a heap up to here may grow by more */
    SLACK = 64 * KIB,     /* beyond the largest heap: for the exception that says so */
    IMMORTAL_CHUNK = 1 * MIB,
    POISON = 0x99, /* no kind, and as a pointer to nowhere */
};

typedef struct {
    uint64_t start, touched; /* addresses; from touched on no page was used yet */
} Space;

static struct {
    Space current, other;
    uint64_t room_end; /* objects may be allocated up to here */
    uint64_t maximum;  /* bytes of a space, without the slack */
    uint64_t stress;   /* collect every so many allocations, 0: only when needed */
    uint64_t countdown;
    bool wants_stats;
    bool is_exhausted; /* the exception that says so is being made */
    uint64_t collections, allocated, copied, nanoseconds;
    uint64_t since; /* allocation started here after the last collection */
    uint64_t immortal, immortal_end;
} heap;

/* ---- copying ------------------------------------------------------------- */

enum { KINDS = 32 };
static const uint8_t raw_words[KINDS] = {
#define ALL ALL_RAW
#define KIND(name, number, raw, doc) [number] = raw,
#include "layout.def"
#undef ALL
};

static uint64_t from_start, from_end, copy_end;

static uint64_t object_words(const uint64_t *object) {
    uint64_t size = (uint16_t)(*object >> 16);
    if (size != SIZE_LARGE) return size;
    return (uint8_t)*object == KIND_STRING ? string_words(object[FIELD_STRING_BYTES / 8])
                                           : 1 + object[FIELD_ARRAY_LENGTH / 8];
}

static void visit(Value *place) {
    uint64_t address = *place - TAG_POINTER;
    if (!is_pointer(*place) || address < from_start || address >= from_end) return;
    uint64_t *object = object_of(*place);
    if ((*object & TAG_MASK) == 0) { /* was copied: its header is the new address */
        *place = *object + TAG_POINTER;
        return;
    }
    uint64_t words = object_words(object) + 1;
    uint64_t *copy = (uint64_t *)(uintptr_t)copy_end;
    memcpy(copy, object, 8 * words);
    *object = copy_end;
    *place = copy_end + TAG_POINTER;
    copy_end += 8 * words;
}

static void visit_run(Value *places, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        visit(&places[i]);
}

static void visit_copies(uint64_t scan) {
    while (scan < copy_end) {
        uint64_t *object = (uint64_t *)(uintptr_t)scan;
        uint64_t words = object_words(object);
        uint64_t raw = raw_words[(uint8_t)*object];
        if (raw != ALL_RAW) visit_run(object + 1 + raw, words - raw);
        scan += 8 * (words + 1);
    }
}

/* ---- roots --------------------------------------------------------------- */

/* Gives the number of bytes of the stack. */
static uint64_t visit_stack(void) {
    StackFrame frame = stack_top();
    while (stack_read(&frame)) {
        if (frame.row) {
            const StackMapSlot *slots = slisp_context.program->slots + frame.row->first_slot;
            for (uint64_t i = 0; i < frame.row->slot_count; i++)
                visit(&frame.values[slots[i]]);
        } else {
            visit_run(frame.values + TRY_ARGUMENTS / 8, frame.values[TRY_COUNT / 8]);
        }
        stack_next(&frame);
    }
    return (uint64_t)((char *)frame.sp - (char *)slisp_context.sp);
}

static uint64_t visit_roots(void) {
    SlispContext *context = &slisp_context;
    for (RootFrame *frame = context->root_frames; frame; frame = frame->previous)
        for (uint64_t i = 0; i < frame->count; i++)
            if (frame->places[i]) visit(frame->places[i]);
    visit_run(context->area, context->area_count);
    if (context->spill_count) {
        visit(&context->callee);
        visit_run(context->arguments, held_arguments(context->spill_count));
    }
    visit(&context->spread);
    if (context->program) visit_run(context->program->cells, context->program->cell_count);
    if (slisp_hooks.roots) slisp_hooks.roots(visit);
    return visit_stack();
}

/* ---- collecting ---------------------------------------------------------- */

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}
static uint64_t sooner(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* Poisons the space that was left, and gives back what is beyond the size of the one in use: the
 * next collection will hardly need it. */
static void retire(Space *left, uint64_t used_end) {
    if (heap.stress) memset((void *)(uintptr_t)left->start, POISON, used_end - left->start);
    uint64_t extent = heap.room_end - heap.current.start;
    uint64_t keep = (left->start + extent + 4095) & ~(uint64_t)4095;
    if (left->touched > keep) {
        madvise((void *)(uintptr_t)keep, left->touched - keep, MADV_DONTNEED);
        left->touched = keep;
    }
}

static void set_room_end(uint64_t address) {
    heap.room_end = address;
    slisp_context.limit = heap.stress ? 0 : address;
    heap.current.touched = later(heap.current.touched, address);
}

static void collect(uint64_t bytes) {
    uint64_t started = heap.wants_stats ? now() : 0;
    from_start = heap.current.start;
    from_end = slisp_context.alloc;
    copy_end = heap.other.start;
    heap.allocated += from_end - heap.since;
    uint64_t stack_bytes = visit_roots();
    visit_copies(heap.other.start);

    Space left = heap.current;
    heap.current = heap.other;
    heap.other = left;
    uint64_t live = copy_end - heap.current.start;
    slisp_context.alloc = heap.since = copy_end;
    uint64_t room = 2 * live + 2 * sooner(live, EAGER) + stack_bytes;
    set_room_end(
        sooner(copy_end + later(LEAST_ROOM, room) + bytes, heap.current.start + heap.maximum));
    retire(&heap.other, from_end);
    heap.collections++;
    heap.copied += live;
    if (heap.wants_stats) heap.nanoseconds += now() - started;
}

static bool has_room(uint64_t bytes) {
    return bytes <= heap.room_end - slisp_context.alloc;
}

static bool is_due(uint64_t bytes) {
    if (!has_room(bytes)) return true;
    if (!heap.stress || --heap.countdown) return false;
    heap.countdown = heap.stress;
    return true;
}

static _Noreturn void exhausted(void) {
    uint64_t hard_end = heap.current.start + heap.maximum + SLACK;
    if (slisp_context.alloc + SLACK / 2 > hard_end)
        no_memory("no memory: the heap is too small to go on");
    set_room_end(hard_end);
    heap.is_exhausted = true;
    throw_text(CLASS_OutOfMemoryError, "out of memory: the heap is full");
}

void heap_recover(void) {
    heap.is_exhausted = false;
}

static void make_room(uint64_t bytes) {
    if (heap.is_exhausted && has_room(bytes)) return;
    if (!is_due(bytes)) return;
    collect(bytes);
    if (!has_room(bytes)) exhausted();
}

void heap_make_room(uint64_t bytes, Value **places, uint64_t count) {
    RootFrame frame = {slisp_context.root_frames, places, count};
    slisp_context.root_frames = &frame;
    make_room(bytes);
    slisp_context.root_frames = frame.previous;
}

Value rt_collect(int64_t bytes) {
    make_room((uint64_t)bytes);
    return VALUE_NIL;
}

/* ---- start and end ------------------------------------------------------- */

static uint64_t parse_size(const char *text) {
    char *end;
    uint64_t size = strtoull(text, &end, 10);
    switch (*end) {
    case 'K':
    case 'k': return size * KIB;
    case 'M':
    case 'm': return size * MIB;
    case 'G':
    case 'g': return size * KIB * MIB;
    }
    return size;
}

static void read_options(const char *text) {
    while (text && *text) {
        if (!strncmp(text, "stress=", 7))
            heap.stress = strtoull(text + 7, NULL, 10);
        else if (!strncmp(text, "stress", 6))
            heap.stress = 1;
        else if (!strncmp(text, "stats", 5))
            heap.wants_stats = true;
        else if (!strncmp(text, "heap=", 5))
            heap.maximum = parse_size(text + 5);
        text = strchr(text, ',');
        if (text) text++;
    }
}

static void *reserve_memory(uint64_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Half the machine's memory for a space, and the other half for the other. */
static uint64_t default_maximum(void) {
    uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES), page = (uint64_t)sysconf(_SC_PAGESIZE);
    return later(pages * page / 2, 64 * MIB);
}

void heap_start(void) {
    memset(&heap, 0, sizeof heap);
    heap.maximum = default_maximum();
    read_options(getenv("SLISP_GC"));
    heap.maximum = sooner(heap.maximum, slisp_address_room() / 4);
    heap.maximum = (later(heap.maximum, SLACK) + 4095) & ~(uint64_t)4095;
    heap.countdown = heap.stress;
    char *memory;
    while (!(memory = reserve_memory(2 * (heap.maximum + SLACK)))) {
        if (heap.maximum < MIB) no_memory("no memory for the heap");
        heap.maximum = (heap.maximum / 2 + 4095) & ~(uint64_t)4095;
    }
    heap.current.start = heap.current.touched = (uint64_t)(uintptr_t)memory;
    heap.other.start = heap.other.touched = heap.current.start + heap.maximum + SLACK;
    slisp_context.alloc = heap.since = heap.current.start;
    set_room_end(heap.current.start + sooner(LEAST_ROOM, heap.maximum));
}

static void add_row(TextBuffer *t, const char *what, uint64_t number, const char *unit) {
    text_add_text(t, what);
    text_add_int(t, (int64_t)number);
    text_add_text(t, unit);
}

SlispStatistics slisp_statistics(void) {
    return (SlispStatistics){heap.collections, heap.allocated + (slisp_context.alloc - heap.since)};
}

static void print_stats(void) {
    TextBuffer t = {0};
    uint64_t allocated = slisp_statistics().allocated;
    add_row(&t, "gc: ", heap.collections, " collections, ");
    add_row(&t, "", allocated / KIB, " KiB allocated, ");
    add_row(&t, "", heap.copied / KIB, " KiB copied, ");
    add_row(&t, "", heap.nanoseconds / 1000, " microseconds\n");
    error_output(t.bytes, t.length);
    text_free(&t);
}

void heap_end(void) {
    if (heap.wants_stats) print_stats();
    uint64_t start = sooner(heap.current.start, heap.other.start);
    munmap((void *)(uintptr_t)start, 2 * (heap.maximum + SLACK));
}

Value immortal(Kind kind, uint64_t words) {
    uint64_t bytes = object_bytes(words);
    if (heap.immortal + bytes > heap.immortal_end) {
        uint64_t chunk = later(bytes, IMMORTAL_CHUNK);
        void *memory = reserve_memory(chunk);
        if (!memory) throw_no_memory();
        heap.immortal = (uint64_t)(uintptr_t)memory;
        heap.immortal_end = heap.immortal + chunk;
    }
    uint64_t *object = (uint64_t *)(uintptr_t)heap.immortal;
    heap.immortal += bytes;
    *object = header_word(kind, FLAG_STATIC, words, 0);
    return value_of(object);
}
