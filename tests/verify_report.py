#!/usr/bin/env python3
"""Writes the tables of mutants into docs/verifier.md: make verify-report.

Every fault of faults.def from select to emit that the verifier is to notice is made in generated functions, and in the functions of
the programs of the tests, until WANTED mutants of each differ from the right form. What the verifier
accepts is run in lock step with the form before allocation.
"""
import os
import re
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).resolve().parent
REPOSITORY = TESTS.parent
SLISPC = os.environ.get('SLISPC', str(REPOSITORY / 'out' / 'slispc'))
DOCUMENT = REPOSITORY / 'docs' / 'verifier.md'
PROGRAMS = sorted((TESTS / 'bench').glob('*/*.slisp')) + sorted((TESTS / 'conformance').glob('*/*.slisp'))
WANTED, FIRST, MOST, ROUNDS = 200, 300, 20000, 6
LINE = re.compile(r'(?P<name>\S+): (?P<same>\d+) unchanged, (?P<killed>\d+) rejected \((?P<rules>.*?); by no other rule: '
                  r'(?P<alone>.*?); (?P<differ>\d+) do something else\), (?P<harmless>\d+) accepted and harmless, '
                  r'(?P<holes>\d+) accepted and diverging')


class Counts:
    """What became of the mutants of one fault."""

    def __init__(self):
        self.killed = self.harmless = self.holes = 0
        self.rules, self.alone = Counter(), Counter()

    @property
    def effective(self):
        return self.killed + self.harmless + self.holes

    def add(self, m):
        for key in ('killed', 'harmless', 'holes'):
            setattr(self, key, getattr(self, key) + int(m[key]))
        for key in ('rules', 'alone'):
            getattr(self, key).update({rule: int(n) for rule, n in (r.split() for r in m[key].split(', ') if r)})

    def share(self, expected):
        """Of the rejected mutants, those that an expected rule rejects first, in percent."""
        return 100 * sum(self.rules[rule] for rule in expected) // max(1, self.killed)


def soak(*arguments):
    """The lines of one run. One that finds a hole counts, too."""
    result = subprocess.run([SLISPC, 'soak', *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [m for m in map(LINE.match, result.stdout.splitlines()) if m]


def in_parallel(runs):
    with ThreadPoolExecutor(2) as pool:
        return [m for lines in pool.map(lambda run: soak(*run), runs) for m in lines]


def faults():
    """(pass:name, rules that must catch it), in the order of the catalogue."""
    rows = re.findall(r'^(?:FAULT|CHANGE)\((\w+),\s*\w+,\s*"([^"]+)",\s*"([^"]+)"',
                      (REPOSITORY / 'passes' / 'faults.def').read_text(), re.M)
    soaked = ('select', 'liveness', 'intervals', 'alloc', 'frame', 'emit')
    return [('%s:%s' % (where, name), rules.split()) for where, name, rules in rows if where in soaked and rules != 'behaviour']


def add_all(counts, lines):
    for m in lines:
        counts[m['name']].add(m)


def few(counts):
    return [name for name, c in counts.items() if c.effective < WANTED]


def of_generated(names):
    """All faults first, then those that rarely have a place, in more functions."""
    counts = {name: Counts() for name in names}
    add_all(counts, in_parallel([('--n=%d' % FIRST, '--seed=%d' % seed, '--mutate') for seed in (1, 100001)]))
    n, seed = 2 * FIRST, 200001
    while few(counts) and n <= MOST:
        add_all(counts, in_parallel([('--n=%d' % n, '--seed=%d' % seed, '--inject=' + name) for name in few(counts)]))
        n, seed = 2 * n, seed + n
    return counts


def of_programs(names):
    """All faults first, then those that rarely have a place, unoptimised and at other places."""
    counts = {name: Counts() for name in names}
    for i in range(ROUNDS):
        wanted = ['--mutate'] if i == 0 else ['--inject=' + name for name in few(counts)]
        add_all(counts, in_parallel([('--seed=%d' % (1000000 * i + 1000 * k), '-O0' if i % 2 else '-O2', option, program)
                                     for option in wanted for k, program in enumerate(PROGRAMS)]))
    return counts


def cells(c):
    return '%d | %d | %d | %d' % (c.effective, c.killed, c.harmless, c.holes)


def table_of_faults(rows, generated, programs):
    yield ('| fault | expected | of generated functions: differ | rejected | harmless | diverging '
           '| of programs: differ | rejected | harmless | diverging | by an expected rule |')
    yield '|--|--|--|--|--|--|--|--|--|--|--|'
    for name, expected in rows:
        a, b = generated[name], programs[name]
        killed = a.killed + b.killed
        share = (a.share(expected) * a.killed + b.share(expected) * b.killed) // max(1, killed)
        yield '| `%s` | %s | %s | %s | %d %% |' % (name, ' '.join(expected), cells(a), cells(b), share)
    total = [sum(getattr(c[name], key) for name, _ in rows) for c in (generated, programs)
             for key in ('effective', 'killed', 'harmless', 'holes')]
    yield '| %d faults | | %s | |' % (len(rows), ' | '.join(map(str, total)))


def table_of_rules(rows, generated, programs):
    killed, alone, by_fault = Counter(), Counter(), {}
    for name, _ in rows:
        for c in (generated[name], programs[name]):
            killed += c.rules
            alone += c.alone
            for rule, n in c.alone.items():
                by_fault.setdefault(rule, Counter())[name] += n
    yield '| rule switched off | mutants that it rejects first | get through without it | most of them made by |'
    yield '|--|--|--|--|'
    for rule in sorted(killed):
        most = ', '.join('`%s`' % name for name, _ in by_fault.get(rule, Counter()).most_common(3))
        yield '| %s | %d | %d | %s |' % (rule, killed[rule], alone[rule], most)


def replace(text, title, lines):
    begin, end = '<!-- %s: begin -->' % title, '<!-- %s: end -->' % title
    before, rest = text.split(begin)
    return before + begin + '\n' + '\n'.join(lines) + '\n' + end + rest.split(end)[1]


def main():
    rows = faults()
    names = [name for name, _ in rows]
    generated, programs = of_generated(names), of_programs(names)
    text = DOCUMENT.read_text()
    text = replace(text, 'mutation table', table_of_faults(rows, generated, programs))
    text = replace(text, 'rule table', table_of_rules(rows, generated, programs))
    DOCUMENT.write_text(text)


if __name__ == '__main__':
    main()
