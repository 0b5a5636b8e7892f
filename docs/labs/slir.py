"""slir - reads and prints the forms of slispc: what a pass written in Python needs.

A form is a Node: a Python list of what stands between its brackets, with `open`, its bracket, and
`at`, its place in the source as 'line:column'. Everything else is text, as it stands in the dump:
'let', '%x.3:int', '$user/f', 'b2', '42', '"a string"'.

Nodes that were read know their place. One that you make may leave it out: it then has the place
of the form around it or, among the instructions of a block, of the line above it.
"""
import re
import sys
from functools import lru_cache

from slir_text import INSIDE, Node, at, head, is_form, read, show

NAME = re.compile(r'(?P<bare>%(?P<hint>[^:=]*)\.(?P<number>\d+))'
                  r'(?::(?P<type>.+)|=(?P<place>\w+)(?:\[rsp\+(?P<offset>\d+)\])?)?')


def run_pass(name, source, target, change):
    """Standard input to standard output: change(program) in the place of the pass `name`."""
    sys.stdin.reconfigure(encoding='utf-8', newline='')
    sys.stdout.reconfigure(encoding='utf-8', newline='')
    header, program = read(sys.stdin.read())
    if header[2] != source:
        sys.exit('%s takes %s, but this is %s' % (name, source, header[2]))
    after = [form('after', name) if is_form(row, 'after') else row for row in header[3:]]
    sys.stdout.write(show(header.with_kids(header[:2] + [target] + after), change(program)))


# ---- forms --------------------------------------------------------------------------------------

def form(head, *kids, at=None):
    return Node((head,) + kids, at)


def vector(*kids, at=None):
    return Node(kids, at, '[')


def walk(n):
    """n and all that is in it, but no constants."""
    yield n
    if isinstance(n, Node) and head(n) not in INSIDE:
        for kid in n:
            yield from walk(kid)


# ---- names: %hint.number, with :type or =place behind -------------------------------------------

@lru_cache(None)
def name_parts(a):
    return NAME.fullmatch(a) if a[0] == '%' else None


def is_name(a):
    return isinstance(a, str) and name_parts(a) is not None


def number(name):
    return int(name_parts(name)['number'])


def hint(name):
    """What the name is called, without its number: for new names like it."""
    return name_parts(name)['hint']


def bare(name):
    """Without type and place."""
    return name_parts(name)['bare']


def place(name):
    """The register 'rdi', slot 's2' or argument word 'a0' that the name stands in, or None."""
    return name_parts(name)['place']


def in_place(name, place):
    return bare(name) + '=' + place if place else bare(name)


class Names:
    """New names for a top: Names(top).new('t') is one; .form() is the (names n) to put into it."""

    def __init__(self, top):
        self.next = int(part(top, 'names')[1])

    def new(self, hint):
        self.next += 1
        return '%%%s.%d' % (hint, self.next - 1)

    def form(self):
        return form('names', str(self.next))


# ---- programs -----------------------------------------------------------------------------------

def part(n, head):
    """The first kid of n with that head, or None."""
    return next((kid for kid in n if is_form(kid, head)), None)


def change_tops(program, change, *heads):
    """The program with change(top) for every top with one of these heads, in (from ns top) too."""
    def changed(top):
        if is_form(top, 'from'):
            return top.with_kids(top[:2] + [changed(top[2])])
        return change(top) if head(top) in heads else top
    return program.with_kids(program[:2] + [changed(top) for top in program[2:]])


def blocks(function):
    return [kid for kid in function if is_form(kid, 'block', 'cold')]


def with_blocks(function, new):
    return function.with_kids([kid for kid in function if not is_form(kid, 'block', 'cold')] + new)
