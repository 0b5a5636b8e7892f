/* machine.c - the interpreter of Lx86 to Lframed: by name, or by the places that operands show.
 *
 * By name each name has a word of the frame; all that hold references are roots. By place the words
 * are registers, slots and the argument area, as in the machine: what the roots or the stack map of
 * a call leave out is lost when the collector runs.
 */
#include "machine_operations.h"

#include <math.h>

Machine machine;

void machine_transfer(const Transfers *t, Bits *const *rows) {
    for (uint32_t i = 0; i < t->count; i++)
        machine.moved[i] = *word_at(rows, t->items[i].from);
    for (uint32_t i = 0; i < t->count; i++)
        *word_at(rows, t->items[i].to) = machine.moved[i];
}

/* ---- frames */

static void push_frame(const Code *code) {
    uint64_t first = stack_push_room(code->frame_words);
    for (uint64_t i = first; i < world.top; i++)
        world.words[i] = JUNK;
    if (machine.by_place)
        memset(world.is_ref + first, 0, code->frame_words);
    else
        memcpy(world.is_ref + first, code->references, code->frame_words);
}

/* Of the words that are moved, the one that goes to transfer `i`'s place. */
static const Node *moved_name(const Node *moves, uint32_t i) {
    return is_form(moves, H_parallel) ? moves->kids[i]->kids[0] : moves->kids[i];
}

/* No reference is ever junk, so one that is was never put where it is read. */
static void move_words(const Activation *a, Bits *const *rows) {
    const Instruction *in = a->now;
    machine_transfer(in->transfers, rows);
    for (uint32_t i = 0; i < in->transfers->count; i++) {
        if (machine.moved[i] != JUNK) continue;
        const Node *name = moved_name(in->node, i);
        if (machine_holding(a->code, name) == HOLDING_VALUE)
            bug(in->node, "%%%s.%u is read where nothing was put", text_bytes(name->name.hint),
                name->name.number);
    }
}

/* Enters or leaves the frame, or moves words. */
static void run_added(Activation *a, Bits *const *rows) {
    const Instruction *in = a->now;
    if (in->unread) {
        bug(in->node, "%%%s.%u is wanted, but %s", text_bytes(in->unread->name->name.hint),
            in->unread->name->name.number, in->unread->why);
    } else if (in->transfers) {
        move_words(a, rows);
    } else if (a->framed == is_form(in->node, H_enter_frame)) {
        bug(in->node, a->framed ? "the frame is there already" : "there is no frame");
    } else if (a->framed) {
        world.top = world.frame->base;
        a->framed = false;
    } else {
        push_frame(a->code);
        a->framed = true;
    }
}

static void leave_function(const Activation *a) {
    if (a->framed && a->code->enters) bug(a->now->node, "the frame is still there");
}

/* The frame keeps rsp where C code wants it, and the collector looks for roots in it. */
static void check_frame_at_call(const Activation *a) {
    if (!a->framed) bug(a->now->node, "a call without the frame");
}

/* The machine has left the function's frame when it calls what a check asks for. */
static _Noreturn void throw_trap(const Activation *a) {
    if (machine.by_place) mark_roots(a->code, NULL, 0);
    a->now->trap();
    bug(a->now->node, "a trap came back");
}

static void start_frame(Activation *a, Frame *frame) {
    frame->state = a;
    frame->names = show_machine_names;
    if (world_watches()) show_machine_entry(a->code);
    if (a->code->enters) return;
    push_frame(a->code);
    a->framed = true;
}

/* ---- instructions */

/* Runs a function until it returns; gives what a tail call goes on with, else NULL. For calls of a
 * value that is `of_value`: the frame is to be left before the value is looked at. */
static Routine of_value;

