/* check_machine.c - functions from Lx86 on: instructions have the operands of their rows of
 * x86.def, blocks end where they should, and what liveness, intervals, alloc and frame add to a
 * form is such that the passes after them can read it. Whether it is right is the verifier's to
 * say.
 */
#include "checker.h"
#include "ir/machine.h"

#include <string.h>

/* ---- one instruction */

static bool is_constant(const Node *n) {
    return is_form(n, H_word) || is_form(n, H_quote) || is_form(n, H_static) ||
           is_form(n, H_code) || is_form(n, H_cell) || is_form(n, H_shape) ||
           is_form(n, H_runtime) || is_form(n, H_real);
}

static bool is_small(const Node *n) {
    return is_form(n, H_word) && as_word(n).bits->integer == (int32_t)as_word(n).bits->integer;
}

static bool is_shift_count(const Node *n) {
    return is_form(n, H_word) && as_word(n).bits->integer >= 0 && as_word(n).bits->integer < 64;
}

/* Is it an operand for that letter of x86.def? */
static bool is_for(char letter, const Node *n) {
    bool name = n->kind == N_NAME;
    switch (letter) {
    case 'r':
    case 'x': return name;
    case 'm': return is_form(n, H_mem);
    case 'i': return is_small(n);
    case 'c': return is_constant(n);
    case 's': return name || is_small(n) || is_form(n, H_mem);
    case 'y': return name || is_form(n, H_mem);
    case 'v': return name || is_small(n);
    case 'h': return name || is_shift_count(n);
    case 'k': return is_form(n, H_cc);
    case 'b': return is_form(n, H_to);
    case 't': return is_form(n, H_trap);
    default: return false;
    }
}

static bool check_operand_list(Checker *c, const Node *op, NodeList operands, const char *letter) {
    uint32_t i = 0;
    for (; *letter && *letter != '*'; letter++, i++)
        if (i >= operands.count || !is_for(*letter, operands.items[i]))
            return ill_formed(c, op, "operand %u is missing or does not fit %s", i + 1,
                              opcode_rows[opcode_of(op)].name);
    for (; *letter == '*' && i < operands.count; i++)
        if (operands.items[i]->kind != N_NAME && !is_form(operands.items[i], H_dispatch))
            return ill_formed(c, op, "operand %u must be a name", i + 1);
    return i == operands.count || ill_formed(c, op, "it has too many operands");
}

/* What a constant has to be for its instruction: doubles are for fconst, code for calls. */
static bool check_constant(Checker *c, const Node *op, const Node *constant) {
    Opcode o = opcode_of(op);
    bool runtime = is_form(constant, H_runtime), code = is_form(constant, H_code);
    bool fine = o == X_fconst                  ? is_form(constant, H_real)
                : o == X_call || o == X_tail   ? code
                : o == X_callr || o == X_calla ? runtime
                                               : !runtime && !is_form(constant, H_real);
    return fine || ill_formed(c, op, "this constant is not for %s", opcode_rows[o].name);
}

bool check_instruction(Checker *c, const Node *op) {
    OpForm f = as_op(op);
    const char *shape = opcode_rows[opcode_of(op)].shape, *operands = strchr(shape, '=') + 1;
    if (f.defines.count != (uint32_t)(operands - 1 - shape))
        return ill_formed(c, op, "%s defines %u names", opcode_rows[opcode_of(op)].name,
                          (unsigned)(operands - 1 - shape));
    if (!check_operand_list(c, op, f.operands, operands)) return false;
    bool is_dispatch = opcode_of(op) == X_dispatch;
    if (opcode_of(op) == X_ret && f.operands.count != 1)
        return ill_formed(c, op, "it returns one value");
    for (uint32_t i = 0; i < f.operands.count; i++)
        if (is_form(f.operands.items[i], H_dispatch) != is_dispatch)
            return ill_formed(c, op, "only dispatch has (dispatch ...), and nothing else");
    if (is_dispatch && f.operands.count != 1) return ill_formed(c, op, "it has one (dispatch ...)");
    return *operands != 'c' || check_constant(c, op, f.operands.items[0]);
}

/* ---- blocks */

static bool leaves(const Node *n) {
    return is_form(n, H_op) && has_flag(n, LEAVES);
}

static bool check_block_end(Checker *c, const Node *block) {
    NodeList items = as_instr_block(block).instructions;
    for (uint32_t i = 0; i < items.count; i++)
        if (leaves(items.items[i]) != (i + 1 == items.count)) {
            if (c->language == L_Lx86) return true; /* V22 */
            return ill_formed(c, block, "its last instruction, and no other, must leave it");
        }
    return items.count || c->language == L_Lx86 || ill_formed(c, block, "it has no instruction");
}

static bool check_block_label(Checker *c, const Node *block, int64_t most) {
    uint32_t number = as_instr_block(block).label->block;
    return number <= most || ill_formed(c, block, "b%u is too large a number", number);
}

/* ---- places, from Lplaced on */

static bool check_place(Checker *c, const Node *name, const Node *form, int64_t slots) {
    Where w = where_of(name);
    if (w == NOWHERE)
        return ill_formed(c, form, "%%%s.%u has no place", text_bytes(name->name.hint),
                          name->name.number);
    return !is_slot(w) || slots < 0 || w - SLOT0 < slots ||
           ill_formed(c, form, "%s is not below (slots %lld)", where_text(w), (long long)slots);
}

static bool check_places(Checker *c, const Node *n, const Node *form, int64_t slots) {
    if (n->kind == N_NAME) return check_place(c, n, form, slots);
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        if (!check_places(c, n->kids[i], n->head == H_op ? n : form, slots)) return false;
    return true;
}

/* ---- the whole */

bool check_machine_function(Checker *c, const Node *function) {
    FunctionForm f = as_function(function);
    int64_t most = sane_number(function);
    bool placed = c->language >= L_Lplaced;
    int64_t slots = f.slots ? f.slots->integer : -1;
    if (!f.blocks.count) return ill_formed(c, function, "a function needs a block");
    for (uint32_t i = 0; i < f.blocks.count; i++) {
        const Node *block = c->block_form = f.blocks.items[i];
        if (!check_block_label(c, block, most) || !check_block_end(c, block)) return false;
        if (placed && !check_places(c, block, block, slots)) return false;
    }
    return true;
}
