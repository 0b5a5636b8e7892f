"""slir_text - forms as Python objects, and how they are read and printed, byte for byte as slispc
prints them with --style=full. slir.py is what passes use."""
import re
import sys

sys.setrecursionlimit(1000000)  # forms may be nested deeply
TOKEN = re.compile(r'#?"(?:[^"\\]|\\.)*"(?:@[-\d:^]+)?|\|(?:[^|\\]|\\.)*\|(?:@[-\d:^]+)?|'
                   r'#?[\[({]|[\])}]|%[^\s()\[\]{},";]*\.\d+=s\d+\[rsp\+\d+\]|'
                   r'[^\s()\[\]{},";]+', re.S)
CLOSING = {'(': ')', '[': ']', '{': '}', '#{': '}'}
INSIDE = {'quote': 'data', 'real': 'data', 'shape': 'data', 'text': 'source'}  # what is no form
SEQUENCES = ('block', 'cold', 'code')  # their kids follow one another


class Node(list):
    """A form or vector: its kids, its place in the source or None, the bracket that opens it."""
    __slots__ = ('at', 'open')

    def __init__(self, kids=(), at=None, open='('):
        list.__init__(self, kids)
        self.at, self.open = at, open

    def with_kids(self, kids):
        """A node like this one, with other kids."""
        return Node(kids, self.at, self.open)


class Atom(str):
    """Text with a place of its own; few atoms have one."""
    __slots__ = ('at',)


def head(n):
    """What the form starts with; None for a vector, an empty form and text."""
    return n[0] if isinstance(n, Node) and n.open == '(' and n and isinstance(n[0], str) else None


def is_form(n, *heads):
    return head(n) in heads


def at(n):
    """The place of n in the source; None where it has none of its own."""
    return getattr(n, 'at', None)


# ---- reading ------------------------------------------------------------------------------------

def kids_around(n, around, mode):
    """For each kid of n: the kid, the place that it has when it says none, what it is part of."""
    start = head(n)
    before, inside = at(n) or around, mode or INSIDE.get(start)
    in_sequence = start in SEQUENCES and not mode
    for kid in n:
        yield kid, before, inside
        if in_sequence and isinstance(kid, Node) and kid.open == '(':
            before = kid.at or before


def settle(n, around, mode=None):
    n.at = n.at or around
    for kid, before, inside in kids_around(n, around, mode):
        if isinstance(kid, Node):
            settle(kid, before, inside)


def atom(token):
    text, _, place = token.rpartition('@')
    if not text or token[-1] in '"|':
        return token
    placed = Atom(text)
    placed.at = place
    return placed


def read(text):
    """The header and the program of a dump."""
    stack = [Node()]
    for token in TOKEN.findall(text):
        if token in CLOSING:
            stack.append(Node((), None, token))
        elif token in ')]}':
            done = stack.pop()
            if not stack or CLOSING[done.open] != token:
                raise SyntaxError('a %s that closes nothing' % token)
            stack[-1].append(done)
        elif token[0] == '@':
            stack[-1].at = token[1:]
        else:
            stack[-1].append(atom(token) if '@' in token else token)
    if len(stack) > 1 or len(stack[0]) != 2:
        raise SyntaxError('a dump is a header and a (program ...)')
    settle(stack[0][1], '-')
    return stack[0]


# ---- printing -----------------------------------------------------------------------------------

def width(text):
    return len(text) if text.isascii() else len(text.encode())


def place_text(n, around, mode):
    return '@' + n.at if at(n) not in (None, around) and mode != 'data' else ''


def line(n, around, mode=None, room=sys.maxsize):
    """n on one line; None when there is no room for it."""
    if isinstance(n, str):
        return n + place_text(n, around, mode)
    texts, used, place = [], 2, place_text(n, around, mode)
    for kid, before, inside in kids_around(n, around, mode):
        texts.append(kid if type(kid) is str else line(kid, before, inside, room - used))
        used += len(texts[-1] or '') + 1
        if texts[-1] is None or used > room + 1:
            return None
    text = n.open + ' '.join(texts + [place] if place else texts) + CLOSING[n.open]
    return text if width(text) <= room else None


def lines(n, around, mode=None, indent=0):
    """n as slispc prints it: broken where it does not fit, with first atoms beside the head."""
    start = head(n) if not mode and head(n) and n[0][0] not in '%$' else None
    whole = start in SEQUENCES + ('program', 'function')
    flat = None if whole else line(n, around, mode, max(100 - indent, 20))
    if flat or isinstance(n, str):
        return flat or line(n, around, mode)
    beside = next((i for i, kid in enumerate(n) if isinstance(kid, Node)), len(n))
    beside += (start in ('loop', 'arity', 'rest', 'block', 'cold')
               or start == 'let' and beside == 1)
    place, text = place_text(n, around, mode), n.open
    for i, (kid, before, inside) in enumerate(kids_around(n, around, mode)):
        text += place + ' ' if place and i == 0 and not start else ''
        if i == 0 or i < beside:
            text += ' ' if i else ''
            last = text.rpartition('\n')
            text += lines(kid, before, inside, width(last[2]) + (0 if last[1] else indent))
        else:
            text += '\n' + ' ' * (indent + len(n.open))
            text += (line(kid, before, inside) if start in SEQUENCES
                     else lines(kid, before, inside, indent + len(n.open)))
        text += ' ' + place if place and i == 0 and start else ''
    return text + CLOSING[n.open]


def show(header, program):
    """The dump as text, as slispc prints it."""
    return line(header, '-') + '\n' + lines(program, '-') + '\n'
