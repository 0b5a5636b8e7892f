/* ssa.c - changes of what blocks and gvn give: edges, arguments, what is taken for equal. */
#include "change.h"

/* `made` in the place of a block. */
static void put_block(Change *c, const Node *block, Node *made) {
    FunctionForm f = as_function(c->top);
    for (uint32_t b = 0; b < f.blocks.count; b++)
        if (f.blocks.items[b] == block) f.blocks = with_item(c, f.blocks, b, made);
    put_top(c, remake_function(c->arena, c->top, f));
}

static void put_exit(Change *c, Node *block, Node *exit) {
    BlockForm f = as_block(block);
    f.exit = exit;
    put_block(c, block, remake_block(c->arena, block, f));
}

static void put_steps(Change *c, Node *block, NodeList steps) {
    BlockForm f = as_block(block);
    f.steps = steps;
    put_block(c, block, remake_block(c->arena, block, f));
}

static Node *with_value_of(Change *c, Node *step, Node *value) {
    return make_step_let(c->arena, pos(step), as_step_let(step).name, value);
}

/* Calls the change for each block, with its exit. */
typedef void ChangeExit(Change *c, Node *block, Node *exit);
static void each_exit(Change *c, ChangeExit *change) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++)
        change(c, blocks.items[b], as_block(blocks.items[b]).exit);
}

/* The body that follows is the ChangeExit of change_id. */
#define AT_EACH_EXIT(id)                                                                           \
    static ChangeExit id##_at;                                                                     \
    void change_##id(Change *c) {                                                                  \
        each_exit(c, id##_at);                                                                     \
    }                                                                                              \
    static void id##_at(Change *c, Node *block, Node *exit)

/* The primitive operation that a step binds a name to; NULL for other steps. */
static Node *operation_of(const Node *step) {
    Node *value = as_step_let(step).value;
    return is_form(value, H_prim) ? value : NULL;
}

static bool has_effect(const Node *operation, unsigned effect) {
    return (prim_rows[as_prim(operation).operation->head].effects & effect) != 0;
}

/* ---- blocks: ways */

AT_EACH_EXIT(blocks_ways) {
    if (!is_form(exit, H_branch) || !strikes(c)) return;
    BranchForm f = as_branch(exit), other = f;
    other.then = f.otherwise;
    other.otherwise = f.then;
    put_exit(c, block, remake_branch(c->arena, exit, other));
}

AT_EACH_EXIT(blocks_one_way) {
    if (!is_form(exit, H_branch) || !strikes(c)) return;
    BranchForm f = as_branch(exit);
    f.then = f.otherwise;
    put_exit(c, block, remake_branch(c->arena, exit, f));
}

/* A tail call with as many arguments as the function itself has parameters goes there. */
AT_EACH_EXIT(blocks_callee) {
    FunctionForm own = as_function(c->top);
    if (!is_form(exit, H_tail_direct) || own.self.count) return;
    TailDirectForm f = as_tail_direct(exit);
    if (f.operands.count != as_block(own.blocks.items[0]).parameters.count ||
        node_equal(f.function, own.name) || !strikes(c))
        return;
    f.function = own.name;
    put_exit(c, block, remake_tail_direct(c->arena, exit, f));
}

/* ---- blocks: arguments */

static BlockForm target_of(const Change *c, const Node *jump) {
    return as_block(block_numbered(c, as_jump(jump).target->block));
}

static void put_values(Change *c, Node *block, Node *jump, NodeList values) {
    JumpForm f = {as_jump(jump).target, values};
    put_exit(c, block, remake_jump(c->arena, jump, f));
}

AT_EACH_EXIT(blocks_arguments) {
    if (!is_form(exit, H_jump)) return;
    NodeList values = as_jump(exit).values, parameters = target_of(c, exit).parameters;
    for (uint32_t i = 0; i + 1 < values.count; i++)
        if (type_of(parameters.items[i]) == type_of(parameters.items[i + 1]) &&
            !node_equal(values.items[i], values.items[i + 1]) && strikes(c))
            put_values(c, block, exit, exchanged(c, values, i));
}

