#!/usr/bin/env python3
"""Writes tests/seed/: programs that keep many collections alive and compare them.

A predecessor of this compiler handed stack slots on while their values were still needed; it crashed
on nine programs. They are here, written anew, each in three variants:

  NAME.slisp          the program as it was named: four pairs of collections
  NAME-many.slisp     functions with 1 to 64 pairs alive in one let
  NAME-binding.slisp  comparisons inside the bindings of the let as well as in its body

Every expression below is made with its text and its value, which Python computes; so the expected
output owes nothing to the compiler. Run this after a change; a test holds that the files are fresh.
"""
import sys
from dataclasses import dataclass
from pathlib import Path

SEED = Path(__file__).resolve().parent / 'seed'
SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64]


@dataclass(frozen=True)
class Keyword:
    name: str


@dataclass
class Expression:
    text: str
    value: object


def show(value):
    """A value as slisp prints and reads it."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, Keyword):
        return ':' + value.name
    if isinstance(value, str):
        return '"%s"' % value
    if isinstance(value, dict):
        return '{%s}' % ', '.join('%s %s' % (show(k), show(v)) for k, v in value.items())
    if isinstance(value, frozenset):
        return '#{%s}' % ' '.join(sorted(map(show, value)))
    if isinstance(value, tuple):
        return '[%s]' % ' '.join(map(show, value))
    return str(value)


def literal(value):
    return Expression(show(value).replace(',', ''), value)


def call(function, value, *operands):
    return Expression('(%s %s)' % (function, ' '.join(o.text for o in operands)), value)


def assoc(m, k, v):
    return call('assoc', {**m.value, k.value: v.value}, m, k, v)


def dissoc(m, k):
    return call('dissoc', {x: y for x, y in m.value.items() if x != k.value}, m, k)


def conj(s, x):
    return call('conj', s.value | {x.value}, s, x)


def disj(s, x):
    return call('disj', s.value - {x.value}, s, x)


def get(m, k, otherwise):
    return call('get', m.value.get(k.value, otherwise.value), m, k, otherwise)


def text(a, b):
    return call('str', a.value + b.value, a, b)


def equal(a, b):
    return call('=', a.value == b.value, a, b)


def choose(test, a, b):
    return call('if', a.value if test.value else b.value, test, a, b)


def total(items):
    return call('+', sum(i.value for i in items), *items)


def key(name):
    return literal(Keyword(name))


def number(i):
    return literal(i)


# ---- the pairs: for each program, collection number i built in two ways, sometimes unequal


def basic_assoc(i):
    left = assoc(literal({Keyword('a'): i}), key('b'), number(i + 1))
    right = assoc(assoc(literal({}), key('b'), number(i + 1)), key('a'), number(i + i % 3 // 2))
    return left, right


def keyword_keys(i):
    left = literal({Keyword('id'): i, Keyword('k%d' % (i % 5)): 'x', Keyword('n/q'): i * i})
    right = literal({Keyword('n/q'): i * i, Keyword('k%d' % (i % 4)): 'x', Keyword('id'): i})
    return left, right


def map_equality(i):
    return literal({Keyword('a'): 1, Keyword('b'): i}), literal({Keyword('b'): i - i % 2, Keyword('a'): 1})


def map_literal(i):
    left = literal({'name': 'n%d' % i, i: (i, i + 1), Keyword('in'): {Keyword('x'): i, 'y': frozenset([i])}})
    right = literal({Keyword('in'): {'y': frozenset([i]), Keyword('x'): i}, i: (i, i + 1 + i % 4 // 3), 'name': 'n%d' % i})
    return left, right


def map_churn(i):
    left = literal({Keyword('a'): i})
    for k in range(4):
        left = dissoc(assoc(left, number(k + i), number(k)), number(k + i - 1))
    return left, literal({Keyword('a'): i, 3 + i: 3 + i % 2})


def set_churn(i):
    left = literal(frozenset([i, Keyword('k')]))
    for k in range(4):
        left = disj(conj(left, number(i + k + 1)), number(i + k))
    return left, literal(frozenset([Keyword('k'), i + 4 + i % 3 // 2]))


def equals_nested(i):
    a = text(literal('left'), literal(str(i)))
    b = text(literal('right'), literal('-' * (i % 3)))
    left = Expression('[%s {:deep [%s %d]} #{%s}]' % (a.text, b.text, i, b.text),
                      (a.value, {Keyword('deep'): (b.value, i)}, frozenset([b.value])))
    right = literal(('left%d' % i, {Keyword('deep'): ('right' + '-' * (i % 2), i)}, frozenset(['right' + '-' * (i % 3)])))
    return left, right


def equals_vector_default(i):
    m = literal({Keyword('items'): (i, 'v'), Keyword('n'): i})
    wanted = key('items') if i % 3 else key('missing')
    return get(m, wanted, literal(('none', i))), literal((i, 'v') if i % 2 else ('none', i))


def minimal(i):
    return literal({Keyword('a'): 1, Keyword('b'): 2}), literal({Keyword('a'): 1, Keyword('b'): 2 + i % 2})


PROGRAMS = [basic_assoc, keyword_keys, map_equality, map_literal, map_churn, set_churn,
            equals_nested, equals_vector_default]

MINIMAL = '''\
(defn -main []
  (let [m1 {:a 1 :b 2}
        m2 {:a 1 :b 2}
        m3 {:a 1 :b 3}
        m4 {:a 1}
        result (+ (if (= m1 m2) 100 0)
                  (if (= m1 m3) 0 10))]
    (println result (= m1 m4) (count m4))
    (if (= result 110) 0 1)))
'''


# ---- the variants


def let(bindings, body):
    """(let [x e ...] body): `bindings` are pairs of name and expression."""
    rows = '\n        '.join('%s %s' % (name, e.text) for name, e in bindings)
    return '  (let [%s]\n    %s)' % (rows, body.text)


def pairs(make, n):
    """Bindings of n pairs, and the same as expressions that name them."""
    bindings, names = [], []
    for i in range(1, n + 1):
        left, right = make(i)
        bindings += [('a%d' % i, left), ('b%d' % i, right)]
        names.append((Expression('a%d' % i, left.value), Expression('b%d' % i, right.value)))
    return bindings, names


def checksum(names):
    """A sum that tells which pairs are equal; every collection is needed until the end."""
    weights = [choose(equal(a, b), number(i), number(100 * i)) for i, (a, b) in enumerate(names, 1)]
    ends = choose(equal(names[0][0], names[-1][1]), number(10000), number(20000))
    return total(weights + [ends])


def function(name, bindings, body):
    return '(defn %s []\n%s)\n' % (name, let(bindings, body))


def vector(expressions):
    return Expression('[%s]' % ' '.join(e.text for e in expressions), tuple(e.value for e in expressions))


def main_of(names):
    calls = '\n  '.join('(prn (%s))' % n for n in names)
    return '(defn -main []\n  %s\n  0)\n' % calls


def as_named(make):
    bindings, names = pairs(make, 4)
    body = vector([equal(a, b) for a, b in names] + [a for a, _ in names if not holds_set(a.value)])
    return function('pairs', bindings, body) + '\n' + main_of(['pairs']), show(body.value) + '\n'


def holds_set(value):
    """The order in which sets print is not specified."""
    if isinstance(value, dict):
        return any(map(holds_set, value.values()))
    if isinstance(value, tuple):
        return any(map(holds_set, value))
    return isinstance(value, frozenset)


def many(make):
    functions, out, defined = [], '', []
    for n in SIZES:
        bindings, names = pairs(make, n)
        body = checksum(names)
        functions.append(function('alive-%d' % n, bindings, body))
        defined.append('alive-%d' % n)
        out += '%d\n' % body.value
    return '\n'.join(functions) + '\n' + main_of(defined), out


def in_bindings(make):
    bindings, names, tests = [], [], []
    for i in range(1, 7):
        left, right = make(i)
        a, b = Expression('a%d' % i, left.value), Expression('b%d' % i, right.value)
        test = choose(equal(a, b), number(i), number(-i))
        bindings += [(a.text, left), (b.text, right), ('t%d' % i, test)]
        names.append((a, b))
        tests.append(Expression('t%d' % i, test.value))
    body = vector(tests + [equal(names[0][0], names[5][1]), equal(names[1][0], names[1][1]), checksum(names)])
    return function('compared', bindings, body) + '\n' + main_of(['compared']), show(body.value) + '\n'


def files():
    """Name -> text of every file of tests/seed."""
    result = {'minimal.slisp': MINIMAL, 'minimal.out': '110 false 1\n'}
    variants = [('', as_named), ('-many', many), ('-binding', in_bindings)]
    for make in PROGRAMS + [minimal]:
        for suffix, variant in variants:
            if make is minimal and not suffix:
                continue
            program, out = variant(make)
            result[make.__name__ + suffix + '.slisp'] = program
            result[make.__name__ + suffix + '.out'] = out
    return result


if __name__ == '__main__':
    SEED.mkdir(exist_ok=True)
    for name, contents in files().items():
        (SEED / name).write_text(contents)
    sys.exit(0)
