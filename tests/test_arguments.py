"""No function of the library trusts its arguments: each is called, with every number of arguments
that it takes, with each odd value in each place, and must give a value or an exception in its own
words; the same when it is called directly in optimised code as through apply in code that is not."""
import os
import random
import re
import sys

import pytest

import sexpr
from harness import FINE, REPOSITORY, SLISPC, TESTS, compiled, execute, slispc

FOLDER = TESTS / 'arguments'
LIBRARY = REPOSITORY / 'runtime' / 'core.slisp'
ORDINARY = ['[1 2 3]', '(fn [& xs] (first xs))', '"abc"', '1', '{:a 1}', '#"b"', '(atom 0)']
# A rest parameter takes this many values, and fewer.
REST = 2
# Words of the tests that the compiler puts in front of primitives: public functions have better ones.
BARE = re.compile(r'%[-a-z>?!]+ needs ')


def lines_of(name):
    return [l for l in (FOLDER / name).read_text().splitlines() if l and not l.startswith(';')]


def arities(form):
    """The numbers of arguments that (defn name doc? [parameters] ... or ([parameters] ...)+) takes."""
    parts = [p for p in form[3:] if not isinstance(p, str)]
    vectors = [parts[0]] if parts[0][0] == '[' else [p[1] for p in parts if p[1][0] == '[']
    taken = set()
    for vector in vectors:
        fixed = vector[1:vector.index('&')] if '&' in vector else vector[1:]
        more = range(REST + 1) if '&' in vector else range(1)
        taken |= {len(fixed) + n for n in more}
    return sorted(taken)


def functions():
    """(name, arity) of all public functions, as the text of the library has them."""
    space, found = None, []
    for form in sexpr.read_forms(LIBRARY.read_text()):
        if form[1] == 'ns':
            space = form[2]
        elif form[1] == 'defn':
            name = form[2] if space == 'core' else '%s/%s' % (space, form[2])
            found += [(name, n) for n in arities(form)]
    return found


STRICT = set(lines_of('strict.txt'))
FUNCTIONS = functions()


def vector_of_makers(values):
    return '[%s]' % '\n'.join('(fn [] %s)' % v for v in values)


def prelude():
    text = (FOLDER / 'prelude.slisp').read_text()
    data = '(def odd-values %s)\n(def ordinary-values %s)\n(def endless-never #{%s})\n' % (
        vector_of_makers(lines_of('values.slisp')), vector_of_makers(ORDINARY),
        ' '.join('"%s"' % n for n in sorted(STRICT)))
    head, body = text.split('(declare describe)')
    return head + data + '(declare describe)' + body


def direct(name, n):
    names = ' '.join('a%d' % i for i in range(n))
    return '(fn [%s] (%s %s))' % (names, name, names)


def through_apply(name, n):
    """A method is no value; all others are."""
    return direct(name, n) if name.startswith('.') else '(fn [& xs] (apply %s xs))' % name


def program(callee, chosen):
    calls = '\n'.join('(check "%s" %d %s)' % (name, n, callee(name, n)) for name, n in chosen)
    return prelude() + calls + '\n(println "end")\n'


def output_of(text, path, *options, timeout=60):
    path.write_text(text)
    result = execute([compiled(path, path.with_suffix('.exe'), *options, timeout=60)], timeout=timeout)
    last = result.output_text.splitlines()[-1:]
    assert result.code == FINE and last == ['end'], (result.code, last, result.error_text)
    return result.output_text.splitlines()


def assert_same(a, b):
    for x, y in zip(a, b):
        assert x == y, '\n  %s\n  %s' % (x, y)
    assert len(a) == len(b)


def test_each_value_in_each_place(tmp_path):
    optimised = output_of(program(direct, FUNCTIONS), tmp_path / 'direct.slisp', '-O2')
    plain = output_of(program(through_apply, FUNCTIONS), tmp_path / 'apply.slisp', '-O0')
    assert_same(optimised, plain)
    bare = [l for l in optimised if BARE.search(l)]
    assert not bare, '%d calls fail in words of primitives:\n%s' % (len(bare), '\n'.join(bare[:40]))


def literal_calls():
    """Direct calls with literals, whose kinds the compiler knows."""
    values = lines_of('values.slisp')[:-1]
    for name, n in FUNCTIONS:
        for place in range(n):
            for value in values:
                for turn in range(len(ORDINARY) if n > 1 else 1):
                    arguments = [ORDINARY[(turn + i) % len(ORDINARY)] for i in range(n)]
                    arguments[place] = value
                    yield '(%s %s)' % (name, ' '.join(arguments))


def literal_program(calls):
    lines = ['(println %d (outcome (fn [] %s)))' % (i, c) for i, c in enumerate(calls)]
    return prelude() + '\n'.join(lines) + '\n(println "end")\n'


# SLISP_ARGUMENTS=N: how many of the direct calls with literals are compiled (make soak: all).
SAMPLE = int(os.environ.get('SLISP_ARGUMENTS', '1500'))


def test_literals(tmp_path):
    every = list(literal_calls())
    chosen = every if SAMPLE >= len(every) else random.Random(8).sample(every, SAMPLE)
    for start in range(0, len(chosen), 1500):
        text = literal_program(chosen[start:start + 1500])
        optimised = output_of(text, tmp_path / 'l2.slisp', '-O2', timeout=120)
        plain = output_of(text, tmp_path / 'l0.slisp', '-O0', timeout=120)
        for a, b in zip(optimised, plain):
            assert a == b, '%s\n  %s\n  %s' % (chosen[start + int(a.split()[0])], a, b)
        bare = [l for l in optimised if BARE.search(l)]
        assert not bare, bare[:20]


def test_strict_list_is_of_functions():
    """What strict.txt leaves out of the calls with an endless sequence exists."""
    assert STRICT <= {name for name, _ in FUNCTIONS}


def find_strict():
    """Prints the functions that do not end with an endless sequence in some place: strict.txt."""
    import pathlib
    import tempfile
    global STRICT
    STRICT = set()
    last = len(lines_of('values.slisp')) - 1
    with tempfile.TemporaryDirectory() as folder:
        for name in dict.fromkeys(n for n, _ in FUNCTIONS):
            chosen = [(n, k) for n, k in FUNCTIONS if n == name]
            text = program(direct, chosen).replace('(dotimes [v (-', '(doseq [v [%d] _ [(-' % last)
            text = text.replace('(if (contains? endless-never name) 1 0))]', '0)]]')
            path = pathlib.Path(folder) / 'f.slisp'
            path.write_text(text)
            compiled(path, path.with_suffix('.exe'))
            command = 'ulimit -t 2 -v 4000000; exec %s >/dev/null 2>&1' % path.with_suffix('.exe')
            try:
                code = execute(['sh', '-c', command], timeout=10).code
            except AssertionError:
                code = 1
            if code != FINE:
                print(name, flush=True)


if __name__ == '__main__':
    find_strict()
