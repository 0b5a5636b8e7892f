/* blocks.c - one block, item by item, from what it claims to find to what it leaves to the next. */
#include "verify.h"

/* ---- reading */

static bool find_name(Verify *v, const Node *item, const Node *name) {
    return holds(v, place_of_name(v, name), name->name.number) || not_there(v, item, name);
}

static bool find_operands(Verify *v, const Item *item) {
    for (uint32_t r = item->reads; r < item[1].reads; r++) {
        const Read *read = &v->reads.items[r];
        if (!holds(v, read->place, read->number) && !not_there(v, item->node, read->name))
            return false;
    }
    return true;
}

/* ---- items that the allocator added */

static bool check_copy(Verify *v, const Node *item) {
    const Node *to = item->kids[0], *from = item->kids[1];
    if (!check_place(v, item, to) || !check_place_read(v, item, from) || !find_name(v, item, from))
        return false;
    if (to->name.number != from->name.number)
        return broken(v, RULE_V06, item, to, "a move gives a value another name");
    return copy_place(v, place_of_name(v, to), place_of_name(v, from), item);
}

/* Each operand shows the value and where it is after. */
static bool check_swap(Verify *v, const Node *item) {
    const Node *a = item->kids[0], *b = item->kids[1];
    if (!check_place(v, item, a) || !check_place(v, item, b)) return false;
    if (!is_register(where_of(a)) || !is_register(where_of(b)) ||
        is_vector_register(where_of(a)) != is_vector_register(where_of(b)))
        return broken(v, RULE_V16, item, a, "%s and %s cannot be exchanged",
                      where_text(where_of(a)), where_text(where_of(b)));
    swap_places(v, where_of(a), where_of(b), item);
    return find_name(v, item, a) && find_name(v, item, b);
}

static bool check_constant(Verify *v, const Node *item) {
    const Node *to = item->kids[0], *constant = checked(v, to)->constant;
    if (!check_place(v, item, to)) return false;
    if (!constant) return broken(v, RULE_V17, item, to, "it is no constant");
    if (!node_equal(constant, item->kids[1]))
        return broken(v, RULE_V17, item, to, "it is another constant");
    if (!lose(v, place_of_name(v, to), WRITTEN, item)) return false;
    learn(v, place_of_name(v, to), to->name.number);
    return true;
}

static bool leaves(const Node *item) {
    return is_op(item) && (item->kids[0]->head == X_ret || item->kids[0]->head == X_tail ||
                           item->kids[0]->head == X_tailv);
}

/* Right before every way out, where there is a frame. */
static bool check_way_out(Verify *v, const CheckedBlock *b, uint32_t i) {
    const Node *item = b->node->kids[i];
    bool left = i > b->first && is_item(b->node->kids[i - 1], H_leave_frame);
    if (!leaves(item) || left == v->framed) return true;
    return broken(v, RULE_V15, item, NULL,
                  left ? "there is no frame to leave" : "the frame is not left");
}

static bool check_leaving(Verify *v, const CheckedBlock *b, uint32_t i) {
    if (i + 1 < b->node->count && leaves(b->node->kids[i + 1])) return true;
    return broken(v, RULE_V15, b->node->kids[i], NULL,
                  "the frame is left though the function goes on");
}

/* As the very first thing, where there is a frame. */
static bool check_entering(Verify *v, const CheckedBlock *b, uint32_t i) {
    const Node *item = b->node->kids[i];
    bool wanted = b == &v->blocks[0] && i == b->first && v->framed;
    if (is_item(item, H_enter_frame) == wanted) return true;
    return broken(v, RULE_V15, item, NULL,
                  wanted ? "the frame is not entered first" : "the frame is entered here");
}

/* ---- safepoints */

static bool list_of_nothing(Verify *v, const Node *op, const Node *name) {
    return broken(v, RULE_V11, op, name, "the map lists %s, which does not hold it",
                  where_text(where_of(name)));
}

static bool check_map_entry(Verify *v, const Node *op, const Node *name) {
    CheckedName *x = checked(v, name);
    if (is_beyond_frame(v, name) && !list_of_nothing(v, op, name)) return false;
    if (!check_place(v, op, name)) return false;
    if (!is_slot(where_of(name)))
        return broken(v, RULE_V11, op, name, "the map lists %s, which is no slot",
                      where_text(where_of(name)));
    if (x->kind != KIND_IS_REF)
        return broken(v, RULE_V11, op, name, "the map lists a slot that holds no reference");
    if (!holds(v, place_of_name(v, name), name->name.number))
        return was_there(v, name) ? not_there(v, op, name) : list_of_nothing(v, op, name);
    if (!is_live(v, x) || x->constant)
        return broken(v, RULE_V12, op, name, "the map lists %s, which nothing needs any more",
                      where_text(where_of(name)));
    CheckedPlace *slot = &v->places[place_of_name(v, name)];
    if (slot->mapped == v->safepoints)
        return broken(v, RULE_V12, op, name, "the map lists %s twice", where_text(where_of(name)));
    slot->mapped = v->safepoints;
    if (x->mapped == v->safepoints) return broken(v, RULE_V12, op, name, "the map lists it twice");
    x->mapped = v->safepoints;
    return true;
}

