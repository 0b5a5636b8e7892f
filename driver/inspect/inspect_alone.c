/* inspect_alone.c - an image that no program is beside: what can be known of its code.
 *
 * Every byte of every function is an instruction that slispc writes, jumps go to instructions of
 * the same function or to the start of another one, calls to functions or to the runtime, what is
 * relative to rip is code, data or the runtime's, and each call has its row in the stack map.
 */
#include "inspect.h"

#include "decode/decode.h"

#include <string.h>

typedef struct {
    Inspection *i;
    ImageCounts *counts;
    uint64_t start, end; /* of the function; `end` is where the next one starts */
    uint64_t row;        /* the next one of the stack map */
    uint8_t *starts;     /* by byte of all code: does an instruction start there? */
    VEC(uint64_t) jumps; /* where from, where to, in turn */
} Walk;

static const uint8_t *code_at(const Walk *w, uint64_t address) {
    return bytes_at(w->i, address, 1);
}

static bool is_code(const Inspection *i, uint64_t address) {
    return address >= i->header.code_start && address < i->header.code_end;
}

static bool is_wrong_at(Walk *w, uint64_t address, const char *rule, const char *what) {
    uint64_t number = w->counts->functions;
    return image_is_wrong(w->i, rule, "%s    (in $%s, at %llu)", what,
                          name_of_function(w->i, number), (unsigned long long)(address - w->start));
}

/* ---- stack maps */

static bool take_row(Walk *w, uint64_t address) {
    Inspection *i = w->i;
    StackMapRow r;
    if (w->row >= i->header.row_count)
        return is_wrong_at(w, address, "V18", "this call has no row in the stack map");
    memcpy(&r, (const uint8_t *)i->rows + sizeof r * w->row++, sizeof r);
    uint64_t slots = (uint64_t)(uintptr_t)i->header.slots + sizeof(StackMapSlot) * r.first_slot;
    const uint8_t *bytes = bytes_at(i, slots, sizeof(StackMapSlot) * r.slot_count);
    if (r.return_offset != address - i->header.code_start || r.function != w->counts->functions)
        return is_wrong_at(w, address, "V18", "this call has no row in the stack map");
    if (!bytes || r.frame_bytes % 16 != 8)
        return is_wrong_at(w, address, "V18", "the row of this call makes no sense");
    for (uint32_t k = 0; k < r.slot_count; k++) {
        StackMapSlot slot;
        memcpy(&slot, bytes + sizeof slot * k, sizeof slot);
        if (8u * slot >= r.frame_bytes)
            return is_wrong_at(w, address, "V18", "this row names a slot outside of the frame");
    }
    w->counts->calls++;
    return true;
}

/* ---- instructions */

/* Another function is entered at its start. */
static bool is_function_start(const Inspection *i, uint64_t address) {
    uint64_t low = 0, high = i->header.function_count;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        uint64_t start = i->header.code_start + i->functions[middle].start;
        if (start == address) return true;
        if (start < address)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool is_target_right(Walk *w, const Decoded *d, uint64_t address, uint64_t target) {
    bool inside = target >= w->start && target < w->end;
    if (d->name != D_call && inside) {
        PUSH(w->i->arena, w->jumps, address);
        PUSH(w->i->arena, w->jumps, target);
        return true;
    }
    w->counts->references++;
    bool right =
        is_code(w->i, target) ? is_function_start(w->i, target) : bytes_at(w->i, target, 1) != NULL;
    return right || is_wrong_at(w, address, "V25", "this goes to what is no start of a function");
}

static bool is_operand_right(Walk *w, const Decoded *d, uint64_t address) {
    uint64_t end = address + d->length;
    for (uint8_t k = 0; k < d->count; k++) {
        const Seen *o = &d->operands[k];
        uint64_t target = end + (uint64_t)o->value;
        if (o->kind == SEEN_DISTANCE && !is_target_right(w, d, address, target)) return false;
        if (o->kind != SEEN_MEMORY || o->base != SEEN_RIP) continue;
        w->counts->references++;
        bool right = is_code(w->i, target) ? is_function_start(w->i, target)
                                           : bytes_at(w->i, target & ~(uint64_t)7, 8) != NULL;
        if (!right) return is_wrong_at(w, address, "V25", "this refers to what is not in the file");
    }
    return true;
}

static bool is_padding(const Walk *w, uint64_t address) {
    for (; address < w->end; address++)
        if (*code_at(w, address) != 0xcc) return false;
    return true;
}

static bool walk_function(Walk *w) {
    uint64_t address = w->start;
    Decoded d = {.length = 0};
    w->jumps.count = 0;
    while (address < w->end && !(w->end - address < 16 && is_padding(w, address))) {
        if (!decode(code_at(w, address), w->end - address, &d))
            return is_wrong_at(w, address, "V24", "this is no instruction that slispc writes");
        w->starts[address - w->i->header.code_start] = 1;
        w->counts->instructions++;
        if (!is_operand_right(w, &d, address)) return false;
        address += d.length;
        if (d.name == D_call && !take_row(w, address)) return false;
    }
    for (uint32_t k = 0; k < w->jumps.count; k += 2)
        if (!w->starts[w->jumps.items[k + 1] - w->i->header.code_start])
            return is_wrong_at(w, w->jumps.items[k], "V24", "this jumps into an instruction");
    return d.length != 0 || is_wrong_at(w, address, "V24", "the function is empty");
}

bool is_image_plausible(Inspection *i, ImageCounts *counts) {
    Walk w = {.i = i, .counts = counts};
    *counts = (ImageCounts){0};
    if (!read_tables(i)) return false;
    const ProgramHeader *h = &i->header;
    w.starts = NEW_ARRAY(i->arena, uint8_t, h->code_end - h->code_start + 1);
    for (; counts->functions < h->function_count; counts->functions++) {
        uint64_t next = counts->functions + 1;
        w.start = h->code_start + i->functions[counts->functions].start;
        w.end = next < h->function_count ? h->code_start + i->functions[next].start : h->code_end;
        if (!walk_function(&w)) return false;
    }
    return w.row == h->row_count ||
           image_is_wrong(i, "V18", "the stack map has rows that belong to no call");
}
