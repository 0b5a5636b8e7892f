#!/usr/bin/env python3
"""Writes the table of mutants into docs/verifier.md: make verify-report.

Every fault of `slispc faults` that alloc or frame can make, and every kind of change by chance, is
applied to generated functions until at least WANTED mutants differ from the right form. What the
verifier accepts is run in lock step with the form before allocation.
"""
import os
import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SLISPC = os.environ.get('SLISPC', str(REPOSITORY / 'out' / 'slispc'))
DOCUMENT = REPOSITORY / 'docs' / 'verifier.md'
BEGIN, END = '<!-- mutation table: begin -->', '<!-- mutation table: end -->'
WANTED, FIRST, MOST = 200, 500, 32000
LINE = re.compile(r'(?P<name>\S+): (?P<same>\d+) unchanged, (?P<killed>\d+) rejected( \((?P<rules>.*?); (?P<differ>\d+) do '
                  r'something else\))?, (?P<harmless>\d+) accepted and harmless, (?P<holes>\d+) accepted and diverging')


def soak(*arguments):
    output = subprocess.run([SLISPC, 'soak', *arguments], capture_output=True, text=True, check=True)
    return [m for m in map(LINE.match, (output.stdout + output.stderr).splitlines()) if m]


def faults():
    """(pass:name, rules that must catch it)"""
    listing = subprocess.run([SLISPC, 'faults'], capture_output=True, text=True, check=True).stdout
    rows = [re.match(r'((?:alloc|frame):\S+) +((?:V\d\d ?)+)', line) for line in listing.splitlines()]
    return [(m.group(1), m.group(2).split()) for m in rows if m]


def effective(m):
    return int(m['killed']) + int(m['harmless']) + int(m['holes'])


def share(m, expected):
    """Of the rejected mutants, those that an expected rule rejects first, in percent."""
    counts = {rule: int(n) for rule, n in (r.split() for r in (m['rules'] or '').split(', ') if r)}
    return 100 * sum(counts.get(rule, 0) for rule in expected) // max(1, int(m['killed']))


def until_wanted(*arguments):
    n = FIRST
    while True:
        lines = soak('--n=%d' % n, *arguments)
        if min(map(effective, lines)) >= WANTED or n >= MOST:
            return n, lines
        n *= 4


def rows():
    yield '| fault | functions | mutants that differ | rejected | by an expected rule | accepted, harmless | accepted, diverging |'
    yield '|--|--|--|--|--|--|--|'
    for name, expected in faults():
        n, lines = until_wanted('--inject=' + name)
        m = lines[0]
        yield '| `%s` | %d | %d | %s | %s: %d %% | %s | %s |' % (
            name, n, effective(m), m['killed'], ' '.join(expected), share(m, expected), m['harmless'], m['holes'])
    n, lines = until_wanted('--mutate')
    for m in lines:
        yield '| a change by chance: `%s` | %d | %d | %s | | %s | %s |' % (
            m['name'], n, effective(m), m['killed'], m['harmless'], m['holes'])


def main():
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    DOCUMENT.write_text(before + BEGIN + '\n' + '\n'.join(rows()) + '\n' + END + after)


if __name__ == '__main__':
    main()
