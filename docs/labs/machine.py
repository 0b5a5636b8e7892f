"""machine - a function's blocks and their graph; instructions of Lx86 and later, and places.

An instruction is (opcode [defined names] operand ... note ...); passes/x86.def says what each
opcode wants. Operands are names, constants, (mem %x n), and on jumps (to b %x ...).
"""
import re
from pathlib import Path

from slir import Node, bare, head, is_form, is_name, part

ROW = re.compile(r'^X86\(\w+,\s*"([^"]+)",\s*"[^"]*",\s*([^"]+?),', re.M)
TABLE = (Path(__file__).resolve().parents[2] / 'passes' / 'x86.def').read_text()
OPCODES = {name: {flag.strip() for flag in flags.split('|')} for name, flags in ROW.findall(TABLE)}
NOTES = ('roots', 'last', 'map', 'live-in', 'live-out', 'in')


def blocks(function):
    """The function's blocks, hot and cold."""
    return [kid for kid in function if is_form(kid, 'block', 'cold')]


def with_blocks(function, new):
    """The function with other blocks."""
    return function.with_kids([kid for kid in function if not is_form(kid, 'block', 'cold')] + new)


def is_op(n):
    return head(n) in OPCODES and len(n) > 1 and isinstance(n[1], Node) and n[1].open == '['


def has_flag(op, flag):
    return is_op(op) and flag in OPCODES[op[0]]


def operands(op):
    return [kid for kid in op[2:] if not is_form(kid, *NOTES)]


def uses(op):
    """The names that op reads, in the order of the text."""
    found = []
    for operand in operands(op):
        kids = operand if is_form(operand, 'mem', 'to') else [operand]
        found += [kid for kid in kids if is_name(kid)]
    return found


def instructions(block):
    return [kid for kid in block[3:] if not is_form(kid, *NOTES)]


def place(name):
    """The register 'rdi', slot 's2' or argument word 'a0' that the name is in, or None."""
    return name.partition('=')[2].partition('[')[0] or None


def in_place(name, place):
    """The name in another place, or in none."""
    return bare(name) + '=' + place if place else bare(name)


def constant_of(op):
    """The constant that op gives its name, if it does nothing else."""
    return op[2] if is_op(op) and op[0] in ('const', 'fconst') else None


def kinds(function):
    """{'%x.1': 'ref' ...}: what each name holds."""
    return {name: kind for name, kind in part(function, 'kinds')[1:]}


class Flow:
    """A function's blocks by name, with their successors, predecessors and reverse postorder."""

    def __init__(self, function):
        self.blocks = {block[1]: block for block in blocks(function)}
        self.place = {name: i for i, name in enumerate(self.blocks)}
        self.successors = {name: targets(block) for name, block in self.blocks.items()}
        self.order = self.postorder()[::-1]
        self.predecessors = {name: [] for name in self.order}
        for name in self.blocks:
            for successor in self.successors[name] if name in self.predecessors else ():
                self.predecessors[successor].append(name)

    def postorder(self):
        """Of two successors the one that is last in the function is visited first."""
        first = next(iter(self.blocks))
        done, seen, stack = [], {first}, [(first, self.visits(first))]
        while stack:
            name, left = stack[-1]
            successor = next((s for s in left if s not in seen), None)
            if successor:
                seen.add(successor)
                stack.append((successor, self.visits(successor)))
            else:
                done.append(name)
                stack.pop()
        return done

    def visits(self, name):
        return iter(sorted(self.successors[name], key=self.place.get, reverse=True))


def targets(block):
    """The blocks that the block's last instruction names."""
    return [kid[1] for kid in block[-1] if is_form(kid, 'to')]