static bool check_no_derived(Verify *v, const Node *op) {
    for (uint32_t n = 0; n < v->name_count; n++)
        if (v->names[n].kind == KIND_IS_DRV && is_live(v, &v->names[n]) &&
            !broken(v, RULE_V13, op, v->names[n].name, "it points into an object and lives on"))
            return false;
    return true;
}

static bool check_all_mapped(Verify *v, const Node *op) {
    for (uint32_t n = 0; n < v->name_count; n++) {
        const CheckedName *x = &v->names[n];
        if (x->kind == KIND_IS_REF && is_live(v, x) && !x->constant && x->mapped != v->safepoints &&
            !broken(v, RULE_V10, op, x->name, "the map does not list it"))
            return false;
    }
    return true;
}

/* The set of live names is that after the call, without its result. */
static bool check_map(Verify *v, const Node *op) {
    const Node *map = map_of_safepoint(op);
    v->safepoints++;
    if (!map) return broken(v, RULE_V10, op, NULL, "a safepoint has no map");
    for (uint32_t i = 0; i < map->count; i++)
        if (!check_map_entry(v, op, map->kids[i])) return false;
    if (v->live_derived && !check_no_derived(v, op)) return false;
    return v->live_references == map->count || check_all_mapped(v, op);
}

/* ---- instructions */

static void bury(Verify *v, const Item *item) {
    for (uint32_t r = item->reads; r < item[1].reads; r++)
        if (v->reads.items[r].is_last) set_live(v, &v->names[v->reads.items[r].number], false);
}

static bool define(Verify *v, const Node *op) {
    const Node *names = op->kids[1];
    for (uint32_t d = 0; d < names->count; d++) { /* its value of an earlier round is gone */
        set_live(v, checked(v, names->kids[d]), false);
        lose_name(v, names->kids[d]->name.number);
    }
    for (uint32_t d = 0; d < names->count; d++) {
        uint32_t name = names->kids[d]->name.number, place = place_of_name(v, names->kids[d]);
        if (!lose(v, place, WRITTEN, op)) return false;
        learn(v, place, name);
        if (v->names[name].used) set_live(v, &v->names[name], true);
    }
    return true;
}

static bool check_op(Verify *v, const Item *item) {
    const Node *op = item->node;
    if (!check_operand_places(v, item) || !find_operands(v, item)) return false;
    if (item->row->flags & LEAVES) return true;
    bury(v, item);
    if (item->row->flags & SAFEPOINT) {
        if (!check_map(v, op) || !clobber(v, op)) return false;
        collect(v, op);
    } else if (map_of_safepoint(op)) {
        return broken(v, RULE_V11, op, NULL, "an instruction that is no safepoint has a map");
    }
    return define(v, op);
}

static bool check_item(Verify *v, const CheckedBlock *b, uint32_t i) {
    const Item *item = item_of(v, b, i);
    const Node *node = item->node;
    if (i == b->first && !check_entering(v, b, i)) return false;
    if (item->row)
        return (!(item->row->flags & LEAVES) || check_way_out(v, b, i)) && check_op(v, item);
    if (is_item(node, H_move)) return check_copy(v, node);
    if (is_item(node, H_swap)) return check_swap(v, node);
    if (is_item(node, H_constant)) return check_constant(v, node);
    if (is_item(node, H_leave_frame)) return check_leaving(v, b, i);
    return i == b->first || check_entering(v, b, i);
}

/* ---- edges */

static bool check_argument(Verify *v, const Node *exit, const Node *argument,
                           const Node *parameter) {
    if (place_of_name(v, argument) == place_of_name(v, parameter)) return true;
    return broken(v, RULE_V09, exit, argument, "parameter %%%s.%u is in %s",
                  text_bytes(parameter->name.hint), parameter->name.number,
                  where_text(where_of(parameter)));
}

/* What is claimed of a parameter must hold for its argument, not for the parameter's value of the
 * round before. */
void give_arguments(Verify *v, const Node *to, const Node *parameters) {
    for (uint32_t i = 0; i < parameters->count && i + 1 < to->count; i++)
        checked(v, parameters->kids[i])->argument = to->kids[i + 1]->name.number;
}

