/* champ.c - the hash tries under maps and sets of more than eight entries (M. Steindorfer, J.
 * Vinju, Optimizing Hash-Array Mapped Tries for Fast and Lean Immutable JVM Collections, 2015).
 *
 * A node at depth d < 7 looks at bits 5d to 5d+4 of the key's hash, those below at the four words
 * of its digest, seven depths for each word. So keys with equal hashes cost a few nodes more,
 * however many they are; the digest is computed only where it is needed. The node's first word has
 * two bitmaps: the low half says for which of the 32 values an entry is stored here, the high half
 * for which there is a subnode. Then are the entries, `width` words each, then the subnodes, both
 * in the order of their bits. A subnode holds at least two entries, so equal contents have equal
 * shapes. At the bottom no bits are left: a node there has bitmaps 0 and entries in the order in
 * which they came. Only what is equal to itself alone can meet there, once in 2^32 times.
 */
#include "runtime.h"

enum {
    BITS = 5,
    MASK = 31,
    BOTTOM = CHAMP_BOTTOM,
    NODE_WORDS = 1 + 2 * 32, /* of a node above the bottom, at most */
    MOST_AT_BOTTOM = SIZE_LARGE - 3,
};
_Static_assert(CHAMP_WORD_DEPTHS *BITS >= 32, "the depths of a word use all of its bits");

uint64_t slisp_empty_map_node[] = {(uint64_t)KIND_MAP_NODE | FLAG_STATIC << 8 | 1 << 16, 0};
uint64_t slisp_empty_set_node[] = {(uint64_t)KIND_SET_NODE | FLAG_STATIC << 8 | 1 << 16, 0};

/* How deep tries have become, so that room for the copy of a path can be asked for. */
static unsigned deepest = CHAMP_WORD_DEPTHS;
static uint64_t bottom_words = 0;

uint64_t champ_bytes(void) {
    uint64_t path = (deepest + 1) * object_bytes(NODE_WORDS);
    uint64_t new_nodes = (BOTTOM + 1) * object_bytes(2) + object_bytes(5);
    return path + new_nodes + object_bytes(bottom_words + 2);
}

/* ---- keys ---------------------------------------------------------------- */

typedef struct {
    Value v;
    uint32_t hash;
    bool has_digest;
    Digest digest;
} Key;

/* What the node at that depth looks at. */
static unsigned bits_at(Key *key, unsigned depth) {
    uint32_t word = key->hash;
    if (depth >= CHAMP_WORD_DEPTHS) {
        if (!key->has_digest) key->digest = digest_value(key->v);
        key->has_digest = true;
        word = key->digest.words[depth / CHAMP_WORD_DEPTHS - 1];
        depth %= CHAMP_WORD_DEPTHS;
    }
    return word >> BITS * depth & MASK;
}

static uint32_t bit_at(Key *key, unsigned depth) {
    return 1u << bits_at(key, depth);
}

/* ---- parts --------------------------------------------------------------- */

static uint32_t entry_map(Value node) {
    return (uint32_t)get(node, FIELD_MAP_NODE_BITMAPS);
}
static uint32_t subnode_map(Value node) {
    return (uint32_t)(get(node, FIELD_MAP_NODE_BITMAPS) >> 32);
}
/* By adding neighbouring fields of 1, 2, 4 ... bits: faster than the compiler's call for a machine
 * of which it may not assume the instruction. */
