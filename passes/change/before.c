/* before.c - changes of what goes into alloc: what select and liveness give. */
#include "change.h"

/* ---- operands in the argument area */

static bool is_area_operand(const Node *operand) {
    return operand->kind == N_NAME && is_area(where_of(operand));
}

static bool is_area_call(const Node *item) {
    return is_instruction(item) && opcode_of(item) == X_calla;
}

void change_area_shift(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *op = c->top->kids[b]->kids[i];
            if (!is_area_call(op) || !is_area_operand(op->kids[op->count - 1]) || !strikes(c))
                continue;
            for (uint32_t k = FIRST_OPERAND; k < op->count; k++)
                if (is_area_operand(op->kids[k]))
                    op->kids[k] = at_place(c, op->kids[k], where_of(op->kids[k]) + 1);
        }
    }
}

void change_area_swap(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *op = c->top->kids[b]->kids[i];
            for (uint32_t k = FIRST_OPERAND + 1; is_area_call(op) && k < op->count; k++) {
                Node *first = op->kids[k - 1], *second = op->kids[k];
                if (!is_area_operand(first) || !is_area_operand(second) || !strikes(c)) continue;
                op->kids[k - 1] = at_place(c, first, where_of(second));
                op->kids[k] = at_place(c, second, where_of(first));
            }
        }
    }
}

void change_area_count(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *op = c->top->kids[b]->kids[i];
            if (is_area_call(op) && strikes(c)) op->kids[FIRST_OPERAND + 1]->kids[0]->integer++;
        }
    }
}

/* ---- kinds */

static Node *kind_row(Change *c, const Node *name) {
    Node *kinds = function_part(c->top, H_kinds);
    for (uint32_t i = 0; i < kinds->count; i++)
        if (same_name(kinds->kids[i]->kids[0], name)) return kinds->kids[i];
    return NULL;
}

void change_area_raw(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            Node *op = c->top->kids[b]->kids[i];
            for (uint32_t k = FIRST_OPERAND; is_area_call(op) && k < op->count; k++)
                if (is_area_operand(op->kids[k]) && strikes(c))
                    kind_row(c, op->kids[k])->kids[1] =
                        node_text(c->arena, N_SYMBOL, 0, text("raw"));
        }
    }
}

static bool defines(const Node *item, const Node *name) {
    for (uint32_t d = 0; is_instruction(item) && d < defined(item)->count; d++)
        if (same_name(defined(item)->kids[d], name)) return true;
    return false;
}

/* ---- roots */

static bool lists(const Node *roots, const Node *name) {
    for (uint32_t i = 0; roots && i < roots->count; i++)
        if (same_name(roots->kids[i], name)) return true;
    return false;
}

/* A reference is taken for a word: no safepoint has it among its roots. */
void change_ref_as_raw(Change *c) {
    const Node *kinds = function_part(c->top, H_kinds);
    for (uint32_t n = 0; n < kinds->count; n++) {
        const Node *name = kinds->kids[n]->kids[0];
        bool found = false, struck = false;
        EACH_BLOCK(c, b) {
            EACH_ITEM(c->top->kids[b], i) {
                Node *item = c->top->kids[b]->kids[i],
                     *roots = is_instruction(item) ? note_of(item, H_roots) : NULL;
                if (!lists(roots, name)) continue;
                if (!found) struck = strikes(c);
                found = true;
                for (uint32_t k = 0; struck && k < roots->count; k++)
                    if (same_name(roots->kids[k], name)) remove_kid(roots, k);
            }
        }
    }
}

static bool is_used_behind(Change *c, const Node *block, uint32_t i, const Node *name) {
    Uses uses = {0};
    for (i++; i < block->count; i++) {
        if (defines(block->kids[i], name)) return false;
        uses_of(c->arena, block->kids[i], &uses);
        for (uint32_t u = 0; u < uses.count; u++)
            if (same_name(uses.items[u].name, name)) return true;
    }
    return false;
}

/* Finds a word that lives across a call, as far as the block shows, where the change is to be. */
static bool strike_word_across_call(Change *c, Node **op, Node **word) {
    EACH_BLOCK(c, b) {
        Node *block = c->top->kids[b], *live_in = block->kids[2];
        EACH_ITEM(block, i) {
            *op = block->kids[i];
            for (uint32_t k = 0; is_safepoint_op(*op) && k < live_in->count; k++) {
                *word = live_in->kids[k];
                if (holds_of(c, *word) == HOLDS_RAW && is_used_behind(c, block, i, *word) &&
                    strikes(c))
                    return true;
            }
        }
    }
    return false;
}

void change_raw_as_ref(Change *c) {
    Node *op, *word;
    if (!strike_word_across_call(c, &op, &word)) return;
    for (uint32_t n = operands_end(op); n < op->count; n++)
        if (is_form(op->kids[n], H_roots)) insert_kid(c, &op->kids[n], op->kids[n]->count, word);
}

/* ---- an address that lives too long */

/* The operand of `op` that is memory in an object; NULL for none. */
static Node *memory_in_object(const Change *c, const Node *op) {
    for (uint32_t k = FIRST_OPERAND; k < operands_end(op); k++) {
        Node *memory = op->kids[k];
        if (is_form(memory, H_mem) && memory->kids[0]->kind == N_NAME &&
            holds_of(c, memory->kids[0]) == HOLDS_REF)
            return memory;
    }
    return NULL;
}

/* The last safepoint of the block before item `i`, if the name is there already; 0 for none. */
static uint32_t safepoint_before(const Node *block, uint32_t i, const Node *name) {
    for (uint32_t first = block_first_instruction(block); i-- > first;) {
        if (defines(block->kids[i], name)) return 0;
        if (is_safepoint_op(block->kids[i])) return i;
    }
    return 0;
}

static Node *new_address(Change *c) {
    Node *name = node_name(c->arena, text("d"), function_names(c->top));
    Node *kinds = function_part(c->top, H_kinds), *row = node_copy(c->arena, kinds->kids[0]);
    row->kids[0] = name;
    row->kids[1] = node_text(c->arena, N_SYMBOL, 0, text("drv"));
    function_part(c->top, H_names)->kids[0]->integer++;
    for (uint32_t i = 0; i < c->top->count; i++)
        if (c->top->kids[i] == kinds) insert_kid(c, &c->top->kids[i], kinds->count, row);
    return name;
}

/* Where memory is read or written after a call, the address is computed before it. */
void change_derived_across_gc(Change *c) {
    EACH_BLOCK(c, b) {
        EACH_ITEM(c->top->kids[b], i) {
            const Node *block = c->top->kids[b];
            Node *memory = memory_in_object(c, block->kids[i]);
            uint32_t call = memory ? safepoint_before(block, i, memory->kids[0]) : 0;
            if (!call || !strikes(c)) continue;
            Node *address = new_address(c), *at = node_int(c->arena, 0, 0);
            Node *names[] = {address};
            Node *lea[] = {node_row(c->arena, N_OPCODE, X_lea),
                           node_tree(c->arena, N_VECTOR, 0, names, 1),
                           list(c->arena, H_mem, 0, memory->kids[0], at, NULL)};
            memory->kids[0] = address;
            insert_kid(c, &c->top->kids[b], call, node_list(c->arena, H_op, 0, lea, 3));
            return;
        }
    }
}
