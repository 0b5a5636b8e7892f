"""pass intervals : Llive -> Lintervals

Puts the blocks into one linear order and gives every name its live interval: the positions at which
it is live, and where it is used.

    (block b0 [%a.0=rdi %b.1=rsi] (live-in) (live-out)
      (call [%c.2=rax] (code $user/f) %a.0=rdi (roots %b.1) (last %a.0))
      (add [%d.3] %c.2 %b.1 (last %b.1 %c.2))
      (ret [] %d.3=rax (last %d.3)))
    => (interval %a.0 (ranges [0 3]) (uses 2))
       (interval %b.1 (ranges [0 5]) (uses 4))
       (interval %c.2 (ranges [3 5]) (uses 4))
       (interval %d.3 (ranges [5 7]) (uses 6))

The start of a block and every instruction take a number, two positions each: instruction n reads at
2n and writes at 2n + 1. Blocks are gone through from the last to the first, and so are their
instructions: the end of a range is known before its start is found. The hints that slispc's own
pass adds, where a value would like to be, are left out: they only make the code better.
"""
from machine import Flow, blocks, instructions, uses
from slir import bare, change_tops, form, is_form, number, part, run_pass, vector


def linear_order(flow):
    """Reverse postorder, with cold blocks and what only they lead to after the others."""
    hot = {}
    for i, name in enumerate(flow.order):
        reached = any(hot.get(before) for before in flow.predecessors[name])
        hot[name] = i == 0 or (reached and not is_form(flow.blocks[name], 'cold'))
    return sorted(flow.order, key=lambda name: not hot[name])


class Interval:
    def __init__(self):
        self.ranges, self.uses = [], []  # the last one first

    def add(self, start, end):
        if self.ranges and self.ranges[-1][0] <= end:
            self.ranges[-1][0] = start
        else:
            self.ranges.append([start, end])

    def define(self, position, block_start):
        """It is live from here on; when nothing uses it, only for this moment."""
        if self.ranges and self.ranges[-1][0] == block_start:
            self.ranges[-1][0] = position
        else:
            self.add(position, position + 1)

    def use(self, position):
        if position not in self.uses[-1:]:
            self.uses.append(position)

    def form(self, name):
        ranges = [vector(str(start), str(end)) for start, end in reversed(self.ranges)]
        uses = map(str, reversed(self.uses))
        return form('interval', name, form('ranges', *ranges), form('uses', *uses))


def read_block(block, start, intervals):
    """Adds the block, whose first position is `start`, to the intervals."""
    def interval(name):
        return intervals.setdefault(bare(name), Interval())

    ops = instructions(block)
    for name in part(block, 'live-out')[1:]:
        interval(name).add(start, start + 2 * (len(ops) + 1))
    for i, op in reversed(list(enumerate(ops, 1))):
        position = start + 2 * i
        for name in op[1]:
            interval(name).define(position + 1, start)
        for name in uses(op):
            interval(name).use(position)
        for name in (part(op, 'last') or [])[1:]:
            interval(name).add(start, position + 1)
    for name in block[2]:
        interval(name).define(start, start)


def find_intervals(function):
    flow, intervals, starts, end = Flow(function), {}, [], 0
    order = [flow.blocks[name] for name in linear_order(flow)]
    for block in order:
        starts.append(end)
        end += 2 * (len(instructions(block)) + 1)
    for block, start in zip(reversed(order), reversed(starts)):
        read_block(block, start, intervals)
    forms = [intervals[name].form(name) for name in sorted(intervals, key=number)]
    parts = function[:-len(blocks(function))]
    return function.with_kids(parts + [form('intervals', *forms)] + order)


if __name__ == '__main__':
    run_pass('intervals', 'Llive', 'Lintervals',
             lambda program: change_tops(program, find_intervals, 'function'))