uint32_t name_before(const Verify *v, const CheckedBlock *target, uint32_t name) {
    const CheckedName *x = &v->names[name];
    return x->binder == target->node ? x->argument : name;
}

static bool check_edge_arguments(Verify *v, const Node *exit, const Node *to,
                                 const Node *parameters) {
    if (to->count - 1 != parameters->count)
        return broken(v, RULE_V09, exit, NULL, "b%u has %u parameters", to->kids[0]->block,
                      parameters->count);
    for (uint32_t i = 0; i < parameters->count; i++)
        if (!check_argument(v, exit, to->kids[i + 1], parameters->kids[i])) return false;
    return true;
}

/* `to` gives the parameters; everything that the block claims must be true. */
static bool check_edge(Verify *v, const Node *exit, const Node *to, const CheckedBlock *target) {
    const Node *parameters = target->node->kids[1], *claims = target->node->kids[2];
    if (!check_edge_arguments(v, exit, to, parameters)) return false;
    give_arguments(v, to, parameters);
    for (uint32_t i = 0; is_item(claims, H_in) && i < claims->count; i++) {
        const Node *claim = claims->kids[i];
        uint32_t place = place_of_name(v, claim);
        if (holds(v, place, name_before(v, target, claim->name.number))) continue;
        bool goes_on = was_there(v, claim)
                           ? not_there(v, exit, claim)
                           : broken(v, RULE_V09, exit, claim,
                                    "b%u claims to find it in %s, but it is not there",
                                    to->kids[0]->block, where_text(where_of(claim)));
        if (!goes_on) return false;
    }
    return true;
}

static bool check_edges(Verify *v, uint32_t b) {
    const CheckedBlock *block = &v->blocks[b];
    const Node *exit = block->node->kids[block->node->count - 1];
    uint32_t next = 0;
    for (uint32_t i = 0; i < exit->count; i++)
        if (is_item(exit->kids[i], H_to) &&
            !check_edge(v, exit, exit->kids[i], &v->blocks[block->successors[next++]]))
            return false;
    return true;
}

/* ---- the block */

static bool believe_claims(Verify *v, const CheckedBlock *block, uint32_t b) {
    const Node *claims = block->first == 3 ? block->node->kids[2] : NULL,
               *parameters = block->node->kids[1];
    for (uint32_t i = 0; claims && i < claims->count; i++) {
        if (!check_place(v, block->node, claims->kids[i])) return false;
        learn(v, place_of_name(v, claims->kids[i]), claims->kids[i]->name.number);
    }
    if (b == 0 && claims && claims->count)
        return broken(v, RULE_V09, block->node, claims->kids[0],
                      "nothing is in %s when the function starts",
                      where_text(where_of(claims->kids[0])));
    if (!check_parameters(v, block->node)) return false;
    for (uint32_t i = 0; i < parameters->count; i++)
        learn(v, place_of_name(v, parameters->kids[i]), parameters->kids[i]->name.number);
    return check_arrival(v, b);
}

static bool has_arrived(Verify *v, uint32_t b, uint32_t name) {
    const CheckedName *x = &v->names[name];
    if (x->places || x->constant || !is_live(v, x)) return true;
    return broken(v, RULE_V09, v->blocks[b].node, x->name,
                  "it is needed from here on, but no place is known to hold it");
}

bool check_arrival(Verify *v, uint32_t b) {
    const CheckedBlock *block = &v->blocks[b];
    const Node *parameters = block->node->kids[1];
    for (uint32_t i = 0; i < block->live_in.count; i++)
        if (!has_arrived(v, b, block->live_in.items[i])) return false;
    for (uint32_t i = 0; i < parameters->count; i++)
        if (!has_arrived(v, b, parameters->kids[i]->name.number)) return false;
    return true;
}

bool check_items(Verify *v, uint32_t b) {
    const CheckedBlock *block = &v->blocks[b];
    for (uint32_t i = block->first; i < block->node->count; i++)
        if (!check_item(v, block, i)) return false;
    return true;
}

void check_block(Verify *v, uint32_t b) {
    start_facts(v, b);
    start_live(v, b);
    if (believe_claims(v, &v->blocks[b], b) && check_items(v, b)) check_edges(v, b);
}

/* The arguments of edges alone: what else they bring is found by inference. */
bool check_jump_arguments(Verify *v, uint32_t b) {
    const CheckedBlock *block = &v->blocks[b];
    const Node *exit = block->node->kids[block->node->count - 1];
    uint32_t next = 0;
    for (uint32_t i = 0; i < exit->count; i++) {
        if (!is_item(exit->kids[i], H_to)) continue;
        const CheckedBlock *target = &v->blocks[block->successors[next++]];
        if (!check_edge_arguments(v, exit, exit->kids[i], target->node->kids[1])) return false;
    }
    return true;
}
