"""Reads S-expressions as nested Python lists, for comparing forms regardless of line breaks."""
import re

TOKEN = re.compile(r'\s+|;[^\n]*|("(?:[^"\\]|\\.)*"|#"(?:[^"\\]|\\.)*"|\|[^|]*\||#?[\[({]|[\])}]|[^\s\[\](){}";]+)')
CLOSING = {'(': ')', '[': ']', '{': '}', '#{': '}'}


def tokens(text):
    return [t for t in TOKEN.findall(text) if t]


def read_forms(text):
    """All forms of the text. A list starts with its opening bracket: ['(', 'if', ...]. Positions
    (@3:5) are left out."""
    stack = [['(']]
    for token in tokens(text):
        if token in CLOSING:
            stack.append([token])
        elif token in (')', ']', '}'):
            form = stack.pop()
            assert CLOSING[form[0]] == token, 'mismatched ' + token
            stack[-1].append(form)
        elif not re.fullmatch(r'@(-|[\d:^]+)', token):
            stack[-1].append(re.sub(r'@\d+(:\d+)+(\^\d+)?$', '', token))
    assert len(stack) == 1, 'an open bracket is not closed'
    return stack[0][1:]


def write_form(form):
    if isinstance(form, str):
        return form
    return form[0] + ' '.join(map(write_form, form[1:])) + CLOSING[form[0]]


def atoms(form):
    """Every atom in the form, in order."""
    if isinstance(form, str):
        yield form
    else:
        for kid in form[1:]:
            yield from atoms(kid)


def holds(form, wanted):
    """Do the forms `wanted` are side by side somewhere in `form`?"""
    if isinstance(form, str):
        return False
    n = len(wanted)
    return any(form[i:i + n] == wanted for i in range(1, len(form))) or any(holds(kid, wanted) for kid in form[1:])
