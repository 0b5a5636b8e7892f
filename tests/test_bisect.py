"""Which pass is wrong? bisect and lockstep say it by command."""
import re

import pytest

from harness import FINE, TESTS, slispc

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


def test_lockstep_finds_the_event(here):
    result = slispc('lockstep', '--no-verify', '--inject=alloc:early-release', '--passes=intervals,alloc', PROGRAM)
    assert result.code == FORMS_DIFFER, result.output_text
    assert 'first difference' in result.output_text or 'another' in result.output_text
