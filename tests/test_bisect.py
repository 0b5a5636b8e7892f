"""Which pass is wrong? bisect and lockstep say it by command."""
import re

import pytest

from harness import FINE, PASSES, TESTS, slispc

FORMS_DIFFER = 4
PROGRAM = TESTS / 'seed/minimal.slisp'


def test_nothing_is_wrong(here):
    result = slispc('bisect', PROGRAM)
    assert result.code == FINE and 'every form behaves as expected' in result.output_text


def test_early_release(here):
    result = slispc('bisect', '--no-verify', '--inject=alloc:early-release', PROGRAM)
    assert result.code == FORMS_DIFFER, result.output_text
    assert 'first bad pass: alloc' in result.output_text
    kept = re.search(r'input kept: (\S+)', result.output_text).group(1)
    assert (here / kept).read_text().startswith('(slispc-ir 1 Lintervals (after intervals)')
    again = re.search(r'again:  slispc (.*)', result.output_text).group(1)
    assert slispc(*again.split()).out != slispc('run', PROGRAM).out


def test_verify_on(here):
    """With the verifier on, the fault is still the allocator's, not verify's."""
    result = slispc('bisect', '--inject=alloc:early-release', PROGRAM)
    assert result.code == FORMS_DIFFER and 'first bad pass: alloc' in result.output_text, result.output_text


def test_expectation(here):
    (here / 'a.slisp').write_text('(println (+ 1 2))\n')
    assert slispc('bisect', '--expect=3', 'a.slisp').code == FINE
    result = slispc('bisect', '--expect=4', 'a.slisp')
    assert result.code == FORMS_DIFFER and 'first bad pass: parse' in result.output_text


def test_command_decides(here):
    (here / 'a.slisp').write_text('(println (+ 1 2))\n')
    result = slispc('bisect', "--still=grep -q parallel", 'a.slisp')
    assert 'first bad pass: alloc' in result.output_text, result.output_text
    assert slispc('bisect', '--still=false', 'a.slisp').code == FINE


def test_lockstep(here):
    (here / 'a.slisp').write_text('(defn f [a b] (- a b))\n(defn g [x] (f x (f 1 x)))\n(println (g 5))\n')
    result = slispc('lockstep', '-O0', '--passes=expand,verify', 'a.slisp')
    assert result.code == FINE and 'the same' in result.output_text, result.output_text
    result = slispc('lockstep', '--passes=anf', 'a.slisp')
    assert result.code == 2 and '--passes=A,B' in result.error_text


EVENTS = """(defn f [a b] (println "f" a) (- a b))
(defn g [x] (try (f x (f 1 x)) (catch Exception e (println (ex-message e)) [x])))
(println (g 5))
(println (g "a"))
(g 9223372036854775807)
"""


@pytest.mark.parametrize('level', ['-O0', '-O2'])
@pytest.mark.parametrize('name', [p.name for p in PASSES if p.name not in ('verify', 'emit')])
def test_right_forms_keep_step(name, level, here):
    """Calls, results, exceptions and output are the same in every form, allocation from lower on."""
    (here / 'a.slisp').write_text(EVENTS)
    result = slispc('lockstep', level, '--passes=%s,verify' % name, 'a.slisp')
    if level == '-O0' and name in ('simplify', 'gvn'):
        assert result.code == 2 and 'does not run with these options' in result.error_text
    else:
        assert result.code == FINE and re.search(r'the same \d\d? events', result.output_text), result.output_text


CALLS = """(defn f [a b] (quot (+ a a) b))
(defn g [x] (+ 1 (f x (f x 2))))
(println [(g 5)])
(try (g 0) (catch Exception e (println [1])))
"""


@pytest.mark.parametrize('fault,passes,event', [
    ('select:arguments-exchanged:0', 'lower,select', r'\(user/f 5 2\) +\(user/f 2 5\)'),
    ('select:condition-inverted:1', 'lower,select', r'user/f => 5 +user/f => -10'),
    ('select:condition-inverted:0', 'lower,select', r'user/f => 5 +allocates \d+ bytes'),
    ('blocks:ways-exchanged:0', 'specialize,blocks', r'prints \[3\]\\n +prints #<a vector>\\n'),
])
def test_lockstep_finds_the_event(fault, passes, event, here):
    (here / 'a.slisp').write_text(CALLS)
    result = slispc('lockstep', '-O0', '--no-verify', '--library', '--inject=' + fault, '--passes=' + passes, 'a.slisp')
    assert result.code == FORMS_DIFFER, result.output_text
    assert re.search(event + r' +<-- first difference$', result.output_text, re.M), result.output_text