static uint64_t count_bits(uint32_t bits) {
    bits -= bits >> 1 & 0x55555555u;
    bits = (bits & 0x33333333u) + (bits >> 2 & 0x33333333u);
    return ((bits + (bits >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24;
}
static uint64_t rank(uint32_t bitmap, uint32_t bit) {
    return count_bits(bitmap & (bit - 1));
}
static bool is_bottom(Value node) {
    return get(node, FIELD_MAP_NODE_BITMAPS) == 0 && size_of(node) > 1;
}

static Value *entries(Value node) {
    return field(node, FIELD_MAP_NODE_ENTRIES);
}
static Value *subnodes(Value node, uint64_t width) {
    return entries(node) + width * count_bits(entry_map(node));
}
static uint64_t entry_count(Value node, uint64_t width) {
    return is_bottom(node) ? (size_of(node) - 1) / width : count_bits(entry_map(node));
}

static Value make_node(uint64_t width, uint32_t entry_bits, uint32_t subnode_bits, uint64_t words) {
    Value node = allocate(width == 2 ? KIND_MAP_NODE : KIND_SET_NODE, 1 + words);
    *field(node, FIELD_MAP_NODE_BITMAPS) = entry_bits | (uint64_t)subnode_bits << 32;
    return node;
}

/* Copies `count` words; gives the place after them. */
static Value *put_words(Value *out, const Value *words, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        out[i] = words[i];
    return out + count;
}

/* ---- finding ------------------------------------------------------------- */

static const Value *find_at_bottom(Value node, uint64_t width, Value key) {
    for (uint64_t i = 1; i < size_of(node); i += width)
        if (same(entries(node)[i - 1], key)) return &entries(node)[i - 1];
    return NULL;
}

const Value *champ_find(Value node, uint64_t width, Value v, uint32_t hash) {
    Key key = {.v = v, .hash = hash};
    for (unsigned depth = 0; depth < BOTTOM; depth++) {
        uint32_t bit = bit_at(&key, depth);
        if (entry_map(node) & bit) {
            const Value *entry = entries(node) + width * rank(entry_map(node), bit);
            return same(entry[0], v) ? entry : NULL;
        }
        if (!(subnode_map(node) & bit)) return NULL;
        node = subnodes(node, width)[rank(subnode_map(node), bit)];
    }
    return find_at_bottom(node, width, v);
}

const Value *champ_with_hash(Value node, uint64_t width, uint32_t hash, bool *is_sole) {
    *is_sole = true;
    for (unsigned shift = 0; shift < CHAMP_WORD_DEPTHS * BITS; shift += BITS) {
        uint32_t bit = 1u << (hash >> shift & MASK);
        if (entry_map(node) & bit) {
            const Value *entry = entries(node) + width * rank(entry_map(node), bit);
            return hash_value(entry[0]) == hash ? entry : NULL;
        }
        if (!(subnode_map(node) & bit)) return NULL;
        node = subnodes(node, width)[rank(subnode_map(node), bit)];
    }
    *is_sole = false;
    return NULL;
}

/* ---- copies of a node with one thing changed ----------------------------- */

static Value copy_node(Value node) {
    uint64_t words = size_of(node);
    Value copy = allocate((Kind)kind_of(node), words);
    memcpy(object_of(copy) + 1, object_of(node) + 1, 8 * words);
    return copy;
}

static Value with_entry(Value node, uint64_t width, uint32_t bit, const Value *entry) {
    uint32_t bits = entry_map(node);
    uint64_t before = width * rank(bits, bit), words = size_of(node) - 1;
    Value copy = make_node(width, bits | bit, subnode_map(node), words + width);
    Value *out = put_words(entries(copy), entries(node), before);
    out = put_words(out, entry, width);
    put_words(out, entries(node) + before, words - before);
    return copy;
}

static Value without_entry(Value node, uint64_t width, uint32_t bit) {
    uint32_t bits = entry_map(node);
    uint64_t before = width * rank(bits, bit), words = size_of(node) - 1;
    Value copy = make_node(width, bits & ~bit, subnode_map(node), words - width);
    Value *out = put_words(entries(copy), entries(node), before);
    put_words(out, entries(node) + before + width, words - before - width);
    return copy;
}

static Value with_subnode(Value node, uint64_t width, uint32_t bit, Value subnode) {
    Value copy = copy_node(node);
    subnodes(copy, width)[rank(subnode_map(copy), bit)] = subnode;
    return copy;
}

/* The entry at `bit` moves down into a new subnode. */
static Value entry_to_subnode(Value node, uint64_t width, uint32_t bit, Value subnode) {
    uint32_t bits = entry_map(node), subnode_bits = subnode_map(node);
    uint64_t entry = width * rank(bits, bit), words = size_of(node) - 1;
    uint64_t place = width * count_bits(bits) + rank(subnode_bits, bit);
    Value copy = make_node(width, bits & ~bit, subnode_bits | bit, words - width + 1);
    Value *out = put_words(entries(copy), entries(node), entry);
    out = put_words(out, entries(node) + entry + width, place - entry - width);
    *out++ = subnode;
    put_words(out, entries(node) + place, words - place);
    return copy;
}

/* The last entry of the subnode at `bit` moves up; `entry` is not in `node`. */
static Value subnode_to_entry(Value node, uint64_t width, uint32_t bit, const Value *entry) {
    uint32_t bits = entry_map(node), subnode_bits = subnode_map(node);
    uint64_t before = width * rank(bits, bit), words = size_of(node) - 1;
    uint64_t place = width * count_bits(bits) + rank(subnode_bits, bit);
    Value copy = make_node(width, bits | bit, subnode_bits & ~bit, words - 1 + width);
    Value *out = put_words(entries(copy), entries(node), before);
    out = put_words(out, entry, width);
    out = put_words(out, entries(node) + before, place - before);
    put_words(out, entries(node) + place + 1, words - place - 1);
    return copy;
}

/* ---- adding -------------------------------------------------------------- */

typedef struct {
    uint64_t width;
    const Value *entry;
    Key key;
    bool found;
} Change;

static Value make_bottom(uint64_t width, const Value *words, uint64_t count, const Value *entry) {
    if (count + width > MOST_AT_BOTTOM)
        throw_text(CLASS_IllegalStateException, "too many keys that cannot be told apart");
    Value node = make_node(width, 0, 0, count + width);
    put_words(put_words(entries(node), words, count), entry, width);
    if (count + width > bottom_words) bottom_words = count + width;
    return node;
}

/* A node at `depth` for two entries that agree in the bits before. */
static Value make_two(Change *c, const Value *other, Key *other_key, unsigned depth) {
    if (depth > deepest) deepest = depth;
    if (depth == BOTTOM) return make_bottom(c->width, other, c->width, c->entry);
    uint32_t bit = bit_at(&c->key, depth), other_bit = bit_at(other_key, depth);
    if (bit == other_bit) {
        Value below = make_two(c, other, other_key, depth + 1);
        Value node = make_node(c->width, 0, bit, 1);
        entries(node)[0] = below;
        return node;
    }
    Value node = make_node(c->width, bit | other_bit, 0, 2 * c->width);
    const Value *first = bit < other_bit ? c->entry : other;
    const Value *second = bit < other_bit ? other : c->entry;
    put_words(put_words(entries(node), first, c->width), second, c->width);
    return node;
}

/* The entry at `place` gets the new value; the key stays. */
static Value replace_value(Value node, const Change *c, const Value *place) {
    if (c->width == 1 || place[1] == c->entry[1]) return node;
    Value copy = copy_node(node);
    entries(copy)[place - entries(node) + 1] = c->entry[1];
    return copy;
}

static Value put_at_bottom(Value node, Change *c) {
    const Value *place = find_at_bottom(node, c->width, c->entry[0]);
    c->found = place != NULL;
    if (place) return replace_value(node, c, place);
    return make_bottom(c->width, entries(node), size_of(node) - 1, c->entry);
}

static Value put(Value node, Change *c, unsigned depth) {
    if (depth == BOTTOM) return put_at_bottom(node, c);
    uint32_t bit = bit_at(&c->key, depth);
    if (entry_map(node) & bit) {
        const Value *place = entries(node) + c->width * rank(entry_map(node), bit);
        c->found = same(place[0], c->entry[0]);
        if (c->found) return replace_value(node, c, place);
        Key other = {.v = place[0], .hash = hash_value(place[0])};
        Value subnode = make_two(c, place, &other, depth + 1);
        return entry_to_subnode(node, c->width, bit, subnode);
    }
    if (subnode_map(node) & bit) {
        Value below = subnodes(node, c->width)[rank(subnode_map(node), bit)];
        Value changed = put(below, c, depth + 1);
        return changed == below ? node : with_subnode(node, c->width, bit, changed);
    }
    return with_entry(node, c->width, bit, c->entry);
}

Value champ_put(Value root, uint64_t width, const Value *entry, uint32_t hash, bool *found) {
    Change c = {.width = width, .entry = entry, .key = {.v = entry[0], .hash = hash}};
    root = put(root, &c, 0);
    *found = c.found;
    return root;
}

/* ---- removing ------------------------------------------------------------ */

static Value remove_at_bottom(Value node, Change *c) {
    const Value *place = find_at_bottom(node, c->width, c->entry[0]);
    c->found = place != NULL;
    if (!place) return node;
    uint64_t before = (uint64_t)(place - entries(node)), words = size_of(node) - 1;
    Value copy = make_node(c->width, 0, 0, words - c->width);
    Value *out = put_words(entries(copy), entries(node), before);
    put_words(out, entries(node) + before + c->width, words - before - c->width);
    return copy;
}

static bool has_one_entry(Value node, uint64_t width) {
    return subnode_map(node) == 0 && entry_count(node, width) == 1;
}

static Value remove_key(Value node, Change *c, unsigned depth) {
    if (depth == BOTTOM) return remove_at_bottom(node, c);
    uint32_t bit = bit_at(&c->key, depth);
    if (entry_map(node) & bit) {
        c->found = same(entries(node)[c->width * rank(entry_map(node), bit)], c->entry[0]);
        return c->found ? without_entry(node, c->width, bit) : node;
    }
    if (!(subnode_map(node) & bit)) return node;
    Value below = subnodes(node, c->width)[rank(subnode_map(node), bit)];
    Value changed = remove_key(below, c, depth + 1);
    if (changed == below) return node;
    if (has_one_entry(changed, c->width))
        return subnode_to_entry(node, c->width, bit, entries(changed));
    return with_subnode(node, c->width, bit, changed);
}

Value champ_remove(Value root, uint64_t width, Value key, uint32_t hash, bool *found) {
    Change c = {.width = width, .entry = &key, .key = {.v = key, .hash = hash}};
    root = remove_key(root, &c, 0);
    *found = c.found;
    return root;
}

/* ---- walking ------------------------------------------------------------- */

void champ_walk(ChampWalk *walk, Value root) {
    walk->depth = 0;
    walk->nodes[0] = walk->node = root;
    walk->positions[0] = 0;
    walk->at_bottom = 0;
}

static Value subnode_at(Value node, uint64_t width, uint64_t position) {
    return subnodes(node, width)[position - entry_count(node, width)];
}

static void walk_down(ChampWalk *walk, Value node) {
    walk->depth++;
    walk->node = node;
    if (walk->depth <= CHAMP_WORD_DEPTHS) walk->nodes[walk->depth] = node;
    if (walk->depth < BOTTOM) walk->positions[walk->depth] = 0;
    walk->at_bottom = 0;
}

/* Nodes below those that every trie may have are not kept: walks are on stacks of many. */
static void walk_up(ChampWalk *walk, uint64_t width) {
    if (--walk->depth < 0) return;
    bool is_kept = walk->depth <= CHAMP_WORD_DEPTHS;
    walk->node = walk->nodes[is_kept ? walk->depth : CHAMP_WORD_DEPTHS];
    for (int depth = CHAMP_WORD_DEPTHS; depth < walk->depth; depth++)
        walk->node = subnode_at(walk->node, width, walk->positions[depth] - 1u);
}

const Value *champ_next(ChampWalk *walk, uint64_t width) {
    while (walk->depth >= 0) {
        Value node = walk->node;
        uint64_t count = entry_count(node, width), subnode_count = count_bits(subnode_map(node));
        uint64_t position =
            walk->depth == BOTTOM ? walk->at_bottom++ : walk->positions[walk->depth]++;
        if (position < count) return entries(node) + width * position;
        if (position < count + subnode_count)
            walk_down(walk, subnode_at(node, width, position));
        else
            walk_up(walk, width);
    }
    return NULL;
}