/* Another jump to the same block, whose argument `i` is a constant; NULL for none. */
static Node *other_constant(const Change *c, JumpForm jump, uint32_t i) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        const Node *exit = as_block(blocks.items[b]).exit;
        if (!is_form(exit, H_jump) || as_jump(exit).target->block != jump.target->block) continue;
        Node *value = as_jump(exit).values.items[i];
        if (is_form(value, H_quote) && !node_equal(value, jump.values.items[i])) return value;
    }
    return NULL;
}

AT_EACH_EXIT(blocks_other_arm) {
    if (!is_form(exit, H_jump)) return;
    JumpForm jump = as_jump(exit);
    for (uint32_t i = 0; i < jump.values.count; i++) {
        Node *constant = other_constant(c, jump, i);
        if (constant && strikes(c))
            put_values(c, block, exit, with_item(c, jump.values, i, constant));
    }
}

/* Does the block are before the other one, or is it the same? */
static bool is_at_or_before(const Change *c, uint32_t number, const Node *block) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        if (as_block(blocks.items[b]).label->block == number) return true;
        if (blocks.items[b] == block) return false;
    }
    return false;
}

/* The next round of a loop finds a parameter as it was. */
AT_EACH_EXIT(blocks_stale) {
    if (!is_form(exit, H_jump)) return;
    JumpForm jump = as_jump(exit);
    if (!is_at_or_before(c, jump.target->block, block)) return;
    NodeList parameters = target_of(c, exit).parameters;
    for (uint32_t i = 0; i < jump.values.count; i++)
        if (!same_name(jump.values.items[i], parameters.items[i]) && strikes(c))
            put_values(c, block, exit, with_item(c, jump.values, i, parameters.items[i]));
}

static Node *with_field(Change *c, Node *step, Node *field) {
    Node *load = as_step_let(step).value;
    PrimForm f = as_prim(load);
    f.operands = with_item(c, f.operands, 1, field);
    return with_value_of(c, step, remake_prim(c->arena, load, f));
}

static Node *field_of(const Node *step) {
    return as_prim(as_step_let(step).value).operands.items[1];
}

/* Two loads of captured values have each other's fields: the second one is told about the first. */
AT_EACH_EXIT(blocks_capture) {
    NodeList steps = as_block(block).steps;
    uint32_t before = UINT32_MAX;
    (void)exit;
    for (uint32_t i = 0; i < steps.count; i++) {
        const Node *load = operation_of(steps.items[i]);
        if (!load || as_prim(load).operation->head != P_closure_ref) continue;
        if (before != UINT32_MAX && strikes(c)) {
            Node *first = steps.items[before], *second = steps.items[i];
            NodeList half = with_item(c, steps, before, with_field(c, first, field_of(second)));
            put_steps(c, block, with_item(c, half, i, with_field(c, second, field_of(first))));
        }
        before = i;
    }
}

/* ---- gvn: taken for equal */

typedef bool Alike(const Node *first, const Node *second);

/* The step gives its name the value of the first one. */
static void put_copy(Change *c, Node *block, uint32_t i, const Node *first) {
    NodeList steps = as_block(block).steps;
    Node *copy = with_value_of(c, steps.items[i], as_step_let(first).name);
    put_steps(c, block, with_item(c, steps, i, copy));
}

/* A name becomes a copy of an earlier one of its block whose operation is like its own. */
static void copy_alike(Change *c, Alike *alike) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        NodeList steps = as_block(blocks.items[b]).steps;
        for (uint32_t i = 0; i < steps.count; i++)
            for (uint32_t k = 0; k < i; k++) {
                StepLetForm first = as_step_let(steps.items[k]);
                StepLetForm second = as_step_let(steps.items[i]);
                if (type_of(first.name) == type_of(second.name) &&
                    alike(first.value, second.value) && strikes(c))
                    put_copy(c, blocks.items[b], i, steps.items[k]);
            }
    }
}

