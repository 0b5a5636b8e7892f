/* ssa.c - changes of what blocks and gvn give: edges, arguments, what is taken for equal. */
#include "change.h"

static Node *exit_of(const Node *block) {
    return block->kids[block->count - 1];
}

/* The primitive operation that a step binds a name to; NULL for other steps. */
static Node *operation_of(const Node *step) {
    return is_form(step, H_let) && is_form(step->kids[1], H_prim) ? step->kids[1] : NULL;
}

static bool has_effect(const Node *operation, unsigned effect) {
    return (prim_rows[operation->kids[0]->head].effects & effect) != 0;
}

/* ---- blocks: ways */

void change_blocks_ways(Change *c) {
    EACH_BLOCK(c, b) {
        Node *exit = exit_of(c->top->kids[b]);
        if (is_form(exit, H_branch) && strikes(c)) exchange_kids(exit, 1, 2);
    }
}

void change_blocks_one_way(Change *c) {
    EACH_BLOCK(c, b) {
        Node *exit = exit_of(c->top->kids[b]);
        if (is_form(exit, H_branch) && strikes(c)) exit->kids[1] = exit->kids[2];
    }
}

/* A tail call with as many arguments as the function at hand goes there. */
void change_blocks_callee(Change *c) {
    EACH_BLOCK(c, b) {
        Node *exit = exit_of(c->top->kids[b]), *own = c->top->kids[0];
        const Node *parameters = c->top->kids[function_first_block(c->top)]->kids[1];
        if (is_form(exit, H_tail_direct) && exit->count - 1 == parameters->count &&
            !function_part(c->top, H_self)->count && !node_equal(exit->kids[0], own) && strikes(c))
            exit->kids[0] = own;
    }
}

/* ---- blocks: arguments */

void change_blocks_arguments(Change *c) {
    EACH_BLOCK(c, b) {
        Node *jump = exit_of(c->top->kids[b]);
        for (uint32_t i = 2; is_form(jump, H_jump) && i < jump->count; i++) {
            const Node *parameters = block_numbered(c, jump->kids[0]->block)->kids[1];
            if (type_of(parameters->kids[i - 2]) == type_of(parameters->kids[i - 1]) &&
                !node_equal(jump->kids[i - 1], jump->kids[i]) && strikes(c))
                exchange_kids(jump, i - 1, i);
        }
    }
}

/* Another jump to the same block, whose argument `i` is a constant; NULL for none. */
static Node *other_constant(const Change *c, const Node *jump, uint32_t i) {
    EACH_BLOCK(c, b) {
        const Node *other = exit_of(c->top->kids[b]);
        if (is_form(other, H_jump) && other->kids[0]->block == jump->kids[0]->block &&
            is_form(other->kids[i], H_quote) && !node_equal(other->kids[i], jump->kids[i]))
            return other->kids[i];
    }
    return NULL;
}

void change_blocks_other_arm(Change *c) {
    EACH_BLOCK(c, b) {
        Node *jump = exit_of(c->top->kids[b]);
        for (uint32_t i = 1; is_form(jump, H_jump) && i < jump->count; i++) {
            Node *constant = other_constant(c, jump, i);
            if (constant && strikes(c)) jump->kids[i] = constant;
        }
    }
}

/* The next round of a loop finds a parameter as it was. */
void change_blocks_stale(Change *c) {
    EACH_BLOCK(c, b) {
        Node *jump = exit_of(c->top->kids[b]);
        if (!is_form(jump, H_jump)) continue;
        const Node *to = block_numbered(c, jump->kids[0]->block);
        bool back = false;
        for (uint32_t k = function_first_block(c->top); k <= b; k++)
            back |= c->top->kids[k] == to;
        for (uint32_t i = 1; back && i < jump->count; i++)
            if (!same_name(jump->kids[i], to->kids[1]->kids[i - 1]) && strikes(c))
                jump->kids[i] = to->kids[1]->kids[i - 1];
    }
}

/* Two loads of captured values have each other's fields: the second one is told about the first. */
void change_blocks_capture(Change *c) {
    EACH_BLOCK(c, b) {
        Node *before = NULL;
        EACH_ITEM(c->top->kids[b], i) {
            Node *load = operation_of(c->top->kids[b]->kids[i]);
            if (!load || load->kids[0]->head != P_closure_ref) continue;
            if (before && strikes(c)) {
                Node *field = before->kids[2];
                before->kids[2] = load->kids[2];
                load->kids[2] = field;
            }
            before = load;
        }
    }
}

