/* graph_live.c - which values are alive together: the interference graph.
 *
 * Before alloc the blocks say what is live at their ends. From alloc on they say what they find
 * where when they are entered: what a block leaves alive is what its successors find.
 */
#include "graph.h"
#include "ir/flow.h"
#include "ir/machine.h"
#include "ir/walk.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    Arena *arena;
    Buffer *out;
    const Node *function;
    const char *prefix;
    uint32_t names;
    const Node **values; /* by number: some mention of the name, NULL: there is none */
    VEC(Where) * places; /* by number */
    bool has_places;     /* before alloc there are only demands for some */
    bool *live;          /* by number */
    Table known;         /* edges by their key */
    VEC(uint64_t) edges; /* keys: the smaller number above the larger one, plus 1 */
} Live;

/* ---- what there is */

static void note_place(Live *l, const Node *name) {
    uint32_t n = name->name.number;
    Where w = where_of(name);
    l->values[n] = name;
    for (uint32_t i = 0; i < l->places[n].count; i++)
        if (l->places[n].items[i] == w) return;
    if (w && l->has_places) PUSH(l->arena, l->places[n], w);
}

static void note_names(Live *l, const Node *n) {
    if (n->kind == N_NAME && n->name.number < l->names) note_place(l, n);
    if (is_form(n, H_quote) || is_form(n, H_kinds)) return;
    NodeList parts = kids_of(n);
    for (uint32_t i = 0; i < parts.count; i++)
        note_names(l, parts.items[i]);
}

/* ---- what is alive */

static void start(Live *l, const Node *name) {
    if (name->kind == N_NAME) l->live[name->name.number] = true;
}

static void add_live(Live *l, NodeList list) {
    for (uint32_t i = 0; i < list.count; i++)
        start(l, list.items[i]);
}

static void add_end_of_block(Live *l, const Flow *flow, const FlowBlock *b) {
    memset(l->live, 0, l->names * sizeof *l->live);
    add_live(l, as_instr_block(b->node).live_out);
    for (uint32_t s = 0; s < b->successor_count; s++)
        add_live(l, as_instr_block(flow->blocks[b->successors[s]].node).in);
}

static void add_edge(Live *l, uint64_t a, uint64_t b) {
    uint64_t key = (a < b ? a << 32 | b : b << 32 | a) + 1;
    if (table_put(&l->known, key, l)) return;
    PUSH(l->arena, l->edges, key);
}

/* The value comes to be while the others are alive. */
static void define(Live *l, const Node *name) {
    for (uint32_t other = 0; other < l->names; other++)
        if (l->live[other] && other != name->name.number) add_edge(l, name->name.number, other);
}

/* All that are defined at once are alive together. */
static void define_all(Live *l, NodeList names) {
    add_live(l, names);
    for (uint32_t i = 0; i < names.count; i++)
        define(l, names.items[i]);
    for (uint32_t i = 0; i < names.count; i++)
        l->live[names.items[i]->name.number] = false;
}

static void step_back(Live *l, const Node *n) {
    Uses uses = {0};
    if (is_instruction(n)) {
        define_all(l, as_op(n).defines);
        uses_of(l->arena, n, &uses);
        for (uint32_t i = 0; i < uses.count; i++)
            start(l, uses.items[i].name);
    } else if (is_form(n, H_constant)) {
        define(l, as_constant(n).to);
        l->live[as_constant(n).to->name.number] = false;
    } else if (is_form(n, H_move)) {
        start(l, as_move(n).to);
        start(l, as_move(n).from);
    } else if (is_form(n, H_swap)) {
        start(l, as_swap(n).first);
        start(l, as_swap(n).second);
    } else if (is_form(n, H_parallel)) {
        NodeList moves = as_parallel(n).moves;
        for (uint32_t i = moves.count; i-- > 0;)
            step_back(l, moves.items[i]);
    }
}

static void find_edges(Live *l) {
    Flow *flow = flow_of(l->arena, l->function);
    for (uint32_t b = 0; b < flow->count; b++) {
        InstrBlockForm f = as_instr_block(flow->blocks[b].node);
        add_end_of_block(l, flow, &flow->blocks[b]);
        for (uint32_t i = f.instructions.count; i-- > 0;)
            step_back(l, f.instructions.items[i]);
        define_all(l, f.parameters);
    }
}

/* ---- drawing */

static Holds kind_of(const Live *l, uint32_t number) {
    NodeList kinds = as_function(l->function).kinds;
    for (uint32_t i = 0; i < kinds.count; i++) {
        KindForm row = as_kind(kinds.items[i]);
        if (row.name->name.number == number) return holds_named(row.kind->text);
    }
    return HOLDS_NONE;
}

/* References are round; the colour is that of the first place. */
static void add_value(Live *l, uint32_t number) {
    static const char *const colours[] = {"#8dd3c7", "#ffffb3", "#bebada", "#fb8072",
                                          "#80b1d3", "#fdb462", "#b3de69", "#fccde5",
                                          "#d9d9d9", "#bc80bd", "#ccebc5", "#ffed6f"};
    Buffer label = {0};
    buffer_print(&label, "%%%s.%u", text_bytes(l->values[number]->name.hint), number);
    for (uint32_t i = 0; i < l->places[number].count; i++)
        buffer_print(&label, "%s%s", i ? " " : "\n", where_text(l->places[number].items[i]));
    buffer_print(l->out, "  %s_v%u [label=", l->prefix, number);
    graph_quoted(l->out, label.bytes, label.length);
    buffer_print(l->out, kind_of(l, number) == HOLDS_REF ? ", shape=ellipse" : "");
    if (l->places[number].count)
        buffer_print(l->out, ", style=filled, fillcolor=\"%s\"",
                     colours[l->places[number].items[0] % 12]);
    buffer_print(l->out, "];\n");
    buffer_free(&label);
}

static int compare_keys(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

void graph_interference(Buffer *out, const Node *function, const char *prefix) {
    Arena *a = arena_new();
    Live l = {.arena = a,
              .out = out,
              .function = function,
              .prefix = prefix,
              .names = function_names(function)};
    l.values = NEW_ARRAY(a, const Node *, l.names + 1);
    l.places = arena_alloc(a, (l.names + 1) * sizeof *l.places);
    l.live = NEW_ARRAY(a, bool, l.names + 1);
    l.known.arena = a;
    l.has_places = function_part(function, H_slots) || function_part(function, H_frame);
    note_names(&l, function);
    find_edges(&l);
    for (uint32_t n = 0; n < l.names; n++)
        if (l.values[n]) add_value(&l, n);
    if (l.edges.count) qsort(l.edges.items, l.edges.count, sizeof *l.edges.items, compare_keys);
    for (uint32_t i = 0; i < l.edges.count; i++) {
        uint64_t key = l.edges.items[i] - 1;
        buffer_print(out, "  %s_v%u -- %s_v%u;\n", prefix, (uint32_t)(key >> 32), prefix,
                     (uint32_t)key);
    }
    arena_free(a);
}
