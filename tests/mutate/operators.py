"""Small mistakes in C, made line by line: what a tired programmer might have written."""
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    file: str      # path in the repository
    number: int    # of the line, from 1
    function: str  # that the line is in
    old: str       # the line, without what is around it
    new: str
    operator: str

    def key(self):
        """What it is, wherever the line has moved to."""
        return self.file, self.function, self.old, self.new


# ---- C as lines ---------------------------------------------------------------------------------

NOT_CODE = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*$', re.S | re.M)
NO_STRING = 0x7f


def code_only(text):
    """The text with comments, strings and preprocessor lines blanked: same lines, same columns. A
    string leaves marks, so that an argument is still to be seen."""
    def blank(found):
        mark = chr(NO_STRING) if found[0][0] in '"\'' else ' '
        return re.sub(r'[^\n]', mark, found[0])
    return NOT_CODE.sub(blank, text)


def functions_of(lines):
    """For each line the name of the function that it is in, '' outside and where it takes any number of
    arguments: those cannot be handed on to a copy."""
    names, name = [], ''
    for line in lines:
        found = re.match(r'[A-Za-z_].*?(\w+)\(.*[{,]$', line) or re.match(r'[A-Za-z_].*?(\w+)\(.*\{.*\}$', line)
        if found:
            name = '' if '...' in line else found[1]
        names.append(name)
        if line.startswith('}') or line.endswith('}') and not line.startswith(' '):
            name = ''
    return names


# ---- operators: each gives (start, end, replacement) for a line of code -------------------------

SWAPS = {'&&': '||', '||': '&&', '<=': '<', '<': '<=', '>=': '>', '>': '>=', '==': '!=', '!=': '==',
         '+=': '-=', '-=': '+=', '++': '--', '--': '++', '<<': '>>', '>>': '<<', '|=': '&=', '&=': '|='}
WORD_SWAPS = {'true': 'false', 'false': 'true', 'continue': 'break', 'break': 'continue'}
ARGUMENT = r'(?:[^(),;{}?]|\((?:[^()]|\([^()]*\))*\))+'


def symbols(code):
    for found in re.finditer(r'->|&&|\|\||<<=|>>=|[<>=!+|&-]=|\+\+|--|<<|>>|[<>]', code):
        if found[0] in SWAPS:
            yield found.start(), found.end(), SWAPS[found[0]]
    for found in re.finditer(r'(?<=[\w)\]] )[+-](?= [\w(])', code):
        yield found.start(), found.end(), '-' if found[0] == '+' else '+'
    for found in re.finditer(r'(?<=[\w)] )[|&](?= [\w(~])', code):
        yield found.start(), found.end(), '&' if found[0] == '|' else '|'


def words(code):
    for found in re.finditer(r'\b(?:true|false|continue|break)\b', code):
        yield found.start(), found.end(), WORD_SWAPS[found[0]]


def constants(code):
    for found in re.finditer(r'(?<![\w.])(0x[0-9a-fA-F]+|\d+)(?![\w.])', code):
        yield found.start(), found.end(), str(int(found[0], 0) + 1)
        if found[0] != '0':
            yield found.start(), found.end(), str(int(found[0], 0) - 1)


def negations(code):
    for found in re.finditer(r'!(?=[\w(])', code):
        yield found.start(), found.end(), ''
    for found in re.finditer(r'\b(?:if|while) \(', code):
        end = closing(code, found.end() - 1)
        if end:
            yield found.end(), end, '!(%s)' % code[found.end():end]
    for found in re.finditer(r'\breturn (?=[^;]*(?:&&|\|\||[=<>]=|[<>!]))([^;]+)(?=;)', code):
        yield found.start(1), found.end(1), '!(%s)' % found[1]


def closing(code, start):
    """Where the bracket at `start` closes; None when that is on another line."""
    depth = 0
    for i in range(start, len(code)):
        depth += (code[i] == '(') - (code[i] == ')')
        if depth == 0:
            return i
    return None


def returned(code):
    for found in re.finditer(r'\breturn (?!0;)([^;]+)(?=;)', code):
        yield found.start(1), found.end(1), '0'


def deletions(code):
    statement = (r'(?:^ *|(?<=[;{)] )|(?<=else )|(?<=: ))((?!return|case|default|if|for|while|do|else|switch|enum|struct)'
                 r'(?:[\w>.*\[\]-]+ ?(?:[-+|&]?=) [^;={]+|[\w>.\[\]-]+(?:\+\+|--)|\w+\([^;]*\)))(?=;)')
    for found in re.finditer(statement, code):
        if code[:found.start(1)].count('(') == code[:found.start(1)].count(')'):  # not in the head of a for
            yield found.start(1), found.end(1), ''


def exchanges(code):
    """Neighbours that change places: arguments, labels of cases, the arms of a condition."""
    for found in re.finditer(r'(?<=[(,])\s*(%s),\s*(?=(%s)[,)])' % (ARGUMENT, ARGUMENT), code):
        first, second = found[1].strip(), found[2].strip()
        if first != second:
            yield found.start(1), found.end() + len(found[2]), '%s, %s' % (second, first)
    for found in re.finditer(r'\? ([^?:;]+) : ([^?:;,]+?)(?=[;,]|\)+;|\)+ |$)', code):
        if found[2].count('(') == found[2].count(')'):
            yield found.start(1), found.end(2), '%s : %s' % (found[2], found[1])


ENUMERATOR = re.compile(r'\b(?:(X|W|I|H|C|CODE|FIT|OPERAND|LINE|HOLDS|PART|FAULT|SIZE|FIELD|TAG|KIND|VALUE|CONTEXT)_(\w+)'
                        r'|R(AX|CX|DX|BX|SP|BP|SI|DI|8|9|1[0-5])|TIED|SAFEPOINT|LEAVES|EARLY|MEMORY|WRITES|THROWS)\b')


def kind_of(name):
    found = ENUMERATOR.fullmatch(name)
    return found[1] or ('register' if found[3] else 'flag')


def enumerators(code, known):
    """One name of an enumeration instead of another one that the file uses."""
    for found in ENUMERATOR.finditer(code):
        kin = [n for n in known if kind_of(n) == kind_of(found[0])]
        if kind_of(found[0]) != 'FAULT' and len(kin) > 1:
            yield found.start(), found.end(), kin[(kin.index(found[0]) + 1) % len(kin)]


OPERATORS = {'symbol': symbols, 'word': words, 'constant': constants, 'negation': negations, 'return': returned,
             'deletion': deletions, 'exchange': exchanges}


def mutants(path, text):
    """All mutants of a file, in the order of its lines."""
    lines, code_lines = text.split('\n'), code_only(text).split('\n')
    known = sorted({found[0] for found in ENUMERATOR.finditer('\n'.join(code_lines))})
    operators = {**OPERATORS, 'enumerator': lambda code: enumerators(code, known)}
    functions = functions_of(lines)
    for i, (line, code) in enumerate(zip(lines, code_lines)):
        if not functions[i] or not line.startswith(' ') and not line.endswith('}'):
            continue
        for name, operator in operators.items():
            for start, end, new in operator(code):
                if NO_STRING in map(ord, new):  # a string was moved: take it from the line itself
                    continue
                changed = line[:start] + new + line[end:]
                if changed != line:
                    yield Mutant(path, i + 1, functions[i], line.strip(), changed.strip(), name)