static bool is_same_operation(const Node *first, const Node *second) {
    if (!is_form(first, H_prim) || !is_form(second, H_prim)) return false;
    PrimForm a = as_prim(first), b = as_prim(second);
    return a.operands.count == b.operands.count && a.operation->head == b.operation->head &&
           !has_effect(first, WRITES);
}

static bool differ_in_last(const Node *first, const Node *second) {
    if (!is_same_operation(first, second)) return false;
    NodeList a = as_prim(first).operands, b = as_prim(second).operands;
    if (a.count < 2) return false;
    for (uint32_t i = 0; i + 1 < a.count; i++)
        if (!node_equal(a.items[i], b.items[i])) return false;
    return !node_equal(a.items[a.count - 1], b.items[b.count - 1]);
}

static bool differ_in_order(const Node *first, const Node *second) {
    if (!is_same_operation(first, second) || has_effect(first, COMMUTES)) return false;
    NodeList a = as_prim(first).operands, b = as_prim(second).operands;
    return a.count == 2 && !node_equal(a.items[0], a.items[1]) &&
           node_equal(a.items[0], b.items[1]) && node_equal(a.items[1], b.items[0]);
}

/* What is read again was written between. */
static bool are_reads(const Node *first, const Node *second) {
    bool reads = is_form(first, H_global) || (is_form(first, H_prim) && has_effect(first, READS));
    return reads && node_equal(first, second);
}

void change_gvn_last_operand(Change *c) {
    copy_alike(c, differ_in_last);
}

void change_gvn_order(Change *c) {
    copy_alike(c, differ_in_order);
}

void change_gvn_stale_read(Change *c) {
    copy_alike(c, are_reads);
}

/* What one way of a branch has computed is taken for known on the other way. */
AT_EACH_EXIT(gvn_other_arm) {
    (void)block;
    if (!is_form(exit, H_branch)) return;
    const Node *yes = block_numbered(c, as_branch(exit).then->block);
    Node *no = block_numbered(c, as_branch(exit).otherwise->block);
    NodeList known = as_block(yes).steps, steps = as_block(no).steps;
    for (uint32_t i = 0; yes != no && i < known.count; i++)
        for (uint32_t k = 0; k < steps.count; k++) {
            const Node *first = operation_of(known.items[i]);
            const Node *second = operation_of(steps.items[k]);
            if (first && second && node_equal(first, second) && strikes(c))
                put_copy(c, no, k, known.items[i]);
        }
}

/* ---- gvn: taken for needless */

static bool is_check(NodeList steps, const Node *flag) {
    for (uint32_t i = 0; i < steps.count; i++) {
        const Node *operation = operation_of(steps.items[i]);
        if (operation && same_name(as_step_let(steps.items[i]).name, flag))
            return as_prim(operation).operands.count == 1;
    }
    return false;
}

/* A branch on the kind of a value is taken for decided. */
AT_EACH_EXIT(gvn_no_check) {
    if (!is_form(exit, H_branch)) return;
    BranchForm f = as_branch(exit);
    if (is_check(as_block(block).steps, f.test) && strikes(c))
        put_exit(c, block, make_jump(c->arena, exit->at, f.then, no_nodes(exit->at)));
}

/* Steps whose results nobody needs, though they have that effect. */
static void drop_steps(Change *c, unsigned effect) {
    NodeList blocks = blocks_of(c);
    for (uint32_t b = 0; b < blocks.count; b++) {
        BlockForm f = as_block(blocks.items[b]);
        for (uint32_t i = 0; i < f.steps.count; i++) {
            const Node *operation = operation_of(f.steps.items[i]);
            if (operation && has_effect(operation, effect) &&
                mentions_of(c->top, as_step_let(f.steps.items[i]).name) == 1 &&
                !is_form(f.exit, H_stop) && strikes(c))
                put_steps(c, blocks.items[b], without_item(c, f.steps, i));
        }
    }
}

void change_gvn_no_throw(Change *c) {
    drop_steps(c, THROWS);
}

void change_gvn_no_write(Change *c) {
    drop_steps(c, WRITES);
}
