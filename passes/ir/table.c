/* table.c - a hash table from numbers to pointers: open addressing, at most half full. */
#include "table.h"

enum { FIRST_SIZE = 16 };

static TableRow *find(const Table *t, uint64_t key) {
    uint64_t i = (key * 0x9e3779b97f4a7c15u) >> 32;
    while (t->rows[i & (t->size - 1)].key != 0 && t->rows[i & (t->size - 1)].key != key)
        i++;
    return &t->rows[i & (t->size - 1)];
}

static void grow(Table *t) {
    Table old = *t;
    t->size = old.size ? old.size * 2 : FIRST_SIZE;
    t->rows = NEW_ARRAY(t->arena, TableRow, t->size);
    for (uint32_t i = 0; i < old.size; i++)
        if (old.rows[i].key) *find(t, old.rows[i].key) = old.rows[i];
}

void *table_get(const Table *t, uint64_t key) {
    return t->size ? find(t, key)->value : NULL;
}

void *table_put(Table *t, uint64_t key, void *value) {
    if (2 * t->count >= t->size) grow(t);
    TableRow *row = find(t, key);
    void *before = row->value;
    t->count += row->key == 0;
    *row = (TableRow){key, value};
    return before;
}