static Routine *run(const Code *code, Frame *frame) {
    Activation activation = {.code = code};
    Bits *const rows[ROWS] = {world.words + frame->base, machine.registers, slisp_context.area,
                              code->constants};
    start_frame(&activation, frame);
    machine_transfer(code->parameters, rows);
    for (const Instruction *in = code->instructions, *next; /* until it leaves */; in = next) {
        activation.now = in;
        frame->at = in->at;
        if (++world.steps >= world.next_stop) world_stop();
        Bits *to = word_at(rows, in->to), a = *word_at(rows, in->a), b = second_operand(in, rows);
        Condition condition = (Condition)in->condition;
        next = in + 1;
        switch ((Opcode)in->opcode) {
        case X_mov:
        case X_const:
        case X_fmov:
        case X_fconst: *to = a; break;
        case X_lea: *to = (Bits)(uintptr_t)address_of(in, rows); break;
        case X_load:
        case X_fload: *to = load(address_of(in, rows), 8); break;
        case X_loadb: *to = load(address_of(in, rows), 1); break;
        case X_loadh: *to = load(address_of(in, rows), 2); break;
        case X_loadi: *to = load(address_of(in, rows), 4); break;
        case X_store:
        case X_fstore: store(address_of(in, rows), a); break;
        case X_add: *to = a + b; break;
        case X_sub: *to = a - b; break;
        case X_and: *to = a & b; break;
        case X_or: *to = a | b; break;
        case X_xor: *to = a ^ b; break;
        case X_imul: *to = a * b; break;
        case X_addt:
            if (!add_fits(a, b, to)) throw_trap(&activation);
            break;
        case X_subt:
            if (!sub_fits(a, b, to)) throw_trap(&activation);
            break;
        case X_imult:
            if (!mul_fits(a, b, to)) throw_trap(&activation);
            break;
        case X_shl: *to = a << (b & 63); break;
        case X_shr: *to = a >> (b & 63); break;
        case X_sar: *to = (Bits)((int64_t)a >> (b & 63)); break;
        case X_neg: *to = -a; break;
        case X_not: *to = ~a; break;
        case X_idiv: divide(in, rows); break;
        case X_cmpset:
        case X_fcmpset: *to = condition_holds(condition, a, b); break;
        case X_fadd: *to = bits_of(double_of(a) + double_of(b)); break;
        case X_fsub: *to = bits_of(double_of(a) - double_of(b)); break;
        case X_fmul: *to = bits_of(double_of(a) * double_of(b)); break;
        case X_fdiv: *to = bits_of(double_of(a) / double_of(b)); break;
        case X_fsqrt: *to = bits_of(sqrt(double_of(a))); break;
        case X_fneg: *to = a ^ (Bits)1 << 63; break;
        case X_cvtsi2sd: *to = bits_of((double)(int64_t)a); break;
        case X_cvttsd2si: *to = truncated(double_of(a)); break;
        case X_bump: *to = take_room(a); break;
        case X_jmp:
            machine_transfer(in->transfers, rows);
            next = code->instructions + in->yes;
            break;
        case X_cmpj:
        case X_fcmpj:
            next = code->instructions + (condition_holds(condition, a, b) ? in->yes : in->no);
            break;
        case X_heapj: next = code->instructions + (ask_room(a) ? in->yes : in->no); break;
        case X_call:
        case X_callv:
        case X_callr:
        case X_calla:
            check_frame_at_call(&activation);
            machine_run_call(code, in->call, rows);
            break;
        case X_tail:
            leave_function(&activation);
            machine_transfer(in->call->arguments, rows);
            return in->call->routine;
        case X_tailv:
            leave_function(&activation);
            machine_transfer(in->call->arguments, rows);
            machine.registers[RAX] = in->call->count;
            return &of_value;
        case X_ret:
            leave_function(&activation);
            *to = a;
            if (world_watches()) show_machine_result(code);
            return NULL;
        case X_NONE: run_added(&activation, rows); break;
        case X_stop:
        case X_dispatch:
        case X_COUNT: bug(in->node, "this is never reached");
        }
    }
}

void machine_execute(Routine *routine) {
    Frame frame;
    while (routine) {
        if (routine == &of_value) routine = callee_of_value();
        const Code *code = code_for(routine);
        if (code->targets) routine = through_entry(code);
        code = code_for(routine);
        frame_enter(&frame, routine);
        routine = run(code, &frame);
        frame_leave(&frame);
    }
}

/* ---- programs */

static bool has_routine(Text name) {
    return routine_named(name) != NULL;
}

/* The arguments go where the first block finds its parameters. */
static void run_wanted_machine(const WantedCall *w) {
    Routine *r = routine_named(wanted_name(w, has_routine));
    const Code *code = code_for(r);
    const Node *self = function_part(code->function, H_self);
    const Node *names = code->function->kids[function_first_block(code->function)]->kids[1];
    Bits *const rows[ROWS] = {NULL, machine.registers, slisp_context.area, NULL};
    uint32_t count = 0;
    check_wanted_count(w, names->count - (self ? self->count : 0));
    for (uint32_t i = 0; i < names->count; i++) {
        if (self && self->count && same_name(self->kids[0], names->kids[i])) continue;
        *word_at(rows, spot_of_place(names->kids[i])) =
            wanted_argument(w, count++, machine_holding(code, names->kids[i]));
    }
    machine_execute(r);
    Holding holding = holding_of_kind(function_part(code->function, H_returns)->kids[0]->text);
    print_wanted_result(machine.registers[holding == HOLDING_DOUBLE ? XMM0 : RAX], holding);
}

void interpret_machine(const Node *program, Language l) {
    Routine *start = NULL;
    machine = (Machine){.language = l, .by_place = world.options->by_place && l >= L_Lplaced};
    for (Where w = RAX; machine.by_place && w < REGISTERS; w++)
        machine.registers[w] = JUNK;
    for (uint32_t i = 0; i < program->count; i++) {
        const Node *top = top_inner(program->kids[i]);
        if (is_form(top, H_function) && machine.by_place) machine_check_by_place(top);
        if (is_form(top, H_function))
            routine_define(routine_new(top->kids[0]->text, top, is_form(program->kids[i], H_from)));
    }
    const WantedCall *wanted = wanted_call();
    if (wanted) {
        run_wanted_machine(wanted);
        return;
    }
    for (uint32_t i = 0; i < program->count; i++)
        if (is_form(program->kids[i], H_start)) start = routine_wanted(program->kids[i]->kids[0]);
    if (!start) fail(0, "the form does not say which function starts the program");
    machine_execute(start);
}
