"""pass gvn : Lblocks -> Lblocks

Computes nothing twice in a block, and drops what nobody uses. slispc's own pass looks further.

    (block b0 [%a.1:any] (let %x.2:any (prim %car %a.1)) (let %y.3:any (prim %car %a.1))
                         (tail-direct $user/g.w2 %x.2 %y.3))
    => (block b0 [%a.1:any] (let %x.2:any (prim %car %a.1)) (tail-direct $user/g.w2 %x.2 %x.2))

An operation may be replaced by an equal one above it if it neither reads what may change, nor
changes anything, nor makes an object of its own. It may be dropped if it changes nothing and cannot
throw. passes/prims.def says what each primitive does.
"""
import re
from pathlib import Path

from machine import blocks, with_blocks
from slir import Node, bare, change_tops, head, is_form, is_name, run_pass

ROW = re.compile(r'^PRIM\(\w+,\s*"([^"]+)",\s*"[^"]*",\s*"([^"]*)",\s*([A-Z |]+),', re.M)
TABLE = (Path(__file__).resolve().parents[2] / 'passes' / 'prims.def').read_text()
EFFECTS = {name: {e.strip() for e in effects.split('|')} | {result}
           for name, result, effects in ROW.findall(TABLE)}


def is_shareable(r):
    if not is_form(r, 'prim'):
        return False
    return r[1] in ('%tag', '%box') or not EFFECTS[r[1]] & {'READS', 'WRITES', 'ALLOCATES', 'none'}


def is_removable(r):
    if is_form(r, 'prim'):
        return not EFFECTS[r[1]] & {'WRITES', 'THROWS'}
    return isinstance(r, str) or head(r) in ('quote', 'closure', 'global')


class Function:
    def __init__(self):
        self.same_as = {}  # name -> the name or global that it equals

    def replaced(self, n):
        """n with every use of a name by what the name equals."""
        if isinstance(n, Node):
            return n if is_form(n, 'quote') else n.with_kids(map(self.replaced, n))
        while n in self.same_as:
            n = self.same_as[n]
        return n

    def number(self, block):
        """Finds the names of the block that equal something above them."""
        known = {}
        for step in block[3:-1]:
            name, r = bare(step[1]), self.replaced(step[2])
            if isinstance(r, str):
                self.same_as[name] = r
            elif is_shareable(r):
                first = known.setdefault(repr(r), name)
                if first != name:
                    self.same_as[name] = first

    def rebuilt(self, block):
        """The block without the steps whose names equal others."""
        steps = [step.with_kids(step[:2] + [self.replaced(step[2])]) for step in block[3:-1]
                 if bare(step[1]) not in self.same_as]
        return block.with_kids(block[:3] + steps + [self.replaced(block[-1])])


def names_in(n):
    """The names that are in n, but not in its constants."""
    if not isinstance(n, Node):
        return {n} if is_name(n) else set()
    return set().union(*map(names_in, n)) if not is_form(n, 'quote') else set()


def without_dead_code(function):
    """An operation is needed when it does something, or when one that is needed uses its name."""
    removable, needed, work = {}, set(), []
    for block in blocks(function):
        for step in block[3:-1]:
            if is_removable(step[2]):
                removable[bare(step[1])] = step[2]
            else:
                work.append(step[2])
        work.append(block[-1])
    while work:
        for name in names_in(work.pop()) - needed:
            needed.add(name)
            work += [removable[name]] if name in removable else []
    return with_blocks(function, [
        block.with_kids([kid for kid in block if not is_form(kid, 'let')
                         or bare(kid[1]) in needed or bare(kid[1]) not in removable])
        for block in blocks(function)])


def optimise_function(top):
    function = Function()
    for block in blocks(top):
        function.number(block)
    return without_dead_code(with_blocks(top, [function.rebuilt(block) for block in blocks(top)]))


def optimise(program):
    return change_tops(program, optimise_function, 'function')


if __name__ == '__main__':
    run_pass('gvn', 'Lblocks', 'Lblocks', optimise)