/* ---- gvn: taken for equal */

typedef bool Alike(const Node *first, const Node *second);

/* A name becomes a copy of an earlier one of its block whose operation is like its own. */
static void copy_alike(Change *c, Alike *alike) {
    EACH_BLOCK(c, b) {
        const Node *block = c->top->kids[b];
        EACH_ITEM(block, i) {
            for (uint32_t k = block_first_instruction(block); k < i; k++) {
                Node *first = block->kids[k], *second = block->kids[i];
                if (!is_form(first, H_let) || !is_form(second, H_let)) continue;
                if (type_of(first->kids[0]) == type_of(second->kids[0]) &&
                    alike(first->kids[1], second->kids[1]) && strikes(c))
                    second->kids[1] = first->kids[0];
            }
        }
    }
}

static bool is_same_operation(const Node *first, const Node *second) {
    return is_form(first, H_prim) && is_form(second, H_prim) && first->count == second->count &&
           first->kids[0]->head == second->kids[0]->head && !has_effect(first, WRITES);
}

static bool differ_in_last(const Node *first, const Node *second) {
    if (!is_same_operation(first, second) || first->count < 3) return false;
    for (uint32_t i = 1; i + 1 < first->count; i++)
        if (!node_equal(first->kids[i], second->kids[i])) return false;
    return !node_equal(first->kids[first->count - 1], second->kids[second->count - 1]);
}

static bool differ_in_order(const Node *first, const Node *second) {
    return is_same_operation(first, second) && first->count == 3 && !has_effect(first, COMMUTES) &&
           !node_equal(first->kids[1], first->kids[2]) &&
           node_equal(first->kids[1], second->kids[2]) &&
           node_equal(first->kids[2], second->kids[1]);
}

/* What is read again was written between. */
static bool are_reads(const Node *first, const Node *second) {
    bool reads = is_form(first, H_global) || (is_form(first, H_prim) && has_effect(first, READS));
    return reads && node_equal(first, second);
}

void change_gvn_last_operand(Change *c) { copy_alike(c, differ_in_last); }
void change_gvn_order(Change *c) { copy_alike(c, differ_in_order); }
void change_gvn_stale_read(Change *c) { copy_alike(c, are_reads); }

/* What one way of a branch has computed is taken for known on the other way. */
void change_gvn_other_arm(Change *c) {
    EACH_BLOCK(c, b) {
        const Node *exit = exit_of(c->top->kids[b]);
        if (!is_form(exit, H_branch)) continue;
        const Node *yes = block_numbered(c, exit->kids[1]->block),
                   *no = block_numbered(c, exit->kids[2]->block);
        EACH_ITEM(yes, i) {
            EACH_ITEM(no, k) {
                Node *first = yes->kids[i], *second = no->kids[k];
                if (yes != no && operation_of(first) && operation_of(second) &&
                    node_equal(first->kids[1], second->kids[1]) && strikes(c))
                    second->kids[1] = first->kids[0];
            }
        }
    }
}

/* ---- gvn: taken for needless */

static bool is_check(const Node *block, const Node *flag) {
    EACH_ITEM(block, i) {
        const Node *operation = operation_of(block->kids[i]);
        if (operation && same_name(block->kids[i]->kids[0], flag)) return operation->count == 2;
    }
    return false;
}

/* A branch on the kind of a value is taken for decided. */
void change_gvn_no_check(Change *c) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b], *exit = exit_of(block);
        if (is_form(exit, H_branch) && is_check(block, exit->kids[0]) && strikes(c))
            block->kids[block->count - 1] = list(c->arena, H_jump, exit->at, exit->kids[1], NULL);
    }
}

/* Steps whose results nobody needs, though they have that effect. */
static void drop_steps(Change *c, unsigned effect) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b];
        EACH_ITEM(block, i) {
            const Node *operation = operation_of(block->kids[i]);
            if (operation && has_effect(operation, effect) &&
                mentions_of(c->top, block->kids[i]->kids[0]) == 1 &&
                !is_form(exit_of(block), H_stop) && strikes(c))
                remove_kid(block, i);
        }
    }
}

void change_gvn_no_throw(Change *c) { drop_steps(c, THROWS); }
void change_gvn_no_write(Change *c) { drop_steps(c, WRITES); }
