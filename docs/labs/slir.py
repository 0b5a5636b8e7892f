"""slir - reads and prints the forms of slispc: what a pass written in Python needs.

A form is a Node: a Python list of what is between its brackets, with `open`, its bracket, and
`at`, its place in the source. All else is text as it is in the dump: 'let', '%x.3:int', '42'.
A node made without a place has that of the form around it or, in a block, of the line above it.
"""
import re
import sys

sys.setrecursionlimit(1000000)  # forms may be nested deeply
TOKEN = re.compile(r'#?[\[({]|[\])}]|(?:#?"(?:[^"\\]|\\.)*"|\|(?:[^|\\]|\\.)*\||'
                   r'[^\s()\[\]{},";@]+(?:\[rsp\+\d+\])?)?(?:@[-\d:^]+)?', re.S)
NAME = re.compile(r'(?P<bare>%[^:=]*\.(?P<number>\d+))(?:[:=].+)?')
CLOSING = {'(': ')', '[': ']', '{': '}', '#{': '}'}
SEQUENCES = ('block', 'cold', 'code')  # their kids follow one another


class Node(list):
    """A form or vector: its kids, its place in the source or None, the bracket that opens it."""

    def __init__(self, kids=(), at=None, open='('):
        list.__init__(self, kids)
        self.at, self.open = at, open

    def with_kids(self, kids):
        """A node like this one, with other kids."""
        return Node(kids, self.at, self.open)


def form(*kids, at=None):
    """A new form; its first kid is its head."""
    return Node(kids, at)


def vector(*kids, at=None):
    """A new vector."""
    return Node(kids, at, '[')


def head(n):
    """What the form starts with; None for a vector, an empty form and text."""
    return n[0] if isinstance(n, Node) and n.open == '(' and n and isinstance(n[0], str) else None


def is_form(n, *heads):
    """Is n a form that starts with one of these?"""
    return head(n) in heads


def part(n, head):
    """The first kid of n with that head, or None."""
    return next((kid for kid in n if is_form(kid, head)), None)


def kids_around(n, around):
    """For each kid of n: the kid, and the place that it has when it says none."""
    around, in_sequence = n.at or around, head(n) in SEQUENCES
    for kid in n:
        yield kid, around
        if in_sequence and isinstance(kid, Node) and kid.open == '(':
            around = kid.at or around


def settle(n, around):
    n.at = n.at or around
    for kid, before in kids_around(n, around):
        if isinstance(kid, Node):
            settle(kid, before)


def read(text):
    """The header and the program of a dump."""
    stack = [Node()]
    for token in filter(None, TOKEN.findall(text)):
        if token in CLOSING:
            stack.append(Node((), None, token))
        elif token in CLOSING.values():
            if len(stack) == 1 or CLOSING[stack[-1].open] != token:
                raise SyntaxError('a %s that closes nothing' % token)
            stack[-2].append(stack.pop())
        elif token[0] == '@':
            stack[-1].at = token[1:]
        else:
            stack[-1].append(token)
    if len(stack) > 1 or len(stack[0]) != 2:
        raise SyntaxError('a dump is a header and a (program ...)')
    settle(stack[0][1], '-')
    return stack[0]


def show(n, around='-', indent=0):
    """n as text: on one line where it fits, otherwise the forms in it have lines of their own."""
    texts = [kid if isinstance(kid, str) else show(kid, before, indent + 1)
             for kid, before in kids_around(n, around)]
    place = [] if n.at in (None, around) else ['@' + n.at]
    line = n.open + ' '.join(texts + place) + CLOSING[n.open]
    if head(n) not in SEQUENCES and '\n' not in line and indent + len(line) <= 100:
        return line
    text = n.open + ' '.join(texts[:1] + place)
    for kid, kid_text in zip(n[1:], texts[1:]):
        beside = isinstance(kid, str) or n.open == '(' != kid.open and '\n' not in kid_text
        text += (' ' if beside else '\n' + ' ' * (indent + 1)) + kid_text
    return text + CLOSING[n.open]


def run_pass(name, source, target, change):
    """Standard input to standard output: change(program) in the place of the pass `name`."""
    header, program = read(sys.stdin.buffer.read().decode())
    if header[2] != source:
        sys.exit('%s takes %s, but this is %s' % (name, source, header[2]))
    header[2:] = [target, form('after', name)] + [r for r in header[3:] if not is_form(r, 'after')]
    sys.stdout.buffer.write('\n'.join([show(header), show(change(program)), '']).encode())


def change_tops(program, change, *heads):
    """The program with change(top) for every top with one of these heads, in (from ns top) too."""
    def changed(top):
        if is_form(top, 'from'):
            return top.with_kids(top[:2] + [changed(top[2])])
        return change(top) if head(top) in heads else top
    return program.with_kids(program[:2] + [changed(top) for top in program[2:]])


def is_name(a):
    """Is a the text of a name, %hint.number with :type or =place after?"""
    return isinstance(a, str) and NAME.fullmatch(a) is not None


def bare(name):
    """Without type and place."""
    return NAME.fullmatch(name)['bare']


def number(name):
    """No other name of the top has that number."""
    return int(NAME.fullmatch(name)['number'])


class Names:
    """New names for a top: Names(top).new('t') is one; .form() is the (names n) to put into it."""

    def __init__(self, top):
        self.next = int(part(top, 'names')[1])

    def new(self, hint):
        self.next += 1
        return '%%%s.%d' % (hint, self.next - 1)

    def form(self):
        return form('names', str(self.next))
