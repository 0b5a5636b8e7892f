/* table.h - a hash table from numbers to pointers, for the indices that passes build and drop. */
#ifndef SLISPC_TABLE_H
#define SLISPC_TABLE_H

#include "ir.h"

typedef struct {
    uint64_t key; /* 0: free */
    void *value;
} TableRow;

/* `(Table){.arena = a}` is an empty table; it grows in that arena. */
typedef struct {
    Arena *arena;
    TableRow *rows;
    uint32_t size, count;
} Table;

/* The value that was last put under `key` (not 0), NULL when there is none. */
void *table_get(const Table *t, uint64_t key);
/* Gives back the value that was there before. */
void *table_put(Table *t, uint64_t key, void *value);

#endif
