"""slispc reduce: less of a program that still fails in the same way."""
import re

import pytest
from harness import FINE, PROGRAM_IS_WRONG, REPOSITORY, SLISPC_IS_WRONG, WORLD_IS_WRONG, slispc

CONFORMANCE = REPOSITORY / 'tests' / 'conformance'
PROGRAMS = [CONFORMANCE / 'closures' / 'capture-kinds.slisp']


def reduce(*arguments, **options):
    return slispc('reduce', *arguments, timeout=600, **options)


def rule(result):
    return re.search(r'error\[(V\d\d)\]', result.error_text).group(1)


@pytest.mark.parametrize('program', PROGRAMS, ids=lambda p: p.stem)
@pytest.mark.parametrize('fault', ['alloc:early-release', 'alloc:drop-store', 'frame:missing-root', 'liveness:ref-as-raw',
                                   'select:array-swap', 'frame:wrong-tie'])
def test_seeded_faults(program, fault, tmp_path):
    """At most ten lines; the same rule is broken; without the fault the program is fine and ends well."""
    small = tmp_path / 'small.slisp'
    result = reduce(program, '--inject=' + fault, '-o', small)
    assert result.code == FINE, result.error_text
    assert 0 < len(small.read_text().splitlines()) <= 10
    again = slispc('check', '--inject=' + fault, small, cwd=tmp_path)
    assert again.code == SLISPC_IS_WRONG and rule(again) == rule(result)
    assert slispc('run', small).code == FINE


def test_mismatch(tmp_path):
    """--kind=mismatch looks at what runs do when verify is silent."""
    small = tmp_path / 'small.slisp'
    result = reduce(PROGRAMS[0], '--inject=alloc:drop-store', '--kind=mismatch', '-o', small)
    assert result.code == FINE and result.error_text.startswith('mismatch, alloc by place'), result.error_text
    assert len(small.read_text().splitlines()) <= 10
    again = slispc('run', '--each', '--no-verify', '--inject=alloc:drop-store', small, timeout=60)
    assert again.code == 4
    rows = [line for line in again.output_text.splitlines() if '<--' in line]
    assert rows[0].split()[1:4] == ['alloc', 'by', 'place']


def test_still(tmp_path):
    """Whatever a command accepts."""
    program = tmp_path / 'a.slisp'
    program.write_text('(defn f [x] (println "wanted" x) (+ x 1))\n(println (f 2) [1 2 3])\n(def unused 12)\n')
    result = reduce(program, '--still', 'grep -q wanted')
    assert result.code == FINE and 'wanted' in result.output_text and len(result.out) <= 12, result.output_text


def test_layout_is_read_back(tmp_path):
    """Prefixes, strings, sets, maps: what is printed is the same program."""
    program = tmp_path / 'a.slisp'
    program.write_text("(def keep '(a \"b\\n\" :c/d 1.5 #{1} {:k #(+ % %2 1)}))\n")
    result = reduce(program, '--still', "grep -q 'keep.*:k.*#(.*% %2'")
    assert result.code == FINE and '#(' in result.output_text, result.output_text


def test_dump(tmp_path):
    """A dump gets smaller, is a dump still, and right without the fault."""
    program, dump, small = tmp_path / 'a.slisp', tmp_path / 'a.ir', tmp_path / 'small.ir'
    program.write_text('(defn f [x y] (if (< x 1) y (+ y (f (dec x) [y]))))\n(defn g [x] (f x (f x 1)))\n(println (f 0 1) (g 0))\n')
    dump.write_bytes(slispc('--dump-after=gvn', '--style=full', program).out)
    result = reduce(dump, '--inject=alloc:drop-store', '-o', small)
    assert result.code == FINE, result.error_text
    assert len(small.read_text().splitlines()) < len(dump.read_text().splitlines()) / 20
    again = slispc('check', '--inject=alloc:drop-store', small, cwd=tmp_path)
    assert again.code == SLISPC_IS_WRONG and rule(again) == rule(result)
    assert slispc('check', small).code == FINE


def test_limit():
    result = reduce(PROGRAMS[0], '--inject=alloc:drop-store', '--n=10')
    assert result.code == FINE and '10 attempts; --n allows more' in result.error_text


def test_nothing_to_reduce():
    result = reduce(PROGRAMS[0])
    assert result.code == WORLD_IS_WRONG and 'does not fail' in result.error_text


def test_other_kind():
    result = reduce(PROGRAMS[0], '--inject=alloc:drop-store', '--kind=crash')
    assert result.code == WORLD_IS_WRONG and 'fails in another way: verify' in result.error_text


def test_unreadable(tmp_path):
    program = tmp_path / 'a.slisp'
    program.write_text('(println 1')
    assert reduce(program, '--still', 'true').code == PROGRAM_IS_WRONG
