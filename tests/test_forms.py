"""Every form runs: each program of conformance, seed and back-end behaves the same at all of its forms and natively."""
import re

import pytest

import harness
from harness import FINE, PASSES, TESTS, back_end_programs, beside, conformance_programs, execute, label, seed_programs, slispc, tier

FORMS_DIFFER = 4
PROGRAMS = [p for p in conformance_programs() if tier(p) == 1] + seed_programs() + back_end_programs()
# After alloc, places are looked at as well as names.
WAYS = len(PASSES) + sum(p.target in ('Lplaced', 'Lframed') for p in PASSES)

LOOP = '(defn spin [x]\n  (loop [i x] (recur (+ i 1))))\n(spin 0)\n'
SUM = '(defn add [a b]\n  (+ a b))\n(defn twice [x]\n  (add x x))\n(println (twice 21))\n'


# These allocate so much that all forms together would take minutes.
EVERY = {'conformance/vectors/large': 400, 'conformance/tail-calls/long-list-walk': 5000, 'conformance/tail-calls/accumulators': 400,
         'conformance/slot-pressure/pressure-recursion-gc': 200, 'conformance/slot-pressure/literals-in-loop-body': 100,
         'conformance/slot-pressure/pressure-through-gc': 50, 'conformance/algorithms/binary-tree-map': 20,
         'conformance/algorithms/n-queens': 20, 'conformance/recursion/lists': 20, 'conformance/sets/large': 20}


def stress(program):
    """A collection at every allocation, or at every Nth."""
    return 'stress=%d' % max(EVERY.get(label(program), 1), int(beside(program, '.stress') or b'1'))


@pytest.mark.parametrize('program', PROGRAMS, ids=label)
def test_each(program):
    result = slispc('run', '--each', program, timeout=120)
    assert result.code == FINE, result.output_text + result.error_text
    assert 'all %d behave the same' % WAYS in result.output_text


@pytest.mark.parametrize('program', PROGRAMS, ids=label)
def test_each_under_stress(program):
    result = slispc('run', '--each', program, timeout=300, environment={'SLISP_GC': stress(program)})
    assert result.code == FINE, result.output_text + result.error_text


@pytest.mark.parametrize('name', [p.name for p in PASSES])
def test_any_form_gives_the_recorded_output(name, tmp_path):
    program = TESTS / 'conformance/closures/counter-closures.slisp'
    program = program if program.exists() else PROGRAMS[0]
    dump = tmp_path / 'x.ir'
    dump.write_bytes(slispc('--dump-after=' + name, program).out)
    result = slispc('run', dump)
    assert (result.code, result.out) == (harness.expected_code(program), beside(program, '.out')), result.error_text


def test_count(here):
    (here / 'a.slisp').write_text(SUM)
    lines = slispc('run', '--each', '--count', 'a.slisp').output_text.splitlines()
    assert lines[0].split()[-4:] == ['steps', 'KiB', 'collections', 'result']
    assert all(line.endswith(' 42') for line in lines[1:-1]), 'every form prints 42'
    assert ' steps, ' in slispc('run', '--count', 'a.slisp').error_text


@pytest.mark.parametrize('name', [p.name for p in PASSES if p.target != 'Lbytes'])
def test_an_endless_loop_ends_at_its_limit(name, here):
    (here / 'a.slisp').write_text(LOOP)
    result = slispc('run', '--to=' + name, '--steps=1000', 'a.slisp')
    assert result.code == 2
    assert 'the program was stopped after 1000 steps' in result.error_text
    assert ' --> a.slisp:2:' in result.error_text, result.error_text
    assert re.search(r'^  \S+ = \d+$', result.error_text, re.M), 'the names there have values'


def test_time_limit(here):
    (here / 'a.slisp').write_text(LOOP)
    result = slispc('run', '--to=anf', '--limit=1', 'a.slisp')
    assert result.code == 2 and 'stopped after 1 seconds' in result.error_text and 'a.slisp:2:' in result.error_text


def test_an_endless_loop_is_the_same_in_every_form(here):
    (here / 'a.slisp').write_text(LOOP)
    result = slispc('run', '--each', '--limit=1', 'a.slisp', timeout=120)
    assert result.output_text.count('did not end in time') == WAYS


@pytest.mark.parametrize('name', ['expand', 'loops', 'closures', 'specialize', 'gvn', 'lower', 'select', 'frame'])
def test_trace(name, here):
    (here / 'a.slisp').write_text(SUM)
    result = slispc('run', '-O0', '--to=' + name, '--trace=add', 'a.slisp')
    assert result.out == b'42\n'
    assert '21 21)' in result.error_text and '=> 42' in result.error_text, result.error_text
    assert 'twice' not in result.error_text


@pytest.mark.parametrize('name', ['expand', 'closures', 'blocks', 'lower', 'select', 'alloc', 'frame'])
def test_break_shows_names(name, here):
    (here / 'a.slisp').write_text(SUM)
    result = slispc('run', '-O0', '--to=' + name, '--break=2', 'a.slisp')
    assert result.out == b'42\n'
    assert 'break at step' in result.error_text and ' --> a.slisp:2:' in result.error_text
    assert '= 21' in result.error_text, result.error_text


ERRORS = {
    'divide': '(defn f [x]\n  (quot 10 x))\n(f 0)\n',
    'type': '(defn f [x]\n  (+ 1 (first x)))\n(println "before")\n(f ["a"])\n',
    'thrown': '(defn f [x]\n  (throw (ex-info "no" {:x x})))\n(f 1)\n',
    'arity': '(def f (fn [x] x))\n(println (apply\n  f [1 2]))\n',
    'rethrown': '(defn f [x]\n  (try (nth [1] x)\n    (catch Exception e (throw e))))\n(f 3)\n',
    'overflow': '(defn f [x]\n  (* x x))\n(println (f 4294967296))\n',
}


@pytest.mark.parametrize('name', sorted(ERRORS))
def test_errors_have_their_place_in_every_form(name, here):
    (here / 'a.slisp').write_text(ERRORS[name])
    result = slispc('run', '--each', 'a.slisp')
    assert result.code == FINE, result.output_text
    assert 'error: ' in result.output_text


def test_exit_code_and_arguments(here):
    (here / 'a.slisp').write_text('(defn -main [& xs] (println (count xs) (first xs)) 7)\n')
    for to in ('expand', 'anf', 'lower', 'frame'):
        result = slispc('run', '--to=' + to, 'a.slisp', 'one', 'two')
        assert (result.code, result.out) == (7, b'2 one\n')
    assert slispc('run', '--each', 'a.slisp', 'one', 'two').code == FINE


@pytest.mark.parametrize('program', harness.programs('fuzz-found'), ids=label)
@pytest.mark.parametrize('level', ['-O0', '-O2'])
def test_what_random_programs_found(program, level):
    for gc in ('stats', 'stress'):
        result = slispc('run', '--each', level, program, environment={'SLISP_GC': gc})
        assert result.code == FINE, result.output_text + result.error_text
