/* grow.c - arrays outside the heap that grow. */
#include "runtime.h"

#include <stdlib.h>

void *grown(void *items, uint64_t count, uint64_t *capacity, size_t size) {
    if (count < *capacity) return items;
    uint64_t larger = *capacity ? 2 * *capacity : 16;
    void *moved = realloc(items, larger * size);
    if (!moved) throw_no_memory();
    *capacity = larger;
    return moved;
}
