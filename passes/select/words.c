/* words.c - operations on words and doubles as instructions.
 *
 *   (let %x.3 (add %a.1 (word 8)))  => (add [%x.3] %a.1 (word 8)), or
 *                                      (lea [%x.3] (mem %a.1 8)) when %a.1 is used elsewhere
 *   (let %q.4 (quot %a.1 (word 4))) => shifts; by other words: idiv, in rax and rdx
 */
#include "select.h"

enum { WORD_BITS = 64 };

/* k when the operand is the constant 2^k with 1 <= k <= 30, else 0. */
static int power_of_two(const Node *a) {
    int64_t word;
    if (!immediate(a, &word) || word < 2 || (word & (word - 1)) || word > 1 << 30) return 0;
    int k = 0;
    while (word >> k != 1)
        k++;
    return k;
}

static Node *trap_form(Select *s, const char *name) {
    return make_trap(s->arena, s->at, node_text(s->arena, N_SYMBOL, s->at, text(name)));
}

/* ---- two operands, the result in the place of the first */

/* Should b be the first operand of x = a op b? A name, not a constant; the parameter that x is the
 * next value of; one that dies here; not one that a call has put into its slot. */
static bool is_better_first(Select *s, const Node *x, const Node *a, const Node *b) {
    const Node *next = local_of(s, x) ? local_of(s, x)->flows_to : NULL;
    if (b->kind != N_NAME) return false;
    if (a->kind != N_NAME || (next && same_name(next, b))) return true;
    if ((next && same_name(next, a)) || !used_once(s, b)) return false;
    return !used_once(s, a) || call_between(s, a, b);
}

static void put_in_order(Select *s, const Node *x, Node **a, Node **b) {
    if (!is_better_first(s, x, *a, *b)) return;
    Node *first = *a;
    *a = *b;
    *b = first;
}

/* Of a pointer: x may be one into its object, which only an address can be. */
static void select_address(Select *s, Node *x, Node *a, Node *b, int sign) {
    int64_t word;
    Node *base = in_name(s, a);
    if (immediate(b, &word) && sign * word == (int32_t)(sign * word)) {
        add_op(s, X_lea, x, mem_form(s, base, sign * word), NULL);
        return;
    }
    if (sign < 0) b = word_node(s, (int64_t)(0 - (uint64_t)as_word(b).bits->integer));
    add_op(s, X_lea, x, indexed_form(s, base, in_name(s, b), 1, 0), NULL);
}

/* x = a + b without touching a, when a is needed elsewhere. */
static bool select_lea(Select *s, Node *x, Node *a, Node *b, int sign) {
    int64_t word;
    if (a->kind != N_NAME || used_once(s, a)) return false;
    if (immediate(b, &word) && sign * word == (int32_t)(sign * word)) {
        add_op(s, X_lea, x, mem_form(s, a, sign * word), NULL);
        return true;
    }
    if (b->kind != N_NAME || used_once(s, b) || sign < 0) return false;
    add_op(s, X_lea, x, indexed_form(s, a, b, 1, 0), NULL);
    return true;
}

static void select_tied(Select *s, Opcode opcode, Node *x, Node *a, Node *b, bool commutes,
                        Node *trap) {
    if (commutes) put_in_order(s, x, &a, &b);
    Node *first = in_name(s, a), *second = word_or_name(s, b);
    if (trap)
        add_op(s, opcode, x, first, second, trap, NULL);
    else
        add_op(s, opcode, x, first, second, NULL);
}

static void select_doubles(Select *s, Opcode opcode, Node *x, Node *a, Node *b, bool commutes) {
    if (commutes) put_in_order(s, x, &a, &b);
    Node *first = in_name(s, a), *second = in_name(s, b);
    add_op(s, opcode, x, first, second, NULL);
}

static void select_shift(Select *s, Opcode opcode, Node *x, Node *a, Node *count) {
    int64_t word;
    Node *first = in_name(s, a);
    Node *second = immediate(count, &word) ? word_node(s, word & (WORD_BITS - 1))
                                           : node_placed(s->arena, in_name(s, count), RCX);
    add_op(s, opcode, x, first, second, NULL);
}

/* a * 3, 5, 9 is one address computation, a * 2^k a shift. */
static void select_product(Select *s, Node *x, Node *a, Node *b) {
    int64_t word;
    put_in_order(s, x, &a, &b);
    int k = power_of_two(b);
    if (k) {
        select_shift(s, X_shl, x, a, word_node(s, k));
    } else if (a->kind == N_NAME && immediate(b, &word) && (word == 3 || word == 5 || word == 9)) {
        add_op(s, X_lea, x, indexed_form(s, a, a, word - 1, 0), NULL);
    } else {
        select_tied(s, X_imul, x, a, b, false, NULL);
    }
}

/* ---- division */

/* n + (n < 0 ? 2^k - 1 : 0): what is to be shifted or masked so that the result rounds toward zero.
 */
static Node *biased(Select *s, Node *n, int k) {
    Node *sign = n, *bias = fresh_name(s, "bias", HOLDS_RAW),
         *sum = fresh_name(s, "sum", HOLDS_RAW);
    if (k > 1) {
        sign = fresh_name(s, "sign", HOLDS_RAW);
        add_op(s, X_sar, sign, n, word_node(s, WORD_BITS - 1), NULL);
    }
    add_op(s, X_shr, bias, sign, word_node(s, WORD_BITS - k), NULL);
    add_op(s, X_add, sum, bias, n, NULL);
    return sum;
}

