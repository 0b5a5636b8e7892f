"""pass alloc : Lintervals -> Lplaced

Gives each value a place: the simplest allocator that is right. Every value lives in a stack slot.
An instruction loads what it reads into registers, and what it defines is stored at once.

    (add [%d.3] %c.2 %b.1 (last %b.1 %c.2))
    => (move %c.2=rax %c.2=s2)
       (move %b.1=rcx %b.1=s1)
       (add [%d.3=rax] %c.2=rax %b.1=rcx)
       (move %d.3=s0 %d.3=rax)

Constants have no slot: they are made again where they are needed. Values that are never live
together may share a slot; their intervals say so. As no register keeps a value from one instruction
to the next, calls and branches need no thought, and what a block finds when it is entered is: every
value that is live there, in its slot.
"""
from machine import (Flow, blocks, constant_of, has_flag, in_place, instructions, kinds, operands,
                     place, uses, with_blocks)
from slir import bare, change_tops, form, is_form, is_name, part, run_pass

REGISTERS = {'raw': 'rax rcx rdx rbx rsi rdi rbp r8 r9 r10 r12 r13'.split(),
             'f64': ['xmm%d' % i for i in range(15)]}


def share_slots(intervals):
    """{name: slot}, and how many: a slot is free again when its value's interval is over."""
    slots, busy, free, count = {}, [], [], 0
    whole = [(int(ranges[1][0]), int(ranges[-1][1]), name) for _, name, ranges, *_ in intervals]
    for start, end, name in sorted(whole):
        free += [slot for over, slot in busy if over <= start]
        busy = [(over, slot) for over, slot in busy if over > start]
        if not free:
            free.append('s%d' % count)
            count += 1
        slots[name] = free.pop()
        busy.append((end, slots[name]))
    return slots, count


class Allocator:
    def __init__(self, function):
        self.flow, self.kinds = Flow(function), kinds(function)
        self.constants = {bare(op[1][0]): constant_of(op) for block in blocks(function)
                          for op in instructions(block) if constant_of(op)}
        intervals = part(function, 'intervals')[1:]
        self.slots, self.count = share_slots([i for i in intervals if i[1] not in self.constants])

    def in_slot(self, name):
        return in_place(name, self.slots[bare(name)])

    def fetch(self, name, place):
        """Brings the value from its slot to the place; a constant is made there."""
        if bare(name) in self.constants:
            return form('constant', in_place(name, place), self.constants[bare(name)])
        return form('move', in_place(name, place), self.in_slot(name))

    def stores(self, names):
        """Brings values from where they are to their slots."""
        return [form('move', self.in_slot(name), name) for name in names]

    def instruction(self, op):
        taken = [place(name) for name in uses(op) + op[1] if place(name)]
        loads = []

        def register(name):
            kind = 'f64' if self.kinds[bare(name)] == 'f64' else 'raw'
            taken.append(next(r for r in REGISTERS[kind] if r not in taken))
            return taken[-1]

        def load(operand):
            if is_form(operand, 'mem'):
                return operand.with_kids([load(kid) for kid in operand])
            if not is_name(operand):
                return operand
            where = place(operand) or register(operand)
            loads.append(self.fetch(operand, where))
            return in_place(operand, where)

        read = [load(operand) for operand in operands(op)]
        defined = [in_place(name, place(name) or (place(read[0]) if i == 0 and has_flag(op, 'TIED')
                                                  else register(name)))
                   for i, name in enumerate(op[1])]
        roots = [form('roots', *map(self.in_slot, note[1:]))
                 for note in op if is_form(note, 'roots')]
        placed = op.with_kids([op[0], op[1].with_kids(defined)] + read + roots)
        new = loads + [placed] + ([] if constant_of(op) else self.stores(defined))
        for item in new:
            item.at = op.at
        return new

    def jump(self, op):
        """The arguments go to the slots of the parameters, all at once."""
        target, arguments = op[2][1], op[2][2:]
        slots = [self.slots[parameter] for parameter in self.flow.blocks[target][2]]
        moves = [self.fetch(argument, slot) for argument, slot in zip(arguments, slots)
                 if self.slots.get(argument) != slot]
        placed = map(in_place, arguments, slots)
        group = [form('parallel', *moves, at=op.at)] if moves else []
        return group + [op.with_kids(['jmp', op[1], form('to', target, *placed)])]

    def block(self, block, is_entry):
        live = [name for name in part(block, 'live-in')[1:] if name not in self.constants]
        items = self.stores(block[2]) if is_entry else []
        parameters = block[2] if is_entry else map(self.in_slot, block[2])
        for op in instructions(block):
            items += self.jump(op) if op[0] == 'jmp' else self.instruction(op)
        return block.with_kids([block[0], block[1], block[2].with_kids(parameters),
                                form('in', *map(self.in_slot, live))] + items)

    def function(self, function):
        placed = [self.block(block, i == 0) for i, block in enumerate(blocks(function))]
        slots = form('slots', str(self.count))
        return with_blocks(function.with_kids([slots if is_form(kid, 'intervals') else kid
                                               for kid in function]), placed)


def allocate(program):
    return change_tops(program, lambda function: Allocator(function).function(function), 'function')


if __name__ == '__main__':
    run_pass('alloc', 'Lintervals', 'Lplaced', allocate)
