/* tables.c - maps and sets alike: finding the partner of an entry in another map or set. */
#include "runtime.h"

static Found exactly(Value table, Value key) {
    if (is_set(table)) return (Found){rt_set_has(table, key), false, key, VALUE_NIL};
    if (!rt_map_has(table, key)) return (Found){0};
    return (Found){true, false, key, rt_map_get(table, key, VALUE_NIL)};
}

/* The entry whose key has this hash, NULL when there is none or (*is_sole: false) several. */
static const Value *small_with_hash(Value table, uint64_t width, uint32_t hash, bool *is_sole) {
    const Value *entries = field(table, FIELD_SMALL_MAP_ENTRIES), *found = NULL;
    _Static_assert(FIELD_SMALL_MAP_ENTRIES == FIELD_SMALL_SET_ELEMENTS, "both are read here");
    *is_sole = true;
    for (uint64_t i = 0; i < size_of(table); i += width) {
        if (!is_collection(entries[i]) || hash_value(entries[i]) != hash) continue;
        *is_sole = !found;
        if (found) return NULL;
        found = entries + i;
    }
    return found;
}

static const Value *with_hash(Value table, uint64_t width, uint32_t hash, bool *is_sole) {
    _Static_assert(FIELD_HASH_MAP_ROOT == FIELD_HASH_SET_ROOT, "both are read here");
    switch (kind_of(table)) {
    case KIND_HASH_MAP:
    case KIND_HASH_SET:
        return champ_with_hash(get(table, FIELD_HASH_MAP_ROOT), width, hash, is_sole);
    case KIND_SMALL_MAP:
    case KIND_SMALL_SET: return small_with_hash(table, width, hash, is_sole);
    }
    *is_sole = true; /* under a shape all keys are keywords */
    return NULL;
}

Found table_find(Value table, Value key) {
    if (!is_collection(key)) return exactly(table, key);
    bool is_sole;
    uint64_t width = is_map(table) ? 2 : 1;
    const Value *entry = with_hash(table, width, hash_value(key), &is_sole);
    if (!is_sole) return exactly(table, key);
    if (!entry) return (Found){0};
    return (Found){true, true, entry[0], width == 2 ? entry[1] : VALUE_NIL};
}
