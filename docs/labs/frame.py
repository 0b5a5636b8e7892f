"""pass frame : Lplaced -> Lframed

Lays out the stack frame, enters and leaves it, puts parallel moves into sequence, and turns the
roots of each safepoint into its stack map.

    (function $f ... (slots 1)
      (block b0 [%a.0=rdi %b.1=rsi] (in)
        (parallel (move %b.1=s0 %b.1=rsi) (move %b.1=rdi %b.1=rsi))
        (call [%c.2=rax] (code $g) %b.1=rdi (roots %b.1=s0))
        (add [%d.3=rax] %c.2=rax %b.1=s0)
        (ret [] %d.3=rax)))
    => (function $f ... (frame 8 (slot 0 0))
         (block b0 [%a.0=rdi %b.1=rsi] (in)
           (enter-frame)
           (move %b.1=s0[rsp+0] %b.1=rsi)
           (move %b.1=rdi %b.1=rsi)
           (call [%c.2=rax] (code $g) %b.1=rdi (map %b.1=s0[rsp+0]))
           (add [%d.3=rax] %c.2=rax %b.1=s0[rsp+0])
           (leave-frame)
           (ret [] %d.3=rax)))

A call pushes the return address, so that a frame of 8 bytes more than a multiple of 16 puts rsp on
a multiple of 16, which is what the functions that are called want.
"""
from machine import blocks, has_flag, in_place, is_op, place, with_blocks
from slir import Node, change_tops, form, is_form, is_name, part, run_pass

LEAVES_FUNCTION = ('ret', 'tail-call', 'tail-value')


def laid_out(n):
    """n with the offset of every slot that its operands show; slot k is at rsp + 8k."""
    if isinstance(n, Node):
        return n.with_kids(map(laid_out, n)) if not is_form(n, 'quote', 'shape', 'real') else n
    where = place(n) if is_name(n) else None
    return n + '[rsp+%d]' % (8 * int(where[1:])) if where and where[0] == 's' else n


class Frame:
    def __init__(self, function):
        self.slots = int(part(function, 'slots')[1])
        self.spare = 0
        self.calls = any(has_flag(op, 'SAFEPOINT')
                         for block in blocks(function) for op in block[3:])

    def exists(self):
        return self.slots + self.spare > 0 or self.calls

    def form(self):
        count = self.slots + self.spare
        size = 8 * count
        if self.calls and size % 16 == 0:
            size += 8
        return form('frame', str(size), *[form('slot', str(k), str(8 * k)) for k in range(count)])

    def sequence(self, group):
        """The moves of a group in order: a move is made when no other reads its target."""
        waiting = [move for move in group[1:]
                   if is_form(move, 'move') and place(move[1]) != place(move[2])]
        constants = [move for move in group[1:] if is_form(move, 'constant')]
        made = []
        while waiting:
            read = [place(move[2]) for move in waiting]
            ready = [move for move in waiting if place(move[1]) not in read]
            if ready:
                made += ready
                waiting = [move for move in waiting if move not in ready]
            else:
                waiting = self.break_cycle(waiting, made)
        return [form(*move, at=group.at) for move in made + constants]

    def break_cycle(self, waiting, made):
        """What the first move would overwrite goes to a spare slot, and is read there."""
        self.spare = 1
        spare, lost = 's%d' % self.slots, place(waiting[0][1])
        reader = next(move for move in waiting if place(move[2]) == lost)
        made.append(form('move', in_place(reader[2], spare), reader[2]))
        return [form('move', move[1], in_place(move[2], spare)) if place(move[2]) == lost else move
                for move in waiting]

    def item(self, item):
        if is_form(item, 'parallel'):
            return self.sequence(item)
        if not is_op(item):
            return self.sequence(Node(['parallel', item], item.at))
        return [item.with_kids([form('map', *kid[1:]) if is_form(kid, 'roots') else kid
                                for kid in item])]

    def block(self, block):
        return block.with_kids(block[:4] + [new for item in block[4:] for new in self.item(item)])

    def enter_and_leave(self, block, is_entry):
        items = [form('enter-frame', at=block[4].at)] if is_entry else []
        for item in block[4:]:
            items += [form('leave-frame', at=item.at)] if is_form(item, *LEAVES_FUNCTION) else []
            items.append(item)
        return block.with_kids(block[:4] + items)


def add_frame(function):
    frame = Frame(function)
    new = [frame.block(block) for block in blocks(function)]
    if frame.exists():
        new = [frame.enter_and_leave(block, i == 0) for i, block in enumerate(new)]
    parts = [frame.form() if is_form(kid, 'slots') else kid for kid in function]
    return with_blocks(function.with_kids(parts), [laid_out(block) for block in new])


def add_frames(program):
    return change_tops(program, add_frame, 'function')


if __name__ == '__main__':
    run_pass('frame', 'Lplaced', 'Lframed', add_frames)