static void select_division(Select *s, Node *x, Node *a, Node *b, bool remainder) {
    Node *n = in_name(s, a);
    int k = power_of_two(b);
    if (k) {
        Node *sum = biased(s, n, k);
        if (!remainder) {
            add_op(s, X_sar, x, sum, word_node(s, k), NULL);
            return;
        }
        Node *multiple = fresh_name(s, "multiple", HOLDS_RAW);
        add_op(s, X_and, multiple, sum, word_node(s, -((int64_t)1 << k)), NULL);
        add_op(s, X_sub, x, n, multiple, NULL);
        return;
    }
    Node *divisor = in_name(s, b), *other = fresh_name(s, remainder ? "quot" : "rem", HOLDS_RAW);
    Node *defs[] = {node_placed(s->arena, remainder ? other : x, RAX),
                    node_placed(s->arena, remainder ? x : other, RDX)};
    Node *operands[] = {node_placed(s->arena, n, RAX), divisor};
    add_op_of(s, X_idiv, nodes(defs, 2, s->at), nodes(operands, 2, s->at));
}

/* ---- memory */

static void select_load(Select *s, Node *x, Node *word) {
    add_op(s, is_double(s, x) ? X_fload : X_load, x, word, NULL);
}

/* The number that operand i is: of bytes, which are written as (word n). */
static int64_t bytes(WordOpForm f, uint32_t i) {
    return as_word(f.operands.items[i]).bits->integer;
}

static void select_sum(Select *s, Node *x, Node *a, Node *b) {
    if (!is_raw(s, a)) {
        select_address(s, x, a, b, 1);
        return;
    }
    put_in_order(s, x, &a, &b);
    if (!select_lea(s, x, a, b, 1)) select_tied(s, X_add, x, a, b, false, NULL);
}

static void select_difference(Select *s, Node *x, Node *a, Node *b) {
    if (!is_raw(s, a))
        select_address(s, x, a, b, -1);
    else if (!select_lea(s, x, a, b, -1))
        select_tied(s, X_sub, x, a, b, false, NULL);
}

void select_word(Select *s, Node *x, WordOpForm f) {
    Node *a = f.operands.count > 0 ? resolved(s, f.operands.items[0]) : NULL;
    Node *b = f.operands.count > 1 ? resolved(s, f.operands.items[1]) : NULL;
    switch ((Word)f.operation->head) {
    case W_mov: add_op(s, X_mov, x, in_name(s, a), NULL); break;
    case W_fmov: add_op(s, X_fmov, x, in_name(s, a), NULL); break;
    case W_add: select_sum(s, x, a, b); break;
    case W_sub: select_difference(s, x, a, b); break;
    case W_mul: select_product(s, x, a, b); break;
    case W_and: select_tied(s, X_and, x, a, b, true, NULL); break;
    case W_or: select_tied(s, X_or, x, a, b, true, NULL); break;
    case W_xor: select_tied(s, X_xor, x, a, b, true, NULL); break;
    case W_shl: select_shift(s, X_shl, x, a, b); break;
    case W_shr: select_shift(s, X_shr, x, a, b); break;
    case W_sar: select_shift(s, X_sar, x, a, b); break;
    case W_neg: add_op(s, X_neg, x, in_name(s, a), NULL); break;
    case W_not: add_op(s, X_not, x, in_name(s, a), NULL); break;
    case W_add_trap: select_tied(s, X_addt, x, a, b, true, trap_form(s, "overflow")); break;
    case W_sub_trap: select_tied(s, X_subt, x, a, b, false, trap_form(s, "overflow")); break;
    case W_mul_trap: select_tied(s, X_imult, x, a, b, true, trap_form(s, "overflow")); break;
    case W_quot: select_division(s, x, a, b, false); break;
    case W_rem: select_division(s, x, a, b, true); break;
    case W_load: select_load(s, x, memory_at(s, a, bytes(f, 1))); break;
    case W_load_at: select_load(s, x, memory_indexed(s, a, b, bytes(f, 2))); break;
    case W_load_byte: add_op(s, X_loadb, x, memory_at(s, a, bytes(f, 1)), NULL); break;
    case W_load_half: add_op(s, X_loadh, x, memory_at(s, a, bytes(f, 1)), NULL); break;
    case W_load_int: add_op(s, X_loadi, x, memory_at(s, a, bytes(f, 1)), NULL); break;
    case W_load_cell: select_load(s, x, memory_at(s, a, 0)); break;
    case W_bump: add_op(s, X_bump, x, word_node(s, bytes(f, 0)), NULL); break;
    case W_fadd: select_doubles(s, X_fadd, x, a, b, true); break;
    case W_fsub: select_doubles(s, X_fsub, x, a, b, false); break;
    case W_fmul: select_doubles(s, X_fmul, x, a, b, true); break;
    case W_fdiv: select_doubles(s, X_fdiv, x, a, b, false); break;
    case W_fsqrt: add_op(s, X_fsqrt, x, in_name(s, a), NULL); break;
    case W_fneg: add_op(s, X_fneg, x, in_name(s, a), NULL); break;
    case W_int_f64: add_op(s, X_cvtsi2sd, x, in_name(s, a), NULL); break;
    case W_f64_int: add_op(s, X_cvttsd2si, x, in_name(s, a), NULL); break;
    case W_NONE:
    case W_COUNT: bug(f.operation, "no word operation");
    }
}
