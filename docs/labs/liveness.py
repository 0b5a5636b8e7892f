"""pass liveness : Lx86 -> Llive

Writes down what is live: into and out of every block, after every safepoint, and where each name is
used for the last time.

    (block b0 [%a.0=rdi %b.1=rsi]
      (call [%c.2=rax] (code $user/f) %a.0=rdi)
      (add [%d.3] %c.2 %b.1)
      (ret [] %d.3=rax))
    => (block b0 [%a.0=rdi %b.1=rsi] (live-in) (live-out)
         (call [%c.2=rax] (code $user/f) %a.0=rdi (roots %b.1) (last %a.0))
         (add [%d.3] %c.2 %b.1 (last %b.1 %c.2))
         (ret [] %d.3=rax (last %d.3)))

Live out of a block is what is live into a successor; live into it is what it uses before it defines
it, and what is live out of it that it does not define. The smallest sets for which this holds are
found by going round until nothing changes.
"""
from machine import Flow, constant_of, has_flag, instructions, kinds, uses, with_blocks
from slir import bare, change_tops, form, number, run_pass


def sorted_form(head, names):
    return form(head, *sorted(names, key=number))


def bare_set(names):
    return {bare(name) for name in names}


def used_and_defined(block):
    """The names that the block uses without defining them, and those that it defines."""
    used, defined = set(), bare_set(block[2])
    for op in instructions(block):
        used |= bare_set(uses(op)) - defined
        defined |= bare_set(op[1])
    return used, defined


def live_blocks(flow):
    """By block: what is live into it."""
    blocks = {name: used_and_defined(flow.blocks[name]) for name in flow.order}
    live_in = {name: used for name, (used, _) in blocks.items()}
    changed = True
    while changed:
        changed = False
        for name in reversed(flow.order):
            used, defined = blocks[name]
            new = used | (live_out(flow, live_in, name) - defined)
            changed = changed or new != live_in[name]
            live_in[name] = new
    return live_in


def live_out(flow, live_in, name):
    return set().union(*(live_in[successor] for successor in flow.successors[name]))


def annotate(op, live, is_root):
    """op with its notes; `live`, what is live after it, becomes what is live before it."""
    notes = []
    live -= bare_set(op[1])
    if has_flag(op, 'SAFEPOINT'):
        notes.append(sorted_form('roots', filter(is_root, live)))
    last = bare_set(uses(op)) - live
    if last:
        notes.append(sorted_form('last', last))
    live |= last
    return op.with_kids(op + notes)


def annotate_function(function):
    flow, holds = Flow(function), kinds(function)
    live_in = live_blocks(flow)
    constants = {bare(op[1][0]) for block in flow.blocks.values() for op in instructions(block)
                 if constant_of(op)}

    def is_root(name):
        return holds[name] == 'ref' and name not in constants

    def annotate_block(block):
        live = live_out(flow, live_in, block[1])
        notes = [sorted_form('live-in', live_in[block[1]]), sorted_form('live-out', live)]
        ops = [annotate(op, live, is_root) for op in reversed(instructions(block))]
        return block.with_kids(block[:3] + notes + ops[::-1])

    return with_blocks(function, [annotate_block(block) for name, block in flow.blocks.items()
                                  if name in live_in])


def find_live(program):
    return change_tops(program, annotate_function, 'function')


if __name__ == '__main__':
    run_pass('liveness', 'Lx86', 'Llive', find_live)
